"""Sites behind a sitemap: which addresses it leads to, when they changed, and the products of its pages."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from whisky_assets.domain.errors import InputRefusedError, UsageError
from whisky_assets.sources.crawling import is_error_page, listed_by, start_links
from whisky_assets.sources.document import Link, RawDocument, Reading
from whisky_assets.sources.reading import read_document
from whisky_assets.sources.source import Source
from whisky_assets_tests.sources.feeds_for_tests import HEAD, NOW, document, source_of

ROOT = "http://shelf.sample"
TOML = (
    HEAD.format(preset="sitemap")
    + """
[fetch]
start = ["http://shelf.sample/sitemap.xml"]

[pages]
page = '/whisky/[^/]+$'

[kinds]
default = "whisky"
"""
)


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """A feed that declares no more than which addresses are its pages."""
    return source_of(tmp_path, TOML)


def urlset(*urls: str) -> bytes:
    inner = "".join(f"<url><loc>{url}</loc><lastmod>2026-01-02</lastmod></url>" for url in urls)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inner}</urlset>'.encode()


def index(*urls: str) -> bytes:
    return f"<sitemapindex>{''.join(f'<sitemap><loc>{url}</loc></sitemap>' for url in urls)}</sitemapindex>".encode()


def read(source: Source, body: bytes, url: str = f"{ROOT}/sitemap.xml", role: str = "index") -> Reading:
    return read_document(source, document(body, url, role))


def page(**product: object) -> bytes:
    told = {"@type": "Product", "name": "Glen Nowhere 12 46% 70cl", "offers": {"price": "45.00"}, **product}
    script = f'<script type="application/ld+json">{json.dumps(told)}</script>'
    return f"<!doctype html><html><head>{script}</head><body><h1>Glen Nowhere</h1></body></html>".encode()


def test_a_sitemap_leads_to_the_pages_that_the_feed_names_with_their_dates(source: Source) -> None:
    body = urlset(
        f"{ROOT}/whisky/one#top", f"{ROOT}/about", f"{ROOT}/whisky/two", f"{ROOT}/whisky/one", "ftp://x/whisky/y"
    )
    day = datetime(2026, 1, 2, tzinfo=UTC)

    assert read(source, body).links == (
        Link(url=f"{ROOT}/whisky/one", role="page", modified=day),
        Link(url=f"{ROOT}/whisky/two", role="page", modified=day),
    )


def test_a_packed_index_of_sitemaps_leads_to_the_sitemaps_of_the_feeds_own_host(source: Source) -> None:
    body = gzip.compress(
        index(
            f"{ROOT}/sitemap-1.xml.gz",
            f"{ROOT}/sitemap_2.xml?a=1",
            f"{ROOT}/whisky/one",
            "http://cdn.sample/sitemap-3.xml",
        )
    )
    packed = RawDocument(
        url=f"{ROOT}/sitemap.xml.gz",
        role="index",
        media_type="application/gzip",
        charset=None,
        body=body,
        fetched_at=NOW,
    )

    reading = read_document(source, packed)

    assert reading.links == (
        Link(url=f"{ROOT}/sitemap-1.xml.gz", role="index"),
        Link(url=f"{ROOT}/sitemap_2.xml?a=1", role="index"),
    )
    assert reading.notes == (
        f"{ROOT}/sitemap.xml.gz: 1 addresses of hosts that the feed does not declare were left out",
    )


def test_a_declared_index_opens_only_the_sitemaps_that_it_names(tmp_path: Path) -> None:
    source = source_of(tmp_path, TOML, ("[pages]\n", "[pages]\nindex = 'product-sitemap'\n"))

    links = read(source, index(f"{ROOT}/post-sitemap.xml", f"{ROOT}/product-sitemap.xml")).links

    assert [link.url for link in links] == [f"{ROOT}/product-sitemap.xml"]


def test_other_hosts_are_led_to_only_where_they_are_declared(tmp_path: Path) -> None:
    both = 'origins = ["http://shelf.sample", "http://www.shelf.sample"]\nstart'
    body = urlset("http://www.shelf.sample/whisky/one")

    with pytest.raises(InputRefusedError, match="1 of them of other hosts") as refused:
        read(source_of(tmp_path, TOML), body)

    assert refused.value.reason == "empty_index"
    assert len(read(source_of(tmp_path, TOML, ("start", both)), body).links) == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty_file"),
        (urlset(), "empty_index"),
        (urlset(f"{ROOT}/about"), "empty_index"),
        (urlset(f"{ROOT}/whisky/one")[:-3], "broken_sitemap"),
        (gzip.compress(urlset(f"{ROOT}/whisky/one"), mtime=0)[:-5], "broken_sitemap"),
        (b"<html><body><a href='/whisky/one'>one</a></body></html>", "broken_sitemap"),
        (b"%PDF-1.4", "not_html"),
        (gzip.compress(b"\0" * 11_000_000, mtime=0), "sitemap_too_large"),
    ],
)
def test_an_index_that_leads_nowhere_or_is_cut_off_is_refused(source: Source, body: bytes, reason: str) -> None:
    with pytest.raises(InputRefusedError) as refused:
        read(source, body)

    assert refused.value.reason == reason
    with pytest.raises(InputRefusedError):
        listed_by(source, document(body, f"{ROOT}/sitemap.xml", "index"))


def test_a_page_is_read_by_its_schema_org_block_and_numbered_by_its_address(source: Source) -> None:
    (item,) = read(source, page(), f"{ROOT}/whisky/glen-nowhere-12.html?x=1", "page").items

    assert (item.source_id, item.name, item.url) == (
        "glen-nowhere-12",
        "Glen Nowhere 12 46% 70cl",
        f"{ROOT}/whisky/glen-nowhere-12.html?x=1",
    )
    assert (item.price_minor, item.currency) == (45_00, "GBP")


@pytest.mark.parametrize(
    ("url", "number"),
    [("/whisky/one", "one"), ("/whisky/one/", "one"), ("/whisky/one.htm", "one"), ("/whisky/a.b.html#x", "a.b")],
)
def test_the_last_part_of_an_address_is_the_number(source: Source, url: str, number: str) -> None:
    assert [item.source_id for item in read(source, page(), f"{ROOT}{url}", "page").items] == [number]


def test_a_page_without_a_product_is_an_error_page_until_the_feed_says_where_values_stand(tmp_path: Path) -> None:
    gone = b"<!doctype html><html><body><h1>Gone</h1></body></html>"
    fields = ("[kinds]", '[fields]\nname = "h1"\n[kinds]')

    assert is_error_page(source_of(tmp_path, TOML), document(gone, f"{ROOT}/whisky/one", "page"))
    declared = source_of(tmp_path, TOML, fields)
    assert [item.name for item in read(declared, gone, f"{ROOT}/whisky/one", "page").items] == ["Gone"]


def test_a_crawl_starts_at_the_sitemap(source: Source) -> None:
    assert start_links(source) == (Link(url=f"{ROOT}/sitemap.xml", role="index"),)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("page = '/whisky/[^/]+$'\n", "", "[pages] page is missing"),
        ("[pages]", "[sitemap]", "[pages] is missing; the preset sitemap needs it"),
        ("page = '/whisky", "region = 'main['\npage = '/whisky", "[pages] region is no CSS selector"),
    ],
)
def test_a_mistake_in_the_feed_is_told(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        source_of(tmp_path, TOML, (old, new))

    assert says in refused.value.message
