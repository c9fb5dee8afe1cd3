"""A build is open, committed or rejected with its reason, also when its process died; its inputs are pinned once.

Not here: what it made (`tables`) and its commit (`snapshots`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from whisky_assets.domain.errors import UsageError
from whisky_assets.storage.locks import Holder, release_dead
from whisky_assets.storage.processes import ProcessIdentity
from whisky_assets.storage.state import StateDatabase, micros, moment_of
from whisky_assets.storage.versions import TableVersion

OPEN = "open"
COMMITTED = "committed"
REJECTED = "rejected"

_SELECT = (
    "SELECT build, state, reason, parent, pinned_heads, started_at, ended_at, pid, host, process_start FROM builds "
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """One build: `state` is open, committed or rejected, `reason` why it was rejected.

    `parent` is the snapshot that was current when it was opened, None for the first; `pinned_heads` the version of
    every input, feed to data set to version id.
    """

    build: str
    state: str
    reason: str
    parent: str | None
    pinned_heads: Mapping[str, Mapping[str, str]]
    started_at: datetime
    ended_at: datetime | None
    process: ProcessIdentity


def open_build(
    db: StateDatabase,
    build: str,
    now: datetime,
    pinned_heads: Mapping[str, Mapping[str, TableVersion]],
    *,
    process: ProcessIdentity | None = None,
) -> Build:
    """Open a build on the current snapshot, or find the one of this id with the heads that it pinned first.

    A rejected one is opened again, for the re-execution that goes on with its candidates; a committed one stays so.

    Args:
        db: the home's state database.
        build: its id: the root run's.
        now: when.
        pinned_heads: the version of every input; counts only at the first call.
        process: the process it lives by; this one if not given.
    """
    own = process or ProcessIdentity.of_self()
    pinned = {
        feed: {dataset: version.id for dataset, version in sorted(versions.items())}
        for feed, versions in sorted(pinned_heads.items())
    }
    with db.transaction() as connection:
        found = find_build(connection, build)
        if found is None:
            connection.execute(
                "INSERT INTO builds (build, state, reason, parent, pinned_heads, started_at, pid, host, process_start)"
                " VALUES (?, ?, '', ?, ?, ?, ?, ?, ?)",
                (
                    build,
                    OPEN,
                    snapshot_name(current_number(connection)),
                    json.dumps(pinned),
                    micros(now),
                    own.pid,
                    own.host,
                    own.start,
                ),
            )
        elif found.state == REJECTED or (found.state == OPEN and not found.process.is_alive()):
            connection.execute(
                "UPDATE builds SET state = ?, reason = '', ended_at = NULL, pid = ?, host = ?, process_start = ?"
                " WHERE build = ?",
                (OPEN, own.pid, own.host, own.start, build),
            )
        return _known(connection, build)


def get_build(db: StateDatabase, build: str) -> Build | None:
    """Return a build by its id, or None."""
    with db.reading() as connection:
        return find_build(connection, build)


def builds(db: StateDatabase, state: str | None = None) -> tuple[Build, ...]:
    """Return all builds (in a state), newest first."""
    with db.reading() as connection:
        rows = connection.execute(
            _SELECT + "WHERE ?1 IS NULL OR state = ?1 ORDER BY started_at DESC, rowid DESC", (state,)
        )
        return tuple(_build(row) for row in rows)


def rejected(db: StateDatabase) -> tuple[Build, ...]:
    """Return the builds that ended without a commit, newest first; `candidates` shows what they made."""
    return builds(db, REJECTED)


def reject_build(db: StateDatabase, build: str, reason: str, now: datetime) -> Build:
    """End an open build without a commit; its candidates stay to be looked at. One that has ended stays as it is.

    Raises:
        UsageError: there is no such build.
    """
    with db.transaction() as connection:
        _reject(connection, build, reason, now)
        return _known(connection, build)


def reject_dead(
    db: StateDatabase,
    now: datetime,
    *,
    is_alive: Callable[[Build], bool] = lambda build: build.process.is_alive(),
    lock_is_alive: Callable[[Holder], bool] = lambda holder: holder.process.is_alive(),
) -> tuple[tuple[Build, ...], tuple[Holder, ...]]:
    """Reject the open builds whose process is gone and free the locks of such processes: the janitor's work.

    Args:
        db: the home's state database.
        now: when.
        is_alive: whether a build's run still goes on; whoever has runs in many processes asks the run, not the process.
        lock_is_alive: the same for who holds a lock.

    Returns:
        The builds it rejected and the holders whose locks it freed.
    """
    ended = []
    for build in builds(db, OPEN):
        if not is_alive(build):
            process = build.process
            reason = f"its process ended without a commit (pid {process.pid} on {process.host})"
            with db.transaction() as connection:
                _reject(connection, build.build, reason, now, process=process)
                ended.append(_known(connection, build.build))
    return tuple(build for build in ended if build.state == REJECTED), release_dead(db, lock_is_alive)


def find_build(connection: sqlite3.Connection, build: str) -> Build | None:
    """Return a build by its id, or None, inside an open transaction or read."""
    row = connection.execute(_SELECT + "WHERE build = ?", (build,)).fetchone()
    return None if row is None else _build(row)


def current_number(connection: sqlite3.Connection) -> int:
    """Return the number of the snapshot in force, 0 before the first."""
    return int(connection.execute("SELECT coalesce(max(number), 0) FROM snapshots").fetchone()[0])


def snapshot_name(number: int) -> str | None:
    """Return a snapshot's name (`s000001`) by its number, None for 0."""
    return f"s{number:06d}" if number else None


def mark_committed(connection: sqlite3.Connection, build: str, now: datetime) -> None:
    """End a build with its commit, in the commit's own transaction."""
    connection.execute(
        "UPDATE builds SET state = ?, reason = '', ended_at = ? WHERE build = ?", (COMMITTED, micros(now), build)
    )


def _reject(
    connection: sqlite3.Connection, build: str, reason: str, now: datetime, *, process: ProcessIdentity | None = None
) -> None:
    found = _known(connection, build)
    # Between the janitor's look and here a re-execution may have taken the build over.
    if found.state == OPEN and (process is None or found.process == process):
        connection.execute(
            "UPDATE builds SET state = ?, reason = ?, ended_at = ? WHERE build = ?",
            (REJECTED, reason, micros(now), build),
        )


def _known(connection: sqlite3.Connection, build: str) -> Build:
    found = find_build(connection, build)
    if found is None:
        raise UsageError(f"no build {build} was opened in this home")
    return found


def _build(row: tuple[Any, ...]) -> Build:
    return Build(
        build=row[0],
        state=row[1],
        reason=row[2],
        parent=row[3],
        pinned_heads=json.loads(row[4]),
        started_at=moment_of(row[5]),
        ended_at=None if row[6] is None else moment_of(row[6]),
        process=ProcessIdentity(row[7], row[8], row[9]),
    )
