"""SIGKILL at any call of a backup or a rebuild: the next one ends as an undisturbed one, and nothing is lost."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from whisky_assets.storage.home import open_home
from whisky_assets_tests.storage.injection import Point, disturbed, was_killed
from whisky_assets_tests.storage.recovery.days import (
    Rows,
    digest_of,
    end_a_day,
    lose_backups,
    lose_state,
    rebuilt,
    truth,
    watched_world,
    work_a_day,
)
from whisky_assets_tests.storage.worlds import World

pytestmark = pytest.mark.slow

STEPS = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233)
REBUILD = """
import sys
from pathlib import Path
from whisky_assets.storage.home import open_home
from whisky_assets_tests.storage.recovery.days import rebuilt
from whisky_assets_tests.storage.worlds import World
rebuilt(World(open_home(Path(sys.argv[1])), None, None))
"""
BACK_UP = """
import sys
from pathlib import Path
from whisky_assets_tests.storage.recovery.days import end_a_day, watched_world
with watched_world(Path(sys.argv[1])) as world:
    end_a_day(world, 2)
"""


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Rows, str]:
    """A home after two days that were backed up and one that was not; not to be changed."""
    root = tmp_path_factory.mktemp("worked") / "home"
    with watched_world(root) as world:
        for day in range(2):
            work_a_day(world, day)
            end_a_day(world, day)
        work_a_day(world, 2)
        return root, truth(world), digest_of(world)


def killed(strace: str, code: str, root: Path, call: str, number: int) -> bool:
    """Runs a program on a home and kills it at its n-th call of a kind; False where it makes fewer."""
    done = disturbed(strace, Point(call, number), "signal=KILL", [sys.executable, "-c", code, str(root)])
    assert done.returncode == 0 or was_killed(done.returncode), done.stderr
    return done.returncode != 0


def kills(strace: str, code: str, call: str, source: Path, folder: Path) -> Iterator[Path]:
    """Yields a fresh copy of a home after each kill, until the program makes fewer calls of this kind."""
    for number in STEPS:
        root = folder / f"{call}-{number}"
        shutil.copytree(source, root)
        if not killed(strace, code, root, call, number):
            assert number > 1, f"the program makes no call of {call}"
            return
        yield root
        shutil.rmtree(root)


def assert_told(root: Path, rows: Rows, digest: str) -> None:
    with watched_world(root) as world:
        found = truth(world)
        # A killed backup has published its events, and the next one publishes what is left.
        assert all(found[name] >= rows[name] for name in rows)
        assert digest_of(world) == digest
        assert world.db.check() == ()


@pytest.mark.parametrize("call", ["write", "pwrite64", "fsync", "fdatasync", "rename", "unlink", "unlinkat", "mkdir"])
def test_a_killed_rebuild_is_done_by_the_next(
    strace: str, worked: tuple[Path, Rows, str], tmp_path: Path, call: str
) -> None:
    source, rows, digest = worked
    lost = tmp_path / "lost"
    shutil.copytree(source, lost)
    with watched_world(lost) as world:
        end_a_day(world, 2)
    newest = max((lost / "volumes" / "local" / "state").iterdir())
    newest.write_bytes(newest.read_bytes()[:-1])
    old = (lost / "state.sqlite").read_bytes()
    (lost / "state.sqlite").write_bytes(old[: len(old) // 2])
    for root in kills(strace, REBUILD, call, lost, tmp_path):
        rebuilt(World(open_home(root), world.db, world.store))
        assert_told(root, rows, digest)


@pytest.mark.parametrize("call", ["write", "pwrite64", "fsync", "fdatasync", "renameat", "unlink", "mkdirat"])
def test_a_killed_backup_loses_nothing_and_the_next_is_whole(
    strace: str, worked: tuple[Path, Rows, str], tmp_path: Path, call: str
) -> None:
    source, rows, digest = worked
    for root in kills(strace, BACK_UP, call, source, tmp_path):
        assert_told(root, rows, digest)
        with watched_world(root) as world:
            end_a_day(world, 3)
        for lose in (lambda _root: None, lose_backups):
            lose(root)
            lose_state(root)
            rebuilt(world)
            assert_told(root, rows, digest)
