"""`whisky storage rebuild` as a person and a script meet it: the plan, the yes, and the way there from a lost home."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from whisky_assets.cli import main
from whisky_assets.domain.errors import ExitCode
from whisky_assets.domain.record import declared_records
from whisky_assets.pipeline.safekeeping import keep_state
from whisky_assets.pipeline.workspace import forget_workspaces
from whisky_assets_tests.pipeline.homes import Product, build, open_workspace


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A sample home with one snapshot whose state database was deleted after it was kept."""
    root = tmp_path / "home"
    made = open_workspace(root)
    build(made, "b1", [Product(source_id="1", word="glen_ten")])
    keep_state(made)
    made.close()
    for path in root.glob("state.sqlite*"):
        path.unlink()
    yield root
    forget_workspaces()


def answered(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, object]]:
    capsys.readouterr()
    code = main(["--json", *words])
    envelope = json.loads(capsys.readouterr().out)
    assert envelope["exit"] == code
    return code, envelope


def test_the_last_line_of_each_answer_leads_from_a_lost_home_to_a_whole_one(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(home), "storage", "digest"]) == ExitCode.CORRUPT
    told = capsys.readouterr().err.splitlines()[-1]
    plan = shlex.split(told.partition(": whisky ")[2])
    assert main(plan) == ExitCode.DECISION
    told = capsys.readouterr().err.splitlines()[-1]
    assert not (home / "state.sqlite").exists()
    assert main(shlex.split(told.partition(": whisky ")[2])) == ExitCode.DONE
    proof = capsys.readouterr().out.splitlines()[-1]
    assert str(home) in proof
    assert main(shlex.split(proof.partition(": whisky ")[2])) == ExitCode.DONE
    assert main(["--home", str(home), "storage", "digest"]) == ExitCode.DONE
    assert main(plan) == ExitCode.DONE
    assert capsys.readouterr().out.splitlines()[-1] == "nothing to rebuild"


def test_a_program_reads_what_was_found_and_done(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--home", str(home), "storage", "rebuild")
    code, envelope = answered(capsys, *words)
    assert code == ExitCode.DECISION
    result = envelope["result"]
    assert isinstance(result, dict)
    assert (result["state"], result["needed"], result["replaced"], result["missing"]) == ("missing", True, False, [])
    assert result["built_on"]["volume"] == "local"
    code, envelope = answered(capsys, *words, "--yes")
    assert code == ExitCode.DONE
    result = envelope["result"]
    assert isinstance(result, dict)
    assert result["replaced"] is True


def test_what_no_volume_holds_is_corrupt_and_named_by_its_table(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (segment,) = (home / "volumes" / "local" / "core" / "offers").rglob("*.parquet")
    segment.unlink()
    code, envelope = answered(capsys, "--home", str(home), "storage", "rebuild", "--yes")
    assert code == ExitCode.CORRUPT
    problems = envelope["problems"]
    assert isinstance(problems, list)
    assert [one["subject"] for one in problems] == ["core/offers"]
    assert "core/offers" in declared_records()


def test_a_folder_of_another_home_is_wrong_use(home: Path, tmp_path: Path) -> None:
    open_workspace(tmp_path / "stranger").close()
    place = str(tmp_path / "stranger" / "volumes" / "local")
    assert main(["--home", str(home), "storage", "rebuild", "--from", place]) == ExitCode.USAGE
