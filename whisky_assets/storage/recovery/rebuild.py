"""A lost, damaged or rolled back state database comes back: newest whole state, newer events, walk of the volumes.

The whole state is the one with the newest change: the database itself if it is sound, or a backup. All is made in a
folder of its own and put in the place of the old file at the end, which is kept aside. Not here: finding the whole
state (`whole_state`) and the words of the command (`pipeline.rebuilding`).
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from whisky_assets.domain.errors import BusyError, CorruptDataError, UsageError, WhiskyError
from whisky_assets.domain.outcome import Progress
from whisky_assets.domain.record import declared_records, spec_of
from whisky_assets.storage.directories import claim_directory, identity_in
from whisky_assets.storage.durable import make_folders
from whisky_assets.storage.home import Home
from whisky_assets.storage.places import IDENTITY, LOCAL, identity_of
from whisky_assets.storage.recovery.adoption import Adoption, adopt
from whisky_assets.storage.recovery.backup_files import Unseal
from whisky_assets.storage.recovery.changes import EVENTS, PERSONAL_EVENTS, last_change, number_from, unwatch, watch
from whisky_assets.storage.recovery.events import Change, RowKey, apply_events, newest_events
from whisky_assets.storage.recovery.replacing import refuse_open_elsewhere, replace_state
from whisky_assets.storage.recovery.state_backup import unsound
from whisky_assets.storage.recovery.whole_state import MISSING, WHOLE, WholeState, change_of, newest_whole_state
from whisky_assets.storage.segments import SegmentStore
from whisky_assets.storage.state import Migration, StateDatabase
from whisky_assets.storage.volumes import Volumes, fresh_identity, open_volumes

WORKSHOP = "rebuilding"
"""Folder of a home in which the new database is made; what a killed rebuild left there goes at the next one."""

_LOCK = "rebuild.lock"
_ROUNDS = 4  # events can name volumes that hold more events
_LEAP = 100_000_000
"""How far numbers go ahead where the database was lost: more than it can have counted since what is left of it.

Else an absent drive with its last backup would count as newer than all that is done from here on.
"""
_FROM = "from"
"""Begin of the names of volumes whose own name no event told."""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that is a volume of the home.

    One that is lent is only read from: strangers stay where they are, and it is a folder here whatever kind of volume
    it is where it is at home.
    """

    folder: Path
    is_lent: bool = False


@dataclass(slots=True, kw_only=True)
class Rebuilt:
    """What a rebuild came to, or would come to.

    `events` counts rows that newer events changed; `volumes` and `absent` say what the walk found, and what could not
    be walked; `dangling` counts rows that named something nobody knows, by table; `missing` are segments of which no
    copy is known, `elsewhere` counts those that only absent volumes hold; `aside` is where the old file is;
    `unnamed` are the volumes that were lent and whose own names nothing tells.
    """

    whole: WholeState
    events: int = 0
    unreadable: list[str] = field(default_factory=list)
    volumes: list[Adoption] = field(default_factory=list)
    absent: list[tuple[str, str]] = field(default_factory=list)
    dangling: dict[str, int] = field(default_factory=dict)
    missing: list[tuple[str, str]] = field(default_factory=list)
    elsewhere: int = 0
    change: int = 0
    is_replaced: bool = False
    aside: Path | None = None
    unnamed: tuple[str, ...] = ()

    @property
    def is_needed(self) -> bool:
        """Whether the database that stands differs from what was made."""
        walked = any(one.segments or one.copies or one.lost or one.strangers for one in self.volumes)
        return bool(not self.whole.is_standing or self.events or self.dangling or walked)


def rebuild_state(
    home: Home,
    migrations: Sequence[Migration],
    now: datetime,
    progress: Progress,
    *,
    places: Sequence[Place] = (),
    replace: bool = False,
    gcs_client: Callable[[], Any] | None = None,
    unseal: Unseal | None = None,
) -> Rebuilt:
    """Make the state database anew from all that can be reached, and put it in its place if that is asked for.

    Without `replace` nothing outside a folder of its own is changed, but that a home's own volume which lost its
    identity may get one, and the answer is the plan.

    Args:
        home: the home; its database may be missing or unreadable.
        migrations: of all owners of tables.
        now: when.
        progress: told of each file.
        places: folders of volumes of this home that the database may not know, or know elsewhere.
        replace: whether the new database takes the place of the old one, if they differ.
        gcs_client: makes the client of buckets; without it they count as absent.
        unseal: opens what is sealed; without it sealed backups and unknown sealed segments stay closed.

    Raises:
        BusyError: another rebuild is under way, or with `replace` another process has the database open.
        UsageError: a place is no volume of this home, or a newer version of the program wrote the state.
    """
    with _alone(home) as workshop:
        if replace:
            refuse_open_elsewhere(home.state_path)
        made = workshop / "state.sqlite"
        whole = newest_whole_state(
            home, made, migrations, places=[one.folder for one in places], gcs_client=gcs_client, unseal=unseal
        )
        told = Rebuilt(whole=whole)
        db = StateDatabase.open(made, migrations)
        try:
            _fill(_Work(home, db, now, progress, places, gcs_client, unseal, replace), told)
            if not db.checkpoint():
                raise BusyError(f"{made} is still in use", remedy="Start the rebuild again.")
        finally:
            db.close()
        why = unsound(made)
        if why:
            raise CorruptDataError(f"what was rebuilt is not sound: {why}", remedy="Look at the disk of the home.")
        if replace and told.is_needed:
            told.aside = replace_state(made, home.state_path, now, is_as_found=lambda: _is_as_found(home, whole))
            told.is_replaced = True
    return told


