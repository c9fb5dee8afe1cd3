"""Every change of a row that matters is noted in its own transaction, once, and only while it is not published."""

import sqlite3
from pathlib import Path

import pytest

from whisky_assets.domain.records import Page
from whisky_assets.storage.places import LOCAL
from whisky_assets.storage.recovery.changes import (
    EVENTS,
    MAY_BE_LOST,
    forget_changes,
    last_change,
    number_from,
    watch,
    watched_tables,
)
from whisky_assets.storage.schema import MIGRATIONS
from whisky_assets.storage.segment_facts import forget_unused
from whisky_assets.storage.state import Migration, StateDatabase
from whisky_assets_tests.storage.recovery.days import end_a_day, watched_world, work_a_day
from whisky_assets_tests.storage.worlds import NOW, page

NOTES = Migration(
    "notes",
    1,
    "CREATE TABLE notes (place TEXT, number INTEGER, text TEXT, person TEXT, PRIMARY KEY (place, number)) STRICT;"
    " CREATE TABLE pace (host TEXT) STRICT;",
)


@pytest.fixture
def db(tmp_path: Path) -> StateDatabase:
    """A database with one table that matters and one that may be lost; nothing is noted yet."""
    opened = StateDatabase.open(tmp_path / "state.sqlite", [*MIGRATIONS, NOTES])
    watch(opened)
    with opened.transaction() as connection:
        forget_changes(connection, range(last_change(connection) + 1))
    return opened


def do(db: StateDatabase, *statements: str) -> None:
    with db.transaction() as connection:
        for statement in statements:
            connection.execute(statement)


def noted(db: StateDatabase) -> list[tuple[str, str, str | None]]:
    with db.reading() as connection:
        return connection.execute("SELECT table_name, row_key, person FROM state_changes ORDER BY number").fetchall()


def test_an_insert_an_update_and_a_delete_are_noted_by_key(db: StateDatabase) -> None:
    do(db, "INSERT INTO notes VALUES ('é\"', 1, 'a', NULL), ('b', 2, 'b', 'kim')")
    assert noted(db) == [("notes", '["é\\"",1]', None), ("notes", '["b",2]', "kim")]
    do(db, "UPDATE notes SET text = 'c' WHERE number = 1")
    do(db, "DELETE FROM notes WHERE number = 2")
    assert noted(db) == [("notes", '["é\\"",1]', None), ("notes", '["b",2]', "kim")]


def test_a_row_that_changes_again_has_a_greater_number(db: StateDatabase) -> None:
    do(db, "INSERT INTO notes VALUES ('a', 1, 'a', NULL), ('a', 2, 'a', NULL)")
    with db.reading() as connection:
        before = last_change(connection)
    do(db, "INSERT OR IGNORE INTO notes VALUES ('a', 1, 'a', NULL)", "UPDATE notes SET text = 'b' WHERE number = 1")
    with db.reading() as connection:
        assert last_change(connection) == before + 1
    assert [key for _table, key, _person in noted(db)] == ['["a",2]', '["a",1]']


def test_a_replaced_row_and_a_moved_one_are_noted(db: StateDatabase) -> None:
    do(db, "INSERT INTO notes VALUES ('a', 1, 'a', NULL)")
    with db.transaction() as connection:
        forget_changes(connection, [last_change(connection)])
    do(db, "INSERT OR REPLACE INTO notes VALUES ('a', 1, 'b', NULL)")
    assert noted(db) == [("notes", '["a",1]', None)]
    do(db, "UPDATE notes SET number = 7 WHERE number = 1")
    assert sorted(key for _table, key, _person in noted(db)) == ['["a",1]', '["a",7]']


def test_an_update_that_changes_nothing_is_not_noted(db: StateDatabase) -> None:
    do(db, "INSERT INTO notes VALUES ('a', 1, 'a', NULL)")
    with db.transaction() as connection:
        forget_changes(connection, [last_change(connection)])
    do(db, "UPDATE notes SET text = 'a'")
    assert noted(db) == []


def test_what_may_be_lost_is_not_noted(db: StateDatabase) -> None:
    do(db, "INSERT INTO pace VALUES ('hanok.sample')")
    assert noted(db) == []
    with db.reading() as connection:
        assert not MAY_BE_LOST & {table.name for table in watched_tables(connection)}


