"""People's files: kept byte for byte, once, and never named where others read."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from whisky_assets.domain.errors import BusyError, InputRefusedError, UsageError
from whisky_assets.pipeline import archive_import
from whisky_assets.pipeline.archive_import import FILES, IMPORTS, archive_files, import_archive, take_sample_archives
from whisky_assets.pipeline.upkeep import digests
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.sample.archives import archives
from whisky_assets.storage import candidates, locks
from whisky_assets_tests.pipeline.homes import NOW, open_workspace

CSV = 'whisky,note,age\nardbeg ten,"lemon, sweet",10\n,nothing said,\nlagavulin,smoke,2010\n'


def csv_file(folder: Path, text: str = CSV, name: str = "diary.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_kept_byte_for_byte_in_a_segment_of_its_person(workspace: Workspace, tmp_path: Path) -> None:
    path = csv_file(tmp_path)
    kept = import_archive(workspace, path, "mina")
    assert (kept.new, kept.entries, kept.refused) == (True, 2, 1)
    (file,) = archive_files(workspace)
    assert file.body == path.read_bytes()
    assert (file.user, file.name, file.media_type) == ("mina", "diary.csv", "text/csv")
    assert [segment.person for segment in workspace.store.segments(FILES)] == ["mina"]


def test_the_same_bytes_twice_add_nothing(workspace: Workspace, tmp_path: Path) -> None:
    path = csv_file(tmp_path)
    import_archive(workspace, path, "mina")
    again = import_archive(workspace, csv_file(tmp_path, name="renamed.csv"), "mina")
    assert (again.new, again.entries, again.refused) == (False, 2, 1)
    assert len(workspace.store.segments(FILES)) == 1
    assert import_archive(workspace, path, "tom").new


def test_a_persons_files_stay_in_order_though_the_clock_stands_still(workspace: Workspace, tmp_path: Path) -> None:
    texts = [f"whisky,note\nardbeg,{number}\n" for number in range(6)]
    for number, text in enumerate(texts):
        import_archive(workspace, csv_file(tmp_path, text, f"{number}.csv"), "mina")
    files = list(archive_files(workspace))
    assert [file.body.decode() for file in files] == texts
    assert [file.imported_at - NOW for file in files] == [timedelta(microseconds=number) for number in range(6)]


def test_the_version_over_all_files_holds_each_of_them(workspace: Workspace, tmp_path: Path) -> None:
    for number, user in enumerate(["mina", "tom", "mina"]):
        import_archive(workspace, csv_file(tmp_path, f"whisky\nardbeg {number}\n"), user)
    kept = candidates.candidate(workspace.db, IMPORTS, FILES)
    assert kept is not None
    assert sorted(kept.version.segments) == sorted(segment.id for segment in workspace.store.segments(FILES))
    assert {row.user for row in workspace.rows(kept.version)} == {"mina", "tom"}
    assert digests(workspace)[FILES] == kept.version.content_digest


@pytest.mark.parametrize(
    ("name", "user", "told"),
    [
        ("diary.docx", "mina", "neither .csv nor .json"),
        ("absent.csv", "mina", "no file"),
        ("a.csv", "Mina K", "no key"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(
    workspace: Workspace, tmp_path: Path, name: str, user: str, told: str
) -> None:
    csv_file(tmp_path, name="a.csv")
    with pytest.raises(UsageError, match=told):
        import_archive(workspace, tmp_path / name, user)
    assert not workspace.store.segments(FILES)


def test_a_file_that_nobody_can_read_is_refused_and_not_kept(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputRefusedError) as refused:
        import_archive(workspace, csv_file(tmp_path, "bottle of the day;when\nardbeg;now\n"), "mina")
    assert refused.value.reason == "wrong_header"
    people = {"user": {"a": {"id": "1"}, "b": {"id": "2"}}, "whisky_archive": {}}
    two = csv_file(tmp_path, json.dumps(people), "two.json")
    with pytest.raises(InputRefusedError) as crowd:
        import_archive(workspace, two, "mina")
    assert crowd.value.reason == "several_people"
    assert not workspace.store.segments(FILES)


def test_two_imports_at_once_wait_for_each_other(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_import, "_LOCK_SECONDS", 0.0)
    locks.acquire(workspace.db, FILES, "another import")
    with pytest.raises(BusyError, match="another import"):
        import_archive(workspace, csv_file(tmp_path), "mina")
    locks.release(workspace.db, FILES, "another import")
    assert import_archive(workspace, csv_file(tmp_path), "mina").new
    assert not locks.holders(workspace.db)


def test_the_sample_people_are_taken_once(workspace: Workspace) -> None:
    assert take_sample_archives(workspace) == len(archives())
    assert take_sample_archives(workspace) == 0
    assert {file.user: file.body for file in archive_files(workspace)} == {one.user: one.body for one in archives()}


def test_a_real_home_takes_no_sample_people(tmp_path: Path) -> None:
    real = open_workspace(tmp_path / "real", "real")
    assert take_sample_archives(real) == 0
    assert not list(archive_files(real))
    real.close()
