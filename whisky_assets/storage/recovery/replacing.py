"""A new state database takes the place of the old one, which is kept aside; a crash on the way leaves one of the two.

Not here: making the new one (`rebuild`).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psutil

from whisky_assets.domain.errors import BusyError, OutOfReachError
from whisky_assets.storage.durable import make_folders, sync_path
from whisky_assets.storage.state import LOCK

ASIDE = "state-aside"
_LOGS = ("-wal", "-shm")


def refuse_open_elsewhere(path: Path) -> None:
    """Return if no other process has the state database open: it would go on writing to the file that was put aside.

    Raises:
        BusyError: one has; names its pid.
    """
    own = str(path.resolve())
    for process in psutil.process_iter():
        if process.pid == os.getpid():
            continue
        with contextlib.suppress(psutil.Error):
            if any(opened.path == own for opened in process.open_files()):
                raise BusyError(
                    f"{path} is open in {process.name()} (pid {process.pid})",
                    remedy="End that process and start again.",
                )


def replace_state(made: Path, path: Path, now: datetime, *, is_as_found: Callable[[], bool]) -> Path | None:
    """Put a closed state database in the place of another, durably; return the folder in which the old one is kept.

    Args:
        made: the new file.
        path: the place of the old one.
        now: when; part of the folder's name.
        is_as_found: whether the old one still holds what the new one was made from; asked while nobody can commit.

    Raises:
        BusyError: a commit is under way, another process has the old one open, or it changed meanwhile.
        OutOfReachError: the new file has a log beside it, so it was not closed.
    """
    if any(_beside(made, log).exists() and _beside(made, log).stat().st_size for log in _LOGS[:1]):
        raise OutOfReachError(f"{made} is still in use", remedy="Start the rebuild again.")
    sync_path(made)
    descriptor = os.open(path.with_name(LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(f"a commit to {path} is under way", remedy="Wait for it to end and start again.") from error
        refuse_open_elsewhere(path)  # again: one that came since would lose what it commits
        if not is_as_found():
            raise BusyError(
                f"{path} was written to while it was rebuilt, and stays as it is", remedy="Start the rebuild again."
            )
        aside = _put_aside(path, now)
        made.replace(path)
        sync_path(path.parent)
    finally:
        os.close(descriptor)
    return aside


def _put_aside(path: Path, now: datetime) -> Path | None:
    standing = [one for one in (path, *(_beside(path, log) for log in _LOGS)) if one.exists()]
    if not standing:
        return None
    aside = _free_folder(path.parent / ASIDE, f"{now:%Y%m%dt%H%M%Sz}")
    for one in standing:
        # Copied and not moved: until the new file stands, the old one does.
        shutil.copy2(one, aside / one.name)
        sync_path(aside / one.name)
    sync_path(aside)
    # Of the old file; the new one would take it for its own.
    for log in _LOGS:
        _beside(path, log).unlink(missing_ok=True)
    return aside


def _free_folder(parent: Path, name: str) -> Path:
    number = 1
    while (parent / f"{name}-{number}").exists():
        number += 1
    folder = parent / f"{name}-{number}"
    make_folders(folder)
    return folder


def _beside(path: Path, log: str) -> Path:
    return path.with_name(f"{path.name}{log}")
