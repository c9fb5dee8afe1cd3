"""Codes by which a maker tells one release from the next without a word for it: `C923`, `24A`, `2023-01`.

A batch word before it makes it a batch (`parsing.names`); the code means the same with and without that word. Not here:
comparing two of them (`identity.compare`).
"""

from __future__ import annotations

import re

from whisky_assets.parsing.parsed import ParsedName

_CODE = re.compile(r"(?<![^\W_])(?:[a-z]{1,2}(\d{2,4})|(2\d)[a-e])(?![^\W_])", re.IGNORECASE)
_OF_A_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})\s?[-/]\s?(0?[1-9]|1[0-2])(?![\d%]|[.,]\d)")


def release_codes(parsed: ParsedName) -> frozenset[str]:
    """Return the codes of a name in small letters, a year's as `YEAR-NUMBER`; those that another field read are none.

    `XR 21` is no code: a maker writes the letter and the number of a release as one word.
    """
    of_batch = set((parsed.batch or "").split())
    found = {match.group().casefold(): match.group(1) or match.group(2) for match in _CODE.finditer(parsed.text)}
    codes = {code for code, number in found.items() if code in of_batch or number.lstrip("0") in parsed.leftover}
    years = {parsed.year, parsed.vintage_year, parsed.bottled_year}
    of_a_year = {
        f"{year}-{int(number)}"
        for year, number in _OF_A_YEAR.findall(parsed.text)
        if int(year) in years and str(int(number)) in parsed.leftover
    }
    return frozenset(codes | of_a_year)
