"""Sample homes of 40 listings, empty or built once for all tests, and a Dagster instance in memory for each."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from whisky_assets.orchestration.runner import run_job
from whisky_assets.pipeline.workspace import Workspace, forget_workspaces, workspace_at
from whisky_assets_tests.orchestration.small import FEEDS, make_home


@pytest.fixture(autouse=True)
def closed_homes() -> Iterator[None]:
    """Closes every home that a test opened."""
    yield
    forget_workspaces()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """A Dagster instance in memory."""
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A fresh sample home of 40 listings."""
    return make_home(tmp_path / "home")


@pytest.fixture(scope="session")
def read_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose four feeds are read; not to be changed, `built_home` and `home_with_heads` are copies."""
    root = make_home(tmp_path_factory.mktemp("read") / "home")
    with dg.DagsterInstance.ephemeral() as made:
        for feed in FEEDS:
            answer = run_job(made, root, "ingest", partition=feed)
            assert answer.success, answer
    forget_workspaces()
    return root


@pytest.fixture(scope="session")
def committed_home(tmp_path_factory: pytest.TempPathFactory, read_home: Path) -> Path:
    """A home with one snapshot; not to be changed."""
    root = tmp_path_factory.mktemp("committed") / "home"
    shutil.copytree(read_home, root)
    with dg.DagsterInstance.ephemeral() as made:
        assert run_job(made, root, "build").success
    forget_workspaces()
    return root


@pytest.fixture
def home_with_heads(tmp_path: Path, read_home: Path) -> Path:
    """A home of this test's own whose four feeds are read, without a snapshot."""
    return Path(shutil.copytree(read_home, tmp_path / "home"))


@pytest.fixture
def built_home(tmp_path: Path, committed_home: Path) -> Path:
    """A home of this test's own with one snapshot."""
    return Path(shutil.copytree(committed_home, tmp_path / "home"))


@pytest.fixture
def workspace(home: Path) -> Workspace:
    """The open fresh home."""
    return workspace_at(str(home))
