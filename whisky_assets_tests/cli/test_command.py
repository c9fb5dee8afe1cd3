"""The command answers in text or in one JSON envelope, with the exit code that its problems add up to."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from whisky_assets.cli import main
from whisky_assets.cli.answer import ENVELOPE_SCHEMA
from whisky_assets.cli.console import Console, table
from whisky_assets.cli.words import build_parser
from whisky_assets.domain.errors import ExitCode
from whisky_assets.pipeline.workspace import forget_workspaces
from whisky_assets.storage.home import create_home


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """An empty sample home."""
    yield create_home(tmp_path / "home", "sample", datetime(2026, 1, 1, tzinfo=UTC)).root
    forget_workspaces()


def commands() -> dict[str, argparse.ArgumentParser]:
    """Return the parser of every command."""
    (words,) = (action for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction))
    return dict(words.choices)


def test_every_command_says_what_it_does_and_what_runs_it() -> None:
    for name, parser in commands().items():
        assert len(parser.format_help().splitlines()) > 4, name
        assert callable(parser.get_default("run")), name


@pytest.mark.parametrize("name", sorted(commands()))
def test_help_of_every_command_ends_well(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert f"usage: whisky {name}" in capsys.readouterr().out


@pytest.mark.parametrize("before", [True, False])
def test_shared_options_stand_before_or_after_the_command(
    home: Path, capsys: pytest.CaptureFixture[str], *, before: bool
) -> None:
    words = ["--home", str(home), "sources"] if before else ["sources", "--home", str(home)]
    assert main(words) == ExitCode.DONE
    assert capsys.readouterr().out.startswith(f"home {home} (sample, 2026-01-05)\n")


def test_json_is_one_envelope_and_nothing_else(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json", "--home", str(home), "storage", "digest"]) == ExitCode.DONE
    envelope = json.loads(capsys.readouterr().out)
    assert sorted(envelope) == ["command", "exit", "invocation", "problems", "result", "schema"]
    assert (envelope["schema"], envelope["command"], envelope["exit"]) == (ENVELOPE_SCHEMA, "storage", 0)


def test_an_error_is_a_problem_with_its_remedy_and_its_code(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json", "--home", str(home), "run", "--feed", "alco"]) == ExitCode.USAGE
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert problem["code"] == ExitCode.USAGE
    assert "alco" in problem["message"]
    assert problem["remedy"]


def test_text_tells_an_error_and_its_remedy_on_standard_error(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(home), "show", "nothing_pk"]) == ExitCode.USAGE
    told = capsys.readouterr()
    assert told.err.startswith("! ")
    assert "\n  → " in told.err


def test_a_command_leaves_the_environment_as_it_found_it(home: Path) -> None:
    before = dict(os.environ)
    main(["--home", str(home), "--quiet"])
    assert dict(os.environ) == before


def test_a_home_that_is_not_there_is_refused_with_the_command_that_makes_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(tmp_path / "nowhere"), "status"]) == ExitCode.USAGE
    assert "whisky init" in capsys.readouterr().err


def test_wide_letters_take_two_columns_and_numbers_stand_right() -> None:
    lines = table(("name", "offers"), [("아드벡 10", 6), ("Oban", 1_234)])
    assert lines == [
        "name       offers",
        "---------  ------",
        "아드벡 10       6",
        "Oban        1,234",
    ]


def test_progress_without_a_terminal_is_plain_lines_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console()
    console.start("matching blocks", 3)
    console.advance(3)
    console.note("done")
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "matching blocks: 3\ndone\n")
