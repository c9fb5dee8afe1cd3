"""The store of a named target; nothing is contacted until the first call.

Not here: what a target's name may be (`publishing.targets`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from whisky_assets.domain.errors import OutOfReachError
from whisky_assets.publishing.stores.firestore import FirestoreStore
from whisky_assets.publishing.stores.port import DocumentStore
from whisky_assets.publishing.stores.sqlite import SqliteStore
from whisky_assets.publishing.targets import EMULATOR, LOCAL, Target


def open_store(
    target: Target,
    *,
    local_path: Path,
    emulator_host: str | None,
    credentials_file: Path | None,
    now: Callable[[], datetime],
) -> DocumentStore:
    """Return the document store of a target.

    Args:
        target: where a release goes.
        local_path: the file of the target `local`.
        emulator_host: what FIRESTORE_EMULATOR_HOST names; only the target `emulator` looks at it.
        credentials_file: the service account's key; only a real target looks at it.
        now: the home's clock, for update times of the target `local`.

    Raises:
        OutOfReachError: the target is `emulator` and no address is known.
    """
    if target.kind == LOCAL:
        return SqliteStore(local_path, now)
    if target.kind != EMULATOR:
        return FirestoreStore(project=target.project, database=target.database, credentials_file=credentials_file)
    if not emulator_host:
        raise OutOfReachError(
            "The target is `emulator`, and no address of one is known.",
            remedy="Start the Firestore emulator and set FIRESTORE_EMULATOR_HOST=127.0.0.1:PORT.",
        )
    return FirestoreStore(project=target.project, database=target.database, emulator_host=emulator_host)
