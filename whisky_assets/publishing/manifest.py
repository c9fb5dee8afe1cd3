"""What stands in each target, as far as its store acknowledged it: one row a document, and each release's counts.

A release is planned against these rows and not against the store, so that an unchanged one contacts nobody. Rows are
written in the same transaction as the release's counts, after the commit that they tell of was acknowledged. Not here:
the plan (`publishing.plan`) and the order of writes (`publishing.apply`).
"""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Iterable, Mapping

from whisky_assets.contracts.documents import HASH_FORM, canonical_hash
from whisky_assets.storage.state import Migration

THERE = "there"
TOMBSTONE = "tombstone"
DROPPED = "dropped"
FOREIGN = "foreign"

THEIRS = "theirs"
"""Stands in a row's `fields` for a field in which the store holds a person's word; no later release writes it."""

FIELD_HASH_DIGITS = 12  # 48 bits: they only tell which of a document's few fields changed

_FIRST = """
CREATE TABLE publish_manifest (
    target TEXT NOT NULL,
    path TEXT NOT NULL,                 -- collection/id as the store has it
    collection TEXT NOT NULL,
    person TEXT,                        -- whose document it is; NULL: no person's
    state TEXT NOT NULL CHECK (state IN ('there', 'tombstone', 'dropped', 'foreign')),
    hash TEXT NOT NULL,                 -- canonical hash of the body that was acknowledged
    form INTEGER NOT NULL,              -- version of the canonical form of that hash
    fields TEXT NOT NULL,               -- field to a short hash of its value, as JSON
    projection TEXT,                    -- what diaries embed of a whisky, as JSON
    update_time INTEGER NOT NULL,       -- the store's own, UTC microseconds
    release TEXT NOT NULL,
    PRIMARY KEY (target, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX publish_manifest_by_person ON publish_manifest (person) WHERE person IS NOT NULL;

CREATE TABLE publish_releases (
    target TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    state TEXT NOT NULL CHECK (state IN ('open', 'done', 'superseded')),
    snapshot TEXT NOT NULL,
    plan_hash TEXT NOT NULL,
    operations INTEGER NOT NULL,        -- of the first plan, for progress
    unchanged INTEGER NOT NULL,
    held INTEGER NOT NULL,
    writes INTEGER NOT NULL DEFAULT 0,
    deletes INTEGER NOT NULL DEFAULT 0,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    PRIMARY KEY (target, number)
) STRICT;
CREATE UNIQUE INDEX publish_releases_open ON publish_releases (target) WHERE state = 'open';
"""

MIGRATIONS = (Migration("publishing", 1, _FIRST),)
"""Publishing's steps of the state database, to be opened together with storage's."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ManifestRow:
    """One document as a store acknowledged it.

    `state`: `there`; `tombstone`, a withdrawn one; `dropped`, one that its person deleted in the app and that is not
    brought back; `foreign`, one that stands there and is not ours. `hash` is of the body as we want it, also where
    `fields` says that a field of it is `theirs`; `update_time` is of the last state of the document that we know.
    """

    path: str
    collection: str
    person: str | None
    state: str
    hash: str
    fields: Mapping[str, str]
    projection: str | None
    update_time: int
    release: str
    form: int = HASH_FORM

    @property
    def id(self) -> str:
        """The document's id in its collection."""
        return self.path.partition("/")[2]


def field_hashes(body: Mapping[str, object]) -> dict[str, str]:
    """Return a short hash of each field of an encoded body, by which a later plan names the fields that change."""
    return {name: canonical_hash({name: value}, is_checked=True)[:FIELD_HASH_DIGITS] for name, value in body.items()}


def changed_fields(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of fields that appear, vanish or change, sorted; never of one that is a person's."""
    return tuple(
        sorted(name for name in before.keys() | after.keys() if before.get(name) not in (after.get(name), THEIRS))
    )


def their_fields(fields: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of a row's fields that hold a person's word, sorted."""
    return tuple(sorted(name for name, told in fields.items() if told == THEIRS))


def load_manifest(connection: sqlite3.Connection, target: str) -> dict[str, ManifestRow]:
    """Return all rows of one target by path: a few hundred bytes a document."""
    rows = connection.execute(
        "SELECT path, collection, person, state, hash, fields, projection, update_time, release, form"
        " FROM publish_manifest WHERE target = ? ORDER BY path",
        (target,),
    )
    return {row[0]: _row(row) for row in rows}


def store_rows(connection: sqlite3.Connection, target: str, rows: Iterable[ManifestRow]) -> None:
    """Write rows of one target, replacing those of the same paths."""
    connection.executemany(
        "INSERT OR REPLACE INTO publish_manifest"
        " (target, path, collection, person, state, hash, form, fields, projection, update_time, release)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                target,
                row.path,
                row.collection,
                row.person,
                row.state,
                row.hash,
                row.form,
                json.dumps(dict(row.fields), separators=(",", ":")),
                row.projection,
                row.update_time,
                row.release,
            )
            for row in rows
        ],
    )


def remove_rows(connection: sqlite3.Connection, target: str, paths: Iterable[str]) -> None:
    """Remove the rows of documents that stand in the store no more."""
    connection.executemany(
        "DELETE FROM publish_manifest WHERE target = ? AND path = ?", [(target, path) for path in paths]
    )


def forget_target(connection: sqlite3.Connection, target: str) -> None:
    """Forget what stands in a target, because its store was emptied; its releases stay as history."""
    connection.execute("DELETE FROM publish_manifest WHERE target = ?", (target,))
    connection.execute(
        "UPDATE publish_releases SET state = 'superseded' WHERE target = ? AND state = 'open'", (target,)
    )


def _row(row: tuple[object, ...]) -> ManifestRow:
    path, collection, person, state, digest, fields, projection, update_time, release, form = row
    return ManifestRow(
        path=str(path),
        collection=str(collection),
        person=None if person is None else str(person),
        state=str(state),
        hash=str(digest),
        fields=json.loads(str(fields)),
        projection=None if projection is None else str(projection),
        update_time=int(str(update_time)),
        release=str(release),
        form=int(str(form)),
    )
