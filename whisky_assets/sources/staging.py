"""What a reading says becomes rows of `staged/sightings` and `staged/quarantine`, stamped with how they were made.

Not here: which sighting is a product's newest (`staged/listings`), which looks across documents.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

from whisky_assets.domain.digests import digest
from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.domain.records.staged import QuarantineRow, Sighting
from whisky_assets.sources.document import LONGEST_EVIDENCE, RawDocument, Reading, RefusedItem
from whisky_assets.sources.maker import READER_PARTS
from whisky_assets.sources.source import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DocumentStamp:
    """What every row of one document carries: its name, its date, and what it was made from by which code."""

    document: str
    as_of: datetime
    input_digest: str
    maker_version: str


def document_id(url: str, body_sha256: str) -> str:
    """Return the name of one version of a document: `url@first 12 digits of the body's sha256`."""
    return f"{url}@{body_sha256[:12]}"


def reading_digest(source: Source, document: str, raw: RawDocument) -> str:
    """Return the digest of all that a document's rows hang on: its name, date and headers, and the parts of the feed.

    `document` is `document_id`: it stands for the bytes, which need not be at hand.
    """
    told = [raw.role, raw.as_of or raw.fetched_at, raw.media_type, raw.charset]
    return digest([document, *told, source.digest_of(*READER_PARTS)])


def sightings_of(source: Source, reading: Reading, stamp: DocumentStamp) -> tuple[Sighting, ...]:
    """Return one sighting for every item of a reading, key (feed, document, ordinal)."""
    return tuple(
        Sighting(
            feed=source.name,
            **_columns(stamp),
            **{field.name: getattr(item, field.name) for field in dataclasses.fields(item)},
        )
        for item in reading.items
    )


def quarantine_of(source: Source, reading: Reading, stamp: DocumentStamp) -> tuple[QuarantineRow, ...]:
    """Return one row for every refusal of a reading, key (feed, document, ordinal, field, reason)."""
    return tuple(
        QuarantineRow(
            feed=source.name,
            **_columns(stamp),
            **{field.name: getattr(item, field.name) for field in dataclasses.fields(item)},
        )
        for item in reading.refused
    )


def refused_document(document: RawDocument, error: InputRefusedError) -> Reading:
    """Return the reading of a document that no reader understands: one refusal of scope `document`, ordinal -1."""
    refusal = RefusedItem(
        ordinal=-1,
        field="",
        scope="document",
        reason=error.reason,
        message=str(error),
        evidence=document.body[:LONGEST_EVIDENCE].decode("utf-8", "replace"),
    )
    as_of = document.as_of or document.fetched_at
    return Reading(items=(), refused=(refusal,), links=(), rows_read=0, as_of=as_of, notes=())


def _columns(stamp: DocumentStamp) -> dict[str, Any]:
    return {field.name: getattr(stamp, field.name) for field in dataclasses.fields(stamp)}
