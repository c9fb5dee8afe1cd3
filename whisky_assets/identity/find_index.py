"""Where each word, brand and number stands among many whiskies, in little memory: what `find` looks its hits up in.

A place is the position of a whisky in order of key. Not here: what a person's words say, and which hits win (`find`).
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from unicodedata import normalize

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from whisky_assets.domain.records.core import Whisky
from whisky_assets.parsing.fold import fold, kana_key, words
from whisky_assets.parsing.lexicon import cjk_key, singular
from whisky_assets.parsing.tokens import letter_pairs
from whisky_assets.reference import Reference

ASIAN = frozenset({"hangul", "kana", "han"})
MAX_SPELLINGS = 12
"""So many spellings of one word are tried; more would be guessing."""

_LANGUAGES = ("en", "ko", "ja", "zh")
_MIN_PREFIX = 2
# One slip from five letters on, two from eight: fewer letters make too many other words.
_SLIPS = ((8, 2), (5, 1))
_NAMES = ("name", "name_en", "name_ko", "name_ja", "brand", "distillery", "bottler", "expression", "batch", "cask_type")
_FEW = array("I")


COLUMNS = (
    "whisky_pk",
    "state",
    *_NAMES,
    "age_years",
    "vintage_year",
    "bottled_year",
    "cask_number",
    "cask_strength",
    "abv_pct",
    "offer_count",
)
"""The columns of `core/whiskies` by which a whisky is found; the others may be left empty."""


class WordIndex:
    """The places of words, brands, ages and told fields; built once over whiskies in order of key."""

    def __init__(self, rows: Sequence[Whisky], reference: Reference) -> None:
        """Index the rows; their order is that of the places."""
        by_word: dict[str, array[int]] = defaultdict(lambda: array("I"))
        by_brand: dict[str, array[int]] = defaultdict(lambda: array("I"))
        by_field: dict[str, array[int]] = defaultdict(lambda: array("I"))
        self.ages = array("H", (row.age_years or 0 for row in rows))
        self.told = array("B", (min(255, _told(row)) for row in rows))
        self.most_told = max(self.told, default=0)
        for place, row in enumerate(rows):
            if row.brand is not None:
                by_brand[fold(row.brand)].append(place)
            for word in _words_of(row):
                by_word[word].append(place)
            for field in set(fields_of(row)):
                by_field[field].append(place)
        self._by_word, self._by_brand, self._by_field = dict(by_word), dict(by_brand), dict(by_field)
        self._vocabulary = sorted(self._by_word)
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in self._vocabulary:
            self._by_length[len(_letters(word))].append(word)
        self._brands_of = _brands_of(reference, self._by_brand)
        self._brand_spellings = sorted(self._brands_of)

    def word(self, word: str) -> array[int]:
        """Return the places of a folded word as it stands."""
        return self._by_word.get(word, _FEW)

    def phrase(self, text: str) -> set[int]:
        """Return the places of which a name holds every word of a text of several; none for a single word."""
        return self._named(text) if len(words(text)) > 1 else set()

    def brand(self, brand: str) -> array[int]:
        """Return the places of a brand, as it is shown."""
        return self._by_brand.get(fold(brand), _FEW)

    def house(self, brand: str) -> Collection[int]:
        """Return the places of a brand, and those whose name holds it: a house sells other brands under its name."""
        own = self.brand(brand)
        named = self._named(brand)
        return own if named.issubset(own) else named.union(own)

    def _named(self, text: str) -> set[int]:
        held = [self.word(indexed(word.text, word.script)) for word in words(text)]
        return set(held[0]).intersection(*held[1:]) if held else set()

    def field(self, field: str) -> array[int]:
        """Return the places at which a field is told, in the spelling of `field_key`."""
        return self._by_field.get(field, _FEW)

    def beginning(self, word: str) -> list[str]:
        """Return words that begin with these letters."""
        return _beginning(word, self._vocabulary) if len(word) >= _MIN_PREFIX else []

    def near(self, word: str) -> list[str]:
        """Return the words that a slip of the pen makes of this one, nearest first; in Korean a slip is a jamo."""
        length = len(_letters(word))
        slips = _slips(word)
        return near(word, [other for at in range(length - slips, length + slips + 1) for other in self._by_length[at]])

    def half_brands(self, word: str) -> list[str]:
        """Return the brands of which a spelling in any language begins with these letters, or nearly is them.

        Those of most whiskies come first.
        """
        key = cjk_key(word)
        if len(key) < _MIN_PREFIX:
            return []
        spelled = _beginning(key, self._brand_spellings) or near(key, self._brand_spellings)
        found = {brand for spelling in spelled for brand in self._brands_of[spelling]}
        return sorted(found, key=lambda brand: (-len(self._by_brand[brand]), brand))[:MAX_SPELLINGS]

    def by_pairs(self, word: str) -> list[int]:
        """Return the places where all pairs of letters of an Asian word stand, however it was spaced or shortened."""
        pairs = list(letter_pairs(kana_key(word)))
        if not pairs or not is_asian(word):
            return []
        places = set(self.word(pairs[0]))
        for pair in pairs[1:]:
            places &= set(self.word(pair))
        return sorted(places)


def near(word: str, vocabulary: Sequence[str]) -> list[str]:
    """Return the words that a slip of the pen makes of this one, nearest first; none for a short word or a number."""
    slips = _slips(word)
    if not slips:
        return []
    close = process.extract(
        _letters(word),
        vocabulary,
        processor=_letters if is_asian(word) else None,
        scorer=DamerauLevenshtein.distance,
        score_cutoff=slips,
        limit=MAX_SPELLINGS,
    )
    return [other for other, _, _ in close]


def field_key(field: str, value: str) -> str:
    """Return how a told field is looked up, whoever spelled it: `batch: 10`."""
    return f"{field}:{fold(value)}"


def fields_of(row: Whisky) -> Iterator[str]:
    """Yield the told fields of a whisky beside brand and age, as `field_key` spells them."""
    for wood in (row.cask_type or "").split(", "):
        if wood:
            yield field_key("cask", wood)
    for field in ("batch", "cask_number", "bottler"):
        value = getattr(row, field)
        if value:
            yield field_key(field, value)
    if row.cask_strength:
        yield field_key("strength", "cask_strength")


@lru_cache(maxsize=4_096)
def label_words(expression: str) -> frozenset[str]:
    """Return the folded words of a label, without plural s."""
    return frozenset(map(singular, fold(expression).split()))


def is_asian(word: str) -> bool:
    """Say whether letters of Korean, Japanese or Chinese stand in a word."""
    return not word.isascii() and any(part.script in ASIAN for part in words(word))


def indexed(text: str, script: str) -> str:
    """Return a folded word as the index holds it: without plural s, in one spelling of kana."""
    return kana_key(text) if script == "kana" else singular(text)


def _told(row: Whisky) -> int:
    """Return how much a whisky tells beside its brand: what was not asked for sets it back a little.

    An expression that its name does not write is what a bare brand means: whoever asks for the brand means it too.
    """
    expression = label_words(row.expression) & label_words(row.name) if row.expression else ()
    return len(expression) + (row.age_years is None) + len(set(fields_of(row)))


def _words_of(row: Whisky) -> set[str]:
    years = [str(year) for year in (row.vintage_year, row.bottled_year) if year is not None]
    texts = {text for text in (getattr(row, name) for name in _NAMES) if text}
    return {word for text in texts for word in _indexed_words(text)}.union(years)


@lru_cache(maxsize=4_096)
def _indexed_words(text: str) -> tuple[str, ...]:
    found = []
    for word in words(text):
        held = indexed(word.text, word.script)
        found.append(held)
        if word.script in ASIAN:
            found.extend(letter_pairs(held))
    return tuple(found)


def _brands_of(reference: Reference, by_brand: Mapping[str, object]) -> dict[str, set[str]]:
    """Return spelling in one piece, in any language, to the brands of the index that are written so."""
    found: dict[str, set[str]] = defaultdict(set)
    for key in (row.key for _, row in reference.makers()):
        brand = fold(reference.brand_name(key))
        if brand not in by_brand:
            continue
        for language in _LANGUAGES:
            for spelling in reference.brand_spellings(key, language):
                found[cjk_key(spelling)].add(brand)
    for alias in reference.aliases:
        brand = fold(reference.brand_name(alias.key))
        if brand in by_brand:
            found[cjk_key(alias.spelling)].add(brand)
    return dict(found)


def _beginning(word: str, vocabulary: Sequence[str]) -> list[str]:
    start = bisect_left(vocabulary, word)
    return [other for other in vocabulary[start : start + MAX_SPELLINGS] if other.startswith(word)]


def _slips(word: str) -> int:
    if word.isdecimal():
        return 0
    length = len(_letters(word))
    return next((allowed for least, allowed in _SLIPS if length >= least), 0)


@lru_cache(maxsize=65_536)
def _letters(word: str) -> str:
    """Return the letters in which a slip is counted: jamo of Korean syllables, of everything else the signs."""
    return word if word.isascii() or max(word) < "가" else normalize("NFD", word)
