"""Carries out a plan of copies: each copied, compared from the medium and registered, before anything else is given up.

An absent volume is waited for; one that goes away or fills up on the way ends its own copies alone, and the next run
goes on where this one stopped. Not here: what is to be copied (`placement`).
"""

from __future__ import annotations

import dataclasses
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from whisky_assets.domain.errors import BusyError, CorruptDataError, OutOfReachError, UsageError, WhiskyError
from whisky_assets.domain.outcome import Problem, Progress
from whisky_assets.storage.copies import copy_segment
from whisky_assets.storage.segments import SegmentStore
from whisky_assets.storage.upkeep.giving_up import give_up_copy
from whisky_assets.storage.upkeep.plan import Plan, PlannedCopy, PlannedDrop
from whisky_assets.storage.upkeep.policies import Policies
from whisky_assets.storage.upkeep.repairing import repair_copy
from whisky_assets.storage.upkeep.rooms import Rooms


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much one run may copy, and how long it may begin new copies; None: as much and as long as it takes.

    `clock` gives seconds that never go back.
    """

    max_bytes: int | None = None
    max_seconds: float | None = None
    clock: Callable[[], float] = time.monotonic


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CopyRun:
    """What a run came to.

    `absent` says of each volume that was not there, or went away, why; `left` are the copies that are still to be made,
    `kept_back` those that lack the room of copies that nobody confirmed to give up; `stopped`: whether a budget did it.
    """

    copied: int
    copied_bytes: int
    given_up: int
    absent: Mapping[str, str]
    left: tuple[PlannedCopy, ...]
    kept_back: tuple[PlannedCopy, ...]
    stopped: bool
    problems: tuple[Problem, ...]


def carry_out(
    store: SegmentStore,
    plan: Plan,
    rooms: Rooms,
    policies: Policies,
    *,
    now: Callable[[], datetime],
    progress: Progress,
    budget: Budget | None = None,
    give_up: bool = False,
) -> CopyRun:
    """Make the copies of a plan, the most urgent first.

    Args:
        store: the home's segments.
        plan: what to do.
        rooms: the volumes, for whether a promise is kept without a copy.
        policies: the rules in force.
        now: the home's time.
        progress: told of every copy.
        budget: where to stop; a copy that would exceed it is not begun, but the first always is.
        give_up: whether copies beyond every promise may be given up where their room is needed.
    """
    run = _Run(store, rooms, policies, now, progress, budget or Budget())
    if give_up:
        run.give_up([drop for drop in plan.drops if drop.makes_room])
    run.copy(plan.copies if give_up else [copy for copy in plan.copies if not copy.needs_room])
    if give_up:
        run.give_up([drop for drop in plan.drops if not drop.makes_room])
    return CopyRun(
        copied=run.copied,
        copied_bytes=run.copied_bytes,
        given_up=run.given_up,
        absent=run.absent,
        left=tuple(run.left),
        kept_back=() if give_up else tuple(copy for copy in plan.copies if copy.needs_room),
        stopped=run.stopped,
        problems=tuple(run.problems),
    )


class _Run:
    def __init__(
        self,
        store: SegmentStore,
        rooms: Rooms,
        policies: Policies,
        now: Callable[[], datetime],
        progress: Progress,
        budget: Budget,
    ) -> None:
        self.copied = self.copied_bytes = self.given_up = 0
        self.absent: dict[str, str] = {}
        self.left: list[PlannedCopy] = []
        self.problems: list[Problem] = []
        self.stopped = False
        self._broken: set[str] = set()
        self._crowded: set[str] = set()
        self._store, self._rooms, self._policies = store, rooms, policies
        self._now, self._progress, self._budget = now, progress, budget
        self._began = budget.clock()

    def copy(self, copies: Sequence[PlannedCopy]) -> None:
        """Make copies in order; those on volumes that are not there are left."""
        for volume in dict.fromkeys(copy.volume for copy in copies):
            self._look(volume)
        due = [copy for copy in copies if self._is_usable(copy.volume)]
        self.left += [copy for copy in copies if not self._is_usable(copy.volume)]
        self._progress.start("copying segments", len(due))
        for number, copy in enumerate(due):
            if self._is_spent(copy):
                self.stopped = True
                self.left += due[number:]
                return
            has_room = not copy.needs_room or copy.volume not in self._crowded
            if not has_room or not self._is_usable(copy.volume) or not self._made(copy):
                self.left.append(copy)
            self._progress.advance()

    def give_up(self, drops: Sequence[PlannedDrop]) -> None:
        """Give up copies, each only where its promise is kept by verified copies elsewhere."""
        for drop in drops:
            keeps = partial(self._rooms.keeps, promise=self._policies.promise_of(drop.dataset))
            try:
                give_up_copy(self._store, drop.segment, drop.volume, keeps, self._now())
            except (OutOfReachError, UsageError, BusyError):
                self._crowded.add(drop.volume)  # it stays; the next plan looks again
            except CorruptDataError as error:
                self._crowded.add(drop.volume)
                self._tell(f"segment {drop.segment[:12]}", error)
            else:
                self.given_up += 1

    def _made(self, copy: PlannedCopy) -> bool:
        try:
            if copy.repairs:
                repair_copy(self._store, copy.segment, copy.volume, self._now())
            else:
                copy_segment(self._store, copy.segment, copy.volume, self._now())
        except CorruptDataError as error:
            self._tell(f"segment {copy.segment[:12]}", error)
            return False
        except UsageError as error:  # retention took it meanwhile, or a bucket has no client here
            if self._look(copy.volume):
                self._progress.note(error.message)
            return False
        except (OutOfReachError, OSError) as error:
            self._after_failure(copy, error)
            return False
        self.copied += 1
        self.copied_bytes += copy.size_bytes
        return True

    def _after_failure(self, copy: PlannedCopy, error: WhiskyError | OSError) -> None:
        """Find out what failed: the target went away, no source is there, or the target refuses."""
        if not self._look(copy.volume):
            self._progress.note(f"volume {copy.volume} went away: {self.absent[copy.volume]}")
            return
        sources = [held.volume for held in self._store.copies(copy.segment) if held.volume != copy.volume]
        if isinstance(error, OutOfReachError) and not any(self._look(volume) for volume in sources):
            return
        self._broken.add(copy.volume)
        told = (
            error
            if isinstance(error, WhiskyError)
            else OutOfReachError(
                f"volume {copy.volume}: {error.strerror or error}",
                remedy="Look whether the drive is well, and start again.",
            )
        )
        self._tell(f"volume {copy.volume}", told)

    def _look(self, volume: str) -> bool:
        """Return whether a volume is there now; where it is not, remember why."""
        try:
            self._store.volumes.get(volume).check()
        except WhiskyError as error:
            self.absent[volume] = error.message
        except OSError as error:
            self.absent[volume] = error.strerror or str(error)
        else:
            self.absent.pop(volume, None)
            return True
        return False

    def _is_usable(self, volume: str) -> bool:
        return volume not in self.absent and volume not in self._broken

    def _is_spent(self, copy: PlannedCopy) -> bool:
        budget = self._budget
        if budget.max_seconds is not None and budget.clock() - self._began >= budget.max_seconds:
            return True
        over = budget.max_bytes is not None and self.copied_bytes + copy.size_bytes > budget.max_bytes
        return over and self.copied > 0

    def _tell(self, subject: str, error: WhiskyError) -> None:
        self.problems.append(Problem(code=error.exit_code, subject=subject, message=error.message, remedy=error.remedy))


def left_by_volume(run: CopyRun) -> dict[str, tuple[int, int]]:
    """Return how many copies, and how many bytes, are still to be made on each volume."""
    counts = Counter(copy.volume for copy in run.left)
    return {
        volume: (count, sum(copy.size_bytes for copy in run.left if copy.volume == volume))
        for volume, count in sorted(counts.items())
    }
