"""The difference between what the events say of one level and what it should become, as further events.

Nothing is written that already holds: the same plan twice adds no event. Not here: the plan (`identity.registry_plan`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from whisky_assets.domain.record import Json
from whisky_assets.domain.records.core import RegistryEvent
from whisky_assets.identity.registry_plan import DRIFTED, MINTED
from whisky_assets.identity.registry_rulings import TAKEN_BACK
from whisky_assets.identity.registry_state import ONE_HOP, LevelState, MemberKey

NO_FIELDS = Json("{}")

DORMANT = "R6"
"""Cause of sleep and of waking."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An event without its number, build and time; fields as in `core/registry`."""

    event: str
    pk: str
    cause: str
    target: str = ""
    member: MemberKey = ("", "")
    name: str = ""
    hard_fields: Json = NO_FIELDS


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Birth:
    """A key to be minted: its name and, for a whisky, its family."""

    pk: str
    name: str
    family: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one level is (`before`) and should be (`after`, with `awake` keys), and why some of it changes."""

    level: str
    before: LevelState
    after: LevelState
    awake: Collection[str]
    births: Sequence[Birth] = ()
    freed: Mapping[MemberKey, str] = dataclasses.field(default_factory=dict)
    revived: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def births_of_keys(self) -> Iterator[Draft]:
        """Yield each new key, in the order of minting."""
        for birth in self.births:
            yield Draft(event="mint", pk=birth.pk, cause=MINTED, target=birth.family, name=birth.name)

    def moves(self) -> Iterator[Draft]:
        """Yield what key leads where now, then who belongs to which key now; keys by age, members by their id."""
        yield from self._leads()
        yield from self._memberships()

    def rests(self) -> Iterator[Draft]:
        """Yield which keys fall asleep and which wake; keys by age."""
        born = [birth.pk for birth in self.births]
        for pk in [*sorted(self.before.minted, key=self.before.age), *born]:
            if pk in self.after.edges:
                continue
            asleep = pk in self.before.asleep
            if asleep and pk in self.awake:
                yield Draft(event="wake", pk=pk, cause=DORMANT)
            elif not asleep and pk not in self.awake:
                yield Draft(event="sleep", pk=pk, cause=DORMANT)

    def _leads(self) -> Iterator[Draft]:
        changed = sorted({*self.before.one_hop, *self.after.edges}, key=self.before.age)
        for pk in changed:
            edge = self.after.edges.get(pk)
            if edge is None:
                yield Draft(event="revive", pk=pk, cause=self.revived.get(pk, TAKEN_BACK))
                continue
            shown = self.before.one_hop.get(pk)
            if edge != self.before.edges.get(pk):
                yield Draft(event="redirect", pk=pk, cause=edge.cause, target=edge.target)
                shown = edge.target
            end = self.after.root(pk)
            if shown != end:
                yield Draft(event="redirect", pk=pk, cause=ONE_HOP, target=end)

    def _memberships(self) -> Iterator[Draft]:
        before, after = self.before.memberships, self.after.memberships
        changed = [member for member, record in after.items() if record is not before.get(member)]
        changed += [member for member in before if member not in after]
        for member in sorted(changed):
            was, record = before.get(member), after.get(member)
            if was is not None and (record is None or self._leaves(member)):
                yield Draft(
                    event="detach", pk=was.pk, cause=self.freed.get(member, TAKEN_BACK), member=member, name=was.name
                )
            if record is not None and not record.says(was):
                yield Draft(
                    event="member",
                    pk=record.pk,
                    cause=record.cause,
                    member=member,
                    name=record.name,
                    hard_fields=record.hard_fields,
                )

    def _leaves(self, member: MemberKey) -> bool:
        """Return whether a member leaves its key because its own text changed."""
        old, new = self.before.memberships[member], self.after.memberships[member]
        return self.freed.get(member) == DRIFTED and self.after.root(old.pk) != self.after.root(new.pk)


def change_events(
    whiskies: Change, families: Change, *, after_sequence: int, build: str, now: datetime
) -> tuple[RegistryEvent, ...]:
    """Return the events of one change of both levels, numbered on from `after_sequence`, families minted first."""
    drafts: list[tuple[str, Draft]] = []
    for step in (Change.births_of_keys, Change.moves, Change.rests):
        for change in (families, whiskies):
            drafts.extend((change.level, draft) for draft in step(change))
    return tuple(
        RegistryEvent(
            sequence=after_sequence + number,
            event=draft.event,
            level=level,
            pk=draft.pk,
            target=draft.target,
            id_space=draft.member[0],
            source_id=draft.member[1],
            name=draft.name,
            hard_fields=draft.hard_fields,
            cause=draft.cause,
            build=build,
            at=now,
        )
        for number, (level, draft) in enumerate(drafts, 1)
    )
