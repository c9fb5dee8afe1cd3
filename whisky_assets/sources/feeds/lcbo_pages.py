"""lcbo wrote its product pages of 2012 as lines of text in one table cell: this reads the lines.

Not here: pages of the later form, which selectors and labels reach (`lcbo_pages.toml`).
"""

from __future__ import annotations

import re

from bs4 import Tag

_LINES = {
    "source_id": re.compile(r"^(?:LCBO|VINTAGES) (?P<source_id>\d+) \| (?P<volume>(?:\d+ ?x ?)?\d+ mL)\b"),
    "price": re.compile(r"^Price:? (?P<price>\$ ?[\d,.]+)$"),
    "country": re.compile(r"^Made in: (?:(?P<region>.+), )?(?P<country>[^,]+)$"),
    "producer": re.compile(r"^By: (?P<producer>.+)$"),
    "abv": re.compile(r"^(?P<abv>\d+(?:\.\d+)?%) Alcohol/Vol\.$"),
}
"""How the line of a field looks; the first such line speaks, so that a free gift's size further down does not."""


def read(region: Tag) -> dict[str, str]:
    """Return what the lines of a page of 2012 say, by field; nothing for a page of the later form."""
    if region.select_one("span.titlefont") is None:
        return {}
    lines = _lines(region)
    told: dict[str, str] = {}
    for place, line in enumerate(lines):
        for field, pattern in _LINES.items():
            match = pattern.match(line)
            if match is None or field in told:
                continue
            told |= {name: text for name, text in match.groupdict().items() if text}
            if field == "abv" and place > 0:
                told["category"] = _category(lines[place - 1])
    return told


def _lines(region: Tag) -> list[str]:
    """Return the texts between the line breaks, white space folded, empty ones left out."""
    lines = [""]
    for part in region.descendants:
        if isinstance(part, Tag):
            if part.name == "br":
                lines.append("")
        else:
            lines[-1] += str(part)
    return [folded for line in lines if (folded := " ".join(line.split()))]


def _category(line: str) -> str:
    """Return the class of `Spirits, Whisky/Whiskey, Canadian`, the first word of other goods (`Wine, White Wine`)."""
    parts = [part.strip() for part in line.split(",")]
    return parts[1] if parts[0] == "Spirits" and len(parts) > 1 else parts[0]
