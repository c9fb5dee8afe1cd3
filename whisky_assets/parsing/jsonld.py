"""What a page's schema.org Product blocks say, as plain texts by name; however carelessly the JSON was written.

Not here: reading sizes, strengths and prices out of those texts. Vocabulary: https://schema.org/Product, Offer.
"""

from __future__ import annotations

import html
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.measures import find_abv, find_volume
from whisky_assets.parsing.white_space import folded_spaces

_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|(?://\s*|/\*\s*)?\]\]>(?:\s*\*/)?)\s*$"
)
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_NO_LETTER_ESCAPED = re.compile(r"\\u(?:d[89a-f]|0000)", re.IGNORECASE)
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_STRING_OR_VALUE = re.compile(rf"{_STRING.pattern}|[,\[{{]", re.DOTALL)

MOST_VALUES = 500_000
"""Values of one JSON text: some shops' largest answers hold half as many; each takes up to a hundred bytes and more."""

MOST_NODES = 20_000
"""Nodes that are looked at in one block; shops' blocks hold some hundreds."""

TOO_MANY_VALUES = "too_many_values"

STRENGTH_NAMES = frozenset(
    {"abv", "alcohol", "alcohol by volume", "alcohol content", "alcohol percentage", "alc. vol", "alc/vol", "strength"}
    | {"alkohol", "alkoholgehalt", "degré d'alcool", "teneur en alcool", "titre alcoométrique", "alcoholpercentage"}
    | {"도수", "알코올 도수", "アルコール度数", "アルコール分", "度数", "酒精度"}
)
SIZE_NAMES = frozenset(
    {"size", "volume", "bottle size", "net content", "net contents", "inhalt", "füllmenge", "nettofüllmenge", "volum"}
    | {"contenance", "format", "innhold", "inhoud", "용량", "内容量", "容量", "净含量"}
)
"""How shops name the two additional properties that a whisky has, in the languages of the sources, case folded."""

UNIT_CODES = {"MLT": "ml", "CLT": "cl", "LTR": "l", "P1": "%"}
"""UN/CEFACT codes of a QuantitativeValue."""

AVAILABLE = frozenset(
    {"instock", "limitedavailability", "onlineonly", "instoreonly", "presale", "preorder", "backorder"}
)
SOLD_OUT = frozenset({"outofstock", "soldout", "discontinued"})


