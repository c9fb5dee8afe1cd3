"""The whole feeds that the page about feeds shows for its presets: short, loadable, and right about a page."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from whisky_assets.sources.document import RawDocument, Reading
from whisky_assets.sources.loading import load_source
from whisky_assets.sources.reading import read_document
from whisky_assets.sources.source import Source
from whisky_assets_tests.docs.pages import FENCE, text_of
from whisky_assets_tests.sources.feeds_for_tests import document

SHOWN = [text for kind, text in FENCE.findall(text_of("docs/feeds.md")) if kind == "toml"]
BY_PRESET = {tomllib.loads(text)["feed"]["preset"]: text for text in SHOWN}
LONGEST = 30

PRODUCT = """<!doctype html><html><head><script type="application/ld+json">{"@type": "Product", "sku": "N-12",
"name": "Glen Nowhere 12 46% 70cl", "offers": {"price": "45.00", "priceCurrency": "GBP"},
"additionalProperty": [{"name": "Cask", "value": "Oloroso butt"}]}</script></head><body><a rel="next"
href="?p=2">next</a></body></html>"""
TABLE = """<!doctype html><html><head><meta charset="utf-8"></head><body><table><tr><th>Varenr.</th><th>Navn</th>
<th>Alk.</th><th>Volum</th><th>Pris</th></tr><tr><td>7</td><td><a href="/p/7">Glen Nowhere 12</a></td><td>46 %</td>
<td>70</td><td><s>kr 599,00</s> kr 1.499,90</td></tr></table></body></html>"""
SITEMAP = "<urlset><url><loc>https://my-site.test/whisky/glen-nowhere-12</loc></url></urlset>"


def shown(preset: str, folder: Path) -> Source:
    text = BY_PRESET[preset]
    path = folder / f"{tomllib.loads(text)['feed']['name']}.toml"
    path.write_text(text, encoding="utf-8")
    return load_source(path)


def read(source: Source, body: str, url: str, role: str = "page") -> Reading:
    page: RawDocument = document(body.encode(), url, role)
    return read_document(source, page)


@pytest.mark.parametrize("preset", ["table", "json_ld", "sitemap"])
def test_a_whole_feed_is_shown_in_at_most_thirty_lines(preset: str, tmp_path: Path) -> None:
    assert len(BY_PRESET[preset].splitlines()) <= LONGEST
    assert shown(preset, tmp_path).feed.preset == preset


def test_the_shown_feed_of_a_table_reads_one(tmp_path: Path) -> None:
    source = shown("table", tmp_path)

    (item,) = read(source, TABLE, "https://my-shop.test/whisky").items

    assert (item.source_id, item.name, item.url) == ("7", "Glen Nowhere 12", "https://my-shop.test/p/7")
    assert (item.abv_pct, item.volume_ml, item.price_minor, item.currency) == (46.0, 700, 1_499_90, "NOK")


def test_the_shown_feed_of_schema_org_blocks_reads_one_and_goes_on(tmp_path: Path) -> None:
    source = shown("json_ld", tmp_path)

    reading = read(source, PRODUCT, "https://my-shelf.test/whisky")

    (item,) = reading.items
    assert (item.source_id, item.abv_pct, item.volume_ml, item.price_minor) == ("N-12", 46.0, 700, 45_00)
    assert item.details == '{"cask":"Oloroso butt"}'
    assert [link.url for link in reading.links] == ["https://my-shelf.test/whisky?p=2"]


def test_the_shown_feed_of_a_sitemap_finds_a_page_and_reads_it(tmp_path: Path) -> None:
    source = shown("sitemap", tmp_path)

    (link,) = read(source, SITEMAP, "https://my-site.test/sitemap.xml.gz", "index").links
    (item,) = read(source, PRODUCT, link.url).items

    assert (link.role, item.source_id, item.name) == ("page", "glen-nowhere-12", "Glen Nowhere 12 46% 70cl")
    assert (item.abv_pct, item.volume_ml, item.price_minor, item.currency) == (46.0, 700, 45_00, "GBP")
