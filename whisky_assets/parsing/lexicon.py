"""The curated tables turned into what a name is looked up in: phrases by first word, CJK spellings by their letters.

Grain: one `Lexicon` per `Reference` content, made once and kept. Not here: what a match means (`parsing.names`).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from whisky_assets.parsing.fold import HAN, HANGUL, KANA, fold, kana_key
from whisky_assets.parsing.han import one_han
from whisky_assets.parsing.units import UnitTable
from whisky_assets.reference import Expression, Reference

_CJK = re.compile(f"[{HANGUL}{KANA}{HAN}]")
_OTHER_UNITS = re.compile(r"[0-9a-z]", re.IGNORECASE)
_KINDS = ("brand", "bottler")
SHORTEST_PLURAL = 4
"""Letters that a word needs before its final s counts as a plural."""


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """What one phrase means: `kind` is brand, bottler or word; `value` a key or, for a word, its meaning."""

    kind: str
    value: str
    role: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Phrase:
    """One Latin phrase as folded words."""

    words: tuple[str, ...]
    entry: Entry


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class PhraseTable:
    """Latin phrases by their folded words; `lengths` tells for each first word which numbers of words to try."""

    entries: Mapping[tuple[str, ...], Entry]
    lengths: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, entries: Mapping[tuple[str, ...], Entry]) -> PhraseTable:
        """Return the table of these phrases; the longest lengths are tried first."""
        lengths: dict[str, set[int]] = {}
        for words in entries:
            lengths.setdefault(words[0], set()).add(len(words))
        return cls(entries, {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()})

    def longest(self, texts: Sequence[str], at: int) -> Phrase | None:
        """Return the longest phrase that begins at a position, None for none."""
        for length in self.lengths.get(texts[at], ()):
            words = tuple(texts[at : at + length])
            entry = self.entries.get(words)
            if entry is not None:
                return Phrase(words, entry)
        return None

    def word(self, text: str) -> Entry | None:
        """Return what one word alone means, None for nothing."""
        return self.entries.get((text,))


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """All phrases of a `Reference`: Latin ones by their words, CJK ones by their compact letters.

    `mixed` are those of both, `expressions` a brand's own by its key, `implied` the rows that imply anything.
    """

    brands: PhraseTable
    bottlers: PhraseTable
    words: PhraseTable
    cjk: Mapping[str, tuple[Entry, ...]]
    cjk_longest: int
    mixed: UnitTable[Entry]
    expressions: Mapping[str, UnitTable[Expression]]
    implied: Mapping[str, tuple[Expression, ...]]
    brand_spellings: Mapping[str, str]
    hangul_brands: Mapping[str, str]
    known_words: frozenset[str]


def singular(word: str) -> str:
    """Return a word without its plural s; short words, double s and words of the kind of `vous` keep it."""
    if len(word) > SHORTEST_PLURAL and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def cjk_key(text: str) -> str:
    """Return the letters by which a CJK spelling is looked up: no spaces, one kind of kana, simplified characters."""
    return one_han(kana_key(fold(text).replace(" ", "")))


@lru_cache(maxsize=4)
def lexicon_of(reference: Reference) -> Lexicon:
    """Return the lexicon of a reference, the same object for the same content."""
    latin: dict[str, dict[tuple[str, ...], Entry]] = {"brand": {}, "bottler": {}, "word": {}}
    cjk: dict[str, list[Entry]] = {}
    mixed: list[tuple[str, Entry]] = []
    for spelling, entry in _spellings(reference):
        if _CJK.search(spelling) and (_OTHER_UNITS.search(fold(spelling))):
            mixed.append((spelling, entry))
        elif _CJK.search(spelling):
            entries = cjk.setdefault(cjk_key(spelling), [])
            if entry not in entries:
                entries.append(entry)
        else:
            words = tuple(fold(spelling).split())
            if words:
                latin[entry.kind].setdefault(words, entry)
    for kind in _KINDS:
        _add_variants(latin[kind])
    brands = {"".join(words): entry.value for words, entry in latin["brand"].items()}
    return Lexicon(
        brands=PhraseTable.of(latin["brand"]),
        bottlers=PhraseTable.of(latin["bottler"]),
        words=PhraseTable.of(latin["word"]),
        cjk={key: tuple(sorted(entries, key=_entry_order)) for key, entries in cjk.items()},
        cjk_longest=max(map(len, cjk), default=0),
        mixed=UnitTable(sorted(mixed, key=lambda each: (_entry_order(each[1]), each[0]))),
        expressions=_expressions(reference),
        implied=_implied(reference),
        brand_spellings=brands,
        hangul_brands={
            key: entries[0].value
            for key, entries in cjk.items()
            if entries[0].kind == "brand" and re.fullmatch(f"[{HANGUL}]+", key)
        },
        known_words=frozenset(word for table in latin.values() for words in table for word in words),
    )


def _expressions(reference: Reference) -> dict[str, UnitTable[Expression]]:
    told: dict[str, list[tuple[str, Expression]]] = {}
    for row in reference.expressions:
        if row.when != "brand":
            spellings = [row.name, *(spelling for group in row.spellings.values() for spelling in group)]
            told.setdefault(row.brand, []).extend((spelling, row) for spelling in spellings)
    return {brand: UnitTable(spellings) for brand, spellings in told.items()}


def _implied(reference: Reference) -> dict[str, tuple[Expression, ...]]:
    rows: dict[str, list[Expression]] = {}
    for row in reference.expressions:
        if row.implies or row.when == "bare":
            rows.setdefault(row.brand, []).append(row)
    return {brand: tuple(found) for brand, found in rows.items()}


def _entry_order(entry: Entry) -> tuple[int, str, str]:
    """A spelling that is a brand and a bottler or a word is a brand: the deciding rule for shared spellings."""
    return ({"brand": 0, "bottler": 1}.get(entry.kind, 2), entry.role, entry.value)


def _spellings(reference: Reference) -> Iterator[tuple[str, Entry]]:
    for kind, row in reference.makers():
        entry = Entry("bottler" if kind == "bottler" else "brand", row.key)
        yield row.name, entry
        for spellings in row.spellings.values():
            for spelling in spellings:
                yield spelling, entry
    for alias in reference.aliases:
        yield alias.spelling, Entry("bottler" if alias.kind == "bottler" else "brand", alias.key)
    for word in reference.words:
        yield word.spelling, Entry("word", word.meaning, word.role)


def _add_variants(table: dict[tuple[str, ...], Entry]) -> None:
    """Add the spellings that differ by a leading `the` or a final s, where nothing else has them."""
    for words, entry in list(table.items()):
        for variant in variants_of(words):
            table.setdefault(variant, entry)


def variants_of(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the folded words of a maker as they are also written: with and without `the` and a final s."""
    bare = words[1:] if words[0] == "the" and len(words) > 1 else words
    for variant in (bare, ("the", *bare)):
        yield variant
        last = variant[-1]
        if len(last) > SHORTEST_PLURAL:
            yield (*variant[:-1], last[:-1] if last.endswith("s") else f"{last}s")
