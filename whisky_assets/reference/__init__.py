"""Curated tables: who makes whisky, how each is spelled, and which words of a name mean what; with provenance."""

from whisky_assets.reference.loading import load_reference
from whisky_assets.reference.tables import (
    Alias,
    Bottler,
    Brand,
    Distillery,
    Expression,
    Reference,
    RefRow,
    WordEntry,
    changed_spellings,
)

__all__ = [
    "Alias",
    "Bottler",
    "Brand",
    "Distillery",
    "Expression",
    "RefRow",
    "Reference",
    "WordEntry",
    "changed_spellings",
    "load_reference",
]
