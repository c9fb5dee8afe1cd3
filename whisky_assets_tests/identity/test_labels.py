"""A bottling's name says nothing of the size, strength or pack of one offer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.identity.labels import label_of
from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import load_reference

REFERENCE = load_reference()


def label(name: str) -> str:
    """Return the label of a name as it is read."""
    return label_of(parse_name(name, REFERENCE), REFERENCE)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Caol Ila 12 Year Old 70cl", "Caol Ila 12 Year Old"),
        ("Four Roses Small Batch 70cl", "Four Roses Small Batch"),
        ("Glenfarclas 105 Cask Strength 60%", "Glenfarclas 105 Cask Strength"),
        ("Lagavulin 16 Year Old (700 ml)", "Lagavulin 16 Year Old"),
        ("글렌드로낙 15년 리바이벌 700ml", "글렌드로낙 15년 리바이벌"),
        ("Oban 14, 43% - 0,7 l", "Oban 14"),
        ("Ardbeg An Oa", "Ardbeg An Oa"),
        ("70cl", "70cl"),
        ("The Dalmore Cigar Malt Highland Scotch Single Malt", "The Dalmore Cigar Malt"),
        ("Compass Box Great King Street Artist's Blend Scotch Whisky", "Compass Box Great King Street Artist's Blend"),
        ("Wild Turkey Rye Kentucky Straight Rye Whiskey", "Wild Turkey Rye"),
    ],
)
def test_size_and_strength_are_left_out_and_the_rest_stays(name: str, wanted: str) -> None:
    assert label(name) == wanted


def test_a_strength_is_left_out_also_where_a_column_told_it() -> None:
    parsed = parse_name("Glenfarclas 105 Cask Strength 60%", REFERENCE, abv_pct=60.0)
    assert label_of(parsed, REFERENCE) == "Glenfarclas 105 Cask Strength"


@given(st.text(max_size=60))
def test_a_label_is_never_longer_than_its_name_and_never_empty_for_a_name(text: str) -> None:
    made = label(text)
    assert len(made) <= len(text)
    assert bool(made.strip()) == bool(text.strip())
