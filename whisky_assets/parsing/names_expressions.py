"""A brand's expressions as markets call them: found under the brand that was read, and replaced by one spelling.

`리바이벌` and `Revival` of GlenDronach become one word, which implies its 15 years; a bare `Monkey Shoulder` is its one
bottling. A spelling of one brand says nothing in another's name. Not here: words that mean the same on any label
(`reference/data/words.csv`, `parsing.names_cjk`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from whisky_assets.parsing.lexicon import Entry, Lexicon
from whisky_assets.parsing.names_cjk import FUZZY_JAMO, FUZZY_RATIO
from whisky_assets.parsing.names_makers import NEAREST_BRAND
from whisky_assets.parsing.parsed import IMPLIED, Field
from whisky_assets.parsing.reading import EXPRESSION, WORDING, Reading, Token
from whisky_assets.parsing.units import Unit, UnitTable, units_of
from whisky_assets.reference import Expression

SHORT_KEY = 2
"""Letters up to which a spelling in the middle of an unbroken word is an accident."""

# What a name may tell beside its brand and still be the brand's one bare bottling.
_BARE_FIELDS = frozenset({"brand", "distillery", "abv_pct", "volume_ml", "pack", "pack_count", "region", "style"})
_OTHER_STYLES = frozenset({"rye", "corn", "wheat", "grain", "new_make", "rice"})
# A pure malt is not the brand's one blend; a malt may be a pure malt, since some languages write one word for both.
_OTHER_THAN = {
    "malt": frozenset({"blended"}),
    "blended_malt": frozenset({"blended"}),
    "blended": frozenset({"malt", "blended_malt"}),
    "grain": frozenset({"malt", "blended_malt", "blended"}),
}


class _Match(NamedTuple):
    """Which units of a name tell an expression: from and to, the last one not in it."""

    first: int
    end: int
    row: Expression


def with_expressions(told: Sequence[Token], reading: Reading) -> list[Token] | None:
    """Return a name's words with those that tell an expression of its brand replaced; None where none do.

    Args:
        told: the name's words before any of them was read.
        reading: the same name with its maker read; `brand` and the places of its words count.
    """
    brand = reading.fields.get("brand")
    lexicon = reading.lexicon
    table = None if brand is None else lexicon.expressions.get(str(brand.value))
    if brand is None or table is None:
        return None
    units = units_of(told)
    ends = {token.end for token in reading.tokens}
    starts = {token.start for token in reading.tokens}
    of_brand = [brand.span[0] <= unit.start and unit.end <= brand.span[1] for unit in units]
    matches: list[_Match] = []
    for first, end in _runs(of_brand):
        part = units[first:end]
        exact = _exact(told, part, table, starts, ends, lexicon)
        found = [match for match in exact if not _is_age(told, part, match, lexicon)]
        found = found or list(_nearest(part, table))
        matches += [_Match(first + match.first, first + match.end, match.row) for match in found]
    return _replaced(told, units, matches) if matches else None


def _runs(of_brand: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield from where to where a name tells no brand."""
    first = 0
    for place, is_brand in enumerate([*of_brand, True]):
        if is_brand:
            if place > first:
                yield first, place
            first = place + 1


def _is_age(told: Sequence[Token], units: list[Unit], match: _Match, lexicon: Lexicon) -> bool:
    """Say whether a spelling is the number of an age: `Ten Years` is no `Ten`."""
    after = units[match.end] if match.end < len(units) else None
    entry = None if after is None else lexicon.words.word(told[after.word].text)
    return entry is not None and entry.role == "age_unit"


def _cuts_strength(told: Sequence[Token], units: list[Unit], end: int, lexicon: Lexicon) -> bool:
    """Say whether a spelling would end inside a strength: `Sherry Cask` leaves no `Strength` behind."""
    last = units[end - 1].word
    if end == len(units) or units[end].word == last:
        return False
    phrase = lexicon.words.longest([token.text for token in told], last)
    return phrase is not None and phrase.entry.role == "strength" and len(phrase.words) > 1


