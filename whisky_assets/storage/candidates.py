"""What a build made stays with the verdicts on it, whether it was committed or rejected.

A verdict is on these very rows: a table made again with other rows has to be judged again. Not here: making versions
(`tables`) and what a blocking verdict stops (`heads`, `snapshots`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from whisky_assets.domain.outcome import CheckResult
from whisky_assets.storage.state import StateDatabase, micros
from whisky_assets.storage.versions import TableKey, TableVersion, version_by_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A version made by one build or run, with the verdicts that were stored for it."""

    build: str
    version: TableVersion
    checks: tuple[CheckResult, ...]

    @property
    def blocking(self) -> tuple[CheckResult, ...]:
        """The verdicts that stop a commit."""
        return tuple(check for check in self.checks if check.blocks)


def candidate(db: StateDatabase, build: str, dataset: str, partition: str = "") -> Candidate | None:
    """Return what a build made of a table, with its verdicts, or None."""
    return candidates(db, build).get((dataset, partition))


def candidates(db: StateDatabase, build: str) -> Mapping[TableKey, Candidate]:
    """Return all that a build made, by table."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT dataset, partition, version FROM candidates WHERE build = ? ORDER BY dataset, partition", (build,)
        ).fetchall()
        verdicts = verdicts_of(connection, build)
        return {
            (row[0], row[1]): Candidate(
                build=build,
                version=version_by_id(connection, row[2]),
                checks=verdicts.get((row[0], row[1]), ()),
            )
            for row in rows
        }


def verdicts_of(connection: sqlite3.Connection, build: str) -> dict[TableKey, tuple[CheckResult, ...]]:
    """Return all verdicts of a build, by table; also those on tables that it did not make."""
    rows = connection.execute(
        "SELECT dataset, partition, name, passed, severity, summary, count, cases FROM verdicts WHERE build = ?"
        " ORDER BY dataset, partition, name",
        (build,),
    )
    found: dict[TableKey, tuple[CheckResult, ...]] = {}
    for row in rows:
        check = CheckResult(
            table=row[0],
            name=row[2],
            passed=bool(row[3]),
            severity=row[4],
            summary=row[5],
            count=row[6],
            cases=tuple(json.loads(row[7])),
        )
        found[(row[0], row[1])] = (*found.get((row[0], row[1]), ()), check)
    return found


def insert_candidate(
    connection: sqlite3.Connection, build: str, version: TableVersion, checks: Iterable[CheckResult], now: datetime
) -> None:
    """Store a version as what a build made, with verdicts, in the caller's transaction."""
    before = connection.execute(
        "SELECT version FROM candidates WHERE build = ? AND dataset = ? AND partition = ?", (build, *version.key)
    ).fetchone()
    if before is not None and before[0] != version.id:
        # A verdict is on these very rows: other rows have to be judged anew.
        connection.execute(
            "DELETE FROM verdicts WHERE build = ? AND dataset = ? AND partition = ?", (build, *version.key)
        )
    connection.execute(
        "INSERT OR REPLACE INTO candidates (build, dataset, partition, version, made_at) VALUES (?, ?, ?, ?, ?)",
        (build, *version.key, version.id, micros(now)),
    )
    for check in checks:
        _insert_verdict(connection, build, version.key, check)


def _insert_verdict(connection: sqlite3.Connection, build: str, key: TableKey, check: CheckResult) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO verdicts (build, dataset, partition, name, passed, severity, summary, count, cases)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            build,
            *key,
            check.name,
            int(check.passed),
            check.severity,
            check.summary,
            check.count,
            json.dumps(check.cases, ensure_ascii=False),
        ),
    )
