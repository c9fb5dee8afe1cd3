"""What changed in the state database becomes segments of events, and events become rows again, the newest of each.

An event is a row as it stood when it was published. Those of a person lie in segments of their own. Not here: noting
the changes (`changes`) and the whole state as one file (`state_backup`).
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from whisky_assets.domain.errors import CorruptDataError, OutOfReachError
from whisky_assets.domain.records.storage import PersonalStateEvent, StateEvent
from whisky_assets.storage.parts import Part, part_of
from whisky_assets.storage.recovery.changes import (
    EVENTS,
    PERSONAL_EVENTS,
    WatchedTable,
    forget_changes,
    watched_tables,
)
from whisky_assets.storage.recovery.erasures import forget_erased
from whisky_assets.storage.segments import SegmentStore

_ROWS_A_SEGMENT = 50_000

RowKey = tuple[str, str]
"""A row of the state database: its table, and its primary key as JSON."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row as it stood at a change: its columns, None where it was deleted."""

    number: int
    table: str
    key: str
    row: str | None
    person: str | None


def publish_events(store: SegmentStore, now: datetime) -> int:
    """Store what changed since the last call as segments on the home's own volume; return how many rows that were.

    Files come first; their rows and what is taken off the list are one transaction.

    Raises:
        OutOfReachError: the home's own volume is absent or full; the changes stay on the list.
    """
    changes = _changes(store)
    if not changes:
        return 0
    published = [store.publish(part, now=now) for part in _parts(changes)]
    with store.db.transaction() as connection:
        for one in published:
            store.register(connection, one)
        # A row that changed again since has another number, and stays on the list.
        forget_changes(connection, (change.number for change in changes))
    return len(changes)


def newest_events(
    store: SegmentStore, *, after: int, unreadable: list[str], only: str | None = None
) -> dict[RowKey, Change]:
    """Return the newest event of each row that has a greater number than `after`, from all registered segments.

    Args:
        store: the home's segments.
        after: events up to this number are left out.
        unreadable: gets a sentence for each segment that cannot be read whole.
        only: one table of the state database; all without it.
    """
    found: dict[RowKey, Change] = {}
    for change in _stored(store, unreadable):
        key = (change.table, change.key)
        is_asked = change.number > after and only in (None, change.table)
        if is_asked and (key not in found or found[key].number < change.number):
            found[key] = change
    return found


def apply_events(connection: sqlite3.Connection, events: Mapping[RowKey, Change]) -> int:
    """Make each row what its newest event says, in the caller's transaction, and return how many were applied.

    In the order of their numbers: an erasure takes away what was told of its person before, and not what came after.
    Events of a table or a column that this version of the program does not know are left out. Foreign keys are not
    looked at: whoever calls it has them switched off, and looks at them after the last row.
    """
    tables = {table.name: table for table in watched_tables(connection)}
    applied = 0
    for change in sorted(events.values(), key=lambda one: one.number):
        table = tables.get(change.table)
        if table is not None:
            _apply(connection, table, change)
            applied += 1
        if change.table == "erasures":
            forget_erased(connection)
    return applied


def _changes(store: SegmentStore) -> list[Change]:
    with store.db.reading() as connection:
        tables = {table.name: table for table in watched_tables(connection)}
        noted = connection.execute(
            "SELECT number, table_name, row_key, person FROM state_changes ORDER BY number"
        ).fetchall()
        return [
            Change(number, table, key, _row_of(connection, tables[table], key), person)
            for number, table, key, person in noted
            if table in tables
        ]


def _row_of(connection: sqlite3.Connection, table: WatchedTable, key: str) -> str | None:
    where = " AND ".join(f"{name} IS ?" for name in table.key)
    row = connection.execute(
        f"SELECT {', '.join(table.columns)} FROM {table.name} WHERE {where}",  # noqa: S608 - names of the schema
        json.loads(key),
    ).fetchone()
    # ASCII alone: a digest composes letters anew, and the text must come back as it was.
    return None if row is None else json.dumps(dict(zip(table.columns, row, strict=True)))


def _parts(changes: Sequence[Change]) -> Iterator[Part[Any]]:
    by_person: dict[str | None, list[Change]] = {}
    for change in changes:
        by_person.setdefault(change.person, []).append(change)
    for person, own in sorted(by_person.items(), key=lambda item: item[0] or ""):
        for start in range(0, len(own), _ROWS_A_SEGMENT):
            yield _part(own[start : start + _ROWS_A_SEGMENT], person)


def _part(changes: Sequence[Change], person: str | None) -> Part[Any]:
    if person is None:
        return part_of(
            StateEvent,
            [
                StateEvent(
                    number=one.number, table_name=one.table, row_key=json.dumps(json.loads(one.key)), row=one.row
                )
                for one in changes
            ],
        )
    return part_of(
        PersonalStateEvent,
        [
            PersonalStateEvent(
                number=one.number,
                table_name=one.table,
                person=person,
                row_key=json.dumps(json.loads(one.key)),
                row=one.row,
            )
            for one in changes
        ],
        person=person,
    )


def _stored(store: SegmentStore, unreadable: list[str]) -> Iterator[Change]:
    for segment in store.segments(EVENTS):
        with _noted(unreadable):
            for event in store.read([segment.id], StateEvent):
                yield Change(event.number, event.table_name, event.row_key, event.row, None)
    for segment in store.segments(PERSONAL_EVENTS):
        if segment.person is None:
            continue  # of a person who was erased
        with _noted(unreadable):
            for own in store.read([segment.id], PersonalStateEvent):
                yield Change(own.number, own.table_name, own.row_key, own.row, own.person)


@contextlib.contextmanager
def _noted(unreadable: list[str]) -> Iterator[None]:
    try:
        yield
    except (CorruptDataError, OutOfReachError) as error:
        unreadable.append(error.message)


def _apply(connection: sqlite3.Connection, table: WatchedTable, change: Change) -> None:
    if change.row is None:
        where = " AND ".join(f"{name} IS ?" for name in table.key)
        connection.execute(f"DELETE FROM {table.name} WHERE {where}", json.loads(change.key))  # noqa: S608 - as above
        return
    row = {name: value for name, value in json.loads(change.row).items() if name in table.columns}
    connection.execute(
        f"INSERT OR REPLACE INTO {table.name} ({', '.join(row)})"  # noqa: S608 - names of the schema
        f" VALUES ({', '.join('?' for _name in row)})",
        list(row.values()),
    )
