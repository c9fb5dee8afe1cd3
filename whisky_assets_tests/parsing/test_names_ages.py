"""A number is an age by its unit, alone only perhaps, and two joined ages are a pack of two whiskies."""

from __future__ import annotations

import pytest

from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import load_reference
from whisky_assets_tests.parsing.told import MAKERS, told

REFERENCE = load_reference()

CASES: list[tuple[str, list[str], str]] = [
    ("Arran 2 Years", ["age_years 2 <2 Years> number with unit"], ""),
    ("Arran 1 Years", [], "1 years"),
    ("Arran 80 Years", ["age_years 80 <80 Years> number with unit"], ""),
    ("Arran 81 Years", [], "81 years"),
    ("Arran 12 Years 12 Years", ["age_years 12 <12 Years> number with unit"], ""),
    ("Arran 12 Years 18 Years", ["age_years 12 <12 Years> number with unit"], "18"),
    (
        "Arran 12 Years finished 2 years in port",
        ["age_years 12 <12 Years> number with unit", "cask ('port',) <port> cask word"],
        "finished 2",
    ),
    ("Arran finished 2 years 12 Years", ["age_years 12 <12 Years> number with unit"], "finished 2"),
    ("Arran another 2 years 12 Years", ["age_years 12 <12 Years> number with unit"], "another 2"),
    ("Arran additional 2 years, 12 years", ["age_years 12 <12 years> number with unit"], "additional 2"),
    ("Arran 2 years in heron 12 years", ["age_years 12 <12 years> number with unit"], "2 heron"),
    ("Arran 12 Years and 2 years extra", ["age_years 12 <12 Years> number with unit"], "2 extra"),
    ("Arran 12 years plus 3 years", ["age_years 12 <12 years> number with unit"], "plus 3"),
    ("Arran 10 years anniversary 12 years", ["age_years 12 <12 years> number with unit"], "10 years anniversary"),
    ("Arran 10 years jubilee", [], "10 years jubilee"),
    ("아란 10년 주년", [], "10 년 anniversary"),
    ("アラン 10年 周年記念", [], "10 年 anniversary"),
    ("Arran ten years", ["age_years 10 <ten years> number with unit"], ""),
    ("Arran twelve 12", ["bare_number 12 <12> a number without a unit"], "twelve 12"),
    ("Arran twelve 12 years", ["age_years 12 <12 years> number with unit"], ""),
    ("Arran thirteen 12 years", ["age_years 12 <12 years> number with unit"], "thirteen"),
    ("Arran 10 år", ["age_years 10 <10 år> number with unit"], ""),
    (
        "Arran 12 years & 18 years",
        ["age_years 12 <12 years> number with unit", "pack mixed <12 years> two ages joined"],
        "",
    ),
    (
        "Arran 12 years + 18 years",
        ["age_years 12 <12 years> number with unit", "pack mixed <12 years> two ages joined"],
        "",
    ),
    (
        "Arran 12 years 및 18 years",
        ["age_years 12 <12 years> number with unit", "pack mixed <12 years> two ages joined"],
        "및",
    ),
    ("アラン 12年 と 18年", ["age_years 12 <12年> number with unit", "pack mixed <12年> two ages joined"], "と"),
    ("아란 12년과 18년", ["age_years 12 <12년> number with unit", "pack mixed <12년> two ages joined"], "과"),
    ("아란 12년 와 18년", ["age_years 12 <12년> number with unit", "pack mixed <12년> two ages joined"], "와"),
    ("Arran 12 & 18 years", ["age_years 18 <18 years> number with unit", "pack mixed <18 years> two ages joined"], ""),
    ("Arran 2 & 18 years", ["age_years 18 <18 years> number with unit"], "2"),
    ("Arran 61 & 18 years", ["age_years 18 <18 years> number with unit"], "61"),
    ("Arran 60 & 18 years", ["age_years 18 <18 years> number with unit", "pack mixed <18 years> two ages joined"], ""),
    ("Arran 18 & 18 years", ["age_years 18 <18 years> number with unit"], "18"),
    ("Arran 12 / 18 years", ["age_years 18 <18 years> number with unit"], "12"),
    (
        "Arran no 12 & 18 years",
        ["age_years 18 <18 years> number with unit", "batch no 12 <no 12> number after batch word"],
        "",
    ),
    ("Arran heron & 18 years", ["age_years 18 <18 years> number with unit"], "heron"),
    (
        "Arran 12 years & the 18 years",
        ["age_years 12 <12 years> number with unit", "pack mixed <12 years> two ages joined"],
        "",
    ),
    (
        "Arran 12 years & a 18 years",
        ["age_years 12 <12 years> number with unit", "pack mixed <12 years> two ages joined"],
        "",
    ),
    (
        "Arran 12 years & 70 cl 18 years",
        [
            "volume_ml 700 <70 cl> number with unit",
            "age_years 12 <12 years> number with unit",
            "pack mixed <12 years> two ages joined",
        ],
        "",
    ),
    ("Arran 12 years & heron 18 years", ["age_years 12 <12 years> number with unit"], "heron 18"),
    (
        "Arran 12 years 70 cl & Oban 18 years 70 cl",
        [
            "volume_ml 700 <70 cl> number with unit",
            "age_years 12 <12 years> number with unit",
            "pack mixed <12 years> two ages joined",
        ],
        "oban",
    ),
    (
        "Arran 12 years & Glen Moray 18 years",
        ["age_years 12 <12 years> number with unit", "pack mixed <12 years> two ages joined"],
        "glen moray",
    ),
    ("Arran 12 years & Glen 18 years", ["age_years 12 <12 years> number with unit"], "glen 18"),
    (
        "Arran 12 years & Old Pulteney heron 18 years",
        ["age_years 12 <12 years> number with unit"],
        "old pulteney heron 18",
    ),
    (
        "Arran 12 years & Isle of Jura 18 years",
        ["age_years 12 <12 years> number with unit", "pack mixed <12 years> two ages joined"],
        "jura",
    ),
    (
        "Arran 12 years / 18 years 70 cl",
        [
            "volume_ml 700 <70 cl> number with unit",
            "age_years 12 <12 years> number with unit",
            "pack mixed <12 years> two ages joined",
        ],
        "",
    ),
    (
        "Arran 12 years / 18 years gift box",
        ["pack mixed <12 years> two ages joined", "age_years 12 <12 years> number with unit"],
        "",
    ),
    ("Arran 12 years / 18 years", ["age_years 12 <12 years> number with unit"], "18"),
    (
        "Arran 12 years - 18 years 70 cl",
        ["volume_ml 700 <70 cl> number with unit", "age_years 12 <12 years> number with unit"],
        "18",
    ),
    ("Arran 12 years & 3 years finish", ["age_years 12 <12 years> number with unit"], "3 finish"),
    ("Arran 12", ["bare_number 12 <12> a number without a unit"], "12"),
    ("Arran 3", ["bare_number 3 <3> a number without a unit"], "3"),
    ("Arran 2", [], "2"),
    ("Arran 60", ["bare_number 60 <60> a number without a unit"], "60"),
    ("Arran 61", [], "61"),
    ("Arran 12 18", [], "12 18"),
    ("Arran 12th", [], "12th"),
    ("Arran 12.5", [], "12.5"),
    ("Arran 12 peated", ["peat peated <peated> peat word"], "12"),
    ("Arran 12 vintage 2004", ["vintage_year 2004 <2004> year after vintage"], "12 vintage"),
    ("Arran 12 distilled 2004", ["vintage_year 2004 <2004> year after distilled"], "12"),
    ("Arran 12 2004", ["year 2004 <2004> a lone year", "bare_number 12 <12> a number without a unit"], "12"),
    ("Arran cask 12 2004", ["year 2004 <2004> a lone year"], "cask 12"),
    ("Arran cask 12", ["bare_number 12 <12> a number without a unit"], "cask 12"),
    ("Arran 12 cask 2004", ["year 2004 <2004> a lone year", "bare_number 12 <12> a number without a unit"], "12 cask"),
    ("Arran 12 proof", [], "12"),
    ("Arran vat 12", ["batch vat 12 <vat 12> number after batch word"], ""),
    ("Arran 12 x heron", [], "12 x heron"),
    ("Arran x 12", [], "x 12"),
    ("Arran 12 degrees", [], "12 degrees"),
    ("Arran north 12", [], "north 12"),
    ("Arran 12 months", [], "12 months"),
    ("Arran 12 month", [], "12 month"),
    ("아란 12개월", [], "12 개월"),
    ("Arran 12 batch", [], "12 batch"),
    ("Arran batch heron 12", ["bare_number 12 <12> a number without a unit"], "batch heron 12"),
    ("Arran box 12", ["bare_number 12 <12> a number without a unit"], "box 12"),
    ("Arran 12 gift box", ["pack same <gift box> pack word"], "12"),
    ("Arran 12 batch 3", ["batch batch 3 <batch 3> number after batch word"], "12"),
    ("Arran batch 3 12", ["batch batch 3 <batch 3> number after batch word"], "12"),
    ("Arran 12 46%", ["abv_pct 46.0 <46%> number with %"], "12"),
    ("Arran 46% 12", ["abv_pct 46.0 <46%> number with %"], "12"),
    ("proof 12 Arran", [], "12"),
    ("Arran 12 1st", [], "12 1st"),
    ("x 12 Arran", [], "x 12"),
    ("12 Arran", ["bare_number 12 <12> a number without a unit"], "12"),
    ("Arran 12 number", [], "12 number"),
    ("Arran 12-year-old", ["age_years 12 <12-year-old> number with unit"], ""),
    ("Arran extra 2 years 12 years", ["age_years 12 <12 years> number with unit"], "extra 2"),
    ("Arran 12 years & 2 additional years", ["age_years 12 <12 years> number with unit"], "2 additional years"),
    ("Arran 12 years 2 years more", ["age_years 12 <12 years> number with unit"], "2 more"),
    ("Arran our 2 years 12 years", ["age_years 12 <12 years> number with unit"], "our 2"),
    ("Arran celebrating 25 years 12 years", ["age_years 12 <12 years> number with unit"], "celebrating 25"),
    ("Arran for 3 years 12 years", ["age_years 12 <12 years> number with unit"], "3"),
    ("Arran 3 years finish 12 years", ["age_years 12 <12 years> number with unit"], "3 finish"),
    ("Arran 3 years finished 12 years", ["age_years 3 <3 years> number with unit"], "finished 12"),
    (
        "Arran 12 years et 18 years",
        ["age_years 12 <12 years> number with unit", "pack mixed <12 years> two ages joined"],
        "",
    ),
    (
        "Arran 12 years och 18 years",
        ["age_years 12 <12 years> number with unit", "pack mixed <12 years> two ages joined"],
        "",
    ),
    ("雅柏 12年 和 18年", ["age_years 12 <12年> number with unit", "pack mixed <12年> two ages joined"], "和"),
    (
        "Arran 12 years & Signatory 18 years",
        [
            "bottler signatory_vintage <Signatory> bottler in the tables",
            "age_years 12 <12 years> number with unit",
            "pack mixed <12 years> two ages joined",
        ],
        "",
    ),
    (
        "Arran 12 years & 43% 18 years",
        [
            "abv_pct 43.0 <43%> number with %",
            "age_years 12 <12 years> number with unit",
            "pack mixed <12 years> two ages joined",
        ],
        "",
    ),
    (
        "Arran 12 years & gift box 18 years",
        ["pack mixed <12 years> two ages joined", "age_years 12 <12 years> number with unit"],
        "",
    ),
    (
        "Arran 12 years & 3-pack 18 years",
        [
            "pack_count 3 <3-pack> n-pack",
            "pack mixed <12 years> two ages joined",
            "age_years 12 <12 years> number with unit",
        ],
        "",
    ),
    (
        "Arran 12 years & 2 cl 18 years",
        [
            "volume_ml 20 <2 cl> number with unit",
            "age_years 12 <12 years> number with unit",
            "pack mixed <12 years> two ages joined",
        ],
        "",
    ),
    (
        "Arran 12 years & 18 years & 21 years",
        ["age_years 12 <12 years> number with unit", "pack mixed <12 years> two ages joined"],
        "",
    ),
    (
        "Arran 12 years & 12 years & 21 years",
        ["age_years 12 <12 years> number with unit", "pack mixed <12 years> two ages joined"],
        "",
    ),
    (
        "Arran 12 years 18 years & 21 years",
        ["age_years 12 <12 years> number with unit", "pack mixed <12 years> two ages joined"],
        "",
    ),
    (
        "Arran 12 years & 18 21 years",
        ["age_years 12 <12 years> number with unit", "pack mixed <12 years> two ages joined"],
        "18",
    ),
    ("& 18 years Arran", ["age_years 18 <18 years> number with unit"], ""),
    ("12 & 18 years", ["age_years 18 <18 years> number with unit", "pack mixed <18 years> two ages joined"], ""),
    ("Arran proof 12 & 18 years", ["age_years 18 <18 years> number with unit"], "12"),
    (
        "Arran 12 years / 18 years 3-pack",
        [
            "pack_count 3 <3-pack> n-pack",
            "pack mixed <12 years> two ages joined",
            "age_years 12 <12 years> number with unit",
        ],
        "",
    ),
    (
        "Arran 12 years heron / 18 years 70 cl",
        [
            "volume_ml 700 <70 cl> number with unit",
            "age_years 12 <12 years> number with unit",
            "pack mixed <12 years> two ages joined",
        ],
        "heron",
    ),
    ("Arran 12 heron 18", [], "12 heron 18"),
    ("Arran twelve heron 12 years", ["age_years 12 <12 years> number with unit"], "heron"),
    ("Arran twelve 12 years heron twelve", ["age_years 12 <12 years> number with unit"], "heron"),
    ("Arran twelve heron moon 12 years", ["age_years 12 <12 years> number with unit"], "heron moon"),
    ("Arran 12 years heron twelve moon", ["age_years 12 <12 years> number with unit"], "heron moon"),
]