def read_json(text: str) -> object:
    """Return any JSON text as values; control characters in strings pass, as browsers let them.

    A number with a decimal point comes as the text that stands there (`46.10`), so that nothing of it is lost. Half a
    surrogate pair becomes U+FFFD and NUL goes: neither is a letter that a table could hold.

    Raises:
        InputRefusedError: reasons `broken_json` (no JSON, NaN or infinity, a number of over 4,300 digits, or nesting
            deeper than the interpreter bears), `too_many_values`.
    """
    if _holds_too_much(text):
        raise InputRefusedError(
            f"the JSON holds more than {MOST_VALUES:,} values.",
            reason=TOO_MANY_VALUES,
            remedy="Ask for a shorter page: a smaller limit, per_page or size in start under [fetch] of the feed.",
        )
    try:
        value = json.loads(text, strict=False, parse_constant=_refuse_constant, parse_float=_as_written)
        return _mended(value) if _NO_LETTER_ESCAPED.search(text) else value
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
        abv volume image`; `available` is `yes` or `no`. Several offers of different prices give no price but `prices`,
        and several currencies stand beside each other in `currency`.
    """
    found: list[dict[str, str]] = []
    problems: list[str] = []
    for block in blocks:
        try:
            value = read_block(block)
        except InputRefusedError as error:
            problems.append(error.message)
            continue
        found += [texts_of(node) for node in _nodes(value) if is_a(node, "Product")]
    return found, problems


def product_of_page(found: list[dict[str, str]], url: str) -> dict[str, str] | None:
    """Return the one product that a page is about: the only one, else the one whose URL has the page's path."""
    if len(found) == 1:
        return found[0]
    path = urlsplit(url).path
    same = [product for product in found if "url" in product and urlsplit(product["url"]).path == path]
    return same[0] if len(same) == 1 else None


def read_block(block: str) -> object:
    """Return the values of one script, without comment or CDATA signs about it and commas before closing brackets.

    Raises:
        InputRefusedError: reasons `broken_json`, `too_many_values`, as `read_json`.
    """
    text = _WRAPPING.sub("", _WRAPPING.sub("", block))
    try:
        return read_json(text)
    except InputRefusedError as error:
        if error.reason == TOO_MANY_VALUES:
            raise
        return read_json(_without_trailing_commas(text))


def _holds_too_much(text: str) -> bool:
    """Whether so many values stand in a JSON text; brackets and commas in its strings are none."""
    if sum(text.count(sign) for sign in ",[{") <= MOST_VALUES:
        return False
    values = (match for match in _STRING_OR_VALUE.finditer(text) if not match[0].startswith('"'))
    return next(itertools.islice(values, MOST_VALUES, None), None) is not None


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


def _as_written(number: str) -> str:
    return number if "e" not in number.casefold() else str(float(number))


def _mended(value: object) -> object:
    if isinstance(value, str):
        return _HALF_PAIR.sub("\ufffd", value.replace("\x00", ""))
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    return value


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


def is_a(node: Mapping[str, object], kind: str) -> bool:
    """Whether an object is of a schema.org type, however its name is written (`schema:Product`, a URL, a list)."""
    told = node.get("@type")
    types = told if isinstance(told, list) else [told]
    return any(isinstance(name, str) and name.rpartition("/")[2].rpartition(":")[2] == kind for name in types)


def texts_of(node: Mapping[str, object]) -> dict[str, str]:
    """Return the texts of one Product by name, as `products` does.

    Strength and size come from `additionalProperty` and `size`, only where the text holds one with its unit.
    """
    gtin = next((node[key] for key in ("gtin", "gtin14", "gtin13", "gtin12", "gtin8") if node.get(key)), None)
    told: dict[str, object] = {
        "name": node.get("name"),
        "source_id": node.get("sku") or node.get("productID"),
        "gtin": gtin,
        "producer": _named(node.get("brand")) or _named(node.get("manufacturer")),
        "category": _named(node.get("category")),
        "url": node.get("url"),
        "country": _named(node.get("countryOfOrigin")),
        "image": _image(node.get("image")),
        "abv": _strength(node),
        "volume": _size(node),
        **_offer(node.get("offers")),
    }
    return {key: text for key, value in told.items() if (text := _text(value))}


def _strength(node: Mapping[str, object]) -> str | None:
    """Return the one strength that the properties tell; a bare number under such a name is per cent."""
    told = [f"{text}%" if re.fullmatch(r"[\d.,]+", text) else text for text in _properties(node, STRENGTH_NAMES)]
    return next((text for text in told if find_abv(text) is not None), None)


def _size(node: Mapping[str, object]) -> str | None:
    told = (_measure(node.get("size")), *_properties(node, SIZE_NAMES))
    return next((text for text in told if text and find_volume(text) is not None), None)


def _properties(node: Mapping[str, object], names: frozenset[str]) -> Iterator[str]:
    for item in _listed(node.get("additionalProperty")):
        name = (_text(item.get("name")) or "").rstrip(":： ").casefold()
        if name in names and (text := _measure(item)):
            yield text


def _measure(value: object) -> str | None:
    """Return a text or number, or a QuantitativeValue with its unit: `{"value": 70, "unitCode": "CLT"}` is `70 cl`."""
    if not isinstance(value, dict):
        return _text(value)
    unit = UNIT_CODES.get(_text(value.get("unitCode")) or "", _text(value.get("unitText")) or "")
    text = _measure(value.get("value"))
    return f"{text} {unit}".strip() if text else None


def _offer(value: object) -> dict[str, object]:
    """Return price, currency and availability of the offers that can be bought, else of all."""
    offers = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
    inner = [item for offer in offers for item in _listed(offer.get("offers"))]
    offers = inner or offers
    states = [_availability(offer.get("availability")) for offer in offers]
    open_ones = [offer for offer, state in zip(offers, states, strict=True) if state != "no"] or offers
    prices = {_amount(text): text for offer in open_ones for text in _prices(offer)}
    currencies = {text for offer in open_ones for text in _currencies(offer)}
    told: dict[str, object] = {"prices" if len(prices) > 1 else "price": " | ".join(sorted(prices.values()))}
    if currencies:
        told["currency"] = " ".join(sorted(currencies))
    if "yes" in states or "no" in states:
        told["available"] = "yes" if "yes" in states else "no"
    return told


def _prices(offer: Mapping[str, object]) -> Iterator[str]:
    keys = ("price",) if offer.get("price") not in (None, "") else ("lowPrice", "highPrice")
    told = [text for key in keys if (text := _text(offer.get(key)))]
    yield from told or (text for item in _specifications(offer) if (text := _text(item.get("price"))))


def _currencies(offer: Mapping[str, object]) -> Iterator[str]:
    told = _text(offer.get("priceCurrency"))
    places = (told,) if told else (_text(item.get("priceCurrency")) for item in _specifications(offer))
    yield from (text for text in places if text)


def _specifications(offer: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """Yield the price specifications of what one pays: no price per litre, no list price, no struck one."""
    for item in _listed(offer.get("priceSpecification")):
        kind = (_text(item.get("priceType")) or "").rpartition("/")[2].casefold()
        if not item.get("referenceQuantity") and kind not in ("listprice", "strikethroughprice", "msrp", "srp"):
            yield item


def _amount(text: str) -> Decimal | str:
    """Return a price as it is compared: `45` and `45.00` are one."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _listed(value: object) -> list[dict[str, object]]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]


def _availability(value: object) -> str | None:
    word = (_text(value) or "").rpartition("/")[2].casefold()
    if word in AVAILABLE:
        return "yes"
    return "no" if word in SOLD_OUT else None


def _image(value: object) -> str | None:
    """Return the link of the first picture that is told by one: a text, or an ImageObject."""
    for item in value if isinstance(value, list) else [value]:
        told = item.get("contentUrl") or item.get("url") if isinstance(item, dict) else item
        link = _text(told) if isinstance(told, str) else None
        if link and not link.startswith("data:"):
            return link
    return None


def _named(value: object) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name")
    return _text(value)


def _text(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return folded_spaces(html.unescape(str(value))) or None
