"""Whatever happens to listings: every key resolves in one hop, the oldest wins, nothing is ever taken away."""

from __future__ import annotations

import random
from collections.abc import Iterable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from whisky_assets.domain.errors import UsageError
from whisky_assets.identity.decisions import Decision, Decisions, Listing, decisions_of
from whisky_assets.identity.registry import Registry, closed_blocks
from whisky_assets.identity.registry_model import Group, Member
from whisky_assets.identity.registry_state import FAMILY, WHISKY
from whisky_assets.identity.registry_undo import undo
from whisky_assets_tests.identity.registry_world import NOW, apply, is_dormant, member, pk_of, told
from whisky_assets_tests.identity.test_decisions import decide

LETTERS = "abcdefgh"
BLOCKS = ("north", "south")
letters = st.sampled_from(LETTERS)


class RegistryMachine(RuleBasedStateMachine):
    """Listings with an age and a clustering that change at random, and a registry that is told."""

    snapshots: Bundle[Registry] = Bundle("snapshots")

    def __init__(self) -> None:
        super().__init__()
        self.registry = Registry()
        self.decisions = Decisions()
        self.age = dict.fromkeys(LETTERS, 10)
        self.cluster = {letter: number for number, letter in enumerate(LETTERS)}
        self.block = dict.fromkeys(LETTERS, BLOCKS[0])
        self.family = dict.fromkeys(LETTERS, "one")
        self.present = set(LETTERS)
        self.live = set(LETTERS)
        self.is_applied = False

    @initialize(present=st.sets(letters))
    def begin(self, present: set[str]) -> None:
        self.present = set(present)
        self.live = set(present)
        self._apply()

    @rule(letter=letters, other=letters)
    def merge_clusters(self, letter: str, other: str) -> None:
        joined, kept = self.cluster[letter], self.cluster[other]
        self.cluster = {key: kept if value == joined else value for key, value in self.cluster.items()}
        self._apply()

    @rule(chosen=st.sets(letters, min_size=1), number=st.integers(100, 120))
    def split_clusters(self, chosen: set[str], number: int) -> None:
        self.cluster.update({letter: number + self.cluster[letter] for letter in chosen})
        self._apply()

    @rule(letter=letters, age=st.integers(10, 13), number=st.integers(0, 9))
    def listing_says_another_age(self, letter: str, age: int, number: int) -> None:
        self.age[letter] = age
        self.cluster[letter] = number
        self._apply()

    @rule(letter=letters, block=st.sampled_from(BLOCKS))
    def listing_changes_its_block(self, letter: str, block: str) -> None:
        self.block[letter] = block
        self._apply()

    @rule(letter=letters, family=st.sampled_from(["one", "two", "three"]))
    def listing_is_called_otherwise(self, letter: str, family: str) -> None:
        self.family[letter] = family
        self._apply()

    @rule(letter=letters, present=st.booleans(), live=st.booleans())
    def listing_comes_or_goes(self, letter: str, *, present: bool, live: bool) -> None:
        (self.present.add if present else self.present.discard)(letter)
        (self.live.add if live else self.live.discard)(letter)
        self._apply()

    @rule(target=snapshots)
    def take_snapshot(self) -> Registry:
        return self.registry

    @rule(earlier=consumes(snapshots))
    def undo_to(self, earlier: Registry) -> None:
        delta = undo(self.registry, earlier, build="undo", now=NOW)
        self.registry = self.registry.extended(delta.events)
        assert undo(self.registry, earlier, build="undo", now=NOW).events == ()
        for member_key, pk in earlier.members().items():
            assert pk_of(self.registry, *member_key) == pk
        for level in (WHISKY, FAMILY):
            for pk in earlier.keys(level):
                assert self.registry.resolve(pk) == earlier.resolve(pk)
                assert is_dormant(self.registry, pk) == is_dormant(earlier, pk)
        self.is_applied = False

    @rule(data=st.data(), kind=st.sampled_from(["same", "different", "rename", "unmerge"]))
    def decide_and_undecide(self, data: st.DataObject, kind: str) -> None:
        """A decision holds while in force; when it is withdrawn, all is as it was."""
        self._apply()
        decision = self._draw(data, kind)
        if decision is None:
            return
        before = self.registry
        try:
            with_it = decisions_of([*self.decisions.all, decision])
            after, _ = apply(before, self._groups(), decisions=with_it, live=self._live())
        except UsageError as error:
            assert "contradict" in str(error)  # noqa: PT017 - whether it is raised depends on the draw
            return
        assert apply(after, self._groups(), decisions=with_it, live=self._live())[1].events == ()
        _assert_sound(after)
        _assert_obeyed(after, with_it, self.present)
        if data.draw(st.booleans()):
            self.registry, self.decisions = after, with_it
            return
        back, _ = apply(after, self._groups(), decisions=self.decisions, live=self._live())
        _assert_sound(back)
        assert back.members() == before.members()
        for pk in before.keys(WHISKY):
            assert back.resolve(pk) == before.resolve(pk)
            assert is_dormant(back, pk) == is_dormant(before, pk)

    @rule(data=st.data())
    def withdraw_a_decision(self, data: st.DataObject) -> None:
        if self.decisions.all:
            gone = data.draw(st.sampled_from(self.decisions.all))
            self.decisions = decisions_of(one for one in self.decisions.all if one != gone)
            self._apply()

    @invariant()
    def every_key_is_sound(self) -> None:
        _assert_sound(self.registry)

    @invariant()
    def groups_and_keys_are_one_to_one_without_decisions(self) -> None:
        if self.decisions.all or not self.is_applied:
            return
        owner: dict[tuple[str, str], Group] = {}
        for one in self._groups():
            keys = {pk_of(self.registry, *listing.key) for listing in one.members}
            assert len(keys) == 1
            key = (str(keys.pop()), one.block)
            assert owner.setdefault(key, one) is one

    @invariant()
    def a_key_sleeps_exactly_if_no_live_listing_stands_for_it(self) -> None:
        if self.is_applied:
            awake = {pk_of(self.registry, *key) for key in self._live()}
            for pk in self.registry.keys():  # noqa: SIM118 - keys of the registry, no mapping
                if self.registry.resolve(pk) == pk:
                    assert is_dormant(self.registry, pk) == (pk not in awake)

    def _draw(self, data: st.DataObject, kind: str) -> Decision | None:
        keys = list(self.registry.keys())
        if not keys:
            return None
        listings = st.sampled_from([f"shop:{letter}" for letter in LETTERS])
        if kind == "unmerge":
            merged = sorted(self.registry.redirects())
            if not merged:
                return None
            named = data.draw(st.sets(listings, min_size=1, max_size=3))
            return decide(kind, data.draw(st.sampled_from(merged)), tuple(sorted(named)))
        sides = st.sampled_from(keys) if kind == "rename" else st.one_of(listings, st.sampled_from(keys))
        return decide(kind, data.draw(sides), data.draw(sides))

    def _groups(self) -> list[Group]:
        found: dict[tuple[str, int, int], list[Member]] = {}
        for letter in sorted(self.present):
            # Clusters hold no conflict, as `identity.cluster` promises.
            where = (self.block[letter], self.cluster[letter], self.age[letter])
            name = f"Glen Test {letter} {self.age[letter]}"
            listing = member(letter, name=name, family=self.family[letter], age_years=self.age[letter])
            found.setdefault(where, []).append(listing)
        return [Group(block=block, members=tuple(members)) for (block, _, _), members in sorted(found.items())]

    def _live(self) -> set[tuple[str, str]]:
        return {("shop", letter) for letter in self.live & self.present}

    def _apply(self) -> None:
        before, given = self.registry, self._groups()
        try:
            after, delta = apply(before, given, decisions=self.decisions, live=self._live())
        except UsageError as error:
            # Rules have come to hold together what decisions part: a person has to take one back.
            assert "contradict" in str(error)  # noqa: PT017 - whether it is raised depends on what was drawn before
            self.decisions = Decisions()
            after, delta = apply(before, given, decisions=self.decisions, live=self._live())
        assert after.events[: len(before.events)] == before.events
        shuffled = [Group(block=one.block, members=tuple(reversed(one.members))) for one in reversed(given)]
        assert apply(before, shuffled, decisions=self.decisions, live=self._live())[1] == delta
        assert told(apply(after, given, decisions=self.decisions, live=self._live())[1].events) == []
        for one in (listing for group in given for listing in group.members):
            assert delta.assigned[one.key] == (pk_of(after, *one.key), after.family_of(str(pk_of(after, *one.key))))
        self.registry, self.is_applied = after, True


