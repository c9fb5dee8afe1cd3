"""Open Food Facts' product pages: found by its search, asked at their own pace, told in the search's numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from whisky_assets.domain.errors import ExitCode
from whisky_assets_tests.sources.live.lab import HOST, PAGES_HOST, Asked, LiveFeed, Reply, as_json, live_feed
from whisky_assets_tests.sources.live.protocols import PROTOCOLS, Answer

NAME = "open_food_facts_products"
WORLD = "https://world.openfoodfacts.org"
PAGES = f"http://{PAGES_HOST}"
SEARCH = PROTOCOLS["open_food_facts"]
FORBIDDEN = "User-agent: *\nDisallow: /api\nDisallow: /cgi\n"
PERMISSION = f"""
[permission.{NAME}]
who = "Jo Doe, by the API's page"
when = 2026-01-05
scope = "products by number"
robots = "{PAGES}/api/v2/product/"
"""
CHANGES = (
    (f'"{WORLD}"]', f'"{PAGES}"]'),
    (f'address = "{WORLD}', f'address = "{PAGES}'),
    (f'form = "{WORLD}', f'form = "{PAGES}'),
    ("page_size=100", "page_size=2"),
    ("size = 100", "size = 2"),
)
KEPT_PACE = ('"world.openfoodfacts.org"', f'"{PAGES_HOST}"')
NO_PACE = ('paces = { "world.openfoodfacts.org" = 4.5 } # and 15 products\n', "")


def api(rows: int, gone: frozenset[str] = frozenset()) -> Answer:
    """Return the documented service: a search in pages, and a product by its number, which an unknown one has not."""
    told = [SEARCH.row(number) for number in range(1, rows + 1)]
    search = SEARCH.api(told)
    by_code = {row["code"]: row for row in told}

    def answer(asked: Asked) -> Reply:
        if asked.path == "/search":
            return search(asked)
        code = asked.path.removeprefix("/api/v2/product/")
        if code not in by_code or code in gone:
            return as_json({"code": code, "status": 0, "status_verbose": "product not found"}, 404)
        names = {"product_name_ko": "아드벡", "brands": "Ardbeg"}
        product = {**by_code[code], **names}
        return as_json({"code": code, "product": product, "status": 1, "status_verbose": "product found"})

    return answer


@contextmanager
def opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int, *, keeps_pace: bool = False
) -> Iterator[LiveFeed]:
    """Open the feed over so many products, its owner's permission written down."""
    pace = KEPT_PACE if keeps_pace else NO_PACE
    with live_feed(NAME, tmp_path / "home", monkeypatch, api(rows), *CHANGES, pace, keeps_pace=keeps_pace) as feed:
        feed.robots = FORBIDDEN
        feed.house.workspace.home.config_path.write_text(PERMISSION, encoding="utf-8")
        feed.house.workspace.read_anew()
        yield feed


def test_each_product_that_the_search_names_is_read_from_its_own_page_under_the_search_s_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path, monkeypatch, 5) as feed:
        feed.ingest()
        assert [asked.path for asked in feed.asked].count("/search") == 3
        assert sum(asked.path.startswith("/api/v2/product/") for asked in feed.asked) == 5
        row = feed.listings()["5010494195286"]
        assert (row.id_space, row.name, row.abv_pct, row.volume_ml) == (
            "open_food_facts",
            "Ardbeg 10 Years Old",
            46.0,
            700,
        )
        assert row.details == '{"name_ko":"아드벡"}'
        assert len(feed.listings()) == 5
        offer = feed.offers()["5010494195286"]
        assert (offer.licence, offer.gtin14) == ("open_food_facts", "05010494195286")


def test_searches_and_products_keep_a_pace_each_as_the_service_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path, monkeypatch, 59, keeps_pace=True) as feed:
        feed.ingest()
        searches = [asked.at for asked in feed.asked if asked.path == "/search"]
        products = [asked.at for asked in feed.asked if asked.path != "/search"]

    assert (len(searches), len(products)) == (30, 59)
    assert max(sum(begin <= at < begin + 60 for at in searches) for begin in searches) <= 10
    assert 10 < max(sum(begin <= at < begin + 60 for at in products) for begin in products) <= 15


def test_a_product_that_is_taken_away_is_a_miss_and_keeps_its_last_good_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path, monkeypatch, 12) as feed:
        feed.ingest()
        feed.next_week()
        feed.answer = api(12, frozenset({"5010494195286"}))
        collected, _ = feed.ingest()
        assert collected.counts["missing"] == 1
        assert feed.listings()["5010494195286"].name == "Ardbeg 10 Years Old"


@pytest.mark.parametrize("body", [{"code": "1", "status": 0}, {"code": "1", "status": 1, "product": {}, "x": 1}])
def test_an_answer_without_a_product_under_status_200_takes_no_row_away(
    body: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path, monkeypatch, 12) as feed:
        feed.ingest()
        feed.next_week()
        good = feed.answer
        feed.answer = lambda asked: as_json(body) if asked.path.endswith("5010494195286") else good(asked)
        feed.ingest()
        assert feed.listings()["5010494195286"].name == "Ardbeg 10 Years Old"


def test_too_many_requests_wait_as_the_service_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path, monkeypatch, 3) as feed:
        good = feed.answer
        busy = as_json({"error": "Too many requests"}, 429, Retry_After="90")
        feed.answer = lambda asked: good(asked) if asked.path == "/search" else busy
        collected, _ = feed.ingest()
        assert sum(asked.path != "/search" for asked in feed.asked) == 1
        assert any(problem.code is ExitCode.PARTLY for problem in collected.problems)
        feed.answer = good
        feed.hands.wall += 91
        feed.ingest()
        assert len(feed.listings()) == 3


def test_a_number_that_is_none_makes_no_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path, monkeypatch, 2) as feed:
        odd = [SEARCH.row(1), {"code": "../../cgi/login"}, {"code": ""}, "x"]
        good = feed.answer
        feed.answer = lambda asked: SEARCH.api(odd)(asked) if asked.path == "/search" else good(asked)
        feed.ingest()
        assert [asked.path for asked in feed.asked if asked.path != "/search"] == ["/api/v2/product/5010494195286"]
    assert HOST != PAGES_HOST
