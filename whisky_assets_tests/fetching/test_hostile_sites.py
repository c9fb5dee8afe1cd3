"""A whole crawl against hostile sites: each trouble has its stated outcome, and the last good page stays."""

from __future__ import annotations

import tracemalloc
from asyncio import StreamWriter
from dataclasses import replace
from hashlib import sha256

import pytest

from whisky_assets.domain.records import Page
from whisky_assets.fetching.discovery import Book
from whisky_assets.fetching.plan import CrawlReport, Links, Start
from whisky_assets_tests.fetching.clocks import MONDAY, WEEK, Hands
from whisky_assets_tests.fetching.conftest import undeclared
from whisky_assets_tests.fetching.crawling import SHOP, Shop
from whisky_assets_tests.fetching.servers import Request, Route, Server, dripping, plain, raw

OTHER = "http://other.sample"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def redirect(to: str) -> Route:
    return plain(b"", status=302, headers={"Location": to})


def page_at(path: str) -> Page:
    return Page(
        feed="hanok", url=SHOP + path, fetched_at=MONDAY, role="page", status=200, media_type="text/html",
        body_sha256=sha256(b"").hexdigest(), body=b"",
    )  # fmt: skip


def second_week(shop: Shop, path: str, route: Route, *, pages: int = 10, deadline_seconds: float = 10) -> CrawlReport:
    """A good first week, then a second in which one path misbehaves."""
    shop.sell(pages)
    shop.crawl()
    shop.server.routes[path] = route
    shop.now = MONDAY + WEEK
    shop.server.requests.clear()
    shop.transport.limits = replace(shop.transport.limits, deadline_seconds=deadline_seconds)
    return shop.crawl()


def test_a_troubled_page_is_back_as_soon_as_it_answers(shop: Shop) -> None:
    second_week(shop, "/p/3", raw(OK + b"Content-Length: 50\r\n\r\nhalf", close=True))
    shop.server.routes["/p/3"] = plain(b"product 3, mended")
    assert shop.crawl().fetched == 1
    assert shop.entry("/p/3").state == "fetched"


def test_five_redirects_are_followed_and_six_are_not(shop: Shop) -> None:
    for number in range(6):
        shop.server.routes[f"/hop/{number}"] = redirect(f"/hop/{number + 1}")
    shop.server.routes["/hop/6"] = plain(b"product 3 at last")
    report = second_week(shop, "/p/3", redirect("/hop/1"))
    assert (report.refused, shop.entry("/p/3").reason) == (1, "redirects")
    assert "/hop/6" not in shop.server.targets
    shop.server.routes["/p/3"] = redirect("/hop/2")
    shop.now += WEEK
    assert shop.crawl().fetched == 1


def test_every_hop_asks_robots_and_the_pace(shop: Shop, other_server: Server) -> None:
    hands = Hands()
    shop.machine = hands.clock()
    shop.plan = replace(shop.plan, origins=(SHOP, "http://other.sample"), pace_seconds=5)
    other_server.routes["/robots.txt"] = plain(b"User-agent: *\nDisallow: /closed")
    other_server.routes["/open"] = plain(b"moved")
    shop.server.routes["/sitemap.xml"] = plain(b'<a href="/p/0"><a href="/p/1">')
    shop.server.routes["/p/0"] = redirect("http://other.sample/open")
    shop.server.routes["/p/1"] = redirect("http://other.sample/closed/1")
    report = shop.crawl()
    assert (report.fetched, report.refused, report.requests) == (2, 1, 6)
    assert shop.entry("/p/1").reason == "robots"
    assert other_server.targets == ["/robots.txt", "/open"]
    assert hands.wall - MONDAY.timestamp() >= 5 * 3


def test_what_robots_disallows_is_never_asked_for(shop: Shop) -> None:
    shop.sell(6)
    shop.server.routes["/robots.txt"] = plain(b"User-agent: *\nDisallow: /p/\nAllow: /p/2")
    report = shop.crawl()
    assert shop.asked() == ["/robots.txt", "/sitemap.xml", "/p/2"]
    assert (report.fetched, report.refused, report.dead_hosts) == (2, 5, ())
    assert (shop.entry("/p/1").state, shop.entry("/p/1").reason) == ("refused", "robots")


