"""At most one living owner works on a feed, the build or a target.

Locks are rows, so that every process sees who holds what; their times are the machine's, never the data's clock. Not
here: builds, which end in a state (`builds`), and the lock that commits share with a checkpoint (`state`).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from whisky_assets.domain.errors import BusyError
from whisky_assets.storage.lease import refuse_other_place
from whisky_assets.storage.processes import ProcessIdentity
from whisky_assets.storage.state import StateDatabase, micros, moment_of

_LOOK_AGAIN_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a lock: the owner (a cycle's or root run's id), the process it lives by, and since when."""

    name: str
    owner: str
    process: ProcessIdentity
    since: datetime

    def __str__(self) -> str:
        """Return it as a person reads it."""
        since = f"{self.since:%Y-%m-%d %H:%M:%S} UTC"
        return f"{self.owner} (pid {self.process.pid} on {self.process.host}, since {since})"


def acquire(
    db: StateDatabase,
    name: str,
    owner: str,
    *,
    wait_seconds: float = 0,
    on_wait: Callable[[Holder], None] | None = None,
    process: ProcessIdentity | None = None,
) -> Holder:
    """Take a lock for an owner, or find it his already; a lock whose process is gone is taken over.

    Args:
        db: the home's state database.
        name: what is locked, e.g. `feed/alko`, `build`, `target/local`.
        owner: who takes it; the same owner may take it again from any process.
        wait_seconds: how long to wait for a living holder.
        on_wait: told once who is waited for.
        process: the process whose end frees the lock; this one if not given.

    Raises:
        BusyError: another living owner holds it: pid, host, since when; or another place writes this home.
    """
    refuse_other_place(db)
    own_process = process or ProcessIdentity.of_self()
    deadline = time.monotonic() + wait_seconds
    told = False
    while True:
        with db.transaction() as connection:
            holder = _take(connection, name, owner, own_process)
        if holder.owner == owner:
            return holder
        if time.monotonic() >= deadline:
            raise BusyError(f"{name} is held by {holder}", remedy="wait for it to end and start again")
        if on_wait and not told:
            on_wait(holder)
            told = True
        time.sleep(_LOOK_AGAIN_SECONDS)


def release(db: StateDatabase, name: str, owner: str) -> bool:
    """Free a lock of an owner; False where he does not hold it."""
    with db.transaction() as connection:
        cursor = connection.execute("DELETE FROM locks WHERE name = ? AND owner = ?", (name, owner))
    return cursor.rowcount > 0


def release_all(db: StateDatabase, owner: str) -> tuple[str, ...]:
    """Free all locks of an owner and return their names."""
    with db.transaction() as connection:
        rows = connection.execute("DELETE FROM locks WHERE owner = ? RETURNING name", (owner,)).fetchall()
    return tuple(sorted(row[0] for row in rows))


def release_dead(
    db: StateDatabase, is_alive: Callable[[Holder], bool] = lambda holder: holder.process.is_alive()
) -> tuple[Holder, ...]:
    """Free the locks whose process is gone and return who held them: the janitor's part."""
    freed = []
    with db.transaction() as connection:
        for holder in _holders(connection):
            if not is_alive(holder):
                connection.execute("DELETE FROM locks WHERE name = ?", (holder.name,))
                freed.append(holder)
    return tuple(freed)


def holders(db: StateDatabase) -> tuple[Holder, ...]:
    """Return who holds what now, by name; a dead process counts until its lock is taken over or freed."""
    with db.reading() as connection:
        return tuple(_holders(connection))


def _take(connection: sqlite3.Connection, name: str, owner: str, process: ProcessIdentity) -> Holder:
    holder = next(iter(_holders(connection, name)), None)
    if holder is not None and holder.process.is_alive():
        return holder
    since = datetime.now(UTC)
    connection.execute(
        "INSERT OR REPLACE INTO locks (name, owner, pid, host, process_start, since) VALUES (?, ?, ?, ?, ?, ?)",
        (name, owner, process.pid, process.host, process.start, micros(since)),
    )
    return Holder(name=name, owner=owner, process=process, since=since)


def _holders(connection: sqlite3.Connection, name: str | None = None) -> list[Holder]:
    rows = connection.execute(
        "SELECT name, owner, pid, host, process_start, since FROM locks WHERE ?1 IS NULL OR name = ?1 ORDER BY name",
        (name,),
    )
    return [
        Holder(name=row[0], owner=row[1], process=ProcessIdentity(row[2], row[3], row[4]), since=moment_of(row[5]))
        for row in rows
    ]
