"""What names an expression: all that its bottlings share, so that every bottling of it gives one text.

Not here: the family's key, which is minted once (`identity.registry`).
"""

from __future__ import annotations

from collections.abc import Iterable

from whisky_assets.identity.joinable import GRAIN_STYLES
from whisky_assets.identity.model import Facts


def family_of(facts: Iterable[Facts], label_words: frozenset[str]) -> str:
    """Return what all bottlings of one expression share: age, words, wood, peat, grain; the most complete speaks.

    Alcohol, batch and edition words part bottlings, not expressions; a year is all that a bare vintage's name has.
    """
    rows = sorted(facts, key=lambda row: (-(row.text.age is not None), -len(row.text.leftover), row.key))
    style, text = rows[0].style & GRAIN_STYLES, rows[0].text
    words = sorted(text.leftover - label_words)
    year = text.vintage or (None if text.age is not None or words else text.year or text.bottled)
    told = (
        text.age,
        *words,
        *text.cask,
        text.peat,
        *text.flavour,
        text.bottler,
        *sorted(style),
        year,
        text.cask_number,
    )
    return "|".join(str(part) for part in told if part is not None)
