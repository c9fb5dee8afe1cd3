"""Which whisky a diary entry means: one, or a few that wait for the person, or none that we know; never a guess.

A wrong answer moves a person's note to another whisky, so an entry is resolved only where exactly one whisky is what
the words say: same brand, same words of the label, same age and year, and nothing else that sets it apart. What is
told by the whisky alone waits (its age, batch, vintage, cask number, bottler); only its wood, style and strength may go
unsaid, where no other whisky fits. Where several bottlings of the very same name differ in alcohol alone and the entry
names none, the entry waits with all of them: 40, 43 and 46 % of one label are different bottlings, and which one stands
on sale in most shops says nothing about the glass that somebody drank from. Not here: lists for a search
(`identity.find`).
"""

from __future__ import annotations

import dataclasses

from whisky_assets.domain.records.core import Whisky
from whisky_assets.identity.compare import ABV_LIMIT_PCT, CASK_STRENGTH_LIMIT_PCT
from whisky_assets.identity.find import Asked, FindIndex, beside_brand, near
from whisky_assets.parsing.fold import fold
from whisky_assets.parsing.parsed import ParsedName

RESOLVER_VERSION = "resolver-2"
"""Raised when the same words and whiskies give another answer."""

MAX_CANDIDATES = 5
"""As many as a person looks through on a phone."""

RESOLVED = "resolved"
WAITING = "waiting"
UNKNOWN = "unknown"

NEAREST_BRAND = "nearest brand"
"""The rule by which the parser takes a misspelt word for a brand."""

_ROUNDING_PCT = 1e-9


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What an entry means: `pk` where it is resolved, `candidates` best first while it waits, `reason` in our words."""

    state: str
    pk: str | None = None
    candidates: tuple[str, ...] = ()
    reason: str


def resolve_entry(
    text: str,
    index: FindIndex,
    *,
    age_years: int | None = None,
    vintage_year: int | None = None,
    abv_pct: float | None = None,
) -> Resolution:
    """Return the whisky that an entry means.

    Args:
        text: the whisky as the person wrote it.
        index: the whiskies of one snapshot.
        age_years: the age that the entry names beside the text.
        vintage_year: the year that it names (an "age" of 2010 is one).
        abv_pct: the alcohol that it names.
    """
    asked = _with(index, index.ask(text), age_years, vintage_year)
    if asked is None:
        return _waiting(index, text, "the entry's age contradicts the age in its text")
    if _is_guessed(asked):
        return _waiting(index, text, "its text comes near a brand and says nothing else")
    if asked.brand is None and not asked.words:
        return Resolution(state=UNKNOWN, reason="its text names no whisky")
    abv = abv_pct if abv_pct is not None else asked.parsed.abv_pct
    fitting = _fitting(index, asked, abv)
    plain = [whisky for whisky in fitting if not _says_more(asked, whisky)]
    chosen = plain or fitting
    if len(chosen) == 1:
        return Resolution(state=RESOLVED, pk=chosen[0].whisky_pk, reason=_why(asked))
    if chosen:
        what = "of that very name" if plain else "that tell more than the entry"
        keys = tuple(whisky.whisky_pk for whisky in sorted(chosen, key=_order)[:MAX_CANDIDATES])
        return Resolution(state=WAITING, candidates=keys, reason=f"{len(chosen)} bottlings {what} fit")
    return _waiting(index, text, "no whisky is exactly that")


def _fitting(index: FindIndex, asked: Asked, abv_pct: float | None) -> list[Whisky]:
    """Return the whiskies without a conflict: those of the brand, else those that have the first word."""
    label = frozenset(asked.words)
    of_that = index.of_brand(asked.brand) if asked.brand is not None else index.with_word(asked.words[0])
    named = [whisky for whisky in of_that if index.label(whisky) == label and _fits(asked, whisky)]
    return [
        whisky
        for whisky in named
        if _reads_alike(asked, index.reading(whisky), whisky) and (abv_pct is None or _abv_fits(whisky, abv_pct))
    ]


def _is_guessed(asked: Asked) -> bool:
    """Return whether nothing but a brand is told, and that with a slip: any word comes near to some brand."""
    brand = asked.parsed.fields.get("brand")
    if brand is None or brand.rule != NEAREST_BRAND or asked.age_years is not None or asked.years:
        return False
    return not beside_brand(asked.parsed)


def _with(index: FindIndex, asked: Asked, age_years: int | None, vintage_year: int | None) -> Asked | None:
    """Return the words with age and year named beside them and with slips mended; None where the ages contradict."""
    if age_years is not None:
        if asked.age_years not in (None, age_years):
            return None
        left = tuple(word for word in asked.words if word != str(age_years))
        asked = dataclasses.replace(asked, age_years=age_years, words=left)
    if vintage_year is not None:
        asked = dataclasses.replace(asked, years=asked.years | {vintage_year})
    if asked.brand is None:
        return asked
    known = sorted({word for whisky in index.of_brand(asked.brand) for word in index.label(whisky)})
    return dataclasses.replace(asked, words=tuple(_mended(word, known) for word in asked.words))


def _mended(word: str, known: list[str]) -> str:
    """Return the one word of the brand's labels that a slip of the pen made of it; the word itself otherwise."""
    close = [] if word in known else near(word, known)
    return close[0] if len(close) == 1 else word


