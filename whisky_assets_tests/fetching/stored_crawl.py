"""A crawl into a home's real segments, as a process of its own that a test kills at any moment and starts again.

`python -m whisky_assets_tests.fetching.stored_crawl HOME PORT RUN PACE_SECONDS` prints `begun` before it asks anything,
then the paths of each batch after that batch was acknowledged.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

from whisky_assets.domain.outcome import Quiet
from whisky_assets.domain.records import Page
from whisky_assets.fetching.crawl import crawl
from whisky_assets.fetching.plan import CrawlLimits, CrawlPlan, CrawlPorts, Start
from whisky_assets.fetching.tables import MIGRATIONS as FETCHING
from whisky_assets.fetching.transport import GuardedTransport
from whisky_assets.storage.home import create_home
from whisky_assets.storage.schema import MIGRATIONS as STORAGE
from whisky_assets.storage.segments import SegmentStore
from whisky_assets.storage.state import StateDatabase
from whisky_assets.storage.volumes import open_volumes
from whisky_assets_tests.fetching.clocks import MONDAY
from whisky_assets_tests.fetching.crawling import MAP, SHOP, links_of

FEED = "hanok"
BATCH_BYTES = 100
"""About eight of the shop's small pages."""


def open_store(root: Path) -> SegmentStore:
    """Open the state database and the segments of a home; both are made on the first call."""
    home = create_home(root, "sample", MONDAY)
    database = StateDatabase.open(home.state_path, (*STORAGE, *FETCHING))
    return SegmentStore(database, open_volumes(database, home, MONDAY))


class Teller:
    """Writes each batch into segments, and says of the one before that it was acknowledged: its flush has returned."""

    def __init__(self, store: SegmentStore) -> None:
        """Take the store that pages go to."""
        self._store = store
        self._before: Sequence[Page] = ()

    def store_pages(self, connection: sqlite3.Connection, pages: Sequence[Page]) -> None:
        """Store a batch in the transaction that moves the frontier."""
        self.tell()
        self._store.write(Page, pages, partition=FEED, now=MONDAY, connection=connection)
        self._before = pages

    def tell(self) -> None:
        """Print the paths of the last batch."""
        for page in self._before:
            sys.stdout.write(f"{page.url.removeprefix(SHOP)}\n")
        sys.stdout.flush()


def main(root: str, port: str, run: str, pace_seconds: str) -> None:
    """Crawl what is due of the shop at this port."""
    store = open_store(Path(root))
    teller = Teller(store)
    plan = CrawlPlan(
        feed=FEED, start=(Start(url=MAP),), origins=(SHOP,), pace_seconds=float(pace_seconds), per_hour=None
    )
    with GuardedTransport(resolve={"hanok.sample": ("127.0.0.1", int(port))}) as transport:
        ports = CrawlPorts(transport=transport, database=store.db, store_pages=teller.store_pages, find_links=links_of)
        sys.stdout.write("begun\n")
        sys.stdout.flush()
        limits = CrawlLimits(flush_bytes=BATCH_BYTES)
        crawl(plan, ports, run=run, now=lambda: MONDAY, progress=Quiet(), limits=limits)
    teller.tell()
    store.db.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
