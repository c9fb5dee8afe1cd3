"""A page that a script draws, in a real Chromium: what is kept of it, and when it is whole."""

from __future__ import annotations

import json

import pytest

from whisky_assets.fetching.browser.bidi import Channel, Event
from whisky_assets.fetching.browser.transport import RENDERED_FROM
from whisky_assets.fetching.failures import code_of
from whisky_assets_tests.fetching.browser.lab import SHOP, Lab, texts
from whisky_assets_tests.fetching.browser.processes import end_of, with_children
from whisky_assets_tests.fetching.servers import plain, raw

DRAW = """
fetch("/api/list").then(answer => answer.json()).then(whiskies => {
  for (const whisky of whiskies) {
    const item = document.createElement("li");
    item.textContent = whisky;
    document.getElementById("list").append(item);
  }
});
"""
WHISKIES = ["Ardbeg 10", "글렌 오드 12", "Té Bheag"]
LIST = "<ul id=list></ul>"


def sell(lab: Lab) -> None:
    lab.serve("/api/list", json.dumps(WHISKIES), media_type="application/json")


def test_a_list_that_a_script_draws_is_kept_as_drawn(lab: Lab) -> None:
    sell(lab)
    answer = lab.page(DRAW, body=LIST)
    assert texts(answer, "#list li") == WHISKIES
    assert answer.body.startswith(b"<!DOCTYPE html>\n<html>")
    assert (answer.status, answer.media_type, answer.charset) == (200, "text/html", "utf-8")
    assert answer.headers["content-type"].endswith("rendered=chromium")
    assert answer.headers[RENDERED_FROM] == "text/html"
    assert lab.asked_by_pages() == ["/api/list"]
    assert lab.refused() == {}


def test_what_a_page_asks_for_says_who_we_are_and_carries_no_secret(lab: Lab) -> None:
    sell(lab)
    lab.page(DRAW, body=LIST)
    for request in lab.server.requests:
        assert request.headers["user-agent"] == lab.transport._guarded.user_agent
        assert not {name for name in request.headers if name.startswith("proxy-") or name == "authorization"}


def test_a_server_that_asks_for_a_secret_gets_none(lab: Lab) -> None:
    lab.route("/api/list", plain(b"[]", status=401, headers={"WWW-Authenticate": 'Basic realm="page"'}))
    lab.page(DRAW, body=LIST)
    assert lab.asked_by_pages() == ["/api/list"]
    assert "authorization" not in lab.server.requests[-1].headers


def test_nothing_that_one_page_leaves_is_there_for_the_next(lab: Lab) -> None:
    lab.page('document.cookie = "id=1; path=/"; localStorage.setItem("id", "1"); fetch("/seen")')
    shown = '"[" + document.cookie + (localStorage.getItem("id") || "") + "]"'
    answer = lab.page(f'document.getElementById("here").textContent = {shown}; fetch("/seen/2")')
    assert texts(answer, "#here") == ["[]"]
    cookies = {request.target: request.headers.get("cookie") for request in lab.server.requests}
    assert cookies == {"/p": None, "/seen": "id=1", "/seen/2": None}


@pytest.mark.parametrize(("told", "encoding"), [("iso-8859-1", "latin-1"), ("euc-kr", "euc-kr")])
def test_what_is_kept_is_utf_8_whatever_the_page_was(lab: Lab, told: str, encoding: str) -> None:
    word = "스카치" if told == "euc-kr" else "Té"
    lab.serve("/p", f"<p id=here>{word}</p>".encode(encoding), media_type=f"text/html; charset={told}")
    answer = lab.get()
    assert texts(answer, "#here") == [word]
    assert answer.charset == "utf-8"


def test_what_is_no_page_is_handed_on_as_it_came(lab: Lab) -> None:
    body = b'<?xml version="1.0" encoding="ISO-8859-1"?><urlset><loc>T\xe9</loc></urlset>'
    lab.serve("/p", body, media_type="application/xml", ETag='"1"')
    answer = lab.get()
    assert (answer.body, answer.media_type) == (body, "application/xml")
    assert RENDERED_FROM not in answer.headers


def test_a_document_is_asked_for_without_validators_and_its_own_are_not_kept(lab: Lab) -> None:
    sell(lab)
    lab.serve("/p", f"<body>{LIST}<script>{DRAW}</script></body>", ETag='"1"', **{"Last-Modified": "yesterday"})
    sent = {"If-None-Match": '"1"', "If-Modified-Since": "yesterday", "Accept": "text/html"}
    answer = lab.transport.get(f"{SHOP}/p", sent)
    assert not {"etag", "last-modified"} & set(answer.headers)
    first = lab.server.requests[0].headers
    assert first["accept"] == "text/html"
    assert not {"if-none-match", "if-modified-since"} & set(first)


