"""`whisky run` and `whisky publish --apply`: what they hand on, and what they tell of a run that failed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from whisky_assets.cli import main
from whisky_assets.domain.errors import ExitCode, WhiskyError
from whisky_assets.orchestration import cycle, runner
from whisky_assets.orchestration.cycle import CycleOptions
from whisky_assets.orchestration.runner import RunAnswer
from whisky_assets.pipeline.workspace import forget_workspaces, workspace_at
from whisky_assets.storage import builds
from whisky_assets_tests.pipeline.house import sample_house

_DIES_BUILDING = """
import sys
from whisky_assets.pipeline.workspace import workspace_at
from whisky_assets.storage import builds
workspace = workspace_at(sys.argv[1])
builds.open_build(workspace.db, "left-open", workspace.now(), {})
"""


@pytest.fixture(scope="module")
def built_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cut sample world, built and not yet published; not to be changed."""
    root = tmp_path_factory.mktemp("built") / "home"
    with sample_house(root, cut=True) as first:
        first.ingest()
        first.build()
    return root


@pytest.fixture
def home(built_home: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the built home."""
    shutil.copytree(built_home, tmp_path / "home")
    yield tmp_path / "home"
    forget_workspaces()


def options_of(home: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> CycleOptions:
    """Return what `whisky run` with these words asks a cycle to do; the cycle itself is not run."""
    asked: list[CycleOptions] = []

    def run_cycle(_instance: object, _home: Path, _workspace: object, options: CycleOptions, _progress: object) -> None:
        asked.append(options)
        raise WhiskyError("not run")

    monkeypatch.setattr(cycle, "run_cycle", run_cycle)
    assert main(["--home", str(home), "run", *words]) == ExitCode.FAILED
    return asked[0]


def test_a_loss_is_accepted_for_named_feeds_where_a_person_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = options_of(home, monkeypatch, "--feed", "hanok", "--accept-loss")
    assert (asked.feeds, asked.accept_loss) == (("hanok",), True)
    assert not options_of(home, monkeypatch, "--feed", "hanok").accept_loss


def test_a_loss_is_never_accepted_for_all_feeds(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(home), "run", "--accept-loss"]) == ExitCode.USAGE
    told = capsys.readouterr().err
    assert "--accept-loss needs --feed" in told
    assert f"whisky run --home {home} --feed F --accept-loss" in told


def test_limits_that_are_not_given_are_the_feeds_own(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = options_of(home, monkeypatch)
    assert (asked.max_requests, asked.max_minutes) == (None, None)
    asked = options_of(home, monkeypatch, "--max-requests", "7", "--max-minutes", "0.5")
    assert (asked.max_requests, asked.max_minutes) == (7, 0.5)


def test_a_plan_ends_with_the_command_that_applies_it_to_this_home(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(home), "publish", "--plan"]) == ExitCode.DONE
    assert f"whisky publish --home {home} --apply --target local" in capsys.readouterr().out.splitlines()[-1]


def test_a_release_is_told_with_its_counts(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json", "--home", str(home), "publish", "--apply"]) == ExitCode.DONE
    result = json.loads(capsys.readouterr().out)["result"]
    assert result["target"] == "local"
    assert result["writes"] > 0


def test_a_publish_that_fails_is_told_with_what_stays_and_where_its_run_is(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--json", "--home", str(home), "publish", "--apply", "--target", "emulator"]
    assert main(words) == ExitCode.OUT_OF_REACH
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert "FIRESTORE_EMULATOR_HOST" in problem["message"]
    assert f"whisky ui --home {home}" in problem["remedy"]


def test_a_check_that_failed_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = RunAnswer(
        run_id="r1", success=False, failed_checks=("firestore/whisky schema: 3 rows",), exit=ExitCode.FAILED
    )
    monkeypatch.setattr(runner, "run_job", lambda *_words, **_named: failed)
    assert main(["--home", str(home), "publish", "--apply"]) == ExitCode.FAILED
    assert "firestore/whisky schema: 3 rows" in capsys.readouterr().err


def test_what_a_dead_process_left_open_is_closed_before_a_publish(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    subprocess.run([sys.executable, "-c", _DIES_BUILDING, str(home)], check=True)
    assert main(["--home", str(home), "publish", "--apply"]) == ExitCode.DONE
    assert "closed what a dead process left open: builds left-ope" in capsys.readouterr().err
    left = builds.get_build(workspace_at(str(home)).db, "left-open")
    assert left is not None
    assert left.state == builds.REJECTED
