"""What a polite, durable crawl costs beside bare requests and beside Scrapy.

All sides ask the same loopback shop one page at a time, without a pause. Ours also keeps its frontier, its pace and
every body on disk in one commit a page. Scrapy is no part of the set-up: it is measured where it is installed.
What reading costs then is asked in `list_pages`.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import requests

from benchmarks.list_pages import listed
from benchmarks.report import Report, promise, ratio, shown, timed
from whisky_assets.domain.outcome import Quiet
from whisky_assets.domain.records import Page
from whisky_assets.fetching.crawl import crawl
from whisky_assets.fetching.plan import CrawlLimits, CrawlPlan, CrawlPorts, CrawlReport, Links, Start
from whisky_assets.fetching.transport import GuardedTransport
from whisky_assets.pipeline.homes import PROJECT_ROOT
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.sample.clock import week_now
from whisky_assets.storage.home import create_home
from whisky_assets_tests.fetching.crawling import PAGES_TABLE, store_in_table
from whisky_assets_tests.tooling import parts

PAGES = 1_000
SITE = "http://shop.sample"
SCRAPY_ABSENT = (
    "Scrapy is left out: it is not installed here and no part of the lock; `pip install scrapy` in a copy of .venv"
)
LEAST_OF_REQUESTS, LEAST_OF_SCRAPY, LEAST_OF_ITS_CACHE = 0.6, 2.0, 4.0
"""What is promised: our pages a second by each peer's."""

FETCH_HEADERS = ("who", "first visit", "pages a second", "ours ÷ it", "revisit", "ours ÷ it", "bodies read again")


def run(scratch: Path) -> Iterator[Report]:
    """Yield the table of crawls, and that of the saved list pages where the shared data is."""
    yield fetched(scratch)
    try:
        pages = parts.find_shared(os.environ) / "data" / "pages" / "shops"
    except parts.PartMissingError as missing:
        yield Report(title="list pages", skipped=parts.skip_text(parts.PARTS["shared"], str(missing)))
        return
    yield listed(pages)


def fetched(scratch: Path, pages: int = PAGES) -> Report:
    """Return the table of one crawl and one revisit of all pages, each side on an empty disk first."""
    with _served(pages) as site:
        sides = {"whisky_assets": _ours(scratch / "ours", site, pages), "requests, one Session": _bare(site, pages)}
        if importlib.util.find_spec("scrapy"):
            sides["Scrapy, its HTTP cache"] = _scrapy(site, scratch / "scrapy", pages)
    own = sides["whisky_assets"]
    rows = [
        (
            name,
            shown(one.first),
            f"{pages / one.first:,.0f}",
            ratio(one.first, own.first),
            shown(one.again),
            ratio(one.again, own.again),
            one.read_again,
        )
        for name, one in sides.items()
    ]
    return Report(
        title=f"{pages:,} pages of 40 kB on loopback, one at a time",
        headers=FETCH_HEADERS,
        rows=tuple(rows),
        notes=tuple(_fetch_notes(sides)),
    )


class _Crawled:
    """Seconds of the first visit and of a revisit, and how many bodies were read again then."""

    def __init__(self, first: float, again: float, read_again: int) -> None:
        self.first, self.again, self.read_again = first, again, read_again


def _fetch_notes(sides: dict[str, _Crawled]) -> Iterator[str]:
    own, bare = sides["whisky_assets"], sides["requests, one Session"]
    yield promise("pages a second by bare requests'", bare.first / own.first, least=LEAST_OF_REQUESTS)
    yield promise("bodies read again of pages that did not change", own.read_again, most=0)
    scrapy = sides.get("Scrapy, its HTTP cache")
    if scrapy is None:
        yield SCRAPY_ABSENT
        return
    yield promise("pages a second by Scrapy's", scrapy.first / own.first, least=LEAST_OF_SCRAPY)
    yield promise("revisit by that of Scrapy's HTTP cache", scrapy.again / own.again, least=LEAST_OF_ITS_CACHE)
    yield "Scrapy's seconds are its own count, without the start of its process"


