"""`whisky quality` answers in a table or as JSON, and tries thresholds without changing anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from whisky_assets.cli import main
from whisky_assets.domain.errors import ExitCode
from whisky_assets.pipeline.workspace import forget_workspaces, workspace_at
from whisky_assets_tests.pipeline.homes import Product, commit, offer, open_workspace, read_feed

TEN = Product(source_id="1", word="ardbeg_10", name="Ardbeg 10")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home with one held offer."""
    workspace = open_workspace(tmp_path / "home")
    read_feed(workspace, "elbe", [TEN])
    held = offer(TEN, workspace, verdict="hold", reasons=("category_missing",))
    commit(workspace, "b1", [TEN], changed={"core/offers": [held]})
    workspace.close()
    yield tmp_path / "home"
    forget_workspaces()


def test_the_worst_feeds_and_reasons_stand_in_the_answer(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(home), "quality"]) == ExitCode.DONE
    told = capsys.readouterr().out
    assert "hold category_missing, offers: 1, as elbe:1 'Ardbeg 10'" in told
    assert f"whisky run --home {home}" in told


def test_the_answer_is_one_envelope_too(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(home), "--json", "quality", "--feed", "elbe"]) == ExitCode.DONE
    result = json.loads(capsys.readouterr().out)["result"]
    assert (result["feeds"][0]["feed"], result["reasons"][0]["reason"]) == ("elbe", "category_missing")


def test_thresholds_are_tried_and_nothing_is_committed(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = workspace_at(str(home)).current_snapshot()
    path = tmp_path / "tried.toml"
    path.write_text("[name]\nfewest_letters = 9\n", encoding="utf-8")
    assert main(["--home", str(home), "quality", "--try", str(path)]) == ExitCode.DONE
    assert "[name] fewest_letters: 2 → 9" in capsys.readouterr().out
    assert main(["--home", str(home), "--json", "quality", "--try", str(path)]) == ExitCode.DONE
    (turn,) = json.loads(capsys.readouterr().out)["result"]["turns"]
    assert (turn["before"], turn["after"], turn["reasons_new"]) == ("hold", "refuse", ["name_unusable"])
    assert workspace_at(str(home)).current_snapshot() == before


@pytest.mark.parametrize("words", [["--feed", "nix"], ["--try", "nowhere.toml"], ["--feed", "elbe", "--try", "x.toml"]])
def test_what_cannot_be_meant_is_wrong_use(home: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(home), "quality", *words]) == ExitCode.USAGE
    assert "\n  → " in capsys.readouterr().err


def test_a_mistake_in_the_owners_file_is_told_with_its_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "curation").mkdir(exist_ok=True)
    (home / "curation" / "quality.toml").write_text("[abv]\nstrongst_pct = 80\n", encoding="utf-8")
    tried = home / "tried.toml"
    tried.touch()
    assert main(["--home", str(home), "quality", "--try", str(tried)]) == ExitCode.USAGE
    told = capsys.readouterr().err
    assert "quality.toml:2: [abv] strongst_pct is an unknown key" in told
    assert told.rstrip().endswith(f"whisky quality --home {home}")
