"""The whiskies that a person's words may mean, best first, each with why: any language, a slip of the pen, half a name.

The words are read by the parser that reads names, so that `아드벡 10` and `ardbeg ten` ask the same. Not here: deciding
that it is one of them (`identity.resolve`).
"""

from __future__ import annotations

import dataclasses
import heapq
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from whisky_assets.domain.records.core import Whisky
from whisky_assets.parsing.fold import fold, kana_key, words
from whisky_assets.parsing.lexicon import singular
from whisky_assets.parsing.names import parse_name
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.reference import Reference

BRAND_POINTS = 4.0
NUMBER_POINTS = 3.0
WORD_POINTS = 2.0
"""What agreement weighs; a score is the share of the points that the words ask for."""

_PART_OF_A_WORD = 0.8
_MISSPELT = 0.7
_EXTRA_WORD = 0.03
_OTHER_AGE = 0.5
_MIN_PREFIX = 2
# One slip from five letters on, two from eight: fewer letters make too many other words.
_SLIPS = ((8, 2), (5, 1))
# So many spellings of one word are tried; more would be guessing.
_MAX_SPELLINGS = 12
_CJK = frozenset({"hangul", "kana", "han"})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One whisky that may be meant: `score` from 0 to 1, `reason` which of the words agree and how."""

    pk: str
    name: str
    score: float
    reason: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A person's words, read: brand as it is shown, age, years, and the words left, folded, without plural s."""

    brand: str | None
    age_years: int | None
    years: frozenset[int]
    words: tuple[str, ...]
    parsed: ParsedName


@dataclasses.dataclass(frozen=True, slots=True)
class _Hit:
    """Where one thing that was asked for stands: place to how well it agrees (below 0: against), and why in words."""

    points: float
    places: Mapping[int, float]
    why: str


