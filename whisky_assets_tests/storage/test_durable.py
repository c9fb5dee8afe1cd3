"""Durable publish: whole or not there, in the order of the recipe, and nothing left behind by a failure."""

import errno
import fcntl
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from whisky_assets.domain.errors import OutOfReachError
from whisky_assets.storage import durable
from whisky_assets.storage.durable import publish_bytes, publish_file, sweep


def files_below(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_a_published_file_is_whole_and_replaces_in_one_step(tmp_path: Path) -> None:
    assert publish_bytes(tmp_path / "a" / "b", "name", b"old") == tmp_path / "a" / "b" / "name"
    publish_bytes(tmp_path / "a" / "b", "name", b"new and longer")
    assert (tmp_path / "a" / "b" / "name").read_bytes() == b"new and longer"
    assert files_below(tmp_path) == ["a/b/name"]


def test_a_writer_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    publish_bytes(tmp_path, "name", b"old")

    def fail(file: BinaryIO) -> None:
        file.write(b"half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        publish_file(tmp_path, "name", fail)
    assert (tmp_path / "name").read_bytes() == b"old"
    assert files_below(tmp_path) == ["name"]


def test_a_failed_sync_is_final(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_bytes(tmp_path, "name", b"old")
    calls = []

    def broken(descriptor: int) -> None:
        calls.append(descriptor)
        raise OSError(errno.EIO, "the disk failed")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="the disk failed"):
        publish_bytes(tmp_path, "name", b"new")
    assert len(calls) == 1
    assert (tmp_path / "name").read_bytes() == b"old"
    assert files_below(tmp_path) == ["name"]


def test_a_full_disk_names_the_place_and_leaves_no_rest(tmp_path: Path) -> None:
    def full(file: BinaryIO) -> None:
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OutOfReachError, match=f"no space left at {tmp_path}"):
        publish_file(tmp_path, "name", full)
    assert files_below(tmp_path) == []


def test_a_disk_that_takes_fewer_bytes_than_it_says_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def lose_the_end(descriptor: int) -> None:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.ftruncate(descriptor, 2)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", lose_the_end)
    with pytest.raises(OSError, match="2 of 5 bytes arrived"):
        publish_bytes(tmp_path, "name", b"12345")
    assert files_below(tmp_path) == []


def test_the_drives_own_cache_is_flushed_where_the_system_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def flush(_descriptor: int, command: int) -> int:
        asked.append(command)
        return 0

    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", flush)
    publish_bytes(tmp_path, "name", b"x")
    assert set(asked) == {51}
    assert len(asked) >= 2


@pytest.mark.parametrize("refusal", [errno.ENOTSUP, errno.EINVAL, errno.ENOTTY])
def test_a_drive_without_that_flush_is_synced_plainly_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: int
) -> None:
    def refuse(_descriptor: int, _command: int) -> int:
        raise OSError(refusal, "no")

    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", refuse)
    assert durable.sync_path(tmp_path) is False
    assert publish_bytes(tmp_path, "name", b"x").read_bytes() == b"x"


def test_a_sweep_takes_what_the_dead_left_and_leaves_the_living(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / ".tmp-1-0123456789abcdef").write_bytes(b"half")
    (tmp_path / "deep" / "final").write_bytes(b"whole")
    swept: list[Path] = []

    def write(file: BinaryIO) -> None:
        file.write(b"whole")
        swept.extend(sweep(tmp_path))

    publish_file(tmp_path, "name", write)
    assert swept == [tmp_path / "deep" / ".tmp-1-0123456789abcdef"]
    assert files_below(tmp_path) == ["deep/final", "name"]


TRACED = """
import sys
from pathlib import Path
from whisky_assets.storage.durable import publish_bytes
publish_bytes(Path(sys.argv[1]) / "a" / "b", "name", b"content")
"""


