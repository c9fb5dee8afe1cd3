"""A registered copy was compared with its name after it was written; a rotten or missing one is named, never served.

Not here: how many copies there should be and which to drop (upkeep), and single volumes (`places`).
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

from whisky_assets.domain.errors import UsageError
from whisky_assets.storage.placing import verify_copy
from whisky_assets.storage.segment_facts import insert_copy
from whisky_assets.storage.segments import SegmentStore
from whisky_assets.storage.state import micros


def copy_segment(store: SegmentStore, segment_id: str, to: str, now: datetime) -> None:
    """Put a proven copy of a segment on another volume and register it; where it lies already, nothing happens.

    Raises:
        CorruptDataError: the copy it was read from is damaged, or the new one is.
        OutOfReachError: no volume that holds it is there, or the target is absent or full.
    """
    segment = store.segment(segment_id)
    if store.lies_on(segment, to):
        return
    copy = store.bring(segment, to, now)
    verify_copy(store.volumes, segment, copy)
    with store.db.transaction() as connection:
        insert_copy(connection, segment.id, copy, now)
        note_proven(connection, segment.id, to, now)


def verify_segment(store: SegmentStore, segment_id: str, volume: str, now: datetime) -> None:
    """Read one copy from its medium, compare it with its name, and note when; see `placing.verify_copy`.

    Raises:
        CorruptDataError: it is missing or damaged there.
        OutOfReachError: the volume is absent.
        UsageError: the segment has no copy on that volume.
    """
    segment = store.segment(segment_id)
    copy = next((copy for copy in store.copies(segment_id) if copy.volume == volume), None)
    if copy is None:
        raise UsageError(f"segment {segment_id} has no copy on volume {volume}")
    verify_copy(store.volumes, segment, copy)
    with store.db.transaction() as connection:
        note_proven(connection, segment_id, volume, now)


def note_proven(connection: sqlite3.Connection, segment: str, volume: str, now: datetime) -> None:
    """Note that a copy is what its name says, in the caller's transaction; what was found of it before is forgotten."""
    connection.execute(
        "UPDATE copies SET verified_at = ? WHERE segment = ? AND volume = ?", (micros(now), segment, volume)
    )
    connection.execute("DELETE FROM rotten_copies WHERE segment = ? AND volume = ?", (segment, volume))


def unregistered(store: SegmentStore, volume: str) -> tuple[tuple[str, str], ...]:
    """Return `(dataset, sha256)` of files on a folder volume that no row knows: left by a kill before the commit.

    Those that were let go and wait to be unlinked are known. The others hold nothing acknowledged; upkeep adopts or
    quarantines them, nobody deletes them.

    Raises:
        UsageError: the volume is a bucket.
        OutOfReachError: the volume is absent.
    """
    directory = store.volumes.directory(volume)
    if directory is None:
        raise UsageError(f"volume {volume} is a bucket; only folders are walked")
    found = tuple(directory.segments())
    with store.db.reading() as connection:
        rows = connection.execute(
            "SELECT segment, stored_sha256 FROM copies WHERE volume = ?1"
            " UNION SELECT segment, stored_sha256 FROM retired_copies WHERE volume = ?1 AND unlinked_at IS NULL",
            (volume,),
        )
        known = {(row[0], row[1]) for row in rows}
    return tuple((one.dataset, one.segment) for one in found if (one.segment, one.sealed) not in known)
