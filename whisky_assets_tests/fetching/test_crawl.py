"""A crawl over weeks: what is fetched, what is left alone, what is missing and gone, and what budgets leave pending."""

from __future__ import annotations

import datetime as dt
import sqlite3
from asyncio import StreamWriter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from whisky_assets.domain.errors import ExitCode, InputRefusedError, OutOfReachError, UsageError
from whisky_assets.domain.records import Page
from whisky_assets.fetching.frontier import crawl_log, due, good_documents
from whisky_assets.fetching.pace import HOUR_SECONDS
from whisky_assets.fetching.plan import CrawlLimits, CrawlPlan, CrawlReport, Links, Start
from whisky_assets.fetching.transport import Answer, GuardedTransport
from whisky_assets_tests.fetching.clocks import MONDAY, WEEK, Hands
from whisky_assets_tests.fetching.crawling import MAP, SHOP, Shop
from whisky_assets_tests.fetching.servers import Request, Server, conditional, message, plain, raw

OTHER = "http://other.sample"
GONE = plain(b"no such page", status=404)


def week(shop: Shop, number: int) -> CrawlReport:
    shop.now = MONDAY + (number - 1) * WEEK
    return shop.crawl()


def make_all_due(shop: Shop) -> None:
    with shop.database.transaction() as connection:
        connection.execute("UPDATE frontier SET due_at = 0")


def test_a_first_run_stores_every_listed_page_once(shop: Shop) -> None:
    shop.sell(5)
    report = shop.crawl()
    assert (report.fetched, report.discovered, report.complete, report.stopped) == (6, 5, True, "")
    assert shop.stored() == [f"/p/{number}" for number in range(5)] + ["/sitemap.xml"]
    assert report.requests == 7  # robots.txt, the index, five pages
    assert set(shop.states().values()) == {"live"}


def test_nothing_is_asked_for_before_it_is_due(shop: Shop) -> None:
    shop.sell(3)
    shop.crawl()
    shop.asked()
    report = shop.crawl()
    assert (report.requests, report.fetched, report.complete) == (0, 0, True)
    assert shop.asked() == []


def test_a_week_later_only_changed_pages_are_stored_again(shop: Shop) -> None:
    shop.sell(4)
    shop.crawl()
    shop.server.routes["/p/2"] = plain(b"product 2, cheaper")
    report = week(shop, 2)
    assert (report.fetched, report.unchanged) == (1, 4)
    assert shop.stored().count("/p/2") == 2
    assert shop.entry("/p/1").state == "unchanged"
    assert shop.entry("/p/2").state == "fetched"


def test_the_good_documents_are_the_newest_bodies(shop: Shop) -> None:
    shop.sell(1)
    shop.crawl()
    shop.server.routes["/p/0"] = plain(b"dearer")
    week(shop, 2)
    week(shop, 3)
    with shop.database.reading() as connection:
        (product,) = [document for document in good_documents(connection, "hanok") if document.role == "page"]
    assert (product.url, product.fetched_at) == (f"{SHOP}/p/0", MONDAY + WEEK)
    assert (product.confirmed_at, product.page_state) == (MONDAY + 2 * WEEK, "live")


def test_a_conditional_request_spares_the_body(shop: Shop) -> None:
    shop.sell(1)
    shop.server.routes["/p/0"] = conditional(b"product", '"v1"')
    shop.crawl()
    shop.server.requests.clear()
    assert week(shop, 2).unchanged == 2
    (request,) = [request for request in shop.server.requests if request.target == "/p/0"]
    assert request.headers["if-none-match"] == '"v1"'


def test_the_same_bytes_under_a_new_etag_are_unchanged(shop: Shop) -> None:
    shop.sell(1)
    shop.server.routes["/p/0"] = conditional(b"product", '"v1"')
    shop.crawl()
    shop.server.routes["/p/0"] = conditional(b"product", '"v2"')
    assert week(shop, 2).fetched == 0
    assert shop.entry("/p/0").etag == '"v2"'


