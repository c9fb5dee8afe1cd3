"""Whether a product page lives on at another address: its canonical link, and which product both addresses tell.

Not here: what a crawl does about it (`fetching`).
"""

from __future__ import annotations

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.decode import decode
from whisky_assets.parsing.html import looks_like_html, parse_page
from whisky_assets.sources.document import RawDocument
from whisky_assets.sources.page_links import joined
from whisky_assets.sources.reading import read_document
from whisky_assets.sources.source import Source


def canonical_of(source: Source, document: RawDocument) -> str | None:
    """Return the other product page that a product page names as its own address, None where it names none.

    Only a site of product pages has any: the canonical link of a list says which of its pages a search engine shows.
    """
    if source.pages is None or document.role != "page":
        return None
    text = decode(document.body, document.charset, document.media_type).text
    if not looks_like_html(text):
        return None
    for link in parse_page(text).select('head link[rel~="canonical"]'):
        address = joined(document.url, link.attribute("href"))
        if address is not None and address != document.url and source.pages.page.search(address):
            return address
    return None


def is_same_product(source: Source, here: RawDocument, there: RawDocument) -> bool:
    """Whether two documents tell the same products by their seller's own numbers, and at least one."""
    numbers = _numbers(source, here)
    return bool(numbers) and numbers == _numbers(source, there)


def _numbers(source: Source, document: RawDocument) -> frozenset[tuple[str, str]]:
    try:
        return frozenset((item.id_space, item.source_id) for item in read_document(source, document).items)
    except InputRefusedError:
        return frozenset()