ROBOTS: dict[str, Route] = {
    "34 status 500": plain(b"", status=500),
    "36 six redirects": redirect("/hop/0"),
    "37 a home page": plain(b"<!doctype html><title>welcome</title>"),
    "a dripped file": dripping(OK + b"Content-Length: 99999\r\n\r\n", b"#"),
    "a redirect elsewhere": redirect("http://other.sample/robots.txt"),
    "a file cut short": raw(OK + b"Content-Length: 50\r\n\r\nUser-agent: *", close=True),
}


@pytest.mark.parametrize("trouble", ROBOTS)
def test_no_page_is_asked_for_while_robots_cannot_be_read(shop: Shop, other_server: Server, trouble: str) -> None:
    shop.sell(3)
    for number in range(8):
        shop.server.routes[f"/hop/{number}"] = redirect(f"/hop/{number + 1}")
    shop.server.routes["/robots.txt"] = ROBOTS[trouble]
    shop.transport.limits = replace(shop.transport.limits, deadline_seconds=0.4)
    report = shop.crawl()
    assert not [target for target in shop.server.targets if not target.startswith(("/robots", "/hop"))]
    assert (report.fetched, report.pending, report.dead_hosts) == (0, 1, ("hanok.sample",))
    assert shop.entry("/sitemap.xml").reason == "robots_unreachable"
    assert other_server.connections == 0


def test_a_huge_robots_file_is_cut_and_obeyed(shop: Shop) -> None:
    shop.sell(3)
    rules = b"User-agent: *\nDisallow: /p/1\n" + b"# padding padding padding\n" * 120_000 + b"Disallow: /p/2\n"
    assert len(rules) > 3_000_000
    shop.server.routes["/robots.txt"] = plain(rules)
    report = shop.crawl()
    assert (report.fetched, report.refused) == (3, 1)
    assert "/p/1" not in shop.asked()


def test_five_robots_redirects_are_followed(shop: Shop) -> None:
    shop.sell(1)
    shop.server.routes["/robots.txt"] = redirect("/hop/1")
    for number in range(1, 5):
        shop.server.routes[f"/hop/{number}"] = redirect(f"/hop/{number + 1}")
    shop.server.routes["/hop/5"] = plain(b"User-agent: *\nDisallow: /p/")
    assert shop.crawl().refused == 1


def test_retry_after_is_obeyed_by_later_runs_and_others_wait_too(shop: Shop) -> None:
    hands = Hands()
    shop.machine = hands.clock()
    shop.sell(10)
    shop.crawl()
    shop.now = MONDAY + WEEK
    for number in range(10):
        shop.server.routes[f"/p/{number}"] = plain(b"", status=429, headers={"Retry-After": "120"})
    report = shop.crawl()
    assert (report.unchanged, report.deferred, report.requests) == (1, 10, 2)
    assert report.dead_hosts == ("hanok.sample",)
    shop.sell(10)
    assert shop.crawl().requests == 0
    hands.wall += 121
    report = shop.crawl()
    assert (report.deferred, report.complete) == (0, True)
    assert shop.states()["/p/3"] == "live"


def test_a_short_retry_after_is_waited_for_in_the_run(shop: Shop) -> None:
    hands = Hands()
    shop.machine = hands.clock()
    answers = iter([plain(b"", status=503, headers={"Retry-After": "5"})])

    async def once(request: Request, writer: StreamWriter) -> None:
        await next(answers, plain(b"product 3"))(request, writer)

    report = second_week(shop, "/p/3", once)
    assert (report.unchanged, report.deferred, report.complete) == (11, 0, True)
    assert 5 <= sum(hands.slept) < 6


