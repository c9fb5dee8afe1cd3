"""A run without news neither builds nor publishes; any change of what a build reads makes it build."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from whisky_assets.domain.outcome import Outcome
from whisky_assets.pipeline import describing, standing
from whisky_assets.publishing.targets import parse_target
from whisky_assets_tests.pipeline.house import House, reopened, sample_house

LOCAL = parse_target("local")
ALIAS = "spelling,language,kind,key,origin\n아드벡텐,ko,distillery,ardbeg,a shop's own spelling\n"
DECISION = """kind = "different"
subject = "elbe:00010"
object = "elbe:00050"
who = "mina"
when = 2026-01-06
why = "Two whiskies."
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A sample home of the cut, built and published."""
    with sample_house(tmp_path_factory.mktemp("standing") / "home", cut=True) as made:
        made.run()
        yield made


def test_what_was_just_built_and_published_stands(house: House) -> None:
    assert standing.build_stands(house.workspace)
    assert standing.release_stands(house.workspace, LOCAL)


def test_a_target_that_was_never_published_to_does_not_stand(house: House) -> None:
    assert not standing.release_stands(house.workspace, parse_target("emulator"))


def test_a_local_store_that_was_taken_away_does_not_stand(house: House) -> None:
    path = house.workspace.documents_path
    path.rename(path.with_suffix(".away"))
    assert not standing.release_stands(house.workspace, LOCAL)
    path.with_suffix(".away").rename(path)


def write_decision(curation: Path) -> Path:
    """Write a decision and return its file."""
    return written(curation / "decisions" / "different.toml", DECISION)


def write_alias(curation: Path) -> Path:
    """Write an alias and return its file."""
    return written(curation / "reference" / "aliases.csv", ALIAS)


def write_thresholds(curation: Path) -> Path:
    """Write a changed threshold and return its file."""
    return written(curation / "quality.toml", "[abv]\nstrongest_pct = 80\n")


def written(path: Path, text: str) -> Path:
    """Write a file with its folder and return it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("write", [write_decision, write_alias, write_thresholds])
def test_curation_that_came_makes_a_build_needed_until_it_goes(house: House, write: Callable[[Path], Path]) -> None:
    path = write(house.workspace.home.curation)
    assert not standing.build_stands(reopened(house).workspace)
    path.unlink()
    assert standing.build_stands(reopened(house).workspace)


def test_a_decision_that_came_while_it_was_built_makes_another_build_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sample_house(tmp_path / "home", cut=True) as other:
        other.ingest()
        described = describing.whiskies

        def answered_meanwhile(*given: Any) -> Outcome:
            write_decision(other.workspace.home.curation)
            return described(*given)

        with monkeypatch.context() as answering:
            answering.setattr(describing, "whiskies", answered_meanwhile)
            other.build()
        assert not standing.build_stands(other.workspace)
        other.build()
        assert standing.build_stands(other.workspace)


def test_a_new_edition_makes_a_build_needed(tmp_path: Path) -> None:
    with sample_house(tmp_path / "home", cut=True) as other:
        other.run()
        other.workspace.set_week(2)
        other.ingest("elbe")
        assert not standing.build_stands(other.workspace)
        other.build()
        assert standing.build_stands(other.workspace)
        assert not standing.release_stands(other.workspace, LOCAL)
