"""Immutable segments of rows: a registered one is whole on its volume and reads back as written, or not at all.

A segment's file is published first and its row written after, so only files without a row can be left behind, never a
row without its file. The same rows are never stored twice. Not here: which segments make a table (`tables`).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from whisky_assets.contracts.arrow import from_arrow
from whisky_assets.domain.digests import utc_text
from whisky_assets.domain.errors import CorruptDataError, OutOfReachError, StaleParentError, UsageError, WhiskyError
from whisky_assets.domain.record import spec_of
from whisky_assets.storage.arrow_rows import ArrowRows
from whisky_assets.storage.directories import DirectoryVolume
from whisky_assets.storage.durable import HashingFile
from whisky_assets.storage.footers import JOINS, put_times, time_column, with_times
from whisky_assets.storage.packing import Packing, packing_of
from whisky_assets.storage.parquet import DamagedFileError, SegmentFile, Where, encode, matches
from whisky_assets.storage.parts import Part, part_of
from whisky_assets.storage.places import LOCAL, damaged
from whisky_assets.storage.placing import is_to_be_sealed, lies_there, opened_copy, put_copy
from whisky_assets.storage.retired import recall_segment
from whisky_assets.storage.row_digests import RowsDigest
from whisky_assets.storage.segment_facts import (
    Copy,
    Segment,
    copies_of,
    insert_segment,
    replace_segment,
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
    """A segment with its durable copies; `SegmentStore.register` acknowledges them.

    `instead_of` are segments of the very same rows of which no copy can be had any more.
    """

    segment: Segment
    copies: tuple[Copy, ...]
    instead_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFacts:
    """What the rows of a segment to be are together, known before the first is written."""

    partition: str
    person: str | None
    rows: int
    digest: RowsDigest


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

        Rows are held in memory, sorted by key, and encoded group by group.

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

    def publish(self, part: Part[Row], *, volume: str = LOCAL, now: datetime) -> Published:
        """Make the file of a part durable without acknowledging it; rows that are stored already are not written again.

        Where their file is lost, damaged or on a volume that is absent, they are written anew.

        Raises:
            ValueError: the part has no rows.
            OutOfReachError: the volume is absent or full.
        """
        if not part.rows:
            raise ValueError(f"{spec_of(part.record_type).dataset}: a segment has at least one row")
        with self.db.reading() as connection:
            held = segments_with_rows(connection, part)
        self.volumes.get(volume).check()
        for segment in held:
            # Only the volume itself has to be there, not those that hold the rows already.
            with contextlib.suppress(CorruptDataError, OutOfReachError, UsageError):
                return Published(segment=segment, copies=(self.bring(segment, volume, now),))
        return self._written(part, volume, now, instead_of=tuple(segment.id for segment in held))

    def register(self, connection: sqlite3.Connection, published: Published) -> None:
        """Acknowledge a published segment in the caller's transaction; once that commits, it is never lost.

        Raises:
            StaleParentError: retention unlinked the file of these very rows since it was published.
        """
        recalled = recall_segment(connection, published.segment.id)
        for copy in published.copies:
            if copy.volume in recalled and not lies_there(self.volumes, published.segment, copy):
                raise StaleParentError(
                    f"the file of segment {published.segment.id[:12]} was unlinked while its rows were written again",
                    remedy="Start again; nothing of it was acknowledged.",
                )
        insert_segment(connection, published.segment, published.copies)
        for lost in published.instead_of:
            if lost != published.segment.id:
                replace_segment(connection, lost, published.segment.id)

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
            with self.opened_file(segment) as (file, _volume):
                yield from _rows(file, segment, record_type, where)

    def read_columns(
        self, segment_ids: Iterable[str], record_type: type[Row], columns: Sequence[str], *, where: Where = _ALL_ROWS
    ) -> Iterator[tuple[object, ...]]:
        """Yield the values of some columns, without reading the others (the bodies of pages, for one); see `read`."""
        version = spec_of(record_type).version
        for segment in self._known(segment_ids):
            _refuse_other_table(segment, record_type)
            with self.opened_file(segment) as (file, _volume):
                if segment.schema_version == version and file.names.issuperset([*columns, *where]):
                    for table in file.tables(columns, where):
                        yield from zip(*(_values(table, name) for name in columns), strict=True)
                else:
                    for row in _rows(file, segment, record_type, where):
                        yield tuple(getattr(row, name) for name in columns)

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
                try:
                    file = stack.enter_context(opened_copy(self.volumes, segment, copy))
                except (OutOfReachError, UsageError) as error:  # a bucket without a client is out of reach too
                    failure = error
                    continue
                except FileNotFoundError:
                    failure = failure or damaged(copy.volume, segment.dataset, segment.id, "it is missing")
                    continue
                found = file.seek(0, os.SEEK_END)
                if found == segment.size_bytes:
                    file.seek(0)
                    yield file, copy.volume
                    return
                why = f"it has {found} bytes, {segment.size_bytes} were written"
                failure = failure or damaged(copy.volume, segment.dataset, segment.id, why)
        raise failure or damaged("(none)", segment.dataset, segment.id, "no copy is registered")

    @contextlib.contextmanager
    def opened_file(self, segment: Segment) -> Iterator[tuple[SegmentFile, str]]:
        """Give a segment open as a Parquet file, with the name of the volume that it is read from; see `opened`."""
        with self.opened(segment) as (raw, volume):
            try:
                yield (
                    SegmentFile(raw, size_bytes=segment.size_bytes, footer_sha256=segment.footer_sha256),
                    volume,
                )
            except DamagedFileError as error:
                raise damaged(volume, segment.dataset, segment.id, str(error)) from error

    def _known(self, segment_ids: Iterable[str]) -> tuple[Segment, ...]:
        with self.db.reading() as connection:
            return segments_by_id(connection, list(segment_ids))

    def bring(self, segment: Segment, volume: str, now: datetime) -> Copy:
        """Let a segment lie on a volume, copied from another where it does not; the copy is not registered.

        A person's segment is sealed where the volume can be carried away or lies elsewhere.

        Raises:
            CorruptDataError: no copy is whole, or the one on the volume is another.
            OutOfReachError: no volume that holds it is there, or the target is absent or full.
        """
        if self.lies_on(segment, volume):
            return next(copy for copy in self.copies(segment.id) if copy.volume == volume)
        with self.opened(segment) as (source, _volume):
            return put_copy(self.volumes, segment, source, volume, now)

    def lies_on(self, segment: Segment, volume: str) -> bool:
        """Return whether a segment is registered on a volume and, if that is a folder, its file is there in its size.

        The row is trusted for a bucket, where asking costs a request a segment, and for what is out of reach.
        """
        copy = next((copy for copy in self.copies(segment.id) if copy.volume == volume), None)
        if copy is None:
            return False
        with contextlib.suppress(OutOfReachError, UsageError):
            return self.volumes.directory(volume) is None or lies_there(self.volumes, segment, copy)
        return True

    def _written(self, part: Part[Row], volume: str, now: datetime, *, instead_of: tuple[str, ...]) -> Published:
        target = self.volumes.get(volume)
        if isinstance(target, DirectoryVolume) and not is_to_be_sealed(self.volumes, part.person, volume):
            segment = _write(part, target, now)
            return Published(segment=segment, copies=(Copy(segment.id, volume, None),), instead_of=instead_of)
        local = self.volumes.get(LOCAL)
        if not isinstance(local, DirectoryVolume):
            raise UsageError(f"volume {LOCAL} is no folder, and segments are written to a folder first")
        segment = _write(part, local, now)
        with local.open(segment.dataset, segment.id) as source:
            copy = put_copy(self.volumes, segment, source, volume, now)
        return Published(segment=segment, copies=(Copy(segment.id, LOCAL, None), copy), instead_of=instead_of)


def write_file(
    volume: DirectoryVolume,
    record_type: type[Row],
    rows: Iterable[Row],
    told: RowFacts,
    *,
    packing: Packing,
    now: datetime,
    joins: Sequence[str] = (),
) -> Segment:
    """Make the durable file of rows that come in key order, one row group in memory, and return its facts.

    Args:
        volume: where it goes.
        record_type: whose rows these are.
        rows: at least one; if they raise on the way, there is no file.
        told: what the rows are together.
        packing: how hard they are compressed.
        now: when.
        joins: the segments in whose place it is put, for its footer.

    Raises:
        OutOfReachError: the volume is absent or full.
    """
    spec = spec_of(record_type)
    facts = {
        "dataset": spec.dataset,
        "partition": told.partition,
        "person": told.person or "",
        "rows": str(told.rows),
        "schema_version": str(spec.version),
        "content_digest": told.digest.content,
        "full_digest": told.digest.full,
        "created_at": utc_text(now),
        **({JOINS: " ".join(joins)} if joins else {}),
    }
    footers: list[str] = []

    def write(file: HashingFile) -> None:
        footers.append(encode(file, record_type, _timed(rows, record_type, facts, now), facts, packing=packing))

    written = volume.publish(spec.dataset, write)
    return Segment(
        id=written.sha256,
        dataset=spec.dataset,
        partition=told.partition,
        person=told.person,
        rows=told.rows,
        size_bytes=written.size_bytes,
        content_digest=told.digest.content,
        full_digest=told.digest.full,
        footer_sha256=footers[0],
        schema_version=spec.version,
        created_at=now,
    )


def _write(part: Part[Row], volume: DirectoryVolume, now: datetime) -> Segment:
    told = RowFacts(partition=part.partition, person=part.person, rows=len(part.rows), digest=part.digest)
    packing = packing_of(part.record_type, part.rows)
    return write_file(volume, part.record_type, part.rows, told, packing=packing, now=now)


def _timed(rows: Iterable[Row], record_type: type[Row], facts: dict[str, str], now: datetime) -> Iterable[Row]:
    """Return rows that put from when to when they are into `facts`; those in Arrow are told at once and stay there."""
    if not isinstance(rows, ArrowRows):
        return with_times(rows, record_type, facts, now)
    column = time_column(record_type)
    first, last = (None, None) if column is None else rows.span(column)
    put_times(facts, first, last, now)
    return rows


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
