"""A source's text in one spelling: mended encoding, one width, no invisible signs, folded space; placeholders empty.

Not here: folding for comparison (`parsing.fold`), which drops more. What was mended is told by a flag.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

import ftfy

from whisky_assets.parsing.untold import UNTOLD

MOJIBAKE = ftfy.TextFixerConfig(
    unescape_html=False,
    fix_latin_ligatures=False,
    fix_character_width=False,
    uncurl_quotes=False,
    normalization="NFC",
    explain=False,
)
"""What ftfy may mend: bytes decoded by the wrong code page, and control signs; spelling stays as it is."""

REMEMBERED = 20_000
"""Texts whose spelling is kept in mind: categories, countries and producers come again on every row."""

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_DAMAGE = re.compile(r"\ufffd|(?<=\w)¤(?=\w)")

PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    "producer": UNTOLD | {"various", "tuntematon", "alko", "기타", "不明", "unbekannt", "diverse"},
    "category": UNTOLD,
    "country": UNTOLD
    | {"muu alkuperämaa", "alkuperämaa vaihtelee", "euroopan unioni", "european union", "기타", "その他", "diverse"},
    "region": UNTOLD | {"region not specified", "muut", "other", "others", "기타", "その他"},
}
"""How sources write that they say nothing, by column and case folded; each was seen in a price list or a shop."""


@lru_cache(maxsize=REMEMBERED)
def clean_name(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a name in one spelling, with the flags `mojibake_mended` and `name_damaged` where they apply.

    `name_damaged` says that a letter is lost for good (U+FFFD, or ¤ inside a word), which nothing can mend.
    """
    if text.isascii() and "&" not in text and text.isprintable():
        return " ".join(text.split()), ()
    plain = " ".join(html.unescape(text).translate(_INVISIBLE).split())
    mended = ftfy.fix_text(plain, MOJIBAKE)
    flags = ["mojibake_mended"] if _letters(mended) != _letters(plain) else []
    cleaned = " ".join(unicodedata.normalize("NFKC", mended).translate(_INVISIBLE).split())
    if _DAMAGE.search(cleaned):
        flags.append("name_damaged")
    return cleaned, tuple(flags)


def told(column: str, text: str | None) -> str | None:
    """Return a column's text in one spelling, None where the source writes a placeholder for nothing."""
    if text is None:
        return None
    cleaned, _ = clean_name(text)
    return None if cleaned.casefold() in PLACEHOLDERS.get(column, UNTOLD) else cleaned


def _letters(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFC", text) if sign.isalpha())