@pytest.mark.parametrize(("name", "fields", "leftover"), CASES, ids=[case[0] for case in CASES])
def test_an_age_is_told_by_its_unit_and_two_joined_ones_are_two_whiskies(
    name: str, fields: list[str], leftover: str
) -> None:
    parsed = parse_name(name, REFERENCE)
    assert told(parsed, without=MAKERS) == fields
    assert " ".join(parsed.leftover_words) == leftover


FREE_TEXT: list[tuple[str, list[str], str]] = [
    ("Arran ten", ["age_years 10 <ten> number word after a brand"], ""),
    ("Arran two", [], "two"),
    ("Arran three", ["age_years 3 <three> number word after a brand"], ""),
    ("heron ten", [], "heron ten"),
    ("Arran ten twelve", ["age_years 10 <ten> number word after a brand"], "twelve"),
    ("Arran ten ten", ["age_years 10 <ten> number word after a brand"], ""),
]


@pytest.mark.parametrize(("name", "fields", "leftover"), FREE_TEXT, ids=[case[0] for case in FREE_TEXT])
def test_a_persons_own_words_are_read_more_freely(name: str, fields: list[str], leftover: str) -> None:
    parsed = parse_name(name, REFERENCE, free_text=True)
    assert told(parsed, without=MAKERS) == fields
    assert " ".join(parsed.leftover_words) == leftover


LANGUAGE: list[tuple[str, list[str], str, str]] = [
    ("Arran 10 v", ["age_years 10 <10 v> number with unit"], "", "fi"),
    ("Arran 10 v", [], "10 v", "sv"),
    ("Arran 10 ar", ["age_years 10 <10 ar> number with unit"], "", "sv"),
    ("Arran 10 ar", [], "10 ar", "fi"),
    ("Arran 10 years", ["age_years 10 <10 years> number with unit"], "", "fi"),
]


@pytest.mark.parametrize(("name", "fields", "leftover", "language"), LANGUAGE)
def test_a_short_unit_counts_in_its_language(name: str, fields: list[str], leftover: str, language: str) -> None:
    parsed = parse_name(name, REFERENCE, language=language)
    assert told(parsed, without=MAKERS) == fields
    assert " ".join(parsed.leftover_words) == leftover
