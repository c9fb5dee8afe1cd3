"""Saved pages of real shops, cut and broken at random: nothing crashes, nothing hangs, and no value is invented.

Every value carries the text that it was read from. That text stands in the page, and read alone it gives the value.
"""

from __future__ import annotations

import html
import json
import random
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.decode import decode
from whisky_assets.parsing.html import parse_page
from whisky_assets.parsing.measures import find_abv, find_volume, read_abv, read_volume
from whisky_assets.parsing.money import read_minor_units, read_price
from whisky_assets.sources.document import RawDocument, ReadItem
from whisky_assets.sources.reading import read_document
from whisky_assets.sources.registry import SHIPPED_FEEDS, load_sources
from whisky_assets.sources.source import Source
from whisky_assets_tests.sources import test_real_detail_pages, test_real_json_shops, test_real_reviews
from whisky_assets_tests.sources.feeds_for_tests import document

pytestmark = pytest.mark.slow

FEEDS = load_sources([SHIPPED_FEEDS], "real")
CASES = 10_000
LONGEST_SECONDS = 20.0
"""Twenty times what the largest page takes on a busy machine; what is longer hangs."""

LISTS = {
    "berrybrosrudd/bottle-list.html": "berry_bros",
    "compassbox/bottle-list.html": "compass_box",
    "astorwines/bottle-list.html": "astor_wines",
    "healthyspirits/bottle-list.html": "healthy_spirits",
    "reservebar/bottle-list.html": "reserve_bar",
    "woodencork/bottle-list.html": "wooden_cork",
    "rozetka/rozetka-page-7.html": "rozetka",
    "saq/product_list_3.html": "saq_shop",
    "vinmonopolet/135d31d4.html": "vinmonopolet_shop",
    "lcbo/product_list_a.html": "lcbo_shop",
    "lcbo/product_list_b.html": "lcbo_shop",
}
PAGES: dict[str, tuple[str, str | None]] = {
    **{f"shops/{page}": (feed, None) for page, feed in LISTS.items()},
    **{f"shops/{shop}/bottle-list.json": (feed, None) for feed, shop in test_real_json_shops.SHOPS.items()},
    **{f"shops/{page}": told for page, told in test_real_detail_pages.PAGES.items()},
    **{
        f"reviews/spiritrecord/{name}.html": ("spiritrecord", f"{test_real_reviews.SITE}/{name}.html")
        for name in ("2021-05-02-springbank-12-cs", "2021-05-08-ardbeg-an-oa", "2021-05-12-glen-moray-2008-lotg")
    },
}
"""Saved page to its feed and its address, None for the feed's first."""

Mutation = Callable[[bytes, random.Random], bytes]


def cut_off(body: bytes, draw: random.Random) -> bytes:
    return body[: draw.randrange(len(body))]


def without_a_slice(body: bytes, draw: random.Random) -> bytes:
    start = draw.randrange(len(body))
    return body[:start] + body[start + draw.randrange(1, 4_000) :]


def with_a_slice_twice(body: bytes, draw: random.Random) -> bytes:
    start = draw.randrange(len(body))
    end = start + draw.randrange(1, 4_000)
    return body[:end] + body[start:end] + body[end:]


def with_other_bytes(body: bytes, draw: random.Random) -> bytes:
    broken = bytearray(body)
    for _ in range(draw.randrange(1, 60)):
        broken[draw.randrange(len(broken))] = draw.randrange(256)
    return bytes(broken)


def without_some_signs(body: bytes, draw: random.Random) -> bytes:
    sign = draw.choice([b'"', b">", b"<", b"}", b"]", b",", b"=", b"\\", b":"])
    parts = body.split(sign)
    gone = {draw.randrange(len(parts)) for _ in range(draw.randrange(1, 12))}
    return b"".join(part if place in gone else part + sign for place, part in enumerate(parts))


def with_digits_changed(body: bytes, draw: random.Random) -> bytes:
    places = [found.start() for found in re.finditer(rb"\d", body)]
    broken = bytearray(body)
    for place in draw.sample(places, min(len(places), 40)):
        broken[place : place + 1] = draw.choice([b"7", b".", b",", b"-", b" ", b"9", b"%"])
    return bytes(broken)


def with_halves_changed(body: bytes, draw: random.Random) -> bytes:
    middle = draw.randrange(len(body))
    return body[middle:] + body[:middle]


def in_another_encoding(body: bytes, draw: random.Random) -> bytes:
    text = body.decode("utf-8", "replace")
    return text.encode(draw.choice(["utf-16", "cp1252", "shift_jis", "euc_kr"]), "replace")


