"""Each change of a row that no segment's footer tells is noted by the same transaction, so none is forgotten.

Triggers note which row of which table changed, not its values: those are read when the changes are published. A table
is watched unless it is named as one that may be lost. Not here: publishing what was noted (`events`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from whisky_assets.storage.state import StateDatabase

EVENTS = "storage/events"
PERSONAL_EVENTS = "storage/personal_events"

MAY_BE_LOST = frozenset(
    {"migrations", "locks", "state_changes", "pace", "pace_slots", "robots_cache", "ingests_underway"}
)
"""Tables of a running program: what they hold is made again, or means nothing to the next one."""

_MADE_AGAIN = {"copies": ("verified_at",), "volumes": ("seen_at",)}
"""Columns whose change alone is not worth an event."""
# A row that goes with its segment is noted after that is gone.
_SEGMENT_OF_NO_EVENT = (
    f"ifnull((SELECT dataset FROM segments WHERE id = {{row}}.segment), '') NOT IN ('{EVENTS}', '{PERSONAL_EVENTS}')"  # noqa: S608 - constants of this module
)
_OF_NO_EVENT = {
    "segments": f"{{row}}.dataset NOT IN ('{EVENTS}', '{PERSONAL_EVENTS}')",
    "copies": _SEGMENT_OF_NO_EVENT,
    "placements": _SEGMENT_OF_NO_EVENT,
    "rotten_copies": _SEGMENT_OF_NO_EVENT,
}
"""Publishing changes registers segments; an event of that would publish for ever."""
_PERSON_OF_SEGMENT = "(SELECT person FROM segments WHERE id = {row}.segment)"
_PERSON = {"copies": _PERSON_OF_SEGMENT, "placements": _PERSON_OF_SEGMENT}

_PREFIX = "noted_"


@dataclass(frozen=True, slots=True)
class WatchedTable:
    """A table whose changes are noted: its columns, and those of its primary key in their order."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


def watch(db: StateDatabase) -> None:
    """Let every change of every table that matters be noted from now on; rows that are there already are noted too.

    Costs one read where nothing is new.

    Raises:
        ValueError: a table has no primary key, so that its rows cannot be told apart.
    """
    with db.reading() as connection:
        wanted = _wanted(connection)
        if _standing(connection) == wanted:
            return
    with db.transaction() as connection:
        standing = _standing(connection)
        for name, sql in wanted.items():
            if standing.get(name) != sql:
                connection.execute(f"DROP TRIGGER IF EXISTS {name}")
                connection.execute(sql)
        for table in watched_tables(connection):
            if f"{_PREFIX}{table.name}_insert" not in standing:
                _note_all(connection, table)


def unwatch(connection: sqlite3.Connection) -> None:
    """Note nothing from now on, in the caller's transaction; `watch` begins again and notes all rows."""
    for name in _standing(connection):
        connection.execute(f"DROP TRIGGER {name}")


def watched_tables(connection: sqlite3.Connection) -> tuple[WatchedTable, ...]:
    """Return the tables that are or would be watched, by name."""
    names = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name"
    ).fetchall()
    return tuple(_table(connection, name) for (name,) in names if name not in MAY_BE_LOST)


def compared_rows(connection: sqlite3.Connection) -> dict[str, str]:
    """Return a SELECT for each watched table by name: its rows that are worth an event, by the columns that are."""
    return {
        table.name: f"SELECT {', '.join(_columns_of_event(table))} FROM {table.name}"  # noqa: S608 - of the schema
        f" WHERE {_condition(table, table.name)}"
        for table in watched_tables(connection)
    }


def last_change(connection: sqlite3.Connection) -> int:
    """Return the number of the newest change that was ever noted, 0 for none."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'state_changes'").fetchone()
    return 0 if row is None else int(row[0])


def number_from(connection: sqlite3.Connection, number: int) -> None:
    """Let the next change have a greater number than this one, in the caller's transaction."""
    if last_change(connection) >= number:
        return
    connection.execute("DELETE FROM sqlite_sequence WHERE name = 'state_changes'")
    connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('state_changes', ?)", (number,))


