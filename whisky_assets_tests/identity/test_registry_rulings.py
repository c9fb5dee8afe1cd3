"""What a decision does beyond the listings that it names: who comes along, who stays, and what is refused."""

from __future__ import annotations

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.identity.decisions import decisions_of
from whisky_assets.identity.registry import Registry
from whisky_assets_tests.identity.registry_world import apply, groups, grown, is_dormant, pk_of, told
from whisky_assets_tests.identity.test_decisions import decide
from whisky_assets_tests.identity.test_registry_decisions import rule

ONE, TWO, THREE = "glen_test_pk", "glen_test_2_pk", "glen_test_3_pk"


def keys(registry: Registry, letters: str) -> list[str | None]:
    return [pk_of(registry, "shop", letter) for letter in letters]


@pytest.mark.parametrize(
    ("same", "different"),
    [
        (("shop:a", "shop:b"), (ONE, TWO)),
        ((ONE, TWO), ("shop:a", "shop:b")),
        (("shop:a", "shop:b"), ("shop:a", TWO)),
        (("shop:b", ONE), (TWO, "shop:a")),
    ],
)
def test_decisions_that_contradict_over_the_keys_of_their_listings_are_refused_by_both_files(
    same: tuple[str, str], different: tuple[str, str]
) -> None:
    decided = decisions_of([decide("same", *same, file="one.toml"), decide("different", *different, file="two.toml")])
    with pytest.raises(UsageError, match="contradict") as refused:
        apply(grown(("a", "b")), groups("a", "b"), decisions=decided)
    assert "one.toml" in str(refused.value)
    assert "two.toml" in str(refused.value)


def test_unmerge_moves_no_listing_of_another_key() -> None:
    merged = grown(("a", "bc", "d"), ("abc", "d"))
    parted = rule(merged, groups("abc", "d"), decide("unmerge", TWO, ("shop:b",)))
    assert keys(parted, "abcd") == [ONE, TWO, ONE, THREE]


def test_unmerge_of_a_listing_that_is_not_there_waits_for_it() -> None:
    merged = grown(("a", "b"), ("ab",), ("a",))
    decision = decide("unmerge", TWO, ("shop:b",))
    parted = rule(merged, groups("a"), decision)
    assert keys(parted, "a") == [ONE]
    assert parted.resolve(TWO) == TWO
    assert is_dormant(parted, TWO)
    assert keys(rule(parted, groups("ab"), decision), "ab") == [ONE, TWO]


def test_two_unmerge_decisions_about_one_key_give_it_back_to_both_listings() -> None:
    merged = grown(("a", "bcd"), ("abcd",))
    first, second = decide("unmerge", TWO, ("shop:b",)), decide("unmerge", TWO, ("shop:c",))
    parted = rule(merged, groups("abcd"), first, second)
    assert keys(parted, "abcd") == [ONE, TWO, TWO, ONE]
    assert keys(rule(parted, groups("abcd"), second), "abcd") == [ONE, ONE, TWO, ONE]
    assert rule(parted, groups("abcd")).redirects() == {TWO: ONE}


def test_unmerge_binds_listings_of_two_blocks_to_one_key() -> None:
    merged = grown(("a", "bc"), ("abc",))
    given = [*groups("ab"), *groups("c", block="north")]
    parted = rule(merged, given, decide("unmerge", TWO, ("shop:b", "shop:c")))
    assert keys(parted, "abc") == [ONE, TWO, TWO]


def test_the_listings_that_a_decision_does_not_name_follow_those_of_their_key() -> None:
    parted = rule(grown(("ab", "cd")), groups("abcd"), decide("different", "shop:a", "shop:c"))
    assert keys(parted, "abcd") == [ONE, ONE, TWO, TWO]
    parted = rule(grown(("ad", "cb")), groups("abcd"), decide("different", "shop:a", "shop:c"))
    assert keys(parted, "abcd") == [ONE, TWO, TWO, ONE]


def test_new_listings_beside_two_that_are_different_stay_with_the_first() -> None:
    parted = rule(Registry(), groups("abx"), decide("different", "shop:a", "shop:b"))
    assert keys(parted, "abx") == [ONE, TWO, ONE]


