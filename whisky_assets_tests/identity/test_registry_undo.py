"""Back to an earlier snapshot's keys, with no key taken away."""

from __future__ import annotations

import pytest

from whisky_assets.identity.decisions import decisions_of
from whisky_assets.identity.registry import Registry
from whisky_assets.identity.registry_state import WHISKY
from whisky_assets.identity.registry_undo import undo
from whisky_assets_tests.identity.registry_world import NOW, apply, groups, grown, is_dormant, told
from whisky_assets_tests.identity.test_decisions import decide

ONE, TWO, THREE = "glen_test_pk", "glen_test_2_pk", "glen_test_3_pk"


def undone(present: Registry, earlier: Registry) -> Registry:
    delta = undo(present, earlier, build="undo", now=NOW)
    after = present.extended(delta.events)
    assert undo(after, earlier, build="undo", now=NOW).events == ()
    return after


def stands_as(after: Registry, earlier: Registry) -> bool:
    members = {member: pk for member, pk in after.members().items() if member in earlier.members()}
    same_keys = all(
        after.resolve(pk) == earlier.resolve(pk) and is_dormant(after, pk) == is_dormant(earlier, pk)
        for level in ("whisky", "family")
        for pk in earlier.keys(level)
    )
    families = all(after.family_of(pk) == earlier.family_of(pk) for pk in earlier.keys(WHISKY))
    return members == earlier.members() and same_keys and families


def test_keys_minted_since_sleep_and_keys_redirected_since_revive() -> None:
    earlier = grown(("a", "b"))
    present, _ = apply(earlier, groups("ab", "c"))
    delta = undo(present, earlier, build="undo", now=NOW)
    assert told(delta.events) == [f"revive {TWO} {TWO} undo", f"sleep {THREE} {THREE} R6"]
    after = present.extended(delta.events)
    assert stands_as(after, earlier)
    assert after.resolve(THREE) == THREE
    assert delta.assigned == {("shop", "a"): (ONE, "glen_test_fk"), ("shop", "b"): (TWO, "glen_test_fk")}


def test_splits_moves_sleep_and_decisions_since_go_back_too() -> None:
    earlier = grown(("abc", "d", "e"), ("abc", "de"))
    present, _ = apply(earlier, groups("a", "bcd"), decisions=decisions_of([decide("unmerge", THREE, ("shop:e",))]))
    present, _ = apply(present, groups("x"))
    after = undone(present, earlier)
    assert stands_as(after, earlier)
    assert after.redirects() == earlier.redirects() == {THREE: TWO}


def test_the_next_build_goes_on_from_there() -> None:
    earlier = grown(("a", "b"))
    present, _ = apply(earlier, groups("ab", "c"))
    after, delta = apply(undone(present, earlier), groups("ab", "c"))
    assert after.resolve(TWO) == ONE
    assert told(delta.events) == [f"redirect {TWO} {ONE} R4", f"wake {THREE} {THREE} R6"]


def test_nothing_happens_where_nothing_happened_since() -> None:
    present = grown(("ab", "c"), ("abc",))
    assert undo(present, present, build="undo", now=NOW).events == ()


def test_a_registry_of_another_home_is_refused() -> None:
    with pytest.raises(ValueError, match="not the beginning"):
        undo(grown(("a",)), grown(("b",)), build="undo", now=NOW)
