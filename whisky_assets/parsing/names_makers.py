"""Who made it: the brand and the bottler of a name, found in the tables, mistyped, or told by the producer's column.

Not here: every other word of the name (`parsing.names`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from whisky_assets.parsing.fold import fold
from whisky_assets.parsing.lexicon import Phrase
from whisky_assets.parsing.names_cjk import fuzzy_brand, translate
from whisky_assets.parsing.parsed import Field
from whisky_assets.parsing.reading import WORDING, Reading, Token
from whisky_assets.reference import Reference

BRAND_WORDS = 5
"""A brand begins within so many words; later words name woods, places and series."""
NEAREST_BRAND = "nearest brand"
"""The rule of a brand that the name only comes near to."""
FUZZY_RATIO = 0.2
"""Largest share of wrong letters in a brand that a person typed (`argbeg` for ardbeg: .17)."""
FUZZY_LETTERS = 5
"""Fewest letters of a brand that may be mistyped; shorter ones have too many neighbours."""

_WORDING_ROLES = frozenset({"wording", "style", "region"})
"""Roles of words that say what kind of whisky it is, whoever made it."""


class _Found(NamedTuple):
    """A brand or bottler of the tables: where its words stand, how many they are, its key, and the rule."""

    place: int
    width: int
    key: str
    rule: str


def read_maker(reading: Reading, reference: Reference) -> None:
    """Find brand and bottler: the brand in the first words, the bottler there or, told in full, anywhere.

    Where a bottler is told and no brand stands in front, the first distillery of the name is what it bottled.
    """
    bottler = _first_phrase(reading, "bottler")
    if bottler is not None:
        reading.put("bottler", bottler.key, bottler.place, bottler.width, bottler.rule)
    brand = _first_phrase(reading, "brand")
    if brand is not None:
        brand = _own_brand_of_place(reading, reference, brand)
        _put_brand(reading, reference, brand.key, (brand.place, brand.width), brand.rule)
    if bottler is None:
        bottler = _later_bottler(reading, reference)
        if bottler is not None:
            reading.put("bottler", bottler.key, bottler.place, bottler.width, bottler.rule)
    if brand is None and bottler is not None:
        _read_bottled_brand(reading, reference, bottler)


def _read_bottled_brand(reading: Reading, reference: Reference, bottler: _Found) -> None:
    for found in _phrases(reading, "brand"):
        if found.key in reference.distilleries:
            rule = "distillery beside a bottler"
            _put_brand(reading, reference, found.key, (found.place, found.width), rule)
            return
    # A bottler's own label without a distillery is a brand of the bottler.
    reading.fields["brand"] = Field(bottler.key, reading.fields["bottler"].span, "bottler's own label")


def _first_phrase(reading: Reading, kind: str) -> _Found | None:
    """Return the first brand or bottler that begins within the first words, the longest one at its place."""
    found = next(_phrases(reading, kind), None)
    if found is None:
        return None
    before = sum(1 for token in reading.tokens[: found.place] if _counts(reading, token))
    return found if before < BRAND_WORDS else None


def _phrases(reading: Reading, kind: str) -> Iterator[_Found]:
    """Yield what the tables know of a kind in the words that nothing has consumed, in order."""
    table = reading.lexicon.brands if kind == "brand" else reading.lexicon.bottlers
    texts = reading.texts()
    end = 0
    for place, token in reading.open_tokens():
        if place < end:
            continue
        if token.entry is not None and token.entry.kind == kind:
            yield _Found(place, 1, token.entry.value, f"{kind} in the tables")
            continue
        phrase: Phrase | None = table.longest(texts, place) if token.text else None
        if phrase is not None:
            end = place + len(phrase.words)
            yield _Found(place, len(phrase.words), phrase.entry.value, f"{kind} in the tables")


def _later_bottler(reading: Reading, reference: Reference) -> _Found | None:
    """Return a bottler behind the first words: one word there is one only if it is the house's whole name.

    A series in one word (`Sovereign`, `Provenance`) is a word of any label there, unless `by` leads to it.
    """
    for found in _phrases(reading, "bottler"):
        told = [token.text for token in reading.tokens[found.place : found.place + found.width]]
        before = reading.tokens[found.place - 1].text if found.place else ""
        whole = told == fold(reference.bottlers[found.key].name).split()
        if len(told) - (told[0] == "the") > 1 or (whole and told[0] != "the") or before in {"by", "par", "von"}:
            return found
    return None


def _counts(reading: Reading, token: Token) -> bool:
    """Say whether a word counts among the first ones: numbers and wording do not."""
    return not token.used and token.script not in {"number", "ordinal", "symbol"} and not _is_wording(reading, token)


def _own_brand_of_place(reading: Reading, reference: Reference, found: _Found) -> _Found:
    """Return the brand that a place or house introduces (`Midleton - Green Spot`, `Nikka Yoichi`), else what was found.

    The place or house then says nothing: its words are consumed.
    """
    for own in _phrases(reading, "brand"):
        if own.place >= found.place + found.width and _is_of(reference, own.key, found.key):
            reading.consume(found.place, found.width, WORDING)
            return own._replace(rule="brand of the place or house before it")
    return found


def _is_of(reference: Reference, brand: str, house: str) -> bool:
    """Say whether a brand comes from a place, or from a house: its owner, or one that its own names begin with."""
    if brand == house:
        return False
    if brand in reference.brands and reference.brands[brand].distillery == house:
        return True
    own = reference.brands.get(brand) or reference.distilleries.get(brand)
    if own is None or house in reference.distilleries:
        return False
    name = fold(reference.brand_name(house)).split()
    spellings = (own.name, *own.spellings.get("en", ()))
    return own.owner == house or any(fold(spelling).split()[: len(name)] == name for spelling in spellings)


def _is_wording(reading: Reading, token: Token) -> bool:
    if token.entry is not None:
        return token.role in {*_WORDING_ROLES, "shop"}
    return _is_role(reading, token.text, _WORDING_ROLES)


def _words_of_wording(reading: Reading, place: int) -> int:
    """Return how many words from a place are a phrase of wording, a style or a region (`single malt`), 0 for none."""
    if reading.tokens[place].entry is not None:
        return int(_is_wording(reading, reading.tokens[place]))
    phrase = reading.lexicon.words.longest(reading.texts(), place)
    return len(phrase.words) if phrase is not None and phrase.entry.role in _WORDING_ROLES else 0


def _is_role(reading: Reading, word: str, roles: Collection[str]) -> bool:
    entry = reading.lexicon.words.word(word)
    return entry is not None and entry.role in roles


def _put_brand(reading: Reading, reference: Reference, key: str, place: tuple[int, int], rule: str) -> None:
    reading.put("brand", key, *place, rule)
    distillery = reference.distillery_of(key)
    if distillery is not None:
        reading.fields["distillery"] = Field(distillery.key, reading.fields["brand"].span, "distillery of the brand")


def read_mistyped_brand(reading: Reading, reference: Reference) -> None:
    """Find the one brand that the first unknown words come near to; two equally near are none."""
    end = 0
    for place, token in list(reading.open_tokens()):
        if place < end:
            continue
        if token.script == "hangul":
            found = fuzzy_brand(_hangul_from(reading, place), reading.lexicon)
            if found is not None:
                _put_brand(reading, reference, found[0], (place, _words_of(reading, place, found[1])), NEAREST_BRAND)
            return
        end = place + _words_of_wording(reading, place)
        if token.script == "latin" and reading.free_text and end == place:
            near = _nearest_brand(reading, place)
            if near is not None:
                _put_brand(reading, reference, near[0], (place, near[1]), NEAREST_BRAND)
            return


def _hangul_from(reading: Reading, place: int) -> str:
    """Return the unknown Hangul words from a place on, written in one: brands are written with and without spaces."""
    letters = ""
    while (token := reading.at(place)) is not None and token.script == "hangul":
        letters += token.text
        place += 1
    return letters


def _words_of(reading: Reading, place: int, length: int) -> int:
    """Return how many tokens the first letters from a place take; a token that they end in is split and read again."""
    count = 0
    while length > 0:
        token = reading.tokens[place + count]
        if length < len(token.text):
            middle = token.start + length
            head = Token(token.text[:length], token.start, middle, token.script)
            rest = Token(token.text[length:], middle, token.end, token.script)
            reading.tokens[place + count : place + count + 1] = [head, *translate([rest], reading.lexicon)]
        length -= len(token.text)
        count += 1
    return count


def _nearest_brand(reading: Reading, place: int) -> tuple[str, int] | None:
    """Return brand and number of words of the nearest spelling to the words from here, None if none or two are."""
    best: dict[str, tuple[float, int]] = {}
    texts = reading.texts()
    for width in (1, 2, 3):
        part = texts[place : place + width]
        if len(part) < width or not all(part):
            break
        typed = "".join(part)
        if len(typed) < FUZZY_LETTERS:
            continue
        for spelling, key in reading.lexicon.brand_spellings.items():
            limit = int(FUZZY_RATIO * len(spelling))
            if len(spelling) < FUZZY_LETTERS or abs(len(spelling) - len(typed)) > limit:
                continue
            distance = Levenshtein.distance(typed, spelling, score_cutoff=limit)
            if distance <= limit:
                near = (distance / len(spelling), -width)
                best[key] = min(near, best.get(key, near))
    ranked = sorted(best.items(), key=lambda item: (item[1], item[0]))
    if not ranked or (len(ranked) > 1 and ranked[1][1][0] == ranked[0][1][0]):
        return None
    return ranked[0][0], -ranked[0][1][1]


def read_producer(reading: Reading, reference: Reference, producer: str) -> None:
    """Take the brand that a producer's name begins with, where the name itself holds none."""
    texts = fold(producer).split()
    for place in range(len(texts)):
        phrase = reading.lexicon.brands.longest(texts, place)
        if phrase is not None:
            reading.fields["brand"] = Field(phrase.entry.value, (0, 0), "producer column")
            distillery = reference.distillery_of(phrase.entry.value)
            if distillery is not None:
                reading.fields["distillery"] = Field(distillery.key, (0, 0), "distillery of the brand")
            return


