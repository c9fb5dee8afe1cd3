"""An open home for each test of storage, and strace where a test kills or watches a process."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from whisky_assets.storage.digest import StorageDigest
from whisky_assets_tests.storage.disks import Disk, NoDiskError, new_disk
from whisky_assets_tests.storage.injection import LABOUR, Point, digest_of_a_day, points_of
from whisky_assets_tests.storage.worlds import World, open_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A fresh sample home; its database is closed at the end."""
    opened = open_world(tmp_path / "home")
    yield opened
    opened.db.close()


@pytest.fixture(scope="session")
def strace() -> str:
    """The path of strace, which watches and kills at a chosen system call; skips without it."""
    path = shutil.which("strace")
    if path is None:
        pytest.skip("strace is missing: apt-get install strace")
    if subprocess.run([path, "-qq", "-o", "/dev/null", "true"], check=False).returncode:
        pytest.skip("strace may not trace here: allow ptrace (docker run --cap-add SYS_PTRACE)")
    return path


@pytest.fixture(scope="session")
def points(strace: str, tmp_path_factory: pytest.TempPathFactory) -> list[Point]:
    """Every call of an undisturbed day's work that touches its home."""
    root = tmp_path_factory.mktemp("watched") / "home"
    return points_of(strace, [*LABOUR, str(root)], below=root, log=root.parent / "log")


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> StorageDigest:
    """The digest of a home whose day's work nothing happened to."""
    return digest_of_a_day(tmp_path_factory.mktemp("undisturbed") / "home")


@pytest.fixture
def traced(strace: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str, Path], str]:
    """Runs Python code with one argument and returns the named system calls that it made."""

    def run(code: str, calls: str, argument: Path) -> str:
        log = tmp_path_factory.mktemp("trace") / "log"
        command = [
            strace,
            "-f",
            "-y",
            "-qq",
            "-o",
            str(log),
            "-e",
            f"trace=?{calls.replace(',', ',?')}",
            sys.executable,
            "-c",
            code,
        ]
        subprocess.run([*command, str(argument)], check=True)
        return log.read_text()

    return run


@pytest.fixture
def small_disk(tmp_path: Path, requires_root: None) -> Iterator[Path]:  # noqa: ARG001 - root mounts it
    """A file system of one MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture(params=["ext4", "xfs"])
def disk(request: pytest.FixtureRequest, tmp_path: Path, requires_root: None) -> Iterator[Disk]:  # noqa: ARG001 - root mounts it
    """An empty plugged disk; skips where there can be none."""
    try:
        made = new_disk(tmp_path, request.param)
    except NoDiskError as missing:
        pytest.skip(str(missing))
    yield made
    made.pull()
