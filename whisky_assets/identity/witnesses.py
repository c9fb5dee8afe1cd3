"""Who says what of a whisky, and whose word counts: every offer's words as claims, one winner a field, open disputes.

`FIELD_RULES` is the one table: for each field whose word comes first, what counts as a dispute, and whether a pack
speaks for it. Among equal witnesses the value of most independent sellers wins, then the newest. Never an average. A
word that a feed's terms do not let us publish says so (`withheld_by`). Not here: the row that comes of it
(`identity.survivorship`).
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from whisky_assets.domain.digests import canonical_json
from whisky_assets.domain.records.core import Offer
from whisky_assets.identity.compare import ABV_LIMIT_PCT, CASK_STRENGTH_LIMIT_PCT
from whisky_assets.identity.decisions import Decision
from whisky_assets.identity.labels import label_of
from whisky_assets.parsing.fold import fold
from whisky_assets.parsing.parsed import Field, ParsedName
from whisky_assets.reference import Reference
from whisky_assets.sources.source import IMAGE_COLUMN

Word: TypeAlias = str | int | float | bool
DECISION, REFERENCE = "decision", "reference"
DECISION_SPACE = "person"
"""Id space of a person's decision; its number is the head of the decision's digest."""
DECISION_LICENCE = REFERENCE_LICENCE = "own"

PRODUCER_COLUMN = "producer"

_PARSED_AS = {"cask_type": "cask", "cask_strength": "strength"}
_SOURCES = ("producer", "registry", "monopoly", "column", "person")
_ROUNDING_PCT = 1e-9


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """How one field's value is chosen.

    `order` names the witnesses, the first one's word before all others'; `read_from` says whether a source's own column
    comes before what its name was read to say. `differs` is when another word is a dispute: `never` (each source words
    it in its own way), `value` (another value), `abv` (beyond 0.5, for cask strength 0.15, % vol), `parts` (neither
    holds all parts of the other). `by_packs`: whether an offer of several or with glasses speaks for it.
    """

    order: tuple[str, ...] = (DECISION, *_SOURCES)
    read_from: tuple[str, ...] = ("name",)
    differs: str = "value"
    by_packs: bool = True


_OF_PEOPLE_ALONE = FieldRule(order=(DECISION,), differs="never", by_packs=False)
_TOLD_BY_REFERENCE = (DECISION, *_SOURCES, REFERENCE)

FIELD_RULES: Mapping[str, FieldRule] = {
    "name": FieldRule(differs="never", by_packs=False),
    "name_en": _OF_PEOPLE_ALONE,
    "name_ko": _OF_PEOPLE_ALONE,
    "name_ja": _OF_PEOPLE_ALONE,
    "brand": FieldRule(),
    "distillery": FieldRule(),
    "bottler": FieldRule(),
    "expression": FieldRule(differs="never", by_packs=False),
    "age_years": FieldRule(),
    "vintage_year": FieldRule(),
    "bottled_year": FieldRule(),
    "cask_type": FieldRule(differs="parts"),
    "cask_number": FieldRule(),
    "batch": FieldRule(),
    "style": FieldRule(differs="parts"),
    "cask_strength": FieldRule(),
    "country": FieldRule(order=_TOLD_BY_REFERENCE, read_from=("column",)),
    "region": FieldRule(order=_TOLD_BY_REFERENCE, read_from=("column",), differs="parts"),
    "abv_pct": FieldRule(read_from=("column", "name"), differs="abv", by_packs=False),
    IMAGE_COLUMN: FieldRule(order=_SOURCES, read_from=("column",), differs="never", by_packs=False),
}
"""Every field of a whisky that sources speak for, and how its value is chosen."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One source's word on one field; `teller` is whose it is, so that one seller's two numbers count once.

    `withheld_by` is the feed whose terms do not let it be published, None where they do.
    """

    field: str
    value: Word
    witness: str
    read_from: str = "column"
    teller: str
    id_space: str
    source_id: str
    as_of: datetime
    licence: str
    permission: str | None = None
    withheld_by: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The value of one field, what counted for it, and the values that differ beyond tolerance with their sources."""

    field: str
    value: Word
    reason: str
    others: tuple[tuple[Word, int], ...]


