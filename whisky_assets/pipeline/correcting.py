"""Puts a person's word on a listing in the place of what its source or its name said, before it is matched.

Not here: corrections of a whisky's own field, which survivorship lets win (`describing`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.records import Offer
from whisky_assets.identity.block import block_of
from whisky_assets.identity.decisions import Decision
from whisky_assets.parsing.parsed import FIELDS, Field, ParsedName

RULE = "a person's word"
_COLUMNS = ("abv_pct", "volume_ml", "pack_count", "producer", "country", "region", "gtin14")


def corrected(offer: Offer, corrections: Mapping[str, Decision]) -> Offer:
    """Return an offer with what people corrected on its listing; a value of None makes a field unknown.

    Raises:
        UsageError: a correction names a field that a listing does not have; says which file.
    """
    if not corrections:
        return offer
    parsed = ParsedName.from_json(offer.parsed)
    fields = dict(parsed.fields)
    columns: dict[str, object] = {}
    for name, decision in sorted(corrections.items()):
        if name not in FIELDS and name not in _COLUMNS:
            raise UsageError(
                f"{decision.file}: {name} is no field of a listing",
                remedy=f"Fields of a listing: {', '.join(sorted({*FIELDS, *_COLUMNS}))}.",
            )
        if name in _COLUMNS:
            columns[name] = decision.value
        if name in FIELDS:
            fields.pop(name, None)
            if decision.value is not None:
                fields[name] = Field(decision.value, (0, 0), RULE)
    read = dataclasses.replace(parsed, fields=fields)
    flags = tuple(sorted({*offer.flags, "corrected_by_person"}))
    made = dataclasses.replace(offer, parsed=read.to_json(), block=block_of(read, offer.producer), flags=flags)
    return dataclasses.replace(made, **columns)  # type: ignore[arg-type] # the schema check judges a person's values too
