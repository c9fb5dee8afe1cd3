"""Rows as the bytes of one Parquet file, every page and the footer proven when they are read again.

Row groups are small enough that one row is found without reading much; statistics only on columns that are asked for.
Not here: how hard columns are compressed (`packing`), where the file lies and under which name (`volumes`, `segments`).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from whisky_assets.contracts.arrow import arrow_schema, to_arrow
from whisky_assets.domain.record import Column, Json, spec_of
from whisky_assets.storage.arrow_rows import ArrowRows
from whisky_assets.storage.durable import HashingFile
from whisky_assets.storage.packing import WRITTEN_ONCE, Packing

Row = TypeVar("Row")
Where = Mapping[str, object]

GROUP_BYTES = 4 << 20
"""A row group ends when its bodies and texts reach this: 4 MiB compress almost as well as 16 and are read in 1 ms."""

GROUP_ROWS = 8_192
PAGE_BYTES = 4 << 20

_TAIL = 8  # footer length (4 bytes, little-endian) and the magic "PAR1"
_ORDERED = (str, int, bool, float)


class DamagedFileError(Exception):
    """The bytes are no whole Parquet file as it was written; the reader knows which segment and volume that is."""


def encode(
    file: HashingFile,
    record_type: type[Row],
    rows: Iterable[Row],
    facts: Mapping[str, str],
    *,
    packing: Packing = WRITTEN_ONCE,
) -> str:
    """Write rows, in their order, as one Parquet file and return the sha256 of its footer.

    One row group is in memory, if `rows` is made on the way.

    Args:
        file: open for writing, empty.
        record_type: whose rows these are.
        rows: at least one.
        facts: texts that stand in the footer, beside the schema; read once all rows are written.
        packing: how hard its columns are compressed.

    Raises:
        OSError: the disk failed or is full.
        TypeError: a value does not fit its column (from `contracts.arrow`).
    """
    columns = spec_of(record_type).columns
    writer = pq.ParquetWriter(
        file,
        arrow_schema(record_type),
        compression=packing.codecs(columns),
        compression_level=packing.levels(columns),
        use_dictionary=[column.name for column in columns if column.type is str],
        write_statistics=list(_found_by(record_type)),
        data_page_size=PAGE_BYTES,
        write_page_checksum=True,
        store_schema=False,  # 0.9 kB a file that says again what Parquet's own schema says
    )
    try:
        for table in _tables(record_type, rows, columns):
            writer.write_table(table, row_group_size=table.num_rows)
        writer.add_key_value_metadata(dict(facts))
    finally:
        writer.close()
    size_bytes = file.tell()
    length = int.from_bytes(file.read_back(size_bytes - _TAIL, 4), "little") + _TAIL
    return hashlib.sha256(file.read_back(size_bytes - length, length)).hexdigest()


def size_of(row: object, columns: Iterable[Column]) -> int:
    """Return about how many bytes a row's bodies and texts take, before compression."""
    total = 0
    for column in columns:
        value = getattr(row, column.name)
        total += len(value) if isinstance(value, str | bytes) else 8
    return total


class SegmentFile:
    """One Parquet file open for reading, its footer proven."""

    def __init__(self, file: BinaryIO, *, size_bytes: int, footer_sha256: str) -> None:
        """Prove size and footer, then read the footer.

        Raises:
            DamagedFileError: the file is cut or its footer is not the one that was written.
        """
        with _damage_named():
            _prove_footer(file, size_bytes, footer_sha256)
            self._parquet = pq.ParquetFile(file, page_checksum_verification=True)
        self.names = frozenset(self._parquet.schema_arrow.names)
        # A list column is one field but a leaf of a longer name.
        leaves = self._parquet.schema
        self._leaves = {leaves.column(at).path.split(".")[0]: at for at in range(len(leaves))}

    @property
    def groups(self) -> int:
        """How many row groups it has."""
        return int(self._parquet.num_row_groups)

    def group(self, index: int) -> pa.Table:
        """Return all columns of one row group.

        Raises:
            DamagedFileError: a page is not what was written.
        """
        with _damage_named():
            return self._whole_group(index, None)

    def least(self, name: str) -> str | int | float | None:
        """Return the least value of a column that its rows are sorted by; None where the footer does not say."""
        statistics = self._statistics(0, name) if name in self._leaves else None
        return None if statistics is None else statistics.min

    def tables(self, columns: Sequence[str] | None, where: Where) -> Iterator[pa.Table]:
        """Yield one table per row group, only the rows where each named column holds the value or one of a set.

        Raises:
            DamagedFileError: a page is not what was written.
        """
        for index in range(self._parquet.num_row_groups):
            if self._can_hold(index, where):
                with _damage_named():
                    table = self._group(index, columns, where)
                if table.num_rows:
                    yield table

    def _group(self, index: int, columns: Sequence[str] | None, where: Where) -> pa.Table:
        if not where:
            return self._whole_group(index, columns)
        asked = self._whole_group(index, list(where))
        mask = None
        for name, value in where.items():
            column = asked.column(name)
            hits = pc.is_in(column, value_set=pa.array(list(_values(value)), type=column.type))
            mask = hits if mask is None else pc.and_(mask, hits)
        if not pc.any(mask).as_py():
            return asked.slice(0, 0)
        return self._whole_group(index, columns).filter(mask)

    def _whole_group(self, index: int, columns: Sequence[str] | None) -> pa.Table:
        table = self._parquet.read_row_group(index, columns=columns, use_threads=False)
        expected = self._parquet.metadata.row_group(index).num_rows
        if table.num_rows != expected:
            raise DamagedFileError(f"row group {index} gives {table.num_rows} of {expected} rows")
        return table

    def _can_hold(self, index: int, where: Where) -> bool:
        return all(self._column_can_hold(index, name, value) for name, value in where.items())

    def _column_can_hold(self, index: int, name: str, value: object) -> bool:
        statistics = self._statistics(index, name)
        if statistics is None:
            return True
        low: Any = statistics.min
        high: Any = statistics.max
        return any(one is None or low <= one <= high for one in _values(value))

    def _statistics(self, index: int, name: str) -> Any:
        statistics = self._parquet.metadata.row_group(index).column(self._leaves[name]).statistics
        is_ordered = statistics is not None and statistics.has_min_max and isinstance(statistics.min, _ORDERED)
        return statistics if is_ordered else None