def words_of(offer: Offer, parsed: ParsedName, reference: Reference) -> Iterator[Said]:
    """Yield what an offer says, one word a field, its own column before its name; packs are silent where they must."""
    is_pack = parsed.pack is not None or offer.pack_count > 1
    columns: dict[str, Word | None] = {
        "country": offer.country,
        "region": offer.region,
        "abv_pct": offer.abv_pct,
        IMAGE_COLUMN: offer.image_url,
    }
    named = _read_in_name(parsed, reference)
    filled_under: Mapping[str, str] = json.loads(offer.filled_under)
    for field, rule in FIELD_RULES.items():
        if is_pack and not rule.by_packs:
            continue
        told = {"column": columns.get(field), "name": named.get(field)}
        place = next((place for place in rule.read_from if told[place] is not None), None)
        value = None if place is None else told[place]
        if place is not None and value is not None:
            columns_read = _columns_read(field, place, parsed)
            licences = {filled_under[column] for column in columns_read if column in filled_under}
            yield Said(
                field=field,
                value=value,
                witness=offer.witness,
                read_from=place,
                teller=offer.seller,
                id_space=offer.id_space,
                source_id=offer.source_id,
                as_of=offer.as_of,
                licence=min(licences, default=offer.licence),
                permission=offer.permission,
                withheld_by=offer.feed if columns_read & set(offer.withheld) else None,
            )


def _columns_read(field: str, place: str, parsed: ParsedName) -> frozenset[str]:
    """Return the columns of an offer whose terms a word on a field hangs on; a strength is one wherever it is read."""
    if place == "column" or "column" in FIELD_RULES[field].read_from:
        return frozenset({field})
    found = parsed.fields.get(_PARSED_AS.get(field, field))
    return frozenset({PRODUCER_COLUMN if found is not None and _is_outside(found) else "name"})


def without_producer(parsed: ParsedName) -> ParsedName:
    """Return a reading of the name alone: without the maker that another column tells, and what follows from it."""
    inside = {field: found for field, found in parsed.fields.items() if not _is_outside(found)}
    return dataclasses.replace(parsed, fields=inside)


def _is_outside(found: Field) -> bool:
    return found.span == (0, 0)


def _read_in_name(parsed: ParsedName, reference: Reference) -> dict[str, Word | None]:
    makers = {"brand": parsed.brand, "distillery": parsed.distillery, "bottler": parsed.bottler}
    return {
        **{field: None if key is None else reference.brand_name(key) for field, key in makers.items()},
        "name": label_of(parsed, reference),
        "expression": parsed.expression,
        "age_years": parsed.age_years,
        "vintage_year": parsed.vintage_year,
        "bottled_year": parsed.bottled_year,
        "cask_type": ", ".join(parsed.cask) or None,
        "cask_number": parsed.cask_number,
        "batch": parsed.batch,
        "style": ", ".join(parsed.style) or None,
        "cask_strength": True if parsed.strength == "cask_strength" else None,
        "abv_pct": parsed.abv_pct,
    }


def corrected(decisions: Mapping[str, Decision]) -> Iterator[Said]:
    """Yield what people said of a whisky's fields; one decided to be untold says nothing and mutes none."""
    for field, decision in sorted(decisions.items()):
        value = ", ".join(decision.value) if isinstance(decision.value, tuple) else decision.value
        if value is not None:
            yield Said(
                field=field,
                value=value,
                witness=DECISION,
                read_from=DECISION,
                teller=decision.who,
                id_space=DECISION_SPACE,
                source_id=decision.digest[:16],
                as_of=datetime(decision.when.year, decision.when.month, decision.when.day, tzinfo=UTC),
                licence=DECISION_LICENCE,
            )


