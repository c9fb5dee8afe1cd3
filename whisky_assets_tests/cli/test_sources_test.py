"""`whisky sources test` shows what a TOML reads, in a table or as JSON, and its exit says whether something is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from whisky_assets.cli import main
from whisky_assets.domain.errors import ExitCode
from whisky_assets.pipeline.workspace import forget_workspaces
from whisky_assets.sample.clock import week_now
from whisky_assets.storage.home import create_home
from whisky_assets_tests.pipeline.house import sample_house


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The cut sample world of which two shops were read."""
    root = tmp_path_factory.mktemp("tried") / "home"
    with sample_house(root, cut=True) as house:
        house.ingest("harbour", "elbe")
    yield root
    forget_workspaces()


def test_one_feed_is_shown_with_its_first_rows(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(home), "sources", "test", "harbour"]) == ExitCode.DONE
    told = capsys.readouterr().out
    assert "differs from the last reading: nothing" in told
    assert "  whisky: " in told
    assert "harbour:" in told
    assert " GBP" in told


def test_all_feeds_have_a_line_and_those_without_pages_are_named(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sources", "test", "--all", "--home", str(home)]) == ExitCode.DONE
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line.endswith(" nothing")] == ["elbe", "harbour"]
    assert lines[-1].startswith("feeds of which this home keeps no page: ")
    assert "minato" in lines[-1]


def test_a_home_that_keeps_no_page_says_so_without_an_empty_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    create_home(tmp_path / "home", "sample", week_now(1))
    assert main(["sources", "test", "--all", "--home", str(tmp_path / "home")]) == ExitCode.DONE
    told = capsys.readouterr().out
    assert "rows" not in told
    command = f"whisky sources test --home {tmp_path / 'home'} FEED FILE"
    assert f"nothing was read; try one on a page that you saved: {command}" in told
    forget_workspaces()


def test_a_program_gets_every_row(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json", "--home", str(home), "sources", "test", "elbe"]) == ExitCode.DONE
    result = json.loads(capsys.readouterr().out)["result"]
    assert sum(result["kinds"].values()) == len(result["rows"]) > 0
    assert {"kind", "number", "name", "price", "size", "abv", "url"} == set(result["rows"][0])


def test_a_page_that_is_none_of_the_feeds_is_told_with_exit_3(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wall = tmp_path / "wall.html"
    wall.write_text("<html><body>Are you a robot?</body></html>", encoding="utf-8")
    assert main(["--home", str(home), "sources", "test", "harbour", str(wall)]) == ExitCode.PARTLY
    told = capsys.readouterr()
    assert str(wall) in told.err
    assert "0 rows" in told.out


@pytest.mark.parametrize("words", [[], ["harbour", "--all"], ["nobody"], ["harbour", "absent.html"]])
def test_what_cannot_be_meant_is_wrong_use(home: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(home), "sources", "test", *words]) == ExitCode.USAGE
    assert "\n  → " in capsys.readouterr().err
