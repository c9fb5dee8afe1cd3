"""A power cut right after an acknowledgement: the recipe keeps the file, and writers that leave out a step lose it.

The cut is FS_IOC_SHUTDOWN on a loop-mounted ext4 or xfs: the log is dropped (2) or flushed without the data (1).
"""

import subprocess
import sys
from pathlib import Path

import pytest

from whisky_assets.domain.errors import CorruptDataError
from whisky_assets.domain.records import Listing
from whisky_assets_tests.storage.disks import Disk
from whisky_assets_tests.storage.worlds import NOW, World, listing, open_world

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CUT = """
import fcntl, os, stat, struct, sys
from pathlib import Path
from whisky_assets.domain.records import Listing
from whisky_assets.storage import durable
from whisky_assets_tests.storage.worlds import NOW, listing, open_world
root, mount, volume, number, flag, writer = sys.argv[1:]
real = durable.sync
def is_folder(descriptor):
    return stat.S_ISDIR(os.fstat(descriptor).st_mode)
if writer == "no sync":
    durable.sync = lambda descriptor: True
if writer == "no sync of the folder":
    durable.sync = lambda descriptor: is_folder(descriptor) or real(descriptor)
if writer == "no sync of the file":
    durable.sync = lambda descriptor: not is_folder(descriptor) or real(descriptor)
world = open_world(Path(root))
segment = world.store.write(Listing, [listing(int(number))], partition="hanok", volume=volume, now=NOW)
descriptor = os.open(mount, os.O_RDONLY)
fcntl.ioctl(descriptor, 0x8004587D, struct.pack("I", int(flag)))
sys.stdout.write(segment.id)
sys.stdout.flush()
os._exit(0)
"""


def cut_after_writing(disk: Disk, root: Path, volume: str, number: int, flag: int, writer: str) -> str:
    """Writes a segment, cuts the power at its acknowledgement, plugs in again; returns the segment."""
    arguments = [str(root), str(disk.mount), volume, str(number), str(flag), writer]
    told = subprocess.run([sys.executable, "-c", CUT, *arguments], check=True, capture_output=True, text=True)
    disk.pull()
    disk.plug()
    return told.stdout


def is_kept(world: World, segment: str, number: int) -> bool:
    try:
        return list(world.store.read([segment], Listing)) == [listing(number)]
    except CorruptDataError:
        return False


def kept_of(disk: Disk, tmp_path: Path, writer: str, flag: int, cuts: int) -> list[bool]:
    """Cuts the power of an external drive; the home lies elsewhere, so that no later sync hides a missing one."""
    world = open_world(tmp_path / "home")
    world.store.volumes.add("drive", "directory", str(disk.mount), NOW)
    subprocess.run(["sync", "-f", disk.mount], check=True)
    kept = []
    for number in range(cuts):
        segment = cut_after_writing(disk, tmp_path / "home", "drive", number, flag, writer)
        kept.append(is_kept(world, segment, number))
    world.db.close()
    return kept


@pytest.mark.parametrize("flag", [1, 2])
def test_the_recipe_keeps_every_acknowledged_segment(disk: Disk, tmp_path: Path, flag: int) -> None:
    assert all(kept_of(disk, tmp_path, "recipe", flag, 6))


@pytest.mark.parametrize(
    ("writer", "flag"), [("no sync", 1), ("no sync", 2), ("no sync of the folder", 2), ("no sync of the file", 1)]
)
def test_a_writer_that_leaves_out_a_sync_loses_one(disk: Disk, tmp_path: Path, writer: str, flag: int) -> None:
    assert not all(kept_of(disk, tmp_path, writer, flag, 3))


@pytest.mark.parametrize("flag", [1, 2])
def test_a_home_on_that_disk_keeps_its_database_and_segments(disk: Disk, flag: int) -> None:
    root = disk.mount / "home"
    told = [cut_after_writing(disk, root, "local", number, flag, "recipe") for number in range(6)]
    world = open_world(root)
    assert all(is_kept(world, segment, number) for number, segment in enumerate(told))
    assert {segment.id for segment in world.store.segments("staged/listings")} == set(told)
    assert world.db.check() == ()
    world.db.close()
