"""Which listing names a key, which whiskies are a family, and what a person is asked about a listing's alcohol."""

from __future__ import annotations

import dataclasses
import random

import pytest

from whisky_assets.identity.decisions import Decisions, decisions_of
from whisky_assets.identity.registry import Registry
from whisky_assets.identity.registry_model import DriftReview, Group, Member
from whisky_assets_tests.identity.registry_world import apply, group, groups, grown, member, pk_of
from whisky_assets_tests.identity.test_decisions import decide

ONE, TWO, THREE = "glen_test_pk", "glen_test_2_pk", "glen_test_3_pk"


def called(source_id: str, *words: str, family: str) -> Member:
    return member(source_id, words=words, family=family, name=" ".join(words))


@pytest.mark.parametrize(
    ("listings", "pk"),
    [
        (
            [
                called("a", "glen", family="glen"),
                called("b", "glen", "rare", family="glen rare"),
                called("c", "glen", "rare", family="glen rare"),
            ],
            "glen_rare_pk",
        ),
        ([called("a", "glen", "rare", family="glen rare"), called("b", "glen", family="glen")], "glen_pk"),
        ([called("a", "glen", "tor", family="glen tor"), called("b", "glen", "rua", family="glen rua")], "glen_rua_pk"),
        ([called("a", "glen", "b", family="glen"), called("b", "glen", "a", family="glen")], "glen_a_pk"),
    ],
    ids=["the most common expression", "of equally common the shortest", "then by letter", "then by words"],
)
def test_the_listing_that_says_what_most_say_and_least_beside_it_names_the_key(listings: list[Member], pk: str) -> None:
    for seed in range(4):
        shuffled = random.Random(seed).sample(listings, len(listings))  # noqa: S311 - an order to try, no secret
        registry, delta = apply(Registry(), [group(*shuffled)])
        assert registry.keys() == (pk,)
        named = next(event.name for event in delta.events if event.event == "mint" and event.level == "whisky")
        assert named == pk.removesuffix("_pk").replace("_", " ")


def test_a_whisky_is_of_the_family_that_its_naming_listing_is_of() -> None:
    both = group(called("a", "glen", "rare", family="rare"), called("b", "glen", "rare", family="rare"), member("c"))
    _, delta = apply(Registry(), [both, group(called("d", "glen", "rare", family="rare")), *groups("e")])
    family = {letter: delta.assigned["shop", letter][1] for letter in "abcde"}
    assert family["a"] == family["c"] == family["d"] != family["e"]


def test_whiskies_of_two_blocks_are_two_families_though_called_the_same() -> None:
    _, delta = apply(Registry(), [*groups("a"), *groups("b", block="north")])
    assert delta.assigned["shop", "a"][1] != delta.assigned["shop", "b"][1]


def test_a_family_is_named_by_its_first_whisky_in_order_of_key() -> None:
    young = dataclasses.replace(called("b", "glen", "a", family="glen"), family_words=("glen", "young"))
    old = dataclasses.replace(called("a", "glen", "b", family="glen"), family_words=("glen", "old"))
    registry, _ = apply(Registry(), [group(old), group(young)])
    assert registry.keys() == ("glen_b_pk", "glen_a_pk")
    assert registry.keys("family") == ("glen_young_fk",)


def test_a_whisky_that_was_merged_away_is_of_the_family_of_the_one_that_answers_for_it() -> None:
    registry, _ = apply(Registry(), [group(member("a", family="x")), group(member("b", family="y"))])
    family = registry.family_of(ONE)
    assert registry.family_of(TWO) != family
    registry, _ = apply(registry, [group(member("a", family="x"), member("b", family="x"))])
    assert registry.family_of(TWO) == registry.family_of(ONE) == family


def test_a_question_about_alcohol_tells_both_texts_and_where_the_listing_stands() -> None:
    registry, _ = apply(Registry(), [group(member("a", name="Old Glen", abv_pct=57.0), block="north")])
    _, delta = apply(registry, [group(member("a", name="New Glen", abv_pct=45.8), block="south")])
    [asked] = delta.reviews
    assert asked == DriftReview(
        id_space="shop",
        source_id="a",
        pk=ONE,
        block="south",
        former_name="Old Glen",
        name="New Glen",
        former={"abv_pct": 57.0},
        now={"abv_pct": 45.8},
        reason="abv 57.0 -> 45.8; nothing else changed",
    )


def test_questions_stand_in_order_of_listings() -> None:
    first = [group(member(letter, abv_pct=57.0)) for letter in "abc"]
    registry, _ = apply(Registry(), first)
    _, delta = apply(registry, [group(member(letter, abv_pct=45.0)) for letter in "cab"])
    assert [one.source_id for one in delta.reviews] == ["a", "b", "c"]


def test_a_group_without_listings_is_no_whisky() -> None:
    registry, delta = apply(Registry(), [Group(block="glen", members=()), *groups("a")])
    assert registry.keys() == (ONE,)
    assert set(delta.assigned) == {("shop", "a")}


def test_a_listing_that_drifts_away_is_remembered_by_its_new_text_alone() -> None:
    registry, _ = apply(Registry(), [group(member("a", name="Glen 10", age_years=10, batch="batch 1"))])
    registry, _ = apply(registry, [group(member("a", name="Glen 12", age_years=12))])
    registry, _ = apply(registry, [group(member("a", name="Glen 12 Batch 2", age_years=12, batch="batch 2"))])
    assert pk_of(registry, "shop", "a") == TWO


def test_a_listing_that_comes_to_another_block_with_one_of_another_key_draws_no_key_along() -> None:
    registry = grown(("ab", "cd"))
    registry, _ = apply(registry, [*groups("a"), *groups("bcd", block="north")])
    assert (pk_of(registry, "shop", "a"), pk_of(registry, "shop", "b")) == (ONE, TWO)
    assert registry.redirects() == {}


def test_a_split_in_one_block_stands_though_another_block_holds_part_of_the_key() -> None:
    registry = grown(("abcd",))
    registry, _ = apply(registry, [*groups("ab", "c"), *groups("d", block="north")])
    assert {pk_of(registry, "shop", letter) for letter in "abd"} == {ONE}
    assert pk_of(registry, "shop", "c") == TWO


def test_what_a_decision_parts_is_not_reunited_over_blocks() -> None:
    registry = grown(("ab",))
    apart = decisions_of([decide("different", "shop:a", "shop:b")])
    given = [*groups("a"), *groups("b", block="north")]
    parted, _ = apply(registry, given, decisions=apart)
    assert pk_of(parted, "shop", "a") != pk_of(parted, "shop", "b")
    joined, _ = apply(registry, given, decisions=Decisions())
    assert pk_of(joined, "shop", "a") == pk_of(joined, "shop", "b")


def test_two_groups_of_one_block_are_not_joined_by_a_listing_of_another_block() -> None:
    registry = grown(("a", "b", "f"), ("ab", "f"))
    in_two = [*groups("b"), *groups("af", block="south")]
    registry, _ = apply(registry, in_two)
    assert len({pk_of(registry, "shop", letter) for letter in "abf"}) == 1
    parted = [*groups("b"), *groups("a", "f", block="south")]
    registry, _ = apply(registry, parted)
    assert pk_of(registry, "shop", "a") != pk_of(registry, "shop", "f")
    assert apply(registry, parted)[1].events == ()
