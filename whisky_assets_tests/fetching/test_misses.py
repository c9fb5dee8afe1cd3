"""What is missing and what is gone: pages by misses over weeks, whole sites never, and what a person accepts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from whisky_assets.domain.errors import ExitCode
from whisky_assets.fetching.plan import CrawlReport
from whisky_assets_tests.fetching.clocks import MONDAY
from whisky_assets_tests.fetching.crawling import SHOP, Shop, make_all_due, week
from whisky_assets_tests.fetching.servers import plain

GONE = plain(b"no such page", status=404)


def test_a_page_is_gone_after_three_weekly_misses_and_returns_with_its_index(shop: Shop) -> None:
    shop.sell(10)
    week(shop, 1)
    shop.server.routes["/p/3"] = GONE
    shop.list_pages([number for number in range(10) if number != 3])
    seen = []
    for number in (2, 3, 4):
        report = week(shop, number)
        seen.append((shop.states()["/p/3"], report.missing, report.gone))
    assert seen == [("missing", 1, 0), ("missing", 1, 0), ("gone", 1, 1)]
    assert shop.entry("/p/3").good_at == MONDAY
    assert shop.asked().count("/p/3") == 4
    week(shop, 5)
    assert shop.asked().count("/p/3") == 0
    shop.sell(10)
    report = week(shop, 6)
    assert shop.states()["/p/3"] == "live"
    assert (report.unchanged, report.fetched) == (10, 1)  # the index is new, the page's bytes are not
    assert shop.entry("/p/3").first_seen == MONDAY


def test_runs_on_one_day_count_one_miss(shop: Shop) -> None:
    shop.sell(10)
    week(shop, 1)
    shop.server.routes["/p/3"] = GONE
    for _run in range(4):
        make_all_due(shop)
        week(shop, 2)
    assert shop.states()["/p/3"] == "missing"
    assert len(shop.entry("/p/3").misses) == 1


def test_a_withdrawn_page_is_gone_after_two(shop: Shop) -> None:
    shop.sell(10)
    week(shop, 1)
    shop.server.routes["/p/3"] = plain(b"", status=410)
    week(shop, 2)
    assert shop.states()["/p/3"] == "missing"
    week(shop, 3)
    assert shop.states()["/p/3"] == "gone"


@pytest.mark.parametrize("status", [500, 502, 401, 403, 429, 503, 400, 999, 204])
def test_no_other_status_is_a_miss(shop: Shop, status: int) -> None:
    shop.sell(10)
    week(shop, 1)
    shop.server.routes["/p/3"] = plain(b"", status=status)
    for number in (2, 3, 4, 5):
        week(shop, number)
        with shop.database.transaction() as connection:
            connection.execute("DELETE FROM deferrals")
    assert shop.states()["/p/3"] == "live"
    assert shop.entry("/p/3").misses == ()
    assert shop.entry("/p/3").good_at == MONDAY


def test_a_site_that_loses_everything_loses_nothing(shop: Shop) -> None:
    shop.sell(20)
    week(shop, 1)
    for number in range(20):
        shop.server.routes[f"/p/{number}"] = GONE
    for number in (2, 3, 4, 5):
        report = week(shop, number)
        assert (report.stopped, report.complete, report.missing, report.gone) == ("mass_loss", False, 0, 0)
        assert any(problem.code == ExitCode.DECISION for problem in report.problems)
        assert report.pending >= 20
    assert set(shop.states().values()) == {"live"}


def test_a_stop_by_loss_leaves_earlier_misses_alone(shop: Shop) -> None:
    shop.sell(20)
    week(shop, 1)
    shop.server.routes["/p/3"] = GONE
    week(shop, 2)
    for number in range(20):
        shop.server.routes[f"/p/{number}"] = GONE
    week(shop, 3)
    assert [path for path, state in shop.states().items() if state != "live"] == ["/p/3"]
    assert len(shop.entry("/p/3").misses) == 1


def test_losses_of_a_run_that_was_cut_off_count_in_the_next(shop: Shop) -> None:
    shop.sell(20)
    week(shop, 1)
    for number in range(6):
        shop.server.routes[f"/p/{number}"] = GONE
    everything = shop.limits
    reports: list[CrawlReport] = []
    while len(reports) < 20 and not (reports and reports[-1].stopped == "mass_loss"):
        shop.limits = replace(everything, max_requests=2)
        reports.append(week(shop, 2))
    assert reports[-1].stopped == "mass_loss"
    assert sum(report.missing for report in reports) == 4
    assert set(shop.states().values()) == {"live"}


def test_a_person_can_accept_a_loss(shop: Shop) -> None:
    shop.sell(20)
    week(shop, 1)
    for number in range(10):
        shop.server.routes[f"/p/{number}"] = GONE
    shop.limits = replace(shop.limits, accept_loss=True)
    reports = [week(shop, number) for number in (2, 3, 4)]
    assert [report.missing for report in reports] == [10, 10, 10]
    assert reports[-1].gone == 10


def test_many_pages_that_would_be_gone_at_once_stay_missing_until_a_person_decides(shop: Shop) -> None:
    shop.sell(20)
    week(shop, 1)
    for number in range(10):
        shop.server.routes[f"/p/{number}"] = GONE
    accepting = replace(shop.limits, accept_loss=True)
    asking, shop.limits = shop.limits, accepting
    week(shop, 2)
    week(shop, 3)
    shop.limits = asking
    report = week(shop, 4)
    assert report.gone == 0
    (asked,) = (problem for problem in report.problems if problem.code == ExitCode.DECISION)
    assert asked.remedy.endswith("whisky run --feed hanok --accept-loss")
    assert list(shop.states().values()).count("missing") == 10


def test_an_error_page_is_a_miss_and_the_last_good_page_stays(shop: Shop) -> None:
    shop.sell(10)
    shop.is_error_page = lambda page: b"does not exist" in page.body
    week(shop, 1)
    shop.server.routes["/p/3"] = plain(b"This page does not exist. Our bestsellers: ...")
    report = week(shop, 2)
    assert (report.missing, shop.states()["/p/3"]) == (1, "missing")
    assert shop.entry("/p/3").reason == "soft_404"
    assert shop.stored().count("/p/3") == 1


@pytest.mark.parametrize("door", ["/", "/sitemap.xml"])
def test_a_page_that_redirects_to_a_door_is_a_miss(shop: Shop, door: str) -> None:
    shop.sell(10)
    shop.server.routes["/"] = plain(b"welcome")
    week(shop, 1)
    shop.server.routes["/p/3"] = plain(b"", status=302, headers={"Location": door})
    assert week(shop, 2).missing == 1
    assert shop.entry("/p/3").reason == "soft_404"


def test_a_page_that_moved_is_no_miss(shop: Shop) -> None:
    shop.sell(10)
    week(shop, 1)
    shop.server.routes["/p/3"] = plain(b"", status=301, headers={"Location": "/new/3"})
    shop.server.routes["/new/3"] = plain(b"product 3 at its new place")
    report = week(shop, 2)
    assert (report.missing, report.fetched) == (0, 1)
    assert shop.entry("/p/3").moved_to == f"{SHOP}/new/3"
