"""One place writes a home: the lease survives a crash and a jumping clock, and moves by a named act alone."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from whisky_assets.domain.errors import BusyError
from whisky_assets.storage import locks
from whisky_assets.storage.lease import LEASE, acts, held, hold, own_place, take, told_on
from whisky_assets_tests.storage.worlds import NOW, World, open_world


def _two_machines(folder: Path) -> tuple[World, World]:
    """Two folders of one home that both reach a drive: as a clone leaves them."""
    drive = folder / "drive"
    drive.mkdir(parents=True)
    first = open_world(folder / "first")
    first.store.volumes.add("usb", "drive", str(drive), NOW)
    hold(first.store.volumes, NOW, "kim")
    first.db.checkpoint()
    (folder / "second").mkdir()
    for name in ("home.json", "state.sqlite", "place.json"):
        shutil.copy(folder / "first" / name, folder / "second" / name)
    shutil.copytree(folder / "first" / "volumes", folder / "second" / "volumes")
    return first, open_world(folder / "second")


def _writes(world: World) -> bool:
    try:
        return hold(world.store.volumes, NOW) is not None
    except BusyError:
        return False


def test_a_home_with_its_own_volume_alone_has_no_lease_and_is_asked_nothing(tmp_path: Path) -> None:
    world = open_world(tmp_path / "home")
    assert hold(world.store.volumes, NOW) is None
    assert held(world.db) is None
    assert not (tmp_path / "home" / "place.json").exists()


def test_the_first_to_write_holds_it_and_a_second_place_is_told_who_that_is(tmp_path: Path) -> None:
    first, second = _two_machines(tmp_path)
    assert _writes(first)
    with pytest.raises(BusyError) as refused:
        hold(second.store.volumes, NOW, "mina")
    assert "kim on " in refused.value.message
    assert "2026-01-05 09:00 UTC" in refused.value.message
    assert refused.value.remedy.endswith("whisky storage lease --take --why TEXT")


def test_a_copied_folder_is_another_place_though_it_brings_the_file_of_the_first(tmp_path: Path) -> None:
    _two_machines(tmp_path)
    assert own_place(tmp_path / "first") != own_place(tmp_path / "second")
    assert own_place(tmp_path / "first") == own_place(tmp_path / "first")


def test_no_lock_is_given_to_a_place_that_reads_also_without_the_drive(tmp_path: Path) -> None:
    first, second = _two_machines(tmp_path)
    (tmp_path / "drive").rename(tmp_path / "away")
    locks.acquire(first.db, "build", "run-1")
    with pytest.raises(BusyError, match="another place writes this home"):
        locks.acquire(second.db, "build", "run-2")


def test_a_take_is_kept_with_who_when_and_why_and_the_other_place_learns_it(tmp_path: Path) -> None:
    first, second = _two_machines(tmp_path)
    take(second.store.volumes, "the old PC is sold", NOW + timedelta(days=3), "mina")
    assert _writes(second)
    assert not _writes(first)
    for world, learned in ((first, True), (second, False)):
        (newest, is_learned), (oldest, _) = acts(world.db)
        assert (newest.person, newest.why, newest.taken_at) == ("mina", "the old PC is sold", NOW + timedelta(days=3))
        assert (newest.term, oldest.term, is_learned) == (2, 1, learned)
    with pytest.raises(BusyError):
        locks.acquire(first.db, "build", "run-1")


def test_a_place_that_lost_it_while_the_drive_was_away_learns_it_when_it_comes(tmp_path: Path) -> None:
    first, second = _two_machines(tmp_path)
    take(second.store.volumes, "the other is in repair", NOW, "mina")
    (tmp_path / "drive").rename(tmp_path / "away")
    assert _writes(first)
    (tmp_path / "away").rename(tmp_path / "drive")
    assert not _writes(first)
    assert _writes(second)


@pytest.mark.parametrize("days", [-4000, 4000])
def test_a_clock_that_is_years_off_decides_nothing(tmp_path: Path, days: int) -> None:
    first, second = _two_machines(tmp_path)
    wrong: datetime = NOW + timedelta(days=days)
    take(second.store.volumes, "a new PC", wrong, "mina")
    assert not _writes(first)
    take(first.store.volumes, "back again", NOW, "kim")
    assert _writes(first)
    assert not _writes(second)


def test_a_crash_between_row_and_drive_is_made_good_by_the_next_run(tmp_path: Path) -> None:
    first, second = _two_machines(tmp_path)
    (tmp_path / "drive" / LEASE).unlink()
    assert _writes(first)
    told = told_on(first.store.volumes.get("usb"))
    assert told is not None
    assert told.place == own_place(tmp_path / "first")
    assert not _writes(second)


def test_a_lease_file_that_rotted_is_told_anew_by_who_writes(tmp_path: Path) -> None:
    first, second = _two_machines(tmp_path)
    (tmp_path / "drive" / LEASE).write_bytes(b"\x00" * 40)
    assert not _writes(second)
    assert _writes(first)
    assert json.loads((tmp_path / "drive" / LEASE).read_text())["person"] == "kim"


def test_of_two_that_took_it_at_once_one_writes_in_the_end(tmp_path: Path) -> None:
    first, second = _two_machines(tmp_path)
    (tmp_path / "drive").rename(tmp_path / "away")
    take(first.store.volumes, "mine", NOW, "kim")
    take(first.store.volumes, "mine", NOW, "kim")
    take(second.store.volumes, "mine", NOW, "mina")
    take(second.store.volumes, "mine", NOW, "mina")
    (tmp_path / "away").rename(tmp_path / "drive")
    for _ in range(2):
        _writes(first)
        _writes(second)
    assert [_writes(first), _writes(second)].count(True) == 1
    assert held(first.db) == held(second.db)
