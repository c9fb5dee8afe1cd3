"""Numbers of a name: packs, sizes, alcohol, cask numbers, batches and years, each by what stands beside it.

Not here: ages, and numbers without a word beside them (`parsing.names_ages`).
"""

from __future__ import annotations

import re

from whisky_assets.parsing.measures import (
    GRAIN_WORDS,
    GRAIN_WORDS_CJK,
    LARGEST_ML,
    ML_OF_UNIT,
    OFF_WORDS,
    OFF_WORDS_BEFORE,
    OFF_WORDS_CJK,
)
from whisky_assets.parsing.numerals import numeral_value
from whisky_assets.parsing.parsed import Field
from whisky_assets.parsing.reading import WORDING, Reading, Token

AGE_YEARS = range(2, 81)
YEARS = range(1920, 2036)
STRONGEST_TOLD_PCT = 80
"""A percent above is a share: `100 % rye` is what it is made of."""
SIZES_ML = (30, 40, 50, 60, 100, 180, 187, 200, 250, 300, 330, 350, 355, 375, 400, 450, 500, 600, 620, 640, 700, 720)
LARGE_SIZES_ML = (750, 1000, 1140, 1500, 1750, 1800, 3000, 4500)
_ML_OF_UNIT = {word: float(millilitres) for word, millilitres in ML_OF_UNIT.items()} | {"oz": 29.5735}
_ML_OF_UNIT |= {"毫升": 1.0, "毫升装": 1.0, "밀리": 1.0, "밀리리터": 1.0, "公升": 1000.0, "升": 1000.0, "리터": 1000.0}
_THOUSANDS = re.compile(r"\d{1,3}\.\d{3}")
PACK_WORDS = frozenset({"pack", "pk", "packs"})
_IN_MEMORY = frozenset({"기념", "記念", "紀念", "纪念", "commemorative"})
_DESIGNS = frozenset({"label", "패키지", "パッケージ", "package", "packaging", "包装", "包裝"})
# How Asian shops count bottles and glasses; what German ones call a pack of n.
_BOTTLES = frozenset({"本", "병", "瓶", "支", "본", "本入"})
_SET_WORDS = ("本セット", "本入", "本組", "瓶装", "瓶裝", "瓶组", "瓶組", "支装", "支裝")
_PIECES = frozenset({"개", "個", "个", "脚", "客", "只", "입"})
_WITH = frozenset({"附", "附贈", "附赠", "付", "贈", "赠", "送"})
_SETS = frozenset({"set", "pack", "packung", "karton"})
_PERCENT_WORDS = frozenset({"%", "度", "도"})
_PERCENT_ECHO = frozenset({"vol", "alc", "abv", "alcohol"})
NUMBER_WORDS = frozenset({"no", "nr", "#", "number", "num"})
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
_COUNTERS = {"弾": "release", "탄": "release", "彈": "release", "批": "batch", "批次": "batch", "版": "edition"}
_COUNTED_IN_WORDS = re.compile(
    r"第(?P<number>[一二三四五六七八九]|[二三四五六七八九]?十[一二三四五六七八九]?)"
    rf"(?P<counter>{'|'.join(sorted(_COUNTERS, key=len, reverse=True))})"
)
_DISTILLED = frozenset({"distilled", "vintage", "dist", "distille"})
_BOTTLED = frozenset({"bottled", "btl", "embouteille"})
_FOUNDED = frozenset({"since", "est", "established", "anno", "founded", "depuis"})
NUMBERED_CASKS = frozenset({"cask", "casks", "butt", "hogshead", "barrel", "puncheon", "fass", "fut", "캐스크", "배럴"})


def read_pack(reading: Reading) -> None:
    """Read `12-pack`, `3 x 200 ml`, `6本セット` and the tables' pack words; a pack of several whiskies is `mixed`."""
    _read_glasses(reading)
    for index, token in list(reading.open_tokens()):
        count = token.whole_number
        after = reading.at(index + 1)
        if count is None or after is None:
            continue
        if after.text in _BOTTLES or after.text.startswith(_SET_WORDS):
            ending = reading.at(index + 2)
            _put_pack(reading, index, 3 if ending is not None and ending.text == "り" else 2, count)
        elif after.text == "er" and (ending := reading.at(index + 2)) is not None and ending.text in _SETS:
            _put_pack(reading, index, 3, count)
        elif after.text in PACK_WORDS or (after.text == "x" and _is_number(reading.at(index + 2))):
            _put_pack(reading, index, 2, count)
    for index, token in list(reading.open_tokens()):
        if token.role == "pack":
            reading.put("pack", token.meaning or "same", index, 1, "pack word")


