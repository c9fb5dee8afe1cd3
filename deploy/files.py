"""Files of a deployment that stay whole through a kill; standard library alone, for it runs while packages change."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = ".deploy"
"""Folder of the checkout that holds what a deployment notes; git ignores it."""


class DeployError(Exception):
    """An answer in a sentence; `exit_code` is one of the page of exit codes, `remedy` the way out."""

    def __init__(self, message: str, *, exit_code: int = 1, remedy: str = "") -> None:
        """Tell what is wrong, and how to mend it."""
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code
        self.remedy = remedy


USAGE, BUSY = 2, 4


def notes_of(root: Path) -> Path:
    """Return the folder of notes of a checkout, made where it is missing."""
    folder = root / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def write_note(path: Path, note: dict[str, Any]) -> None:
    """Put a note in the place of the one that stands there, in one step that survives a power cut."""
    fresh = path.with_name(f".{path.name}.fresh")
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(note, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    _sync_folder(path.parent)


def read_note(path: Path) -> dict[str, Any] | None:
    """Return a note, None where there is none.

    Raises:
        DeployError: it cannot be read.
    """
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise DeployError(
            f"{path} cannot be read: {error}", remedy="Look at it; it says what was under way."
        ) from error
    return dict(note)


def remove_note(path: Path) -> None:
    """Take a note away, for good."""
    path.unlink(missing_ok=True)
    _sync_folder(path.parent)


def remove_tree(path: Path) -> None:
    """Take a folder or a link away; none there is no error."""
    if path.is_symlink():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


@contextlib.contextmanager
def one_at_a_time(root: Path) -> Iterator[None]:
    """Hold the checkout: a second update or start of the UI is told who is at it.

    Raises:
        DeployError: another one is under way.
    """
    with (notes_of(root) / "lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise DeployError(
                f"process {file.read().strip() or 'unknown'} works on {root}",
                exit_code=BUSY,
                remedy="Wait for it to end and start again.",
            ) from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
