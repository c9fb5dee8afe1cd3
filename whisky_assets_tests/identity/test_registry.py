"""Each rule of the registry on a case of its own."""

from __future__ import annotations

import dataclasses
import itertools
import random

import pytest

from whisky_assets.domain.errors import CorruptDataError
from whisky_assets.identity.decisions import Decisions
from whisky_assets.identity.drift import HardValue
from whisky_assets.identity.registry import Registry, closed_blocks
from whisky_assets_tests.identity.registry_world import (
    NOW,
    apply,
    group,
    groups,
    grown,
    is_dormant,
    member,
    pk_of,
    told,
)

ONE, TWO, THREE = "glen_test_pk", "glen_test_2_pk", "glen_test_3_pk"


def key(registry: Registry, letter: str) -> str | None:
    return pk_of(registry, "shop", letter)


def test_a_new_group_gets_a_readable_key_and_a_family() -> None:
    registry, delta = apply(Registry(), groups("ab"))
    assert delta.assigned == {("shop", "a"): (ONE, "glen_test_fk"), ("shop", "b"): (ONE, "glen_test_fk")}
    assert told(delta.events) == [
        "mint glen_test_pk glen_test_fk R2",
        "member a glen_test_pk R2",
        "member b glen_test_pk R2",
    ]
    assert registry.family_of(ONE) == "glen_test_fk"
    assert registry.keys() == (ONE,)
    assert registry.keys("family") == ("glen_test_fk",)


def test_applying_the_same_groups_again_adds_no_event() -> None:
    registry, _ = apply(Registry(), groups("ab", "c"))
    _, again = apply(registry, groups("ab", "c"))
    assert again.events == ()
    assert again.assigned[("shop", "c")][0] == TWO


def test_any_order_of_groups_and_rows_gives_the_same_events() -> None:
    registry = grown(("ab", "cd", "ef"))
    step = ["ax", "bcy", "dfe", "zq"]
    _, expected = apply(registry, groups(*step))
    for seed in range(20):
        chance = random.Random(seed)  # noqa: S311 - an order to try, no secret
        shuffled = ["".join(chance.sample(word, len(word))) for word in chance.sample(step, len(step))]
        assert apply(registry, groups(*shuffled))[1] == expected


def test_a_slug_that_any_key_ever_had_gets_a_number() -> None:
    registry = grown(("a", "b"), ("ab",), ("ab", "c"))
    assert registry.redirects() == {TWO: ONE}
    assert key(registry, "c") == THREE


def test_a_merge_keeps_the_oldest_key_and_sends_all_that_led_to_the_loser_on_in_one_hop() -> None:
    registry = grown(("a", "b", "c"), ("a", "bc"))
    assert registry.redirects() == {THREE: TWO}
    registry, delta = apply(registry, groups("abc"))
    assert registry.redirects() == {TWO: ONE, THREE: ONE}
    assert told(delta.events) == [f"redirect {TWO} {ONE} R4", f"redirect {THREE} {ONE} one_hop"]
    assert {key(registry, letter) for letter in "abc"} == {ONE}


def test_the_oldest_survives_although_the_younger_has_more_listings() -> None:
    registry = grown(("a", "bcdef"), ("abcdef",))
    assert registry.resolve(TWO) == ONE


def test_in_a_split_the_larger_part_keeps_the_key() -> None:
    registry = grown(("abc",), ("a", "bc"))
    assert (key(registry, "a"), key(registry, "b"), key(registry, "c")) == (TWO, ONE, ONE)


def test_in_a_split_with_a_tie_the_oldest_members_part_keeps_the_key() -> None:
    registry = grown(("b",), ("ba",), ("b", "a"))
    assert (key(registry, "b"), key(registry, "a")) == (ONE, TWO)


def test_new_listings_do_not_count_in_a_split() -> None:
    registry = grown(("abc",), ("axyz", "bc"))
    assert (key(registry, "x"), key(registry, "b")) == (TWO, ONE)


def test_a_part_that_is_split_off_and_merged_elsewhere_takes_no_key_along() -> None:
    registry = grown(("abc", "d"), ("ab", "cd"))
    assert registry.redirects() == {}
    assert (key(registry, "c"), key(registry, "d"), key(registry, "a")) == (TWO, TWO, ONE)


