"""A sample home that lost its state database is rebuilt, publishes the same documents and goes on undisturbed."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from whisky_assets.domain.errors import CorruptDataError, ExitCode, UsageError
from whisky_assets.domain.outcome import Quiet
from whisky_assets.pipeline.publishing_steps import preview
from whisky_assets.pipeline.rebuilding import rebuild
from whisky_assets.pipeline.safekeeping import keep_state
from whisky_assets.pipeline.upkeep import digests
from whisky_assets.storage.home import open_home
from whisky_assets_tests.pipeline.house import House, sample_house

WEEKS = (1, 2)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cut sample world after two weeks of runs, each kept at its end; not to be changed."""
    root = tmp_path_factory.mktemp("lived") / "home"
    with sample_house(root, cut=True) as house:
        for week in WEEKS:
            run_week(house, week)
    return root


def run_week(house: House, week: int) -> None:
    house.workspace.set_week(week)
    house.run()
    assert keep_state(house.workspace) == ()


def documents(root: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(root / "documents.sqlite")) as store:
        (table,) = store.execute("SELECT name FROM sqlite_schema WHERE name = 'document'").fetchone()
        return sorted(store.execute(f"SELECT * FROM {table}").fetchall(), key=str)  # noqa: S608 - name of the schema


def lose(root: Path) -> None:
    for path in root.glob("state.sqlite*"):
        path.unlink()


def lose_backups(root: Path) -> None:
    shutil.rmtree(root / "volumes" / "local" / "state")


def damage_newest(root: Path) -> None:
    newest = max((root / "volumes" / "local" / "state").iterdir())
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    newest.write_bytes(content)


def lost_and_rebuilt(lived: Path, root: Path, harm: Callable[[Path], None]) -> Path:
    shutil.copytree(lived, root)
    harm(root)
    lose(root)
    answer = rebuild(open_home(root), Quiet(), confirmed=True)
    assert answer.told.is_replaced
    assert [problem.code for problem in answer.problems if problem.code != ExitCode.DONE] == []
    return root


@pytest.mark.parametrize("harm", [lambda _root: None, damage_newest, lose_backups], ids=["none", "newest", "all"])
def test_tables_and_published_documents_are_those_of_before(
    lived: Path, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    with sample_house(lived) as house:
        before = digests(house.workspace)
    root = lost_and_rebuilt(lived, tmp_path / "home", harm)
    with sample_house(root) as house:
        assert digests(house.workspace) == before
        assert preview(house.workspace, target="").as_result()["operations"] == 0
    assert documents(root) == documents(lived)


def test_the_next_run_goes_on_as_if_nothing_had_been(lived: Path, tmp_path: Path) -> None:
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(lived, undisturbed)
    ended = []
    for root in (undisturbed, lost_and_rebuilt(lived, tmp_path / "home", lose_backups)):
        with sample_house(root) as house:
            house._number = 100  # the name of a committed build is never used again
            run_week(house, 3)
            ended.append((digests(house.workspace), keys(house), [row[:3] for row in documents(root)]))
    assert ended[0] == ended[1]


def keys(house: House) -> list[tuple[str, str, str]]:
    return [(event.event, event.pk, event.target) for event in house.workspace.current_rows("core/registry")]


def test_a_home_that_lost_its_state_is_not_worked_on_as_a_new_one(lived: Path, tmp_path: Path) -> None:
    root = tmp_path / "home"
    shutil.copytree(lived, root)
    lose(root)
    with pytest.raises(CorruptDataError, match="whisky storage rebuild"), sample_house(root):
        raise AssertionError("it was opened")
    assert not (root / "state.sqlite").exists()


def test_unconfirmed_it_is_a_plan_that_asks_for_a_yes(lived: Path, tmp_path: Path) -> None:
    root = tmp_path / "home"
    shutil.copytree(lived, root)
    lose(root)
    answer = rebuild(open_home(root), Quiet())
    assert answer.lines()[0] == "state database: it is gone"
    assert [problem.code for problem in answer.problems] == [ExitCode.DECISION]
    assert not (root / "state.sqlite").exists()
    assert rebuild(open_home(root), Quiet(), confirmed=True).as_result()["replaced"] is True
    whole = rebuild(open_home(root), Quiet())
    assert (whole.problems, whole.lines()[-1]) == ((), "nothing to rebuild")


def test_what_is_no_folder_and_no_volume_is_refused(lived: Path, tmp_path: Path) -> None:
    root = tmp_path / "home"
    shutil.copytree(lived, root)

    def no_client() -> None:
        raise AssertionError("no bucket is known")

    with pytest.raises(UsageError, match="known: local"):
        rebuild(open_home(root), Quiet(), source="nowhere", gcs_client=no_client)


def test_keeping_the_state_twice_writes_once(lived: Path, tmp_path: Path) -> None:
    root = tmp_path / "home"
    shutil.copytree(lived, root)
    with sample_house(root) as house:
        before = {path: path.stat().st_mtime_ns for path in (root / "volumes").rglob("*")}
        assert keep_state(house.workspace) == ()
    assert {path: path.stat().st_mtime_ns for path in (root / "volumes").rglob("*")} == before
