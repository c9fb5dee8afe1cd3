"""Files without a row are registered again by their footers; strangers are put aside, and what was dropped stays so."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from whisky_assets.domain.outcome import Quiet
from whisky_assets.domain.records import ArchiveFile, Page
from whisky_assets.storage.copies import copy_segment, unregistered
from whisky_assets.storage.parts import part_of
from whisky_assets.storage.places import LOCAL, segment_name
from whisky_assets.storage.recovery.adoption import Adoption, adopt, unknown_files
from whisky_assets.storage.recovery.erasures import record_erasure
from whisky_assets.storage.segment_facts import Segment, forget_unused
from whisky_assets_tests.storage.recovery.days import watched_world
from whisky_assets_tests.storage.worlds import LATER, NOW, World, archive_file, page


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A home whose changes are noted."""
    with watched_world(tmp_path / "home") as opened:
        yield opened


def left_by_a_killed_writer(world: World, *numbers: int) -> Segment:
    """A durable file that no row acknowledges."""
    return world.store.publish(part_of(Page, map(page, numbers), partition="hanok"), now=NOW).segment


def adopted(world: World, volume: str = LOCAL, *, drop_missing: bool = False) -> Adoption:
    return adopt(world.store, volume, LATER, Quiet(), drop_missing=drop_missing)


def path_of(world: World, segment: Segment) -> Path:
    return world.home.local_volume / segment_name(segment.dataset, segment.id)


def test_a_killed_writers_file_is_registered_with_all_that_its_writer_knew(world: World) -> None:
    segment = left_by_a_killed_writer(world, 1, 2)
    assert unknown_files(world.store, LOCAL) == 1
    told = adopted(world)
    assert (told.files, told.segments, told.copies) == (1, 1, 1)
    assert world.store.segments("raw/pages") == (segment,)
    assert list(world.store.read([segment.id], Page)) == [page(1), page(2)]
    assert unregistered(world.store, LOCAL) == ()
    assert adopted(world).segments == 0


def test_a_persons_file_is_registered_as_theirs(world: World) -> None:
    segment = world.store.publish(part_of(ArchiveFile, [archive_file("kim")], person="kim"), now=NOW).segment
    adopted(world)
    assert world.store.segments("archives/files") == (segment,)
    assert segment.person == "kim"


def test_a_copy_of_a_known_segment_is_registered_beside_the_others(world: World, tmp_path: Path) -> None:
    (tmp_path / "drive").mkdir()
    world.store.volumes.add("drive", "directory", str(tmp_path / "drive"), NOW)
    segment = world.store.write(Page, [page(1)], partition="hanok", now=NOW)
    copy_segment(world.store, segment.id, "drive", NOW)
    with world.db.transaction() as connection:
        connection.execute("DELETE FROM copies WHERE volume = 'drive'")
    told = adopted(world, "drive")
    assert (told.segments, told.copies) == (0, 1)
    assert {copy.volume for copy in world.store.copies(segment.id)} == {LOCAL, "drive"}


@pytest.mark.parametrize("place", ["body", "footer", "cut", "no Parquet", "of another table"])
def test_a_stranger_is_moved_to_quarantine_and_kept(world: World, place: str) -> None:
    segment = left_by_a_killed_writer(world, 1)
    path = path_of(world, segment)
    content = path.read_bytes()
    target = path
    if place == "of another table":
        target = world.home.local_volume / segment_name("core/offers", segment.id)
        target.parent.mkdir(parents=True)
        path.rename(target)
    elif place == "no Parquet":
        import hashlib

        content = b"a photo"
        target = world.home.local_volume / segment_name("raw/pages", hashlib.sha256(content).hexdigest())
        path.unlink()
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(content)
    else:
        at = {"body": 100, "footer": len(content) - 20, "cut": 0}[place]
        content = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :] if at else content[:200]
        path.write_bytes(content)
    told = adopted(world)
    assert told.segments == 0
    ((aside, _why),) = told.strangers
    assert aside.startswith("quarantine/")
    assert (world.home.local_volume / aside).read_bytes() == content
    assert not target.exists()
    assert adopted(world).files == 0


def test_a_segment_that_was_dropped_on_purpose_does_not_come_back(world: World) -> None:
    segment = world.store.write(Page, [page(1)], partition="hanok", now=NOW)
    with world.db.transaction() as connection:
        forget_unused(connection, [segment.id])
    told = adopted(world)
    assert (told.segments, [why for _path, why in told.left]) == (0, ["it was dropped on purpose"])
    assert path_of(world, segment).exists()
    assert world.store.write(Page, [page(1)], partition="hanok", now=NOW) == segment
    assert adopted(world).left == []


def test_a_file_of_an_erased_person_does_not_come_back_but_what_they_brought_later_does(world: World) -> None:
    before = world.store.publish(part_of(ArchiveFile, [archive_file("kim")], person="kim"), now=NOW).segment
    with world.db.transaction() as connection:
        record_erasure(connection, "kim", NOW)
    later = world.store.publish(part_of(ArchiveFile, [archive_file("kim", b"[]")], person="kim"), now=LATER).segment
    other = world.store.publish(part_of(ArchiveFile, [archive_file("lee")], person="lee"), now=NOW).segment
    told = adopted(world)
    assert [why for _path, why in told.left] == ["it is of a person who was erased"]
    assert set(world.store.segments("archives/files")) == {later, other}
    assert path_of(world, before).exists()


def test_a_registered_copy_that_is_rotten_is_left_to_those_who_repair(world: World) -> None:
    segment = world.store.write(Page, [page(1)], partition="hanok", now=NOW)
    path_of(world, segment).write_bytes(b"rot")
    assert adopted(world).strangers == []
    assert path_of(world, segment).read_bytes() == b"rot"
    told = adopted(world, drop_missing=True)
    assert len(told.strangers) == 1
    assert told.lost == [("raw/pages", segment.id)]
    assert world.store.copies(segment.id) == ()


def test_other_files_of_an_owners_drive_are_not_touched(world: World) -> None:
    photo = world.home.local_volume / "photos" / "2026" / "ab" / "holiday.parquet"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"a photo")
    assert adopted(world, drop_missing=True).files == 0
    assert photo.read_bytes() == b"a photo"


class _Meanwhile(Quiet):
    """Does something after the first file was looked at, before it is registered."""

    def __init__(self, what: Callable[[], None]) -> None:
        self._what: list[Callable[[], None]] = [what]

    def advance(self, parts: int = 1) -> None:
        del parts
        if self._what:
            self._what.pop()()


def test_who_is_erased_while_their_file_is_looked_at_does_not_come_back(world: World) -> None:
    world.store.publish(part_of(ArchiveFile, [archive_file("kim")], person="kim"), now=NOW)

    def erase() -> None:
        with world.db.transaction() as connection:
            record_erasure(connection, "kim", LATER)

    adopt(world.store, LOCAL, LATER, _Meanwhile(erase))
    assert world.store.segments("archives/files") == ()
    assert "person who was erased" in adopted(world).left[0][1]


def test_what_is_dropped_while_its_file_is_looked_at_stays_dropped(world: World) -> None:
    segment = world.store.write(Page, [page(1)], partition="hanok", now=NOW)
    with world.db.transaction() as connection:
        connection.execute("DELETE FROM copies")

    def drop() -> None:
        with world.db.transaction() as connection:
            forget_unused(connection, [segment.id])

    told = adopt(world.store, LOCAL, LATER, _Meanwhile(drop))
    assert (told.segments, told.copies) == (0, 0)
    assert world.store.segments("raw/pages") == ()
