"""Names that read equal join only where what one leaves unsaid cannot make another bottling."""

from __future__ import annotations

import dataclasses

import pytest

from whisky_assets.identity.joinable import (
    OWN_STYLE_SHARE,
    Shelf,
    is_rare,
    listed_apart,
    may_be_one,
    may_join_by_text,
    own_styles,
    same_release_told,
    says_a_whisky,
    shelf_of,
    size_pairs,
    sizes_of_one,
)
from whisky_assets.identity.model import Facts, facts_of
from whisky_assets_tests.identity.listings import facts, listing

NONE: frozenset[str] = frozenset()


def sold(
    name: str, volume_ml: int | None, abv_pct: float | None = None, *, at: str = "shop:1", release: str = "2026"
) -> Facts:
    return facts_of(dataclasses.replace(listing(name, abv_pct, at=at, volume_ml=volume_ml), release=release))


@pytest.mark.parametrize(
    ("left", "right", "says"),
    [
        ("Oban", "Oban", True),
        ("xyzzy quux", "xyzzy quux", True),
        ("Oban tasting 12 years & 14 years", "Oban", False),
        ("Oban", "Oban tasting 12 years & 14 years", False),
        ("%", "%", False),
    ],
)
def test_a_mixed_pack_or_a_name_without_brand_and_word_says_no_whisky(left: str, right: str, *, says: bool) -> None:
    assert says_a_whisky(facts(left), facts(right)) == says


def test_a_cut_name_says_no_whisky() -> None:
    whole, cut = facts("Oban 14 Year Old"), facts_of(listing("Oban 14 Year Old", cut_at=16))
    assert says_a_whisky(whole, whole)
    assert not says_a_whisky(whole, cut)
    assert not says_a_whisky(cut, whole)
    assert facts_of(listing("Oban 14 Year Old", cut_at=17)).subject.cut
    assert not facts_of(listing("Oban 14 Year Old", cut_at=18)).subject.cut


@pytest.mark.parametrize(
    ("left", "right", "joins"),
    [
        (("Oban", 43.0), ("Oban", 43.0), True),
        (("Oban", 43.0), ("Oban", None), False),
        (("Oban", None), ("Oban", 43.0), False),
        (("Oban 14 years", None), ("Oban 14 years", 43.0), True),
        (("Oban 14 years", None), ("Oban 14 years", None), True),
        (("Oban 14 years cask strength", None), ("Oban 14 years", None), False),
        (("Oban 14 years cask strength", 57.0), ("Oban 14 years", 57.0), True),
        (("%", 40.0), ("%", 40.0), False),
    ],
)
def test_a_bare_brand_joins_only_with_alcohol_and_a_strength_only_with_its_like(
    left: tuple[str, float | None], right: tuple[str, float | None], *, joins: bool
) -> None:
    assert may_join_by_text(facts(*left), facts(*right)) == joins


@pytest.mark.parametrize(
    ("left", "right", "own", "one"),
    [
        (("Oban Rye", 40.0), ("Oban", 40.0), NONE, False),
        (("Oban", 40.0), ("Oban Rye", 40.0), NONE, False),
        (("Oban Rye", 40.0), ("Oban", 40.0), frozenset({"rye"}), True),
        (("Oban Bourbon", 40.0), ("Oban", 40.0), NONE, True),
        (("Oban Rye", 40.0), ("Oban Rye", 40.0), NONE, True),
        (("Jim Beam Heron Rye", 40.0), ("Jim Beam Heron", 40.0), NONE, False),
        (("Jim Beam Heron Grain", 40.0), ("Jim Beam Heron", 40.0), NONE, True),
        (("Jim Beam Heron Grain", 40.0), ("Jim Beam Heron", 40.2), NONE, False),
        (("Jim Beam Heron Grain", None), ("Jim Beam Heron", None), NONE, False),
        (("Jim Beam Heron 12 years Rye", 40.0), ("Jim Beam Heron 12 years", 40.0), NONE, True),
        (("Oban", 40.0), ("Oban", None), NONE, False),
    ],
)
def test_a_style_that_one_leaves_unsaid_makes_another_bottling_unless_it_is_the_brands_own(
    left: tuple[str, float | None], right: tuple[str, float | None], own: frozenset[str], *, one: bool
) -> None:
    assert may_be_one(facts(*left), facts(*right), own) == one


