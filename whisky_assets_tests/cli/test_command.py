"""The command answers in text or in one JSON envelope, with the exit code that its problems add up to."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from whisky_assets.cli import main
from whisky_assets.cli.about import ABOUT, EXAMPLES
from whisky_assets.cli.answer import ENVELOPE_SCHEMA
from whisky_assets.cli.console import Console, table
from whisky_assets.cli.words import build_parser
from whisky_assets.domain.errors import ExitCode
from whisky_assets.pipeline import lookup
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


def test_every_example_of_the_help_can_be_typed() -> None:
    lines = [line.strip() for text in (EXAMPLES, *ABOUT.values()) for line in text.splitlines()]
    examples = [line.partition("   ")[0] for line in lines if line.startswith("whisky ")]
    assert {shlex.split(example)[1] for example in examples} >= {"run", "import", "find", "match", "publish", "undo"}
    for example in examples:
        build_parser().parse_args(shlex.split(example)[1:])


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


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["--json", "frob"], ""),
        (["frob", "--json"], ""),
        (["--json", "run", "--frob"], "run"),
        (["--json", "show"], "show"),
        (["--json", "storage", "frob"], "storage"),
        (["--json", "init", "--quota-gb", "fifty"], "init"),
        (["--json", "run", "--max-requests", "0"], "run"),
        (["--json", "run", "--max-minutes", "inf"], "run"),
        (["--json", "ui", "--port", "80"], "ui"),
        (["--json", "--home", "", "status"], "status"),
    ],
)
def test_words_that_cannot_be_read_are_answered_in_an_envelope_too(
    capsys: pytest.CaptureFixture[str], words: list[str], command: str
) -> None:
    assert main(words) == ExitCode.USAGE
    envelope = json.loads(capsys.readouterr().out)
    assert (envelope["schema"], envelope["command"], envelope["exit"]) == (ENVELOPE_SCHEMA, command, 2)
    (problem,) = envelope["problems"]
    assert problem["remedy"].endswith(" --help")


def test_an_option_is_taken_by_its_whole_name_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--no-pub"]) == ExitCode.USAGE
    assert "--no-pub" in capsys.readouterr().err


def test_two_homes_are_refused_in_either_order(tmp_path: Path) -> None:
    assert main(["--home", str(tmp_path), "--sample", "status"]) == ExitCode.USAGE
    assert main(["--home", str(tmp_path), "status", "--sample"]) == ExitCode.USAGE


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (PermissionError(13, "Permission denied", "/srv/locked"), ExitCode.FAILED, "/srv/locked: Permission denied"),
        (FileExistsError(17, "File exists", "/srv/there"), ExitCode.FAILED, "/srv/there: File exists"),
        (OSError(5, "Input/output error", "/srv/torn"), ExitCode.FAILED, "/srv/torn: Input/output error"),
        (OSError(28, "No space left on device"), ExitCode.OUT_OF_REACH, "No space left on device"),
    ],
)
def test_what_the_system_refuses_is_a_sentence_with_path_and_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: OSError, code: ExitCode, told: str
) -> None:
    def refused(*_words: object) -> None:
        raise error

    monkeypatch.setattr(lookup, "parse", refused)
    assert main(["--json", "parse", "Oban 14"]) == code
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert told in problem["message"]
    assert problem["remedy"]


def test_a_fault_of_the_program_is_answered_too_and_keeps_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lookup, "parse", lambda *_words: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        main(["--json", "parse", "Oban 14"])
    envelope = json.loads(capsys.readouterr().out)
    assert (envelope["exit"], envelope["problems"][0]["code"]) == (ExitCode.FAILED, ExitCode.FAILED)


def test_bytes_that_are_no_letters_are_shown_as_their_number(capfd: pytest.CaptureFixture[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "whisky_assets.cli", "--json", "parse", b"Oban \xff"], check=False, capture_output=True
    )
    assert done.returncode == ExitCode.DONE, done.stderr
    assert json.loads(done.stdout)["result"]["text"] == "Oban \udcff"
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "words", [["find", "ardbeg"], ["show", "a_pk"], ["why", "a_pk", "b_pk"], ["publish"], ["diff"]]
)
def test_the_command_to_paste_means_the_home_that_was_asked(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert main(["--home", str(home), *words]) == ExitCode.USAGE
    assert capsys.readouterr().err.rstrip().endswith(f"whisky run --home {home}")


def test_a_volume_is_added_wherever_the_home_is_named(home: Path, tmp_path: Path) -> None:
    for place, words in enumerate((["--home", str(home), "storage"], ["storage", "--home", str(home)], ["storage"])):
        folder = tmp_path / f"volume {place}"
        folder.mkdir()
        after = ["--home", str(home)] if words == ["storage"] else []
        assert main([*words, "add-volume", *after, f"copies{place}", str(folder)]) == ExitCode.DONE
        assert (folder / "volume.json").exists()


def test_storage_alone_shows_the_volumes(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json", "--home", str(home), "storage"]) == ExitCode.DONE
    (volume,) = json.loads(capsys.readouterr().out)["result"]["volumes"]
    assert volume["volume"] == "local"


def test_a_file_is_no_home(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["--home", str(tmp_path / "file"), "status"]) == ExitCode.USAGE
    assert "no home" in capsys.readouterr().err


def test_a_home_that_is_not_there_is_refused_with_the_command_that_makes_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(tmp_path / "nowhere"), "status"]) == ExitCode.USAGE
    assert f"whisky init --home {tmp_path / 'nowhere'}" in capsys.readouterr().err


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
