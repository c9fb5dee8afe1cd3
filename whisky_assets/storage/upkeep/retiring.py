"""What a plan lets go: first its rows, in one transaction, and 24 hours later its files, on every volume that has one.

From the commit on no reader finds it any more, and the foreign keys of the state database refuse a plan that would take
what something kept needs. Who has a file open reads it to the end. A file is unlinked only while no process is inside a
commit and no row knows its segment: rows that were written again meanwhile keep it. Not here: the plan
(`retirement_plan`).
"""

from __future__ import annotations

import dataclasses
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from whisky_assets.domain.errors import BusyError, CheckFailedError, OutOfReachError, StaleParentError, WhiskyError
from whisky_assets.domain.outcome import Progress
from whisky_assets.storage.copies import verify_segment
from whisky_assets.storage.directories import DirectoryVolume
from whisky_assets.storage.retired import SEGMENT, SNAPSHOT, VERSION
from whisky_assets.storage.segment_facts import Segment
from whisky_assets.storage.segments import SegmentStore
from whisky_assets.storage.state import StateDatabase, micros
from whisky_assets.storage.upkeep.holdings import GROWING, SegmentFacts
from whisky_assets.storage.upkeep.retirement_plan import Judged, RetirementPlan

UNLINKED_AFTER = timedelta(hours=24)
"""A reader that began before the retirement has this long to open what it was told of."""

_BATCH = 50  # files for which commits wait; of a bucket one, which is a request


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Unlinked:
    """What became of files that were due: how many went with how many bytes, and how many still wait on each volume.

    `pending` are all that are not unlinked yet, due or not; `absent` says why a volume with due files was not reached.
    """

    files: int
    size_bytes: int
    pending: Mapping[str, int]
    absent: Mapping[str, str]


def refuse_unsafe(plan: RetirementPlan) -> None:
    """Return if what stays is copied as promised and no quota contradicts that.

    Raises:
        CheckFailedError: a quota cannot be kept; nothing goes.
        OutOfReachError: something that stays is not copied as promised; nothing goes.
    """
    if plan.contradictions:
        first = plan.contradictions[0]
        raise CheckFailedError(f"{first.message()}; nothing was let go", remedy=first.remedy())
    if plan.uncopied:
        raise OutOfReachError(f"nothing was let go: {uncopied_words(plan)}", remedy="Copy first: whisky storage copy")


def uncopied_words(plan: RetirementPlan) -> str:
    """Return how many segments that stay are not copied as promised, and the first of them."""
    first = plan.uncopied[0]
    tables = ", ".join(sorted({one.segment.dataset for one in plan.uncopied}))
    return (
        f"{len(plan.uncopied):,} segments that stay are not copied as promised yet, the first"
        f" {first.segment.id[:12]} of {first.segment.dataset} ({first.promise.copies} copies,"
        f" {first.promise.off_this_pc} off this PC); tables: {tables}"
    )


def prove(store: SegmentStore, plan: RetirementPlan, now: datetime, progress: Progress) -> int:
    """Compare copies of what stays with their names until as many as promised are proven; return how many were read.

    Raises:
        CorruptDataError: one is damaged; nothing may go before that is mended.
        OutOfReachError: a volume that holds one is absent.
    """
    read = 0
    if plan.unverified:
        progress.start("proving what stays", len(plan.unverified))
    for segment in plan.unverified:
        for copy in store.copies(segment.id):
            if copy.verified_at is None:
                verify_segment(store, segment.id, copy.volume, now)
                read += 1
        progress.advance()
    return read


def retire(
    db: StateDatabase, make_plan: Callable[[], RetirementPlan], expected_hash: str, now: datetime
) -> RetirementPlan:
    """Take the rows of all that goes away, in one transaction, and return the plan that was carried out.

    Args:
        db: the home's state database.
        make_plan: makes the plan anew from what is there inside the transaction.
        expected_hash: of the plan that was looked at.
        now: when; files are unlinked 24 hours later.

    Raises:
        StaleParentError: the plan is another by now; nothing was changed.
        CheckFailedError, OutOfReachError: see `refuse_unsafe`.
    """
    with db.transaction() as connection:
        plan = make_plan()
        if plan.hash != expected_hash:
            raise StaleParentError(
                "the home changed while the plan was looked at; nothing was let go", remedy="Look again."
            )
        refuse_unsafe(plan)
        if plan.unverified:
            raise StaleParentError("segments came that are not proven yet; nothing was let go", remedy="Start again.")
        _retire_snapshots(connection, plan.dropped, now)
        _retire_versions(connection, plan, now)
        _retire_segments(connection, plan, now)
    return plan


def unlink_due(store: SegmentStore, now: datetime, progress: Progress) -> Unlinked:
    """Unlink the files that were retired 24 hours ago, on every volume that is there; killed anywhere, it goes on.

    Raises:
        BusyError: other processes are inside commits without a pause.
    """
    files = size_bytes = 0
    absent: dict[str, str] = {}
    due = _due(store.db, now)
    if due:
        progress.start("unlinking retired files", sum(len(rows) for rows in due.values()))
    for volume, rows in due.items():
        try:
            place = store.volumes.get(volume)
            place.check()
            for batch in _batches(rows, _BATCH if isinstance(place, DirectoryVolume) else 1):
                gone = _unlink(store, volume, batch, now)
                files += len(gone)
                size_bytes += sum(gone)
                progress.advance(len(batch))
        except BusyError:
            raise
        except WhiskyError as error:  # absent, its identity damaged, or a bucket without a client
            absent[volume] = error.message
        except OSError as error:  # such as a folder that may not be written
            absent[volume] = f"volume {volume}: {error.strerror}"
    return Unlinked(files=files, size_bytes=size_bytes, pending=pending_files(store.db), absent=absent)