def test_a_304_that_nobody_asked_for_is_refused(lab: Lab) -> None:
    lab.route("/p", raw(b"HTTP/1.1 304 Same\r\n\r\n"))
    assert code_of(lab.failure()) == "malformed"


@pytest.mark.parametrize("status", [404, 410, 500, 301])
def test_a_document_that_is_none_is_answered_without_a_browser(lab: Lab, status: int) -> None:
    lab.route("/p", plain(b"<script>fetch('/api')</script>", status=status, headers={"Location": "/q"}))
    answer = lab.get()
    assert (answer.status, answer.body) == (status, b"")
    assert lab.asked_by_pages() == []


def test_a_page_that_waits_for_an_element_is_whole_when_it_appears(lab: Lab) -> None:
    lab.wait_for("#list li:nth-child(2)")
    lab.route("/endless", raw(b""))
    late = 'setTimeout(() => { document.getElementById("list").innerHTML = "<li>a</li><li>b</li>" }, 700);'
    answer = lab.page(late, body=f'{LIST}<script src="/endless" async></script>')
    assert texts(answer, "#list li") == ["a", "b"]


def test_a_page_that_never_pauses_is_whole_when_its_element_appears(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Channel.next_event
    chatter: Event = {"method": "browsingContext.load", "params": {"context": "another"}}
    monkeypatch.setattr(Channel, "next_event", lambda channel, seconds: heard(channel, seconds) or chatter)
    lab.wait_for("#list li")
    lab.hurried(5)
    answer = lab.page("setTimeout(() => { list.innerHTML = '<li>late</li>' }, 300)", body=LIST)
    assert texts(answer, "#list li") == ["late"]


@pytest.mark.parametrize(
    ("css", "why"), [(None, "come to rest"), pytest.param("#never", "'#never' did not appear", marks=pytest.mark.slow)]
)
def test_a_page_that_is_never_whole_ends_at_its_deadline(lab: Lab, css: str | None, why: str) -> None:
    lab.wait_for(css)
    lab.hurried(2)
    lab.route("/endless", raw(b""))
    lab.serve("/p", '<body><script src="/endless"></script></body>')
    error = lab.failure()
    assert code_of(error) == "deadline"
    assert why in error.message
    assert "wait_for" in error.remedy


@pytest.mark.slow
def test_a_script_that_never_ends_is_ended_and_the_next_page_is_drawn(lab: Lab) -> None:
    lab.hurried(2)
    lab.serve("/p", "<body><script>for (;;) {}</script></body>")
    assert code_of(lab.failure()) == "deadline"
    lab.hurried(20)
    sell(lab)
    assert texts(lab.page(DRAW, body=LIST), "#list li") == WHISKIES


def test_a_part_that_fails_makes_no_page(lab: Lab) -> None:
    lab.route("/api/list", plain(b"", status=502))
    lab.serve("/p", f"<body>{LIST}<script>{DRAW}</script></body>")
    error = lab.failure()
    assert code_of(error) == "status_502"
    assert "/api/list" in error.message


@pytest.mark.parametrize(
    ("script", "what"),
    [
        ("""fetch("/big").then(answer => answer.text())""", "loads"),
        ("""document.body.append("한".repeat(400_000))""", "draws"),
        pytest.param("""document.body.append("x".repeat(1_000_001))""", "draws", marks=pytest.mark.slow),
    ],
)
def test_a_page_larger_than_its_limit_is_refused(lab: Lab, script: str, what: str) -> None:
    lab.serve("/big", b"x" * 1_000_001, media_type="text/plain")
    lab.serve("/p", f"<body><script>{script}</script></body>")
    error = lab.failure()
    assert code_of(error) == "too_large"
    assert f"the page {what} more than 1,000,000 bytes" in error.message


@pytest.mark.slow
@pytest.mark.parametrize("who", ["browser", "driver", "leash"])
def test_a_browser_that_dies_is_told_and_the_next_page_has_a_new_one(lab: Lab, who: str) -> None:
    sell(lab)
    lab.page(DRAW, body=LIST)
    assert lab.transport._browser is not None
    family = with_children(lab.transport._browser._leash.pid)
    leash, driver, browser = family[:3]
    {"browser": browser, "driver": driver, "leash": leash}[who].kill()
    if who == "leash":
        lab.transport._end_browser()
    else:
        assert code_of(lab.failure()) == "browser_failed"
    assert end_of(family) == []
    assert texts(lab.page(DRAW, body=LIST), "#list li") == WHISKIES
