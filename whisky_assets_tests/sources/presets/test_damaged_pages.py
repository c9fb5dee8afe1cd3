"""Pages that are cut, garbled and doubled: every reader refuses in words or reads what stands there, none crashes."""

import gzip
import random
import re
from pathlib import Path

import pytest

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.decode import decode
from whisky_assets.parsing.html import parse_page
from whisky_assets.parsing.sitemaps import unpacked
from whisky_assets.sources.reading import read_document
from whisky_assets.sources.source import Source
from whisky_assets_tests.sources.feeds_for_tests import CARDS_TOML, PAGES_TOML, document, source_of
from whisky_assets_tests.sources.presets import test_json_ld, test_sitemap, test_table
from whisky_assets_tests.sources.test_detail_feeds import FEEDS, LCBO_2012, LCBO_2014, SAQ, URL, VINMONOPOLET

Case = tuple[Source, bytes, str, str]

PIECES = (
    *(b"<", b">", b'"', b"{", b"}", b"[", b"null", b"1e999", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"&#xd800;"),
    *(b"<td colspan=1000 rowspan=65000>", b"</table>", b"<table><tr>", b"<tr>", b"<!--", b"<script>", b"<sup>99</sup>"),
    *(b"<li><b>x</b>", b'"@id": "#a"', b"9" * 5_000, "１２".encode()),
)
WRITTEN = 250


def damaged(body: bytes, chance: random.Random) -> bytes:
    """Returns a body with up to six cuts, insertions, doublings and changed bytes."""
    changed = bytearray(body)
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(changed) + 1)
        end = min(len(changed), start + chance.randint(1, 300))
        way = chance.random()
        if way < 0.15:
            del changed[start:]
        elif way < 0.4:
            changed[start:start] = chance.choice(PIECES)
        elif way < 0.6:
            del changed[start:end]
        elif way < 0.8:
            changed[start:start] = changed[start:end]
        elif start < len(changed):
            changed[start] = chance.randrange(256)
    return bytes(changed)


def written(folder: Path) -> list[Case]:
    """Returns pages of every kind that we wrote, each with its feed, address and role."""

    def feed(name: str, toml: str) -> Source:
        (folder / name).mkdir()
        return source_of(folder / name, toml)

    sitemap = test_sitemap.urlset(*(f"{test_sitemap.ROOT}/whisky/{number}" for number in range(5)))
    own = {"lcbo_pages": LCBO_2012 + LCBO_2014, "saq_pages": SAQ, "vinmonopolet_pages": VINMONOPOLET}
    group = {"@type": "ProductGroup", "hasVariant": [{"@id": "#a"}], "offers": [{"sku": 1, "price": 3}, {"sku": 2}]}
    blocks = test_json_ld.page(test_json_ld.TEN, {"@graph": [group, {**test_json_ld.TEN, "@id": "#a"}]})
    of_sitemap = feed("sitemap", test_sitemap.TOML)
    card = b"<ul class='listing'><li class='card' data-id='7'><h3>Glen 46%</h3><i class='size'>70cl</i></li></ul>"
    product = b"<article class='product'><h1>Glen</h1><table><tr><th>ABV</th><td>46 %</td></tr></table></article>"
    return [
        (
            feed("table", test_table.TOML),
            test_table.page(test_table.HEADER + test_table.row() + test_table.row("8")),
            test_table.URL,
            "page",
        ),
        (feed("json_ld", test_json_ld.TOML), blocks, test_json_ld.URL, "page"),
        (of_sitemap, sitemap, f"{test_sitemap.ROOT}/sitemap.xml", "index"),
        (of_sitemap, gzip.compress(sitemap, mtime=0), f"{test_sitemap.ROOT}/sitemap.xml.gz", "index"),
        (feed("cards", CARDS_TOML), b"<!doctype html>" + card, "http://shelf.sample/list?page=1", "page"),
        (feed("pages", PAGES_TOML), b"<!doctype html>" + product, "http://shelf.sample/product/7", "page"),
        *((FEEDS.get(name), f"<!doctype html>{page}".encode(), URL[name], "page") for name, page in own.items()),
    ]


def read_or_refused(case: Case, chance: random.Random) -> str:
    """Reads a damaged page; returns the reason of its refusal, empty where it was read, and fails on any other end."""
    source, whole, url, role = case
    body = damaged(whole, chance)
    try:
        reading = read_document(source, document(body, url, role))
    except InputRefusedError as refused:
        return refused.reason
    text = decode(unpacked(body) if role == "index" else body, None, "text/html").text
    numbers = set(re.findall(r"\d+", f"{text} {parse_page(text).text()}"))
    for item in reading.items:
        assert item.name
        told = [text for text in (item.abv_text, item.volume_text, item.price_text) if text]
        assert {number for text in told for number in re.findall(r"\d+", text)} <= numbers
    assert reading.rows_read == len(reading.items) + sum(one.scope == "row" for one in reading.refused)
    return ""


@pytest.mark.parametrize("seed", range(4))
def test_damaged_pages_of_every_kind_are_read_or_refused_in_words(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable damage, no secret
    cases = written(tmp_path)

    ends = [read_or_refused(chance.choice(cases), chance) for _ in range(WRITTEN)]

    assert "" in ends
    assert {"no_product", "broken_sitemap"} <= set(ends)
