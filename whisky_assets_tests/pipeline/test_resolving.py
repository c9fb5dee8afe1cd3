"""Notes find their whiskies: the sure ones, the waiting ones, and exactly those made anew that hang on what changed."""

import dataclasses
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from whisky_assets.domain.outcome import Outcome, Quiet
from whisky_assets.domain.records import Entry, User, Whisky
from whisky_assets.parsing.tokens import search_tokens
from whisky_assets.pipeline import resolving
from whisky_assets.pipeline.archive_import import import_archive
from whisky_assets.pipeline.reports import reports_of
from whisky_assets.pipeline.resolving import ENTRIES, NAMED_BY_FILE, NAMED_KEY_UNKNOWN, USERS
from whisky_assets.pipeline.tables import readable
from whisky_assets.pipeline.workspace import Step, Workspace
from whisky_assets_tests.pipeline.homes import Product, build, open_workspace, whisky

TEN = Product(source_id="1", word="ardbeg_10", name="Ardbeg 10 Year Old")
CORRY = Product(source_id="2", word="ardbeg_corryvreckan", name="Ardbeg Corryvreckan")
LAGA = Product(source_id="3", word="lagavulin_16", name="Lagavulin 16 Year Old")
ODD = Product(source_id="4", word="oddbrand_5", name="Oddbrand 5 Year Old")
SHELF = (TEN, CORRY, LAGA, ODD)
FACTS: dict[str, dict[str, Any]] = {
    "ardbeg_10_pk": {"name": "Ardbeg 10 Year Old", "brand": "Ardbeg", "age_years": 10, "abv_pct": 46.0},
    "ardbeg_corryvreckan_pk": {
        "name": "Ardbeg Corryvreckan",
        "brand": "Ardbeg",
        "expression": "corryvreckan",
        "abv_pct": 57.1,
    },
    "lagavulin_16_pk": {"name": "Lagavulin 16 Year Old", "brand": "Lagavulin", "age_years": 16, "abv_pct": 43.0},
    "oddbrand_5_pk": {"name": "Oddbrand 5 Year Old", "brand": None, "age_years": 5, "abv_pct": 40.0},
}
OSLO = "a bottle from Oslo"
DIARY = 'whisky,note,rating\nArdbeg 10,"lemon, sweet",87\nLagavulin 16,smoke,\n'


def whiskies(**changed: dict[str, Any]) -> list[Whisky]:
    """The whisky table, with columns of single whiskies changed; a key that is new is one whisky more."""
    rows = []
    for pk in {**FACTS, **changed}:
        told = {**FACTS.get(pk, {}), **changed.get(pk, {})}
        rows.append(
            whisky(pk, told.pop("name"), search_tokens=search_tokens(FACTS.get(pk, {"name": pk})["name"]), **told)
        )
    return rows


def snapshot(workspace: Workspace, name: str, rows: Sequence[object], archives: Outcome | None = None) -> None:
    """Commits these whiskies, and the tables of an earlier resolution beside them."""
    changed: dict[str, Sequence[object]] = {"core/whiskies": rows}
    if archives is not None:
        changed |= {ENTRIES: entries_of(archives), USERS: users_of(archives)}
    build(workspace, name, SHELF, changed=changed)


def resolve(workspace: Workspace, name: str, *, whole: bool = True) -> Outcome:
    step = Step(workspace=workspace, build=name, run=name, owner=name, progress=Quiet(), whole=whole)
    try:
        return resolving.entries(
            step, readable(workspace, "core/whiskies", build=name), readable(workspace, "core/registry", build=name)
        )
    finally:
        workspace.free_owner(name)


def entries_of(outcome: Outcome) -> list[Entry]:
    return [row for row in outcome.tables[ENTRIES].rows if isinstance(row, Entry)]


def by_text(outcome: Outcome) -> dict[str, Entry]:
    return {row.text: row for row in entries_of(outcome)}


def users_of(outcome: Outcome) -> list[User]:
    return [row for row in outcome.tables[USERS].rows if isinstance(row, User)]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A real home: in a sample one every build takes in the sample world's people too."""
    opened = open_workspace(tmp_path / "home", "real")
    yield opened
    opened.close()


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    """A folder in which a test writes people's files."""
    (tmp_path / "diaries").mkdir()
    return tmp_path / "diaries"


def hand_in(workspace: Workspace, folder: Path, user: str, text: str, name: str = "diary.csv") -> None:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    import_archive(workspace, path, user)


def owners_file(pk: str | None, *, nickname: str = "minari", entry: str = "Ardbeg 10") -> str:
    told = {
        "user": {nickname: {"id": "m1", "age": 34, "region": "Seoul"}},
        "whisky_archive": {"m1": [{entry: pk, "note": "lemon, sweet"}]},
    }
    return json.dumps(told)


def carried(workspace: Workspace, first: Outcome, rows: Sequence[object]) -> Outcome:
    """Makes a first outcome current beside a whisky table, and resolves again."""
    snapshot(workspace, "b2", rows, first)
    return resolve(workspace, "r2")


