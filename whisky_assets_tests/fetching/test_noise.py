"""A body that differs from the last good one in declared noise alone is that one again: it is neither kept nor read."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

import pytest

from whisky_assets.domain.records import Page
from whisky_assets.fetching.plan import CrawlReport
from whisky_assets_tests.fetching.clocks import MONDAY, WEEK
from whisky_assets_tests.fetching.crawling import Shop
from whisky_assets_tests.fetching.servers import conditional, plain


def without_nonces(page: Page) -> str:
    return hashlib.sha256(re.sub(rb"nonce=\w+", b"", page.body)).hexdigest()


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """A shop of four products whose pages hold nonces."""
    shop.sell(4)
    shop.digest_content = without_nonces
    return shop


def week(shop: Shop, number: int, body: bytes | None = None) -> CrawlReport:
    shop.now = MONDAY + (number - 1) * WEEK
    if body is not None:
        shop.server.routes["/p/3"] = plain(body, headers={"ETag": f'"{number}"'})
    return shop.crawl()


def bodies(shop: Shop, path: str) -> list[bytes]:
    with shop.database.reading() as connection:
        rows = connection.execute("SELECT body FROM stored WHERE url = ? ORDER BY fetched_at", (shop.site + path,))
        return [row[0] for row in rows]


def test_noise_alone_is_no_new_version_and_the_first_body_stays_exact(shop: Shop) -> None:
    week(shop, 1, b"product 3 nonce=a")
    report = week(shop, 2, b"product 3 nonce=b")
    assert (report.fetched, report.unchanged, report.noisy) == (0, 5, 1)
    assert bodies(shop, "/p/3") == [b"product 3 nonce=a"]
    entry = shop.entry("/p/3")
    assert (entry.state, entry.good_at, entry.confirmed_at) == ("unchanged", MONDAY, MONDAY + WEEK)
    assert entry.etag == '"2"'


def test_a_change_beside_the_noise_is_a_new_version(shop: Shop) -> None:
    week(shop, 1, b"product 3 nonce=a")
    week(shop, 2, b"product 3 nonce=b")
    report = week(shop, 3, b"product three nonce=b")
    assert (report.fetched, report.noisy) == (1, 0)
    assert bodies(shop, "/p/3") == [b"product 3 nonce=a", b"product three nonce=b"]
    assert week(shop, 4, b"product 3 nonce=c").fetched == 1  # what it said before is news again


def test_noise_that_is_declared_later_costs_one_more_version_only(shop: Shop) -> None:
    shop.digest_content = lambda _page: None
    week(shop, 1, b"product 3 nonce=a")
    assert week(shop, 2, b"product 3 nonce=b").fetched == 1
    shop.digest_content = without_nonces
    assert week(shop, 3, b"product 3 nonce=c").fetched == 1
    assert week(shop, 4, b"product 3 nonce=d").noisy == 1


def test_a_page_whose_bytes_stood_is_known_by_its_content_from_then_on(shop: Shop) -> None:
    shop.digest_content = lambda _page: None
    week(shop, 1, b"product 3 nonce=a")
    shop.digest_content = without_nonces
    assert week(shop, 2, b"product 3 nonce=a").noisy == 0
    assert week(shop, 3, b"product 3 nonce=b").noisy == 1


def test_a_304_keeps_what_is_known_of_the_content(shop: Shop) -> None:
    shop.server.routes["/p/3"] = conditional(b"product 3 nonce=a", '"a"')
    assert [week(shop, number).fetched for number in (1, 2)] == [5, 0]
    assert week(shop, 3, b"product 3 nonce=b").noisy == 1


def test_a_lost_body_is_stored_again_though_only_noise_changed(shop: Shop) -> None:
    week(shop, 1, b"product 3 nonce=a")
    shop.has_body = lambda url, _fetched_at: not url.endswith("/p/3")
    report = week(shop, 2, b"product 3 nonce=b")
    assert (report.fetched, report.noisy) == (1, 0)
    assert bodies(shop, "/p/3")[-1] == b"product 3 nonce=b"


def test_an_index_that_differs_in_noise_is_still_read_for_its_links(shop: Shop) -> None:
    links = "".join(f'<a href="/p/{number}">' for number in range(4))
    shop.server.routes["/sitemap.xml"] = plain(f"{links} nonce=a".encode())
    week(shop, 1)
    shop.limits = replace(shop.limits, reread_indexes=True)
    shop.server.routes["/sitemap.xml"] = plain(f"{links} nonce=b".encode())
    assert week(shop, 2).noisy == 1
    assert all(shop.entry(f"/p/{number}").listed for number in range(4))
