"""Shopify's public `products.json`, page by page: one row a variant, because each has its own size and price.

Not here: the shop's HTML pages. Form: https://shopify.dev/docs/api/ajax/reference/product, as shops answer it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.decode import decode
from whisky_assets.parsing.html import fragment_text
from whisky_assets.parsing.jsonld import read_json
from whisky_assets.parsing.measures import find_volume
from whisky_assets.sources.document import Link, PresetReading, RawDocument, RawRow, RefusedItem, refused_row
from whisky_assets.sources.source import FieldRule, Source, origin_of

SHOPIFY_VERSION = "shopify-1"

PRODUCTS_A_PAGE = 30
"""What Shopify answers where the URL names no limit."""

DEFAULT_PLACES: Mapping[str, tuple[str, ...]] = {
    "source_id": ("variant.id", "id", "handle"),
    "name": ("title",),
    "url": (),
    "producer": ("vendor",),
    "category": ("product_type",),
    "country": (),
    "region": (),
    "abv": ("tags", "title", "body"),
    "volume": ("variant.title", "title", "tags", "body"),
    "pack": (),
    "price": ("variant.price",),
    "currency": (),
    "gtin": ("variant.barcode",),
    "available": ("variant.available",),
}
"""Where each field stands in a shop that says nothing else, by path from the product."""

Item = Mapping[str, object]


def read_shopify(source: Source, document: RawDocument) -> PresetReading:
    """Return a row for every variant of every product, and the next page's URL while pages are full.

    Raises:
        InputRefusedError: reasons `empty_file`, `broken_json`, `no_product` (JSON without a list of products, or HTML).
    """
    products = _products(document)
    rows: list[RawRow] = []
    refused: list[RefusedItem] = []
    ordinal = 0
    for product in products:
        if not isinstance(product, dict):
            refused.append(
                refused_row(ordinal, "not_a_product", "a product must be a JSON object.", _evidence(product))
            )
            ordinal += 1
            continue
        for variant in _variants(product):
            rows.append(_row(source, document.url, product, variant, ordinal))
            ordinal += 1
    return PresetReading(
        rows=tuple(rows),
        refused=tuple(refused),
        links=tuple(_next_page(document.url, len(products))),
    )


def _products(document: RawDocument) -> list[object]:
    if not document.body.strip():
        raise InputRefusedError(f"{document.url} is empty.", reason="empty_file", remedy="Fetch it again.")
    text = decode(document.body, document.charset, document.media_type).text
    if text.lstrip().startswith("<"):
        raise _no_products(document.url, "it is a page, not JSON")
    value = read_json(text)
    products = value.get("products") if isinstance(value, dict) else None
    if not isinstance(products, list):
        raise _no_products(document.url, "it has no list `products`")
    return products


def _no_products(url: str, why: str) -> InputRefusedError:
    return InputRefusedError(
        f"{url} is no Shopify product list: {why}.",
        reason="no_product",
        remedy="Look at the URL in a browser; the shop may be closed or no longer use Shopify.",
    )


def _variants(product: Item) -> list[Item]:
    variants = product.get("variants")
    found: list[Item] = [item for item in variants if isinstance(item, dict)] if isinstance(variants, list) else []
    none: Item = {}
    return found or [none]


def _row(source: Source, url: str, product: Item, variant: Item, ordinal: int) -> RawRow:
    texts: dict[str, tuple[str, ...]] = {}
    for field, places in DEFAULT_PLACES.items():
        rule = source.fields.get(field) or FieldRule(places=places)
        texts[field] = tuple(_cut_texts(rule, product, variant))
    if "name" not in source.fields:
        texts["name"] = (_full_name(product, variant),)
    if not texts["url"]:
        texts["url"] = tuple(f"{origin_of(url)}/products/{handle}" for handle in _handle(product))
    details = {
        name: text
        for name, rule in source.details.items()
        if (text := next(_cut_texts(rule, product, variant), None)) is not None
    }
    return RawRow(
        ordinal=ordinal,
        texts=texts,
        details=details,
        evidence=_evidence(product),
        price_decimal="." if "price" not in source.fields else None,
    )


def _full_name(product: Item, variant: Item) -> str:
    """Return the product's title, with the variant's where that says more than a size."""
    title = _text(product.get("title"))
    extra = _text(variant.get("title"))
    if not title or not extra or extra.casefold() == "default title" or find_volume(extra) is not None:
        return title
    return f"{title} - {extra}"


def _cut_texts(rule: FieldRule, product: Item, variant: Item) -> Iterator[str]:
    for place in rule.places:
        for text in _texts_at(place, product, variant):
            cut = rule.cut(text)
            if cut is not None and cut.strip():
                yield cut


def _texts_at(place: str, product: Item, variant: Item) -> Iterator[str]:
    if place == "body":
        body = _text(product.get("body_html"))
        if body:
            yield fragment_text(body)
        return
    if place == "handle":
        yield from _handle(product)
        return
    owner, name = (variant, place.removeprefix("variant.")) if place.startswith("variant.") else (product, place)
    value = owner.get(name)
    if name == "tags" and isinstance(value, str):
        value = value.split(",")
    for item in value if isinstance(value, list) else [value]:
        if text := _text(item):
            yield text


def _handle(product: Item) -> Iterator[str]:
    """Yield the product's name in URLs; one with a space in it is none, and the product has no page."""
    handle = _text(product.get("handle"))
    if handle and " " not in handle:
        yield handle


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return " ".join(str(value).split())
    return ""


def _next_page(url: str, count: int) -> Iterator[Link]:
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    limit = _whole(query.get("limit"), PRODUCTS_A_PAGE)
    if count == 0 or count < limit:
        return
    query["page"] = str(_whole(query.get("page"), 1) + 1)
    yield Link(url=urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), "")), role="page")


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and re.fullmatch("[0-9]{1,6}", text) else default


def _evidence(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)[:2_000]