def forget_changes(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Take changes off the list, because they are published, in the caller's transaction."""
    connection.executemany("DELETE FROM state_changes WHERE number = ?", [(number,) for number in numbers])


def _columns_of_event(table: WatchedTable) -> list[str]:
    return [name for name in table.columns if name not in _MADE_AGAIN.get(table.name, ())]


def _table(connection: sqlite3.Connection, name: str) -> WatchedTable:
    found = connection.execute("SELECT name, pk FROM pragma_table_info(?) ORDER BY cid", (name,)).fetchall()
    key = tuple(column for column, place in sorted(found, key=lambda row: row[1]) if place)
    if not key:
        raise ValueError(f"table {name} has no primary key: give it one, or name it in MAY_BE_LOST")
    return WatchedTable(name, tuple(column for column, _place in found), key)


def _standing(connection: sqlite3.Connection) -> dict[str, str]:
    rows = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    return {name: sql for name, sql in rows if name.startswith(_PREFIX)}


def _wanted(connection: sqlite3.Connection) -> dict[str, str]:
    return {name: sql for table in watched_tables(connection) for name, sql in _triggers(table)}


def _triggers(table: WatchedTable) -> Sequence[tuple[str, str]]:
    quiet = _MADE_AGAIN.get(table.name, ())
    differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in table.columns if name not in quiet)
    note_new, note_old = _note(table, "NEW"), _note(table, "OLD")
    moved = f"{_key(table, 'OLD')} <> {_key(table, 'NEW')}"
    return [
        _trigger(table, "insert", _condition(table, "NEW"), note_new),
        _trigger(table, "delete", _condition(table, "OLD"), note_old),
        _trigger(table, "update", f"({differs}) AND {_condition(table, 'NEW')}", note_new),
        # The row of the old key is gone then, which is a change of its own.
        (
            f"{_PREFIX}{table.name}_move",
            f"CREATE TRIGGER {_PREFIX}{table.name}_move AFTER UPDATE ON {table.name} WHEN {moved} BEGIN {note_old} END",
        ),
    ]


def _trigger(table: WatchedTable, event: str, condition: str, note: str) -> tuple[str, str]:
    name = f"{_PREFIX}{table.name}_{event}"
    return name, f"CREATE TRIGGER {name} AFTER {event.upper()} ON {table.name} WHEN {condition} BEGIN {note} END"


def _note(table: WatchedTable, row: str) -> str:
    # Deleted first: an `INSERT OR IGNORE` outside would make an `OR REPLACE` in here ignore too.
    key = _key(table, row)
    return (
        f"DELETE FROM state_changes WHERE table_name = '{table.name}' AND row_key = {key};"  # noqa: S608 - see below
        f" INSERT INTO state_changes (table_name, row_key, person)"
        f" VALUES ('{table.name}', {key}, {_person(table, row)});"
    )


def _note_all(connection: sqlite3.Connection, table: WatchedTable) -> None:
    key = _key(table, table.name)
    condition = _condition(table, table.name)
    connection.execute(
        f"INSERT OR REPLACE INTO state_changes (table_name, row_key, person)"  # noqa: S608 - names of the schema
        f" SELECT '{table.name}', {key}, {_person(table, table.name)} FROM {table.name} WHERE {condition}"
    )


def _key(table: WatchedTable, row: str) -> str:
    return f"json_array({', '.join(f'{row}.{name}' for name in table.key)})"


def _condition(table: WatchedTable, row: str) -> str:
    return _OF_NO_EVENT.get(table.name, "1").format(row=row)


def _person(table: WatchedTable, row: str) -> str:
    default = "{row}.person" if "person" in table.columns else "NULL"
    return _PERSON.get(table.name, default).format(row=row)
