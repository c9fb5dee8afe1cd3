"""A full disk: the run says which in a sentence, what was current stays readable, and with space it goes on."""

import contextlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from whisky_assets.storage.digest import storage_digest
from whisky_assets.storage.snapshots import current
from whisky_assets_tests.faults.command import whisky
from whisky_assets_tests.faults.conftest import Undisturbed
from whisky_assets_tests.faults.homes import copied_home, documents, left_open, opened, read_whole

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.usefixtures("requires_root")]

BLOCK = bytes(64 * 1024)


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Mounts a file system of 64 MiB over a folder, with what the folder holds."""
    beside = folder.parent / f"{folder.name}-before"
    folder.rename(beside)
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], check=True)
    try:
        subprocess.run(["cp", "-a", f"{beside}/.", str(folder)], check=True)
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path, *, leaving: int = 0) -> Path:
    """Fills a file system to the last block but so many bytes; returns the file that does it."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            while True:
                file.write(BLOCK)
        assert shutil.disk_usage(folder).free == 0
        file.truncate(file.tell() - leaving)
    return ballast


def check_as_before(home: Path, week: Undisturbed) -> None:
    """The snapshot of a week is current, whole and published."""
    with opened(home) as store:
        snapshot = current(store.db)
        assert snapshot is not None
        assert read_whole(store, snapshot) == week.tables
    assert documents(home) == week.documents


def check_goes_on(home: Path, week: Undisturbed) -> None:
    """The same command ends as if the disk had never been full."""
    ended = whisky(home, "run", "--json")
    assert ended.code == 0, ended
    assert left_open(home) == []
    with opened(home) as store:
        assert storage_digest(store.db) == week.digest
    assert documents(home) == week.documents
    assert list(home.rglob(".tmp-*")) == []


def test_a_full_volume_is_named_and_with_space_the_run_goes_on(
    tmp_path: Path, undisturbed: Callable[[int], Undisturbed]
) -> None:
    home = copied_home(undisturbed(1).home, tmp_path / "home", week=2)
    volume = home / "volumes" / "local"
    with small_disk(volume):
        ballast = fill(volume)
        ended = whisky(home, "run", "--json")
        assert ended.code == 7, ended
        assert "Traceback" not in ended.err
        told = [problem["message"] for problem in ended.problems]
        assert all(f"no space left at volume local ({volume})" in message for message in told), told
        assert left_open(home) == []
        check_as_before(home, undisturbed(1))
        ballast.unlink()
        check_goes_on(home, undisturbed(2))


@pytest.mark.parametrize("leaving", [0, 256 * 1024, 768 * 1024])
def test_a_full_disk_of_the_home_is_named_and_with_space_the_run_goes_on(
    leaving: int, tmp_path: Path, undisturbed: Callable[[int], Undisturbed]
) -> None:
    # Less or more of the run succeeds: Dagster's storage, the state database or a segment is what finds no space.
    home = copied_home(undisturbed(1).home, tmp_path / "home", week=2)
    with small_disk(home):
        ballast = fill(home, leaving=leaving)
        ended = whisky(home, "run", "--json")
        assert ended.code == 7, ended
        assert "Traceback" not in ended.err
        told = [problem["message"] for problem in ended.problems]
        assert told
        assert all(str(home) in message and "no space left" in message for message in told), told
        ballast.unlink()
        check_as_before(home, undisturbed(1))
        check_goes_on(home, undisturbed(2))
