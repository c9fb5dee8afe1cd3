"""`whisky init` makes a home where it is told to, checks all answers before it writes, and never overrides a config."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from whisky_assets.cli import main
from whisky_assets.domain.errors import ExitCode
from whisky_assets.pipeline.homes import read_settings
from whisky_assets.pipeline.workspace import forget_workspaces, workspace_at
from whisky_assets.storage.home import create_home, open_home
from whisky_assets_tests.cli.typing_person import Terminal

CONTACT = ("--contact", "mina@example.org")


@pytest.fixture(autouse=True)
def closed_homes() -> Iterator[None]:
    """Closes every home that a test opened."""
    yield
    forget_workspaces()


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    """An empty folder for copies."""
    folder = tmp_path / "drive"
    folder.mkdir()
    return folder


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(text))


def test_a_home_lies_where_home_or_the_variable_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHISKY_HOME", str(tmp_path / "by variable"))
    assert main(["init", *CONTACT]) == ExitCode.DONE
    assert main(["init", "--home", str(tmp_path / "by option"), *CONTACT]) == ExitCode.DONE
    assert {open_home(tmp_path / name).world for name in ("by variable", "by option")} == {"real"}


def test_every_command_of_the_answer_means_the_new_home(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--home", str(tmp_path / "home"), *CONTACT]) == ExitCode.DONE
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.count("whisky ") == last.count(f" --home {tmp_path / 'home'}") == 3


def test_without_a_contact_the_remedy_names_the_home_that_was_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHISKY_HOME", str(tmp_path / "home"))
    assert main(["init"]) == ExitCode.USAGE
    assert f"whisky init --home {tmp_path / 'home'} --contact" in capsys.readouterr().err
    assert not (tmp_path / "home").exists()


def test_the_sample_home_is_not_made_by_init(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--sample", *CONTACT]) == ExitCode.USAGE
    assert "make run" in capsys.readouterr().err


def test_a_drive_that_cannot_be_used_is_told_before_anything_is_written(tmp_path: Path, drive: Path) -> None:
    home = tmp_path / "home"
    absent = ["init", "--home", str(home), *CONTACT, "--drive", str(tmp_path / "absent")]
    assert main(absent) == ExitCode.OUT_OF_REACH
    assert main(["init", "--home", str(tmp_path / "first"), *CONTACT, "--drive", str(drive)]) == ExitCode.DONE
    assert main(["init", "--home", str(home), *CONTACT, "--drive", str(drive)]) == ExitCode.USAGE
    assert not home.exists()


def test_a_drive_becomes_a_volume_also_when_asked_twice(
    tmp_path: Path, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["init", "--home", str(tmp_path / "home"), *CONTACT, "--drive", "drive"]
    assert [main(words), main(words)] == [ExitCode.DONE, ExitCode.DONE]
    home = open_home(tmp_path / "home")
    assert read_settings(home).drive == str(drive)
    (row,) = (row for row in workspace_at(str(home.root)).volumes.rows() if row.name == "external")
    assert (row.kind, row.storage_class) == ("drive", "cold")
    assert (drive / "RESTORE.txt").exists()
    assert (home.local_volume / "RESTORE.txt").exists()


def test_other_answers_than_the_config_are_refused_with_the_file_to_edit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    main(["init", "--home", str(home), *CONTACT])
    before = (home / "config.toml").read_bytes()
    assert main(["init", "--home", str(home), "--contact", "jo@example.org", "--quota-gb", "5"]) == ExitCode.USAGE
    told = capsys.readouterr().err
    assert str(home / "config.toml") in told.splitlines()[-1]
    assert "mina@example.org" in told
    assert "quota_gb = 100, not 5" in told
    assert (home / "config.toml").read_bytes() == before


def test_a_home_that_stands_is_asked_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["init", "--home", str(tmp_path / "home")]
    main([*words, *CONTACT])
    path = tmp_path / "home" / "config.toml"
    path.write_text(path.read_text("utf-8").replace('target = "local"', 'target = "emulator"'), encoding="utf-8")
    typed(monkeypatch, "")
    assert main(words) == ExitCode.DONE


def test_a_sample_home_or_a_file_is_no_place_for_a_real_home(tmp_path: Path) -> None:
    create_home(tmp_path / "home", "sample", datetime(2026, 1, 5, tzinfo=UTC))
    (tmp_path / "file").write_text("")
    for place in ("home", "file", "file/below"):
        assert main(["init", "--home", str(tmp_path / place), *CONTACT]) == ExitCode.USAGE
    assert not (tmp_path / "home" / "config.toml").exists()


def test_answers_that_are_typed_make_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drive: Path) -> None:
    typed(monkeypatch, f'https://example.org/"us"\n{drive}\nmy-bucket\n250\n')
    assert main(["init", "--home", str(tmp_path / "home")]) == ExitCode.DONE
    told = tomllib.loads((tmp_path / "home" / "config.toml").read_text("utf-8"))
    assert told["contact"] == {"address": 'https://example.org/"us"'}
    assert told["storage"] == {"quota_gb": 250, "drive": str(drive), "bucket": "my-bucket"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("me@example.org\n\n\nfifty\n", "'fifty' is no whole number of GB"),
        ("me@example.org\n\n\n0\n", "0 GB hold no whisky data"),
        ("me@example.org\n", "the questions ended"),
        ("me\x07@example.org\n\n\n\n", "cannot be seen"),
    ],
)
def test_a_wrong_or_missing_answer_is_a_sentence_and_makes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    typed(monkeypatch, text)
    assert main(["init", "--home", str(tmp_path / "home")]) == ExitCode.USAGE
    assert told in capsys.readouterr().err
    assert not (tmp_path / "home").exists()


def test_json_asks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    typed(monkeypatch, "me@example.org\n\n\n\n")
    assert main(["init", "--json", "--home", str(tmp_path / "home")]) == ExitCode.USAGE
    assert capsys.readouterr().out.startswith("{")


def test_question_and_config_say_what_keeps_to_the_quota(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "me@example.org\n\n\n\n")
    main(["init", "--home", str(tmp_path / "home")])
    assert "whisky storage retain` keeps to it" in capsys.readouterr().out
    assert "whisky storage retain` keeps to it" in (tmp_path / "home" / "config.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ('[storage]\nquota_gb = "fifty"\n', 'quota_gb = "fifty" is no whole number'),
        ("[storage]\nquota_gb = true\n", "is no whole number"),
        ("[contact]\naddress = 5\n", "address = 5 is no text"),
        ('contact = "me@example.org"\n', "contact means nothing"),
        ("\udcff", "decode"),
    ],
)
def test_a_config_that_cannot_be_meant_is_told_by_its_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], config: str, told: str
) -> None:
    words = ["init", "--home", str(tmp_path / "home"), *CONTACT]
    main(words)
    (tmp_path / "home" / "config.toml").write_bytes(config.encode("utf-8", "surrogateescape"))
    assert main(words) == ExitCode.USAGE
    shown = capsys.readouterr().err
    assert told in shown
    assert str(tmp_path / "home" / "config.toml") in shown
