"""Keys that a person can read: the words of a slug, and a key from it that no other key ever had.

A key is minted once and never computed again (rule R2), so what a slug says is a courtesy and no fact. Not here: when
a key is minted (`identity.registry`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from whisky_assets.parsing.fold import fold
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.parsing.romanizing import romanized

WHISKY_ENDING = "_pk"
FAMILY_ENDING = "_fk"

# Long enough for brand, expression, age and batch; a document id and a line of a diff stay readable.
MAX_SLUG_CHARACTERS = 64

# What nearly every name says or implies tells a reader nothing.
_SILENT_STYLES = frozenset({"malt", "blended"})

_NO_WORD = re.compile(r"[^a-z0-9]+")


def slug(words: Iterable[str]) -> str:
    """Return words as `[a-z0-9_]`, at most 64 characters, cut between words; `whisky` stands where no word is left.

    A word whose script does not tell its vowels (Arabic, Hebrew, Thai, ...) would be no word in Latin letters and is
    left out.
    """
    folded = fold(" ".join(words)).split()
    written = [romanized(word) for word in folded]
    head = ["whisky"] if "" in written and not any(map(str.isalpha, "".join(written))) else []
    text = _NO_WORD.sub("_", "_".join([*head, *filter(None, written)])).strip("_")
    if len(text) > MAX_SLUG_CHARACTERS:
        cut = text[: MAX_SLUG_CHARACTERS + 1].rpartition("_")[0]
        text = cut or text[:MAX_SLUG_CHARACTERS]
    return text or "whisky"


def family_words(parsed: ParsedName) -> tuple[str, ...]:
    """Return what names the expression: brand, its own words, age, wood, strength, peat and bottler.

    A style, wood, peat or strength that its own words tell stands once: `coffey grain`, not `coffey grain grain`.
    """
    own = {word for words in parsed.leftover_words for word in fold(words).split()}
    age = () if parsed.age_years is None else (str(parsed.age_years),)
    return (
        *_known(parsed.brand),
        *parsed.leftover_words,
        *age,
        *(trait for trait in _traits(parsed) if not own.issuperset(fold(trait.replace("_", " ")).split())),
        *_known(parsed.bottler if parsed.bottler != parsed.brand else None),
    )


def _traits(parsed: ParsedName) -> Iterator[str]:
    yield from (style for style in parsed.style if style not in _SILENT_STYLES)
    yield from (*_known(parsed.peat), *parsed.cask, *_known(parsed.strength))


def whisky_words(parsed: ParsedName) -> tuple[str, ...]:
    """Return what names the bottling: its expression's words, then vintage or year, batch and cask number."""
    year = parsed.vintage_year or parsed.year or parsed.bottled_year
    cask = () if parsed.cask_number is None else ("cask", parsed.cask_number)
    return (*family_words(parsed), *(() if year is None else (str(year),)), *_known(parsed.batch), *cask)


class KeyNames:
    """Every key that ever was, redirected and sleeping ones too, so that a new one can differ from them all."""

    def __init__(self, taken: Iterable[str]) -> None:
        """Remember the keys that exist."""
        self._taken = set(taken)
        self._next: dict[tuple[str, str], int] = {}

    def mint(self, base: str, ending: str) -> str:
        """Return `base` with its ending, numbered from 2 where a key has it already, and remember it."""
        number = self._next.get((base, ending), 1)
        key = base + ending if number == 1 else f"{base}_{number}{ending}"
        while key in self._taken:
            number += 1
            key = f"{base}_{number}{ending}"
        self._next[base, ending] = number
        self._taken.add(key)
        return key


def _known(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)
