"""Readings become rows of the staged tables, each with the digest of its making."""

import hashlib
from pathlib import Path

import pytest

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.domain.record import spec_of
from whisky_assets.domain.records.staged import QuarantineRow, Sighting
from whisky_assets.sources.reading import read_document
from whisky_assets.sources.staging import (
    DocumentStamp,
    document_id,
    quarantine_of,
    reading_digest,
    refused_document,
    sightings_of,
)
from whisky_assets_tests.sources.feeds_for_tests import CSV_TOML, HEADER, NOW, ROW, csv_body, document, source_of

STAMP = DocumentStamp(document="file:x@0123456789ab", as_of=NOW, input_digest="a" * 64, maker_version="reader-1")


def test_items_and_refusals_become_rows_that_name_their_document(tmp_path: Path) -> None:
    source = source_of(tmp_path, CSV_TOML)
    body = csv_body(HEADER, (*ROW[:3], "5.2014", *ROW[4:]), ("2", "", *ROW[2:]))
    reading = read_document(source, document(body))

    (sighting,) = sightings_of(source, reading, STAMP)
    quarantine = quarantine_of(source, reading, STAMP)

    assert (sighting.feed, sighting.document, sighting.ordinal) == ("shelf", STAMP.document, 0)
    assert (sighting.as_of, sighting.maker_version) == (NOW, "reader-1")
    assert [(row.ordinal, row.scope, row.reason) for row in quarantine] == [
        (0, "value", "abv_is_date"),
        (1, "row", "no_name"),
    ]
    assert {row.input_digest for row in (sighting, *quarantine)} == {STAMP.input_digest}
    assert len({tuple(getattr(row, name) for name in spec_of(QuarantineRow).key) for row in quarantine}) == 2
    assert isinstance(sighting, Sighting)


def test_a_document_is_named_by_its_address_and_the_beginning_of_its_digest() -> None:
    digest = hashlib.sha256(b"body").hexdigest()
    assert document_id("file:shelf-2026-01-05.csv", digest) == f"file:shelf-2026-01-05.csv@{digest[:12]}"


def test_the_digest_follows_the_bytes_and_what_the_reader_reads_of_the_feed(tmp_path: Path) -> None:
    stored = document(csv_body(HEADER, ROW))

    def made_from(old: str, new: str, body_sha256: str) -> str:
        source = source_of(tmp_path, CSV_TOML, (old, new))
        return reading_digest(source, document_id(stored.url, body_sha256), stored)

    first = made_from("A shelf", "A shelf", "a" * 64)
    assert first == made_from("A shelf", "The shelf", "a" * 64)
    assert first != made_from("A shelf", "A shelf", "b" * 64)
    assert first != made_from('unit = "cl"', 'unit = "ml"', "a" * 64)


def test_an_unreadable_document_is_one_row_with_the_head_of_its_bytes(tmp_path: Path) -> None:
    source = source_of(tmp_path, CSV_TOML)
    stored = document(b"<html>Not found</html>")
    with pytest.raises(InputRefusedError) as refused:
        read_document(source, stored)

    (row,) = quarantine_of(source, refused_document(stored, refused.value), STAMP)

    assert (row.ordinal, row.field, row.scope, row.reason) == (-1, "", "document", "wrong_header")
    assert row.evidence == "<html>Not found</html>"
    assert "mend [fields]" in row.message
