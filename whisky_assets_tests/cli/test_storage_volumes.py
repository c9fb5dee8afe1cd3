"""`whisky storage add-volume` and `key`: asked on a terminal, given as options, never a secret where none belongs."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from whisky_assets.cli import main
from whisky_assets.domain.errors import ExitCode
from whisky_assets.domain.records import ArchiveFile
from whisky_assets.pipeline.workspace import forget_workspaces, workspace_at
from whisky_assets.storage.copies import copy_segment
from whisky_assets.storage.home import create_home
from whisky_assets.storage.personal_key import key_path
from whisky_assets_tests.cli.typing_person import Terminal
from whisky_assets_tests.storage.worlds import NOW, archive_file


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A sample home, closed at the end."""
    yield create_home(tmp_path / "home", "sample", datetime(2026, 1, 5, tzinfo=UTC)).root
    forget_workspaces()


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    """A folder for a new volume."""
    folder = tmp_path / "drive"
    folder.mkdir()
    return folder


def result_of(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)["result"]
    return found


def sealed(home: Path, drive: Path) -> None:
    assert main(["--home", str(home), "storage", "add-volume", "usb", str(drive), "--kind", "drive"]) == ExitCode.DONE
    store = workspace_at(str(home)).store
    segment = store.write(ArchiveFile, [archive_file("kim")], person="kim", now=NOW)
    copy_segment(store, segment.id, "usb", NOW)


def test_all_answers_can_be_given_as_options(home: Path, drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["usb", str(drive), "--kind", "drive", "--class", "cold", "--capacity", "1 GB", "--reserve", "1M"]
    assert main(["--json", "--home", str(home), "storage", "add-volume", *words]) == ExitCode.DONE
    told = result_of(capsys)
    assert (told["volume"], told["place"], told["kind"], told["storage_class"]) == ("usb", str(drive), "drive", "cold")
    assert (told["capacity_bytes"], told["reserve_bytes"]) == (1_000_000_000, 1_000_000)
    assert told["proven"] == ["written", "read back", "deleted"]


def test_a_terminal_is_walked_through_with_defaults_that_work(
    home: Path, drive: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(f"{drive}\ndrive\n\n\n400G\n1M\n"))
    assert main(["--home", str(home), "storage", "add-volume"]) == ExitCode.DONE
    row = workspace_at(str(home)).volumes.row("external")
    assert (row.kind, row.storage_class, row.capacity_bytes, row.reserve_bytes) == ("drive", "cold", 400e9, 1e6)
    told = capsys.readouterr().out
    assert "written, read back, deleted: it works" in told
    assert f"whisky storage status --home {home}" in told


def test_what_was_given_is_not_asked_again(home: Path, drive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(f"{drive}\n\n0\n0\n"))
    assert main(["--home", str(home), "storage", "add-volume", "usb", "--class", "fast"]) == ExitCode.DONE
    assert workspace_at(str(home)).volumes.row("usb").kind == "directory"


def test_without_a_terminal_or_with_half_the_answers_nothing_is_added(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["--home", str(home), "storage", "add-volume"]) == ExitCode.USAGE
    assert (
        capsys.readouterr().err.rstrip().endswith(f"whisky storage add-volume --home {home} external /Volumes/WHISKY")
    )
    monkeypatch.setattr(sys, "stdin", Terminal("/somewhere\n"))
    assert main(["--home", str(home), "storage", "add-volume"]) == ExitCode.USAGE
    assert [row.name for row in workspace_at(str(home)).volumes.rows()] == ["local"]


def test_a_place_that_is_not_there_is_out_of_reach_and_one_with_a_secret_is_refused_unrepeated(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add = ["--home", str(home), "storage", "add-volume"]
    assert main([*add, "usb", str(tmp_path / "none")]) == ExitCode.OUT_OF_REACH
    assert main([*add, "nas", ":sftp,host=h,pass=s3cret:/x"]) == ExitCode.USAGE
    told = capsys.readouterr()
    assert "s3cret" not in told.out + told.err
    assert "RCLONE_SFTP_PASS" in told.err
    assert [row.name for row in workspace_at(str(home)).volumes.rows()] == ["local"]


def test_the_key_is_told_its_words_are_shown_when_asked_and_bring_it_back(
    home: Path, drive: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = ["--home", str(home), "storage", "key"]
    assert main(key) == ExitCode.DONE
    assert "no key yet" in capsys.readouterr().out
    assert main([*key, "--show-phrase"]) == ExitCode.OUT_OF_REACH
    sealed(home, drive)
    capsys.readouterr()
    assert main(["--json", *key, "--show-phrase"]) == ExitCode.DONE
    words = result_of(capsys)["phrase"].split()
    assert main([*key, "--show-phrase"]) == ExitCode.DONE
    shown = capsys.readouterr().out
    assert all(f"{place:2} {word}" in shown for place, word in enumerate(words, 1))
    assert main(key) == ExitCode.DONE
    assert not set(words) & set(capsys.readouterr().out.replace(":", "").split()) - {"key", "open", "back", "show"}
    shutil.rmtree(key_path(workspace_at(str(home)).home).parent)
    assert main(key) == ExitCode.DONE
    assert "cannot be opened without it" in capsys.readouterr().out
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(words)))
    assert main([*key, "--restore"]) == ExitCode.DONE
    assert "it opens what is sealed on usb" in capsys.readouterr().out


def test_a_new_key_waits_for_a_yes(home: Path, drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sealed(home, drive)
    path = key_path(workspace_at(str(home)).home)
    new = ["--home", str(home), "storage", "key", "--new"]
    assert main(new) == ExitCode.USAGE
    path.unlink()
    assert main(new) == ExitCode.DECISION
    assert capsys.readouterr().err.rstrip().endswith(f"whisky storage key --home {home} --new --yes")
    assert not path.exists()
    assert main([*new, "--yes"]) == ExitCode.DONE
    assert "seals them with the new key" in capsys.readouterr().out
    assert path.exists()


def test_a_secret_key_is_never_printed(home: Path, drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sealed(home, drive)
    secret = key_path(workspace_at(str(home)).home).read_text().splitlines()[-1]
    for words in (["key"], ["status"], ["verify"], ["key", "--show-phrase"]):
        main(["--json", "--home", str(home), "storage", *words])
        told = capsys.readouterr()
        assert "usb" in told.out or words[0] == "key"
        assert secret not in told.out + told.err


def test_status_and_verify_ask_a_bucket_with_a_client_of_their_own(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from whisky_assets.orchestration import io_managers

    def no_credentials(_project: str) -> Any:
        raise OSError("a text that may hold a path")

    workspace = workspace_at(str(home))
    store = workspace.store
    segment = store.write(ArchiveFile, [archive_file("kim")], person="kim", now=NOW)
    with workspace.db.transaction() as connection:
        connection.execute(
            "INSERT INTO volumes (name, uuid, kind, location, created_at) VALUES ('gcs', 'u', 'gcs', 'gs://b', 0)"
        )
        connection.execute("INSERT INTO copies (segment, volume, created_at) VALUES (?, 'gcs', 0)", (segment.id,))
    monkeypatch.setattr(io_managers, "gcs_client", no_credentials)
    assert main(["--json", "--home", str(home), "storage", "verify"]) == ExitCode.OUT_OF_REACH
    told = capsys.readouterr().out
    assert "no Google client can be made (OSError)" in told
    assert "a text that may hold a path" not in told
