"""SIGKILL anywhere: what was acknowledged is there, readers see whole snapshots, and going on ends as undisturbed."""

import random
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from whisky_assets.storage.copies import unregistered
from whisky_assets.storage.digest import StorageDigest, storage_digest
from whisky_assets.storage.durable import sweep
from whisky_assets_tests.storage import labour

CALLS = ("openat", "write", "pwrite64", "fsync", "fdatasync", "mkdir", "mkdirat", "renameat", "unlink", "ftruncate")
LABOUR = (sys.executable, "-m", labour.__name__)


@dataclass(frozen=True, slots=True)
class Point:
    """The n-th call of one kind, counted over the whole process."""

    call: str
    number: int


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> StorageDigest:
    """The digest of a home that nobody killed."""
    root = tmp_path_factory.mktemp("undisturbed") / "home"
    labour.work(root)
    world = labour.open_labour(root)
    digest = storage_digest(world.db)
    world.db.close()
    return digest


@pytest.fixture(scope="module")
def points(strace: str, tmp_path_factory: pytest.TempPathFactory) -> list[Point]:
    """Every call that touches the home, of one undisturbed day."""
    root = tmp_path_factory.mktemp("watched") / "home"
    log = root.parent / "log"
    watch = [strace, "-f", "-y", "-qq", "-o", str(log), "-e", f"trace={','.join(f'?{call}' for call in CALLS)}"]
    subprocess.run([*watch, *LABOUR, str(root)], check=True, capture_output=True)
    counts: Counter[str] = Counter()
    found = []
    for line in log.read_text().splitlines():
        call = line.split(maxsplit=1)[1].split("(")[0]
        if call in CALLS:
            counts[call] += 1
            if str(root) in line:
                found.append(Point(call, counts[call]))
    return found


def kill_and_go_on(strace: str, point: Point, root: Path, undisturbed: StorageDigest) -> bool:
    """Kills a day's work at a point, checks the home, goes on; returns whether it was killed."""
    inject = ["-e", f"trace={point.call}", "-e", f"inject={point.call}:signal=KILL:when={point.number}"]
    killed = subprocess.run(
        [strace, "-f", "-qq", "-o", "/dev/null", *inject, *LABOUR, str(root)],
        check=False,
        capture_output=True,
        text=True,
    )
    if (root / "state.sqlite").exists():
        world = labour.open_labour(root)
        labour.check_acknowledged(world, killed.stdout.splitlines())
        world.db.close()
    labour.work(root)
    world = labour.open_labour(root)
    labour.check_acknowledged(world, [*killed.stdout.splitlines(), "snapshot s000002"])
    assert storage_digest(world.db) == undisturbed
    assert len(sweep(root)) <= 1  # at most the one file that was being written
    assert list(root.rglob(".tmp-*")) == []
    assert len(unregistered(world.store, "local")) <= 1  # at most the one file whose row did not come
    world.db.close()
    return killed.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)


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
