"""Immutable segments of rows: a registered one is whole on its volume and reads back as written, or not at all.

A segment's file is published first and its row written after, so only files without a row can be left behind, never a
row without its file. The same rows are never stored twice. Not here: which segments make a table (`tables`).
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO, Generic, TypeVar

from whisky_assets.contracts.arrow import from_arrow
from whisky_assets.domain.digests import utc_text
from whisky_assets.domain.errors import CorruptDataError, OutOfReachError, UsageError, WhiskyError
from whisky_assets.domain.record import spec_of
from whisky_assets.storage.directories import DirectoryVolume
from whisky_assets.storage.durable import HashingFile
from whisky_assets.storage.parquet import DamagedFileError, SegmentFile, Where, encode, matches, size_of
from whisky_assets.storage.parts import Part, part_of
from whisky_assets.storage.places import LOCAL, damaged
from whisky_assets.storage.segment_facts import (
    Copy,
    Segment,
    copies_of,
    insert_segment,
    segments_by_id,
    segments_of,
    segments_with_rows,
)
from whisky_assets.storage.state import StateDatabase
from whisky_assets.storage.volumes import Volumes

if TYPE_CHECKING:
    import pyarrow as pa

Row = TypeVar("Row")

_ALL_ROWS: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A segment whose file is durable on these volumes; `SegmentStore.register` acknowledges it."""

    segment: Segment
    volumes: tuple[str, ...]


