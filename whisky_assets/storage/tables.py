"""A table version holds all its rows or does not exist; equal rows are one version, carried segments are not rewritten.

Not here: the verdicts on a version (`candidates`) and which versions are current (`heads`, `snapshots`).
"""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from whisky_assets.domain.errors import CorruptDataError, OutOfReachError, UsageError
from whisky_assets.domain.outcome import NewTable
from whisky_assets.domain.record import record_for, spec_of
from whisky_assets.storage.candidates import insert_candidate
from whisky_assets.storage.copies import copy_segment
from whisky_assets.storage.merged import merged_part
from whisky_assets.storage.merging import merged_rows
from whisky_assets.storage.parts import Part, parts_by_person
from whisky_assets.storage.places import LOCAL
from whisky_assets.storage.row_digests import sum_of
from whisky_assets.storage.segment_facts import Segment, forget_unused, segments_by_id
from whisky_assets.storage.segments import Published, SegmentStore
from whisky_assets.storage.versions import (
    TableVersion,
    find_version,
    insert_version,
    recut_version,
    version_by_id,
    version_id,
)

Row = TypeVar("Row")


def put_table(store: SegmentStore, new: NewTable, *, build: str, volume: str = LOCAL, now: datetime) -> TableVersion:
    """Store a table version as the candidate of a build, with its verdicts, and return it.

    New rows are sorted by key and written as one segment, or one per person for a personal record; segments that hold
    these very rows already are taken instead, and written anew where their file is lost. Carried segments stay as they
    are and are not read. Rows of a base are passed on into the new segment, and none that stays is made a record.
    Files come first; version, candidate and verdicts are one transaction.

    Raises:
        ValueError: a carried segment is of another table, or rows are of another partition.
        UsageError: a carried segment is not registered, or no record declares the data set.
        OutOfReachError: the volume is absent or full; no version was made.
    """
    record_type: type[Any] = record_for(new.dataset)
    if new.base and not (new.rows or new.gone):
        new = dataclasses.replace(new, carried=(*new.carried, *new.base), base=())
    schema_version = spec_of(record_type).version
    with store.db.reading() as connection:
        carried = segments_by_id(connection, new.carried)
        base = segments_by_id(connection, new.base)
    _check_carried(new, carried, new.carried)
    _check_carried(new, base, new.base)
    parts = _parts(store, new, base, record_type)
    digest = sum_of([*(segment.digest for segment in carried), *(part.digest for part in parts)])
    known_id = version_id(new.dataset, new.partition, schema_version, digest)
    with store.db.reading() as connection:
        known = find_version(connection, known_id)
    lost = () if known is None else _lost(store, known, volume, now)
    if known is not None and (not lost or not parts):
        with store.db.transaction() as connection:
            insert_candidate(connection, build, known, new.checks, now)
        return known
    published = [store.publish(part, volume=volume, now=now) for part in parts]
    version = TableVersion(
        id=known_id,
        dataset=new.dataset,
        partition=new.partition,
        segments=(*new.carried, *(one.segment.id for one in published)),
        rows=sum(segment.rows for segment in carried) + sum(len(part.rows) for part in parts),
        content_digest=digest.content,
        schema_version=schema_version,
        maker=build,
    )
    with store.db.transaction() as connection:
        _insert_all(connection, store, published)
        insert_version(connection, version, digest.full, now)
        if lost:
            recut_version(connection, version)
            forget_unused(connection, lost)
        insert_candidate(connection, build, version, new.checks, now)
        return version_by_id(connection, version.id)


def read_table(store: SegmentStore, version: TableVersion, record_type: type[Row]) -> Iterator[Row]:
    """Yield all rows of a version in key order, whatever segments they lie in.

    Few files are open at once, and one row group is in memory of each segment that the order has come to (`merging`):
    for a crawl's pages, whose segments overlap, use `SegmentStore.read`.

    Raises:
        CorruptDataError: bytes are not what was written.
        OutOfReachError: no volume that holds a segment is there.
        ValueError: the record is of another data set.
    """
    spec = spec_of(record_type)
    if spec.dataset != version.dataset:
        raise ValueError(f"a version of {version.dataset} read as {spec.dataset}")
    if len(version.segments) == 1:
        return store.read(version.segments, record_type)
    with store.db.reading() as connection:
        segments = segments_by_id(connection, version.segments)
    return merged_rows(store, segments, record_type)


def _lost(store: SegmentStore, known: TableVersion, volume: str, now: datetime) -> tuple[str, ...]:
    """Let all segments of a version lie on a volume, and return those of which no copy can be had.

    Raises:
        OutOfReachError: a segment has to be put on the volume, and that is absent.
    """
    lost = []
    for segment_id in known.segments:
        try:
            copy_segment(store, segment_id, volume, now)
        except (CorruptDataError, OutOfReachError, UsageError):
            store.volumes.get(volume).check()  # an absent target is the write's trouble, an absent source is not
            lost.append(segment_id)
    return tuple(lost)


def _parts(store: SegmentStore, new: NewTable, base: Sequence[Segment], record_type: type[Any]) -> list[Part[Any]]:
    """Return the parts that are not carried; a base is merged with the rows into one."""
    if not new.base:
        return parts_by_person(record_type, new.rows, partition=new.partition)
    if new.carried or spec_of(record_type).personal:
        raise ValueError(f"{new.dataset}: rows are merged into a base where no segment is carried and no person's")
    part = merged_part(store, base, record_type, new.rows, new.gone, partition=new.partition)
    return [part] if part.rows else []


def _check_carried(new: NewTable, carried: Iterable[Segment], ids: Sequence[str]) -> None:
    if len(set(ids)) != len(ids):
        raise ValueError(f"{new.dataset}: a segment is carried twice")
    for segment in carried:
        if (segment.dataset, segment.partition) != (new.dataset, new.partition):
            raise ValueError(
                f"{new.dataset}[{new.partition}] carries segment {segment.id[:12]} of {segment.dataset}"
                f"[{segment.partition}]"
            )


def _insert_all(connection: sqlite3.Connection, store: SegmentStore, published: Iterable[Published]) -> None:
    for one in published:
        store.register(connection, one)
