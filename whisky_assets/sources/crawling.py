"""What a crawl asks of a feed: where it starts, which links a body holds, and whether a body is an error page.

Not here: the crawl (`fetching`), which knows no feed; `pipeline` hands it these answers.
"""

from __future__ import annotations

import dataclasses

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.decode import decode
from whisky_assets.parsing.html import looks_like_html, parse_page
from whisky_assets.sources.document import Link, RawDocument
from whisky_assets.sources.markup_plans import WHOLE_PAGE
from whisky_assets.sources.reading import find_rows
from whisky_assets.sources.source import HTTP, Source

ERROR_PAGE_REASONS = frozenset({"empty_file", "empty_index", "no_product"})
"""Refusals that say: this address has no product now, though the server answered 200. Others are faults of a page."""

NO_PAGE_REASONS = frozenset({"not_html", "not_json", "api_error"})
"""Refusals that say nothing of the product: a PDF came under the address of a page, a bot wall under that of a list, or
an API's error with status 200."""


def start_links(source: Source) -> tuple[Link, ...]:
    """Return where a crawl starts, none for a feed of files.

    A Shopify list tells products itself, so its start is a page; a site of product pages starts at an index, unless
    the feed's `page` pattern names the address.
    """
    if source.fetch is None:
        return ()
    return tuple(Link(url=url, role=role_of(source, url)) for url in source.fetch.start)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a document lists: links, the stated total of its list (None: untold), and products that it tells itself.

    `items` is None on a site of product pages: those that an index links to are the products.
    """

    links: tuple[Link, ...]
    total: int | None
    items: int | None


def listed_by(source: Source, document: RawDocument) -> Listed:
    """Return what a body lists.

    Raises:
        InputRefusedError: the body cannot be read, so nobody knows where it leads.
    """
    found = find_rows(source, document)
    has_pages = source.pages is not None or document.role == "index"
    told = {row.ordinal for row in found.rows} | {row.ordinal for row in found.refused}
    items = len(told) if found.products is None else found.products
    return Listed(links=found.links, total=found.stated_total, items=None if has_pages else items)


def is_error_page(source: Source, document: RawDocument) -> bool:
    """Whether a body that came with status 200 is a page that says that there is none (a soft 404).

    It has no product where the feed looks for one, or the title that the feed declares for such pages.

    Raises:
        InputRefusedError: the body is no page at all, so it says neither.
    """
    try:
        find_rows(source, document)
    except InputRefusedError as error:
        if error.reason in NO_PAGE_REASONS:
            raise
        return error.reason in ERROR_PAGE_REASONS
    return _says_not_found(source, document)


def needs_probe(source: Source) -> bool:
    """Whether nothing in a feed's TOML tells an error page of its site apart: the region is the whole page."""
    if source.pages is None or source.fetch is None:
        return False
    return source.pages.region == WHOLE_PAGE and source.fetch.not_found is None and source.fetch.transport == HTTP


def says_the_same(source: Source, document: RawDocument, probe: RawDocument) -> bool:
    """Whether a page tells what its site tells where nothing can be: the same title, and the same name of a product.

    Both, as many sites give all their pages one title; a page that a reader cannot read says nothing.
    """
    try:
        return _title_and_names(source, document) == _title_and_names(source, probe)
    except InputRefusedError:
        return False


def _title_and_names(source: Source, document: RawDocument) -> tuple[list[str], list[tuple[str, ...]]]:
    names = [row.texts.get("name", ()) for row in find_rows(source, document).rows]
    return _titles(document), names


def _titles(document: RawDocument) -> list[str]:
    text = decode(document.body, document.charset, document.media_type).text
    return [title.text() for title in parse_page(text).select("head title")] if looks_like_html(text) else []


def _says_not_found(source: Source, document: RawDocument) -> bool:
    if source.fetch is None or source.fetch.not_found is None:
        return False
    return any(source.fetch.not_found.search(title) for title in _titles(document))


def role_of(source: Source, url: str) -> str:
    """Return what an address of a crawled feed is: an index of links, or a page that tells products itself."""
    if source.json is not None and source.json.link is not None:
        starts = {start.partition("?")[0] for start in (source.fetch.start if source.fetch else ())}
        return "index" if url.partition("?")[0] in starts else "page"
    if source.pages is None or source.pages.page.search(url):
        return "page"
    return "index"
