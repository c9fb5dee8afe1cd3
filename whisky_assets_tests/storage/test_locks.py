"""Locks: one living owner, taken over from the dead, told by pid, host and time."""

import dataclasses
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from whisky_assets.domain.errors import BusyError
from whisky_assets.storage import processes
from whisky_assets.storage.locks import (
    Holder,
    acquire,
    holders,
    release,
    release_all,
    release_dead,
)
from whisky_assets.storage.processes import ProcessIdentity
from whisky_assets_tests.storage.worlds import World

HOLD = """
import sys, time
from pathlib import Path
from whisky_assets.storage.home import open_home
from whisky_assets.storage.locks import acquire
from whisky_assets.storage.schema import MIGRATIONS
from whisky_assets.storage.state import StateDatabase
home = open_home(Path(sys.argv[1]))
db = StateDatabase.open(home.state_path, MIGRATIONS)
acquire(db, "build", "other")
print("held", flush=True)
time.sleep(60)
"""


@contextmanager
def other_process(root: Path) -> Iterator[subprocess.Popen[str]]:
    """A process of the owner `other` that holds the lock `build` until it is killed."""
    with subprocess.Popen([sys.executable, "-c", HOLD, str(root)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_an_owner_finds_his_lock_and_another_is_told_who_has_it(world: World) -> None:
    first = acquire(world.db, "feed/alko", "run 1")
    assert acquire(world.db, "feed/alko", "run 1") == first
    with pytest.raises(BusyError) as told:
        acquire(world.db, "feed/alko", "run 2")
    assert f"feed/alko is held by run 1 (pid {os.getpid()} on " in str(told.value)
    assert f"since {first.since:%Y-%m-%d %H:%M:%S} UTC" in str(told.value)
    assert holders(world.db) == (first,)


def test_other_names_are_other_locks_and_all_of_an_owner_are_freed_at_once(world: World) -> None:
    for name, owner in (("build", "run 1"), ("feed/alko", "run 1"), ("feed/lcbo", "run 2")):
        acquire(world.db, name, owner)
    assert not release(world.db, "build", "run 2")
    assert release_all(world.db, "run 1") == ("build", "feed/alko")
    assert [holder.name for holder in holders(world.db)] == ["feed/lcbo"]
    assert release(world.db, "feed/lcbo", "run 2")
    assert holders(world.db) == ()


def test_a_waiting_owner_gets_it_when_it_is_freed_and_says_once_for_whom_he_waits(world: World) -> None:
    acquire(world.db, "build", "run 1")
    told: list[Holder] = []

    def waited(holder: Holder) -> None:
        told.append(holder)
        threading.Timer(0.3, release, (world.db, "build", "run 1")).start()

    assert acquire(world.db, "build", "run 2", wait_seconds=20, on_wait=waited).owner == "run 2"
    assert [holder.owner for holder in told] == ["run 1"]


def test_waiting_ends(world: World) -> None:
    acquire(world.db, "build", "run 1")
    began = time.monotonic()
    with pytest.raises(BusyError):
        acquire(world.db, "build", "run 2", wait_seconds=0.3)
    assert 0.3 <= time.monotonic() - began < 10


def test_a_lock_is_taken_over_from_a_killed_process_and_not_from_a_living_one(world: World) -> None:
    with other_process(world.home.root) as process:
        with pytest.raises(BusyError, match=f"other \\(pid {process.pid} on "):
            acquire(world.db, "build", "run 1")
        os.kill(process.pid, signal.SIGKILL)  # not waited for: a zombie holds nothing
        assert acquire(world.db, "build", "run 1", wait_seconds=10).process.pid == os.getpid()


def test_the_janitor_frees_the_locks_of_the_dead_alone(world: World) -> None:
    acquire(world.db, "feed/alko", "run 1")
    with other_process(world.home.root) as process:
        assert release_dead(world.db) == ()
        process.kill()
        process.wait()
        assert [holder.owner for holder in release_dead(world.db)] == ["other"]
    assert [holder.owner for holder in holders(world.db)] == ["run 1"]


def test_a_process_with_the_number_of_a_dead_one_is_not_taken_for_it(world: World) -> None:
    own = ProcessIdentity.of_self()
    gone = ProcessIdentity(pid=own.pid, host=own.host, start=own.start + "0")
    acquire(world.db, "build", "run 1", process=gone)
    assert acquire(world.db, "build", "run 2").owner == "run 2"


@pytest.fixture
def a_mac(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The command by which a Mac tells its hardware, spoken by a script that prints what it prints there."""
    script = tmp_path / "ioreg"
    script.write_text('#!/bin/sh\necho \'  |   "IOPlatformUUID" = "0A1B2C3D-0000-1111-2222-333344445555"\'\n')
    script.chmod(0o755)
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    monkeypatch.setattr(processes, "_ASK_HARDWARE", (str(script), "-rd1", "-c", "IOPlatformExpertDevice"))
    processes.this_host.cache_clear()
    yield
    processes.this_host.cache_clear()


@pytest.mark.usefixtures("a_mac")
def test_a_mac_that_another_network_renamed_takes_over_from_its_own_dead(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = ProcessIdentity.of_self()
    assert own.host == "mac-0a1b2c3d-0000-1111-2222-333344445555"
    acquire(world.db, "build", "run 1", process=dataclasses.replace(own, start=own.start + "0"))
    monkeypatch.setattr("socket.gethostname", lambda: "office-17.example")
    processes.this_host.cache_clear()
    assert acquire(world.db, "build", "run 2").owner == "run 2"


def test_a_machine_that_does_not_tell_its_hardware_goes_by_its_host_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    monkeypatch.setattr(processes, "_ASK_HARDWARE", (str(tmp_path / "absent"),))
    processes.this_host.cache_clear()
    assert processes.this_host() == socket.gethostname()
    processes.this_host.cache_clear()


def test_nothing_is_taken_from_another_host(world: World) -> None:
    far = ProcessIdentity(pid=1, host="another-host.example", start="1")
    acquire(world.db, "build", "run 1", process=far)
    with pytest.raises(BusyError, match=r"pid 1 on another-host\.example"):
        acquire(world.db, "build", "run 2")


def test_two_that_ask_at_once_do_not_both_get_it(world: World) -> None:
    won: list[str] = []

    def ask(owner: str) -> None:
        with suppress(BusyError):
            won.append(acquire(world.db, "build", owner).owner)

    threads = [threading.Thread(target=ask, args=(f"run {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
