"""A crawl in a process of its own that is killed at a named point; prints how many bodies were acknowledged so far.

Run as `python -m whisky_assets_tests.fetching.killed_crawl STATE PORT RUN POINT COUNT`; POINT is `asked`
(before a page is judged), `storing` (before the batch is written), `stored` (written, not committed), `none`.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from whisky_assets.domain.outcome import Quiet
from whisky_assets.domain.records import Page
from whisky_assets.fetching.crawl import crawl
from whisky_assets.fetching.plan import CrawlLimits, CrawlPlan, CrawlPorts, Start
from whisky_assets.fetching.tables import MIGRATIONS
from whisky_assets.fetching.transport import GuardedTransport
from whisky_assets.storage.state import StateDatabase
from whisky_assets_tests.fetching.clocks import MONDAY
from whisky_assets_tests.fetching.crawling import MAP, PAGES_TABLE, SHOP, links_of, store_in_table


class Death:
    """Kills this process when a point is passed for the n-th time."""

    def __init__(self, point: str, count: int) -> None:
        """Take the point and how often it is survived before."""
        self._point = point
        self._count = count
        self._passed: Counter[str] = Counter()

    def passes(self, point: str) -> None:
        """Pass a point, or die at it."""
        self._passed[point] += 1
        if point == self._point and self._passed[point] >= self._count:
            os.kill(os.getpid(), signal.SIGKILL)


def main(state: str, port: str, run: str, point: str, count: str) -> None:
    """Crawl the shop of 20 products, in batches of about five."""
    death = Death(point, int(count))
    database = StateDatabase.open(Path(state), MIGRATIONS)
    with database.transaction() as connection:
        connection.execute(PAGES_TABLE)

    def store(connection: sqlite3.Connection, pages: Sequence[Page]) -> None:
        death.passes("storing")
        store_in_table(connection, pages)
        death.passes("stored")

    def judge(_page: Page) -> bool:
        with database.reading() as connection:
            acknowledged = connection.execute("SELECT count(*) FROM stored").fetchone()[0]
        print(acknowledged, flush=True)  # noqa: T201 - the parent reads it
        death.passes("asked")
        return False

    def now() -> dt.datetime:
        return MONDAY

    plan = CrawlPlan(feed="hanok", start=(Start(url=MAP),), origins=(SHOP,), pace_seconds=0, per_hour=None)
    with GuardedTransport(resolve={"hanok.sample": ("127.0.0.1", int(port))}) as transport:
        ports = CrawlPorts(
            transport=transport, database=database, store_pages=store, find_links=links_of, is_error_page=judge
        )
        crawl(plan, ports, run=run, now=now, progress=Quiet(), limits=CrawlLimits(flush_bytes=50))
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
