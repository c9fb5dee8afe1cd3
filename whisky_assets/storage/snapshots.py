"""One committed build is current, whole: a reader gets all its tables of one commit, and no commit overwrites another.

Not here: what `undo` and `diff` make of them (`pipeline`) and which old ones go (upkeep).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from whisky_assets.domain.errors import CheckFailedError, StaleParentError, UsageError
from whisky_assets.storage.builds import (
    COMMITTED,
    OPEN,
    Build,
    current_number,
    find_build,
    mark_committed,
    snapshot_name,
)
from whisky_assets.storage.candidates import verdicts_of
from whisky_assets.storage.heads import Heads, refuse_blocked
from whisky_assets.storage.retired import SNAPSHOT, kept_snapshots, retired_words
from whisky_assets.storage.state import StateDatabase, micros, moment_of
from whisky_assets.storage.versions import TableKey, TableVersion, version_by_id

_NEAREST = 4  # kept snapshots that are named where one is asked for that is not


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One commit, named `s000001`, `s000002`, ...: every table of that moment and the heads it was built from."""

    name: str
    number: int
    parent: str | None
    build: str
    committed_at: datetime
    tables: Mapping[TableKey, TableVersion]
    heads: Heads

    def table(self, dataset: str, partition: str = "") -> TableVersion:
        """Return one table of this snapshot.

        Raises:
            UsageError: it holds no such table.
        """
        try:
            return self.tables[(dataset, partition)]
        except KeyError:
            where = f"{dataset}[{partition}]" if partition else dataset
            raise UsageError(f"snapshot {self.name} holds no table {where}") from None


def current(db: StateDatabase) -> Snapshot | None:
    """Return the snapshot that is in force, None before the first."""
    with db.reading() as connection:
        number = current_number(connection)
        return _snapshot(connection, number) if number else None


def snapshot(db: StateDatabase, name: str) -> Snapshot:
    """Return a snapshot by its name.

    Raises:
        UsageError: there is none of that name, or it was let go.
    """
    with db.reading() as connection:
        number = _number_of(name)
        last = current_number(connection)
        if number is None or not 1 <= number <= last:
            known = f"known are {snapshot_name(1)} to {snapshot_name(last)}" if last else "there is none yet"
            remedy = "What the last one changed: whisky diff" if last else "Make one: whisky run"
            raise UsageError(f"no snapshot is called {name!r}; {known}", remedy=remedy)
        _refuse_retired(connection, number)
        return _snapshot(connection, number)


def kept_before(db: StateDatabase, number: int) -> Snapshot | None:
    """Return the newest snapshot before a number whose tables are still there, None where none is."""
    with db.reading() as connection:
        earlier = [kept for kept in kept_snapshots(connection) if kept < number]
        return _snapshot(connection, earlier[-1]) if earlier else None


def commit_snapshot(
    db: StateDatabase,
    *,
    build: str,
    parent: str | None,
    tables: Mapping[TableKey, TableVersion],
    heads: Heads,
    now: datetime,
    required_checks: Collection[tuple[str, str]] = (),
) -> Snapshot:
    """Make these tables current in one transaction, and end the build; a build that is committed gives its snapshot.

    Args:
        db: the home's state database.
        build: an open build.
        parent: the snapshot that these tables were built on; None for the first.
        tables: every table of the snapshot: this build's candidates, or versions of an earlier snapshot.
        heads: the feeds' versions it was built from.
        now: when.
        required_checks: `(dataset, check name)` that must have been recorded for this build.

    Raises:
        StaleParentError: another snapshot was committed since.
        CheckFailedError: a verdict of this build blocks, or a required one is missing.
        UsageError: the build is not open, or a version is neither its candidate nor of an earlier snapshot.
    """
    with db.transaction() as connection:
        found = _open(connection, build)
        if found.state == COMMITTED:
            row = connection.execute("SELECT number FROM snapshots WHERE build = ?", (build,)).fetchone()
            return _snapshot(connection, row[0])
        number = current_number(connection)
        if parent != snapshot_name(number):
            raise StaleParentError(
                f"build {build} was made on {parent}, but {snapshot_name(number)} is current now",
                remedy="build again: `whisky run`",
            )
        _refuse_unmade(connection, build, tables)
        _refuse_unchecked(connection, build, required_checks)
        _insert(connection, number + 1, build, now)
        _insert_tables(connection, number + 1, tables, heads)
        mark_committed(connection, build, now)
        return _snapshot(connection, number + 1)