def _read_glasses(reading: Reading) -> None:
    """Read how many glasses are in the box: `전용잔 2개`, `附2杯`, `グラス2個付`."""
    for index, token in list(reading.open_tokens()):
        before, counter, after = reading.at(index - 1), reading.at(index + 1), reading.at(index + 2)
        if token.whole_number is None or counter is None:
            continue
        by_word = counter.text in _PIECES and any(near is not None and near.role == "pack" for near in (before, after))
        by_gift = before is not None and before.text in _WITH and "杯" in counter.text
        if by_gift:
            reading.put("pack", "same", index - 1, 3, "number of glasses")
        elif by_word:
            reading.put("pack", "same", index, 2, "number of glasses")


def _put_pack(reading: Reading, index: int, width: int, count: int) -> None:
    if count == 1:
        reading.consume(index, width, WORDING)
        return
    reading.put("pack_count", count, index, width, "n-pack")
    reading.fields.setdefault("pack", Field("same", reading.fields["pack_count"].span, "n-pack"))


def read_size(reading: Reading) -> None:
    """Read a size: a number with a unit; `700m` at a name's cut end too; `1,000 ml` is a litre."""
    for index, token in list(reading.open_tokens()):
        unit = reading.at(index + 1)
        number = token.number
        if number is None or unit is None:
            continue
        if unit.text in _ML_OF_UNIT:
            ml_of_unit = _ML_OF_UNIT[unit.text]
            thousands = ml_of_unit == 1 and _THOUSANDS.fullmatch(token.text) is not None
            millilitres = round(number * (1000 if thousands else ml_of_unit))
        elif unit.text == "m" and number in (*SIZES_ML, *LARGE_SIZES_ML):
            millilitres = round(number)
        else:
            continue
        if 0 < millilitres <= LARGEST_ML:
            reading.put("volume_ml", millilitres, index, 2, "number with unit")


def read_abv(reading: Reading) -> None:
    """Read alcohol: `46 %`, `46.5 % vol`, `43度`; a share of grain or origin and a reduction of the price are none."""
    for index, token in list(reading.open_tokens()):
        sign = reading.at(index + 1)
        number = token.number
        if number is None or sign is None or sign.text not in _PERCENT_WORDS:
            continue
        if _is_echo(reading.at(index + 2)):
            reading.put("abv_pct", number, index, 3, "number with %")
        elif sign.text != "%" or not _read_share(reading, index, number):
            reading.put("abv_pct", number, index, 2, "number with %")


def _is_echo(token: Token | None) -> bool:
    return token is not None and token.text in _PERCENT_ECHO


def _read_share(reading: Reading, index: int, number: float) -> bool:
    """Consume a percent that is no alcohol, and say whether it is one.

    `100% Islay` is a name, and so is `51% corn`; `95% rye` says no more than rye.
    """
    before, after = reading.at(index - 1), reading.at(index + 2)
    if _is_word_of(after, OFF_WORDS, OFF_WORDS_CJK):
        ending = reading.at(index + 3)
        reading.consume(index, 4 if ending is not None and ending.text == "き" else 3, WORDING)
    elif _is_word_of(before, OFF_WORDS_BEFORE, OFF_WORDS_CJK):
        reading.consume(index - 1, 3, WORDING)
    elif number > STRONGEST_TOLD_PCT and after is not None and after.role == "region":
        _keep_as_words(reading.tokens[index], reading.tokens[index].text)
        reading.consume(index + 1, 1, WORDING)
        _keep_as_words(after, after.meaning)
    elif number > STRONGEST_TOLD_PCT:
        reading.consume(index, 2, WORDING)
    elif _is_word_of(after, GRAIN_WORDS, GRAIN_WORDS_CJK) and not _whisky_follows(reading, index + 3):
        _keep_as_words(reading.tokens[index], f"{reading.tokens[index].text}%")
        reading.consume(index + 1, 1, WORDING)
    else:
        return False
    return True


def _keep_as_words(token: Token, text: str) -> None:
    token.text, token.script, token.entry = text, "latin", None


def _is_word_of(token: Token | None, words: frozenset[str], cjk_words: tuple[str, ...]) -> bool:
    return token is not None and (token.text in words or token.text.startswith(cjk_words))


def _whisky_follows(reading: Reading, place: int) -> bool:
    """Say whether the next words are a kind's name: `43% Rye Whisky`, `46% Malt Scotch Whisky`."""
    near = [token.text for token in (reading.at(place), reading.at(place + 1)) if token is not None]
    return any(text.startswith(("whisk", "위스키", "ウイスキー", "ウィスキー", "威士忌")) for text in near)


