"""Rows of many segments in one order, with few files open and a segment's rows in memory only once they are due.

Every segment is sorted by key, so this is a merge of sorted runs. The least first key of a segment stands in its
footer: until the merge comes to it, none of its rows is read. Not here: which segments make a table (`tables`).
"""

from __future__ import annotations

import contextlib
import heapq
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Self, TypeVar

from whisky_assets.contracts.arrow import from_arrow
from whisky_assets.domain.record import spec_of
from whisky_assets.storage.parquet import DamagedFileError, SegmentFile
from whisky_assets.storage.places import damaged
from whisky_assets.storage.segment_facts import Segment
from whisky_assets.storage.segments import SegmentStore

if TYPE_CHECKING:
    import pyarrow as pa

Row = TypeVar("Row")

MOST_OPEN = 32
"""So many files are open at once; one that was closed for others is opened again where its next rows are due."""


def merged_rows(store: SegmentStore, segments: Sequence[Segment], record_type: type[Row]) -> Iterator[Row]:
    """Yield the rows of segments of one data set in key order; equal keys in the order of the segments.

    One row group is in memory of each segment that the order has come to.

    Raises:
        CorruptDataError: bytes are not what was written; names the segment and the volume.
        OutOfReachError: no volume that holds a segment is there.
    """
    names = spec_of(record_type).key
    key_of = attrgetter(*names) if len(names) > 1 else lambda row: (getattr(row, names[0]),)
    with _Files(store) as files:
        waiting: list[tuple[tuple[Any, ...], int, Row | None, Iterator[Row]]] = [
            (files.least_key(segment, record_type), at, None, files.rows(segment, record_type))
            for at, segment in enumerate(segments)
        ]
        heapq.heapify(waiting)
        while waiting:
            _key, at, row, rows = waiting[0]
            if row is not None:
                yield row
            following = next(rows, None)
            if following is None:
                heapq.heappop(waiting)
            else:
                heapq.heapreplace(waiting, (key_of(following), at, following, rows))


class _Files:
    """Segments open for reading, at most `MOST_OPEN`: the one used longest ago is closed for another."""

    def __init__(self, store: SegmentStore) -> None:
        self._store = store
        self._open: OrderedDict[str, tuple[SegmentFile, str, contextlib.ExitStack]] = OrderedDict()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        while self._open:
            self._close_oldest()

    def least_key(self, segment: Segment, record_type: type) -> tuple[Any, ...]:
        """Return what no key of the segment is less than: its first value, or () where its footer does not say."""
        spec = spec_of(record_type)
        if segment.schema_version != spec.version:
            return ()
        file, _volume = self._file(segment)
        least = file.least(spec.key[0])
        return () if least is None else (least,)

    def rows(self, segment: Segment, record_type: type[Row]) -> Iterator[Row]:
        """Yield the rows of one segment, one row group in memory."""
        file, _volume = self._file(segment)
        for index in range(file.groups):
            yield from from_arrow(record_type, self._group(segment, index), version=segment.schema_version)

    def _group(self, segment: Segment, index: int) -> pa.Table:
        file, volume = self._file(segment)
        try:
            return file.group(index)
        except DamagedFileError as error:
            raise damaged(volume, segment.dataset, segment.id, str(error)) from error

    def _file(self, segment: Segment) -> tuple[SegmentFile, str]:
        if segment.id not in self._open:
            if len(self._open) >= MOST_OPEN:
                self._close_oldest()
            with contextlib.ExitStack() as stack:
                file, volume = stack.enter_context(self._store.opened_file(segment))
                self._open[segment.id] = (file, volume, stack.pop_all())
        self._open.move_to_end(segment.id)
        return self._open[segment.id][:2]

    def _close_oldest(self) -> None:
        _segment, (_file, _volume, stack) = self._open.popitem(last=False)
        stack.close()
