"""Says in which fields two rows of one whisky, or of one offer, differ; what another kind of change tells is left out.

Not here: which rows are compared (`history`, `review_try`).
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping

from whisky_assets.domain.records import Offer, Whisky

UNTOLD = "untold"

# A name is a rename, a state wakes or sleeps; counts, sources and licences follow from offers that come and go.
_TOLD_OF_WHISKIES = frozenset({"whisky_pk", "name", "state", "offer_count", "live_offer_count", "sources", "licences"})
# A price is told in its currency; a reading, a block and a reason follow from what the source says.
_TOLD_OF_OFFERS = frozenset(
    {"id_space", "source_id", "price_minor", "currency", "clean_name", "parsed", "block", "told_by", "as_of"}
)
_NO_FACT = frozenset({"input_digest", "maker_version", "search_tokens", "first_seen", "last_seen"})
_ORIGIN = "_origin"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field of a row before and after, as texts."""

    field: str
    before: str
    after: str

    def __str__(self) -> str:
        """Return `abv_pct 46.0 -> 45.2`."""
        return f"{self.field} {self.before} -> {self.after}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A whisky by its key, or an offer by `id_space:source_id`, and every field in which it differs; at least one."""

    key: str
    name: str
    fields: tuple[FieldChange, ...]

    def __str__(self) -> str:
        """Return key, name and all fields on one line."""
        return f"{self.key}  {self.name}: {'; '.join(map(str, self.fields))}"


def changed_whiskies(before: Mapping[str, Whisky], after: Mapping[str, Whisky]) -> tuple[Changed, ...]:
    """Return the whiskies that both sides have and whose values differ, in order of key; names alone are renames."""
    both = ((pk, before[pk], row) for pk, row in sorted(after.items()) if pk in before and before[pk] != row)
    told = ((pk, row.name, _without_echoes(old, row, _changes(old, row, _TOLD_OF_WHISKIES))) for pk, old, row in both)
    return tuple(Changed(key=pk, name=name, fields=fields) for pk, name, fields in told if fields)


def changed_offers(before: Mapping[str, Offer], after: Mapping[str, Offer]) -> tuple[Changed, ...]:
    """Return the offers that both sides have and whose values but the price differ, in order of key."""
    both = ((key, before[key], row) for key, row in sorted(after.items()) if key in before and before[key] != row)
    told = ((key, row.name, _changes(old, row, _TOLD_OF_OFFERS)) for key, old, row in both)
    return tuple(Changed(key=key, name=name, fields=fields) for key, name, fields in told if fields)


def fields_line(changed: Iterable[Changed]) -> str:
    """Return how many rows differ in each field, the most frequent first: `abv_pct 3, region 1`."""
    counts = Counter(change.field for one in changed for change in one.fields)
    return ", ".join(f"{field} {count:,}" for field, count in sorted(counts.items(), key=lambda item: (-item[1], item)))


def _changes(before: Whisky | Offer, after: Whisky | Offer, told_apart: frozenset[str]) -> tuple[FieldChange, ...]:
    names = (field.name for field in dataclasses.fields(after))
    values = ((name, getattr(before, name), getattr(after, name)) for name in names if name not in told_apart)
    return tuple(
        FieldChange(field=name, before=_text(old), after=_text(new))
        for name, old, new in values
        if old != new and name not in _NO_FACT
    )


def _without_echoes(before: Whisky, after: Whisky, changes: tuple[FieldChange, ...]) -> tuple[FieldChange, ...]:
    """Leave out what a change beside it says: an English name that is the name, and where a changed name comes from."""
    fields = {change.field for change in changes}
    renamed = (before.name, after.name)
    echoes = {change.field for change in changes if change.field.removesuffix(_ORIGIN) in fields - {change.field}}
    if before.name != after.name and (before.name_en, after.name_en) == renamed:
        echoes |= {"name_en", f"name_en{_ORIGIN}"}
    return tuple(change for change in changes if change.field not in echoes)


def _text(value: object) -> str:
    if value is None or value == ():
        return UNTOLD
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
