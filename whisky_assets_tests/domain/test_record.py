"""A record's declaration says all about a table, and a wrong one fails at import."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from whisky_assets.domain import record as record_module
from whisky_assets.domain.record import Json, column, declared_records, record, record_for, spec_of
from whisky_assets.domain.records import Claim, Entry, Offer, Page

RECORDS = declared_records()
UNITS_BY_SUFFIX = {"_pct": "% vol", "_ml": "ml", "_years": "years", "_bytes": "bytes", "_minor": "minor units"}

every_record = pytest.mark.parametrize("record_type", RECORDS.values(), ids=RECORDS)


def declared(body: dict[str, tuple[object, Any]], **options: Any) -> Any:
    annotations = {name: kind for name, (kind, _) in body.items()}
    cls = type("Thing", (), {"__annotations__": annotations, **{name: made for name, (_, made) in body.items()}})
    arguments: dict[str, Any] = {"version": 1, "grain": "one thing", "key": ("name",), **options}
    try:
        return record("test/things", **arguments)(cls)
    finally:
        record_module._declared.pop("test/things", None)


NAME = {"name": (str, column("Name."))}


@pytest.mark.parametrize(
    ("body", "options", "error", "text"),
    [
        (NAME, {"key": ("colour",)}, KeyError, "test/things has no column colour"),
        (NAME, {"person": "who"}, KeyError, "test/things has no column who"),
        (NAME, {"partition": "feed"}, KeyError, "test/things has no column feed"),
        ({"name": (list, column("Name."))}, {}, TypeError, r"Thing.name: <class 'list'> is no column type"),
        ({"name": (int | str, column("Name."))}, {}, TypeError, r"Thing.name: .* is no column type"),
        ({"name": (str, "a")}, {}, TypeError, r"Thing.name is declared without column"),
    ],
    ids=["key", "person", "partition", "type", "union", "no-column"],
)
def test_a_wrong_declaration_fails_by_name(
    body: dict[str, Any], options: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        declared(body, **options)


def test_a_dataset_is_declared_once() -> None:
    with pytest.raises(TypeError, match="core/offers is declared twice: Offer and Other"):

        @record("core/offers", version=1, grain="one", key=("name",))
        class Other:
            name: str = column("Name.")


def test_a_dataset_without_record_is_named_with_those_that_exist() -> None:
    assert record_for("core/offers") is Offer
    with pytest.raises(KeyError, match=r"no record declares core/wines; declared: .*core/offers"):
        record_for("core/wines")
    with pytest.raises(KeyError):
        spec_of(str)


def test_a_spec_tells_types_emptiness_key_and_what_counts_in_a_digest() -> None:
    spec = spec_of(Offer)
    assert (spec.key, spec.version, spec.personal, spec.partition) == (("id_space", "source_id"), 1, False, None)
    assert (spec.column("abv_pct").type, spec.column("abv_pct").nullable) == (float, True)
    assert (spec.column("parsed").type, spec.column("told_by").type) == (Json, tuple[str, ...])
    assert "first_seen" not in spec.stable_columns
    assert "as_of" in spec.stable_columns
    assert spec_of(Entry).personal
    assert spec_of(Page).partition == "feed"
    with pytest.raises(KeyError, match="core/offers has no column colour"):
        spec.column("colour")


def test_a_row_is_frozen_and_takes_keywords_only() -> None:
    row = declared({**NAME, "size": (int | None, column("Size.", default=None))})(name="a")
    assert row.size is None
    with pytest.raises(dataclasses.FrozenInstanceError):
        row.name = "b"


def test_the_list_of_records_is_sorted_and_whole() -> None:
    assert list(RECORDS) == sorted(RECORDS)
    assert {"raw/pages", "staged/listings", "core/whiskies", "archives/entries", "firestore/plan"} <= RECORDS.keys()


@every_record
def test_a_table_describes_itself(record_type: type) -> None:
    spec = spec_of(record_type)
    assert re.fullmatch(r"[a-z]+/[a-z_]+", spec.dataset)
    assert record_type.__doc__
    assert "Thing(" not in record_type.__doc__
    assert spec.grain
    assert spec.key
    assert len(set(spec.key)) == len(spec.key)
    for one in spec.columns:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", one.name)
        assert re.fullmatch(r"[A-Z`a-z].+\.", one.meaning), one.name
        assert not (one.name in spec.key and (one.nullable or one.volatile) and spec.dataset != "core/snapshot"), (
            one.name
        )


@every_record
def test_a_columns_name_tells_its_unit(record_type: type) -> None:
    for one in spec_of(record_type).columns:
        for suffix, unit in UNITS_BY_SUFFIX.items():
            if one.name.endswith(suffix):
                assert one.unit == unit, one.name


@every_record
def test_a_table_with_a_personal_column_says_whose_row_it_is(record_type: type) -> None:
    spec = spec_of(record_type)
    if any(one.personal for one in spec.columns):
        assert spec.person in spec.key


@every_record
def test_a_pattern_compiles_and_choices_are_text(record_type: type) -> None:
    for one in spec_of(record_type).columns:
        if one.pattern is not None:
            assert re.compile(one.pattern).groups == 0, one.name
        assert len(set(one.choices)) == len(one.choices)
        if one.choices or one.pattern:
            assert one.type is str, one.name
        if one.ge is not None or one.le is not None:
            assert one.type in (int, float), one.name


def test_a_row_says_where_its_values_are_from() -> None:
    claim = {one.name for one in spec_of(Claim).columns}
    assert {"whisky_pk", "field", "id_space", "source_id", "value"} <= claim
    moment = datetime(2026, 1, 5, tzinfo=UTC)
    page = Page(
        feed="alko",
        url="file:a",
        fetched_at=moment,
        role="file",
        status=200,
        media_type="text/csv",
        body_sha256="0" * 64,
        body=b"",
    )
    assert (page.headers, page.charset, page.as_of) == ("{}", None, None)