@pytest.mark.parametrize(("header", "seconds"), [("-5", 60), ("Mon, 01 Jan 2001 00:00:00 GMT", 60), ("soon", 60)])
def test_a_retry_after_that_says_nothing_falls_back_to_our_own_patience(shop: Shop, header: str, seconds: int) -> None:
    hands = Hands()
    shop.machine = hands.clock()
    second_week(shop, "/p/3", plain(b"", status=503, headers={"Retry-After": header}))
    assert shop.waiting() == [("hanok.sample", hands.wall + seconds, False)]


def test_a_retry_after_of_thirty_years_parks_the_host_and_tells(shop: Shop) -> None:
    hands = Hands()
    shop.machine = hands.clock()
    report = second_week(shop, "/p/3", plain(b"", status=503, headers={"Retry-After": "1000000000"}))
    (told,) = (problem for problem in report.problems if "parked" in problem.message)
    assert told.remedy.endswith("whisky run --feed hanok --accept-loss")
    hands.wall += 7 * 86_400
    shop.sell(10)
    assert shop.crawl().requests == 0
    shop.limits = replace(shop.limits, accept_loss=True)
    assert shop.crawl().requests > 0
    assert shop.waiting() == []


def test_a_bot_challenge_parks_the_host(shop: Shop) -> None:
    challenge = plain(b"prove that you are human", status=403, headers={"cf-mitigated": "challenge"})
    report = second_week(shop, "/p/3", challenge)
    assert shop.entry("/p/3").reason == "challenge"
    assert report.dead_hosts == ("hanok.sample",)
    assert [parked for _host, _until, parked in shop.waiting()] == [True]


@pytest.mark.parametrize(
    "charset", [b"charset*" + b"9" * 5_000 + b"=x", b"charset*=''%zz", b"charset=", b'charset="utf-8', b"charset=\xff"]
)
def test_a_hostile_charset_is_no_charset(shop: Shop, charset: bytes) -> None:
    hostile = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; " + charset + b"\r\nContent-Length: 4\r\n\r\nbody"
    report = second_week(shop, "/p/3", raw(hostile))
    assert (report.fetched, report.complete) == (1, True)


def test_links_that_are_not_taken_in_are_not_remembered(shop: Shop) -> None:
    start = Start(url=f"{SHOP}/list", role="page")
    book = Book(replace(shop.plan, start=(start,), max_depth=1), {})
    book.add_starts(MONDAY)
    book.discover(page_at("/list"), Links(pages=("/p/0",)), MONDAY)
    tracemalloc.start()
    for at in range(5):
        book.discover(page_at("/p/0"), Links(pages=tuple(f"/maze/{at}/{n}" for n in range(2_000))), MONDAY)
    held_bytes = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held_bytes < 200_000
    _changed, visit = book.discover(page_at("/list"), Links(pages=("/maze/0/7",)), MONDAY)
    assert [entry.url for entry in visit] == [f"{SHOP}/maze/0/7"]


def test_cookies_of_one_page_go_to_no_other(shop: Shop) -> None:
    shop.sell(3)
    cookies = b"".join(b"Set-Cookie: c%d=1; Path=/\r\n" % number for number in range(90))
    index = b'<a href="/p/0"><a href="/p/1">'
    shop.server.routes["/sitemap.xml"] = raw(OK + cookies + b"Content-Length: %d\r\n\r\n" % len(index) + index)
    assert shop.crawl().fetched == 3
    assert all("cookie" not in request.headers for request in shop.server.requests)


def test_the_watch_on_origins_names_a_request_that_no_plan_declares(shop: Shop, other_server: Server) -> None:
    shop.sell(1)
    shop.plan = replace(shop.plan, start=(*shop.plan.start, Start(url="http://other.sample/")), origins=(SHOP, OTHER))
    shop.crawl()
    seen = [*shop.server.requests, *other_server.requests]
    assert undeclared(seen, {SHOP, OTHER}) == []
    assert undeclared(seen, {SHOP}) == ["other.sample/robots.txt", "other.sample/"]
