"""SIGKILL and failing calls anywhere in a run of copies: nothing is lost, and the next run ends as undisturbed."""

import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from whisky_assets.storage.directories import DirectoryVolume
from whisky_assets_tests.storage.injection import CALLS, Point, disturbed, points_of, was_killed
from whisky_assets_tests.storage.upkeep import copy_labour

LABOUR = (sys.executable, "-m", copy_labour.__name__)
WATCHED = (*CALLS, "unlinkat")


@pytest.fixture(autouse=True)
def _disks_of_their_own() -> Iterator[None]:
    real = DirectoryVolume.device
    copy_labour.let_folders_be_disks()
    yield
    DirectoryVolume.device = real  # type: ignore[method-assign] # puts back what was there


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with copies to make and one to give up; each test works on a copy of it."""
    root = tmp_path_factory.mktemp("prepared") / "home"
    copy_labour.prepare(root)
    return root


@pytest.fixture(scope="module")
def points(strace: str, prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Point]:
    """Every call of one undisturbed run that touches the home or a drive."""
    root = Path(shutil.copytree(prepared, tmp_path_factory.mktemp("watched") / "home"))
    return points_of(strace, [*LABOUR, str(root)], below=root, log=root.parent / "log", calls=WATCHED)


def disturb(strace: str, point: Point, fault: str, prepared: Path, root: Path) -> int:
    """Lets one call fail or kill, checks, lets the next run go on, checks again; returns how the first one ended."""
    shutil.copytree(prepared, root)
    ended = disturbed(strace, point, fault, [*LABOUR, str(root)]).returncode
    copy_labour.check_nothing_lost(root)
    for _ in range(2):  # what a rotten or full drive left to the next run
        copy_labour.work(root)
    copy_labour.check_nothing_lost(root, is_done=True)
    return ended


def test_an_undisturbed_run_copies_three_and_gives_up_one(prepared: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(prepared, tmp_path / "home"))
    done = copy_labour.work(root)
    assert (done.copied, done.given_up, done.left, done.problems) == (3, 1, (), ())
    copy_labour.check_nothing_lost(root, is_done=True)


def test_a_run_of_copies_that_is_killed_loses_nothing_and_the_next_one_goes_on(
    strace: str, points: list[Point], prepared: Path, tmp_path: Path
) -> None:
    chance = random.Random(7)  # noqa: S311 - a seed, so that a failure comes again
    for call in ("fsync", "renameat", "unlink"):
        point = chance.choice([point for point in points if point.call == call])
        ended = disturb(strace, point, "signal=KILL", prepared, tmp_path / call)
        assert was_killed(ended), point


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_kill_at_every_call_of_a_run_of_copies_loses_nothing(
    strace: str, points: list[Point], prepared: Path, tmp_path: Path
) -> None:
    killed = 0
    for number, point in enumerate(points):
        ended = disturb(strace, point, "signal=KILL", prepared, tmp_path / str(number))
        killed += was_killed(ended)
        shutil.rmtree(tmp_path / str(number))
    assert killed >= 0.9 * len(points)  # after a fault of the count by name the run may have ended before


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("error", ["ENOSPC", "EIO", "EFBIG", "EROFS"])
def test_twenty_errors_of_the_disk_all_over_a_run_of_copies_lose_nothing(
    strace: str, points: list[Point], prepared: Path, tmp_path: Path, error: str
) -> None:
    writing = [point for point in points if point.call != "openat"]
    chance = random.Random(error)  # noqa: S311 - a seed, so that a failure comes again
    for number, point in enumerate(chance.sample(writing, min(20, len(writing)))):
        disturb(strace, point, f"error={error}", prepared, tmp_path / str(number))
        shutil.rmtree(tmp_path / str(number))
