"""A trial of thresholds tells what the next build would do, and that build makes anew exactly what changes sides."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from whisky_assets.cleaning.thresholds import QUALITY_FILE
from whisky_assets.domain.errors import UsageError
from whisky_assets.pipeline.graph import VERDICTS_CHECK
from whisky_assets.pipeline.quality_trial import SHOWN, Trial, try_thresholds
from whisky_assets.pipeline.reports import report_of_build
from whisky_assets.pipeline.standing import build_stands
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets_tests.pipeline.house import House, reopened, sample_house

DEAREST = "[price_minor.dearest]\nEUR = 5_000\nKRW = 100_000\n"
DEAR = {"elbe:00010", "hanok:10340", "hanok:10350"}
"""Whiskies of the cut world that cost more than that."""


@pytest.fixture(scope="module")
def built_home(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The cut sample world, built and closed: each test works on a copy."""
    with sample_house(tmp_path_factory.mktemp("built") / "home", cut=True) as house:
        house.ingest()
        house.build()
    return house


@pytest.fixture
def house(built_home: House, tmp_path: Path) -> Iterator[House]:
    """A copy of the built home."""
    shutil.copytree(built_home.workspace.home.root, tmp_path / "home")
    home = dataclasses.replace(built_home.workspace.home, root=tmp_path / "home")
    opened = House(Workspace(home), _number=built_home._number)
    yield opened
    opened.workspace.close()


def tried(house: House, folder: Path, text: str) -> Trial:
    path = folder / "tried.toml"
    path.write_text(text, encoding="utf-8")
    return try_thresholds(house.workspace, path)


def curated(house: House, text: str) -> House:
    """Return the home as the next process sees it, with these numbers in its curation."""
    folder = house.workspace.home.curation
    folder.mkdir(parents=True, exist_ok=True)
    (folder / QUALITY_FILE).write_text(text, encoding="utf-8")
    house.workspace.close()
    return reopened(house)


def verdicts(house: House) -> dict[str, tuple[str, tuple[str, ...]]]:
    rows = house.workspace.current_rows("core/offers")
    return {f"{row.id_space}:{row.source_id}": (row.verdict, row.reasons) for row in rows}


def published(house: House) -> set[str]:
    return {row.whisky_pk for row in house.workspace.current_rows("core/whiskies") if row.verdict == "publish"}


def test_what_is_tried_is_what_the_next_build_does_and_no_more_is_made_anew(house: House, tmp_path: Path) -> None:
    trial = tried(house, tmp_path, DEAREST)
    before, whiskies = verdicts(house), published(house)
    snapshot = house.workspace.current_snapshot()
    later = curated(house, DEAREST)
    assert not build_stands(later.workspace)
    tables = later.build()
    after = verdicts(later)
    changed = {key for key in after if before[key] != after[key]}
    assert changed >= DEAR
    assert sum(turn.offers for turn in trial.turns) == len(changed) == trial.offers_cleaned
    assert tables["core/offers"].made == len(changed)
    assert {pk for pk, _ in trial.whiskies_gone} == whiskies - published(later) != set()
    assert {pk for pk, _ in trial.whiskies_new} == published(later) - whiskies
    assert later.workspace.current_snapshot() != snapshot
    later.workspace.close()


def test_back_to_the_shipped_numbers_the_whiskies_come(house: House, tmp_path: Path) -> None:
    later = curated(house, DEAREST)
    later.build()
    gone = published(later)
    trial = tried(later, tmp_path, "")
    assert trial.whiskies_gone == ()
    assert {pk for pk, _ in trial.whiskies_new}.isdisjoint(gone)
    assert len(trial.whiskies_new) > 0
    assert "[price_minor.dearest] EUR: 5,000 → 150,000,000" in trial.numbers
    later.workspace.close()


def test_a_trial_commits_nothing_and_names_numbers_offers_and_ten_whiskies(house: House, tmp_path: Path) -> None:
    before = house.digest()
    trial = tried(house, tmp_path, "[abv]\nweakest_pct = 50\nwhisky_cut_pct = 60\nfull_strength_pct = 60\n")
    assert house.digest() == before
    assert len(trial.whiskies_gone) > SHOWN
    lines = list(trial.lines())
    assert "  [abv] weakest_pct: 30 → 50" in lines
    assert f"  and {len(trial.whiskies_gone) - SHOWN} more" in lines
    assert lines[-1].endswith(f"whisky run --home {house.workspace.home.root}")
    result = trial.as_result()
    assert result["whiskies_gone"] == {
        "count": len(trial.whiskies_gone),
        "first": [{"pk": pk, "name": name} for pk, name in trial.whiskies_gone[:SHOWN]],
    }


def test_numbers_that_change_nothing_clean_nothing(house: House, tmp_path: Path) -> None:
    trial = tried(house, tmp_path, "[loss]\nlargest_share = 0.5\n")
    assert (trial.offers_cleaned, trial.turns, trial.whiskies_gone, trial.whiskies_new) == (0, (), (), ())
    assert trial.numbers == ("[loss] largest_share: 0.2 → 0.5",)
    assert "  it changes no number of this home" in tried(house, tmp_path, "").lines()


def test_a_build_shows_the_shares_of_verdicts_as_a_check_that_stops_nothing(house: House) -> None:
    later = curated(house, "[verdicts]\nlargest_held_share = 0.01\n")
    table = later.build()["core/offers"]
    (check,) = (check for check in table.checks if check.name == VERDICTS_CHECK)
    assert not check.passed
    assert "hold, name_damaged: 1" in check.cases
    snapshot = later.workspace.current_snapshot()
    assert snapshot is not None
    (problem,) = report_of_build(later.workspace, snapshot.build, "offers")["problems"]
    assert problem["remedy"].endswith(f"whisky quality --home {later.workspace.home.root}")
    later.workspace.close()


def test_before_a_build_and_without_a_file_it_says_what_to_do(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="it is no file"):
        try_thresholds(workspace, tmp_path / "nowhere.toml")
    path = tmp_path / "empty.toml"
    path.touch()
    with pytest.raises(UsageError, match="nothing was built"):
        try_thresholds(workspace, path)