def _exact(
    told: Sequence[Token],
    units: list[Unit],
    table: UnitTable[Expression],
    starts: set[int],
    ends: set[int],
    lexicon: Lexicon,
) -> Iterator[_Match]:
    place = 0
    while place < len(units):
        matches = _at(units, place, table, starts, ends)
        match = next((found for found in matches if not _cuts_strength(told, units, found.end, lexicon)), None)
        if match is None:
            place += 1
            continue
        yield match
        place = match.end


def _at(
    units: list[Unit], place: int, table: UnitTable[Expression], starts: set[int], ends: set[int]
) -> Iterator[_Match]:
    for length, row in table.longest(units, place):
        end = place + length
        begins = units[place].first or units[place].start in starts
        stops = end == len(units) or units[end].first or units[end - 1].end in ends
        if (begins and stops) or length > SHORT_KEY:
            yield _Match(place, end, row)


def _nearest(units: list[Unit], table: UnitTable[Expression]) -> Iterator[_Match]:
    """Find the expression that the Hangul words come near to but for a slip of the pen; two equally near are none."""
    words = _hangul_words(units)
    for width in (3, 2, 1):
        for at in range(len(words) - width + 1):
            first, end = words[at][0], words[at + width - 1][1]
            row = _nearest_to("".join(unit.key for unit in units[first:end]), table)
            if row is not None:
                yield _Match(first, end, row)
                return


