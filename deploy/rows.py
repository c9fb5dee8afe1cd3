"""Which rows a state database holds that another one does not; standard library alone."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Mapping
from pathlib import Path


def steps_of(path: Path) -> frozenset[tuple[str, int]]:
    """Return the steps of tables that were taken in a state database."""
    with contextlib.closing(_read_only(path)) as connection:
        return frozenset(connection.execute("SELECT owner, number FROM migrations").fetchall())


def rows_since(now: Path, then: Path, compared: Mapping[str, str]) -> dict[str, int]:
    """Return how many rows were made, changed or dropped since, by table; empty for none.

    Args:
        now: the state database as it stands.
        then: a copy of it from before, with the same tables.
        compared: what counts of each table, as a SELECT over its name.
    """
    with contextlib.closing(_read_only(now)) as present, contextlib.closing(_read_only(then)) as past:
        found = {}
        for table, select in sorted(compared.items()):
            rows, before = set(present.execute(select)), set(past.execute(select))
            if rows != before:
                found[table] = max(len(rows - before), len(before - rows))
    return found


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)
