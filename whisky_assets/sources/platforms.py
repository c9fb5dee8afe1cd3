"""Where values stand in a shop of a known platform, so that its feed need say only what is its own.

Not here: how they are read (`presets`). A field that a feed declares takes the place of the platform's.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from whisky_assets.parsing.json_path import parse_path
from whisky_assets.sources.source import FIELD_NAMES, MINOR_UNIT, FieldRule

SHOPIFY_FIELDS: Mapping[str, FieldRule] = {
    "source_id": FieldRule(places=("variant.id", "id", "handle")),
    "url": FieldRule(places=("page",)),
    "producer": FieldRule(places=("vendor",)),
    "category": FieldRule(places=("product_type",)),
    "abv": FieldRule(places=("tags", "title", "body_html"), search=True),
    "volume": FieldRule(places=("variant.title", "title", "tags", "body_html"), search=True),
    "price": FieldRule(places=("variant.price",)),
    "gtin": FieldRule(places=("variant.barcode",)),
    "available": FieldRule(places=("variant.available",)),
    "image": FieldRule(places=("variant.featured_image.src", "images.src")),
}
"""`page` is the address that Shopify makes of a handle. The name has no place: it is made of title and variant."""

WOOCOMMERCE_FIELDS: Mapping[str, FieldRule] = {
    "source_id": FieldRule(places=("id", "slug")),
    "name": FieldRule(places=("name",)),
    "url": FieldRule(places=("permalink",)),
    "producer": FieldRule(places=("brands.name",)),
    "category": FieldRule(places=("categories.name",)),
    "abv": FieldRule(places=("name", "attributes.terms.name", "short_description", "description"), search=True),
    "volume": FieldRule(places=("name", "attributes.terms.name", "short_description", "description"), search=True),
    "price": FieldRule(places=("prices.price",), unit=MINOR_UNIT),
    "currency": FieldRule(places=("prices.currency_code",)),
    "gtin": FieldRule(places=("gtin", "global_unique_id")),
    "available": FieldRule(
        places=("is_purchasable", "is_in_stock"), form="{} {}", yes=re.compile("^true true$"), no=re.compile("false")
    ),
    "image": FieldRule(places=("images.src",)),
}

SQUARESPACE_FIELDS: Mapping[str, FieldRule] = {
    "source_id": FieldRule(places=("variant.id", "id", "fullUrl")),
    "name": FieldRule(places=("title",)),
    "url": FieldRule(places=("fullUrl",)),
    "category": FieldRule(places=("productType",)),
    "abv": FieldRule(places=("title", "excerpt", "body"), search=True),
    "volume": FieldRule(places=("variant.attributes.Size", "variant.attributes.size", "title"), search=True),
    "price": FieldRule(places=("variant[onSale=true].salePriceMoney.value", "variant.priceMoney.value")),
    "currency": FieldRule(places=("variant.priceMoney.currency",)),
    "gtin": FieldRule(places=("variant.barcode",)),
    "available": FieldRule(
        places=("variant.unlimited", "variant.qtyInStock"),
        form="{} {}",
        yes=re.compile("^true|^false [1-9]"),
        no=re.compile("^false (?:0$|-)"),
    ),
    "image": FieldRule(places=("assetUrl",)),
}
"""`productType` is 1 for goods that are sent, 2 for services such as a tasting."""

JSON_API_FIELDS: Mapping[str, FieldRule] = {
    **{field: FieldRule(places=(field,)) for field in FIELD_NAMES},
    "source_id": FieldRule(places=("id",)),
    "name": FieldRule(places=("name", "title")),
    "available": FieldRule(places=("available", "in_stock", "stock")),
    "image": FieldRule(places=("image", "image_url")),
}
"""What a product calls as we do stands under its own name."""

TOLD = "told"
"""Where the texts of a schema.org Product stand by our names (`parsing.jsonld.texts_of`), beside its own members."""

SITEMAP_FIELDS: Mapping[str, FieldRule] = {
    "source_id": FieldRule(places=("url",), pattern=re.compile(r"([^/?#]+?)(?:\.html?)?/?(?:[?#]|$)")),
}
"""The last part of a page's address is its number: shops keep it when they rename the product."""

