"""Readings become rows of the staged tables, each with the digest of its making."""

import hashlib
from pathlib import Path

import pytest

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.domain.record import spec_of
from whisky_assets.domain.records.staged import QuarantineRow, Sighting
from whisky_assets.sources.reading import read_document, reader_version
from whisky_assets.sources.staging import document_id, quarantine_of, refused_document, sightings_of
from whisky_assets_tests.sources.feeds_for_tests import CSV_TOML, HEADER, NOW, ROW, csv_body, document, source_of


def test_items_and_refusals_become_rows_that_name_their_document(tmp_path: Path) -> None:
    source = source_of(tmp_path, CSV_TOML)
    body = csv_body(HEADER, (*ROW[:3], "5.2014", *ROW[4:]), ("2", "", *ROW[2:]))
    stored = document(body)
    digest = hashlib.sha256(body).hexdigest()
    reading = read_document(source, stored)

    (sighting,) = sightings_of(source, stored.url, digest, reading)
    quarantine = quarantine_of(source, stored.url, digest, reading)

    assert (sighting.feed, sighting.document, sighting.ordinal) == ("shelf", document_id(stored.url, digest), 0)
    assert sighting.document == f"file:shelf-2026-01-05.csv@{digest[:12]}"
    assert (sighting.as_of, sighting.maker_version) == (NOW, reader_version(source))
    assert [(row.ordinal, row.scope, row.reason) for row in quarantine] == [
        (0, "value", "abv_is_date"),
        (1, "row", "no_name"),
    ]
    assert {row.input_digest for row in (sighting, *quarantine)} == {sighting.input_digest}
    assert len({tuple(getattr(row, name) for name in spec_of(QuarantineRow).key) for row in quarantine}) == 2
    assert isinstance(sighting, Sighting)


def test_the_digest_follows_the_bytes_and_what_the_reader_reads_of_the_feed(tmp_path: Path) -> None:
    body = csv_body(HEADER, ROW)
    reading = read_document(source_of(tmp_path, CSV_TOML), document(body))

    def made_from(old: str, new: str, digest: str) -> str:
        return sightings_of(source_of(tmp_path, CSV_TOML, (old, new)), "file:x", digest, reading)[0].input_digest

    first = made_from("A shelf", "A shelf", "a" * 64)
    assert first == made_from("A shelf", "The shelf", "a" * 64)
    assert first != made_from("A shelf", "A shelf", "b" * 64)
    assert first != made_from('unit = "cl"', 'unit = "ml"', "a" * 64)


def test_an_unreadable_document_is_one_row_with_the_head_of_its_bytes(tmp_path: Path) -> None:
    source = source_of(tmp_path, CSV_TOML)
    stored = document(b"<html>Not found</html>")
    with pytest.raises(InputRefusedError) as refused:
        read_document(source, stored)

    row = refused_document(source, stored, "c" * 64, refused.value)

    assert (row.ordinal, row.field, row.scope, row.reason) == (-1, "", "document", "wrong_header")
    assert row.evidence == "<html>Not found</html>"
    assert "mend [fields]" in row.message
