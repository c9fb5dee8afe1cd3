"""A sample home with open questions, built once; each test that needs one gets a copy of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from whisky_assets.domain.records import Match
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage.home import open_home
from whisky_assets_tests.pipeline.house import House, sample_house


def build_home(root: Path) -> Path:
    """Reads and builds the whole sample world of week 1 in a folder; not to be changed."""
    with sample_house(root) as house:
        house.ingest()
        house.build()
    return root


@contextmanager
def opened_copy(built: Path, root: Path) -> Iterator[House]:
    """Opens a copy of a built home."""
    shutil.copytree(built, root)
    workspace = Workspace(open_home(root))
    try:
        yield House(workspace, _number=1_000)
    finally:
        workspace.close()


def state_of(workspace: Workspace) -> list[str]:
    """Everything that stands in the state database, as SQL."""
    with workspace.db.reading() as connection:
        return list(connection.iterdump())


def keys_of(workspace: Workspace) -> dict[str, str]:
    """The key of every listing of the current snapshot."""
    rows: Iterator[Match] = workspace.current_rows("core/matches")
    return {f"{row.id_space}:{row.source_id}": row.whisky_pk for row in rows}


def two_whiskies(workspace: Workspace) -> tuple[list[str], list[str]]:
    """The listings of two whiskies, each sold by two shops or more."""
    members: dict[str, list[str]] = {}
    for listing, pk in sorted(keys_of(workspace).items()):
        members.setdefault(pk, []).append(listing)
    one, other = [listings for _, listings in sorted(members.items()) if len(listings) > 2][:2]
    return one, other
