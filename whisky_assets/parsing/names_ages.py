"""Ages of a name: numbers with a unit, in words, and bare; and whether several ages mean several whiskies.

Not here: sizes, alcohol, batches and years (`parsing.names_numbers`).
"""

from __future__ import annotations

from itertools import pairwise

from whisky_assets.parsing.names_numbers import AGE_YEARS, NUMBER_WORDS, NUMBERED_CASKS, PACK_WORDS
from whisky_assets.parsing.parsed import Field
from whisky_assets.parsing.reading import WORDING, Reading, Token

BARE_AGE_YEARS = range(3, 61)
# Too short to be an age in a text of another language.
_SHORT_UNITS = {"v": "fi", "ar": "sv"}
_JOINERS = frozenset({"and", "+", "und", "et", "och", "와", "과", "및", "と", "和"})
_ANNIVERSARY = frozenset({"anniversary", "anniversaire", "jubilee", "jubilaum", "주년", "周年", "周年記念"})
# Beside these a span of years is a part of the whisky's life, where the name tells another age.
_PART_AFTER = frozenset({"in", "finish", "finished", "extra", "additional", "more"})
_PART_BEFORE = frozenset({"for", "finished", "another", "additional", "extra", "our", "celebrating", "plus"})
_MONTHS = frozenset(
    ["month", "months", "mois", "monate", "monaten", "kuukautta", "개월", "ヶ月", "か月", "ヵ月", "个月", "個月"]
)
_NO_AGE_ROLES = frozenset({"batch", "pack", "age_unit"})
_NO_AGE_BESIDE = frozenset(
    {"#", "vat", "proof", "x", "limit", "north", "degree", "degrees", *NUMBER_WORDS, *PACK_WORDS, *_MONTHS}
)


def read_age(reading: Reading) -> None:
    """Read `12 years old`, `12 ans`, `12년`, `ten years`; ages joined by `&` or `+` are a pack of several whiskies.

    Of ages that nothing joins the whisky's own counts, and another one stays a word of the name.
    """
    found = _ages(reading)
    if not found:
        return
    main = next((index for index, _ in found if not _is_part(reading, index)), found[0][0])
    mixed = _is_mixed(reading, found)
    age = dict(found)[main]
    reading.put("age_years", age, main, 2, "number with unit")
    for index, other in found:
        if mixed or other == age:
            reading.consume(index, 2, "age_years")
        else:
            reading.consume(index + 1, 1, WORDING)
            reading.tokens[index].script = "latin"
    if mixed:
        reading.fields["pack"] = Field("mixed", reading.fields["age_years"].span, "two ages joined")


def _ages(reading: Reading) -> list[tuple[int, int]]:
    """Return place and age of every number with a unit behind it; an anniversary's years are none."""
    found = []
    for index, token in reading.open_tokens():
        unit = reading.at(index + 1)
        if unit is None or unit.role != "age_unit":
            continue
        if reading.language not in {None, _SHORT_UNITS.get(unit.text, reading.language)}:
            continue
        age = _age_of(token)
        after = reading.at(index + 2)
        if age is not None and (after is None or after.text not in _ANNIVERSARY):
            found.append((index, age))
    return found


def _age_of(token: Token) -> int | None:
    number = token.whole_number
    if number is None and token.role == "number":
        number = int(token.meaning)
    return number if number is not None and number in AGE_YEARS else None


def _is_part(reading: Reading, index: int) -> bool:
    before, after = reading.at(index - 1), reading.at(index + 2)
    return (before is not None and before.text in _PART_BEFORE) or (after is not None and after.text in _PART_AFTER)


def _is_mixed(reading: Reading, found: list[tuple[int, int]]) -> bool:
    for (first, age), (second, other) in pairwise(found):
        if age != other and _joins(reading, first + 2, second) and not _is_part(reading, second):
            return True
    index, age = found[0]
    # `12 & 15 years`: the first number shares the unit.
    joiner, number = reading.at(index - 1), reading.at(index - 2)
    if joiner is None or number is None or joiner.text not in _JOINERS or number.whole_number in {None, age}:
        return False
    if number.whole_number not in BARE_AGE_YEARS or _forbidden_beside(reading, index - 2):
        return False
    reading.consume(index - 2, 1, "age_years")
    return True


def _joins(reading: Reading, first: int, last: int) -> bool:
    """Say whether the words between two ages join them: `&` before the second or its maker, a slash beside sizes."""
    for place in range(last - 1, first - 1, -1):
        token = reading.tokens[place]
        if token.text in _JOINERS and token.used in {"", WORDING}:
            return True
        if not _names_the_other(reading, token):
            break
    behind = reading.tokens[last - 1].end
    slash = "/" in reading.text[behind : reading.tokens[last].start]
    return slash and bool({"volume_ml", "pack_count", "pack"} & reading.fields.keys())


def _names_the_other(reading: Reading, token: Token) -> bool:
    """Say whether a word only leads to the second age: its maker, a size, a count, an article."""
    if token.used in {"brand", "bottler", "volume_ml", "abv_pct", "pack", "pack_count"} or token.number is not None:
        return True
    if token.text in {"the", "a", "x", "cl", "ml"}:
        return True
    # Another maker's words have become one.
    return tuple(token.text.split()) in reading.lexicon.brands.entries


def read_number_words(reading: Reading) -> None:
    """Read `ardbeg ten` in a person's own words as an age; elsewhere a number word is a name (`Four Roses`).

    A number word that only repeats the age (`The Twelve 12 Years`) is dropped.
    """
    age = reading.fields.get("age_years")
    for index, token in list(reading.open_tokens()):
        if token.role != "number":
            continue
        if age is not None and age.value == int(token.meaning):
            reading.consume(index, 1, WORDING)
        elif age is None and reading.free_text and "brand" in reading.fields and int(token.meaning) in BARE_AGE_YEARS:
            reading.put("age_years", int(token.meaning), index, 1, "number word after a brand")
            age = reading.fields["age_years"]


def read_bare_number(reading: Reading) -> None:
    """Offer a lone number of 3-60 as a possible age; it stays a leftover word unless its brand has that age."""
    if {"age_years", "vintage_year"} & reading.fields.keys() or reading.fields.get("peat") is not None:
        return
    numbers = [(index, token) for index, token in reading.open_tokens() if token.script in {"number", "ordinal"}]
    if len(numbers) != 1:
        return
    index, token = numbers[0]
    number = token.whole_number
    if number is None or number not in BARE_AGE_YEARS or _forbidden_beside(reading, index):
        return
    if "year" in reading.fields and index and reading.tokens[index - 1].text in NUMBERED_CASKS:
        return
    reading.put("bare_number", number, index, 1, "a number without a unit")
    token.used = ""


def _forbidden_beside(reading: Reading, index: int) -> bool:
    for place in (index - 1, index + 1):
        if 0 <= place < len(reading.tokens):
            token = reading.tokens[place]
            if token.text in _NO_AGE_BESIDE or token.role in _NO_AGE_ROLES or token.used in {"batch", "abv_pct"}:
                return True
    return False
