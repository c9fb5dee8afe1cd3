"""WooCommerce's Store API, `wp-json/wc/store/v1/products`: one row a product, prices in minor units.

Not here: the shop's HTML pages. Form: https://developer.woocommerce.com/docs/apis/store-api/resources-endpoints/products/
"""

from __future__ import annotations

import dataclasses
import re
from urllib.parse import urlsplit

from whisky_assets.parsing.json_path import first_text, text_of
from whisky_assets.parsing.money import LONGEST_FRACTION
from whisky_assets.sources.document import PresetReading, RawDocument, RawRow
from whisky_assets.sources.presets.json_paging import full_page_of, page_after, whole_number
from whisky_assets.sources.presets.json_rows import Form, json_of, products_of, rows_of
from whisky_assets.sources.presets.json_texts import Item
from whisky_assets.sources.source import Source

WOOCOMMERCE_VERSION = "woocommerce-2"

PRODUCTS_A_PAGE = 10
"""What the Store API answers where the URL names no `per_page`."""

MOST_A_PAGE = 100
"""What it answers at most."""

_SLUG = re.compile(r"([^/\s]+)/?$")
_UNREADABLE_DIGITS = LONGEST_FRACTION + 1
"""What no price has, so that it is refused: guessed digits would make it a hundred times as much."""

_ENDS = ("prices.price_range.min_amount", "prices.price_range.max_amount")


def read_woocommerce(source: Source, document: RawDocument) -> PresetReading:
    """Return a row for every product, and the next page's URL while pages are full; of a complete feed, while any come.

    Raises:
        InputRefusedError: reasons `empty_file`, `not_json`, `broken_json`, `no_product` (JSON that is no list).
    """
    products = products_of(json_of(document), "", document)
    rows, refused = rows_of(source, document, FORM, products)
    size = None if source.feed.complete else full_page_of(document.url, "per_page", PRODUCTS_A_PAGE, MOST_A_PAGE)
    return PresetReading(
        rows=rows, refused=refused, links=page_after(document.url, len(products), parameter="page", size=size)
    )


def _prepare(product: Item, _url: str) -> Item:
    """Return a product with the name of its page, which its address ends with."""
    slug = text_of(product.get("slug")) or _last_part(text_of(product.get("permalink")))
    return {**product, "slug": slug}


def _finish(_source: Source, product: Item, row: RawRow) -> RawRow:
    """Return a row with the digits of its price's minor unit, told as `from` where the price is a range."""
    ends = {first_text(product, end) for end in _ENDS} - {""}
    digits = first_text(product, "prices.currency_minor_unit")
    return dataclasses.replace(
        row,
        price_digits=whole_number(digits, _UNREADABLE_DIGITS) if digits else None,
        flags=(*row.flags, "price_from") if len(ends) > 1 else row.flags,
    )


def _last_part(url: str) -> str:
    try:
        match = _SLUG.search(urlsplit(url).path)
    except ValueError:
        return ""
    return match[1] if match else ""


FORM = Form(prepare=_prepare, finish=_finish)