def test_the_steps_come_in_the_order_of_the_recipe(tmp_path: Path, traced: Callable[[str, str, Path], str]) -> None:
    trace = traced(TRACED, "mkdir,mkdirat,renameat,renameat2,rename,fsync", tmp_path)
    steps = []
    for call in (line for line in trace.splitlines() if str(tmp_path) in line):
        name = call.split("(")[0].split()[-1].removesuffix("at")
        place = re.split(r'[>"]', call.split(str(tmp_path))[1])[0]
        steps.append((name, "file" if ".tmp-" in place else place))
    assert steps[-3:] == [("fsync", "file"), ("rename", "/a/b"), ("fsync", "/a/b")]
    # Each new folder's entry is on the disk before the file is: the folder above it is synced after it was made.
    failed_first = steps.index(("mkdir", "/a/b"))  # mkdir -p tries the deepest one first
    assert steps.index(("mkdir", "/a"), failed_first) < steps.index(("fsync", "")) < steps.index(("fsync", "file"))
    made = steps.index(("mkdir", "/a/b"), failed_first + 1)
    assert made < steps.index(("fsync", "/a")) < steps.index(("fsync", "file"))


def test_a_folder_that_a_killed_process_made_is_synced_by_the_next(
    tmp_path: Path, traced: Callable[[str, str, Path], str]
) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    script = TRACED.replace(
        'publish_bytes(Path(sys.argv[1]) / "a" / "b", "name", b"content")',
        (
            "import os\nfrom whisky_assets.storage.durable import publish_at\n"
            "root = os.open(sys.argv[1], os.O_RDONLY)\n"
            "publish_at(root, 'a', lambda _written: 'b/name', lambda file: file.write(b'content'), where='here')"
        ),
    )
    trace = traced(script, "fsync", tmp_path)
    assert f"{tmp_path}>" in trace
    assert f"{tmp_path}/a>" in trace


class Everything(set[object]):
    """Holds all: as if each inode number had been given to a folder that was synced and deleted."""

    def __contains__(self, _one: object) -> bool:
        """Return True."""
        return True


def test_a_folder_made_anew_is_synced_whatever_its_inode_number_was_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []

    def sync(descriptor: int) -> bool:
        synced.append(os.fstat(descriptor).st_ino)
        return True

    monkeypatch.setattr(durable, "sync", sync)
    monkeypatch.setattr(durable, "_proven_folders", Everything())
    durable.make_folders(tmp_path / "a" / "b")
    assert synced == [(tmp_path / "a").stat().st_ino, tmp_path.stat().st_ino]
    synced.clear()
    with durable.open_folder(tmp_path) as root, durable.enter(root, "a/b/c/d", make=True):
        assert synced == [(tmp_path / "a" / "b").stat().st_ino, (tmp_path / "a" / "b" / "c").stat().st_ino]


@pytest.mark.parametrize("call", ["write", "fsync", "renameat", "openat", "unlinkat"])
def test_a_kill_at_any_call_leaves_the_old_file_or_the_new(tmp_path: Path, call: str, strace: str) -> None:
    folder = tmp_path / "a" / "b"
    publish_bytes(folder, "name", b"old")
    kills = 0
    while kills < 20:
        inject = ["-e", f"trace={call},renameat", "-e", f"inject={call}:signal=KILL:when={kills + 1}"]
        inject += ["-P", str(folder)] if call == "openat" else []  # not those of the interpreter's own start
        inject += ["-e", "inject=renameat:error=EIO"] if call == "unlinkat" else []  # else nothing is unlinked
        command = [strace, "-f", "-qq", "-o", "/dev/null", *inject, sys.executable, "-c", TRACED, str(tmp_path)]
        if subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode != -signal.SIGKILL:
            break
        kills += 1
        assert (folder / "name").read_bytes() in (b"old", b"content")
        sweep(tmp_path)
        assert files_below(tmp_path) == ["a/b/name"]
    assert 1 <= kills < 20
