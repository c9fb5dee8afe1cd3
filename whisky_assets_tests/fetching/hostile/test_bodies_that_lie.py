"""Bodies that come well and say something else: what the crawl makes of them, and what the reader reads."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from whisky_assets.domain.records import Page
from whisky_assets.sources.crawling import is_error_page
from whisky_assets.sources.document import RawDocument
from whisky_assets.sources.reading import read_document
from whisky_assets.sources.source import Source
from whisky_assets_tests.fetching.clocks import MONDAY, WEEK
from whisky_assets_tests.fetching.crawling import Shop
from whisky_assets_tests.fetching.servers import Route, plain
from whisky_assets_tests.sources.feeds_for_tests import PAGES_TOML, source_of

PRODUCT = "<html><body><article class='product'><h1>{name}</h1>{more}</article></body></html>"


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """A feed of product pages."""
    return source_of(tmp_path, PAGES_TOML)


def read_as(page: Page) -> RawDocument:
    return RawDocument(
        url="http://shelf.sample/product/3", role="page", media_type=page.media_type, charset=page.charset,
        body=page.body, fetched_at=page.fetched_at,
    )  # fmt: skip


def visited(shop: Shop, source: Source, route: Route) -> list[Page]:
    """A good first week, then one page with a body that lies; returns the bodies that were kept of it then."""
    shop.sell(10)
    shop.crawl()
    kept: list[Page] = []
    writer = shop.store_pages

    def keep(connection: sqlite3.Connection, pages: Sequence[Page]) -> None:
        kept.extend(pages)
        writer(connection, pages)

    shop.store_pages = keep
    shop.is_error_page = lambda page: is_error_page(source, read_as(page))
    shop.server.routes["/p/3"] = route
    shop.now = MONDAY + WEEK
    report = shop.crawl()
    assert (report.unchanged, report.dead_hosts) == (10, ())
    return kept


def test_29_an_error_page_with_status_200_is_a_miss(shop: Shop, source: Source) -> None:
    assert visited(shop, source, plain(b"<html><body><h1>Page not found</h1></body></html>")) == []
    entry = shop.entry("/p/3")
    assert (entry.state, entry.reason, entry.good_at, len(entry.misses)) == ("missing", "soft_404", MONDAY, 1)


def test_31_a_charset_that_lies_is_decoded(shop: Shop, source: Source) -> None:
    body = PRODUCT.format(name="Té Bheag", more="").encode()
    (page,) = visited(shop, source, plain(body, headers={"Content-Type": "text/html; charset=ISO-8859-1"}))
    assert page.body == body
    assert [item.name for item in read_document(source, read_as(page)).items] == ["Té Bheag"]


def test_32_nul_bytes_are_kept_in_the_body_and_cleaned_in_the_reading(shop: Shop, source: Source) -> None:
    body = PRODUCT.format(name="Ard\x00beg 10", more="").encode()
    (page,) = visited(shop, source, plain(body))
    assert page.body == body
    assert [item.name for item in read_document(source, read_as(page)).items] == ["Ardbeg 10"]


def test_33_a_pdf_under_an_html_header_is_refused(shop: Shop, source: Source) -> None:
    assert visited(shop, source, plain(b"%PDF-1.7 and more")) == []
    entry = shop.entry("/p/3")
    assert (entry.state, entry.reason, entry.good_at, entry.misses) == ("refused", "not_html", MONDAY, ())


def test_47_two_hundred_thousand_nested_tags_are_read_to_an_end(shop: Shop, source: Source) -> None:
    shop.transport.limits = replace(shop.transport.limits, body_bytes=10_000_000)
    body = PRODUCT.format(name="Ardbeg 10", more="<div>" * 200_000).encode()
    (page,) = visited(shop, source, plain(body))
    assert [item.name for item in read_document(source, read_as(page)).items] == ["Ardbeg 10"]


def test_48_json_ld_a_hundred_thousand_deep_costs_itself_and_not_its_page(shop: Shop, source: Source) -> None:
    script = '<script type="application/ld+json">' + "[" * 100_000 + "</script>"
    (page,) = visited(shop, source, plain(PRODUCT.format(name="Ardbeg 10", more=script).encode()))
    reading = read_document(source, read_as(page))
    assert [item.name for item in reading.items] == ["Ardbeg 10"]
    assert reading.notes
