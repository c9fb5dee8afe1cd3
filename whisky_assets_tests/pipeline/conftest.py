"""An open sample home for each test of pipeline."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from whisky_assets.pipeline.workspace import Workspace
from whisky_assets_tests.pipeline.homes import open_workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A fresh sample home at week 1; its database is closed at the end."""
    opened = open_workspace(tmp_path / "home")
    yield opened
    opened.close()
