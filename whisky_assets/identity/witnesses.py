"""Who says what of a whisky, and whose word counts: every offer's words as claims, one winner a field, open disputes.

A person's word beats a producer's, that a registry's, that a shop's column, that what a name was read to say; then the
value of most sources, then the newest. Never an average. Not here: the row that comes of it (`identity.survivorship`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from whisky_assets.domain.digests import canonical_json
from whisky_assets.domain.records.core import WITNESSES, Offer
from whisky_assets.identity.compare import ABV_LIMIT_PCT, CASK_STRENGTH_LIMIT_PCT
from whisky_assets.identity.decisions import Decision
from whisky_assets.identity.labels import label_of
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.reference import Reference

Word: TypeAlias = str | int | float | bool
PERSON_SPACE = "person"
"""Id space of a person's word; its number is the head of the decision's digest."""
PERSON_LICENCE = "own"

UNDISPUTED = frozenset({"name", "name_en", "name_ko", "name_ja", "expression"})
"""Fields that every source words in its own way: the others' words are claims, no dispute."""

_BY_PARTS = frozenset({"cask_type", "style"})
_ROUNDING_PCT = 1e-9


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One source's word on one field."""

    field: str
    value: Word
    witness: str
    id_space: str
    source_id: str
    as_of: datetime
    licence: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The value of one field, what counted for it, and the values that differ beyond tolerance with their sources."""

    field: str
    value: Word
    reason: str
    others: tuple[tuple[Word, int], ...]


def words_of(offer: Offer, parsed: ParsedName, reference: Reference) -> Iterator[Said]:
    """Yield what an offer says: one word a field, its own column before its name.

    A pack (several of one whisky, a box with glasses) does not speak for name or alcohol.
    """
    is_pack = parsed.pack is not None or offer.pack_count > 1
    told: dict[str, tuple[Word | None, str]] = {
        "brand": (None if parsed.brand is None else reference.brand_name(parsed.brand), "name"),
        "distillery": (None if parsed.distillery is None else reference.brand_name(parsed.distillery), "name"),
        "bottler": (None if parsed.bottler is None else reference.brand_name(parsed.bottler), "name"),
        "expression": (parsed.expression, "name"),
        "age_years": (parsed.age_years, "name"),
        "vintage_year": (parsed.vintage_year, "name"),
        "bottled_year": (parsed.bottled_year, "name"),
        "cask_type": (", ".join(parsed.cask) or None, "name"),
        "cask_number": (parsed.cask_number, "name"),
        "batch": (parsed.batch, "name"),
        "style": (", ".join(parsed.style) or None, "name"),
        "cask_strength": (True if parsed.strength == "cask_strength" else None, "name"),
        "country": (offer.country, offer.witness),
        "region": (offer.region, offer.witness),
    }
    if not is_pack:
        told["abv_pct"] = (offer.abv_pct, offer.witness) if offer.abv_pct is not None else (parsed.abv_pct, "name")
        told["name"] = (label_of(parsed), offer.witness)
    for field, (value, witness) in told.items():
        if value is not None:
            yield Said(
                field=field,
                value=value,
                witness=witness,
                id_space=offer.id_space,
                source_id=offer.source_id,
                as_of=offer.as_of,
                licence=offer.licence,
            )


def corrected(decisions: Mapping[str, Decision]) -> Iterator[Said]:
    """Yield what people said of a whisky's fields; one decided to be untold says nothing and mutes none."""
    for field, decision in sorted(decisions.items()):
        value = ", ".join(decision.value) if isinstance(decision.value, tuple) else decision.value
        if value is not None:
            yield Said(
                field=field,
                value=value,
                witness="person",
                id_space=PERSON_SPACE,
                source_id=decision.digest[:16],
                as_of=datetime(decision.when.year, decision.when.month, decision.when.day, tzinfo=UTC),
                licence=PERSON_LICENCE,
            )


def rule_on(field: str, said: Sequence[Said], *, cask_strength: bool = False) -> Ruling:
    """Return the winner of one field and what disputes it; `said` holds at least one word."""
    groups: dict[str, list[Said]] = {}
    for one in said:
        groups.setdefault(canonical_json(one.value), []).append(one)
    best = min(groups, key=lambda text: (*_standing(groups[text]), text))
    chosen = groups[best]
    others = [
        (group[0].value, _sources(group))
        for text, group in sorted(groups.items())
        if text != best and _beyond(field, chosen[0].value, group[0].value, cask_strength=cask_strength)
    ]
    others.sort(key=lambda other: (-other[1], canonical_json(other[0])))
    return Ruling(
        field=field,
        value=chosen[0].value,
        reason=f"{_witness(chosen)} before the others; {_sources(chosen)} of {_sources(said)} sources say it",
        others=tuple(others),
    )


def by_field(said: Iterable[Said]) -> dict[str, list[Said]]:
    """Return words by their field."""
    found: dict[str, list[Said]] = {}
    for one in said:
        found.setdefault(one.field, []).append(one)
    return found


def _standing(group: Sequence[Said]) -> tuple[int, int, float]:
    newest = max(one.as_of.timestamp() for one in group)
    return WITNESSES.index(_witness(group)), -_sources(group), -newest


def _witness(group: Sequence[Said]) -> str:
    return min((one.witness for one in group), key=WITNESSES.index)


def _sources(group: Sequence[Said]) -> int:
    return len({one.id_space for one in group})


def _beyond(field: str, chosen: Word, other: Word, *, cask_strength: bool) -> bool:
    if field in UNDISPUTED:
        return False
    if field == "abv_pct":
        limit = CASK_STRENGTH_LIMIT_PCT if cask_strength else ABV_LIMIT_PCT
        return abs(float(chosen) - float(other)) > limit + _ROUNDING_PCT
    if field in _BY_PARTS:
        one, two = set(str(chosen).split(", ")), set(str(other).split(", "))
        return not (one <= two or two <= one)
    return chosen != other
