"""External drives: found by their uuid wherever they are mounted, never written beside, whenever they are pulled."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from whisky_assets.domain.errors import OutOfReachError
from whisky_assets.domain.records import Listing
from whisky_assets.storage.copies import copy_segment, verify_segment
from whisky_assets.storage.drives import empty_mount_point, refuse_empty_mount_point
from whisky_assets.storage.segment_facts import Segment
from whisky_assets.storage.segments import SegmentStore
from whisky_assets.storage.volumes import open_volumes
from whisky_assets_tests.storage.worlds import LATER, NOW, World, listing, open_world


@pytest.fixture
def mounted(tmp_path: Path) -> World:
    """A home that looks for drives below two folders of this test."""
    opened = open_world(tmp_path / "home")
    mounts = (f"{tmp_path}/Volumes/*", f"{tmp_path}/media/*/*")
    return World(
        opened.home, opened.db, SegmentStore(opened.db, open_volumes(opened.db, opened.home, NOW, mounts=mounts))
    )


@pytest.fixture(autouse=True)
def closed(mounted: World) -> Iterator[None]:
    """The home is closed at the end."""
    yield
    mounted.db.close()


@pytest.fixture
def drive(mounted: World, tmp_path: Path) -> Path:
    """A drive whose folder `whisky` was added as the volume `usb`."""
    folder = tmp_path / "Volumes" / "USB" / "whisky"
    folder.mkdir(parents=True)
    mounted.store.volumes.add("usb", "drive", str(folder), NOW)
    return folder.parent


def copied(world: World, number: int = 1) -> Segment:
    segment = world.store.write(Listing, [listing(number)], partition="hanok", now=NOW)
    copy_segment(world.store, segment.id, "usb", LATER)
    return segment


def test_a_drive_that_is_mounted_under_another_name_is_found_by_its_uuid(
    mounted: World, drive: Path, tmp_path: Path
) -> None:
    segment = copied(mounted)
    drive.rename(drive.parent / "USB 1")
    verify_segment(mounted.store, segment.id, "usb", LATER)
    (tmp_path / "media" / "kim").mkdir(parents=True)
    (drive.parent / "USB 1").rename(tmp_path / "media" / "kim" / "USB")
    verify_segment(mounted.store, copied(mounted, 2).id, "usb", LATER)
    assert mounted.store.volumes.get("usb").place == f"{tmp_path}/media/kim/USB/whisky"


def test_a_drive_of_another_volume_under_the_old_name_is_passed_over(mounted: World, drive: Path) -> None:
    segment = copied(mounted)
    drive.rename(drive.parent / "USB 1")
    (drive / "whisky").mkdir(parents=True)
    (drive / "whisky" / "volume.json").write_text('{"uuid": "someone-else"}')
    (drive.parent / "broken").mkdir()
    (drive.parent / "broken" / "volume.json").write_text("{")
    verify_segment(mounted.store, segment.id, "usb", LATER)
    assert [path.name for path in drive.rglob("*")] == ["whisky", "volume.json"]


def test_a_drive_that_is_nowhere_is_absent_and_its_empty_mount_point_stays_empty(mounted: World, drive: Path) -> None:
    segment = copied(mounted)
    shutil.rmtree(drive)
    (drive / "whisky").mkdir(parents=True)
    with pytest.raises(OutOfReachError, match="external drive not attached"):
        verify_segment(mounted.store, segment.id, "usb", LATER)
    with pytest.raises(OutOfReachError, match="nothing there"):
        copied(mounted, 2)
    assert list((drive / "whisky").iterdir()) == []


def test_two_drives_that_show_one_identity_are_refused_unless_one_is_where_it_was(mounted: World, drive: Path) -> None:
    segment = copied(mounted)
    shutil.copytree(drive, drive.parent / "clone")
    verify_segment(mounted.store, segment.id, "usb", LATER)
    drive.rename(drive.parent / "USB 1")
    with pytest.raises(OutOfReachError, match="both say that they are volume usb: one is a copy"):
        verify_segment(mounted.store, segment.id, "usb", LATER)


def test_an_empty_mount_point_is_told_from_a_drive_and_from_a_plain_folder(tmp_path: Path) -> None:
    mounts = (f"{tmp_path}/Volumes/*", f"{tmp_path}/media/*/*", f"{tmp_path}/media/*")
    folder = tmp_path / "media" / "kim" / "USB" / "whisky"
    folder.mkdir(parents=True)
    assert empty_mount_point(folder, mounts) == folder.parent
    with pytest.raises(OutOfReachError, match=f"no drive is mounted at {folder.parent}: what is written there"):
        refuse_empty_mount_point(folder, mounts)
    assert empty_mount_point(tmp_path / "elsewhere" / "whisky", mounts) is None
    assert empty_mount_point(Path("/proc/self"), ("/proc",)) is None


_PULLED_AT = """
import os, subprocess, sys
from pathlib import Path
from whisky_assets.domain.errors import CorruptDataError, OutOfReachError
from whisky_assets.domain.records import Listing
from whisky_assets.storage.copies import copy_segment
from whisky_assets_tests.storage.worlds import LATER, NOW, listing, open_world

home, drive, step = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
world = open_world(home)
segment = world.store.write(Listing, [listing(step)], partition="hanok", now=NOW)
seen = 0
pulled = False

def pull(event, arguments):
    global seen, pulled
    if pulled or event not in ("open", "os.mkdir", "os.rename", "os.scandir"):
        return
    seen += 1
    if seen == step:
        pulled = True
        subprocess.run(["umount", "-l", drive], check=True)

sys.addaudithook(pull)
try:
    copy_segment(world.store, segment.id, "usb", LATER)
    kept = "copied"
except OutOfReachError as error:
    kept = error.message
seen = 1 << 30
print("pulled" if pulled else "over")
print([copy.volume for copy in world.store.copies(segment.id)])
print(kept)
"""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_drive_pulled_before_any_step_of_a_copy_leaves_its_mount_point_empty(
    tmp_path: Path,
    requires_root: None,  # noqa: ARG001 - root mounts and pulls
) -> None:
    image, drive = tmp_path / "image", tmp_path / "drive"
    drive.mkdir()
    with image.open("wb") as file:
        file.truncate(16 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True)
    mount = ["mount", "-o", "loop", str(image), str(drive)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no loop device can be mounted here: docker run --privileged")
    subprocess.run(["umount", str(drive)], check=True)
    subprocess.run(mount, check=True)
    world = open_world(tmp_path / "home")
    world.store.volumes.add("usb", "drive", str(drive), NOW)
    world.db.close()
    for step in range(1, 200):
        command = [sys.executable, "-c", _PULLED_AT, str(world.home.root), str(drive), str(step)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
        if told[0] == "over":
            break
        assert list(drive.iterdir()) == [], (step, told)
        assert (told[1] == "['local', 'usb']") == (told[2] == "copied"), (step, told)
        subprocess.run(mount, check=True)
        again = open_world(world.home.root)
        for segment in again.store.segments("staged/listings"):
            if any(copy.volume == "usb" for copy in again.store.copies(segment.id)):
                verify_segment(again.store, segment.id, "usb", LATER)
        again.db.close()
    subprocess.run(["umount", "-l", str(drive)], check=True)
    assert step > 8
    assert list(drive.iterdir()) == []
