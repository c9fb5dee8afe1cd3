"""A state database that was lost, damaged or rolled back comes back equal, whatever of its backups is left."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from whisky_assets.domain.errors import BusyError, UsageError
from whisky_assets.domain.outcome import Quiet
from whisky_assets.domain.records import Page
from whisky_assets.storage.copies import copy_segment
from whisky_assets.storage.places import segment_name
from whisky_assets.storage.recovery.rebuild import Place, rebuild_state
from whisky_assets.storage.recovery.state_backup import back_up_state
from whisky_assets.storage.recovery.state_seals import sealer, unsealer
from whisky_assets.storage.recovery.whole_state import DAMAGED, MISSING, WHOLE
from whisky_assets.storage.schema import MIGRATIONS
from whisky_assets_tests.storage.recovery.days import (
    Rows,
    digest_of,
    end_a_day,
    lose_backups,
    lose_state,
    rebuilt,
    truth,
    watched_world,
    work_a_day,
)
from whisky_assets_tests.storage.worlds import NOW, World

DAYS = 3


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of the home."""
    return tmp_path / "home"


def worked(root: Path, days: int = DAYS) -> tuple[World, Rows, str]:
    """A closed home after some days, with the rows and the digest that it had."""
    with watched_world(root) as world:
        for day in range(days):
            work_a_day(world, day)
            end_a_day(world, day)
        return world, truth(world), digest_of(world)


def backups(root: Path) -> list[Path]:
    return sorted((root / "volumes" / "local" / "state").iterdir())


def flip(path: Path, at: float) -> None:
    content = bytearray(path.read_bytes())
    content[int(at * (len(content) - 1))] ^= 1
    path.write_bytes(content)


def assert_equal(root: Path, rows: Rows, digest: str) -> None:
    with watched_world(root) as world:
        assert truth(world) == rows
        assert digest_of(world) == digest
        assert world.db.check() == ()


def test_from_its_newest_backup(root: Path) -> None:
    world, rows, digest = worked(root)
    lose_state(root)
    told = rebuilt(world)
    assert (told.whole.standing, told.is_replaced, told.aside, told.events) == (MISSING, True, None, 0)
    assert told.whole.backup is not None
    assert_equal(root, rows, digest)


def test_from_the_volumes_alone(root: Path) -> None:
    world, rows, digest = worked(root)
    lose_state(root)
    lose_backups(root)
    told = rebuilt(world)
    assert (told.whole.backup, told.missing, told.dangling, told.unreadable) == (None, [], {}, [])
    assert_equal(root, rows, digest)


@pytest.mark.parametrize("at", [0.0, 0.3, 0.7, 1.0])
def test_from_the_backup_before_a_damaged_one_and_the_events_after_it(root: Path, at: float) -> None:
    world, rows, digest = worked(root)
    flip(backups(root)[-1], at)
    lose_state(root)
    told = rebuilt(world)
    assert told.whole.backup is not None
    assert told.whole.backup.path.endswith(backups(root)[-2].name)
    assert len(told.whole.refused) == 1
    assert told.events > 0
    assert_equal(root, rows, digest)


@pytest.mark.parametrize("at", [0.0, 0.001, 0.5, 0.999])
def test_a_damaged_database_is_kept_aside_and_replaced(root: Path, at: float) -> None:
    world, rows, digest = worked(root)
    path = root / "state.sqlite"
    content = bytearray(path.read_bytes())
    start = int(at * (len(content) - 4096))
    content[start : start + 4096] = b"\xff" * 4096
    path.write_bytes(content)
    told = rebuilt(world)
    assert told.whole.standing == DAMAGED
    assert told.aside is not None
    assert (told.aside / "state.sqlite").read_bytes() == bytes(content)
    assert_equal(root, rows, digest)


def test_a_database_that_was_rolled_back_takes_what_is_newer(root: Path) -> None:
    old = root.parent / "old.sqlite"
    with watched_world(root) as world:
        work_a_day(world, 0)
        end_a_day(world, 0)
        with world.db.reading() as connection, closing(sqlite3.connect(old)) as copied:
            connection.backup(copied)
        for day in (1, 2):
            work_a_day(world, day)
            end_a_day(world, day, backup=False)
        rows, digest = truth(world), digest_of(world)
    lose_state(root)
    shutil.copy(old, root / "state.sqlite")
    told = rebuilt(world)
    assert (told.whole.standing, told.whole.is_standing, told.is_replaced) == (WHOLE, True, True)
    assert_equal(root, rows, digest)


