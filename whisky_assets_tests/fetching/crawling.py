"""A small shop and everything a crawl of it needs, so that a test says only what is special about it."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from whisky_assets.domain.outcome import Quiet
from whisky_assets.domain.records import Page
from whisky_assets.fetching.crawl import crawl
from whisky_assets.fetching.entries import Entry
from whisky_assets.fetching.frontier import load_entries, page_states
from whisky_assets.fetching.machine import MachineClock
from whisky_assets.fetching.plan import CrawlLimits, CrawlPlan, CrawlPorts, CrawlReport, Links, Start
from whisky_assets.fetching.transport import GuardedTransport
from whisky_assets.storage.state import StateDatabase
from whisky_assets_tests.fetching.clocks import MONDAY, WEEK
from whisky_assets_tests.fetching.servers import Server, plain

SHOP = "http://hanok.sample"
MAP = f"{SHOP}/sitemap.xml"
PAGES_TABLE = """
CREATE TABLE IF NOT EXISTS stored (
    url TEXT, fetched_at TEXT, sha TEXT, role TEXT, body BLOB, PRIMARY KEY (url, fetched_at)
)
"""


def store_in_table(connection: sqlite3.Connection, pages: Sequence[Page]) -> None:
    """Stands for pipeline's writer: the bodies of a batch, in the transaction that moves the frontier."""
    connection.executemany(
        "INSERT INTO stored (url, fetched_at, sha, role, body) VALUES (?, ?, ?, ?, ?)",
        [(page.url, page.fetched_at.isoformat(), page.body_sha256, page.role, page.body) for page in pages],
    )


def links_of(page: Page) -> Links:
    """Every href; an index is a page whose address ends in .xml."""
    found = re.findall(rb'href="([^"]+)"', page.body)
    links = [link.decode() for link in found]
    return Links(
        pages=tuple(link for link in links if not link.endswith(".xml")),
        indexes=tuple(link for link in links if link.endswith(".xml")),
        whole=b"part of the list" not in page.body,
    )


@dataclass
class Shop:
    """One feed over one loopback server, crawled run after run on a clock that the test moves."""

    server: Server
    transport: GuardedTransport
    database: StateDatabase
    now: dt.datetime = MONDAY
    plan: CrawlPlan = field(
        default_factory=lambda: CrawlPlan(
            feed="hanok",
            start=(Start(url=MAP),),
            origins=(SHOP,),
            pace_seconds=0,
            per_hour=None,
            index_days=7,
            page_days=7,
        )
    )
    limits: CrawlLimits = field(default_factory=lambda: CrawlLimits(retry_seconds=0.01))
    machine: MachineClock = field(default_factory=MachineClock)
    is_error_page: Callable[[Page], bool] = lambda _page: False
    digest_content: Callable[[Page], str | None] = lambda _page: None
    has_body: Callable[[str, dt.datetime], bool] = lambda _url, _fetched_at: True
    canonical_of: Callable[[Page], str | None] = lambda _page: None
    is_same_product: Callable[[Page, Page], bool] = lambda _here, _there: True
    store_pages: Callable[[sqlite3.Connection, Sequence[Page]], None] = store_in_table
    find_links: Callable[[Page], Links] = links_of
    runs: int = 0
    site: str = SHOP

    def __post_init__(self) -> None:
        """Make the table that pages are stored in."""
        with self.database.transaction() as connection:
            connection.execute(PAGES_TABLE)

    def sell(self, count: int, *, index: str = "/sitemap.xml") -> None:
        """Serve so many product pages and an index that lists them."""
        for number in range(count):
            self.server.routes[f"/p/{number}"] = plain(f"product {number}".encode())
        self.list_pages(range(count), index=index)

    def list_pages(self, numbers: Sequence[int], *, index: str = "/sitemap.xml") -> None:
        """Serve an index of these products."""
        self.server.routes[index] = plain("".join(f'<a href="/p/{number}">' for number in numbers).encode())

    def crawl(self) -> CrawlReport:
        """One run, under a name of its own."""
        self.runs += 1
        ports = CrawlPorts(
            transport=self.transport,
            database=self.database,
            store_pages=self.store_pages,
            find_links=self.find_links,
            is_error_page=self.is_error_page,
            digest_content=self.digest_content,
            has_body=self.has_body,
            canonical_of=self.canonical_of,
            is_same_product=self.is_same_product,
            kept_page=self.kept_page,
        )
        return crawl(
            self.plan,
            ports,
            run=f"run-{self.runs}",
            now=lambda: self.now,
            progress=Quiet(),
            limits=self.limits,
            machine=self.machine,
        )

    def kept_page(self, url: str, fetched_at: dt.datetime) -> Page | None:
        """A stored page with its body, None where `has_body` says that it cannot be read."""
        with self.database.reading() as connection:
            row = connection.execute(
                "SELECT role, sha, body FROM stored WHERE url = ? AND fetched_at = ?", (url, fetched_at.isoformat())
            ).fetchone()
        if row is None or not self.has_body(url, fetched_at):
            return None
        return Page(
            feed=self.plan.feed,
            url=url,
            fetched_at=fetched_at,
            role=row[0],
            status=200,
            media_type="text/html",
            body_sha256=row[1],
            body=row[2],
        )

    def entry(self, path: str) -> Entry:
        """The frontier's entry of one path."""
        with self.database.reading() as connection:
            return load_entries(connection, self.plan.feed)[self.site + path]

    def states(self) -> dict[str, str]:
        """How every page that ever had a good body stands, by path."""
        with self.database.reading() as connection:
            return {
                url.removeprefix(self.site): state for url, state in page_states(connection, self.plan.feed).items()
            }

    def waiting(self) -> list[tuple[str, float, bool]]:
        """Host, until when (the machine's clock) and whether it is parked, of every deferral."""
        with self.database.reading() as connection:
            rows = connection.execute("SELECT host, until_wall, parked FROM deferrals ORDER BY host")
            return [(row[0], row[1], bool(row[2])) for row in rows]

    def stored(self) -> list[str]:
        """The paths of all stored bodies, repeats and all, sorted."""
        with self.database.reading() as connection:
            rows = connection.execute("SELECT url FROM stored ORDER BY url, fetched_at")
            return [row[0].removeprefix(self.site) for row in rows]

    def asked(self) -> list[str]:
        """The targets asked for since the last call."""
        targets = self.server.targets
        self.server.requests.clear()
        return targets


def week(shop: Shop, number: int) -> CrawlReport:
    """Crawl as of a week, counted from 1."""
    shop.now = MONDAY + (number - 1) * WEEK
    return shop.crawl()


def make_all_due(shop: Shop) -> None:
    """Make every address of the frontier due now."""
    with shop.database.transaction() as connection:
        connection.execute("UPDATE frontier SET due_at = 0")
