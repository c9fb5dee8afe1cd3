"""Folders as volumes: an absent, foreign, full or pulled one is told, and nothing is written in its place."""

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from whisky_assets.domain.errors import CorruptDataError, OutOfReachError, UsageError
from whisky_assets.domain.records import Listing
from whisky_assets.storage.copies import copy_segment, unregistered, verify_segment
from whisky_assets.storage.places import segment_name
from whisky_assets.storage.segment_facts import Segment
from whisky_assets.storage.tables import put_table
from whisky_assets_tests.storage.worlds import LATER, NOW, World, listing, listings, open_world


@pytest.fixture
def drive(world: World, tmp_path: Path) -> Path:
    """An external drive that was added as the volume `drive`."""
    folder = tmp_path / "drive"
    folder.mkdir()
    world.store.volumes.add("drive", "directory", str(folder), NOW)
    return folder


def write(world: World, number: int = 1, volume: str = "local") -> Segment:
    return world.store.write(Listing, [listing(number)], partition="hanok", volume=volume, now=NOW)


def test_a_volume_has_an_identity_that_only_adding_gives(world: World, drive: Path) -> None:
    identity = json.loads((drive / "volume.json").read_text())
    (row,) = (row for row in world.store.volumes.rows() if row.name == "drive")
    assert (identity["uuid"], identity["kind"], identity["created_at"]) == (
        row.uuid,
        "directory",
        "2026-01-05T09:00:00.000000Z",
    )
    world.store.volumes.add("drive", "directory", str(drive), LATER)
    assert json.loads((drive / "volume.json").read_text()) == identity


def test_new_segments_go_straight_to_a_drive_that_is_asked_for(world: World, drive: Path) -> None:
    segment = write(world, volume="drive")
    assert (drive / segment_name("staged/listings", segment.id)).is_file()
    assert [copy.volume for copy in world.store.copies(segment.id)] == ["drive"]
    assert list(world.store.read([segment.id], Listing)) == [listing(1)]


def test_rows_that_lie_on_another_volume_are_copied_not_made_again(world: World, drive: Path) -> None:
    version = put_table(world.store, listings([listing(1)]), build="run 1", now=NOW)
    assert put_table(world.store, listings([listing(1)]), build="run 2", volume="drive", now=LATER) == version
    assert [copy.volume for copy in world.store.copies(version.segments[0])] == ["local", "drive"]
    segment = write(world, 2)
    assert write(world, 2, volume="drive") == segment
    assert (drive / segment_name("staged/listings", segment.id)).is_file()


def test_an_absent_drive_is_told_and_nothing_is_written_beside_it(world: World, drive: Path) -> None:
    uuid = json.loads((drive / "volume.json").read_text())["uuid"]
    drive.rename(drive.parent / "pulled")
    with pytest.raises(OutOfReachError, match=f"external drive not attached: expected volume {uuid} .* at {drive}"):
        write(world, volume="drive")
    drive.mkdir()  # an empty mount point
    with pytest.raises(OutOfReachError, match="nothing there"):
        write(world, volume="drive")
    assert list(drive.iterdir()) == []
    assert world.store.segments("staged/listings") == ()


def test_another_drive_in_its_place_is_foreign(world: World, drive: Path) -> None:
    (drive / "volume.json").write_text('{"uuid": "someone-else", "kind": "directory"}')
    with pytest.raises(OutOfReachError, match=r"another volume there \(someone-else\)"):
        write(world, volume="drive")
    (drive / "volume.json").write_text("{")
    with pytest.raises(CorruptDataError, match=r"volume\.json .* cannot be read"):
        write(world, volume="drive")


def test_a_segment_is_read_from_the_copy_that_is_there(world: World, drive: Path) -> None:
    segment = write(world)
    copy_segment(world.store, segment.id, "drive", LATER)
    (world.home.local_volume / segment_name("staged/listings", segment.id)).unlink()
    assert list(world.store.read([segment.id], Listing)) == [listing(1)]
    drive.rename(drive.parent / "pulled")
    with pytest.raises(OutOfReachError, match="drive"):
        list(world.store.read([segment.id], Listing))


