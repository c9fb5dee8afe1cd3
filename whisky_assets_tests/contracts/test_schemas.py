"""The check `schema` finds every broken rule of a record, counts all of its rows, and shows no person."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pandera.pandas as pandera
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whisky_assets.contracts import schemas
from whisky_assets.contracts.frames import to_frame
from whisky_assets.contracts.schemas import check_rows, pandera_schema
from whisky_assets.domain.outcome import BLOCKING
from whisky_assets.domain.record import Json, column
from whisky_assets.domain.records import Entry, Offer
from whisky_assets_tests.contracts.conftest import Declare

DIGEST = "0" * 64
MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)


def offer(**changes: Any) -> Offer:
    made = Offer(
        id_space="alko",
        source_id="000101",
        feed="alko",
        told_by=("alko",),
        seller="Alko",
        witness="column",
        name="Ardbeg 10",
        clean_name="Ardbeg 10",
        language="fi",
        page_state="live",
        kind="whisky",
        verdict="publish",
        block="ardbeg",
        licence="alko_open",
        publishable=True,
        as_of=MONDAY,
        first_seen=MONDAY,
        last_seen=MONDAY,
        input_digest=DIGEST,
        maker_version="1",
    )
    return dataclasses.replace(made, **changes)


def entry(**changes: Any) -> Entry:
    made = Entry(
        user="user_one",
        entry_id="0123456789abcdef",
        text="argbeg ten",
        note="lemon, sweet",
        state="waiting",
        reason="two fit",
        raw=Json("{}"),
        input_digest=DIGEST,
        maker_version="1",
    )
    return dataclasses.replace(made, **changes)


@pytest.mark.parametrize(
    ("change", "case"),
    [
        ({"abv_pct": 101.5}, "abv_pct, <= 100, 1, e.g. 101.5 @alko:000101"),
        ({"abv_pct": -0.5}, "abv_pct, >= 0, 1, e.g. -0.5 @alko:000101"),
        ({"abv_pct": float("nan")}, "abv_pct, type finite number, 1, e.g. nan @alko:000101"),
        ({"pack_count": True}, "pack_count, type whole number, 1, e.g. True @alko:000101"),
        ({"volume_ml": 700.0}, "volume_ml, type whole number, 1, e.g. 700.0 @alko:000101"),
        ({"price_minor": 2**63}, f"price_minor, type whole number, 1, e.g. {2**63} @alko:000101"),
        ({"gtin14": "0" * 14 + "\n"}, r"gtin14, matches [0-9]{14}, 1, e.g. '00000000000000\n' @alko:000101"),
        ({"country": "gb"}, "country, matches [A-Z]{2}, 1, e.g. 'gb' @alko:000101"),
        ({"kind": "wine"}, "kind, one of whisky|spirit_drink|bundle|review|other, 1, e.g. 'wine' @alko:000101"),
        ({"name": None}, "name, not empty, 1, e.g. @alko:000101"),
        ({"name": "\ud800"}, r"name, type text, 1, e.g. '\ud800' @alko:000101"),
        ({"told_by": ["alko"]}, "told_by, type tuple of text, 1, e.g. ['alko'] @alko:000101"),
        ({"parsed": Json("{ }")}, "parsed, canonical JSON, 1, e.g. '{ }' @alko:000101"),
        ({"publishable": 1}, "publishable, type true or false, 1, e.g. 1 @alko:000101"),
    ],
    ids=lambda value: value.split(", e.g.")[0] if isinstance(value, str) else "",
)
def test_a_broken_rule_is_one_case_with_column_rule_count_value_and_key(change: dict[str, Any], case: str) -> None:
    verdict = check_rows(Offer, [offer(source_id="000100"), offer(**change)])
    assert verdict.cases == (case,)
    assert (verdict.passed, verdict.count, verdict.severity) == (False, 1, BLOCKING)
    assert (verdict.table, verdict.name) == ("core/offers", "schema")


def test_a_time_without_a_zone_is_found() -> None:
    verdict = check_rows(Offer, [offer(as_of=datetime(2026, 1, 5))])  # noqa: DTZ001 - the naive time is the case
    assert verdict.cases[0].startswith("as_of, type time with zone, 1")


def test_good_rows_pass_and_are_counted() -> None:
    verdict = check_rows(Offer, (offer(source_id=str(number)) for number in range(25)))
    assert verdict.passed
    assert (verdict.count, verdict.cases, verdict.summary) == (0, (), "25 rows fit the schema")


def test_every_failure_of_every_rule_is_counted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemas, "ROWS_AT_ONCE", 4)
    rows = [offer(source_id=str(number), abv_pct=101.0 + number, kind="wine") for number in range(11)]
    verdict = check_rows(Offer, rows)
    assert verdict.count == 22
    assert verdict.cases == (
        "abv_pct, <= 100, 11, e.g. 101.0 @alko:0",
        "kind, one of whisky|spirit_drink|bundle|review|other, 11, e.g. 'wine' @alko:0",
    )
    assert verdict.summary == "22 failures of 2 rules in 11 rows"


def test_one_cell_is_counted_once_though_it_breaks_the_type_and_is_then_empty() -> None:
    verdict = check_rows(Offer, [offer(name=5)])
    assert verdict.cases == ("name, type text, 1, e.g. 5 @alko:000101",)


def test_a_repeated_key_is_found_across_chunks_and_counts_only_its_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemas, "ROWS_AT_ONCE", 2)
    rows = [
        offer(source_id="1"),
        offer(source_id="2"),
        offer(source_id="3"),
        offer(source_id="1"),
        offer(source_id="1"),
    ]
    verdict = check_rows(Offer, rows)
    assert verdict.cases == ("id_space+source_id, unique, 2, e.g. @alko:1",)


def test_the_worst_ten_rules_are_shown_and_the_rest_still_counted(declare: Declare) -> None:
    columns = {f"size_{number:02}": (int, column("A size.", ge=1)) for number in range(12)}
    thing = declare({"name": (str, column("Name.")), **columns})
    sizes = {f"size_{number:02}": 0 for number in range(12)}
    verdict = check_rows(thing, [thing(name="a", **sizes), thing(name="b", **{**sizes, "size_00": 1})])
    assert len(verdict.cases) == 10
    assert verdict.count == 23
    assert verdict.cases[-1].startswith("size_10, >= 1, 2")


def test_a_personal_value_and_a_persons_key_stand_in_no_case() -> None:
    broken = [
        entry(note="\ud800lemony", rating=float("inf"), state="odd", entry_id="lemony", age_years=0),
        entry(user="lemony", text=5),
    ]
    verdict = check_rows(Entry, [*broken, *broken])
    assert verdict.count == 14
    shown = " ".join(verdict.cases) + verdict.summary
    for word in ("lemony", "user_one", "0123456789abcdef", "@", "inf,"):
        assert word not in shown
    assert "note, type text, 2" in verdict.cases
    assert "state, one of resolved|waiting|unknown, 2, e.g. 'odd'" in verdict.cases
    assert "user+entry_id, unique, 2" in verdict.cases


def test_a_long_value_is_cut() -> None:
    verdict = check_rows(Offer, [offer(country="x" * 1_000)])
    assert len(verdict.cases[0]) < 130


def test_the_schema_takes_its_columns_and_no_other() -> None:
    frame = to_frame(Offer, [offer()])
    with pytest.raises(pandera.errors.SchemaErrors):
        pandera_schema(Offer).validate(frame.assign(extra="x"), lazy=True)
    with pytest.raises(pandera.errors.SchemaErrors):
        pandera_schema(Offer).validate(frame.drop(columns="kind"), lazy=True)
    with pytest.raises(pandera.errors.SchemaErrors):
        pandera_schema(Offer).validate(pd.concat([frame, frame]).reset_index(drop=True), lazy=True)


@settings(max_examples=40)
@given(st.lists(st.sampled_from([None, 10.0, 101.0, float("nan"), "x"]), min_size=1, max_size=12))
def test_the_count_is_that_of_a_plain_loop(values: list[Any]) -> None:
    rows = [offer(source_id=str(number), abv_pct=value) for number, value in enumerate(values)]
    expected = sum(value not in (None, 10.0) for value in values)
    assert check_rows(Offer, rows).count == expected
