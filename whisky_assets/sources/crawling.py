"""What a crawl asks of a feed: where it starts, which links a body holds, and whether a body is an error page.

Not here: the crawl (`fetching`), which knows no feed; `pipeline` hands it these answers.
"""

from __future__ import annotations

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.sources.document import Link, RawDocument
from whisky_assets.sources.reading import find_rows
from whisky_assets.sources.source import Source

ERROR_PAGE_REASONS = frozenset({"empty_file", "empty_index", "no_product"})
"""Refusals that say: this address has no product now, though the server answered 200. Others are faults of a page."""

NO_PAGE_REASONS = frozenset({"not_html"})
"""Refusals that say nothing of the product: a PDF or an image came under the address of a page."""


def start_links(source: Source) -> tuple[Link, ...]:
    """Return where a crawl starts, none for a feed of files.

    A Shopify list tells products itself, so its start is a page; a site of product pages starts at an index, unless
    the feed's `page` pattern names the address.
    """
    if source.fetch is None:
        return ()
    return tuple(Link(url=url, role=_role(source, url)) for url in source.fetch.start)


def links_of(source: Source, document: RawDocument) -> tuple[Link, ...]:
    """Return the links that a body holds.

    Raises:
        InputRefusedError: the body cannot be read, so nobody knows where it leads.
    """
    return find_rows(source, document).links


def is_error_page(source: Source, document: RawDocument) -> bool:
    """Whether a body that came with status 200 is a page that says that there is none (a soft 404).

    Raises:
        InputRefusedError: the body is no page at all, so it says neither.
    """
    try:
        find_rows(source, document)
    except InputRefusedError as error:
        if error.reason in NO_PAGE_REASONS:
            raise
        return error.reason in ERROR_PAGE_REASONS
    return False


def _role(source: Source, url: str) -> str:
    if source.pages is None or source.pages.page.search(url):
        return "page"
    return "index"
