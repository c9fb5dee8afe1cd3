"""A person who was erased stays away: no older event, backup or file brings a row of theirs back.

Only a digest of their key is kept. Not here: erasing their segments and documents, which is done before.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from whisky_assets.storage.state import micros, moment_of


def record_erasure(connection: sqlite3.Connection, person: str, now: datetime) -> None:
    """Note that a person was erased, and forget all rows of theirs, in the caller's transaction.

    The facts of their segments stay without their key and without a copy, so that an older version of a table is
    never read as if it had been whole.
    """
    connection.execute(
        "INSERT OR REPLACE INTO erasures (person_sha256, erased_at) VALUES (?, ?)", (_digest(person), micros(now))
    )
    forget_erased(connection)


def erased_people(connection: sqlite3.Connection) -> Mapping[str, datetime]:
    """Return when each person was erased, by the digest of their key."""
    rows = connection.execute("SELECT person_sha256, erased_at FROM erasures")
    return {row[0]: moment_of(row[1]) for row in rows}


def is_erased(erased: Mapping[str, datetime], person: str | None, made_at: datetime) -> bool:
    """Say whether something of a person was made before they were erased; who came back later has new rows."""
    at = None if person is None else erased.get(_digest(person))
    return at is not None and made_at <= at


def forget_erased(connection: sqlite3.Connection) -> int:
    """Forget every row of an erased person, and return how many segments that touched.

    To be called at the erasure, or where it is told again in its place among other events: rows of a person who came
    back later look like those of before.
    """
    erased = erased_people(connection)
    if not erased:
        return 0
    people = connection.execute("SELECT id, person, created_at FROM segments WHERE person IS NOT NULL").fetchall()
    gone = [segment for segment, person, created_at in people if is_erased(erased, person, moment_of(created_at))]
    for segment in gone:
        connection.execute("DELETE FROM copies WHERE segment = ?", (segment,))
        connection.execute("UPDATE segments SET person = NULL WHERE id = ?", (segment,))
    _forget_documents(connection, erased)
    return len(gone)


def _forget_documents(connection: sqlite3.Connection, erased: Mapping[str, datetime]) -> None:
    tables = connection.execute(
        "SELECT tables.name FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns"
        " WHERE tables.type = 'table' AND tables.name <> 'segments' AND columns.name = 'person'"
        " ORDER BY tables.name = 'state_changes'"  # last: that they are gone is noted, and tells whose they were
    ).fetchall()
    for (table,) in tables:
        known = connection.execute(f"SELECT DISTINCT person FROM {table} WHERE person IS NOT NULL")  # noqa: S608 - the schema's table
        for (person,) in known.fetchall():
            if _digest(person) not in erased:
                continue
            if table == "retired_copies":  # their files are still to be unlinked
                connection.execute("UPDATE retired_copies SET person = NULL WHERE person = ?", (person,))
            else:
                connection.execute(f"DELETE FROM {table} WHERE person = ?", (person,))  # noqa: S608 - the schema's table


def _digest(person: str) -> str:
    return hashlib.sha256(person.encode()).hexdigest()
