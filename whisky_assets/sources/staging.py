"""What a reading says becomes rows of `staged/sightings` and `staged/quarantine`, each with the digest of its making.

Not here: which sighting is a product's newest (`staged/listings`), which looks across documents.
"""

from __future__ import annotations

import dataclasses

from whisky_assets.domain.digests import digest
from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.domain.records.staged import QuarantineRow, Sighting
from whisky_assets.sources.document import LONGEST_EVIDENCE, RawDocument, Reading
from whisky_assets.sources.maker import READER_PARTS
from whisky_assets.sources.reading import reader_version
from whisky_assets.sources.source import Source


def document_id(url: str, body_sha256: str) -> str:
    """Return the name of one version of a document: `url@first 12 digits of the body's sha256`."""
    return f"{url}@{body_sha256[:12]}"


def reading_digest(source: Source, url: str, body_sha256: str) -> str:
    """Return the digest of all that a document's rows are made from: its bytes and what readers use of the feed."""
    return digest([url, body_sha256, source.digest_of(*READER_PARTS)])


def sightings_of(source: Source, url: str, body_sha256: str, reading: Reading) -> tuple[Sighting, ...]:
    """Return one sighting for every item of a reading, key (feed, document, ordinal)."""
    made_from = reading_digest(source, url, body_sha256)
    return tuple(
        Sighting(
            input_digest=made_from,
            maker_version=reader_version(source),
            feed=source.name,
            document=document_id(url, body_sha256),
            as_of=reading.as_of,
            **{field.name: getattr(item, field.name) for field in dataclasses.fields(item)},
        )
        for item in reading.items
    )


def quarantine_of(source: Source, url: str, body_sha256: str, reading: Reading) -> tuple[QuarantineRow, ...]:
    """Return one row for every refusal of a reading, key (feed, document, ordinal, field, reason)."""
    made_from = reading_digest(source, url, body_sha256)
    return tuple(
        QuarantineRow(
            input_digest=made_from,
            maker_version=reader_version(source),
            feed=source.name,
            document=document_id(url, body_sha256),
            as_of=reading.as_of,
            **{field.name: getattr(item, field.name) for field in dataclasses.fields(item)},
        )
        for item in reading.refused
    )


def refused_document(
    source: Source, document: RawDocument, body_sha256: str, error: InputRefusedError
) -> QuarantineRow:
    """Return the row for a document that no reader understands: scope `document`, ordinal -1."""
    return QuarantineRow(
        input_digest=reading_digest(source, document.url, body_sha256),
        maker_version=reader_version(source),
        feed=source.name,
        document=document_id(document.url, body_sha256),
        ordinal=-1,
        field="",
        scope="document",
        reason=error.reason,
        message=str(error),
        evidence=document.body[:LONGEST_EVIDENCE].decode("utf-8", "replace"),
        as_of=document.as_of or document.fetched_at,
    )
