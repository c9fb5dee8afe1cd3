"""The frontier on disk: every address of every feed with its state, and the queries that other rooms ask.

All functions work on an open connection, so that a page stored and its frontier moved are one commit. Not here: which
way an entry moves (`entries.py`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from whisky_assets.domain.digests import canonical_json
from whisky_assets.fetching.entries import Entry, Miss
from whisky_assets.storage.state import micros, moment_of

_COLUMNS = (
    "feed, url, role, depth, found_on, listed, state, reason, first_seen_at, visited_at, due_at, etag, last_modified,"
    " body_sha256, good_at, confirmed_at, moved_to, stated_total, listed_items, content_digest"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodDocument:
    """The newest good body of one address, to be found in `raw/pages` under (feed, url, fetched_at).

    `page_state` is live, missing or gone; `confirmed_at` when the body was last seen to stand.
    """

    feed: str
    url: str
    role: str
    fetched_at: datetime
    body_sha256: str
    confirmed_at: datetime
    page_state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlRow:
    """One run of one feed's crawl; `finished_at` is None where it was killed or still runs."""

    feed: str
    run: str
    started_at: datetime
    finished_at: datetime | None
    complete: bool
    stopped: str
    counts: dict[str, int]


def load_entries(connection: sqlite3.Connection, feed: str) -> dict[str, Entry]:
    """Return all entries of a feed by address, with their misses in order of time."""
    misses: dict[str, list[Miss]] = {}
    for url, at, run, kind in connection.execute(
        "SELECT url, missed_at, run, kind FROM frontier_misses WHERE feed = ? ORDER BY url, missed_at", (feed,)
    ):
        misses.setdefault(url, []).append(Miss(at=moment_of(at), run=run, kind=kind))
    rows = connection.execute(f"SELECT {_COLUMNS} FROM frontier WHERE feed = ? ORDER BY url", (feed,))  # noqa: S608 - a constant
    return {row[1]: _entry(row, tuple(misses.get(row[1], ()))) for row in rows}


def save_entries(connection: sqlite3.Connection, entries: Iterable[Entry]) -> None:
    """Write entries as they are now, misses included, into the open transaction."""
    for entry in entries:
        key, row = (entry.feed, entry.url), _row(entry)
        connection.execute(
            f"INSERT OR REPLACE INTO frontier ({_COLUMNS}) VALUES ({', '.join('?' * len(row))})",  # noqa: S608 - our own constants
            row,
        )
        connection.execute("DELETE FROM frontier_misses WHERE feed = ? AND url = ?", key)
        connection.executemany(
            "INSERT INTO frontier_misses (feed, url, missed_at, run, kind) VALUES (?, ?, ?, ?, ?)",
            [(*key, micros(miss.at), miss.run, miss.kind) for miss in entry.misses],
        )


def due(connection: sqlite3.Connection, feed: str, now: datetime) -> tuple[str, ...]:
    """Return the addresses of a feed that are due at `now`, those due longest first."""
    rows = connection.execute(
        "SELECT url FROM frontier WHERE feed = ? AND due_at <= ? ORDER BY due_at, url", (feed, micros(now))
    )
    return tuple(row[0] for row in rows)


def good_documents(connection: sqlite3.Connection, feed: str) -> tuple[GoodDocument, ...]:
    """Return the newest good body of every address of a feed that ever had one, gone ones too, by address."""
    return tuple(_documents(connection, feed))


def page_states(connection: sqlite3.Connection, feed: str) -> dict[str, str]:
    """Return live, missing or gone for every address of a feed that ever had a good body."""
    return {document.url: document.page_state for document in _documents(connection, feed)}


def crawl_log(connection: sqlite3.Connection, feed: str | None = None, *, limit: int = 100) -> tuple[CrawlRow, ...]:
    """Return the newest crawls first, of one feed or of all."""
    rows = connection.execute(
        "SELECT feed, run, started_at, finished_at, complete, stopped, counts FROM crawls"
        " WHERE ? IS NULL OR feed = ? ORDER BY started_at DESC, feed, run LIMIT ?",
        (feed, feed, limit),
    )
    return tuple(
        CrawlRow(
            feed=row[0],
            run=row[1],
            started_at=moment_of(row[2]),
            finished_at=None if row[3] is None else moment_of(row[3]),
            complete=bool(row[4]),
            stopped=row[5],
            counts=json.loads(row[6]),
        )
        for row in rows
    )


def write_crawl(connection: sqlite3.Connection, crawl: CrawlRow) -> None:
    """Write one crawl's row, at its begin and again at its end."""
    connection.execute(
        "INSERT OR REPLACE INTO crawls (feed, run, started_at, finished_at, complete, stopped, counts)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            crawl.feed,
            crawl.run,
            micros(crawl.started_at),
            _micros(crawl.finished_at),
            int(crawl.complete),
            crawl.stopped,
            canonical_json(crawl.counts),
        ),
    )


def _documents(connection: sqlite3.Connection, feed: str) -> Iterator[GoodDocument]:
    rows = connection.execute(
        "SELECT url, role, good_at, body_sha256, confirmed_at, state FROM frontier"
        " WHERE feed = ? AND good_at IS NOT NULL ORDER BY url",
        (feed,),
    )
    for url, role, good_at, body_sha256, confirmed_at, state in rows:
        yield GoodDocument(
            feed=feed,
            url=url,
            role=role,
            fetched_at=moment_of(good_at),
            body_sha256=body_sha256,
            confirmed_at=moment_of(confirmed_at if confirmed_at is not None else good_at),
            page_state=state if state in ("missing", "gone") else "live",
        )


def _entry(row: sqlite3.Row | tuple[object, ...], misses: tuple[Miss, ...]) -> Entry:
    (
        feed, url, role, depth, found_on, listed, state, reason, first_seen, visited, due_at, etag, last_modified,
        body_sha256, good_at, confirmed_at, moved_to, stated_total, listed_items,
        content_digest,
    ) = row  # fmt: skip
    return Entry(
        feed=str(feed),
        url=str(url),
        role=str(role),
        depth=int(str(depth)),
        found_on=_text(found_on),
        listed=bool(listed),
        state=str(state),
        reason=str(reason),
        first_seen=_when(first_seen),
        visited=_when_or_none(visited),
        due=_when(due_at),
        etag=_text(etag),
        last_modified=_text(last_modified),
        body_sha256=_text(body_sha256),
        good_at=_when_or_none(good_at),
        confirmed_at=_when_or_none(confirmed_at),
        moved_to=_text(moved_to),
        stated_total=_count(stated_total),
        listed_items=_count(listed_items),
        content_digest=_text(content_digest),
        misses=misses,
    )


def _row(entry: Entry) -> tuple[object, ...]:
    return (
        entry.feed,
        entry.url,
        entry.role,
        entry.depth,
        entry.found_on,
        int(entry.listed),
        entry.state,
        entry.reason,
        micros(entry.first_seen),
        _micros(entry.visited),
        micros(entry.due),
        entry.etag,
        entry.last_modified,
        entry.body_sha256,
        _micros(entry.good_at),
        _micros(entry.confirmed_at),
        entry.moved_to,
        entry.stated_total,
        entry.listed_items,
        entry.content_digest,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _count(value: object) -> int | None:
    return None if value is None else int(str(value))


def _when(value: object) -> datetime:
    return moment_of(int(str(value)))


def _when_or_none(value: object) -> datetime | None:
    return None if value is None else _when(value)


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else micros(moment)
