"""The saved JSON lists of real shops, read by the shipped feeds: right to the product and past each trap."""

from collections import Counter
from pathlib import Path

import pytest

from whisky_assets.cleaning.kinds import kind_of
from whisky_assets.cleaning.texts import clean_name
from whisky_assets.cleaning.thresholds import shipped_thresholds
from whisky_assets.parsing.measures import find_abv, read_abv, read_volume
from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import load_reference
from whisky_assets.sources.document import Reading, ReadItem
from whisky_assets.sources.registry import SHIPPED_FEEDS, load_sources
from whisky_assets_tests.sources.feeds_for_tests import read_shop_page

FEEDS = load_sources([SHIPPED_FEEDS], "real")

SHOPS = {
    "bruichladdich": "bruichladdich",
    "douglas_laing": "douglaslaing",
    "gordon_macphail": "gordonmacphail",
    "mission_liquor": "missionliquor",
    "ncnean": "ncnean",
    "north_star": "northstarspirits",
    "single_cask_nation": "singlecasknation",
    "cadenhead": "cadenheads",
    "thompson_bros": "thompsonbros",
    "dramfool": "dramfool",
    "smws": "smws",
}


def replay(shared_data: Path, feed: str) -> Reading:
    page = shared_data / "data" / "pages" / "shops" / SHOPS[feed] / "bottle-list.json"
    return read_shop_page(FEEDS.get(feed), page.read_bytes())


def products_of(reading: Reading) -> dict[str, list[ReadItem]]:
    """The items of each product: variants share the address, a product without one has its number."""
    found: dict[str, list[ReadItem]] = {}
    for item in reading.items:
        found.setdefault(item.url or item.source_id, []).append(item)
    return found


@pytest.mark.parametrize(
    ("feed", "listed", "quarantined", "other", "several", "single", "offers"),
    [
        ("bruichladdich", 12, 1, 1, 0, 10, 12),
        ("douglas_laing", 11, 0, 2, 1, 8, 12),
        ("gordon_macphail", 6, 0, 1, 0, 5, 6),
        ("mission_liquor", 16, 1, 2, 1, 12, 16),
        ("ncnean", 14, 1, 1, 1, 11, 15),
        ("north_star", 6, 0, 1, 0, 5, 6),
        ("single_cask_nation", 9, 0, 1, 0, 8, 10),
        ("cadenhead", 7, 0, 0, 1, 6, 7),
        ("thompson_bros", 10, 1, 1, 0, 8, 9),
        ("dramfool", 7, 1, 1, 0, 5, 7),
        ("smws", 128, 0, 0, 0, 128, 128),
    ],
)
def test_each_list_holds_what_a_person_counted(
    shared_data: Path, feed: str, listed: int, quarantined: int, other: int, several: int, single: int, offers: int
) -> None:
    reading = replay(shared_data, feed)
    kinds = FEEDS.get(feed).kinds

    products = products_of(reading)
    told = Counter(kinds.of(items[0].category, items[0].name) for items in products.values())
    rows = [refused for refused in reading.refused if refused.scope == "row"]
    assert (len(rows), told["other"], told["bundle"], told["whisky"]) == (quarantined, other, several, single)
    assert len(products) + len(rows) == listed
    assert len(reading.items) == offers
    assert {refused.reason for refused in rows} <= {"no_id"}
    assert all(refused.evidence for refused in reading.refused)


@pytest.mark.parametrize(
    ("feed", "currency", "priced", "sizes", "strengths", "codes", "unavailable"),
    [
        ("bruichladdich", "GBP", 11, 12, 0, 1, 1),
        ("douglas_laing", "GBP", 11, 11, 8, 1, 2),
        ("gordon_macphail", "GBP", 5, 4, 3, 1, 1),
        ("mission_liquor", "USD", 15, 16, 0, 1, 1),
        ("ncnean", "GBP", 14, 14, 3, 1, 1),
        ("north_star", "GBP", 5, 4, 0, 1, 2),
        ("single_cask_nation", "USD", 9, 0, 0, 1, 2),
        ("cadenhead", "GBP", 6, 7, 2, 1, 2),
        ("thompson_bros", "GBP", 7, 9, 1, 1, 2),
        ("dramfool", "GBP", 5, 5, 0, 1, 1),
        ("smws", "GBP", 128, 128, 128, 0, 1),
    ],
)
def test_each_list_gives_the_prices_sizes_strengths_and_codes_that_stand_on_it(
    shared_data: Path, feed: str, currency: str, priced: int, sizes: int, strengths: int, codes: int, unavailable: int
) -> None:
    items = replay(shared_data, feed).items

    assert {item.currency for item in items if item.price_minor} == {currency}
    assert sum(item.price_minor is not None for item in items) == priced
    assert sum(item.volume_ml is not None for item in items) == sizes
    assert sum(item.abv_pct is not None for item in items) == strengths
    assert sum(item.gtin_text is not None for item in items) == codes
    assert sum(item.available is False for item in items) == unavailable
    assert all(item.name for item in items)
    unpriced = [
        item for item in items if item.price_minor is None and FEEDS.get(feed).kinds.of(item.category) != "other"
    ]
    assert all({"price_zero", "currency_clash"} & set(item.flags) for item in unpriced)


