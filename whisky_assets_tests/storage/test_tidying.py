"""Tidying: the log is emptied and dead writers' files go, while living writers and commits are let alone."""

import fcntl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from whisky_assets.domain.records import Listing
from whisky_assets.storage.durable import publish_file
from whisky_assets.storage.state import LOCK
from whisky_assets.storage.tidying import tidy
from whisky_assets_tests.storage.worlds import NOW, World, listing

DEAD = ".tmp-1-0123456789abcdef"
COMMITTING = """
import sys
from pathlib import Path
from whisky_assets.storage.state import StateDatabase
with StateDatabase(Path(sys.argv[1])).transaction():
    print("inside", flush=True)
    sys.stdin.readline()
"""
KILLED_WRITER = """
import os, signal, sys
from pathlib import Path
from whisky_assets.storage.durable import publish_file
publish_file(Path(sys.argv[1]), "name", lambda file: os.kill(os.getpid(), signal.SIGKILL))
"""


@contextmanager
def another_commit(world: World) -> Iterator[None]:
    """A process that is inside a transaction."""
    command = [sys.executable, "-c", COMMITTING, str(world.home.state_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "inside\n"
        yield
        process.stdin.write("\n")


def log_bytes(world: World) -> int:
    return Path(f"{world.home.state_path}-wal").stat().st_size


def test_the_log_is_emptied_and_every_row_stays(world: World) -> None:
    segment = world.store.write(Listing, [listing(1)], partition="hanok", now=NOW)
    assert log_bytes(world) > 0
    assert tidy(world.store).log_emptied
    assert log_bytes(world) == 0
    assert world.store.segment(segment.id) == segment


def test_no_log_is_emptied_beside_the_commit_of_another_process(world: World) -> None:
    with another_commit(world):
        assert not tidy(world.store).log_emptied
    assert tidy(world.store).log_emptied


def test_no_commit_begins_while_the_log_is_emptied(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    empty_log = world.db._empty_log
    free: list[bool] = []

    def watched() -> bool:
        with (world.home.root / LOCK).open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                free.append(False)
            else:
                free.append(True)
        return empty_log()

    monkeypatch.setattr(world.db, "_empty_log", watched)
    assert tidy(world.store).log_emptied
    assert free == [False]


def test_a_killed_writers_file_goes_everywhere_and_a_living_ones_stays(world: World, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    world.store.volumes.add("external", "directory", str(drive), NOW)
    subprocess.run([sys.executable, "-c", KILLED_WRITER, str(world.home.exports)], check=False)
    (left,) = world.home.exports.iterdir()
    (drive / "staged" / "listings").mkdir(parents=True)
    (drive / "staged" / "listings" / DEAD).write_bytes(b"half")
    (world.home.inbox / ".tmp-prices.csv").write_bytes(b"a person's file")
    swept: list[Path] = []
    publish_file(world.home.exports, "living", lambda _file: swept.extend(tidy(world.store).swept))
    assert sorted(swept) == sorted([left, drive / "staged" / "listings" / DEAD])
    assert (world.home.exports / "living").exists()
    assert (world.home.inbox / ".tmp-prices.csv").exists()


def test_an_absent_drive_is_no_trouble(world: World, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    world.store.volumes.add("external", "directory", str(drive), NOW)
    drive.rename(tmp_path / "unplugged")
    (world.home.root / DEAD).write_bytes(b"half")
    assert tidy(world.store).swept == (world.home.root / DEAD,)