class FindIndex:
    """All whiskies by the words, brands and numbers that they are found by. It is built once."""

    def __init__(self, whiskies: Iterable[Whisky], reference: Reference) -> None:
        """Index the whiskies; dormant ones are found too."""
        self._reference = reference
        self._rows = sorted(whiskies, key=lambda whisky: whisky.whisky_pk)
        self._by_brand: dict[str, list[int]] = defaultdict(list)
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._size: list[int] = []
        self._labels: dict[str, frozenset[str]] = {}
        labels: dict[str, frozenset[str]] = {}
        self._readings: dict[str, ParsedName] = {}
        for place, whisky in enumerate(self._rows):
            if whisky.brand is not None:
                self._by_brand[fold(whisky.brand)].append(place)
            own = set(_indexed(whisky))
            label = labels.setdefault(whisky.expression or "", _label_words(whisky.expression or ""))
            self._labels[whisky.whisky_pk] = label
            self._size.append(len(label) + (whisky.age_years is None))
            for word in own:
                self._by_word[word].append(place)
        self._vocabulary = sorted(self._by_word)
        tie = sorted(range(len(self._rows)), key=lambda place: _before(self._rows[place]))
        self._rank = [0] * len(tie)
        for rank, place in enumerate(tie):
            self._rank[place] = rank

    def ask(self, text: str) -> Asked:
        """Return what a person's words say; a bare number is an age where the brand has a whisky of that age."""
        parsed = parse_name(text, self._reference, free_text=True)
        brand = None if parsed.brand is None else self._reference.brand_name(parsed.brand)
        age, left = parsed.age_years, parsed.leftover_words
        if age is None and parsed.bare_number is not None:
            ages = {whisky.age_years for whisky in (self.of_brand(brand) if brand is not None else self._rows)}
            if parsed.bare_number in ages:
                age = parsed.bare_number
                left = tuple(word for word in left if word != str(age))
        years = {parsed.year, parsed.vintage_year, parsed.bottled_year} - {None}
        return Asked(
            brand=brand,
            age_years=age,
            years=frozenset(year for year in years if year is not None),
            words=tuple(map(singular, left)),
            parsed=parsed,
        )

    def of_brand(self, brand: str) -> list[Whisky]:
        """Return a brand's whiskies, in order of key; `brand` as `core/whiskies` shows it."""
        return [self._rows[place] for place in self._by_brand.get(fold(brand), ())]

    def with_word(self, word: str) -> list[Whisky]:
        """Return the whiskies that have a folded word, in order of key."""
        return [self._rows[place] for place in self._by_word.get(word, ())]

    def label(self, whisky: Whisky) -> frozenset[str]:
        """Return the words of a whisky's label beside brand, age and other fields, folded, without plural s."""
        return self._labels[whisky.whisky_pk]

    def reading(self, whisky: Whisky) -> ParsedName:
        """Return what a whisky's own name says, for what no column of it holds (peat, flavour)."""
        if whisky.whisky_pk not in self._readings:
            self._readings[whisky.whisky_pk] = parse_name(whisky.name, self._reference)
        return self._readings[whisky.whisky_pk]

    def find(self, text: str, limit: int = 10) -> list[Found]:
        """Return at most `limit` whiskies, best first; of equals live ones, then those of most offers, then by key."""
        asked = self.ask(text)
        wanted = asked.words or (() if asked.brand is not None else tuple(dict.fromkeys(fold(text).split())))
        hits = [hit for word in wanted for hit in self._places_of(word)]
        points = WORD_POINTS * len(wanted)
        if asked.brand is not None:
            places = dict.fromkeys(self._by_brand.get(fold(asked.brand), ()), 1.0)
            hits.insert(0, _Hit(BRAND_POINTS, places, f"brand {asked.brand}"))
            points += BRAND_POINTS
        if asked.age_years is not None or asked.years:
            hits.append(self._numbers(asked, {place for hit in hits for place in hit.places}))
            points += NUMBER_POINTS
        scores: dict[int, float] = defaultdict(float)
        for hit in hits:
            for place, share in hit.places.items():
                scores[place] += hit.points * share
        size, few = self._size, len(wanted)
        order = ((-score + _EXTRA_WORD * max(0, size[place] - few), place) for place, score in scores.items())
        best = heapq.nsmallest(limit, ((round(rank, 6), self._rank[place], place) for rank, place in order))
        return [self._found(place, scores[place] / points, hits) for _, _, place in best]

    def _numbers(self, asked: Asked, places: Iterable[int]) -> _Hit:
        """Return which of these places tell the age or year asked for; another age counts against it."""
        if asked.age_years is not None:
            shares: dict[int, float] = {}
            for place in places:
                age = self._rows[place].age_years
                if age is not None:
                    shares[place] = 1.0 if age == asked.age_years else -_OTHER_AGE
            return _Hit(NUMBER_POINTS, shares, f"age {asked.age_years}")
        # A lone year, of distillation or of bottling, stands in the name alone.
        told = {place for year in asked.years for place in self._by_word.get(str(year), ())}
        shown = ", ".join(map(str, sorted(asked.years)))
        return _Hit(NUMBER_POINTS, {place: 1.0 for place in places if place in told}, f"year {shown}")

    def _found(self, place: int, score: float, hits: Sequence[_Hit]) -> Found:
        whisky = self._rows[place]
        return Found(
            pk=whisky.whisky_pk,
            name=whisky.name,
            score=round(max(0.0, min(1.0, score)), 3),
            reason="; ".join(hit.why for hit in hits if hit.places.get(place, 0.0) > 0),
        )

    def _places_of(self, word: str) -> Iterator[_Hit]:
        """Yield where a word stands: as it is, else as the beginning of others or misspelt; a place counts once."""
        if word in self._by_word:
            yield _Hit(WORD_POINTS, dict.fromkeys(self._by_word[word], 1.0), f"word {word}")
            return
        seen: set[int] = set()
        for other, share in self._spellings(word):
            new = [place for place in self._by_word[other] if place not in seen]
            seen.update(new)
            yield _Hit(WORD_POINTS, dict.fromkeys(new, share), f"word {word} as {other}")
        if not seen:
            yield from self._by_pairs(word)

    def _spellings(self, word: str) -> Iterator[tuple[str, float]]:
        if len(word) >= _MIN_PREFIX:
            start = bisect_left(self._vocabulary, word)
            for other in self._vocabulary[start : start + _MAX_SPELLINGS]:
                if other.startswith(word):
                    yield other, _PART_OF_A_WORD
        for other in near(word, self._vocabulary):
            yield other, _MISSPELT

    def _by_pairs(self, word: str) -> Iterator[_Hit]:
        """Yield where all pairs of letters of a Korean or Japanese word stand, however it was spaced or shortened."""
        pairs = list(_pairs(word)) if any(part.script in _CJK for part in words(word)) else []
        if pairs:
            places = set(self._by_word.get(pairs[0], ()))
            for pair in pairs[1:]:
                places &= set(self._by_word.get(pair, ()))
            yield _Hit(WORD_POINTS, dict.fromkeys(places, _PART_OF_A_WORD), f"letters {word}")


def _before(whisky: Whisky) -> tuple[bool, int, str]:
    return whisky.state != "live", -whisky.offer_count, whisky.whisky_pk


def near(word: str, vocabulary: Sequence[str]) -> list[str]:
    """Return the words that a slip of the pen makes of this one, nearest first; none for a short word or a number."""
    slips = next((allowed for length, allowed in _SLIPS if len(word) >= length), 0)
    if not slips or word.isdecimal():
        return []
    close = process.extract(
        word, vocabulary, scorer=DamerauLevenshtein.distance, score_cutoff=slips, limit=_MAX_SPELLINGS
    )
    return [other for other, _, _ in close]


def _label_words(expression: str) -> frozenset[str]:
    return frozenset(map(singular, fold(expression).split()))


def _indexed(whisky: Whisky) -> Iterator[str]:
    for text in (
        whisky.name,
        whisky.name_en,
        whisky.name_ko,
        whisky.name_ja,
        whisky.brand,
        whisky.distillery,
        whisky.bottler,
        whisky.expression,
        whisky.batch,
        whisky.cask_type,
    ):
        for word in words(text or ""):
            yield singular(word.text)
            if word.script in _CJK:
                yield from _pairs(word.text)


def _pairs(word: str) -> Iterator[str]:
    key = kana_key(word)
    for place in range(len(key) - 1):
        yield key[place : place + 2]
