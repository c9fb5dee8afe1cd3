"""What a plan of copies is made from, and what it says: data that the planner, the executor and the status share.

Not here: deciding (`placement`), doing (`copying`), telling (`promises`).
"""

from __future__ import annotations

import dataclasses
from datetime import datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HeldSegment:
    """A segment as the planner sees it: on which volumes it has a copy, and on which it was placed earlier.

    `rotten` are the volumes on which its copy is known not to be what its name says; it is none of `copies`.
    """

    segment: str
    dataset: str
    size_bytes: int
    created_at: datetime
    copies: tuple[str, ...]
    placed: tuple[str, ...] = ()
    rotten: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCopy:
    """A copy to be made on a volume by `due_at`; `reason` says what for.

    `needs_room` says that other copies have to be given up there first, `repairs` that a rotten copy lies there.
    """

    segment: str
    dataset: str
    volume: str
    size_bytes: int
    due_at: datetime
    reason: str
    needs_room: bool = False
    repairs: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDrop:
    """A copy to be given up on a volume, once the promise is kept without it.

    `makes_room` says that it goes before the copies are made, as they need its room; else it goes after them.
    """

    segment: str
    dataset: str
    volume: str
    size_bytes: int
    reason: str
    makes_room: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """A copy that fits nowhere: `off_this_pc` where it has to be; `could_take` are volumes that lack only room."""

    segment: str
    dataset: str
    size_bytes: int
    off_this_pc: bool
    could_take: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do, in this order of weight: `copies` (the most urgent first), `drops`; and what cannot be done.

    `spare` says of which segments there are more copies than promised, and how many; they stay until their room is
    needed.
    """

    copies: tuple[PlannedCopy, ...]
    drops: tuple[PlannedDrop, ...]
    unplaced: tuple[Unplaced, ...]
    spare: tuple[tuple[str, int], ...]