def _hangul_words(units: list[Unit]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for place, unit in enumerate(units):
        if not "가" <= unit.key[0] <= "힣":
            continue
        if found and found[-1][1] == place and not unit.first:
            found[-1] = found[-1][0], place + 1
        else:
            found.append((place, place + 1))
    return found


def _nearest_to(text: str, table: UnitTable[Expression]) -> Expression | None:
    typed = unicodedata.normalize("NFD", text)
    best: dict[str, tuple[float, Expression]] = {}
    for spelling, row in table.items():
        jamo = unicodedata.normalize("NFD", spelling)
        if len(jamo) < FUZZY_JAMO or not "가" <= spelling[0] <= "힣":
            continue
        limit = int(FUZZY_RATIO * len(jamo))
        distance = Levenshtein.distance(typed, jamo, score_cutoff=limit)
        if distance <= limit and (row.name not in best or distance / len(jamo) < best[row.name][0]):
            best[row.name] = distance / len(jamo), row
    ranked = sorted(best.values(), key=lambda near: (near[0], near[1].name))
    if not ranked or (len(ranked) > 1 and ranked[1][0] == ranked[0][0]):
        return None
    return ranked[0][1]


def _replaced(told: Sequence[Token], units: list[Unit], matches: list[_Match]) -> list[Token]:
    """Return the words with one token for each match; a word that a match cuts stays as what is left of it."""
    match_at = {place: match for match in matches for place in range(match.first, match.end)}
    tokens: list[Token] = []
    seen: set[str] = set()
    last: object = None
    for place, unit in enumerate(units):
        match = match_at.get(place)
        if match is not None and match is last:
            tokens[-1].end = unit.end
        elif match is not None:
            used = WORDING if match.row.name in seen or match.row.when == "silent" else ""
            seen.add(match.row.name)
            entry = Entry("word", match.row.name, EXPRESSION)
            tokens.append(Token(match.row.name, unit.start, unit.end, "latin", entry, used))
        elif last == unit.word:
            tokens[-1].text += unit.raw
            tokens[-1].end = unit.end
        else:
            tokens.append(Token(unit.raw, unit.start, unit.end, told[unit.word].script))
        last = match if match is not None else unit.word
    return tokens


def read_implied(reading: Reading) -> None:
    """Add what the named expression, the bare brand or every bottling of the brand implies, where a name is silent."""
    brand = reading.fields.get("brand")
    rows = [] if brand is None else reading.lexicon.implied.get(str(brand.value), ())
    guessed = brand is not None and brand.rule == NEAREST_BRAND
    named = {token.meaning for token in reading.tokens if token.role == EXPRESSION}
    for row in rows:
        if row.name in named and row.when == "silent" and _contradicts(reading, row):
            _keep_words(reading, row)
        elif row.name in named or row.when == "brand":
            _imply(reading, row)
        elif row.when == "bare" and not named and not guessed and _is_bare(reading, row):
            end = len(reading.text)
            reading.tokens.append(Token(row.name, end, end, "latin", Entry("word", row.name, EXPRESSION)))
            _imply(reading, row)


def _contradicts(reading: Reading, row: Expression) -> bool:
    """Say whether a name tells another age or wood than an expression has, so that its words name something else."""
    age = reading.value("age_years") or reading.value("bare_number")
    cask = reading.value("cask")
    other_age = age is not None and str(age) != row.implies.get("age_years", str(age))
    wood = row.implies.get("cask")
    return other_age or (wood is not None and isinstance(cask, tuple) and wood not in cask)


def _keep_words(reading: Reading, row: Expression) -> None:
    for token in reading.tokens:
        if token.role == EXPRESSION and token.meaning == row.name:
            token.used = ""


def _is_bare(reading: Reading, row: Expression) -> bool:
    """Say whether a name tells nothing but its brand, and no style that the brand's one bottling is not."""
    more = reading.fields.keys() - _BARE_FIELDS
    if not all(_is_implied(reading, field, row) for field in more) or any(
        token.text for _, token in reading.open_tokens()
    ):
        return False
    pack, style = reading.fields.get("pack"), reading.fields.get("style")
    told = style.value if style is not None and isinstance(style.value, tuple) else ()
    own = row.implies.get("style", "")
    other = (_OTHER_STYLES - {own}) | _OTHER_THAN.get(own, frozenset())
    return not other & set(told) and (pack is None or pack.value != "mixed")


def _is_implied(reading: Reading, field: str, row: Expression) -> bool:
    """Say whether a field says no more than what the bottling, or every bottling of the brand, has anyway."""
    value = reading.value(field)
    rows = [each for each in reading.lexicon.implied.get(row.brand, ()) if each is row or each.when == "brand"]
    return any(value in (each.implies.get(field), (each.implies.get(field),)) for each in rows)


def _imply(reading: Reading, row: Expression) -> None:
    span = reading.fields["brand"].span
    for token in reading.tokens:
        if token.role == EXPRESSION and token.meaning == row.name:
            span = (token.start, token.end)
            break
    rule = f"{IMPLIED}{row.name} is" if row.when != "brand" else f"{IMPLIED}the brand is"
    age = row.implies.get("age_years")
    if age is not None:
        _imply_age(reading, int(age), span, rule)
    for field in ("cask", "style"):
        value = row.implies.get(field)
        if value is not None:
            reading.fields.setdefault(field, Field((value,), span, rule))
    peat = row.implies.get("peat")
    told = reading.fields.get("peat")
    if peat is not None and (told is None or told.value != "unpeated"):
        reading.fields["peat"] = Field(peat, told.span if told is not None else span, rule)


def _imply_age(reading: Reading, age: int, span: tuple[int, int], rule: str) -> None:
    """Set the age of an expression unless the name tells another one, also as a bare number."""
    bare = reading.fields.get("bare_number")
    if bare is not None and bare.value != age:
        return
    if bare is not None:
        del reading.fields["bare_number"]
        for index, token in reading.open_tokens():
            if token.whole_number == age:
                reading.consume(index, 1, "age_years")
                span = (token.start, token.end)
    if not {"vintage_year", "year"} & reading.fields.keys():
        reading.fields.setdefault("age_years", Field(age, span, rule))
