"""A home without its state database, or with an older one, is not taken for a new home."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from whisky_assets.domain.errors import CorruptDataError
from whisky_assets.storage.home import create_home
from whisky_assets.storage.recovery.standing import refuse_lost, refuse_older
from whisky_assets.storage.schema import MIGRATIONS
from whisky_assets.storage.state import StateDatabase
from whisky_assets_tests.storage.recovery.days import end_a_day, lose_state, watched_world, work_a_day
from whisky_assets_tests.storage.worlds import NOW, open_world


def test_a_new_home_and_one_with_its_database_are_well(tmp_path: Path) -> None:
    home = create_home(tmp_path / "home", "sample", NOW)
    refuse_lost(home)
    with watched_world(tmp_path / "home") as world:
        work_a_day(world, 0)
        end_a_day(world, 0)
        work_a_day(world, 1)
        refuse_lost(world.home)
        refuse_older(world.db, world.home)


def test_a_lost_database_is_told_with_the_command_that_brings_it_back(tmp_path: Path) -> None:
    with watched_world(tmp_path / "home") as world:
        work_a_day(world, 0)
    lose_state(tmp_path / "home")
    with pytest.raises(CorruptDataError, match=r"is gone.*whisky storage rebuild"):
        refuse_lost(world.home)
    (tmp_path / "home" / "state.sqlite").touch()
    with pytest.raises(CorruptDataError, match="is gone"):
        refuse_lost(world.home)


def test_an_empty_database_beside_segments_is_told(tmp_path: Path) -> None:
    root = tmp_path / "home"
    with watched_world(root) as world:
        work_a_day(world, 0)
    lose_state(root)
    fresh = StateDatabase.open(root / "state.sqlite", MIGRATIONS)
    with pytest.raises(CorruptDataError, match=r"knows nothing of what lies in.*whisky storage rebuild"):
        refuse_older(fresh, world.home)
    fresh.close()


def test_a_first_day_that_was_killed_after_the_identity_goes_on(tmp_path: Path) -> None:
    home = create_home(tmp_path / "home", "sample", NOW)
    (home.local_volume / "volume.json").write_text('{"uuid": "u", "home": "h"}')
    fresh = StateDatabase.open(home.state_path, MIGRATIONS)
    refuse_lost(home)
    refuse_older(fresh, home)
    fresh.close()


def test_an_older_database_than_its_backups_is_told(tmp_path: Path) -> None:
    root, old = tmp_path / "home", tmp_path / "old.sqlite"
    with watched_world(root) as world:
        with world.db.reading() as connection, closing(sqlite3.connect(old)) as copied:
            connection.backup(copied)
        work_a_day(world, 0)
        end_a_day(world, 0)
    lose_state(root)
    old.rename(root / "state.sqlite")
    rolled_back = open_world(root)
    with pytest.raises(CorruptDataError, match=r"older than its own backups.*whisky storage rebuild"):
        refuse_older(rolled_back.db, rolled_back.home)
    rolled_back.db.close()
