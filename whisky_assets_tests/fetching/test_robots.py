"""robots.txt is asked for once a day and obeyed by RFC 9309; a file that cannot be read means no."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from whisky_assets.fetching.failures import BlockedAnswerError, LaterAnswerError, RefusedAnswerError, code_of
from whisky_assets.fetching.robots import Robots, read_robots
from whisky_assets.fetching.transport import Answer
from whisky_assets.storage.state import StateDatabase
from whisky_assets_tests.fetching.clocks import Hands

PAGE = "http://hanok.sample/products/1"


class Asked:
    """Answers robots requests as told and counts them."""

    def __init__(self, answer: Callable[[str], Answer]) -> None:
        self.answer = answer
        self.urls: list[str] = []

    def __call__(self, url: str) -> Answer:
        self.urls.append(url)
        return self.answer(url)


def told(body: bytes, *, status: int = 200, is_cut: bool = False) -> Asked:
    return Asked(lambda url: Answer(url=url, status=status, headers={}, body=body, is_cut=is_cut))


def failing(error: Exception) -> Asked:
    def answer(_url: str) -> Answer:
        raise error

    return Asked(answer)


def outcome(database: StateDatabase, asked: Asked, url: str = PAGE) -> str:
    try:
        Robots(database, asked, Hands().clock()).require_allowed(url)
    except (BlockedAnswerError, LaterAnswerError) as error:
        return code_of(error)
    return "allowed"


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        (b"User-agent: *\nDisallow: /products/", 200, "robots"),
        (b"User-agent: *\nDisallow: /admin", 200, "allowed"),
        (b"User-agent: *\nDisallow: /\nUser-agent: whisky-assets\nAllow: /", 200, "allowed"),
        (b"User-agent: *\nAllow: /\nUser-agent: Whisky-Assets\nDisallow: /products", 200, "robots"),
        (b"User-agent: *\nDisallow: /products/\nAllow: /products/1", 200, "allowed"),
        (b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /", 200, "robots"),
        (b"user-agent : *\ndisallow : /", 200, "robots"),
        (b"User-agent: *\nDisallow: /*/1$", 200, "robots"),
        (b"", 200, "allowed"),
        (b"# nothing here\n", 200, "allowed"),
        (b"<!doctype html><title>Shop</title>", 200, "robots_unreachable"),
        (b"<pre>\nUser-agent: *\nAllow: /", 200, "robots_unreachable"),
        (b"all welcome", 200, "robots_unreachable"),
        (b"User-agent: *\nDisallow: /", 404, "allowed"),
        (b"", 403, "allowed"),
        (b"", 410, "allowed"),
        (b"", 500, "robots_unreachable"),
        (b"", 204, "robots_unreachable"),
        (b"", 999, "robots_unreachable"),
    ],
)
def test_what_a_robots_answer_allows(database: StateDatabase, body: bytes, status: int, expected: str) -> None:
    assert outcome(database, told(body, status=status)) == expected


@pytest.mark.parametrize(
    "error",
    [
        LaterAnswerError("no answer in time", code="deadline"),
        RefusedAnswerError("six redirects", code="redirects"),
        BlockedAnswerError("bad certificate", code="bad_tls"),
    ],
)
def test_a_robots_file_that_no_request_brings_means_no(database: StateDatabase, error: Exception) -> None:
    assert outcome(database, failing(error)) == "robots_unreachable"


def test_a_deferred_host_is_told_as_such_and_not_remembered_as_unreachable(database: StateDatabase) -> None:
    error = LaterAnswerError("wait", code="host_deferred", host="hanok.sample")
    assert outcome(database, failing(error)) == "host_deferred"
    assert outcome(database, told(b"", status=404)) == "allowed"


def test_a_file_is_asked_for_once_a_day_across_runs(database: StateDatabase) -> None:
    hands = Hands()
    asked = told(b"User-agent: *\nDisallow: /admin")
    for _run in range(3):
        robots = Robots(database, asked, hands.clock())
        robots.require_allowed(PAGE)
        robots.require_allowed(PAGE + "0")
    assert asked.urls == ["http://hanok.sample/robots.txt"]
    hands.wall += 86_401
    Robots(database, asked, hands.clock()).require_allowed(PAGE)
    assert len(asked.urls) == 2


def test_each_origin_has_a_file_of_its_own(database: StateDatabase) -> None:
    asked = told(b"", status=404)
    robots = Robots(database, asked, Hands().clock())
    for url in ("http://hanok.sample/", "https://hanok.sample/", "http://hanok.sample:8080/"):
        robots.require_allowed(url)
    assert [url.rsplit("/", 1)[0] for url in asked.urls] == [
        "http://hanok.sample",
        "https://hanok.sample",
        "http://hanok.sample:8080",
    ]


def test_an_unreachable_file_is_asked_for_again_soon(database: StateDatabase) -> None:
    hands = Hands()
    with pytest.raises(LaterAnswerError):
        Robots(database, told(b"", status=500), hands.clock()).require_allowed(PAGE)
    hands.wall += 61
    Robots(database, told(b"", status=404), hands.clock()).require_allowed(PAGE)


@pytest.mark.parametrize(
    ("body", "delay"),
    [
        (b"User-agent: *\nCrawl-delay: 7\nDisallow: /admin", 7.0),
        (b"User-agent: *\nCrawl-delay: 7\nUser-agent: whisky-assets\nAllow: /", 7.0),
        (b"User-agent: *\nCrawl-delay: 2\n\nUser-agent: whisky-assets\nCrawl-delay: 9\nAllow: /", 9.0),
        (b"User-agent: *\nCrawl-delay: 999999\nAllow: /", 3_600.0),
        (b"User-agent: *\nAllow: /", 0.0),
    ],
)
def test_the_largest_crawl_delay_counts(database: StateDatabase, body: bytes, delay: float) -> None:
    assert Robots(database, told(body), Hands().clock()).require_allowed(PAGE) == delay


def test_a_cut_file_is_read_to_its_last_whole_line() -> None:
    cut = b"User-agent: *\nDisallow: /admin\nDisallow: /products-of-ot"
    found = read_robots(Answer(url=PAGE, status=200, headers={}, body=cut, is_cut=True))
    assert found.rules == "User-agent: *\nDisallow: /admin\n"
