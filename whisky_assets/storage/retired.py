"""What was let go is told as such: a reader that asks for it gets a sentence, and rows that come again live again.

Not here: letting go (`upkeep.retiring`).
"""

from __future__ import annotations

import sqlite3

from whisky_assets.storage.state import moment_of

SNAPSHOT, VERSION, SEGMENT = "snapshot", "version", "segment"
"""The kinds of what is let go."""


def retired_words(connection: sqlite3.Connection, kind: str, item: str) -> str | None:
    """Return when and why something was let go, as the end of a sentence; None where it was not."""
    row = connection.execute(
        "SELECT retired_at, reason FROM retirements WHERE kind = ? AND item = ?", (kind, item)
    ).fetchone()
    return None if row is None else f"was let go by retention on {moment_of(row[0]):%Y-%m-%d} ({row[1]})"


def kept_snapshots(connection: sqlite3.Connection) -> tuple[int, ...]:
    """Return the numbers of the snapshots whose tables are still there, in order."""
    rows = connection.execute(
        "SELECT number FROM snapshots WHERE printf('s%06d', number) NOT IN"
        " (SELECT item FROM retirements WHERE kind = ?) ORDER BY number",
        (SNAPSHOT,),
    )
    return tuple(row[0] for row in rows)


def recall_version(connection: sqlite3.Connection, version: str) -> None:
    """Let a version live again that was let go and is made again, in the caller's transaction."""
    connection.execute("DELETE FROM retirements WHERE kind = ? AND item = ?", (VERSION, version))


def recall_segment(connection: sqlite3.Connection, segment: str) -> tuple[str, ...]:
    """Let a segment live again that was let go and is written again, in the caller's transaction.

    Returns the volumes on which its file waited to be unlinked, or is: only a look tells whether it is there.
    """
    rows = connection.execute("SELECT volume FROM retired_copies WHERE segment = ?", (segment,)).fetchall()
    connection.execute("DELETE FROM retired_copies WHERE segment = ?", (segment,))
    connection.execute("DELETE FROM retirements WHERE kind = ? AND item = ?", (SEGMENT, segment))
    return tuple(row[0] for row in rows)