MUTATIONS: tuple[Mutation, ...] = (
    cut_off,
    without_a_slice,
    with_a_slice_twice,
    with_other_bytes,
    without_some_signs,
    with_digits_changed,
    with_halves_changed,
    in_another_encoding,
)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def spellings(text: str) -> Iterator[str]:
    """Yield a page as its values may stand in it: as it is, without tags, its entities and JSON escapes read."""
    yield squeezed(text)
    plain = html.unescape(re.sub(r"<[^<>]*>", "", text))
    yield squeezed(plain)
    yield squeezed(html.unescape(text))
    # What stands between broken tags only a parser of HTML can say.
    yield squeezed(parse_page(text).raw_text())
    unescaped = re.sub(r'\\u[0-9a-fA-F]{4}|\\["\\/]', _unescaped, text)
    yield squeezed(html.unescape(html.unescape(re.sub(r"<[^<>]*>", "", unescaped))))
    # Raised cents are told as cents: `$79<sup>99</sup>` is `$79.99`.
    yield squeezed(plain).replace(".", "")


def _unescaped(found: re.Match[str]) -> str:
    return str(json.loads(f'"{found[0]}"'))


def stands(told: str, page: list[str]) -> bool:
    """Say whether each word of a text stands in a page: what a feed drops, or a script, may stand between them."""
    return all(_stands(word, page) for word in html.unescape(told).split())


def _stands(word: str, page: list[str]) -> bool:
    return word == "|" or any(word in spelling for spelling in page[:-1]) or word.replace(".", "") in page[-1]


def _readings(*readers: Callable[[], object]) -> Iterator[object]:
    for read in readers:
        try:
            found = read()
        except InputRefusedError:
            continue
        if found is not None:
            yield found


def prices_of(source: Source, text: str, currency: str) -> set[int | None]:
    language = source.feed.language
    read = _readings(
        *(lambda sign=sign: read_price(text, currency, language, sign) for sign in (None, ".", ",")),
        *(lambda digits=digits: read_minor_units(text, currency, digits) for digits in (None, 0, 2)),
    )
    return {getattr(price, "price_minor", None) for price in read}


def assert_not_invented(source: Source, item: ReadItem, page: list[str]) -> None:
    told = {"price": item.price_text, "abv": item.abv_text, "volume": item.volume_text, "gtin": item.gtin_text}
    for field, text in told.items():
        rule = source.fields.get(field)
        assert text is None or (rule is not None and rule.form) or stands(text, page), (field, text)
    assert item.price_minor is None or item.price_text is not None
    if item.price_minor is not None and item.price_text is not None:
        assert item.price_minor in prices_of(source, item.price_text, str(item.currency))
    if item.abv_pct is not None:
        text = str(item.abv_text)
        readers = (lambda: read_abv(text, source.feed.country), lambda: find_abv(text))
        assert item.abv_pct in {getattr(one, "abv_pct", None) for one in _readings(*readers)}
    if item.volume_ml is not None:
        text, rule = str(item.volume_text), source.fields.get("volume")
        unit = None if rule is None else rule.unit
        measures = (lambda: read_volume(text, unit), lambda: find_volume(text))
        assert item.volume_ml in {getattr(one, "volume_ml", None) for one in _readings(*measures)}


def assert_borne(source: Source, raw: RawDocument, what: str) -> int:
    """Read a broken page; return how many products were read, each with values that stand in it."""
    began = time.perf_counter()
    try:
        reading = read_document(source, raw)
    except InputRefusedError:
        return 0
    assert time.perf_counter() - began < LONGEST_SECONDS, what
    assert reading.rows_read == len(reading.items) + sum(row.scope == "row" for row in reading.refused), what
    if reading.items:
        page = list(spellings(decode(raw.body, raw.charset, raw.media_type or "text/html").text))
        for item in reading.items:
            assert_not_invented(source, item, page)
    return len(reading.items)


@pytest.mark.parametrize("page", sorted(PAGES))
def test_a_broken_page_gives_refusals_and_values_that_stand_in_it(shared_data: Path, page: str) -> None:
    feed, url = PAGES[page]
    source = FEEDS.get(feed)
    body = (shared_data / "data" / "pages" / page).read_bytes()
    address = url or (source.fetch.start[0] if source.fetch else "")
    assert assert_borne(source, document(body, address, "page"), f"{page} as it is") > 0
    read = 0
    for case in range(CASES // len(PAGES) + 1):
        draw = random.Random(f"{page} {case}")  # noqa: S311 - repeatable damage, no secret
        mutation = draw.choice(MUTATIONS)
        broken = mutation(body, draw)
        for _ in range(draw.randrange(3)):
            broken = draw.choice(MUTATIONS)(broken, draw) if broken else broken
        read += assert_borne(source, document(broken, address, "page"), f"{page}, case {case}: {mutation.__name__}")
    assert read > 0, "some broken pages still tell products"
