"""One stored document becomes all that it says: products, refusals and links. Pure, for every preset alike.

Not here: fetching, storing, and what is true of a product beyond this one document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from fnmatch import fnmatch

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.dates import stated_day
from whisky_assets.sources.document import PresetReading, RawDocument, Reading
from whisky_assets.sources.items import read_rows
from whisky_assets.sources.presets.cards import CARDS_VERSION, read_cards
from whisky_assets.sources.presets.csv_xlsx import CSV_XLSX_VERSION, read_price_list, title_day
from whisky_assets.sources.presets.product_pages import PRODUCT_PAGES_VERSION, read_product_page
from whisky_assets.sources.presets.shopify import SHOPIFY_VERSION, read_shopify
from whisky_assets.sources.source import Source

READER_VERSION = "reader-2"
"""Raised when the common part of reading (values, duplicates, decoding) gives another answer on the same document."""

_PRESETS: Mapping[str, tuple[Callable[[Source, RawDocument], PresetReading], str]] = {
    "cards": (read_cards, CARDS_VERSION),
    "csv_xlsx": (read_price_list, CSV_XLSX_VERSION),
    "product_pages": (read_product_page, PRODUCT_PAGES_VERSION),
    "shopify": (read_shopify, SHOPIFY_VERSION),
}


def reader_version(source: Source) -> str:
    """Return the code version that reads a feed: the common part's and its preset's."""
    return f"{READER_VERSION}+{_PRESETS[source.feed.preset][1]}"


def find_rows(source: Source, document: RawDocument) -> PresetReading:
    """Return what a preset finds in a document, its texts not yet read as values.

    Raises:
        InputRefusedError: the whole document is unreadable.
    """
    read, _ = _PRESETS[source.feed.preset]
    return read(source, document)


def read_document(source: Source, document: RawDocument) -> Reading:
    """Return all that one document says; the same document and feed always give the same answer.

    Raises:
        InputRefusedError: the whole document is unreadable; its `reason` is the quarantine's code.
    """
    found = find_rows(source, document)
    items, refused = read_rows(source, found.rows)
    everything = sorted((*found.refused, *refused), key=lambda item: (item.ordinal, item.field, item.reason))
    return Reading(
        items=tuple(items),
        refused=tuple(everything),
        links=found.links,
        rows_read=len(items) + sum(item.scope == "row" for item in everything),
        as_of=document.as_of or document.fetched_at,
        notes=found.notes,
    )


def takes_file(source: Source, file_name: str) -> bool:
    """Whether a feed's patterns name a file, case ignored."""
    patterns = source.file.patterns if source.file else ()
    return any(fnmatch(file_name.casefold(), pattern.casefold()) for pattern in patterns)


def stated_as_of(source: Source, file_name: str, body: bytes, now: datetime) -> datetime | None:
    """Return the day that a file states by its name or its title rows, None where its feed declares no rule.

    Raises:
        InputRefusedError: reason `date_unreadable`: the rule finds no day; or the file cannot be read.
    """
    plan = source.file
    if plan is None or plan.as_of is None:
        return None
    if plan.as_of.where == "title":
        document = RawDocument(
            url=f"file:{file_name}", role="file", media_type="", charset=None, body=body, fetched_at=now
        )
        day = title_day(source, document)
    else:
        match = plan.as_of.pattern.search(file_name)
        day = stated_day(match) if match else None
    if day is None:
        where = "its name" if plan.as_of.where == "file_name" else "the rows above its header"
        raise InputRefusedError(
            f"{file_name}: {where} states no day that {plan.as_of.pattern.pattern!r} finds.",
            reason="date_unreadable",
            remedy=f"Rename the file, or mend as_of in [file] of {source.path}.",
        )
    return day
