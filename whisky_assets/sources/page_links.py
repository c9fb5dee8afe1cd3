"""Addresses that stand on a page: made whole by the page's own, and the one that leads to the next page.

Not here: which of them a crawl may ask (`fetching`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urldefrag, urljoin, urlsplit

from whisky_assets.parsing.html import Region
from whisky_assets.sources.document import Link

_PART = r"[A-Za-z0-9_~%@!$&'()*+,=:-][A-Za-z0-9_~%@!$&'()*+,=:.-]*"
_PLAIN_PATH = re.compile(rf"(?:/{_PART})*/?(?:\?[A-Za-z0-9_~%@!$&'()*+,=:;./?-]+)?")
PLAIN_ADDRESS = re.compile(rf"https?://(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)*)(?=/){_PLAIN_PATH.pattern}")
"""An address that says all and no more: making it whole, or taking it apart and together again, gives the same."""


def joined(url: str, href: str | None) -> str | None:
    """Return an address as a page tells it, made whole and without its fragment; None for no http or https one."""
    if not href:
        return None
    address = href.strip()
    if PLAIN_ADDRESS.fullmatch(address):
        return address
    origin = _plain_origin(url)
    if origin is not None and address.startswith("/") and _PLAIN_PATH.fullmatch(address):
        return origin + address
    try:
        whole = urldefrag(urljoin(url, address)).url
        return whole if urlsplit(whole).scheme in ("http", "https") else None
    except ValueError:
        return None


@lru_cache(maxsize=8)
def _plain_origin(url: str) -> str | None:
    """Return scheme and host of a plain address: what a plain path of the same site begins with."""
    plain = PLAIN_ADDRESS.fullmatch(url)
    return url[: plain.end("host")] if plain else None


def next_page(css: str | None, page: Region, url: str) -> tuple[Link, ...]:
    """Return the first link at a selector that leads on to another page, nothing where none does."""
    for part in page.select(css) if css is not None else ():
        target = joined(url, part.attribute("href"))
        if target is not None and target != url:
            return (Link(url=target, role="page"),)
    return ()
