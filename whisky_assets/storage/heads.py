"""A feed's head is its last good tables: all of a run's are put there together, or none.

Not here: which of them a build reads (it pins them, `builds`) and snapshots (`snapshots`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime

from whisky_assets.domain.errors import CheckFailedError
from whisky_assets.domain.outcome import CheckResult
from whisky_assets.storage.candidates import verdicts_of
from whisky_assets.storage.state import StateDatabase, micros
from whisky_assets.storage.versions import TableVersion, version_by_id

Heads = Mapping[str, Mapping[str, TableVersion]]
"""Feed to data set to version."""


def set_heads(
    connection: sqlite3.Connection,
    feed: str,
    versions: Mapping[str, TableVersion],
    *,
    maker: str,
    now: datetime,
    held: bool = False,
) -> None:
    """Make these tables the head of a feed, in the caller's transaction; a data set not named here leaves the head.

    The maker's verdicts are read again first.

    Args:
        connection: an open transaction.
        feed: the feed, which is the partition.
        versions: data set to version: the whole head.
        maker: the run that made them, whose verdicts count.
        now: when.
        held: whether an `undo` put it there, so that only a run that names the feed moves it.

    Raises:
        CheckFailedError: a blocking verdict on one of them; the head stays.
        UsageError: a version is not known.
    """
    verdicts = verdicts_of(connection, maker)
    refuse_blocked(check for version in versions.values() for check in verdicts.get(version.key, ()))
    connection.execute("DELETE FROM heads WHERE feed = ?", (feed,))
    for dataset, version in versions.items():
        known = version_by_id(connection, version.id)
        connection.execute(
            "INSERT INTO heads (feed, dataset, version, maker, since, held) VALUES (?, ?, ?, ?, ?, ?)",
            (feed, dataset, known.id, maker, micros(now), int(held)),
        )


def heads(db: StateDatabase) -> dict[str, dict[str, TableVersion]]:
    """Return the head of every feed that has one, all of one moment."""
    with db.reading() as connection:
        return heads_in(connection)


def held_feeds(db: StateDatabase) -> tuple[str, ...]:
    """Return the feeds whose head an `undo` holds."""
    with db.reading() as connection:
        rows = connection.execute("SELECT DISTINCT feed FROM heads WHERE held = 1 ORDER BY feed")
        return tuple(row[0] for row in rows)


def heads_in(connection: sqlite3.Connection) -> dict[str, dict[str, TableVersion]]:
    """Return the head of every feed, inside an open transaction or read."""
    found: dict[str, dict[str, TableVersion]] = {}
    rows = connection.execute("SELECT feed, dataset, version FROM heads ORDER BY feed, dataset").fetchall()
    for feed, dataset, version in rows:
        found.setdefault(feed, {})[dataset] = version_by_id(connection, version)
    return found


def refuse_blocked(checks: Iterable[CheckResult]) -> None:
    """Return if no verdict blocks.

    Raises:
        CheckFailedError: some do; names each with its count.
    """
    blocking = [check for check in checks if check.blocks]
    if blocking:
        told = "; ".join(
            f"{check.table} {check.name} ({check.count}): {check.summary}".rstrip(": ") for check in blocking
        )
        raise CheckFailedError(
            f"{len(blocking)} blocking check(s) failed: {told}",
            remedy="the last good tables stay; each check tells its cases in `make ui`",
        )
