"""Web addresses in one spelling, and which of them a crawl may ask for.

Not here: whom a name resolves to (`peers.py`) and what robots say (`robots.py`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from whisky_assets.fetching.failures import BAD_URL, FOREIGN_ORIGIN, RefusedAnswerError

LONGEST_URL = 2_048
MOST_REPEATS = 3
"""How often one path segment may stand in an address; endless calendars and link mazes repeat theirs."""

DEFAULT_PORTS = {"http": 80, "https": 443}
_TRACKING = re.compile(
    r"utm_\w+|gclid|gclsrc|dclid|fbclid|msclkid|yclid|igshid|mc_cid|mc_eid|_ga|_gl|srsltid|pk_campaign|pk_kwd"
)
_HOST = re.compile(r"[0-9a-f]*:[0-9a-f:.]+|[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
_KEPT_IN_PATH = "%/:=&~+!$,;'@()*"


def normalise(url: str, *, base: str | None = None) -> str:
    """Return the one spelling of an absolute http(s) address: lower-case origin, no fragment, no tracking, ASCII.

    Raises:
        RefusedAnswerError: another scheme, a name and password, a control character, over 2,048 characters, or a path
            that repeats one segment more than three times (code `bad_url`).
    """
    try:
        text = urljoin(base, url.strip()) if base else url.strip()
        parts = urlsplit(text)
        origin = _origin(parts.scheme.lower(), parts.hostname, parts.port)
        path = quote(parts.path or "/", safe=_KEPT_IN_PATH)
        query = _query(parts.query)
    except ValueError as error:
        raise _bad(url, str(error)) from error
    if parts.username is not None or parts.password is not None:
        raise _bad(url, "it carries a name or password")
    if _UNSAFE.search(text):
        raise _bad(url, "it holds a space, control character or backslash")
    whole = path + (f"?{query}" if query else "")
    if len(origin) + len(whole) > LONGEST_URL:
        raise _bad(url, f"it is longer than {LONGEST_URL} characters")
    repeats = Counter(segment for segment in path.split("/") if segment)
    if repeats and max(repeats.values()) > MOST_REPEATS:
        raise _bad(url, f"one part of its path stands there more than {MOST_REPEATS} times")
    return origin + whole


def origin_of(url: str) -> str:
    """Return `scheme://host[:port]` of an address, the port only where it is not the scheme's own.

    Raises:
        RefusedAnswerError: the address has no http(s) scheme or no host (code `bad_url`).
    """
    try:
        parts = urlsplit(url)
        return _origin(parts.scheme.lower(), parts.hostname, parts.port)
    except ValueError as error:
        raise _bad(url, str(error)) from error


def host_of(url: str) -> str:
    """Return the host of a normalised address in lower case."""
    return (urlsplit(url).hostname or "").lower()


def require_origin(url: str, origins: Collection[str]) -> None:
    """Accept an address inside the declared origins.

    Raises:
        RefusedAnswerError: it lies outside (code `foreign_origin`) or is no http(s) address (code `bad_url`).
    """
    origin = origin_of(url)
    if origin not in origins:
        raise RefusedAnswerError(
            f"{url}: {origin} is none of the declared origins ({', '.join(sorted(origins))}).",
            code=FOREIGN_ORIGIN,
            remedy="If that site belongs to the feed, add it to `origins` under [fetch] in the feed's TOML.",
        )


def is_below(url: str, address: str) -> bool:
    """Whether a normalised address is this one, parameters aside, or lies below it where it ends in `/`.

    An empty address has nothing below it, and a path that climbs (`..`) lies below none.
    """
    told = url.partition("?")[0]
    if not address or ".." in unquote(told):
        return False
    return told.startswith(address) if address.endswith("/") else told == address


def redirect_target(url: str, location: str | None) -> str:
    """Return where a redirect leads, normalised.

    Raises:
        RefusedAnswerError: it names no place, or none that http(s) can reach (code `bad_url`).
    """
    if not location:
        raise _bad(url, "its redirect names no place")
    # http.client reads headers as Latin-1; servers that put raw UTF-8 into Location mean UTF-8.
    try:
        location = location.encode("latin-1").decode("utf-8")
    except UnicodeError:
        location = location.strip()
    return normalise(location, base=url)


def _origin(scheme: str, host: str | None, port: int | None) -> str:
    if scheme not in DEFAULT_PORTS:
        raise ValueError(f"its scheme is {scheme or 'missing'!r}, not http or https")
    if not host:
        raise ValueError("it has no host")
    name = host.rstrip(".").lower()
    if not name.isascii():
        name = name.encode("idna").decode("ascii")
    if not _HOST.fullmatch(name):
        raise ValueError("its host is no name and no number")
    shown = f"[{name}]" if ":" in name else name
    return f"{scheme}://{shown}" + (f":{port}" if port not in (None, DEFAULT_PORTS[scheme]) else "")


def _query(query: str) -> str:
    if not query:
        return ""
    kept = [part for part in query.split("&") if part and not _TRACKING.fullmatch(part.split("=", 1)[0].lower())]
    if all(part.isascii() for part in kept):
        return "&".join(kept)
    return urlencode(parse_qsl("&".join(kept), keep_blank_values=True))


def _bad(url: str, why: str) -> RefusedAnswerError:
    shown = url[:200].encode("utf-8", "backslashreplace").decode()  # a lone surrogate cannot be printed or stored
    return RefusedAnswerError(f"{shown}: cannot be asked for: {why}.", code=BAD_URL)