def test_the_same_bytes_are_neither_judged_nor_read_for_links_again(shop: Shop) -> None:
    shop.sell(3)
    week(shop, 1)
    read: list[str] = []

    def error_page(page: Page) -> bool:
        read.append(page.url)
        return False

    def links(page: Page) -> Links:
        read.append(page.url)
        return Links()

    shop.is_error_page, shop.find_links = error_page, links
    assert week(shop, 2).unchanged == 4
    assert read == [MAP]


def test_a_body_that_is_no_page_is_refused_by_its_reason_and_is_no_miss(shop: Shop) -> None:
    shop.sell(3)
    week(shop, 1)

    def no_page(page: Page) -> bool:
        if page.body.startswith(b"%PDF"):
            raise InputRefusedError("a PDF", reason="not_html")
        return False

    shop.is_error_page = no_page
    shop.server.routes["/p/1"] = plain(b"%PDF-1.4")
    report = week(shop, 2)
    assert (report.refused, report.missing) == (1, 0)
    entry = shop.entry("/p/1")
    assert (entry.state, entry.reason, entry.good_at, entry.misses) == ("refused", "not_html", MONDAY, ())
    assert shop.stored().count("/p/1") == 1


def test_a_lost_body_is_fetched_again_without_validators(shop: Shop) -> None:
    shop.sell(1)
    shop.server.routes["/p/0"] = conditional(b"product", '"v1"')
    shop.crawl()
    shop.has_body = lambda url, _fetched_at: not url.endswith("/p/0")
    report = week(shop, 2)
    assert (report.fetched, report.unchanged) == (1, 1)
    assert shop.stored().count("/p/0") == 2


def test_a_304_that_was_not_asked_for_is_asked_once_more_and_then_refused(shop: Shop) -> None:
    shop.sell(1)
    shop.server.routes["/p/0"] = raw(b"HTTP/1.1 304 Same\r\n\r\n")
    report = shop.crawl()
    assert (report.refused, shop.asked().count("/p/0")) == (1, 2)
    assert (shop.entry("/p/0").state, shop.entry("/p/0").reason) == ("refused", "malformed")


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


def test_requests_are_bounded_and_the_next_run_goes_on(shop: Shop) -> None:
    shop.sell(10)
    shop.limits = replace(shop.limits, max_requests=4)
    reports = [shop.crawl() for _run in range(4)]
    assert [report.stopped for report in reports] == ["max_requests", "max_requests", "", ""]
    assert [report.pending for report in reports] == [8, 4, 0, 0]
    assert [report.requests for report in reports] == [4, 4, 4, 0]
    assert not reports[0].complete
    assert reports[-1].complete
    assert shop.stored() == sorted([f"/p/{number}" for number in range(10)] + ["/sitemap.xml"])


def test_minutes_are_bounded(shop: Shop) -> None:
    hands = Hands()
    shop.sell(10)
    shop.machine = hands.clock()
    shop.plan = replace(shop.plan, pace_seconds=20)
    shop.limits = replace(shop.limits, max_minutes=1)
    report = shop.crawl()
    assert report.stopped == "pace"
    assert report.requests == 3
    assert report.pending == 8 + 1
    assert sum(hands.slept) <= 60


