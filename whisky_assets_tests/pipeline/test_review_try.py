"""A trial says what curation would do, whisky by whisky, and leaves the home as it was to the last byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.outcome import Quiet
from whisky_assets.identity.registry import Registry
from whisky_assets.pipeline.archive_import import import_archive
from whisky_assets.pipeline.review import questions
from whisky_assets.pipeline.review_answers import SAME, Answer, record
from whisky_assets.pipeline.review_guard import DecisionGuard
from whisky_assets.pipeline.review_try import Trial, try_curation
from whisky_assets.storage.digest import storage_digest
from whisky_assets_tests.pipeline.house import House
from whisky_assets_tests.pipeline.review_homes import keys_of, state_of, two_whiskies


def tried(house: House, *what: object) -> Trial:
    return try_curation(house.workspace, [str(one) for one in what], Quiet())


def noted_pair(house: House) -> tuple[str, str]:
    """Two whiskies, the older first; on the younger hang notes."""
    notes = [row.whisky_pk for row in house.workspace.current_rows("archives/entries") if row.whisky_pk]
    registry = Registry.from_events(house.workspace.current_rows("core/registry"))
    ages = {pk: age for age, pk in enumerate(registry.keys())}
    younger = max(set(notes), key=lambda pk: ages[pk])
    older = min(set(keys_of(house.workspace).values()), key=lambda pk: ages[pk])
    return older, younger


def notes_of(house: House) -> dict[tuple[str, str], str | None]:
    """The whisky of every note of the current snapshot."""
    return {(row.user, row.entry_id): row.whisky_pk for row in house.workspace.current_rows("archives/entries")}


def decision_file(folder: Path, kind: str, left: str, right: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{kind}.toml"
    path.write_text(
        f'kind = "{kind}"\nsubject = "{left}"\nobject = "{right}"\nwho = "jo"\nwhen = 2026-01-05\nwhy = "sure"\n'
    )
    return path


def test_a_merge_is_told_with_keys_names_and_notes_and_is_what_the_build_then_does(
    house: House, tmp_path: Path
) -> None:
    older, younger = noted_pair(house)
    notes = notes_of(house)
    path = decision_file(tmp_path / "try" / "decisions", "same", older, younger)
    told = tried(house, path)
    (merge,) = told.merges
    assert merge.startswith(f"{younger} (")
    assert f"-> {older} (" in merge
    assert told.note_count > 0
    assert told.lines()[0].startswith(f"merges 1 whiskies, moves {told.note_count} notes, splits 0, renames ")
    assert tried(house, tmp_path / "try") == told
    (house.workspace.home.curation / "decisions").mkdir(exist_ok=True)
    path.rename(house.workspace.home.curation / "decisions" / path.name)
    house.build()
    assert Registry.from_events(house.workspace.current_rows("core/registry")).resolve(younger) == older
    assert sum(pk != notes[note] for note, pk in notes_of(house).items()) == told.note_count
    assert tried(house).merges == ()


def test_a_trial_leaves_the_state_database_the_home_and_the_curation_as_they_were(house: House) -> None:
    older, younger = noted_pair(house)
    home = house.workspace.home
    before, digests = state_of(house.workspace), storage_digest(house.workspace.db)
    listed = {path for path in home.root.rglob("*") if not path.name.startswith("state.sqlite")}
    told = tried(house, f"same {older} {younger}")
    assert told.merges
    assert state_of(house.workspace) == before
    assert storage_digest(house.workspace.db) == digests
    assert {path for path in home.root.rglob("*") if not path.name.startswith("state.sqlite")} == listed


def test_a_corrected_value_is_told_with_its_field_and_the_notes_on_it(house: House) -> None:
    _, pk = noted_pair(house)
    row = next(row for row in house.workspace.current_rows("core/whiskies") if row.whisky_pk == pk)
    notes = sum(key == pk for key in notes_of(house).values())
    assert notes > 0
    told = tried(house, f"correction {pk} abv_pct=61.7", f"rename {pk} ko=부두의 밤")
    strength = "untold" if row.abv_pct is None else row.abv_pct
    assert told.changes == (
        f"{pk}  {row.name}: name_ko {row.name_ko} -> 부두의 밤; abv_pct {strength} -> 61.7; notes on it: {notes}",
    )
    assert told.changed_note_count == notes
    assert (told.merges, told.renames, told.note_count) == ((), (), 0)
    assert told.lines()[0].endswith(f"mints 0, changes values of 1 whiskies with {notes} notes")
    assert f"  changes: {told.changes[0]}" in told.lines()


def test_a_new_name_is_told_as_a_rename(house: House) -> None:
    pk = noted_pair(house)[1]
    (renamed,) = tried(house, f"rename {pk} Night at the Pier").renames
    assert renamed.startswith(f"{pk}: ")
    assert renamed.endswith(" -> Night at the Pier")


def test_words_for_two_listings_of_one_whisky_are_told_as_a_split(house: House) -> None:
    (one, other, *_), _ = two_whiskies(house.workspace)
    told = tried(house, f"different {one} {other}")
    pk = keys_of(house.workspace)[one]
    (split,) = told.splits
    assert split.startswith(f"{pk} (")
    assert len(told.new) == 1


def test_what_was_decided_and_not_built_yet_is_not_told_as_the_doing_of_what_is_tried(house: House) -> None:
    asked = questions(house.workspace).this_week[0]
    pending = Answer(answer=SAME, left=asked.left.subject, right=asked.right.subject)
    record(house.workspace, DecisionGuard(house.workspace), [pending], who="mina")
    assert tried(house).merges == ()
    older, younger = noted_pair(house)
    assert len(tried(house, f"same {older} {younger}").merges) == 1


def test_a_reference_row_is_tried_beside_the_rows_that_stand(house: House, tmp_path: Path) -> None:
    header = "spelling,language,kind,key,origin\n"
    standing = house.workspace.home.curation / "reference" / "aliases.csv"
    standing.parent.mkdir()
    standing.write_text(f"{header}옛 이름,ko,distillery,ardbeg,ours\n", "utf-8")
    table = tmp_path / "aliases.csv"
    table.write_text(f"{header}옛 이름,ko,distillery,ardbeg,ours\n새 이름,ko,distillery,ardbeg,ours\n", "utf-8")
    told = tried(house, table)
    assert (told.merges, told.splits, told.note_count) == ((), (), 0)
    assert "새 이름" not in standing.read_text("utf-8")
    table.write_text(f"{header}새 이름,ko,distillery,nobody,ours\n", "utf-8")
    with pytest.raises(UsageError, match="nobody") as refused:
        tried(house, table)
    assert str(standing.parent) in refused.value.message


def test_an_alias_tells_which_notes_find_their_whisky(house: House, tmp_path: Path) -> None:
    (tmp_path / "jo.csv").write_text("whisky\nZzyzx 10\n")
    import_archive(house.workspace, tmp_path / "jo.csv", "jo")
    table = tmp_path / "aliases.csv"
    table.write_text("spelling,language,kind,key,origin\nzzyzx,en,distillery,ardbeg,ours\n")
    told = tried(house, table)
    assert told.note_count == 1
    (moved,) = told.moved
    assert moved.startswith("1 of no whisky yet to ardbeg_10_pk (")
    assert "Zzyzx" not in str(told)


def test_a_folder_laid_out_as_curation_is_tried_whole(house: House, tmp_path: Path) -> None:
    older, younger = noted_pair(house)
    decision_file(tmp_path / "try" / "decisions", "same", older, younger)
    (tmp_path / "try" / "reference").mkdir()
    (tmp_path / "try" / "reference" / "aliases.csv").write_text(
        "spelling,language,kind,key,origin\nzzyzx,en,distillery,nobody,ours\n"
    )
    with pytest.raises(UsageError, match="nobody"):
        tried(house, tmp_path / "try")
    (tmp_path / "try" / "reference" / "aliases.csv").unlink()
    assert len(tried(house, tmp_path / "try").merges) == 1


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("same elbe:1", "no file and no decision in words"),
        ("maybe elbe:1 elbe:2", "no file and no decision in words"),
        ("same elbe:nothing elbe:none", "no listing of the current snapshot"),
    ],
)
def test_words_that_mean_nothing_are_told(house: House, what: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        tried(house, what)


def test_files_that_mean_nothing_are_told(house: House, tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text("a,b\n")
    (tmp_path / "torn.toml").write_text("kind = ")
    (tmp_path / "empty").mkdir()
    for name, message in (
        ("prices.csv", "neither a decision"),
        ("torn.toml", "no TOML"),
        ("empty", "holds no decision"),
    ):
        with pytest.raises(UsageError, match=message):
            tried(house, tmp_path / name)


def test_a_contradiction_is_told_by_the_files_that_a_person_has(house: House, tmp_path: Path) -> None:
    (one, other, *_), _ = two_whiskies(house.workspace)
    pair = Answer(answer=SAME, left=one, right=other)
    record(house.workspace, DecisionGuard(house.workspace), [pair], who="mina")
    with pytest.raises(UsageError, match=r"different\.toml") as refused:
        tried(house, decision_file(tmp_path, "different", one, other))
    assert "whisky-try-" not in str(refused.value)
