"""One stored document becomes all that it says: products, refusals and links. Pure, for every preset alike.

Not here: fetching, storing, and what is true of a product beyond this one document.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from fnmatch import fnmatch

from whisky_assets.domain.errors import InputRefusedError, WhiskyError
from whisky_assets.parsing.dates import stated_day
from whisky_assets.sources.document import PresetReading, RawDocument, Reading
from whisky_assets.sources.items import read_rows
from whisky_assets.sources.presets.cards import CARDS_VERSION, read_cards
from whisky_assets.sources.presets.csv_xlsx import CSV_XLSX_VERSION, read_price_list, title_day
from whisky_assets.sources.presets.json_api import JSON_API_VERSION, read_json_api
from whisky_assets.sources.presets.json_ld import JSON_LD_VERSION, read_json_ld
from whisky_assets.sources.presets.product_pages import PRODUCT_PAGES_VERSION, read_product_page
from whisky_assets.sources.presets.shopify import SHOPIFY_VERSION, read_shopify
from whisky_assets.sources.presets.sitemap import SITEMAP_VERSION
from whisky_assets.sources.presets.squarespace import SQUARESPACE_VERSION, read_squarespace
from whisky_assets.sources.presets.table import TABLE_VERSION, read_table
from whisky_assets.sources.presets.woocommerce import WOOCOMMERCE_VERSION, read_woocommerce
from whisky_assets.sources.source import Source

READER_VERSION = "reader-5"
"""Raised when the common part of reading (values, duplicates, decoding) gives another answer on the same document."""

_PRESETS: Mapping[str, tuple[Callable[[Source, RawDocument], PresetReading], str]] = {
    "cards": (read_cards, CARDS_VERSION),
    "csv_xlsx": (read_price_list, CSV_XLSX_VERSION),
    "json_api": (read_json_api, JSON_API_VERSION),
    "json_ld": (read_json_ld, JSON_LD_VERSION),
    "product_pages": (read_product_page, f"{PRODUCT_PAGES_VERSION}+{SITEMAP_VERSION}"),
    "shopify": (read_shopify, SHOPIFY_VERSION),
    "sitemap": (read_product_page, f"{PRODUCT_PAGES_VERSION}+{SITEMAP_VERSION}"),
    "squarespace": (read_squarespace, SQUARESPACE_VERSION),
    "table": (read_table, TABLE_VERSION),
    "woocommerce": (read_woocommerce, WOOCOMMERCE_VERSION),
}


def reader_version(source: Source) -> str:
    """Return the code version that reads a feed: the common part's and its preset's."""
    return f"{READER_VERSION}+{_PRESETS[source.feed.preset][1]}"


def find_rows(source: Source, document: RawDocument) -> PresetReading:
    """Return what a preset finds in a document, its texts not yet read as values.

    Raises:
        InputRefusedError: the whole document is unreadable, or its reader crashes on it (reason `reader_crashed`).
    """
    read, _ = _PRESETS[source.feed.preset]
    with _crashes_refused(document):
        return read(source, document)


def read_document(source: Source, document: RawDocument) -> Reading:
    """Return all that one document says; the same document and feed always give the same answer.

    Raises:
        InputRefusedError: the whole document is unreadable, or its reader crashes on it (reason `reader_crashed`); its
            `reason` is the quarantine's code.
    """
    found = find_rows(source, document)
    with _crashes_refused(document):
        items, refused = read_rows(source, found.rows, document.url)
    everything = sorted((*found.refused, *refused), key=lambda item: (item.ordinal, item.field, item.reason))
    return Reading(
        items=tuple(items),
        refused=tuple(everything),
        links=found.links,
        rows_read=len(items) + sum(item.scope == "row" for item in everything),
        as_of=document.as_of or document.fetched_at,
        notes=found.notes,
    )


@contextlib.contextmanager
def _crashes_refused(document: RawDocument) -> Iterator[None]:
    """Refuse the one document that a reader has a fault with: its body stays, and all others are read."""
    try:
        yield
    except WhiskyError:
        raise
    except Exception as error:
        raise InputRefusedError(
            f"{document.url}: its reader stopped with {type(error).__name__}: {str(error)[:200]}.",
            reason="reader_crashed",
            remedy="Its body is kept. Report it with the address; it is read again when the reader is mended.",
        ) from error


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
