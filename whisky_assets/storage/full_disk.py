"""Tells a full disk from any other error, whoever met it: the system, SQLite, or a program that wraps either.

Not here: which folder it was and what its owner should do; each caller says that in its own words.
"""

from __future__ import annotations

import contextlib
import errno
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""Error numbers of the system that mean a full disk, a full quota, or a file that may not grow."""

_TOO_LITTLE_BYTES = 1 << 20
"""With less free SQLite may fail to grow its log or the log's index (32 KiB a step, one a database)."""


def means_full_disk(error: BaseException, folder: Path) -> bool:
    """Return whether an error, or any that led to it, means that there is no space left at a folder.

    SQLite says no more than `disk I/O error` where the index of its log cannot grow; then the free space decides.

    Args:
        error: what was raised; SQLAlchemy keeps the database's own error in `orig`, others as cause or context.
        folder: where the files lie that could not be written.
    """
    return any(_is_full(one, folder) for one in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        original = getattr(one, "orig", None)
        waiting += [original if isinstance(original, BaseException) else None, one.__cause__, one.__context__]


def _is_full(error: BaseException, folder: Path) -> bool:
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        return code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _has_no_space(folder))
    return isinstance(error, OSError) and error.errno in NO_SPACE


def _has_no_space(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        return shutil.disk_usage(folder).free < _TOO_LITTLE_BYTES
    return False
