"""What a crawl has done but not yet acknowledged: bodies and moved entries, written together in one transaction.

A kill loses what is in here and nothing else; the next run asks for those addresses again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from whisky_assets.domain.records import Page
from whisky_assets.fetching.entries import Entry
from whisky_assets.fetching.frontier import save_entries
from whisky_assets.fetching.plan import CrawlLimits
from whisky_assets.storage.state import StateDatabase


class Batch:
    """Collects pages and entries until they are many bytes or old enough; `flush` acknowledges them."""

    def __init__(
        self,
        database: StateDatabase,
        store_pages: Callable[[sqlite3.Connection, Sequence[Page]], None],
        limits: CrawlLimits,
        monotonic: Callable[[], float],
    ) -> None:
        """Take the state database, pipeline's writer of pages, the limits and the machine's monotonic clock."""
        self._database = database
        self._store_pages = store_pages
        self._limits = limits
        self._monotonic = monotonic
        self._pages: list[Page] = []
        self._entries: dict[str, Entry] = {}
        self._bytes = 0
        self._since: float | None = None

    def add(self, entry: Entry, page: Page | None = None) -> None:
        """Remember an entry as it is now, the last word on its address, with the body that moved it."""
        if self._since is None:
            self._since = self._monotonic()
        self._entries[entry.url] = entry
        if page is not None:
            self._pages.append(page)
            self._bytes += len(page.body)

    def flush_if_due(self, coming_seconds: float = 0.0) -> None:
        """Flush when the batch is large, or would be old after a wait of so many seconds."""
        if self._since is None:
            return
        age = self._monotonic() - self._since + coming_seconds
        if self._bytes >= self._limits.flush_bytes or age >= self._limits.flush_seconds:
            self.flush()

    def flush(self) -> None:
        """Store all pages and move all entries in one transaction; on its return they are acknowledged."""
        if self._since is None:
            return
        with self._database.transaction() as connection:
            if self._pages:
                self._store_pages(connection, tuple(self._pages))
            save_entries(connection, self._entries.values())
        self._pages, self._entries, self._bytes, self._since = [], {}, 0, None
