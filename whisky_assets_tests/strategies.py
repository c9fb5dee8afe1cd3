"""Hypothesis strategies for rows of any record, made from its declaration: no second list of columns.

Not here: rows that mean something together, such as offers of one whisky.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TypeVar

from hypothesis import strategies as st

from whisky_assets.domain.digests import canonical_json
from whisky_assets.domain.record import Column, Json, spec_of

Row = TypeVar("Row")

INT64 = (-(2**63), 2**63 - 1)

texts = st.text(st.characters(codec="utf-8"), max_size=20)
"""Any Unicode without half surrogates, NUL and combining marks included."""

moments = st.datetimes(
    datetime(1900, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds; the zone is drawn beside it
    datetime(2200, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=9)), timezone(timedelta(hours=-3, minutes=-30))]),
)
"""Aware times with microseconds, in UTC and elsewhere."""

finite_floats = st.floats(allow_nan=False, allow_infinity=False)

plain_values: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers(*INT64) | finite_floats | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
"""What a Json column can hold."""


def rows_of(record_type: type[Row]) -> st.SearchStrategy[Row]:
    """Return a strategy for rows of a record that respect every constraint that its columns declare."""
    spec = spec_of(record_type)
    return st.builds(record_type, **{column.name: values_of(column) for column in spec.columns})


def tables_of(record_type: type[Row], *, max_size: int = 6) -> st.SearchStrategy[list[Row]]:
    """Return a strategy for lists of rows whose keys are unique."""
    key = spec_of(record_type).key
    return st.lists(
        rows_of(record_type), max_size=max_size, unique_by=lambda row: tuple(getattr(row, name) for name in key)
    )


def values_of(column: Column) -> st.SearchStrategy[object]:
    """Return a strategy for the values of one column."""
    values = _filled_values_of(column)
    return st.none() | values if column.nullable else values


def _filled_values_of(column: Column) -> st.SearchStrategy[object]:
    if column.choices:
        return st.sampled_from(column.choices)
    if column.pattern is not None:
        return st.from_regex(rf"(?:{column.pattern})\Z", fullmatch=True)
    if column.type is int:
        low = INT64[0] if column.ge is None else int(column.ge)
        high = INT64[1] if column.le is None else int(column.le)
        return st.integers(low, high)
    if column.type is float:
        return st.floats(column.ge, column.le, allow_nan=False, allow_infinity=False)
    return _BY_TYPE[column.type]


_BY_TYPE: dict[object, st.SearchStrategy[object]] = {
    str: texts,
    bool: st.booleans(),
    bytes: st.binary(max_size=30),
    datetime: moments,
    Json: plain_values.map(canonical_json).map(Json),
    tuple[str, ...]: st.lists(texts, max_size=3).map(tuple),
}