def matches(row: object, where: Where) -> bool:
    """Return whether a row holds, in each named column, the value or one of the set."""
    return all(getattr(row, name) in _values(value) for name, value in where.items())


def _values(value: object) -> Collection[Any]:
    return value if isinstance(value, set | frozenset | list | tuple) else (value,)


def _found_by(record_type: type) -> Iterator[str]:
    spec = spec_of(record_type)
    for column in spec.columns:
        if column.type in (bytes, Json, tuple[str, ...]):
            continue
        if column.name in spec.key or column.references or column.type is datetime:
            yield column.name


def _tables(record_type: type[Row], rows: Iterable[Row], columns: Sequence[Column]) -> Iterator[pa.Table]:
    """Yield one table a row group, cut alike whether rows are records or lie in Arrow already."""
    if isinstance(rows, ArrowRows):
        yield from _slices(rows.table, columns)
        return
    for group in _groups(rows, columns):
        yield to_arrow(record_type, group)


def _slices(table: pa.Table, columns: Sequence[Column]) -> Iterator[pa.Table]:
    begin = size_bytes = 0
    for at, row_bytes in enumerate(_sizes(table, columns).to_pylist(), 1):
        size_bytes += row_bytes
        if size_bytes >= GROUP_BYTES or at - begin >= GROUP_ROWS or at == table.num_rows:
            yield table.slice(begin, at - begin)
            begin, size_bytes = at, 0


def _sizes(table: pa.Table, columns: Sequence[Column]) -> pa.ChunkedArray:
    """Return what `size_of` tells of each row."""
    total = pa.chunked_array([pa.array([0] * table.num_rows, type=pa.int64())])
    for column in columns:
        values = table.column(column.name)
        if column.type == tuple[str, ...] or column.type not in (str, Json, bytes):
            total = pc.add(total, 8)
            continue
        lengths = pc.binary_length(values) if column.type is bytes else pc.utf8_length(values)
        total = pc.add(total, pc.fill_null(lengths.cast(pa.int64()), 8))
    return total


def _groups(rows: Iterable[Row], columns: Sequence[Column]) -> Iterator[list[Row]]:
    group: list[Row] = []
    size_bytes = 0
    for row in rows:
        group.append(row)
        size_bytes += size_of(row, columns)
        if size_bytes >= GROUP_BYTES or len(group) >= GROUP_ROWS:
            yield group
            group, size_bytes = [], 0
    if group:
        yield group


def _prove_footer(file: BinaryIO, size_bytes: int, footer_sha256: str) -> None:
    found = file.seek(0, os.SEEK_END)
    if found != size_bytes:
        raise DamagedFileError(f"it has {found} bytes, {size_bytes} were written")
    file.seek(size_bytes - _TAIL)
    length = int.from_bytes(file.read(4), "little") + _TAIL
    if length > size_bytes:
        raise DamagedFileError(f"its footer claims {length} of {size_bytes} bytes")
    file.seek(size_bytes - length)
    if hashlib.sha256(file.read(length)).hexdigest() != footer_sha256:
        raise DamagedFileError("its footer is not the one that was written")
    file.seek(0)


@contextlib.contextmanager
def _damage_named() -> Iterator[None]:
    try:
        yield
    except pa.ArrowException as error:
        raise DamagedFileError(str(error)) from error
    except OSError as error:
        # pyarrow tells of a wrong page checksum by an OSError without a number; a failing disk has one.
        if error.errno:
            raise
        raise DamagedFileError(str(error)) from error
