"""Tells a full disk in one sentence also where Dagster's own storage was the first to find no space.

Not here: what our own stores say of theirs; they name the volume or the state database themselves.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from whisky_assets.domain.errors import OutOfReachError, WhiskyError
from whisky_assets.storage.full_disk import means_full_disk


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
        if not means_full_disk(error, folder):
            raise
        raise OutOfReachError(
            f"no space left at {folder}; what was stored before is untouched",
            remedy="free space there and start again",
        ) from error
