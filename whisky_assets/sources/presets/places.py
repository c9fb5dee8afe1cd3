"""What stands at the places that a feed declares on a page: texts or attributes, cut, in the order of the places.

Not here: where a place is (an element of a card, a column of a table), which each preset says by a function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from whisky_assets.parsing.html import Region, priced_text
from whisky_assets.sources.source import FieldRule

Find = Callable[[str], Iterable[Region]]
"""Returns the parts of a page that a place means."""


def texts_at(rule: FieldRule, find: Find, *, is_price: bool = False) -> Iterator[str]:
    """Yield the texts at each place of a rule, cut by its pattern and white space folded; empty ones are none.

    Different prices at one place become one text, so that nobody picks among them; raised cents are read as cents.
    """
    for place in rule.places:
        found = dict.fromkeys(_cut_texts(rule, find(place), is_price=is_price))
        if is_price and found:
            yield " | ".join(found)
        else:
            yield from found


def _cut_texts(rule: FieldRule, parts: Iterable[Region], *, is_price: bool) -> Iterator[str]:
    for part in parts:
        if rule.attribute is not None:
            text = "" if _is_pixel(part) else part.attribute(rule.attribute) or ""
        else:
            text = priced_text(part) if is_price else part.text()
        cut = rule.cut(text) if text else None
        if cut is not None and cut.strip():
            yield " ".join(cut.split())


def _is_pixel(part: Region) -> bool:
    """Say whether an element is an image of one pixel, which counts visits and shows nothing."""
    return {part.attribute("width"), part.attribute("height")} <= {"0", "1", "0px", "1px"}
