"""Spells the rows of a CSV of listings as a build spells its listings, with what people corrected in their columns.

Not here: reading the CSV (`csv_match`), and corrections of what a name says, which belong to its reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from whisky_assets.cleaning.texts import clean_name, told
from whisky_assets.identity.decisions import Decisions
from whisky_assets.identity.decisions import Listing as DecidedListing

_COLUMN_OF = {"abv_pct": "abv_pct", "volume_ml": "volume_ml", "producer": "producer", "gtin14": "gtin"}
"""Fields that a correction may name and that stand in a column of their own."""


def spelled_rows(rows: Iterable[Mapping[str, str]], decisions: Decisions) -> list[dict[str, str]]:
    """Return the rows with names and producers in one spelling and corrected columns; all else stays as it is.

    Spaces stay too: the length at which a source cuts its names is counted with them.
    """
    return [{**row, **_spelled(row), **_corrected(row, decisions)} for row in rows]


def _spelled(row: Mapping[str, str]) -> dict[str, str]:
    name = row.get("name")
    spelled = {} if row.get("producer") is None else {"producer": told("producer", row["producer"]) or ""}
    if name is None:
        return spelled
    cleaned, _ = clean_name(name)
    return {**spelled, "name": name if " ".join(name.split()) == cleaned else cleaned}


def _corrected(row: Mapping[str, str], decisions: Decisions) -> dict[str, str]:
    listing = DecidedListing((row.get("source") or "").strip(), (row.get("source_id") or "").strip())
    return {
        _COLUMN_OF[field]: "" if decision.value is None else str(decision.value)
        for field, decision in decisions.corrections(listing).items()
        if field in _COLUMN_OF
    }
