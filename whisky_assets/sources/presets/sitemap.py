"""A sitemap as the index of a feed: its product pages and further sitemaps, on the feed's own hosts alone.

Not here: the form of sitemaps (`parsing.sitemaps`) and the pages themselves (`product_pages`).
"""

from __future__ import annotations

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.sitemaps import read_sitemap
from whisky_assets.sources.document import Link, PresetReading
from whisky_assets.sources.page_links import joined
from whisky_assets.sources.source import FetchPlan, PagePlan, origin_of

SITEMAP_VERSION = "sitemap-2"


def read_sitemap_index(plan: PagePlan, fetch: FetchPlan, url: str, text: str) -> PresetReading:
    """Return the links of a sitemap with the dates that it tells, each once: the first word on an address counts.

    In an index of sitemaps the feed's `index` names those that are opened; in a sitemap its `page` names the pages.
    Addresses of hosts that the feed does not declare are left out and counted in the notes.

    Raises:
        InputRefusedError: reasons `empty_index` (no address that the feed knows), `broken_sitemap`,
            `sitemap_too_large`.
    """
    sitemap = read_sitemap(text)
    links: dict[str, Link] = {}
    foreign = 0
    for entry in sitemap.entries:
        target = joined(url, entry.url)
        role = None if target is None else _role(plan, target, is_index=sitemap.is_index)
        if target is None or role is None or target == url:
            continue
        if not _is_own(fetch, target):
            foreign += 1
            continue
        links.setdefault(target, Link(url=target, role=role, modified=entry.modified))
    if not links:
        raise InputRefusedError(
            f"{url} holds no address of a product page or a further sitemap ({len(sitemap.entries):,} addresses, "
            f"{foreign:,} of them of other hosts).",
            reason="empty_index",
            remedy="Look at it in a browser; if the site changed, mend index or page in [pages] of the feed.",
        )
    notes = (f"{url}: {foreign:,} addresses of hosts that the feed does not declare were left out",) if foreign else ()
    return PresetReading(links=tuple(links.values()), notes=notes)


def _role(plan: PagePlan, target: str, *, is_index: bool) -> str | None:
    if not is_index and plan.page.search(target):
        return "page"
    return "index" if plan.index.search(target) else None


def _is_own(fetch: FetchPlan, target: str) -> bool:
    try:
        return origin_of(target) in fetch.origins
    except ValueError:
        return False
