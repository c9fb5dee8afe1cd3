"""Sitemaps as https://www.sitemaps.org/protocol.html has them: addresses with their dates, plain or packed by gzip.

Not here: which addresses a feed wants. Read by plain patterns: no DTD is run, and a broken tag costs itself alone.
"""

from __future__ import annotations

import dataclasses
import html
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime

from whisky_assets.domain.errors import InputRefusedError

LARGEST_BYTES = 10 * 1024 * 1024
"""Of an unpacked sitemap; the protocol allows 50 MiB, no answer of a shop may be larger than this one."""

MOST_ADDRESSES = 50_000
"""Of one sitemap, by the protocol."""

GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW = 31
_ROOT = re.compile(r"<(?P<prefix>[\w.-]{1,40}:)?(?P<kind>urlset|sitemapindex)(?=[\s/>])", re.IGNORECASE)
_BEFORE_ROOT = 5_000
"""Characters in which the root element stands: a declaration, a style sheet and comments come before it."""

_MONTH = re.compile(r"\d{4}(?:-\d{2})?")


@dataclasses.dataclass(frozen=True, slots=True)
class SitemapEntry:
    """One address as it is told, and when it last changed (aware UTC), None where that is untold or unreadable."""

    url: str
    modified: datetime | None


@dataclasses.dataclass(frozen=True, slots=True)
class Sitemap:
    """Addresses of pages, or (`is_index`) of further sitemaps."""

    is_index: bool
    entries: tuple[SitemapEntry, ...]


def unpacked(body: bytes) -> bytes:
    """Return a body as it is, or unpacked where it is a gzip file.

    Raises:
        InputRefusedError: reasons `broken_sitemap` (no whole gzip file), `sitemap_too_large`.
    """
    if not body.startswith(GZIP_MAGIC):
        return body
    parts: list[bytes] = []
    size = 0
    rest = body
    while rest:
        member = zlib.decompressobj(_GZIP_WINDOW)
        try:
            parts.append(member.decompress(rest, LARGEST_BYTES - size + 1))
        except zlib.error as error:
            raise _broken(f"it is no gzip file ({error})") from error
        size += len(parts[-1])
        if size > LARGEST_BYTES:
            raise _too_large(f"{LARGEST_BYTES:,} bytes")
        if not member.eof:
            raise _broken("the gzip data ends before it is whole")
        rest = member.unused_data.lstrip(b"\0")
    return b"".join(parts)


def is_sitemap(text: str) -> bool:
    """Whether a text is a sitemap or an index of sitemaps, or begins like one."""
    return _ROOT.search(text[:_BEFORE_ROOT]) is not None


def read_sitemap(text: str) -> Sitemap:
    """Return what a sitemap lists, in its order; images, videos and other languages of a page are no addresses of it.

    Raises:
        InputRefusedError: reasons `broken_sitemap` (none, or cut off: then nobody knows what is not listed),
            `sitemap_too_large`.
    """
    if len(text) > LARGEST_BYTES:
        raise _too_large(f"{LARGEST_BYTES:,} characters")
    root = _ROOT.search(text[:_BEFORE_ROOT])
    if root is None:
        raise _broken("it has neither urlset nor sitemapindex")
    prefix, kind = re.escape(root["prefix"] or ""), root["kind"]
    body = _without_comments(text[root.end() :])
    item = "sitemap" if kind.casefold() == "sitemapindex" else "url"
    if not re.search(rf"</{prefix}{kind}\s*>|\A[^<>]*/>", body, re.IGNORECASE):
        raise _broken(f"it ends before </{kind}>")
    items = re.split(rf"<{prefix}{item}(?=[\s>])", body, maxsplit=MOST_ADDRESSES + 1, flags=re.IGNORECASE)[1:]
    if len(items) > MOST_ADDRESSES:
        raise _too_large(f"{MOST_ADDRESSES:,} addresses")
    return Sitemap(is_index=item == "sitemap", entries=tuple(_entries(items, prefix, item)))


def _entries(items: list[str], prefix: str, item: str) -> Iterator[SitemapEntry]:
    location, modified = _member(prefix, "loc"), _member(prefix, "lastmod")
    end = re.compile(rf"</{prefix}{item}\s*>", re.IGNORECASE)
    for told in items:
        whole = end.split(told, maxsplit=1)[0]
        url = _text(location.search(whole))
        if url:
            yield SitemapEntry(url, _moment(_text(modified.search(whole))))


def _member(prefix: str, name: str) -> re.Pattern[str]:
    return re.compile(rf"<{prefix}{name}\s*>\s*(?:<!\[CDATA\[([^\]]*)\]\]>|([^<]*))", re.IGNORECASE)


def _text(match: re.Match[str] | None) -> str:
    if match is None:
        return ""
    return (match[1] if match[1] is not None else html.unescape(match[2])).strip()


def _without_comments(text: str) -> str:
    """Return a text without comments; one that never ends takes all behind it."""
    first, *others = text.split("<!--", MOST_ADDRESSES + 1)
    if len(others) > MOST_ADDRESSES:
        raise _too_large(f"{MOST_ADDRESSES:,} comments")
    return first + "".join(part.partition("-->")[2] for part in others)


def _moment(text: str) -> datetime | None:
    """Return a W3C date as aware UTC: a year, month or day is its first moment, a time without a zone is UTC."""
    if _MONTH.fullmatch(text):
        text = f"{text}-01-01"[: len("2026-01-01")]
    try:
        told = datetime.fromisoformat(text)
        return (told if told.tzinfo is not None else told.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _broken(why: str) -> InputRefusedError:
    return InputRefusedError(
        f"the sitemap cannot be read: {why}.", reason="broken_sitemap", remedy="Fetch it again; until then it is kept."
    )


def _too_large(what: str) -> InputRefusedError:
    return InputRefusedError(
        f"the sitemap holds more than {what}.",
        reason="sitemap_too_large",
        remedy="Name the part with the products as start in [fetch] of the feed: an index of sitemaps lists the parts.",
    )
