"""Copies are read again from their medium, the one proven longest ago first, as much a run as is granted.

So every byte is proven in turn, and rot is found while another copy is whole. What was proven is noted in few commits:
a kill costs some reading, never a wrong note. Not here: mending what is rotten (`repairing`).
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from whisky_assets.domain.errors import CorruptDataError, OutOfReachError, UsageError, WhiskyError
from whisky_assets.domain.outcome import Progress
from whisky_assets.storage.copies import note_proven
from whisky_assets.storage.placing import verify_copy
from whisky_assets.storage.segment_facts import Copy, Segment, segments_by_id
from whisky_assets.storage.segments import SegmentStore
from whisky_assets.storage.state import StateDatabase, micros, moment_of
from whisky_assets.storage.upkeep.copying import Budget

_NOTED_TOGETHER = 200


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One copy as it stands in the state database: what its file takes there, and when it was last proven."""

    segment: str
    volume: str
    dataset: str
    size_bytes: int
    created_at: datetime
    verified_at: datetime | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Rot:
    """A copy that is missing or not what its name says."""

    segment: str
    volume: str
    dataset: str
    why: str
    found_at: datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Scrubbed:
    """What a run came to.

    `by_volume` counts the copies that are what their names say, `size_bytes` all that was read; `absent` says of each
    volume that could not be read why; `left` are the copies on volumes that are there which the budget did not reach,
    the one proven longest ago first.
    """

    by_volume: Mapping[str, int]
    size_bytes: int
    rotten: tuple[Rot, ...]
    absent: Mapping[str, str]
    left: tuple[Proof, ...]

    @property
    def copies(self) -> int:
        """How many copies are what their names say."""
        return sum(self.by_volume.values())


def proofs(store: SegmentStore, volumes: Collection[str] | None = None) -> list[Proof]:
    """Return every copy (on these volumes), never proven ones first, then the one proven longest ago."""
    with store.db.reading() as connection:
        rows = connection.execute(
            "SELECT c.segment, c.volume, s.dataset, coalesce(c.stored_bytes, s.size_bytes), c.created_at, c.verified_at"
            " FROM copies c JOIN segments s ON s.id = c.segment"
            " ORDER BY c.verified_at IS NOT NULL, c.verified_at, c.created_at, c.volume, c.segment"
        ).fetchall()
    return [
        Proof(
            segment=segment,
            volume=volume,
            dataset=dataset,
            size_bytes=size_bytes,
            created_at=moment_of(created_at),
            verified_at=None if verified_at is None else moment_of(verified_at),
        )
        for segment, volume, dataset, size_bytes, created_at, verified_at in rows
        if volumes is None or volume in volumes
    ]


def scrub(
    store: SegmentStore,
    due: Sequence[Proof],
    *,
    now: Callable[[], datetime],
    progress: Progress,
    budget: Budget | None = None,
) -> Scrubbed:
    """Read copies in this order from their medium, compare each with its name, and note when.

    A copy that would exceed the budget is not begun, but the first always is. Damage is returned, never raised.

    Args:
        store: the home's segments.
        due: which copies, as `proofs` gives them.
        now: the home's time.
        progress: told of every copy.
        budget: where to stop.
    """
    run = _Run(store, now, budget or Budget())
    absent = run.look({one.volume for one in due})
    reachable = [one for one in due if one.volume not in absent]
    progress.start("reading copies", len(reachable))
    left: list[Proof] = []
    for number, one in enumerate(reachable):
        if run.is_spent(one):
            left = list(reachable[number:])
            break
        if one.volume not in absent:
            run.prove(one, absent)
        progress.advance()
    run.note()
    return Scrubbed(
        by_volume=run.by_volume,
        size_bytes=run.size_bytes,
        rotten=tuple(run.rotten),
        absent=absent,
        left=tuple(one for one in left if one.volume not in absent),
    )


def known_rot(db: StateDatabase) -> list[Rot]:
    """Return the copies that were found rotten and not proven since, the oldest finding first."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT r.segment, r.volume, s.dataset, r.why, r.found_at FROM rotten_copies r"
            " JOIN segments s ON s.id = r.segment ORDER BY r.found_at, r.volume, r.segment"
        ).fetchall()
    return [
        Rot(segment=segment, volume=volume, dataset=dataset, why=why, found_at=moment_of(found_at))
        for segment, volume, dataset, why, found_at in rows
    ]


class _Run:
    def __init__(self, store: SegmentStore, now: Callable[[], datetime], budget: Budget) -> None:
        self.by_volume: Counter[str] = Counter()
        self.size_bytes = 0
        self.rotten: list[Rot] = []
        self._proven: list[tuple[str, str, datetime]] = []
        self._store, self._now, self._budget = store, now, budget
        self._began = budget.clock()

    def look(self, volumes: Collection[str]) -> dict[str, str]:
        """Return why each volume that is not there is not."""
        absent = {}
        for name in sorted(volumes):
            try:
                self._store.volumes.get(name).check()
            except WhiskyError as error:
                absent[name] = error.message
            except OSError as error:  # such as a folder that may not be looked into
                absent[name] = f"volume {name}: {error.strerror}"
        return absent

    def is_spent(self, one: Proof) -> bool:
        """Say whether the budget ends before this copy."""
        if not self.by_volume and not self.rotten:
            return False
        limit, seconds = self._budget.max_bytes, self._budget.max_seconds
        if limit is not None and self.size_bytes + one.size_bytes > limit:
            return True
        return seconds is not None and self._budget.clock() - self._began >= seconds

    def prove(self, one: Proof, absent: dict[str, str]) -> None:
        """Read one copy; a volume that went away is absent from then on."""
        found = self._copy(one)
        if found is None:
            return  # let go or given up since the list was made
        try:
            verify_copy(self._store.volumes, *found)
        except CorruptDataError as error:
            self._found(one, error.message)
        except OutOfReachError as error:
            absent[one.volume] = error.message
            return
        else:
            self.by_volume[one.volume] += 1
            self._proven.append((one.segment, one.volume, self._now()))
        self.size_bytes += one.size_bytes
        if len(self._proven) >= _NOTED_TOGETHER:
            self.note()

    def note(self) -> None:
        """Write down what was proven since the last time."""
        if not self._proven:
            return
        with self._store.db.transaction() as connection:
            for segment, volume, moment in self._proven:
                note_proven(connection, segment, volume, moment)
        self._proven.clear()

    def _found(self, one: Proof, why: str) -> None:
        rot = Rot(segment=one.segment, volume=one.volume, dataset=one.dataset, why=why, found_at=self._now())
        with self._store.db.transaction() as connection:
            # No promise rests on it any more, and the next scrub looks at it first.
            cursor = connection.execute(
                "UPDATE copies SET verified_at = NULL WHERE segment = ? AND volume = ?", (rot.segment, rot.volume)
            )
            if cursor.rowcount:
                connection.execute(
                    "INSERT OR REPLACE INTO rotten_copies (segment, volume, why, found_at) VALUES (?, ?, ?, ?)",
                    (rot.segment, rot.volume, rot.why, micros(rot.found_at)),
                )
        self.rotten.append(rot)

    def _copy(self, one: Proof) -> tuple[Segment, Copy] | None:
        copy = next((copy for copy in self._store.copies(one.segment) if copy.volume == one.volume), None)
        if copy is None:
            return None
        with self._store.db.reading() as connection:
            try:
                return segments_by_id(connection, [one.segment])[0], copy
            except UsageError:
                return None
