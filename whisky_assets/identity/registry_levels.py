"""The two levels planned from groups of listings: whiskies from listings, families from whiskies, by one set of rules.

Not here: the rules (`identity.registry_plan`), decisions (`identity.registry_rulings`), events.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from whisky_assets.domain.record import Json
from whisky_assets.identity.decisions import Decisions
from whisky_assets.identity.drift import UNCHANGED, Drift, HardFields, drift, known, remembered
from whisky_assets.identity.registry_events import NO_FIELDS, Birth
from whisky_assets.identity.registry_model import DriftReview, Group, Member
from whisky_assets.identity.registry_plan import (
    DRIFTED,
    MATCHED,
    MINTED,
    SPLIT,
    LevelPlan,
    Part,
    give_keys,
    in_order,
    mint_keys,
    reunite_over_blocks,
)
from whisky_assets.identity.registry_rulings import give_back, join, set_apart
from whisky_assets.identity.registry_state import LevelState, MemberKey, Membership, fields_of, fields_text
from whisky_assets.identity.slugs import FAMILY_ENDING, WHISKY_ENDING, KeyNames, slug


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ListingPlan:
    """The plan of the whisky level with what its listings say, and what they were found to have changed."""

    plan: LevelPlan
    members: Mapping[MemberKey, Member]
    former: Mapping[MemberKey, Membership]
    drifts: Mapping[MemberKey, Drift]

    def births(self, expressions: LevelPlan) -> list[Birth]:
        """Return the new whisky keys with their names and families."""
        family_of = expressions.assigned()
        return [
            Birth(pk=pk, name=self._speaker(part).name, family=family_of[whisky_member(pk)])
            for pk, part in self.plan.minted
        ]

    def reviews(self) -> tuple[DriftReview, ...]:
        """Return the listings whose alcohol alone changed, in order of id."""
        key_of = self.plan.assigned()
        block_of = {member: part.block for part in self.plan.parts for member in part.members}
        found: list[DriftReview] = []
        # One that a decision freed from its key was looked at by a person.
        disputed = {key for key, drifted in self.drifts.items() if drifted.disputed}
        for key in sorted(disputed - self.plan.freed.keys()):
            member, record = self.members[key], self.former[key]
            former = known(fields_of(record.hard_fields))
            found.append(
                DriftReview(
                    id_space=member.id_space,
                    source_id=member.source_id,
                    pk=key_of[key],
                    block=block_of[key],
                    former_name=record.name,
                    name=member.name,
                    former=former,
                    now=member.hard_fields,
                    reason=f"abv {former['abv_pct']} -> {member.hard_fields['abv_pct']}; nothing else changed",
                )
            )
        return tuple(found)

    def _speaker(self, part: Part) -> Member:
        return _speaker([self.members[member] for member in part.members])


def whisky_member(pk: str) -> MemberKey:
    """Return a whisky as a member of its family."""
    return ("", pk)


def plan_whiskies(
    state: LevelState,
    groups: Iterable[Group],
    decisions: Decisions,
    *,
    kept: Collection[MemberKey],
    names: KeyNames,
) -> ListingPlan:
    """Plan every listing's key on `state`, which becomes what it should be; `kept` ones drift with a person's consent.

    Raises:
        ValueError: a listing stands in two groups.
    """
    given = [group for group in groups if group.members]
    members = _by_key(given)
    former = {key: state.memberships[key] for key in members if key in state.memberships}
    drifts = find_drifts(state, members.values(), kept)
    plan = LevelPlan(
        state=state,
        parts=in_order(Part(members=tuple(sorted(m.key for m in group.members)), block=group.block) for group in given),
        freed={key: DRIFTED for key, found in drifts.items() if found.detach},
    )
    give_back(plan, decisions)
    set_apart(plan, decisions)
    fields = {
        key: _known_fields(member, former.get(key), is_new=key in plan.freed or key in kept)
        for key, member in members.items()
    }
    reunite_over_blocks(plan, {key: known(told) for key, told in fields.items()})
    owner = give_keys(plan)
    together = join(plan, owner, decisions)

    def name(parts: Sequence[Part]) -> str:
        listings = [members[member] for part in parts for member in part.members]
        return names.mint(slug(_speaker(listings).words), WHISKY_ENDING)

    mint_keys(plan, together, name)
    _record(plan, {key: (member.name, fields_text(fields[key])) for key, member in members.items()})
    return ListingPlan(plan=plan, members=members, former=former, drifts=drifts)


def plan_families(state: LevelState, listings: ListingPlan, names: KeyNames) -> LevelPlan:
    """Plan every whisky's family on `state`: whiskies of one block whose expression is called the same are one."""
    of_whisky: dict[str, list[Member]] = {}
    block_of: dict[str, str] = {}
    for part in listings.plan.parts:
        of_whisky.setdefault(part.pk, []).extend(listings.members[member] for member in part.members)
        block_of[part.pk] = min(part.block, block_of.get(part.pk, part.block))
    alike: dict[tuple[str, str], list[str]] = {}
    speakers = {pk: _speaker(members) for pk, members in of_whisky.items()}
    for pk, speaker in speakers.items():
        alike.setdefault((block_of[pk], speaker.family), []).append(pk)
    parts = [
        Part(members=tuple(sorted(whisky_member(pk) for pk in pks)), block=block) for (block, _), pks in alike.items()
    ]
    plan = LevelPlan(state=state, parts=in_order(parts))
    give_keys(plan)
    for part in plan.parts:
        part.pk = part.own or ""

    def name(group: Sequence[Part]) -> str:
        first = speakers[group[0].members[0][1]]
        return names.mint(slug(first.family_words), FAMILY_ENDING)

    mint_keys(plan, [[part] for part in plan.parts], name)
    _record(plan, {member: (member[1], NO_FIELDS) for part in plan.parts for member in part.members})
    return plan


