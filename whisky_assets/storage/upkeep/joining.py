"""Many small segments of one feed's pages become few large ones: the same rows, a fraction of the bytes and the files.

A polite crawl acknowledges a few pages at a time, so its segments are small, and pages of one site compress far better
together. The new file lies on every volume that held one of the old ones, proven, before one transaction puts it in
their place; a kill before that leaves a file that no row knows. Not here: unlinking the old files (`retiring`).
"""

from __future__ import annotations

import contextlib
import dataclasses
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from whisky_assets.domain.errors import BusyError, CorruptDataError, OutOfReachError, WhiskyError
from whisky_assets.domain.record import record_for, spec_of
from whisky_assets.storage.directories import DirectoryVolume
from whisky_assets.storage.merging import merged_rows
from whisky_assets.storage.packing import KEPT_FOR_LONG, MEDIA_TYPE, Packing, is_packed, keeps_bodies
from whisky_assets.storage.places import LOCAL
from whisky_assets.storage.placing import put_copy, verify_copy
from whisky_assets.storage.row_digests import row_digest, sum_of
from whisky_assets.storage.segment_facts import Copy, Segment, copies_of, insert_segment, segments_by_id, segments_of
from whisky_assets.storage.segments import RowFacts, SegmentStore, write_file
from whisky_assets.storage.state import micros
from whisky_assets.storage.upkeep.retiring import let_go
from whisky_assets.storage.versions import recut_version, version_by_id

Row = TypeVar("Row")

SMALL_BYTES = 32 << 20
"""A segment below this is joined with others."""
MOST_BYTES = 256 << 20
"""What is joined is not larger than this: a file of at most 1 GiB fits every file system."""
LEAST_PARTS = 8
MOST_PARTS = 64
"""One row group of each is in memory at once, at most 4 MiB of bodies."""
SETTLED = timedelta(days=1)
"""Younger ones are left alone: their crawl may be going on."""

_TOLD_APART = "a table version is made of some of them and not of all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What joining one group came to: the segments that were, the new one, or why there is none."""

    parts: tuple[Segment, ...]
    segment: Segment | None
    why_not: str = ""

    @property
    def saved_bytes(self) -> int:
        """How many bytes a volume that holds them needs less; 0 where nothing was joined."""
        return sum(part.size_bytes for part in self.parts) - self.segment.size_bytes if self.segment else 0


def groups_to_join(store: SegmentStore, dataset: str, now: datetime) -> list[tuple[Segment, ...]]:
    """Return groups of small, settled segments of one partition and of the same table versions, oldest first.

    Each group has 8 to 64 segments and at most 256 MiB. Personal ones and those of an earlier schema stay as they are.
    Segments of different crawls come together once no version tells them apart, which is what retention does.
    """
    with store.db.reading() as connection:
        versions = _versions_by_segment(connection, dataset)
        segments = segments_of(connection, dataset)
    return cut_in_groups(segments, versions, now)


def cut_in_groups(
    segments: Iterable[Segment], versions: Mapping[str, Collection[str]], now: datetime
) -> list[tuple[Segment, ...]]:
    """Return the groups of `groups_to_join`; `versions` are those that each segment is a part of. Pure."""
    held: dict[tuple[str, frozenset[str]], list[Segment]] = defaultdict(list)
    for segment in sorted(segments, key=lambda one: (one.created_at, one.id)):
        is_current = segment.schema_version == spec_of(record_for(segment.dataset)).version
        is_small = segment.size_bytes < SMALL_BYTES and now - segment.created_at >= SETTLED
        if is_current and is_small and segment.person is None:
            held[segment.partition, frozenset(versions.get(segment.id, ()))].append(segment)
    return [group for one in held.values() for group in _cut(one) if len(group) >= LEAST_PARTS]


def join(store: SegmentStore, parts: Sequence[Segment], now: datetime) -> Joined:
    """Put one segment in the place of several, in their table versions and on every volume that holds one of them.

    Nobody may hold their ids meanwhile: the caller holds the lock of the feed. A version that is made of some of them
    but not of all keeps them as they are.

    Raises:
        CorruptDataError: a part is damaged, or its rows are other than were written; nothing changed.
        OutOfReachError: a volume is full or went away; nothing changed.
    """
    volumes = _volumes_of(store, parts)
    reason = _why_not(store, parts, volumes)
    if reason:
        return Joined(parts=tuple(parts), segment=None, why_not=reason)
    segment = _written(store, parts)
    try:
        verify_copy(store.volumes, segment, Copy(segment.id, LOCAL, None))
        others = [name for name in volumes if name != LOCAL]
        copies = [Copy(segment.id, LOCAL, None), *(_copied(store, segment, name, now) for name in others)]
        is_done = _put_in_place(store, parts, segment, copies, now)
    except OutOfReachError:
        _take_back(store, segment, volumes)
        raise
    if not is_done:
        _take_back(store, segment, volumes)
        return Joined(parts=tuple(parts), segment=None, why_not=_TOLD_APART)
    return Joined(parts=tuple(parts), segment=segment)


