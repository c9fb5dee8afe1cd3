"""Addresses have one spelling, and a crawl never asks for one outside its origins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.fetching.addresses import normalise, origin_of, redirect_target, require_origin
from whisky_assets.fetching.failures import RefusedAnswerError, code_of


@pytest.mark.parametrize(
    ("written", "spelling"),
    [
        ("HTTP://Hanok.Sample:80/A?b=1#top", "http://hanok.sample/A?b=1"),
        ("https://hanok.sample", "https://hanok.sample/"),
        ("https://hanok.sample:8443/", "https://hanok.sample:8443/"),
        ("http://hanok.sample./a", "http://hanok.sample/a"),
        ("http://hanok.sample/a?utm_source=x&page=2&gclid=3&fbclid=4", "http://hanok.sample/a?page=2"),
        ("http://hanok.sample/a?utm_source=x", "http://hanok.sample/a"),
        (
            "http://hanok.sample/위스키?q=아드벡",
            "http://hanok.sample/%EC%9C%84%EC%8A%A4%ED%82%A4?q=%EC%95%84%EB%93%9C%EB%B2%A1",
        ),
        ("http://hanok.sample/%EC%9C%84", "http://hanok.sample/%EC%9C%84"),
        ("http://위스키.sample/", "http://" + "위스키".encode("idna").decode() + ".sample/"),
        ("http://hanok.sample//double//slash", "http://hanok.sample//double//slash"),
        ("  http://hanok.sample/a  ", "http://hanok.sample/a"),
        ("http://[2001:DB8::1]/a", "http://[2001:db8::1]/a"),
    ],
)
def test_an_address_has_one_spelling(written: str, spelling: str) -> None:
    assert normalise(written) == spelling


@pytest.mark.parametrize(
    "written",
    [
        "ftp://hanok.sample/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "mailto:me@hanok.sample",
        "/no/host",
        "http:///path",
        "http://me:secret@hanok.sample/",
        "http://hanok.sample/a b",
        "http://hanok.sample/a\\b",
        "http://hanok.sample:port/",
        "http://[",
        "http://[::1",
        "http://.../",
        "http://a%zz/",
        "http://hanok.sample/\udcff",
        "http://hanok.sample/?q=\udcff",
        "http://hanok.sample/" + "a" * 2_048,
        "http://hanok.sample/2026/next/2026/next/2026/next/2026/next",
    ],
)
def test_what_cannot_be_asked_for_is_refused(written: str) -> None:
    with pytest.raises(RefusedAnswerError) as caught:
        normalise(written)
    assert code_of(caught.value) == "bad_url"
    assert str(caught.value).encode()


@given(st.text(alphabet=st.characters(codec=None), max_size=30))
def test_a_link_of_any_text_is_spelt_or_refused(link: str) -> None:
    try:
        told = normalise(link, base="http://hanok.sample/a")
    except RefusedAnswerError as error:
        told = code_of(error)
    assert told == "bad_url" or (told.startswith("http") and told.isascii())


def test_a_relative_link_is_read_from_its_page() -> None:
    assert normalise("../b?x=1", base="http://hanok.sample/a/c") == "http://hanok.sample/b?x=1"
    assert normalise("//other.sample/b", base="https://hanok.sample/a") == "https://other.sample/b"


@given(st.text(max_size=40), st.text(max_size=20))
def test_normalising_twice_changes_nothing(path: str, query: str) -> None:
    try:
        once = normalise(f"http://hanok.sample/{path}?{query}")
    except RefusedAnswerError:
        return
    assert normalise(once) == once
    assert origin_of(once) == "http://hanok.sample"
    assert once.isascii()


def test_only_the_declared_origins_are_inside() -> None:
    origins = ("https://hanok.sample", "http://hanok.sample:8080")
    require_origin("https://hanok.sample/a", origins)
    require_origin("http://hanok.sample:8080/a", origins)
    for outside in (
        "http://hanok.sample/",
        "https://hanok.sample:444/",
        "https://www.hanok.sample/",
        "https://hanok.sample.evil.example/",
        "https://evil.example/https://hanok.sample/",
    ):
        with pytest.raises(RefusedAnswerError) as caught:
            require_origin(outside, origins)
        assert code_of(caught.value) == "foreign_origin"


def test_a_redirect_may_be_relative_or_raw_utf8_but_never_leave_http() -> None:
    assert redirect_target("http://hanok.sample/a/b", "c") == "http://hanok.sample/a/c"
    raw_utf8 = "/위".encode().decode("latin-1")
    assert redirect_target("http://hanok.sample/a", raw_utf8) == "http://hanok.sample/%EC%9C%84"
    for location in ("file:///etc/passwd", None, ""):
        with pytest.raises(RefusedAnswerError):
            redirect_target("http://hanok.sample/", location)
