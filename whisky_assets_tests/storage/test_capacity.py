"""Capacity and reserve of a volume: held on every write, told with what is needed, and counted in one form."""

import json
import os
import shutil
from pathlib import Path

import pytest

from whisky_assets.domain.errors import OutOfReachError, UsageError
from whisky_assets.domain.records import Listing
from whisky_assets.storage.capacity import Limits, Room, VolumeFacts
from whisky_assets.storage.copies import copy_segment
from whisky_assets.storage.places import segment_name
from whisky_assets.storage.segment_facts import Segment
from whisky_assets.storage.volumes import NewLimits
from whisky_assets_tests.storage.worlds import LATER, NOW, World, listing


@pytest.fixture
def other(world: World, tmp_path: Path) -> Path:
    """A second folder, added as the volume `other`."""
    folder = tmp_path / "other"
    folder.mkdir()
    world.store.volumes.add("other", "directory", str(folder), NOW)
    return folder


def limit(world: World, folder: Path, **told: int | str) -> None:
    world.store.volumes.add("other", "directory", str(folder), NOW, limits=NewLimits(**told))  # type: ignore[arg-type]  # each by its name


def written(world: World, number: int, volume: str = "local") -> Segment:
    noisy = listing(number, name=os.urandom(200).hex())
    return world.store.write(Listing, [noisy], partition="hanok", volume=volume, now=NOW)


def facts(world: World, name: str) -> VolumeFacts:
    return next(one for one in world.store.volumes.facts() if one.name == name)


def test_a_copy_that_passes_the_capacity_is_refused_before_a_byte_is_written(world: World, other: Path) -> None:
    first, second = written(world, 1), written(world, 2)
    limit(world, other, capacity_bytes=first.size_bytes + second.size_bytes - 1)
    copy_segment(world.store, first.id, "other", LATER)
    with pytest.raises(
        OutOfReachError, match=rf"no space left at volume other .* {second.size_bytes:,} bytes are needed"
    ):
        copy_segment(world.store, second.id, "other", LATER)
    assert sorted(path.name for path in other.rglob("*") if path.is_file()) == [f"{first.id}.parquet", "volume.json"]
    limit(world, other, capacity_bytes=first.size_bytes + second.size_bytes)
    copy_segment(world.store, second.id, "other", LATER)
    assert facts(world, "other").room_bytes == 0


def test_a_new_segment_that_passes_the_capacity_leaves_no_file(world: World, other: Path) -> None:
    limit(world, other, capacity_bytes=100)
    with pytest.raises(OutOfReachError, match="whisky storage add-volume"):
        written(world, 1, "other")
    assert [path.name for path in other.rglob("*") if path.is_file()] == ["volume.json"]
    assert world.store.segments("staged/listings") == ()


def test_the_reserve_stays_free_on_copies_and_on_new_segments(world: World, other: Path) -> None:
    segment = written(world, 1)
    limit(world, other, reserve_bytes=1 << 60)
    for work in (lambda: copy_segment(world.store, segment.id, "other", LATER), lambda: written(world, 2, "other")):
        with pytest.raises(OutOfReachError, match="stay in reserve"):
            work()
    assert [path.name for path in other.rglob("*") if path.is_file()] == ["volume.json"]
    limit(world, other, reserve_bytes=0)
    copy_segment(world.store, segment.id, "other", LATER)


def test_a_capacity_of_zero_takes_the_limit_away_and_the_class_stays(world: World, other: Path) -> None:
    limit(world, other, capacity_bytes=1, storage_class="cold")
    limit(world, other, capacity_bytes=0)
    row = world.store.volumes.row("other")
    assert (row.capacity_bytes, row.storage_class) == (None, "cold")


def test_what_cannot_be_meant_is_refused(world: World, other: Path) -> None:
    with pytest.raises(UsageError, match="fast, cold or off-site, not 'warm'"):
        limit(world, other, storage_class="warm")
    with pytest.raises(UsageError, match="0 bytes or more"):
        limit(world, other, reserve_bytes=-1)


def test_the_facts_say_what_lies_there_what_is_free_and_when_it_was_seen(world: World, other: Path) -> None:
    segment = written(world, 1)
    copy_segment(world.store, segment.id, "other", LATER)
    limit(world, other, capacity_bytes=10_000, reserve_bytes=7)
    local, second = world.store.volumes.facts(LATER)
    assert (local.name, local.used_bytes, local.is_here, local.same_disk_as) == (
        "local",
        segment.size_bytes,
        True,
        None,
    )
    assert (second.used_bytes, second.capacity_bytes, second.reserve_bytes) == (segment.size_bytes, 10_000, 7)
    assert second.free_bytes is not None
    assert second.room_bytes == 10_000 - segment.size_bytes
    assert second.seen_at == world.store.volumes.row("other").seen_at == LATER


def test_two_volumes_on_one_disk_are_told(world: World, other: Path) -> None:
    assert facts(world, "other").same_disk_as == "local"
    assert other.stat().st_dev == world.home.root.stat().st_dev


def test_an_absent_volume_says_why_and_keeps_when_it_was_seen(world: World, other: Path) -> None:
    other.rename(other.parent / "pulled")
    world.store.volumes.facts(LATER)
    found = facts(world, "other")
    assert (found.is_here, found.free_bytes, found.seen_at) == (False, None, NOW)
    assert found.why_absent.endswith("no folder there")


def test_a_full_sum_is_made_again_before_a_refusal() -> None:
    used = [90]
    room = Room(Limits(capacity_bytes=100), lambda: used[0])
    room.require("volume v", 10, None)
    room.add(10)
    used[0] = 50  # another process has taken something away
    room.require("volume v", 40, None)
    with pytest.raises(OutOfReachError, match="51 bytes are needed, 50 may be used of its capacity of 100"):
        room.require("volume v", 51, None)


def test_a_reserve_without_a_known_disk_is_kept_out_of_the_capacity() -> None:
    limits = Limits(capacity_bytes=100, reserve_bytes=10)
    assert (limits.room_bytes(50, None), limits.room_bytes(50, 1_000), limits.room_bytes(50, 30)) == (40, 50, 20)
    assert Limits().room_bytes(5, None) is None


def test_files_beside_segments_are_stored_listed_replaced_and_taken_away(world: World, other: Path) -> None:
    volume = world.store.volumes.get("other")
    volume.replace_file("state/note.txt", b"one")
    volume.replace_file("state/note.txt", b"two")
    assert [(file.path, file.size_bytes) for file in volume.files("state")] == [("state/note.txt", 3)]
    with volume.open_file("state/note.txt") as file:
        assert file.read() == b"two"
    volume.remove_file("state/note.txt")
    volume.remove_file("state/note.txt")
    assert list(volume.files("state")) == list(volume.files("nowhere")) == []
    segment = written(world, 1, "other")
    assert [found.segment for found in volume.segments()] == [segment.id]
    volume.remove(segment.dataset, segment.id)
    assert volume.size_of(segment.dataset, segment.id) is None
    assert not (other / segment_name(segment.dataset, segment.id)).exists()
    shutil.rmtree(other / "staged")
    assert json.loads((other / "volume.json").read_text())["uuid"] == volume.uuid
