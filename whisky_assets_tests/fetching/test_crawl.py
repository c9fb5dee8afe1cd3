"""A crawl over weeks: what is fetched and stored, what is left alone, and what the log tells of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.domain.records import Page
from whisky_assets.fetching.frontier import crawl_log, good_documents
from whisky_assets.fetching.plan import Links
from whisky_assets_tests.fetching.clocks import MONDAY, WEEK
from whisky_assets_tests.fetching.crawling import MAP, SHOP, Shop, make_all_due, week
from whisky_assets_tests.fetching.servers import conditional, plain, raw


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
