"""What a polite, durable crawl costs beside bare requests and beside Scrapy, and our readers beside selectolax alone.

All sides ask the same loopback shop one page at a time, without a pause. Ours also keeps its frontier, its pace and
every body on disk in one commit a page. Scrapy is no part of the set-up: it is measured where it is installed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urljoin

import requests
from bs4 import BeautifulSoup, Tag
from selectolax.lexbor import LexborHTMLParser, LexborNode

from benchmarks.report import Report, ratio, shown, side_by_side, timed
from whisky_assets.domain.outcome import Quiet
from whisky_assets.domain.records import Page
from whisky_assets.fetching.crawl import crawl
from whisky_assets.fetching.plan import CrawlLimits, CrawlPlan, CrawlPorts, CrawlReport, Links, Start
from whisky_assets.fetching.transport import GuardedTransport
from whisky_assets.pipeline.homes import PROJECT_ROOT
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.sample.clock import week_now
from whisky_assets.sources.document import RawDocument
from whisky_assets.sources.reading import read_document
from whisky_assets.sources.registry import SHIPPED_FEEDS, load_sources
from whisky_assets.sources.source import CARD_ITSELF, FieldRule, Source
from whisky_assets.storage.home import create_home
from whisky_assets_tests.fetching.crawling import PAGES_TABLE, store_in_table
from whisky_assets_tests.tooling import parts

PAGES = 1_000
SITE = "http://shop.sample"
SCRAPY_ABSENT = (
    "Scrapy is left out: it is not installed here and no part of the lock; `pip install scrapy` in a copy of .venv"
)
LEAST_OF_REQUESTS, LEAST_OF_SCRAPY, LEAST_OF_ITS_CACHE = 0.6, 2.0, 4.0
MOST_OF_SELECTOLAX, LEAST_OF_SOUP = 1.6, 6.0
"""What is promised: our pages a second by each peer's; our seconds of reading by selectolax's, and soup's by ours."""

FETCH_HEADERS = ("who", "first visit", "pages a second", "ours ÷ it", "revisit", "ours ÷ it", "bodies read again")
READ_HEADERS = ("list page", "rows", "ours", "selectolax", "BeautifulSoup", "ours ÷ selectolax", "soup ÷ ours", "equal")


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
    yield _promise("pages a second by bare requests'", bare.first / own.first, LEAST_OF_REQUESTS)
    yield _promise("bodies read again of pages that did not change", -float(own.read_again), 0)
    scrapy = sides.get("Scrapy, its HTTP cache")
    if scrapy is None:
        yield SCRAPY_ABSENT
        return
    yield _promise("pages a second by Scrapy's", scrapy.first / own.first, LEAST_OF_SCRAPY)
    yield _promise("revisit by that of Scrapy's HTTP cache", scrapy.again / own.again, LEAST_OF_ITS_CACHE)
    yield "Scrapy's seconds are its own count, without the start of its process"


def _promise(what: str, value: float, least: float) -> str:
    kept = "kept" if value >= least else "NOT kept"
    return (
        f"{what}: {abs(value):.2f}, promised at least {least:g}: {kept}"
        if least
        else f"{what}: {abs(value):.0f}: {kept}"
    )


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


LISTS = (
    ("berry_bros", "berrybrosrudd/bottle-list.html"),
    ("compass_box", "compassbox/bottle-list.html"),
    ("astor_wines", "astorwines/bottle-list.html"),
    ("healthy_spirits", "healthyspirits/bottle-list.html"),
    ("reserve_bar", "reservebar/bottle-list.html"),
    ("wooden_cork", "woodencork/bottle-list.html"),
    ("rozetka", "rozetka/rozetka-page-7.html"),
    ("saq_shop", "saq/product_list_3.html"),
    ("vinmonopolet_shop", "vinmonopolet/135d31d4.html"),
    ("lcbo_shop", "lcbo/product_list_a.html"),
)
"""Each feed of cards, and a list page of it that was saved."""

Part = TypeVar("Part", LexborNode, Tag)

Told = list[dict[str, str]]
"""One mapping a card: field to the first text at its places."""