def test_a_good_database_is_left_as_it_is(root: Path) -> None:
    world, rows, digest = worked(root)
    before = (root / "state.sqlite").read_bytes()
    told = rebuilt(world)
    assert (told.is_needed, told.is_replaced) == (False, False)
    assert (root / "state.sqlite").read_bytes() == before
    assert_equal(root, rows, digest)


def test_a_good_database_with_work_of_since_keeps_it(root: Path) -> None:
    worked(root)
    with watched_world(root) as world:
        work_a_day(world, DAYS)
        rows, digest = truth(world), digest_of(world)
    stray = root / "volumes" / "local" / segment_name("raw/pages", "a" * 64)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"no segment")
    assert rebuilt(world).is_replaced
    assert_equal(root, rows, digest)


def test_the_plan_changes_nothing(root: Path) -> None:
    world, _rows, _digest = worked(root)
    lose_state(root)
    stray = root / "volumes" / "local" / segment_name("raw/pages", "a" * 64)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"no segment")
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file() and path.name != "rebuild.lock"}
    told = rebuilt(world, replace=False)
    assert (told.is_needed, told.is_replaced) == (True, False)
    assert [path for path, _why in told.volumes[0].strangers] == [segment_name("raw/pages", "a" * 64)]
    after = {path: path.read_bytes() for path in root.rglob("*") if path.is_file() and path.name != "rebuild.lock"}
    assert after == before


def test_work_goes_on_after_it_as_if_nothing_had_been(root: Path, tmp_path: Path) -> None:
    digests = []
    for place in (root, tmp_path / "undisturbed"):
        world, _rows, _digest = worked(place)
        if place == root:
            lose_state(place)
            lose_backups(place)
            rebuilt(world)
        with watched_world(place) as goes_on:
            work_a_day(goes_on, DAYS)
            end_a_day(goes_on, DAYS)
            digests.append(digest_of(goes_on))
    assert digests[0] == digests[1]


def test_rebuilt_twice_it_is_lost_and_rebuilt_again(root: Path) -> None:
    world, rows, digest = worked(root)
    for _again in range(3):
        lose_state(root)
        lose_backups(root)
        rebuilt(world)
        with watched_world(root) as between:
            end_a_day(between, 50)
    with watched_world(root) as after:
        found = truth(after)
        # All rows were published anew each time, so there are more segments of events.
        of_events = {"segments", "copies"}
        assert all(found[name] >= rows[name] for name in of_events)
        assert {name for name in rows if found[name] != rows[name]} <= of_events
        assert digest_of(after) == digest


def test_a_killed_run_loses_at_most_what_no_event_told(root: Path) -> None:
    worked(root)
    with watched_world(root) as world:
        work_a_day(world, DAYS)
        pages = {segment.id for segment in world.store.segments("raw/pages")}
    lose_state(root)
    told = rebuilt(world)
    assert told.volumes[0].segments > 0
    with watched_world(root) as after:
        assert {segment.id for segment in after.store.segments("raw/pages")} == pages
        assert after.db.check() == ()


@pytest.mark.parametrize("at", [0.0, 0.2, 0.5, 0.8, 1.0])
def test_a_damaged_segment_of_events_is_told_and_the_rest_is_rebuilt(root: Path, at: float) -> None:
    world, _rows, _digest = worked(root)
    lose_state(root)
    lose_backups(root)
    damaged = min((root / "volumes" / "local" / "storage" / "events").rglob("*.parquet"))
    flip(damaged, at)
    told = rebuilt(world)
    assert [why for _path, why in told.volumes[0].strangers] == ["its bytes are not what its name says"]
    assert not damaged.exists()
    assert list((root / "volumes" / "local" / "quarantine").iterdir())
    with watched_world(root) as after:
        assert after.db.check() == ()
        assert after.store.segments("raw/pages")


def test_what_only_a_lost_file_held_is_told_as_missing(root: Path) -> None:
    world, _rows, _digest = worked(root)
    gone = min((root / "volumes" / "local" / "raw" / "pages").rglob("*.parquet"))
    gone.unlink()
    lose_state(root)
    told = rebuilt(world)
    assert told.missing == [("raw/pages", gone.stem)]
    assert told.volumes[0].lost == [("raw/pages", gone.stem)]


