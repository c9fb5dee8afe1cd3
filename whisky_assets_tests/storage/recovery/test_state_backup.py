"""A backup is the whole state on every volume that is there, named by its bytes, and few enough of them stay."""

import contextlib
import errno
import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from whisky_assets.domain.errors import CorruptDataError, OutOfReachError, WhiskyError
from whisky_assets.storage.directories import DirectoryVolume
from whisky_assets.storage.durable import Written
from whisky_assets.storage.places import LOCAL
from whisky_assets.storage.recovery.changes import last_change
from whisky_assets.storage.recovery.state_backup import (
    BackupReport,
    StateBackup,
    back_up_state,
    backups_on,
    newest_change_in,
    restore_backup,
)
from whisky_assets.storage.recovery.state_seals import sealer, unsealer
from whisky_assets.storage.recovery.texts_backup import back_up_texts
from whisky_assets.storage.volumes import VolumeRow, Volumes
from whisky_assets_tests.storage.recovery.days import end_a_day, watched_world, work_a_day
from whisky_assets_tests.storage.worlds import NOW, World


def local_backups(world: World) -> tuple[StateBackup, ...]:
    return backups_on(world.store.volumes.get(LOCAL))


def change_something(world: World, number: int) -> None:
    with world.db.transaction() as connection:
        connection.execute("INSERT INTO retention_confirmed VALUES (?, '{}', '', 0)", (number,))


def back_up(world: World, hours: float = 0) -> BackupReport:
    return back_up_state(world.db, world.store.volumes, NOW + timedelta(hours=hours))


def attach(world: World, folder: Path, kind: str = "directory") -> None:
    folder.mkdir()
    world.store.volumes.add("other", kind, str(folder), NOW)


def test_a_backup_is_an_sqlite_file_that_plain_zstd_opens(tmp_path: Path) -> None:
    with watched_world(tmp_path / "home") as world:
        work_a_day(world, 0)
        end_a_day(world, 0)
        (backup,) = local_backups(world)
        path = world.home.local_volume / backup.path
        assert re.fullmatch(r"20260105t100000z-\d{12}-[0-9a-f]{64}\.sqlite\.zst", path.name)
        target = tmp_path / "copy.sqlite"
        restore_backup(backup, world.store.volumes.get(LOCAL), target)
        with closing(sqlite3.connect(target)) as copied, world.db.reading() as connection:
            for table in ("segments", "snapshots", "versions", "heads"):
                asked = f"SELECT * FROM {table} ORDER BY 1"  # noqa: S608 - names of this test
                assert copied.execute(asked).fetchall() == connection.execute(asked).fetchall()


def test_where_nothing_changed_nothing_is_written(tmp_path: Path) -> None:
    with watched_world(tmp_path / "home") as world:
        change_something(world, 1)
        assert back_up(world).written == (LOCAL,)
        before = local_backups(world)
        assert back_up(world, 5).unchanged == (LOCAL,)
        assert local_backups(world) == before
        change_something(world, 2)
        assert back_up(world, 6).written == (LOCAL,)


def test_an_absent_volume_is_skipped_and_said_and_gets_its_backup_when_it_is_back(tmp_path: Path) -> None:
    with watched_world(tmp_path / "home") as world:
        attach(world, tmp_path / "other")
        (tmp_path / "other").rename(tmp_path / "pulled")
        report = back_up(world)
        assert report.written == (LOCAL,)
        ((name, error),) = report.skipped
        assert (name, type(error)) == ("other", OutOfReachError)
        assert not (tmp_path / "other").exists()
        (tmp_path / "pulled").rename(tmp_path / "other")
        assert back_up(world, 1).written == ("other",)
        assert {path.name for path in (tmp_path / "other" / "state").iterdir()} != set()


def test_the_last_ten_and_one_of_each_of_seven_days_stay(tmp_path: Path) -> None:
    with watched_world(tmp_path / "home") as world:
        for number in range(40):
            change_something(world, number)
            back_up(world, 8 * number)
        kept = [backup.made_at for backup in local_backups(world)]
        hours = [(moment - NOW) / timedelta(hours=1) for moment in kept]
        assert hours[:10] == [8.0 * number for number in range(39, 29, -1)]
        days = {moment.date() for moment in kept}
        assert len(days) == 7
        assert len(kept) == 10 + len(days - {moment.date() for moment in kept[:10]})


def test_a_clock_that_goes_back_loses_no_newer_state(tmp_path: Path) -> None:
    with watched_world(tmp_path / "home") as world:
        for number in range(15):
            change_something(world, number)
            back_up(world, -24 * number)
        newest = local_backups(world)[0]
        assert (
            newest.change
            == newest_change_in(world.home.local_volume)
            == max(one.change for one in local_backups(world))
        )
        assert newest.made_at == NOW - timedelta(hours=24 * 14)


