"""Decisions win over the registry's rules, and what they did goes back when they do."""

from __future__ import annotations

import itertools

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.identity.decisions import Decision, Decisions, decisions_of
from whisky_assets.identity.registry import Registry
from whisky_assets.identity.registry_model import Group
from whisky_assets_tests.identity.registry_world import apply, group, groups, grown, is_dormant, member, pk_of, told
from whisky_assets_tests.identity.test_decisions import decide

ONE, TWO, THREE = "glen_test_pk", "glen_test_2_pk", "glen_test_3_pk"


def key(registry: Registry, letter: str) -> str | None:
    return pk_of(registry, "shop", letter)


def rule(registry: Registry, given: list[Group], *decisions: Decision) -> Registry:
    """Apply twice under these decisions: every listing has its key, and the second time adds nothing."""
    in_force = decisions_of(decisions)
    after, delta = apply(registry, given, decisions=in_force)
    told_keys = {listing.key: pk_of(after, *listing.key) for one in given for listing in one.members}
    assert {listing: pk for listing, (pk, _) in delta.assigned.items()} == told_keys
    _, again = apply(after, given, decisions=in_force)
    assert told(again.events) == []
    return after


@pytest.mark.parametrize("sides", list(itertools.product(("shop:a", ONE), ("shop:b", TWO))))
def test_same_merges_two_keys_and_taking_it_back_parts_them(sides: tuple[str, str]) -> None:
    before = grown(("a", "b"))
    merged = rule(before, groups("a", "b"), decide("same", *sides))
    assert merged.redirects() == {TWO: ONE}
    assert key(merged, "b") == ONE
    back = rule(merged, groups("a", "b"))
    assert back.redirects() == {}
    assert back.members() == before.members()


def test_same_gives_a_new_listing_the_key_of_a_whisky_and_taking_it_back_a_new_one() -> None:
    registry = rule(grown(("a",)), groups("a", "n"), decide("same", "shop:n", ONE))
    assert key(registry, "n") == ONE
    assert registry.keys() == (ONE,)
    registry = rule(registry, groups("a", "n"))
    assert (key(registry, "a"), key(registry, "n")) == (ONE, TWO)


def test_same_holds_two_new_listings_together_over_blocks() -> None:
    given = [*groups("n"), *groups("m", block="other")]
    registry = rule(Registry(), given, decide("same", "shop:n", "shop:m"))
    assert key(registry, "n") == key(registry, "m") == ONE
    registry = rule(registry, given)
    assert key(registry, "n") != key(registry, "m")


def test_same_between_keys_without_listings_still_leads_one_to_the_other() -> None:
    registry = rule(grown(("a", "b"), ()), [], decide("same", TWO, ONE))
    assert registry.resolve(TWO) == ONE


def test_a_chain_of_decisions_merges_all_into_the_oldest_in_one_hop() -> None:
    registry = grown(("a", "b", "c"))
    decisions = decide("same", "shop:b", "shop:c"), decide("same", "shop:a", "shop:c")
    registry = rule(registry, groups("a", "b", "c"), *decisions)
    assert registry.redirects() == {TWO: ONE, THREE: ONE}
    registry = rule(registry, groups("a", "b", "c"), decisions[0])
    assert registry.redirects() == {THREE: TWO}
    assert (key(registry, "a"), key(registry, "c")) == (ONE, TWO)


def test_taking_a_decision_back_leaves_a_merge_by_rule_that_came_before_it() -> None:
    registry = grown(("a", "b", "c"), ("a", "bc"))
    decided = rule(registry, groups("a", "bc"), decide("same", ONE, TWO))
    assert decided.redirects() == {TWO: ONE, THREE: ONE}
    back = rule(decided, groups("a", "bc"))
    assert back.redirects() == {THREE: TWO}


def test_taking_a_decision_back_leaves_a_merge_by_rule_that_came_after_it() -> None:
    registry = grown(("a", "b", "c"))
    decision = decide("same", TWO, THREE)
    registry = rule(registry, groups("a", "b", "c"), decision)
    registry = rule(registry, groups("ab", "c"), decision)
    assert registry.redirects() == {TWO: ONE, THREE: ONE}
    registry = rule(registry, groups("ab", "c"))
    assert registry.redirects() == {TWO: ONE}
    assert key(registry, "c") == THREE


