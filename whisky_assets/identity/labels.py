"""The name of a bottling as its label says it: an offer's name without its size, strength, pack and shop's words.

Not here: which words those are (`parsing.name_pieces`), which offer's name a whisky takes (`identity.witnesses`).
"""

from __future__ import annotations

import re

from whisky_assets.parsing.name_pieces import label_text
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.reference import Reference

_EMPTY_BRACKETS = re.compile(r"[(\[{（【][\s,;/|·.-]*[)\]}）】]")
_LOOSE_ENDS = re.compile(r"^[\s,;/|·+&-]+|[\s,;/|·+&(\[-]+$")
_LOOSE_SIGNS = re.compile(r"\s+[,;/|·-]+(?=\s+[,;/|·-]|\s*$)")


def label_of(parsed: ParsedName, reference: Reference) -> str:
    """Return a name without the words that only a shop or a type of whisky adds; the whole name if none are left."""
    text = label_text(parsed, reference)
    for _ in range(2):
        text = _LOOSE_ENDS.sub("", _LOOSE_SIGNS.sub("", _EMPTY_BRACKETS.sub(" ", text)))
    return " ".join(text.split()) or parsed.text
