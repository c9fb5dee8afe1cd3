"""One price from one text, in minor units of one currency, or a refusal by name; never a litre's price.

Not here: rates between currencies, and which of a page's texts is the price (a feed's selectors say that).
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.reference import load_reference

LARGEST_MINOR = 10**12
"""No bottle costs more minor units of any currency; a longer number is two columns run together, or a barcode."""

LONGEST_FRACTION = 6
"""Digits behind the decimal sign of a price, at most; shops' systems hold four or fewer."""

LONGEST_TEXT = 200_000
"""Characters of a text in which one price is looked for; a longer one is a slice of a page and no price."""

LONGEST_BEHIND = 80
"""Characters behind an amount in which a sign and `per litre` stand: looking further costs more with each amount."""

LONGEST_TOLD = 40
"""Digits of an amount that a refusal repeats."""

DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN"})
CROWNS = frozenset({"SEK", "NOK", "DKK", "ISK", "CZK"})
SIGNS: dict[str, frozenset[str]] = {
    "us$": frozenset({"USD"}),
    "ca$": frozenset({"CAD"}),
    "c$": frozenset({"CAD"}),
    "a$": frozenset({"AUD"}),
    "au$": frozenset({"AUD"}),
    "nz$": frozenset({"NZD"}),
    "hk$": frozenset({"HKD"}),
    "s$": frozenset({"SGD"}),
    "nt$": frozenset({"TWD"}),
    "$": DOLLARS,
    "£": frozenset({"GBP"}),
    "€": frozenset({"EUR"}),
    "₩": frozenset({"KRW"}),
    "원": frozenset({"KRW"}),
    "¥": frozenset({"JPY", "CNY"}),
    "円": frozenset({"JPY"}),
    "元": frozenset({"CNY"}),
    "₴": frozenset({"UAH"}),
    "грн": frozenset({"UAH"}),
    "₽": frozenset({"RUB"}),
    "zł": frozenset({"PLN"}),
    "kč": frozenset({"CZK"}),
    "kr": CROWNS,
}
"""What a sign can mean; several currencies share one, and then the feed's own decides."""

