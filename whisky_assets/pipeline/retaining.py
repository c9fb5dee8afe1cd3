"""Lets go what no rule keeps: the plan in words, the one confirmation, the going, and the files of the day before.

Not here: which versions a rule keeps and what needs what (`storage.upkeep`).
"""

from __future__ import annotations

import contextlib
import dataclasses
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from whisky_assets.domain.amounts import size_words
from whisky_assets.domain.errors import ExitCode, NeedsDecisionError, StaleParentError
from whisky_assets.domain.outcome import Problem, Progress
from whisky_assets.domain.record import declared_records
from whisky_assets.pipeline.archive_import import FILES
from whisky_assets.pipeline.copying import LOCK as COPYING
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.policies import policies_in_force
from whisky_assets.pipeline.retention_needs import needed_elsewhere
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage import locks, pins
from whisky_assets.storage.capacity import Disks
from whisky_assets.storage.retired import SNAPSHOT
from whisky_assets.storage.upkeep import confirmed
from whisky_assets.storage.upkeep.holdings import Needed, read_holdings
from whisky_assets.storage.upkeep.policies import Policies
from whisky_assets.storage.upkeep.quota import ALMOST_FULL, NEARLY_FULL, QuotaUse
from whisky_assets.storage.upkeep.retirement_plan import Judged, RetirementPlan, plan_retirement
from whisky_assets.storage.upkeep.retiring import (
    Unlinked,
    pending_files,
    prove,
    refuse_unsafe,
    retire,
    uncopied_words,
    unlink_due,
)

CONFIRM_DIGITS = 12
_SHOWN = 8

Approve = Callable[["Retention"], bool]
"""Shows a plan to a person and returns whether they said yes."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """A plan, and what became of it.

    `unconfirmed` says why it needs a person's word, if it does; `is_done` that it was carried out; `proven` how many
    copies were compared with their names for it; `unlinked` what became of the files that were due; `pending` how many
    retired files still lie on each volume.
    """

    plan: RetirementPlan
    unconfirmed: str
    is_done: bool
    proven: int
    unlinked: Unlinked | None
    pending: Mapping[str, int]
    home: str

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What a person should know: quotas that fill, contradictions, what waits for copies, absent volumes."""
        return tuple(self._problems())

    def lines(self) -> list[str]:
        """Return the plan and what became of it as a person reads it."""
        return [*_plan_lines(self.plan, is_done=self.is_done), *self._ending()]

    def as_result(self) -> dict[str, object]:
        """Return everything as plain values, each piece with its reasons."""
        plan = self.plan
        return {
            "hash": plan.hash,
            "done": self.is_done,
            "needs_confirmation": self.unconfirmed,
            "dropped": [_plain(judged) for judged in plan.dropped],
            "kept": [_plain(judged) for judged in plan.kept],
            "waiting": [_plain(judged) for judged in plan.waiting],
            "table_versions": len(plan.versions),
            "segments": len(plan.segments),
            "freed_bytes": plan.freed_bytes,
            "tables": [dict(zip(_HEADERS, row, strict=True)) for row in table_rows(plan)],
            "quotas": [
                {
                    "name": use.quota.name,
                    "used_bytes": use.used_bytes,
                    "after_bytes": use.after_bytes,
                    "max_bytes": use.quota.max_bytes,
                }
                for use in plan.quotas
            ],
            "proven": self.proven,
            "unlinked_files": 0 if self.unlinked is None else self.unlinked.files,
            "unlinked_bytes": 0 if self.unlinked is None else self.unlinked.size_bytes,
            "pending_files": dict(self.pending),
        }

    def _problems(self) -> Iterator[Problem]:
        for found in self.plan.contradictions:
            yield Problem(
                code=ExitCode.FAILED,
                subject=f"quota {found.quota.name}",
                message=f"{found.message()}; nothing is let go",
                remedy=f"{found.remedy()} Then: whisky storage retain{self.home} --plan",
            )
        if self.plan.uncopied and not self.plan.contradictions and not self.plan.is_empty:
            yield Problem(
                code=ExitCode.OUT_OF_REACH,
                subject="copies",
                message=uncopied_words(self.plan),
                remedy=f"Copy first: whisky storage copy{self.home}",
            )
        yield from quota_problems(self.plan.quotas)
        for volume, why in ({} if self.unlinked is None else self.unlinked.absent).items():
            yield Problem(
                code=ExitCode.DONE,
                subject=f"volume {volume}",
                message=f"{self.pending.get(volume, 0):,} retired files stay there for now: {why}",
                remedy="Attach it; the next retention takes them away.",
            )

    def _ending(self) -> Iterator[str]:
        if self.is_done:
            yield f"done; {self.proven:,} copies of what stays were proven first"
        elif self.unconfirmed:
            yield f"nothing is let go yet: {self.unconfirmed}"
            yield f"let it go: whisky storage retain{self.home} --confirm {self.plan.hash[:CONFIRM_DIGITS]}"
        if self.unlinked is not None and self.unlinked.files:
            yield f"unlinked {self.unlinked.files:,} files of earlier plans, {size_words(self.unlinked.size_bytes)}"
        if self.pending:
            told = ", ".join(f"{count:,} on {volume}" for volume, count in self.pending.items())
            yield f"retired files that still lie there, for 24 hours at least: {told}"


