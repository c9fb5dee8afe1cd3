"""Listings, feeds and a small reading of names for tests of cleaning."""

import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from whisky_assets.domain.records.staged import Listing
from whisky_assets.parsing.parsed import Field, ParsedName, Value
from whisky_assets.sources.source import Source
from whisky_assets_tests.sources.feeds_for_tests import CSV_TOML, source_of

DAY = datetime(2026, 1, 5, tzinfo=UTC)
COUNTRIES = {
    "scotland": "GB",
    "united kingdom": "GB",
    "skotlanti": "GB",
    "south korea": "KR",
    "russia": "RU",
    "usa": "US",
}

LISTING = Listing(
    input_digest="0" * 64,
    maker_version="reader-1",
    feed="shelf",
    id_space="shelf",
    source_id="00171",
    seller="Shelf",
    name="Ardbeg 10",
    as_of=DAY,
    document="file:a@000000000000",
    ordinal=0,
    language="en",
    category="Whisky",
    abv_text="46.0",
    abv_pct=46.0,
    volume_text="70",
    volume_ml=700,
    licence="own",
    first_seen=DAY,
    last_seen=DAY,
)


def listing(**changes: Any) -> Listing:
    """Return the listing of an Ardbeg 10 with columns changed."""
    return dataclasses.replace(LISTING, **changes)


def feeds(folder: Path, *names: str, changes: tuple[tuple[str, str], ...] = ()) -> dict[str, Source]:
    """Return feeds that differ in their names alone, but for what `changes` says."""
    source = source_of(folder, CSV_TOML, *changes)
    return {
        name: dataclasses.replace(source, feed=dataclasses.replace(source.feed, name=name))
        for name in names or ("shelf",)
    }


def parse(
    text: str,
    *,
    producer: str | None = None,
    category: str | None = None,
    abv_pct: float | None = None,
    language: str | None = None,
) -> ParsedName:
    """Return a reading that knows one brand and one word for each thing that a kind looks at."""
    said: dict[str, tuple[str, Value]] = {
        "ardbeg": ("brand", "ardbeg"),
        "set": ("pack", "mixed"),
        "tin": ("pack", "same"),
        "vodka": ("other_good", "vodka"),
        "honey": ("flavour", ("honey",)),
    }
    del producer, category, abv_pct, language
    words = text.casefold().split()
    fields = {said[word][0]: Field(said[word][1], (0, 0), "test") for word in words if word in said}
    return ParsedName(text=text, fields=fields, leftover=frozenset(words) - said.keys())


def block(parsed: ParsedName, producer: str | None = None) -> str:
    """Return the brand, else the producer, else nothing."""
    return parsed.brand or producer or ""