@pytest.mark.parametrize(
    ("feed", "number", "abv_pct", "volume_ml", "price_minor", "available"),
    [
        ("bruichladdich", "bruichladdich-variant-release#2", None, 700, 60_00, True),
        ("douglas_laing", "39952360276139", 48.0, 700, 65_00, True),
        ("douglas_laing", "xop-north-british-35-years-old", None, 700, 499_00, False),
        ("gordon_macphail", "dm-linkwood-15yo-43-70cl", 43.0, 700, 69_99, False),
        ("mission_liquor", "old-crow-bourbon", None, 1750, 19_99, True),
        ("mission_liquor", "highland-harvest-organic", None, 750, 35_99, True),
        ("ncnean", "multi-size-whisky", None, None, 65_00, True),
        ("north_star", "wee-star-linkwood", None, 200, 24_00, True),
        ("single_cask_nation", "ben-nevis-8-year-old#2", None, None, 90_00, True),
        ("cadenhead", "unpurchasable-ben-nevis", None, 700, 65_00, False),
        ("thompson_bros", "dollar-price-benrinnes", None, 700, None, True),
        ("dramfool", "/shop/rhinns-13", None, 700, 150_00, True),
        ("dramfool", "/shop/wrong-currency-10", None, 700, None, True),
        ("smws", "4702", 57.1, 700, 179_50, True),
    ],
)
def test_the_traps_of_single_rows_are_passed(
    shared_data: Path,
    feed: str,
    number: str,
    abv_pct: float | None,
    volume_ml: int | None,
    price_minor: int | None,
    available: bool,
) -> None:
    (item,) = [item for item in replay(shared_data, feed).items if item.source_id == number]

    told = (item.abv_pct, item.volume_ml, item.price_minor, item.available)
    assert told == (abv_pct, volume_ml, price_minor, available)


def test_names_are_whole_and_say_no_price(shared_data: Path) -> None:
    def name_of(feed: str, number: str) -> str:
        return next(item.name for item in replay(shared_data, feed).items if item.source_id == number)

    assert name_of("ncnean", "organic-single-malt#2").endswith(" - With gift tube")
    assert name_of("cadenhead", "21771").startswith("Cadenhead’s Glen Spey")
    assert name_of("smws", "4702").startswith("SMWS 3.350 ")


def test_values_in_another_money_or_of_another_shop_are_refused_and_their_rows_stay(shared_data: Path) -> None:
    thompson, dramfool = (replay(shared_data, feed).refused for feed in ("thompson_bros", "dramfool"))

    assert [(refused.field, refused.reason) for refused in thompson if refused.scope == "value"] == [
        ("price_minor", "currency_clash"),
        ("url", "foreign_link"),
    ]
    assert [(refused.field, refused.reason) for refused in dramfool if refused.scope == "value"] == [
        ("price_minor", "currency_clash")
    ]


def test_the_society_s_list_leads_on_to_the_page_that_holds_the_rest(shared_data: Path) -> None:
    reading = replay(shared_data, "smws")

    assert [link.url.rpartition("&")[2] for link in reading.links] == ["page=2"]
    assert {item.url.partition("/")[0] for item in reading.items if item.url} == {"https:"}


def test_what_a_feed_calls_no_whisky_never_becomes_one(shared_data: Path) -> None:
    reference, limits = load_reference(), shipped_thresholds().abv
    for feed in SHOPS:
        kinds = FEEDS.get(feed).kinds
        for item in replay(shared_data, feed).items:
            name, _ = clean_name(item.name)
            parsed = parse_name(name, reference, category=item.category, language=item.language)
            kind = kind_of(kinds, item.category, name, parsed, item.abv_pct, item.volume_ml, limits).kind
            assert kind == kinds.of(item.category, name), item.name


@pytest.mark.parametrize("feed", SHOPS)
def test_each_text_that_was_read_gives_its_value_alone_and_each_price_stands_in_the_page(
    shared_data: Path, feed: str
) -> None:
    page = shared_data / "data" / "pages" / "shops" / SHOPS[feed] / "bottle-list.json"
    text = page.read_text(encoding="utf-8")
    source = FEEDS.get(feed)

    for item in replay(shared_data, feed).items:
        assert item.price_text is None or item.price_text in text, item.name
        if item.volume_ml is not None and item.volume_text is not None:
            assert read_volume(item.volume_text, source.fields["volume"].unit).volume_ml == item.volume_ml
        if item.abv_pct is not None and item.abv_text is not None:
            found = find_abv(item.abv_text) if source.fields["abv"].search else read_abv(item.abv_text)
            assert found is not None
            assert found.abv_pct == item.abv_pct
