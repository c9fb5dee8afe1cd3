"""A page whose schema.org blocks tell its products: one row a product or variant, and the pages that a list leads to.

Not here: values that stand in the page's text alone (`product_pages`, `cards`). Paths of a feed look into the Product.
"""

from __future__ import annotations

from collections.abc import Iterator

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.jsonld import texts_of
from whisky_assets.parsing.jsonld_lists import MOST_REPEATED, Listed, listed_products
from whisky_assets.sources.document import Link, PresetReading, RawDocument, RefusedItem, refused_row
from whisky_assets.sources.markup_plans import JsonLdPlan
from whisky_assets.sources.page_links import joined, next_page
from whisky_assets.sources.platforms import TOLD
from whisky_assets.sources.presets.json_rows import Form, evidence_of, rows_of
from whisky_assets.sources.presets.json_texts import Item
from whisky_assets.sources.presets.opened_page import opened_page
from whisky_assets.sources.source import Source

JSON_LD_VERSION = "json_ld-2"


def read_json_ld(source: Source, document: RawDocument) -> PresetReading:
    """Return a row for every product of a page, the pages of its list, and what the list states as its total.

    A block that cannot be read is told in the notes, and the others are read.

    Raises:
        InputRefusedError: reasons `empty_file`, `not_html`, `no_product` (no block tells a product, and no list leads
            to one), `broken_json` (no block can be read).
    """
    plan = source.json_ld
    if plan is None:
        raise AssertionError(f"{source.name}: loading gives every json_ld feed its plan")
    page = opened_page(document).region
    listed = listed_products(script.raw_text() for script in page.select('script[type*="ld+json"]'))
    pages = tuple(_pages(plan, listed, document.url))
    if not listed.products and not listed.oversized and not pages:
        raise _nothing(listed, document.url)
    rows, refused = rows_of(source, document, Form(prepare=_prepare), list(listed.products))
    return PresetReading(
        rows=rows,
        refused=(*refused, *_oversized(listed, first=len(rows) + len(refused))),
        links=(*pages, *next_page(plan.next, page, document.url)),
        notes=tuple(f"{document.url}: {problem}" for problem in listed.problems),
        stated_total=listed.total,
    )


def _prepare(product: Item, _url: str) -> Item:
    """Return a product with its texts by our names, where the paths of `platforms` look for them."""
    told = texts_of(product)
    return {**product, TOLD: {**told, "price": told.get("prices", told.get("price"))}}


def _pages(plan: JsonLdPlan, listed: Listed, url: str) -> Iterator[Link]:
    """Yield the addresses of a list that are pages of one product each by the feed's word."""
    if plan.page is None:
        return
    for told in listed.links:
        target = joined(url, told)
        if target is not None and target != url and plan.page.search(target):
            yield Link(url=target, role="page")


def _oversized(listed: Listed, *, first: int) -> Iterator[RefusedItem]:
    """Yield a refusal for every product of which too much is said for all its variants together."""
    for ordinal, node in enumerate(listed.oversized, start=first):
        message = f"its variants or offers would repeat more than {MOST_REPEATED:,} characters of what they share."
        yield refused_row(ordinal, "too_many_variants", message, evidence_of(node))


def _nothing(listed: Listed, url: str) -> InputRefusedError:
    if listed.problems:
        return InputRefusedError(
            f"{url}: {listed.problems[0]}",
            reason="broken_json",
            remedy="Fetch it again; if it stays so, the preset product_pages or cards reads the page's text.",
        )
    return InputRefusedError(
        f"{url} tells no product in schema.org blocks (script type application/ld+json).",
        reason="no_product",
        remedy="If the site dropped them, the preset product_pages or cards reads the page's text.",
    )