def test_a_key_without_listings_sleeps_resolves_and_wakes_for_the_same_listing() -> None:
    registry, gone = apply(grown(("a", "b")), groups("a"))
    assert told(gone.events) == [f"sleep {TWO} {TWO} R6"]
    assert registry.resolve(TWO) == TWO
    assert is_dormant(registry, TWO)
    registry, again = apply(registry, groups("a", "b"))
    assert told(again.events) == [f"wake {TWO} {TWO} R6"]
    assert not is_dormant(registry, TWO)


def test_a_sleeping_key_is_never_given_to_another_listing() -> None:
    registry = grown(("a",), (), ("b",))
    assert key(registry, "b") == TWO


def test_a_listing_whose_page_is_gone_keeps_its_key_which_sleeps() -> None:
    registry, delta = apply(grown(("a",)), groups("a"), live=set())
    assert told(delta.events) == [f"sleep {ONE} {ONE} R6"]
    assert delta.assigned[("shop", "a")][0] == ONE
    _, again = apply(registry, groups("a"), live=set())
    assert again.events == ()


def test_a_family_sleeps_with_its_last_whisky() -> None:
    registry, delta = apply(grown(("a",)), [])
    assert told(delta.events, "family") == ["sleep glen_test_fk glen_test_fk R6"]
    assert is_dormant(registry, "glen_test_fk")


def test_whiskies_called_the_same_are_one_family_and_others_are_not() -> None:
    other = member("c", family="glen test 12", words=("glen", "test", "12"))
    registry, delta = apply(Registry(), [*groups("a", "b"), group(other)])
    families = {letter: delta.assigned[("shop", letter)][1] for letter in "abc"}
    assert families["a"] == families["b"] != families["c"]
    assert set(registry.keys("family")) == {"glen_test_fk", "glen_test_2_fk"}
    assert registry.family_of("glen_test_12_pk") == families["c"]


def test_families_that_come_to_be_called_the_same_are_merged_by_the_same_rule() -> None:
    apart = [group(member("a", family="x")), group(member("b", family="y"))]
    registry, _ = apply(Registry(), apart)
    registry, _ = apply(registry, groups("a", "b"))
    assert registry.redirects("family") == {"glen_test_2_fk": "glen_test_fk"}
    assert registry.family_of(TWO) == "glen_test_fk"
    assert registry.resolve("glen_test_2_fk") == "glen_test_fk"


def test_the_same_whisky_called_otherwise_keeps_its_family() -> None:
    registry, _ = apply(grown(("ab",)), [group(member("a", family="renamed"), member("b", family="renamed"))])
    assert registry.keys("family") == ("glen_test_fk",)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"age_years": 10}, {"age_years": 12}),
        ({"vintage_year": 2010}, {"vintage_year": 2011}),
        ({"year": 2019}, {"year": 2020}),
        ({"year": 2019}, {"bottled_year": 2020}),
        ({"batch": "batch 2"}, {"batch": "batch 3"}),
        ({"cask_number": "12"}, {"cask_number": "13"}),
        ({"bottler": "one"}, {"bottler": "two"}),
        ({"style": ("malt",)}, {"style": ("grain",)}),
        ({"cask": ("port",)}, {"cask": ("sherry",)}),
        ({"abv_pct": 58.1, "strength": "cask_strength"}, {"abv_pct": 57.0, "strength": "cask_strength"}),
        ({"abv_pct": 58.1, "batch": "batch 2"}, {"abv_pct": 57.0, "batch": "batch 2"}),
        ({"brand": "ardbeg"}, {"brand": "lagavulin"}),
    ],
)
def test_a_listing_whose_own_hard_field_changed_leaves_its_key(
    before: dict[str, HardValue], after: dict[str, HardValue]
) -> None:
    registry, _ = apply(Registry(), [group(member("a", before, name="Old Glen"), "b")])
    registry, delta = apply(registry, [group(member("a", after, name="New Glen")), group("b")])
    assert (key(registry, "a"), key(registry, "b")) == (TWO, ONE)
    assert f"detach a {ONE} R7" in told(delta.events)
    assert f"member a {TWO} R7" in told(delta.events)


def test_the_only_listing_of_a_key_that_now_says_another_whisky_leaves_it_asleep() -> None:
    registry, _ = apply(Registry(), [group(member("a", name="Glen 10", age_years=10))])
    registry, _ = apply(registry, [group(member("a", name="Glen 12", age_years=12))])
    assert key(registry, "a") == TWO
    assert is_dormant(registry, ONE)


