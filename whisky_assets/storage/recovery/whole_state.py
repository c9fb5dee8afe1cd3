"""Of the state database and all its backups, the one that is whole and knows the newest change.

Not here: what happened since (`rebuild`).
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whisky_assets.domain.errors import UsageError, WhiskyError
from whisky_assets.storage.directories import DirectoryVolume, identity_in
from whisky_assets.storage.home import Home
from whisky_assets.storage.places import LOCAL, Volume
from whisky_assets.storage.recovery.backup_files import Unseal
from whisky_assets.storage.recovery.changes import last_change
from whisky_assets.storage.recovery.state_backup import StateBackup, backups_on, restore_backup, unsound
from whisky_assets.storage.state import Migration, StateDatabase
from whisky_assets.storage.volumes import Volumes

MISSING = "missing"
DAMAGED = "damaged"
WHOLE = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeState:
    """What stands (`missing`, `damaged` or `whole`) and what is built on.

    `backup` is the backup that is built on, None where it is the standing database or nothing; `change` the newest
    change that it knows, `newest_known` the newest that anything tells by its name; `refused` are newer backups that
    could not be used, with why.
    """

    standing: str
    why: str
    standing_change: int
    is_standing: bool
    backup: StateBackup | None
    change: int
    newest_known: int
    refused: tuple[tuple[str, str], ...]


def newest_whole_state(
    home: Home,
    target: Path,
    migrations: Sequence[Migration],
    *,
    places: Sequence[Path] = (),
    gcs_client: Callable[[], Any] | None = None,
    unseal: Unseal | None = None,
) -> WholeState:
    """Write the newest whole state to a path that does not exist, if there is any, and say which one it is.

    Args:
        home: the home.
        target: where the state is written to; none there afterwards means that no whole one was found.
        migrations: of all owners of tables.
        places: folders of volumes that the database may not know.
        gcs_client: makes the client of buckets; without it theirs are not seen.
        unseal: opens sealed backups.

    Raises:
        UsageError: a newer version of the program wrote a backup.
    """
    standing, why = _take_standing(home.state_path, target)
    standing_change = change_of(target) if standing == WHOLE else 0
    search = _Search(target, migrations, unseal, standing_change if standing == WHOLE else -1)
    search.look_on([volume for path in (home.local_volume, *places) for volume in _unnamed(path)])
    # A backup can name volumes that hold newer ones.
    while search.look_on(list(_named(home, target, migrations, gcs_client))):
        pass
    return WholeState(
        standing=standing,
        why=why,
        standing_change=standing_change,
        is_standing=standing == WHOLE and search.backup is None,
        backup=search.backup,
        change=search.change,
        newest_known=max(search.newest, standing_change),
        refused=tuple(search.refused.items()),
    )


class _Search:
    """The best state so far, and the backups that were looked at."""

    def __init__(self, target: Path, migrations: Sequence[Migration], unseal: Unseal | None, change: int) -> None:
        self.target = target
        self.migrations = migrations
        self.unseal = unseal
        self.change = change
        self.newest = 0
        self.backup: StateBackup | None = None
        self.refused: dict[str, str] = {}
        self._seen: set[str] = set()

    def look_on(self, volumes: Sequence[Volume]) -> bool:
        """Take the newest whole backup of these volumes if it is newer than the best; say whether one was taken."""
        offered: list[tuple[StateBackup, Volume]] = []
        for volume in volumes:
            with contextlib.suppress(WhiskyError):
                offered += [(backup, volume) for backup in backups_on(volume)]
        self.newest = max([self.newest, *(backup.change for backup, _volume in offered)])
        for backup, volume in sorted(offered, key=lambda pair: pair[0].order, reverse=True):
            if backup.change <= self.change:
                return False
            where = f"{volume.place}/{backup.path}"
            if where not in self._seen and self._take(backup, volume, where):
                return True
        return False

    def _take(self, backup: StateBackup, volume: Volume, where: str) -> bool:
        self._seen.add(where)
        fresh = self.target.with_name("candidate.sqlite")
        fresh.unlink(missing_ok=True)
        try:
            restore_backup(backup, volume, fresh, unseal=self.unseal)
            StateDatabase.open(fresh, self.migrations).close()
        except UsageError:  # of a newer program: what this one knows of it is not all of it
            raise
        except WhiskyError as error:
            self.refused[where] = error.message
            return False
        _remove(self.target)
        fresh.replace(self.target)
        self.change, self.backup = backup.change, backup
        return True


def _take_standing(path: Path, target: Path) -> tuple[str, str]:
    if not path.exists():
        return MISSING, ""
    try:
        with contextlib.closing(sqlite3.connect(path)) as source, contextlib.closing(sqlite3.connect(target)) as copied:
            source.backup(copied)
    except sqlite3.DatabaseError as error:
        why = str(error)
    else:
        why = unsound(target)
    if why:
        _remove(target)
        return DAMAGED, why
    return WHOLE, ""


def change_of(path: Path) -> int:
    """Return the number of the newest change that an SQLite file tells, 0 where it tells of none."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        try:
            return last_change(connection)
        except sqlite3.OperationalError:  # of a version that noted no changes
            return 0


def _unnamed(folder: Path) -> Iterator[DirectoryVolume]:
    """Yield the volume that a folder shows, whatever the database calls it; none where it shows none."""
    with contextlib.suppress(WhiskyError, OSError):
        uuid = identity_in(folder)
        if uuid is not None:
            yield DirectoryVolume(name=LOCAL, uuid=uuid, root=folder)


def _named(
    home: Home, target: Path, migrations: Sequence[Migration], gcs_client: Callable[[], Any] | None
) -> Iterator[Volume]:
    if not target.exists():
        return
    db = StateDatabase.open(target, migrations)
    try:
        volumes = Volumes(db, home, gcs_client=gcs_client)
        for row in volumes.rows():
            with contextlib.suppress(WhiskyError):
                yield volumes.get(row.name)
        db.checkpoint()
    finally:
        db.close()


def _remove(path: Path) -> None:
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)