def _put_in_place(
    store: SegmentStore, parts: Sequence[Segment], segment: Segment, copies: Sequence[Copy], now: datetime
) -> bool:
    with store.db.transaction() as connection:
        # Who held no lock may have made a version of some of them meanwhile.
        if _is_told_apart(connection, parts):
            return False
        insert_segment(connection, segment, copies)
        for version in _versions_of(connection, parts[0]):
            _recut(connection, version, {part.id for part in parts}, segment.id)
        connection.execute("UPDATE copies SET verified_at = ? WHERE segment = ?", (micros(now), segment.id))
        for part in parts:
            let_go(connection, part, f"joined into {segment.id[:12]}", now)
    return True


def _take_back(store: SegmentStore, segment: Segment, volumes: Sequence[str]) -> None:
    """Unlink a file that is in nobody's place; one that cannot be reached stays, and adoption leaves it alone."""
    with contextlib.suppress(BusyError), store.db.alone() as connection:
        if connection.execute("SELECT 1 FROM segments WHERE id = ?", (segment.id,)).fetchone() is None:
            for name in volumes:
                with contextlib.suppress(OutOfReachError, OSError):
                    store.volumes.get(name).remove(segment.dataset, segment.id)


def _cut(segments: Sequence[Segment]) -> Iterator[tuple[Segment, ...]]:
    group: list[Segment] = []
    size_bytes = 0
    for segment in segments:
        if group and (len(group) == MOST_PARTS or size_bytes + segment.size_bytes > MOST_BYTES):
            yield tuple(group)
            group, size_bytes = [], 0
        group.append(segment)
        size_bytes += segment.size_bytes
    if group:
        yield tuple(group)


def _volumes_of(store: SegmentStore, parts: Sequence[Segment]) -> list[str]:
    with store.db.reading() as connection:
        return sorted({copy.volume for part in parts for copy in copies_of(connection, part.id)})


def _why_not(store: SegmentStore, parts: Sequence[Segment], volumes: Sequence[str]) -> str:
    with store.db.reading() as connection:
        if _is_told_apart(connection, parts):
            return _TOLD_APART
    if not all(store.lies_on(part, LOCAL) for part in parts):
        return f"not all of them lie on volume {LOCAL}"
    for name in volumes:
        try:
            store.volumes.get(name).check()
        except WhiskyError as error:  # absent, another one there, its identity damaged, a bucket without a client
            return f"waits for volume {name}: {error.message}"
    return ""


def _versions_by_segment(connection: sqlite3.Connection, dataset: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    rows = connection.execute(
        "SELECT p.segment, p.version FROM version_segments p JOIN segments s ON s.id = p.segment WHERE s.dataset = ?",
        (dataset,),
    )
    for segment, version in rows:
        found[segment].add(version)
    return found


def _versions_of(connection: sqlite3.Connection, segment: Segment) -> list[str]:
    rows = connection.execute(
        "SELECT DISTINCT version FROM version_segments WHERE segment = ? ORDER BY version", (segment.id,)
    )
    return [version for (version,) in rows]


def _is_told_apart(connection: sqlite3.Connection, parts: Sequence[Segment]) -> bool:
    """Say whether a table version holds some of the parts and not all; each part has to be registered."""
    segments_by_id(connection, [part.id for part in parts])
    return len({tuple(_versions_of(connection, part)) for part in parts}) > 1


def _recut(connection: sqlite3.Connection, version: str, parts: AbstractSet[str], segment: str) -> None:
    held = version_by_id(connection, version)
    others = [one for one in held.segments if one not in parts]
    place = next(place for place, one in enumerate(held.segments) if one in parts)
    recut_version(connection, dataclasses.replace(held, segments=(*others[:place], segment, *others[place:])))


def _written(store: SegmentStore, parts: Sequence[Segment]) -> Segment:
    local = store.volumes.get(LOCAL)
    if not isinstance(local, DirectoryVolume):
        raise TypeError(f"volume {LOCAL} is no folder")
    record_type: type[Any] = record_for(parts[0].dataset)
    told = RowFacts(
        partition=parts[0].partition,
        person=None,
        rows=sum(part.rows for part in parts),
        digest=sum_of(part.digest for part in parts),
    )
    packing = Packing(level=KEPT_FOR_LONG.level, stores_bodies=_is_packed(store, parts, record_type))
    rows = _proven(merged_rows(store, parts, record_type), record_type, told)
    born_at, ids = max(part.created_at for part in parts), [part.id for part in parts]
    return write_file(local, record_type, rows, told, packing=packing, now=born_at, joins=ids)


def _is_packed(store: SegmentStore, parts: Sequence[Segment], record_type: type) -> bool:
    if not keeps_bodies(record_type):
        return False
    told = store.read_columns([part.id for part in parts], record_type, [MEDIA_TYPE])
    return all(is_packed(str(media_type)) for (media_type,) in told)


def _proven(rows: Iterable[Row], record_type: type[Row], told: RowFacts) -> Iterator[Row]:
    """Yield rows, and raise after the last one unless they are those that were written once."""
    digests = []
    for row in rows:
        digests.append(row_digest(record_type, row))
        yield row
    if len(digests) != told.rows or sum_of(digests) != told.digest:
        raise CorruptDataError(
            f"{told.partition}: the rows read are not those that were written",
            remedy="`whisky storage verify` says which segment is damaged.",
        )


def _copied(store: SegmentStore, segment: Segment, volume: str, now: datetime) -> Copy:
    with store.volumes.get(LOCAL).open(segment.dataset, segment.id) as source:
        copy = put_copy(store.volumes, segment, source, volume, now)
    verify_copy(store.volumes, segment, copy)
    return copy
