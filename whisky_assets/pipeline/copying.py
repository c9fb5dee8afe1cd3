"""Copies of a home's segments: what is promised, what is planned, and the copying, which waits for what is absent.

Not here: the planner and the executor (`storage.upkeep`), and the one screen of storage (`storage_status`).
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from whisky_assets.domain.amounts import size_words
from whisky_assets.domain.errors import ExitCode, WhiskyError
from whisky_assets.domain.outcome import Problem, Progress
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.joining import JoinedPages, join_pages
from whisky_assets.pipeline.policies import policies_in_force
from whisky_assets.pipeline.safekeeping import keep_state
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage import locks
from whisky_assets.storage.capacity import VolumeFacts, shared_disk_lines
from whisky_assets.storage.restore_page import refresh_restore_page
from whisky_assets.storage.upkeep.copying import Budget, CopyRun, carry_out, left_by_volume
from whisky_assets.storage.upkeep.placement import plan_copies
from whisky_assets.storage.upkeep.placements import held_segments, keep_placements
from whisky_assets.storage.upkeep.plan import HeldSegment, Plan, PlannedCopy
from whisky_assets.storage.upkeep.policies import Policies
from whisky_assets.storage.upkeep.promises import BROKEN, PromiseState, promise_states
from whisky_assets.storage.upkeep.rooms import Rooms

LOCK = "copies"
"""Name of the lock that one run of copies at a time holds."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CopyChoices:
    """What one call asks for.

    `to` copies to that volume alone; `without` plans as though these volumes were gone; `even_out` moves copies from
    full volumes to empty ones; `give_up` says that copies beyond the promises may go where their room is needed.
    """

    to: str = ""
    without: tuple[str, ...] = ()
    even_out: bool = False
    give_up: bool = False
    budget: Budget = dataclasses.field(default_factory=Budget)

    @property
    def is_whole(self) -> bool:
        """Whether all that can be done is asked for: no volume is named, and nothing limits it."""
        return not (self.to or self.without) and self.budget.max_bytes is None and self.budget.max_seconds is None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a home holds and promises at one moment, and what follows: the plan and how each promise stands."""

    segments: tuple[HeldSegment, ...]
    volumes: tuple[VolumeFacts, ...]
    policies: Policies
    plan: Plan
    states: tuple[PromiseState, ...]

    def plan_lines(self) -> list[str]:
        """Return what would be copied and given up, a line a volume, and how each promise stands."""
        copies = Counter(copy.volume for copy in self.plan.copies)
        drops = Counter(drop.volume for drop in self.plan.drops)
        sizes: Counter[str] = Counter()
        for copy in self.plan.copies:
            sizes[copy.volume] += copy.size_bytes
        return [
            *(
                f"copy {count:,} segments ({size_words(sizes[name])}) to {name}"
                for name, count in sorted(copies.items())
            ),
            *(f"give up {count:,} copies on {name} that no promise needs" for name, count in sorted(drops.items())),
            *(["nothing to copy"] if not copies else []),
            *promise_lines(self.states),
            *shared_disk_lines(self.volumes),
        ]

    def as_result(self) -> dict[str, object]:
        """Return the plan and the promises as plain values."""
        return {
            "copies": [_copy_result(copy) for copy in self.plan.copies],
            "drops": [dataclasses.asdict(drop) for drop in self.plan.drops],
            "promises": [state.as_result() for state in self.states],
        }


def survey(workspace: Workspace, *, without: Collection[str] = (), even_out: bool = False) -> Survey:
    """Return what is promised, what is there, and the plan between the two; only when a volume was seen is noted.

    Raises:
        UsageError: `storage.toml` says something that cannot be meant, or `without` names no volume.
    """
    for name in without:
        workspace.volumes.row(name)
    policies = policies_in_force(workspace)
    volumes = workspace.volumes.facts(workspace.now())
    segments = held_segments(workspace.db)
    plan = plan_copies(segments, volumes, policies, workspace.now(), without=without, even_out=even_out)
    states = promise_states(segments, plan, policies, workspace.now())
    return Survey(segments=segments, volumes=volumes, policies=policies, plan=plan, states=states)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What one call did, and how each promise stands after it; `joined` is None where nothing was to be joined."""

    run: CopyRun
    states: tuple[PromiseState, ...]
    joined: JoinedPages | None
    volumes: tuple[VolumeFacts, ...]
    problems: tuple[Problem, ...]

    def lines(self) -> list[str]:
        """Return what was copied, what is left and for which volume, and how each promise stands."""
        run = self.run
        gave_up = f", gave up {run.given_up:,} that no promise needed" if run.given_up else ""
        return [
            *(() if self.joined is None else self.joined.lines()),
            f"copied {run.copied:,} segments ({size_words(run.copied_bytes)}){gave_up}",
            *(
                f"{count:,} segments ({size_words(size_bytes)})"
                + (f" wait for {name}: {run.absent[name]}" if name in run.absent else f" are left for {name}")
                for name, (count, size_bytes) in left_by_volume(run).items()
            ),
            *promise_lines(self.states),
            *shared_disk_lines(self.volumes),
        ]

    def as_result(self) -> dict[str, object]:
        """Return it as plain values."""
        run = self.run
        return {
            "joined": 0 if self.joined is None else self.joined.parts,
            "copied": run.copied,
            "copied_bytes": run.copied_bytes,
            "given_up": run.given_up,
            "left": {name: count for name, (count, _) in left_by_volume(run).items()},
            "absent": dict(run.absent),
            "stopped": run.stopped,
            "promises": [state.as_result() for state in self.states],
        }