def find_drifts(state: LevelState, members: Iterable[Member], kept: Collection[MemberKey]) -> dict[MemberKey, Drift]:
    """Return what changed in the own text of each listing that has a past; nothing for those in `kept`."""
    found: dict[MemberKey, Drift] = {}
    for member in members:
        record = state.memberships.get(member.key)
        if record is not None:
            former = fields_of(record.hard_fields)
            changed = drift(record.name, former, member.name, member.hard_fields)
            found[member.key] = UNCHANGED if member.key in kept else changed
    return found


def awake_keys(state: LevelState, live_members: Collection[MemberKey]) -> set[str]:
    """Return the keys for which a live member stands."""
    memberships = state.memberships
    return {state.root(memberships[member].pk) for member in live_members if member in memberships}


def _by_key(groups: Sequence[Group]) -> dict[MemberKey, Member]:
    members: dict[MemberKey, Member] = {}
    for group in groups:
        for member in group.members:
            if member.key in members:
                raise ValueError(
                    f"{member.id_space}:{member.source_id} stands in two groups; each listing is one whisky"
                )
            members[member.key] = member
    return members


def _known_fields(member: Member, former: Membership | None, *, is_new: bool) -> HardFields:
    if former is None or is_new:
        return member.hard_fields
    return remembered(former.name, fields_of(former.hard_fields), member.name, member.hard_fields)


def _record(plan: LevelPlan, says: Mapping[MemberKey, tuple[str, Json]]) -> None:
    """Write every membership into the plan's state: as it was where the key is the same, else with its cause."""
    minted = {pk for pk, _ in plan.minted}
    for part in plan.parts:
        for member in part.members:
            before = plan.state.memberships.get(member)
            name, fields = says[member]
            stays = before is not None and member not in plan.freed and plan.state.root(before.pk) == part.pk
            if before is not None and stays:
                pk, cause, since = before.pk, before.cause, before.since
            else:
                pk, since = part.own or part.pk, 0
                cause = _cause(plan, part, member, is_minted=part.pk in minted)
            record = Membership(pk=pk, since=since, name=name, hard_fields=fields, cause=cause)
            if not record.says(before):
                plan.state.memberships[member] = record


def _cause(plan: LevelPlan, part: Part, member: MemberKey, *, is_minted: bool) -> str:
    if part.bound is not None and member in part.named:
        return part.named[member]
    if part.joined_by is not None:
        return part.joined_by
    if member in plan.freed:
        return plan.freed[member]
    if member not in plan.state.memberships:
        return MINTED if is_minted else MATCHED
    return part.cause or SPLIT


def _speaker(members: Sequence[Member]) -> Member:
    """Return the member that names a key: of those with the most common expression the one with the shortest words."""
    common = Counter(member.family for member in members)
    return min(
        members,
        key=lambda member: (-common[member.family], len(member.family), member.family, member.words, member.key),
    )
