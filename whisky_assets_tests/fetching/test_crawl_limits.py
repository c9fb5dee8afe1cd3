"""How far one run goes: requests, minutes, the pace of a host, origins, and the caps that end a maze."""

from __future__ import annotations

from asyncio import StreamWriter
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.records import Page
from whisky_assets.fetching.pace import HOUR_SECONDS
from whisky_assets.fetching.plan import CrawlLimits, CrawlPlan, Start
from whisky_assets.fetching.transport import Answer, GuardedTransport
from whisky_assets_tests.fetching.clocks import Hands
from whisky_assets_tests.fetching.crawling import MAP, SHOP, Shop, week
from whisky_assets_tests.fetching.servers import Request, Server, message, plain

OTHER = "http://other.sample"


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
