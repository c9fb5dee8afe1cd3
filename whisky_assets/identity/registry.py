"""A key that was ever minted resolves for ever, in one hop; the registry only grows, and in one way for one input.

It is a list of `RegistryEvent`s and the rules by which the next ones follow from clusters of listings:

- R1 three levels: family <- whisky (the pk) <- listing; families come by the same code, with whiskies as members.
- R2 a key is minted once, a readable slug with an ending, and never computed again; a number keeps it apart from every
  key that ever was.
- R3 append-only. R4 merge: the oldest key survives, and every key that leads to the loser is written again with its new
  end. R5 split: the larger part keeps the key, on a tie that of its oldest member.
- R6 a key without a live listing sleeps; it is never used again for another and wakes when a listing returns.
- R7 a listing leaves its key when its own text gains a hard conflict with its former text; alcohol alone only where
  bottlings differ by it, else it stays and a person is asked.
- R8 a decision gives an old key back to the listings that it names. R9 decisions win; what one caused goes back when it
  is no longer in force.

Not here: which listings belong together (`identity.cluster`), what a whisky is called (`identity.survivorship`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from whisky_assets.domain.errors import CorruptDataError
from whisky_assets.domain.records.core import RegistryEvent
from whisky_assets.identity.decisions import CAUSE_PREFIX, Decisions
from whisky_assets.identity.drift import ABV, is_reread, known
from whisky_assets.identity.registry_events import Birth, Change, change_events
from whisky_assets.identity.registry_levels import (
    awake_keys,
    find_drifts,
    plan_families,
    plan_whiskies,
    whisky_member,
)
from whisky_assets.identity.registry_model import Group, Member, RegistryDelta, Standing
from whisky_assets.identity.registry_rulings import JOINING, accepted, lead_back, parted, refuse_unknown_keys
from whisky_assets.identity.registry_state import FAMILY, WHISKY, LevelState, MemberKey, fields_of, fold_events
from whisky_assets.identity.slugs import FAMILY_ENDING, KeyNames


class Registry:
    """All keys, members and redirects, as the events in order make them. It never changes: `extended` gives another."""

    def __init__(self, events: Iterable[RegistryEvent] = ()) -> None:
        """Fold the events.

        Raises:
            CorruptDataError: their numbers are not 1, 2, 3, ..., or one speaks of a key that was not minted before.
        """
        self.events = tuple(events)
        _refuse_gaps(self.events)
        self._whiskies, self._families = fold_events(self.events)
        self._causes = _causes_of(self.events)

    @classmethod
    def from_events(cls, events: Iterable[RegistryEvent]) -> Registry:
        """Return the registry that these events make; they may come in any order, as a table is read."""
        return cls(sorted(events, key=lambda event: event.sequence))

    def extended(self, events: Iterable[RegistryEvent]) -> Registry:
        """Return the registry with further events, which are numbered on; those before are not folded again.

        Raises:
            CorruptDataError: their numbers do not follow, or one speaks of a key that was not minted before.
        """
        further = tuple(events)
        if not further:
            return self
        minted = {*self._whiskies.minted, *self._families.minted}
        _refuse_gaps(further, after=len(self.events), minted=minted)
        twin = Registry()
        twin.events = (*self.events, *further)
        twin._whiskies, twin._families = fold_events(further, onto=(self._whiskies.copy(), self._families.copy()))
        twin._causes = {*self._causes, *_causes_of(further)}
        return twin

    def keys(self, level: str = WHISKY) -> tuple[str, ...]:
        """Return every key ever minted, oldest first."""
        state = self.level(level)
        return tuple(sorted(state.minted, key=state.age))

    def resolve(self, pk: str) -> str:
        """Return the key that answers for a key of either level: itself, or where its one redirect leads.

        Raises:
            KeyError: no such key was ever minted.
        """
        for state in (self._whiskies, self._families):
            if pk in state.minted:
                return state.one_hop.get(pk, pk)
        raise KeyError(pk)

    def redirects(self, level: str = WHISKY) -> Mapping[str, str]:
        """Return every key that leads to another, with where it leads; never more than one hop."""
        return dict(self.level(level).one_hop)

    def members(self) -> Mapping[MemberKey, str]:
        """Return every listing that ever had a key, and the key that now answers for it."""
        return {member: self._whiskies.root(record.pk) for member, record in self._whiskies.memberships.items()}

    def family_of(self, pk: str) -> str:
        """Return the family of a whisky, also of a dormant or redirected one.

        Raises:
            KeyError: no such whisky key was ever minted.
        """
        now = self._whiskies.root(pk)
        record = self._families.memberships.get(("", now))
        return self._families.root(self._whiskies.born_in[now] if record is None else record.pk)

    def standing(self, members: Iterable[Member], decisions: Decisions) -> Standing:
        """Return what the past says of these listings before they are matched."""
        state = self._effective(decisions)[0]
        given = {member.key: member for member in members}
        alone = parted(decisions, state)
        rest = [member for key, member in given.items() if key not in alone]
        drifts = find_drifts(state, rest, accepted(decisions, self._whiskies))
        former: dict[MemberKey, str] = {}
        reread: set[MemberKey] = set()
        abv: dict[MemberKey, float] = {}
        for key, found in drifts.items():
            record = state.memberships[key]
            if not found.detach:
                former[key] = state.root(record.pk)
                if is_reread(record.name, fields_of(record.hard_fields), given[key].name, given[key].hard_fields):
                    reread.add(key)
            if found.disputed:
                abv[key] = float(str(known(fields_of(record.hard_fields))[ABV]))
        return Standing(former=former, reread=frozenset(reread), drifts=drifts, matched_abv_pct=abv)

    def apply(
        self,
        groups: Iterable[Group],
        *,
        decisions: Decisions,
        live_members: Collection[MemberKey],
        build: str,
        now: datetime,
    ) -> RegistryDelta:
        """Return the events that bring keys up to these groups; none where they already are.

        All groups may be given, or only those of some blocks: the events are the same if the blocks left out did not
        change and share no key or family with those given (`closed_blocks` finds them).

        Args:
            groups: one per cluster; each listing stands in one.
            decisions: those in force.
            live_members: all listings of all blocks whose page is not gone; a key without one sleeps (R6).
            build: the build that records it.
            now: when (aware UTC).

        Raises:
            UsageError: a decision names a key that was never minted.
            ValueError: a listing stands in two groups.
        """
        whiskies, families = self._effective(decisions)
        refuse_unknown_keys(decisions, whiskies)
        names = KeyNames((*whiskies.minted, *families.minted))
        kept = accepted(decisions, self._whiskies)
        listings = plan_whiskies(whiskies, groups, decisions, kept=kept, names=names)
        if not self._causes <= decisions.in_force:
            lead_back(self._whiskies, whiskies, decisions)
        expressions = plan_families(families, listings, names)
        awake = awake_keys(whiskies, live_members)
        events = change_events(
            Change(
                level=WHISKY,
                before=self._whiskies,
                after=whiskies,
                awake=awake,
                births=listings.births(expressions),
                freed=listings.plan.freed,
                revived=listings.plan.revived,
            ),
            Change(
                level=FAMILY,
                before=self._families,
                after=families,
                awake=awake_keys(families, {whisky_member(pk) for pk in awake}),
                births=[Birth(pk=pk, name=pk.removesuffix(FAMILY_ENDING)) for pk, _ in expressions.minted],
            ),
            after_sequence=len(self.events),
            build=build,
            now=now,
        )
        family_of = expressions.assigned()
        assigned = {member: (pk, family_of[whisky_member(pk)]) for member, pk in listings.plan.assigned().items()}
        return RegistryDelta(events=events, assigned=assigned, reviews=listings.reviews())

    def level(self, level: str) -> LevelState:
        """Return the state of one level (`whisky`, `family`), to be read."""
        return self._families if level == FAMILY else self._whiskies

    def _effective(self, decisions: Decisions) -> tuple[LevelState, LevelState]:
        """Return both levels, the caller's to change, without withdrawn decisions and what those in force merge.

        Merges by decision are made anew each time, so that each part keeps the key that is its own without them.
        """
        if self._causes <= decisions.in_force:
            whiskies, families = self._whiskies.copy(), self._families.copy()
        else:
            whiskies, families = fold_events(self.events, decisions.in_force)
        joining = {decision.cause for decision in decisions.of(*JOINING)}
        for pk in [pk for pk, edge in whiskies.edges.items() if edge.cause in joining]:
            del whiskies.edges[pk]
        return whiskies, families


def closed_blocks(changed: Iterable[str], placed: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return the blocks to match anew when these changed: with every block that shares a key with one of them.

    `placed` holds `(block, key)` of all listings as they were matched last: of each its pk and its family.
    """
    blocks_of: dict[str, set[str]] = {}
    keys_of: dict[str, set[str]] = {}
    for block, key in placed:
        blocks_of.setdefault(key, set()).add(block)
        keys_of.setdefault(block, set()).add(key)
    closed = set(changed)
    waiting = list(closed)
    for block in waiting:
        for key in keys_of.get(block, ()):
            new = blocks_of[key] - closed
            closed |= new
            waiting.extend(new)
    return frozenset(closed)


def _causes_of(events: Iterable[RegistryEvent]) -> set[str]:
    return {event.cause for event in events if event.cause.startswith(CAUSE_PREFIX)}


def _refuse_gaps(events: Iterable[RegistryEvent], *, after: int = 0, minted: Collection[str] = ()) -> None:
    minted = set(minted)
    for number, event in enumerate(events, after + 1):
        if event.sequence != number:
            raise CorruptDataError(
                f"core/registry: event {number} is missing; {event.sequence} ({event.event} {event.pk}) stands there.",
                remedy="Run `whisky storage verify`",
            )
        if event.event == "mint":
            minted.add(event.pk)
        elif event.pk not in minted or (event.event == "redirect" and event.target not in minted):
            raise CorruptDataError(
                f"core/registry: event {number} ({event.event} {event.pk} {event.target}) speaks of a key that was "
                "never minted.",
                remedy="Run `whisky storage verify`",
            )