JSON_LD_FIELDS: Mapping[str, FieldRule] = {
    **{field: FieldRule(places=(f"{TOLD}.{field}",)) for field in FIELD_NAMES},
    "abv": FieldRule(places=(f"{TOLD}.abv", f"{TOLD}.name"), search=True),
    "volume": FieldRule(places=(f"{TOLD}.volume", f"{TOLD}.name"), search=True),
}

KEYS: Mapping[str, frozenset[str]] = {
    "shopify": frozenset({"id", "title", "handle", "vendor", "product_type", "tags", "body_html", "page"})
    | {"created_at", "published_at", "updated_at", "options", "images", "variant"},
    "woocommerce": frozenset({field.places[0].split(".")[0] for field in WOOCOMMERCE_FIELDS.values()})
    | {"slug", "sku", "type", "tags", "images", "attributes", "variations", "short_description", "description"}
    | {"is_in_stock", "is_on_backorder", "on_sale", "low_stock_remaining", "global_unique_id", "extensions"},
    "squarespace": frozenset(
        {"id", "title", "fullUrl", "urlId", "productType", "excerpt", "body", "categories", "tags"}
    )
    | {"structuredContent", "variant", "assetUrl"},
}
"""Members of a product by which a path can begin."""

VARIANT_KEYS: Mapping[str, frozenset[str]] = {
    "shopify": frozenset({"id", "title", "sku", "barcode", "price", "compare_at_price", "available"})
    | {"option1", "option2", "option3", "grams", "position", "created_at", "updated_at", "featured_image"},
    "squarespace": frozenset({"id", "sku", "barcode", "attributes", "priceMoney", "salePriceMoney", "onSale"})
    | {"unlimited", "qtyInStock", "optionValues"},
}
"""Members of one of a product's variants."""

TITLES: Mapping[str, str] = {"shopify": "Shopify", "woocommerce": "WooCommerce", "squarespace": "Squarespace"}

FIELDS: Mapping[str, Mapping[str, FieldRule]] = {
    "shopify": SHOPIFY_FIELDS,
    "woocommerce": WOOCOMMERCE_FIELDS,
    "squarespace": SQUARESPACE_FIELDS,
    "json_api": JSON_API_FIELDS,
    "json_ld": JSON_LD_FIELDS,
    "sitemap": SITEMAP_FIELDS,
}


def with_defaults(preset: str, declared: Mapping[str, FieldRule]) -> Mapping[str, FieldRule]:
    """Return the rules of a feed's fields: the declared ones, and the preset's for those that it does not name.

    On cards the first link is the address, in a table that of the name's cell; strength and size are looked for in the
    name.
    """
    if preset == "cards" and "name" in declared:
        in_name = FieldRule(places=declared["name"].places, attribute=declared["name"].attribute, search=True)
        link = FieldRule(places=("a[href]",), attribute="href")
        return {"url": link, "abv": in_name, "volume": in_name, **declared}
    if preset == "table" and "name" in declared:
        cell = FieldRule(places=declared["name"].places, search=True)
        return {"url": dataclasses.replace(cell, attribute="href"), "abv": cell, "volume": cell, **declared}
    return {**FIELDS.get(preset, {}), **declared}


def is_told(preset: str, path: str) -> bool:
    """Whether a platform's answer can hold something at a path; an API of a shop's own can hold anything.

    Raises:
        ValueError: the path cannot be meant.
    """
    steps = parse_path(path)
    if preset not in KEYS:
        return bool(steps)
    if not steps or steps[0].key not in KEYS[preset]:
        return False
    return steps[0].key != "variant" or (len(steps) > 1 and steps[1].key in VARIANT_KEYS[preset])