def test_a_copy_is_compared_and_noted_and_made_once(world: World, drive: Path) -> None:
    segment = write(world)
    copy_segment(world.store, segment.id, "drive", LATER)
    copy_segment(world.store, segment.id, "drive", LATER)
    assert [(copy.volume, copy.verified_at) for copy in world.store.copies(segment.id)] == [
        ("local", None),
        ("drive", LATER),
    ]
    verify_segment(world.store, segment.id, "local", LATER)
    assert world.store.copies(segment.id)[0].verified_at == LATER
    path = segment_name("staged/listings", segment.id)
    assert (drive / path).read_bytes() == (world.home.local_volume / path).read_bytes()


def test_rot_is_not_copied_and_verify_names_it(world: World, drive: Path) -> None:
    segment = write(world)
    path = world.home.local_volume / segment_name("staged/listings", segment.id)
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    with pytest.raises(CorruptDataError, match="arrived damaged at volume drive"):
        copy_segment(world.store, segment.id, "drive", LATER)
    assert [path for path in drive.rglob("*") if path.suffix == ".parquet" or path.name.startswith(".tmp")] == []
    with pytest.raises(CorruptDataError, match=f"segment {segment.id} of staged/listings on volume local is damaged"):
        verify_segment(world.store, segment.id, "local", LATER)
    path.unlink()
    with pytest.raises(CorruptDataError, match="it is missing"):
        verify_segment(world.store, segment.id, "local", LATER)
    with pytest.raises(UsageError, match="has no copy on volume drive"):
        verify_segment(world.store, segment.id, "drive", LATER)


def test_names_and_places_are_not_given_twice(world: World, drive: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="volume drive already is directory"):
        world.store.volumes.add("drive", "directory", str(tmp_path), NOW)
    with pytest.raises(UsageError, match="volume drive already is directory"):
        world.store.volumes.add("second", "directory", str(drive), NOW)
    with pytest.raises(UsageError, match="directory, drive, gcs or rclone, not 'tape'"):
        world.store.volumes.add("tape", "tape", "/dev/st0", NOW)
    with pytest.raises(OutOfReachError, match="no folder"):
        world.store.volumes.add("absent", "directory", str(tmp_path / "none"), NOW)
    with pytest.raises(UsageError, match="no volume is called 'tape'; known: drive, local"):
        world.store.volumes.get("tape")


def test_a_drive_that_is_mounted_elsewhere_is_found_there(world: World, drive: Path) -> None:
    segment = write(world, volume="drive")
    other = open_world(world.home.root)
    assert list(other.store.read([segment.id], Listing)) == [listing(1)]
    moved = drive.rename(drive.parent / "drive 1")
    with pytest.raises(OutOfReachError) as told:
        list(world.store.read([segment.id], Listing))
    assert told.value.remedy.endswith("whisky storage add-volume drive FOLDER")
    world.store.volumes.add("drive", "directory", str(moved), LATER)
    world.store.volumes.add("drive", "directory", str(moved), LATER)
    for opened in (world, other):
        assert list(opened.store.read([segment.id], Listing)) == [listing(1)]
    other.db.close()


def test_a_copy_of_a_drive_is_not_taken_for_it(world: World, drive: Path) -> None:
    shutil.copytree(drive, drive.parent / "copy")
    with pytest.raises(UsageError, match="both say that they are volume drive"):
        world.store.volumes.add("drive", "directory", str(drive.parent / "copy"), NOW)
    (drive.parent / "link").symlink_to(drive)
    assert world.store.volumes.add("drive", "directory", str(drive.parent / "link"), NOW).name == "drive"


def test_a_drive_is_not_added_again_under_another_name(world: World, drive: Path) -> None:
    moved = drive.rename(drive.parent / "drive 1")
    with pytest.raises(UsageError, match=f"is the volume drive of this home, last seen at {drive}") as told:
        world.store.volumes.add("second", "directory", str(moved), NOW)
    assert told.value.remedy == f"whisky storage add-volume drive '{moved}'"
    assert [row.name for row in world.store.volumes.rows()] == ["drive", "local"]


