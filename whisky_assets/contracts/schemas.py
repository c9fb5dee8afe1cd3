"""Every constraint that a record declares, checked on all of its rows at once: every failure counted, no person shown.

The rules are Pandera's, derived from the record; a cell of another Python type than declared is found first, because a
typed frame cannot hold it. Not here: relations between tables (`pipeline`).
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

import pandas as pd
import pandera.pandas as pandera

from whisky_assets.contracts.frames import FRAME_TYPES
from whisky_assets.domain.digests import canonical_json
from whisky_assets.domain.outcome import CheckResult
from whisky_assets.domain.record import Column, Json, RecordSpec, spec_of

Row = TypeVar("Row")

CHECK_NAME = "schema"
MOST_CASES = 10
ROWS_AT_ONCE = 10_000
LONGEST_VALUE = 60
INT64 = range(-(2**63), 2**63)

_schemas: dict[type, pandera.DataFrameSchema] = {}


def pandera_schema(record_type: type) -> pandera.DataFrameSchema:
    """Return the Pandera schema of a record: its columns and no other, types, emptiness, constraints, unique key.

    It fits the frames of `contracts.frames.to_frame`. Validate with `lazy=True` to see every failure.

    Raises:
        KeyError: the class was not declared with `record`.
    """
    schema = _schemas.get(record_type)
    if schema is None:
        spec = spec_of(record_type)
        columns = {column.name: _pandera_column(column) for column in spec.columns}
        schema = pandera.DataFrameSchema(columns, strict=True, unique=list(spec.key), name=spec.dataset)
        _schemas[record_type] = schema
    return schema


def check_rows(record_type: type[Row], rows: Iterable[Row], *, beside: int = 0) -> CheckResult:
    """Return the verdict of the check `schema`: blocking, lazy, with every failure of every row counted.

    Each of up to ten cases is `column, rule, count, e.g. value @key`. A personal column's value, and in a personal
    table the key, stand in none. Reads the rows once, 10,000 at a time; only their keys are kept.

    Args:
        record_type: whose rows these are.
        rows: the rows.
        beside: how many rows of other keys the table has that passed this check before.

    Raises:
        KeyError: the class was not declared with `record`.
    """
    spec = spec_of(record_type)
    found = _Failures(spec)
    keys: list[tuple[object, ...]] = []
    iterator = iter(rows)
    while chunk := list(itertools.islice(iterator, ROWS_AT_ONCE)):
        keys.extend(tuple(getattr(row, name) for name in spec.key) for row in chunk)
        _check_chunk(record_type, chunk, found)
    _check_unique(spec, keys, found)
    return CheckResult(
        table=spec.dataset,
        name=CHECK_NAME,
        passed=not found.groups,
        summary=_summary(len(keys) + beside, found),
        count=found.total,
        cases=found.cases(),
    )


@dataclasses.dataclass(slots=True)
class _Group:
    count: int
    example: str


class _Failures:
    """Failures by column and rule, each with its first example in words."""

    def __init__(self, spec: RecordSpec) -> None:
        self.spec = spec
        self.groups: dict[tuple[str, str], _Group] = {}
        key_columns = spec.key if spec.personal else ()
        hidden = {*key_columns, spec.person, *(column.name for column in spec.columns if column.personal)}
        self._hidden = frozenset(hidden)

    @property
    def total(self) -> int:
        return sum(group.count for group in self.groups.values())

    def add(self, column: str, rule: str, value: object, key: Sequence[object]) -> None:
        group = self.groups.get((column, rule))
        if group is None:
            self.groups[column, rule] = _Group(1, self._example(column, rule, value, key))
        else:
            group.count += 1

    def cases(self) -> tuple[str, ...]:
        order = sorted(self.groups.items(), key=lambda item: (-item[1].count, item[0]))
        return tuple(f"{column}, {rule}, {group.count}{group.example}" for (column, rule), group in order[:MOST_CASES])

    def _example(self, column: str, rule: str, value: object, key: Sequence[object]) -> str:
        parts = [] if column in self._hidden or rule in _RULES_WITHOUT_VALUE else [_shown(value)]
        if not self.spec.personal and not self._hidden.intersection(self.spec.key):
            parts.append("@" + ":".join(str(part) for part in key))
        return f", e.g. {' '.join(parts)}" if parts else ""


def _summary(rows: int, found: _Failures) -> str:
    if not found.groups:
        return f"{rows} rows fit the schema"
    return f"{found.total} failures of {len(found.groups)} rules in {rows} rows"


def _shown(value: object) -> str:
    text = f"{len(value)} bytes" if isinstance(value, bytes) else repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def _check_chunk(record_type: type[Row], rows: list[Row], found: _Failures) -> None:
    spec = spec_of(record_type)
    key_of = _key_reader(spec, rows)
    misfits: set[tuple[str, int]] = set()
    series: dict[str, pd.Series] = {}
    for column in spec.columns:
        values = [getattr(row, column.name) for row in rows]
        for index in _misfits(column, values):
            found.add(column.name, f"type {_type_name(column)}", values[index], key_of(index))
            misfits.add((column.name, index))
            values[index] = None
        series[column.name] = _series(column, values)
    frame = pd.DataFrame(series)
    schema = pandera_schema(record_type)
    for name, rule, index in _pandera_failures(_without_unique(schema), frame):
        if (name, index) not in misfits:
            found.add(name, rule, getattr(rows[index], name), key_of(index))


def _key_reader(spec: RecordSpec, rows: list[Row]) -> Callable[[int], tuple[object, ...]]:
    def key_of(index: int) -> tuple[object, ...]:
        return tuple(getattr(rows[index], name) for name in spec.key)

    return key_of


def _without_unique(schema: pandera.DataFrameSchema) -> pandera.DataFrameSchema:
    # Keys are unique over all chunks, so they are compared at the end and not within each.
    return pandera.DataFrameSchema(schema.columns, strict=True, name=schema.name)


def _check_unique(spec: RecordSpec, keys: list[tuple[object, ...]], found: _Failures) -> None:
    texts = [json.dumps(key, default=str) for key in keys]
    frame = pd.DataFrame({"key": pd.Series(texts, dtype=pd.StringDtype("python"))})
    schema = pandera.DataFrameSchema({"key": pandera.Column(pd.StringDtype("python"), unique=True)})
    name = "+".join(spec.key)
    seen: set[str] = set()
    for _, _, index in _pandera_failures(schema, frame):
        # Pandera names every row of a repeated key; the first of them is the one that may stay.
        if texts[index] in seen:
            found.add(name, "unique", None, keys[index])
        seen.add(texts[index])


def _pandera_failures(schema: pandera.DataFrameSchema, frame: pd.DataFrame) -> Iterator[tuple[str, str, int]]:
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        for name, rule, index in zip(cases["column"], cases["check"], cases["index"], strict=True):
            yield str(name), _RULE_NAMES.get(str(rule), str(rule)), int(index)


_RULE_NAMES = {"not_nullable": "not empty", "field_uniqueness": "unique"}
_RULES_WITHOUT_VALUE = ("not empty", "unique")  # nothing stands there, or the key says it already


def _series(column: Column, values: list[object]) -> pd.Series:
    if column.type is bytes:
        # Bodies are large, and their type, which is all that a record declares of them, is already checked.
        values = [None if value is None else b"" for value in values]
    return pd.Series(values, dtype=FRAME_TYPES[column.type])  # type: ignore[call-overload, no-any-return]  # the stubs know no dtype that is a variable


def _pandera_column(column: Column) -> pandera.Column:
    return pandera.Column(
        FRAME_TYPES[column.type],
        checks=list(_checks(column)),
        nullable=column.nullable,
        description=column.meaning,
        metadata={"unit": column.unit} if column.unit else None,
    )


def _checks(column: Column) -> Iterator[pandera.Check]:
    if column.ge is not None:
        yield pandera.Check.ge(column.ge, error=f">= {column.ge:g}")
    if column.le is not None:
        yield pandera.Check.le(column.le, error=f"<= {column.le:g}")
    if column.pattern is not None:
        # \Z, because $ would let a line break at the end pass.
        yield pandera.Check.str_matches(rf"(?:{column.pattern})\Z", error=f"matches {column.pattern}")
    if column.choices:
        yield pandera.Check.isin(column.choices, error=f"one of {'|'.join(column.choices)}")
    if column.type is Json:
        yield pandera.Check(_is_canonical_json, element_wise=True, error="canonical JSON")


def _is_canonical_json(text: str) -> bool:
    try:
        return canonical_json(json.loads(text)) == text
    except (ValueError, TypeError, RecursionError):
        return False


def _misfits(column: Column, values: list[object]) -> list[int]:
    fits = _FITS[column.type]
    return [index for index, value in enumerate(values) if value is not None and not fits(value)]


def _type_name(column: Column) -> str:
    return _TYPE_NAMES[column.type]


def _is_text(value: object) -> bool:
    # isascii is quick and true for most; only the rest can hold half a surrogate pair.
    return isinstance(value, str) and (value.isascii() or _encodes(value))


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_number(value: object) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool) and math.isfinite(value)


def _is_tuple_of_text(value: object) -> bool:
    return isinstance(value, tuple) and all(_is_text(item) for item in value)


_FITS: dict[object, Callable[[object], bool]] = {
    str: _is_text,
    Json: _is_text,
    int: lambda value: isinstance(value, int) and not isinstance(value, bool) and value in INT64,
    float: _is_number,
    bool: lambda value: isinstance(value, bool),
    bytes: lambda value: isinstance(value, bytes),
    datetime: lambda value: isinstance(value, datetime) and value.tzinfo is not None,
    tuple[str, ...]: _is_tuple_of_text,
}
_TYPE_NAMES: dict[object, str] = {
    str: "text",
    Json: "text",
    int: "whole number",
    float: "finite number",
    bool: "true or false",
    bytes: "bytes",
    datetime: "time with zone",
    tuple[str, ...]: "tuple of text",
}
