"""The whiskies that a person's words may mean, best first, each with why: any language, a slip of the pen, half a name.

The words are read by the parser that reads names, so that `아드벡 10` and `ardbeg ten` ask the same. Not here: where
words stand (`find_index`), deciding that it is one of them (`identity.resolve`).
"""

from __future__ import annotations

import dataclasses
import heapq
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from whisky_assets.domain.records.core import Whisky
from whisky_assets.identity.find_index import WordIndex, field_key, indexed, is_asian, label_words, near
from whisky_assets.parsing.fold import fold
from whisky_assets.parsing.lexicon import singular
from whisky_assets.parsing.names import parse_name
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.reference import Reference

__all__ = ["Asked", "FindIndex", "Found", "near"]

BRAND_POINTS = 4.0
NUMBER_POINTS = 3.0
WORD_POINTS = 2.0
"""What agreement weighs (a batch weighs as a number, a wood as a word); a score is the share of what was asked for."""

_PART_OF_A_WORD = 0.8
_MISSPELT = 0.7
_EXTRA_WORD = 0.03
_OTHER_AGE = 0.5
_OTHER_BRAND = 0.5


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One whisky that may be meant: `score` from 0 to 1, `reason` which of the words agree and how.

    Bottlings of one name differ in `abv_pct` (% vol) at times; it and `offer_count` tell them apart.
    """

    pk: str
    name: str
    abv_pct: float | None
    offer_count: int
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
    """Where one thing that was asked for stands, how much that weighs, and why in words."""

    points: float
    places: Collection[int]
    why: str


class FindIndex:
    """All whiskies by the words, brands and numbers that they are found by. It is built once."""

    def __init__(self, whiskies: Iterable[Whisky], reference: Reference) -> None:
        """Index the whiskies, of which the columns `find_index.COLUMNS` are read; dormant ones are found too."""
        self._reference = reference
        self._rows = sorted(whiskies, key=lambda whisky: whisky.whisky_pk)
        self._index = WordIndex(self._rows, reference)
        self._all_ages = frozenset(self._index.ages)
        self._readings: dict[str, ParsedName] = {}
        self._rank = array("I", bytes(4 * len(self._rows)))
        for rank, place in enumerate(sorted(range(len(self._rows)), key=lambda place: _before(self._rows[place]))):
            self._rank[place] = rank

    def ask(self, text: str) -> Asked:
        """Return what a person's words say; a bare number is an age where the brand has a whisky of that age."""
        parsed = parse_name(text, self._reference, free_text=True)
        brand = None if parsed.brand is None else self._reference.brand_name(parsed.brand)
        age, left = parsed.age_years, parsed.leftover_words
        if age is None and parsed.bare_number is not None and parsed.bare_number in self._ages_of(brand):
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
        return [self._rows[place] for place in self._index.brand(brand)]

    def with_word(self, word: str) -> list[Whisky]:
        """Return the whiskies that have a folded word, in order of key."""
        return [self._rows[place] for place in self._index.word(word)]

    def label(self, whisky: Whisky) -> frozenset[str]:
        """Return the words of a whisky's label beside brand, age and other fields, folded, without plural s."""
        return label_words(whisky.expression or "")

    def reading(self, whisky: Whisky) -> ParsedName:
        """Return what a whisky's own name says, for what no column of it holds (peat, flavour)."""
        if whisky.whisky_pk not in self._readings:
            self._readings[whisky.whisky_pk] = parse_name(whisky.name, self._reference)
        return self._readings[whisky.whisky_pk]

    def find(self, text: str, limit: int = 10) -> list[Found]:
        """Return at most `limit` whiskies, best first; of equals live ones, then those of most offers, then by key."""
        asked = self.ask(text)
        told = list(self._told(asked))
        wanted = asked.words if told or beside_brand(asked.parsed) else ()
        if asked.brand is None and not wanted and not told:
            wanted = tuple(dict.fromkeys(fold(text).split()))
        within = None if asked.brand is None else self._index.house(asked.brand)
        hits = [hit for word in wanted for hit in self._places_of(word, within)]
        points = WORD_POINTS * len(wanted) + sum(hit.points for hit in told)
        hits = [*told, *hits]
        if within is not None:
            hits.insert(0, _Hit(BRAND_POINTS, within, f"brand {asked.brand}"))
            points += BRAND_POINTS
        scores: dict[int, float] = {}
        for hit in hits:
            for place in hit.places:
                scores[place] = scores.get(place, 0.0) + hit.points
        if asked.age_years is not None:
            points += NUMBER_POINTS
            hits.append(self._count_age(asked.age_years, scores))
        # Who asks for a brand alone means what most shops sell, however much its label says.
        is_brand_alone = within is not None and not wanted and not told and asked.age_years is None
        asked_for = self._index.most_told if is_brand_alone else len(wanted) + len(told)
        return [self._found(place, scores[place] / points, hits) for place in self._best(scores, asked_for, limit)]

    def _ages_of(self, brand: str | None) -> Collection[int]:
        ages = self._index.ages
        return self._all_ages if brand is None else {ages[place] for place in self._index.brand(brand)}

    def _told(self, asked: Asked) -> Iterator[_Hit]:
        """Yield where years, batch, cask, bottler and strength stand that the words tell."""
        parsed = asked.parsed
        for year in sorted(asked.years):
            # A lone year, of distillation or of bottling, stands in the name alone.
            yield _Hit(NUMBER_POINTS, self._index.word(str(year)), f"year {year}")
        bottler = None if parsed.bottler is None else self._reference.brand_name(parsed.bottler)
        numbers = (("batch", parsed.batch), ("cask_number", parsed.cask_number), ("bottler", bottler))
        for field, value in numbers:
            if value is not None:
                shown = value if value.startswith(field) else f"{field.replace('_', ' ')} {value}"
                # `Old No 7` is a name, though `No 7` alone reads as a batch.
                places = {*self._index.field(field_key(field, value)), *self._index.phrase(value)}
                yield _Hit(NUMBER_POINTS, places, shown)
        for wood in parsed.cask:
            # An Oloroso cask is read as that alone, while its name says sherry too.
            places = {*self._index.field(field_key("cask", wood)), *self._index.word(singular(wood))}
            yield _Hit(WORD_POINTS, places, f"cask {wood}")
        if parsed.strength == "cask_strength":
            yield _Hit(WORD_POINTS, self._index.field(field_key("strength", parsed.strength)), "cask strength")

    def _count_age(self, age_years: int, scores: dict[int, float]) -> _Hit:
        """Add to the scores what the age asked for is worth; another age counts against a whisky."""
        ages = self._index.ages
        agreeing = set()
        for place in scores:
            age = ages[place]
            if age == age_years:
                scores[place] += NUMBER_POINTS
                agreeing.add(place)
            elif age:
                scores[place] -= NUMBER_POINTS * _OTHER_AGE
        return _Hit(NUMBER_POINTS, agreeing, f"age {age_years}")

    def _best(self, scores: Mapping[int, float], asked_for: int, limit: int) -> list[int]:
        """Return the best places; what a whisky tells beyond the words sets it back a little."""
        told = self._index.told
        least = _least_of_best(scores, limit) - _EXTRA_WORD * self._index.most_told
        order = (
            (round(-score + _EXTRA_WORD * max(0, told[place] - asked_for), 6), self._rank[place], place)
            for place, score in scores.items()
            if score >= least
        )
        return [place for _, _, place in heapq.nsmallest(limit, order)]

    def _found(self, place: int, score: float, hits: Sequence[_Hit]) -> Found:
        whisky = self._rows[place]
        return Found(
            pk=whisky.whisky_pk,
            name=whisky.name,
            abv_pct=whisky.abv_pct,
            offer_count=whisky.offer_count,
            score=round(max(0.0, min(1.0, score)), 3),
            reason="; ".join(hit.why for hit in hits if _stands(place, hit.places)),
        )

    def _places_of(self, word: str, within: Collection[int] | None) -> Iterator[_Hit]:
        """Yield where a word stands: as it is, else as the beginning of others or misspelt; a place counts once.

        Where a brand is told, a word that it does not have is tried in these ways too.
        """
        held = indexed(word, "kana") if is_asian(word) else word
        direct = self._index.word(held)
        inside = None if within is None else frozenset(within)
        if inside is not None:
            # A number of another brand says nothing: every second brand has a 12.
            other_brands = [] if word.isdecimal() else [place for place in direct if place not in inside]
            yield _Hit(WORD_POINTS * _OTHER_BRAND, other_brands, f"word {word}, of another brand")
            direct = array("I", [place for place in direct if place in inside])
        if direct:
            yield _Hit(WORD_POINTS, direct, f"word {word}")
            if inside is not None or not is_asian(word):
                # Two letters of an Asian name are a word of the index, and may be half a brand as well.
                return
        seen = set(direct)
        for share, places, meant in self._otherwise(held):
            new = [place for place in places if place not in seen and (inside is None or place in inside)]
            if new:
                seen.update(new)
                yield _Hit(WORD_POINTS * share, new, f"word {word} as {meant}" if meant else f"letters {word}")

    def _otherwise(self, word: str) -> Iterator[tuple[float, Collection[int], str]]:
        """Yield what else a word may be meant to be, where that stands, and what it is worth: the surest first."""
        for brand in self._index.half_brands(word) if is_asian(word) else ():
            places = self._index.brand(brand)
            yield _PART_OF_A_WORD, places, f"brand {self._rows[places[0]].brand}"
        for other in self._index.beginning(word):
            yield _PART_OF_A_WORD, self._index.word(other), other
        for other in self._index.near(word):
            yield _MISSPELT, self._index.word(other), other
        yield _PART_OF_A_WORD, self._index.by_pairs(word), ""
        for brand in () if is_asian(word) else self._index.half_brands(word):
            places = self._index.brand(brand)
            yield _MISSPELT, places, f"brand {self._rows[places[0]].brand}"


def beside_brand(parsed: ParsedName) -> frozenset[str]:
    """Return the folded words that a text tells beside a brand, none that says nothing or that a table implies."""
    brand = parsed.fields.get("brand")
    start, end = (0, 0) if brand is None else brand.span
    return frozenset(fold(f"{parsed.text[:start]} {parsed.text[end:]}").split()) - parsed.wording


def _least_of_best(scores: Mapping[int, float], limit: int) -> float:
    """Return the score that at least `limit` places reach, the lowest of all where there are fewer."""
    left = limit
    least = 0.0
    for score, places in sorted(Counter(scores.values()).items(), reverse=True):
        least = score
        left -= places
        if left <= 0:
            break
    return least


def _stands(place: int, places: Collection[int]) -> bool:
    """Say whether a place is among others; those of the index stand in order."""
    if not isinstance(places, array):
        return place in places
    at = bisect_left(places, place)
    return at < len(places) and places[at] == place


def _before(whisky: Whisky) -> tuple[bool, int, str]:
    return whisky.state != "live", -whisky.offer_count, whisky.whisky_pk
