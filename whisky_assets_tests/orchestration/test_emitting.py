"""What pipeline says of its work is what the UI shows: tables, verdicts with their cases, counts as numbers."""

import json

import dagster as dg
import pytest

from whisky_assets.domain.outcome import WARNING, CheckResult, NewTable, Outcome
from whisky_assets.orchestration.emitting import check_result, emit
from whisky_assets.pipeline.checks import schema_check
from whisky_assets_tests.orchestration.small import COPIES, copies_table


def verdict(**told: object) -> CheckResult:
    values: dict[str, object] = {"table": COPIES, "name": "schema", "passed": True}
    return CheckResult(**{**values, **told})  # type: ignore[arg-type] # each test tells fields of their own types


def test_each_table_is_one_result_with_its_value_counts_and_checks() -> None:
    table = NewTable(
        dataset=COPIES, rows=(), made=3, carried_rows=4, reasons={"input": 2, "new": 1}, checks=(verdict(),)
    )
    outcome = Outcome(
        tables={COPIES: table},
        checks=(verdict(name="other"), verdict(table="core/offers", name="elsewhere")),
        counts={"pages": 7},
        metadata={"target": "local", "share": 0.5, "whole": True},
    )
    (result,) = emit(outcome)
    assert result.asset_key == dg.AssetKey(["storage", "copies"])
    assert result.value is table
    assert [check.check_name for check in result.check_results or ()] == ["schema", "other"]
    assert result.metadata is not None
    shown = {name: getattr(value, "value", value) for name, value in result.metadata.items()}
    assert shown == {
        "rows_made": 3,
        "rows_carried": 4,
        "made_because": "input: 2, new: 1",
        "pages": 7,
        "target": "local",
        "share": 0.5,
        "whole": True,
    }
    assert isinstance(result.metadata["pages"], dg.IntMetadataValue)
    assert isinstance(result.metadata["share"], dg.FloatMetadataValue)
    assert isinstance(result.metadata["whole"], dg.BoolMetadataValue)


def test_a_failed_check_shows_column_rule_count_and_up_to_ten_cases() -> None:
    rows = copies_table(*"0123456789abcdef").rows
    broken = [row.__class__(**{**_values(row), "size_bytes": -1}) for row in rows]
    told = schema_check(COPIES, broken)
    shown = check_result(told)
    assert not shown.passed
    assert shown.severity is dg.AssetCheckSeverity.ERROR
    cases = str(shown.metadata["cases"].value).splitlines()
    assert shown.metadata["failures"].value == told.count == 16
    assert 1 <= len(cases) <= 10
    assert "size_bytes" in cases[0]
    assert all(case.startswith("- ") for case in cases)


def _values(row: object) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}  # type: ignore[attr-defined] # a record is a dataclass


def test_a_warning_does_not_block_and_a_passed_check_shows_no_cases() -> None:
    assert check_result(verdict(passed=False, severity=WARNING)).severity is dg.AssetCheckSeverity.WARN
    passed = check_result(verdict(summary="2 rows fit"))
    assert passed.description == "2 rows fit"
    assert set(passed.metadata) == {"failures"}


@pytest.mark.parametrize("letter", ["x", "\n", "한"])
def test_an_event_stays_small_whatever_the_cases_hold(letter: str) -> None:
    shown = check_result(verdict(passed=False, count=99, cases=tuple(letter * 5_000 for _ in range(99))))
    assert len(json.dumps(str(shown.metadata["cases"].value), ensure_ascii=False)) < 10_000
    outcome = Outcome(tables={COPIES: NewTable(dataset=COPIES, rows=())}, metadata={"long": letter * 5_000})
    (result,) = emit(outcome)
    assert result.metadata is not None
    assert len(str(result.metadata["long"].value)) < 1_000  # type: ignore[union-attr] # emit gives typed values alone