def volume_identity(place: Path) -> dict[str, str]:
    """Return what `volume.json` in a folder says.

    Raises:
        UsageError: there is none.
        CorruptDataError: it cannot be read.
    """
    try:
        return identity_of((place / IDENTITY).read_bytes(), str(place))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError(
            f"{place} is no volume: there is no {IDENTITY} in it", remedy="Name the folder that holds it."
        ) from error


def lent_folders(places: Sequence[Place]) -> dict[str, Path]:
    """Return the folders of the volumes that are lent, by their identity."""
    return {volume_identity(place.folder)["uuid"]: place.folder for place in places if place.is_lent}


@dataclass(frozen=True, slots=True)
class _Work:
    """One rebuild under way."""

    home: Home
    db: StateDatabase
    now: datetime
    progress: Progress
    places: Sequence[Place]
    gcs_client: Callable[[], Any] | None
    unseal: Unseal | None
    replace: bool

    def store(self) -> SegmentStore:
        """Return the segments, with the volumes that the database knows by now."""
        _claim_local(self)
        lent = lent_folders(self.places)
        volumes = open_volumes(self.db, self.home, self.now, gcs_client=self.gcs_client, lent=lent)
        for place in self.places:
            _join(self, volumes, place)
        return SegmentStore(self.db, volumes)


