"""How many products a whole list has by its page's own words, where the feed declares the place.

Not here: whether the crawl found as many (`fetching`), as a list goes over many pages.
"""

from __future__ import annotations

import re

from whisky_assets.parsing.html import Region
from whisky_assets.sources.source import FieldRule

LONGEST_TOTAL = 9
"""Digits of a stated total; a longer run is no count."""

_NUMBER = re.compile(r"\d{1,3}(?:[\s.,'’]\d{3})+(?!\d)|\d+")
"""A whole number with or without signs between its thousands."""


def stated_total(rule: FieldRule | None, page: Region) -> int | None:
    """Return the count that the first text at the declared places states, None where it states none or several.

    `1-24 of 345` states three numbers: a pattern has to say which of them is meant.
    """
    if rule is None:
        return None
    for place in rule.places:
        for part in page.select(place):
            text = part.attribute(rule.attribute) if rule.attribute else part.text()
            cut = rule.cut(text) if text else None
            if cut and cut.strip():
                numbers = [re.sub(r"\D", "", number) for number in _NUMBER.findall(cut)]
                return int(numbers[0]) if len(numbers) == 1 and len(numbers[0]) <= LONGEST_TOTAL else None
    return None
