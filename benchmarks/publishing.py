"""What planned commits save beside one `set()` a document, first, with nothing new, and with one change in a hundred.

Both sides write the same documents into the same kind of store, a SQLite file with durable commits. On Firestore every
document of the right column is also a billed write. Not here: the network.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from benchmarks.report import Report, ratio, shown, timed
from whisky_assets.contracts.documents import Body
from whisky_assets.domain.records import Whisky
from whisky_assets.publishing.desired import desired_documents
from whisky_assets.publishing.documents import Document
from whisky_assets.publishing.stores.port import PUT, Operation
from whisky_assets.publishing.stores.sqlite import SqliteStore
from whisky_assets_tests.publishing.conftest import standing_clock
from whisky_assets_tests.publishing.rows import Bench, bench_of, tables, whisky

CHANGED_ONE_IN = 100
HEADERS = ("what", "who", "wall", "÷ peer", "documents written")


def run(scratch: Path, *, document_count: int = 1_500) -> Iterator[Report]:
    """Yield the table of three releases, each by plan and by one set() a document."""
    first = [whisky(f"whisky_{number:05d}") for number in range(document_count)]
    changed = [
        dataclasses.replace(row, abv_pct=43.0) if number % CHANGED_ONE_IN == 0 else row
        for number, row in enumerate(first)
    ]
    store = SqliteStore(scratch / "planned.sqlite", standing_clock)
    single = SqliteStore(scratch / "single.sqlite", standing_clock)
    bench = bench_of(scratch, store, target="local")
    rows: list[tuple[object, ...]] = []
    for name, whiskies in (("first release", first), ("nothing new", first), ("1 in 100 changed", changed)):
        ours, written = timed(partial(_planned, bench, name, whiskies))
        peer, set_count = timed(partial(_one_by_one, single, whiskies))
        rows.append((name, "plan, commits of 400", shown(ours), ratio(ours, peer), written))
        rows.append(("", "one set() each", shown(peer), "1", set_count))
    if _documents(store) != _documents(single):
        raise AssertionError("both stores must hold the same documents")
    store.close()
    single.close()
    bench.db.close()
    yield Report(
        title=f"publishing {document_count:,} whiskies to SQLite",
        headers=HEADERS,
        rows=tuple(rows),
        notes=(
            "ours also keeps a manifest, asks before it changes much, and goes on where it was killed",
            "both hold the same documents at the end",
        ),
    )


def _documents(store: SqliteStore) -> list[tuple[str, Body]]:
    return [(one.path, one.body) for one in store.list("whisky")]


def _planned(bench: Bench, snapshot: str, whiskies: Sequence[Whisky]) -> int:
    return int(bench.publish(snapshot, tables(whiskies)).writes)


def _one_by_one(store: SqliteStore, whiskies: Sequence[Whisky]) -> int:
    count = 0
    for item in desired_documents(tables(whiskies), {}):
        if isinstance(item, Document):
            store.commit([Operation(action=PUT, path=item.path, body=item.body)])
            count += 1
    return count
