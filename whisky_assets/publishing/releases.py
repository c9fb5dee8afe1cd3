"""Each release of a target has a number, and at most one is unfinished; that one is gone on with, not begun anew.

Not here: which documents it writes (`publishing.plan`) and the writing (`publishing.apply`).
"""

from __future__ import annotations

import dataclasses
import sqlite3
from datetime import datetime

from whisky_assets.domain.records import ReleaseRow
from whisky_assets.publishing.plan import HELD, UNCHANGED, Plan
from whisky_assets.storage.state import micros, moment_of

OPEN, DONE, SUPERSEDED = "open", "done", "superseded"
_COLUMNS = (
    "target, number, state, snapshot, plan_hash, operations, unchanged, held, writes, deletes, started_at, finished_at"
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One release to one target; `writes` and `deletes` are those that the store acknowledged so far."""

    target: str
    number: int
    state: str
    snapshot: str
    plan_hash: str
    operations: int
    unchanged: int
    held: int
    writes: int
    deletes: int
    started_at: datetime
    finished_at: datetime | None

    @property
    def name(self) -> str:
        """`r000001`, counted for each target by itself."""
        return _name(self.number)

    @property
    def operations_left(self) -> int:
        """Operations that were planned when it was begun and that no store acknowledged yet."""
        return self.operations - self.writes - self.deletes

    def row(self) -> ReleaseRow:
        """Return what the table `firestore/release` says of it."""
        return ReleaseRow(
            release=self.name,
            target=self.target,
            snapshot=self.snapshot,
            plan_hash=self.plan_hash,
            writes=self.writes,
            deletes=self.deletes,
            unchanged=self.unchanged,
            held=self.held,
            finished_at=self.finished_at or self.started_at,
        )


def unfinished_release(connection: sqlite3.Connection, target: str) -> Release | None:
    """Return the release of a target that was begun and not finished, None where there is none."""
    return _one(connection, "target = ? AND state = 'open'", target)


def last_release(connection: sqlite3.Connection, target: str) -> Release | None:
    """Return the newest finished release of a target, None before the first."""
    return _one(connection, "target = ? AND state = 'done'", target)


def protected_releases(connection: sqlite3.Connection) -> tuple[Release, ...]:
    """Return of every target the unfinished release, the last finished one and the one before it, in this order.

    What they were made from stays: the app's data can be written again, and compared with what was there before.
    """
    targets = connection.execute("SELECT DISTINCT target FROM publish_releases ORDER BY target").fetchall()
    found = []
    for (target,) in targets:
        last = last_release(connection, target)
        before = None
        if last is not None:
            before = _one(connection, "target = ? AND state = 'done' AND number < ?", target, last.number)
        found += [one for one in (unfinished_release(connection, target), last, before) if one is not None]
    return tuple(found)


def releases_of(connection: sqlite3.Connection, target: str, snapshot: str) -> tuple[str, ...]:
    """Return the names of all releases of one snapshot to a target, finished or not."""
    rows = connection.execute(
        "SELECT number FROM publish_releases WHERE target = ? AND snapshot = ?", (target, snapshot)
    )
    return tuple(_name(row[0]) for row in rows)


def knows_release(connection: sqlite3.Connection, target: str, name: str, plan_hash: str) -> bool:
    """Return whether a release of this name and plan was begun for a target."""
    rows = connection.execute(
        "SELECT number FROM publish_releases WHERE target = ? AND plan_hash = ?", (target, plan_hash)
    )
    return name in {_name(row[0]) for row in rows}


def done_releases(connection: sqlite3.Connection, target: str) -> frozenset[str]:
    """Return the names of a target's finished releases."""
    rows = connection.execute("SELECT number FROM publish_releases WHERE target = ? AND state = 'done'", (target,))
    return frozenset(_name(row[0]) for row in rows)


def begin_release(connection: sqlite3.Connection, plan: Plan, now: datetime) -> Release:
    """Return the release that applies a plan: the unfinished one of the same snapshot, else a new one.

    An unfinished release of another snapshot is superseded: what it wrote stands in the manifest, and the new plan was
    made from there. A plan without any operation is a release that is finished at once, but not where one was
    superseded: its documents stand in the store, and readers were not yet told.
    """
    unfinished = unfinished_release(connection, plan.target)
    if unfinished is not None:
        if unfinished.snapshot == plan.snapshot:
            return unfinished
        _set_state(connection, unfinished, SUPERSEDED, now)
    last = connection.execute("SELECT max(number) FROM publish_releases WHERE target = ?", (plan.target,)).fetchone()
    is_empty = plan.operations == 0 and unfinished is None
    made = Release(
        target=plan.target,
        number=(last[0] or 0) + 1,
        state=DONE if is_empty else OPEN,
        snapshot=plan.snapshot,
        plan_hash=plan.hash,
        operations=plan.operations,
        unchanged=plan.count(UNCHANGED),
        held=plan.count(HELD),
        writes=0,
        deletes=0,
        started_at=now,
        finished_at=now if is_empty else None,
    )
    values = dataclasses.asdict(made)
    values["started_at"] = micros(now)
    values["finished_at"] = micros(now) if is_empty else None
    marks = ", ".join("?" * len(values))
    connection.execute(
        f"INSERT INTO publish_releases ({_COLUMNS}) VALUES ({marks})",  # noqa: S608 - both are constants of this module
        tuple(values.values()),
    )
    return made


def add_counts(connection: sqlite3.Connection, release: Release, *, writes: int, deletes: int, held: int) -> None:
    """Add what a commit did to a release's counts; `held`: documents that it found not to be ours to change."""
    connection.execute(
        "UPDATE publish_releases SET writes = writes + ?, deletes = deletes + ?, held = held + ?"
        " WHERE target = ? AND number = ?",
        (writes, deletes, held, release.target, release.number),
    )


def finish_release(connection: sqlite3.Connection, release: Release, now: datetime) -> Release:
    """Close a release and return it with its final counts."""
    _set_state(connection, release, DONE, now)
    finished = _one(connection, "target = ? AND number = ?", release.target, release.number)
    if finished is None:
        raise KeyError(f"{release.target} has no release {release.name}")
    return finished


def _name(number: int) -> str:
    return f"r{number:06}"


def _set_state(connection: sqlite3.Connection, release: Release, state: str, now: datetime) -> None:
    connection.execute(
        "UPDATE publish_releases SET state = ?, finished_at = ? WHERE target = ? AND number = ?",
        (state, micros(now), release.target, release.number),
    )


def _one(connection: sqlite3.Connection, where: str, *arguments: object) -> Release | None:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM publish_releases WHERE {where} ORDER BY number DESC LIMIT 1",  # noqa: S608 - columns and filters are constants here
        arguments,
    ).fetchone()
    if row is None:
        return None
    *told, started_at, finished_at = row
    names = [field.name for field in dataclasses.fields(Release)][: len(told)]
    return Release(
        **dict(zip(names, told, strict=True)),
        started_at=moment_of(started_at),
        finished_at=None if finished_at is None else moment_of(finished_at),
    )