def look(workspace: Workspace) -> Retention:
    """Return what would go now and why; nothing is changed.

    Raises:
        UsageError: the home's storage.toml says something that cannot be meant.
    """
    policies = policies_in_force(workspace)
    return _looked(workspace, _plan(workspace, policies, Disks(workspace.volumes.facts())), policies)


def retain(
    workspace: Workspace,
    progress: Progress,
    *,
    confirm: str = "",
    approve: Approve = lambda _shown: False,
) -> Retention:
    """Let go what no rule keeps, and unlink the files that went a day ago or earlier.

    Args:
        workspace: the home.
        progress: where proving and unlinking say how far they are.
        confirm: the hash of a plan that a person saw, or its first twelve digits.
        approve: asked where the plan needs a person's word and `confirm` is not its hash.

    Raises:
        NeedsDecisionError: something goes for the first time, or by a stricter rule, and nobody said yes.
        CheckFailedError: a quota cannot be kept; OutOfReachError: what stays is not copied as promised.
        CorruptDataError: a copy of what stays is damaged.
        BusyError: an ingest, a build, a release, an import or a copy goes on.
        StaleParentError: the home changed while a person looked at the plan.
    """
    policies = policies_in_force(workspace)
    disks = Disks(workspace.volumes.facts())
    shown = _looked(workspace, _plan(workspace, policies, disks), policies)
    if shown.plan.is_empty:
        return _finished(workspace, shown, progress)
    refuse_unsafe(shown.plan)
    if shown.unconfirmed:
        _ask(workspace, shown, confirm, approve)
    with _alone(workspace):
        proven = prove(workspace.store, shown.plan, workspace.now(), progress)
        needed = needed_elsewhere(workspace, policies)
        done = retire(workspace.db, lambda: _plan(workspace, policies, disks, needed), shown.plan.hash, workspace.now())
    if shown.unconfirmed:
        confirmed.confirm(workspace.db, done, policies, list(declared_records()), workspace.now())
    return _finished(workspace, dataclasses.replace(shown, plan=done, is_done=True, proven=proven), progress)


def quota_problems(uses: Sequence[QuotaUse]) -> Iterator[Problem]:
    """Yield one line for each quota that is 80 % full or more."""
    for use in uses:
        if use.share >= NEARLY_FULL:
            how = "almost" if use.share >= ALMOST_FULL else "nearly"
            yield Problem(
                code=ExitCode.DONE,
                subject=f"quota {use.quota.name}",
                message=f"{how} full: {use.line()}",
                remedy="Raise its max in storage.toml, or keep less by a [[retention]] rule there.",
            )


def pin_snapshot(workspace: Workspace, name: str, why: str) -> list[str]:
    """Pin a snapshot, and say so.

    Raises:
        UsageError: there is no such snapshot, it was let go, or no reason is given.
    """
    made = pins.pin(workspace.db, name, why, workspace.now())
    return [
        f"{made.snapshot} stays, whatever rules and quotas say: {made.why}",
        f"take the pin away: whisky storage unpin{home_words(workspace)} {made.snapshot}",
    ]


def unpin_snapshot(workspace: Workspace, name: str) -> list[str]:
    """Take a pin away, and say so.

    Raises:
        UsageError: the snapshot has no pin.
    """
    gone = pins.unpin(workspace.db, name)
    return [
        f"{gone.snapshot} has no pin any more ({gone.why}); the rules say whether it stays",
        f"what goes now: whisky storage retain{home_words(workspace)} --plan",
    ]


_HEADERS = ("data set", "versions stay", "versions go", "bytes stay", "bytes go")


def table_rows(plan: RetirementPlan) -> list[tuple[str, int, int, int, int]]:
    """Return a row a data set of which something stays or goes: versions and bytes."""
    going = Counter(version.dataset for version in plan.versions)
    bytes_going: Counter[str] = Counter()
    for segment in plan.segments:
        bytes_going[segment.dataset] += segment.size_bytes
    return [
        (
            dataset,
            plan.versions_before[dataset] - going[dataset],
            going[dataset],
            plan.bytes_before[dataset] - bytes_going[dataset],
            bytes_going[dataset],
        )
        for dataset in sorted({*plan.bytes_before, *plan.versions_before})
    ]


