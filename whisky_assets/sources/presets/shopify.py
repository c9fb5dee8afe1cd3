"""Shopify's public `products.json`, page by page: one row a variant, because each has its own size and price.

Not here: the shop's HTML pages. Form: https://shopify.dev/docs/api/ajax/reference/product, as shops answer it.
"""

from __future__ import annotations

import dataclasses
import re

from whisky_assets.parsing.json_path import first_text, text_of
from whisky_assets.parsing.measures import LONGEST_TEXT, find_volume
from whisky_assets.sources.document import PresetReading, RawDocument, RawRow
from whisky_assets.sources.presets.json_paging import full_page_of, page_after
from whisky_assets.sources.presets.json_rows import Form, json_of, products_of, rows_of
from whisky_assets.sources.presets.json_texts import Item
from whisky_assets.sources.source import Source, origin_of

SHOPIFY_VERSION = "shopify-3"

PRODUCTS_A_PAGE = 30
"""What Shopify answers where the URL names no limit."""

MOST_A_PAGE = 250
"""What Shopify answers at most, whatever limit the URL names."""

_PRICE_BEHIND = re.compile(r"\s*(?:[-–—:|]\s*)?\(?[£$€]\s?\d[\d.,]*\)?\s*$")


def read_shopify(source: Source, document: RawDocument) -> PresetReading:
    """Return a row for every variant, and the next page's URL while pages are full; of a complete feed, while any come.

    Raises:
        InputRefusedError: reasons `empty_file`, `not_json`, `broken_json`, `no_product` (without a list of products).
    """
    products = products_of(json_of(document), "products", document)
    rows, refused = rows_of(source, document, FORM, products)
    size = None if source.feed.complete else full_page_of(document.url, "limit", PRODUCTS_A_PAGE, MOST_A_PAGE)
    return PresetReading(
        rows=rows, refused=refused, links=page_after(document.url, len(products), parameter="page", size=size)
    )


def _prepare(product: Item, url: str) -> Item:
    """Return a product with its tags as a list and the address of its page.

    A handle with a space in it is no name in URLs: such a product has no page.
    """
    handle = text_of(product.get("handle"))
    handle = "" if " " in handle else handle
    tags = product.get("tags")
    return {
        **product,
        "handle": handle,
        "tags": tags.split(",") if isinstance(tags, str) else tags,
        "page": f"{origin_of(url)}/products/{handle}" if handle else "",
    }


def _finish(source: Source, product: Item, row: RawRow) -> RawRow:
    """Return a row named by the product's title, with the variant's where that says more than size and price."""
    if "name" in source.fields:
        return row
    title = text_of(product.get("title"))
    title = title if len(title) <= LONGEST_TEXT else ""
    extra = _PRICE_BEHIND.sub("", first_text(product, "variant.title"))
    is_more = title and extra and extra.casefold() != "default title" and find_volume(extra) is None
    return dataclasses.replace(row, texts={**row.texts, "name": (f"{title} - {extra}" if is_more else title,)})


FORM = Form(variants="variants", prepare=_prepare, finish=_finish)
