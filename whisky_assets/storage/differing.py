"""Which keys' rows differ between two versions of a table, told by some columns without making any row a record.

Segments that both versions hold are not read. Not here: what hangs on a row that differs (`pipeline`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from whisky_assets.domain.record import spec_of
from whisky_assets.storage.segment_facts import segments_by_id
from whisky_assets.storage.segments import SegmentStore

Key = tuple[Any, ...]


def differing_keys(
    store: SegmentStore, record_type: type, before: Sequence[str], after: Sequence[str], columns: Sequence[str]
) -> set[Key]:
    """Return the keys that one side alone has, or whose rows differ in one of the columns.

    Args:
        store: where the segments are read.
        record_type: whose rows these are.
        before: segments of one version.
        after: segments of the other.
        columns: what is compared beside the key.

    Raises:
        CorruptDataError: bytes are not what was written; names the segment and the volume.
        OutOfReachError: no volume that holds a segment is there.
        UsageError: a segment is not registered.
    """
    key = spec_of(record_type).key
    names = (*key, *(name for name in columns if name not in key))
    old = {segment for segment in before if segment not in set(after)}
    new = {segment for segment in after if segment not in set(before)}
    told_before = set(_rows(store, record_type, [one for one in before if one in old], names))
    told_after = set(_rows(store, record_type, [one for one in after if one in new], names))
    return {row[: len(key)] for row in told_before ^ told_after}


def _rows(
    store: SegmentStore, record_type: type, segments: Sequence[str], names: Sequence[str]
) -> Iterator[tuple[object, ...]]:
    version = spec_of(record_type).version
    with store.db.reading() as connection:
        found = segments_by_id(connection, segments)
    for segment in found:
        if segment.schema_version != version:
            yield from (tuple(map(_plain, row)) for row in store.read_columns([segment.id], record_type, names))
            continue
        with store.opened_file(segment) as (file, _volume):
            if not file.names.issuperset(names):
                yield from (tuple(map(_plain, row)) for row in store.read_columns([segment.id], record_type, names))
                continue
            for table in file.tables(names, {}):
                yield from zip(*(_values(table.column(name)) for name in names), strict=True)


def _values(column: pa.ChunkedArray) -> list[object]:
    # A time as a number of microseconds: a quarter of the cost of a datetime.
    told: list[object] = (column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column).to_pylist()
    return [tuple(value) for value in told] if pa.types.is_list(column.type) else told  # type: ignore[arg-type]  # lists alone


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return int(pa.scalar(value, type=pa.timestamp("us", tz="UTC")).cast(pa.int64()).as_py())
    return value