def pending_files(db: StateDatabase) -> dict[str, int]:
    """Return how many retired files still lie on each volume, due or not."""
    with db.reading() as connection:
        return dict(
            connection.execute(
                "SELECT volume, count(*) FROM retired_copies WHERE unlinked_at IS NULL GROUP BY volume ORDER BY volume"
            ).fetchall()
        )


@dataclasses.dataclass(frozen=True, slots=True)
class _Due:
    segment: str
    dataset: str
    stored_sha256: str | None
    size_bytes: int


def _due(db: StateDatabase, now: datetime) -> dict[str, list[_Due]]:
    found: dict[str, list[_Due]] = defaultdict(list)
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT volume, segment, dataset, stored_sha256, size_bytes FROM retired_copies"
            " WHERE unlinked_at IS NULL AND retired_at <= ? ORDER BY volume, segment",
            (micros(now - UNLINKED_AFTER),),
        )
        for volume, *told in rows:
            found[volume].append(_Due(*told))
    return found


def _batches(rows: Sequence[_Due], size: int) -> Iterator[Sequence[_Due]]:
    for at in range(0, len(rows), size):
        yield rows[at : at + size]


def _unlink(store: SegmentStore, volume: str, batch: Sequence[_Due], now: datetime) -> list[int]:
    """Unlink files while nobody is inside a commit, and return their sizes; a segment that lives again keeps its."""
    place = store.volumes.get(volume)
    gone = []
    with store.db.alone() as connection:
        for one in batch:
            row = (one.segment, volume)
            is_due = connection.execute(
                "SELECT 1 FROM retired_copies WHERE segment = ? AND volume = ? AND unlinked_at IS NULL", row
            ).fetchone()
            if is_due is None:
                continue
            if connection.execute("SELECT 1 FROM segments WHERE id = ?", (one.segment,)).fetchone():
                connection.execute("DELETE FROM retired_copies WHERE segment = ? AND volume = ?", row)
                continue
            place.remove(one.dataset, one.segment, sealed=one.stored_sha256)
            connection.execute(
                "UPDATE retired_copies SET unlinked_at = ? WHERE segment = ? AND volume = ?", (micros(now), *row)
            )
            gone.append(one.size_bytes)
    return gone


def _retire_snapshots(connection: sqlite3.Connection, dropped: Sequence[Judged], now: datetime) -> None:
    for judged in dropped:
        if judged.unit.kind == SNAPSHOT:
            number = int(judged.unit.item.removeprefix("s"))
            connection.execute("DELETE FROM snapshot_tables WHERE snapshot = ?", (number,))
            connection.execute("DELETE FROM snapshot_heads WHERE snapshot = ?", (number,))
            _note(connection, SNAPSHOT, judged.unit.item, ("", "", 0), "; ".join(judged.reasons), now)


def _retire_versions(connection: sqlite3.Connection, plan: RetirementPlan, now: datetime) -> None:
    reasons = {one.unit.item: "; ".join(one.reasons) for one in plan.dropped if one.unit.kind == VERSION}
    for version in plan.versions:
        connection.execute(
            "DELETE FROM verdicts WHERE (build, dataset, partition) IN"
            " (SELECT build, dataset, partition FROM candidates WHERE version = ?)",
            (version.id,),
        )
        connection.execute("DELETE FROM candidates WHERE version = ?", (version.id,))
        connection.execute("DELETE FROM version_segments WHERE version = ?", (version.id,))
        connection.execute("DELETE FROM versions WHERE id = ?", (version.id,))
        why = reasons.get(version.id, "no snapshot that stays holds it")
        _note(connection, VERSION, version.id, (version.dataset, version.partition, 0), why, now)


def _retire_segments(connection: sqlite3.Connection, plan: RetirementPlan, now: datetime) -> None:
    reasons = {one.unit.item: "; ".join(one.reasons) for one in plan.dropped if one.unit.kind == SEGMENT}
    for segment in plan.segments:
        if segment.dataset in GROWING:
            # A list of pages that a snapshot or head names goes on without those that the owner's rule let go.
            connection.execute("DELETE FROM version_segments WHERE segment = ?", (segment.id,))
        let_go(connection, segment, reasons.get(segment.id, "no table version that stays holds it"), now)


def let_go(connection: sqlite3.Connection, segment: Segment | SegmentFacts, why: str, now: datetime) -> None:
    """Forget a segment that no table version is made of, in the caller's transaction; its files go 24 hours later."""
    connection.execute(
        "INSERT OR REPLACE INTO retired_copies (segment, volume, dataset, person, size_bytes, stored_sha256,"
        " retired_at) SELECT c.segment, c.volume, s.dataset, s.person, coalesce(c.stored_bytes, s.size_bytes),"
        " c.stored_sha256, ? FROM copies c JOIN segments s ON s.id = c.segment WHERE c.segment = ?",
        (micros(now), segment.id),
    )
    connection.execute("DELETE FROM copies WHERE segment = ?", (segment.id,))
    connection.execute("DELETE FROM segments WHERE id = ?", (segment.id,))
    _note(connection, SEGMENT, segment.id, (segment.dataset, segment.partition, segment.size_bytes), why, now)


def _note(
    connection: sqlite3.Connection, kind: str, item: str, table: tuple[str, str, int], why: str, now: datetime
) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO retirements (kind, item, dataset, partition, size_bytes, reason, retired_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (kind, item, *table, why, micros(now)),
    )
