"""hanok writes country and region into one cell of its table, `스코틀랜드 > 아일라`: this splits them.

Not here: everything that a selector or a label reaches (`hanok.toml`).
"""

from __future__ import annotations

from bs4 import Tag

ORIGIN_LABEL = "원산지"


def read(region: Tag) -> dict[str, str]:
    """Return `country` and, where told, `region` of a product's table; nothing where it has no such row."""
    for row in region.select("table.spec tr"):
        label, value = row.find("th"), row.find("td")
        if label is not None and value is not None and label.get_text(strip=True) == ORIGIN_LABEL:
            country, _, place = value.get_text(" ", strip=True).partition(">")
            told = {"country": country.strip(), "region": place.strip()}
            return {field: text for field, text in told.items() if text}
    return {}
