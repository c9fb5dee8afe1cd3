"""An event of the registry tells its key, its listing and its cause, in an order in which each can be read alone."""

from __future__ import annotations

import json

from whisky_assets.domain.records.core import RegistryEvent
from whisky_assets.identity.decisions import decisions_of
from whisky_assets.identity.registry import Registry
from whisky_assets_tests.identity.registry_world import apply, group, groups, grown, member, told
from whisky_assets_tests.identity.test_decisions import decide

ONE, TWO, THREE = "glen_test_pk", "glen_test_2_pk", "glen_test_3_pk"
ABOUT_A_LISTING = {"member", "detach"}


def long_lived() -> Registry:
    """A registry in which every kind of event happened."""
    registry = grown(("a", "b", "c"), ("ab", "c"), ("ab",), ("ab", "c"))
    decided = decisions_of([decide("unmerge", TWO, ("shop:b",))])
    registry, _ = apply(registry, groups("ab", "c"), decisions=decided)
    registry, _ = apply(registry, [group(member("a", age_years=10)), *groups("b", "c")], decisions=decided)
    registry, _ = apply(registry, [group(member("a", name="Glen 12", age_years=12)), *groups("b", "c")])
    return registry


def columns(event: RegistryEvent) -> tuple[str, ...]:
    return event.event, event.pk, event.target, event.id_space, event.source_id, event.name, event.hard_fields


def test_every_kind_of_event_happens_in_a_long_life() -> None:
    kinds = {event.event for event in long_lived().events}
    assert kinds == {"mint", "member", "detach", "redirect", "revive", "sleep", "wake"}


def test_a_family_is_minted_before_the_whisky_that_is_born_in_it() -> None:
    events = long_lived().events
    minted = {event.pk: event.sequence for event in events if event.event == "mint"}
    born = [event for event in events if event.event == "mint" and event.level == "whisky"]
    assert all(minted[event.target] < event.sequence for event in born)


def test_only_an_event_about_a_listing_tells_one_and_hard_fields_are_always_json() -> None:
    for event in long_lived().events:
        assert isinstance(json.loads(event.hard_fields), dict)
        if event.event not in ABOUT_A_LISTING:
            assert (event.id_space, event.source_id, event.hard_fields) == ("", "", "{}")
        if event.event not in {*ABOUT_A_LISTING, "mint"}:
            assert event.name == ""


def test_a_birth_tells_the_name_that_speaks_for_it_and_its_family() -> None:
    events = grown(("ab",)).events
    assert [columns(event) for event in events if event.event == "mint"] == [
        ("mint", "glen_test_fk", "", "", "", "glen_test", "{}"),
        ("mint", ONE, "glen_test_fk", "", "", "Glen Test a", "{}"),
    ]


def test_a_member_tells_what_its_listing_said_and_a_detachment_what_it_had_said() -> None:
    registry, first = apply(Registry(), [group(member("a", name="Glen 10", age_years=10))])
    _, second = apply(registry, [group(member("a", name="Glen 12", age_years=12))])
    whiskies = [event for event in (*first.events, *second.events) if event.level == "whisky"]
    assert [columns(event) for event in whiskies if event.event in ABOUT_A_LISTING] == [
        ("member", ONE, "", "shop", "a", "Glen 10", '{"age_years":10}'),
        ("detach", ONE, "", "shop", "a", "Glen 10", "{}"),
        ("member", TWO, "", "shop", "a", "Glen 12", '{"age_years":12}'),
    ]


def test_a_whisky_is_a_member_of_its_family_by_its_key() -> None:
    families = [event for event in grown(("a",)).events if event.level == "family" and event.event == "member"]
    assert [columns(event) for event in families] == [("member", "glen_test_fk", "", "", ONE, ONE, "{}")]


def test_each_member_tells_the_rule_that_brought_it() -> None:
    registry, delta = apply(Registry(), groups("ab"))
    assert told(delta.events)[1:] == [f"member a {ONE} R2", f"member b {ONE} R2"]
    registry, delta = apply(registry, groups("abc"))
    assert told(delta.events) == [f"member c {ONE} match"]
    registry, delta = apply(registry, groups("ab", "c"))
    assert told(delta.events) == [f"mint {TWO} glen_test_fk R2", f"member c {TWO} R5"]


def test_a_listing_that_only_says_something_else_stays_and_is_told_again_by_its_first_cause() -> None:
    registry, _ = apply(grown(("ab",)), [group("a", member("b", name="Glen Test renamed"))])
    again = [event for event in registry.events if event.source_id == "b"]
    assert [(event.pk, event.name, event.cause) for event in again] == [
        (ONE, "Glen Test b", "R2"),
        (ONE, "Glen Test renamed", "R2"),
    ]


def test_each_redirect_and_revival_tells_the_decision_that_caused_it() -> None:
    same = decide("same", ONE, TWO)
    registry, delta = apply(grown(("a", "b")), groups("a", "b"), decisions=decisions_of([same]))
    assert told(delta.events) == [f"redirect {TWO} {ONE} {same.cause}"]
    _, back = apply(registry, groups("a", "b"))
    assert told(back.events) == [f"revive {TWO} {TWO} R9"]
    unmerge = decide("unmerge", TWO, ("shop:b",))
    _, parted = apply(grown(("a", "b"), ("ab",)), groups("ab"), decisions=decisions_of([unmerge]))
    assert told(parted.events) == [f"revive {TWO} {TWO} {unmerge.cause}"]
