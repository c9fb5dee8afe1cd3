"""A folder becomes a home again: its texts, its state, and every segment that its volumes hold, on a volume of its own.

It is a home only once all of it is there: `home.json` comes last. Killed before, the next call goes on. Not here: what
a person is asked and told (`pipeline.restoring`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from whisky_assets.domain.errors import CorruptDataError, OutOfReachError, WhiskyError
from whisky_assets.domain.outcome import Progress
from whisky_assets.storage.copies import copy_segment
from whisky_assets.storage.directories import DirectoryVolume
from whisky_assets.storage.home import Home
from whisky_assets.storage.places import LOCAL
from whisky_assets.storage.recovery.lent_home import LentHome, forget_rotten
from whisky_assets.storage.recovery.rebuild import Place, lent_folders
from whisky_assets.storage.recovery.state_seals import unsealer
from whisky_assets.storage.recovery.texts_backup import TextsBackup, texts_on, unpack_texts
from whisky_assets.storage.segments import SegmentStore


@dataclass(slots=True, kw_only=True)
class RestoredHome:
    """What came: texts by path (with the backup they are of), and segments.

    `rotten` are damaged copies in whose place whole ones were read, `refused` newer backups of texts that could not be
    used, `lost` the data set, id and error of each segment that could not be brought.
    """

    texts: tuple[str, ...] = ()
    texts_of: TextsBackup | None = None
    segments: int = 0
    rotten: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    lost: list[tuple[str, str, CorruptDataError | OutOfReachError]] = field(default_factory=list)


def restore_texts(home: Home, folders: Sequence[Path], told: RestoredHome) -> None:
    """Write the newest whole texts that lie on these volumes into the home; without any, it has none.

    Raises:
        OutOfReachError: the disk is full, or a volume went away.
    """
    unseal = unsealer(home)
    places = [Place(folder, is_lent=True) for folder in folders]
    volumes = [
        DirectoryVolume(name=str(folder), uuid=uuid, root=folder) for uuid, folder in lent_folders(places).items()
    ]
    found = [(backup, volume) for volume in volumes for backup in texts_on(volume)]
    for backup, volume in sorted(found, key=lambda pair: pair[0].order, reverse=True):
        try:
            told.texts = unpack_texts(backup, volume, home.root, unseal=unseal)
        except OutOfReachError:
            raise
        except WhiskyError as error:
            told.refused.append((f"{volume.place}/{backup.path}", error.message))
        else:
            told.texts_of = backup
            return


def restore_segments(lent: LentHome, now: datetime, progress: Progress, told: RestoredHome) -> None:
    """Copy every segment that lent volumes hold to the home's own volume, each compared after writing.

    What cannot be brought is told and all others come. A volume whose name nobody knows is forgotten afterwards.

    Raises:
        OutOfReachError: the home's own volume is full; what was copied stays.
    """
    store = lent.store
    with store.db.reading() as connection:
        known = connection.execute(
            "SELECT id, dataset FROM segments WHERE EXISTS (SELECT 1 FROM copies WHERE segment = segments.id)"
            " ORDER BY dataset, id"
        ).fetchall()
    progress.start("bringing segments", len(known))
    for segment_id, dataset in known:
        try:
            _bring(store, segment_id, now, told)
            told.segments += 1
        except (CorruptDataError, OutOfReachError) as error:
            if isinstance(error, OutOfReachError) and _has_source(store, segment_id):
                raise
            told.lost.append((dataset, segment_id, error))
        progress.advance()
    for name in lent.rebuilt.unnamed:
        with store.db.transaction() as connection:
            connection.execute("DELETE FROM copies WHERE volume = ?", (name,))
            connection.execute("DELETE FROM volumes WHERE name = ?", (name,))
    store.db.checkpoint()


def _bring(store: SegmentStore, segment_id: str, now: datetime, told: RestoredHome) -> None:
    try:
        copy_segment(store, segment_id, LOCAL, now)
    except CorruptDataError:
        rotten = forget_rotten(store, [segment_id])
        if not rotten:
            raise
        try:
            copy_segment(store, segment_id, LOCAL, now)
        except CorruptDataError as error:
            raise CorruptDataError("; ".join(rotten), remedy=error.remedy) from error
        told.rotten += rotten


def _has_source(store: SegmentStore, segment_id: str) -> bool:
    """Say whether a segment can be read: if so, what failed is the home's own volume."""
    with contextlib.suppress(CorruptDataError, OutOfReachError), store.opened(store.segment(segment_id)):
        return True
    return False
