"""Volumes of a home are read where the home is not: its id from them, its state made anew, nothing written to them.

Not here: what is made of it (`restored_tables`, `restored_pages`, `restored_home`).
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from whisky_assets.domain.errors import CorruptDataError, UsageError
from whisky_assets.domain.outcome import Progress
from whisky_assets.storage.directories import DirectoryVolume, claim_directory
from whisky_assets.storage.durable import make_folders
from whisky_assets.storage.home import WORLDS, Home
from whisky_assets.storage.personal_key import KeyMissingError, read_key
from whisky_assets.storage.places import IDENTITY, segment_name
from whisky_assets.storage.placing import verify_copy
from whisky_assets.storage.recovery.rebuild import Place, Rebuilt, lent_folders, rebuild_state, volume_identity
from whisky_assets.storage.recovery.state_backup import backups_on
from whisky_assets.storage.recovery.state_seals import unsealer
from whisky_assets.storage.recovery.texts_backup import texts_on
from whisky_assets.storage.sealing import CannotOpenError, unsealed
from whisky_assets.storage.segments import SegmentStore
from whisky_assets.storage.snapshots import Snapshot, current, snapshot
from whisky_assets.storage.state import Migration, StateDatabase, micros
from whisky_assets.storage.volumes import Volumes, fresh_identity

Made = TypeVar("Made")

_TRIED_FILES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LentHome:
    """The segments of a home on volumes that are only read from, and what the making of its state came to."""

    store: SegmentStore
    rebuilt: Rebuilt


def home_of(folders: Sequence[Path], root: Path) -> Home:
    """Return the home whose volumes these folders are, as it would lie at `root`.

    Raises:
        UsageError: a folder is no volume, or they are volumes of different homes.
        CorruptDataError: an identity cannot be read, or tells no home and world.
    """
    told = {folder: volume_identity(folder) for folder in folders}
    for folder, identity in told.items():
        if not identity.get("home") or identity.get("world") not in WORLDS:
            raise CorruptDataError(
                f"{folder / IDENTITY} does not say of which home and world it is",
                remedy=f"Name another volume, or copy the folder and put `home` and `world` into its {IDENTITY}.",
            )
    homes = {(identity["home"], identity["world"]) for identity in told.values()}
    if len(homes) > 1:
        raise UsageError(
            f"{' and '.join(str(folder) for folder in folders)} are volumes of different homes",
            remedy="Name volumes of one home.",
        )
    ((home_id, world),) = homes
    return Home(root=root, id=home_id, world=world)


def sealed_files(folders: Sequence[Path]) -> Iterator[Path]:
    """Yield the files on these volumes that only the home's key opens."""
    for uuid_there, folder in lent_folders([Place(folder, is_lent=True) for folder in folders]).items():
        volume = DirectoryVolume(name=str(folder), uuid=uuid_there, root=folder)
        backups = (*backups_on(volume), *texts_on(volume))
        yield from (folder / backup.path for backup in backups if backup.sealed)
        for one in volume.segments():
            if one.sealed is not None:
                yield folder / segment_name(one.dataset, one.segment, one.sealed)


def refuse_other_key(home: Home, folders: Sequence[Path]) -> None:
    """Return if the key of the home opens what is sealed on its volumes, or nothing is sealed there.

    Raises:
        KeyMissingError: it is the key of another home.
        CorruptDataError: the key's file holds no key.
    """
    key = read_key(home)
    tried = 0
    for path in sealed_files(folders):
        try:
            with path.open("rb") as file, unsealed(file, key):
                return
        except CannotOpenError:  # it may be damaged: others are tried
            tried += 1
        if tried == _TRIED_FILES:
            break
    if tried:
        raise KeyMissingError(
            "this key opens nothing of what is sealed there: it is the key of another home",
            remedy="Name the key of this one, or give its 24 words.",
        )


@contextlib.contextmanager
def lent_home(
    home: Home, folders: Sequence[Path], migrations: Sequence[Migration], now: datetime, progress: Progress
) -> Iterator[LentHome]:
    """Make a home's state database at `home.root` from volumes that are only read from, and give what they hold.

    Done before, it goes on from what is there.

    Args:
        home: as `home_of` returns it; its key, if it is known, lies there already.
        folders: its volumes, one or more.
        migrations: of all owners of tables.
        now: when.
        progress: told of each file.

    Raises:
        BusyError: another process restores there.
        OutOfReachError: the disk of `home.root` is full.
    """
    make_folders(home.local_volume)
    # Of its own: the volume that is lent may be the home's `local` of before.
    claim_directory(home.local_volume, fresh_identity(home, str(uuid.uuid4()), "directory", now))
    places = [Place(folder, is_lent=True) for folder in folders]
    told = rebuild_state(home, migrations, now, progress, places=places, replace=True, unseal=unsealer(home))
    db = StateDatabase.open(home.state_path, migrations)
    try:
        yield LentHome(store=SegmentStore(db, Volumes(db, home, lent=lent_folders(places))), rebuilt=told)
    finally:
        db.close()


def snapshot_at(db: StateDatabase, moment: datetime | None) -> Snapshot | None:
    """Return the snapshot that was current at a time, the newest without one; None where there was none yet.

    Raises:
        UsageError: retention let it go; names the nearest that are kept.
    """
    if moment is None:
        return current(db)
    with db.reading() as connection:
        found = connection.execute(
            "SELECT max(number) FROM snapshots WHERE committed_at <= ?", (micros(moment),)
        ).fetchone()
    return None if found[0] is None else snapshot(db, f"s{found[0]:06d}")


def forget_rotten(store: SegmentStore, segments: Sequence[str]) -> list[str]:
    """Forget copies that are not what their names say, so that whole ones are read; return a sentence for each."""
    told = []
    for segment_id in segments:
        segment = store.segment(segment_id)
        for copy in store.copies(segment_id):
            try:
                verify_copy(store.volumes, segment, copy)
            except CorruptDataError as error:
                told.append(error.message)
                with store.db.transaction() as connection:
                    connection.execute("DELETE FROM copies WHERE segment = ? AND volume = ?", (segment_id, copy.volume))
    return told
