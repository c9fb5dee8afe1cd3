"""Rows that were made, changed or dropped since are counted by table, by the columns that count."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from deploy.rows import rows_since, steps_of
from whisky_assets.storage.recovery.changes import compared_rows, watch
from whisky_assets_tests.storage.worlds import LATER, NOW, World, open_world


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A home with one volume."""
    made = open_world(tmp_path / "home")
    watch(made.db)
    made.db.checkpoint()
    shutil.copy(made.db.path, tmp_path / "then.sqlite")
    return made


def _since(world: World, folder: Path) -> dict[str, int]:
    with world.db.reading() as connection:
        compared = compared_rows(connection)
    return rows_since(world.db.path, folder / "then.sqlite", compared)


def test_nothing_since_is_nothing_also_where_a_volume_was_only_seen(world: World, tmp_path: Path) -> None:
    world.store.volumes.note_seen(["local"], LATER)
    assert _since(world, tmp_path) == {}


def test_rows_of_the_log_that_no_checkpoint_moved_count_too(world: World, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    world.store.volumes.add("second", "directory", str(tmp_path / "second"), NOW)
    assert _since(world, tmp_path) == {"volumes": 1}


def test_a_row_that_was_dropped_is_a_row_that_going_back_would_bring_to_life(world: World, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    world.store.volumes.add("second", "directory", str(tmp_path / "second"), NOW)
    world.db.checkpoint()
    shutil.copy(world.db.path, tmp_path / "then.sqlite")
    world.store.volumes.forget("second")
    assert _since(world, tmp_path) == {"volumes": 1}


def test_steps_of_tables_are_told_by_owner_and_number(world: World, tmp_path: Path) -> None:
    assert ("storage", 1) in steps_of(world.db.path)
    with closing(sqlite3.connect(tmp_path / "then.sqlite")) as connection, connection:
        connection.execute("DELETE FROM migrations WHERE owner = 'storage' AND number = 2")
    assert steps_of(world.db.path) - steps_of(tmp_path / "then.sqlite") == {("storage", 2)}
