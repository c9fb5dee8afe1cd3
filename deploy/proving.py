"""What the version that is checked out says of itself and of a home: run by `deploy/update`, before and after.

Each word is asked with this version's own `.venv` and answers with one line of JSON, so that the update need not know
what lies inside of another version. A refusal is `{error, remedy, exit}`.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from deploy.rows import rows_since
from whisky_assets.domain.errors import BusyError, CorruptDataError, WhiskyError
from whisky_assets.pipeline.homes import chosen_root
from whisky_assets.pipeline.safekeeping import keep_state
from whisky_assets.pipeline.status import home_status
from whisky_assets.pipeline.workspace import STATE_TABLES, Workspace
from whisky_assets.storage import locks
from whisky_assets.storage.durable import sync_path
from whisky_assets.storage.home import open_home
from whisky_assets.storage.recovery.changes import compared_rows, last_change, number_from, watch
from whisky_assets.storage.recovery.replacing import refuse_open_elsewhere, replace_state
from whisky_assets.storage.recovery.state_backup import newest_change_in, unsound
from whisky_assets.storage.state import StateDatabase

Answer = dict[str, object]


def home(folder: str) -> Answer:
    """Return which home is meant, whether it has a state database, and who serves its UI."""
    root = chosen_root(Path(folder) if folder else None, os.environ)
    stands = (root / "home.json").exists() and (root / "state.sqlite").exists()
    return {"home": str(root), "stands": stands, "ui": _ui_of(root)}


def load(folder: str) -> Answer:
    """Load the definitions of a home, or of none, and bind every asset, job, schedule and sensor.

    Raises:
        Exception: whatever is wrong with them.
    """
    if folder:
        os.environ["WHISKY_HOME"] = folder
    import dagster as dg

    from whisky_assets.definitions import defs

    dg.Definitions.validate_loadable(defs)
    return {"loads": True}


def keep(folder: str, aside: str) -> Answer:
    """Back the state database up on the volumes, and copy it into a folder under the name of its sha256, proven.

    Raises:
        BusyError: something works on this home: who.
        CorruptDataError: the copy is not sound.
    """
    workspace = Workspace(open_home(Path(folder)))
    try:
        for holder in locks.holders(workspace.db):
            if holder.process.is_alive():
                raise BusyError(f"{holder.name} is held by {holder}", remedy="Wait for it to end and start again.")
        problems = keep_state(workspace)
        copied = _copied(workspace.home.state_path, Path(aside))
    finally:
        workspace.close()
    return {"copy": str(copied), "problems": [f"{one.subject}: {one.message}" for one in problems]}


def trial(copy: str, scratch: str) -> Answer:
    """Bring a copy of a state database up to date, look whether it is sound, and say what counts of its rows.

    Raises:
        WhiskyError: a step of the tables fails, or the copy is of a newer version.
        CorruptDataError: it is not sound after it.
    """
    path = Path(scratch)
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)
    shutil.copyfile(copy, path)
    db = StateDatabase.open(path, STATE_TABLES)
    try:
        watch(db)
        with db.reading() as connection:
            compared = compared_rows(connection)
        db.checkpoint()
    finally:
        db.close()
    why = unsound(path)
    if why:
        raise CorruptDataError(f"the state database is not sound after its new steps: {why}")
    sync_path(path)
    return {"compared": compared}


def opened(folder: str) -> Answer:
    """Bring a home's state database up to date, and read all that the owner's one screen shows."""
    workspace = Workspace(open_home(Path(folder)))
    try:
        told = home_status(workspace)
        feeds = sorted(workspace.sources.broken)
    finally:
        workspace.close()
    return {"snapshot": told.snapshot_line, "broken_feeds": feeds}


def put_back(folder: str, copy: str, reference: str) -> Answer:
    """Put a copy of the state database in the place of the one that stands, which is kept in `state-aside/`.

    `reference` is the copy with the newer version's tables: what stands must hold no other rows.

    Raises:
        BusyError: another process has the database open, or wrote to it since.
        CorruptDataError: the copy is not what its name says.
    """
    standing = open_home(Path(folder))
    content = Path(copy).read_bytes()
    if hashlib.sha256(content).hexdigest() != Path(copy).stem:
        raise CorruptDataError(f"{copy} is not what its name says", remedy="Rebuild instead: whisky storage rebuild")
    refuse_open_elsewhere(standing.state_path)
    made = standing.root / "state-before-update.sqlite"
    made.write_bytes(content)
    # Backups that the newer version made tell greater numbers; a database behind them would count as rolled back.
    with contextlib.closing(sqlite3.connect(made)) as connection, connection:
        newest = newest_change_in(standing.local_volume)
        if newest > last_change(connection):
            number_from(connection, newest)
    with contextlib.closing(sqlite3.connect(reference)) as connection:
        compared = compared_rows(connection)
    aside = replace_state(
        made,
        standing.state_path,
        datetime.now(UTC),
        is_as_found=lambda: not rows_since(standing.state_path, Path(reference), compared),
    )
    return {"aside": str(aside)}


def _ui_of(root: Path) -> str:
    """Return who serves the UI of a home, in its own words; empty where nobody does."""
    path = root / "dagster" / "ui.lock"
    if not path.exists():
        return ""
    with path.open(encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return file.read().strip() or "somewhere"
    return ""


def _copied(path: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / "copying.sqlite"
    fresh.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as source, contextlib.closing(sqlite3.connect(fresh)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
    why = unsound(fresh)
    if why:
        raise CorruptDataError(f"{path} is damaged: {why}", remedy="See what can be done: whisky storage rebuild")
    sync_path(fresh)
    named = folder / f"{hashlib.sha256(fresh.read_bytes()).hexdigest()}.sqlite"
    fresh.replace(named)
    sync_path(folder)
    return named


_WORDS: Mapping[str, Callable[..., Answer]] = {
    "home": home,
    "load": load,
    "keep": keep,
    "trial": trial,
    "opened": opened,
    "put-back": put_back,
}


def main() -> int:
    """Answer one word; the exit code is that of the page of exit codes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("word", choices=sorted(_WORDS))
    parser.add_argument("given", nargs="*")
    told = parser.parse_args()
    try:
        answer = _WORDS[told.word](*told.given)
    except WhiskyError as error:
        answer = {"error": error.message, "remedy": error.remedy, "exit": int(error.exit_code)}
    print(json.dumps(answer))
    return int(str(answer.get("exit", 0)))


if __name__ == "__main__":
    sys.exit(main())