def test_a_renamed_whisky_is_merged_with_its_new_name_and_the_oldest_key_survives() -> None:
    registry = rule(grown(("a", "b")), groups("a", "b"), decide("rename", ONE, TWO))
    assert registry.resolve(TWO) == ONE
    assert key(registry, "b") == ONE


def test_different_parts_two_listings_that_rules_hold_together_and_taking_it_back_joins_them() -> None:
    before = grown(("abc",))
    parted = rule(before, groups("abc"), decide("different", "shop:a", "shop:b"))
    assert key(parted, "a") != key(parted, "b")
    assert {key(parted, "a"), key(parted, "b")} == {ONE, TWO}
    back = rule(parted, groups("abc"))
    assert {key(back, letter) for letter in "abc"} == {ONE}


def test_different_from_its_own_key_gives_a_listing_another_and_taking_it_back_returns_it() -> None:
    parted = rule(grown(("ab",)), groups("ab"), decide("different", "shop:b", ONE))
    assert (key(parted, "a"), key(parted, "b")) == (ONE, TWO)
    back = rule(parted, groups("ab"))
    assert (key(back, "a"), key(back, "b")) == (ONE, ONE)


def test_a_listing_alone_that_is_different_from_its_key_leaves_it_asleep() -> None:
    parted = rule(grown(("a",)), groups("a"), decide("different", "shop:a", ONE))
    assert key(parted, "a") == TWO
    assert is_dormant(parted, ONE)


def test_different_between_two_merged_keys_revives_the_younger_with_those_who_came_by_it() -> None:
    merged = grown(("a", "bc"), ("abc",))
    parted = rule(merged, groups("abc"), decide("different", ONE, TWO))
    assert parted.redirects() == {}
    assert (key(parted, "a"), key(parted, "b"), key(parted, "c")) == (ONE, TWO, TWO)
    back = rule(parted, groups("abc"))
    assert back.redirects() == {TWO: ONE}


def test_unmerge_revives_the_old_key_for_the_named_listings_alone() -> None:
    merged = grown(("a", "bc"), ("abc",))
    parted = rule(merged, groups("abc"), decide("unmerge", TWO, ("shop:b",)))
    assert parted.resolve(TWO) == TWO
    assert (key(parted, "a"), key(parted, "b"), key(parted, "c")) == (ONE, TWO, ONE)
    back = rule(parted, groups("abc"))
    assert back.redirects() == {TWO: ONE}
    assert back.resolve(TWO) == ONE


def test_unmerge_leaves_a_listing_that_is_not_there_where_the_merge_brought_it() -> None:
    merged = grown(("a", "bc"), ("abc",))
    parted = rule(merged, groups("ab"), decide("unmerge", TWO, ("shop:b",)))
    assert key(parted, "c") == ONE


def test_unmerge_takes_new_listings_of_the_same_group_along_where_nobody_else_claims_them() -> None:
    merged = grown(("a", "b"), ("ab",))
    parted = rule(merged, groups("a", "bn"), decide("unmerge", TWO, ("shop:b",)))
    assert (key(parted, "b"), key(parted, "n"), key(parted, "a")) == (TWO, TWO, ONE)


def test_what_merged_only_since_an_un_merge_took_another_out_goes_apart_with_it() -> None:
    parted = decide("different", "shop:a", "shop:b")
    before = rule(grown(("a", "b", "c"), ("ac", "b")), groups("abc"), parted)
    assert before.resolve(TWO) == TWO
    without_a = rule(before, groups("abc"), parted, decide("unmerge", THREE, ("shop:a",)))
    assert (key(without_a, "a"), without_a.redirects()) == (THREE, {TWO: ONE})
    back = rule(without_a, groups("abc"), parted)
    assert back.members() == before.members()
    assert back.redirects() == before.redirects() == {THREE: ONE}
    assert set(back.keys()) == set(before.keys())


