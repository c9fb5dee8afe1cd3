"""Each field of two listings agrees, conflicts or is unknown; unknown is never agreement."""

import pytest

from whisky_assets.identity.compare import AGREE, CONFLICT, HARD_FIELDS, UNKNOWN, compare, conflicts
from whisky_assets_tests.identity.listings import facts

CASES = [
    ("age", "Oban 14 years", "Oban 14yo", AGREE),
    ("age", "Oban 14 years", "Oban 12 years", CONFLICT),
    ("age", "Oban 14 years", "Oban", UNKNOWN),
    ("vintage", "Oban distilled 1990", "Oban vintage 1991", CONFLICT),
    ("bottled", "Oban bottled 2015", "Oban bottled 2015", AGREE),
    ("year", "Oban 1990", "Oban 1991", CONFLICT),
    ("year", "Oban 1990", "Oban distilled 1990 bottled 2005", AGREE),
    ("year", "Oban 2000", "Oban distilled 1990 bottled 2005", CONFLICT),
    ("year", "Oban 2000", "Oban", UNKNOWN),
    ("cask_number", "Oban cask no. 12", "Oban cask #13", CONFLICT),
    ("batch", "Oban batch 3", "Oban batch III", AGREE),
    ("batch", "Oban batch 3", "Oban 4th batch", CONFLICT),
    ("release", "Oban C923", "Oban batch C923", AGREE),
    ("release", "Oban C923", "Oban B524", CONFLICT),
    ("release", "Oban C923", "Oban", UNKNOWN),
    ("bottler", "Signatory Vintage Oban", "Gordon & MacPhail Oban", CONFLICT),
    ("bottler", "Signatory Vintage Oban", "Oban", UNKNOWN),
    ("style", "Nikka Coffey Grain", "Nikka Coffey Malt", CONFLICT),
    ("style", "Jim Beam Rye", "Jim Beam Bourbon", CONFLICT),
    ("style", "Jack Daniel's Tennessee", "Jack Daniel's Bourbon", UNKNOWN),
    ("style", "Monkey Shoulder Blended Malt", "Monkey Shoulder Malt", UNKNOWN),
    ("style", "Kyrö Malt Rye", "Kyrö Rye", AGREE),
    ("region", "McClelland's Islay", "McClelland's Highland", CONFLICT),
    ("region", "Dalmore Speyside", "Dalmore Highland", UNKNOWN),
    ("cask", "Oban sherry cask", "Oban port cask", CONFLICT),
    ("cask", "Oban sherry cask", "Oban", UNKNOWN),
    ("cask", "Oban port & rum cask", "Oban port cask", UNKNOWN),
    ("strength", "Oban cask strength", "Oban CS", AGREE),
    ("strength", "Maker's Mark cask strength", "Maker's Mark bottled in bond", CONFLICT),
    ("peat", "Arran unpeated", "Arran heavily peated", CONFLICT),
    ("peat", "Arran peated", "Arran heavily peated", AGREE),
    ("peat", "Arran peated", "Arran", UNKNOWN),
    ("flavour", "Jim Beam Honey", "Jim Beam Apple", CONFLICT),
    ("flavour", "Jim Beam Honey", "Jim Beam", CONFLICT),
    ("mixed", "Oban tasting 12 years & 14 years", "Oban 12 years", CONFLICT),
]


@pytest.mark.parametrize(("field", "left", "right", "verdict"), CASES)
def test_a_field_of_two_names_has_its_verdict(field: str, left: str, right: str, verdict: str) -> None:
    one, other = facts(left), facts(right)
    for comparison in (compare(one, other), compare(other, one)):
        assert comparison.fields[field].verdict == verdict
        assert (field in comparison.conflicts) == (verdict == CONFLICT)
    assert conflicts(one, other) == compare(one, other).hard_conflict


@pytest.mark.parametrize(
    ("name", "left", "right", "verdict"),
    [
        ("Oban 14 years", 43.0, 43.5, AGREE),
        ("Oban 14 years", 40.17, 39.83, AGREE),
        ("Oban 14 years", 43.0, 43.6, CONFLICT),
        ("Oban 14 years", 40.0, 43.0, CONFLICT),
        ("Oban 14 years", 43.0, None, UNKNOWN),
        ("Oban 14 years cask strength", 57.1, 57.2, AGREE),
        ("Oban 14 years cask strength", 57.1, 57.4, CONFLICT),
        ("Oban 14 years", 56.8, 56.4, CONFLICT),
        ("Oban 14 years", 56.5, 56.8, CONFLICT),
        ("Oban 14 years", 56.8, 57.0, CONFLICT),
        ("Oban 14 years", 56.8, 56.9, AGREE),
        ("Oban 14 years", 56.5, 57.0, AGREE),
        ("Oban 14 years", 51.9, 52.3, AGREE),
        ("Oban 14 years", 50.0, 50.4, AGREE),
    ],
)
def test_alcohol_separates_by_its_limit(name: str, left: float | None, right: float | None, verdict: str) -> None:
    assert compare(facts(name, left), facts(name, right)).fields["abv"].verdict == verdict


