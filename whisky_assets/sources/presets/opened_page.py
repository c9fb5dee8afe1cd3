"""A document that must be a page of HTML, opened: what every preset that reads products from one page begins with.

Not here: pages that may be a sitemap as well (`product_pages`), and what stands on a page.
"""

from __future__ import annotations

from typing import NamedTuple

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.decode import decode
from whisky_assets.parsing.html import Region, looks_like_html, parse_page
from whisky_assets.sources.document import RawDocument


class OpenedPage(NamedTuple):
    """A whole page, and what its decoding had to say (`decode`)."""

    region: Region
    flags: tuple[str, ...]


def opened_page(document: RawDocument) -> OpenedPage:
    """Return the page that a document is.

    Raises:
        InputRefusedError: reasons `empty_file`, `not_html` (a PDF, JSON), `too_many_tags`.
    """
    if not document.body.strip():
        raise InputRefusedError(f"{document.url} is empty.", reason="empty_file", remedy="Fetch it again.")
    decoded = decode(document.body, document.charset, document.media_type or "text/html")
    if not looks_like_html(decoded.text):
        raise InputRefusedError(
            f"{document.url} is no HTML, though it came as {document.media_type or 'nothing told'}.",
            reason="not_html",
            remedy="Look at the URL in a browser; if the site changed, mend start in [fetch] of the feed.",
        )
    return OpenedPage(parse_page(decoded.text, decoded.utf8), decoded.flags)
