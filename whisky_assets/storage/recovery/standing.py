"""A home whose state database was lost, or is older than what its backups tell, is not worked on as if it were new.

Both would mint keys a second time. Not here: bringing the database back (`rebuild`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from whisky_assets.domain.errors import CorruptDataError
from whisky_assets.storage.home import Home
from whisky_assets.storage.places import IDENTITY
from whisky_assets.storage.recovery.changes import last_change
from whisky_assets.storage.recovery.state_backup import newest_change_in
from whisky_assets.storage.state import StateDatabase

_REMEDY = "See what can be brought back, then do it: whisky storage rebuild"


def refuse_lost(home: Home) -> None:
    """Return if the home has its state database, or never had one.

    Raises:
        CorruptDataError: its volume is there and the database is not.
    """
    is_gone = not home.state_path.exists() or home.state_path.stat().st_size == 0
    if is_gone and (home.local_volume / IDENTITY).exists():
        raise CorruptDataError(
            f"the state database {home.state_path} is gone; its segments are there and untouched", remedy=_REMEDY
        )


def refuse_older(db: StateDatabase, home: Home) -> None:
    """Return if the state database is at least as new as its backups on the home's own volume.

    Raises:
        CorruptDataError: it is older, or empty beside segments: somebody put another file in its place, or the disk
            lost what was written.
    """
    told = newest_change_in(home.local_volume)
    with db.reading() as connection:
        own = last_change(connection)
        is_new = connection.execute("SELECT 1 FROM volumes").fetchone() is None
    if is_new and any(path.is_dir() for path in _entries(home.local_volume)):
        raise CorruptDataError(
            f"{home.state_path} is empty and knows nothing of what lies in {home.local_volume}", remedy=_REMEDY
        )
    if own < told:
        raise CorruptDataError(
            f"{home.state_path} is older than its own backups: it knows change {own:,}, they know {told:,}",
            remedy=_REMEDY,
        )


def _entries(folder: Path) -> Iterable[Path]:
    return folder.iterdir() if folder.is_dir() else ()
