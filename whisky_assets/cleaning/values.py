"""A listing's values in our units: countries as ISO codes, valid barcodes, strengths that a whisky can have.

Not here: reading numbers out of texts (`parsing`), and what kind of good a listing is (`kinds`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from whisky_assets.cleaning.texts import told
from whisky_assets.cleaning.thresholds import AbvLimits
from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.gtin import read_gtin

_IN_BRACKETS = re.compile(r"\s*\([^)]*\)")


def country_code(text: str | None, countries: Mapping[str, str]) -> tuple[str | None, tuple[str, ...]]:
    """Return the ISO 3166-1 code of a country as told, with the flag `country_unknown` where no row knows it.

    `United Kingdom, Scotland` and `RUSSIA (USSR)` are asked whole first, then without what follows.

    Args:
        text: the country as told.
        countries: case-folded spelling to code (`Reference.countries`).
    """
    name = told("country", text)
    if name is None:
        return None, ()
    for spelling in _spellings(name):
        if spelling in countries:
            return countries[spelling], ()
    return None, ("country_unknown",)


def _spellings(name: str) -> Iterator[str]:
    folded = " ".join(name.casefold().split())
    plain = _IN_BRACKETS.sub("", folded)
    yield from (folded, plain)
    head, sign, tail = plain.partition(" - ")
    if sign:
        yield f"{tail} {head}"
    yield plain.split(",")[0].strip()
    yield plain.rpartition(",")[2].strip()


def barcode(text: str | None) -> tuple[str | None, tuple[str, ...]]:
    """Return a valid GTIN-14, else None with the reason as flag (`gtin_check_digit`, `gtin_in_store`, ...)."""
    try:
        return read_gtin(text), ()
    except InputRefusedError as error:
        return None, (error.reason,)


def believable_abv(abv_pct: float | None, kind: str, limits: AbvLimits) -> tuple[float | None, tuple[str, ...]]:
    """Return a strength that the kind can have; a whisky's outside of the limits is emptied: `abv_implausible`."""
    if abv_pct is None or kind != "whisky" or limits.weakest_pct <= abv_pct <= limits.strongest_pct:
        return abv_pct, ()
    return None, ("abv_implausible",)
