"""SIGKILL anywhere in a retirement: nothing that stays is lost, and going on ends as undisturbed."""

import random
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from whisky_assets.storage.copies import unregistered, verify_segment
from whisky_assets.storage.digest import StorageDigest, storage_digest
from whisky_assets.storage.upkeep.retiring import pending_files
from whisky_assets_tests.storage.injection import CALLS, Point, disturbed, points_of, was_killed
from whisky_assets_tests.storage.upkeep import retiring_labour
from whisky_assets_tests.storage.upkeep.histories import Past, rows_of, versions_of

KINDS = (*CALLS, "unlinkat")
LABOUR = (sys.executable, "-m", retiring_labour.__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """What a home comes to: its digest and which segments lie on which volume."""

    digest: StorageDigest
    copies: frozenset[tuple[str, str]]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a home that has something to let go, and its second volume."""
    folder = tmp_path_factory.mktemp("prepared")
    retiring_labour.prepare(folder / "home")
    return folder


@pytest.fixture(scope="module")
def undisturbed(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """The end of a retirement that nobody killed."""
    root = copy_of(prepared, tmp_path_factory.mktemp("undisturbed") / "work")
    before = storage_digest(Past(root).world.db)
    retiring_labour.work(root)
    ended = check_whole(root)
    assert ended.digest == before
    assert not any(pending_files(Past(root).world.db).values())
    return ended


@pytest.fixture(scope="module")
def points(strace: str, prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Point]:
    """Every call that touches the home or its second volume in one undisturbed retirement."""
    root = copy_of(prepared, tmp_path_factory.mktemp("watched") / "work")
    log = root.parent / "log"
    return points_of(strace, [*LABOUR, str(root)], below=root.parent, log=log, calls=KINDS)


def copy_of(prepared: Path, folder: Path) -> Path:
    """Copies the prepared home, and lets its second volume be found beside it."""
    shutil.copytree(prepared, folder)
    past = Past(folder / "home")
    with past.world.db.transaction() as connection:
        connection.execute("UPDATE volumes SET location = ? WHERE name = 'second'", (str(folder / "second"),))
    past.world.db.close()
    return folder / "home"


def check_whole(root: Path) -> Ended:
    """Raises AssertionError if a row has no whole file, or a reader misses a row of what is current."""
    past = Past(root)
    db = past.world.db
    assert db.check() == ()
    with db.reading() as connection:
        copies = frozenset(connection.execute("SELECT segment, volume FROM copies").fetchall())
    for segment, volume in copies:
        verify_segment(past.world.store, segment, volume, past.now)
    for version in versions_of(past):
        assert rows_of(past, version) == version.rows
    digest = storage_digest(db)
    db.close()
    return Ended(digest, copies)


def kill_and_go_on(strace: str, point: Point, root: Path, undisturbed: Ended) -> bool:
    """Kills a retirement at a point, checks the home, goes on; returns whether it was killed."""
    killed = disturbed(strace, point, "signal=KILL", [*LABOUR, str(root)])
    found = check_whole(root)
    assert found.digest == undisturbed.digest
    if "retired" in killed.stdout:
        assert found.copies == undisturbed.copies
    retiring_labour.work(root)
    assert check_whole(root) == undisturbed
    past = Past(root)
    assert pending_files(past.world.db) == {}
    for volume in ("local", "second"):
        assert unregistered(past.world.store, volume) == ()
    past.world.db.close()
    return was_killed(killed.returncode)


def test_a_killed_retirement_loses_nothing(
    strace: str, points: list[Point], prepared: Path, undisturbed: Ended, tmp_path: Path
) -> None:
    chance = random.Random(7)  # noqa: S311 - a seed, so that a failure comes again
    for call in ("pwrite64", "unlink", "fsync"):
        point = chance.choice([one for one in points if one.call == call])
        assert kill_and_go_on(strace, point, copy_of(prepared, tmp_path / call), undisturbed), call


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_retirement_killed_at_every_call_loses_nothing(
    strace: str, points: list[Point], prepared: Path, undisturbed: Ended, tmp_path: Path
) -> None:
    # Of SQLite's many page writes, which are all alike, every fourth.
    pages = [point for point in points if point.call == "pwrite64"]
    chosen = [point for point in points if point.call != "pwrite64"] + pages[::4]
    killed = [
        point
        for number, point in enumerate(chosen)
        if kill_and_go_on(strace, point, copy_of(prepared, tmp_path / str(number)), undisturbed)
    ]
    assert len(killed) >= len(chosen) * 0.95  # numbers of calls differ a little between runs
    assert {point.call for point in killed} >= {"openat", "pwrite64", "fsync", "unlink"}
