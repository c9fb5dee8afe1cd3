"""Puts a person's word on a listing in the place of what its source or its name said, before it is matched.

Not here: corrections of a whisky's own field, which survivorship lets win (`describing`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from whisky_assets.cleaning.verdicts import RULES, gravest
from whisky_assets.domain.records import Offer
from whisky_assets.identity.block import block_of
from whisky_assets.identity.corrections import COLUMNS, corrected_name
from whisky_assets.identity.decisions import Decision
from whisky_assets.parsing.parsed import ParsedName


def corrected(offer: Offer, corrections: Mapping[str, Decision]) -> Offer:
    """Return an offer with what people corrected on its listing; a value of None makes a field unknown.

    A reason to hold or refuse that hangs on a corrected field is answered by that, and goes.

    Raises:
        UsageError: a correction names a field that a listing does not have; says which file.
    """
    if not corrections:
        return offer
    read = corrected_name(ParsedName.from_json(offer.parsed), corrections)
    columns = {name: decision.value for name, decision in sorted(corrections.items()) if name in COLUMNS}
    flags = tuple(sorted({*offer.flags, "corrected_by_person"}))
    reasons = tuple(code for code in offer.reasons if not set(RULES[code].answered_by) & set(corrections))
    made = dataclasses.replace(
        offer,
        parsed=read.to_json(),
        block=block_of(read, offer.producer),
        flags=flags,
        reasons=reasons,
        verdict=gravest(reasons),
    )
    return dataclasses.replace(made, **columns)  # type: ignore[arg-type] # the schema check judges a person's values too