def _looked(workspace: Workspace, plan: RetirementPlan, policies: Policies) -> Retention:
    return Retention(
        plan=plan,
        unconfirmed=confirmed.unconfirmed(workspace.db, plan, policies),
        is_done=False,
        proven=0,
        unlinked=None,
        pending=pending_files(workspace.db),
        home=home_words(workspace),
    )


def _finished(workspace: Workspace, shown: Retention, progress: Progress) -> Retention:
    unlinked = unlink_due(workspace.store, workspace.now(), progress)
    return dataclasses.replace(shown, unlinked=unlinked, pending=unlinked.pending)


def _ask(workspace: Workspace, shown: Retention, confirm: str, approve: Approve) -> None:
    if confirm in (shown.plan.hash, shown.plan.hash[:CONFIRM_DIGITS]):
        return
    if confirm:
        raise StaleParentError(
            f"the plan is {shown.plan.hash[:CONFIRM_DIGITS]} by now, not {confirm}; nothing was let go",
            remedy=f"Look again: whisky storage retain{home_words(workspace)} --plan",
        )
    if not approve(shown):
        raise NeedsDecisionError(
            f"nothing was let go: {shown.unconfirmed} ({size_words(shown.plan.freed_bytes)} would go)",
            remedy=f"Look: whisky storage retain{home_words(workspace)} --plan",
        )


def _plan(workspace: Workspace, policies: Policies, disks: Disks, needed: Needed | None = None) -> RetirementPlan:
    now = workspace.now()
    stays = needed_elsewhere(workspace, policies) if needed is None else needed
    return plan_retirement(read_holdings(workspace.db, stays, now, disks), policies, now)


@contextlib.contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    """Hold every lock of work that makes or reads versions, so that none is under way.

    Raises:
        BusyError: some is.
    """
    own = f"retention-{uuid.uuid4().hex}"
    feeds = sorted({*workspace.sources.names, *workspace.heads()})
    with workspace.db.reading() as connection:
        targets = [row[0] for row in connection.execute("SELECT DISTINCT target FROM publish_releases ORDER BY target")]
    names = ["build", FILES, COPYING, *(f"feed/{feed}" for feed in feeds), *(f"target/{target}" for target in targets)]
    try:
        for name in names:
            locks.acquire(workspace.db, name, own)
        yield
    finally:
        locks.release_all(workspace.db, own)


def _plan_lines(plan: RetirementPlan, *, is_done: bool) -> Iterator[str]:
    snapshots = [judged for judged in plan.dropped if judged.unit.kind == SNAPSHOT]
    if plan.is_empty:
        yield "nothing goes: every version is kept by its rule"
    else:
        counts = (
            _counted(len(snapshots), "snapshot"),
            _counted(len(plan.versions), "table version"),
            _counted(len(plan.segments), "file"),
            size_words(plan.freed_bytes),
        )
        yield f"{'what went' if is_done else 'what goes'}: {', '.join(counts)}"
    for dataset, staying, going, bytes_staying, bytes_going in table_rows(plan):
        if going or bytes_going:
            yield (
                f"  {dataset}: {_counted(going, 'version')} ({size_words(bytes_going)});"
                f" {staying:,} stay ({size_words(bytes_staying)})"
            )
    yield from _judged_lines("snapshots of these", snapshots)
    yield from _judged_lines("snapshots that stay", [one for one in plan.kept if one.unit.kind == SNAPSHOT][::-1])
    if plan.waiting:
        yield from _judged_lines("waits", plan.waiting)
    for use in plan.quotas:
        yield use.line()


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _judged_lines(label: str, judged: Sequence[Judged]) -> Iterator[str]:
    if judged:
        yield f"{label}: {len(judged):,}"
    for one in judged[:_SHOWN]:
        yield f"  {one.unit.name} of {one.unit.made_at:%Y-%m-%d}: {', '.join(one.reasons)}"
    if len(judged) > _SHOWN:
        yield f"  ... and {len(judged) - _SHOWN:,} more (--json shows all)"


def _plain(judged: Judged) -> dict[str, object]:
    unit = judged.unit
    return {
        "kind": unit.kind,
        "item": unit.item,
        "dataset": unit.dataset,
        "partition": unit.partition,
        "made_at": unit.made_at,
        "reasons": list(judged.reasons),
    }
