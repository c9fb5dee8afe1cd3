"""A list that states more products than were found was not seen whole, so that absence from it means nothing."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from whisky_assets.domain.errors import ExitCode
from whisky_assets.domain.records import Page
from whisky_assets.fetching.plan import CrawlReport, Links, Start
from whisky_assets_tests.fetching.clocks import MONDAY, WEEK
from whisky_assets_tests.fetching.crawling import MAP, SHOP, Shop, links_of
from whisky_assets_tests.fetching.servers import conditional, plain


def counting_links(page: Page) -> Links:
    """Links as always, and the total that a document states as `N products`, the cards that it tells as `card`."""
    stated = re.search(rb"(\d+) products", page.body)
    cards = page.body.count(b"<card>")
    return replace(links_of(page), total=int(stated[1]) if stated else None, items=cards or None)


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """A shop whose lists state totals."""
    shop.find_links = counting_links
    return shop


def list_of(numbers: range, *more: str, total: int | None = None) -> bytes:
    links = "".join(f'<a href="/p/{number}">' for number in numbers)
    return (links + "".join(more) + (f"{total} products" if total is not None else "")).encode()


def week(shop: Shop, number: int) -> CrawlReport:
    shop.now = MONDAY + (number - 1) * WEEK
    return shop.crawl()


@pytest.mark.parametrize(("total", "complete"), [(10, True), (9, True), (11, False), (643, False)])
def test_a_list_is_whole_when_as_many_products_were_found_as_it_states(
    shop: Shop, total: int, *, complete: bool
) -> None:
    shop.sell(10)
    shop.server.routes["/sitemap.xml"] = plain(list_of(range(10), total=total))
    report = week(shop, 1)
    assert report.complete is complete
    told = [(problem.code, problem.subject) for problem in report.problems]
    assert told == ([] if complete else [(ExitCode.DONE, MAP)])
    assert all(f"states {total} products, 10 were found" in problem.message for problem in report.problems)


def test_the_pages_of_one_list_are_counted_together_and_a_product_on_two_of_them_once(shop: Shop) -> None:
    shop.sell(12)
    shop.server.routes["/sitemap.xml"] = plain(list_of(range(8), '<a href="/2.xml">', total=12))
    shop.server.routes["/2.xml"] = plain(list_of(range(6, 12), '<a href="/sitemap.xml">', total=12))
    assert week(shop, 1).complete
    shop.server.routes["/2.xml"] = plain(list_of(range(6, 11), '<a href="/sitemap.xml">', total=12))
    assert not week(shop, 2).complete
    assert shop.entry("/p/11").listed  # a short list takes nobody off


def test_each_list_behind_one_index_has_its_own_total(shop: Shop) -> None:
    shop.sell(9)
    shop.server.routes["/sitemap.xml"] = plain(b'<a href="/malt.xml"><a href="/grain.xml">')
    shop.server.routes["/malt.xml"] = plain(list_of(range(7), total=7))
    shop.server.routes["/grain.xml"] = plain(list_of(range(5, 9), total=4))
    assert week(shop, 1).complete
    shop.server.routes["/grain.xml"] = plain(list_of(range(5, 9), total=5))
    report = week(shop, 2)
    assert [problem.subject for problem in report.problems] == [f"{SHOP}/grain.xml"]
    assert not report.complete


def test_lists_that_share_products_stay_whole_in_runs_that_do_not_read_them(shop: Shop) -> None:
    shop.plan = replace(shop.plan, index_days=28)
    shop.sell(9)
    shop.server.routes["/sitemap.xml"] = plain(b'<a href="/malt.xml"><a href="/offers.xml">')
    shop.server.routes["/malt.xml"] = plain(list_of(range(9), total=9))
    shop.server.routes["/offers.xml"] = plain(list_of(range(3, 6), total=3))
    reports = [week(shop, number) for number in (1, 2, 3)]
    assert [(report.complete, report.problems) for report in reports] == [(True, ())] * 3


def test_a_list_that_states_no_total_any_more_is_not_short(shop: Shop) -> None:
    shop.sell(10)
    shop.server.routes["/sitemap.xml"] = plain(list_of(range(10), total=12))
    assert not week(shop, 1).complete
    shop.find_links = links_of  # the feed's TOML declares no total any more, over the same bytes
    report = week(shop, 2)
    assert (report.complete, report.unchanged, shop.entry("/sitemap.xml").reason) == (True, 11, "")


def test_a_short_list_stays_short_while_it_is_unchanged_and_is_whole_again_when_it_is(shop: Shop) -> None:
    shop.sell(10)
    shop.server.routes["/sitemap.xml"] = conditional(list_of(range(10), total=12), '"short"')
    assert [week(shop, number).complete for number in (1, 2, 3)] == [False, False, False]
    shop.server.routes["/sitemap.xml"] = conditional(list_of(range(10), total=10), '"whole"')
    assert [week(shop, number).complete for number in (4, 5)] == [True, True]


def test_a_short_list_that_failed_in_between_is_still_short_when_it_is_unchanged(shop: Shop) -> None:
    shop.sell(10)
    short = conditional(list_of(range(10), total=12), '"short"')
    shop.server.routes["/sitemap.xml"] = short
    week(shop, 1)
    shop.server.routes["/sitemap.xml"] = plain(b"", status=404)
    week(shop, 2)
    shop.server.routes["/sitemap.xml"] = short
    assert not week(shop, 3).complete
    assert shop.entry("/sitemap.xml").reason == "short"


def break_at_the_last(page: Page) -> bool:
    if page.url.endswith("/p/9"):
        raise KeyboardInterrupt
    return False


def test_a_list_that_a_broken_run_could_not_count_does_not_look_whole(shop: Shop) -> None:
    shop.sell(10)
    shop.server.routes["/sitemap.xml"] = plain(list_of(range(10), total=12))
    judge, shop.is_error_page = shop.is_error_page, break_at_the_last
    with pytest.raises(KeyboardInterrupt):
        week(shop, 1)
    shop.is_error_page = judge
    assert not week(shop, 1).complete
    shop.server.routes["/sitemap.xml"] = plain(list_of(range(10), total=10))
    assert week(shop, 2).complete


def test_a_list_whose_run_was_stopped_is_counted_when_its_last_page_came(shop: Shop) -> None:
    shop.sell(10)
    shop.server.routes["/sitemap.xml"] = plain(list_of(range(6), '<a href="/2.xml">', total=10))
    shop.server.routes["/2.xml"] = plain(list_of(range(6, 10), total=10))
    shop.limits = replace(shop.limits, max_requests=2)  # robots and the first page
    report = week(shop, 1)
    assert (report.complete, report.problems) == (False, ())
    shop.limits = replace(shop.limits, max_requests=None)
    assert week(shop, 1).complete
    assert shop.entry("/sitemap.xml").reason == ""


def test_lists_that_tell_products_themselves_are_added_up(shop: Shop) -> None:
    shop.plan = replace(shop.plan, start=(Start(url=f"{SHOP}/list", role="page"),))
    shop.server.routes["/list"] = plain(b"<card><card>3 products" + b'<a href="/list?page=2">')
    shop.server.routes["/list?page=2"] = plain(b"<card>")
    assert week(shop, 1).complete
    shop.server.routes["/list"] = plain(b"<card><card>4 products" + b'<a href="/list?page=2">')
    assert not week(shop, 2).complete
