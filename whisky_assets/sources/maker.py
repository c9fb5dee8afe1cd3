"""Which parts of a feed's TOML each maker reads, so that a row is made anew only when one of them changed.

Not here: the makers. A test changes every part once and compares what each maker's digest does.
"""

from __future__ import annotations

READER_PARTS = (
    "feed.preset",
    "feed.seller",
    "feed.id_space",
    "feed.country",
    "feed.language",
    "feed.currency",
    "licence.key",
    "permission",
    "fetch.origins",
    "pages",
    "cards",
    "table",
    "json_ld",
    "json",
    "file.format",
    "file.sheet",
    "file.header_row",
    "file.encoding",
    "file.delimiter",
    "file.decimal",
    "file.as_of",
    "file.ignore",
    "fields",
    "details",
    "seller_rules",
    "functions",
)
"""What turns a document into sightings (`sources.reading`)."""

CLEANER_PARTS = (
    "feed.witness",
    "licence.publish",
    "licence.allowed_fields",
    "kinds",
)
"""What turns listings into an offer (`cleaning.offers`), beside the listings themselves."""
