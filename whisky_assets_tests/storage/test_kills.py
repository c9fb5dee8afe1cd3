"""SIGKILL anywhere: what was acknowledged is there, readers see whole snapshots, and going on ends as undisturbed."""

import random
from pathlib import Path

import pytest

from whisky_assets.storage.digest import StorageDigest
from whisky_assets_tests.storage.injection import CALLS, Point, disturb_and_go_on, was_killed


def kill_and_go_on(strace: str, point: Point, root: Path, undisturbed: StorageDigest) -> bool:
    """Kills a day's work at a point, checks the home, goes on; returns whether it was killed."""
    return was_killed(disturb_and_go_on(strace, point, "signal=KILL", root, undisturbed))


def test_kills_lose_nothing(strace: str, points: list[Point], undisturbed: StorageDigest, tmp_path: Path) -> None:
    kinds = {call: [point for point in points if point.call == call] for call in CALLS}
    chance = random.Random(3)  # noqa: S311 - a seed, so that a failure comes again
    for call in ("write", "pwrite64", "fsync"):
        assert kill_and_go_on(strace, chance.choice(kinds[call]), tmp_path / call, undisturbed), call


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_kills_all_over_a_days_work_lose_nothing(
    strace: str, points: list[Point], undisturbed: StorageDigest, tmp_path: Path
) -> None:
    # Every other call that touches the home, and of SQLite's many page writes, which are all alike, every twelfth:
    # all of them took 25 minutes and lost nothing.
    pages = [point for point in points if point.call == "pwrite64"]
    chosen = [point for point in points if point.call != "pwrite64"][::2] + pages[::12]
    assert len(chosen) > 100
    killed = [
        point
        for number, point in enumerate(chosen)
        if kill_and_go_on(strace, point, tmp_path / str(number), undisturbed)
    ]
    assert len(killed) >= len(chosen) * 0.95  # numbers of calls differ a little between runs
    assert {point.call for point in killed} >= {"openat", "write", "pwrite64", "fsync", "renameat"}
