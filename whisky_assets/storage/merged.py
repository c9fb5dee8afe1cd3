"""A table of before with some of its rows replaced, taken out or added: the others are passed on and stay unread.

Only the rows that go become records, to take their digests out of the sum; so the digest of the whole is that of all
rows made at once. Not here: versions (`tables`) and the bytes of a file (`parquet`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from whisky_assets.contracts.arrow import from_arrow, to_arrow
from whisky_assets.domain.record import spec_of
from whisky_assets.storage.arrow_rows import ArrowRows
from whisky_assets.storage.parts import Part, part_of
from whisky_assets.storage.row_digests import rows_digest, sum_of
from whisky_assets.storage.segment_facts import Segment
from whisky_assets.storage.segments import SegmentStore

Row = TypeVar("Row")
Key = tuple[object, ...]


def merged_part(
    store: SegmentStore,
    base: Sequence[Segment],
    record_type: type[Row],
    rows: Iterable[Row],
    gone: Iterable[Key],
    *,
    partition: str = "",
) -> Part[Row]:
    """Return the rows of some segments as one part, with `rows` in the place of theirs and without the keys `gone`.

    Args:
        store: where the segments are read.
        base: segments of one table of no person.
        record_type: whose rows these are.
        rows: rows that are new, or replace the one of their key.
        gone: keys of rows that have no successor.
        partition: their part of the table.

    Raises:
        CorruptDataError: bytes are not what was written; names the segment and the volume.
        OutOfReachError: no volume that holds a segment is there.
        ValueError: a row is of another partition, or two have one key.
    """
    spec = spec_of(record_type)
    new = part_of(record_type, rows, partition=partition)
    touched = {*(_key_of(record_type, row) for row in new.rows), *gone}
    if any(segment.schema_version != spec.version for segment in base):
        stay = (
            row for row in store.read([one.id for one in base], record_type) if _key_of(record_type, row) not in touched
        )
        return part_of(record_type, [*stay, *new.rows], partition=partition)
    whole = _whole(store, base, record_type)
    places = _places(whole, spec.key, touched)
    leaving = rows_digest(record_type, from_arrow(record_type, whole.take(_numbers(places))))
    table = _in_order(_without(whole, places), to_arrow(record_type, new.rows), spec.key)
    return Part(
        record_type=record_type,
        rows=ArrowRows(record_type, table),
        digest=sum_of([*(segment.digest for segment in base), new.digest]) - leaving,
        partition=partition,
        person=None,
    )


def _key_of(record_type: type, row: object) -> Key:
    return tuple(getattr(row, name) for name in spec_of(record_type).key)


def _whole(store: SegmentStore, base: Sequence[Segment], record_type: type) -> pa.Table:
    tables = [ArrowRows(record_type, to_arrow(record_type, [])).table]
    for segment in base:
        with store.opened_file(segment) as (file, _volume):
            tables += [ArrowRows(record_type, table).table for table in file.tables(None, {})]
    return pa.concat_tables(tables)


def _places(table: pa.Table, key: Sequence[str], touched: set[Key]) -> list[int]:
    """Return in which rows of a table one of the keys stands."""
    mask = None
    for at, name in enumerate(key):
        column = table.column(name)
        values: list[Any] = list({one[at] for one in touched})
        hits = pc.is_in(column, value_set=pa.array(values, type=column.type))
        mask = hits if mask is None else pc.and_(mask, hits)
    # Each column holds some key's value: whether they are of one key is seen row by row.
    likely = pc.indices_nonzero(mask).to_pylist()
    found = table.select(list(key)).take(_numbers(likely))
    keys = zip(*(found.column(name).to_pylist() for name in key), strict=True)
    return [place for place, one in zip(likely, keys, strict=True) if one in touched]


def _numbers(places: Sequence[int]) -> pa.Array:
    # An empty list alone would be of no type.
    return pa.array(places, type=pa.int64())


def _without(table: pa.Table, places: Sequence[int]) -> pa.Table:

    stays = np.ones(table.num_rows, dtype=bool)
    stays[np.array(places, dtype=np.int64)] = False
    return table.filter(pa.array(stays))


def _in_order(stay: pa.Table, new: pa.Table, key: Sequence[str]) -> pa.Table:

    both = pa.concat_tables([stay, new])
    return both.sort_by([(name, "ascending") for name in key]).combine_chunks()
