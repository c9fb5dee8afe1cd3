"""Crawls a hostile shop in a process of its own, reads what it kept, and prints how much memory that took.

`python -m whisky_assets_tests.fetching.hostile.weighed_crawl FOLDER SITE PORT [CERTIFICATE]` first crawls `/calm.xml`,
which makes the process what it is when it is idle, then `/hostile.xml`; it prints a JSON object of bytes and outcomes.
"""

from __future__ import annotations

import json
import resource
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.domain.outcome import Quiet
from whisky_assets.domain.records import Page
from whisky_assets.fetching.crawl import crawl
from whisky_assets.fetching.frontier import load_entries
from whisky_assets.fetching.plan import CrawlLimits, CrawlPlan, CrawlPorts, Start
from whisky_assets.fetching.tables import MIGRATIONS
from whisky_assets.fetching.transport import GuardedTransport, TransportLimits
from whisky_assets.sources.crawling import is_error_page
from whisky_assets.sources.document import RawDocument
from whisky_assets.sources.reading import read_document
from whisky_assets.storage.state import StateDatabase
from whisky_assets_tests.fetching.clocks import MONDAY
from whisky_assets_tests.fetching.crawling import links_of
from whisky_assets_tests.sources.feeds_for_tests import PAGES_TOML, source_of

DEADLINE_SECONDS = 2.0


def peak_bytes() -> int:
    """Return the most memory that this process has held so far."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not getrusage: on Linux its peak is also the parent's, until the program was loaded.
        (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) * 1_024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def read_as_product(page: Page) -> RawDocument:
    """Return a page of the hostile shop as a product page of its feed."""
    return RawDocument(
        url="http://shelf.sample/product/3",
        role="page",
        media_type=page.media_type,
        charset=page.charset,
        body=page.body,
        fetched_at=page.fetched_at,
    )


class Shop:
    """The hostile shop and its reader."""

    def __init__(self, folder: Path, site: str, port: int, certificate: Path | None) -> None:
        """Take where to keep things, and where the shop stands."""
        self._site = site
        self._source = source_of(folder, PAGES_TOML)
        self._database = StateDatabase.open(folder / "state.sqlite", MIGRATIONS)
        limits = TransportLimits(deadline_seconds=DEADLINE_SECONDS)
        places = {"hanok.sample": ("127.0.0.1", port)}
        self._transport = GuardedTransport(resolve=places, limits=limits, certificates=certificate)
        self.read = 0

    def crawl(self, index: str) -> dict[str, str]:
        """Crawl one index and what it lists; returns each page's state and reason by path."""
        plan = CrawlPlan(
            feed=index.strip("/").partition(".")[0],
            start=(Start(url=self._site + index),),
            origins=(self._site,),
            pace_seconds=0,
            per_hour=None,
        )
        ports = CrawlPorts(
            transport=self._transport,
            database=self._database,
            store_pages=self._read_pages,
            find_links=links_of,
            is_error_page=self._is_error_page,
        )
        limits = CrawlLimits(attempts=1, host_failures=10_000)
        crawl(plan, ports, run="weighed", now=lambda: MONDAY, progress=Quiet(), limits=limits)
        with self._database.reading() as connection:
            entries = load_entries(connection, plan.feed)
        return {url.removeprefix(self._site): f"{entry.state} {entry.reason}".strip() for url, entry in entries.items()}

    def _is_error_page(self, page: Page) -> bool:
        return page.role == "page" and is_error_page(self._source, read_as_product(page))

    def _read_pages(self, _connection: sqlite3.Connection, pages: Sequence[Page]) -> None:
        for page in pages:
            try:
                self.read += len(read_document(self._source, read_as_product(page)).items)
            except InputRefusedError:
                continue


def main(folder: str, site: str, port: str, certificate: str = "") -> None:
    """Weigh one crawl."""
    shop = Shop(Path(folder), site, int(port), Path(certificate) if certificate else None)
    shop.crawl("/calm.xml")
    idle = peak_bytes()
    outcomes = shop.crawl("/hostile.xml")
    told = {"idle": idle, "peak": peak_bytes(), "outcomes": outcomes, "read": shop.read}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
