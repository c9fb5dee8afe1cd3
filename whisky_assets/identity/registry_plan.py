"""Which key each group of members gets: kept, merged, split or minted, the same in any order of groups and members.

The rules are those of `identity.registry`; the same functions serve whiskies and families. Decisions are obeyed by
`identity.registry_rulings`, which cuts and binds parts before and after the rules here. Not here: writing it down as
events (`identity.registry_events`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence

from whisky_assets.identity.drift import HardFields, conflicts
from whisky_assets.identity.registry_state import Edge, LevelState, MemberKey

MINTED = "R2"
MATCHED = "match"
MERGED = "R4"
SPLIT = "R5"
DRIFTED = "R7"
"""Causes of events, by rule; a decision's cause is its digest."""


@dataclasses.dataclass(slots=True, kw_only=True)
class Part:
    """Members that belong together by all but decisions that join; what is planned for them is filled in on the way.

    `bound` is the old key that decisions give back to those in `named`; `cause` the decision that set them apart;
    `own` the key that is theirs by votes; `pk` the one they end with; `joined_by` the decision that put a part without
    votes there.
    """

    members: tuple[MemberKey, ...]
    block: str
    bound: str | None = None
    named: Mapping[MemberKey, str] = dataclasses.field(default_factory=dict)
    cause: str | None = None
    own: str | None = None
    pk: str = ""
    joined_by: str | None = None


@dataclasses.dataclass(slots=True, kw_only=True)
class LevelPlan:
    """What one level should become: `state` already says it, but for keys that `minted` names with their part.

    `freed` maps members whose former key does not count to the cause; `revived` keys that stand alone again; `sides`
    members to the side (0, 1) on which they stand of each decision that calls two different.
    """

    state: LevelState
    parts: list[Part]
    freed: dict[MemberKey, str] = dataclasses.field(default_factory=dict)
    revived: dict[str, str] = dataclasses.field(default_factory=dict)
    minted: list[tuple[str, Part]] = dataclasses.field(default_factory=list)
    sides: Mapping[MemberKey, Mapping[int, int]] = dataclasses.field(default_factory=dict)

    def parting(self, left: MemberKey, right: MemberKey) -> int | None:
        """Return the number of a decision that calls two members different, None for none."""
        mine, theirs = self.sides.get(left, {}), self.sides.get(right, {})
        return next((number for number, side in mine.items() if theirs.get(number, side) != side), None)

    def vote(self, member: MemberKey) -> str | None:
        """Return the key that a member's own past speaks for; None where it has none or it does not count."""
        membership = self.state.memberships.get(member)
        return None if membership is None or member in self.freed else self.state.root(membership.pk)

    def assigned(self) -> dict[MemberKey, str]:
        """Return every member's key."""
        return {member: part.pk for part in self.parts for member in part.members}


def in_order(parts: Iterable[Part]) -> list[Part]:
    """Return parts in the order in which keys are minted: by their first member."""
    return sorted(parts, key=lambda part: part.members[0])


def reunite_over_blocks(plan: LevelPlan, fields: Mapping[MemberKey, HardFields]) -> None:
    """Join a part to another block's part where all its past speaks for that one's key and no hard field conflicts.

    Blocks are made for speed: a listing whose brand is read anew changes its block, and nobody compared it with those
    it belonged to. Two parts of one block were compared, so that of each block one part comes, the largest; what a
    decision calls different stays apart.
    """
    tally = _tally(plan)
    scattered = sorted((key for key, by_part in tally.items() if len(by_part) > 1), key=plan.state.age)
    blocks = {id(part): {part.block} for part in plan.parts}
    for key in scattered:
        by_part = {index: since for index, since in tally[key].items() if plan.parts[index].members}
        if len(by_part) < 2:
            continue
        keeper, *others = sorted(by_part, key=lambda index: _weight(by_part[index]), reverse=True)
        joined = plan.parts[keeper]
        for part in (plan.parts[index] for index in others):
            inside = blocks[id(joined)]
            if inside.isdisjoint(blocks[id(part)]) and _may_reunite(plan, key, part, joined, fields):
                inside |= blocks[id(part)]
                _join(joined, part)
    plan.parts = in_order(part for part in plan.parts if part.members)


def give_keys(plan: LevelPlan) -> dict[str, Part]:
    """Give each part the key that is its own by R4 and R5, redirect the keys it merges, and return who owns which.

    A key goes to the part with most of its members, on a tie to that of its oldest member; of the keys that come
    together in one part the oldest survives. What merges in a part that a decision left is undone with that decision.
    """
    owner: dict[str, Part] = {part.bound: part for part in plan.parts if part.bound is not None}
    for key, by_part in _tally(plan).items():
        if key not in owner:
            owner[key] = plan.parts[_largest(by_part)]
    owned: dict[int, list[str]] = {}
    for key, part in owner.items():
        owned.setdefault(id(part), []).append(key)
    for part in plan.parts:
        keys = sorted(owned.get(id(part), ()), key=plan.state.age)
        part.own = part.bound or (keys[0] if keys else None)
        for loser in keys:
            if loser != part.own and part.own is not None:
                # What comes together only because a decision took another out goes back with that decision.
                plan.state.edges[loser] = Edge(target=part.own, cause=part.cause or MERGED)
                plan.revived.pop(loser, None)
    return owner


def mint_keys(plan: LevelPlan, groups: Sequence[Sequence[Part]], name: Callable[[Sequence[Part]], str]) -> None:
    """Give every group of parts that has no key yet a new one, named by `name`, in the order of first members."""
    for group in sorted(groups, key=lambda parts: parts[0].members[0]):
        key = next((part.pk for part in group if part.pk), "")
        if not key:
            key = name(group)
            plan.minted.append((key, group[0]))
        for part in group:
            part.pk = key


def _tally(plan: LevelPlan) -> dict[str, dict[int, list[int]]]:
    """Return, for each key with members, since when each part has had members of it; bound parts speak for none."""
    tally: dict[str, dict[int, list[int]]] = {}
    for index, part in enumerate(plan.parts):
        for member in part.members if part.bound is None else ():
            key = plan.vote(member)
            if key is not None:
                tally.setdefault(key, {}).setdefault(index, []).append(plan.state.memberships[member].since)
    return tally


def _largest(by_part: Mapping[int, Sequence[int]]) -> int:
    return max(by_part, key=lambda index: _weight(by_part[index]))


def _weight(since: Sequence[int]) -> tuple[int, int]:
    """Return what a part's members of a key weigh: how many they are, then how long the oldest is there."""
    return len(since), -min(since)


def _may_reunite(plan: LevelPlan, key: str, part: Part, keeper: Part, fields: Mapping[MemberKey, HardFields]) -> bool:
    if any(plan.vote(member) not in (None, key) for member in part.members):
        return False
    return not any(
        plan.parting(left, right) is not None or conflicts(fields[left], fields[right])
        for left in part.members
        for right in keeper.members
    )


def _join(keeper: Part, part: Part) -> None:
    keeper.members = tuple(sorted((*keeper.members, *part.members)))
    keeper.block = min(keeper.block, part.block)
    part.members = ()
