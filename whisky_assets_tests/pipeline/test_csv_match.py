"""`whisky match` without a home: every row answered, and a registry in a folder whose keys stay."""

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from whisky_assets.domain.errors import BusyError, CorruptDataError, UsageError
from whisky_assets.identity.decisions import Decision, Listing, decision_file_name, decision_text
from whisky_assets.pipeline.csv_match import REGISTRY_FILE, match_listings, read_registry

ROWS = [
    {"rid": "1", "source": "a", "source_id": "10", "name": "Ardbeg 10 Year Old", "abv_pct": "46"},
    {"rid": "2", "source": "b", "source_id": "77", "name": "Ardbeg 10 years", "abv_pct": "46.0"},
    {"rid": "3", "source": "b", "source_id": "78", "name": "Lagavulin 16 Year Old", "abv_pct": "43"},
]
LATER = datetime(2026, 2, 2, tzinfo=UTC)


def test_every_row_is_answered_once_in_order() -> None:
    answers = match_listings(ROWS, text_only=True)
    assert [answer["rid"] for answer in answers] == ["1", "2", "3"]
    assert answers[0]["whisky_pk"] == answers[1]["whisky_pk"] != answers[2]["whisky_pk"]


def test_a_kept_registry_gives_the_same_keys_again_and_only_grows(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = match_listings(ROWS[:1], text_only=False, registry=folder, now=LATER)
    before = (folder / REGISTRY_FILE).read_text().splitlines()
    second = match_listings(list(reversed(ROWS)), text_only=False, registry=folder, now=LATER)
    after = (folder / REGISTRY_FILE).read_text().splitlines()
    assert after[: len(before)] == before
    assert len(after) > len(before)
    assert second[-1]["whisky_pk"] == first[0]["whisky_pk"]
    assert {event.at for event in read_registry(folder).events} == {LATER}


def test_the_same_rows_again_leave_the_file_as_it_is(tmp_path: Path) -> None:
    match_listings(ROWS, text_only=False, registry=tmp_path / "keys")
    stamp = (tmp_path / "keys" / REGISTRY_FILE).stat().st_mtime_ns
    match_listings(ROWS, text_only=False, registry=tmp_path / "keys")
    assert (tmp_path / "keys" / REGISTRY_FILE).stat().st_mtime_ns == stamp


def test_without_a_folder_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    match_listings(ROWS, text_only=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("line", ["{", '{"sequence": 1}', "[]"])
def test_a_line_that_is_no_event_is_named(tmp_path: Path, line: str) -> None:
    match_listings(ROWS, text_only=False, registry=tmp_path)
    path = tmp_path / REGISTRY_FILE
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(CorruptDataError, match=f"line {len(path.read_text().splitlines())} "):
        match_listings(ROWS, text_only=False, registry=tmp_path)


def test_a_lost_event_is_found(tmp_path: Path) -> None:
    match_listings(ROWS, text_only=False, registry=tmp_path)
    path = tmp_path / REGISTRY_FILE
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], *lines[2:]]) + "\n")
    with pytest.raises(CorruptDataError, match="missing"):
        match_listings(ROWS, text_only=False, registry=tmp_path)


def test_decisions_of_a_curation_folder_count(tmp_path: Path) -> None:
    said = Decision(
        kind="different",
        subject=Listing("a", "10"),
        object=Listing("b", "77"),
        who="mina",
        when=LATER.date(),
        why="two labels",
    )
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions" / decision_file_name(said)).write_text(decision_text(said), encoding="utf-8")
    answers = match_listings(ROWS, text_only=True, curation=tmp_path)
    assert answers[0]["whisky_pk"] != answers[1]["whisky_pk"]


def test_a_second_match_on_one_registry_is_busy(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / ".lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(BusyError, match="another match"):
        match_listings(ROWS, text_only=False, registry=tmp_path)
    os.close(descriptor)
    assert match_listings(ROWS, text_only=False, registry=tmp_path)


def test_folders_that_cannot_be_meant_are_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        match_listings(ROWS, text_only=False, curation=tmp_path / "absent")
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="is a file"):
        match_listings(ROWS, text_only=False, registry=tmp_path / "file")
