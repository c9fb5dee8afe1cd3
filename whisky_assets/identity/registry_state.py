"""What the events of one level of keys add up to: keys by age, who belongs to which, and which key leads where.

A redirect is written twice where it has to be: once as what happened (`cause` is a rule or a decision), and once more,
as `one_hop`, whenever its end moves, so that a reader of the table never walks a chain. This module keeps the first as
the truth and the second as what readers see. What a decision caused counts only while that decision is in force; that
is how un-deciding finds back. Not here: what should happen next (`identity.registry_plan`).
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias

from whisky_assets.domain.digests import canonical_json
from whisky_assets.domain.record import Json
from whisky_assets.domain.records.core import RegistryEvent
from whisky_assets.identity.decisions import CAUSE_PREFIX
from whisky_assets.identity.drift import HardFields

WHISKY = "whisky"
FAMILY = "family"

ONE_HOP = "one_hop"
"""Cause of a redirect that repeats an earlier one with its new end."""

MemberKey: TypeAlias = tuple[str, str]
"""A listing: `(id_space, source_id)`; at the level of families a whisky: `("", whisky_pk)`."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """That something belongs to a key: `pk` as recorded (it may lead on), since which event, and what it said then."""

    pk: str
    since: int
    name: str
    hard_fields: Json
    cause: str

    def says(self, other: Membership | None) -> bool:
        """Return whether two records tell the same; since when is no part of it."""
        return other is not None and dataclasses.replace(other, since=self.since) == self


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """That a key leads to an older one, and which rule or decision made it so."""

    target: str
    cause: str


class LevelState:
    """The keys of one level, folded from events in their order. It changes only by `take` and by who plans with it."""

    def __init__(self) -> None:
        """Begin with no key."""
        self.minted: dict[str, int] = {}
        self.born_in: dict[str, str] = {}
        self.edges: dict[str, Edge] = {}
        self.one_hop: dict[str, str] = {}
        self.memberships: dict[MemberKey, Membership] = {}
        self.asleep: set[str] = set()

    def copy(self) -> LevelState:
        """Return a state that can change without this one."""
        twin = LevelState()
        twin.minted = dict(self.minted)
        twin.born_in = dict(self.born_in)
        twin.edges = dict(self.edges)
        twin.one_hop = dict(self.one_hop)
        twin.memberships = dict(self.memberships)
        twin.asleep = set(self.asleep)
        return twin

    def take(self, event: RegistryEvent, in_force: frozenset[str] | None) -> None:
        """Add one event; what a decision caused that is not in force moves nobody (None: all are in force)."""
        if event.event == "mint":
            self.minted[event.pk] = event.sequence
            self.born_in[event.pk] = event.target
        elif event.event == "sleep":
            self.asleep.add(event.pk)
        elif event.event == "wake":
            self.asleep.discard(event.pk)
        elif event.event == "redirect":
            self.one_hop[event.pk] = event.target
        elif event.event == "revive":
            self.one_hop.pop(event.pk, None)
        if in_force is None or not event.cause.startswith(CAUSE_PREFIX) or event.cause in in_force:
            self._move(event)

    def _move(self, event: RegistryEvent) -> None:
        key = (event.id_space, event.source_id)
        if event.event == "member":
            before = self.memberships.get(key)
            self.memberships[key] = Membership(
                pk=event.pk,
                since=before.since if before is not None and before.pk == event.pk else event.sequence,
                name=event.name,
                hard_fields=event.hard_fields,
                cause=event.cause,
            )
        elif event.event == "detach":
            self.memberships.pop(key, None)
        elif event.event == "redirect" and event.cause != ONE_HOP:
            self.edges[event.pk] = Edge(target=event.target, cause=event.cause)
        elif event.event == "revive":
            self.edges.pop(event.pk, None)

    def root(self, pk: str) -> str:
        """Return the key that answers for `pk` by all redirects that count; itself where none does."""
        return self.chain(pk)[-1]

    def chain(self, pk: str) -> tuple[str, ...]:
        """Return the keys on the way from `pk` to the one that answers for it, both included."""
        way = [pk]
        while (edge := self.edges.get(way[-1])) is not None:
            way.append(edge.target)
        return tuple(way)

    def age(self, pk: str) -> int:
        """Return when a key was minted: the smaller, the older."""
        return self.minted[pk]


def fold_events(
    events: Iterable[RegistryEvent],
    in_force: frozenset[str] | None = None,
    *,
    onto: tuple[LevelState, LevelState] | None = None,
) -> tuple[LevelState, LevelState]:
    """Return the states of whiskies and of families after all events, as decisions in force make them (None: all).

    `onto` are the states before the first of these events, which change; None where nothing was before.
    """
    whiskies, families = onto or (LevelState(), LevelState())
    for event in events:
        (whiskies if event.level == WHISKY else families).take(event, in_force)
    return whiskies, families


def fields_text(fields: HardFields) -> Json:
    """Return hard fields as canonical JSON, for a column of `core/registry`."""
    return Json(canonical_json(dict(fields)))


@lru_cache(maxsize=65_536)
def fields_of(text: Json) -> HardFields:
    """Return the hard fields that `fields_text` wrote."""
    plain = json.loads(text)
    return MappingProxyType({name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()})