@contextlib.contextmanager
def _served(pages: int) -> Iterator[str]:
    words = [sys.executable, "-m", "benchmarks.page_server", str(pages)]
    with subprocess.Popen(  # noqa: S603 - the project's own program with words of this module
        words, cwd=PROJECT_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        if server.stdin is None or server.stdout is None:
            raise RuntimeError("the server has no pipes")
        try:
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        finally:
            server.stdin.close()
            server.wait()


def _ours(scratch: Path, site: str, pages: int) -> _Crawled:
    workspace = Workspace(create_home(scratch, "sample", week_now(1)))
    found: list[int] = []

    def links_of(page: Page) -> Links:
        found.append(1)
        return Links(pages=tuple(_links(page.body.decode(), SITE)) if page.url.endswith("/list") else (), whole=True)

    def visit(number: int) -> CrawlReport:
        return crawl(
            CrawlPlan(
                feed="bench",
                start=(Start(url=f"{SITE}/list"),),
                origins=(SITE,),
                pace_seconds=0,
                per_hour=None,
                index_days=1,
                page_days=1,
                max_pages=pages + 10,
            ),
            CrawlPorts(
                transport=transport,
                database=workspace.db,
                store_pages=store_in_table,
                find_links=links_of,
                is_error_page=lambda _page: False,
            ),
            run=f"bench-{number}",
            now=lambda: week_now(number),
            progress=Quiet(),
            limits=CrawlLimits(),
        )

    _make_table(workspace)
    place = ("127.0.0.1", int(site.rsplit(":", 1)[1]))
    try:
        with GuardedTransport(resolve={"shop.sample": place}) as transport:
            first, report = timed(lambda: visit(1))
            _require(report.fetched, pages + 1)
            found.clear()
            again, _ = timed(lambda: visit(3))
    finally:
        workspace.close()
    return _Crawled(first, again, len(found))


def _make_table(workspace: Workspace) -> None:
    with workspace.db.transaction() as connection:
        connection.execute(PAGES_TABLE)


def _bare(site: str, count: int) -> _Crawled:
    def visit(tags: dict[str, str]) -> int:
        read = 0
        with requests.Session() as session:
            waiting = [f"{site}/list"]
            for url in waiting:
                answer = session.get(url, headers={"If-None-Match": tags[url]} if url in tags else {}, timeout=30)
                if answer.status_code == requests.codes.not_modified:
                    waiting += [one for one in tags if one != url] if url.endswith("/list") else []
                    continue
                read += 1
                tags[url] = answer.headers["ETag"]
                if url.endswith("/list"):
                    waiting += _links(answer.text, site)
        return read

    tags: dict[str, str] = {}
    first, pages = timed(lambda: visit(tags))
    _require(pages, count + 1)
    again, read_again = timed(lambda: visit(tags))
    return _Crawled(first, again, read_again)


def _scrapy(site: str, cache: Path, count: int) -> _Crawled:
    def visit() -> tuple[float, int]:
        words = [sys.executable, "-m", "benchmarks.scrapy_peer", site, str(cache)]
        done = subprocess.run(  # noqa: S603 - the project's own program with words of this module
            words, cwd=PROJECT_ROOT, check=True, capture_output=True, text=True
        )
        told = json.loads(done.stdout)
        return float(told["seconds"]), int(told["pages"])

    shutil.rmtree(cache, ignore_errors=True)
    first, pages = visit()
    _require(pages, count)
    again, read_again = visit()
    return _Crawled(first, again, read_again)


def _links(text: str, site: str) -> list[str]:
    return [urljoin(site, link) for link in re.findall(r'href="(/pages/\d+)"', text)]


def _require(pages: int, expected: int) -> None:
    if pages != expected:
        raise AssertionError(f"{pages} pages came, not {expected}")
