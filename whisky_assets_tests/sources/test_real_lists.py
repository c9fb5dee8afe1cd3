"""The real price lists, read by the shipped feeds: right to the row."""

from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from whisky_assets.sources.document import RawDocument, Reading
from whisky_assets.sources.reading import read_document, stated_as_of, takes_file
from whisky_assets.sources.registry import SHIPPED_FEEDS, load_sources
from whisky_assets.sources.staging import DocumentStamp, sightings_of

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


FEEDS = load_sources([SHIPPED_FEEDS], "real")


@cache
def read(shared_data: Path, feed: str, file_name: str) -> Reading:
    path = shared_data / "data" / "price_lists" / feed / file_name
    source, body = FEEDS.get(feed), path.read_bytes()
    assert takes_file(source, file_name)
    reading = read_document(
        source,
        RawDocument(
            url=f"file:{file_name}",
            role="file",
            media_type="",
            charset=None,
            body=body,
            fetched_at=NOW,
            as_of=stated_as_of(source, file_name, body, NOW),
        ),
    )
    stamp = DocumentStamp(document=f"file:{file_name}", as_of=reading.as_of, input_digest="a" * 64, maker_version="1")
    rows = sightings_of(source, reading, stamp)
    assert len(rows) == reading.rows_read, [refused.message for refused in reading.refused[:3]]
    assert (reading.refused, reading.notes) == ((), ())
    return reading


def test_alko_has_11117_rows_of_which_605_are_whiskies(shared_data: Path) -> None:
    reading = read(shared_data, "alko", "alkon-hinnasto-2025-07.xlsx")

    whiskies = [item for item in reading.items if item.category == "viskit"]
    assert (reading.rows_read, len(whiskies)) == (11_117, 605)
    assert reading.as_of == datetime(2025, 7, 7, tzinfo=UTC)
    assert sum(item.source_id.startswith("0") for item in reading.items) == 337
    assert sum(item.gtin_text is None for item in whiskies) == 1
    assert sum(item.source_id.startswith("0") for item in whiskies) == 34
    assert all(item.abv_pct and item.volume_ml and item.price_minor for item in whiskies)


def test_bc_liquor_has_6144_rows_of_which_453_are_whiskies_and_26_gift_packs(shared_data: Path) -> None:
    reading = read(shared_data, "bc_liquor", "price-list-2015.csv")

    kinds = Counter(FEEDS.get("bc_liquor").kinds.of(item.category) for item in reading.items)
    assert reading.rows_read == 6_144
    assert (kinds["whisky"], kinds["by_name"], kinds[None]) == (453, 26, 0)
    assert {item.id_space for item in reading.items} == {"bc"}


def test_lcbo_has_664_rows(shared_data: Path) -> None:
    reading = read(shared_data, "lcbo", "whisky-2019.csv")

    assert (reading.rows_read, len({item.source_id for item in reading.items})) == (664, 664)
    assert sum((item.abv_pct or 0) < 39.5 for item in reading.items) == 22


@pytest.mark.parametrize(
    ("month", "rows", "lcbo", "saq", "sold_out"),
    [("2018-12", 1_296, 696, 600, 59), ("2019-01", 1_297, 697, 600, 49), ("2019-09", 1_408, 808, 600, 0)],
)
def test_the_dated_lists_hold_two_sellers(
    shared_data: Path, month: str, rows: int, lcbo: int, saq: int, sold_out: int
) -> None:
    reading = read(shared_data, "saq_lcbo_lists", f"{month}.csv")

    sellers = Counter((item.id_space, item.seller) for item in reading.items)
    assert reading.rows_read == rows
    assert sellers == {("lcbo", "LCBO"): lcbo, ("saq", "SAQ"): saq}
    assert reading.as_of.strftime("%Y-%m-%d") == f"{month}-01"
    assert sum(item.available is False for item in reading.items) == sold_out
    assert all(item.abv_pct and item.volume_ml and item.price_minor for item in reading.items)
    assert not [item.name for item in reading.items if "\n" in item.name or "\u00a0" in item.name]


def test_lcbos_numbers_are_one_id_space_over_both_feeds(shared_data: Path) -> None:
    own = {item.source_id for item in read(shared_data, "lcbo", "whisky-2019.csv").items}
    dated = [
        {
            item.source_id
            for item in read(shared_data, "saq_lcbo_lists", f"{month}.csv").items
            if item.id_space == "lcbo"
        }
        for month in ("2018-12", "2019-01", "2019-09")
    ]

    assert [len(own & numbers) for numbers in dated] == [557, 558, 643]
    assert len(own & set().union(*dated)) == 661


def test_every_category_of_the_real_lists_is_declared(shared_data: Path) -> None:
    for feed, file_name in (
        ("alko", "alkon-hinnasto-2025-07.xlsx"),
        ("bc_liquor", "price-list-2015.csv"),
        ("lcbo", "whisky-2019.csv"),
        ("saq_lcbo_lists", "2019-09.csv"),
    ):
        items = read(shared_data, feed, file_name).items
        unknown = {item.category for item in items if FEEDS.get(feed).kinds.of(item.category) is None}
        assert unknown <= ({None} if feed == "alko" else set())
