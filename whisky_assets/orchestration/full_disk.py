"""Tells a full disk in one sentence also where Dagster's own storage was the first to find no space.

Not here: what our own stores say of theirs; they name the volume or the state database themselves.
"""

import contextlib
import errno
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from whisky_assets.domain.errors import OutOfReachError, WhiskyError

_FULL_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextlib.contextmanager
def full_disk_named(folder: Path) -> Iterator[None]:
    """Raise OutOfReachError, naming the folder, in place of another program's error that means a full disk.

    Args:
        folder: where that program keeps its files.
    """
    try:
        yield
    except WhiskyError:
        raise
    except Exception as error:
        if not any(_is_full(one) for one in _causes(error)):
            raise
        raise OutOfReachError(
            f"no space left at {folder}; what was stored before is untouched",
            remedy="free space there and start again",
        ) from error


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that led to it: SQLAlchemy keeps the database's own in `orig`, Dagster as a cause."""
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


def _is_full(error: BaseException) -> bool:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
    return isinstance(error, OSError) and error.errno in _FULL_DISK