class SegmentStore:
    """The segments of one home; usable from many threads."""

    def __init__(self, db: StateDatabase, volumes: Volumes) -> None:
        """Store rows on these volumes and their facts in this database."""
        self.db = db
        self.volumes = volumes

    def write(
        self,
        record_type: type[Row],
        rows: Iterable[Row],
        *,
        partition: str = "",
        person: str | None = None,
        volume: str = LOCAL,
        now: datetime,
        connection: sqlite3.Connection | None = None,
    ) -> Segment:
        """Store rows as one segment, durable and registered; the same rows again are the segment that they are in.

        Rows are held in memory, sorted by key, and encoded group by group; a crawl's pages go through `writer`.

        Args:
            record_type: whose rows these are.
            rows: at least one, in any order.
            partition: their part of the table; the value of the record's partition column.
            person: whose rows they are, for a personal record.
            volume: where the file goes; a bucket gets its copy after the local volume.
            now: when.
            connection: the open transaction that the row joins; without it, one of its own.

        Raises:
            ValueError: no rows, or a row of another partition or person.
            OutOfReachError: the volume is absent or full; nothing was registered.
        """
        published = self.publish(part_of(record_type, rows, partition=partition, person=person), volume=volume, now=now)
        if connection is not None:
            self.register(connection, published)
        else:
            with self.db.transaction() as own:
                self.register(own, published)
        return published.segment

    def writer(
        self, record_type: type[Row], *, partition: str = "", person: str | None = None, volume: str = LOCAL
    ) -> SegmentWriter[Row]:
        """Return a writer that takes rows as they come and is closed inside the caller's transaction."""
        return SegmentWriter(self, record_type, partition=partition, person=person, volume=volume)

    def publish(self, part: Part[Row], *, volume: str = LOCAL, now: datetime) -> Published:
        """Make the file of a part durable without acknowledging it; rows that are stored already are not written again.

        Raises:
            ValueError: the part has no rows.
            OutOfReachError: the volume is absent or full.
        """
        if not part.rows:
            raise ValueError(f"{spec_of(part.record_type).dataset}: a segment has at least one row")
        with self.db.reading() as connection:
            held = segments_with_rows(connection, part)
        for segment in held:
            if self._brought(segment, volume):
                return Published(segment=segment, volumes=(volume,))
        target = self.volumes.get(volume)
        if isinstance(target, DirectoryVolume):
            return Published(segment=self._written(part, target, now), volumes=(volume,))
        local = self.volumes.get(LOCAL)
        if not isinstance(local, DirectoryVolume):
            raise UsageError(f"volume {LOCAL} is no folder, and segments are written to a folder first")
        segment = self._written(part, local, now)
        with local.open(segment.dataset, segment.id) as source:
            target.put(segment.dataset, segment.id, source, segment.size_bytes)
        return Published(segment=segment, volumes=(LOCAL, volume))

    def register(self, connection: sqlite3.Connection, published: Published) -> None:
        """Acknowledge a published segment in the caller's transaction; once that commits, it is never lost."""
        insert_segment(connection, published.segment, published.volumes)

    def segment(self, segment_id: str) -> Segment:
        """Return the facts of a segment.

        Raises:
            UsageError: no segment has this id.
        """
        with self.db.reading() as connection:
            return segments_by_id(connection, [segment_id])[0]

    def segments(self, dataset: str, partition: str | None = None) -> tuple[Segment, ...]:
        """Return all registered segments of a data set (and partition), oldest first."""
        with self.db.reading() as connection:
            return segments_of(connection, dataset, partition)

    def copies(self, segment_id: str) -> tuple[Copy, ...]:
        """Return on which volumes a segment lies, the home's own first."""
        with self.db.reading() as connection:
            return copies_of(connection, segment_id)

    def read(self, segment_ids: Iterable[str], record_type: type[Row], *, where: Where = _ALL_ROWS) -> Iterator[Row]:
        """Yield rows, segment after segment, in key order inside each; only one row group is in memory.

        Args:
            segment_ids: which segments, in this order.
            record_type: whose rows these are; segments of an earlier schema version are upgraded.
            where: column to value, or to a set of values: only rows that match all. On key columns whole row groups
                are skipped, so one page of a big segment is found in milliseconds.

        Raises:
            CorruptDataError: bytes are not what was written; names the segment and the volume.
            OutOfReachError: no volume that holds the segment is there.
            UsageError: a segment is not registered.
            ValueError: a segment is of another data set than the record.
        """
        for segment in self._known(segment_ids):
            _refuse_other_table(segment, record_type)
            with self._file(segment) as file:
                yield from _rows(file, segment, record_type, where)

    def read_columns(
        self, segment_ids: Iterable[str], record_type: type[Row], columns: Sequence[str], *, where: Where = _ALL_ROWS
    ) -> Iterator[tuple[object, ...]]:
        """Yield the values of some columns, without reading the others (the bodies of pages, for one); see `read`."""
        version = spec_of(record_type).version
        for segment in self._known(segment_ids):
            _refuse_other_table(segment, record_type)
            with self._file(segment) as file:
                if segment.schema_version == version and file.names.issuperset([*columns, *where]):
                    for table in file.tables(columns, where):
                        yield from zip(*(_values(table, name) for name in columns), strict=True)
                else:
                    for row in _rows(file, segment, record_type, where):
                        yield tuple(getattr(row, name) for name in columns)

    def read_arrow(
        self, segment_ids: Iterable[str], *, columns: Sequence[str] | None = None, where: Where = _ALL_ROWS
    ) -> Iterator[pa.RecordBatch]:
        """Yield the stored columns as Arrow batches, in the schema version they were written with; see `read`."""
        for segment in self._known(segment_ids):
            with self._file(segment) as file:
                for table in file.tables(columns, where):
                    yield from table.to_batches()

    def footer_facts(self, segment_id: str) -> dict[str, str]:
        """Return what a segment's own footer says of it: data set, partition, rows, digests, when."""
        with self._file(self.segment(segment_id)) as file:
            return file.facts

    @contextlib.contextmanager
    def opened(self, segment: Segment) -> Iterator[tuple[BinaryIO, str]]:
        """Give a segment's bytes from the nearest volume that is there and holds it, with that volume's name.

        Raises:
            OutOfReachError: no volume that holds it is there.
            CorruptDataError: the volumes are there and do not hold it any more.
        """
        failure: WhiskyError | None = None
        with contextlib.ExitStack() as stack:
            for copy in self.copies(segment.id):
                volume = self.volumes.get(copy.volume)
                try:
                    file = stack.enter_context(volume.open(segment.dataset, segment.id))
                except OutOfReachError as error:
                    failure = error
                except FileNotFoundError:
                    failure = failure or damaged(copy.volume, segment.dataset, segment.id, "it is missing")
                else:
                    yield file, copy.volume
                    return
        raise failure or damaged("(none)", segment.dataset, segment.id, "no copy is registered")

    def _known(self, segment_ids: Iterable[str]) -> tuple[Segment, ...]:
        with self.db.reading() as connection:
            return segments_by_id(connection, list(segment_ids))

    @contextlib.contextmanager
    def _file(self, segment: Segment) -> Iterator[SegmentFile]:
        with self.opened(segment) as (raw, volume):
            try:
                yield SegmentFile(raw, size_bytes=segment.size_bytes, footer_sha256=segment.footer_sha256)
            except DamagedFileError as error:
                raise damaged(volume, segment.dataset, segment.id, str(error)) from error

    def _brought(self, segment: Segment, volume: str) -> bool:
        target = self.volumes.get(volume)
        is_known = any(copy.volume == volume for copy in self.copies(segment.id))
        if is_known and target.size_of(segment.dataset, segment.id) == segment.size_bytes:
            return True
        try:
            with self.opened(segment) as (source, _volume):
                target.put(segment.dataset, segment.id, source, segment.size_bytes)
        except CorruptDataError:
            return False
        return True

    def _written(self, part: Part[Row], volume: DirectoryVolume, now: datetime) -> Segment:
        spec = spec_of(part.record_type)
        facts = {
            "dataset": spec.dataset,
            "partition": part.partition,
            "person": part.person or "",
            "rows": str(len(part.rows)),
            "schema_version": str(spec.version),
            "content_digest": part.digest.content,
            "full_digest": part.digest.full,
            "created_at": utc_text(now),
        }
        footers: list[str] = []

        def write(file: HashingFile) -> None:
            footers.append(encode(file, part.record_type, part.rows, facts))

        written = volume.publish(spec.dataset, write)
        return Segment(
            id=written.sha256,
            dataset=spec.dataset,
            partition=part.partition,
            person=part.person,
            rows=len(part.rows),
            size_bytes=written.size_bytes,
            content_digest=part.digest.content,
            full_digest=part.digest.full,
            footer_sha256=footers[0],
            schema_version=spec.version,
            created_at=now,
        )