def _assert_sound(registry: Registry) -> None:
    for level in (WHISKY, FAMILY):
        order = {pk: number for number, pk in enumerate(registry.keys(level))}
        for pk, target in registry.redirects(level).items():
            assert target not in registry.redirects(level)
            assert order[target] < order[pk]
            assert registry.level(level).root(pk) == target
        for pk in order:
            assert registry.resolve(registry.resolve(pk)) == registry.resolve(pk)
    for pk in registry.keys():  # noqa: SIM118 - keys of the registry, no mapping
        assert registry.family_of(pk) in registry.keys(FAMILY)


def _assert_obeyed(registry: Registry, decisions: Decisions, present: Iterable[str]) -> None:
    known = {Listing("shop", letter): pk_of(registry, "shop", letter) for letter in present}

    def key(subject: object) -> str | None:
        return known.get(subject) if isinstance(subject, Listing) else registry.resolve(str(subject))

    for decision in decisions.all:
        if decision.kind == "unmerge":
            assert {known[one] for one in decision.members if one in known} <= {registry.resolve(str(decision.subject))}
            continue
        left, right = key(decision.subject), key(decision.object)
        if left is not None and right is not None:
            assert (left == right) == (decision.kind != "different")


TestRegistryMachine = RegistryMachine.TestCase
TestRegistryMachine.settings = settings(max_examples=100, stateful_step_count=15, deadline=None)