def known_of_brand(brand: str, reference: Reference, as_of: datetime) -> Iterator[Said]:
    """Yield what the curated tables know of a brand's origin: the last word, where no source tells it.

    Their word has no date of its own; it is dated as the offer that named the brand.
    """
    place = reference.distillery_of(brand)
    told = {"country": reference.country_of(brand), "region": None if place is None else place.region or None}
    for field, value in told.items():
        if value is not None:
            yield Said(
                field=field,
                value=value,
                witness=REFERENCE,
                read_from=REFERENCE,
                teller=REFERENCE,
                id_space=REFERENCE,
                source_id=brand,
                as_of=as_of,
                licence=REFERENCE_LICENCE,
            )


def rule_on(field: str, said: Sequence[Said], *, cask_strength: bool = False) -> Ruling:
    """Return the winner of one field and what disputes it; `said` holds at least one word."""
    rule = FIELD_RULES.get(field, _OF_PEOPLE_ALONE)
    groups: dict[str, list[Said]] = {}
    for one in said:
        groups.setdefault(canonical_json(one.value), []).append(one)
    ranked = sorted(groups, key=lambda text: (*_standing(rule, groups[text]), text))
    chosen = groups[ranked[0]]
    others = [
        (group[0].value, _sellers(group))
        for text, group in groups.items()
        if text != ranked[0] and _beyond(rule, chosen[0].value, group[0].value, cask_strength=cask_strength)
    ]
    others.sort(key=lambda other: (-other[1], canonical_json(other[0])))
    return Ruling(
        field=field,
        value=chosen[0].value,
        reason=_reason(rule, chosen, [groups[text] for text in ranked[1:]]),
        others=tuple(others),
    )


def best_teller(field: str, value: Word | None, said: Iterable[Said]) -> Said | None:
    """Return the best witness's word that tells a field's value, on a tie the newest, then the first; None for none."""
    order = FIELD_RULES[field].order
    return min(
        (one for one in said if one.field == field and one.value == value),
        key=lambda one: (order.index(one.witness), -one.as_of.timestamp(), one.id_space, one.source_id),
        default=None,
    )


def by_field(said: Iterable[Said]) -> dict[str, list[Said]]:
    """Return words by their field."""
    found: dict[str, list[Said]] = {}
    for one in said:
        found.setdefault(one.field, []).append(one)
    return found


def _standing(rule: FieldRule, group: Sequence[Said]) -> tuple[int, int, int, float]:
    rank, place = _best(rule, group)
    return rank, place, -_sellers(group), -_newest(group).timestamp()


def _best(rule: FieldRule, group: Sequence[Said]) -> tuple[int, int]:
    """Return the place of the best witness in the field's order, and of where it says so."""
    places = {place: number for number, place in enumerate(rule.read_from)}
    return min((rule.order.index(one.witness), places.get(one.read_from, 0)) for one in group)


def _reason(rule: FieldRule, chosen: Sequence[Said], others: Sequence[Sequence[Said]]) -> str:
    """Return in words what decided: the witness, the number of sellers, or the date."""
    witness = rule.order[_best(rule, chosen)[0]]
    if not others:
        return f"{witness}: nobody says otherwise"
    if _best(rule, chosen) < _best(rule, others[0]):
        rank, _ = _best(rule, others[0])
        loser = rule.order[rank]
        return f"{witness} speaks before {loser}" if loser != witness else f"{witness}: its column before its name"
    sellers = _sellers(chosen)
    if sellers > _sellers(others[0]):
        return f"{witness}: {sellers} of {_sellers([one for group in (chosen, *others) for one in group])} say so"
    return f"{witness}: the newest word, of {_newest(chosen):%Y-%m-%d}"


def _sellers(group: Sequence[Said]) -> int:
    return len({one.teller for one in group})


def _newest(group: Sequence[Said]) -> datetime:
    return max(one.as_of for one in group)


def _beyond(rule: FieldRule, chosen: Word, other: Word, *, cask_strength: bool) -> bool:
    if rule.differs == "never":
        return False
    if rule.differs == "abv":
        limit = CASK_STRENGTH_LIMIT_PCT if cask_strength else ABV_LIMIT_PCT
        return abs(float(chosen) - float(other)) > limit + _ROUNDING_PCT
    if rule.differs == "parts":
        one, two = set(fold(str(chosen)).split()), set(fold(str(other)).split())
        return not (one <= two or two <= one)
    return chosen != other