def test_a_product_number_given_to_another_product_leaves_its_key_where_no_brand_is_listed() -> None:
    registry, _ = apply(Registry(), [group(member("a", name="Copper Fox Rye"))])
    registry, _ = apply(registry, [group(member("a", name="Winding Road Classic"))])
    assert key(registry, "a") == TWO


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"age_years": 10}, {}),
        ({}, {"age_years": 10}),
        ({"cask": ("sherry",)}, {"cask": ("px", "sherry")}),
        ({"abv_pct": 46.0}, {"abv_pct": 46.3}),
        ({"year": 2019}, {"vintage_year": 2008, "bottled_year": 2019}),
    ],
)
def test_a_reworded_listing_keeps_its_key(before: dict[str, HardValue], after: dict[str, HardValue]) -> None:
    registry, _ = apply(Registry(), [group(member("a", before, name="Old Glen"), "b")])
    registry, _ = apply(registry, [group(member("a", after, name="New Glen"), "b")])
    assert key(registry, "a") == ONE


def test_the_same_name_read_otherwise_by_a_newer_parser_keeps_its_key() -> None:
    registry, _ = apply(Registry(), [group(member("a", name="Glen 100 Proof", age_years=100))])
    registry, _ = apply(registry, [group(member("a", name="Glen 100 Proof", age_years=10))])
    assert registry.keys() == (ONE,)
    registry, _ = apply(registry, [group(member("a", name="Glen 10 yo", age_years=10))])
    assert registry.keys() == (ONE,)


def test_a_brand_that_the_other_text_names_too_did_not_change() -> None:
    registry, _ = apply(Registry(), [group(member("a", name="Suntory Yamazaki", brand="suntory"))])
    registry, _ = apply(registry, [group(member("a", name="Yamazaki Whisky by Suntory", brand="yamazaki"))])
    assert registry.keys() == (ONE,)


def test_alcohol_alone_keeps_the_key_and_asks_as_long_as_it_differs() -> None:
    registry, delta = apply(Registry(), [group(member("a", abv_pct=57.0))])
    for _ in range(2):
        registry, delta = apply(registry, [group(member("a", abv_pct=45.8))])
        assert registry.keys() == (ONE,)
        assert [(review.pk, review.reason) for review in delta.reviews] == [
            (ONE, "abv 57.0 -> 45.8; nothing else changed")
        ]
    assert delta.events == ()


def test_a_poorer_text_in_between_hides_no_drift() -> None:
    registry, _ = apply(Registry(), [group(member("a", name="Glen 10", age_years=10))])
    registry, _ = apply(registry, [group(member("a", name="Glen"))])
    registry, _ = apply(registry, [group(member("a", name="Glen 15", age_years=15))])
    assert key(registry, "a") == TWO


def test_a_poorer_text_that_stays_adds_no_event_each_time() -> None:
    registry, _ = apply(Registry(), [group(member("a", name="Glen 10", age_years=10, abv_pct=46.0))])
    registry, _ = apply(registry, [group(member("a", name="Glen"))])
    _, again = apply(registry, [group(member("a", name="Glen"))])
    assert again.events == ()


def test_small_steps_of_alcohol_do_not_add_up() -> None:
    registry, delta = apply(Registry(), [group(member("a", abv_pct=46.0))])
    for abv in (46.4, 46.8):
        registry, delta = apply(registry, [group(member("a", abv_pct=abv))])
    assert [review.reason for review in delta.reviews] == ["abv 46.0 -> 46.8; nothing else changed"]


def test_a_listing_that_another_block_now_holds_stays_with_its_key_if_nothing_conflicts() -> None:
    registry = grown(("abc",))
    registry, _ = apply(registry, [*groups("ab"), group(member("c", age_years=12), "n", block="other")])
    assert {key(registry, letter) for letter in "abcn"} == {ONE}


def test_it_does_not_where_a_hard_field_conflicts() -> None:
    registry = grown(("abc",))
    left, right = member("a", age_years=10), member("c", age_years=12)
    registry, _ = apply(registry, [group(left, "b"), group(right, block="other")])
    assert (key(registry, "a"), key(registry, "c")) == (ONE, TWO)


