"""What the state database knows of segments and their copies: the rows that acknowledge a file.

Not here: writing and reading the files (`segments`) and proving them (`copies`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.record import spec_of
from whisky_assets.storage.parts import Part
from whisky_assets.storage.places import LOCAL
from whisky_assets.storage.retired import SEGMENT, retired_words
from whisky_assets.storage.row_digests import RowsDigest
from whisky_assets.storage.state import micros, moment_of

_SELECT = (
    "SELECT id, dataset, partition, person, rows, size_bytes, content_digest, full_digest, footer_sha256,"
    " schema_version, created_at FROM segments WHERE "
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One immutable file of rows; `id` is the sha256 of its bytes and its name on every volume.

    `content_digest` is over the stable columns, `full_digest` over all; `person` says whose rows they are, if anyone's.
    """

    id: str
    dataset: str
    partition: str
    person: str | None
    rows: int
    size_bytes: int
    content_digest: str
    full_digest: str
    footer_sha256: str
    schema_version: int
    created_at: datetime

    @property
    def digest(self) -> RowsDigest:
        """Both digests of its rows."""
        return RowsDigest(content=self.content_digest, full=self.full_digest)


@dataclass(frozen=True, slots=True)
class Copy:
    """One segment on one volume, and when its bytes there were last compared with its name.

    Where it is sealed, `stored_bytes` and `stored_sha256` are of the file that lies there; else None.
    """

    segment: str
    volume: str
    verified_at: datetime | None
    stored_bytes: int | None = None
    stored_sha256: str | None = None

    @property
    def is_sealed(self) -> bool:
        """Whether only the home's key opens it."""
        return self.stored_sha256 is not None


def insert_segment(connection: sqlite3.Connection, segment: Segment, copies: Sequence[str | Copy]) -> None:
    """Acknowledge a segment with its copies, each a volume's name where it lies there in the clear."""
    connection.execute(
        "INSERT OR IGNORE INTO segments (id, dataset, partition, person, rows, size_bytes, content_digest,"
        " full_digest, footer_sha256, schema_version, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            segment.id,
            segment.dataset,
            segment.partition,
            segment.person,
            segment.rows,
            segment.size_bytes,
            segment.content_digest,
            segment.full_digest,
            segment.footer_sha256,
            segment.schema_version,
            micros(segment.created_at),
        ),
    )
    for copy in copies:
        insert_copy(connection, segment.id, copy, segment.created_at)


def insert_copy(connection: sqlite3.Connection, segment_id: str, copy: str | Copy, now: datetime) -> None:
    """Acknowledge a copy, a volume's name where it lies there in the clear; a known one of the same bytes stays."""
    placed = Copy(segment_id, copy, None) if isinstance(copy, str) else copy
    connection.execute(
        "INSERT INTO copies (segment, volume, created_at, stored_bytes, stored_sha256) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (segment, volume) DO UPDATE SET created_at = excluded.created_at, verified_at = NULL,"
        " stored_bytes = excluded.stored_bytes, stored_sha256 = excluded.stored_sha256"
        " WHERE stored_sha256 IS NOT excluded.stored_sha256",
        (segment_id, placed.volume, micros(now), placed.stored_bytes, placed.stored_sha256),
    )


def replace_segment(connection: sqlite3.Connection, lost: str, segment_id: str) -> None:
    """Put a segment in the place of a lost one of the very same rows, in every table version, and forget that one."""
    connection.execute("UPDATE version_segments SET segment = ? WHERE segment = ?", (segment_id, lost))
    forget_unused(connection, [lost])


def forget_unused(connection: sqlite3.Connection, lost: Sequence[str]) -> None:
    """Forget lost segments that are no part of any table version."""
    for segment_id in lost:
        used = connection.execute("SELECT 1 FROM version_segments WHERE segment = ?", (segment_id,)).fetchone()
        if used is None:
            connection.execute("DELETE FROM copies WHERE segment = ?", (segment_id,))
            connection.execute("DELETE FROM segments WHERE id = ?", (segment_id,))


def segments_by_id(connection: sqlite3.Connection, segment_ids: Sequence[str]) -> tuple[Segment, ...]:
    """Return the facts of segments, in the order asked for.

    Raises:
        UsageError: one of them is not registered.
    """
    return tuple(_segment_by_id(connection, segment_id) for segment_id in segment_ids)


def segments_of(connection: sqlite3.Connection, dataset: str, partition: str | None = None) -> tuple[Segment, ...]:
    """Return all registered segments of a data set (and partition), oldest first."""
    rows = connection.execute(
        _SELECT + "dataset = ?1 AND (?2 IS NULL OR partition = ?2) ORDER BY created_at, id", (dataset, partition)
    )
    return tuple(_segment(row) for row in rows)


def segments_with_rows(connection: sqlite3.Connection, part: Part[Any]) -> tuple[Segment, ...]:
    """Return the segments that hold these very rows, volatile columns too, for the same table, part and person."""
    spec = spec_of(part.record_type)
    rows = connection.execute(
        _SELECT
        + "full_digest = ? AND dataset = ? AND partition = ? AND person IS ? AND schema_version = ? AND rows = ?"
        " ORDER BY created_at, id",
        (part.digest.full, spec.dataset, part.partition, part.person, spec.version, len(part.rows)),
    )
    return tuple(_segment(row) for row in rows)


def copies_of(connection: sqlite3.Connection, segment_id: str) -> tuple[Copy, ...]:
    """Return on which volumes a segment lies, the home's own first, and last those where it is known to be rotten."""
    rows = connection.execute(
        "SELECT volume, verified_at, stored_bytes, stored_sha256 FROM copies WHERE segment = ?"
        " ORDER BY (segment, volume) IN (SELECT segment, volume FROM rotten_copies), volume <> ?, created_at, volume",
        (segment_id, LOCAL),
    )
    return tuple(Copy(segment_id, row[0], None if row[1] is None else moment_of(row[1]), *row[2:]) for row in rows)


def _segment_by_id(connection: sqlite3.Connection, segment_id: str) -> Segment:
    row = connection.execute(_SELECT + "id = ?", (segment_id,)).fetchone()
    if row is None:
        words = retired_words(connection, SEGMENT, segment_id)
        raise UsageError(f"segment {segment_id} {words}" if words else f"no segment {segment_id} is registered")
    return _segment(row)


def _segment(row: tuple[Any, ...]) -> Segment:
    return Segment(
        id=row[0],
        dataset=row[1],
        partition=row[2],
        person=row[3],
        rows=row[4],
        size_bytes=row[5],
        content_digest=row[6],
        full_digest=row[7],
        footer_sha256=row[8],
        schema_version=row[9],
        created_at=moment_of(row[10]),
    )