def test_changed_blocks_alone_give_the_same_events_as_all_blocks() -> None:
    chance = random.Random(11)  # noqa: S311 - an order to try, no secret
    for _ in range(150):
        given = _random_groups(chance)
        registry, delta = apply(Registry(), given)
        for _ in range(3):
            given = _random_groups(chance)
            registry, delta = apply(registry, given)
        changed = {chance.choice(["a", "b", "c"])}
        placed = [(one.block, key) for one in given for listing in one.members for key in delta.assigned[listing.key]]
        closed = closed_blocks(changed, placed)
        rest = [one for one in given if one.block not in closed]
        anew = [one for one in _random_groups(chance) if one.block in closed]
        kept = {listing.key for one in rest for listing in one.members}
        anew = [
            Group(block=one.block, members=tuple(listing for listing in one.members if listing.key not in kept))
            for one in anew
        ]
        live = kept | {listing.key for one in anew for listing in one.members}
        _, full = apply(registry, [*rest, *anew], live=live)
        _, part = apply(registry, anew, live=live)
        assert part.events == full.events
        assert part.assigned == {key: value for key, value in full.assigned.items() if key not in kept}


def _random_groups(chance: random.Random) -> list[Group]:
    """Return twelve listings in three blocks, some of them in another block than last time."""
    found: dict[tuple[str, int], list[Member]] = {}
    for number in range(12):
        block = "abc"[number % 3] if chance.random() < 0.9 else chance.choice("abc")
        listing = member(f"{number:02}", family=chance.choice(["one", "two"]))
        found.setdefault((block, chance.randrange(3)), []).append(listing)
    return [Group(block=block, members=tuple(members)) for (block, _), members in found.items()]
