"""What each step of a run said about itself, kept so that a summary can be made in another process, later.

Counts and plain facts only; a personal value never stands in an Outcome.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from whisky_assets.domain.digests import canonical_json
from whisky_assets.domain.outcome import Outcome
from whisky_assets.storage.state import Migration

if TYPE_CHECKING:
    from whisky_assets.pipeline.workspace import Step, Workspace

MIGRATIONS = (
    Migration(
        "pipeline",
        1,
        """
CREATE TABLE reports (
    build TEXT NOT NULL,                -- the root run
    step TEXT NOT NULL,                 -- `stage alko`, `offers`, ...
    owner TEXT NOT NULL,                -- the cycle, or the root run where there is none
    report TEXT NOT NULL,               -- JSON: counts, metadata, tables, problems
    PRIMARY KEY (build, step)
) STRICT;
CREATE INDEX reports_by_owner ON reports (owner);
""",
    ),
)


def keep_report(step: Step, name: str, outcome: Outcome) -> None:
    """Keep what a step did under its build, name and cycle; a re-execution of the step replaces it."""
    report = {
        "counts": dict(outcome.counts),
        "metadata": {
            key: value for key, value in outcome.metadata.items() if isinstance(value, str | int | float | bool)
        },
        "tables": {
            dataset: {"made": table.made, "carried": table.carried_rows, "reasons": dict(table.reasons)}
            for dataset, table in outcome.tables.items()
        },
        "problems": [
            {"code": int(one.code), "subject": one.subject, "message": one.message, "remedy": one.remedy}
            for one in outcome.problems
        ],
    }
    with step.workspace.db.transaction() as connection:
        connection.execute(
            "INSERT OR REPLACE INTO reports (build, step, owner, report) VALUES (?, ?, ?, ?)",
            (step.build, name, step.owner, canonical_json(report)),
        )


def reports_of(workspace: Workspace, owner: str) -> dict[str, dict[str, Any]]:
    """Return the reports of a cycle by step name."""
    with workspace.db.reading() as connection:
        rows = connection.execute("SELECT step, report FROM reports WHERE owner = ? ORDER BY step", (owner,)).fetchall()
    return {step: json.loads(report) for step, report in rows}


def report_of_build(workspace: Workspace, build: str, name: str) -> dict[str, Any]:
    """Return what one step of a build (its root run) said, empty where it said nothing."""
    with workspace.db.reading() as connection:
        row = connection.execute("SELECT report FROM reports WHERE build = ? AND step = ?", (build, name)).fetchone()
    return {} if row is None else json.loads(row[0])


def release_of(workspace: Workspace, run: str) -> dict[str, Any]:
    """Return the counts and facts of the release that a run published."""
    report = report_of_build(workspace, run, "release")
    return {**report.get("metadata", {}), **report.get("counts", {})}
