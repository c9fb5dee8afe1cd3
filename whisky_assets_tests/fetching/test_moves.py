"""A page that lives on at another address of its feed is followed there, once the same product was seen there."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest

from whisky_assets.domain.errors import OutOfReachError
from whisky_assets.domain.records import Page
from whisky_assets.fetching.plan import CrawlReport
from whisky_assets_tests.fetching.clocks import MONDAY, WEEK
from whisky_assets_tests.fetching.crawling import SHOP, Shop
from whisky_assets_tests.fetching.servers import conditional, plain

OLD, NEW = "/p/3", "/bottle/three"


def canonical_of(page: Page) -> str | None:
    told = re.search(rb'canonical="([^"]*)"', page.body)
    return told[1].decode() if told and told[1].decode() != page.url else None


def number_of(page: Page) -> bytes:
    return b" ".join(re.findall(rb"product \w+", page.body))


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """A shop of six products, read once."""
    shop.sell(6)
    shop.canonical_of = canonical_of
    shop.is_same_product = lambda here, there: number_of(here) == number_of(there) != b""
    week(shop, 1)
    shop.asked()
    return shop


def week(shop: Shop, number: int) -> CrawlReport:
    shop.now = MONDAY + (number - 1) * WEEK
    return shop.crawl()


def name_another(shop: Shop, *, there: bytes = b"product 3, renamed", named: str = SHOP + NEW) -> None:
    shop.server.routes[OLD] = plain(f'product 3 canonical="{named}"'.encode())
    shop.server.routes[NEW] = plain(there)


def test_a_page_that_names_another_address_keeps_its_history_there(shop: Shop) -> None:
    name_another(shop)
    report = week(shop, 2)
    assert (report.moved, report.fetched, report.missing, report.gone) == (1, 1, 0, 0)
    old, new = shop.entry(OLD), shop.entry(NEW)
    assert (old.state, old.reason, old.moved_to, old.misses) == ("gone", "moved", SHOP + NEW, ())
    assert (new.state, new.first_seen, new.good_at) == ("fetched", MONDAY, MONDAY + WEEK)
    assert shop.stored().count(OLD) == shop.stored().count(NEW) == 1
    assert report.complete


def test_a_permanent_redirect_is_a_move_without_a_further_request(shop: Shop) -> None:
    shop.server.routes[OLD] = plain(b"", status=301, headers={"Location": NEW})
    shop.server.routes[NEW] = plain(b"product 3")
    assert week(shop, 2).moved == 1
    assert shop.asked().count(NEW) == 1
    assert (shop.entry(OLD).reason, shop.entry(NEW).first_seen) == ("moved", MONDAY)
    assert NEW in shop.stored()


def test_a_page_that_moved_with_its_bytes_and_validators_is_a_move_and_stays_one(shop: Shop) -> None:
    shop.server.routes[OLD] = conditional(b"product 3", '"by-content"')
    week(shop, 2)
    shop.server.routes[OLD] = plain(b"", status=301, headers={"Location": NEW})
    shop.server.routes[NEW] = conditional(b"product 3", '"by-content"')
    assert week(shop, 3).moved == 1
    week(shop, 7)
    assert shop.entry(OLD).visited == MONDAY + 6 * WEEK
    assert (shop.states()[OLD], shop.states()[NEW]) == ("gone", "live")


def test_a_passing_redirect_moves_nothing(shop: Shop) -> None:
    shop.server.routes[OLD] = plain(b"", status=302, headers={"Location": NEW})
    shop.server.routes[NEW] = plain(b"product 3 at its place of today")
    report = week(shop, 2)
    assert (report.moved, report.fetched) == (0, 1)
    assert (shop.entry(OLD).state, shop.entry(OLD).moved_to) == ("fetched", SHOP + NEW)
    assert NEW not in shop.stored()


def test_the_new_address_is_asked_weekly_and_the_old_one_rarely(shop: Shop) -> None:
    name_another(shop)
    week(shop, 2)
    shop.asked()
    asked = []
    for number in (3, 4, 5, 6):
        week(shop, number)
        asked.append([target for target in shop.asked() if target in (OLD, NEW)])
    assert asked[:3] == [[NEW]] * 3
    assert sorted(asked[3]) == sorted([OLD, NEW])
    assert shop.entry(OLD).reason == "moved"


def test_a_new_address_that_the_same_run_has_fetched_is_stored_once(shop: Shop) -> None:
    shop.has_body = lambda _url, fetched_at: fetched_at < shop.now
    shop.server.routes["/sitemap.xml"] = plain(f'<a href="{NEW}"><a href="/p/9">'.encode())
    shop.server.routes[NEW] = plain(b"product 9")
    shop.server.routes["/p/9"] = plain(f'product 9 canonical="{SHOP + NEW}"'.encode())
    assert week(shop, 2).moved == 1
    assert shop.stored().count(NEW) == 1


def test_an_old_address_that_stands_for_itself_again_is_live_again(shop: Shop) -> None:
    name_another(shop)
    week(shop, 2)
    shop.server.routes[OLD] = plain(b"product 3 is back")
    week(shop, 6)
    assert shop.states()[OLD] == "live"
    assert shop.entry(OLD).first_seen == MONDAY


def test_a_page_that_was_known_at_both_addresses_is_as_old_as_the_older_one(shop: Shop) -> None:
    shop.server.routes["/sitemap.xml"] = plain(f'<a href="{OLD}"><a href="{NEW}">'.encode())
    shop.server.routes[NEW] = conditional(b"product 3", '"n"')
    week(shop, 2)
    name_another(shop)
    shop.server.routes[NEW] = conditional(b"product 3", '"n"')
    report = week(shop, 3)
    assert report.moved == 1
    assert (shop.entry(NEW).first_seen, shop.entry(NEW).good_at) == (MONDAY, MONDAY + WEEK)
    assert shop.entry(NEW).confirmed_at == MONDAY + 2 * WEEK


@pytest.mark.parametrize(
    ("there", "named"),
    [
        (b"product 4", SHOP + NEW),
        (b"nothing to see", SHOP + NEW),
        (b"", SHOP + NEW),
        (f'product 3 canonical="{SHOP}/p/3"'.encode(), SHOP + NEW),
        (b"product 3", "http://other.sample/bottle/three"),
        (b"product 3", f"{SHOP}/"),
        (b"product 3", f"{SHOP}/sitemap.xml"),
        (b"product 3", "http://[broken"),
    ],
)
def test_a_page_stays_where_it_is_while_its_product_was_not_seen_elsewhere(
    shop: Shop, there: bytes, named: str
) -> None:
    name_another(shop, there=there, named=named)
    report = week(shop, 2)
    assert report.moved == 0
    assert (shop.entry(OLD).state, shop.states()[OLD], shop.stored().count(OLD)) == ("fetched", "live", 2)


def test_an_address_that_cannot_be_had_is_no_new_home(shop: Shop) -> None:
    name_another(shop)
    del shop.server.routes[NEW]
    assert week(shop, 2).moved == 0
    assert shop.states()[OLD] == "live"


def test_a_move_that_the_budget_ends_is_made_by_the_next_run(shop: Shop) -> None:
    name_another(shop)
    shop.limits = replace(shop.limits, max_requests=1)
    reports: list[CrawlReport] = []
    while not reports or reports[-1].stopped:
        reports.append(week(shop, 2))
        assert shop.states()[OLD] == "live" or reports[-1].moved
        shop.limits = replace(shop.limits, max_requests=(shop.limits.max_requests or 0) + 1)
    assert sum(report.moved for report in reports) == 1
    assert shop.entry(NEW).state in {"fetched", "unchanged"}


def test_many_pages_that_move_at_once_are_no_mass_loss(shop: Shop) -> None:
    for number in range(6):
        shop.server.routes[f"/p/{number}"] = plain(b"", status=308, headers={"Location": f"/new/{number}"})
        shop.server.routes[f"/new/{number}"] = plain(f"product {number}".encode())
    report = week(shop, 2)
    assert (report.moved, report.missing, report.stopped) == (6, 0, "")
    assert sorted(path for path, state in shop.states().items() if state == "live" and path != "/sitemap.xml") == [
        f"/new/{number}" for number in range(6)
    ]


def lead_all_to_the_last(shop: Shop) -> None:
    for number in range(5):
        shop.server.routes[f"/p/{number}"] = plain(b"", status=301, headers={"Location": "/p/5"})


def test_a_permanent_redirect_to_a_page_of_another_product_is_a_miss(shop: Shop) -> None:
    shop.is_same_product = lambda here, there: here.url == there.url
    shop.server.routes[OLD] = plain(b"", status=301, headers={"Location": "/p/5"})
    report = week(shop, 2)
    assert (report.moved, report.missing, report.fetched) == (0, 1, 0)
    assert (shop.entry(OLD).reason, shop.states()[OLD], shop.stored().count(OLD)) == ("soft_404", "missing", 1)


def test_a_permanent_redirect_to_a_new_page_of_another_product_is_a_miss(shop: Shop) -> None:
    shop.server.routes[OLD] = plain(b"", status=301, headers={"Location": NEW})
    shop.server.routes[NEW] = plain(b"product 9")
    report = week(shop, 2)
    assert (report.moved, report.missing, report.fetched) == (0, 1, 0)
    assert (shop.entry(OLD).reason, shop.states()[OLD], shop.stored().count(OLD)) == ("soft_404", "missing", 1)


def test_a_page_whose_last_body_cannot_be_read_has_not_moved(shop: Shop) -> None:
    shop.has_body = lambda _url, _fetched_at: False
    shop.server.routes[OLD] = plain(b"", status=301, headers={"Location": NEW})
    shop.server.routes[NEW] = plain(b"product 3")
    report = week(shop, 2)
    assert (report.moved, report.missing) == (0, 1)
    assert shop.states()[OLD] == "missing"


def test_an_archive_that_fails_makes_no_move_and_ends_no_crawl(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_url: str, _fetched_at: dt.datetime) -> Page | None:
        raise OutOfReachError("the drive is away")

    monkeypatch.setattr(shop, "kept_page", fail)
    shop.server.routes[OLD] = plain(b"", status=301, headers={"Location": NEW})
    shop.server.routes[NEW] = plain(b"product 3")
    report = week(shop, 2)
    assert (report.moved, report.missing, report.unchanged + report.fetched) == (0, 1, 6)


def test_a_page_that_was_never_had_is_no_loss_wherever_it_leads(shop: Shop) -> None:
    shop.list_pages(range(8))
    for number in (6, 7):
        shop.server.routes[f"/p/{number}"] = plain(b"", status=301, headers={"Location": NEW})
    shop.server.routes[NEW] = plain(b"product 9")
    report = week(shop, 2)
    assert (report.moved, report.missing, report.gone, report.stopped) == (1, 1, 0, "")
    assert shop.stored().count(NEW) == 1


def test_two_old_addresses_of_one_product_move_to_its_new_one(shop: Shop) -> None:
    shop.server.routes["/p/2"] = plain(b"product 3")
    week(shop, 2)
    for old in ("/p/2", OLD):
        shop.server.routes[old] = plain(b"", status=301, headers={"Location": NEW})
    shop.server.routes[NEW] = plain(b"product 3")
    report = week(shop, 3)
    assert (report.moved, report.missing) == (2, 0)
    assert shop.stored().count(NEW) == 1


def test_a_site_that_sends_all_its_pages_to_one_product_loses_nothing(shop: Shop) -> None:
    lead_all_to_the_last(shop)
    report = week(shop, 2)
    assert (report.stopped, report.gone, report.missing, report.moved) == ("mass_loss", 0, 0, 0)
    assert sum(state == "live" for path, state in shop.states().items() if path.startswith("/p/")) == 6
