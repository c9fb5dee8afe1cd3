"""Sizes and spans of time as people write and read them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.domain.amounts import bytes_of, size_words, span_of, span_words


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [
        ("100G", 100 * 10**9),
        ("1.5 TB", 1_500_000_000_000),
        ("500 MiB", 500 * 1024**2),
        ("2gi", 2 * 1024**3),
        ("12", 12),
        ("0.1K", 100),
        ("7 B", 7),
    ],
)
def test_a_size_is_read_in_units_of_a_thousand_and_with_an_i_of_1024(text: str, size_bytes: int) -> None:
    assert bytes_of(text) == size_bytes


@pytest.mark.parametrize("text", ["", "much", "-1G", "1,5G", "1 iB", "1 PB", "G", "1e9"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a size like 100G"):
        bytes_of(text)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("7 days", timedelta(days=7)),
        ("1 week", timedelta(weeks=1)),
        ("90minutes", timedelta(minutes=90)),
        ("12 Hours", timedelta(hours=12)),
    ],
)
def test_a_span_is_read_with_its_unit(text: str, span: timedelta) -> None:
    assert span_of(text) == span


@pytest.mark.parametrize("text", ["", "7", "days", "1 month", "1 year", "-1 days", "1.5 days", "9999999 weeks"])
def test_what_is_no_span_is_refused_months_too(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time like"):
        span_of(text)


@pytest.mark.parametrize(
    ("size_bytes", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.00 KB"),
        (12_345_678, "12.3 MB"),
        (999_500_000, "1.00 GB"),
        (512 * 10**9, "512 GB"),
        (5 * 10**16, "50,000 TB"),
    ],
)
def test_a_size_is_told_with_three_digits(size_bytes: int, words: str) -> None:
    assert size_words(size_bytes) == words


@given(st.integers(min_value=0, max_value=10**15))
def test_a_told_size_is_read_back_within_a_hundredth(size_bytes: int) -> None:
    assert bytes_of(size_words(size_bytes).replace(",", "")) == pytest.approx(size_bytes, rel=0.006)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=47), "1 day"),
        (timedelta(days=1200), "1,200 days"),
        (timedelta(days=-3), "less than a minute"),
    ],
)
def test_a_span_is_told_in_its_largest_whole_unit(span: timedelta, words: str) -> None:
    assert span_words(span) == words
