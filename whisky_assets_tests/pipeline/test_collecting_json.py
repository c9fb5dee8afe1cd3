"""From an API's feed and its served answers to listings: pages are followed, cuts seen, a bot wall loses nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from whisky_assets_tests.fetching.servers import plain
from whisky_assets_tests.pipeline.served import SITE, ServedShop, served_shop
from whisky_assets_tests.sources.feeds_for_tests import PAGES_TOML

FIRST = "/api?size=2"
API = f"""start = ["{SITE}{FIRST}"]

[json]
items = "bottles"
total = "count"
page = "page"
size = 2

[kinds]
default = "whisky"
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServedShop]:
    """A shop whose API is the feed, and tells when a product is gone."""
    preset = ('preset = "product_pages"', 'preset = "json_api"\ncomplete = true')
    rest = (PAGES_TOML[PAGES_TOML.index("start = [") :], API)
    with served_shop(tmp_path / "home", monkeypatch, preset, rest) as opened:
        yield opened


def address(page: int) -> str:
    return FIRST if page == 1 else f"{FIRST}&page={page}"


def answer(shop: ServedShop, *numbers: int, total: int | None = None) -> None:
    """Serve the list of these products, two a page, and empty pages behind it."""
    stated = len(numbers) if total is None else total
    for page in range(1, 5):
        shown = numbers[(page - 1) * 2 : page * 2]
        bottles = [{"id": number, "name": f"Ardbeg {number}", "price": 50, "abv": "46%"} for number in shown]
        body = json.dumps({"bottles": bottles, "count": stated}).encode()
        shop.server.routes[address(page)] = plain(body, headers={"Content-Type": "application/json"})


def test_a_list_is_read_to_its_end_and_not_a_page_further(shop: ServedShop) -> None:
    answer(shop, 1, 2, 3, 4, 5)
    shop.week(1)
    assert sorted(shop.listings()) == ["1", "2", "3", "4", "5"]
    assert [target for target in shop.server.targets if target.startswith("/api")] == [
        address(1),
        address(2),
        address(3),
    ]
    assert len(shop.house.workspace.complete_crawls("shelf")) == 1


def test_a_list_that_ends_short_of_its_stated_total_makes_nothing_missing(shop: ServedShop) -> None:
    answer(shop, 1, 2, 3, 4)
    shop.week(1)
    answer(shop, 1, 2, 3, total=9)
    collected, _ = shop.week(2)
    assert len(shop.house.workspace.complete_crawls("shelf")) == 1
    assert any("states 9 products, 3 were found" in problem.message for problem in collected.problems)
    assert {row.page_state for row in shop.listings().values()} == {"live"}
    assert len(shop.listings()) == 4


def test_a_product_that_a_whole_list_no_longer_tells_is_missing(shop: ServedShop) -> None:
    answer(shop, 1, 2, 3)
    shop.week(1)
    answer(shop, 1, 2)
    shop.week(2)
    assert {number: row.page_state for number, row in shop.listings().items()}["3"] == "missing"


def test_a_bot_wall_under_a_page_s_address_loses_no_product_and_counts_as_refused(shop: ServedShop) -> None:
    answer(shop, 1, 2, 3)
    shop.week(1)
    for week in (2, 3, 4, 5):
        shop.server.routes[address(2)] = plain(b"<html><title>Are you a robot?</title></html>")
        collected, _ = shop.week(week)
        assert (collected.counts["refused"], collected.counts["missing"]) == (1, 0)
    assert len(shop.house.workspace.complete_crawls("shelf")) == 1
    assert {row.page_state for row in shop.listings().values()} == {"live"}
    assert len(shop.listings()) == 3
