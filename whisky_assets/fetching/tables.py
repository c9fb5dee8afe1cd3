"""The tables of this room in the state database, as migrations; a released step never changes.

Times of the data's clock (`*_at`) are UTC microseconds; times of the machine's clock (`*_wall`) are seconds since
1970. Not here: who reads and writes them (`frontier.py`, `pace.py`, `deferrals.py`, `robots.py`).
"""

from __future__ import annotations

from whisky_assets.storage.state import Migration

MIGRATIONS = (
    Migration(
        "fetching",
        1,
        """
        CREATE TABLE frontier (
            feed TEXT NOT NULL,
            url TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('index', 'page')),
            depth INTEGER NOT NULL,
            found_on TEXT,
            listed INTEGER NOT NULL CHECK (listed IN (0, 1)),
            state TEXT NOT NULL CHECK (
                state IN ('new', 'fetched', 'unchanged', 'deferred', 'refused', 'missing', 'gone')
            ),
            reason TEXT NOT NULL,
            first_seen_at INTEGER NOT NULL,
            visited_at INTEGER,
            due_at INTEGER NOT NULL,
            etag TEXT,
            last_modified TEXT,
            body_sha256 TEXT,
            good_at INTEGER,
            confirmed_at INTEGER,
            moved_to TEXT,
            PRIMARY KEY (feed, url),
            CHECK ((body_sha256 IS NULL) = (good_at IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX frontier_due ON frontier (feed, due_at);
        CREATE TABLE frontier_misses (
            feed TEXT NOT NULL,
            url TEXT NOT NULL,
            missed_at INTEGER NOT NULL,
            run TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('absent', 'withdrawn')),
            PRIMARY KEY (feed, url, missed_at)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE pace (
            host TEXT NOT NULL PRIMARY KEY,
            free_wall REAL NOT NULL,
            answered_wall REAL NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE pace_slots (
            feed TEXT NOT NULL,
            slot_wall REAL NOT NULL
        ) STRICT;
        CREATE INDEX pace_slots_by_feed ON pace_slots (feed, slot_wall);
        CREATE TABLE deferrals (
            host TEXT NOT NULL PRIMARY KEY,
            until_wall REAL NOT NULL,
            set_wall REAL NOT NULL,
            reason TEXT NOT NULL,
            strikes INTEGER NOT NULL,
            parked INTEGER NOT NULL CHECK (parked IN (0, 1))
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE robots_cache (
            origin TEXT NOT NULL PRIMARY KEY,
            fetched_wall REAL NOT NULL,
            outcome TEXT NOT NULL CHECK (outcome IN ('rules', 'none', 'unreachable')),
            reason TEXT NOT NULL,
            rules TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE crawls (
            feed TEXT NOT NULL,
            run TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            finished_at INTEGER,
            complete INTEGER NOT NULL CHECK (complete IN (0, 1)),
            stopped TEXT NOT NULL,
            counts TEXT NOT NULL,
            PRIMARY KEY (feed, run, started_at)
        ) STRICT, WITHOUT ROWID;
        """,
    ),
    Migration(
        "fetching",
        2,
        """
        ALTER TABLE frontier ADD COLUMN stated_total INTEGER;
        ALTER TABLE frontier ADD COLUMN listed_items INTEGER;
        ALTER TABLE frontier ADD COLUMN content_digest TEXT;
        """,
    ),
)
"""Frontier and its misses, pace and its slots, deferrals, robots and the log of crawls."""
