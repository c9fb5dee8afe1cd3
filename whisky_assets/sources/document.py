"""What goes into a reader and what comes out: a document's bytes, its products, its refusals, its links.

Not here: how any of it is read. Times are aware UTC.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import datetime

from whisky_assets.domain.record import Json

LONGEST_EVIDENCE = 500
"""Characters of a refused slice that are kept."""

Evidence = str | Callable[[], str]
"""The slice that a row was read from, or what tells it when something of the row is refused: few rows are."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RawDocument:
    """One stored body. `role` is index, page or file; the URL of a file is `file:NAME`; `as_of` is what it states."""

    url: str
    role: str
    media_type: str
    charset: str | None
    body: bytes
    fetched_at: datetime
    as_of: datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """One product as a preset finds it: texts by field, the preferred first, not yet read.

    `price_decimal` is the decimal sign of its price where the form of the document fixes it (JSON-LD, Shopify);
    `price_digits` is how many digits a price in minor units has behind that sign, where the document says it.
    """

    ordinal: int
    texts: Mapping[str, tuple[str, ...]]
    details: Mapping[str, str]
    evidence: Evidence
    price_decimal: str | None = None
    price_digits: int | None = None
    flags: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReadItem:
    """One product as a document tells it; the columns are those of `staged/sightings` that the document decides."""

    ordinal: int
    id_space: str
    source_id: str
    seller: str
    name: str
    url: str | None
    producer: str | None
    category: str | None
    country: str | None
    region: str | None
    language: str
    abv_text: str | None
    abv_pct: float | None
    volume_text: str | None
    volume_ml: int | None
    pack_count: int
    price_text: str | None
    price_minor: int | None
    currency: str | None
    gtin_text: str | None
    available: bool | None
    details: Json
    flags: tuple[str, ...]
    licence: str
    permission: str | None = None
    image_url: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RefusedItem:
    """One refused row (scope `row`, field empty) or value (scope `value`); `ordinal` is its row's."""

    ordinal: int
    field: str
    scope: str
    reason: str
    message: str
    evidence: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Another document of the feed: a URL without a fragment, and whether it is an index or a page.

    `modified` is when the site says that it last changed, None where it says nothing: a hint, never a proof.
    """

    url: str
    role: str
    modified: datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PresetReading:
    """What a preset finds in a document: rows to be read, rows that are no rows, links, and notes for the summary.

    `stated_total` is how many products the whole list has by the document's own words, None where it says nothing;
    `products` is how many this document lists where its rows are variants of them.
    """

    rows: tuple[RawRow, ...] = ()
    refused: tuple[RefusedItem, ...] = ()
    links: tuple[Link, ...] = ()
    notes: tuple[str, ...] = ()
    stated_total: int | None = None
    products: int | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that one document says. `rows_read` = items + refused rows; refused values are counted apart.

    `as_of` is the day the document states, else when it was fetched. `notes` are sentences for the summary.
    """

    items: tuple[ReadItem, ...]
    refused: tuple[RefusedItem, ...]
    links: tuple[Link, ...]
    rows_read: int
    as_of: datetime
    notes: tuple[str, ...]


def refused_row(ordinal: int, reason: str, message: str, evidence: Evidence) -> RefusedItem:
    """Return the refusal of a whole row, its evidence told and cut to length."""
    told = evidence if isinstance(evidence, str) else evidence()
    return RefusedItem(
        ordinal=ordinal,
        field="",
        scope="row",
        reason=reason,
        message=message,
        evidence=told[:LONGEST_EVIDENCE],
    )
