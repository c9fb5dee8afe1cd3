"""Rows of any record as Arrow tables and back, with the one schema that the record's declaration gives.

Without pandas and Pandera, which are slow to import. Not here: files, footers and their checks (`storage`), and
constraints of values (`contracts.schemas`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import TypeVar

import pyarrow as pa

from whisky_assets.contracts.upgrades import fill_missing, refuse_later, upgrade_values
from whisky_assets.domain.errors import CorruptDataError
from whisky_assets.domain.record import Column, Json, spec_of

Row = TypeVar("Row")

ROWS_AT_ONCE = 4_096
"""How many rows are Python objects at a time while a table is read: 4,096 wide rows are about 10 MB."""

_STORED_TIME = pa.timestamp("us", tz="UTC")
_ARROW_TYPES: dict[object, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    bytes: pa.binary(),
    datetime: _STORED_TIME,
    Json: pa.string(),
    tuple[str, ...]: pa.list_(pa.string()),
}


_schemas: dict[type, pa.Schema] = {}


def arrow_schema(record_type: type) -> pa.Schema:
    """Return the Arrow schema of a record: its columns in declared order, without pandas metadata.

    Times are microseconds in UTC, tuples of text are lists, Json is text, bytes are binary.

    Raises:
        KeyError: the class was not declared with `record`.
    """
    schema = _schemas.get(record_type)
    if schema is None:
        fields = [
            pa.field(column.name, _ARROW_TYPES[column.type], nullable=column.nullable)
            for column in spec_of(record_type).columns
        ]
        schema = _schemas[record_type] = pa.schema(fields)
    return schema


def to_arrow(record_type: type[Row], rows: Iterable[Row]) -> pa.Table:
    """Return rows as one Arrow table, in their order.

    Raises:
        TypeError: a value is not of its column's type, with dataset and column (and the value's place).
        ValueError: a column that may not be empty is, a time is naive, or a text is no valid Unicode.
    """
    held = list(rows)
    schema = arrow_schema(record_type)
    arrays = [_array(record_type, column, held, schema.field(column.name).type) for column in _columns(record_type)]
    return pa.Table.from_arrays(arrays, schema=schema)


def from_arrow(record_type: type[Row], data: pa.Table | pa.RecordBatch, *, version: int | None = None) -> Iterator[Row]:
    """Yield the rows of a table or batch, in order; of an earlier schema version through its upgrade steps.

    Args:
        record_type: the record whose rows these are.
        data: columns in any order; columns added since it was written get their default.
        version: the schema version it was written with; None means today's.

    Raises:
        UsageError: it was written by a later version of the program.
        CorruptDataError: columns do not fit the record.
    """
    spec = spec_of(record_type)
    written = spec.version if version is None else version
    refuse_later(spec.dataset, written, spec.version)
    batches = data.to_batches(max_chunksize=ROWS_AT_ONCE) if isinstance(data, pa.Table) else _slices(data)
    for batch in batches:
        if written == spec.version:
            yield from _rows_of_today(record_type, batch)
        else:
            yield from _rows_of_before(record_type, batch, written)


def _columns(record_type: type) -> tuple[Column, ...]:
    return spec_of(record_type).columns


def _array(record_type: type, column: Column, rows: list[Row], arrow_type: pa.DataType) -> pa.Array:
    values = [getattr(row, column.name) for row in rows]
    place = f"{spec_of(record_type).dataset}.{column.name}"
    if column.type is datetime:
        values = _in_utc(values, place)
    if column.type == tuple[str, ...]:
        _refuse_no_tuple(values, place)
    try:
        array = pa.array(values, type=arrow_type)
    except UnicodeEncodeError:
        # Arrow's own texts show the value, which may be a person's word: only the place is passed on.
        raise ValueError(f"{place}: a text holds half a surrogate pair, which is no valid Unicode") from None
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        raise TypeError(f"{place}: {_misfit(values, arrow_type)}") from None
    if array.null_count and not column.nullable:
        raise ValueError(f"{place}: {array.null_count} of {len(values)} rows are empty, and it may not be")
    return array


def _in_utc(values: list[object], place: str) -> list[object]:
    # Arrow takes the clock's face of an aware time and drops its zone, so every time is moved to UTC first.
    for index, value in enumerate(values):
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise ValueError(f"{place}: row {index} is a time without a time zone; expected UTC")
            values[index] = value.astimezone(UTC)
    return values


def _refuse_no_tuple(values: list[object], place: str) -> None:
    for index, value in enumerate(values):
        # Arrow would take a text for a list of its letters.
        if not isinstance(value, tuple | list | None):
            raise TypeError(f"{place}: row {index} is a {type(value).__name__}; expected a tuple of text")


def _misfit(values: list[object], arrow_type: pa.DataType) -> str:
    for index, value in enumerate(values):
        try:
            pa.array([value], type=arrow_type)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            return f"row {index} is a {type(value).__name__} that does not fit {arrow_type}"
    return f"the values do not fit {arrow_type}"


def _slices(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    for start in range(0, batch.num_rows, ROWS_AT_ONCE):
        yield batch.slice(start, ROWS_AT_ONCE)


def _rows_of_today(record_type: type[Row], batch: pa.RecordBatch) -> Iterator[Row]:
    schema = arrow_schema(record_type)
    names = batch.schema.names
    missing = fill_missing(record_type, frozenset(names))
    for field in batch.schema:
        _refuse_other_type(record_type, field, schema.field(field.name).type)
    for values in zip(*(_values(batch.column(name)) for name in names), strict=True):
        yield record_type(**dict(zip(names, values, strict=True)), **missing)


def _rows_of_before(record_type: type[Row], batch: pa.RecordBatch, version: int) -> Iterator[Row]:
    spec = spec_of(record_type)
    names = batch.schema.names
    for values in zip(*(_values(batch.column(name)) for name in names), strict=True):
        old = dict(zip(names, values, strict=True))
        row = upgrade_values(spec.dataset, old, version=version, to=spec.version)
        yield record_type(**row, **fill_missing(record_type, frozenset(row)))


def _refuse_other_type(record_type: type, field: pa.Field, expected: pa.DataType) -> None:
    found = field.type
    if not (found.equals(expected) or (pa.types.is_list(found) and found.value_type.equals(expected.value_type))):
        spec = spec_of(record_type)
        raise CorruptDataError(
            f"{spec.dataset}.{field.name}: the data holds {found}, version {spec.version} declares {expected}.",
            remedy="Raise the record's version and add a step in contracts/upgrades.py.",
        )


def _values(array: pa.Array) -> list[object]:
    convert = next((make for fits, make in _READERS if fits(array.type)), None)
    return array.to_pylist() if convert is None else convert(array)


def _times(array: pa.Array) -> list[object]:
    naive = array.cast(pa.timestamp("us")).to_pylist()
    return [None if value is None else value.replace(tzinfo=UTC) for value in naive]


def _tuples(array: pa.Array) -> list[object]:
    return [None if value is None else tuple(value) for value in array.to_pylist()]


_READERS: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.Array], list[object]]], ...] = (
    (pa.types.is_timestamp, _times),
    (pa.types.is_list, _tuples),
)