COMMA_LANGUAGES = frozenset(
    ["da", "de", "es", "fi", "fr", "hu", "it", "nb", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sv", "tr", "uk", "cs"]
)
"""Languages that write 1.234,50; the others write 1,234.50. Asked only where a number can be read both ways."""

_AMOUNT = re.compile(
    r"(?<![\d.,])-?\d{1,3}(?:(?P<group>[ .,'’])\d{3})(?:(?P=group)\d{3})*(?:[.,]\d{1,3})?(?![\d])|-?\d+(?:[.,]\d+)?"
)
_PER_LITRE = re.compile(
    r"(?:\bper\s*|\bpr\.?\s*|/\s*)(?:100\s*ml|\d+\s*cl|l|ltr|lit(?:re|er|ra)s?|litraa?|л)\b\.?", re.IGNORECASE
)
_FROM = re.compile(
    r"^(?:from|ab|alkaen|fra|från|desde|vanaf|à partir de|a partir de|от|від)\b|부터|から|〜$|~$", re.IGNORECASE
)
_ON_REQUEST = re.compile(
    r"on request|on application|\bpoa\b|auf anfrage|sur demande|문의|오픈\s*프라이스|시가"
    r"|オープン価格|要問|お問い?合|時価",
    re.IGNORECASE,
)
_NO_MINOR = re.compile(r"(?<=\d)[.,]\s?[-–—]{1,2}")


@dataclasses.dataclass(frozen=True, slots=True)
class Price:
    """A price in minor units, None where the source says that there is none now.

    Flags: `price_from` (the lowest of several), `price_zero`, `price_on_request`.
    """

    price_minor: int | None
    currency: str
    flags: tuple[str, ...] = ()


def read_price(text: str, currency: str, language: str = "en", decimal: str | None = None) -> Price:
    """Return the one amount that a text states.

    Args:
        text: what the source writes, without old or struck prices; amounts per litre in it are passed over.
        currency: the feed's currency (ISO 4217); a sign or code in the text must be able to mean it.
        language: says how `1.234` is meant where the text can be read both ways.
        decimal: the decimal sign that the feed declares; then a number that contradicts it is refused.

    Raises:
        InputRefusedError: reasons `price_unreadable` (no amount, a negative one, more decimals than the currency has),
            `price_ambiguous` (several amounts), `currency_clash` (a sign of another currency).
    """
    if len(text) > LONGEST_TEXT:
        raise _refused("price_unreadable", text, f"it is longer than {LONGEST_TEXT:,} characters")
    folded = _fold(text)
    rest = _NO_MINOR.sub("", folded)
    _agree_on_currency(rest.casefold(), currency, text)
    amounts = _amounts(rest)
    if not amounts:
        if _ON_REQUEST.search(folded):
            return Price(None, currency, ("price_on_request",))
        raise _refused("price_unreadable", text, "no amount stands in it")
    if len(set(amounts)) > 1:
        raise _refused("price_ambiguous", text, f"{len(set(amounts))} amounts stand in it")
    sign = _decimal_sign(amounts[0], currency, language, decimal)
    if decimal is None and re.search(rf"[{sign}]\d{{3}}$", amounts[0]) and minor_digits(currency) != 3:
        raise _refused("price_unreadable", text, "three digits behind a decimal sign may be thousands")
    value = _value(amounts[0], sign, text)
    minor = value.scaleb(minor_digits(currency))
    if value < 0 or minor > LARGEST_MINOR or minor != minor.to_integral_value():
        raise _refused("price_unreadable", text, f"{str(value)[:LONGEST_TOLD]} is no price in {currency}")
    flags = ("price_from",) if _FROM.search(folded) else ()
    if minor == 0:
        return Price(None, currency, (*flags, "price_zero"))
    return Price(int(minor), currency, flags)


def read_minor_units(text: str, currency: str, digits: int | None = None) -> Price:
    """Return the amount that a whole number of minor units states: `7500` is 75.00 pounds.

    Args:
        text: what the source writes, digits alone.
        currency: of the amount (ISO 4217).
        digits: how many of them stand behind the decimal sign where the source says so; None: the currency's own.

    Raises:
        InputRefusedError: reason `price_unreadable`: no whole number, or none that the currency has coins for.
    """
    places = minor_digits(currency) if digits is None else digits
    if not re.fullmatch("[0-9]{1,15}", text.strip()) or places > LONGEST_FRACTION:
        raise _refused("price_unreadable", text, "it is no whole number of minor units")
    return read_price(format(Decimal(text.strip()).scaleb(-places), "f"), currency, decimal=".")


def read_currency(text: str, currency: str) -> str:
    """Return the currency that a text states: an ISO 4217 code as it stands, or signs that can mean the feed's own.

    Args:
        text: what the source writes: `GBP`, `£`, `kr`.
        currency: the feed's currency (ISO 4217).

    Raises:
        InputRefusedError: reasons `currency_clash` (a sign, or one of several codes, is of another currency),
            `currency_unknown` (neither code nor sign).
    """
    folded = _fold(text) if len(text) <= LONGEST_TEXT else ""
    if re.fullmatch("[A-Za-z]{3}", folded):
        return folded.upper()
    _agree_on_currency(folded.casefold(), currency, text)
    if _signs().search(folded.casefold()) is None:
        raise InputRefusedError(
            f"{text[:80]!r} is no currency: neither a code like EUR nor a sign.",
            reason="currency_unknown",
            remedy="Mend currency in [fields] of the feed, or leave it out: then the feed's own is meant.",
        )
    return currency


def minor_digits(currency: str) -> int:
    """Return how many digits stand behind the decimal sign of a currency; one that the tables lack has two."""
    return load_reference().currencies.get(currency, 2)


def amount_text(price_minor: int | None, currency: str | None, digits: Mapping[str, int]) -> str:
    """Return a price as a person reads it, `52.50 GBP`; empty where it is untold.

    Args:
        price_minor: the amount in minor units.
        currency: ISO 4217.
        digits: how many digits stand behind the decimal sign, by currency; two for one that it lacks.
    """
    if price_minor is None:
        return ""
    places = digits.get(currency or "", 2)
    return f"{price_minor / 10**places:,.{places}f} {currency or ''}".rstrip()


@lru_cache(maxsize=1)
def _signs() -> re.Pattern[str]:
    codes = {code.casefold() for code in {*load_reference().currencies, *frozenset().union(*SIGNS.values())}}
    signs = "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True))
    return re.compile(f"{signs}|(?<![a-z])(?:{'|'.join(sorted(codes))})(?![a-z])")


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _agree_on_currency(folded: str, currency: str, text: str) -> None:
    for match in _signs().finditer(folded):
        possible = SIGNS.get(match.group(), frozenset({match.group().upper()}))
        if currency not in possible:
            raise InputRefusedError(
                f"{text[:80]!r} says {match.group()!r}, but the feed's currency is {currency}.",
                reason="currency_clash",
                remedy="Declare the currency that the source uses under [feed].",
            )


def _amounts(rest: str) -> list[str]:
    amounts = []
    for match in _AMOUNT.finditer(rest):
        behind = rest[match.end() : match.end() + LONGEST_BEHIND].casefold().lstrip()
        sign = _signs().match(behind)
        behind = behind[sign.end() :].lstrip() if sign else behind
        if _PER_LITRE.match(behind):
            continue
        if behind.startswith("%"):
            return []
        amounts.append(match.group())
    return amounts


def _decimal_sign(number: str, currency: str, language: str, declared: str | None) -> str:
    if declared is not None:
        return declared
    signs = [sign for sign in number if sign in ".,"]
    if len(set(signs)) == 2:
        return signs[-1]
    if len(signs) == 1:
        behind = len(number) - number.index(signs[0]) - 1
        if behind != 3 or minor_digits(currency) == 3:
            return signs[0]
        if minor_digits(currency) == 0:
            return "." if signs[0] == "," else ","
    if len(signs) > 1:
        return "." if signs[0] == "," else ","
    return "," if language in COMMA_LANGUAGES else "."


def _value(number: str, decimal: str, text: str) -> Decimal:
    whole, _, fraction = number.partition(decimal)
    digits = whole.lstrip("-")
    groups = re.split(r"[ .,'’]", digits)
    grouped_well = len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    if (len(groups) > 1 and not grouped_well) or (fraction and not fraction.isdecimal()):
        raise _refused(
            "price_unreadable", text, f"with the decimal sign {decimal!r}, {number[:LONGEST_TOLD]!r} is no number"
        )
    value = Decimal("".join(groups) + (f".{fraction}" if fraction else ""))
    return -value if whole.startswith("-") else value


def _refused(reason: str, text: str, why: str) -> InputRefusedError:
    return InputRefusedError(f"{text[:80]!r} is no price that can be read for sure: {why}.", reason=reason)