def test_a_site_of_which_nothing_is_declared_is_asked_every_two_seconds_and_sixty_times_an_hour(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands = Hands()
    asked: list[float] = []
    get = GuardedTransport.get

    def timed(*told: Any, **words: Any) -> Answer:
        asked.append(hands.wall)
        return get(*told, **words)

    monkeypatch.setattr(GuardedTransport, "get", timed)
    shop.sell(70)
    shop.machine = hands.clock()
    shop.plan = CrawlPlan(feed="hanok", start=(Start(url=MAP),), origins=(SHOP,))
    shop.limits = replace(shop.limits, max_minutes=None)
    assert shop.crawl().complete
    assert len(asked) == 72
    assert min(later - earlier for earlier, later in pairwise(asked)) >= 2.0
    assert all(later - earlier >= HOUR_SECONDS for earlier, later in zip(asked, asked[60:], strict=False))


def test_the_hours_requests_end_a_run_with_pages_pending(shop: Shop) -> None:
    hands = Hands()
    shop.sell(10)
    shop.machine = hands.clock()
    shop.plan = replace(shop.plan, per_hour=5)
    report = shop.crawl()
    assert (report.stopped, report.requests, report.pending) == ("pace", 5, 7)
    hands.wall += 3_600
    assert shop.crawl().requests == 5


def test_long_waits_flush_first(shop: Shop) -> None:
    hands = Hands()
    shop.sell(4)
    stored_before_sleep: list[int] = []

    def sleep(seconds: float) -> None:
        stored_before_sleep.append(len(shop.stored()))
        hands.sleep(seconds)

    shop.machine = replace(hands.clock(), sleep=sleep)
    shop.plan = replace(shop.plan, pace_seconds=40)
    shop.crawl()
    assert stored_before_sleep == [0, 1, 2, 3, 4]


def test_a_large_batch_is_acknowledged_at_once(shop: Shop) -> None:
    shop.sell(6)
    shop.limits = replace(shop.limits, flush_bytes=20)
    counts: list[int] = []

    def error_page(_page: Page) -> bool:
        counts.append(len(shop.stored()))
        return False

    shop.is_error_page = error_page
    shop.crawl()
    assert counts == [0, 1, 1, 1, 4, 4, 4]


def test_links_outside_the_origins_are_never_asked_for(shop: Shop, other_server: Server) -> None:
    shop.server.routes["/sitemap.xml"] = plain(
        b'<a href="http://other.sample/p/1"><a href="https://hanok.sample/p"><a href="javascript:x"><a href="p/0#top">'
    )
    shop.server.routes["/p/0"] = plain(b"product")
    report = shop.crawl()
    assert (report.fetched, report.complete) == (2, True)
    assert other_server.connections == 0
    assert shop.asked() == ["/robots.txt", "/sitemap.xml", "/p/0"]


def test_an_endless_calendar_ends_at_its_caps(shop: Shop) -> None:
    async def calendar(request: Request, writer: StreamWriter) -> None:
        number = int(request.target.rsplit("=", 1)[1])
        writer.write(message(f'<a href="/c?day={number + 1}"><a href="/c?day={number + 1000}">'.encode()))

    shop.server.routes["/sitemap.xml"] = plain(b'<a href="/c?day=1">')
    for day in range(5_000):
        shop.server.routes[f"/c?day={day}"] = calendar
    shop.plan = replace(shop.plan, max_pages=20, max_depth=50)
    report = shop.crawl()
    assert report.fetched == 20
    assert any("max_pages" in problem.remedy for problem in report.problems)
    shop.plan = replace(shop.plan, feed="hanok", max_pages=1_000, max_depth=3)
    assert shop.crawl().complete


def test_an_index_that_lists_a_part_is_not_complete_until_it_is_read_whole(shop: Shop) -> None:
    shop.sell(2)
    shop.server.routes["/sitemap.xml"] = conditional(b'part of the list <a href="/p/0">', '"v1"')
    assert not week(shop, 1).complete
    assert not week(shop, 1).complete
    assert not week(shop, 2).complete
    shop.server.routes["/sitemap.xml"] = conditional(b'<a href="/p/0"><a href="/p/1">', '"v2"')
    assert week(shop, 3).complete


@pytest.mark.parametrize("status", [500, 400, 403])
def test_a_feed_is_not_complete_while_a_page_of_it_has_no_answer(shop: Shop, status: int) -> None:
    shop.sell(4)
    shop.server.routes["/p/1"] = plain(b"", status=status)
    assert [shop.crawl().complete for _run in range(2)] == [False, False]
    shop.sell(4)
    assert week(shop, 2).complete


@pytest.mark.parametrize("status", [404, 500, 400])
def test_an_index_without_answer_makes_a_run_incomplete_and_is_named(shop: Shop, status: int) -> None:
    shop.sell(2)
    week(shop, 1)
    shop.server.routes["/sitemap.xml"] = plain(b"", status=status)
    report = week(shop, 2)
    assert not report.complete
    assert MAP in {problem.subject for problem in report.problems}
    assert report.unchanged == 2


def test_a_reader_that_fails_costs_its_links_and_nothing_else(shop: Shop) -> None:
    shop.sell(2)

    def broken(_page: Page) -> Links:
        raise InputRefusedError("no list here", reason="no_list")

    shop.find_links = broken
    report = shop.crawl()
    assert (report.fetched, report.complete) == (1, False)
    assert [problem.message for problem in report.problems] == ["no list here"]


def test_a_list_page_that_cannot_be_read_is_told_and_read_again_once_it_can(shop: Shop) -> None:
    shop.plan = replace(shop.plan, start=(Start(url=f"{SHOP}/list?page=1", role="page"),))
    shop.server.routes["/list?page=1"] = conditional(b'<a href="?page=2">', '"v1"')
    shop.server.routes["/list?page=2"] = plain(b"the end")

    def broken(_page: Page) -> Links:
        raise InputRefusedError("no list here", reason="no_list")

    reader, shop.find_links = shop.find_links, broken
    report = week(shop, 1)
    assert (report.fetched, report.complete) == (1, False)
    assert [problem.message for problem in report.problems] == ["no list here"]
    shop.find_links = reader
    report = week(shop, 2)
    assert (report.unchanged, report.fetched, report.complete) == (1, 1, True)


def test_a_link_that_is_no_address_is_left_out_and_the_rest_goes_on(shop: Shop) -> None:
    shop.sell(2)
    hostile = b'<a href="http://["><a href="//[::1"><a href="http://hanok.sample:x/"><a href="/p/0"><a href="/p/1">'
    shop.server.routes["/sitemap.xml"] = plain(hostile)
    report = shop.crawl()
    assert (report.fetched, report.complete) == (3, True)
    assert set(shop.states()) == {"/sitemap.xml", "/p/0", "/p/1"}


def test_a_redirect_to_no_address_is_refused_and_the_rest_goes_on(shop: Shop) -> None:
    shop.sell(2)
    shop.server.routes["/p/0"] = plain(b"", status=302, headers={"Location": "http://["})
    report = shop.crawl()
    assert (report.fetched, report.refused) == (2, 1)
    assert shop.entry("/p/0").reason == "bad_url"


def test_a_list_feed_walks_its_own_pages(shop: Shop) -> None:
    shop.plan = replace(shop.plan, start=(Start(url=f"{SHOP}/list?page=1", role="page"),))
    shop.server.routes["/list?page=1"] = plain(b'<a href="?page=2">')
    shop.server.routes["/list?page=2"] = plain(b'<a href="?page=3">')
    shop.server.routes["/list?page=3"] = plain(b"the end")
    assert shop.crawl().fetched == 3
    assert set(shop.states()) == {"/list?page=1", "/list?page=2", "/list?page=3"}


def test_a_dead_host_does_not_stop_the_other(shop: Shop, other_server: Server) -> None:
    shop.sell(3)
    other_server.routes["*"] = raw(b"", close=True)
    starts = tuple(Start(url=f"http://other.sample/{number}") for number in range(9))
    shop.plan = replace(shop.plan, start=(*starts, *shop.plan.start), origins=(SHOP, "http://other.sample"))
    report = shop.crawl()
    assert report.fetched == 4
    assert report.dead_hosts == ("other.sample",)
    assert report.pending == 9
    assert other_server.targets == ["/robots.txt"]


def test_a_host_that_dies_midway_is_left_alone(shop: Shop) -> None:
    shop.sell(12)
    for number in range(4, 12):
        shop.server.routes[f"/p/{number}"] = raw(b"", close=True)
    report = shop.crawl()
    assert report.dead_hosts == ("hanok.sample",)
    assert report.fetched == 5
    assert report.pending + report.failed == 8
    assert len(shop.asked()) < 25


def test_one_bad_page_does_not_kill_its_host(shop: Shop) -> None:
    shop.sell(6)
    shop.server.routes["/p/0"] = plain(b"", status=500)
    report = shop.crawl()
    assert (report.fetched, report.failed, report.dead_hosts) == (6, 1, ())
    assert shop.asked().count("/p/0") == 3
    assert (shop.entry("/p/0").state, shop.entry("/p/0").reason) == ("deferred", "status_500")
    with shop.database.reading() as connection:
        assert due(connection, "hanok", shop.now) == (f"{SHOP}/p/0",)


def test_a_host_that_refuses_us_again_and_again_is_left_alone(shop: Shop) -> None:
    shop.sell(12)
    for number in range(12):
        shop.server.routes[f"/p/{number}"] = plain(b"", status=403)
    report = shop.crawl()
    assert (report.refused, report.dead_hosts) == (3, ("hanok.sample",))
    assert report.requests == 5


def test_the_log_tells_every_crawl(shop: Shop) -> None:
    shop.sell(2)
    week(shop, 1)
    week(shop, 2)
    with shop.database.reading() as connection:
        rows = crawl_log(connection, "hanok")
        assert crawl_log(connection, "other") == ()
    assert [(row.run, row.started_at, row.complete) for row in rows] == [
        ("run-2", MONDAY + WEEK, True),
        ("run-1", MONDAY, True),
    ]
    assert rows[1].counts["fetched"] == 3
    assert rows[1].finished_at == MONDAY


def test_a_writer_that_fails_moves_nothing(shop: Shop) -> None:
    shop.sell(2)

    def full(_connection: sqlite3.Connection, _pages: Sequence[Page]) -> None:
        raise OutOfReachError("no space left")

    writer, shop.store_pages = shop.store_pages, full
    with pytest.raises(OutOfReachError):
        shop.crawl()
    shop.store_pages = writer
    with shop.database.reading() as connection:
        assert good_documents(connection, "hanok") == ()
        assert crawl_log(connection, "hanok")[0].finished_at is None
    assert shop.crawl().fetched == 3


def test_a_clock_that_stands_still_gives_two_bodies_two_keys(shop: Shop) -> None:
    shop.sell(1)
    shop.crawl()
    shop.server.routes["/p/0"] = plain(b"changed within the same second")
    make_all_due(shop)
    assert shop.crawl().fetched == 1
    assert shop.entry("/p/0").good_at == MONDAY + dt.timedelta(microseconds=1)


def test_a_new_reader_of_links_can_have_every_index_again(shop: Shop) -> None:
    shop.sell(3)
    shop.server.routes["/sitemap.xml"] = conditional(b'<a href="/p/0"><a href="/p/1">', '"v1"')
    reader, shop.find_links = shop.find_links, lambda _page: Links()
    assert shop.crawl().discovered == 0
    shop.find_links = reader
    assert shop.crawl().discovered == 0
    shop.limits = replace(shop.limits, reread_indexes=True)
    assert shop.crawl().discovered == 2


@pytest.mark.parametrize(
    "change",
    [
        {"start": ()},
        {"start": (Start(url="ftp://hanok.sample/"),)},
        {"start": (Start(url="http://elsewhere.sample/"),)},
        {"start": (Start(url=MAP, role="file"),)},
        {"origins": ("hanok.sample",)},
        {"pace_seconds": -1.0},
        {"per_hour": 0},
        {"jitter_share": 1.0},
        {"loss_share": 0.0},
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused_before_anything_is_asked(shop: Shop, change: dict[str, object]) -> None:
    shop.plan = CrawlPlan(**{**{name: getattr(shop.plan, name) for name in shop.plan.__slots__}, **change})
    with pytest.raises(UsageError, match="feed hanok"):
        shop.crawl()
    assert shop.server.connections == 0


def test_an_origin_that_is_no_longer_declared_is_left_alone(shop: Shop, other_server: Server) -> None:
    shop.sell(2)
    only_hanok = shop.plan
    shop.plan = replace(only_hanok, start=(*only_hanok.start, Start(url="http://other.sample/")), origins=(SHOP, OTHER))
    other_server.routes["/"] = plain(b"page")
    shop.crawl()
    other_server.requests.clear()
    shop.plan = only_hanok
    assert week(shop, 2).complete
    assert other_server.targets == []


def test_the_default_limits_are_a_time_box_of_twenty_minutes() -> None:
    limits = CrawlLimits()
    assert (limits.max_minutes, limits.max_requests) == (20.0, None)
    assert (limits.flush_bytes, limits.flush_seconds) == (16 * 1024 * 1024, 30.0)
