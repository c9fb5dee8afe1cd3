"""Numbers of a name: packs, sizes, alcohol, ages, cask numbers, batches and years, each by what stands beside it.

A number without a word beside it is no age: it stays in the leftover words and is offered as `bare_number`.
"""

from __future__ import annotations

from whisky_assets.parsing.parsed import Field
from whisky_assets.parsing.reading import WORDING, Reading, Token

AGE_YEARS = range(2, 81)
BARE_AGE_YEARS = range(3, 61)
YEARS = range(1920, 2036)
SIZES_ML = (30, 40, 50, 60, 100, 180, 187, 200, 250, 300, 330, 350, 355, 375, 400, 450, 500, 600, 620, 640, 700, 720)
LARGE_SIZES_ML = (750, 1000, 1140, 1500, 1750, 1800, 3000, 4500)
_ML_OF_UNIT = {
    "ml": 1.0,
    "cl": 10.0,
    "l": 1000.0,
    "ltr": 1000.0,
    "litre": 1000.0,
    "liter": 1000.0,
    "litres": 1000.0,
    "oz": 29.5735,
    "미리": 1.0,
    "리터": 1000.0,
}
# Too short to be an age in a text of another language.
_SHORT_UNITS = {"v": "fi", "ar": "sv"}
_PACK_WORDS = frozenset({"pack", "pk", "packs"})
_PERCENT_WORDS = frozenset({"%", "度", "도"})
_PERCENT_ECHO = frozenset({"vol", "alc", "abv", "alcohol"})
_NUMBER_WORDS = frozenset({"no", "nr", "#", "number", "num"})
_ROMAN_DIGITS = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_ROMAN = {
    f"{tens}{ones}": 10 * ten + one
    for ten, tens in enumerate(("", "x", "xx"))
    for one, ones in enumerate(_ROMAN_DIGITS)
    if tens or ones
}
_ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
    "eleventh": 11,
    "twelfth": 12,
}
_DISTILLED = frozenset({"distilled", "vintage", "dist", "distille"})
_BOTTLED = frozenset({"bottled", "btl", "embouteille"})
_FOUNDED = frozenset({"since", "est", "established", "anno", "founded", "depuis"})
_NUMBERED_CASKS = frozenset(
    {"cask", "casks", "butt", "hogshead", "barrel", "puncheon", "fass", "fut", "캐스크", "배럴"}
)


def read_pack(reading: Reading) -> None:
    """Read `12-pack`, `3 x 200 ml` and the tables' packaging words; several whiskies in one pack are `mixed`."""
    for index, token in list(reading.open_tokens()):
        count = token.whole_number
        after = reading.at(index + 1)
        if count is None or after is None:
            continue
        if after.text in _PACK_WORDS or (after.text == "x" and _is_number(reading.at(index + 2))):
            _put_pack(reading, index, 2, count)
    for index, token in list(reading.open_tokens()):
        if token.role == "pack":
            reading.put("pack", token.meaning or "same", index, 1, "pack word")


def _put_pack(reading: Reading, index: int, width: int, count: int) -> None:
    reading.put("pack_count", count, index, width, "n-pack")
    reading.fields.setdefault("pack", Field("same", reading.fields["pack_count"].span, "n-pack"))


def read_size(reading: Reading) -> None:
    """Read a size: a number with a unit; `700m` at a name's cut end too."""
    for index, token in list(reading.open_tokens()):
        unit = reading.at(index + 1)
        number = token.number
        if number is None or unit is None:
            continue
        if unit.text in _ML_OF_UNIT:
            millilitres = round(number * _ML_OF_UNIT[unit.text])
        elif unit.text == "m" and number in (*SIZES_ML, *LARGE_SIZES_ML):
            millilitres = round(number)
        else:
            continue
        if millilitres > 0:
            reading.put("volume_ml", millilitres, index, 2, "number with unit")


def read_abv(reading: Reading) -> None:
    """Read alcohol: `46 %`, `46.5 % vol`, `43度`."""
    for index, token in list(reading.open_tokens()):
        sign = reading.at(index + 1)
        number = token.number
        if number is None or sign is None or sign.text not in _PERCENT_WORDS:
            continue
        # "100 % rye" is what it is made of, and says no more than "rye".
        if number > 80:
            reading.consume(index, 2, WORDING)
            continue
        echo = reading.at(index + 2)
        width = 3 if echo is not None and echo.text in _PERCENT_ECHO else 2
        reading.put("abv_pct", number, index, width, "number with %")


