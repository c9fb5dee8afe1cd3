"""A home with a past of a test's own making."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from whisky_assets_tests.storage.upkeep.histories import Past


@pytest.fixture
def past(tmp_path: Path) -> Iterator[Past]:
    """A home with no past yet."""
    opened = Past(tmp_path / "home")
    yield opened
    opened.world.db.close()
