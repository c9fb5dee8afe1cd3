"""What two places of one home have that the other has not, where both wrote: told by table, nothing is changed.

The other place is known by the newest backup of its state database on a volume. Not here: who may write (`lease`).
"""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from whisky_assets.domain.errors import WhiskyError
from whisky_assets.storage.lease import shared_volumes
from whisky_assets.storage.places import Volume
from whisky_assets.storage.recovery.backup_files import Unseal
from whisky_assets.storage.recovery.changes import compared_rows
from whisky_assets.storage.recovery.state_backup import StateBackup, backups_on, restore_backup
from whisky_assets.storage.state import StateDatabase
from whisky_assets.storage.volumes import Volumes

_OF_EACH_PLACE = frozenset({"leases", "volumes"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Rows by table that only this place has, and that only the newest backup has; `backup` says which that is.

    `why_unknown` says why it could not be compared, empty where it was.
    """

    backup: StateBackup | None
    here: Mapping[str, int]
    there: Mapping[str, int]
    why_unknown: str = ""

    @property
    def is_there_more(self) -> bool:
        """Whether the other place has, or may have, what this one has not."""
        return bool(self.there or self.why_unknown)

    def __str__(self) -> str:
        """Return it as a person reads it."""
        if self.why_unknown:
            return f"what the other place has cannot be read: {self.why_unknown}"
        if self.backup is None:
            return "no backup of the other place is on a volume that is there"
        return f"only here: {_words(self.here)}; only on volume {self.backup.volume}: {_words(self.there)}"


def difference(db: StateDatabase, volumes: Volumes, *, unseal: Unseal | None = None) -> Difference:
    """Compare this place's state database with the newest backup on the volumes that another place may reach.

    Args:
        db: the state database of this place.
        volumes: its volumes.
        unseal: opens sealed backups.
    """
    found: list[tuple[StateBackup, Volume]] = []
    for volume in shared_volumes(volumes):
        found += [(backup, volume) for backup in backups_on(volume)]
    if not found:
        return Difference(backup=None, here={}, there={})
    backup, volume = max(found, key=lambda pair: pair[0].order)
    try:
        here, there = _compared(db, backup, volume, unseal)
    except WhiskyError as error:
        return Difference(backup=backup, here={}, there={}, why_unknown=error.message)
    return Difference(backup=backup, here=here, there=there)


def _compared(
    db: StateDatabase, backup: StateBackup, volume: Volume, unseal: Unseal | None
) -> tuple[dict[str, int], dict[str, int]]:
    here: dict[str, int] = {}
    there: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "state.sqlite"
        restore_backup(backup, volume, target, unseal=unseal)
        with db.reading() as own, contextlib.closing(sqlite3.connect(target)) as other:
            known = {row[0] for row in other.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
            for table, select in compared_rows(own).items():
                if table in _OF_EACH_PLACE or table not in known:
                    continue
                ours, theirs = set(own.execute(select)), set(other.execute(select))
                for counts, rows in ((here, ours - theirs), (there, theirs - ours)):
                    if rows:
                        counts[table] = len(rows)
    return here, there


def _words(counts: Mapping[str, int]) -> str:
    most = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    told = ", ".join(f"{count:,} in {table}" for table, count in most[:5])
    return told or "nothing"