def test_a_home_without_archives_has_empty_tables_that_pass(workspace: Workspace) -> None:
    snapshot(workspace, "b1", whiskies())
    outcome = resolve(workspace, "r1")
    assert entries_of(outcome) == []
    assert all(check.passed for table in outcome.tables.values() for check in table.checks)


def test_notes_are_resolved_and_their_words_kept_untouched(workspace: Workspace, diary: Path) -> None:
    snapshot(workspace, "b1", whiskies())
    hand_in(workspace, diary, "mina", DIARY)
    outcome = resolve(workspace, "r1")
    found = by_text(outcome)
    assert (found["Ardbeg 10"].state, found["Ardbeg 10"].whisky_pk) == ("resolved", "ardbeg_10_pk")
    assert found["Lagavulin 16"].whisky_pk == "lagavulin_16_pk"
    assert (found["Ardbeg 10"].note, found["Ardbeg 10"].rating) == ("lemon, sweet", 87.0)
    (user,) = users_of(outcome)
    assert (user.user, user.entry_count, user.resolved_count) == ("mina", 2, 2)
    assert all(check.passed for table in outcome.tables.values() for check in table.checks)


def test_what_no_feed_tells_is_unknown(workspace: Workspace, diary: Path) -> None:
    snapshot(workspace, "b1", whiskies())
    hand_in(workspace, diary, "mina", "whisky\nGrandfather's cellar 1974\n")
    (row,) = entries_of(resolve(workspace, "r1"))
    assert (row.state, row.whisky_pk, row.candidates) == ("unknown", None, ())


def test_what_several_whiskies_fit_waits_with_its_candidates(workspace: Workspace, diary: Path) -> None:
    twin = {"name": "Lagavulin 16 Year Old Cask Strength", "brand": "Lagavulin", "age_years": 16, "abv_pct": 55.0}
    other = {"name": "Lagavulin 16 Year Old", "brand": "Lagavulin", "age_years": 16, "abv_pct": 46.0}
    snapshot(workspace, "b1", whiskies(lagavulin_16_b_pk=other, lagavulin_16_cs_pk=twin))
    hand_in(workspace, diary, "mina", "whisky\nLagavulin 16\n")
    (row,) = entries_of(resolve(workspace, "r1"))
    assert (row.state, row.whisky_pk) == ("waiting", None)
    assert {"lagavulin_16_pk", "lagavulin_16_b_pk"} <= set(row.candidates)


def test_a_key_that_the_file_names_is_believed_and_follows_its_redirect(workspace: Workspace, diary: Path) -> None:
    snapshot(workspace, "b1", whiskies())
    merged = [TEN, dataclasses.replace(CORRY, word="ardbeg_10"), LAGA, ODD]
    rows = [row for row in whiskies() if row.whisky_pk != "ardbeg_corryvreckan_pk"]
    build(workspace, "b2", merged, changed={"core/whiskies": rows})
    hand_in(workspace, diary, "mina", owners_file("ardbeg_corryvreckan_pk", entry="my bottle"), "mina.json")
    (row,) = entries_of(resolve(workspace, "r1"))
    assert (row.state, row.whisky_pk, row.reason) == ("resolved", "ardbeg_10_pk", NAMED_BY_FILE)
    assert row.given_pk == "ardbeg_corryvreckan_pk"


def test_a_key_that_was_never_ours_falls_back_to_the_words(workspace: Workspace, diary: Path) -> None:
    snapshot(workspace, "b1", whiskies())
    hand_in(workspace, diary, "mina", owners_file("made_up_pk"), "mina.json")
    (row,) = entries_of(resolve(workspace, "r1"))
    assert (row.state, row.whisky_pk) == ("resolved", "ardbeg_10_pk")
    assert row.reason.endswith(NAMED_KEY_UNKNOWN)


def test_a_corrected_file_speaks_and_what_it_leaves_out_stays(workspace: Workspace, diary: Path) -> None:
    snapshot(workspace, "b1", whiskies())
    hand_in(workspace, diary, "mina", DIARY)
    hand_in(workspace, diary, "mina", "whisky,note,rating\nArdbeg 10,lime,90\n", "corrected.csv")
    found = by_text(resolve(workspace, "r1"))
    assert (found["Ardbeg 10"].note, found["Ardbeg 10"].rating) == ("lime", 90.0)
    assert found["Lagavulin 16"].note == "smoke"


def test_a_csv_does_not_blank_what_a_json_file_told_of_its_person(workspace: Workspace, diary: Path) -> None:
    snapshot(workspace, "b1", whiskies())
    hand_in(workspace, diary, "mina", owners_file(None), "mina.json")
    hand_in(workspace, diary, "mina", DIARY)
    (user,) = users_of(resolve(workspace, "r1"))
    assert (user.nickname, user.owner_id, user.age_years, user.region) == ("minari", "m1", 34, "Seoul")


def test_nothing_changed_makes_nothing_anew(workspace: Workspace, diary: Path) -> None:
    snapshot(workspace, "b1", whiskies())
    hand_in(workspace, diary, "mina", DIARY)
    hand_in(workspace, diary, "tom", "whisky\nOddbrand 5\n")
    first = resolve(workspace, "r1")
    again = carried(workspace, first, whiskies())
    assert (again.tables[ENTRIES].made, again.tables[ENTRIES].carried_rows) == (0, 3)
    assert (again.tables[USERS].made, again.tables[USERS].carried_rows) == (0, 2)
    assert entries_of(again) == entries_of(first)