def test_a_change_that_is_rolled_back_was_never_noted(db: StateDatabase) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        do(db, "INSERT INTO notes VALUES ('a', 1, 'a', NULL)", "INSERT INTO notes VALUES ('a', 1, 'a', NULL)")
    assert noted(db) == []


def test_rows_from_before_the_first_watch_are_noted_by_it_and_once(tmp_path: Path) -> None:
    opened = StateDatabase.open(tmp_path / "state.sqlite", [*MIGRATIONS, NOTES])
    do(opened, "INSERT INTO notes VALUES ('a', 1, 'a', NULL)")
    watch(opened)
    assert noted(opened) == [("notes", '["a",1]', None)]
    watch(opened)
    assert len(noted(opened)) == 1


def test_a_column_that_a_later_version_adds_is_watched_too(db: StateDatabase) -> None:
    do(db, "INSERT INTO notes VALUES ('a', 1, 'a', NULL)", "ALTER TABLE notes ADD COLUMN colour TEXT")
    watch(db)
    with db.transaction() as connection:
        forget_changes(connection, range(last_change(connection) + 1))
    do(db, "UPDATE notes SET colour = 'red'")
    assert noted(db) == [("notes", '["a",1]', None)]


def test_a_table_without_a_primary_key_is_refused_by_name(tmp_path: Path) -> None:
    opened = StateDatabase.open(
        tmp_path / "state.sqlite", [Migration("loose", 1, "CREATE TABLE loose (a TEXT) STRICT")]
    )
    with pytest.raises(ValueError, match="table loose has no primary key"):
        watch(opened)


def test_a_number_is_never_given_twice(db: StateDatabase) -> None:
    do(db, "INSERT INTO notes VALUES ('a', 1, 'a', NULL)")
    with db.transaction() as connection:
        newest = last_change(connection)
        forget_changes(connection, [newest])
        number_from(connection, newest + 100)
        number_from(connection, 3)
    do(db, "INSERT INTO notes VALUES ('a', 2, 'a', NULL)")
    with db.reading() as connection:
        assert last_change(connection) == newest + 101


def test_publishing_leaves_nothing_noted_and_is_no_change_itself(tmp_path: Path) -> None:
    with watched_world(tmp_path / "home") as world:
        work_a_day(world, 0)
        assert noted(world.db)
        end_a_day(world, 0, backup=False)
        assert noted(world.db) == []
        before = world.store.segments("storage/events")
        end_a_day(world, 1, backup=False)
        assert world.store.segments("storage/events") == before


def test_looking_at_a_volume_and_at_a_copy_is_no_change(tmp_path: Path) -> None:
    with watched_world(tmp_path / "home") as world:
        work_a_day(world, 0)
        end_a_day(world, 0, backup=False)
        do(world.db, "UPDATE copies SET verified_at = 1", "UPDATE volumes SET seen_at = 1")
        assert noted(world.db) == []


def test_a_placement_that_goes_with_its_segment_is_noted(tmp_path: Path) -> None:
    with watched_world(tmp_path / "home") as world:
        segment = world.store.write(Page, [page(1)], partition="hanok", now=NOW)
        with world.db.transaction() as connection:
            connection.execute("INSERT INTO placements VALUES (?, ?, 0, '')", (segment.id, LOCAL))
        end_a_day(world, 0)
        assert noted(world.db) == []
        with world.db.transaction() as connection:
            forget_unused(connection, [segment.id])
        assert ("placements", f'["{segment.id}","{LOCAL}"]', None) in noted(world.db)


def test_rot_in_a_segment_of_events_is_no_change_as_its_copies_are_none(tmp_path: Path) -> None:
    with watched_world(tmp_path / "home") as world:
        work_a_day(world, 0)
        end_a_day(world, 0)
        (events,) = world.store.segments(EVENTS)
        (pages,) = world.store.segments("raw/pages")
        with world.db.transaction() as connection:
            for segment in (events, pages):
                connection.execute("INSERT INTO rotten_copies VALUES (?, ?, 'damaged', 0)", (segment.id, LOCAL))
        assert noted(world.db) == [("rotten_copies", f'["{pages.id}","{LOCAL}"]', None)]
