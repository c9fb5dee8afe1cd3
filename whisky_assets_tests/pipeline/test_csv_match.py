"""`whisky match` without a home: every row answered, and a registry in a folder whose keys stay."""

import csv
import fcntl
import gc
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.domain.errors import BusyError, CorruptDataError, UsageError
from whisky_assets.identity.absent import Offered
from whisky_assets.identity.decisions import Decision, Listing
from whisky_assets.identity.model import Key
from whisky_assets.pipeline.csv_match import (
    QUESTION_COLUMNS,
    check_output,
    match_listings,
    write_answers,
    write_questions,
)
from whisky_assets.pipeline.registry_folder import OFFERED_FILE, REGISTRY_FILE, read_offered, read_registry
from whisky_assets_tests.identity.decision_files import write_decision

ROWS = [
    {"rid": "1", "source": "a", "source_id": "10", "name": "Ardbeg 10 Year Old", "abv_pct": "46"},
    {"rid": "2", "source": "b", "source_id": "77", "name": "Ardbeg 10 years", "abv_pct": "46.0"},
    {"rid": "3", "source": "b", "source_id": "78", "name": "Lagavulin 16 Year Old", "abv_pct": "43"},
]
LATER = datetime(2026, 2, 2, tzinfo=UTC)


def test_every_row_is_answered_once_in_order() -> None:
    answers = match_listings(ROWS, text_only=True).answers
    assert [answer["rid"] for answer in answers] == ["1", "2", "3"]
    assert answers[0]["whisky_pk"] == answers[1]["whisky_pk"] != answers[2]["whisky_pk"]


def test_a_kept_registry_gives_the_same_keys_again_and_only_grows(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = match_listings(ROWS[:1], text_only=False, registry=folder, now=LATER).answers
    before = (folder / REGISTRY_FILE).read_text().splitlines()
    second = match_listings(list(reversed(ROWS)), text_only=False, registry=folder, now=LATER).answers
    after = (folder / REGISTRY_FILE).read_text().splitlines()
    assert after[: len(before)] == before
    assert len(after) > len(before)
    assert second[-1]["whisky_pk"] == first[0]["whisky_pk"]
    assert {event.at for event in read_registry(folder).events} == {LATER}


LETTERS = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\r\n" + 'a"\\ 글e\u0301'
"""All that `str.splitlines` takes for the end of a line, what JSON escapes, and letters that NFC would join."""


@given(
    st.lists(
        st.tuples(
            st.text(st.sampled_from(LETTERS), min_size=1, max_size=8).filter(str.strip), st.sampled_from(LETTERS)
        ),
        min_size=1,
        max_size=4,
        unique_by=lambda told: told[0].strip(),
    )
)
def test_a_registry_knows_its_members_again_whatever_their_words_hold(
    tmp_path_factory: pytest.TempPathFactory, told: list[tuple[str, str]]
) -> None:
    rows = [
        {"rid": str(place), "source": "a", "source_id": number, "name": f"Ardbeg {letter}10 Year Old"}
        for place, (number, letter) in enumerate(told)
    ]
    folder = tmp_path_factory.mktemp("keys")
    first = match_listings(rows, text_only=False, registry=folder, now=LATER).answers
    events = read_registry(folder).events
    assert {event.source_id for event in events if event.id_space == "a"} == {number.strip() for number, _ in told}
    assert [
        answer["whisky_pk"] for answer in match_listings(rows, text_only=False, registry=folder, now=LATER).answers
    ] == [answer["whisky_pk"] for answer in first]
    assert read_registry(folder).events == events


def test_an_emptied_registry_is_no_new_one(tmp_path: Path) -> None:
    match_listings(ROWS, text_only=False, registry=tmp_path)
    (tmp_path / REGISTRY_FILE).write_bytes(b"")
    with pytest.raises(CorruptDataError, match="line 1 "):
        match_listings(ROWS, text_only=False, registry=tmp_path)


def test_a_registry_that_is_no_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    match_listings(ROWS, text_only=False, registry=tmp_path)
    path = tmp_path / REGISTRY_FILE
    path.write_bytes(path.read_bytes() + b'"\xff"\n')
    with pytest.raises(CorruptDataError, match=f"line {len(path.read_bytes().splitlines())} "):
        match_listings(ROWS, text_only=False, registry=tmp_path)


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
    write_decision(tmp_path, said)
    answers = match_listings(ROWS, text_only=True, curation=tmp_path).answers
    assert answers[0]["whisky_pk"] != answers[1]["whisky_pk"]


def test_the_limits_of_strength_of_a_curation_folder_count(tmp_path: Path) -> None:
    rows = [{**row, "abv_pct": "78"} for row in ROWS[:1]]
    assert "'78' is no strength" in match_listings(rows, text_only=True).answers[0]["reason"]
    (tmp_path / "quality.toml").write_text("[abv]\nstrongest_pct = 80.0\n", encoding="utf-8")
    for registry in (None, tmp_path / "keys"):
        answers = match_listings(rows, text_only=True, curation=tmp_path, registry=registry).answers
        assert "not used" not in answers[0]["reason"]


def test_a_broken_curation_folder_is_told_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "quality.toml").write_text("[abv]\nstrongst_pct = 80.0\n", encoding="utf-8")
    with pytest.raises(UsageError, match="strongst_pct"):
        match_listings(ROWS, text_only=True, curation=tmp_path, registry=tmp_path / "keys")
    assert not (tmp_path / "keys").exists()


