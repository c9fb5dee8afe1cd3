"""What a durable, checked segment costs beside a plain Parquet file of the same rows.

The peer turns rows into a table and calls `pyarrow.parquet.write_table` and `read_table`: no fsync, no checksums, no
name by content, no row in a database. Not here: volumes and copies.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.report import Report, ratio, shown, side_by_side
from whisky_assets.contracts.arrow import arrow_schema
from whisky_assets.domain.records import Listing
from whisky_assets_tests.storage.worlds import NOW, listing, open_world

HEADERS = ("what", "who", "wall", "÷ peer", "bytes")


def run(scratch: Path, *, row_count: int = 10_000, repeats: int = 3) -> Iterator[Report]:
    """Yield the table for writing, writing the same rows again, and reading all of them as rows."""
    world = open_world(scratch / "home")
    plain = scratch / "plain.parquet"
    told = _edition(0, row_count)
    kept = world.store.write(Listing, told, partition="hanok", now=NOW)
    # Rows of their own for each repeat: the same rows again would be found stored, and nothing written.
    made = [_edition(number, row_count) for number in range(1, repeats + 2)]
    editions = iter(made)
    writing = side_by_side(
        [
            ("ours", lambda: world.store.write(Listing, next(editions), partition="hanok", now=NOW)),
            ("peer", lambda: _write_plain(made[0], plain)),
        ],
        repeats=repeats,
    )
    again = side_by_side(
        [
            ("ours", lambda: world.store.write(Listing, told, partition="hanok", now=NOW)),
            ("peer", lambda: _write_plain(told, plain)),
        ],
        repeats=repeats,
    )
    reading = side_by_side(
        [
            ("ours", lambda: list(world.store.read([kept.id], Listing))),
            ("peer", lambda: pq.read_table(plain).to_pylist()),
        ],
        repeats=repeats,
    )
    world.db.close()
    _assert_given_back(told, reading["ours"].answer, reading["peer"].answer)
    size = plain.stat().st_size
    yield Report(
        title=f"storing {row_count:,} listings",
        headers=HEADERS,
        rows=(
            *_rows("write new rows", writing["ours"].seconds, writing["peer"].seconds, kept.size_bytes, size),
            *_rows("write the same rows again", again["ours"].seconds, again["peer"].seconds, 0, size),
            *_rows("read all rows", reading["ours"].seconds, reading["peer"].seconds, kept.size_bytes, size),
        ),
        notes=(
            "what the difference buys: the rows survive a power cut once the call returns (fsync of file and folder),",
            "each page is checksummed and each file has its content's name, so a flipped bit is found and named,",
            "rows are checked against the record and sorted by key, and the same rows are never stored twice",
        ),
    )


def _edition(number: int, row_count: int) -> list[Listing]:
    """Return rows in the order of their keys, no two editions alike in any row."""
    rows = [listing(place, name=f"Ardbeg {place} of edition {number}") for place in range(row_count)]
    return sorted(rows, key=lambda row: row.source_id)


def _write_plain(rows: Sequence[Listing], path: Path) -> None:
    schema = arrow_schema(Listing)
    columns = {name: [getattr(row, name) for row in rows] for name in schema.names}
    pq.write_table(pa.table(columns, schema=schema), path, compression="zstd")


def _assert_given_back(told: Sequence[Listing], ours: object, theirs: object) -> None:
    """Raise where a side gave back other rows than it was given; Arrow gives lists for tuples."""
    if ours != told:
        raise AssertionError("the segment gave back other rows than it was given")
    plain = [{**dataclasses.asdict(row), "flags": list(row.flags)} for row in told]
    if theirs != plain:
        raise AssertionError("the plain file gave back other rows than it was given")


def _rows(what: str, ours: float, peer: float, our_bytes: int, peer_bytes: int) -> list[tuple[object, ...]]:
    return [
        (what, "SegmentStore", shown(ours), ratio(ours, peer), our_bytes),
        ("", "pyarrow alone", shown(peer), "1", peer_bytes),
    ]
