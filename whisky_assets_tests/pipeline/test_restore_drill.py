"""The drill of a new owner: only the drive is left of a home, and the same documents come out of the new one."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from whisky_assets.domain.digests import canonical_json
from whisky_assets.domain.outcome import Quiet
from whisky_assets.identity.decisions import load_decisions
from whisky_assets.pipeline import copying
from whisky_assets.pipeline.restoring import HOME, TABLES, Request, restore
from whisky_assets.pipeline.review_answers import RENAME, Answer, record
from whisky_assets.pipeline.review_guard import DecisionGuard
from whisky_assets.pipeline.safekeeping import keep_state
from whisky_assets.pipeline.upkeep import digests
from whisky_assets.storage.directories import DirectoryVolume
from whisky_assets.storage.personal_key import phrase
from whisky_assets_tests.pipeline.house import House, sample_house

pytestmark = pytest.mark.slow
NEW_NAME = "미나의 위스키"
COLLECTIONS = {"whisky", "whisky_archive", "user"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """What a home was before it was deleted, what an undisturbed copy of it became a week later, and its drive."""

    drive: Path
    words: str
    documents: dict[str, tuple[str, str]] = dataclasses.field(default_factory=dict)
    digests: dict[str, str] = dataclasses.field(default_factory=dict)
    keys: list[tuple[str, str, str]] = dataclasses.field(default_factory=list)
    decisions: int = 0
    a_week_later: dict[str, str] = dataclasses.field(default_factory=dict)
    documents_later: dict[str, tuple[str, str]] = dataclasses.field(default_factory=dict)


def documents(root: Path) -> dict[str, tuple[str, str]]:
    """The published documents of the three collections by path: collection and body.

    In one order of fields: a store keeps a changed field behind the others, and the app sees no order.
    """
    with closing(sqlite3.connect(root / "documents.sqlite")) as store:
        rows = store.execute("SELECT path, collection, body FROM document").fetchall()
    return {
        path: (collection, canonical_json(json.loads(body)))
        for path, collection, body in rows
        if path.split("/")[0] in COLLECTIONS
    }


def keys(house: House) -> list[tuple[str, str, str]]:
    return [(event.event, event.pk, event.target) for event in house.workspace.current_rows("core/registry")]


def run_week(house: House, week: int) -> None:
    house.workspace.set_week(week)
    house.run()


@pytest.fixture(scope="module", autouse=True)
def _disks_of_their_own() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(DirectoryVolume, "device", lambda volume: hash(volume.root))
        yield


@pytest.fixture(scope="module")
def lost(_disks_of_their_own: None, tmp_path_factory: pytest.TempPathFactory) -> Lost:
    """The sample world after two weeks with a drive and a person's decision; the home is deleted, the drive stays."""
    folder = tmp_path_factory.mktemp("lost")
    drive = folder / "drive"
    drive.mkdir()
    root = folder / "home"
    with sample_house(root, cut=True) as house:
        house.workspace.volumes.add("external", "drive", str(drive), house.workspace.now())
        run_week(house, 1)
        pk = min(one.whisky_pk for one in house.workspace.current_rows("core/whiskies"))
        renamed = Answer(answer=RENAME, left=pk, right=f"ko={NEW_NAME}")
        record(house.workspace, DecisionGuard(house.workspace), [renamed], who="mina")
        run_week(house, 2)
        keep_state(house.workspace)
        assert copying.copy(house.workspace, "copies", copying.CopyChoices(), Quiet()).run.left == ()
        before = dataclasses.replace(
            Lost(drive=drive, words=phrase(house.workspace.home)),
            documents=documents(root),
            digests=digests(house.workspace),
            keys=keys(house),
            decisions=len(load_decisions(house.workspace.home.curation).all),
        )
    with sample_house(root, cut=True) as house:
        house._number = 100  # the name of a committed build is never used again
        run_week(house, 3)
        later = dataclasses.replace(before, a_week_later=digests(house.workspace), documents_later=documents(root))
    shutil.rmtree(root)
    return later


def lose_backups(drive: Path) -> None:
    shutil.rmtree(drive / "state")


@pytest.mark.parametrize("harm", [lambda _drive: None, lose_backups], ids=["whole drive", "footers and events alone"])
def test_the_documents_of_before_come_out_byte_for_byte_and_the_next_week_is_the_same(
    lost: Lost, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    drive = tmp_path / "drive"
    shutil.copytree(lost.drive, drive)
    harm(drive)
    root = tmp_path / "new"
    told = restore(Request(folders=(drive,), target=root, only=HOME, words=lost.words), Quiet())
    assert told.problems == []
    (root / "cut").touch()  # a file of the tests, not of a home
    with sample_house(root, cut=True) as house:
        house._number = 100
        assert digests(house.workspace) == lost.digests
        assert keys(house) == lost.keys
        assert len(load_decisions(house.workspace.home.curation).all) == lost.decisions > 0
        house.publish()
        assert documents(root) == lost.documents
        assert {path.split("/")[0] for path in lost.documents} == COLLECTIONS
        run_week(house, 3)
        assert digests(house.workspace) == lost.a_week_later
        assert documents(root) == lost.documents_later
        assert any(NEW_NAME in body for _collection, body in documents(root).values())


def test_without_the_key_all_but_the_tables_of_people_comes_with_the_digests_of_before(
    lost: Lost, tmp_path: Path
) -> None:
    told = restore(Request(folders=(lost.drive,), target=tmp_path / "to", only=TABLES), Quiet())
    came = {one.table: one.digest for one in told.tables}
    assert came == {name: lost.digests[name] for name in came}
    left_out = {problem.subject for problem in told.problems if problem.code}
    assert "archives/entries" in left_out
    assert all(name.startswith("archives/") for name in left_out)
    assert "core/whiskies" in came
