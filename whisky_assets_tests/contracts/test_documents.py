"""Documents hold only what Firestore holds, and their hash says whether their meaning changed."""

from __future__ import annotations

import hashlib
import math
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from whisky_assets.contracts.documents import canonical_hash, check_value, decode, document_size, encode
from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.domain.record import Json
from whisky_assets.domain.records import ArchiveDocument, WhiskyDocument
from whisky_assets_tests.strategies import INT64, finite_floats, moments, texts

field_names = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=8)
bodies = st.dictionaries(
    field_names,
    st.recursive(
        st.none() | st.booleans() | st.integers(*INT64) | finite_floats | texts | moments,
        lambda inner: (
            st.dictionaries(field_names, inner, max_size=3)
            | st.lists(inner.filter(lambda item: not isinstance(item, list)), max_size=3)
        ),
        max_leaves=8,
    ),
    max_size=4,
)


def rewritten(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {change(name): rewritten(item, change) for name, item in reversed(value.items())}
    if isinstance(value, list):
        return [rewritten(item, change) for item in value]
    return change(value)


@given(bodies)
def test_the_order_of_keys_changes_no_hash(body: dict[str, Any]) -> None:
    assert canonical_hash(rewritten(body, lambda value: value)) == canonical_hash(body)


@given(bodies, st.sampled_from(["NFC", "NFD"]))
def test_the_unicode_form_changes_no_hash(body: dict[str, Any], form: Any) -> None:
    other = rewritten(body, lambda value: unicodedata.normalize(form, value) if isinstance(value, str) else value)
    assume(len(other) == len(body))
    assert canonical_hash(other) == canonical_hash(body)


@given(bodies)
def test_forty_and_forty_point_nought_have_one_hash(body: dict[str, Any]) -> None:
    def as_float(value: Any) -> Any:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return float(value) if whole and float(value) == value else value

    assert canonical_hash(rewritten(body, as_float)) == canonical_hash(body)


@given(bodies, st.integers(-12, 14))
def test_the_time_zone_changes_no_hash(body: dict[str, Any], hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    other = rewritten(body, lambda value: value.astimezone(zone) if isinstance(value, datetime) else value)
    assert canonical_hash(other) == canonical_hash(body)


@given(bodies, field_names, st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["", "1", "none"]))
def test_another_value_changes_the_hash(body: dict[str, Any], name: str, value: Any) -> None:
    assume(unicodedata.normalize("NFC", name) not in {unicodedata.normalize("NFC", known) for known in body})
    assert canonical_hash({**body, name: value}) != canonical_hash(body)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (datetime(2026, 1, 5, tzinfo=UTC), "2026-01-05T00:00:00.000000Z"),
        (True, 1),
        (None, ""),
        ([], None),
        ("40", 40),
        (1, 1.5),
        ({}, []),
    ],
    ids=["time-text", "bool-int", "none-text", "list-none", "text-int", "int-float", "map-list"],
)
def test_values_of_different_kinds_have_different_hashes(one: object, other: object) -> None:
    assert canonical_hash({"field": one}) != canonical_hash({"field": other})


def test_the_canonical_form_is_kept() -> None:
    body = {"name": "카발란", "abv_pct": 46.0, "at": datetime(2026, 1, 5, 9, tzinfo=UTC), "tags": ["a", -0.0]}
    text = '{"abv_pct":46,"at":{"__time__":"2026-01-05T09:00:00.000000Z"},"name":"카발란","tags":["a",0]}'
    # Another text for the same body would rewrite every published document: then `HASH_FORM` has to rise.
    assert canonical_hash(body) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"lemony"}, r"document.a.b is a set"),
        (("lemony",), r"document.a.b is a tuple"),
        (b"lemony", r"document.a.b is a bytes"),
        (np.float64(1.0), r"document.a.b is a float64"),
        (np.int64(1), r"document.a.b is a int64"),
        (np.bool_(True), r"document.a.b is a bool"),  # noqa: FBT003 - the numpy value is the case
        (pd.NA, r"document.a.b is a NAType"),
        (pd.NaT, r"document.a.b is a NaTType"),
        (pd.Timestamp("2026-01-01", tz="UTC"), r"document.a.b is a Timestamp"),
        (Decimal(1), r"document.a.b is a Decimal"),
        (date(2026, 1, 1), r"document.a.b is a date"),
        (datetime(2026, 1, 1), r"document.a.b is a time without a time zone"),  # noqa: DTZ001 - the case
        (math.nan, r"document.a.b is NaN or infinite"),
        (math.inf, r"document.a.b is NaN or infinite"),
        (2**63, r"document.a.b is a whole number beyond 64 bits"),
        ("lemony\ud800", r"document.a.b holds half a surrogate pair"),
        ("lemony" * 200_000, r"document.a.b is a text of 1200000 bytes, more than 1048487"),
        ([["lemony"]], r"document.a.b\[0\] is a list inside a list"),
        ({"": 1}, r"document.a.b has a field name that is empty or"),
        ({"__id__": 1}, r"document.a.b has a field name of the form __x__"),
        ({"가" * 501: 1}, r"document.a.b has a field name that is empty or longer than 1500 bytes"),
        ({1: 1}, r"document.a.b has a field name that is a int"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("document") else repr(value)[:6],
)
def test_what_firestore_cannot_hold_is_refused_by_its_path_and_never_shown(value: object, text: str) -> None:
    with pytest.raises(InputRefusedError, match=text) as refused:
        canonical_hash({"a": {"b": value}})
    assert "lemony" not in str(refused.value)
    assert refused.value.reason == "not_storable"