def test_three_that_are_all_different_are_three_whiskies() -> None:
    pairs = [("shop:a", "shop:b"), ("shop:b", "shop:c"), ("shop:a", "shop:c")]
    decisions = [decide("different", *pair) for pair in pairs]
    parted = rule(grown(("abc",)), groups("abc"), *decisions)
    assert keys(parted, "abc") == [ONE, TWO, THREE]
    assert keys(rule(parted, groups("abc"), decisions[0]), "ab") == [ONE, TWO]


def test_a_listing_parted_by_a_decision_tells_it_as_its_cause() -> None:
    decision = decide("different", "shop:a", "shop:b")
    for given in (groups("ab"), groups("a", "b")):
        _, delta = apply(grown(("ab",)), given, decisions=decisions_of([decision]))
        assert told(delta.events)[-1] == f"member b {TWO} {decision.cause}"


def test_different_says_nothing_of_parts_that_other_rules_hold_apart() -> None:
    decision = decide("different", "shop:x", "shop:y")
    _, delta = apply(grown(("ab",)), groups("a", "b"), decisions=decisions_of([decision]))
    assert told(delta.events)[-1] == f"member b {TWO} R5"


def test_different_keys_that_lead_to_a_third_part_at_the_younger() -> None:
    merged = grown(("a", "b", "c"), ("abc",))
    parted = rule(merged, groups("abc"), decide("different", TWO, THREE))
    assert parted.redirects() == {TWO: ONE}
    assert keys(parted, "abc") == [ONE, ONE, THREE]
    assert rule(parted, groups("abc")).redirects() == {TWO: ONE, THREE: ONE}


def test_a_new_listing_that_a_decision_joins_tells_it_as_its_cause() -> None:
    decision = decide("same", "shop:n", ONE)
    for sides in (("shop:n", ONE), (ONE, "shop:n")):
        _, delta = apply(grown(("a",)), groups("a", "n"), decisions=decisions_of([decide("same", *sides)]))
        assert told(delta.events) == [f"member n {ONE} {decision.cause}"]


def test_a_rename_joins_the_listings_of_a_key_that_sleeps_with_those_of_its_new_name() -> None:
    registry = rule(grown(("a", "b"), ("b",)), groups("b"), decide("rename", ONE, TWO))
    assert registry.redirects() == {TWO: ONE}
    assert keys(registry, "ab") == [ONE, ONE]
    assert not is_dormant(registry, ONE)


def test_a_key_that_only_a_decision_filled_leads_back_where_its_listings_went() -> None:
    decision = decide("different", "shop:a", "shop:b")
    parted = rule(grown(("ab",)), groups("ab"), decision)
    back = rule(parted, groups("ab"))
    assert back.redirects() == {TWO: ONE}
    assert keys(back, "ab") == [ONE, ONE]
    again = rule(back, groups("ab"), decision)
    assert keys(again, "ab")[0] == ONE
    assert keys(again, "ab")[1] != ONE


def test_a_key_that_was_filled_by_more_than_a_decision_stays_when_it_is_taken_back() -> None:
    parted = rule(grown(("ab",)), groups("ab"), decide("different", "shop:a", "shop:b"))
    grown_on, _ = apply(parted, groups("a", "bc"), decisions=decisions_of([decide("different", "shop:a", "shop:b")]))
    back = rule(grown_on, groups("ab", "c"))
    assert keys(back, "abc") == [ONE, ONE, TWO]
    assert back.redirects() == {}


def test_unmerge_takes_no_new_listing_of_another_group_along() -> None:
    merged = grown(("a", "bc"), ("abc",))
    parted = rule(merged, groups("abc", "n"), decide("unmerge", TWO, ("shop:b",)))
    assert keys(parted, "abcn") == [ONE, TWO, ONE, THREE]


def test_each_listing_that_goes_back_to_an_old_key_tells_its_own_decision() -> None:
    merged = grown(("a", "b"), ("abcd",))
    decisions = [decide("unmerge", TWO, (f"shop:{letter}",)) for letter in "bcd"]
    _, delta = apply(merged, groups("abcd"), decisions=decisions_of(decisions))
    causes = {event.source_id: event.cause for event in delta.events if event.event == "member"}
    assert causes == {"c": decisions[1].cause, "d": decisions[2].cause}
