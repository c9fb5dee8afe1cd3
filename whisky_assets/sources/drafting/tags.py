"""Strengths and sizes that a Shopify shop tells in tags such as `ABV: 46` or `Vol_70`, where its preset needs a word.

Not here: what the preset finds in tags by itself: values with their unit.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from whisky_assets.parsing.json_path import text_of, values_at
from whisky_assets.sources.drafting.model import LIKELY, Finding, Place

_TAG = re.compile(
    r"\s*(?P<key>[A-Za-z][A-Za-z ]{1,14}?)\s*(?P<sign>[:_=-])\s*(?P<value>\d{1,4}(?:[.,]\d{1,2})?)"
    r"\s*(?P<unit>%|cl|ml|l)?\s*"
)
_UNITS = "(?:%|cl|ml|l)?"
_KEYS = {
    "abv": re.compile(r"abv|alc(?:ohol)?|strength|proof", re.IGNORECASE),
    "volume": re.compile(r"vol(?:ume)?|size|bottle size|contents?", re.IGNORECASE),
}
_LEAST_SHARE = 0.2


def tag_lines(products: Sequence[Mapping[str, object]]) -> list[Finding]:
    """Return a line for the strength and the size that enough products tell as a bare number in a tag."""
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    bare: set[tuple[str, str, str]] = set()
    for product in products:
        for name, value, is_bare in _tags(product):
            found[name].append(value)
            bare |= {name} if is_bare else set()
    lines = []
    for field in _KEYS:
        many = [pair for pair in found.items() if len(pair[1]) >= _LEAST_SHARE * len(products)]
        fit = [pair for pair in many if pair[0][0] == field and pair[0] in bare]
        if fit:
            (_, key, sign), values = max(fit, key=lambda pair: len(pair[1]))
            lines.append(_line(field, key, sign, values, len(products)))
    return lines


def _tags(product: Mapping[str, object]) -> Iterator[tuple[tuple[str, str, str], str, bool]]:
    """Yield field, word and sign of each tag that is called so, its number, and whether no unit stands behind it."""
    for told in values_at(product, "tags"):
        for tag in text_of(told).split(","):
            match = _TAG.fullmatch(tag)
            for field, key in _KEYS.items():
                if match and key.fullmatch(match["key"]):
                    yield (field, match["key"], match["sign"]), match["value"], not match["unit"]


def _line(field: str, key: str, sign: str, values: list[str], count: int) -> Finding:
    unit = None
    if field == "volume":
        largest = max(float(value.replace(",", ".")) for value in values)
        unit = "ml" if largest > 200 else "cl" if largest > 5 else "l"
    number = r"\d[\d.,]*" if field == "abv" else r"(?:\d+ ?x ?)?\d[\d.,]*"
    pattern = rf"^\s*{re.escape(key)}\s*{re.escape(sign)}\s*({number}\s*{_UNITS})\s*$"
    place = Place(css=("tags",), pattern=pattern, unit=unit)
    why = f"{len(values)} of {count} products, as {key}{sign} {values[0]}"
    return Finding(
        section="fields", key=field, value=place.toml(), surety=LIKELY, why=f"{why}{f' {unit}' if unit else ''}"
    )
