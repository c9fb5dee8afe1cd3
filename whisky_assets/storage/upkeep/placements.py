"""Where every segment lies and where it was placed, read in one look; and what was placed, kept in the state database.

A placement is a decision: it stays when the copy is made, so that a copy that gets lost is made there again. Not here:
deciding (`placement`) and copying (`copying`).
"""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from whisky_assets.storage.state import StateDatabase, micros, moment_of
from whisky_assets.storage.upkeep.plan import HeldSegment, PlannedCopy


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CopyAges:
    """How fresh the knowledge of a volume's copies is.

    `oldest_verified_at` is the oldest of the last looks at each copy, for a copy that nobody looked at since it was
    written when that was; None: it holds none. `unverified` counts those that nobody looked at.
    """

    volume: str
    copies: int
    unverified: int
    oldest_verified_at: datetime | None


def held_segments(db: StateDatabase) -> tuple[HeldSegment, ...]:
    """Return every registered segment with its copies and placements, by name; a rotten copy is told apart."""
    with db.reading() as connection:
        rotten = _volumes_by_segment(connection, "SELECT segment, volume FROM rotten_copies ORDER BY segment, volume")
        copies = _volumes_by_segment(
            connection,
            "SELECT segment, volume FROM copies EXCEPT SELECT segment, volume FROM rotten_copies"
            " ORDER BY segment, volume",
        )
        placed = _volumes_by_segment(connection, "SELECT segment, volume FROM placements ORDER BY segment, volume")
        rows = connection.execute("SELECT id, dataset, size_bytes, created_at FROM segments ORDER BY id").fetchall()
    return tuple(
        HeldSegment(
            segment=segment,
            dataset=dataset,
            size_bytes=size_bytes,
            created_at=moment_of(created_at),
            copies=tuple(copies.get(segment, ())),
            placed=tuple(placed.get(segment, ())),
            rotten=tuple(rotten.get(segment, ())),
        )
        for segment, dataset, size_bytes, created_at in rows
    )


def copy_ages(db: StateDatabase) -> tuple[CopyAges, ...]:
    """Return for each volume with copies when the one that was looked at longest ago was looked at."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT volume, COUNT(*), SUM(verified_at IS NULL), MIN(COALESCE(verified_at, created_at)) FROM copies"
            " GROUP BY volume ORDER BY volume"
        ).fetchall()
    return tuple(
        CopyAges(volume=row[0], copies=row[1], unverified=row[2], oldest_verified_at=moment_of(row[3])) for row in rows
    )


def keep_placements(db: StateDatabase, copies: Iterable[PlannedCopy], now: datetime) -> None:
    """Remember where segments are to lie, in one transaction.

    What a segment was placed on earlier, and neither lies on nor is placed on again, is forgotten.
    """
    wanted = [(copy.segment, copy.volume, micros(now), copy.reason) for copy in copies]
    with db.transaction() as connection:
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS planned (segment TEXT, volume TEXT)")
        connection.execute("DELETE FROM planned")
        connection.executemany("INSERT INTO planned VALUES (?, ?)", [row[:2] for row in wanted])
        connection.execute(
            "DELETE FROM placements WHERE segment IN (SELECT segment FROM planned)"
            " AND (segment, volume) NOT IN (SELECT segment, volume FROM planned)"
            " AND (segment, volume) NOT IN (SELECT segment, volume FROM copies)"
        )
        connection.executemany(
            "INSERT OR IGNORE INTO placements (segment, volume, placed_at, reason)"
            " SELECT ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM segments WHERE id = ?1)",
            wanted,
        )
        connection.execute("DELETE FROM planned")


def _volumes_by_segment(connection: sqlite3.Connection, query: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for segment, volume in connection.execute(query):
        found.setdefault(segment, []).append(volume)
    return found