def test_the_past_of_a_listing_is_a_must_link_but_where_its_text_changed() -> None:
    first = [group(member("a", abv_pct=46.0), member("b", name="Glen 10", age_years=10), member("c", abv_pct=40.0))]
    registry, _ = apply(Registry(), first)
    now = [member("a", abv_pct=50.0), member("b", name="Glen 12", age_years=12), member("c", abv_pct=40.1), member("d")]
    standing = registry.standing(now, Decisions())
    assert standing.former == {("shop", "a"): ONE, ("shop", "c"): ONE}
    assert standing.matched_abv_pct == {("shop", "a"): 46.0}
    assert standing.drifts[("shop", "b")].detach


@pytest.mark.parametrize(
    ("name", "fields", "reread"),
    [
        ("Glen 10", {"age_years": 10}, False),
        ("Glen 10", {"age_years": 10, "brand": "glen"}, True),
        ("Glen 10", {"age_years": 10, "abv_pct": 46.0}, False),
        ("Glen 10", {"age_years": 10, "brand": "glen", "abv_pct": 46.0}, False),
        ("Glen 10 whisky", {"age_years": 10, "brand": "glen"}, False),
    ],
)
def test_a_listing_is_read_anew_where_its_words_are_the_same_and_its_fields_are_not(
    name: str, fields: dict[str, HardValue], reread: bool
) -> None:
    registry, _ = apply(Registry(), [group(member("a", name="Glen 10", age_years=10))])
    standing = registry.standing([member("a", fields, name=name)], Decisions())
    assert standing.reread == ({("shop", "a")} if reread else set())


def test_a_listing_in_two_groups_is_refused() -> None:
    with pytest.raises(ValueError, match="shop:a stands in two groups"):
        apply(Registry(), groups("ab", "ca"))


def test_some_blocks_alone_give_the_same_events_as_all() -> None:
    first = [*groups("ab", "c"), *groups("de", "f", block="north"), *groups("g", block="south")]
    registry, _ = apply(Registry(), first)
    changed = groups("a", "bc", "x")
    rest = first[2:]
    live = {listing.key for one in (*changed, *rest) for listing in one.members}
    _, full = apply(registry, [*changed, *rest], live=live)
    _, part = apply(registry, changed, live=live)
    assert part.events == full.events
    assert part.assigned.items() <= full.assigned.items()


def test_a_page_gone_in_a_block_left_out_puts_its_key_to_sleep_all_the_same() -> None:
    registry, _ = apply(Registry(), [*groups("a"), *groups("b", block="north")])
    _, delta = apply(registry, groups("a"), live={("shop", "a")})
    assert told(delta.events) == [f"sleep {TWO} {TWO} R6"]


def test_blocks_that_share_a_key_are_matched_together() -> None:
    placed = [("one", "k1"), ("two", "k1"), ("two", "k2"), ("three", "k2"), ("four", "k3")]
    assert closed_blocks(["one"], placed) == {"one", "two", "three"}
    assert closed_blocks(["new"], placed) == {"new"}


def test_events_make_the_same_registry_in_whatever_order_a_table_gives_them() -> None:
    registry = grown(("a", "b", "cd"), ("ab", "c", "d"))
    mixed = list(registry.events)
    random.Random(7).shuffle(mixed)  # noqa: S311 - an order to try, no secret
    again = Registry.from_events(mixed)
    assert again.events == registry.events
    assert again.members() == registry.members()
    assert again.redirects() == registry.redirects()


def test_a_missing_event_and_an_unknown_key_are_corrupt_data() -> None:
    events = grown(("a", "b"), ("ab",)).events
    with pytest.raises(CorruptDataError, match="event 3 is missing"):
        Registry.from_events(events[:2] + events[3:])
    with pytest.raises(CorruptDataError, match="never minted"):
        Registry.from_events([dataclasses.replace(events[1], event="sleep", sequence=1)])


def test_a_key_that_was_never_minted_does_not_resolve() -> None:
    with pytest.raises(KeyError):
        grown(("a",)).resolve("none_pk")


def test_a_new_brand_changes_no_other_key() -> None:
    before = grown(("ab", "c"))
    after, delta = apply(before, [*groups("ab", "c"), *groups("xyz", "w", block="new")])
    assert all(pk_of(after, *listing) == pk for listing, pk in before.members().items())
    assert {event.pk for event in delta.events if event.level == "whisky"} == {THREE, "glen_test_4_pk"}


def test_events_carry_build_and_time_and_follow_in_number() -> None:
    events = grown(("a", "b"), ("ab",)).events
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert {event.build for event in events} == {"b1"}
    assert {event.at for event in events} == {NOW}
    assert all(len(set(pair)) == 2 for pair in itertools.pairwise(event.sequence for event in events))
