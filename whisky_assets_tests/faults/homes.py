"""Sample homes of forty listings, what stands in them, and a reader that looks at them while runs die.

Everything here opens a home by storage's own functions in the tests' process and closes it again.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from whisky_assets.domain.record import record_for
from whisky_assets.storage.builds import OPEN, builds
from whisky_assets.storage.home import create_home, open_home
from whisky_assets.storage.locks import holders
from whisky_assets.storage.row_digests import rows_digest
from whisky_assets.storage.schema import MIGRATIONS
from whisky_assets.storage.segments import SegmentStore
from whisky_assets.storage.snapshots import Snapshot, current
from whisky_assets.storage.state import StateDatabase
from whisky_assets.storage.tables import read_table
from whisky_assets.storage.volumes import Volumes

_LOOK_AGAIN_SECONDS = 0.1
_UNDERWAY = ("STARTED", "STARTING", "QUEUED", "NOT_STARTED", "CANCELING")

Tables = Mapping[str, str]
"""Table to the digest of its rows."""


def new_home(root: Path) -> Path:
    """Makes a sample home whose shops sell forty things."""
    create_home(root, "sample", datetime(2026, 1, 1, tzinfo=UTC))
    (root / "cut").touch()
    return root


def copied_home(template: Path, root: Path, *, week: int = 1) -> Path:
    """Copies a home that nobody works in, and moves its shops to a week."""
    shutil.copytree(template, root)
    (root / "week.json").write_text(json.dumps({"week": week}))
    return root


@contextlib.contextmanager
def opened(root: Path) -> Iterator[SegmentStore]:
    """Gives the stores of a home, as a reader opens them."""
    home = open_home(root)
    db = StateDatabase.open(home.state_path, MIGRATIONS)
    try:
        yield SegmentStore(db, Volumes(db, home))
    finally:
        db.close()


def documents(root: Path) -> Mapping[str, str]:
    """Returns what is published: path to body, but for the papers of releases themselves."""
    path = root / "documents.sqlite"
    if not path.exists():
        return {}
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute("SELECT path, body FROM document WHERE collection != 'meta'"))


def left_open(root: Path) -> list[str]:
    """Returns what a home has open: Dagster's runs, builds, locks and releases; empty when all is quiet."""
    with contextlib.closing(sqlite3.connect(_runs_of(root))) as connection:
        marks = ", ".join("?" * len(_UNDERWAY))
        rows = connection.execute(
            f"SELECT run_id, status FROM runs WHERE status IN ({marks})",  # noqa: S608 - question marks alone
            _UNDERWAY,
        ).fetchall()
    found = [f"run {row[0]} is {row[1]}" for row in rows]
    with opened(root) as store:
        found += [f"build {build.build} is open" for build in builds(store.db, OPEN)]
        found += [f"{holder.name} is held by {holder}" for holder in holders(store.db)]
        with store.db.reading() as connection:
            rows = connection.execute("SELECT target, number FROM publish_releases WHERE state = 'open'").fetchall()
        found += [f"release {row[1]} to {row[0]} is open" for row in rows]
    return found


def _runs_of(root: Path) -> Path:
    return root / "dagster" / "storage" / "history" / "runs.db"


def ended_runs(root: Path) -> list[tuple[str, str]]:
    """Returns job and status of all Dagster runs of a home, oldest first."""
    with contextlib.closing(sqlite3.connect(_runs_of(root))) as connection:
        return list(connection.execute("SELECT pipeline_name, status FROM runs ORDER BY id"))


def read_whole(store: SegmentStore, snapshot: Snapshot) -> Tables:
    """Reads every row of every table of a snapshot and returns their digests.

    Raises:
        AssertionError: rows are not those that the snapshot names, or a whisky of a note or match is not in it.
    """
    rows: dict[str, list[Any]] = {}
    digests = {}
    for (dataset, _partition), version in snapshot.tables.items():
        record_type: type[Any] = record_for(dataset)
        rows[dataset] = list(read_table(store, version, record_type))
        digests[dataset] = rows_digest(record_type, rows[dataset]).content
        assert (len(rows[dataset]), digests[dataset]) == (version.rows, version.content_digest), dataset
    keys = {whisky.whisky_pk for whisky in rows["core/whiskies"]}
    assert {match.whisky_pk for match in rows["core/matches"]} <= keys
    assert {entry.whisky_pk for entry in rows["archives/entries"]} - {None} <= keys
    return digests


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One look of a reader: the snapshot's name and what its tables said; nothing before the first snapshot."""

    name: str
    tables: Tables


class Reader(threading.Thread):
    """Reads the current snapshot whole, again and again, until its block ends; `seen` holds each different look."""

    def __init__(self, root: Path) -> None:
        """Look at a home."""
        super().__init__(name="reader", daemon=True)
        self._root = root
        self._enough = threading.Event()
        self._failure: BaseException | None = None
        self.seen: list[Seen] = []
        self.looks = 0

    def __enter__(self) -> Self:
        """Begin to look."""
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Look a last time; what a look raised is raised here."""
        self._enough.set()
        self.join()
        if self._failure is not None:
            raise self._failure

    def run(self) -> None:
        """Look until it is enough."""
        try:
            with opened(self._root) as store:
                while not self._enough.wait(_LOOK_AGAIN_SECONDS):
                    self._look(store)
                self._look(store)
        except BaseException as error:  # noqa: BLE001 - told by the thread that waits for this one
            self._failure = error

    def _look(self, store: SegmentStore) -> None:
        self.looks += 1
        snapshot = current(store.db)
        if snapshot is None:
            look = Seen(name="", tables={})
        elif self.seen and self.seen[-1].name == snapshot.name and self.looks % 10:
            return
        else:
            look = Seen(name=snapshot.name, tables=read_whole(store, snapshot))
        if not self.seen or self.seen[-1] != look:
            self.seen.append(look)
