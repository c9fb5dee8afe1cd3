"""The whole state database as one file on every volume that is there, compared with its name after it was written.

A name is lower-case ASCII and sorts by time: `state/20260105t090000z-000000001234-<sha256>.sqlite.zst`, in which the
number is that of the newest change it holds and the sha256 that of the file's bytes; `.age` at the end says that it is
sealed. `zstd -d` makes an SQLite file of it. Not here: putting one in the place of a lost database (`rebuild`).
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from whisky_assets.domain.errors import WhiskyError
from whisky_assets.storage.places import READ_BYTES, Volume
from whisky_assets.storage.recovery.backup_files import (
    TIME,
    Backup,
    Seal,
    Unseal,
    damaged_backup,
    newest_first,
    proven_bytes,
    put_proven,
    refusals_named,
    stored_bytes,
    thin_out,
)
from whisky_assets.storage.recovery.changes import last_change
from whisky_assets.storage.state import APPLICATION_ID, StateDatabase
from whisky_assets.storage.volumes import Volumes

FOLDER = "state"

_NAME = re.compile(
    rf"{FOLDER}/(?P<time>\d{{8}}t\d{{6}}z)-(?P<change>\d{{12}})-(?P<sha256>[0-9a-f]{{64}})\.sqlite\.zst(?P<sealed>\.age)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StateBackup(Backup):
    """One backup on one volume; `change` is the number of the newest change in it."""

    change: int

    @property
    def order(self) -> tuple[int, datetime, str]:
        """By which the newest one is found: clocks jump, changes are counted."""
        return (self.change, self.made_at, self.sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """Which volumes have the state of now, which of them got it by this call, and why others have not."""

    change: int
    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    skipped: tuple[tuple[str, WhiskyError], ...]
    removed: int


def back_up_state(db: StateDatabase, volumes: Volumes, now: datetime, *, seal: Seal | None = None) -> BackupReport:
    """Put the state of now on every volume that is there and has an older one; old backups go, 10 and 7 daily stay.

    Costs one look at a folder of each volume where nothing changed.

    Args:
        db: the home's state database.
        volumes: its volumes; an absent or full one is skipped.
        now: when; part of the names.
        seal: encrypts what goes to a volume that can be carried away; without it such a volume gets none.
    """
    with db.reading() as connection:
        change = last_change(connection)
    written, unchanged, skipped, removed = [], [], [], 0
    with _packed_once(db) as packed:
        for row in volumes.rows():
            try:
                volume = volumes.get(row.name)
                with refusals_named(row.name):
                    if any(backup.change == change for backup in backups_on(volume)):
                        unchanged.append(row.name)
                        continue
                copied, newest = packed()
                content = stored_bytes(copied, row, seal, "the state database")
                with refusals_named(row.name):
                    _write(volume, content, now, newest, sealed=row.is_off_this_pc)
                    written.append(row.name)
                    removed += thin_out(volume, backups_on(volume))
            except WhiskyError as error:
                skipped.append((row.name, error))
    return BackupReport(
        change=change, written=tuple(written), unchanged=tuple(unchanged), skipped=tuple(skipped), removed=removed
    )


def backups_on(volume: Volume) -> tuple[StateBackup, ...]:
    """Return the backups on a volume by their names, the newest first.

    Raises:
        OutOfReachError: the volume is absent.
    """
    found = []
    for file in volume.files(FOLDER):
        named = _NAME.fullmatch(file.path)
        if named:
            found.append(
                StateBackup(
                    volume=volume.name,
                    path=file.path,
                    made_at=datetime.strptime(named["time"], TIME).replace(tzinfo=UTC),
                    change=int(named["change"]),
                    sha256=named["sha256"],
                    sealed=named["sealed"] is not None,
                    size_bytes=file.size_bytes,
                )
            )
    return newest_first(found)


def newest_change_in(folder: Path) -> int:
    """Return the number of the newest change that the backups in a volume's folder tell by their names, 0 for none."""
    try:
        names = [path.name for path in (folder / FOLDER).iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return 0
    found = (_NAME.fullmatch(f"{FOLDER}/{name}") for name in names)
    return max((int(named["change"]) for named in found if named), default=0)


def restore_backup(backup: StateBackup, volume: Volume, target: Path, *, unseal: Unseal | None = None) -> None:
    """Write a backup as an SQLite file at a path that does not exist.

    Raises:
        CorruptDataError: its bytes are not what its name says, or it is no state database that SQLite finds sound.
        OutOfReachError: the volume is absent.
        WhiskyError: it is sealed and no key is at hand, or the key is another.
    """
    content = proven_bytes(backup, volume, unseal)
    _unpack(content, target, backup)
    why = unsound(target)
    if why:
        raise damaged_backup(backup, why)


def unsound(path: Path) -> str:
    """Return why an SQLite file is no state database that can be used, nothing where it is one."""
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                return "it is no state database"
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                return str(found)
            if connection.execute("PRAGMA foreign_key_check").fetchone():
                return "rows of it name rows that are not there"
    except sqlite3.DatabaseError as error:
        return str(error)
    return ""


@contextlib.contextmanager
def _packed_once(db: StateDatabase) -> Iterator[Callable[[], tuple[bytes, int]]]:
    """Give what makes the compressed copy of the database at the first call, and the same one at the next."""
    made: list[tuple[bytes, int]] = []

    def packed() -> tuple[bytes, int]:
        if not made:
            made.append(_packed(db))
        return made[0]

    yield packed


def _packed(db: StateDatabase) -> tuple[bytes, int]:
    """Return the compressed copy, and the number of the newest change in it: others go on writing."""
    import pyarrow as pa  # most calls find nothing changed, and this is slow to load

    with tempfile.TemporaryDirectory() as folder:
        copied = Path(folder) / "state.sqlite"
        with db.reading() as connection, contextlib.closing(sqlite3.connect(copied)) as target:
            connection.backup(target)
            # A copy that asks for a log beside it could not be opened on a medium that is read-only.
            target.execute("PRAGMA journal_mode = DELETE")
            change = last_change(target)
        packed = pa.BufferOutputStream()
        with copied.open("rb") as source, pa.CompressedOutputStream(packed, "zstd") as out:
            while block := source.read(READ_BYTES):
                out.write(block)
        return bytes(packed.getvalue()), change


def _write(volume: Volume, content: bytes, now: datetime, change: int, *, sealed: bool) -> None:
    sha256 = hashlib.sha256(content).hexdigest()
    suffix = ".age" if sealed else ""
    path = f"{FOLDER}/{now.astimezone(UTC):{TIME}}-{change:012d}-{sha256}.sqlite.zst{suffix}"
    put_proven(volume, path, content)


def _unpack(content: bytes, target: Path, backup: StateBackup) -> None:
    import pyarrow as pa  # as above

    try:
        with pa.CompressedInputStream(io.BytesIO(content), "zstd") as source, target.open("xb") as file:
            while block := source.read(READ_BYTES):
                file.write(block)
    except OSError as error:
        if error.errno:
            raise
        raise damaged_backup(backup, str(error)) from error
