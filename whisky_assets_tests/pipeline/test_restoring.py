"""Tables, pages and the whole home come back from a drive alone, proven, and the drive is only read."""

import csv
import dataclasses
import json
import shutil
import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from whisky_assets.domain.errors import CorruptDataError, ExitCode, OutOfReachError, UsageError
from whisky_assets.domain.outcome import Quiet
from whisky_assets.pipeline.restoring import HOME, PAGES, REPORT, TABLES, Request, restore, words_in
from whisky_assets.pipeline.workspace import STATE_TABLES
from whisky_assets.storage.digest import storage_digest
from whisky_assets.storage.home import open_home
from whisky_assets.storage.personal_key import KeyMissingError, key_path
from whisky_assets.storage.state import StateDatabase
from whisky_assets_tests.pipeline.lent_drives import DECISION, Left, fingerprint, live_and_lose
from whisky_assets_tests.storage.worlds import NOW


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Left:
    """A drive of a home that is gone; not to be changed."""
    return live_and_lose(tmp_path_factory.mktemp("kept"))


def copy_of(left: Left, folder: Path) -> Left:
    """Returns the same with a drive of the test's own."""
    shutil.copytree(left.drive, folder)
    return dataclasses.replace(left, drive=folder)


def worst(problems: object) -> list[ExitCode]:
    assert isinstance(problems, list)
    return [problem.code for problem in problems if problem.code != ExitCode.DONE]


def test_tables_come_with_the_digests_that_they_had_and_the_drive_is_only_read(kept: Left, tmp_path: Path) -> None:
    before = fingerprint(kept.drive)
    told = kept.ask(tmp_path / "to", only=TABLES)
    assert told.problems == []
    report = json.loads((tmp_path / "to" / REPORT).read_text())
    assert {one["table"]: one["digest"] for one in report["tables"]} == {
        name: digest for name, digest in kept.tables.items() if not name.startswith("raw/")
    }
    for one in report["tables"]:
        assert pq.read_metadata(tmp_path / "to" / one["file"]).num_rows == one["rows"]
    assert sorted(path.name for path in (tmp_path / "to").iterdir()) == ["archives", REPORT, "staged"]
    assert fingerprint(kept.drive) == before


def test_tables_come_as_they_stood_at_a_time(kept: Left, tmp_path: Path) -> None:
    request = Request(
        folders=(kept.drive,), target=tmp_path / "to", only=TABLES, as_of=NOW.replace(hour=23), words=kept.words
    )
    told = restore(request, Quiet())
    assert told.snapshot is not None
    assert told.snapshot.name == "s000001"
    assert {one.table: one.rows for one in told.tables} == {"archives/files": 1, "staged/listings[hanok]": 1}
    early = Request(folders=(kept.drive,), target=tmp_path / "early", only=TABLES, as_of=NOW.replace(year=2020))
    assert worst(restore(early, Quiet()).problems) == [ExitCode.FAILED]


