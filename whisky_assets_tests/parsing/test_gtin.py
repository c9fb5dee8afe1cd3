"""Barcodes: valid ones become 14 digits, the others are refused with their reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.gtin import check_digit, gtin14, read_gtin


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("4006381333931", "04006381333931"),
        ("036000291452", "00036000291452"),
        ("36000291452", "00036000291452"),
        ("96385074", "00000096385074"),
        (" 4006381-333931 ", "04006381333931"),
        ("４００６３８１３３３９３１", "04006381333931"),
        ("4006381333931.0", "04006381333931"),
    ],
)
def test_a_valid_code_is_zero_filled_to_14_digits(text: str, code: str) -> None:
    assert gtin14(text) == code


@pytest.mark.parametrize("text", [None, "", "0", "0000000000000", "N/A", "-", "none"])
def test_no_code_is_no_refusal(text: str | None) -> None:
    assert read_gtin(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("4006381333932", "gtin_check_digit"),
        ("1234567", "gtin_unreadable"),
        ("123456789012345", "gtin_unreadable"),
        ("4.00638E+12", "gtin_unreadable"),
        ("4006381333931.5", "gtin_unreadable"),
        ("400638133393С", "gtin_unreadable"),
        ("2000000000008", "gtin_in_store"),
        ("0200000000004", "gtin_in_store"),
        ("036602301979", "gtin_placeholder"),
    ],
)
def test_other_codes_are_refused_with_their_reason(text: str, reason: str) -> None:
    with pytest.raises(InputRefusedError) as refused:
        read_gtin(text)

    assert refused.value.reason == reason
    assert gtin14(text) is None


@pytest.mark.parametrize("text", ["5.01E+12", "5,01033e12", "5E+12"])
def test_a_code_that_a_spreadsheet_rounded_is_told_with_its_cure(text: str) -> None:
    with pytest.raises(InputRefusedError, match="a spreadsheet rounded it; export that column as text"):
        read_gtin(text)


@given(body=st.integers(10**11, 10**12 - 1).map(str), wrong=st.integers(1, 9))
def test_any_other_last_digit_breaks_the_check(body: str, wrong: int) -> None:
    right = check_digit(body)
    false = (right + wrong) % 10

    assert gtin14(f"{body}{false}") is None
    assert check_digit(f"0{body}") == right
