"""Which copies are to be made where, so that every promise is kept, every limit holds, and as little as can be moves.

Greedy: the largest segment first, onto the fitting volumes with the largest free share; what lies or was placed
somewhere stays there. Pure: the same facts give the same plan. Not here: carrying it out (`copying`) and what it says
of each promise (`promises`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from whisky_assets.storage.capacity import VolumeFacts
from whisky_assets.storage.places import LOCAL
from whisky_assets.storage.upkeep.plan import HeldSegment, Plan, PlannedCopy, PlannedDrop, Unplaced
from whisky_assets.storage.upkeep.policies import CopyPromise, Policies
from whisky_assets.storage.upkeep.rooms import Rooms
from whisky_assets.storage.upkeep.spares import Spares


def plan_copies(
    segments: Iterable[HeldSegment],
    volumes: Sequence[VolumeFacts],
    policies: Policies,
    now: datetime,
    *,
    without: Collection[str] = (),
    even_out: bool = False,
) -> Plan:
    """Return what brings every segment to its promised copies.

    Args:
        segments: all of them.
        volumes: what is known of each volume now.
        policies: the rules in force.
        now: what counts as late: a late copy goes to a volume that is there rather than wait for one that is not.
        without: volumes that leave: their copies do not count and nothing is placed there.
        even_out: move copies from the fullest volumes to the emptiest, at most what an emptier one's fair share is.
    """
    planner = _Planner(Rooms(volumes, without=without), policies, now)
    for held in sorted(segments, key=lambda one: (-one.size_bytes, one.segment)):
        planner.place(held)
    planner.make_room()
    if even_out:
        planner.even_out()
    return planner.plan()


@dataclasses.dataclass(slots=True)
class _Wish:
    """A copy that found no room yet."""

    held: HeldSegment
    off_this_pc: bool


class _Planner:
    def __init__(self, rooms: Rooms, policies: Policies, now: datetime) -> None:
        self._rooms = rooms
        self._policies = policies
        self._now = now
        self._promises: dict[str, CopyPromise] = {}
        self._spares = Spares(rooms)
        self._copies: list[PlannedCopy] = []
        self._drops: list[PlannedDrop] = []
        self._wishes: list[_Wish] = []
        self._held: dict[str, HeldSegment] = {}
        self._disks: dict[str, set[str]] = {}

    def place(self, held: HeldSegment) -> None:
        """Decide on every copy that a segment lacks."""
        rooms, promise = self._rooms, self._promise(held.dataset)
        there = [volume for volume in held.copies if rooms.counts(volume)]
        self._held[held.segment] = held
        disks = self._disks[held.segment] = {rooms.disk(volume) for volume in there}
        off = {rooms.disk(volume) for volume in there if rooms.is_off(volume)}
        lacking_off = max(promise.off_this_pc - len(off), 0)
        lacking = max(promise.copies - len(disks), lacking_off)
        if not lacking:
            self._spares.add(held, there, promise)
        for number in range(lacking):
            off_this_pc = number < lacking_off
            volume = rooms.best(
                held.size_bytes,
                disks,
                off_this_pc=off_this_pc,
                preferred=(*held.placed, *held.rotten),
                is_late=self._now > held.created_at + promise.within,
            )
            if volume is None:
                self._wishes.append(_Wish(held, off_this_pc))
            else:
                self._copy(held, volume, _promised(len(disks) + 1, promise))

    def make_room(self) -> None:
        """Give up copies beyond the promise where one that is promised lacks room; the rest stays a wish."""
        left = []
        for wish in self._wishes:
            held, disks = wish.held, self._disks[wish.held.segment]
            for volume in self._rooms.eligible(disks, off_this_pc=wish.off_this_pc):
                given_up = self._spares.for_room(volume, self._rooms.lacking(volume, held.size_bytes))
                if given_up is not None:
                    for spare in given_up:
                        self._drop(
                            spare, volume, f"more than promised; makes room for {held.segment[:12]}", makes_room=True
                        )
                    self._copy(held, volume, _promised(len(disks) + 1, self._promise(held.dataset)), needs_room=True)
                    break
            else:
                left.append(wish)
        self._wishes = left

    def even_out(self) -> None:
        """Move copies from volumes that are fuller than all together to such as are emptier."""
        mean = self._rooms.mean_fill()
        by_volume: dict[str, list[HeldSegment]] = {}
        dropped = {(drop.segment, drop.volume) for drop in self._drops}
        for held in self._held.values():
            for volume in held.copies:
                by_volume.setdefault(volume, []).append(held)
        for volume in self._rooms.fuller_than(mean):
            if volume == LOCAL:  # new segments land there, and only retention takes them away
                continue
            for held in by_volume.get(volume, []):
                if (held.segment, volume) in dropped or self._rooms.excess(volume, mean) < held.size_bytes:
                    continue
                target = self._rooms.emptier(
                    held.size_bytes, self._disks[held.segment], mean, off_this_pc=self._rooms.is_off(volume)
                )
                if target is not None:
                    self._copy(held, target, f"evens out {volume}")
                    self._drop(held, volume, f"moved to {target}")
                    self._disks[held.segment].discard(self._rooms.disk(volume))

    def plan(self) -> Plan:
        """Return what was decided."""
        unplaced = [
            Unplaced(
                segment=wish.held.segment,
                dataset=wish.held.dataset,
                size_bytes=wish.held.size_bytes,
                off_this_pc=wish.off_this_pc,
                could_take=self._rooms.eligible(self._disks[wish.held.segment], off_this_pc=wish.off_this_pc),
            )
            for wish in self._wishes
        ]
        return Plan(
            copies=tuple(sorted(self._copies, key=lambda one: (one.due_at, -one.size_bytes, one.segment, one.volume))),
            drops=tuple(self._drops),
            unplaced=tuple(unplaced),
            spare=self._spares.left(),
        )

    def _promise(self, dataset: str) -> CopyPromise:
        if dataset not in self._promises:
            self._promises[dataset] = self._policies.promise_of(dataset)
        return self._promises[dataset]

    def _copy(self, held: HeldSegment, volume: str, reason: str, *, needs_room: bool = False) -> None:
        self._rooms.take(volume, held.size_bytes)
        self._disks[held.segment].add(self._rooms.disk(volume))
        due_at = held.created_at + self._promise(held.dataset).within
        self._copies.append(
            PlannedCopy(
                segment=held.segment,
                dataset=held.dataset,
                volume=volume,
                size_bytes=held.size_bytes,
                due_at=due_at,
                reason=reason,
                needs_room=needs_room,
                repairs=volume in held.rotten,
            )
        )

    def _drop(self, held: HeldSegment, volume: str, reason: str, *, makes_room: bool = False) -> None:
        self._rooms.give_back(volume, held.size_bytes)
        self._drops.append(
            PlannedDrop(
                segment=held.segment,
                dataset=held.dataset,
                volume=volume,
                size_bytes=held.size_bytes,
                reason=reason,
                makes_room=makes_room,
            )
        )


def _promised(number: int, promise: CopyPromise) -> str:
    return f"copy {number} of {promise.copies} promised"
