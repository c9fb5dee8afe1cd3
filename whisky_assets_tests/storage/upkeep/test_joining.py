"""Small segments of a feed's pages are joined: the same rows in fewer bytes, wherever they lay, and nothing is lost."""

import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from whisky_assets.domain.errors import CorruptDataError, OutOfReachError, UsageError
from whisky_assets.domain.outcome import NewTable, Quiet
from whisky_assets.domain.records import Page
from whisky_assets.storage.copies import copy_segment
from whisky_assets.storage.digest import storage_digest
from whisky_assets.storage.recovery.adoption import adopt
from whisky_assets.storage.segment_facts import Segment
from whisky_assets.storage.tables import put_table, read_table
from whisky_assets.storage.upkeep import joining
from whisky_assets.storage.upkeep.joining import LEAST_PARTS, SETTLED, SMALL_BYTES, cut_in_groups, groups_to_join, join
from whisky_assets.storage.upkeep.retiring import UNLINKED_AFTER, unlink_due
from whisky_assets.storage.versions import TableVersion, version_by_id
from whisky_assets.storage.volumes import NewLimits
from whisky_assets_tests.storage.injection import Point, disturbed, was_killed
from whisky_assets_tests.storage.worlds import NOW, World, open_world, page

LATER = NOW + SETTLED


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = open_world(tmp_path / "home")
    yield made
    made.db.close()


def pages_in_small_segments(world: World, count: int = LEAST_PARTS, feed: str = "hanok") -> list[Segment]:
    """Writes two pages a segment, of one frame as a shop's are."""
    frame = b"<html>" + b"".join(b"<li class='product'>cask %d</li>" % number for number in range(200))
    return [
        world.store.write(
            Page,
            [page(2 * place + one, feed=feed, body=frame + str(place).encode()) for one in (1, 0)],
            partition=feed,
            now=NOW,
        )
        for place in range(count)
    ]


def all_pages(world: World) -> list[Page]:
    segments = [segment.id for segment in world.store.segments("raw/pages")]
    return sorted(world.store.read(segments, Page), key=lambda row: (row.feed, row.url, row.fetched_at))


def test_the_same_rows_lie_in_one_segment_of_a_fraction_of_the_bytes(world: World) -> None:
    parts = pages_in_small_segments(world)
    before, digest = all_pages(world), storage_digest(world.db)
    joined = join(world.store, parts, LATER)
    assert joined.segment is not None
    assert world.store.segments("raw/pages") == (joined.segment,)
    assert all_pages(world) == before
    assert storage_digest(world.db) == digest
    assert joined.segment.size_bytes < sum(part.size_bytes for part in parts) / 3
    assert joined.saved_bytes == sum(part.size_bytes for part in parts) - joined.segment.size_bytes


def test_its_copy_is_proven_and_it_is_as_old_as_its_youngest_part(world: World) -> None:
    joined = join(world.store, pages_in_small_segments(world), LATER)
    assert joined.segment is not None
    (copy,) = world.store.copies(joined.segment.id)
    assert copy.verified_at == LATER
    assert joined.segment.created_at == NOW


def test_the_old_files_stay_a_day_for_who_reads_them_and_go_then(world: World) -> None:
    parts = pages_in_small_segments(world)
    volume = world.store.volumes.get("local")
    with world.store.opened(parts[0]) as (file, _volume):
        join(world.store, parts, LATER)
        assert len(file.read()) == parts[0].size_bytes
    assert unlink_due(world.store, LATER, Quiet()).files == 0
    assert unlink_due(world.store, LATER + UNLINKED_AFTER, Quiet()).files == len(parts)
    assert volume.size_of("raw/pages", parts[0].id) is None
    assert len(all_pages(world)) == 2 * len(parts)


