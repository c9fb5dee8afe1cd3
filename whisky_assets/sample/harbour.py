"""harbour, a British shop: `products.json` in pages, as Shopify's shops show it; sizes are variants.

Not here: what stands on the shelf (`world.py`) and reading it (`sources/feeds/harbour.toml`).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import groupby
from urllib.parse import parse_qs, urlsplit

from whisky_assets.sample.answers import HTML, JSON, TEXT, SampleAnswer, not_found
from whisky_assets.sample.listing import Listing

ROBOTS = "User-agent: *\nDisallow: /admin\nDisallow: /cart\nDisallow: /checkout\n"
DEFAULT_LIMIT = 30
MOST_LIMIT = 250
_DRIFT_POSITION = 50
"""Where a product stands a second time: the first place of the second page of 50."""
_CREATED = "2025-11-03T10:00:00+00:00"


def answer(shelf: Sequence[Listing], changed: Mapping[str, datetime], target: str) -> SampleAnswer:
    """Return what the shop answers to a path with query; `changed` says since when a listing (by code) reads so."""
    parts = urlsplit(target)
    if parts.path == "/robots.txt":
        return SampleAnswer(status=200, content_type=TEXT, body=ROBOTS.encode())
    if parts.path == "/products.json":
        return _products_page(products(shelf, changed), parse_qs(parts.query))
    if parts.path.startswith("/products/"):
        return _product_page(products(shelf, changed), parts.path.removeprefix("/products/"))
    return not_found()


def products(shelf: Sequence[Listing], changed: Mapping[str, datetime]) -> list[dict[str, object]]:
    """Return the shop's products, one a whisky or special, variants by size; one of them stands there twice."""
    grouped = [list(group) for _, group in groupby(shelf, key=lambda listing: listing.number)]
    shown = [_product(group, changed) for group in grouped]
    for group, product in zip(grouped, tuple(shown), strict=True):
        if group[0].copies == "next_page":
            shown.insert(_DRIFT_POSITION, product)
    return shown


def _products_page(shown: list[dict[str, object]], query: Mapping[str, list[str]]) -> SampleAnswer:
    limit = min(_number(query, "limit", DEFAULT_LIMIT), MOST_LIMIT)
    first = (_number(query, "page", 1) - 1) * limit
    body = json.dumps({"products": shown[first : first + limit]}, ensure_ascii=False, separators=(",", ":"))
    return SampleAnswer(status=200, content_type=JSON, body=body.encode())


def _number(query: Mapping[str, list[str]], name: str, otherwise: int) -> int:
    text = query.get(name, [""])[0]
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,6}", text) else otherwise


def _product_page(shown: list[dict[str, object]], handle: str) -> SampleAnswer:
    for product in shown:
        if product["handle"] == handle:
            title = escape(str(product["title"]))
            body = f"<!doctype html><title>{title} | Harbour</title><h1>{title}</h1>{product['body_html'] or ''}\n"
            return SampleAnswer(status=200, content_type=HTML, body=body.encode())
    return not_found()


def _product(group: Sequence[Listing], changed: Mapping[str, datetime]) -> dict[str, object]:
    first = group[0]
    product_id = 7_000_000_000_000 + first.number
    return {
        "id": product_id,
        "title": first.title,
        "handle": f"{_slug(first.base_title) or 'untitled'}-{first.number}",
        "body_html": _description(first),
        "vendor": first.producer,
        "product_type": first.category,
        "created_at": _CREATED,
        "updated_at": max(changed[listing.code] for listing in group).isoformat(),
        "tags": _tags(first),
        "variants": [
            _variant(listing, product_id, position, alone=len(group) == 1)
            for position, listing in enumerate(group, start=1)
        ],
        "options": [{"name": "Size", "position": 1}],
    }


def _variant(listing: Listing, product_id: int, position: int, *, alone: bool) -> dict[str, object]:
    size_in_title = alone and listing.title.endswith(f" {listing.size}")
    small = " Miniature" if listing.size == "5cl" else ""
    return {
        "id": int(listing.source_id),
        "product_id": product_id,
        "title": "Default Title" if size_in_title or not listing.size else f"{listing.size}{small}",
        "sku": f"HB-{listing.source_id[-8:]}",
        "barcode": listing.gtin or None,
        "price": listing.price,
        "compare_at_price": listing.old_price or None,
        "available": listing.stock == "yes",
        "position": position,
    }


def _tags(listing: Listing) -> list[str]:
    told = (("ABV", listing.abv), ("Country", listing.country), ("Region", listing.region))
    return [f"{name}: {text}" for name, text in told if text]


def _description(listing: Listing) -> str | None:
    if listing.number % 6 == 0:
        return None
    place = listing.region or listing.country
    return f"<p>{escape(listing.category)} from {escape(place)}, bottled for <b>Harbour</b>&#8217;s shelf.</p>"


def _slug(title: str) -> str:
    # Not the platform's own folding: an address of this shop may not move when our rules do.
    letters = unicodedata.normalize("NFKD", title.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")