class SegmentWriter(Generic[Row]):
    """Collects rows for one segment; its owner decides when it is big or old enough and closes it.

    Rows are acknowledged by the transaction that `close` is given, together with whatever else that transaction says
    (a crawl's frontier). What was appended and not closed is lost with the process. For one thread at a time.
    """

    def __init__(
        self,
        store: SegmentStore,
        record_type: type[Row],
        *,
        partition: str = "",
        person: str | None = None,
        volume: str = LOCAL,
    ) -> None:
        """Write to this store; `SegmentStore.writer` is the way to get one."""
        self._store = store
        self._record_type = record_type
        self._partition = partition
        self._person = person
        self._volume = volume
        self._columns = spec_of(record_type).columns
        self._held: list[Row] = []
        self._published: Published | None = None
        self.size_bytes = 0
        """About how many bytes the held bodies and texts take."""

    @property
    def rows(self) -> int:
        """How many rows are held."""
        return len(self._held)

    def append(self, rows: Iterable[Row]) -> None:
        """Hold rows for the segment.

        Raises:
            RuntimeError: the segment was published already; take another writer.
        """
        if self._published is not None:
            raise RuntimeError("this writer's segment is published: take another writer")
        for row in rows:
            self._held.append(row)
            self.size_bytes += size_of(row, self._columns)

    def publish(self, now: datetime) -> Published | None:
        """Make the file durable now, so that `close` inside a transaction is quick; None where no row is held."""
        if self._published is None and self._held:
            part = part_of(self._record_type, self._held, partition=self._partition, person=self._person)
            self._published = self._store.publish(part, volume=self._volume, now=now)
        return self._published

    def close(self, connection: sqlite3.Connection, *, now: datetime) -> Segment | None:
        """Publish what is not yet, and register the segment in the caller's transaction; None where no row is held."""
        published = self.publish(now)
        if published is None:
            return None
        self._store.register(connection, published)
        return published.segment


def _refuse_other_table(segment: Segment, record_type: type) -> None:
    if spec_of(record_type).dataset != segment.dataset:
        raise ValueError(f"segment {segment.id[:12]} of {segment.dataset} read as {spec_of(record_type).dataset}")


def _rows(file: SegmentFile, segment: Segment, record_type: type[Row], where: Where) -> Iterator[Row]:
    is_plain = segment.schema_version == spec_of(record_type).version and file.names.issuperset(where)
    for table in file.tables(None, where if is_plain else _ALL_ROWS):
        for row in from_arrow(record_type, table, version=segment.schema_version):
            if is_plain or matches(row, where):
                yield row


def _values(table: pa.Table, name: str) -> list[object]:
    column = table.column(name)
    return [_value(value) for value in column.to_pylist()]


def _value(value: object) -> object:
    if isinstance(value, list):
        return tuple(value)
    return value.astimezone(UTC) if isinstance(value, datetime) else value
