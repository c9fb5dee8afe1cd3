"""How each promise stands: kept, waiting for a volume, late, or not to be kept and what would mend it.

Pure. Not here: the plan that it is read from (`placement`).
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from whisky_assets.domain.amounts import size_words
from whisky_assets.storage.upkeep.plan import HeldSegment, Plan, PlannedCopy, Unplaced
from whisky_assets.storage.upkeep.policies import CopyPromise, Policies

KEPT, WAITING, LATE, BROKEN = "kept", "waiting", "late", "cannot be kept"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """Copies that are to be made on one volume: how many, how large, and by when the first of them."""

    volume: str
    copies: int
    size_bytes: int
    due_at: datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PromiseState:
    """How one promise stands; `state` is kept, waiting, late or cannot be kept.

    `segments` fall under it, `kept` of them have every copy, `awaited` are copies to be made, `mend` says what those
    need that fit nowhere.
    """

    promise: CopyPromise
    state: str
    segments: int
    kept: int
    awaited: tuple[Awaited, ...]
    mend: str

    def lines(self) -> list[str]:
        """Return it as a person reads it: how it stands, then what is to be copied where, then what mends it."""
        told = f"{self.promise.words()}: {self.state} ({self.kept:,} of {self.segments:,} segments)"
        waits = (
            f"{one.copies:,} to copy to {one.volume} ({size_words(one.size_bytes)}) by {one.due_at:%Y-%m-%d}"
            for one in self.awaited
        )
        return [told, *waits, *([self.mend] if self.mend else [])]

    def line(self) -> str:
        """Return all of it in one line."""
        return "; ".join(self.lines())

    def as_result(self) -> dict[str, object]:
        """Return it as plain values."""
        return {
            "data": list(self.promise.data),
            "copies": self.promise.copies,
            "off_this_pc": self.promise.off_this_pc,
            "within_hours": self.promise.within.total_seconds() / 3600,
            "origin": self.promise.origin,
            "state": self.state,
            "segments": self.segments,
            "kept": self.kept,
            "awaited": [dataclasses.asdict(one) for one in self.awaited],
            "mend": self.mend,
        }


def promise_states(
    segments: Iterable[HeldSegment], plan: Plan, policies: Policies, now: datetime
) -> tuple[PromiseState, ...]:
    """Return how each promise with segments stands, in the order of the rules.

    Args:
        segments: all of them.
        plan: what the planner made of them.
        policies: the rules in force.
        now: when; a copy that was due before then is late.
    """
    promises: dict[str, CopyPromise] = {}
    counts: dict[CopyPromise, int] = defaultdict(int)
    for held in segments:
        promise = promises.setdefault(held.dataset, policies.promise_of(held.dataset))
        counts[promise] += 1
    copies: dict[CopyPromise, list[PlannedCopy]] = defaultdict(list)
    unplaced: dict[CopyPromise, list[Unplaced]] = defaultdict(list)
    moved = {(drop.segment) for drop in plan.drops if not drop.makes_room}
    for copy in plan.copies:
        if copy.segment not in moved:
            copies[promises[copy.dataset]].append(copy)
    for one in plan.unplaced:
        unplaced[promises[one.dataset]].append(one)
    order = {promise: number for number, promise in enumerate(policies.promises)}
    return tuple(
        _state(promise, counts[promise], copies[promise], unplaced[promise], now)
        for promise in sorted(counts, key=lambda promise: (order.get(promise, len(order)), promise.data))
    )


def _state(
    promise: CopyPromise, count: int, copies: Sequence[PlannedCopy], unplaced: Sequence[Unplaced], now: datetime
) -> PromiseState:
    lacking = {copy.segment for copy in copies} | {one.segment for one in unplaced}
    state = WAITING if copies else KEPT
    if any(copy.due_at < now for copy in copies):
        state = LATE
    if unplaced:
        state = BROKEN
    return PromiseState(
        promise=promise,
        state=state,
        segments=count,
        kept=count - len(lacking),
        awaited=_awaited(copies),
        mend=_mend(unplaced),
    )


def _awaited(copies: Sequence[PlannedCopy]) -> tuple[Awaited, ...]:
    by_volume: dict[str, list[PlannedCopy]] = defaultdict(list)
    for copy in copies:
        by_volume[copy.volume].append(copy)
    return tuple(
        Awaited(
            volume=volume,
            copies=len(found),
            size_bytes=sum(copy.size_bytes for copy in found),
            due_at=min(copy.due_at for copy in found),
        )
        for volume, found in sorted(by_volume.items())
    )


def _mend(unplaced: Sequence[Unplaced]) -> str:
    """Return what would let all that fits nowhere fit, in words; nothing where all fits."""
    needs: dict[tuple[bool, tuple[str, ...]], int] = defaultdict(int)
    for one in unplaced:
        needs[one.off_this_pc, one.could_take] += one.size_bytes
    told = []
    for (off_this_pc, volumes), size_bytes in sorted(needs.items()):
        where = " off this PC" if off_this_pc else ""
        if volumes:
            told.append(f"needs {size_words(size_bytes)} more on {' or '.join(volumes)}, or on another volume{where}")
        else:
            told.append(f"needs another volume{where} with {size_words(size_bytes)} free")
    return "; ".join(told)
