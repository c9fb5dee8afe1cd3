"""What the shops' documents say to the shipped feeds, against what the world says that they hold."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime

import pytest

from whisky_assets.sample.listing import Listing
from whisky_assets.sample.pages import answer
from whisky_assets.sample.wording import FEEDS
from whisky_assets.sample.world import World
from whisky_assets.sources.declared_kinds import fold_category
from whisky_assets.sources.reading import stated_as_of, takes_file
from whisky_assets_tests.sample.reading import Told, documents, read_week, sample_sources

WHOLE = World()
CUT = World(cut=40)
WEEKS = (1, 2, 3, 4, 5)

DIGESTS = """
import hashlib, json
from whisky_assets.sample.pages import answer
from whisky_assets.sample.world import World
world = World()
found = []
for week in (1, 2, 3, 4, 5):
    for editions in world.files(week).values():
        found += [(name, hashlib.sha256(body).hexdigest()) for name, body in editions]
    targets = ["/robots.txt", "/sitemap.xml"] + [f"/product/{row.source_id}" for row in world.listings(week)]
    for host in ("harbour.sample", "hanok.sample"):
        for target in [*targets, "/products.json?limit=50&page=1", "/products.json?limit=50&page=2"]:
            page = answer(world, week, host, target)
            found.append((host + target, page.status, page.etag, str(page.last_modified)))
