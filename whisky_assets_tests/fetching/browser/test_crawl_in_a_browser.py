"""A crawl whose pages a browser draws: robots, waits, redirects and misses are those of any crawl."""

from __future__ import annotations

import dataclasses

import pytest

from whisky_assets.fetching.failures import ROBOTS
from whisky_assets.fetching.plan import PAGE, CrawlLimits, CrawlPlan, Start
from whisky_assets.storage.state import StateDatabase
from whisky_assets_tests.fetching.browser.lab import ORIGINS, SHOP, Lab, texts
from whisky_assets_tests.fetching.clocks import NOW_WALL, WEEK, Hands
from whisky_assets_tests.fetching.crawling import Shop
from whisky_assets_tests.fetching.servers import plain

DRAWN = '<body><ul id=list></ul><script>fetch("{api}").then(a => a.text()).then(t => {{ list.innerHTML = t }})</script>'


@pytest.fixture
def shop(lab: Lab, database: StateDatabase) -> Shop:
    """A shop whose one page is drawn from its own API and one on another host."""
    plan = CrawlPlan(
        feed="hanok",
        start=(Start(url=f"{SHOP}/p", role=PAGE),),
        origins=ORIGINS,
        pace_seconds=0,
        per_hour=None,
        page_days=7,
    )
    limits = CrawlLimits(retry_seconds=0.01, attempts=1)
    return Shop(lab.server, lab.transport, database, plan=plan, limits=limits)  # type: ignore[arg-type] # same methods


def sell(lab: Lab, api: str = "/api/list") -> None:
    lab.serve("/p", DRAWN.format(api=api))
    cross = {"Access-Control-Allow-Origin": "*"}
    lab.route("/api/list", plain(b"<li>Ardbeg</li>", headers={"Content-Type": "text/html", **cross}))


@pytest.mark.slow
def test_a_drawn_page_is_kept_and_drawn_anew_when_due(lab: Lab, shop: Shop) -> None:
    sell(lab)
    assert shop.crawl().fetched == 1
    shop.now += WEEK
    assert shop.crawl().unchanged == 1
    lab.route("/api/list", plain(b"<li>Lagavulin</li>"))
    shop.now += WEEK
    assert shop.crawl().fetched == 1
    assert shop.stored() == ["/p", "/p"]


def test_a_page_that_robots_disallows_is_not_asked_for(lab: Lab, shop: Shop) -> None:
    sell(lab)
    lab.serve("/robots.txt", "User-agent: *\nDisallow: /p", media_type="text/plain")
    assert shop.crawl().refused == 1
    assert lab.server.targets == ["/robots.txt"]


def test_a_part_that_robots_disallows_is_not_asked_for_and_is_named(lab: Lab, shop: Shop) -> None:
    sell(lab)
    lab.serve("/robots.txt", "User-agent: *\nDisallow: /api/", media_type="text/plain")
    assert shop.crawl().fetched == 1
    assert lab.server.targets == ["/robots.txt", "/p"]
    assert lab.refused() == {(ROBOTS, SHOP): 1}


@pytest.mark.slow
def test_the_robots_of_every_host_that_a_page_is_made_of_are_asked(lab: Lab, shop: Shop) -> None:
    sell(lab, api="http://api.sample/api/list")
    assert shop.crawl().fetched == 1
    asked = [(request.headers["host"], request.target) for request in lab.server.requests]
    assert asked == [
        ("hanok.sample", "/robots.txt"),
        ("hanok.sample", "/p"),
        ("api.sample", "/robots.txt"),
        ("api.sample", "/api/list"),
    ]


@pytest.mark.parametrize("path", ["/p", "/api/list"])
def test_a_wish_to_wait_is_kept_whoever_of_the_page_has_it(lab: Lab, shop: Shop, path: str) -> None:
    shop.machine = Hands().clock()
    sell(lab)
    lab.route(path, plain(b"", status=429, headers={"Retry-After": "3600"}))
    assert shop.crawl().deferred == 1
    assert shop.waiting() == [("hanok.sample", NOW_WALL + 3600, False)]
    shop.asked()
    shop.crawl()
    assert shop.asked() == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_not_there_is_a_miss(lab: Lab, shop: Shop, status: int) -> None:
    lab.route("/p", plain(b"", status=status))
    assert shop.crawl().missing == 1
    assert shop.entry("/p").reason == f"status_{status}"


def test_a_page_that_leads_on_within_the_origins_is_kept_under_its_own_address(lab: Lab, shop: Shop) -> None:
    lab.serve("/p", '<body><script>location = "/q"</script></body>')
    lab.serve("/q", "<p>there</p>")
    assert shop.crawl().fetched == 1
    entry = shop.entry("/p")
    assert (entry.state, entry.moved_to) == ("fetched", f"{SHOP}/q")


@pytest.mark.parametrize(
    ("to", "code"), [("http://other.sample/", "foreign_origin"), ("/p", "redirects"), ("/q", "robots")]
)
def test_a_page_that_leads_out_or_in_a_circle_is_refused(lab: Lab, shop: Shop, to: str, code: str) -> None:
    lab.serve("/robots.txt", "User-agent: *\nDisallow: /q", media_type="text/plain")
    lab.serve("/p", f'<body><script>location = "{to}"</script></body>')
    assert shop.crawl().refused == 1
    assert shop.entry("/p").reason == code
    assert lab.other.connections == 0
    assert "/q" not in lab.server.targets


@pytest.mark.slow
def test_the_pace_is_that_of_the_pages(lab: Lab, shop: Shop) -> None:
    hands = Hands()
    shop.machine = hands.clock()
    shop.plan = dataclasses.replace(
        shop.plan, pace_seconds=2, start=tuple(Start(url=f"{SHOP}/p?n={number}", role=PAGE) for number in range(3))
    )
    for number in range(3):
        lab.serve(f"/p?n={number}", DRAWN.format(api="/api/list") + str(number))
    lab.route("/api/list", plain(b"<li>Ardbeg</li>"))
    assert shop.crawl().fetched == 3
    assert sum(hands.slept) == pytest.approx(6.0, abs=0.5)
    assert texts(lab.get("/p?n=1"), "li") == ["Ardbeg"]
