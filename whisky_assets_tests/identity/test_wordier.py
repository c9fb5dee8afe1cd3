"""An expression or an age that one list tells and another leaves out, at one alcohol."""

import pytest

from whisky_assets.identity.model import Subject
from whisky_assets_tests.identity.listings import listing
from whisky_assets_tests.identity.test_cluster import groups, matched, together


def rule_of(*subjects: Subject) -> str:
    [cluster] = matched(subjects).clusters
    return cluster.links[-1].rule


def pair_of(one: tuple[str, float | None], other: tuple[str, float | None]) -> list[Subject]:
    return [listing(*one, at="a:1"), listing(*other, at="b:1")]


def asked_about(*subjects: Subject) -> set[tuple[str, str]]:
    return {(str(review.left), str(review.right)) for review in matched(subjects).reviews}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Oban 14 years", 43.0), ("Oban 14 years heron", 43.0)),
        (("Oban 14 years", 43.0), ("Oban 14 years heron tide", 43.0)),
        (("Oban heron", 48.2), ("Oban heron tide", 48.2)),
        (("Oban heron wing", 46.0), ("Oban heron wing tide", 46.0)),
        (("Glen Garioch heron", 48.0), ("Glen Garioch 1797 heron", 48.0)),
    ],
)
def test_a_word_or_two_more_on_one_side_is_one_whisky(
    one: tuple[str, float | None], other: tuple[str, float | None]
) -> None:
    assert rule_of(*pair_of(one, other)) == "wordier"
    assert together(*pair_of(one, other), text_only=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Oban 14 years", 43.0), ("Oban 14 years heron", 43.2)),
        (("Oban 14 years", 43.0), ("Oban 14 years heron", None)),
        (("Oban 14 years", 43.0), ("Oban 14 years heron tide wing", 43.0)),
        (("Oban 14 years", 43.0), ("Oban 14 years heron edition", 43.0)),
        (("Oban 14 years", 43.0), ("Oban 14 years XXVIII", 43.0)),
        (("Oban 14 years", 43.0), ("Oban 14 years sherry cask", 43.0)),
        (("Oban", 48.2), ("Oban heron", 48.2)),
        (("Oban heron", 46.0), ("Oban heron tide", 46.0)),
        (("Heron Creek", 48.2), ("Heron Creek smoked", 48.2)),
    ],
)
def test_what_can_be_another_expression_is_not_joined_for_its_words(
    one: tuple[str, float | None], other: tuple[str, float | None]
) -> None:
    assert not together(*pair_of(one, other))


def test_two_expressions_of_an_age_and_alcohol_leave_the_plain_name_alone() -> None:
    trio = [
        listing("Oban 14 years", 43.0, at="a:1"),
        listing("Oban 14 years heron", 43.0, at="b:1"),
        listing("Oban 14 years tide", 43.0, at="c:1"),
    ]
    assert groups(matched(trio)) == {("a:1",), ("b:1",), ("c:1",)}
    told_longer = listing("Oban 14 years heron tide", 43.0, at="c:1")
    assert together(*trio[:2], told_longer)


@pytest.mark.parametrize("volume_ml", [750, 500, 50, None])
def test_a_size_bears_no_witness(volume_ml: int | None) -> None:
    one = listing("Oban 14 years", 43.0, at="a:1", volume_ml=700)
    other = listing("Oban 14 years heron", 43.0, at="b:1", volume_ml=volume_ml)
    assert together(one, other)


def test_a_source_that_lists_both_knows_two() -> None:
    both = [
        listing("Oban 14 years", 43.0, at="a:1"),
        listing("Oban 14 years heron", 43.0, at="b:1"),
        listing("Oban 14 years heron", 43.0, at="a:2", volume_ml=200),
    ]
    assert groups(matched(both)) == {("a:1",), ("a:2", "b:1")}
    assert asked_about(*both) == {("a:1", "a:2")}


def test_a_named_expression_of_one_age_is_told_without_it_too() -> None:
    pair = pair_of(("Oban heron", 46.0), ("Oban heron 15 years", 46.0))
    assert rule_of(*pair) == "one_age"
    older = listing("Oban heron 18 years", 51.0, at="c:1")
    assert ("a:1",) in groups(matched([*pair, older]))
    assert not together(*pair_of(("Oban", 46.0), ("Oban 15 years", 46.0)))
    assert together(pair[0], listing("Oban heron 15 years", 46.0, at="b:1", volume_ml=200))


@pytest.mark.parametrize("volume_ml", [200, 750])
def test_a_source_that_tells_an_age_on_one_number_alone_knows_two(volume_ml: int) -> None:
    plain = listing("Oban heron", 46.0, at="a:1")
    aged = listing("Oban heron 15 years", 46.0, at="a:2", volume_ml=volume_ml)
    other = listing("Oban heron 15 years", 46.0, at="b:1")
    assert groups(matched([plain, aged, other])) == {("a:1",), ("a:2", "b:1")}


def test_one_flavour_more_is_a_more_specific_telling_for_a_barcode() -> None:
    code = "04006381333931"
    spiced = listing("Spicebox Apple Spiced", 35.0, at="a:1", gtin14=code)
    assert together(spiced, listing("Spicebox Apple", 35.0, at="b:1", gtin14=code))
    assert not together(spiced, listing("Spicebox", 35.0, at="b:1", gtin14=code))