def test_a_volume_of_another_home_is_refused(drive: Path, tmp_path: Path) -> None:
    other = open_world(tmp_path / "other")
    with pytest.raises(UsageError, match="a volume of another home"):
        other.store.volumes.add("drive", "directory", str(drive), NOW)
    other.db.close()


def test_adding_goes_on_where_a_kill_left_it(world: World, drive: Path) -> None:
    with world.db.transaction() as connection:
        connection.execute("DELETE FROM volumes WHERE name = 'drive'")
    again = world.store.volumes.add("drive", "directory", str(drive), LATER)
    assert again.uuid == json.loads((drive / "volume.json").read_text())["uuid"]


def test_many_that_open_a_new_home_at_once_find_one_volume(tmp_path: Path) -> None:
    def work(number: int) -> str:
        opened = open_world(tmp_path / "new")
        segment = opened.store.write(Listing, [listing(number)], partition="hanok", now=NOW)
        opened.db.close()
        return segment.id

    with ThreadPoolExecutor(8) as pool:
        segments = list(pool.map(work, range(8)))
    opened = open_world(tmp_path / "new")
    assert {row.ordinal for row in opened.store.read(segments, Listing)} == set(range(8))
    opened.db.close()


def test_a_home_that_was_moved_finds_its_own_volume(world: World, tmp_path: Path) -> None:
    segment = write(world)
    world.db.close()
    world.home.root.rename(tmp_path / "moved")
    moved = open_world(tmp_path / "moved")
    assert list(moved.store.read([segment.id], Listing)) == [listing(1)]
    moved.db.close()


def test_a_full_volume_is_named_keeps_what_it_has_and_works_again(world: World, small_disk: Path) -> None:
    world.store.volumes.add("small", "directory", str(small_disk), NOW)
    kept = write(world, 1, volume="small")
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (900 << 10))
    noisy = [listing(number, name=os.urandom(400).hex()) for number in range(2, 500)]
    with pytest.raises(OutOfReachError, match=rf"no space left at volume small \({small_disk}\)"):
        world.store.write(Listing, noisy, partition="hanok", volume="small", now=NOW)
    assert [path.name for path in small_disk.rglob(".tmp-*")] == []
    assert list(world.store.read([kept.id], Listing)) == [listing(1)]
    assert world.store.segments("staged/listings") == (kept,)
    filler.unlink()
    segment = world.store.write(Listing, noisy, partition="hanok", volume="small", now=NOW)
    assert list(world.store.read([segment.id], Listing)) == noisy
    assert unregistered(world.store, "small") == ()


@pytest.mark.parametrize("moment", ["os.mkdir", "os.rename"])
def test_a_drive_pulled_between_two_steps_is_told_and_its_mount_point_stays_empty(
    world: World,
    drive: Path,
    requires_root: None,  # noqa: ARG001 - root mounts and pulls
    moment: str,
) -> None:
    code = f"""
import subprocess, sys
from pathlib import Path
from whisky_assets.domain.errors import OutOfReachError
from whisky_assets.domain.records import Listing
from whisky_assets_tests.storage.worlds import NOW, listing, open_world
world = open_world(Path(sys.argv[1]))
pulled = []
def pull(event, arguments):
    if event == "{moment}" and not pulled:
        pulled.append(event)
        subprocess.run(["umount", "-l", sys.argv[2]], check=True)
sys.addaudithook(pull)
try:
    world.store.write(Listing, [listing(1)], partition="hanok", volume="drive", now=NOW)
except OutOfReachError as error:
    assert pulled
    print(error.message)
"""
    identity = (drive / "volume.json").read_bytes()
    (drive / "volume.json").unlink()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(drive)], check=True)
    (drive / "volume.json").write_bytes(identity)
    command = [sys.executable, "-c", code, str(world.home.root), str(drive)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "external drive not attached" in answer.stdout
    assert list(drive.iterdir()) == []
    assert world.store.segments("staged/listings") == ()
