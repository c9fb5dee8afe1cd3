"""Rates of exchange, each of one day and with its origin: what a price was in another currency, never guessed.

A rate stands for its day and the few after it on which none is told, as over a weekend. Not here: where prices come
from, and writing the owner's file (`pipeline.rates`).
"""

from __future__ import annotations

import csv
import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from pathlib import Path

from whisky_assets.domain.errors import UsageError

RATES_FILE = "rates.csv"
RATE_COLUMNS = ("day", "base", "currency", "rate", "origin")
LONGEST_DAYS = 7
"""So many days, its own with them, a rate stands: over a weekend and the holidays beside it no market tells another."""

_ECB = "ECB euro foreign exchange reference rates"
_UNTOLD = frozenset({"", "N/A"})


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Rate:
    """That one unit of `base` was `rate` units of `currency` on a day; both ISO 4217."""

    day: date
    base: str
    currency: str
    rate: Decimal
    origin: str

    @property
    def key(self) -> tuple[date, str, str]:
        """What one rate is told for."""
        return self.day, self.base, self.currency


class Rates:
    """All rates that are known, to be asked for any pair of currencies that one base joins."""

    def __init__(self, rates: Iterable[Rate] = ()) -> None:
        """Take the rates; of two for one key the later given counts."""
        self._told: dict[date, dict[str, dict[str, Decimal]]] = defaultdict(lambda: defaultdict(dict))
        for rate in rates:
            self._told[rate.day][rate.base][rate.currency] = rate.rate

    def convert(
        self, price_minor: int, currency: str, into: str, day: date, minor_digits: Mapping[str, int]
    ) -> int | None:
        """Return an amount in minor units of another currency as of a day, None where no rate stands for that day."""
        rate = self.between(currency, into, day)
        if rate is None:
            return None
        places = minor_digits.get(into, 2) - minor_digits.get(currency, 2)
        amount = Decimal(price_minor) * rate * Decimal(10) ** places
        return int(amount.to_integral_value(ROUND_HALF_EVEN))

    def between(self, currency: str, into: str, day: date) -> Decimal | None:
        """Return how many units of `into` one of `currency` was: of the newest day that stands, on its one base."""
        if currency == into:
            return Decimal(1)
        days = (day - timedelta(days=back) for back in range(LONGEST_DAYS))
        return next((rate for told in days if (rate := self._on(told, currency, into)) is not None), None)

    def _on(self, day: date, currency: str, into: str) -> Decimal | None:
        # Asked by `get`, since asking a defaultdict by index would tell a day that nobody told.
        for base, rates in sorted(self._told.get(day, {}).items()):
            known = {base: Decimal(1), **rates}
            if currency in known and into in known:
                return known[into] / known[currency]
        return None


def read_rates(path: Path) -> list[Rate]:
    """Return the rates of a file: our own columns, or the table of the European Central Bank (`eurofxref-hist.csv`).

    Raises:
        UsageError: there is no such file, or a line of it cannot be meant; names file, line and remedy.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            lines = list(csv.reader(handle))
    except OSError as error:
        remedy = "Name a file of rates that is there: whisky rates import FILE"
        raise UsageError(f"{path} cannot be read: {error.strerror}", remedy=remedy) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path} is no CSV that can be read: {error}", remedy="Save it as CSV UTF-8.") from error
    header = [cell.strip() for cell in lines[0]] if lines else []
    if header[:1] == ["Date"]:
        return list(_of_the_ecb(path, header, lines[1:]))
    if tuple(header) == RATE_COLUMNS:
        return [_rate(path, number, *cells) for number, cells in enumerate(lines[1:], 2) if cells]
    raise UsageError(
        f"{path}, line 1: neither {','.join(RATE_COLUMNS)} nor a table of the European Central Bank (Date,USD,...)",
        remedy="Download eurofxref-hist.csv of the European Central Bank, or write a file with those columns.",
    )


def _of_the_ecb(path: Path, header: list[str], lines: Iterable[list[str]]) -> Iterator[Rate]:
    for number, cells in enumerate(lines, 2):
        for code, cell in zip(header[1:], cells[1:], strict=False):
            if code and cell.strip() not in _UNTOLD:
                yield _rate(path, number, cells[0].strip(), "EUR", code, cell.strip(), _ECB)


def _rate(path: Path, number: int, *cells: str) -> Rate:
    if len(cells) != len(RATE_COLUMNS):
        raise _wrong(path, number, f"{len(cells)} cells stand there, not {len(RATE_COLUMNS)}")
    day, base, currency, rate, origin = (cell.strip() for cell in cells)
    for code in (base, currency):
        if not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
            raise _wrong(path, number, f"{code!r} is no code of a currency, as EUR")
    if base == currency:
        raise _wrong(path, number, f"{base} is told in itself")
    if not origin:
        raise _wrong(path, number, "its origin is empty")
    try:
        found = Rate(date.fromisoformat(day), base, currency, Decimal(rate), origin)
    except (ValueError, InvalidOperation) as error:
        raise _wrong(path, number, f"{day!r} is no day or {rate!r} no number") from error
    if not (found.rate.is_finite() and found.rate > 0):
        raise _wrong(path, number, f"a rate of {rate} cannot be")
    return found


def _wrong(path: Path, number: int, why: str) -> UsageError:
    return UsageError(
        f"{path}, line {number}: {why}.", remedy="Mend that line, as 2026-01-05,EUR,KRW,1688.20,where it is from"
    )
