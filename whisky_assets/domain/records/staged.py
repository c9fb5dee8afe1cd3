"""The staged side: what documents say, product by product, and what no reader understood."""

from __future__ import annotations

from datetime import datetime

from whisky_assets.domain.record import column, record
from whisky_assets.domain.records.shared import NAME_PATTERN, PAGE_STATES, Derived, Told


@record(
    "staged/sightings",
    version=1,
    grain="one row as one document tells it",
    key=("feed", "document", "ordinal"),
    partition="feed",
)
class Sighting(Told):
    """One product as one document tells it; a document that tells it again on another day is another sighting."""


@record(
    "staged/listings",
    version=1,
    grain="the newest sighting of a product in one feed",
    key=("feed", "id_space", "source_id"),
    partition="feed",
)
class Listing(Told):
    """One product of one feed as its newest document tells it, with how long it has been seen."""

    page_state: str = column("Whether the product still stands there.", choices=PAGE_STATES, default="live")
    repeats: int = column("Older or equal sightings of the same product, all documents.", ge=0, default=0)
    first_seen: datetime = column("The earliest `as_of` at which any document told it.", volatile=True)
    last_seen: datetime = column("When it was last told or confirmed unchanged.", volatile=True)


@record(
    "staged/quarantine",
    version=1,
    grain="one refused document, row or value",
    key=("feed", "document", "ordinal", "field", "reason"),
    partition="feed",
)
class QuarantineRow(Derived):
    """What was refused, by name, with its reason and the evidence; the good rest of its document stays."""

    feed: str = column("The feed whose reader refused it.", pattern=NAME_PATTERN)
    document: str = column("The document it stands in: `url@first 12 digits of the body's sha256`.")
    ordinal: int = column("Position in the document; -1 for the whole document.", ge=-1)
    field: str = column("The refused value's column; empty for a row or document.")
    scope: str = column("How much was refused.", choices=("document", "row", "value"))
    reason: str = column("Stable code of the refusal.", pattern=NAME_PATTERN)
    message: str = column("What was expected, what stood there, and what to do.")
    evidence: str = column("The refused slice as text, cut at 500 characters.", default="")
    as_of: datetime = column("The document's date.")


@record(
    "staged/documents",
    version=1,
    grain="one document that a reader went through",
    key=("feed", "document"),
    partition="feed",
)
class DocumentRead(Derived):
    """What reading one document came to, so that it is read once and the balance is right to the row."""

    feed: str = column("The feed it was read for.", pattern=NAME_PATTERN)
    document: str = column("The document: `url@first 12 digits of the body's sha256`.")
    url: str = column("Where it came from; `file:NAME` for an imported file.")
    role: str = column("What it is to the feed.", choices=("index", "page", "file"))
    as_of: datetime = column("The document's date.")
    rows_read: int = column("Rows that stand in it.", ge=0)
    sightings: int = column("Rows that were read.", ge=0)
    refused_rows: int = column("Rows that were refused.", ge=0)
    refused_values: int = column("Values that were refused in rows that were read.", ge=0)
    last_fetched_at: datetime = column("When it was last fetched or confirmed unchanged.", volatile=True)