def test_a_decision_wins_although_the_listings_text_changed() -> None:
    registry, _ = apply(Registry(), [group(member("a", name="Glen 10", age_years=10), "b")])
    changed = [group(member("a", name="Glen 12", age_years=12)), group("b")]
    assert key(rule(registry, changed), "a") == TWO
    assert key(rule(registry, changed, decide("same", "shop:a", ONE)), "a") == ONE


def test_a_new_alcohol_that_a_person_accepted_is_asked_about_no_more() -> None:
    registry, _ = apply(Registry(), [group(member("a", abv_pct=57.0))])
    accepted = decisions_of([decide("same", "shop:a", ONE)])
    now = [group(member("a", abv_pct=45.8))]
    registry, delta = apply(registry, now, decisions=accepted)
    assert delta.reviews == ()
    registry, delta = apply(registry, now)
    assert delta.reviews == ()
    assert key(registry, "a") == ONE


def test_a_decision_about_an_unknown_key_names_its_file() -> None:
    decisions = decisions_of([decide("same", "shop:a", "glen_tset_pk", file="typo.toml")])
    with pytest.raises(UsageError, match=r"typo\.toml: glen_tset_pk is no key"):
        apply(grown(("a",)), groups("a"), decisions=decisions)


def test_a_decision_about_a_listing_that_nobody_tells_waits_for_it() -> None:
    decision = decide("same", "shop:a", "shop:l")
    registry = rule(grown(("a",)), groups("a"), decision)
    assert registry.keys() == (ONE,)
    registry = rule(registry, groups("a", "l"), decision)
    assert key(registry, "l") == ONE


def test_the_past_that_matching_is_told_is_without_what_decisions_merge() -> None:
    decision = decide("same", "shop:a", "shop:b")
    registry = rule(grown(("a", "b")), groups("a", "b"), decision)
    assert key(registry, "b") == ONE
    for in_force in (decisions_of([decision]), Decisions()):
        assert registry.standing([member("b")], in_force).former == {("shop", "b"): TWO}


def test_the_past_of_a_listing_that_is_parted_from_its_own_key_is_not_told_to_matching() -> None:
    in_force = decisions_of([decide("different", "shop:b", TWO)])
    registry = grown(("a", "b"))
    assert registry.standing([member("a"), member("b")], in_force).former == {("shop", "a"): ONE}
    parted = rule(registry, groups("a", "b"), *in_force.all)
    assert registry.standing([member("b")], Decisions()).former == {("shop", "b"): TWO}
    assert parted.standing([member("b")], in_force).former == {("shop", "b"): THREE}


def test_a_cut_part_comes_apart_by_key_so_that_a_second_run_changes_nothing() -> None:
    before = grown(("a", "b", "c", "d"), ("ad", "bc"))
    assert (key(before, "d"), key(before, "c")) == (ONE, TWO)
    apart = (decide("different", "shop:a", "shop:c"), decide("different", "shop:d", TWO))
    after = rule(before, groups("abcd"), *apart)
    assert after.members() == before.members()
    assert rule(after, groups("ad", "bc")).members() == before.members()


def test_an_un_merge_leaves_those_together_that_one_key_holds_over_blocks() -> None:
    given = [*groups("ab"), *groups("f", block="south")]
    before = rule(grown(("a", "b", "f"), ("abf",)), given)
    assert len({key(before, letter) for letter in "abf"}) == 1
    unmerged = rule(before, given, decide("unmerge", TWO, ("shop:a",)))
    assert (key(unmerged, "a"), key(unmerged, "b"), key(unmerged, "f")) == (TWO, ONE, ONE)
    assert rule(unmerged, given).members() == before.members()


def test_what_a_decision_parts_is_not_reunited_over_blocks() -> None:
    given = [*groups("a"), *groups("b", block="south")]
    before = rule(grown(("a", "b"), ("ab",)), given)
    assert key(before, "a") == key(before, "b")
    parted = rule(before, given, decide("different", "shop:a", "shop:b"))
    assert key(parted, "a") != key(parted, "b")
    assert rule(parted, given).members() == before.members()
