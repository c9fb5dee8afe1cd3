"""Offers and whiskies for tests, made from names by the real parser and the shipped reference."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from whisky_assets.domain.records.core import Offer, Whisky
from whisky_assets.identity.block import block_of
from whisky_assets.identity.decisions import Decision
from whisky_assets.identity.survivorship import Description, describe, whisky_digest
from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import load_reference

DAY = datetime(2026, 1, 5, tzinfo=UTC)


def offer(name: str, source_id: str = "1", id_space: str = "shop", **columns: Any) -> Offer:
    """Return one offer of a name; `columns` override any of its columns."""
    parsed = parse_name(name, load_reference())
    values: dict[str, Any] = {
        "id_space": id_space,
        "source_id": source_id,
        "feed": id_space,
        "told_by": (id_space,),
        "seller": id_space,
        "witness": "column",
        "name": name,
        "clean_name": name,
        "language": "en",
        "page_state": "live",
        "kind": "whisky",
        "verdict": "publish",
        "parsed": parsed.to_json(),
        "block": block_of(parsed),
        "licence": f"{id_space}_terms",
        "publishable": True,
        "as_of": DAY,
        "first_seen": DAY,
        "last_seen": DAY,
        "input_digest": "0" * 64,
        "maker_version": "test",
    }
    return Offer(**{**values, **columns})


def described(*offers: Offer, corrections: Mapping[str, Decision] | None = None, pk: str = "glen_pk") -> Description:
    """Return the whisky that these offers are."""
    decided = corrections or {}
    made_from = whisky_digest(pk, "glen_fk", offers, decided, load_reference())
    return describe(pk, "glen_fk", offers, corrections=decided, reference=load_reference(), input_digest=made_from)


def whisky(pk: str, name: str, **columns: Any) -> Whisky:
    """Return the whisky of one offer of this name; `columns` override its columns."""
    told = {key: columns.pop(key) for key in ("abv_pct", "language") if key in columns}
    return dataclasses.replace(described(offer(name, pk, **told), pk=f"{pk}_pk").whisky, **columns)
