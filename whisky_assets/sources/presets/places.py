"""What stands at the places that a feed declares on a page: texts or attributes, cut, in the order of the places.

Not here: where a place is (an element of a card, a column of a table), which each preset says by a function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from whisky_assets.parsing.html import Region, priced_text
from whisky_assets.parsing.measures import LONGEST_TEXT
from whisky_assets.sources.source import FieldRule

ReadPart = Callable[[Region], str]
"""How a part's text is read: whole, or as a price."""

TextsOf = Callable[[str, str | None, ReadPart], Sequence[str]]
"""Returns the values of an attribute at a place, without one the texts there as they are read."""

_PIXELS = frozenset({"0", "1", "0px", "1px"})
"""Sides of a picture that nobody sees."""


def texts_at(rule: FieldRule, texts_of: TextsOf, *, is_price: bool = False) -> tuple[str, ...]:
    """Return the texts at each place of a rule, cut by its pattern and white space folded; empty ones are none.

    Different prices at one place become one text, so that nobody picks among them; raised cents are read as cents.
    """
    read = priced_text if is_price else _whole_text
    found: list[str] = []
    for place in rule.places:
        whole = texts_of(place, rule.attribute, read)
        told = dict.fromkeys([text for one in whole if (text := _cut(rule, one))])
        found += [" | ".join(told)] if is_price and told else told
    return tuple(found)


def texts_of_parts(parts: Iterable[Region], attribute: str | None, read: ReadPart) -> list[str]:
    """Return what parts of a page tell, before it is cut; a picture of one pixel tells nothing."""
    if attribute is not None:
        return [text for part in parts if (text := part.attribute(attribute)) and not _is_pixel(part)]
    return [read(part) for part in parts]


def _whole_text(part: Region) -> str:
    return part.text()


def _cut(rule: FieldRule, text: str) -> str:
    """Return what a rule means of a text, empty where it means nothing, or the text is a page's and no value's."""
    cut = rule.cut(text) if 0 < len(text) <= LONGEST_TEXT else None
    return " ".join(cut.split()) if cut else ""


def _is_pixel(part: Region) -> bool:
    """Say whether an element is an image of one pixel, which counts visits and shows nothing."""
    is_image = part.name().endswith("img")  # also one that a script draws: amp-img
    return is_image and part.attribute("width") in _PIXELS and part.attribute("height") in _PIXELS
