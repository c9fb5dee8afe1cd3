"""The checks that every table gets: its schema, its foreign keys, and whether it is made to become current.

Checks are pure and run on rows before anything becomes current; Dagster shows them, it does not decide them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from whisky_assets.contracts.schemas import check_rows
from whisky_assets.domain.outcome import WARNING, CheckResult
from whisky_assets.domain.record import record_for, spec_of
from whisky_assets.pipeline.graph import CURRENT_CHECK, RELATIONS_CHECK

_CASES = 10

CHECKS_VERSION = "1"
"""Raised when rows that pass the checks of today could fail them: all rows are then checked again."""


def schema_check(dataset: str, rows: Sequence[object], *, beside: int = 0) -> CheckResult:
    """Return whether every row keeps what its record declares; lazily, so that every failure is counted.

    `beside` counts the rows of other keys that the table has and that passed when they came: they are not read again.
    """
    return check_rows(record_for(dataset), rows, beside=beside)


def relations_check(
    dataset: str, rows: Sequence[object], known: Mapping[tuple[str, ...], Collection[tuple[object, ...]]]
) -> CheckResult:
    """Return whether every foreign key of a table names a row that exists.

    Args:
        dataset: the table.
        rows: its rows.
        known: allowed values by the columns that refer: `{("id_space", "source_id"): {("lcbo", "12"), ...}}`.
    """
    personal = spec_of(record_for(dataset)).personal
    broken: list[str] = []
    count = 0
    for columns, allowed in known.items():
        for row in rows:
            value = tuple(getattr(row, column) for column in columns)
            if None in value or value in allowed:
                continue
            count += 1
            if len(broken) < _CASES:
                told = "a person's row" if personal else ":".join(str(part) for part in value)
                broken.append(f"{', '.join(columns)} names no row: {told}")
    return CheckResult(
        table=dataset,
        name=RELATIONS_CHECK,
        passed=count == 0,
        summary="every foreign key names a row" if count == 0 else f"{count} foreign keys name no row",
        count=count,
        cases=tuple(broken),
    )


def current_check(dataset: str, *, whole: bool) -> CheckResult:
    """Return whether the run also makes core/snapshot; a lone candidate is shown as not current, and blocks nothing."""
    return CheckResult(
        table=dataset,
        name=CURRENT_CHECK,
        passed=whole,
        severity=WARNING,
        summary="becomes current with core/snapshot" if whole else "not current yet: launch build",
        count=0 if whole else 1,
    )