def test_a_second_match_on_one_registry_is_busy(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / ".lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(BusyError, match="another match"):
        match_listings(ROWS, text_only=False, registry=tmp_path)
    os.close(descriptor)
    assert match_listings(ROWS, text_only=False, registry=tmp_path).answers


def test_folders_that_cannot_be_meant_are_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        match_listings(ROWS, text_only=False, curation=tmp_path / "absent")
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="is a file"):
        match_listings(ROWS, text_only=False, registry=tmp_path / "file")


def test_answers_go_only_where_a_file_of_their_own_can_stand(tmp_path: Path) -> None:
    rows = tmp_path / "in.csv"
    rows.write_text("rid,source,source_id,name\n")
    (tmp_path / "link.csv").symlink_to(rows)
    for out in (tmp_path / "absent" / "out.csv", tmp_path, rows, tmp_path / "link.csv", Path(os.devnull)):
        with pytest.raises(UsageError, match=str(out)):
            check_output(out, rows)
    assert check_output(tmp_path / "out.csv", rows) == tmp_path / "out.csv"


def test_answers_replace_a_file_at_once(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("of last time")
    answers = match_listings(ROWS, text_only=True).answers
    write_answers(out, answers)
    with out.open(newline="", encoding="utf-8") as handle:
        assert list(csv.DictReader(handle)) == list(answers)
    assert list(tmp_path.iterdir()) == [out]


def test_a_registry_remembers_what_absent_listings_told_beside_their_names(tmp_path: Path) -> None:
    first = {**ROWS[0], "gtin": "4006381333931", "volume_ml": "700", "seen": "2025"}
    match_listings([first], text_only=False, registry=tmp_path)
    assert read_offered(tmp_path) == {Key("a", "10"): Offered("04006381333931", 700, "2025")}
    other = {**ROWS[1], "name": "Ardbeg 10 years heron tide wing", "gtin": "4006381333931"}
    match_listings([other], text_only=False, registry=tmp_path)
    assert len(set(read_registry(tmp_path).members().values())) == 1
    assert set(read_offered(tmp_path)) == {Key("a", "10"), Key("b", "77")}
    stamp = (tmp_path / OFFERED_FILE).stat().st_mtime_ns
    match_listings([other], text_only=False, registry=tmp_path)
    assert (tmp_path / OFFERED_FILE).stat().st_mtime_ns == stamp


def test_a_line_that_is_no_listing_is_named(tmp_path: Path) -> None:
    match_listings(ROWS, text_only=False, registry=tmp_path)
    path = tmp_path / OFFERED_FILE
    path.write_bytes(path.read_bytes() + b'["a"]\n')
    with pytest.raises(CorruptDataError, match="line 4 is no listing"):
        match_listings(ROWS, text_only=False, registry=tmp_path)


def test_how_often_garbage_is_collected_is_as_before_also_after_a_refusal() -> None:
    before = gc.get_threshold()
    match_listings(ROWS, text_only=True)
    with pytest.raises(UsageError):
        match_listings([*ROWS, ROWS[0]], text_only=True)
    assert gc.get_threshold() == before


def test_what_no_rule_decides_is_written_with_both_names_and_keys(tmp_path: Path) -> None:
    oban = {"source_id": "10", "name": "Oban 14 years"}
    knew_less = [
        {"rid": "1", "source": "a", **oban, "abv_pct": "43.0"},
        {"rid": "2", "source": "b", **oban, "abv_pct": "43.4"},
    ]
    match_listings(knew_less, text_only=False, registry=tmp_path / "keys")
    rival = {"rid": "3", "source": "c", **oban, "abv_pct": "43.8"}
    rows = [*knew_less, rival]
    run = match_listings(rows, text_only=False, registry=tmp_path / "keys", ask_past=True)
    assert write_questions(tmp_path / "asked.csv", run) == len(run.reviews)
    with (tmp_path / "asked.csv").open(newline="", encoding="utf-8") as handle:
        asked = list(csv.DictReader(handle))
    [split] = [row for row in asked if row["kind"] == "split"]
    assert tuple(split) == QUESTION_COLUMNS
    assert (split["left"], split["right"]) == ("a:10", "b:10")
    assert split["left_pk"] == split["right_pk"] == run.answers[0]["whisky_pk"]
    assert split["left_name"] == split["right_name"] == "Oban 14 years"
    assert "earlier run that knew less" in split["reason"]


def test_without_being_asked_the_past_is_no_question(tmp_path: Path) -> None:
    match_listings(ROWS[:2], text_only=False, registry=tmp_path / "keys")
    run = match_listings(ROWS, text_only=False, registry=tmp_path / "keys")
    assert {review.kind for review in run.reviews} <= {"gtin_clash", "same_whisky", "fits_two"}


def test_further_events_follow_the_very_lines_that_stood(tmp_path: Path) -> None:
    match_listings(ROWS[:1], text_only=False, registry=tmp_path)
    path = tmp_path / REGISTRY_FILE
    stood = path.read_bytes().removesuffix(b"\n")
    path.write_bytes(stood)
    match_listings(ROWS, text_only=False, registry=tmp_path)
    assert path.read_bytes().startswith(stood + b"\n")
    assert [event.sequence for event in read_registry(tmp_path).events] == list(
        range(1, path.read_bytes().count(b"\n") + 1)
    )
