"""A name as units of lookup: one letter of an Asian word, one whole word of any other, each with its place.

A spelling that mixes both (`100 파이퍼스`, `I.W.ハーパー`) or is written with and without spaces is then one sequence.
Not here: what a spelling means (`parsing.lexicon`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

from whisky_assets.parsing.fold import kana_key, words
from whisky_assets.parsing.han import one_han

SCRIPTS = frozenset({"hangul", "kana", "han"})
"""Scripts that are written with and without spaces, so that a spelling may begin or end inside a word."""
SMALL_VOWELS = "ァィェォ"

Meaning = TypeVar("Meaning")


class WordLike(Protocol):
    """A folded word with its place: a word of `fold`, or a token of a reading."""

    @property
    def text(self) -> str:
        """Its folded letters."""

    @property
    def start(self) -> int:
        """The first of its characters in the name."""

    @property
    def end(self) -> int:
        """The character behind its last one."""

    @property
    def script(self) -> str:
        """As `fold.Word` tells it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Unit:
    """One unit: its lookup key, its text, the word it stands in, its place; whether it begins the word."""

    key: str
    raw: str
    word: int
    start: int
    end: int
    first: bool


def letters_of(word: WordLike, index: int) -> Iterator[Unit]:
    """Yield the letters of an Asian word; a letter that says nothing for lookup (`ー`) has an empty key."""
    place = 0
    first = True
    # Places inside a word are exact where folding kept its length, which holds for all but half-width kana.
    exact = word.end - word.start == len(word.text)
    while place < len(word.text):
        width = 2 if word.text[place] == "ヴ" and word.text[place + 1 : place + 2] in {*SMALL_VOWELS} else 1
        raw = word.text[place : place + width]
        start, end = (word.start + place, word.start + place + width) if exact else (word.start, word.end)
        key = one_han(kana_key(raw))
        if key or not first:
            yield Unit(key, raw, index, start, end, first)
            first = False
        place += width


def units_of(told: Sequence[WordLike]) -> list[Unit]:
    """Return the units of a name; what says nothing for lookup belongs to the letter before it."""
    found: list[Unit] = []
    for index, word in enumerate(told):
        if word.script not in SCRIPTS:
            found.append(Unit(word.text, word.text, index, word.start, word.end, first=True))
            continue
        for unit in letters_of(word, index):
            if unit.key:
                found.append(unit)
            else:
                found[-1] = dataclasses.replace(found[-1], raw=found[-1].raw + unit.raw, end=unit.end)
    return found


class UnitTable(Generic[Meaning]):
    """Spellings by their units, for the longest one at a place."""

    def __init__(self, spellings: Iterable[tuple[str, Meaning]]) -> None:
        """Index the spellings; of two that have the same units the first counts."""
        self._meanings: dict[str, Meaning] = {}
        lengths: dict[str, set[int]] = {}
        for spelling, meaning in spellings:
            keys = [unit.key for unit in units_of(words(spelling))]
            if keys:
                self._meanings.setdefault("".join(keys), meaning)
                lengths.setdefault(keys[0], set()).add(len(keys))
        self._lengths: Mapping[str, tuple[int, ...]] = {
            first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()
        }

    def __bool__(self) -> bool:
        """Return whether it holds a spelling."""
        return bool(self._meanings)

    def longest(self, units: Sequence[Unit], at: int) -> Iterator[tuple[int, Meaning]]:
        """Yield how many units each spelling takes that begins at a place, and its meaning; the longest first."""
        for length in self._lengths.get(units[at].key, ()):
            if at + length <= len(units):
                meaning = self._meanings.get("".join(unit.key for unit in units[at : at + length]))
                if meaning is not None:
                    yield length, meaning

    def items(self) -> Iterable[tuple[str, Meaning]]:
        """Return every spelling as the keys of its units in one, with its meaning."""
        return self._meanings.items()