@contextlib.contextmanager
def _alone(home: Home) -> Iterator[Path]:
    descriptor = os.open(home.root / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(
                f"another rebuild of {home.root} is under way", remedy="Wait for it to end and start again."
            ) from error
        workshop = home.root / WORKSHOP
        shutil.rmtree(workshop, ignore_errors=True)
        make_folders(workshop)
        try:
            yield workshop
        finally:
            shutil.rmtree(workshop, ignore_errors=True)
    finally:
        os.close(descriptor)


def _is_as_found(home: Home, whole: WholeState) -> bool:
    if whole.standing == WHOLE:
        return change_of(home.state_path) == whole.standing_change
    return whole.standing != MISSING or not home.state_path.exists()


def _fill(work: _Work, told: Rebuilt) -> None:
    _take_events(work, told)
    store = work.store()
    for name in _reachable(store, told):
        told.volumes.append(
            adopt(
                store,
                name,
                work.now,
                work.progress,
                drop_missing=True,
                set_aside=work.replace and not any(place.is_lent for place in work.places),
                unseal=work.unseal,
            )
        )
    told.unnamed = _unnamed(work, store)
    _drop_dangling(work.db, told)
    with work.db.transaction() as connection:
        newest = max([told.whole.newest_known, told.change])
        number_from(connection, newest if told.whole.is_standing else newest + _LEAP)
    watch(work.db)
    _tell_missing(work.db, told)


def _take_events(work: _Work, told: Rebuilt) -> None:
    """Register the events of all volumes that can be reached, and let rows be what the newest of them say."""
    applied: dict[RowKey, int] = {}
    for _round in range(_ROUNDS):
        store = work.store()
        reached = _reachable(store, told)
        found = sum(_adopt_only(work, store, name, EVENTS) for name in reached)
        _know_erasures(work, newest_events(store, after=0, only="erasures", unreadable=[]))
        found += sum(_adopt_only(work, store, name, PERSONAL_EVENTS) for name in reached)
        told.unreadable = []
        events = newest_events(store, after=told.whole.change, unreadable=told.unreadable)
        fresh = {key: one for key, one in events.items() if one.number > applied.get(key, 0)}
        if fresh:
            _apply(work.db, fresh)
            applied |= {key: one.number for key, one in fresh.items()}
            told.change = max([told.change, *(one.number for one in fresh.values())])
        elif not found:
            break
    told.events = len(applied)


def _adopt_only(work: _Work, store: SegmentStore, volume: str, dataset: str) -> int:
    walked = adopt(store, volume, work.now, work.progress, datasets={dataset}, set_aside=False, unseal=work.unseal)
    return walked.segments


def _apply(db: StateDatabase, events: dict[RowKey, Change]) -> None:
    with db.transaction() as connection:
        unwatch(connection)
    # Foreign keys cannot be switched off inside a transaction, and rows come in the order in which they changed last.
    with contextlib.closing(sqlite3.connect(db.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("BEGIN IMMEDIATE")
        apply_events(connection, events)
        # A volume that was joined without a name has the one that its event tells; its files are found again.
        connection.execute("DELETE FROM copies WHERE volume NOT IN (SELECT name FROM volumes)")
        connection.execute("COMMIT")


def _know_erasures(work: _Work, events: dict[RowKey, Change]) -> None:
    with work.db.transaction() as connection:
        known = {row[0] for row in connection.execute("SELECT person_sha256 FROM erasures")}
    fresh = {
        key: one for key, one in events.items() if one.row is not None and not any(who in one.key for who in known)
    }
    if fresh:
        _apply(work.db, fresh)


def _reachable(store: SegmentStore, told: Rebuilt) -> list[str]:
    """Return the names of the volumes that are there, the home's own first, and tell why others are not."""
    told.absent = []
    found = []
    for row in sorted(store.volumes.rows(), key=lambda row: (row.name != LOCAL, row.name)):
        try:
            store.volumes.get(row.name).check()
        except WhiskyError as error:
            told.absent.append((row.name, error.message))
        else:
            found.append(row.name)
    return found


def _claim_local(work: _Work) -> None:
    """Let the home's own volume be the one that the database knows; an empty folder gets its identity back."""
    folder = work.home.local_volume
    with work.db.reading() as connection:
        row = connection.execute("SELECT uuid, created_at FROM volumes WHERE name = ?", (LOCAL,)).fetchone()
    if row is None:
        return
    shown = identity_in(folder)
    if shown is None and not work.replace:
        return  # a plan writes nothing
    if shown is None:
        make_folders(folder)
        claim_directory(folder, fresh_identity(work.home, row[0], "directory", work.now))
    elif shown != row[0]:
        with work.db.transaction() as connection:
            connection.execute("UPDATE volumes SET uuid = ? WHERE name = ?", (shown, LOCAL))


def _join(work: _Work, volumes: Volumes, given: Place) -> None:
    place = given.folder
    identity = volume_identity(place)
    if identity.get("home") != work.home.id:
        raise UsageError(f"{place} is a volume of another home", remedy="Name a volume of this one.")
    known = next((row for row in volumes.rows() if row.uuid == identity["uuid"]), None)
    if known is None and given.is_lent:
        volumes.add(_free_name(volumes), "directory", str(place), work.now)
    elif known is None:
        volumes.add(_free_name(volumes), identity.get("kind", "directory"), str(place), work.now)
    elif known.name != LOCAL and not given.is_lent:
        volumes.add(known.name, known.kind, str(place), work.now)


def _unnamed(work: _Work, store: SegmentStore) -> tuple[str, ...]:
    lent = lent_folders(work.places)
    names = (row.name for row in store.volumes.rows() if row.uuid in lent)
    return tuple(name for name in names if name.startswith(_FROM) and name.removeprefix(_FROM).isdecimal())


def _free_name(volumes: Volumes) -> str:
    taken = {row.name for row in volumes.rows()}
    return next(name for number in itertools.count(1) if (name := f"{_FROM}{number}") not in taken)


def _drop_dangling(db: StateDatabase, told: Rebuilt) -> None:
    """Take away rows that name something nobody knows: an event that is lost leaves them."""
    with contextlib.closing(sqlite3.connect(db.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        while found := connection.execute("PRAGMA foreign_key_check").fetchall():
            connection.execute("BEGIN IMMEDIATE")
            before = connection.total_changes
            for table, rowid, _parent, _key in found:
                connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (rowid,))  # noqa: S608 - SQLite's answer
                told.dangling[table] = told.dangling.get(table, 0) + 1
            connection.execute("COMMIT")
            if connection.total_changes == before:
                return  # a table without rowids; the proof at the end tells it


def _tell_missing(db: StateDatabase, told: Rebuilt) -> None:
    absent = [name for name, _why in told.absent]
    marks = ", ".join("?" for _name in absent)
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT dataset, id, person FROM segments"
            " WHERE NOT EXISTS (SELECT 1 FROM copies WHERE segment = segments.id) ORDER BY dataset, id"
        ).fetchall()
        told.elsewhere = connection.execute(
            "SELECT count(*) FROM segments WHERE EXISTS (SELECT 1 FROM copies WHERE segment = segments.id)"  # noqa: S608 - question marks alone
            f" AND NOT EXISTS (SELECT 1 FROM copies WHERE segment = segments.id AND volume NOT IN ({marks}))",
            absent,
        ).fetchone()[0]
        told.change = last_change(connection)
    records = declared_records()
    for dataset, segment, person in rows:
        is_erased = person is None and dataset in records and spec_of(records[dataset]).personal
        if not is_erased:
            told.missing.append((dataset, segment))
