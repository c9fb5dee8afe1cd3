"""Small listings, groups and registries for tests: a listing is a letter, a group a word of letters."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from whisky_assets.domain.records.core import RegistryEvent
from whisky_assets.identity.decisions import Decisions
from whisky_assets.identity.drift import HardValue
from whisky_assets.identity.registry import Registry
from whisky_assets.identity.registry_model import Group, Member, RegistryDelta
from whisky_assets.identity.registry_state import FAMILY, WHISKY

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def member(
    source_id: str,
    hard: Mapping[str, HardValue] | None = None,
    *,
    name: str = "",
    words: tuple[str, ...] = ("glen", "test"),
    family: str = "glen test",
    **fields: HardValue,
) -> Member:
    """Return one listing of the shop `shop`; `hard` and `fields` are its hard fields."""
    return Member(
        id_space="shop",
        source_id=source_id,
        name=name or f"Glen Test {source_id}",
        words=words,
        family=family,
        family_words=("glen", "test"),
        hard_fields={**(hard or {}), **fields},
    )


def group(*members: Member | str, block: str = "glen") -> Group:
    """Return a group; a text stands for a plain listing of that id."""
    return Group(block=block, members=tuple(member(item) if isinstance(item, str) else item for item in members))


def groups(*words: str, block: str = "glen") -> list[Group]:
    """Return a group for each word, of plain listings named by its letters."""
    return [group(*word, block=block) for word in words]


def apply(
    registry: Registry,
    given: Iterable[Group],
    *,
    decisions: Decisions | None = None,
    live: Collection[tuple[str, str]] | None = None,
) -> tuple[Registry, RegistryDelta]:
    """Apply groups, all of them live unless told; return the registry after it and what was added."""
    given = list(given)
    if live is None:
        live = {listing.key for one in given for listing in one.members}
    delta = registry.apply(given, decisions=decisions or Decisions(), live_members=live, build="b1", now=NOW)
    return registry.extended(delta.events), delta


def grown(*steps: Sequence[str]) -> Registry:
    """Return the registry after these steps, each the words of its groups."""
    registry = Registry()
    for step in steps:
        registry, _ = apply(registry, groups(*step))
    return registry


def told(events: Iterable[RegistryEvent], level: str = "whisky") -> list[str]:
    """Return events of one level as short lines, for comparing."""
    lines = []
    for event in events:
        if event.level == level:
            parts = (event.event, event.source_id or event.pk, event.target or event.pk, event.cause)
            lines.append(" ".join(parts))
    return lines


def pk_of(registry: Registry, id_space: str, source_id: str) -> str | None:
    """Return the key of a listing, None for one that never had one."""
    return registry.members().get((id_space, source_id))


def is_dormant(registry: Registry, pk: str) -> bool:
    """Return whether a key of either level stands for itself and no live listing stands for it."""
    levels = (registry.level(WHISKY), registry.level(FAMILY))
    return any(pk in state.asleep and pk not in state.one_hop for state in levels)
