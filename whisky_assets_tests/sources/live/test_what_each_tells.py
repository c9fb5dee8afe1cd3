"""What each live feed's rows say, from the API's answer to the offer; and what only one of these APIs does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from whisky_assets.domain.errors import FetchError
from whisky_assets_tests.sources.feeds_for_tests import read_shop_page
from whisky_assets_tests.sources.live.conftest import OpenFeed
from whisky_assets_tests.sources.live.lab import Asked, LiveFeed, Reply, as_json, live_feed
from whisky_assets_tests.sources.live.protocols import PROTOCOLS, SECRET
from whisky_assets_tests.sources.test_shop_feeds import FEEDS

NO_BOTTLINGS = ("whiskyhunter", "whiskyhunter_auctions", "wikidata")
SHARED = Path(os.environ.get("WHISKY_SHARED", Path(__file__).parents[4] / "shared"))
REAL_DISTILLERIES = SHARED / "data" / "api" / "whiskyhunter-distilleries_info-2021.json"

WIKIPEDIA = """<!doctype html><html><body><table class="infobox"><tr><th>Type</th></tr><tr><td>Whisky</td></tr></table>
<table class="wikitable sortable"><tbody><tr><th>Distillery</th><th>Location</th><th>Region</th><th>Owner</th></tr>
{rows}</tbody></table></body></html>"""
WIKI_ROW = """<tr><td><a href="/wiki/{name}">{name}</a><sup class="reference">[{number}]</sup></td><td>Nowhere</td>
<td>Islay</td><td>Nobody</td></tr>"""


def whiskies_of(feed: LiveFeed) -> list[str]:
    return [row.name for row in feed.house.workspace.current_rows("core/whiskies")]


@pytest.mark.parametrize("name", NO_BOTTLINGS)
def test_what_names_no_bottling_is_kept_as_other_goods_and_mints_no_key(name: str, opened: OpenFeed) -> None:
    feed = opened(name)
    feed.ingest()
    offers = feed.offers()

    assert {offer.kind for offer in offers.values()} == {"other"}
    assert len(offers) == 3
    assert whiskies_of(feed) == []


def test_open_food_facts_tells_name_brand_strength_size_barcode_and_licence(opened: OpenFeed) -> None:
    feed = opened("open_food_facts")
    feed.ingest()
    offer = feed.offers()["5010494195286"]

    assert (offer.kind, offer.abv_pct, offer.volume_ml, offer.gtin14) == ("whisky", 46.0, 700, "05010494195286")
    assert (offer.name, offer.producer, offer.licence) == ("Ardbeg 10 Years Old", "Ardbeg", "open_food_facts")
    assert whiskies_of(feed)


def test_open_food_facts_keeps_a_size_or_strength_that_nobody_can_read_out_and_the_row_in(opened: OpenFeed) -> None:
    protocol = PROTOCOLS["open_food_facts"]
    feed = opened("open_food_facts", [protocol.row(1) | {"quantity": "one bottle", "nutriments": {"alcohol": 460}}])
    feed.ingest()

    assert feed.listings()["5010494195286"].volume_ml is None
    assert {(row.field, row.scope) for row in feed.quarantine()} == {("volume_ml", "value"), ("abv_pct", "value")}


def test_vinmonopolet_tells_all_of_a_bottle_in_its_shop_s_own_numbers(opened: OpenFeed) -> None:
    feed = opened("vinmonopolet_api", [PROTOCOLS["vinmonopolet_api"].row(1), wine()])
    feed.ingest()
    offers = feed.offers()
    offer = offers["12100"]

    assert (offer.id_space, offer.name, offer.abv_pct, offer.volume_ml) == (
        "vinmonopolet",
        "Ardbeg 10 Years Old",
        46.0,
        700,
    )
    assert (offer.price_minor, offer.currency, offer.gtin14) == (69_990, "NOK", "05010494195286")
    assert (offer.kind, offers["9001"].kind) == ("whisky", "other")


def wine() -> dict[str, object]:
    row = PROTOCOLS["vinmonopolet_api"].row(2)
    row["basic"] |= {"productId": "9001", "productLongName": "Ch. Nowhere", "alcoholContent": 13.00, "volume": 0.75}
    return row | {"classification": {"mainProductTypeName": "Rødvin", "subProductTypeName": ""}}


def test_korea_s_registry_tells_the_name_in_korean_with_strength_and_size(opened: OpenFeed) -> None:
    feed = opened("food_safety_kr", 3)
    feed.ingest()
    offer = feed.offers()["20260011"]

    assert (offer.kind, offer.abv_pct, offer.volume_ml, offer.producer) == ("whisky", 46.0, 700, "노웨어 증류소")
    assert [asked.path.split("/json/")[1].split("/PRD")[0] for asked in feed.asked] == ["1/2", "3/4"]
    assert {asked.path.split("/")[2] for asked in feed.asked} <= {SECRET.split("/")[0]}


@pytest.mark.parametrize(("code", "words"), [("INFO-300", "INFO-300"), ("ERROR-500", "ERROR-500")])
def test_korea_s_registry_s_error_in_an_answer_of_status_200_is_told_and_no_miss(
    code: str, words: str, opened: OpenFeed
) -> None:
    feed = opened("food_safety_kr")
    feed.ingest()
    for _week in range(4):
        feed.next_week()
        feed.answer = lambda _asked: as_json({"I1250": {"RESULT": {"CODE": code, "MSG": "유효 호출건수를 초과"}}})
        collected, _ = feed.ingest()
        assert any(words in problem.message for problem in collected.problems)
        assert collected.counts["missing"] == 0
    assert {row.page_state for row in feed.listings().values()} == {"live"}


def test_korea_s_registry_s_alert_in_html_is_no_answer_and_is_told(opened: OpenFeed) -> None:
    feed = opened("food_safety_kr")
    script = "<script type='text/javascript'>alert('인증키가 유효하지 않습니다.');history.back();</script>"
    feed.answer = lambda _asked: Reply(script.encode(), 200, {"Content-Type": "text/html; charset=utf-8"})
    with pytest.raises(FetchError, match="is no JSON"):
        feed.ingest()


def test_cola_cloud_tells_labels_that_were_approved_with_brand_and_class(opened: OpenFeed) -> None:
    feed = opened("cola_cloud")
    feed.ingest()
    offer = feed.offers()["26001001000001"]

    assert (offer.id_space, offer.kind) == ("ttb_cola", "whisky")
    assert offer.name.casefold() == "nowhere creek batch 1 kentucky straight bourbon whiskey"


def test_wikidata_keeps_the_names_in_three_languages_and_the_year(opened: OpenFeed) -> None:
    feed = opened("wikidata")
    feed.ingest()
    row = feed.listings()["Q900001"]

    assert (row.name, row.country) == ("Glen Nowhere 1", "United Kingdom")
    assert row.details == '{"founded":"1815","name_ja":"グレン・ノーウェア","name_ko":"글렌 노웨어"}'


def test_wikidata_is_not_asked_where_its_robots_say_no_and_the_feed_says_so(opened: OpenFeed) -> None:
    feed = opened("wikidata")
    feed.robots = "User-agent: *\nDisallow: /sparql\n"
    with pytest.raises(FetchError, match="robots"):
        feed.ingest()
    assert feed.asked == []


def test_a_query_that_wikidata_ends_in_the_middle_of_its_answer_changes_no_row(opened: OpenFeed) -> None:
    feed = opened("wikidata")
    feed.ingest()
    feed.next_week()
    cut = b'{"results": {"bindings": [{"item": {"type": "uri"\njava.util.concurrent.TimeoutException\n\tat com.bigdata'
    feed.answer = lambda _asked: Reply(cut)
    _, staged = feed.ingest()

    assert any("broken_json" in problem.message for problem in staged.problems)
    assert len(feed.listings()) == 3


def test_wikipedia_s_list_gives_a_row_a_distillery_without_footnotes_and_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("Ardbeg", "Glen Nowhere", "Nowhere Bay")
    rows = "".join(WIKI_ROW.format(name=name, number=number) for number, name in enumerate(names))
    page = WIKIPEDIA.format(rows=rows + '<tr><td colspan="4">Closed</td></tr><tr><td>Half</td></tr>').encode()
    html = {"Content-Type": "text/html; charset=UTF-8"}
    with live_feed("wikipedia", tmp_path / "home", monkeypatch, lambda _asked: Reply(page, 200, html)) as feed:
        feed.ingest()
        offers = feed.offers()
        assert sorted(offers) == sorted(names)
        assert {(offer.kind, offer.region, offer.licence) for offer in offers.values()} == {
            ("other", "Islay", "wikipedia")
        }
        assert whiskies_of(feed) == []
        assert [row.scope for row in feed.quarantine()] == ["row"]


@pytest.mark.parametrize("name", ["open_food_facts", "cola_cloud"])
def test_at_most_ten_searches_leave_in_any_minute_by_the_feed_s_own_pace(name: str, opened: OpenFeed) -> None:
    feed = opened(name, 59, keeps_pace=True)
    feed.ingest()
    arrivals = [asked.at for asked in feed.asked]

    assert len(arrivals) == 30
    assert len(feed.listings()) == 59
    assert all(sum(begin <= at < begin + 60 for at in arrivals) <= 10 for begin in arrivals)


def test_open_food_facts_ends_where_its_search_can_go_no_further(opened: OpenFeed) -> None:
    feed = opened("open_food_facts", 6)
    good = feed.answer

    def limited(asked: Asked) -> Reply:
        if int(asked.query["page"]) > 2:
            return as_json({"detail": [{"msg": "Maximum number of returned results is 10 000"}]}, 422)
        return good(asked)

    feed.answer = limited
    collected, _ = feed.ingest()

    assert len(feed.listings()) == 4
    assert (collected.counts["fetched"], collected.counts["refused"]) == (2, 1)


@pytest.mark.skipif(not REAL_DISTILLERIES.exists(), reason="the shared real answers are not on this machine")
def test_whiskyhunter_s_real_answer_of_2021_gives_each_distillery_once() -> None:
    reading = read_shop_page(FEEDS.get("whiskyhunter"), REAL_DISTILLERIES.read_bytes())

    assert (reading.rows_read, len(reading.items)) == (274, 267)
    assert {row.reason for row in reading.refused} == {"duplicate_id"}
    assert {item.country for item in reading.items} >= {"Scotland", "Japan"}
    assert all("whiskybase" not in str(item) for item in reading.items)
