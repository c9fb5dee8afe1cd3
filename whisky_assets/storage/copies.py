"""A registered copy was compared with its name after it was written; a rotten or missing one is named, never served.

Not here: how many copies there should be and which to drop (upkeep), and single volumes (`places`).
"""

from __future__ import annotations

from datetime import datetime

from whisky_assets.domain.errors import UsageError
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
    store.bring(segment, to)
    store.volumes.get(to).verify(segment.dataset, segment.id, segment.size_bytes)
    with store.db.transaction() as connection:
        insert_copy(connection, segment.id, to, now)
        connection.execute(
            "UPDATE copies SET verified_at = ? WHERE segment = ? AND volume = ?", (micros(now), segment.id, to)
        )


def verify_segment(store: SegmentStore, segment_id: str, volume: str, now: datetime) -> None:
    """Read one copy from its medium, compare it with its name, and note when.

    Raises:
        CorruptDataError: it is missing or damaged there.
        OutOfReachError: the volume is absent.
        UsageError: the segment has no copy on that volume.
    """
    segment = store.segment(segment_id)
    if all(copy.volume != volume for copy in store.copies(segment_id)):
        raise UsageError(f"segment {segment_id} has no copy on volume {volume}")
    store.volumes.get(volume).verify(segment.dataset, segment.id, segment.size_bytes)
    with store.db.transaction() as connection:
        connection.execute(
            "UPDATE copies SET verified_at = ? WHERE segment = ? AND volume = ?", (micros(now), segment_id, volume)
        )


def unregistered(store: SegmentStore, volume: str) -> tuple[tuple[str, str], ...]:
    """Return `(dataset, sha256)` of files on a folder volume that no row knows: left by a kill before the commit.

    They hold nothing acknowledged; upkeep adopts or quarantines them, nobody deletes them.

    Raises:
        UsageError: the volume is a bucket.
        OutOfReachError: the volume is absent.
    """
    directory = store.volumes.directory(volume)
    if directory is None:
        raise UsageError(f"volume {volume} is a bucket; only folders are walked")
    names = tuple(directory.names())
    with store.db.reading() as connection:
        known = {row[0] for row in connection.execute("SELECT segment FROM copies WHERE volume = ?", (volume,))}
    return tuple((dataset, sha256) for dataset, sha256 in names if sha256 not in known)
