"""Decisions win over rules (R8, R9): they cut parts and give old keys back before votes count, and join parts after.

Not here: reading and contradicting decisions (`identity.decisions`), the rules without them (`identity.registry_plan`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations

from whisky_assets.domain.errors import UsageError
from whisky_assets.identity.decisions import CAUSE_PREFIX, Decision, Decisions, Listing, Subject, contradiction
from whisky_assets.identity.registry_plan import LevelPlan, Part, in_order
from whisky_assets.identity.registry_state import Edge, LevelState, MemberKey

TAKEN_BACK = "R9"
"""Cause of what goes back to before because a decision is no longer in force."""

JOINING = ("same", "rename")
"""Kinds of decisions that merge keys."""


def refuse_unknown_keys(decisions: Decisions, state: LevelState) -> None:
    """Refuse a decision about a key that was never minted.

    Raises:
        UsageError: names the file and the key.
    """
    for decision in decisions.all:
        for subject in decision.subjects:
            if isinstance(subject, str) and subject not in state.minted:
                raise UsageError(
                    f"{decision.file or decision.digest[:8]}: {subject} is no key that this registry ever minted.",
                    remedy="Copy the key from `whisky show` or `whisky find`, or remove the file",
                )


def give_back(plan: LevelPlan, decisions: Decisions) -> None:
    """Set the members that un-merge decisions name apart, bound to the old key, which stands alone again (R8).

    Those who came to that key before the merge and are not named stay where the merge brought them.
    """
    for key, decided in _by_key(decisions.of("unmerge")).items():
        named = {
            (member.id_space, member.source_id): decision.cause
            for decision in reversed(decided)
            for member in decision.members
        }
        cause = decided[0].cause
        if key in plan.state.edges:
            _leave_behind(plan.state, key, named, cause)
            del plan.state.edges[key]
            plan.revived[key] = cause
        _bind(plan, key, named, cause)


def set_apart(plan: LevelPlan, decisions: Decisions) -> None:
    """Cut every part that holds two that a decision calls different, and undo a redirect between two such keys."""
    apart = decisions.of("different")
    if not apart:
        return
    members = [member for part in plan.parts for member in part.members]
    plan.sides = {member: found for member in members if (found := _sides(plan, apart, member))}
    plan.parts = in_order(piece for part in plan.parts for piece in _cut(plan, part, apart))
    _say_who_parted(plan, apart)
    for decision in apart:
        if isinstance(decision.subject, str) and isinstance(decision.object, str):
            _undo_redirect(plan, decision.subject, decision.object, decision.cause)
    plan.freed.update(parted(decisions, plan.state))


def join(plan: LevelPlan, owner: Mapping[str, Part], decisions: Decisions) -> list[list[Part]]:
    """Join parts and keys that decisions call the same or renamed; return the parts in groups that share a key.

    The oldest key survives, as in R4, and the redirect remembers its decision.

    Raises:
        UsageError: decisions join what another one calls different, over the keys that its listings have.
    """
    groups = _Groups(plan, owner)
    for decision in decisions.of(*JOINING):
        left, right = (groups.node(subject) for subject in (decision.subject, decision.object) if subject is not None)
        if left is not None and right is not None:
            groups.join(left, right, decision)
    for decision in decisions.of("different"):
        left, right = (groups.node(subject) for subject in (decision.subject, decision.object) if subject is not None)
        if left is not None and right is not None:
            groups.refuse_if_joined(left, right, decision)
    return groups.parts()


def lead_back(before: LevelState, after: LevelState, decisions: Decisions) -> None:
    """Lead each key that only decisions taken back gave members to where all of them went: nothing of it is left."""
    members_of: dict[str, list[MemberKey]] = {}
    for member, record in before.memberships.items():
        members_of.setdefault(before.root(record.pk), []).append(member)
    standing = {after.root(record.pk) for record in after.memberships.values()}
    for key, members in members_of.items():
        causes = {before.memberships[member].cause for member in members}
        withdrawn = all(cause.startswith(CAUSE_PREFIX) and cause not in decisions.in_force for cause in causes)
        heirs = {after.root(after.memberships[member].pk) for member in members if member in after.memberships}
        if withdrawn and len(heirs) == 1 and key not in standing and key not in after.edges:
            after.edges[key] = Edge(target=heirs.pop(), cause=TAKEN_BACK)


def accepted(decisions: Decisions, state: LevelState) -> frozenset[MemberKey]:
    """Return the listings that a decision holds to the very key that they have: a person saw their new text."""
    found: set[MemberKey] = set()
    for decision in decisions.of("same"):
        pair = (decision.subject, decision.object)
        for one, other in (pair, pair[::-1]):
            if isinstance(one, Listing) and isinstance(other, str):
                record = state.memberships.get((one.id_space, one.source_id))
                if record is not None and state.root(record.pk) == state.root(other):
                    found.add((one.id_space, one.source_id))
    return frozenset(found)


def parted(decisions: Decisions, state: LevelState) -> dict[MemberKey, str]:
    """Return the listings whose past does not count, as a decision calls them different from their own key; why."""
    found: dict[MemberKey, str] = {}
    for decision in decisions.of("different"):
        pair = (decision.subject, decision.object)
        for one, other in (pair, pair[::-1]):
            if isinstance(one, Listing) and isinstance(other, str):
                record = state.memberships.get((one.id_space, one.source_id))
                if record is not None and state.root(record.pk) == state.root(other):
                    found[one.id_space, one.source_id] = decision.cause
    return found


def _by_key(decisions: Iterable[Decision]) -> dict[str, list[Decision]]:
    found: dict[str, list[Decision]] = {}
    for decision in decisions:
        found.setdefault(str(decision.subject), []).append(decision)
    return dict(sorted(found.items()))


def _leave_behind(state: LevelState, key: str, named: Collection[MemberKey], cause: str) -> None:
    heir = state.root(key)
    for member, membership in state.memberships.items():
        if member not in named and key in state.chain(membership.pk):
            state.memberships[member] = dataclasses.replace(membership, pk=heir, cause=cause)


def _bind(plan: LevelPlan, key: str, named: Mapping[MemberKey, str], cause: str) -> None:
    """Make one part, bound to a key, of the named members and of all whose past speaks for that key alone."""
    inside: list[MemberKey] = []
    blocks: list[str] = []
    rest: list[Part] = []
    for part in plan.parts:
        here = [member for member in part.members if member in named]
        others = [member for member in part.members if member not in named]
        votes = {plan.vote(member) for member in others} - {None}
        if not here and key not in votes:
            rest.append(part)
            continue
        if votes <= {key}:
            here = list(part.members)
        elif others:
            rest.append(dataclasses.replace(part, members=tuple(others), cause=cause))
        inside += here
        blocks.append(part.block)
    if not named.keys().isdisjoint(inside):
        bound = Part(members=tuple(sorted(inside)), block=min(blocks), bound=key, named=named, cause=cause)
        plan.parts = in_order([*rest, bound])


def _sides(plan: LevelPlan, apart: Sequence[Decision], member: MemberKey) -> dict[int, int]:
    """Return on which side (0, 1) of which decision a member stands: by its own name, else by the keys it came by."""
    listing = Listing(id_space=member[0], source_id=member[1])
    membership = plan.state.memberships.get(member)
    chain = () if membership is None or member in plan.freed else plan.state.chain(membership.pk)
    found: dict[int, int] = {}
    for number, decision in enumerate(apart):
        pair = (decision.subject, decision.object)
        side = next((pair.index(name) for name in (listing, *chain) if name in pair), None)
        if side is not None:
            found[number] = side
    return found


def _cut(plan: LevelPlan, part: Part, apart: Sequence[Decision]) -> list[Part]:
    """Return a part in pieces of which none holds both sides of a decision.

    Members that a decision speaks of are placed first; the others follow those who share their key, who has none the
    first. What matching joined over two keys comes apart by key: which side a member stands on hangs on its key, so
    that one moved to another key here would stand elsewhere the next time.
    """
    spoken = [member for member in part.members if member in plan.sides]
    if all(plan.parting(left, right) is None for left, right in combinations(spoken, 2)):
        return [part]
    pieces: list[list[MemberKey]] = []
    causes: set[str] = set()
    for member in [*spoken, *(member for member in part.members if member not in plan.sides)]:
        open_pieces: list[list[MemberKey]] = []
        for piece in pieces:
            against = [plan.parting(member, other) for other in piece]
            causes.update(apart[number].cause for number in against if number is not None)
            if all(number is None for number in against):
                open_pieces.append(piece)
        nearest = max(open_pieces, key=lambda piece: _kin(plan, member, piece), default=None)
        if nearest is None or _is_of_another_key(plan, member, nearest):
            pieces.append([member])
        else:
            nearest.append(member)
    cut: list[Part] = []
    for piece in pieces:
        bound = None if part.named.keys().isdisjoint(piece) else part.bound
        cut.append(dataclasses.replace(part, members=tuple(sorted(piece)), bound=bound, cause=min(causes)))
    return cut


def _say_who_parted(plan: LevelPlan, apart: Sequence[Decision]) -> None:
    """Give parts of one key that matching kept apart for a decision its cause, so that taking it back counts."""
    of_key: dict[str, list[Part]] = {}
    for part in plan.parts:
        for key in {plan.vote(member) for member in part.members} - {None}:
            of_key.setdefault(str(key), []).append(part)
    for parts in of_key.values():
        for left, right in combinations(parts, 2):
            against = (plan.parting(one, other) for one in left.members for other in right.members)
            causes = [apart[number].cause for number in against if number is not None]
            for part in (left, right) if causes else ():
                part.cause = part.cause or min(causes)


def _is_of_another_key(plan: LevelPlan, member: MemberKey, piece: Sequence[MemberKey]) -> bool:
    """Say whether a member has a key that none of a piece has, while they have one: a cut part merges no two keys."""
    key = plan.vote(member)
    votes = {plan.vote(other) for other in piece} - {None}
    return key is not None and bool(votes) and key not in votes


def _kin(plan: LevelPlan, member: MemberKey, piece: Sequence[MemberKey]) -> int:
    key = plan.vote(member)
    return 0 if key is None else sum(plan.vote(other) == key for other in piece)


def _undo_redirect(plan: LevelPlan, left: str, right: str, cause: str) -> None:
    """Let the younger of two keys stand alone where both lead to the same key."""
    for key in sorted((left, right), key=plan.state.age, reverse=True):
        if plan.state.root(left) == plan.state.root(right) and key in plan.state.edges:
            del plan.state.edges[key]
            plan.revived[key] = cause


class _Groups:
    """Parts and keys that decisions join, with the key of each group."""

    def __init__(self, plan: LevelPlan, owner: Mapping[str, Part]) -> None:
        self._plan = plan
        self._owner = owner
        self._group_of: dict[int | str, list[Part | str]] = {}
        self._joined: list[tuple[Decision, Part | str]] = []
        self._part_of = {member: part for part in plan.parts for member in part.members}

    def node(self, subject: Subject) -> Part | str | None:
        """Return what a subject means now: a part, a key without one, or None for a listing that nobody knows."""
        if isinstance(subject, Listing):
            member = (subject.id_space, subject.source_id)
            if member in self._part_of:
                return self._part_of[member]
            membership = self._plan.state.memberships.get(member)
            if membership is None:
                return None
            subject = membership.pk
        key = self._plan.state.root(subject)
        return self._owner.get(key, key)

    def join(self, left: Part | str, right: Part | str, decision: Decision) -> None:
        """Make one group of two; the younger of two keys leads to the older."""
        cause = decision.cause
        one, other = self._group(left), self._group(right)
        if one is other:
            return
        self._joined.append((decision, left))
        one_key, other_key = self._key(one), self._key(other)
        if one_key is not None and other_key is not None:
            older, younger = sorted((one_key, other_key), key=self._plan.state.age)
            self._plan.state.edges[younger] = Edge(target=older, cause=cause)
            self._plan.revived.pop(younger, None)
        else:
            self._mark_joined(other if other_key is None else one, cause)
        one.extend(other)
        for item in other:
            self._group_of[_identity(item)] = one

    def refuse_if_joined(self, left: Part | str, right: Part | str, apart: Decision) -> None:
        """Refuse a decision whose two sides others have joined, naming all files."""
        group = self._group(left)
        if group is self._group(right):
            joining = [decision for decision, node in self._joined if self._group(node) is group]
            raise contradiction(
                joining[0] if joining else apart, apart, "one holds together, over their keys, what the other parts"
            )

    def parts(self) -> list[list[Part]]:
        """Return all parts in groups, each part with its group's key where there is one."""
        found: dict[int, list[Part]] = {}
        for part in self._plan.parts:
            group = self._group(part)
            part.pk = self._key(group) or ""
            found.setdefault(id(group), []).append(part)
        return list(found.values())

    def _group(self, node: Part | str) -> list[Part | str]:
        return self._group_of.setdefault(_identity(node), [node])

    def _key(self, group: Sequence[Part | str]) -> str | None:
        keys = [item if isinstance(item, str) else item.own for item in group]
        known = [self._plan.state.root(key) for key in keys if key is not None]
        return min(known, key=self._plan.state.age, default=None)

    @staticmethod
    def _mark_joined(group: Sequence[Part | str], cause: str) -> None:
        for item in group:
            if isinstance(item, Part):
                item.joined_by = cause


def _identity(node: Part | str) -> int | str:
    return node if isinstance(node, str) else id(node)
