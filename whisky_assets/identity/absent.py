"""Listings that the registry alone still knows, to be matched beside those of a run.

A key without a listing sleeps, it is not forgotten (R6): what comes from another seller while it sleeps is the same
whisky, and a second key for it would only have to be merged later. Not here: listings of a run (`identity.match_csv`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import NamedTuple

from whisky_assets.identity.drift import ABV, as_told, known
from whisky_assets.identity.model import Key, Subject
from whisky_assets.identity.registry import Registry
from whisky_assets.identity.registry_input import member_of
from whisky_assets.identity.registry_model import Member
from whisky_assets.identity.registry_state import WHISKY, Membership, fields_of
from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import Reference


class Offered(NamedTuple):
    """What a listing told beside its name when it was last seen, for its absence: evidence, and no part of its key."""

    gtin14: str | None = None
    volume_ml: int | None = None
    release: str = ""


UNTOLD = Offered()


def offered(subject: Subject) -> Offered:
    """Return what is to be remembered of a listing beside its name."""
    return Offered(subject.gtin14, subject.volume_ml, subject.release)


def absent_subjects(
    registry: Registry,
    present: Collection[Key],
    reference: Reference,
    last_offered: Mapping[Key, Offered] = MappingProxyType({}),
) -> Mapping[Key, Subject]:
    """Return the listings of a registry that are not `present`, by their last name and the alcohol they told first.

    Size, barcode and release are those of `last_offered`, unknown where it is silent.
    """
    memberships = registry.level(WHISKY).memberships
    keys = sorted(Key(*member) for member in memberships)
    return {
        key: _subject(key, memberships[key], reference, last_offered.get(key, UNTOLD))
        for key in keys
        if key not in present
    }


def absent_members(registry: Registry, absent: Mapping[Key, Subject]) -> Mapping[Key, Member]:
    """Return the same listings for the registry, with the very fields that it holds: nothing of them changed."""
    memberships = registry.level(WHISKY).memberships
    return {
        key: dataclasses.replace(member_of(subject), hard_fields=as_told(fields_of(memberships[key].hard_fields)))
        for key, subject in absent.items()
    }


def _subject(key: Key, record: Membership, reference: Reference, last: Offered) -> Subject:
    told = known(fields_of(record.hard_fields))
    brand, abv = told.get("brand"), told.get(ABV)
    # A brand that only the producer's column told is told again by it.
    parsed = parse_name(record.name, reference, producer=None if brand is None else reference.brand_name(str(brand)))
    return Subject(
        id_space=key.id_space,
        source_id=key.source_id,
        name=record.name,
        parsed=parsed,
        abv_pct=abv if isinstance(abv, float) else None,
        volume_ml=last.volume_ml,
        gtin14=last.gtin14,
        release=last.release,
    )