def test_two_at_once_are_one_after_the_other(root: Path) -> None:
    world, _rows, _digest = worked(root)
    lose_state(root)
    inner: list[BaseException] = []

    class Meanwhile(Quiet):
        def start(self, label: str, total: int | None) -> None:
            del label, total
            try:
                rebuilt(world)
            except BusyError as error:
                inner.append(error)

    told = rebuild_state(world.home, MIGRATIONS, NOW, Meanwhile(), replace=True)
    assert told.is_replaced
    assert inner
    assert all("another rebuild" in str(error) for error in inner)


def test_a_commit_under_way_is_not_cut_off(root: Path) -> None:
    worked(root)
    with watched_world(root) as world:
        path = root / "volumes" / "local" / segment_name("raw/pages", "a" * 64)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"no segment")
        with world.db.transaction(), pytest.raises(BusyError, match="a commit"):
            rebuilt(world)


def test_a_drive_alone_brings_a_home_back(root: Path, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    with watched_world(root) as world:
        world.store.volumes.add("external", "directory", str(drive), NOW)
        for day in range(DAYS):
            work_a_day(world, day)
            end_a_day(world, day)
        for dataset in ("raw/pages", "staged/listings", "archives/files", "storage/events", "storage/personal_events"):
            for segment in world.store.segments(dataset):
                copy_segment(world.store, segment.id, "external", NOW)
        digest = digest_of(world)
    lose_state(root)
    shutil.rmtree(root / "volumes")
    (root / "volumes" / "local").mkdir(parents=True)
    shutil.rmtree(drive / "state")
    told = rebuilt(world, place=drive)
    assert told.missing == []
    with watched_world(root) as after:
        assert {row.name for row in after.store.volumes.rows()} == {"local", "external"}
        assert digest_of(after) == digest
        pages = [segment.id for segment in after.store.segments("raw/pages")]
        assert len(list(after.store.read(pages, Page))) == 2 * DAYS


def test_a_drive_that_only_an_event_names_tells_what_is_newer(root: Path, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    with watched_world(root) as world:
        world.store.volumes.add("external", "directory", str(drive), NOW)
        for day in range(DAYS):
            work_a_day(world, day)
            end_a_day(world, day)
        newest = world.store.segments("storage/events")[-1]
        copy_segment(world.store, newest.id, "external", NOW)
        (root / "volumes" / "local" / segment_name("storage/events", newest.id)).unlink()
        digest = digest_of(world)
    lose_state(root)
    lose_backups(root)
    shutil.rmtree(drive / "state")
    told = rebuilt(world)
    assert (told.missing, told.dangling) == ([], {})
    with watched_world(root) as after:
        assert digest_of(after) == digest


def test_a_sealed_drive_brings_a_home_back_with_its_key(root: Path, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    with watched_world(root) as world:
        world.store.volumes.add("external", "drive", str(drive), NOW)
        work_a_day(world, 0)
        end_a_day(world, 0)
        for dataset in ("raw/pages", "staged/listings", "archives/files", "storage/events", "storage/personal_events"):
            for segment in world.store.segments(dataset):
                copy_segment(world.store, segment.id, "external", NOW)
        back_up_state(world.db, world.store.volumes, NOW, seal=sealer(world.store.volumes, NOW))
        digest = digest_of(world)
    lose_state(root)
    shutil.rmtree(root / "volumes")
    (root / "volumes" / "local").mkdir(parents=True)
    told = rebuild_state(
        world.home,
        MIGRATIONS,
        NOW + timedelta(days=1),
        Quiet(),
        places=[Place(drive)],
        replace=True,
        unseal=unsealer(world.home),
    )
    assert told.whole.backup is not None
    assert told.whole.backup.sealed
    assert told.missing == []
    with watched_world(root) as after:
        assert digest_of(after) == digest


def test_a_folder_that_is_no_volume_or_another_homes_is_refused(root: Path, tmp_path: Path) -> None:
    world, _rows, _digest = worked(root)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(UsageError, match="is no volume"):
        rebuilt(world, place=empty)
    with watched_world(tmp_path / "stranger"):
        pass
    with pytest.raises(UsageError, match="another home"):
        rebuilt(world, place=tmp_path / "stranger" / "volumes" / "local")


def test_an_absent_drive_is_told_and_its_copies_stay_known(root: Path, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    with watched_world(root) as world:
        world.store.volumes.add("external", "directory", str(drive), NOW)
        work_a_day(world, 0)
        (segment,) = world.store.segments("raw/pages")
        copy_segment(world.store, segment.id, "external", NOW)
        end_a_day(world, 0)
        rows, digest = truth(world), digest_of(world)
    drive.rename(tmp_path / "pulled")
    lose_state(root)
    told = rebuilt(world)
    assert [name for name, _why in told.absent] == ["external"]
    assert_equal(root, rows, digest)


def test_a_process_that_has_the_database_open_is_named(root: Path) -> None:
    world, _rows, _digest = worked(root)
    holds = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT 1 FROM segments'); print(); input()"
    )
    command = [sys.executable, "-c", holds, str(root / "state.sqlite")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        other.stdout.readline()
        with pytest.raises(BusyError, match=f"pid {other.pid}"):
            rebuilt(world)
        other.stdin.close()


def stray_file(root: Path) -> None:
    """Lays a file on the home's own volume that gives a rebuild something to do."""
    path = root / "volumes" / "local" / segment_name("raw/pages", "a" * 64)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"no segment")


class _Once(Quiet):
    """Does something at the first step of a rebuild."""

    def __init__(self, what: Callable[[], None]) -> None:
        self._what: list[Callable[[], None]] = [what]

    def start(self, label: str, total: int | None) -> None:
        del label, total
        if self._what:
            self._what.pop()()


def test_what_is_committed_while_it_goes_on_is_not_lost(root: Path) -> None:
    world, _rows, _digest = worked(root)
    stray_file(root)

    def commit() -> None:
        with watched_world(root) as meanwhile:
            work_a_day(meanwhile, DAYS)

    with pytest.raises(BusyError, match="written to while"):
        rebuild_state(world.home, MIGRATIONS, NOW, _Once(commit), replace=True)
    with watched_world(root) as after:
        assert len(after.store.segments("raw/pages")) == DAYS + 1
        assert after.db.check() == ()
    stray_file(root)
    assert rebuilt(world).is_replaced
    with watched_world(root) as after:
        assert len(after.store.segments("raw/pages")) == DAYS + 1


def test_a_process_that_comes_while_it_goes_on_is_named(root: Path) -> None:
    world, rows, digest = worked(root)
    stray_file(root)
    holds = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT 1 FROM segments'); print(); input()"
    )
    command = [sys.executable, "-c", holds, str(root / "state.sqlite")]
    others: list[subprocess.Popen[bytes]] = []

    def come() -> None:
        others.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        assert others[0].stdout is not None
        others[0].stdout.readline()

    with pytest.raises(BusyError, match="pid"):
        rebuild_state(world.home, MIGRATIONS, NOW, _Once(come), replace=True)
    others[0].communicate(b"\n")
    assert_equal(root, rows, digest)


def test_an_absent_drive_with_the_last_backup_takes_nothing_back_of_what_is_done_after(
    root: Path, tmp_path: Path
) -> None:
    drive, away = tmp_path / "drive", tmp_path / "away"
    drive.mkdir()
    with watched_world(root) as world:
        work_a_day(world, 0)
        world.store.volumes.add("external", "directory", str(drive), NOW)
        end_a_day(world, 0)
        for day in range(1, 6):  # the drive alone knows of them
            work_a_day(world, day)
            end_a_day(world, day)
    lose_state(root)
    for backup in backups(root)[1:]:
        backup.unlink()
    for folder in ("events", "personal_events"):
        shutil.rmtree(root / "volumes" / "local" / "storage" / folder, ignore_errors=True)
    drive.rename(away)
    rebuilt(world)
    with watched_world(root) as after:
        work_a_day(after, 7)
        end_a_day(after, 7)
        rows = truth(after)
    away.rename(drive)
    told = rebuilt(world)
    assert told.whole.is_standing
    with watched_world(root) as after:
        for table in ("snapshots", "snapshot_tables", "heads", "builds"):
            assert truth(after)[table] == rows[table]