def test_it_lies_on_every_volume_that_held_one_of_them(world: World, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    world.store.volumes.add("drive", "directory", str(drive), NOW)
    parts = pages_in_small_segments(world)
    copy_segment(world.store, parts[3].id, "drive", NOW)
    joined = join(world.store, parts, LATER)
    assert joined.segment is not None
    assert {copy.volume for copy in world.store.copies(joined.segment.id)} == {"local", "drive"}
    world.store.volumes.get("drive").verify("raw/pages", joined.segment.id, joined.segment.size_bytes)


def test_while_a_drive_with_one_of_them_is_away_nothing_is_joined(world: World, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    world.store.volumes.add("drive", "directory", str(drive), NOW)
    parts = pages_in_small_segments(world)
    copy_segment(world.store, parts[0].id, "drive", NOW)
    drive.rename(tmp_path / "elsewhere")
    joined = join(world.store, parts, LATER)
    assert joined.segment is None
    assert joined.why_not.startswith("waits for volume drive")
    assert len(world.store.segments("raw/pages")) == len(parts)


def test_a_damaged_part_is_named_and_nothing_changes(world: World) -> None:
    parts = pages_in_small_segments(world)
    (path,) = world.home.local_volume.rglob(f"{parts[2].id}.parquet")
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)
    with pytest.raises(CorruptDataError, match=parts[2].id):
        join(world.store, parts, LATER)
    assert world.store.segments("raw/pages") == tuple(sorted(parts, key=lambda one: (one.created_at, one.id)))
    assert list(world.home.local_volume.rglob(".tmp-*")) == []


def version_of(world: World, parts: list[Segment], build: str) -> TableVersion:
    carried = tuple(part.id for part in parts)
    table = NewTable(
        dataset="raw/pages", partition="hanok", rows=(), carried=carried, made=0, carried_rows=1, checks=()
    )
    return put_table(world.store, table, build=build, now=NOW)


def test_a_version_that_holds_all_of_them_is_the_same_version_made_of_the_new_one(world: World) -> None:
    parts = pages_in_small_segments(world)
    alone = world.store.write(Page, [page(999)], partition="hanok", now=LATER)
    version = version_of(world, [*parts, alone], "b")
    rows = list(read_table(world.store, version, Page))
    joined = join(world.store, parts, LATER)
    assert joined.segment is not None
    with world.db.reading() as connection:
        held = version_by_id(connection, version.id)
    assert set(held.segments) == {joined.segment.id, alone.id}
    assert list(read_table(world.store, held, Page)) == rows
    assert held.content_digest == version.content_digest


def test_a_version_that_holds_some_of_them_keeps_all_as_they_are(world: World) -> None:
    parts = pages_in_small_segments(world)
    version_of(world, parts[:3], "b")
    assert join(world.store, parts, LATER).why_not == "a table version is made of some of them and not of all"
    assert len(world.store.segments("raw/pages")) == len(parts)


def test_segments_of_two_crawls_come_together_once_no_version_tells_them_apart(world: World) -> None:
    first = pages_in_small_segments(world, LEAST_PARTS // 2)
    early = version_of(world, first, "first")
    second = [
        world.store.write(Page, [page(500 + number)], partition="hanok", now=NOW) for number in range(LEAST_PARTS // 2)
    ]
    version_of(world, [*first, *second], "second")
    assert groups_to_join(world.store, "raw/pages", LATER) == []
    with world.db.transaction() as connection:
        connection.execute("DELETE FROM candidates WHERE version = ?", (early.id,))
        connection.execute("DELETE FROM version_segments WHERE version = ?", (early.id,))
        connection.execute("DELETE FROM versions WHERE id = ?", (early.id,))
    (group,) = groups_to_join(world.store, "raw/pages", LATER)
    assert join(world.store, group, LATER).segment is not None


def test_a_joined_part_that_is_asked_for_by_its_name_is_told_as_such(world: World) -> None:
    parts = pages_in_small_segments(world)
    join(world.store, parts, LATER)
    with pytest.raises(UsageError, match=parts[0].id):
        list(world.store.read([parts[0].id], Page))


def test_joined_segments_are_joined_again_with_younger_ones(world: World) -> None:
    join(world.store, pages_in_small_segments(world), LATER)
    more = [
        world.store.write(Page, [page(1000 + number, body=b"%d" % number)], partition="hanok", now=LATER)
        for number in range(LEAST_PARTS - 1)
    ]
    (group,) = groups_to_join(world.store, "raw/pages", LATER + SETTLED)
    assert set(group) >= set(more)
    before = all_pages(world)
    assert join(world.store, group, LATER + SETTLED).segment is not None
    assert all_pages(world) == before
    assert len(world.store.segments("raw/pages")) == 1


def adopt_all(world: World) -> None:
    for row in world.store.volumes.rows():
        adopt(world.store, row.name, LATER, Quiet())


def test_a_drive_that_is_full_leaves_all_as_it_was_and_no_file_behind(world: World, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    world.store.volumes.add("drive", "directory", str(drive), NOW)
    parts = pages_in_small_segments(world)
    copy_segment(world.store, parts[3].id, "drive", NOW)
    world.store.volumes.add("drive", "directory", str(drive), NOW, limits=NewLimits(capacity_bytes=parts[3].size_bytes))
    before = all_pages(world)
    with pytest.raises(OutOfReachError, match="no space left at volume drive"):
        join(world.store, parts, LATER)
    assert len(list(world.home.local_volume.rglob("raw/pages/*/*.parquet"))) == len(parts)
    adopt_all(world)
    assert all_pages(world) == before


def test_a_kill_before_the_commit_leaves_a_file_that_nobody_takes_for_rows_of_its_own(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = pages_in_small_segments(world)
    before = all_pages(world)

    def kill(*_arguments: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(joining, "_put_in_place", kill)
    with pytest.raises(KeyboardInterrupt):
        join(world.store, parts, LATER)
    assert len(list(world.home.local_volume.rglob("raw/pages/*/*.parquet"))) == len(parts) + 1
    adopt_all(world)
    assert all_pages(world) == before
    assert len(world.store.segments("raw/pages")) == len(parts)


def test_a_joined_file_is_adopted_where_one_of_its_parts_is_gone(world: World) -> None:
    parts = pages_in_small_segments(world)
    before = all_pages(world)
    joined = join(world.store, parts, LATER).segment
    assert joined is not None
    with world.db.transaction() as connection:  # a database that knows nothing of it any more
        for table in ("copies", "segments", "retired_copies", "dropped_segments"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names of this test
        connection.execute("DELETE FROM dropped_segments")
    (path,) = world.home.local_volume.rglob(f"{parts[0].id}.parquet")
    path.unlink()
    adopt_all(world)
    assert {row.url for row in all_pages(world)} == {row.url for row in before}


def segment_of(number: int, *, size_bytes: int = 1_000, created_at: datetime = NOW, feed: str = "hanok") -> Segment:
    return Segment(
        id=f"{number:064x}",
        dataset="raw/pages",
        partition=feed,
        person=None,
        rows=1,
        size_bytes=size_bytes,
        content_digest="0" * 64,
        full_digest="0" * 64,
        footer_sha256="0" * 64,
        schema_version=1,
        created_at=created_at,
    )


def test_each_feed_is_a_group_of_its_own_and_few_or_large_or_young_ones_are_left() -> None:
    hanok = [segment_of(number) for number in range(LEAST_PARTS)]
    few = [segment_of(100 + number, feed="kaisei") for number in range(LEAST_PARTS - 1)]
    large = [segment_of(200 + number, feed="oriel", size_bytes=SMALL_BYTES) for number in range(LEAST_PARTS)]
    young = [segment_of(300 + number, feed="brae", created_at=LATER) for number in range(LEAST_PARTS)]
    assert cut_in_groups([*few, *large, *hanok, *young], {}, LATER) == [tuple(hanok)]


def test_a_group_is_cut_where_it_would_be_too_many_or_too_large() -> None:
    many = [segment_of(number, created_at=NOW + timedelta(seconds=number)) for number in range(80)]
    assert [len(group) for group in cut_in_groups(many, {}, LATER + SETTLED)] == [64, 16]
    large = [segment_of(number, size_bytes=SMALL_BYTES - 1) for number in range(17)]
    assert [len(group) for group in cut_in_groups(large, {}, LATER)] == [8, 8]


JOINING = """
import sys
from pathlib import Path
from whisky_assets_tests.storage.worlds import open_world
from whisky_assets_tests.storage.upkeep.test_joining import LATER
from whisky_assets.storage.upkeep.joining import join
world = open_world(Path(sys.argv[1]))
join(world.store, world.store.segments("raw/pages"), LATER)
world.db.close()
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("call", ["write", "fsync", "renameat", "pwrite64"])
def test_a_kill_at_any_call_leaves_all_pages_once(tmp_path: Path, strace: str, call: str) -> None:
    kills = 0
    while True:
        root = tmp_path / str(kills)
        world = open_world(root)
        pages_in_small_segments(world)
        before = all_pages(world)
        world.db.close()
        point = Point(call, kills + 1)
        ended = disturbed(strace, point, "signal=KILL", [sys.executable, "-c", JOINING, str(root)]).returncode
        world = open_world(root)
        assert all_pages(world) == before
        assert len(world.store.segments("raw/pages")) in (1, LEAST_PARTS)
        world.db.close()
        if ended == 0:
            break
        assert was_killed(ended)
        kills += 1
    assert kills
