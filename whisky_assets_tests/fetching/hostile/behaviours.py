"""What a hostile server does to one page, by number, and how the page's entry must stand after it.

Not here: behaviours of a whole host (robots, Retry-After, mazes of links), which `docs/fetching.md` lists with theirs.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from whisky_assets_tests.fetching.servers import Route, dripping, gzipped, plain, raw

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
DEADLINE_SECONDS = 0.4


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One behaviour: what the server sends, and the state and stored reason of the page that it sends it for."""

    name: str
    route: Route
    state: str
    reason: str


def redirect(to: str) -> Route:
    """A route that leads elsewhere."""
    return plain(b"", status=302, headers={"Location": to})


def bomb(megabytes: int) -> bytes:
    """One gzip member of so many zero bytes."""
    squeezer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(squeezer.compress(bytes(1_000_000)) for _part in range(megabytes)) + squeezer.flush()


def _gzip(body: bytes, encoding: str = "gzip") -> Route:
    return plain(body, headers={"Content-Encoding": encoding})


_MANY_HEADERS = b"".join(b"X-%d: 1\r\n" % line for line in range(101))
_LONG_LINES = b"".join(b"X-%d: %s\r\n" % (line, b"x" * 8_000) for line in range(20))

BEHAVIOURS = (
    Behaviour("1 dripped body", dripping(OK + b"Content-Length: 99999\r\n\r\n", b"."), "deferred", "deadline"),
    Behaviour("2 dripped headers", dripping(OK, b"X-A: 1\r\n", 0.05), "deferred", "deadline"),
    Behaviour("3 dripped status line", dripping(b"HTTP/1.1 2", b"0"), "deferred", "deadline"),
    Behaviour("4 endless hundreds", dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "deferred", "deadline"),
    Behaviour("5 silence after accept", dripping(b"", b""), "deferred", "deadline"),
    Behaviour("6 endless body", dripping(OK + b"\r\n", b"x" * 200_000, 0), "refused", "too_large"),
    Behaviour("7 gzip bomb", _gzip(bomb(200)), "refused", "too_large"),
    Behaviour("8 bomb in a bomb", _gzip(gzipped(bomb(200)), "gzip, gzip"), "refused", "malformed"),
    Behaviour(
        "9 gzip cut",
        raw(OK + b"Content-Encoding: gzip\r\n\r\n" + gzipped(b"page")[:-4], close=True),
        "deferred",
        "truncated",
    ),
    Behaviour(
        "10 short of its length", raw(OK + b"Content-Length: 50\r\n\r\nhalf", close=True), "deferred", "truncated"
    ),
    Behaviour("11 chunk cut", raw(CHUNKED + b"20\r\nhalf", close=True), "deferred", "truncated"),
    Behaviour("12 reset in the body", raw(OK + b"Content-Length: 50\r\n\r\nhalf", reset=True), "deferred", "truncated"),
    Behaviour("13 two lengths", raw(OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc"), "refused", "malformed"),
    Behaviour("14 bad chunk size", raw(CHUNKED + b"zz\r\nhalf\r\n"), "refused", "malformed"),
    Behaviour("15 plain text as gzip", _gzip(b"text"), "refused", "malformed"),
    Behaviour("16 unasked brotli", _gzip(b"\x0b\x02", "br"), "refused", "malformed"),
    Behaviour("17 101 headers", raw(OK + _MANY_HEADERS + b"Content-Length: 0\r\n\r\n"), "refused", "malformed"),
    Behaviour(
        "18 a header of 70 kB",
        raw(OK + b"X-A: " + b"a" * 70_000 + b"\r\nContent-Length: 0\r\n\r\n"),
        "refused",
        "malformed",
    ),
    Behaviour(
        "18 headers of many lines", raw(OK + _LONG_LINES + b"Content-Length: 4\r\n\r\nbody"), "refused", "malformed"
    ),
    Behaviour("19 not HTTP", raw(b"SSH-2.0-OpenSSH_9.2\r\n\r\n", close=True), "refused", "malformed"),
    Behaviour("20 empty", raw(b"", close=True), "deferred", "no_answer"),
    Behaviour("22 redirect loop", redirect("/p/3"), "refused", "redirects"),
    Behaviour("23 six hops", redirect("/hop/1"), "refused", "redirects"),
    Behaviour("24 redirect to loopback", redirect("http://127.0.0.1/admin"), "refused", "foreign_origin"),
    Behaviour("25 redirect elsewhere", redirect("http://other.sample/p/3"), "refused", "foreign_origin"),
    Behaviour("26 redirect to a file", redirect("file:///etc/passwd"), "refused", "bad_url"),
    Behaviour("a redirect to nowhere", plain(b"", status=302), "refused", "bad_url"),
    Behaviour("42 unasked 304", raw(b"HTTP/1.1 304 Same\r\n\r\n"), "refused", "malformed"),
    Behaviour("49 status 999", plain(b"", status=999), "refused", "status_999"),
    Behaviour("50 204 with a body", raw(b"HTTP/1.1 204 None\r\nContent-Length: 4\r\n\r\nbody"), "deferred", "empty"),
    Behaviour("an empty page", plain(b""), "deferred", "empty"),
)

OVER_TLS = tuple(
    one for one in BEHAVIOURS if one.name.split()[0] in {"1", "2", "3", "4", "5", "6", "7", "9", "10", "11", "12"}
)
"""Those where TLS stands between the deadline, the limit or the end of the body and the socket."""