def test_pages_are_the_bodies_byte_for_byte_and_a_list_of_them(kept: Left, tmp_path: Path) -> None:
    told = kept.ask(tmp_path / "to", only=PAGES, feed="hanok")
    assert told.problems == []
    with (tmp_path / "to" / "pages.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4
    assert {row["url"] for row in rows} == {f"http://hanok.sample/whisky/{number:05d}" for number in range(4)}
    for row in rows:
        assert sha256((tmp_path / "to" / row["file"]).read_bytes()).hexdigest() == row["sha256"]
    assert {row["sha256"] for row in rows} == kept.bodies


def test_pages_of_a_feed_that_is_none_name_those_that_are(kept: Left, tmp_path: Path) -> None:
    told = kept.ask(tmp_path / "to", only=PAGES, feed="hanock")
    assert worst(told.problems) == [ExitCode.FAILED]
    assert "hanok" in told.problems[0].message


def test_without_the_key_what_is_of_people_is_told_and_the_rest_comes(kept: Left, tmp_path: Path) -> None:
    told = kept.ask(tmp_path / "to", words="")
    assert [one.table for one in told.tables] == ["staged/listings[hanok]"]
    assert told.pages is not None
    assert told.pages.pages == {"hanok": 4}
    assert [problem.subject for problem in told.problems] == ["archives/files"]
    assert worst(told.problems) == [ExitCode.OUT_OF_REACH]


def test_the_key_of_another_home_is_refused_and_leaves_the_way_free_for_the_right_one(
    kept: Left, tmp_path: Path
) -> None:
    stranger = live_and_lose(tmp_path / "stranger", days=1)
    for only in (TABLES, HOME):
        with pytest.raises(KeyMissingError, match="another home"):
            kept.ask(tmp_path / only, only=only, words=stranger.words)
        assert worst(kept.ask(tmp_path / only, only=only).problems) == []


def test_a_home_comes_back_whole_with_its_id_its_tables_its_key_and_what_people_decided(
    kept: Left, tmp_path: Path
) -> None:
    before = fingerprint(kept.drive)
    root = tmp_path / "new"
    told = kept.ask(root, only=HOME)
    assert told.problems == []
    home = open_home(root)
    assert (home.id, home.world) == (kept.home_id, "sample")
    assert (home.curation / "decisions" / "mina.csv").read_text() == DECISION
    assert key_path(home).read_bytes().splitlines()[-1] == kept.key.splitlines()[-1]
    db = StateDatabase.open(home.state_path, STATE_TABLES)
    assert dict(storage_digest(db).tables) == kept.tables
    with db.reading() as connection:
        assert connection.execute("SELECT name, kind, location FROM volumes ORDER BY name").fetchall() == [
            ("local", "directory", "volumes/local"),
            ("usb", "drive", str(kept.drive)),
        ]
        alone = connection.execute(
            "SELECT count(*) FROM segments WHERE id NOT IN (SELECT segment FROM copies WHERE volume = 'local')"
        ).fetchone()
    db.close()
    assert alone == (0,)
    assert not (root / ".restoring").exists()
    assert fingerprint(kept.drive) == before


def test_without_any_state_backup_footers_and_events_make_the_same_home(kept: Left, tmp_path: Path) -> None:
    left = copy_of(kept, tmp_path / "usb")
    shutil.rmtree(left.drive / "state")
    assert left.ask(tmp_path / "new", only=HOME).problems == []
    db = StateDatabase.open(tmp_path / "new" / "state.sqlite", STATE_TABLES)
    assert dict(storage_digest(db).tables) == kept.tables
    db.close()


def test_sealed_files_of_the_drives_owner_are_none_of_the_homes(kept: Left, tmp_path: Path) -> None:
    left = copy_of(kept, tmp_path / "usb")
    for number in range(9):
        (left.drive / f"0-letter-{number}.age").write_bytes(b"somebody else's")
    assert left.ask(tmp_path / "to", only=TABLES).problems == []


def test_a_home_without_the_key_of_its_people_is_refused_before_anything_is_made(kept: Left, tmp_path: Path) -> None:
    with pytest.raises(KeyMissingError, match="--key FILE"):
        kept.ask(tmp_path / "new", only=HOME, words="")
    assert not (tmp_path / "new").exists()


def test_the_disk_of_the_old_home_is_a_volume_like_any_other(kept: Left, tmp_path: Path) -> None:
    kept.ask(tmp_path / "old", only=HOME)
    shutil.rmtree(tmp_path / "old" / "keys")
    place = tmp_path / "old" / "volumes" / "local"
    told = restore(Request(folders=(place,), target=tmp_path / "new", only=HOME), Quiet())
    assert told.problems == []
    db = StateDatabase.open(tmp_path / "new" / "state.sqlite", STATE_TABLES)
    assert dict(storage_digest(db).tables) == kept.tables
    with db.reading() as connection:
        assert [row[0] for row in connection.execute("SELECT name FROM volumes ORDER BY name")] == ["local", "usb"]
    db.close()


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("only", [TABLES, HOME])
def test_a_damaged_segment_is_told_by_name_and_the_rest_comes(kept: Left, tmp_path: Path, only: str) -> None:
    left = copy_of(kept, tmp_path / "usb")
    for path in (left.drive / "staged" / "listings").rglob("*.parquet"):
        damage(path)
    told = left.ask(tmp_path / "to", only=only)
    assert set(worst(told.problems)) == {ExitCode.CORRUPT}
    assert {problem.subject for problem in told.problems if problem.code} == {"staged/listings"}
    assert any("damaged" in problem.message for problem in told.problems)
    if only == TABLES:
        assert [one.table for one in told.tables] == ["archives/files"]
        assert not (tmp_path / "to" / "staged" / "listings" / "hanok.parquet").exists()
    else:
        assert told.whole is not None
        assert told.whole.segments > 0


def test_what_is_damaged_on_one_volume_is_read_from_another(kept: Left, tmp_path: Path) -> None:
    left = copy_of(kept, tmp_path / "usb")
    kept.ask(tmp_path / "old", only=HOME)
    for path in (left.drive / "staged" / "listings").rglob("*.parquet"):
        damage(path)
    told = left.ask(tmp_path / "to", tmp_path / "old" / "volumes" / "local")
    assert worst(told.problems) == []
    assert {one.table: one.digest for one in told.tables}["staged/listings[hanok]"] == kept.tables[
        "staged/listings[hanok]"
    ]


def test_volumes_of_two_homes_and_folders_that_are_none_are_refused(kept: Left, tmp_path: Path) -> None:
    stranger = live_and_lose(tmp_path / "stranger", days=1)
    with pytest.raises(UsageError, match="different homes"):
        kept.ask(tmp_path / "to", stranger.drive)
    with pytest.raises(UsageError, match=r"volume\.json"):
        kept.ask(tmp_path / "to", tmp_path)
    assert not (tmp_path / "to").exists()


def test_a_folder_that_holds_anything_or_lies_on_the_volume_is_refused(kept: Left, tmp_path: Path) -> None:
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "letter.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"letter\.txt"):
        kept.ask(tmp_path / "to")
    with pytest.raises(UsageError, match="nothing is written there"):
        kept.ask(kept.drive / "to")
    assert [path.name for path in (tmp_path / "to").iterdir()] == ["letter.txt"]


def test_a_volume_that_does_not_say_whose_it_is_is_told(kept: Left, tmp_path: Path) -> None:
    left = copy_of(kept, tmp_path / "usb")
    identity = json.loads((left.drive / "volume.json").read_text())
    del identity["world"]
    (left.drive / "volume.json").write_text(json.dumps(identity))
    with pytest.raises(CorruptDataError, match="home and world"):
        left.ask(tmp_path / "to")


KILLED = """
import os, signal, sys
from pathlib import Path
from whisky_assets.domain.outcome import Quiet
from whisky_assets.pipeline import restoring
from whisky_assets.storage.recovery import restored_home

calls = []
def dying(work):
    def call(*told):
        calls.append(1)
        if len(calls) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return work(*told)
    return call

restoring.restore_table = dying(restoring.restore_table)
restored_home.copy_segment = dying(restored_home.copy_segment)
drive, target, only, words = sys.argv[1:]
asked = restoring.Request(folders=(Path(drive),), target=Path(target), only=only, words=words)
restoring.restore(asked, Quiet())
"""


@pytest.mark.parametrize("only", [TABLES, HOME])
def test_killed_in_the_middle_the_same_call_goes_on_and_another_one_is_refused(
    kept: Left, tmp_path: Path, only: str
) -> None:
    words = [sys.executable, "-c", KILLED, str(kept.drive), str(tmp_path / "to"), only, kept.words]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
    assert not (tmp_path / "to" / "home.json").exists()
    assert not (tmp_path / "to" / REPORT).exists()
    with pytest.raises(UsageError, match="rest of another restore"):
        kept.ask(tmp_path / "to", only=PAGES)
    told = kept.ask(tmp_path / "to", only=only)
    assert told.problems == []
    assert not (tmp_path / "to" / ".restoring").exists()


@pytest.mark.parametrize("only", [TABLES, HOME])
def test_a_state_of_a_newer_program_is_refused_instead_of_half_understood(tmp_path: Path, only: str) -> None:
    left = live_and_lose(tmp_path, days=1, of_later="INSERT INTO migrations VALUES ('storage', 999, 'x')")
    with pytest.raises(UsageError, match="newer version of Whisky Assets"):
        left.ask(tmp_path / "to", only=only)
    assert not (tmp_path / "to" / "home.json").exists()


def test_a_full_disk_is_told_and_the_same_call_goes_on(
    kept: Left, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("whisky_assets.storage.recovery.restored_tables.encode", full)
        with pytest.raises(OutOfReachError, match="no space left"):
            kept.ask(tmp_path / "to", only=TABLES)
    assert kept.ask(tmp_path / "to", only=TABLES).problems == []


def test_what_cannot_be_meant_together_is_refused(kept: Left, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="undo"):
        restore(Request(folders=(kept.drive,), target=tmp_path / "to", only=HOME, as_of=NOW), Quiet())
    with pytest.raises(UsageError, match="--only pages"):
        kept.ask(tmp_path / "to", feed="hanok")


def test_a_key_is_read_from_its_file_or_from_its_words(kept: Left, tmp_path: Path) -> None:
    (tmp_path / "personal.key").write_bytes(kept.key)
    (tmp_path / "words.txt").write_text(kept.words.replace(" ", "\n"))
    assert words_in(tmp_path / "personal.key") == kept.words
    assert words_in(tmp_path / "words.txt").split() == kept.words.split()
    with pytest.raises(UsageError, match="cannot be read"):
        words_in(tmp_path / "nowhere")