def _fits(asked: Asked, whisky: Whisky) -> bool:
    """Return whether brand, age, batch, cask and bottler are those asked for, no more and no less."""
    parsed = asked.parsed
    wood = set((whisky.cask_type or "").split(", ")) - {""}
    style = set((whisky.style or "").split(", ")) - {""}
    return (
        (asked.brand is not None or whisky.brand is None)
        and whisky.age_years == asked.age_years
        and whisky.batch == parsed.batch
        and whisky.cask_number == parsed.cask_number
        and (whisky.bottler is None) == (parsed.bottler is None)
        and _bottler_fits(asked, whisky)
        and set(parsed.cask) <= wood
        and (not style or not parsed.style or bool(style & set(parsed.style)))
        and (parsed.strength != "cask_strength" or whisky.cask_strength)
    )


def _reads_alike(asked: Asked, own: ParsedName, whisky: Whisky) -> bool:
    """Return whether both say the same years, the same of peat and of what was added.

    A lone year in a name may be of distillation or of bottling; no column holds it.
    """
    years = {whisky.vintage_year, whisky.bottled_year, own.year} - {None}
    return years == asked.years and (own.peat, own.flavour) == (asked.parsed.peat, asked.parsed.flavour)


def _bottler_fits(asked: Asked, whisky: Whisky) -> bool:
    key = asked.parsed.bottler
    return key is None or set(fold(key).split()) <= set(fold(whisky.bottler or "").split())


def _says_more(asked: Asked, whisky: Whisky) -> bool:
    """Return whether a whisky tells wood, a style or a strength that was not asked for."""
    wood = set((whisky.cask_type or "").split(", ")) - {""}
    return bool(wood - set(asked.parsed.cask)) or (whisky.cask_strength and asked.parsed.strength != "cask_strength")


def _abv_fits(whisky: Whisky, abv_pct: float) -> bool:
    if whisky.abv_pct is None:
        return False
    limit = CASK_STRENGTH_LIMIT_PCT if whisky.cask_strength else ABV_LIMIT_PCT
    return abs(whisky.abv_pct - abv_pct) <= limit + _ROUNDING_PCT


def _order(whisky: Whisky) -> tuple[bool, int, str]:
    return whisky.state != "live", -whisky.live_offer_count, whisky.whisky_pk


def _waiting(index: FindIndex, text: str, reason: str) -> Resolution:
    found = tuple(one.pk for one in index.find(text, limit=MAX_CANDIDATES))
    if not found:
        return Resolution(state=UNKNOWN, reason="no whisky shares a word with its text")
    return Resolution(state=WAITING, candidates=found, reason=reason)


def _why(asked: Asked) -> str:
    """Return which kinds of facts decided; no word of the person stands in it."""
    told = [
        "brand" if asked.brand is not None else "",
        "label" if asked.words else "",
        "age" if asked.age_years is not None else "",
        "year" if asked.years else "",
    ]
    return f"one whisky fits: {', '.join(filter(None, told))}"
