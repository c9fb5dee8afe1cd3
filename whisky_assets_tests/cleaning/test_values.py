"""Countries, barcodes and believable strengths."""

import csv
from pathlib import Path

import pytest

from whisky_assets.cleaning.thresholds import shipped_thresholds
from whisky_assets.cleaning.values import barcode, believable_abv, country_code
from whisky_assets.reference import load_reference
from whisky_assets_tests.cleaning.listings_for_tests import COUNTRIES


@pytest.mark.parametrize(
    ("text", "code", "flags"),
    [
        ("Scotland", "GB", ()),
        ("SKOTLANTI", "GB", ()),
        ("United Kingdom, Scotland", "GB", ()),
        ("Nowhere, Scotland", "GB", ()),
        ("KOREA - SOUTH", "KR", ()),
        ("RUSSIA (USSR)", "RU", ()),
        ("Atlantis", None, ("country_unknown",)),
        ("N/A", None, ()),
        (None, None, ()),
    ],
)
def test_a_country_becomes_its_code_or_is_told_as_unknown(
    text: str | None, code: str | None, flags: tuple[str, ...]
) -> None:
    assert country_code(text, COUNTRIES) == (code, flags)


def test_a_barcode_is_valid_or_its_reason_is_told() -> None:
    assert barcode("5010494195286") == ("05010494195286", ())
    assert barcode("5010494195287") == (None, ("gtin_check_digit",))
    assert barcode("036602301979") == (None, ("gtin_placeholder",))
    assert barcode(None) == (None, ())


@pytest.mark.parametrize(
    ("abv_pct", "kind", "kept"),
    [
        (46.0, "whisky", True),
        (30.0, "whisky", True),
        (70.1, "whisky", True),
        (75.0, "whisky", True),
        (29.9, "whisky", False),
        (75.5, "whisky", False),
        (17.0, "spirit_drink", True),
        (12.5, "other", True),
        (None, "whisky", True),
    ],
)
def test_only_a_whiskys_strength_must_be_a_whiskys(abv_pct: float | None, kind: str, *, kept: bool) -> None:
    assert believable_abv(abv_pct, kind, shipped_thresholds().abv) == (
        (abv_pct, ()) if kept else (None, ("abv_implausible",))
    )


def test_the_countries_of_the_gold_records_are_known_but_for_one_row_in_a_thousand(shared_data: Path) -> None:
    countries = load_reference().countries
    with (shared_data / "gold" / "records.csv").open(encoding="utf-8", newline="") as file:
        told = [row["country"] for row in csv.DictReader(file) if row["country"]]

    unknown = [text for text in told if country_code(text, countries)[1]]

    assert len(told) > 2_000
    assert len(unknown) <= len(told) / 1_000, sorted(set(unknown))