def read_age(reading: Reading) -> None:
    """Read `12 years old`, `12 ans`, `12년`, `ten years`; two ages in one name are a pack of several whiskies."""
    ages: list[int] = []
    for index, token in list(reading.open_tokens()):
        unit = reading.at(index + 1)
        if unit is None or unit.role != "age_unit" or token.used:
            continue
        if reading.language not in {None, _SHORT_UNITS.get(unit.text, reading.language)}:
            continue
        age = _age_of(token)
        if age is None:
            continue
        ages.append(age)
        reading.put("age_years", age, index, 2, "number with unit")
    if len(set(ages)) > 1 and "age_years" in reading.fields:
        reading.fields["pack"] = Field("mixed", reading.fields["age_years"].span, "two ages")


def _age_of(token: Token) -> int | None:
    number = token.whole_number
    if number is None and token.role == "number":
        number = int(token.meaning)
    return number if number is not None and number in AGE_YEARS else None


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


def read_limits(reading: Reading) -> None:
    """Drop a shop's `1 bottle limit`, `limit 2`."""
    for index, token in list(reading.open_tokens()):
        if token.text != "limit":
            continue
        first = index
        while first > 0 and _is_bottle_or_number(reading.at(first - 1)):
            first -= 1
        last = index
        while _is_bottle_or_number(reading.at(last + 1)):
            last += 1
        reading.consume(first, last - first + 1, WORDING)


def _is_bottle_or_number(token: Token | None) -> bool:
    return token is not None and (token.text in {"bottle", "bottles", "btl", "per"} or token.number is not None)


def read_cask_number(reading: Reading) -> None:
    """Read `cask no. 7003`, `cask #12`, `butt 4567`; a year after `cask` is a year unless a number sign says else."""
    for index, token in list(reading.open_tokens()):
        if token.text not in _NUMBERED_CASKS:
            continue
        place = index + 1
        signed = False
        while (sign := reading.at(place)) is not None and sign.text in _NUMBER_WORDS:
            signed = True
            place += 1
        value = reading.at(place)
        if value is None or value.whole_number is None:
            continue
        if not signed and (value.whole_number in YEARS or value.whole_number in AGE_YEARS or value.whole_number < 2):
            continue
        following = reading.at(place + 1)
        if following is not None and following.role == "age_unit":
            continue
        reading.put("cask_number", value.text.lstrip("0") or "0", index, place - index + 1, "number after cask")


def read_batch(reading: Reading) -> None:
    """Read `batch no. 3`, `Edition IV`, `2nd batch`, `#4`; a batch word without a number stays a word of the name."""
    for index, token in list(reading.open_tokens()):
        if token.used or not (token.role in {"batch", "label"} or token.text in _NUMBER_WORDS):
            continue
        _read_one_batch(reading, index, token)


def _read_one_batch(reading: Reading, index: int, token: Token) -> None:
    kind = "no" if token.text in _NUMBER_WORDS else token.meaning or token.text
    place = index + 1
    while (sign := reading.at(place)) is not None and (sign.text in _NUMBER_WORDS or sign.meaning == "no"):
        place += 1
    code, width = _batch_code(reading, place, roman=kind != "no")
    if code and not _unit_follows(reading, place + width):
        if code.isdecimal() and int(code) in YEARS:
            return
        reading.put("batch", f"{kind} {code}", index, place + width - index, "number after batch word")
        return
    before = reading.at(index - 1)
    if before is not None and kind != "no" and (code := _ordinal_of(before)):
        reading.put("batch", f"{kind} {code}", index - 1, 2, "ordinal before batch word")


def _batch_code(reading: Reading, place: int, *, roman: bool) -> tuple[str, int]:
    """Return the number of a batch (`3`, `iv` as 4, `c 921` as c921, `10.1`) and how many words it takes."""
    token = reading.at(place)
    if token is None:
        return "", 0
    if token.script == "number":
        after = reading.at(place + 1)
        if after is not None and len(after.text) == 1 and after.script == "latin" and _touches(token, after):
            return f"{_plain(token.text)}{after.text}", 2
        return _plain(token.text), 1
    if token.role == "number":
        return token.meaning, 1
    if roman and token.text in _ROMAN:
        return str(_ROMAN[token.text]), 1
    after = reading.at(place + 1)
    if len(token.text) <= 2 and after is not None and after.script == "number" and _touches(token, after):
        return f"{token.text}{after.text}", 2
    return "", 0


