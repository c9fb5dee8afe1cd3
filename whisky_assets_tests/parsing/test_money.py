"""Prices: every way of writing them that was seen in a shop, and the ways that must be refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing import money
from whisky_assets.parsing.money import (
    COMMA_LANGUAGES,
    amount_text,
    minor_digits,
    read_currency,
    read_minor_units,
    read_price,
)
from whisky_assets.reference import load_reference


@pytest.mark.parametrize(
    ("text", "currency", "language", "minor"),
    [
        ("£45.00", "GBP", "en", 4500),
        ("119.00 per litre £83.30", "GBP", "en", 8330),
        ("83,30 €/l 58,31 €", "EUR", "de", 5831),
        ("1.249,00", "EUR", "de", 124900),
        ("1 234 567,89 €", "EUR", "fr", 123456789),
        ("1,234,567.89", "USD", "en", 123456789),
        ("1.300,-", "NOK", "no", 130000),
        ("Kr. 1\u00a0300,50", "NOK", "no", 130050),
        ("kr 1\u202f300", "SEK", "sv", 130000),
        ("₩129,000", "KRW", "ko", 129000),
        ("129.000원", "KRW", "ko", 129000),
        ("￥12,800", "JPY", "ja", 12800),
        ("$26.70 ", "CAD", "en", 2670),
        ("€ 7.999", "EUR", "nl", 799900),
        ("1,300", "GBP", "en", 130000),
        ("$49.95 $49.95", "CAD", "en", 4995),
    ],
)
def test_one_amount_is_read_in_minor_units(text: str, currency: str, language: str, minor: int) -> None:
    price = read_price(text, currency, language)

    assert (price.price_minor, price.currency, price.flags) == (minor, currency, ())


@pytest.mark.parametrize(
    ("text", "currency", "reason"),
    [
        ("from £-", "GBP", "price_unreadable"),
        ("₩-", "KRW", "price_unreadable"),
        ("13%", "CAD", "price_unreadable"),
        ("-5.00", "GBP", "price_unreadable"),
        ("50104941952860000", "GBP", "price_unreadable"),
        ("1.300", "GBP", "price_unreadable"),
        ("129000.50", "KRW", "price_unreadable"),
        ("119 грн/л", "UAH", "price_unreadable"),
        ("£110.00 £99.95", "GBP", "price_ambiguous"),
        ("6 x £10", "GBP", "price_ambiguous"),
        ("$7999$79.99", "USD", "price_ambiguous"),
        ("US$ 45", "CAD", "currency_clash"),
        ("29.99 USD", "CAD", "currency_clash"),
        ("£45", "EUR", "currency_clash"),
    ],
)
def test_what_cannot_be_read_for_sure_is_refused_by_name(text: str, currency: str, reason: str) -> None:
    with pytest.raises(InputRefusedError, match=r"price|currency") as refused:
        read_price(text, currency)

    assert refused.value.reason == reason
    assert text[:20] in refused.value.message


@pytest.mark.parametrize(
    ("text", "currency", "minor", "flag"),
    [
        ("0.00", "GBP", None, "price_zero"),
        ("from £45", "GBP", 4500, "price_from"),
        ("ab 52,90 €", "EUR", 5290, "price_from"),
        ("가격문의", "KRW", None, "price_on_request"),
        ("オープン価格", "JPY", None, "price_on_request"),
        ("Price on request", "GBP", None, "price_on_request"),
    ],
)
def test_zero_lowest_and_asked_for_prices_are_flagged(text: str, currency: str, minor: int | None, flag: str) -> None:
    price = read_price(text, currency, "de" if currency == "EUR" else "en")

    assert (price.price_minor, price.flags) == (minor, (flag,))


def test_a_declared_decimal_sign_refuses_a_number_that_contradicts_it() -> None:
    assert read_price("12,50", "EUR", decimal=",").price_minor == 1250
    with pytest.raises(InputRefusedError) as refused:
        read_price("12.50", "EUR", decimal=",")
    assert refused.value.reason == "price_unreadable"


currencies = st.sampled_from(["GBP", "EUR", "CAD", "KRW", "JPY", "NOK", "KWD"])


@given(minor=st.integers(1, 10**9), currency=currencies, comma=st.booleans(), grouped=st.booleans())
def test_a_written_price_is_read_back_whatever_its_signs(minor: int, currency: str, comma: bool, grouped: bool) -> None:
    digits = minor_digits(currency)
    whole, fraction = divmod(minor, 10**digits)
    text = f"{whole:,}" if grouped else str(whole)
    text += f".{fraction:0{digits}d}" if digits else ""
    if comma:
        text = text.translate(str.maketrans(",.", ".,"))

    assert read_price(text, currency, decimal="," if comma else ".").price_minor == minor


@given(
    text=st.text(alphabet="0123456789.,-' £$€₩kr from/lx%원円", max_size=24),
    currency=currencies,
    language=st.sampled_from([*sorted(COMMA_LANGUAGES)[:3], "en"]),
)
def test_any_text_gives_a_price_of_the_asked_currency_or_a_refusal(text: str, currency: str, language: str) -> None:
    with contextlib.suppress(InputRefusedError):
        price = read_price(text, currency, language)
        assert price.currency == currency
        assert price.price_minor is None or price.price_minor > 0
        assert price.price_minor is not None or price.flags


def test_the_digits_of_every_currency_are_those_of_the_curated_table() -> None:
    assert {code: minor_digits(code) for code in load_reference().currencies} == dict(load_reference().currencies)
    assert (minor_digits("TND"), minor_digits("CLP"), minor_digits("XXX")) == (3, 0, 2)
    assert read_price("1.234,500", "KWD", "de").price_minor == 1_234_500


def test_a_code_of_the_table_is_a_currency_of_its_own() -> None:
    with pytest.raises(InputRefusedError) as refused:
        read_price("12.50 TRY", "EUR")
    assert refused.value.reason == "currency_clash"


@pytest.mark.parametrize("text", ["9" * 10_000, "£" + "1" * 10_000 + ".50"])
def test_a_very_long_run_of_digits_is_refused_by_name(text: str) -> None:
    with pytest.raises(InputRefusedError):
        read_price(text, "GBP")


@pytest.mark.parametrize(
    ("text", "currency", "digits", "minor", "flags"),
    [
        ("7500", "GBP", None, 7500, ()),
        (" 7500 ", "GBP", 2, 7500, ()),
        ("75", "GBP", 0, 7500, ()),
        ("750000", "GBP", 4, 7500, ()),
        ("98000", "KRW", None, 98000, ()),
        ("9800000", "KRW", 2, 98000, ()),
        ("0", "GBP", None, None, ("price_zero",)),
    ],
)
def test_a_whole_number_of_minor_units_is_that_amount(
    text: str, currency: str, digits: int | None, minor: int | None, flags: tuple[str, ...]
) -> None:
    price = read_minor_units(text, currency, digits)

    assert (price.price_minor, price.currency, price.flags) == (minor, currency, flags)


@pytest.mark.parametrize(
    ("text", "digits"),
    [("75.00", 2), ("£7500", 2), ("-7500", 2), ("7501", 4), ("٧٥", 2), ("", 2), ("1", 7), ("9" * 16, 2)],
)
def test_what_is_no_whole_number_of_minor_units_is_refused(text: str, digits: int) -> None:
    with pytest.raises(InputRefusedError) as refused:
        read_minor_units(text, "GBP", digits)
    assert refused.value.reason == "price_unreadable"


def test_a_price_is_told_in_the_coins_of_its_currency_and_an_untold_one_is_empty() -> None:
    digits = {"EUR": 2, "KRW": 0, "KWD": 3}
    assert amount_text(123456, "EUR", digits) == "1,234.56 EUR"
    assert amount_text(98000, "KRW", digits) == "98,000 KRW"
    assert amount_text(15900, "KWD", digits) == "15.900 KWD"
    assert amount_text(4550, "XXX", digits) == "45.50 XXX"
    assert amount_text(4550, None, digits) == "45.50"
    assert amount_text(None, "EUR", digits) == ""


@pytest.mark.parametrize(
    ("text", "own", "currency"),
    [
        ("GBP", "GBP", "GBP"),
        ("usd", "GBP", "USD"),
        ("£", "GBP", "GBP"),
        ("kr", "NOK", "NOK"),
        ("EUR eur", "EUR", "EUR"),
    ],
)
def test_a_currency_is_a_code_or_a_sign_that_can_mean_the_feed_s(text: str, own: str, currency: str) -> None:
    assert read_currency(text, own) == currency


@pytest.mark.parametrize(
    ("text", "reason"), [("€", "currency_clash"), ("EUR GBP", "currency_clash"), ("coins", "currency_unknown")]
)
def test_a_currency_that_is_another_or_none_is_refused_and_not_taken_for_the_feed_s(text: str, reason: str) -> None:
    with pytest.raises(InputRefusedError) as refused:
        read_currency(text, "GBP")

    assert refused.value.reason == reason


def test_a_very_long_text_or_number_is_no_price_and_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputRefusedError) as digits:
        read_price("1" * 5_000, "GBP")
    assert len(digits.value.message) < 300
    monkeypatch.setattr(money, "LONGEST_TEXT", 10)
    assert read_price("£45.00".ljust(10), "GBP").price_minor == 4500
    with pytest.raises(InputRefusedError) as long:
        read_price("£45.00".ljust(11), "GBP")
    assert long.value.reason == "price_unreadable"
    with pytest.raises(InputRefusedError) as currency:
        read_currency("GBP".rjust(10) + "s", "GBP")
    assert currency.value.reason == "currency_unknown"
