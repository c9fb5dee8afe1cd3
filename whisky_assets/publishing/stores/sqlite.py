"""Documents in one SQLite file: the embedded store, with Firestore's own preconditions, limits and order.

Times inside a document lie as `{"__time__": text}`, a name that no document can have. Not here: the home's state
database, which says what was published (`publishing.manifest`).
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from whisky_assets.contracts.documents import Body
from whisky_assets.domain.digests import utc_text
from whisky_assets.domain.errors import CorruptDataError, OutOfReachError
from whisky_assets.publishing.stores.port import (
    CREATE,
    DELETE,
    PUT,
    UPDATE,
    ConflictError,
    Operation,
    StoredDocument,
    check_operations,
)

BUSY_SECONDS = 30
PATHS_AT_ONCE = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TABLES = """
CREATE TABLE IF NOT EXISTS document (
    path TEXT PRIMARY KEY,
    collection TEXT NOT NULL,
    body TEXT NOT NULL,
    update_time INTEGER NOT NULL
) STRICT, WITHOUT ROWID
"""
# The newest time may be that of a document which was deleted since, and no later write may have it again.
_CLOCK = "CREATE TABLE IF NOT EXISTS clock (id INTEGER PRIMARY KEY CHECK (id = 1), last INTEGER NOT NULL) STRICT"
_INDEXES = (
    "CREATE INDEX IF NOT EXISTS document_by_collection ON document (collection, path)",
    "CREATE INDEX IF NOT EXISTS document_by_time ON document (update_time)",
)


class SqliteStore:
    """A `DocumentStore` in one file, made by the first probe or commit; a connection a process."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        """Remember where the file lies and whose clock update times follow; opens nothing."""
        self._path = path
        self._now = now
        self._connection: sqlite3.Connection | None = None
        self._pid = os.getpid()

    def probe(self) -> None:
        """Return when the file can be opened or made."""
        with self._named_errors():
            self._connect().execute("SELECT 1 FROM document LIMIT 1").fetchone()

    def commit(self, operations: Sequence[Operation]) -> list[datetime]:
        """Write all operations in one durable transaction; update times rise strictly, also when the clock stands."""
        check_operations(operations)
        with self._named_errors(), self._transaction() as connection:
            moment = max(_micros(self._now()), _last_time(connection) + 1)
            connection.execute("INSERT OR REPLACE INTO clock (id, last) VALUES (1, ?)", (moment,))
            for operation in operations:
                _write(connection, operation, moment)
        return [_moment(moment)] * len(operations)

    def get(self, paths: Sequence[str]) -> dict[str, StoredDocument]:
        """Return the documents that exist among these paths."""
        found: dict[str, StoredDocument] = {}
        if self._is_absent():
            return found
        with self._named_errors():
            for start in range(0, len(paths), PATHS_AT_ONCE):
                asked = json.dumps(list(paths[start : start + PATHS_AT_ONCE]))
                rows = self._connect().execute(
                    "SELECT path, body, update_time FROM document WHERE path IN (SELECT value FROM json_each(?))",
                    (asked,),
                )
                found.update((row[0], _stored(row)) for row in rows)
        return found

    def list(self, collection: str) -> Iterator[StoredDocument]:
        """Yield a collection's documents in the order of their ids' UTF-8 bytes."""
        if self._is_absent():
            return
        with self._named_errors():
            rows = self._connect().execute(
                "SELECT path, body, update_time FROM document WHERE collection = ? ORDER BY path", (collection,)
            )
            for row in rows:
                yield _stored(row)

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None and self._pid == os.getpid():
            self._connection.close()
        self._connection = None

    def _is_absent(self) -> bool:
        # Reading makes no file: an empty one would look like a store that was published to.
        return not self._path.exists()

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None or self._pid != os.getpid():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(
                self._path, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False
            )
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "fullfsync = 1", "checkpoint_fullfsync = 1"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute(_TABLES)
            connection.execute(_CLOCK)
            for index in _INDEXES:
                connection.execute(index)
            self._connection, self._pid = connection, os.getpid()
        return self._connection

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self._connect()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise OutOfReachError(
                f"The document store {self._path} cannot be used: {error}.",
                remedy="Check its disk, its rights, and whether another program holds it.",
            ) from error
        except sqlite3.DatabaseError as error:
            raise CorruptDataError(
                f"The document store {self._path} is damaged: {error}.",
                remedy="Move the file away; the next release writes every document anew.",
            ) from error


def _last_time(connection: sqlite3.Connection) -> int:
    told = connection.execute("SELECT max(update_time) FROM document UNION ALL SELECT last FROM clock")
    return max(row[0] or 0 for row in told)


def _write(connection: sqlite3.Connection, operation: Operation, moment: int) -> None:
    row = connection.execute("SELECT body, update_time FROM document WHERE path = ?", (operation.path,)).fetchone()
    _check_precondition(operation, None if row is None else row[1])
    if operation.action == DELETE:
        connection.execute("DELETE FROM document WHERE path = ?", (operation.path,))
        return
    body: Body = dict(operation.body or {})
    if operation.action == UPDATE:
        before: Body = json.loads(row[0])
        kept = {name: value for name, value in before.items() if name not in operation.mask}
        body = {**kept, **{name: _plain(body[name]) for name in operation.mask if name in body}}
    connection.execute(
        "INSERT INTO document (path, collection, body, update_time) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (path) DO UPDATE SET body = excluded.body, update_time = excluded.update_time",
        (operation.path, operation.path.partition("/")[0], _text(body), moment),
    )


def _check_precondition(operation: Operation, found: int | None) -> None:
    """Refuse an operation whose precondition the document does not meet; `found` is its time, None: it is missing."""
    exists = found is not None
    if operation.update_time is not None:
        fits, why = found == _micros(operation.update_time), "changed"
    else:
        fits = operation.action in (PUT, DELETE) or exists == (operation.action != CREATE)
        why = "exists"
    if not fits:
        collection = operation.path.partition("/")[0]
        raise ConflictError(f"{operation.action} of a document of {collection} that {why if exists else 'is missing'}.")


def _text(body: Mapping[str, object]) -> str:
    return json.dumps(_plain(body), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return {"__time__": utc_text(value)} if isinstance(value, datetime) else value


def _stored(row: tuple[str, str, int]) -> StoredDocument:
    path, text, moment = row
    body: Body = json.loads(text, object_hook=_with_time)
    return StoredDocument(path=path, body=body, update_time=_moment(moment))


def _with_time(value: Body) -> object:
    told = value.get("__time__")
    return datetime.fromisoformat(told) if isinstance(told, str) else value


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)