def copy(
    workspace: Workspace, owner: str, choices: CopyChoices, progress: Progress, *, wait_seconds: float = 0
) -> Copied:
    """Bring every segment to its promised copies, as far as the volumes are there and the budget goes.

    Small segments of pages are joined before, unless the run is narrowed or limited. The state database is backed up
    first on every volume that is there, so that a drive never leaves without.

    Args:
        workspace: the home.
        owner: whose run it is; one at a time copies.
        choices: what is asked for.
        progress: told of every copy.
        wait_seconds: how long to wait for another run that copies.

    Raises:
        BusyError: another run copies: who, since when.
        OutOfReachError: the one volume that was asked for is absent.
        UsageError: no volume has the name, or `storage.toml` says something that cannot be meant.
    """
    if choices.to:
        workspace.volumes.get(choices.to).check()
    locks.acquire(
        workspace.db,
        LOCK,
        owner,
        wait_seconds=wait_seconds,
        on_wait=lambda holder: progress.note(f"waiting for {holder}, which copies"),
    )
    try:
        joined = join_pages(workspace, owner, progress) if choices.is_whole else None
        kept = keep_state(workspace)  # its events are segments, and copied with the rest
        found = survey(workspace, without=choices.without, even_out=choices.even_out)
        keep_placements(workspace.db, found.plan.copies, workspace.now())
        run = carry_out(
            workspace.store,
            _narrowed(found.plan, choices.to),
            Rooms(found.volumes, without=choices.without),
            found.policies,
            now=workspace.now,
            progress=progress,
            budget=choices.budget,
            give_up=choices.give_up,
        )
        _tidy_volumes(workspace, found.plan)
        after = survey(workspace, without=choices.without)
    finally:
        locks.release(workspace.db, LOCK, owner)
    told = () if joined is None else joined.problems
    problems = (*told, *kept, *_problems(workspace, run, after))
    return Copied(run=run, states=after.states, joined=joined, volumes=after.volumes, problems=problems)


def promise_lines(states: Sequence[PromiseState]) -> list[str]:
    """Return how each promise stands, and below it what is to be copied and what would mend it."""
    told = (state.lines() for state in states)
    return [line for first, *rest in told for line in (f"promise {first}", *(f"  {more}" for more in rest))]


def broken_promises(workspace: Workspace, states: Sequence[PromiseState]) -> tuple[Problem, ...]:
    """Return a problem (6) for each promise that cannot be kept with the volumes that there are."""
    return tuple(
        Problem(
            code=ExitCode.DECISION,
            subject=f"promise {state.promise.words()}",
            message=f"cannot be kept: {state.mend}",
            remedy=f"Add room: whisky storage add-volume{home_words(workspace)} NAME FOLDER",
        )
        for state in states
        if state.state == BROKEN
    )


def _narrowed(plan: Plan, volume: str) -> Plan:
    """Return the part of a plan that needs one volume alone; the whole plan for no volume."""
    if not volume:
        return plan
    return dataclasses.replace(
        plan,
        copies=tuple(copy for copy in plan.copies if copy.volume == volume),
        drops=tuple(drop for drop in plan.drops if drop.volume == volume and drop.makes_room),
    )


def _tidy_volumes(workspace: Workspace, plan: Plan) -> None:
    for name in sorted({one.volume for one in plan.copies}):
        with contextlib.suppress(WhiskyError, OSError):  # absent, full, read-only: it keeps its page
            refresh_restore_page(workspace.volumes, name)
            workspace.volumes.get(name).sweep(workspace.now())


def _problems(workspace: Workspace, run: CopyRun, after: Survey) -> Iterator[Problem]:
    words = home_words(workspace)
    yield from run.problems
    for name, why in run.absent.items():
        yield Problem(
            code=ExitCode.DONE,
            subject=f"volume {name}",
            message=why,
            remedy=f"Attach it, then: whisky storage copy{words} --to {name}",
        )
    if run.kept_back:
        volumes = ", ".join(sorted({copy.volume for copy in run.kept_back}))
        yield Problem(
            code=ExitCode.DECISION,
            subject=f"volume {volumes}",
            message=f"{len(run.kept_back):,} copies lack room that copies take which no promise needs",
            remedy=f"Give those up: whisky storage copy{words} --yes",
        )
    if run.stopped:
        yield Problem(
            code=ExitCode.BUDGET,
            subject="copies",
            message=f"stopped at its limit, {len(run.left):,} segments are left",
            remedy=f"Go on: whisky storage copy{words}",
        )
    yield from broken_promises(workspace, after.states)


def _copy_result(copy: PlannedCopy) -> dict[str, object]:
    return {**dataclasses.asdict(copy), "due_at": copy.due_at.isoformat()}
