"""The saved product pages of four monopolies, read by the shipped feeds: what stands on a page, and nothing else."""

import re
from collections import Counter
from pathlib import Path

import pytest

from whisky_assets.cleaning.kinds import kind_of
from whisky_assets.cleaning.texts import clean_name
from whisky_assets.cleaning.thresholds import shipped_thresholds
from whisky_assets.parsing.decode import decode
from whisky_assets.parsing.gtin import gtin14
from whisky_assets.parsing.html import parse_page
from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import load_reference
from whisky_assets.sources.crawling import listed_by
from whisky_assets.sources.document import Reading, ReadItem
from whisky_assets.sources.reading import read_document
from whisky_assets.sources.registry import SHIPPED_FEEDS, load_sources
from whisky_assets_tests.sources.feeds_for_tests import document

FEEDS = load_sources([SHIPPED_FEEDS], "real")

PAGES = {
    "bcl/product_12.html": ("bc_liquor_pages", "http://www.bcliquorstores.com/product/110056"),
    "saq/product_16.html": ("saq_pages", "http://www.saq.com/page/fr/saqcom/vodka/crystal-head/11345653"),
    "vinmonopolet/product-detail.html": ("vinmonopolet_pages", "http://www.vinmonopolet.no/vareutvalg/sku-9351702"),
    "lcbo/product_8.html": ("lcbo_pages", "http://www.lcbo.com/lcbo-ear/lcbo/product/details.do?itemNumber=42"),
    "lcbo/product_8b.html": ("lcbo_pages", "http://www.lcbo.com/lcbo-ear/lcbo/product/details.do?itemNumber=114173"),
    "lcbo/product_11.html": ("lcbo_pages", "http://www.lcbo.com/lcbo-ear/lcbo/product/details.do?itemNumber=905596"),
    "lcbo/product_6_new.html": ("lcbo_pages", "http://www.lcbo.com/lcbo/product/bombay-sapphire/582973"),
}


def body_of(shared_data: Path, page: str) -> bytes:
    return (shared_data / "data" / "pages" / "shops" / page).read_bytes()


def replay(shared_data: Path, page: str) -> Reading:
    feed, url = PAGES[page]
    return read_document(FEEDS.get(feed), document(body_of(shared_data, page), url, "page"))


def the_item(shared_data: Path, page: str) -> ReadItem:
    (item,) = replay(shared_data, page).items
    return item


@pytest.mark.parametrize(
    ("page", "number", "name", "price_minor", "currency", "volume_ml", "abv_pct"),
    [
        ("bcl/product_12.html", "110056", "ABSOLUT", 26_49, "CAD", 750, 40.0),
        ("saq/product_16.html", "11345653", "Crystal Head", 59_75, "CAD", 750, 40.0),
        (
            *("vinmonopolet/product-detail.html", "9351702", "Ægir Lynchburg Natt Barrel-Aged Imperial Porter"),
            *(159_90, "NOK", 500, 10.01),
        ),
        ("lcbo/product_8.html", "42", "CANADIAN CLUB WHISKY", 24_95, "CAD", 750, 40.0),
        (
            *("lcbo/product_8b.html", "114173", "05 SAUV BLANC WEINSTOCK CELLAR K (ROYAL WIN"),
            *(22_95, "CAD", 750, 13.5),
        ),
        ("lcbo/product_11.html", "905596", "TERREDORA CAMPORE FIANO DI AVELLINO 2008", 28_95, "CAD", 750, 13.0),
        ("lcbo/product_6_new.html", "582973", "Bombay Sapphire London Dry Gin", 58_95, "CAD", 1750, 40.0),
    ],
)
def test_each_page_gives_its_one_product(
    shared_data: Path,
    page: str,
    number: str,
    name: str,
    price_minor: int,
    currency: str,
    volume_ml: int,
    abv_pct: float,
) -> None:
    reading = replay(shared_data, page)

    (item,) = reading.items
    assert (item.source_id, item.name) == (number, name)
    assert (item.price_minor, item.currency, item.volume_ml, item.abv_pct) == (
        price_minor,
        currency,
        volume_ml,
        abv_pct,
    )
    assert (reading.rows_read, reading.refused, reading.notes) == (1, (), ())
    assert item.pack_count == 1


