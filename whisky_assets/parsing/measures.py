"""Sizes and strengths as sources write them, in ml and % vol; what cannot be read for sure is refused by name.

Not here: sizes and strengths inside whole names (`names`), and which strengths a whisky can have (`cleaning`).
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

from whisky_assets.domain.errors import InputRefusedError

LARGEST_ML = 100_000
LARGEST_PACK = 1_000

LONGEST_BEFORE = 40
"""Characters before a percent in which the word stands that makes it no strength: looking further back costs more with
every percent of a long text."""

LONGEST_TEXT = 200_000
"""Characters in which a size or strength is looked for; no description is as long, and each may unfold to eighteen."""

TEXTS_REMEMBERED = 16
"""What was found in so many texts is remembered, because all variants of a product show the same ones."""

_ML_PER_UNIT = {"ml": Decimal(1), "cl": Decimal(10), "dl": Decimal(100), "l": Decimal(1000)}
_UNIT_WORDS = {
    "ml": (
        "ml",
        "millilitre",
        "millilitres",
        "milliliter",
        "milliliters",
        "мл",
        "밀리",
        "미리",
        "밀리리터",
        "ミリリットル",
        "cc",
    ),
    "cl": ("cl", "centilitre", "centilitres", "centiliter", "centiliters", "сл"),
    "dl": ("dl", "decilitre", "deciliter"),
    "l": ("l", "lt", "ltr", "litre", "litres", "liter", "liters", "litra", "litraa", "л", "리터", "リットル"),
}
_UNIT_OF = {word: unit for unit, words in _UNIT_WORDS.items() for word in words}
ML_OF_UNIT = {word: _ML_PER_UNIT[unit] for word, unit in _UNIT_OF.items()}
"""Millilitres of each unit as it is written, case folded."""

OFF_WORDS = frozenset(
    ["off", "discount", "sale", "rabatt", "reduziert", "remise", "rabais", "korting", "descuento", "sconto", "alennus"]
)
OFF_WORDS_CJK = ("할인", "세일", "割引", "引", "オフ", "値引", "セール", "折扣", "优惠", "優惠")
"""What a percent beside it takes off the price; the CJK ones may go on (`할인중`)."""
OFF_WORDS_BEFORE = OFF_WORDS | {"save", "saving", "savings", "minus"}
GRAIN_WORDS = frozenset(
    ["rye", "corn", "wheat", "barley", "oat", "oats", "malt", "malted", "triticale", "roggen", "seigle", "ruis"]
)
GRAIN_WORDS_CJK = ("호밀", "라이", "옥수수", "보리", "맥아", "ライ", "コーン", "大麦", "小麦", "黑麦", "玉米")
"""What a percent before it is the share of in the mash, unless the word whisky follows (`43% rye whisky`)."""
_UNITS = "|".join(sorted(map(re.escape, _UNIT_OF), key=len, reverse=True))
_NUMBER = r"\d{1,6}(?:[.,]\d{1,4})?"
_VOLUME = re.compile(
    rf"(?<![\d.,])(?:(?P<before>\d{{1,3}})\s*[x×*]\s*)?(?P<number>{_NUMBER})\s*(?P<unit>{_UNITS})\.?(?![^\W\d_])"
    r"(?:\s*[x×*]\s*(?P<after>\d{1,3})(?![\d.,]))?",
    re.IGNORECASE,
)
_BARE = re.compile(rf"(?:(?P<before>\d{{1,3}})\s*[x×*]\s*)?(?P<number>{_NUMBER})")

_DATE_AS_NUMBER = re.compile(r"^\d{1,2}\.(20[0-2]\d|202)$")
_STRENGTH = re.compile(
    r"^(?:abv|alc|alk|alcohol|vol)?[.:\s]*(?P<number>\d{1,3}(?:[.,]\d{1,2})?)\s*"
    r"(?P<sign>%|°|º|度|도|vol\.?\s?%|pct|percent|proof)?[\s.]*(?:abv|alc|alk|vol|by vol|alc/vol|alc\./vol)?\.?$",
    re.IGNORECASE,
)
_STRENGTH_IN_TEXT = re.compile(
    r"(?<![\d.,])(?P<number>\d{1,2}(?:[.,]\d{1,2})?)\s*(?:%|°|º|度|도(?![가-힣]))", re.IGNORECASE
)
_WHISKY = r"(?:\s+(?:scotch|straight|canadian|irish|bourbon))?\s+whisk(?:e?y|ies)"
_SHARE_BEHIND = re.compile(
    rf"\s*(?:(?:{'|'.join(sorted(OFF_WORDS))})\b|{'|'.join(OFF_WORDS_CJK)}"
    rf"|(?:(?:{'|'.join(sorted(GRAIN_WORDS))})\b|{'|'.join(GRAIN_WORDS_CJK)})(?!{_WHISKY}))",
    re.IGNORECASE,
)
_OFF_BEFORE = re.compile(
    rf"(?:\b(?:{'|'.join(sorted(OFF_WORDS_BEFORE))})|{'|'.join(OFF_WORDS_CJK)})[\s:-]*\Z", re.IGNORECASE
)


@dataclasses.dataclass(frozen=True, slots=True)
class Volume:
    """Size of one container in ml, and how many are sold together."""

    volume_ml: int
    pack_count: int = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Abv:
    """Alcohol by volume in % vol."""

    abv_pct: float


def read_volume(text: str, bare_unit: str | None = None) -> Volume:
    """Return the one size that a field states: `70cl`, `0,7 l`, `3 x 200 ml`, `750 mL bottle`.

    A number of ml with a sign and three digits behind it (`1,140 ml`) is thousands; any other sign is a decimal one.

    Args:
        text: the whole field.
        bare_unit: what a number without a unit counts (ml, cl, l); None refuses such a number.

    Raises:
        InputRefusedError: reason `volume_unreadable`: no size, several of them, or none that a container can have.
    """
    _require_short(text, "volume_unreadable", "a size like 700 ml")
    folded = _fold(text)
    found = _volumes(folded)
    if len(found) == 1:
        return found[0]
    bare = _BARE.fullmatch(folded)
    if bare is not None and bare_unit is not None:
        return _volume(bare["number"], bare_unit, bare["before"], text)
    what = "several sizes stand in it" if found else "it names no size with a unit"
    raise _refused("volume_unreadable", text, "a size like 700 ml", what)


@lru_cache(maxsize=TEXTS_REMEMBERED)
def find_volume(text: str) -> Volume | None:
    """Return the one size that stands in running text, None where none or more than one does."""
    try:
        return read_volume(text)
    except InputRefusedError:
        return None


def read_abv(text: str, country: str | None = None) -> Abv:
    """Return the strength that a field states: `46`, `40,17`, `43.0%`, `46 % vol`, `46도`, `46度`, `ABV: 57.1`.

    Args:
        text: the whole field.
        country: where the seller sells; in the US proof is twice the strength, in GB 7/4 of it (Spirits Regulations).

    Raises:
        InputRefusedError: reasons `abv_is_date` (a day.year or month.year that a spreadsheet read as a number; the
            rule looks at the text, `9.202` was 9.2020), `abv_out_of_range` (over 100), `abv_unreadable`.
    """
    _require_short(text, "abv_unreadable", "a strength like 46.0")
    folded = _fold(text)
    if _DATE_AS_NUMBER.match(folded.rstrip(" %")):
        raise _refused("abv_is_date", text, "a strength", "it is a date that was read as a number")
    match = _STRENGTH.match(folded)
    if match is None:
        raise _refused("abv_unreadable", text, "a strength like 46.0", "it is none")
    value = Decimal(match["number"].replace(",", "."))
    if (match["sign"] or "").casefold() == "proof":
        value = _of_proof(value, country, text)
    if value > 100:
        raise _refused("abv_out_of_range", text, "a strength of at most 100 % vol", "it is more")
    return Abv(float(value))


@lru_cache(maxsize=TEXTS_REMEMBERED)
def find_abv(text: str) -> Abv | None:
    """Return the one strength that stands in running text (`… 57.1% abv / 70cl`), None where none or several do.

    Shares of grain (`100% Rye`) and reductions (`20% off`) are no strengths.
    """
    if len(text) > LONGEST_TEXT:
        return None
    folded = _fold(text)
    values: set[Decimal] = set()
    for match in _STRENGTH_IN_TEXT.finditer(folded):
        before = folded[max(0, match.start() - LONGEST_BEFORE) : match.start()]
        if not _SHARE_BEHIND.match(folded, match.end()) and not _OFF_BEFORE.search(before):
            values.add(Decimal(match["number"].replace(",", ".")))
        if len(values) > 1:
            return None
    return Abv(float(values.pop())) if values else None


def read_count(text: str) -> int:
    """Return a number of containers.

    Raises:
        InputRefusedError: reason `pack_unreadable`: no whole number from 1 to 1,000.
    """
    wanted = f"a whole number from 1 to {LARGEST_PACK}"
    _require_short(text, "pack_unreadable", wanted)
    folded = re.sub(r"[.,]0+$", "", _fold(text))
    if not re.fullmatch(r"[0-9]{1,4}", folded) or not 1 <= int(folded) <= LARGEST_PACK:
        raise _refused("pack_unreadable", text, wanted, "it is none")
    return int(folded)


def _require_short(text: str, reason: str, wanted: str) -> None:
    """Refuse a text that no field holds; a part of it may say another number than the whole."""
    if len(text) > LONGEST_TEXT:
        raise _refused(reason, text, wanted, f"it is longer than {LONGEST_TEXT:,} characters")


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _volumes(folded: str) -> list[Volume]:
    """Return the different sizes in a text, two at most: with more, none of them is meant any more."""
    found: list[Volume] = []
    for match in _VOLUME.finditer(folded):
        volume = _volume(match["number"], _UNIT_OF[match["unit"].casefold()], match["before"] or match["after"], folded)
        if volume not in found:
            found.append(volume)
        if len(found) > 1:
            break
    return found


def _volume(number: str, unit: str, count: str | None, text: str) -> Volume:
    thousands = unit == "ml" and re.fullmatch(r"\d{1,3}[.,]\d{3}", number) is not None
    value = Decimal(re.sub(r"[.,]", "", number) if thousands else number.replace(",", "."))
    volume_ml = round(value * _ML_PER_UNIT[unit])
    pack_count = int(count) if count else 1
    if not 1 <= volume_ml <= LARGEST_ML or not 1 <= pack_count <= LARGEST_PACK:
        raise _refused("volume_unreadable", text, f"1 to {LARGEST_ML} ml", f"it says {pack_count} x {volume_ml} ml")
    return Volume(volume_ml=volume_ml, pack_count=pack_count)


def _of_proof(proof: Decimal, country: str | None, text: str) -> Decimal:
    if country == "US":
        return proof / 2
    if country == "GB":
        return (proof * 4 / 7).quantize(Decimal("0.01"))
    raise _refused("abv_unreadable", text, "a strength in % vol", "proof differs by country")


def _refused(reason: str, text: str, expected: str, found: str) -> InputRefusedError:
    return InputRefusedError(f"{text[:80]!r} should be {expected}: {found}.", reason=reason)
