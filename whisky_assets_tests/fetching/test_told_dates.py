"""An index's dates say which pages to ask for sooner and which may wait; they lie, so that both have bounds."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest

from whisky_assets.domain.records import Page
from whisky_assets.fetching.entries import Entry, after_date
from whisky_assets.fetching.plan import INDEX, PAGE, CrawlPlan, Links, Start
from whisky_assets_tests.fetching.clocks import MONDAY
from whisky_assets_tests.fetching.crawling import SHOP, Shop, links_of
from whisky_assets_tests.fetching.servers import plain

DAY = dt.timedelta(days=1)


def dated_links(page: Page) -> Links:
    """Links as always, each with the date that stands behind it."""
    dates = re.findall(rb'href="([^"]+)" date="([^"]+)"', page.body)
    told = {link.decode(): dt.datetime.fromisoformat(date.decode()) for link, date in dates}
    return replace(links_of(page), modified=told)


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """A shop whose index is due daily and tells dates, whose pages are due weekly."""
    shop.find_links = dated_links
    shop.plan = replace(shop.plan, index_days=1, page_days=7, jitter_share=0)
    shop.sell(3)
    return shop


def tell(shop: Shop, *dates: dt.datetime) -> None:
    links = (f'<a href="/p/{number}" date="{date.isoformat()}">' for number, date in enumerate(dates))
    shop.server.routes["/sitemap.xml"] = plain("".join(links).encode())


def asked_on(shop: Shop, day: int) -> list[str]:
    shop.now = MONDAY + day * DAY
    shop.server.requests.clear()
    shop.crawl()
    return sorted(target for target in shop.server.targets if target.startswith("/p/"))


def test_a_page_that_changed_is_asked_for_at_once_and_one_that_did_not_waits(shop: Shop) -> None:
    old = MONDAY - 30 * DAY
    tell(shop, old, old, old)
    assert asked_on(shop, 0) == ["/p/0", "/p/1", "/p/2"]
    tell(shop, old, MONDAY + 2 * DAY, old)
    assert asked_on(shop, 3) == ["/p/1"]
    assert asked_on(shop, 4) == []
    assert [asked_on(shop, day) for day in (7, 13)] == [[], []]
    assert asked_on(shop, 14) == ["/p/0", "/p/2"]
    assert asked_on(shop, 17) == ["/p/1"]


def test_a_page_that_is_due_in_the_same_run_waits_where_its_index_is_read_first(shop: Shop) -> None:
    shop.plan = replace(shop.plan, index_days=6)
    asked_on(shop, 0)
    tell(shop, *[MONDAY - 30 * DAY] * 3)
    assert asked_on(shop, 8) == []
    assert asked_on(shop, 14) == ["/p/0", "/p/1", "/p/2"]


def test_an_index_that_dates_all_pages_today_makes_none_due_twice_a_day(shop: Shop) -> None:
    shop.plan = replace(shop.plan, index_days=0.25)
    tell(shop, *[MONDAY] * 3)
    asked_on(shop, 0)
    asked = []
    for quarter in range(1, 9):
        shop.now = MONDAY + quarter * DAY / 4
        tell(shop, *[shop.now] * 3)
        shop.server.requests.clear()
        shop.crawl()
        asked.append(shop.server.targets.count("/p/0"))
    assert asked == [0, 0, 0, 1, 0, 0, 0, 1]


STANDING = Entry(
    feed="hanok",
    url=f"{SHOP}/p/1",
    role=PAGE,
    depth=1,
    first_seen=MONDAY,
    due=MONDAY + 7 * DAY,
    state="fetched",
    body_sha256="x",
    good_at=MONDAY,
    confirmed_at=MONDAY,
)
PLAN = CrawlPlan(feed="hanok", start=(Start(url=SHOP),), origins=(SHOP,), page_days=7, jitter_share=0)


@pytest.mark.parametrize(
    ("entry", "modified"),
    [
        (STANDING, None),
        (STANDING, MONDAY + 3 * DAY),  # in the future
        (STANDING, MONDAY - DAY / 2),  # a day alone may mean the hours after our visit
        (replace(STANDING, state="missing"), MONDAY + DAY),
        (replace(STANDING, state="gone"), MONDAY + DAY),
        (replace(STANDING, state="deferred", reason="deadline"), MONDAY - 9 * DAY),
        (replace(STANDING, reason="part"), MONDAY - 9 * DAY),
        (replace(STANDING, role=INDEX), MONDAY + DAY),
        (replace(STANDING, state="new", confirmed_at=None), MONDAY - 9 * DAY),
    ],
)
def test_a_date_that_proves_nothing_moves_no_page(entry: Entry, modified: dt.datetime | None) -> None:
    assert after_date(entry, modified, PLAN, MONDAY + 2 * DAY) == entry