@pytest.mark.parametrize(
    ("page", "producer", "country", "region", "category", "gtin", "available"),
    [
        ("bcl/product_12.html", None, "Sweden", None, "Spirits - Vodka", "00087000001725", True),
        ("saq/product_16.html", "Globefill", "Canada", None, "Vodka", "00627040411414", True),
        ("vinmonopolet/product-detail.html", "Ægir Bryggeri", "Norge", None, "Overgjæret", None, True),
        (
            *("lcbo/product_8.html", "Canadian Club Whisky Company", "Canada", "Region Not Specified"),
            *("Whisky/Whiskey", None, None),
        ),
        (
            *("lcbo/product_8b.html", "Royal Wines", "United States", "California/Californie"),
            *("Wine", None, None),
        ),
        ("lcbo/product_11.html", "Terre Dora Di Paulo S.S.", "Italy", "Campania", "Wine", None, None),
        ("lcbo/product_6_new.html", "Bombay Spirits Company Ltd.", "United Kingdom", "England", "Gin", None, None),
    ],
)
def test_each_page_tells_maker_origin_category_and_barcode_where_they_stand(
    shared_data: Path,
    page: str,
    producer: str | None,
    country: str,
    region: str | None,
    category: str,
    gtin: str | None,
    *,
    available: bool | None,
) -> None:
    item = the_item(shared_data, page)

    assert (item.producer, item.country, item.region, item.category) == (producer, country, region, category)
    assert (gtin14(item.gtin_text), item.available) == (gtin, available)


@pytest.mark.parametrize("page", list(PAGES))
def test_every_text_that_was_read_stands_on_the_page(shared_data: Path, page: str) -> None:
    text = parse_page(decode(body_of(shared_data, page), None, "text/html").text).text()
    item = the_item(shared_data, page)

    told = (item.name, item.producer, item.country, item.region, item.category)
    values = (item.source_id, item.gtin_text, item.abv_text, item.volume_text, item.price_text)
    assert [part for part in (*told, *values) if part is not None and part not in text] == []
    assert item.price_text is not None
    assert re.sub(r"\D", "", item.price_text) == str(item.price_minor)


@pytest.mark.parametrize(
    ("feed", "page", "pages", "indexes", "total"),
    [
        ("saq_pages", "saq/product_list_3.html", 100, 0, 147),
        ("vinmonopolet_pages", "vinmonopolet/135d31d4.html", 30, 11, 675),
        ("lcbo_pages", "lcbo/product_list_a.html", 100, 0, None),
        ("lcbo_pages", "lcbo/product_list_b.html", 98, 0, None),
    ],
)
def test_the_shops_list_pages_lead_to_their_product_pages(
    shared_data: Path, feed: str, page: str, pages: int, indexes: int, total: int | None
) -> None:
    """Two links of the second LCBO list lead to other hosts; SAQ and LCBO turn pages by a script."""
    source = FEEDS.get(feed)
    assert source.fetch is not None
    listed = listed_by(source, document(body_of(shared_data, page), source.fetch.start[0], "index"))

    assert Counter(link.role for link in listed.links) == Counter({"page": pages, "index": indexes})
    assert listed.total == total


def test_of_seven_pages_one_is_a_whisky_and_six_are_other_goods(shared_data: Path) -> None:
    reference, limits = load_reference(), shipped_thresholds().abv
    kinds: Counter[str] = Counter()
    for page, (feed, _) in PAGES.items():
        item = the_item(shared_data, page)
        name, _ = clean_name(item.name)
        parsed = parse_name(name, reference, category=item.category, language=item.language)
        declared = FEEDS.get(feed).kinds
        kind = kind_of(declared, item.category, name, parsed, item.abv_pct, item.volume_ml, limits)
        assert kind.doubts == ()
        kinds[kind.kind] += 1

    assert kinds == {"whisky": 1, "other": 6}
