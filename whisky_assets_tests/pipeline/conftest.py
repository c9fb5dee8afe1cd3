"""An open sample home for each test of pipeline, empty or with open questions."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from whisky_assets.pipeline.workspace import Workspace
from whisky_assets_tests.pipeline.homes import open_workspace
from whisky_assets_tests.pipeline.house import House
from whisky_assets_tests.pipeline.review_homes import build_home, opened_copy


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A fresh sample home at week 1; its database is closed at the end."""
    opened = open_workspace(tmp_path / "home")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def asking_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole sample world of week 1, built: it has open questions. Not to be changed, `house` is a copy."""
    return build_home(tmp_path_factory.mktemp("asking") / "home")


@pytest.fixture
def house(asking_home: Path, tmp_path: Path) -> Iterator[House]:
    """A built sample home of this test's own; modules that need another make theirs."""
    with opened_copy(asking_home, tmp_path / "home") as opened:
        yield opened
