"""A person reads in words why two listings are one whisky or are not."""

import json

import pytest

from whisky_assets.domain.record import Json
from whisky_assets.identity.compare import compare
from whisky_assets.identity.explain import evidence, evidence_rows, reason, why
from whisky_assets.identity.rules import EQUAL_TEXT, GTIN
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


def test_every_field_that_is_compared_has_words_of_its_own_for_a_person() -> None:
    fields = compare(facts("Oban 14 years", at="a:1"), facts("Oban 14 years", at="b:2")).fields
    told = Json(json.dumps({name: {"left": 1, "right": 2, "verdict": "conflict"} for name in fields}))
    labels = [label for label, *_ in evidence_rows(told)]
    assert len(set(labels)) == len(fields)
    assert all(label.strip() for label in labels)
    assert [label for label in labels if "_" in label] == []


def test_evidence_tells_each_field_that_a_side_tells_and_no_other() -> None:
    comparison = compare(facts("Oban 14 years port cask", 43.0, at="a:1"), facts("Oban 12 years", at="b:2"))
    assert json.loads(evidence(comparison)) == {
        "brand": {"left": "oban", "right": "oban", "verdict": "agree"},
        "age": {"left": 14, "right": 12, "verdict": "conflict"},
        "abv": {"left": 43.0, "right": None, "verdict": "unknown"},
        "cask": {"left": ["port"], "right": None, "verdict": "unknown"},
    }


@pytest.mark.parametrize(
    ("left", "right", "told"),
    [
        (("Oban 14 years", 43.0), ("오반 14년", 43.1), "brand; age=14; leftover equal; abv 43.0~43.1"),
        (("Oban 14 years", 43.0), ("Oban 14 years", None), "brand; age=14; leftover equal; abv untold by one"),
        (("Oban 14 years", None), ("Oban 14 years", 43.0), "brand; age=14; leftover equal; abv untold by one"),
        (("Heron Creek", None), ("Heron Creek", None), "first word of the name; leftover equal; abv untold"),
        (
            ("Oban px & rum cask", 43.0),
            ("Oban px & rum cask heron", 43.0),
            "brand; cask=px+rum; leftover ''~'heron'; abv 43.0~43.0",
        ),
        (
            ("Ardbeg Uigeadail", 54.2),
            ("Oban", 57.1),
            "brand; brand ardbeg against oban; abv 54.2 against 57.1; leftover 'uigeadail'~''; abv 54.2~57.1",
        ),
    ],
)
def test_the_reason_of_a_match_is_one_line_of_what_agrees_and_what_does_not(
    left: tuple[str, float | None], right: tuple[str, float | None], told: str
) -> None:
    one, other = facts(*left, at="a:1"), facts(*right, at="b:2")
    comparison = compare(one, other)
    assert reason(one, other, comparison, EQUAL_TEXT) == told
    assert reason(one, other, comparison, GTIN) == f"{told}; via gtin"


@pytest.mark.parametrize(
    ("left", "right", "line"),
    [
        ("Oban distilled 1990", "Oban distilled 1991", "distilled in: CONFLICT (A: 1990, B: 1991)"),
        ("Oban bottled 2015", "Oban", "bottled in: unknown (A: 2015, B: untold)"),
        ("Oban 1990", "Oban 1991", "year: CONFLICT (A: 1990, B: 1991)"),
        ("Oban cask no. 12", "Oban cask #13", "cask number: CONFLICT (A: 12, B: 13)"),
        ("Oban C923", "Oban B524", "code of the release: CONFLICT (A: c923, B: b524)"),
        ("Signatory Vintage Oban", "Oban", "bottler: unknown (A: signatory_vintage, B: untold)"),
        ("Jim Beam Rye", "Jim Beam Bourbon", "style: CONFLICT (A: rye, B: bourbon)"),
        ("McClelland's Islay", "McClelland's Highland", "region: CONFLICT (A: islay, B: highland)"),
        ("Oban cask strength", "Oban CS", "strength: agree (A: cask_strength, B: cask_strength)"),
        ("Arran unpeated", "Arran heavily peated", "peat: CONFLICT (A: unpeated, B: heavily_peated)"),
        ("Jim Beam Honey", "Jim Beam Apple", "flavour: CONFLICT (A: honey, B: apple)"),
        ("Oban tasting 12 years & 14 years", "Oban", "pack of several whiskies: CONFLICT (A: True, B: False)"),
    ],
)
def test_each_field_is_told_under_its_words_with_what_both_sides_say(left: str, right: str, line: str) -> None:
    assert f"  {line}" in why(facts(left, at="a:1"), facts(right, at="b:2"), None)
