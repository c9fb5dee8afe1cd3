"""What goes into the registry and what comes out: listings with their past, groups of them, events and questions.

Not here: the rules (`identity.registry`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from whisky_assets.domain.records.core import RegistryEvent
from whisky_assets.identity.drift import Drift, HardFields
from whisky_assets.identity.registry_state import MemberKey


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One listing as the registry sees it.

    `words` become a new key's slug, `family_words` a new family's; whiskies of one block with an equal `family` are one
    family. `hard_fields` are its own (`identity.drift.hard_fields`).
    """

    id_space: str
    source_id: str
    name: str
    words: tuple[str, ...]
    family: str
    family_words: tuple[str, ...]
    hard_fields: HardFields

    @property
    def key(self) -> MemberKey:
        """The listing's key, `(id_space, source_id)`."""
        return (self.id_space, self.source_id)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Listings of one block that the rules hold to be one whisky; pieces that only a decision joins come apart."""

    block: str
    members: tuple[Member, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DriftReview:
    """A listing whose alcohol changed in its own text and that kept its key: a person should say (kind `drift`)."""

    id_space: str
    source_id: str
    pk: str
    block: str
    former_name: str
    name: str
    former: HardFields
    now: HardFields
    reason: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RegistryDelta:
    """What one application adds: events to append, `(whisky_pk, family_pk)` of every listing given, open questions."""

    events: tuple[RegistryEvent, ...]
    assigned: Mapping[MemberKey, tuple[str, str]]
    reviews: tuple[DriftReview, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The past of listings, for matching: `former` is a must-link, `drifts` says whose own text changed.

    `reread` are those of `former` that say what they said and are read otherwise: a table or the parser learned.
    `matched_abv_pct` holds, for listings whose alcohol is disputed, the former value to match them by.
    """

    former: Mapping[MemberKey, str]
    reread: frozenset[MemberKey]
    drifts: Mapping[MemberKey, Drift]
    matched_abv_pct: Mapping[MemberKey, float]