print(hashlib.sha256(json.dumps(found).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def week_1() -> dict[str, Told]:
    return read_week(WHOLE, 1)


def listings_by_id(week: int) -> dict[tuple[str, str], Listing]:
    return {(listing.feed, listing.source_id): listing for listing in WHOLE.listings(week)}


def test_all_four_feeds_load() -> None:
    sources = sample_sources()
    assert sources.broken == {}
    assert set(sources.sources) == set(FEEDS)
    assert {source.feed.world for source in sources.sources.values()} == {"sample"}
    assert {source.fetch.pace_seconds for source in sources.sources.values() if source.fetch} == {0}


def test_every_byte_is_the_same_in_processes_with_other_hash_seeds() -> None:
    printed = {
        subprocess.run(
            [sys.executable, "-c", DIGESTS],
            env={"PYTHONHASHSEED": seed, "TZ": zone, "PATH": ""},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Seoul"))
    }
    assert len(printed) == 1


@pytest.mark.parametrize("world", [WHOLE, CUT], ids=["whole", "cut"])
@pytest.mark.parametrize("week", WEEKS)
def test_the_feeds_tell_exactly_what_stands_on_the_shelves(world: World, week: int) -> None:
    told = read_week(world, week)
    for feed in FEEDS if world.files(week)["elbe"] else ("harbour", "hanok"):
        expected = {listing.source_id for listing in world.shelf(feed, week) if listing.kind != "refused"}
        assert {item.source_id for item in told[feed].items} == expected, feed
        refused_rows = [row for row in told[feed].refused if row.scope == "row"]
        assert told[feed].rows_read == len(told[feed].items) + len(refused_rows)
        assert told[feed].notes == [], feed


def test_rows_that_no_reader_takes_are_refused_by_their_reason(week_1: dict[str, Told]) -> None:
    rows = {feed: sorted(row.reason for row in told.refused if row.scope == "row") for feed, told in week_1.items()}
    assert rows == {
        "harbour": ["no_name"],
        "hanok": ["no_name"],
        "elbe": ["duplicate_id", "no_id", "no_name"],
        "minato": ["no_name", "no_name"],
    }
    assert {feed: told.refused_documents for feed, told in week_1.items() if told.refused_documents} == {
        "hanok": [("http://hanok.sample/product/14290", "no_product")]
    }


def test_values_that_cannot_be_read_are_emptied_and_told_apart_from_rows(week_1: dict[str, Told]) -> None:
    values = {
        (feed, row.field, row.reason) for feed, told in week_1.items() for row in told.refused if row.scope == "value"
    }
    assert values == {
        ("harbour", "price_minor", "price_unreadable"),
        ("hanok", "price_minor", "price_unreadable"),
        ("elbe", "price_minor", "price_unreadable"),
        ("hanok", "abv_pct", "abv_out_of_range"),
        ("elbe", "abv_pct", "abv_out_of_range"),
        ("elbe", "abv_pct", "abv_is_date"),
        ("minato", "abv_pct", "abv_is_date"),
    }


@pytest.mark.parametrize("week", [1, 2, 4])
def test_prices_stock_and_names_are_read_as_the_shop_means_them(week: int) -> None:
    meant = listings_by_id(week)
    spoiled = {"price_from", "price_zero", "price_on_request"}
    for feed, told in read_week(WHOLE, week).items():
        for item in told.items:
            listing = meant[feed, item.source_id]
            if spoiled & set(listing.traps):
                assert item.price_minor in {None, 4450}, listing.code
            else:
                assert item.price_minor == listing.price_minor, listing.code
            assert item.available == (listing.stock == "yes"), listing.code
            assert item.name.startswith(listing.title), listing.code
            assert item.producer == (listing.producer or None), listing.code
            assert (item.gtin_text or "0").lstrip("0") in {"", listing.gtin.lstrip("0")}, listing.code


def test_every_bottle_has_a_size_and_every_plain_bottle_a_strength(week_1: dict[str, Told]) -> None:
    meant = listings_by_id(1)
    for feed, told in week_1.items():
        for item in told.items:
            listing = meant[feed, item.source_id]
            assert (item.volume_ml is not None) == bool(listing.size), listing.code
            spoiled = {"abv_missing", "abv_date", "abv_absurd"} & set(listing.traps)
            assert (item.abv_pct is None) == (bool(spoiled) or not listing.abv), listing.code


def test_packs_are_read_as_containers_sold_together(week_1: dict[str, Told]) -> None:
    packs = {(feed, item.source_id): item for feed, told in week_1.items() for item in told.items}
    for key, listing in listings_by_id(1).items():
        if {"multipack", "bundle"} & set(listing.traps):
            assert packs[key].pack_count in {2, 3, 4}, listing.code
    assert {item.pack_count for key, item in packs.items() if key[1] == "04519"} == {3}


def test_pages_in_other_encodings_are_read_right(week_1: dict[str, Told]) -> None:
    names = {item.source_id: item for item in week_1["hanok"].items}
    assert names["10010"].name == "아드벡 10년 700ml"
    assert names["10350"].name == "맥캘란 12년 더블 캐스크 700ml"
    assert b"\xb8\xc6\xc4\xb6\xb6\xf5" in answer(WHOLE, 1, "hanok.sample", "/product/10350").body


def test_hanoks_own_function_splits_country_and_region(week_1: dict[str, Told]) -> None:
    item = next(item for item in week_1["hanok"].items if item.source_id == "10010")
    assert (item.country, item.region) == ("스코틀랜드", "아일라")
    gift_card = next(item for item in week_1["hanok"].items if item.source_id == "14269")
    assert (gift_card.country, gift_card.region) == ("대한민국", None)


def test_products_beside_a_product_are_not_read_as_it(week_1: dict[str, Told]) -> None:
    assert not [item.name for item in week_1["hanok"].items if "나두라" in item.name or "30년" in item.name]


def test_every_category_a_shop_prints_is_known_to_its_feed(week_1: dict[str, Told]) -> None:
    sources = sample_sources()
    for feed, told in week_1.items():
        known = set(sources.get(feed).kinds.by_category)
        assert {fold_category(item.category) for item in told.items if item.category} <= known, feed


def test_a_category_never_contradicts_the_truth_but_where_the_name_must_decide(week_1: dict[str, Told]) -> None:
    sources = sample_sources()
    truth = {(row.id_space, row.source_id): row.kind for row in WHOLE.truth(1)}
    for feed, told in week_1.items():
        kinds = sources.get(feed).kinds.by_category
        for item in told.items:
            assert kinds[fold_category(item.category or "")] in {truth[feed, item.source_id], "by_name"}, item.name
    by_name = [item for item in week_1["elbe"].items if item.category == "Geschenke"]
    assert {truth["elbe", item.source_id] for item in by_name} == {"whisky", "other"}


def test_a_price_list_states_its_day_in_name_or_title_and_its_feed_takes_it() -> None:
    sources = sample_sources()
    days = {1: 5, 2: 12, 4: 26}
    for week, day in days.items():
        for feed, editions in WHOLE.files(week).items():
            for name, body in editions:
                assert takes_file(sources.get(feed), name)
                assert stated_as_of(sources.get(feed), name, body, datetime(2026, 12, 1, tzinfo=UTC)) == datetime(
                    2026, 1, day, tzinfo=UTC
                )


def test_the_workbook_lies_about_its_size_and_keeps_no_trace_of_the_machine() -> None:
    ((_, body),) = WHOLE.files(1)["minato"]
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        assert {member.date_time for member in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b'<dimension ref="A1"' in book.read("xl/worksheets/sheet1.xml")
        core = book.read("docProps/core.xml")
    assert core.count(b"2026-01-05T09:00:00Z") == 2


def test_elbe_is_cp1252_and_not_utf_8() -> None:
    for world in (WHOLE, CUT):
        ((_, body),) = world.files(1)["elbe"]
        with pytest.raises(UnicodeDecodeError):
            body.decode("utf-8")
        assert "Whiskylikör" in body.decode("cp1252")


def test_harbour_shows_one_product_twice_across_its_pages() -> None:
    pages = [
        json.loads(answer(WHOLE, 1, "harbour.sample", f"/products.json?limit=50&page={number}").body)["products"]
        for number in (1, 2, 3)
    ]
    assert len(pages[0]) == 50
    assert pages[1][0]["id"] == pages[0][0]["id"]
    assert pages[2] == []


@pytest.mark.parametrize(
    ("query", "count"), [("", 30), ("?limit=999", 97), ("?limit=0&page=x", 30), ("?limit=10&page=2", 10)]
)
def test_harbours_limit_and_page_are_read_as_shopify_reads_them(query: str, count: int) -> None:
    found = answer(WHOLE, 1, "harbour.sample", f"/products.json{query}")
    assert len(json.loads(found.body)["products"]) == count


def test_the_product_page_that_harbour_names_exists() -> None:
    product = json.loads(answer(WHOLE, 1, "harbour.sample", "/products.json").body)["products"][0]
    assert answer(WHOLE, 1, "harbour.sample", f"/products/{product['handle']}").status == 200
    assert answer(WHOLE, 1, "harbour.sample", "/products/none").status == 404


def test_the_sitemap_lists_each_page_that_answers_200_and_two_that_are_no_products() -> None:
    text = answer(WHOLE, 2, "hanok.sample", "/sitemap.xml").body.decode()
    for listing in WHOLE.listings(2):
        if listing.feed == "hanok":
            path = f"/product/{listing.source_id}"
            status = answer(WHOLE, 2, "hanok.sample", path).status
            assert (f"<loc>http://hanok.sample{path}</loc>" in text) == (status == 200), listing.code
            assert status == {"live": 200, "error": 200, "absent": 404, "gone": 410}[listing.shelf]
    assert "/about</loc>" in text


def test_a_page_says_since_when_it_reads_so() -> None:
    old = answer(WHOLE, 5, "hanok.sample", "/product/10350")
    back = answer(WHOLE, 5, "hanok.sample", "/product/10460")
    assert back.last_modified == datetime(2026, 2, 2, 9, tzinfo=UTC)
    assert old.last_modified is not None
    assert old.last_modified < back.last_modified


def test_first_documents_are_one_a_feed() -> None:
    assert sorted(feed for feed, _ in documents(WHOLE, 1)) == sorted(FEEDS)
    assert hashlib.sha256(WHOLE.files(1)["elbe"][0][1]) != hashlib.sha256(WHOLE.files(2)["elbe"][0][1])
