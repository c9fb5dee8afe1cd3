"""The data dictionary and the UI's columns say what the records say, and the shipped page is fresh."""

from __future__ import annotations

from pathlib import Path

import pytest

from whisky_assets.contracts import dictionary
from whisky_assets.contracts.dictionary import DICTIONARY_PATH, dictionary_markdown
from whisky_assets.contracts.table_schema import column_descriptions
from whisky_assets.domain.record import declared_records, spec_of
from whisky_assets.domain.records import Entry, Match, Offer, Whisky


def test_the_shipped_page_is_fresh() -> None:
    fresh = DICTIONARY_PATH.read_text(encoding="utf-8") == dictionary_markdown()
    assert fresh, f"run `{dictionary.COMMAND}`"


def test_every_table_and_column_stands_in_the_dictionary() -> None:
    page = dictionary_markdown()
    for dataset, record_type in declared_records().items():
        section = page.partition(f"\n## {dataset}\n")[2].partition("\n## ")[0]
        for column in spec_of(record_type).columns:
            assert f"| `{column.name}` |" in section, f"{dataset}.{column.name}"
            assert column.meaning.replace("|", r"\|") in section


def test_every_table_row_has_four_cells() -> None:
    rows = [line for line in dictionary_markdown().splitlines() if line.startswith("|")]
    assert {line.replace(r"\|", "").count("|") for line in rows} == {5}


def test_the_diagram_shows_keys_and_references() -> None:
    diagram = dictionary_markdown().partition("```mermaid\n")[2].partition("```")[0]
    assert "        text whisky_pk PK" in diagram
    assert '    core_offers ||--o{ core_matches : "id_space, source_id"' in diagram
    assert '    core_whiskies |o--o{ archives_entries : "whisky_pk"' in diagram


def test_every_reference_names_a_column_of_the_same_type() -> None:
    records = declared_records()
    for dataset, record_type in records.items():
        for column in spec_of(record_type).columns:
            if column.references:
                target, _, name = column.references.rpartition(".")
                assert spec_of(records[target]).column(name).type == column.type, f"{dataset}.{column.name}"


def test_a_column_is_described_with_type_rules_and_tags() -> None:
    described = {one.name: one for one in column_descriptions(Offer)}
    assert described["abv_pct"].type == "float"
    assert described["abv_pct"].nullable
    assert described["abv_pct"].constraints == (">= 0", "<= 100")
    assert described["abv_pct"].tags == {"unit": "% vol"}
    assert described["told_by"].type == "list of text"
    assert described["first_seen"].tags == {"volatile": "yes"}
    assert described["verdict"].constraints == ("one of publish|hold|refuse",)
    assert described["id_space"].tags["key"] == "yes"
    assert not described["id_space"].unique


def test_a_lone_key_is_unique_and_a_persons_column_says_so() -> None:
    assert [one.name for one in column_descriptions(Whisky) if one.unique] == ["whisky_pk"]
    assert {one.name: one.tags for one in column_descriptions(Entry)}["note"] == {"personal": "yes"}
    assert {one.name: one.tags for one in column_descriptions(Match)}["whisky_pk"] == {
        "references": "core/whiskies.whisky_pk"
    }


def test_the_command_writes_and_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "docs" / "page.md"
    assert dictionary.main(["--check", "--path", str(page)]) == 1
    assert f"is not fresh: run `{dictionary.COMMAND}`" in capsys.readouterr().err
    assert dictionary.main(["--write", "--path", str(page)]) == 0
    assert dictionary.main(["--check", "--path", str(page)]) == 0
