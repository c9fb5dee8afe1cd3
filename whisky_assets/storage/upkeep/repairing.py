"""A rotten copy is made anew from a whole one, and what lay there is kept aside: nobody deletes the last traces.

The source is proven from its medium before anything is touched, and the new copy after it was written. A kill between
leaves a copy that is missing, which the next scrub finds. Not here: finding rot (`scrubbing`).
"""

from __future__ import annotations

import contextlib
import dataclasses
from datetime import datetime
from typing import BinaryIO

from whisky_assets.domain.errors import CorruptDataError, OutOfReachError, UsageError
from whisky_assets.storage.copies import note_proven
from whisky_assets.storage.directories import DirectoryVolume
from whisky_assets.storage.durable import Written
from whisky_assets.storage.personal_key import lost_key, read_key
from whisky_assets.storage.places import QUARANTINE, Volume, read_through, segment_name
from whisky_assets.storage.placing import opened_copy, put_copy, verify_copy
from whisky_assets.storage.segment_facts import Copy, Segment
from whisky_assets.storage.segments import SegmentStore


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """A copy that is whole again: from which volume, and where what lay there is kept (None: nothing readable did)."""

    segment: str
    volume: str
    source: str
    kept_aside: str | None


class NoWholeCopyError(CorruptDataError):
    """No other volume that is there holds a whole copy."""


def repair_copy(store: SegmentStore, segment_id: str, volume: str, now: datetime) -> Repaired | None:
    """Make one damaged or missing copy anew from the nearest whole one; None where it is whole.

    Raises:
        NoWholeCopyError: no whole copy is within reach; says where one may be. Nothing was changed.
        CorruptDataError: what was written is damaged again, as on a dying drive.
        OutOfReachError: the volume is absent, full or fails; KeyMissingError, KeyDamagedError: it is sealed, and the
            home has no whole key. Nothing was changed.
        UsageError: the segment has no copy there, or is not registered.
    """
    segment = store.segment(segment_id)
    copies = store.copies(segment_id)
    broken = next((copy for copy in copies if copy.volume == volume), None)
    if broken is None:
        raise UsageError(f"segment {segment_id} has no copy on volume {volume}")
    place = store.volumes.get(volume)
    place.check()
    with contextlib.suppress(CorruptDataError):
        verify_copy(store.volumes, segment, broken)
        with store.db.transaction() as connection:
            note_proven(connection, segment.id, volume, now)
        return None
    if broken.is_sealed and read_key(store.volumes.home) is None:
        raise lost_key(store.volumes.home)  # nothing is moved for a copy that cannot be made
    source = _whole(store, segment, [copy for copy in copies if copy.volume != volume])
    old_name = segment_name(segment.dataset, segment.id, broken.stored_sha256)
    kept_aside = _kept_aside(place, old_name)
    if not isinstance(place, DirectoryVolume):
        place.remove_file(old_name)  # a folder's file is replaced in one step; elsewhere nothing is overwritten
    with opened_copy(store.volumes, segment, source) as file:
        made = put_copy(store.volumes, segment, file, volume, now)
    verify_copy(store.volumes, segment, made)
    with store.db.transaction() as connection:
        connection.execute(
            "UPDATE copies SET stored_bytes = ?, stored_sha256 = ? WHERE segment = ? AND volume = ?",
            (made.stored_bytes, made.stored_sha256, segment.id, volume),
        )
        note_proven(connection, segment.id, volume, now)
    if made.stored_sha256 != broken.stored_sha256:
        place.remove_file(old_name)  # sealed anew, it has another name
    return Repaired(segment=segment.id, volume=volume, source=source.volume, kept_aside=kept_aside)


def _whole(store: SegmentStore, segment: Segment, others: list[Copy]) -> Copy:
    reasons = []
    for copy in others:
        try:
            verify_copy(store.volumes, segment, copy)
            with opened_copy(store.volumes, segment, copy):
                return copy
        except (CorruptDataError, OutOfReachError, UsageError) as error:
            reasons.append(error.message)
        except FileNotFoundError:
            reasons.append(f"it is missing on volume {copy.volume}")
    told = "; ".join(reasons) or "no other volume was given one"
    raise NoWholeCopyError(
        f"segment {segment.id} of {segment.dataset} has no whole copy within reach: {told}",
        remedy="Attach a drive that holds one, then: whisky storage repair",
    )


def _kept_aside(place: Volume, name: str) -> str | None:
    try:
        with place.open_file(name) as file:
            found = read_through(file)
            path = f"{QUARANTINE}/{name.replace('/', '-')}.{found.sha256[:16]}"
            file.seek(0)
            if place.file_size(path) is None:
                _keep_aside(place, path, file, found)
            return path
    except OSError:
        return None  # missing, or the medium gives nothing back: there is nothing to keep


def _keep_aside(place: Volume, path: str, file: BinaryIO, found: Written) -> None:
    try:
        place.put_file(path, file, found)
    except OSError as error:  # it stays where it is, or its last traces would go
        raise OutOfReachError(
            f"volume {place.name}: what is damaged cannot be kept in {QUARANTINE}/ ({error.strerror})",
            remedy="let your user write there, then: whisky storage repair",
        ) from error
