"""What one version of a table is: its rows by digest, and the segments that they lie in.

Not here: making and reading one (`tables`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from whisky_assets.domain.digests import digest
from whisky_assets.domain.errors import UsageError
from whisky_assets.storage.retired import VERSION, recall_version, retired_words
from whisky_assets.storage.row_digests import RowsDigest
from whisky_assets.storage.state import micros

TableKey = tuple[str, str]
"""A table, or a part of one: `(dataset, partition)`, the partition empty for a whole table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableVersion:
    """One version of one table; `id` is the same wherever and whenever the same rows are made.

    Two versions with equal `content_digest` differ at most in volatile columns. `maker` is the build or run that made
    it first.
    """

    id: str
    dataset: str
    partition: str
    segments: tuple[str, ...]
    rows: int
    content_digest: str
    schema_version: int
    maker: str

    @property
    def key(self) -> TableKey:
        """The table it is a version of."""
        return (self.dataset, self.partition)


def version_id(dataset: str, partition: str, schema_version: int, rows: RowsDigest) -> str:
    """Return the id of a version: what table it is of, and all columns of its rows."""
    return digest([dataset, partition, schema_version, rows.full])


def insert_version(connection: sqlite3.Connection, version: TableVersion, full_digest: str, now: datetime) -> None:
    """Acknowledge a version whose segments are registered; a known one stays as it is."""
    cursor = connection.execute(
        "INSERT OR IGNORE INTO versions (id, dataset, partition, rows, content_digest, full_digest, schema_version,"
        " maker, made_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            version.id,
            version.dataset,
            version.partition,
            version.rows,
            version.content_digest,
            full_digest,
            version.schema_version,
            version.maker,
            micros(now),
        ),
    )
    if cursor.rowcount:
        recall_version(connection, version.id)
        _insert_cut(connection, version)


def recut_version(connection: sqlite3.Connection, version: TableVersion) -> None:
    """Let a known version lie in these segments, which hold the same rows as those before."""
    connection.execute("DELETE FROM version_segments WHERE version = ?", (version.id,))
    _insert_cut(connection, version)


def _insert_cut(connection: sqlite3.Connection, version: TableVersion) -> None:
    connection.executemany(
        "INSERT INTO version_segments (version, position, segment) VALUES (?, ?, ?)",
        [(version.id, position, segment) for position, segment in enumerate(version.segments)],
    )


def find_version(connection: sqlite3.Connection, version: str) -> TableVersion | None:
    """Return a version by its id, None if there is none."""
    row = connection.execute(
        "SELECT dataset, partition, rows, content_digest, schema_version, maker FROM versions WHERE id = ?", (version,)
    ).fetchone()
    if row is None:
        return None
    segments = connection.execute(
        "SELECT segment FROM version_segments WHERE version = ? ORDER BY position", (version,)
    ).fetchall()
    return TableVersion(
        id=version,
        dataset=row[0],
        partition=row[1],
        segments=tuple(segment[0] for segment in segments),
        rows=row[2],
        content_digest=row[3],
        schema_version=row[4],
        maker=row[5],
    )


def version_by_id(connection: sqlite3.Connection, version: str) -> TableVersion:
    """Return a version by its id.

    Raises:
        UsageError: there is none, or it was let go.
    """
    found = find_version(connection, version)
    if found is None:
        words = retired_words(connection, VERSION, version)
        if words is not None:
            raise UsageError(
                f"table version {version[:12]} {words}", remedy="What stays, and why: whisky storage retain --plan"
            )
        raise UsageError(f"no table version {version} is known in this home")
    return found


def versions_by_id(connection: sqlite3.Connection, versions: Iterable[str]) -> dict[str, TableVersion]:
    """Return versions by id, each read once."""
    wanted: Sequence[str] = list(dict.fromkeys(versions))
    return {version: version_by_id(connection, version) for version in wanted}