@pytest.mark.parametrize(
    ("pk", "column", "value", "anew"),
    [
        ("ardbeg_corryvreckan_pk", "abv_pct", 57.0, {"Ardbeg 10", OSLO}),
        ("ardbeg_10_pk", "age_years", 11, {"Ardbeg 10", OSLO}),
        ("lagavulin_16_pk", "name", "Lagavulin Sixteen", {OSLO}),
        ("lagavulin_16_pk", "live_offer_count", 9, {OSLO}),
        ("lagavulin_16_pk", "sources", ("elbe", "minato"), set()),
        ("lagavulin_16_pk", "input_digest", "1" * 64, set()),
        ("oddbrand_5_pk", "abv_pct", 41.0, {OSLO}),
    ],
)
def test_exactly_the_notes_that_hang_on_a_changed_whisky_are_made_anew(
    workspace: Workspace, diary: Path, pk: str, column: str, value: object, anew: set[str]
) -> None:
    snapshot(workspace, "b1", whiskies())
    hand_in(workspace, diary, "mina", DIARY + f"{OSLO},strange,\n")
    first = resolve(workspace, "r1")
    again = carried(workspace, first, whiskies(**{pk: {column: value}}))
    before, after = by_text(first), by_text(again)
    changed = {text for text, row in after.items() if row.input_digest != before[text].input_digest}
    assert changed == anew
    assert again.tables[ENTRIES].made == len(anew)


def test_an_incremental_answer_is_that_of_a_full_one(workspace: Workspace, diary: Path) -> None:
    snapshot(workspace, "b1", whiskies())
    hand_in(workspace, diary, "mina", DIARY)
    first = resolve(workspace, "r1")
    other = whiskies(lagavulin_16_b_pk={**FACTS["lagavulin_16_pk"], "abv_pct": 46.0})
    again = carried(workspace, first, other)
    assert again.tables[ENTRIES].made == 1
    snapshot(workspace, "b3", other)
    full = resolve(workspace, "r3")
    assert full.tables[ENTRIES].made == 2
    assert entries_of(full) == entries_of(again)


def test_a_new_note_of_one_person_leaves_the_others_carried(workspace: Workspace, diary: Path) -> None:
    snapshot(workspace, "b1", whiskies())
    hand_in(workspace, diary, "mina", DIARY)
    hand_in(workspace, diary, "tom", "whisky\nOddbrand 5\n")
    first = resolve(workspace, "r1")
    hand_in(workspace, diary, "tom", "whisky\nArdbeg 10\n", "more.csv")
    again = carried(workspace, first, whiskies())
    assert dict(again.tables[ENTRIES].reasons) == {"new key": 1}
    assert dict(again.tables[USERS].reasons) == {"changed input": 1}


def test_no_word_of_a_person_leaves_the_tables(workspace: Workspace, diary: Path) -> None:
    snapshot(workspace, "b1", whiskies())
    hand_in(workspace, diary, "mina", "whisky,note\nArdbeg 10,a secret thought\nQuixotic dram,another secret\n")
    outcome = resolve(workspace, "r1")
    told = [
        outcome.counts,
        outcome.metadata,
        outcome.checks,
        [table.checks for table in outcome.tables.values()],
        [table.reasons for table in outcome.tables.values()],
        [row.reason for row in entries_of(outcome)],
        reports_of(workspace, "r1"),
    ]
    for word in ("secret", "uixotic", "mina"):
        assert word not in str(told)
    assert outcome.counts == {
        "people": 1,
        "entries": 2,
        "resolved": 1,
        "waiting": 0,
        "unknown": 1,
        "refused_rows": 0,
    }


def test_a_note_on_a_whisky_that_is_no_row_fails_the_relations_check(workspace: Workspace, diary: Path) -> None:
    snapshot(workspace, "b1", whiskies())
    hand_in(workspace, diary, "mina", DIARY)
    first = resolve(workspace, "r1")
    lost = [dataclasses.replace(row, whisky_pk="gone_pk") for row in entries_of(first)]
    tables = {**first.tables, ENTRIES: dataclasses.replace(first.tables[ENTRIES], rows=tuple(lost))}
    snapshot(workspace, "b2", whiskies(), dataclasses.replace(first, tables=tables))
    again = resolve(workspace, "r2")
    verdict = next(check for check in again.tables[ENTRIES].checks if check.name == "relations")
    assert (verdict.passed, verdict.count, verdict.blocks) == (False, 2, True)
    assert "gone" not in str(verdict.cases)


def test_a_lone_candidate_says_that_it_is_not_current(workspace: Workspace) -> None:
    snapshot(workspace, "b1", whiskies())
    outcome = resolve(workspace, "r1", whole=False)
    for dataset in (ENTRIES, USERS):
        verdict = next(check for check in outcome.tables[dataset].checks if check.name == "current")
        assert (verdict.passed, verdict.blocks) == (False, False)
