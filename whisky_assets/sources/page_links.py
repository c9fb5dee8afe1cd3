"""Addresses that stand on a page: made whole by the page's own, and the one that leads to the next page.

Not here: which of them a crawl may ask (`fetching`).
"""

from __future__ import annotations

from urllib.parse import urldefrag, urljoin, urlsplit

from whisky_assets.parsing.html import Region
from whisky_assets.sources.document import Link


def joined(url: str, href: str | None) -> str | None:
    """Return an address as a page tells it, made whole and without its fragment; None for no http or https one."""
    try:
        whole = urldefrag(urljoin(url, (href or "").strip())).url if href else ""
        return whole if urlsplit(whole).scheme in ("http", "https") else None
    except ValueError:
        return None


def next_page(css: str | None, page: Region, url: str) -> tuple[Link, ...]:
    """Return the first link at a selector that leads on to another page, nothing where none does."""
    for part in page.select(css) if css is not None else ():
        target = joined(url, part.attribute("href"))
        if target is not None and target != url:
            return (Link(url=target, role="page"),)
    return ()