def test_a_listing_stands_on_the_shelf_of_its_source_release_size_and_bottle() -> None:
    assert shelf_of(listing("Oban 14 years", at="a:1")) == {Shelf("a", "2026", 700, plastic=False)}
    assert shelf_of(listing("Oban 14 years plastic bottle", at="a:1")) == {Shelf("a", "2026", 700, plastic=True)}
    assert shelf_of(listing("Oban tasting 12 years & 14 years")) == set()


def test_two_listings_of_one_source_are_listed_apart_in_one_size_and_one_release() -> None:
    one = listing("Oban 14 years", at="a:1")
    assert listed_apart(one, listing("Oban 14 years", at="a:2"))
    assert not listed_apart(one, one)
    assert not listed_apart(one, listing("Oban 14 years", at="b:2"))
    assert not listed_apart(one, listing("Oban 14 years", at="a:2", volume_ml=200))
    assert not listed_apart(one, dataclasses.replace(listing("Oban 14 years", at="a:2"), release="2025"))
    assert not listed_apart(one, listing("Oban 14 years plastic bottle", at="a:2"))


@pytest.mark.parametrize(
    ("other", "are"),
    [
        (sold("Oban 14 years", 200, at="a:2"), True),
        (sold("Oban 14 years", 200, 43.0, at="a:2"), True),
        (sold("Oban 14 years", 700, at="a:2"), False),
        (sold("Oban 14 years", None, at="a:2"), False),
        (sold("Oban 14 years", 200, at="b:2"), False),
        (sold("Oban 14 years", 200, at="a:2", release="2025"), False),
        (sold("Oban 14 years cask strength", 200, at="a:2"), False),
        (sold("Oban 14 years rye", 200, at="a:2"), False),
        (sold("Oban tasting 12 years & 14 years", 200, at="a:2"), False),
    ],
)
def test_one_source_lists_one_whisky_in_two_sizes(other: Facts, *, are: bool) -> None:
    untold = sold("Oban 14 years", 700, at="a:1")
    assert sizes_of_one(untold, other) == sizes_of_one(other, untold) == are
    told = sold("Oban 14 years", 700, 43.0, at="a:1")
    assert sizes_of_one(told, other) == (are and other.abv_pct is None)
    assert size_pairs([untold, other]) == ([(untold, other)] if are else [])


def test_pairs_of_sizes_stand_in_order_of_key() -> None:
    rows = [sold("Oban 14 years", size, at=f"a:{number}") for number, size in enumerate((200, 500, 700), 1)]
    keys = [(left.key.source_id, right.key.source_id) for left, right in size_pairs(rows)]
    assert keys == [("1", "2"), ("1", "3"), ("2", "3")]


def test_a_style_is_the_brands_own_where_more_than_three_in_four_tell_it() -> None:
    rye, plain = facts("Oban Rye"), facts("Oban")
    assert OWN_STYLE_SHARE == 0.75
    assert own_styles([rye, rye, rye, plain]) == NONE
    assert own_styles([rye, rye, rye, rye, plain]) == {"rye"}


def test_alcohol_is_rare_unless_whole_or_half() -> None:
    assert [is_rare(abv) for abv in (40.0, 46.5, 46.3, 57.25, 40.01)] == [False, False, True, True, True]


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("Oban", "Oban", True),
        ("Oban batch 3", "Oban", False),
        ("Oban", "Oban 1990", False),
        ("Oban distilled 1990", "Oban bottled 2005", True),
        ("Oban cask no. 12", "Oban", False),
        ("Oban cask no. 12", "Oban cask no. 13", True),
        ("Oban C923", "Oban batch 3", True),
        ("Oban C923", "Oban", False),
    ],
)
def test_a_release_is_told_by_both_or_by_neither(left: str, right: str, *, same: bool) -> None:
    assert same_release_told(facts(left), facts(right)) == same_release_told(facts(right), facts(left)) == same


def test_pairs_of_two_lists_stand_in_order_of_their_first() -> None:
    places = {"1": (200, "2025"), "2": (200, "2026"), "3": (700, "2026"), "4": (700, "2025")}
    rows = [sold("Oban 14 years", size, at=f"a:{number}", release=day) for number, (size, day) in places.items()]
    keys = [(left.key.source_id, right.key.source_id) for left, right in size_pairs(rows)]
    assert keys == [("1", "4"), ("2", "3")]