def _refuse_retired(connection: sqlite3.Connection, number: int) -> None:
    name = snapshot_name(number) or ""
    words = retired_words(connection, SNAPSHOT, name)
    if words is not None:
        kept = [snapshot_name(one) or "" for one in kept_snapshots(connection)]
        near = sorted(kept, key=lambda one: abs(int(one[1:]) - number))[:_NEAREST]
        raise UsageError(
            f"snapshot {name} {words}; {len(kept):,} are kept, the nearest {', '.join(sorted(near))}",
            remedy="Name one of these. What stays, and why: whisky storage retain --plan",
        )


def _open(connection: sqlite3.Connection, build: str) -> Build:
    found = find_build(connection, build)
    if found is None:
        raise UsageError(f"no build {build} was opened in this home")
    if found.state not in (OPEN, COMMITTED):
        raise UsageError(f"build {build} was rejected: {found.reason}", remedy="run it again, or build anew")
    return found


def _refuse_unmade(connection: sqlite3.Connection, build: str, tables: Mapping[TableKey, TableVersion]) -> None:
    for key, version in tables.items():
        if version.key != key:
            raise UsageError(f"a version of {version.dataset} was handed in as {key[0]}")
        known = connection.execute(
            "SELECT 1 FROM candidates WHERE build = ?1 AND dataset = ?2 AND partition = ?3 AND version = ?4"
            " UNION SELECT 1 FROM snapshot_tables WHERE dataset = ?2 AND partition = ?3 AND version = ?4",
            (build, *key, version.id),
        ).fetchone()
        if known is None:
            raise UsageError(
                f"version {version.id[:12]} of {version.dataset} was made neither by build {build} nor by an earlier"
                " snapshot",
                remedy="build again: `whisky run`",
            )


def _refuse_unchecked(connection: sqlite3.Connection, build: str, required: Collection[tuple[str, str]]) -> None:
    verdicts = [check for checks in verdicts_of(connection, build).values() for check in checks]
    refuse_blocked(verdicts)
    missing = sorted(set(required) - {(check.table, check.name) for check in verdicts})
    if missing:
        told = ", ".join(f"{name} on {dataset}" for dataset, name in missing)
        raise CheckFailedError(f"build {build} was not judged by: {told}", remedy="run its checks, then commit")


def _insert(connection: sqlite3.Connection, number: int, build: str, now: datetime) -> None:
    connection.execute(
        "INSERT INTO snapshots (number, parent, build, committed_at) VALUES (?, ?, ?, ?)",
        (number, number - 1, build, micros(now)),
    )


def _insert_tables(
    connection: sqlite3.Connection, number: int, tables: Mapping[TableKey, TableVersion], heads: Heads
) -> None:
    connection.executemany(
        "INSERT INTO snapshot_tables (snapshot, dataset, partition, version) VALUES (?, ?, ?, ?)",
        [(number, *key, version.id) for key, version in sorted(tables.items())],
    )
    connection.executemany(
        "INSERT INTO snapshot_heads (snapshot, feed, dataset, version) VALUES (?, ?, ?, ?)",
        [
            (number, feed, dataset, version.id)
            for feed, versions in sorted(heads.items())
            for dataset, version in sorted(versions.items())
        ],
    )


def _snapshot(connection: sqlite3.Connection, number: int) -> Snapshot:
    parent, build, committed_at = connection.execute(
        "SELECT parent, build, committed_at FROM snapshots WHERE number = ?", (number,)
    ).fetchone()
    tables = connection.execute(
        "SELECT dataset, partition, version FROM snapshot_tables WHERE snapshot = ? ORDER BY dataset, partition",
        (number,),
    ).fetchall()
    pinned = connection.execute(
        "SELECT feed, dataset, version FROM snapshot_heads WHERE snapshot = ? ORDER BY feed, dataset", (number,)
    ).fetchall()
    heads: dict[str, dict[str, TableVersion]] = {}
    for feed, dataset, version in pinned:
        heads.setdefault(feed, {})[dataset] = version_by_id(connection, version)
    return Snapshot(
        name=f"s{number:06d}",
        number=number,
        parent=snapshot_name(parent),
        build=build,
        committed_at=moment_of(committed_at),
        tables={(row[0], row[1]): version_by_id(connection, row[2]) for row in tables},
        heads=heads,
    )


def _number_of(name: str) -> int | None:
    digits = name.removeprefix("s")
    return int(digits) if name.startswith("s") and digits.isdecimal() and digits.isascii() else None
