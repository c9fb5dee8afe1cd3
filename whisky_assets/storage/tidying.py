"""What dead writers leave behind goes away, and the state database's log is moved into its file; beside living ones.

Not here: locks and builds of dead processes (`locks`, `builds`) and segments without a row (`copies.unregistered`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from whisky_assets.domain.errors import WhiskyError
from whisky_assets.storage.directories import DirectoryVolume
from whisky_assets.storage.durable import sweep
from whisky_assets.storage.segments import SegmentStore
from whisky_assets.storage.volumes import FOLDERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidied:
    """Whether the log is empty now, and which temporary files of dead writers were deleted."""

    log_emptied: bool
    swept: tuple[Path, ...]


def tidy(store: SegmentStore) -> Tidied:
    """Empty the state database's log and delete the temporary files of dead writers; safe at any time.

    Looks through the home and every folder volume that is there. Files of living writers stay. The log stays where a
    process is inside a commit or a read; the next call empties it.

    Raises:
        RuntimeError: this thread is inside a transaction or a read.
        CorruptDataError: the state database is damaged.
        OutOfReachError: its disk is full or fails.
    """
    # First: on a full disk these files may be the space that the log needs.
    swept = [path for folder in _folders(store) for path in sweep(folder)]
    return Tidied(log_emptied=store.db.checkpoint(), swept=tuple(swept))


def _folders(store: SegmentStore) -> list[Path]:
    home = store.volumes.home.root
    folders = [home]
    for row in store.volumes.rows():
        volume = store.volumes.get(row.name) if row.kind in FOLDERS else None
        if isinstance(volume, DirectoryVolume) and not volume.root.is_relative_to(home) and _is_there(volume):
            folders.append(volume.root)
    return folders


def _is_there(volume: DirectoryVolume) -> bool:
    try:
        volume.check()
    except WhiskyError:
        return False
    return True
