"""Addresses of a page: made whole as a browser does, quickly where nothing is to be done."""

from urllib.parse import urldefrag, urljoin, urlsplit, urlunsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.sources.items import without_port
from whisky_assets.sources.page_links import PLAIN_ADDRESS, joined

PAGE = "https://shelf.sample/whisky/list?page=1"

PIECES = ["http://", "https://", "//", "/", "a", "b.sample", "shelf.sample", "..", ".", "?", "#", ";", "=1", "&", ":80"]
PIECES += ["%20", "é", " ", "[", "\t", "@", "HTTP://", "-", "javascript:", "*"]

texts_like_addresses = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


@pytest.mark.parametrize(
    ("href", "whole"),
    [
        ("/p/7", "https://shelf.sample/p/7"),
        ("/p/7?size=70cl#top", "https://shelf.sample/p/7?size=70cl"),
        ("p/7", "https://shelf.sample/whisky/p/7"),
        ("/a/../p/7", "https://shelf.sample/p/7"),
        ("//other.test/p/7", "https://other.test/p/7"),
        (" http://other.test/p/7 ", "http://other.test/p/7"),
        ("?page=2", "https://shelf.sample/whisky/list?page=2"),
        ("javascript:void(0)", None),
        ("http://[", None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_is_made_whole_by_its_pages(href: str | None, whole: str | None) -> None:
    assert joined(PAGE, href) == whole


@given(texts_like_addresses, st.sampled_from([PAGE, "http://shelf.sample", "http://a.test:80/x;y/", "file:list.csv"]))
def test_a_plain_address_is_made_whole_as_any_other(href: str, page: str) -> None:
    assert joined(page, href) == _made_whole(page, href)


@given(texts_like_addresses)
def test_a_plain_address_stays_as_it_is_when_taken_apart(text: str) -> None:
    plain = PLAIN_ADDRESS.fullmatch(text)
    if plain is not None:
        parts = urlsplit(text)
        assert (parts.hostname, parts.fragment, parts.username, parts.port) == (plain["host"], "", None, None)
        assert urlunsplit((parts.scheme, plain["host"], parts.path, parts.query, "")) == text
        assert without_port(text) == text


def _made_whole(page: str, href: str) -> str | None:
    """Return what Python's own functions make of an address."""
    try:
        whole = urldefrag(urljoin(page, href.strip())).url if href else ""
        return whole if urlsplit(whole).scheme in ("http", "https") else None
    except ValueError:
        return None
