"""A person reads in words why two listings are one whisky or are not."""

import pytest

from whisky_assets.domain.record import Json
from whisky_assets.identity.explain import evidence_rows, why
from whisky_assets.identity.rules import EQUAL_TEXT
from whisky_assets_tests.identity.listings import facts


def test_each_told_field_is_a_line_and_the_rule_is_the_last() -> None:
    lines = why(facts("Oban 14 years", 43.0, at="a:1"), facts("오반 14년", at="b:2"), EQUAL_TEXT.name)
    assert lines == [
        "A  a:1  Oban 14 years",
        "B  b:2  오반 14년",
        "  brand: agree (A: oban, B: oban)",
        "  age: agree (A: 14, B: 14)",
        "  alcohol (% vol): unknown (A: 43.0, B: untold)",
        f"One whisky: {EQUAL_TEXT.words}. Labelled pairs that this rule joined rightly: {EQUAL_TEXT.measured}.",
    ]


@pytest.mark.parametrize(
    ("left", "right", "verdict"),
    [
        (("Oban 14 years", 43.0), ("Ardbeg 14 years", 43.0), "Two whiskies: brand cannot both be true of one."),
        (
            ("Oban 14 years", 43.0),
            ("Oban 12 years", 46.0),
            "Two whiskies: age, alcohol (% vol) cannot both be true of one.",
        ),
        (
            ("Oban 14 years", 43.0),
            ("Oban 14 years heron", 43.0),
            "Two whiskies: one name holds words that the other lacks, and a new expression begins like that.",
        ),
        (
            ("Oban 14 years", 43.0),
            ("Oban", 43.0),
            "Kept apart: what one tells and the other does not is too much to join them by their names alone.",
        ),
    ],
)
def test_what_keeps_two_apart_is_said(left: tuple[str, float], right: tuple[str, float], verdict: str) -> None:
    assert why(facts(*left, at="a:1"), facts(*right, at="b:2"), None)[-1] == verdict


def test_woods_are_shown_as_a_person_would_write_them() -> None:
    lines = why(facts("Oban px & rum cask", at="a:1"), facts("Oban port cask", at="b:2"), None)
    assert "  wood: CONFLICT (A: px+rum, B: port)" in lines


def test_stored_evidence_is_told_in_words_and_in_the_order_of_the_fields() -> None:
    told = Json(
        '{"leftover":{"left":"","right":"46","verdict":"conflict"},"age":{"left":12,"right":null,"verdict":"unknown"},'
        '"cask":{"left":["px","sherry"],"right":["px","sherry"],"verdict":"agree"},'
        '"later":{"left":1,"right":1,"verdict":"agree"}}'
    )
    assert evidence_rows(told) == [
        ("age", "12", "untold", "unknown"),
        ("wood", "px+sherry", "px+sherry", "agree"),
        ("other words of the name", "untold", "46", "CONFLICT"),
        ("later", "1", "1", "agree"),
    ]
