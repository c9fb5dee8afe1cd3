"""What people said that a listing's name tells, put in the place of what was read there, before it is matched.

Not here: corrections of a listing's columns (`pipeline.row_spelling`, `pipeline.correcting`) and of a whisky's own
fields, which survivorship lets win (`identity.survivorship`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from whisky_assets.domain.errors import UsageError
from whisky_assets.identity.decisions import Decision
from whisky_assets.parsing.parsed import FIELDS, Field, ParsedName

RULE = "a person's word"
COLUMNS = ("abv_pct", "volume_ml", "pack_count", "producer", "country", "region", "gtin14")
"""Fields of a listing that stand in a column of their own."""
SETS = frozenset({"cask", "flavour", "region", "style"})
"""Fields of which a name can tell several; a person may write one without brackets."""


def corrected_name(parsed: ParsedName, corrections: Mapping[str, Decision]) -> ParsedName:
    """Return a reading with the fields that people corrected; a value of None makes a field unknown.

    Raises:
        UsageError: a correction names a field that a listing does not have; says which file.
    """
    fields = dict(parsed.fields)
    for name, decision in sorted(corrections.items()):
        if name not in FIELDS and name not in COLUMNS:
            raise UsageError(
                f"{decision.file}: {name} is no field of a listing",
                remedy=f"Fields of a listing: {', '.join(sorted({*FIELDS, *COLUMNS}))}.",
            )
        if name in FIELDS:
            fields.pop(name, None)
            if decision.value is not None:
                value = decision.value
                if name in SETS and isinstance(value, str):
                    value = (value.casefold(),)
                fields[name] = Field(value, (0, 0), RULE)
    return dataclasses.replace(parsed, fields=fields)
