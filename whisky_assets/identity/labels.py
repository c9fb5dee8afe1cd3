"""The name of a bottling as its label says it: an offer's name without its size, strength and pack.

Not here: which offer's name a whisky takes (`identity.witnesses`).
"""

from __future__ import annotations

import re

from whisky_assets.parsing.parsed import ParsedName

OF_THE_OFFER = ("volume_ml", "abv_pct", "pack_count", "pack")
"""Fields that one whisky's offers differ in, or that stand in a column of their own."""

# A strength told by a column has no span in the name, though the name may tell it too.
_STRENGTH = re.compile(
    r"(?<![\w.,])\d{2}(?:[.,]\d{1,2})?\s*(?:%(?:\s*(?:vol|abv|alc)\b\.?)*|[도度](?!\w))", re.IGNORECASE
)
_EMPTY_BRACKETS = re.compile(r"[(\[{（【][\s,;/|·.-]*[)\]}）】]")
_LOOSE_ENDS = re.compile(r"^[\s,;/|·+&-]+|[\s,;/|·+&(\[-]+$")
_LOOSE_SIGNS = re.compile(r"\s+[,;/|·-]+(?=\s+[,;/|·-]|\s*$)")


def label_of(parsed: ParsedName) -> str:
    """Return a name without the words from which size, alcohol and pack were read; the whole name if none are left."""
    text = parsed.text
    spans = sorted({parsed.fields[name].span for name in OF_THE_OFFER if name in parsed.fields}, reverse=True)
    for start, end in spans:
        if end > start:
            text = f"{text[:start]} {text[end:]}"
    text = _STRENGTH.sub(" ", text)
    for _ in range(2):
        text = _LOOSE_ENDS.sub("", _LOOSE_SIGNS.sub("", _EMPTY_BRACKETS.sub(" ", text)))
    return " ".join(text.split()) or parsed.text