def listed(pages: Path, *, repeats: int = 5) -> Report:
    """Return the table of saved list pages, each read whole by ours, and by the same selectors in two libraries."""
    sources = load_sources([SHIPPED_FEEDS], "real")
    rows: list[tuple[object, ...]] = []
    seconds = {"ours": 0.0, "selectolax": 0.0, "soup": 0.0}
    for feed, name in LISTS:
        source, body = sources.get(feed), (pages / name).read_bytes()
        found = side_by_side(
            [
                ("ours", _reader(source, body)),
                ("selectolax", partial(_with_selectolax, source, body)),
                ("soup", partial(_with_soup, source, body)),
            ],
            repeats=repeats,
        )
        for side, one in found.items():
            seconds[side] += one.seconds
        ours, plain = found["ours"].seconds, found["selectolax"].seconds
        rows.append(
            (
                name,
                len(_names(found["ours"].answer)),
                *(shown(found[side].seconds) for side in seconds),
                ratio(ours, plain),
                ratio(found["soup"].seconds, ours),
                _equal(name, found["ours"].answer, found["selectolax"].answer, found["soup"].answer),
            )
        )
    return Report(
        title="saved list pages, by the same selectors",
        headers=READ_HEADERS,
        rows=tuple(rows),
        notes=(
            _at_most("all pages, ours by selectolax", seconds["ours"] / seconds["selectolax"], MOST_OF_SELECTOLAX),
            _promise("all pages, soup by ours", seconds["soup"] / seconds["ours"], LEAST_OF_SOUP),
            "the peers take the first text of each field and its first number; ours reads money and measures",
        ),
    )


def _at_most(what: str, value: float, most: float) -> str:
    return f"{what}: {value:.2f}, promised at most {most:g}: {'kept' if value <= most else 'NOT kept'}"


def _reader(source: Source, body: bytes) -> Callable[[], Told]:
    url = source.fetch.start[0] if source.fetch is not None else ""
    document = RawDocument(
        url=url, role="page", media_type="text/html", charset=None, body=body, fetched_at=dt.datetime.now(dt.UTC)
    )
    return lambda: [{"name": item.name} for item in read_document(source, document).items]


def _with_selectolax(source: Source, body: bytes) -> Told:
    plan = source.cards
    if plan is None:
        raise TypeError(f"{source.name} has no cards")
    tree = LexborHTMLParser(body)
    for selector in plan.drop:
        for node in tree.css(selector):
            node.decompose()
    cards = [card for region in tree.css(plan.region) for card in region.css(plan.card)]
    return [_texts(source, card, card.css, _of_node) for card in cards]


def _of_node(node: LexborNode, attribute: str | None) -> str:
    return node.text(separator=" ") if attribute is None else node.attributes.get(attribute) or ""


def _with_soup(source: Source, body: bytes) -> Told:
    plan = source.cards
    if plan is None:
        raise TypeError(f"{source.name} has no cards")
    soup = BeautifulSoup(body, "lxml")
    for selector in plan.drop:
        for tag in soup.select(selector):
            tag.decompose()
    cards = [card for region in soup.select(plan.region) for card in region.select(plan.card)]
    return [_texts(source, card, card.select, _of_tag) for card in cards]


def _of_tag(tag: Tag, attribute: str | None) -> str:
    return tag.get_text(" ") if attribute is None else str(tag.get(attribute) or "")


def _texts(
    source: Source, card: Part, find: Callable[[str], Sequence[Part]], text_of: Callable[[Part, str | None], str]
) -> dict[str, str]:
    def first(rule: FieldRule) -> str:
        for place in rule.places:
            for part in [card] if place == CARD_ITSELF else find(place):
                cut = rule.cut(" ".join(text_of(part, rule.attribute).split()))
                if cut:
                    return " ".join(cut.split())
        return ""

    told = {field: text for field, rule in source.fields.items() if (text := first(rule))}
    return {**told, **_values(told)}


def _values(told: dict[str, str]) -> dict[str, str]:
    """Return what a user would make of a link, a price, a size and a strength in a line each."""
    numbers = {field: re.search(r"\d+(?:[.,]\d+)?", told.get(field, "")) for field in ("price", "volume", "abv")}
    found = {field: str(float(number[0].replace(",", "."))) for field, number in numbers.items() if number}
    return {**found, "url": urljoin("https://shop.example/", told.get("url", ""))}


def _names(told: object) -> list[str]:
    if not isinstance(told, list):
        raise TypeError("a reader told no list")
    return [row["name"] for row in told if "name" in row]


def _equal(page: str, ours: object, *peers: object) -> str:
    """Return how many names both peers read as we do; ours leaves out what it refuses."""
    own = _names(ours)
    for peer in peers:
        missing = set(own) - set(_names(peer))
        if missing:
            raise AssertionError(f"{page}: {len(missing)} names differ, as {min(missing)!r}")
    return f"{len(own)} names"
