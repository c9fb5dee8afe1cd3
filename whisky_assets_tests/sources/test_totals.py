"""How many products a list states: one number is a total, several are none until a pattern chooses."""

import re

import pytest

from whisky_assets.parsing.html import parse_page
from whisky_assets.sources.source import FieldRule
from whisky_assets.sources.totals import stated_total


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("345 products", 345),
        ("1,345 products", 1345),
        ("1 345 varer", 1345),
        ("1\u00a0345 résultats", 1345),
        ("1.345.678 Artikel", 1345678),
        ("12’345", 12345),
        ("1-24 of 345", None),
        ("Page 1 of 4, 96 products", None),
        ("24 60", None),
        ("no products", None),
        ("1234567890", None),
    ],
)
def test_only_one_number_is_a_total(text: str, total: int | None) -> None:
    page = parse_page(f"<html><body><p>{text}</p></body></html>")

    assert stated_total(FieldRule(places=("p",)), page) == total


def test_a_pattern_chooses_among_several_numbers() -> None:
    rule = FieldRule(places=("p",), pattern=re.compile(r"of ([\d,]+)"))

    assert stated_total(rule, parse_page("<html><body><p>1-24 of 1,345</p></body></html>")) == 1345
