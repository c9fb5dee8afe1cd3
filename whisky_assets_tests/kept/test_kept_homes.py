"""Every kept home opens, is rebuilt from its raw pages and published, and no key of it changes."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from whisky_assets.identity.registry import Registry
from whisky_assets.pipeline import publishing_steps
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.publishing.manifest import load_manifest
from whisky_assets.storage.home import open_home
from whisky_assets_tests.pipeline.house import House

KEPT = sorted(Path(__file__).parent.glob("*.tar.xz"))
LARGEST_BYTES = 200_000


@pytest.fixture(params=KEPT, ids=[path.name.removesuffix(".tar.xz") for path in KEPT])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """Unpack a kept home and open it."""
    with tarfile.open(request.param) as archive:
        # Python 3.11.3 and older know no filter; 3.12 and 3.13 warn where none is named.
        safely: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(tmp_path / "home", **safely)  # noqa: S202 - an archive of our own
    workspace = Workspace(open_home(tmp_path / "home"))
    yield House(workspace)
    workspace.close()


def keys_of(house: House) -> dict[str, str]:
    """Return every key ever minted with the key that answers for it."""
    registry = Registry.from_events(house.workspace.current_rows("core/registry"))
    every_key = registry.keys()
    return {pk: registry.resolve(pk) for pk in every_key}


def published(house: House) -> set[str]:
    """Return the paths of all documents that the local store was given."""
    with house.workspace.db.reading() as connection:
        return set(load_manifest(connection, "local"))


def test_there_is_a_kept_home_and_each_is_small() -> None:
    assert KEPT
    assert all(path.stat().st_size < LARGEST_BYTES for path in KEPT)


def test_a_kept_home_is_read_whole(house: House) -> None:
    snapshot = house.workspace.current_snapshot()
    assert snapshot is not None
    assert sum(1 for version in snapshot.tables.values() for _ in house.workspace.rows(version)) > 0


def test_rebuilt_from_its_raw_pages_every_key_still_answers_as_before(house: House) -> None:
    before = keys_of(house)
    whiskies = {row.whisky_pk for row in house.workspace.current_rows("core/whiskies")}
    house.ingest(*house.workspace.sources.names)
    house.build()
    after = keys_of(house)
    assert {pk: after[pk] for pk in before} == before
    assert whiskies <= {row.whisky_pk for row in house.workspace.current_rows("core/whiskies")}


def test_published_again_no_document_is_lost(house: House) -> None:
    before = published(house)
    house.build()
    # What this version reads otherwise may be more than a release changes without a question; a person says yes to it.
    outcome = house.publish(confirm=publishing_steps.preview(house.workspace, target="local").plan.hash)
    assert before <= published(house)
    assert outcome.counts["deletes"] == 0
