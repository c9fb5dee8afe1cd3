"""The saved list pages of real shops, read by the shipped feeds: right to the row, and never a whisky that is none."""

from collections import Counter
from pathlib import Path

import pytest

from whisky_assets.cleaning.kinds import kind_of
from whisky_assets.cleaning.texts import clean_name
from whisky_assets.cleaning.thresholds import shipped_thresholds
from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import load_reference
from whisky_assets.sources.document import Reading
from whisky_assets.sources.registry import SHIPPED_FEEDS, load_sources
from whisky_assets_tests.sources.feeds_for_tests import read_shop_page

FEEDS = load_sources([SHIPPED_FEEDS], "real")


def replay(shared_data: Path, feed: str, page: str) -> Reading:
    return read_shop_page(FEEDS.get(feed), (shared_data / "data" / "pages" / "shops" / page).read_bytes())


@pytest.mark.parametrize(
    ("feed", "page", "quarantined", "other", "several", "single"),
    [
        ("berry_bros", "berrybrosrudd/bottle-list.html", 2, 0, 0, 6),
        ("compass_box", "compassbox/bottle-list.html", 0, 0, 0, 3),
        ("astor_wines", "astorwines/bottle-list.html", 0, 0, 0, 12),
        ("healthy_spirits", "healthyspirits/bottle-list.html", 0, 0, 1, 71),
        ("reserve_bar", "reservebar/bottle-list.html", 0, 0, 1, 24),
        ("wooden_cork", "woodencork/bottle-list.html", 0, 0, 9, 31),
        ("rozetka", "rozetka/rozetka-page-7.html", 0, 0, 0, 60),
        ("saq_shop", "saq/product_list_3.html", 0, 100, 0, 0),
        ("vinmonopolet_shop", "vinmonopolet/135d31d4.html", 0, 0, 0, 30),
        ("lcbo_shop", "lcbo/product_list_a.html", 0, 99, 0, 1),
        ("lcbo_shop", "lcbo/product_list_b.html", 0, 97, 0, 3),
    ],
)
def test_each_page_holds_what_a_person_counted(
    shared_data: Path, feed: str, page: str, quarantined: int, other: int, several: int, single: int
) -> None:
    reading = replay(shared_data, feed, page)

    told = Counter(FEEDS.get(feed).kinds.of(item.category, item.name) for item in reading.items)
    rows = [refused for refused in reading.refused if refused.scope == "row"]
    assert (len(rows), told["other"], told["bundle"], told["whisky"]) == (quarantined, other, several, single)
    assert reading.rows_read == quarantined + other + several + single
    values = [refused.reason for refused in reading.refused if refused.scope == "value"]
    assert values == ["foreign_link"] * (2 if page == "lcbo/product_list_b.html" else 0)
    assert all(refused.evidence for refused in rows)
    unpriced = [item for item in reading.items if item.price_minor is None]
    assert [item.name for item in unpriced if "price_on_request" not in item.flags] == []


@pytest.mark.parametrize(
    ("feed", "page", "sizes", "strengths", "codes", "unavailable"),
    [
        ("berry_bros", "berrybrosrudd/bottle-list.html", 6, 3, 0, 1),
        ("compass_box", "compassbox/bottle-list.html", 0, 0, 0, 1),
        ("astor_wines", "astorwines/bottle-list.html", 12, 0, 0, 0),
        ("healthy_spirits", "healthyspirits/bottle-list.html", 38, 0, 0, 0),
        ("reserve_bar", "reservebar/bottle-list.html", 24, 0, 0, 0),
        ("wooden_cork", "woodencork/bottle-list.html", 9, 0, 0, 0),
        ("rozetka", "rozetka/rozetka-page-7.html", 59, 59, 46, 10),
        ("saq_shop", "saq/product_list_3.html", 100, 0, 0, 0),
        ("vinmonopolet_shop", "vinmonopolet/135d31d4.html", 30, 0, 0, 1),
        ("lcbo_shop", "lcbo/product_list_a.html", 100, 0, 0, 0),
        ("lcbo_shop", "lcbo/product_list_b.html", 91, 0, 0, 18),
    ],
)
def test_each_page_gives_the_sizes_strengths_and_codes_that_stand_on_it(
    shared_data: Path, feed: str, page: str, sizes: int, strengths: int, codes: int, unavailable: int
) -> None:
    items = replay(shared_data, feed, page).items

    assert sum(item.volume_ml is not None for item in items) == sizes
    assert sum(item.abv_pct is not None for item in items) == strengths
    assert sum(item.gtin_text is not None for item in items) == codes
    assert sum(item.available is False for item in items) == unavailable
    currency = FEEDS.get(feed).feed.currency
    assert {item.currency for item in items if item.price_minor} == {currency}


def test_the_traps_of_single_rows_are_passed(shared_data: Path) -> None:
    def by_id(feed: str, page: str) -> dict[str, tuple[str, int | None, int | None]]:
        found = replay(shared_data, feed, page).items
        return {item.source_id: (item.name, item.price_minor, item.volume_ml) for item in found}

    assert by_id("compass_box", "compassbox/bottle-list.html")["brulee-royale-1"] == ("Brûlée Royale", 99_95, None)
    assert by_id("astor_wines", "astorwines/bottle-list.html")["05554"] == ("Aberlour 12 Yr. Scotch", 64_99, 750)
    healthy = by_id("healthy_spirits", "healthyspirits/bottle-list.html")
    assert healthy["74848285"] == ("HIGH WEST MIDWINTER NIGHTS DRAM", 179_99, 750)
    cork = by_id("wooden_cork", "woodencork/bottle-list.html")
    assert cork["4396675104904"] == ("Pappy Van Winkle 15 Year Bourbon", 2_299_95, None)
    northern = by_id("vinmonopolet_shop", "vinmonopolet/135d31d4.html")
    assert northern["627401"] == ("Aberlour 10 Years Old", 459_90, 700)
    berry = by_id("berry_bros", "berrybrosrudd/bottle-list.html")
    assert berry["unsupported-size"][2] == 725
    lcbo = by_id("lcbo_shop", "lcbo/product_list_b.html")
    assert lcbo["107359"][1:] == (48_60, 750)


def test_no_bundle_and_no_wine_of_a_saved_page_becomes_a_whisky(shared_data: Path) -> None:
    reference, limits = load_reference(), shipped_thresholds().abv
    for feed, page in (
        ("wooden_cork", "woodencork/bottle-list.html"),
        ("reserve_bar", "reservebar/bottle-list.html"),
        ("lcbo_shop", "lcbo/product_list_b.html"),
        ("saq_shop", "saq/product_list_3.html"),
    ):
        kinds = FEEDS.get(feed).kinds
        for item in replay(shared_data, feed, page).items:
            name, _ = clean_name(item.name)
            parsed = parse_name(name, reference, category=item.category, language=item.language)
            kind = kind_of(kinds, item.category, name, parsed, item.abv_pct, item.volume_ml, limits).kind
            assert kind != "whisky" or kinds.of(item.category, item.name) == "whisky", item.name
