"""From a feed's TOML and its shop's pages to listings: what a declared word about a site's pages comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from whisky_assets.domain.errors import ExitCode
from whisky_assets.sources import reading
from whisky_assets.sources.document import PresetReading, RawDocument
from whisky_assets.sources.source import Source
from whisky_assets_tests.fetching.clocks import MONDAY, WEEK
from whisky_assets_tests.fetching.servers import plain
from whisky_assets_tests.pipeline.served import MAP, SITE, ServedShop, served_shop

OpenShop = Callable[..., ServedShop]


@pytest.fixture
def open_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenShop]:
    """Opens the shop, its TOML with texts in it replaced."""
    with ExitStack() as stack:
        yield lambda *changes: stack.enter_context(served_shop(tmp_path / "home", monkeypatch, *changes))


def test_an_index_that_states_more_products_than_were_found_is_no_whole_edition(open_shop: OpenShop) -> None:
    shop = open_shop(("[pages]\n", "[pages]\ntotal = { from = 'p.count', pattern = 'of ([\\d,]+)' }\n"))
    paths = [shop.sell(number) for number in range(1, 4)]
    shop.list_pages(*paths, more="<p class='count'>1-3 of 3</p>")
    shop.week(1)
    assert len(shop.house.workspace.complete_crawls("shelf")) == 1
    shop.list_pages(*paths, more="<p class='count'>1-3 of 1,643</p>")
    collected, _ = shop.week(6)
    assert len(shop.house.workspace.complete_crawls("shelf")) == 1
    (problem,) = collected.problems
    assert (problem.code, problem.subject) == (ExitCode.DONE, "feed shelf")
    assert "states 1,643 products, 3 were found" in problem.message


def test_an_index_is_asked_monthly_and_pages_weekly_where_nothing_is_declared(open_shop: OpenShop) -> None:
    shop = open_shop()
    paths = [shop.sell(number) for number in range(1, 4)]
    shop.list_pages(*paths)
    assert shop.asked_in(range(1, 7), MAP, paths[0]) == {MAP: [1, 5], paths[0]: [1, 2, 3, 4, 5, 6]}


def test_a_feed_declares_how_often_its_indexes_and_its_pages_are_asked(open_shop: OpenShop) -> None:
    shop = open_shop(("[fetch]\n", "[fetch]\nindex_days = 7\npage_days = 21\n"))
    path = shop.sell(1)
    shop.list_pages(path)
    assert shop.asked_in(range(1, 5), MAP, path) == {MAP: [1, 2, 3, 4], path: [1, 4]}


def test_the_dates_of_a_sitemap_say_which_pages_may_wait_a_second_cadence(open_shop: OpenShop) -> None:
    shop = open_shop(("[fetch]\n", "[fetch]\nindex_days = 7\npage_days = 7\njitter_share = 0\n"))
    paths = [shop.sell(number) for number in range(1, 4)]
    dates = ["<lastmod>2020-01-01</lastmod>", f"<lastmod>{MONDAY + 3 * WEEK:%Y-%m-%d}</lastmod>", ""]
    items = (f"<url><loc>{SITE}{path}</loc>{date}</url>" for path, date in zip(paths, dates, strict=True))
    shop.server.routes[MAP] = plain(f"<urlset>{''.join(items)}</urlset>".encode())

    asked = shop.asked_in(range(1, 7), *paths)

    # The second page's date is the day of the fourth run: in the future before, and old for sure from the sixth on.
    assert asked == {paths[0]: [1, 3, 5], paths[1]: [1, 2, 3, 4, 5], paths[2]: [1, 2, 3, 4, 5, 6]}


NOISE = ("[pages]", "[noise]\npatterns = ['<meta name=\"token\"[^>]*>', '\\d+ people look at it']\n[pages]")


def test_a_page_that_differs_in_declared_noise_alone_is_not_read_again(open_shop: OpenShop) -> None:
    shop = open_shop(NOISE)
    first_noise = {"head": '<meta name="token" content="a1">', "noise": "3 people look at it"}
    paths = [shop.sell(number, **first_noise) for number in (1, 2)]
    shop.list_pages(*paths)
    _, read = shop.week(1)
    assert (read.counts["documents_read"], len(shop.listings())) == (3, 2)
    first = shop.raw_pages(paths[0])
    for number in (1, 2):
        shop.sell(number, head='<meta name="token" content="zz">', noise="14 people look at it")
    collected, read = shop.week(2)
    assert (collected.counts["noisy"], collected.counts["fetched"]) == (2, 0)
    assert read.counts["documents_read"] == 0
    assert shop.raw_pages(paths[0]) == first  # exact as it was first stored
    assert {row.last_seen for row in shop.listings().values()} == {MONDAY + WEEK}


def test_a_price_that_changes_beside_the_noise_is_read(open_shop: OpenShop) -> None:
    shop = open_shop(NOISE)
    path = shop.sell(1, noise="3 people look at it")
    shop.list_pages(path)
    shop.week(1)
    shop.sell(1, noise="14 people look at it", price="48.50")
    _, read = shop.week(2)
    assert read.counts["documents_read"] == 1
    assert shop.listings()["1"].price_minor == 4850
    assert len(shop.raw_pages(path)) == 2


def test_without_a_declared_rule_noise_is_a_new_version(open_shop: OpenShop) -> None:
    shop = open_shop()
    shop.list_pages(shop.sell(1, noise="3 people look at it"))
    shop.week(1)
    shop.sell(1, noise="14 people look at it")
    assert shop.week(2)[1].counts["documents_read"] == 1


def canonical(path: str) -> str:
    return f'<link rel="canonical" href="{SITE}{path}">'


def test_a_product_that_moved_keeps_its_history_under_its_new_address(open_shop: OpenShop) -> None:
    shop = open_shop()
    paths = [shop.sell(number) for number in (1, 2)]
    shop.list_pages(*paths)
    shop.week(1)
    new = shop.sell(1, path="/malt/product/1", price="48.50")
    shop.sell(1, path=paths[0], head=canonical(new))
    collected, _ = shop.week(2)
    assert collected.counts["moved"] == 1
    listing = shop.listings()["1"]
    assert (listing.url, listing.page_state, listing.price_minor) == (SITE + new, "live", 4850)
    assert (listing.first_seen, listing.last_seen) == (MONDAY, MONDAY + WEEK)
    assert sorted(shop.listings()) == ["1", "2"]


def test_a_canonical_link_to_another_product_moves_nothing(open_shop: OpenShop) -> None:
    shop = open_shop()
    paths = [shop.sell(number) for number in (1, 2)]
    shop.list_pages(*paths)
    shop.week(1)
    shop.sell(1, head=canonical(paths[1]), price="48.50")
    collected, _ = shop.week(2)
    assert collected.counts["moved"] == 0
    assert {number: row.page_state for number, row in shop.listings().items()} == {"1": "live", "2": "live"}
    assert shop.listings()["1"].price_minor == 4850


def test_a_permanent_redirect_to_another_product_lends_none_of_its_values(open_shop: OpenShop) -> None:
    shop = open_shop()
    paths = [shop.sell(number) for number in (1, 2)]
    shop.list_pages(*paths)
    shop.week(1)
    shop.server.routes[paths[0]] = plain(b"", status=301, headers={"Location": paths[1]})
    shop.week(2)
    told = {number: (row.name, row.page_state) for number, row in shop.listings().items()}
    assert told == {"1": ("Ardbeg 1", "missing"), "2": ("Ardbeg 2", "live")}


NUMBER_IN_BODY = ("[fields]\n", "[fields]\nsource_id = { from = 'h1', pattern = '(\\d+)$' }\n")


@pytest.mark.parametrize("is_listed", [True, False])
def test_a_redirect_to_another_product_is_a_miss_though_only_bodies_tell_numbers(
    open_shop: OpenShop, *, is_listed: bool
) -> None:
    shop = open_shop(NUMBER_IN_BODY)
    old = shop.sell(1)
    other = shop.sell(2, path="/malt/product/77")
    shop.list_pages(old, *[other][: int(is_listed)], shop.sell(3))
    shop.week(1)
    shop.server.routes[old] = plain(b"", status=301, headers={"Location": other})
    states = []
    for week in (2, 3, 4):
        collected, _ = shop.week(week)
        assert collected.counts["moved"] == 0
        states.append((shop.listings()["1"].name, shop.listings()["1"].page_state))
    assert states == [("Ardbeg 1", "missing"), ("Ardbeg 1", "missing"), ("Ardbeg 1", "gone")]
    assert len(shop.raw_pages(old)) == 1


def test_a_redirect_to_the_same_product_is_a_move_though_only_bodies_tell_numbers(open_shop: OpenShop) -> None:
    shop = open_shop(NUMBER_IN_BODY)
    old = shop.sell(1)
    shop.list_pages(old)
    shop.week(1)
    new = shop.sell(1, path="/malt/product/77", price="48.50")
    shop.server.routes[old] = plain(b"", status=301, headers={"Location": new})
    collected, _ = shop.week(2)
    assert (collected.counts["moved"], collected.counts["missing"]) == (1, 0)
    listing = shop.listings()["1"]
    assert (listing.url, listing.page_state, listing.price_minor) == (SITE + new, "live", 4850)
    assert (listing.first_seen, listing.last_seen) == (MONDAY, MONDAY + WEEK)


NOT_FOUND = ("[fetch]\n", "[fetch]\nnot_found = '^Gone fishing'\n")


def test_a_page_titled_as_not_found_is_a_miss_though_a_product_stands_on_it(open_shop: OpenShop) -> None:
    shop = open_shop(NOT_FOUND)
    paths = [shop.sell(number) for number in (1, 2, 3, 4, 5, 6)]
    shop.list_pages(*paths)
    shop.week(1)
    shop.sell(1, name="Gone fishing")
    states = []
    for week in (2, 3, 4):
        shop.week(week)
        states.append(shop.listings()["1"].page_state)
    assert states == ["missing", "missing", "gone"]
    assert shop.listings()["1"].name == "Ardbeg 1"  # its last good page speaks


def test_a_product_that_is_sold_out_is_live_and_not_available(open_shop: OpenShop) -> None:
    shop = open_shop(NOT_FOUND)
    path = shop.sell(1)
    shop.list_pages(path)
    shop.week(1)
    shop.sell(1, stock="Sold out")
    collected, _ = shop.week(2)
    listing = shop.listings()["1"]
    assert (listing.page_state, listing.available) == ("live", False)
    assert collected.counts["missing"] == 0


def test_a_body_is_kept_when_its_reader_crashes_and_quarantine_says_so(
    open_shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = open_shop()
    paths = [shop.sell(number) for number in (1, 2)]
    shop.list_pages(*paths)
    shop.week(1)
    read, version = reading._PRESETS["product_pages"]

    def crashing(source: Source, document: RawDocument) -> PresetReading:
        if b"48.50" in document.body:
            raise ZeroDivisionError("a fault of the reader")
        return read(source, document)

    monkeypatch.setitem(reading._PRESETS, "product_pages", (crashing, version))
    shop.sell(1, price="48.50")
    shop.sell(2, price="51.00")
    _, staged = shop.week(2)
    assert len(shop.raw_pages(paths[0])) == 2
    assert b"48.50" in shop.raw_pages(paths[0])[1]
    (row,) = shop.house.workspace.head_rows("shelf", "staged/quarantine")
    assert (row.reason, row.scope, row.document.partition("@")[0]) == ("reader_crashed", "document", SITE + paths[0])
    assert "ZeroDivisionError: a fault of the reader" in row.message
    assert "48.50" in row.evidence
    assert [problem.code for problem in staged.problems] == [ExitCode.PARTLY]
    assert {number: row.price_minor for number, row in shop.listings().items()} == {"1": 5000, "2": 5100}


WHOLE_PAGE = ('region = "article.product"\ndrop = ["del"]\n', 'region = "body"\n')
SORRY = "<html><head><title>Shelf</title></head><body><h1>Sorry, nothing here</h1></body></html>"


def say_sorry_everywhere_else(shop: ServedShop) -> None:
    """Answer every address that is not served with status 200."""
    shop.server.routes["/robots.txt"] = plain(b"User-agent: *\nAllow: /\n")
    shop.server.routes["*"] = plain(SORRY.encode())


def probes(shop: ServedShop) -> list[str]:
    """What was asked for that the shop never told of."""
    return [target for target in shop.server.targets if target.startswith("/product/") and len(target) > 20]


def test_a_page_that_says_what_its_site_says_where_nothing_can_be_is_a_miss(open_shop: OpenShop) -> None:
    shop = open_shop(WHOLE_PAGE)
    paths = [shop.sell(number) for number in range(1, 8)]
    shop.list_pages(*paths)
    say_sorry_everywhere_else(shop)
    shop.week(1)
    shop.server.routes[paths[0]] = plain(SORRY.encode())
    collected, _ = shop.week(2)

    assert collected.counts["missing"] == 1
    assert shop.listings()["1"].name == "Ardbeg 1"
    assert len(shop.raw_pages(paths[0])) == 1


def test_one_title_for_all_pages_of_a_site_makes_no_product_an_error_page(open_shop: OpenShop) -> None:
    shop = open_shop(WHOLE_PAGE)
    page = "<html><head><title>Shelf</title></head><body><h1>Ardbeg {0}</h1><p>Strength: 46%</p></body></html>"
    paths = [f"/product/{number}" for number in range(1, 4)]
    for number, path in enumerate(paths, start=1):
        shop.server.routes[path] = plain(page.format(number).encode())
    say_sorry_everywhere_else(shop)
    shop.list_pages(*paths)
    collected, _ = shop.week(1)

    assert collected.counts["missing"] == 0
    assert {row.name for row in shop.listings().values()} == {"Ardbeg 1", "Ardbeg 2", "Ardbeg 3"}


def test_a_host_is_probed_once_a_run_and_not_where_nothing_new_came_or_the_region_tells(open_shop: OpenShop) -> None:
    shop = open_shop(WHOLE_PAGE)
    paths = [shop.sell(number) for number in range(1, 4)]
    shop.list_pages(*paths)
    collected, _ = shop.week(1)
    assert len(probes(shop)) == 1
    assert collected.counts["requests"] == 6  # robots, index, three pages, the probe
    shop.week(2)
    assert len(probes(shop)) == 1


def test_no_host_is_probed_where_a_region_or_a_title_tells_an_error_page(open_shop: OpenShop) -> None:
    shop = open_shop()
    shop.list_pages(shop.sell(1))
    shop.week(1)
    assert probes(shop) == []


def test_robots_and_a_host_that_fails_at_the_probe_cost_no_page(open_shop: OpenShop) -> None:
    shop = open_shop(WHOLE_PAGE)
    path = shop.sell(1)
    shop.list_pages(path)
    shop.server.routes["/robots.txt"] = plain(b"User-agent: *\nAllow: /product/1$\nDisallow: /product/\n")
    collected, _ = shop.week(1)
    assert (collected.counts["missing"], probes(shop)) == (0, [])
    assert shop.listings()["1"].name == "Ardbeg 1"


def test_an_index_is_asked_again_once_after_its_feed_looks_for_other_links(open_shop: OpenShop) -> None:
    shop = open_shop()
    paths = [shop.sell(1), shop.sell(2, path="/bottle/2")]
    shop.list_pages(*paths)
    shop.week(1)
    assert list(shop.listings()) == ["1"]
    workspace = shop.house.workspace
    toml = workspace.home.sources / "shelf.toml"
    old = "page = '/product/\\d+$'"
    text = toml.read_text(encoding="utf-8")
    assert old in text
    toml.write_text(text.replace(old, "page = '/(product|bottle)/\\d+$'"), encoding="utf-8")
    workspace.read_anew()

    assert shop.asked_in(range(2, 4), MAP, paths[1]) == {MAP: [2], paths[1]: [2, 3]}
    assert sorted(shop.listings()) == ["1", "2"]