def _touches(token: Token, after: Token) -> bool:
    return token.end == after.start


def _plain(number: str) -> str:
    return number.lstrip("0") or "0"


def _ordinal_of(token: Token) -> str:
    if token.script == "ordinal":
        return token.text[:-2]
    if token.text in _ORDINALS:
        return str(_ORDINALS[token.text])
    return ""


def _unit_follows(reading: Reading, place: int) -> bool:
    token = reading.at(place)
    return token is not None and (token.role == "age_unit" or token.text in _PERCENT_WORDS or token.text in _ML_OF_UNIT)


def read_years(reading: Reading) -> None:
    """Read years: told ones by their word, two as distilled and bottled, a lone one as a year of unknown kind."""
    found: list[tuple[int, int]] = []
    for index, token in list(reading.open_tokens()):
        year = token.whole_number
        if year is None:
            continue
        word = _word_before(reading, index)
        if word in _FOUNDED and 1500 <= year < 2036:
            reading.consume(index, 1, WORDING)
        elif word in _BOTTLED and (short := _month_and_year(reading, index)) is not None:
            reading.put("bottled_year", short, index, 2, "month and year after bottled")
        elif year in YEARS and len(token.text) == 4:
            _put_year(reading, index, year, word, found)
    _put_unknown_years(reading, found)


def _put_year(reading: Reading, index: int, year: int, word: str, found: list[tuple[int, int]]) -> None:
    if word in _DISTILLED:
        reading.put("vintage_year", year, index, 1, f"year after {word}")
    elif word in _BOTTLED:
        reading.put("bottled_year", year, index, 1, f"year after {word}")
    else:
        found.append((year, index))
    unit = reading.at(index + 1)
    if unit is not None and unit.role == "age_unit":
        reading.consume(index + 1, 1, WORDING)


def _put_unknown_years(reading: Reading, found: list[tuple[int, int]]) -> None:
    years = sorted({year for year, _ in found})
    told = {field for field in ("vintage_year", "bottled_year") if field in reading.fields}
    for year, index in found:
        if any(reading.fields[field].value == year for field in told):
            reading.consume(index, 1, "year")
        elif len(years) == 2 and not told:
            kind = "vintage_year" if year == years[0] else "bottled_year"
            reading.put(kind, year, index, 1, "the earlier and the later of two years")
        elif told == {"vintage_year"} and len(years) == 1:
            reading.put("bottled_year", year, index, 1, "the other year beside a vintage")
        elif told == {"bottled_year"} and len(years) == 1:
            reading.put("vintage_year", year, index, 1, "the other year beside a bottling")
        elif len(years) == 1:
            reading.put("year", year, index, 1, "a lone year")


def _word_before(reading: Reading, index: int) -> str:
    for place in range(index - 1, max(-1, index - 3), -1):
        text = reading.tokens[place].text
        if text not in {"in", "year", "en", "on"}:
            return text
    return ""


def _month_and_year(reading: Reading, index: int) -> int | None:
    month, year = reading.tokens[index].whole_number, reading.at(index + 1)
    if month is None or not 1 <= month <= 12 or year is None or year.whole_number is None:
        return None
    full = year.whole_number if year.whole_number > 99 else 2000 + year.whole_number
    return full if full in YEARS else None


def read_bare_number(reading: Reading) -> None:
    """Offer a lone number of 3-60 as a possible age; it stays a leftover word unless its brand has that age."""
    if {"age_years", "year", "vintage_year"} & reading.fields.keys() or reading.fields.get("peat") is not None:
        return
    numbers = [(index, token) for index, token in reading.open_tokens() if token.script in {"number", "ordinal"}]
    if len(numbers) != 1:
        return
    index, token = numbers[0]
    number = token.whole_number
    if number is None or number not in BARE_AGE_YEARS or _forbidden_beside(reading, index):
        return
    reading.put("bare_number", number, index, 1, "a number without a unit")
    token.used = ""


def _forbidden_beside(reading: Reading, index: int) -> bool:
    forbidden = {"#", "vat", "proof", "x", "limit", "north", "degree", "degrees", *_NUMBER_WORDS, *_PACK_WORDS}
    for place in (index - 1, index + 1):
        if 0 <= place < len(reading.tokens):
            token = reading.tokens[place]
            if token.text in forbidden or token.role in {"batch", "pack"} or token.used in {"batch", "abv_pct"}:
                return True
    return False


def _is_number(token: Token | None) -> bool:
    return token is not None and token.number is not None