def drop_owner_as_bottler(reading: Reading, reference: Reference) -> None:
    """A house that bottles its own brand is not an independent bottler of it."""
    brand, bottler = reading.fields.get("brand"), reading.fields.get("bottler")
    if brand is None or bottler is None:
        return
    owned = reference.brands.get(str(brand.value)) or reference.distilleries.get(str(brand.value))
    if brand.value == bottler.value or (owned is not None and owned.owner == bottler.value):
        del reading.fields["bottler"]


def drop_repeated_makers(reading: Reading, reference: Reference) -> None:
    """Let a second mention of brand or bottler say nothing; another maker's words are words of the name.

    They are no woods, regions or ages then: `Port` of Port Charlotte is no cask. CJK spellings become the Latin name.
    """
    for kind in ("bottler", "brand"):
        own = reading.fields.get(kind)
        # From behind, since a maker of several words becomes one.
        for found in reversed(list(_phrases(reading, kind))):
            is_latin = reading.tokens[found.place].entry is None
            says_nothing = own is not None and (
                own.value == found.key or (kind == "brand" and _is_of(reference, str(own.value), found.key))
            )
            if says_nothing:
                reading.consume(found.place, found.width, WORDING)
            elif not is_latin or (kind == "brand" and own is not None):
                _stand_as_word(reading, found, None if is_latin else fold(reference.brand_name(found.key)))


def _stand_as_word(reading: Reading, found: _Found, name: str | None) -> None:
    place, end = found.place, found.place + found.width
    told = [token.text for token in reading.tokens[place:end]]
    saying = [word for word in told if not _is_role(reading, word, {"wording"})] or told
    token = reading.tokens[place]
    token.end = reading.tokens[end - 1].end
    token.text, token.script, token.entry = name or " ".join(saying), "latin", None
    del reading.tokens[place + 1 : end]
