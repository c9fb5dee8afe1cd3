"""What a page's schema.org Product blocks say, as plain texts by name; however carelessly the JSON was written.

Not here: reading sizes, strengths and prices out of those texts. Vocabulary: https://schema.org/Product, Offer.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from whisky_assets.domain.errors import InputRefusedError

_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|(?://\s*|/\*\s*)?\]\]>(?:\s*\*/)?)\s*$"
)
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)

MOST_NODES = 20_000
"""Nodes that are looked at in one block; shops' blocks hold some hundreds."""

AVAILABLE = frozenset(
    {"instock", "limitedavailability", "onlineonly", "instoreonly", "presale", "preorder", "backorder"}
)
SOLD_OUT = frozenset({"outofstock", "soldout", "discontinued"})


def read_json(text: str) -> object:
    """Return any JSON text as values; control characters in strings pass, as browsers let them.

    Raises:
        InputRefusedError: reason `broken_json`: no JSON, NaN or infinity, a number of over 4,300 digits, or nesting
            deeper than the interpreter bears.
    """
    try:
        return json.loads(text, strict=False, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InputRefusedError(
            f"the JSON cannot be read: {str(error)[:200]}.",
            reason="broken_json",
            remedy="Fetch it again; if it stays so, look at the document that the quarantine names.",
        ) from error


def products(blocks: Iterable[str]) -> tuple[list[dict[str, str]], list[str]]:
    """Return the texts of every Product in a page's ld+json blocks, and why blocks were passed over.

    Args:
        blocks: what the scripts hold, unchanged.

    Returns:
        One mapping a product with any of the keys `name source_id gtin producer category url price currency available
        abv volume`; `available` is `yes` or `no`. Several offers of different prices give no price but `prices`.
    """
    found: list[dict[str, str]] = []
    problems: list[str] = []
    for block in blocks:
        try:
            value = _read_block(block)
        except InputRefusedError as error:
            problems.append(error.message)
            continue
        found += [_texts(node) for node in _nodes(value) if _is_a(node, "Product")]
    return found, problems


def product_of_page(found: list[dict[str, str]], url: str) -> dict[str, str] | None:
    """Return the one product that a page is about: the only one, else the one whose URL has the page's path."""
    if len(found) == 1:
        return found[0]
    path = urlsplit(url).path
    same = [product for product in found if "url" in product and urlsplit(product["url"]).path == path]
    return same[0] if len(same) == 1 else None


def _read_block(block: str) -> object:
    text = _WRAPPING.sub("", _WRAPPING.sub("", block))
    try:
        return read_json(text)
    except InputRefusedError:
        return read_json(_without_trailing_commas(text))


def _without_trailing_commas(text: str) -> str:
    """Return JSON without commas before a closing bracket, strings untouched."""
    parts: list[str] = []
    end = 0
    for match in _STRING.finditer(text):
        parts += [_TRAILING_COMMA.sub("", text[end : match.start()]), match.group()]
        end = match.end()
    parts.append(_TRAILING_COMMA.sub("", text[end:]))
    return "".join(parts)


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON number")


def _nodes(value: object) -> Iterator[Mapping[str, object]]:
    """Yield every object of a block, breadth first, up to MOST_NODES of them."""
    waiting = [value]
    for count, item in enumerate(waiting):
        if count >= MOST_NODES:
            return
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            yield item
            waiting.extend(part for key, part in item.items() if key in ("@graph", "mainEntity", "hasVariant"))


def _is_a(node: Mapping[str, object], kind: str) -> bool:
    told = node.get("@type")
    types = told if isinstance(told, list) else [told]
    return any(isinstance(name, str) and name.rpartition("/")[2].rpartition(":")[2] == kind for name in types)


def _texts(node: Mapping[str, object]) -> dict[str, str]:
    gtin = next((node[key] for key in ("gtin", "gtin14", "gtin13", "gtin12", "gtin8") if node.get(key)), None)
    told: dict[str, object] = {
        "name": node.get("name"),
        "source_id": node.get("sku") or node.get("productID"),
        "gtin": gtin,
        "producer": _named(node.get("brand")) or _named(node.get("manufacturer")),
        "category": _named(node.get("category")),
        "url": node.get("url"),
        "country": _named(node.get("countryOfOrigin")),
        **_offer(node.get("offers")),
    }
    return {key: text for key, value in told.items() if (text := _text(value))}


def _offer(value: object) -> dict[str, object]:
    """Return price, currency and availability of the offers that can be bought, else of all."""
    offers = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
    inner = [item for offer in offers for item in _listed(offer.get("offers"))]
    offers = inner or offers
    states = [_availability(offer.get("availability")) for offer in offers]
    open_ones = [offer for offer, state in zip(offers, states, strict=True) if state != "no"] or offers
    prices = {text for offer in open_ones for text in _prices(offer)}
    currencies = {text for offer in open_ones if (text := _text(offer.get("priceCurrency")))}
    told: dict[str, object] = {"prices" if len(prices) > 1 else "price": " ".join(sorted(prices))}
    if len(currencies) == 1:
        told["currency"] = currencies.pop()
    if "yes" in states or "no" in states:
        told["available"] = "yes" if "yes" in states else "no"
    return told


def _prices(offer: Mapping[str, object]) -> Iterator[str]:
    keys = ("price",) if offer.get("price") not in (None, "") else ("lowPrice", "highPrice")
    for key in keys:
        if text := _text(offer.get(key)):
            yield text


def _listed(value: object) -> list[dict[str, object]]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]


def _availability(value: object) -> str | None:
    word = (_text(value) or "").rpartition("/")[2].casefold()
    if word in AVAILABLE:
        return "yes"
    return "no" if word in SOLD_OUT else None


def _named(value: object) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name")
    return _text(value)


def _text(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return " ".join(html.unescape(str(value)).split()) or None