@pytest.mark.parametrize("place", ["header", "body", "end", "cut"])
def test_a_damaged_backup_is_refused_wherever_it_was_hit(tmp_path: Path, place: str) -> None:
    with watched_world(tmp_path / "home") as world:
        work_a_day(world, 0)
        end_a_day(world, 0)
        (backup,) = local_backups(world)
        path = world.home.local_volume / backup.path
        content = bytearray(path.read_bytes())
        at = {"header": 0, "body": len(content) // 2, "end": len(content) - 1, "cut": 0}[place]
        content[at] ^= 1
        path.write_bytes(content if place != "cut" else content[: len(content) // 2])
        with pytest.raises(CorruptDataError, match="its bytes are not what its name says"):
            restore_backup(backup, world.store.volumes.get(LOCAL), tmp_path / "copy.sqlite")
        assert not (tmp_path / "copy.sqlite").exists()


def test_what_can_be_carried_away_gets_a_sealed_backup_or_none(tmp_path: Path) -> None:
    with watched_world(tmp_path / "home") as world:
        work_a_day(world, 0, person="minsoo")
        attach(world, tmp_path / "drive", "drive")
        report = back_up(world)
        ((name, error),) = report.skipped
        assert (name, report.written) == ("other", (LOCAL,))
        assert "no key" in error.message
        drive = world.store.volumes.get("other")
        assert backups_on(drive) == ()
        report = back_up_state(world.db, world.store.volumes, NOW, seal=sealer(world.store.volumes, NOW))
        assert report.written == ("other",)
        (backup,) = backups_on(drive)
        assert backup.sealed
        assert backup.path.endswith(".zst.age")
        with pytest.raises(WhiskyError, match="key is not at hand"):
            restore_backup(backup, drive, tmp_path / "copy.sqlite")
        restore_backup(backup, drive, tmp_path / "copy.sqlite", unseal=unsealer(world.home))
        with closing(sqlite3.connect(tmp_path / "copy.sqlite")) as copied:
            assert copied.execute("SELECT DISTINCT person FROM segments WHERE person IS NOT NULL").fetchall() == [
                ("minsoo",)
            ]


def test_a_full_volume_keeps_its_older_backups(tmp_path: Path, small_disk: Path) -> None:
    with watched_world(tmp_path / "home") as world:
        world.store.volumes.add("small", "directory", str(small_disk), NOW)
        assert "small" in back_up(world).written
        before = backups_on(world.store.volumes.get("small"))
        with contextlib.suppress(OSError), (small_disk / "photos").open("wb", buffering=0) as photos:
            while True:
                photos.write(b"x" * 4096)
        change_something(world, 1)
        report = back_up(world, 1)
        assert [name for name, _error in report.skipped] == ["small"]
        assert backups_on(world.store.volumes.get("small")) == before


def test_its_name_tells_the_newest_change_in_it_while_others_write(tmp_path: Path) -> None:
    with watched_world(tmp_path / "home") as world:
        work_a_day(world, 0)
        volumes = world.store.volumes

        def rows_then_a_change() -> tuple[VolumeRow, ...]:
            change_something(world, 1)
            return volumes.rows()

        meanwhile = SimpleNamespace(get=volumes.get, rows=rows_then_a_change)
        back_up_state(world.db, cast("Volumes", meanwhile), NOW)
        (backup,) = local_backups(world)
        target = tmp_path / "copy.sqlite"
        restore_backup(backup, volumes.get(LOCAL), target)
        with closing(sqlite3.connect(target)) as copied:
            assert copied.execute("SELECT number FROM retention_confirmed").fetchall() == [(1,)]
            assert backup.change == last_change(copied)


def test_days_of_a_clock_that_ran_ahead_give_way_to_those_of_now(tmp_path: Path) -> None:
    with watched_world(tmp_path / "home") as world:
        for number in range(40):
            change_something(world, number)
            ahead = 24 * 365 * 70 if number < 15 else 0
            back_up(world, hours=ahead + 6 * number)
        years = {backup.made_at.year for backup in local_backups(world)}
        assert years == {NOW.year}


def test_a_drive_that_is_read_only_is_skipped_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with watched_world(tmp_path / "home") as world:
        attach(world, tmp_path / "drive")
        change_something(world, 1)
        publish = DirectoryVolume._publish

        def refuse(volume: DirectoryVolume, *told: Any) -> Written:
            if volume.name == "other":
                raise OSError(errno.EROFS, "Read-only file system")
            return publish(volume, *told)

        monkeypatch.setattr(DirectoryVolume, "_publish", refuse)
        told = back_up(world)
        texts = back_up_texts(world.home, world.store.volumes, NOW)
    assert (told.written, texts.written) == ((LOCAL,), (LOCAL,))
    for ((name, error),) in (told.skipped, texts.skipped):
        assert name == "other"
        assert "volume other: Read-only file system" in str(error)
