"""A power cut at any moment of a day's work, home and all on that disk: what was acknowledged is there after it.

Two hundred cuts on ext4 and xfs, with the journal dropped or flushed; and a worker without fsync, who must lose.
"""

import contextlib
import multiprocessing
import random
import sqlite3
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from whisky_assets.domain.errors import WhiskyError
from whisky_assets.storage import durable, state
from whisky_assets.storage.digest import StorageDigest, storage_digest
from whisky_assets.storage.durable import sweep
from whisky_assets_tests.storage import labour
from whisky_assets_tests.storage.disks import DROP_THE_JOURNAL, FLUSH_THE_JOURNAL, Disk, new_disk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

CUTS = 50
"""On each of two file systems, in each of two ways."""

_workers = multiprocessing.get_context("forkserver")
_workers.set_forkserver_preload([labour.__name__])


@dataclass(frozen=True, slots=True)
class Day:
    """What a worker acknowledged before the power went, and how long it worked."""

    told: list[str]
    seconds: float


def work(root: Path, telling: Connection, *, syncs: bool) -> None:
    """A day's work in a process of its own, which tells each acknowledgement; one that does not sync is the control."""
    telling.send("begun")

    def tell(line: str) -> None:
        telling.send(line)

    labour.tell = tell
    if not syncs:
        leave_out_syncs()
    with contextlib.suppress(Exception):  # with the power its disk fails in many ways
        labour.work(root)


def leave_out_syncs() -> None:
    connect = state._connect

    def careless(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    state._connect = careless
    durable.sync = lambda descriptor: descriptor >= 0


def day_on(disk: Disk, *, cut_after: float | None, flag: int = DROP_THE_JOURNAL, syncs: bool = True) -> Day:
    """Lets a worker work on the disk and cuts its power after so many seconds, or at its last acknowledgement."""
    hearing, telling = _workers.Pipe(duplex=False)
    worker = _workers.Process(target=work, args=(disk.mount / "home", telling), kwargs={"syncs": syncs})
    worker.start()
    telling.close()
    told: list[str] = []
    began = time.monotonic()
    try:
        told.append(hearing.recv())  # the first word: it is at work
        began = time.monotonic()
        while cut_after is None or time.monotonic() - began < cut_after:
            left = None if cut_after is None else max(0.0, cut_after - (time.monotonic() - began))
            if hearing.poll(left):
                told.append(hearing.recv())
    except EOFError:
        cut_after = None if cut_after is None else 0.0
    while hearing.poll():
        try:
            told.append(hearing.recv())
        except EOFError:
            break
    seconds = time.monotonic() - began
    disk.cut(flag)
    # With its power a machine falls silent. Here the worker goes on for a moment, and of a sync that the cut overtakes
    # the kernel may say that it is done: what is told from now on is no acknowledgement.
    with contextlib.suppress(EOFError):
        while True:
            hearing.recv()
    worker.join()
    hearing.close()
    disk.pull()
    disk.plug()
    return Day([line for line in told if line != "begun"], seconds)


def emptied(disk: Disk) -> Disk:
    disk.pull()
    return new_disk(disk.image.parent, disk.kind)


def is_kept(disk: Disk, told: list[str]) -> bool:
    """Says whether all that was told is there after the cut; a home that cannot be opened is a loss."""
    root = disk.mount / "home"
    if not (root / "state.sqlite").exists():
        return not told
    try:
        world = labour.open_labour(root)
    except (WhiskyError, sqlite3.Error):
        return False
    try:
        labour.check_acknowledged(world, told)
    except (WhiskyError, sqlite3.Error, AssertionError):
        return False
    finally:
        world.db.close()
    return True


@pytest.mark.parametrize("flag", [FLUSH_THE_JOURNAL, DROP_THE_JOURNAL])
def test_a_power_cut_at_any_moment_loses_nothing_that_was_acknowledged(
    disk: Disk, flag: int, undisturbed: StorageDigest
) -> None:
    longest = day_on(disk, cut_after=None).seconds
    moments = random.Random(flag)  # noqa: S311 - a seed, so that a failure comes again
    cut_short = 0
    for _cut in range(CUTS):
        disk = emptied(disk)
        day = day_on(disk, cut_after=moments.uniform(0, longest), flag=flag)
        assert is_kept(disk, day.told), day
        root = disk.mount / "home"
        labour.work(root)
        world = labour.open_labour(root)
        labour.check_acknowledged(world, [*day.told, "snapshot s000002"])
        assert storage_digest(world.db) == undisturbed
        world.db.close()
        sweep(root)
        assert list(root.rglob(".tmp-*")) == []
        cut_short += "snapshot s000002" not in day.told
    assert cut_short > CUTS // 3  # else the power went after the work was done


@pytest.mark.parametrize("flag", [FLUSH_THE_JOURNAL, DROP_THE_JOURNAL])
def test_a_worker_that_does_not_sync_loses_what_it_acknowledged(disk: Disk, flag: int) -> None:
    kept = []
    for _cut in range(3):
        disk = emptied(disk)
        day = day_on(disk, cut_after=None, flag=flag, syncs=False)
        assert day.told
        kept.append(is_kept(disk, day.told))
    assert not all(kept)
