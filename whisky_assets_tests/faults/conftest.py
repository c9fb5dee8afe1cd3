"""Undisturbed runs, each made once for all tests: what a home looks like that nothing happened to."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest

from whisky_assets.storage.digest import StorageDigest, storage_digest
from whisky_assets.storage.snapshots import current
from whisky_assets_tests.faults.command import whisky
from whisky_assets_tests.faults.homes import Tables, copied_home, documents, left_open, new_home, opened, read_whole
from whisky_assets_tests.faults.places import ALL

LAST_WEEK = 2


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Undisturbed:
    """A home after one good run of a week.

    `digest` is that of `storage digest`, `tables` those of the snapshot, `documents` what is published, `tally` how
    often the run passed each place.
    """

    home: Path
    week: int
    digest: StorageDigest
    tables: Tables
    documents: Mapping[str, str]
    tally: Mapping[str, int]


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Undisturbed]:
    """Gives the home after the undisturbed runs of the weeks up to one, 1 or 2; never to be changed, only copied."""

    @cache
    def after(week: int) -> Undisturbed:
        root = tmp_path_factory.mktemp(f"undisturbed-{week}") / "home"
        if week == 1:
            new_home(root)
        else:
            copied_home(after(week - 1).home, root, week=week)
        tally = root.parent / "tally.json"
        ended = whisky(root, "run", "--json", tally=(ALL, tally))
        assert ended.code == 0, ended
        assert left_open(root) == []
        with opened(root) as store:
            snapshot = current(store.db)
            assert snapshot is not None
            return Undisturbed(
                home=root,
                week=week,
                digest=storage_digest(store.db),
                tables=read_whole(store, snapshot),
                documents=documents(root),
                tally=json.loads(tally.read_text()),
            )

    return after


@pytest.fixture
def home_before(undisturbed: Callable[[int], Undisturbed], tmp_path: Path) -> Callable[[int], Path]:
    """Gives a home of this test's own in which the run of a week is due."""

    def before(week: int) -> Path:
        root = tmp_path / "home"
        return new_home(root) if week == 1 else copied_home(undisturbed(week - 1).home, root, week=week)

    return before
