"""Table versions: all rows, equal ones one version, carried segments not rewritten, people and verdicts apart."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whisky_assets.domain.errors import CorruptDataError, OutOfReachError, UsageError
from whisky_assets.domain.outcome import NewTable
from whisky_assets.domain.records import ArchiveFile, Listing, Page
from whisky_assets.storage import merging, parquet
from whisky_assets.storage.candidates import candidate, candidates
from whisky_assets.storage.parquet import SegmentFile
from whisky_assets.storage.places import segment_name
from whisky_assets.storage.row_digests import EMPTY, rows_digest
from whisky_assets.storage.tables import put_table, read_table
from whisky_assets.storage.versions import version_by_id
from whisky_assets_tests.storage.worlds import LATER, NOW, World, archive_file, listing, listings, page, verdict


def test_a_table_comes_back_whole_in_key_order(world: World) -> None:
    rows = [listing(number) for number in range(20)]
    version = put_table(world.store, listings(rows[::-1]), build="run 1", now=NOW)
    assert list(read_table(world.store, version, Listing)) == rows
    assert (version.rows, version.maker, version.key) == (20, "run 1", ("staged/listings", "hanok"))
    assert version.content_digest == rows_digest(Listing, rows).content


def test_the_same_rows_made_again_are_the_same_version_and_no_new_file(world: World) -> None:
    rows = [listing(number) for number in range(5)]
    first = put_table(world.store, listings(rows), build="run 1", now=NOW)
    second = put_table(world.store, listings(rows[::-1]), build="run 2", now=LATER)
    assert second == first
    assert len(world.store.segments("staged/listings")) == 1
    assert set(candidates(world.db, "run 2")) == {("staged/listings", "hanok")}


def test_a_change_of_volatile_columns_alone_is_a_version_of_the_same_content(world: World) -> None:
    first = put_table(world.store, listings([listing(1)]), build="run 1", now=NOW)
    second = put_table(world.store, listings([listing(1, seen=LATER)]), build="run 2", now=LATER)
    assert second.content_digest == first.content_digest
    assert second.id != first.id
    assert [row.last_seen for row in read_table(world.store, second, Listing)] == [LATER]


def test_carried_segments_are_part_of_the_version_and_are_not_written_again(world: World) -> None:
    old = put_table(world.store, listings([listing(1), listing(3)]), build="run 1", now=NOW)
    new = put_table(world.store, listings([listing(2)], carried=old.segments), build="run 2", now=LATER)
    assert new.segments[0] == old.segments[0]
    assert [row.source_id for row in read_table(world.store, new, Listing)] == ["0001", "0002", "0003"]
    whole = put_table(world.store, listings([listing(1), listing(2), listing(3)]), build="run 3", now=LATER)
    assert whole == new  # the same rows, however they were cut
    assert len(world.store.segments("staged/listings")) == 2


def test_all_carried_and_nothing_new_reads_no_file(world: World) -> None:
    segments = [world.store.write(Page, [page(number)], partition="hanok", now=NOW) for number in range(3)]
    for segment in segments:
        (world.home.local_volume / f"raw/pages/{segment.id[:2]}/{segment.id}.parquet").unlink()
    carried = tuple(segment.id for segment in segments)
    new = NewTable(dataset="raw/pages", rows=(), partition="hanok", carried=carried)
    version = put_table(world.store, new, build="run 1", now=NOW)
    assert version.rows == 3
    assert version.content_digest == rows_digest(Page, [page(number) for number in range(3)]).content


def test_segments_of_another_table_or_twice_are_not_carried(world: World) -> None:
    pages = world.store.write(Page, [page(1)], partition="hanok", now=NOW)
    with pytest.raises(ValueError, match=r"staged/listings\[hanok\] carries segment .* of raw/pages"):
        put_table(world.store, listings([], carried=(pages.id,)), build="run 1", now=NOW)
    old = put_table(world.store, listings([listing(1)]), build="run 1", now=NOW)
    with pytest.raises(ValueError, match="carried twice"):
        put_table(world.store, listings([], carried=old.segments * 2), build="run 1", now=NOW)
    with pytest.raises(UsageError, match="no segment ff is registered"):
        put_table(world.store, listings([], carried=("ff",)), build="run 1", now=NOW)


def test_a_table_without_rows_is_a_version_without_segments(world: World) -> None:
    version = put_table(world.store, listings([]), build="run 1", now=NOW)
    assert (version.rows, version.segments, version.content_digest) == (0, (), EMPTY)
    assert list(read_table(world.store, version, Listing)) == []


def test_each_persons_rows_lie_in_a_segment_of_their_own(world: World) -> None:
    rows = (archive_file("lee"), archive_file("kim"), archive_file("lee", b"[]"))
    version = put_table(world.store, NewTable(dataset="archives/files", rows=rows), build="run 1", now=NOW)
    segments = [world.store.segment(segment) for segment in version.segments]
    assert [(segment.person, segment.rows) for segment in segments] == [("kim", 1), ("lee", 2)]
    for segment in segments:
        assert {row.user for row in world.store.read([segment.id], ArchiveFile)} == {segment.person}
    assert sorted(read_table(world.store, version, ArchiveFile), key=str) == sorted(rows, key=str)


def test_one_persons_change_leaves_the_others_segment(world: World) -> None:
    before = put_table(
        world.store,
        NewTable(dataset="archives/files", rows=(archive_file("kim"), archive_file("lee"))),
        build="run 1",
        now=NOW,
    )
    after = put_table(
        world.store,
        NewTable(dataset="archives/files", rows=(archive_file("kim"), archive_file("lee", b"[]"))),
        build="run 2",
        now=LATER,
    )
    assert after.segments[0] == before.segments[0]
    assert after.segments[1] != before.segments[1]


def test_a_table_is_read_as_its_own_record_alone(world: World) -> None:
    version = put_table(world.store, listings([listing(1)]), build="run 1", now=NOW)
    with pytest.raises(ValueError, match="staged/listings read as raw/pages"):
        read_table(world.store, version, Page)


def test_verdicts_are_kept_with_the_candidate_and_fall_with_its_rows(world: World) -> None:
    good, bad = verdict("schema", passed=True), verdict("balance", passed=False, summary="3 rows too many")
    put_table(world.store, listings([listing(1)], good, bad), build="run 1", now=NOW)
    found = candidate(world.db, "run 1", "staged/listings", "hanok")
    assert found is not None
    assert found.checks == (bad, good)
    assert found.blocking == (bad,)
    put_table(world.store, listings([listing(1)]), build="run 1", now=LATER)  # the very same rows: judged already
    same = candidate(world.db, "run 1", "staged/listings", "hanok")
    assert same is not None
    assert same.checks == (bad, good)
    put_table(world.store, listings([listing(1), listing(2)], good), build="run 1", now=LATER)
    other = candidate(world.db, "run 1", "staged/listings", "hanok")
    assert other is not None
    assert other.checks == (good,)
    assert candidate(world.db, "run 2", "staged/listings", "hanok") is None


FEW_FILES = """
import resource, sys
from pathlib import Path
from whisky_assets.domain.outcome import NewTable
from whisky_assets.domain.records import ArchiveFile
from whisky_assets.storage.tables import put_table, read_table
from whisky_assets_tests.storage.worlds import NOW, archive_file, open_world
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
world = open_world(Path(sys.argv[1]))
rows = tuple(archive_file(f"user-{number:03d}") for number in range(120))
version = put_table(world.store, NewTable(dataset="archives/files", rows=rows), build="run 1", now=NOW)
assert list(read_table(world.store, version, ArchiveFile)) == list(rows)
"""


def test_more_people_than_files_may_be_open_are_read(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", FEW_FILES, str(tmp_path / "home")], check=True)


def test_more_overlapping_segments_than_stay_open_come_back_in_key_order(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "MOST_OPEN", 3)
    monkeypatch.setattr(parquet, "GROUP_ROWS", 4)
    version = None
    for start in range(8):  # 0, 8, 16, ...; 1, 9, 17, ...: every segment reaches through the whole table
        carried = () if version is None else version.segments
        rows = [listing(number) for number in range(start, 80, 8)]
        version = put_table(world.store, listings(rows, carried=carried), build=f"run {start}", now=NOW)
    assert version is not None
    assert list(read_table(world.store, version, Listing)) == [listing(number) for number in range(80)]


def test_rows_of_a_segment_are_read_when_the_order_comes_to_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = tuple(archive_file(f"user-{number:03d}") for number in range(20))
    version = put_table(world.store, NewTable(dataset="archives/files", rows=rows), build="run 1", now=NOW)
    groups: list[int] = []
    read_group = SegmentFile.group

    def counted(file: SegmentFile, index: int) -> Any:
        groups.append(index)
        return read_group(file, index)

    monkeypatch.setattr(SegmentFile, "group", counted)
    reading = read_table(world.store, version, ArchiveFile)
    assert [next(reading) for _ in range(3)] == list(rows[:3])
    assert len(groups) == 3


def test_damage_met_in_a_merge_is_named(world: World) -> None:
    first = put_table(world.store, listings([listing(1)]), build="run 1", now=NOW)
    both = put_table(world.store, listings([listing(2)], carried=first.segments), build="run 2", now=NOW)
    path = world.home.local_volume / segment_name("staged/listings", first.segments[0])
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    with pytest.raises(CorruptDataError, match=f"segment {first.segments[0]} .* on volume local is damaged"):
        list(read_table(world.store, both, Listing))


def lose(world: World, segment: str) -> None:
    (world.home.local_volume / segment_name("staged/listings", segment)).unlink()


def test_rows_whose_file_is_lost_are_written_again_for_every_version_that_holds_them(world: World) -> None:
    first = put_table(world.store, listings([listing(1)]), build="run 1", now=NOW)
    both = put_table(world.store, listings([listing(2)], carried=first.segments), build="run 2", now=NOW)
    lose(world, first.segments[0])
    again = put_table(world.store, listings([listing(1)]), build="run 3", now=LATER)
    assert again.id == first.id
    assert list(read_table(world.store, again, Listing)) == [listing(1)]
    with world.db.reading() as connection:
        healed = version_by_id(connection, both.id)
    assert list(read_table(world.store, healed, Listing)) == [listing(1), listing(2)]
    assert first.segments[0] not in {segment.id for segment in world.store.segments("staged/listings")}


def test_a_lost_version_is_made_again_of_other_segments(world: World) -> None:
    whole = put_table(world.store, listings([listing(1), listing(2)]), build="run 1", now=NOW)
    half = put_table(world.store, listings([listing(1)]), build="run 2", now=NOW)
    lose(world, whole.segments[0])
    again = put_table(world.store, listings([listing(2)], carried=half.segments), build="run 3", now=LATER)
    assert again.id == whole.id
    assert list(read_table(world.store, again, Listing)) == [listing(1), listing(2)]
    assert whole.segments[0] not in {segment.id for segment in world.store.segments("staged/listings")}


def test_an_unchanged_table_on_an_absent_drive_asks_nothing_of_it(world: World, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    world.store.volumes.add("drive", "directory", str(drive), NOW)
    version = put_table(world.store, listings([listing(1)]), build="run 1", volume="drive", now=NOW)
    drive.rename(tmp_path / "pulled")
    assert put_table(world.store, listings([listing(1)]), build="run 2", volume="drive", now=LATER) == version


def test_an_absent_drive_that_holds_the_rows_fails_no_local_write(world: World, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    world.store.volumes.add("drive", "directory", str(drive), NOW)
    version = put_table(world.store, listings([listing(1)]), build="run 1", volume="drive", now=NOW)
    drive.rename(tmp_path / "pulled")
    again = put_table(world.store, listings([listing(1)]), build="run 2", now=LATER)
    assert again.id == version.id
    assert list(read_table(world.store, again, Listing)) == [listing(1)]
    with pytest.raises(OutOfReachError, match="external drive not attached"):
        put_table(world.store, listings([listing(1)]), build="run 3", volume="drive", now=LATER)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(st.integers(0, 40), unique=True, max_size=20), st.integers(0, 20))
def test_however_rows_are_cut_into_carried_and_new_the_table_is_the_same(
    world: World, numbers: Sequence[int], at: int
) -> None:
    rows = [listing(number) for number in numbers]
    first = put_table(world.store, listings(rows[:at]), build="run 1", now=NOW)
    cut = put_table(world.store, listings(rows[at:], carried=first.segments), build="run 2", now=NOW)
    whole = put_table(world.store, listings(rows), build="run 3", now=NOW)
    assert whole == cut
    assert list(read_table(world.store, whole, Listing)) == [listing(number) for number in sorted(numbers)]
