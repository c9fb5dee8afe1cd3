"""One SQLite file per home in which what was committed stays, and a read sees one moment of it.

Not here: the tables of other rooms (they hand in their `MIGRATIONS`), and bytes of segments (`segments`, `volumes`).
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from whisky_assets.domain.errors import BusyError, CorruptDataError, OutOfReachError, UsageError, WhiskyError
from whisky_assets.storage.durable import sync_path
from whisky_assets.storage.full_disk import means_full_disk

APPLICATION_ID = 0x57484B59  # "WHKY", so that `file` and we know the file for what it is
FORMAT = 1
BUSY_SECONDS = 30
LOCK = "lock"
"""Beside the file: its `flock` is shared by every commit and held alone by a checkpoint; never deleted."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_MIGRATIONS_TABLE = """
CREATE TABLE IF NOT EXISTS migrations (
    owner TEXT NOT NULL,
    number INTEGER NOT NULL,
    sql_sha256 TEXT NOT NULL,
    PRIMARY KEY (owner, number)
) STRICT
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of one owner's tables; numbers count from 1 without a gap, and a step once released never changes."""

    owner: str
    number: int
    sql: str

    @property
    def sql_sha256(self) -> str:
        """Digest of the step's text, by which a changed step is found."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def micros(moment: datetime) -> int:
    """Return an aware datetime as UTC microseconds since 1970: how every time lies in the state database.

    Raises:
        ValueError: the datetime is naive.
    """
    if moment.tzinfo is None:
        raise ValueError(f"naive datetime {moment!r}: attach a time zone before it is stored")
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(stored: int) -> datetime:
    """Return stored UTC microseconds as an aware UTC datetime."""
    return _EPOCH + timedelta(microseconds=stored)


class StateDatabase:
    """The state database of one home; usable from many threads, each transaction on a connection of its own."""

    def __init__(self, path: Path) -> None:
        """Remember the path; `open` is the way to get one that is checked and migrated."""
        self.path = path
        self._idle: list[sqlite3.Connection] = []
        self._lost: list[sqlite3.Connection] = []  # of the parent process: closing one here would drop its locks
        self._guard = threading.Lock()
        self._current = threading.local()
        self._pid = os.getpid()
        self._closed = False

    @classmethod
    def open(cls, path: Path, migrations: Sequence[Migration]) -> StateDatabase:
        """Open or make the file, bring its tables up to date in one transaction, and return it.

        Raises:
            UsageError: a newer version of the program wrote it, or its disk cannot hold a write-ahead log.
            CorruptDataError: the file is no state database, or an applied migration has another text.
            BusyError: another process holds it for longer than 30 seconds.
        """
        _check_numbers(migrations)
        database = cls(path)
        try:
            with database.transaction() as connection:
                _migrate(connection, migrations, path)
            sync_path(path.parent)  # also where the file stood there: whoever made it may have been killed before this
        except BaseException:
            database.close()
            raise
        return database

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Give a connection inside `BEGIN IMMEDIATE`; commit durably at the end, roll back on any exception.

        Raises:
            RuntimeError: this thread is inside a transaction or a read already; hand that connection on instead.
            BusyError: another process holds the write lock for longer than 30 seconds.
            OutOfReachError: the disk is full or fails.
        """
        if getattr(self._current, "connection", None) is not None:
            raise RuntimeError("a transaction inside another one: hand the open connection on instead")
        with self._locked(fcntl.LOCK_SH), self._inside("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextlib.contextmanager
    def alone(self) -> Iterator[sqlite3.Connection]:
        """Give a connection as `transaction` does, while nobody else is inside one: for taking files away.

        Raises:
            RuntimeError: this thread is inside a transaction or a read already.
            BusyError: others were inside transactions for 30 seconds without a pause.
        """
        if getattr(self._current, "connection", None) is not None:
            raise RuntimeError("work alone inside a transaction or a read: end that first")
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            with self._locked(fcntl.LOCK_EX | fcntl.LOCK_NB) as alone:
                if alone:
                    with self._inside("BEGIN IMMEDIATE") as connection:
                        yield connection
                    return
            if time.monotonic() > deadline:
                raise BusyError(
                    f"other processes have been writing to {self.path} for {BUSY_SECONDS} seconds without a pause",
                    remedy="wait for them to end and start again",
                )
            time.sleep(0.02)

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that sees one moment of the database and cannot write.

        Inside this thread's own transaction or read it is that same connection.
        """
        current: sqlite3.Connection | None = getattr(self._current, "connection", None)
        if current is not None:
            yield current
            return
        with self._inside("BEGIN") as connection:
            connection.execute("PRAGMA query_only = ON")
            try:
                yield connection
            finally:
                connection.execute("PRAGMA query_only = OFF")

    def checkpoint(self) -> bool:
        """Move the write-ahead log into the file and empty it; False where a commit or a reader is under way.

        No process commits meanwhile: in SQLite before 3.51.3 a checkpoint beside another connection's commit can
        corrupt the file (https://sqlite.org/wal.html, "the WAL-reset bug").

        Raises:
            RuntimeError: this thread is inside a transaction or a read, which pins the log.
        """
        if getattr(self._current, "connection", None) is not None:
            raise RuntimeError("a checkpoint inside a transaction or a read: end that first")
        with self._locked(fcntl.LOCK_EX | fcntl.LOCK_NB) as alone, _named_errors(self.path):
            return alone and self._empty_log()

    def check(self) -> tuple[str, ...]:
        """Return what SQLite's own integrity check and the foreign keys complain about; empty when sound."""
        with _named_errors(self.path), self.reading() as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
            found += [
                f"{row[0]} row {row[1]}: no such {row[2]}" for row in connection.execute("PRAGMA foreign_key_check")
            ]
        return tuple(found)

    def close(self) -> None:
        """Close every idle connection; one still in use is closed when its work ends."""
        with self._guard:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @contextlib.contextmanager
    def _locked(self, mode: int) -> Iterator[bool]:
        """Hold the flock that commits share and a checkpoint has alone; gives False where another holds it so."""
        try:
            # Never unlinked: two processes could then hold a lock on two files of that name.
            descriptor = os.open(self.path.with_name(LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise _unusable(self.path, error) from error
        try:
            try:
                fcntl.flock(descriptor, mode)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(descriptor)

    def _empty_log(self) -> bool:
        connection = self._take()
        try:
            connection.execute("PRAGMA busy_timeout = 200")  # a reader may go on for minutes
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
            self._give(connection)
        return not busy

    @contextlib.contextmanager
    def _inside(self, begin: str) -> Iterator[sqlite3.Connection]:
        with _named_errors(self.path):
            connection = self._take()
            try:
                connection.execute(begin)
                self._current.connection = connection
                yield connection
                connection.execute("COMMIT")
            finally:
                self._current.connection = None
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                self._give(connection)

    def _take(self) -> sqlite3.Connection:
        with self._guard:
            if self._closed:
                raise RuntimeError(f"the state database {self.path} is closed")
            if self._pid != os.getpid():
                self._lost.extend(self._idle)
                self._idle.clear()
                self._pid = os.getpid()
            if self._idle:
                return self._idle.pop()
        return _connect(self.path)

    def _give(self, connection: sqlite3.Connection) -> None:
        with self._guard:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False)
    try:
        _write_ahead(connection, path)
        for pragma in ("synchronous = FULL", "fullfsync = 1", "checkpoint_fullfsync = 1", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
    except BaseException:
        connection.close()
        raise
    return connection


def _write_ahead(connection: sqlite3.Connection, path: Path) -> None:
    # The switch to WAL asks for the file alone and does not wait: two processes that make a home both come here.
    deadline = time.monotonic() + BUSY_SECONDS
    mode = ""
    while not mode:
        try:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        except sqlite3.OperationalError as error:
            if _primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    if mode != "wal":
        raise UsageError(
            f"{path}: this disk keeps no write-ahead log (SQLite answered {mode!r})",
            remedy="put the home on an internal disk, and other volumes on external or network drives",
        )


def _check_numbers(migrations: Sequence[Migration]) -> None:
    owners: dict[str, list[int]] = {}
    for migration in migrations:
        owners.setdefault(migration.owner, []).append(migration.number)
    for owner, numbers in owners.items():
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            raise ValueError(f"migrations of {owner} are numbered {sorted(numbers)}, not 1 to {len(numbers)}")


def _migrate(connection: sqlite3.Connection, migrations: Sequence[Migration], path: Path) -> None:
    _check_identity(connection, path)
    connection.execute(_MIGRATIONS_TABLE)
    applied = {
        (row[0], row[1]): row[2] for row in connection.execute("SELECT owner, number, sql_sha256 FROM migrations")
    }
    known = {(migration.owner, migration.number): migration.sql_sha256 for migration in migrations}
    owners = {migration.owner for migration in migrations}
    for (owner, number), sql_sha256 in applied.items():
        if owner in owners and (owner, number) not in known:
            raise _newer(path, f"it holds step {number} of the tables of {owner}")
        if known.get((owner, number), sql_sha256) != sql_sha256:
            raise CorruptDataError(
                f"{path}: step {number} of the tables of {owner} was applied with another text",
                remedy="use the program version that made this home, or restore a backup",
            )
    for migration in sorted(migrations, key=lambda step: step.number):
        if (migration.owner, migration.number) not in applied:
            for statement in _statements(migration.sql):
                connection.execute(statement)
            row = (migration.owner, migration.number, migration.sql_sha256)
            connection.execute("INSERT INTO migrations (owner, number, sql_sha256) VALUES (?, ?, ?)", row)


def _check_identity(connection: sqlite3.Connection, path: Path) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    is_empty = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
    if is_empty and application == 0:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {FORMAT}")
    elif application != APPLICATION_ID:
        raise CorruptDataError(
            f"{path} is an SQLite file of another program (application id {application:#x})",
            remedy="name another home, or move that file away",
        )
    elif version > FORMAT:
        raise _newer(path, f"its format is {version}, this program knows {FORMAT}")


def _newer(path: Path, why: str) -> UsageError:
    return UsageError(f"{path} was written by a newer version of Whisky Assets: {why}", remedy="update the program")


def _statements(sql: str) -> Iterator[str]:
    # `executescript` would commit the open transaction first.
    pending = ""
    for piece in sql.split(";"):
        pending += f"{piece};"
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def _primary_code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


@contextlib.contextmanager
def _named_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        named = _named(path, error)
        if named is None:
            raise
        raise named from error


def _named(path: Path, error: sqlite3.DatabaseError) -> WhiskyError | None:
    code = _primary_code(error)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return BusyError(
            f"another process has been writing to {path} for {BUSY_SECONDS} seconds",
            remedy="wait for it to end and start again",
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return CorruptDataError(
            f"{path} is damaged: {error}",
            remedy="the segments are files of their own and untouched; see what can be done: whisky storage rebuild",
        )
    # A write inside `reading()` is our own mistake and keeps its own type.
    is_ours = code == sqlite3.SQLITE_READONLY and os.access(path, os.W_OK)
    is_disk = code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
    if means_full_disk(error, path.parent) or (is_disk and not is_ours):
        return _unusable(path, error)
    return None


def _unusable(path: Path, error: Exception) -> OutOfReachError:
    if means_full_disk(error, path.parent):
        return OutOfReachError(f"no space left for {path}", remedy="free space on that disk and start again")
    return OutOfReachError(f"{path} cannot be used: {error}", remedy="check the disk and the rights of its folder")
