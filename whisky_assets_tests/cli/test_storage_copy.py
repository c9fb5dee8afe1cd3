"""`whisky storage copy`, `status` and `policies` as a person and a script meet them."""

import argparse
import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from whisky_assets.cli import main
from whisky_assets.cli.words import build_parser
from whisky_assets.domain.errors import ExitCode
from whisky_assets.pipeline.workspace import forget_workspaces, workspace_at
from whisky_assets.storage.directories import DirectoryVolume
from whisky_assets.storage.volumes import NewLimits
from whisky_assets_tests.pipeline.homes import Product, build, open_workspace


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A sample home with one snapshot, where every folder counts as a disk of its own."""
    monkeypatch.setattr(DirectoryVolume, "device", lambda volume: hash(volume.root))
    root = tmp_path / "home"
    made = open_workspace(root)
    build(made, "b1", [Product(source_id="1", word="glen_ten")])
    made.close()
    yield root
    forget_workspaces()


@pytest.fixture
def drive(home: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "drive"
    folder.mkdir()
    workspace = workspace_at(str(home))
    workspace.volumes.add("external", "drive", str(folder), workspace.now())
    return folder


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, object]]:
    capsys.readouterr()
    code = main(["--json", *words])
    return code, json.loads(capsys.readouterr().out)["result"]


@pytest.mark.usefixtures("drive")
def test_status_ends_with_the_one_next_command_which_does_what_it_says(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(home), "storage", "status"]) == ExitCode.DONE
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith("next: whisky storage copy")
    assert any(line.startswith("promise ") and ": waiting (" in line for line in lines)
    assert any(line.startswith("quota whisky: ") for line in lines)
    assert any(line.startswith("at risk: ") for line in lines)
    assert main(shlex.split(lines[-1].removeprefix("next: whisky "))) == ExitCode.DONE
    assert "copied " in capsys.readouterr().out
    assert main(["--home", str(home), "storage"]) == ExitCode.DONE
    assert capsys.readouterr().out.splitlines()[-1] == "nothing to do"


@pytest.mark.usefixtures("drive")
def test_a_plan_is_shown_and_nothing_is_copied(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, result = answer(capsys, "--home", str(home), "storage", "copy", "--plan")
    assert code == ExitCode.DONE
    assert result["copies"]
    assert answer(capsys, "--home", str(home), "storage", "copy", "--plan")[1] == result


def test_an_absent_drive_fails_nothing_unless_it_is_the_one_that_was_asked_for(
    home: Path, drive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drive.rename(tmp_path / "pulled")
    code, result = answer(capsys, "--home", str(home), "storage", "copy")
    assert (code, result["copied"]) == (ExitCode.DONE, 0)
    assert main(["--home", str(home), "storage", "copy", "--to", "external"]) == ExitCode.OUT_OF_REACH
    assert "external drive not attached" in capsys.readouterr().err


@pytest.mark.usefixtures("drive")
def test_a_limit_ends_with_its_own_exit_code(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, result = answer(capsys, "--home", str(home), "storage", "copy", "--max-bytes", "1")
    assert (code, result["copied"], result["stopped"]) == (ExitCode.BUDGET, 1, True)


@pytest.mark.usefixtures("drive")
def test_moving_copies_is_shown_first_and_asks_for_yes(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(home), "storage", "copy"]) == ExitCode.DONE
    (tmp_path / "new").mkdir()
    workspace = workspace_at(str(home))
    (home / "storage.toml").write_text('[[copies]]\ndata = "*"\ncopies = 2\noff_this_pc = 1\n')
    for name, folder in (("external", "drive"), ("new", "new")):
        limits = NewLimits(capacity_bytes=10**7)
        workspace.volumes.add(name, "drive", str(tmp_path / folder), workspace.now(), limits=limits)
    words = ["--home", str(home), "storage", "copy", "--even-out"]
    code, shown = answer(capsys, *words)
    assert code == ExitCode.DECISION
    assert shown["drops"]
    code, done = answer(capsys, *words, "--yes")
    assert (code, done["given_up"]) == (ExitCode.DONE, len(shown["drops"]))  # type: ignore[arg-type] # a list


def test_policies_say_where_the_owners_rules_go(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(home), "storage", "policies"]) == ExitCode.DONE
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == f"the shipped rules; yours go into {home / 'storage.toml'}"
    (home / "storage.toml").write_text('[[quota]]\nname = "whisky"\ndata = "*"\nmax = "7G"\n')
    _, result = answer(capsys, "--home", str(home), "storage", "policies")
    assert {"name": "whisky", "data": ["*"], "max_bytes": 7 * 10**9, "origin": "storage.toml:1"} in result["quota"]  # type: ignore[operator] # a list


def test_a_broken_rule_is_wrong_use_with_its_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "storage.toml").write_text('[[copies]]\ndata = "*"\ncopys = 2\n')
    assert main(["--home", str(home), "storage", "status"]) == ExitCode.USAGE
    assert "storage.toml:3: [copies[1]] copys is an unknown key; did you mean 'copies'?" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--max-bytes", "lots"], ["--max-bytes", "0"], ["--max-minutes", "0"], ["--to"]])
def test_limits_that_cannot_be_read_are_wrong_use(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["storage", "copy", *words]) == ExitCode.USAGE
    assert capsys.readouterr().err


def test_help_of_copy_tells_its_exit_codes_and_examples_that_can_be_read() -> None:
    (words,) = (action for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction))
    (actions,) = (
        action for action in words.choices["storage"]._actions if isinstance(action, argparse._SubParsersAction)
    )
    text = actions.choices["copy"].format_help()
    assert "Exit 5" in text
    examples = [line.strip() for line in text.splitlines() if line.strip().startswith("whisky ")]
    assert len(examples) == 3
    for example in examples:
        assert build_parser().parse_args(shlex.split(example)[1:]).action == "copy"
