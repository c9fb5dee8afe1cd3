"""`whisky storage restore` as a person and a script meet it, on a machine without a home."""

import json
from pathlib import Path

import pytest

from whisky_assets.cli import main
from whisky_assets.domain.errors import ExitCode
from whisky_assets.pipeline.workspace import forget_workspaces
from whisky_assets.storage.directories import DirectoryVolume
from whisky_assets_tests.pipeline.homes import Product, build, open_workspace
from whisky_assets_tests.pipeline.lent_drives import Left, live_and_lose


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Left:
    """A drive of a home that is gone; not to be changed."""
    return live_and_lose(tmp_path_factory.mktemp("kept"), days=1)


def answered(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, dict[str, object]]:
    capsys.readouterr()
    code = main(["--json", "storage", "restore", *map(str, words)])
    envelope = json.loads(capsys.readouterr().out)
    assert envelope["exit"] == code
    assert isinstance(envelope["result"], dict)
    return code, envelope["result"]


def test_tables_and_pages_come_without_a_key_and_exit_7_says_what_is_missing(
    kept: Left, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, result = answered(capsys, "--from", kept.drive, "--to", tmp_path / "to")
    assert code == ExitCode.OUT_OF_REACH
    assert (result["snapshot"], result["pages"]) == ("s000001", {"hanok": 2})
    assert json.loads((tmp_path / "to" / "restored.json").read_text())["snapshot"] == "s000001"


def test_a_home_is_ready_for_the_next_command_that_the_last_line_names(
    kept: Left, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "personal.key").write_bytes(kept.key)
    root = tmp_path / "new"
    words = ["--from", str(kept.drive), "--to", str(root), "--only", "home", "--key", str(tmp_path / "personal.key")]
    assert main(["storage", "restore", *words]) == ExitCode.DONE
    assert capsys.readouterr().out.splitlines()[-1].endswith(f"whisky run --home {root}")
    try:
        assert main(["--home", str(root), "storage", "verify"]) == ExitCode.DONE
        told = [*words[2:], "--from", "usb"]
        assert main(["--home", str(root), "storage", "restore", *told]) == ExitCode.USAGE  # it is not empty now
        code, _result = answered(capsys, "--home", root, "--from", "usb", "--to", tmp_path / "to", "--only", "pages")
        assert code == ExitCode.DONE
    finally:
        forget_workspaces()


def test_a_day_means_its_end_and_what_is_no_time_or_no_volume_is_wrong_use(
    kept: Left, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--from", kept.drive, "--to", tmp_path / "to", "--only", "tables", "--as-of")
    assert answered(capsys, *words, "2026-01-05")[1]["snapshot"] == "s000001"
    capsys.readouterr()
    assert main(["storage", "restore", *map(str, words), "yesterday"]) == ExitCode.USAGE
    assert main(["storage", "restore", "--from", str(tmp_path / "no"), "--to", str(tmp_path / "x")]) == ExitCode.USAGE
    assert "RESTORE.txt" in capsys.readouterr().err


def test_a_drill_says_what_came_and_the_status_remembers_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DirectoryVolume, "device", lambda volume: hash(volume.root))
    root = tmp_path / "home"
    made = open_workspace(root)
    build(made, "b1", [Product(source_id="1", word="glen_ten")])
    made.close()
    (tmp_path / "usb").mkdir()
    home = ["--home", str(root), "storage"]
    try:
        assert main([*home, "drill"]) == ExitCode.OUT_OF_REACH
        assert main([*home, "add-volume", "usb", str(tmp_path / "usb"), "--kind", "drive"]) == ExitCode.DONE
        assert main([*home, "copy"]) == ExitCode.DONE
        capsys.readouterr()
        assert main(["--json", *home, "drill", "usb", "--segments", "9"]) == ExitCode.DONE
        told = json.loads(capsys.readouterr().out)["result"]
        assert (told["volume"], told["snapshot"], told["failed"]) == ("usb", "s000001", [])
        assert main([*home, "status"]) == ExitCode.DONE
        assert "last restore drill: 2026-01-05, usb: all of the sample came out equal" in capsys.readouterr().out
    finally:
        forget_workspaces()