def read_limits(reading: Reading) -> None:
    """Drop a shop's `1 bottle limit`, `limit 2`, a gift season's year, and a label that marks an anniversary."""
    for index, token in list(reading.open_tokens()):
        if token.text == "anniversary":
            _drop_anniversary_label(reading, index)
        elif token.meaning == "season" and token.role == "shop":
            before = reading.at(index - 1)
            if before is not None and before.whole_number in YEARS:
                reading.consume(index - 1, 1, WORDING)
        if token.text != "limit":
            continue
        first = index
        while first > 0 and _is_bottle_or_number(reading.at(first - 1)):
            first -= 1
        last = index
        while _is_bottle_or_number(reading.at(last + 1)):
            last += 1
        reading.consume(first, last - first + 1, WORDING)


def _drop_anniversary_label(reading: Reading, index: int) -> None:
    """Drop `100주년 기념 라벨`: another label of the same whisky, as a label's design is the offer's."""
    place = index + 1
    while (word := reading.at(place)) is not None and word.text in _IN_MEMORY:
        place += 1
    first = index - 1 if _is_count(reading.at(index - 1)) else index
    if (word := reading.at(place)) is not None and word.text in _DESIGNS:
        reading.consume(first, place - first + 1, WORDING)


def _is_count(token: Token | None) -> bool:
    return token is not None and token.script in {"number", "ordinal"}


def _is_bottle_or_number(token: Token | None) -> bool:
    return token is not None and (token.text in {"bottle", "bottles", "btl", "per"} or token.number is not None)


def read_cask_number(reading: Reading) -> None:
    """Read `cask no. 7003`, `cask #12`, `butt 4567`, `1978 cask 1`; a year after `cask` is one unless `#` says else."""
    for index, token in list(reading.open_tokens()):
        if token.text not in NUMBERED_CASKS:
            continue
        place = index + 1
        while (sign := reading.at(place)) is not None and sign.text in NUMBER_WORDS:
            place += 1
        value = reading.at(place)
        if value is None or value.whole_number is None:
            continue
        behind_year = index > 0 and reading.tokens[index - 1].whole_number in YEARS
        small = value.whole_number < AGE_YEARS.stop and not behind_year
        if place == index + 1 and (value.whole_number in YEARS or small):
            continue
        following = reading.at(place + 1)
        if following is not None and following.role == "age_unit":
            continue
        reading.put("cask_number", value.text.lstrip("0") or "0", index, place - index + 1, "number after cask")


def read_batch(reading: Reading) -> None:
    """Read `batch no. 3`, `Edition IV`, `2nd batch`, `#4`, `第3弾`; a batch word without a number stays a word."""
    _read_counted_batches(reading)
    for index, token in list(reading.open_tokens()):
        if token.used or not (token.role in {"batch", "label"} or token.text in NUMBER_WORDS):
            continue
        _read_one_batch(reading, index, token)


def _read_counted_batches(reading: Reading) -> None:
    """Read `第3弾`, `第三弾`, `제3탄`, `63批次`, `3차 릴리즈`: a counter behind the number names the batch."""
    for index, token in list(reading.open_tokens()):
        counter, before = reading.at(index + 1), reading.at(index - 1)
        written = _COUNTED_IN_WORDS.fullmatch(token.text)
        if written is not None:
            number = numeral_value(written["number"])
            reading.put("batch", f"{_COUNTERS[written['counter']]} {number}", index, 1, "counted batch")
        elif counter is None or not token.text.isdecimal() or token.script != "number":
            continue
        elif counter.text in _COUNTERS and before is not None and before.text in {"第", "제"}:
            reading.put("batch", f"{_COUNTERS[counter.text]} {_plain(token.text)}", index - 1, 3, "counted batch")
        elif counter.text == "批次":
            reading.put("batch", f"batch {_plain(token.text)}", index, 2, "counted batch")
        elif counter.text == "차" and (word := reading.at(index + 2)) is not None and word.role in {"batch", "label"}:
            reading.put("batch", f"{word.meaning or word.text} {_plain(token.text)}", index, 3, "counted batch")


def _read_one_batch(reading: Reading, index: int, token: Token) -> None:
    kind = "no" if token.text in NUMBER_WORDS else token.meaning or token.text
    place = index + 1
    while (sign := reading.at(place)) is not None and (sign.text in NUMBER_WORDS or sign.meaning == "no"):
        place += 1
    code, width = _batch_code(reading, place, roman=kind != "no")
    if code and not _unit_follows(reading, place + width):
        if len(code) == 4 and code.isdecimal() and int(code) in YEARS:
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


def _is_number(token: Token | None) -> bool:
    return token is not None and token.number is not None
