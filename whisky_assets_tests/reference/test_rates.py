"""A price in another currency rests on a rate that somebody told for its day, or it is untold."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.domain.errors import UsageError
from whisky_assets.reference.rates import LONGEST_DAYS, Rate, Rates, read_rates

FRIDAY = date(2026, 1, 2)
DIGITS = {"KRW": 0, "EUR": 2, "GBP": 2, "KWD": 3}
ECB = "Date,USD,KRW,GBP,\n2026-01-05,1.0320,N/A,0.8300,\n2026-01-02,1.0299,1516.55,0.8291,\n"


def rate(base: str, currency: str, value: str, day: date = FRIDAY) -> Rate:
    return Rate(day, base, currency, Decimal(value), "test")


def test_an_amount_is_told_by_the_rate_of_its_day_in_the_coins_of_each_currency() -> None:
    rates = Rates([rate("EUR", "KRW", "1516.55"), rate("EUR", "KWD", "0.3180")])
    assert rates.convert(50_00, "EUR", "KRW", FRIDAY, DIGITS) == 75_828
    assert rates.convert(75_828, "KRW", "EUR", FRIDAY, DIGITS) == 50_00
    assert rates.convert(50_00, "EUR", "KWD", FRIDAY, DIGITS) == 15_900
    assert rates.convert(50_00, "EUR", "EUR", date(1999, 1, 1), DIGITS) == 50_00


def test_two_currencies_that_one_base_joins_need_no_rate_of_their_own() -> None:
    rates = Rates([rate("EUR", "KRW", "1500"), rate("EUR", "GBP", "0.75")])
    assert rates.between("GBP", "KRW", FRIDAY) == 2000


def test_a_rate_stands_over_a_weekend_and_no_longer_than_a_week() -> None:
    rates = Rates([rate("EUR", "KRW", "1500"), rate("EUR", "KRW", "1600", FRIDAY + timedelta(days=3))])
    told = {days: rates.between("EUR", "KRW", FRIDAY + timedelta(days=days)) for days in range(-1, 12)}
    assert told[-1] is None, "a rate says nothing of the day before it"
    assert [told[days] for days in (0, 2, 3)] == [1500, 1500, 1600]
    assert told[3 + LONGEST_DAYS - 1] == 1600
    assert told[3 + LONGEST_DAYS] is None


def test_what_no_rate_joins_is_untold() -> None:
    rates = Rates([rate("EUR", "KRW", "1500"), rate("USD", "GBP", "0.75")])
    assert rates.convert(1_00, "KRW", "GBP", FRIDAY, DIGITS) is None
    assert rates.convert(1_00, "EUR", "JPY", FRIDAY, DIGITS) is None


@given(st.integers(1, 10**9), st.decimals("0.01", "9999", places=4))
def test_there_and_back_again_is_the_amount_within_what_a_coin_can_tell(amount: int, value: Decimal) -> None:
    rates = Rates([rate("EUR", "GBP", str(value))])
    there = rates.convert(amount, "EUR", "GBP", FRIDAY, DIGITS)
    assert there is not None
    back = rates.convert(there, "GBP", "EUR", FRIDAY, DIGITS)
    assert back is not None
    assert abs(back - amount) <= 1 + Decimal("0.5") / value


def test_the_central_banks_table_is_read_without_the_days_that_it_leaves_open(tmp_path: Path) -> None:
    path = tmp_path / "eurofxref-hist.csv"
    path.write_text(ECB, encoding="utf-8")
    found = {(one.day, one.currency): one.rate for one in read_rates(path)}
    assert found == {
        (date(2026, 1, 5), "USD"): Decimal("1.0320"),
        (date(2026, 1, 5), "GBP"): Decimal("0.8300"),
        (FRIDAY, "USD"): Decimal("1.0299"),
        (FRIDAY, "KRW"): Decimal("1516.55"),
        (FRIDAY, "GBP"): Decimal("0.8291"),
    }
    assert {one.base for one in read_rates(path)} == {"EUR"}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("2026-01-05,EUR,KRW,1688.20", "4 cells"),
        ("5.1.2026,EUR,KRW,1688.20,bank", "no day"),
        ("2026-01-05,EUR,KRW,viel,bank", "no number"),
        ("2026-01-05,EUR,KRW,0,bank", "cannot be"),
        ("2026-01-05,EUR,KRW,NaN,bank", "cannot be"),
        ("2026-01-05,EUR,KRW,-1,bank", "cannot be"),
        ("2026-01-05,euro,KRW,1688.20,bank", "no code"),
        ("2026-01-05,KRW,KRW,1,bank", "in itself"),
        ("2026-01-05,EUR,KRW,1688.20,", "origin is empty"),
    ],
)
def test_a_line_that_cannot_be_meant_is_named(tmp_path: Path, line: str, why: str) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(f"day,base,currency,rate,origin\n2026-01-05,EUR,GBP,0.83,bank\n{line}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=f"line 3: .*{why}"):
        read_rates(path)


@pytest.mark.parametrize("content", [b"", b"Datum;Kurs\n", b"\xff\xfe", b'"open'])
def test_a_file_that_is_no_table_of_rates_says_what_one_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rates.csv"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"rates\.csv") as told:
        read_rates(path)
    assert told.value.remedy


def test_a_file_that_is_not_there_is_told_as_that(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file") as told:
        read_rates(tmp_path / "none.csv")
    assert told.value.remedy.endswith("whisky rates import FILE")
