"""A copy is given up only where copies elsewhere, each compared with its name, keep the promise without it.

Its row goes first and its file after, so that a row never stands without its file; a kill between leaves a whole file
that no row knows. Not here: which copies are to go (`placement`), and segments that go for good (`retiring`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime

from whisky_assets.domain.errors import OutOfReachError, UsageError
from whisky_assets.storage.copies import verify_segment
from whisky_assets.storage.segments import SegmentStore


def give_up_copy(
    store: SegmentStore, segment_id: str, volume: str, keeps: Callable[[Sequence[str]], bool], now: datetime
) -> None:
    """Take one copy of a segment away from a volume that is there; done before, nothing happens.

    Copies elsewhere that nobody looked at since they were written are read and compared first.

    Args:
        store: the home's segments.
        segment_id: whose copy.
        volume: where it lies.
        keeps: whether verified copies on these volumes are enough.
        now: when.

    Raises:
        UsageError: the verified copies elsewhere are not enough; nothing was taken away.
        CorruptDataError: a copy elsewhere is damaged; nothing was taken away.
        OutOfReachError: the volume is absent, or went away on the way.
        BusyError: other processes are inside commits without a pause; the row is gone, the file lies there.
    """
    segment = store.segment(segment_id)
    copies = {copy.volume: copy.verified_at for copy in store.copies(segment_id)}
    if volume not in copies:
        return
    place = store.volumes.get(volume)
    place.check()
    verified = [name for name, verified_at in copies.items() if verified_at is not None and name != volume]
    for name in copies:
        if not keeps(verified) and name != volume and name not in verified:
            with contextlib.suppress(OutOfReachError):
                verify_segment(store, segment_id, name, now)
                verified.append(name)
    sealed = _take_row(store, segment_id, volume, keeps)
    with store.db.alone() as connection:  # nobody registers it there again between this look and the file's end
        row = connection.execute("SELECT 1 FROM copies WHERE segment = ? AND volume = ?", (segment_id, volume))
        if row.fetchone() is None:
            place.remove(segment.dataset, segment.id, sealed=sealed)


def _take_row(store: SegmentStore, segment_id: str, volume: str, keeps: Callable[[Sequence[str]], bool]) -> str | None:
    """Forget a copy if those that are verified are enough without it, and return the digest of its seal, if any."""
    with store.db.transaction() as connection:
        left = connection.execute(
            "SELECT volume FROM copies WHERE segment = ? AND volume <> ? AND verified_at IS NOT NULL ORDER BY volume",
            (segment_id, volume),
        ).fetchall()
        if not left or not keeps([row[0] for row in left]):
            raise UsageError(f"the copy of segment {segment_id[:12]} on volume {volume} is needed there")
        connection.execute("DELETE FROM placements WHERE segment = ? AND volume = ?", (segment_id, volume))
        row = connection.execute(
            "DELETE FROM copies WHERE segment = ? AND volume = ? RETURNING stored_sha256", (segment_id, volume)
        ).fetchone()
    sealed: str | None = None if row is None else row[0]
    return sealed