def test_twenty_maps_deep_is_the_limit() -> None:
    def nested(levels: int) -> dict[str, object]:
        body: dict[str, object] = {"leaf": 1}
        for _ in range(levels):
            body = {"map": body}
        return body

    assert check_value(nested(20), "document")
    with pytest.raises(InputRefusedError, match="nested deeper than 20 maps and lists"):
        check_value(nested(21), "document")


def test_the_declared_type_decides_between_whole_and_floating_numbers() -> None:
    row = WhiskyDocument(whisky_pk="a_pk", state="live", abv_pct=40, age=10)
    document = encode(row)
    assert (type(document["abv_pct"]), type(document["age"])) == (float, int)
    back = decode(WhiskyDocument, {**document, "abv_pct": 40, "age": 10.0})
    assert (type(back.abv_pct), type(back.age)) == (float, int)
    assert math.copysign(1, encode(WhiskyDocument(whisky_pk="a_pk", state="live", abv_pct=-0.0))["abv_pct"]) == 1  # type: ignore[arg-type]  # a float by the line above


def test_nested_values_are_maps_in_the_document_and_canonical_text_in_the_row() -> None:
    row = ArchiveDocument(
        user="u", entry_id="e", uid="1", state="resolved", text="t", note="n", whisky=Json('{"name":{"ko":"아드벡"}}')
    )
    document = encode(row)
    assert document["whisky"] == {"name": {"ko": "아드벡"}}
    assert decode(ArchiveDocument, document) == row


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"name": 5}, r"firestore/whisky.name is a int, the record declares another type"),
        ({"age": 10.5}, r"firestore/whisky.age is a float"),
        ({"age": True}, r"firestore/whisky.age is a bool"),
        ({"search_tokens": ["a", 1]}, r"firestore/whisky.search_tokens is a list"),
        ({"state": None}, r"firestore/whisky.state is a NoneType"),
        ({"colour": "red"}, r"unknown \['colour'\]"),
    ],
    ids=["text", "fraction", "bool", "list", "none", "unknown"],
)
def test_a_document_of_another_shape_is_refused_by_field(change: dict[str, object], text: str) -> None:
    document = encode(WhiskyDocument(whisky_pk="a_pk", state="live"))
    with pytest.raises(InputRefusedError, match=text):
        decode(WhiskyDocument, {**document, **change})


def test_the_clients_own_time_comes_back_as_a_plain_one() -> None:
    from google.api_core.datetime_helpers import DatetimeWithNanoseconds

    from whisky_assets.contracts.documents import _plain_time

    told = DatetimeWithNanoseconds(2026, 1, 5, 9, 0, 0, 123456, tzinfo=UTC)  # type: ignore[no-untyped-call]  # the client's own decoder has no types
    assert type(_plain_time(told)) is datetime
    assert _plain_time(told) == datetime(2026, 1, 5, 9, 0, 0, 123456, tzinfo=UTC)


def test_the_size_is_the_one_that_the_documentation_works_out() -> None:
    # https://firebase.google.com/docs/firestore/storage-size: users/jeff/tasks/my_task_id, 147 bytes.
    task = {"type": "Personal", "done": False, "priority": 1, "description": "Learn Cloud Firestore"}
    assert document_size("users/jeff/tasks/my_task_id", task) == 147
    nested = {"at": datetime(2026, 1, 5, tzinfo=UTC), "list": ["가", None], "map": {"x": 1.5}}
    sizes = (3 + 8) + (5 + (3 + 1) + 1) + (4 + (2 + 8))
    assert document_size("a/b", nested) == 2 + 2 + 16 + sizes + 32
