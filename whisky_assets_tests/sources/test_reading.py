"""Reading is one pure function for every preset, and what it says of a document is complete."""

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from whisky_assets.domain.record import spec_of
from whisky_assets.domain.records.staged import Sighting
from whisky_assets.sources import reading as reading_module
from whisky_assets.sources.document import LONGEST_EVIDENCE, RawRow, ReadItem
from whisky_assets.sources.items import read_rows, without_port
from whisky_assets.sources.reading import read_document, reader_version
from whisky_assets.sources.source import PRESETS
from whisky_assets_tests.sources.feeds_for_tests import (
    CSV_TOML,
    HEADER,
    NOW,
    PAGES_TOML,
    ROW,
    SHOPIFY_TOML,
    csv_body,
    document,
    source_of,
)

OF_THE_DOCUMENT = {"input_digest", "maker_version", "feed", "document", "as_of"}


def test_every_preset_that_a_toml_can_name_has_a_reader() -> None:
    assert set(reading_module._PRESETS) == set(PRESETS)


def test_an_item_has_every_column_of_a_sighting_but_its_documents() -> None:
    columns = {column.name for column in spec_of(Sighting).columns}

    assert {field.name for field in dataclasses.fields(ReadItem)} == columns - OF_THE_DOCUMENT


def test_each_preset_has_a_version_of_its_own(tmp_path: Path) -> None:
    versions = {reader_version(source_of(tmp_path, toml)) for toml in (CSV_TOML, PAGES_TOML, SHOPIFY_TOML)}

    assert len(versions) == 3
    assert all(version.startswith(f"{reading_module.READER_VERSION}+") for version in versions)


def test_reading_again_gives_the_same_and_a_stated_day_counts_before_the_fetch(tmp_path: Path) -> None:
    source = source_of(tmp_path, CSV_TOML)
    stored = document(csv_body(HEADER, ROW))
    dated = dataclasses.replace(stored, as_of=NOW - timedelta(days=2))

    assert read_document(source, stored) == read_document(source, stored)
    assert read_document(source, stored).as_of == NOW
    assert read_document(source, dated).as_of == NOW - timedelta(days=2)


@pytest.mark.parametrize(
    ("url", "stored"),
    [
        ("http://shelf.sample:8080/p/1?x=2#top", "http://shelf.sample/p/1?x=2"),
        ("https://user:secret@shelf.sample/p", "https://shelf.sample/p"),
        ("HTTP://Shelf.Sample/P", "http://shelf.sample/P"),
        ("/p/1", None),
        ("javascript:alert(1)", None),
        ("http://[", None),
        (" http://shelf.sample/p", "http://shelf.sample/p"),
        ("http://shelf.sample", "http://shelf.sample"),
        (None, None),
    ],
)
def test_a_stored_url_holds_no_port_user_or_fragment(url: str | None, stored: str | None) -> None:
    assert without_port(url) == stored


def test_the_slice_of_a_row_is_told_only_where_something_of_it_is_refused(tmp_path: Path) -> None:
    told: list[str] = []

    def row(ordinal: int, **texts: str) -> RawRow:
        def evidence() -> str:
            told.append(texts["source_id"])
            return "x" * 2 * LONGEST_EVIDENCE

        fields = {field: (text,) for field, text in texts.items()}
        return RawRow(ordinal=ordinal, texts=fields, details={}, evidence=evidence)

    rows = [row(0, source_id="1", name="Glen 12"), row(1, source_id="2"), row(2, source_id="1", name="Glen 13")]
    items, refused = read_rows(source_of(tmp_path, CSV_TOML), rows)

    assert [item.name for item in items] == ["Glen 12"]
    assert [one.reason for one in refused] == ["no_name", "duplicate_id"]
    assert told == ["2", "1"]
    assert {one.evidence for one in refused} == {"x" * LONGEST_EVIDENCE}
