"""Carries an Outcome up into Dagster: tables to IO managers, checks to the UI, counts and plain facts to metadata."""

from collections.abc import Iterator, Mapping

import dagster as dg

from whisky_assets.domain.outcome import CheckResult, NewTable, Outcome
from whisky_assets.orchestration.table_assets import asset_key

_SEVERITY = {"error": dg.AssetCheckSeverity.ERROR, "warn": dg.AssetCheckSeverity.WARN}
_LONGEST_TEXT = 900
_LONGEST_CASE = 200
_MOST_CASES = 10


def emit(outcome: Outcome) -> Iterator[dg.MaterializeResult[NewTable]]:
    """Yield one result a table, each with its checks; facts of the whole step stand on every one of its tables."""
    for dataset, table in outcome.tables.items():
        yield dg.MaterializeResult(
            asset_key=asset_key(dataset),
            value=table,
            metadata={**counts(table), **plain(outcome.counts), **plain(outcome.metadata)},
            check_results=[check_result(check) for check in (*table.checks, *_of(outcome.checks, dataset))],
        )


def check_result(check: CheckResult) -> dg.AssetCheckResult:
    """Return a verdict as the UI shows it: what failed, how often, and up to ten cases in words."""
    metadata: dict[str, dg.MetadataValue] = {"failures": dg.MetadataValue.int(check.count)}
    if check.cases:
        told = (_cut(" ".join(case.split()), _LONGEST_CASE) for case in check.cases[:_MOST_CASES])
        metadata["cases"] = dg.MetadataValue.md("\n".join(f"- {case}" for case in told))
    return dg.AssetCheckResult(
        asset_key=asset_key(check.table),
        check_name=check.name,
        passed=check.passed,
        severity=_SEVERITY[check.severity],
        description=check.summary,
        metadata=metadata,
    )


def counts(table: NewTable) -> dict[str, dg.MetadataValue]:
    """Return how many rows of a table were made anew and carried over, and why the new ones were made."""
    reasons = ", ".join(f"{reason}: {number}" for reason, number in sorted(table.reasons.items()))
    return {
        "rows_made": dg.MetadataValue.int(table.made),
        "rows_carried": dg.MetadataValue.int(table.carried_rows),
        "made_because": dg.MetadataValue.text(reasons or ("not told" if table.made else "nothing changed")),
    }


def plain(facts: Mapping[str, object]) -> dict[str, dg.MetadataValue]:
    """Return plain facts as metadata: numbers as numbers (they are plotted), long text cut, empty text left out."""
    return {name: _value(value) for name, value in facts.items() if value != ""}


def _value(value: object) -> dg.MetadataValue:
    if isinstance(value, bool):
        return dg.MetadataValue.bool(value)
    if isinstance(value, int):
        return dg.MetadataValue.int(value)
    if isinstance(value, float):
        return dg.MetadataValue.float(value)
    return dg.MetadataValue.text(_cut(str(value), _LONGEST_TEXT))


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]} ..."


def _of(checks: tuple[CheckResult, ...], dataset: str) -> Iterator[CheckResult]:
    return (check for check in checks if check.table == dataset)
