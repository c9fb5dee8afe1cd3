"""A disk that is full, fails, takes no larger file or is read-only, at any call of a day: nothing is lost by it."""

import random
from pathlib import Path

import pytest

from whisky_assets.storage.digest import StorageDigest
from whisky_assets_tests.storage.injection import Point, disturb_and_go_on

POINTS = 20
CALLS_THAT_FAIL = {
    "ENOSPC": ("write", "pwrite64", "fsync", "mkdirat", "openat", "renameat"),
    "EIO": ("write", "pwrite64", "fsync", "fdatasync", "renameat", "ftruncate"),
    "EFBIG": ("write", "pwrite64", "ftruncate"),
    "EROFS": ("openat", "mkdirat", "renameat", "ftruncate", "unlink"),
}
"""Which calls answer with which error where a disk is full, rotten, limited or read-only."""


def chosen(points: list[Point], error: str, count: int) -> list[Point]:
    """Returns points spread over the calls that can fail so, the same ones each time."""
    chance = random.Random(error)  # noqa: S311 - a seed, so that a failure comes again
    kinds = [[point for point in points if point.call == call] for call in CALLS_THAT_FAIL[error]]
    for kind in kinds:
        chance.shuffle(kind)
    found: list[Point] = []
    while len(found) < count and any(kinds):
        found += [kind.pop() for kind in kinds if kind]
    return found[:count]


@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_an_error_of_the_disk_loses_nothing(
    strace: str, points: list[Point], undisturbed: StorageDigest, tmp_path: Path, error: str
) -> None:
    (point,) = chosen(points, error, 1)
    assert disturb_and_go_on(strace, point, f"error={error}", tmp_path / "home", undisturbed), point


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("error", sorted(CALLS_THAT_FAIL))
def test_twenty_errors_all_over_a_days_work_lose_nothing(
    strace: str, points: list[Point], undisturbed: StorageDigest, tmp_path: Path, error: str
) -> None:
    tried = chosen(points, error, POINTS)
    assert len(tried) == POINTS
    told = [
        disturb_and_go_on(strace, point, f"error={error}", tmp_path / str(number), undisturbed)
        for number, point in enumerate(tried)
    ]
    assert sum(ended != 0 for ended in told) >= POINTS // 2  # the work says that it failed, where it could not go on