def test_leftover_words_are_told_but_are_not_hard() -> None:
    comparison = compare(facts("Oban heron"), facts("Oban tide"))
    assert comparison.fields["leftover"].verdict == CONFLICT
    assert not comparison.hard_conflict
    assert "leftover" not in HARD_FIELDS


def test_words_written_together_or_apart_are_equal() -> None:
    assert compare(facts("Oban sea kelp"), facts("Oban seakelp")).fields["leftover"].verdict == AGREE


SHOWN = [
    ("brand", "Oban", "oban"),
    ("age", "Oban 14 years", 14),
    ("vintage", "Oban distilled 1990", 1990),
    ("bottled", "Oban bottled 2015", 2015),
    ("year", "Oban 1990", 1990),
    ("cask_number", "Oban cask no. 12", "12"),
    ("batch", "Oban batch 3", "batch 3"),
    ("release", "Oban C923", ["c923"]),
    ("bottler", "Signatory Vintage Oban", "signatory_vintage"),
    ("style", "Nikka Coffey Grain", ["grain"]),
    ("region", "McClelland's Islay", ["islay"]),
    ("cask", "Oban port & rum cask", ["port", "rum"]),
    ("strength", "Oban cask strength", "cask_strength"),
    ("peat", "Arran unpeated", "unpeated"),
    ("flavour", "Jim Beam Honey", ["honey"]),
    ("leftover", "Oban tide heron", "heron tide"),
]


@pytest.mark.parametrize(("field", "name", "shown"), SHOWN)
def test_what_each_side_tells_is_shown_beside_the_verdict(field: str, name: str, shown: object) -> None:
    untold = "" if field == "leftover" else None
    comparison = compare(facts(name), facts("xyzzy"))
    assert comparison.fields[field].left == shown
    other = compare(facts("xyzzy quux"), facts(name)).fields[field]
    assert other.right == shown
    if field != "leftover":
        assert other.left == comparison.fields[field].right == untold


def test_the_alcohol_of_each_side_is_shown() -> None:
    told = compare(facts("Oban", 43.0), facts("Oban")).fields["abv"]
    assert (told.left, told.right, told.verdict) == (43.0, None, UNKNOWN)


@pytest.mark.parametrize(
    ("field", "left", "right", "verdict"),
    [
        ("cask", "Oban", "Oban port cask", UNKNOWN),
        ("cask", "Oban port cask", "Oban port & rum cask", UNKNOWN),
        ("cask", "Oban port cask", "Oban port cask", AGREE),
        ("flavour", "Oban", "Oban", UNKNOWN),
        ("flavour", "Jim Beam Honey", "Jim Beam Honey", AGREE),
        ("peat", "Arran unpeated", "Arran unpeated", AGREE),
        ("style", "Oban", "Oban", UNKNOWN),
        ("style", "Jim Beam Corn", "Jim Beam Bourbon", UNKNOWN),
        ("region", "McClelland's Islay", "McClelland's Islay", AGREE),
        ("region", "McClelland's Islay", "McClelland's", UNKNOWN),
        ("strength", "Oban cask strength", "Oban", UNKNOWN),
        ("brand", "Oban", "Ardbeg", CONFLICT),
        ("brand", "Oban", "xyzzy", UNKNOWN),
        ("year", "Oban", "Oban 1990", UNKNOWN),
        ("year", "Oban distilled 1990", "Oban bottled 2005", UNKNOWN),
        ("age", "Oban", "Oban", UNKNOWN),
        ("mixed", "Oban 12 years", "Oban 12 years", AGREE),
    ],
)
def test_a_field_that_one_side_leaves_open_is_unknown_and_an_equal_one_agrees(
    field: str, left: str, right: str, verdict: str
) -> None:
    for one, other in ((left, right), (right, left)):
        assert compare(facts(one), facts(other)).fields[field].verdict == verdict
