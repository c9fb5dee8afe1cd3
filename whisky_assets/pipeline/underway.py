"""Which feeds an ingest has begun on that no head tells of yet: what a killed one fetched, or lost, is looked at again.

The frontier moves with every page, and a feed's head only at the end of its ingest. A kill between the two leaves no
trace in either: without this a page that was found missing would wait a week until a table says so. Not here: what is
due by itself (`feeds`).
"""

from __future__ import annotations

import sqlite3

from whisky_assets.storage.state import Migration

MIGRATIONS = (
    Migration(
        "pipeline",
        2,
        """
CREATE TABLE ingests_underway (
    feed TEXT PRIMARY KEY,
    run TEXT NOT NULL                   -- the run that began last
) STRICT;
""",
    ),
)


def begin_ingest(connection: sqlite3.Connection, feed: str, run: str) -> None:
    """Note in the open transaction that a root run begins to collect from a feed."""
    connection.execute("INSERT OR REPLACE INTO ingests_underway (feed, run) VALUES (?, ?)", (feed, run))


def end_ingest(connection: sqlite3.Connection, feed: str, run: str) -> None:
    """Note in the transaction that moves the feed's head that it tells all that this root run collected.

    A run that collected nothing ends nothing: what another one left unfinished stays to be looked at again.
    """
    connection.execute("DELETE FROM ingests_underway WHERE feed = ? AND run = ?", (feed, run))


def is_underway(connection: sqlite3.Connection, feed: str) -> bool:
    """Say whether something was collected from a feed, or may have been, that its head does not tell."""
    return connection.execute("SELECT 1 FROM ingests_underway WHERE feed = ?", (feed,)).fetchone() is not None
