"""The table of what stays and what goes, made by the run that lets it go, with checks on quotas and on promises.

Not here: the plan and the going (`retaining`).
"""

from __future__ import annotations

import dataclasses

from whisky_assets.domain.errors import (
    BusyError,
    CheckFailedError,
    ExitCode,
    NeedsDecisionError,
    OutOfReachError,
    StaleParentError,
)
from whisky_assets.domain.outcome import WARNING, CheckResult, NewTable, Outcome, Problem
from whisky_assets.domain.records import RetentionRow
from whisky_assets.pipeline.checks import schema_check
from whisky_assets.pipeline.graph import CONTRADICTIONS_CHECK, QUOTA_CHECK
from whisky_assets.pipeline.reports import keep_report
from whisky_assets.pipeline.retaining import Retention, look, quota_problems, retain
from whisky_assets.pipeline.workspace import Step
from whisky_assets.storage.upkeep.retirement_plan import Judged

RETENTION = "storage/retention"
_NOT_NOW = (BusyError, CheckFailedError, NeedsDecisionError, OutOfReachError, StaleParentError)
"""Why nothing goes this time, without a failure of the run: the next one tries again, and a person is told."""


def retention(step: Step) -> Outcome:
    """Let go what no rule keeps, if a person confirmed such rules before, and return what stays and goes as a table.

    Raises:
        CorruptDataError: a copy of what stays is damaged.
        UsageError: the home's storage.toml says something that cannot be meant.
    """
    problems: tuple[Problem, ...] = ()
    try:
        found = retain(step.workspace, step.progress)
    except _NOT_NOW as error:
        found = look(step.workspace)
        problems = (Problem(code=ExitCode.DONE, subject=RETENTION, message=error.message, remedy=error.remedy),)
    rows = _rows(found)
    checks = (schema_check(RETENTION, rows), _quota_check(found), _contradictions_check(found))
    outcome = Outcome(
        tables={RETENTION: NewTable(dataset=RETENTION, rows=rows, made=len(rows), checks=checks)},
        counts=_counts(found),
        metadata={
            "what": "\n".join(found.lines()),
            **{f"quota_share_{use.quota.name}": round(use.share, 4) for use in found.plan.quotas},
        },
        problems=(*problems, *(one for one in found.problems if one.code == ExitCode.DONE)),
    )
    keep_report(step, "retention", outcome)
    return outcome


def _rows(found: Retention) -> tuple[RetentionRow, ...]:
    verdicts = {"kept": found.plan.kept, "dropped": found.plan.dropped, "waiting": found.plan.waiting}
    return tuple(_row(verdict, judged) for verdict, pieces in verdicts.items() for judged in pieces)


def _row(verdict: str, judged: Judged) -> RetentionRow:
    unit = judged.unit
    return RetentionRow(
        kind=unit.kind,
        item=unit.item,
        verdict=verdict,
        dataset=unit.dataset,
        partition=unit.partition,
        made_at=unit.made_at,
        reasons=judged.reasons,
    )


def _counts(found: Retention) -> dict[str, int]:
    plan = found.plan
    return {
        "kept": len(plan.kept),
        "dropped": len(plan.dropped) if found.is_done else 0,
        "to_drop": 0 if found.is_done else len(plan.dropped),
        "waiting": len(plan.waiting),
        "table_versions_dropped": len(plan.versions) if found.is_done else 0,
        "bytes_dropped": plan.freed_bytes if found.is_done else 0,
        "bytes_held": sum(plan.bytes_before.values()) - (plan.freed_bytes if found.is_done else 0),
        "copies_proven": found.proven,
        "files_unlinked": 0 if found.unlinked is None else found.unlinked.files,
        "files_pending": sum(found.pending.values()),
        **{f"quota_used_bytes_{use.quota.name}": use.used_bytes for use in plan.quotas},
    }


def _quota_check(found: Retention) -> CheckResult:
    full = list(quota_problems(found.plan.quotas))
    return CheckResult(
        table=RETENTION,
        name=QUOTA_CHECK,
        passed=not full,
        severity=WARNING,
        summary="; ".join(use.line() for use in found.plan.quotas) or "no quota is set",
        count=len(full),
        cases=tuple(problem.message for problem in full),
    )


def _contradictions_check(found: Retention) -> CheckResult:
    told = [problem for problem in dataclasses.replace(found, unlinked=None).problems if problem.code != ExitCode.DONE]
    return CheckResult(
        table=RETENTION,
        name=CONTRADICTIONS_CHECK,
        passed=not told,
        severity=WARNING,
        summary="; ".join(problem.message for problem in told) or "every quota and promise can be kept",
        count=len(told),
        cases=tuple(f"{problem.message} {problem.remedy}" for problem in told),
    )
