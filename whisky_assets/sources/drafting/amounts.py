"""What looks like a price on a page, before anybody knows its currency or its place.

Not here: reading a price for good (`parsing.money`): a draft is read again by the code that reads the feed.
"""

from __future__ import annotations

import re

from whisky_assets.parsing.money import SIGNS

_SIGN = "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True))
_CODE = "USD|EUR|GBP|CAD|AUD|NZD|CHF|SEK|NOK|DKK|JPY|KRW|CNY|HKD|TWD|SGD|PLN|CZK|UAH|INR|ZAR"
_NUMBER = r"\d[\d., '’]*"
PRICE = re.compile(rf"(?:{_SIGN}|\b(?:{_CODE}))\s?\.?\s*{_NUMBER}|{_NUMBER}\s?(?:{_SIGN}|(?:{_CODE})\b)", re.IGNORECASE)
NUMBER = re.compile(r"\d{1,3}(?:[ .,'’]\d{3})*(?:[.,]\d{2})|\d+(?:[.,]\d{2}|[.,]-)?")
PRICE_PLACE = re.compile(r"price|pris\b|prix|preis|precio|prezzo|hinta|amount|cena", re.IGNORECASE)
OLD_PLACE = re.compile(
    r"(?:^|[\s_-])(?:old|was|original|compare|compared|regular|rrp|msrp|list|before|strike\w*|crossed|past|previous"
    r"|savings?|saved|discount|barre|statt|uvp)(?:$|[\s_-])",
    re.IGNORECASE,
)
OLD_TAGS = ("del", "s", "strike")
OTHER_PLACE = re.compile(
    r"(?:^|[\s_-])(?:case|litre|liter|unit|unit-price|per|bulk|wholesale)(?:$|[\s_-])", re.IGNORECASE
)


def tells_price(text: str) -> bool:
    """Whether a short text holds an amount of money with its sign or code."""
    return PRICE.search(text) is not None


def currencies_of(texts: list[str]) -> frozenset[str]:
    """Return the currencies that all signs and codes in these texts can mean; none where they contradict each other."""
    possible: frozenset[str] | None = None
    for text in texts:
        for match in PRICE.finditer(text):
            told = re.sub(r"[\d.,\s'’]", "", match.group()).casefold().strip(".")
            meant = SIGNS.get(told, frozenset({told.upper()}) if re.fullmatch("[a-z]{3}", told) else frozenset())
            if meant:
                possible = meant if possible is None else possible & meant
    return possible or frozenset()
