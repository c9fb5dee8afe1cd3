"""Rows of one record that stay an Arrow table: most are only passed on, and none is a Python object until asked for.

Not here: which rows these are (`merged`) and their bytes (`parquet`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar, overload

import pyarrow as pa
import pyarrow.compute as pc

from whisky_assets.contracts.arrow import arrow_schema, from_arrow

Row = TypeVar("Row")


class ArrowRows(Sequence[Row]):
    """A sequence of records over an Arrow table of today's columns."""

    def __init__(self, record_type: type[Row], table: pa.Table) -> None:
        """Take a table whose columns are those that the record declares, in any order."""
        self.record_type = record_type
        self.table = table.select(arrow_schema(record_type).names).cast(arrow_schema(record_type))

    def __len__(self) -> int:
        """Return how many rows there are."""
        return int(self.table.num_rows)

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        """Return one row as a record, or some as rows that stay in Arrow."""
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            return ArrowRows(self.record_type, self.table.take(pa.array(range(start, stop, step), type=pa.int64())))
        at = range(len(self))[index]
        return next(from_arrow(self.record_type, self.table.slice(at, 1)))

    def __iter__(self) -> Iterator[Row]:
        """Yield all rows as records."""
        return from_arrow(self.record_type, self.table)

    def span(self, column: str) -> tuple[datetime | None, datetime | None]:
        """Return the least and the greatest time in a column, None and None where it tells none."""
        told = pc.min_max(self.table.column(column)).as_py()
        least, greatest = (None if moment is None else moment.astimezone(UTC) for moment in (told["min"], told["max"]))
        return least, greatest
