"""The table of every copy, made by the run that makes the copies that are lacking, with checks on promises and ages.

Not here: the copying (`copying`) and the screen of storage (`storage_status`).
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from whisky_assets.domain.amounts import span_words
from whisky_assets.domain.errors import ExitCode
from whisky_assets.domain.outcome import WARNING, CheckResult, NewTable, Outcome, Problem
from whisky_assets.domain.records import SegmentCopy
from whisky_assets.pipeline.adopting import adopt_left
from whisky_assets.pipeline.checks import schema_check
from whisky_assets.pipeline.copying import Copied, CopyChoices, Survey, copy, survey
from whisky_assets.pipeline.graph import PROMISES_CHECK, SEEN_CHECK, VERIFIED_CHECK
from whisky_assets.pipeline.reports import keep_report
from whisky_assets.pipeline.workspace import UI_WAIT_SECONDS, Step, Workspace
from whisky_assets.storage.places import LOCAL
from whisky_assets.storage.state import moment_of
from whisky_assets.storage.upkeep.placements import copy_ages
from whisky_assets.storage.upkeep.promises import BROKEN, KEPT, LATE

COPIES = "storage/copies"


def copies(step: Step, choices: CopyChoices | None = None) -> Outcome:
    """Make the copies that are lacking on every volume that is there, and return where every copy lies as a table.

    Files that a killed writer left without a row are registered first.
    The table tells the copies as they are before it is kept itself.

    Raises:
        BusyError: another run still copies after five minutes.
        UsageError: the home's storage.toml says something that cannot be meant.
    """
    workspace = step.workspace
    adopt_left(workspace, step.progress)
    done = copy(workspace, step.owner, choices or CopyChoices(), step.progress, wait_seconds=UI_WAIT_SECONDS)
    found = survey(workspace)
    rows = tuple(_rows(workspace))
    ages = _ages(workspace)
    checks = (
        schema_check(COPIES, rows),
        _promises_check(found),
        _verified_check(found, ages),
        _seen_check(workspace, found),
    )
    outcome = Outcome(
        tables={COPIES: NewTable(dataset=COPIES, rows=rows, made=len(rows), checks=checks)},
        counts=_counts(done, found, rows),
        metadata={
            "what": "\n".join(done.lines()),
            "oldest_look_days": round(max(ages.values(), default=timedelta(0)) / timedelta(days=1), 2),
        },
        problems=tuple(_problems(done)),
    )
    keep_report(step, "copies", outcome)
    return outcome


def _rows(workspace: Workspace) -> Iterator[SegmentCopy]:
    with workspace.db.reading() as connection:
        found = connection.execute(
            "SELECT c.segment, c.volume, s.dataset, s.size_bytes, s.rows, c.verified_at FROM copies c"
            " JOIN segments s ON s.id = c.segment ORDER BY c.segment, c.volume"
        ).fetchall()
    for segment, volume, dataset, size_bytes, rows, verified_at in found:
        yield SegmentCopy(
            segment=segment,
            volume=volume,
            dataset=dataset,
            size_bytes=size_bytes,
            rows=rows,
            verified_at=None if verified_at is None else moment_of(verified_at),
        )


def _ages(workspace: Workspace) -> dict[str, timedelta]:
    """Return for each volume how long ago the copy was looked at that was looked at longest ago."""
    now = workspace.now()
    return {one.volume: now - (one.oldest_verified_at or now) for one in copy_ages(workspace.db)}


def _counts(done: Copied, found: Survey, rows: tuple[SegmentCopy, ...]) -> dict[str, int]:
    states = Counter(state.state for state in found.states)
    return {
        "copies_everywhere": len(rows),
        "bytes": sum(row.size_bytes for row in rows),
        "segments_held": len(found.segments),
        "segments_with_one_copy": sum(len(held.copies) < 2 for held in found.segments),
        "copied": done.run.copied,
        "copied_bytes": done.run.copied_bytes,
        "copies_left": len(found.plan.copies),
        "copies_that_fit_nowhere": len(found.plan.unplaced),
        "promises": len(found.states),
        "promises_kept": states[KEPT],
        **{f"used_bytes_{facts.name}": facts.used_bytes for facts in found.volumes},
    }


def _promises_check(found: Survey) -> CheckResult:
    failed = [state for state in found.states if state.state in (BROKEN, LATE)]
    return CheckResult(
        table=COPIES,
        name=PROMISES_CHECK,
        passed=not failed,
        severity=WARNING,
        summary="; ".join(state.line() for state in failed) or "every promise is kept, or waits within its time",
        count=len(failed),
        cases=tuple(state.line() for state in failed),
    )


def _verified_check(found: Survey, ages: dict[str, timedelta]) -> CheckResult:
    limit = found.policies.verified_within
    old = [f"a copy on {volume}: {span_words(age)}" for volume, age in ages.items() if age > limit]
    oldest = span_words(max(ages.values(), default=timedelta(0)))
    return CheckResult(
        table=COPIES,
        name=VERIFIED_CHECK,
        passed=not old,
        severity=WARNING,
        summary=f"the oldest look at a copy is {oldest} ago, promised within {span_words(limit)}",
        count=len(old),
        cases=tuple(old),
    )


def _seen_check(workspace: Workspace, found: Survey) -> CheckResult:
    now, limit = workspace.now(), found.policies.seen_within
    unseen = [
        f"{facts.name}: {'never seen' if facts.seen_at is None else f'last seen {facts.seen_at:%Y-%m-%d}'}"
        for facts in found.volumes
        if facts.name != LOCAL and not facts.is_here and (facts.seen_at is None or now - facts.seen_at > limit)
    ]
    return CheckResult(
        table=COPIES,
        name=SEEN_CHECK,
        passed=not unseen,
        severity=WARNING,
        summary="; ".join(unseen) or f"every volume was seen within {span_words(limit)}",
        count=len(unseen),
        cases=tuple(unseen),
    )


def _problems(done: Copied) -> Iterator[Problem]:
    """Yield what a person should know; nothing of it fails a run."""
    for problem in done.problems:
        yield dataclasses.replace(problem, code=ExitCode.DONE)
