"""What one fault costs: a part of a list, a reader that fails, a link that is none, a host that is dead."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace

import pytest

from whisky_assets.domain.errors import InputRefusedError, OutOfReachError
from whisky_assets.domain.records import Page
from whisky_assets.fetching.frontier import crawl_log, due, good_documents
from whisky_assets.fetching.plan import Links, Start
from whisky_assets_tests.fetching.clocks import WEEK
from whisky_assets_tests.fetching.crawling import MAP, SHOP, Shop, links_of, week
from whisky_assets_tests.fetching.servers import Server, conditional, plain, raw


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


def test_a_list_that_grows_goes_on_where_nothing_was_behind_its_end(shop: Shop) -> None:
    def paged(page: Page) -> Links:
        return replace(links_of(page), items=page.body.count(b"card"))

    shop.find_links = paged
    shop.plan = replace(shop.plan, start=(Start(url=f"{SHOP}/list?page=1", role="page"),))
    shop.server.routes["/list?page=1"] = plain(b'card card <a href="?page=2">')
    shop.server.routes["/list?page=2"] = plain(b"", status=404)
    for _ in range(4):
        shop.crawl()
        shop.now += WEEK
    assert shop.entry("/list?page=2").state == "gone"
    shop.server.routes["/list?page=1"] = plain(b'card card new <a href="?page=2">')
    shop.server.routes["/list?page=2"] = plain(b"card moved here")

    shop.crawl()

    assert shop.entry("/list?page=2").state == "fetched"


def test_a_server_that_answers_every_page_with_the_first_is_left_at_the_second(shop: Shop) -> None:
    def endless(page: Page) -> Links:
        number = int(page.url.rpartition("=")[2])
        return Links(pages=(f"{SHOP}/list?page={number + 1}",), items=2)

    shop.find_links = endless
    shop.plan = replace(shop.plan, start=(Start(url=f"{SHOP}/list?page=1", role="page"),), max_depth=50)
    for number in range(1, 40):
        shop.server.routes[f"/list?page={number}"] = plain(b"two products")

    reports = [week(shop, number) for number in (1, 2)]

    assert sorted(shop.states()) == ["/list?page=1", "/list?page=2"]
    assert [report.complete for report in reports] == [False, False]
    assert any("the page that led to it once more" in problem.message for problem in reports[0].problems)
