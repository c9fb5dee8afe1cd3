"""A reading tells each field in its own type, and comes back from its JSON as it was."""

from __future__ import annotations

import json

import pytest

from whisky_assets.parsing.names import parse_name
from whisky_assets.parsing.parsed import Field, ParsedName, Value
from whisky_assets.reference import load_reference

REFERENCE = load_reference()
TEXTS = ("brand", "distillery", "bottler", "cask_number", "batch", "strength", "peat", "pack")
NUMBERS = ("age_years", "vintage_year", "bottled_year", "year", "bare_number", "volume_ml", "pack_count")
SETS = ("cask", "style", "region", "flavour")


def name_with(**values: Value) -> ParsedName:
    return ParsedName("heron", {name: Field(value, (0, 5), "a rule") for name, value in values.items()}, frozenset())


@pytest.mark.parametrize("field", TEXTS)
def test_a_text_field_is_told_as_text_or_not_at_all(field: str) -> None:
    assert getattr(name_with(**{field: "heron"}), field) == "heron"
    assert getattr(name_with(**{field: 12}), field) is None
    assert getattr(name_with(), field) is None


@pytest.mark.parametrize("field", NUMBERS)
def test_a_number_field_is_told_as_a_whole_number_or_not_at_all(field: str) -> None:
    assert getattr(name_with(**{field: 12}), field) == 12
    assert getattr(name_with(**{field: "12"}), field) is None
    assert getattr(name_with(), field) is None


@pytest.mark.parametrize("field", SETS)
def test_a_field_of_several_words_is_empty_where_untold(field: str) -> None:
    assert getattr(name_with(**{field: ("px", "sherry")}), field) == ("px", "sherry")
    assert getattr(name_with(**{field: "sherry"}), field) == ()
    assert getattr(name_with(), field) == ()


def test_alcohol_is_a_number_with_decimals() -> None:
    assert name_with(abv_pct=46).abv_pct == 46.0
    assert name_with(abv_pct=46.3).abv_pct == 46.3
    assert name_with(abv_pct="46").abv_pct is None
    assert name_with().value("abv_pct") is None


def test_the_expression_is_the_words_that_are_left_in_their_order() -> None:
    assert ParsedName("", {}, frozenset({"moon", "heron"}), ("moon", "heron")).expression == "moon heron"
    assert ParsedName("", {}, frozenset()).expression is None


def test_a_reading_comes_back_from_its_json_as_it_was() -> None:
    parsed = parse_name("Signatory Ardbeg 10 Years Old Sherry Casks 46% vol Moons of Jupiter", REFERENCE)
    told = parsed.to_json()
    assert ParsedName.from_json(str(told)) == parsed
    assert hash(ParsedName.from_json(str(told))) == hash(parsed)
    plain = json.loads(str(told))
    assert plain["leftover"] == ["moons", "jupiter"]
    assert plain["wording"] == ["casks", "of"]
    assert plain["fields"]["age_years"] == {"value": 10, "span": [17, 29], "rule": "number with unit"}
    assert plain["fields"]["cask"]["value"] == ["sherry"]
    assert ParsedName.from_json(str(told)).leftover == {"moon", "jupiter"}


def test_readings_of_other_words_have_other_hashes() -> None:
    assert hash(ParsedName("one", {}, frozenset())) != hash(ParsedName("two", {}, frozenset()))
    assert hash(ParsedName("one", {}, frozenset({"moon"}))) != hash(ParsedName("one", {}, frozenset()))
