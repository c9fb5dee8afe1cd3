"""Who may write a home that stands on several machines: one place at a time, until another takes over by a named act.

A lease names a place, one home folder on one machine, and does not end by itself: no clock decides, and a crash loses
nothing. It lies as `lease.json` on each volume but the home's own, and as a row in each place's state database. Each
taking counts a term up; where two are told, the higher term counts. Not here: what each place has that the other has
not (`recovery.differing`), and the words of the command (`pipeline.leasing`).
"""

from __future__ import annotations

import contextlib
import getpass
import json
import socket
import sqlite3
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from whisky_assets.domain.errors import BusyError, CorruptDataError, OutOfReachError, WhiskyError
from whisky_assets.storage.durable import publish_bytes
from whisky_assets.storage.places import LOCAL, Volume
from whisky_assets.storage.processes import this_host
from whisky_assets.storage.state import StateDatabase, micros, moment_of
from whisky_assets.storage.volumes import Volumes

LEASE = "lease.json"
TAKE = "whisky storage lease --take --why TEXT"

_PLACE = "place.json"
_FIRST_TERM = 1
_COLUMNS = "term, place, machine, taken_by, why, taken_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Which place writes: its id, the names of machine and person, why it took over, and when by its own clock."""

    term: int
    place: str
    machine: str
    person: str
    why: str
    taken_at: datetime

    @property
    def order(self) -> tuple[int, str]:
        """By which two leases are told apart: clocks differ, terms are counted; two of one term by their places."""
        return (self.term, self.place)

    def __str__(self) -> str:
        """Return it as a person reads it."""
        since = f"{self.taken_at:%Y-%m-%d %H:%M} UTC"
        return f"{self.person} on {self.machine} since {since} (term {self.term}: {self.why})"


def own_place(folder: Path) -> str:
    """Return the id of the place that a home's folder is; made at first need.

    A folder that was copied, or carried to another machine, is another place: its inode or its machine differs.
    """
    path = folder / _PLACE
    here = {"host": this_host(), "inode": folder.stat().st_ino}
    # One that is missing, unreadable or of another folder is none: this one is new.
    with contextlib.suppress(FileNotFoundError, ValueError, KeyError, TypeError):
        told = json.loads(path.read_bytes())
        if {name: told[name] for name in here} == here:
            return str(told["place"])
    fresh = str(uuid.uuid4())
    publish_bytes(folder, _PLACE, json.dumps({**here, "place": fresh}).encode())
    return fresh


def held(db: StateDatabase) -> Lease | None:
    """Return the newest lease that this place's state database knows, None where nobody ever took one."""
    with db.reading() as connection:
        row = connection.execute(f"SELECT {_COLUMNS} FROM leases ORDER BY term DESC LIMIT 1").fetchone()  # noqa: S608 - a constant
    return None if row is None else _of_row(row)


def acts(db: StateDatabase) -> tuple[tuple[Lease, bool], ...]:
    """Return every lease that is known, the newest first, each with whether it was only read on a volume."""
    with db.reading() as connection:
        rows = connection.execute(f"SELECT {_COLUMNS}, learned FROM leases ORDER BY term DESC").fetchall()  # noqa: S608 - columns named here
    return tuple((_of_row(row[:-1]), bool(row[-1])) for row in rows)


def refuse_other_place(db: StateDatabase) -> None:
    """Return if this place may write by what its state database knows; no volume is asked.

    Raises:
        BusyError: another place writes this home: person, machine, since when and why.
    """
    known = held(db)
    if known is not None and known.place != own_place(db.path.parent):
        raise _other_writes(known)


def hold(volumes: Volumes, now: datetime, person: str = "") -> Lease | None:
    """Hold the lease of this place: tell it on every volume that is there; the first place that asks has it.

    Args:
        volumes: the home's.
        now: when, for a first lease.
        person: who; the user of this process if not given.

    Returns:
        The lease; None for a home that has no volume but its own, whose place nobody can share.

    Raises:
        BusyError: another place writes this home; that is kept, so that later steps know it without the volume.
    """
    db = volumes.db
    told = dict(_told(volumes))
    known = held(db)
    best = max((one for one in (known, *told.values()) if one is not None), key=lambda one: one.order, default=None)
    if best is None and not told:
        return None
    place = own_place(volumes.home.root)
    if best is None:
        best = _fresh(place, _FIRST_TERM, "the first to write", now, person)
    if known is None or known.order < best.order:
        record(db, best, learned=best.place != place)
    if best.place != place:
        raise _other_writes(best)
    return _spread(volumes, best, told)


def take(volumes: Volumes, why: str, now: datetime, person: str = "") -> Lease:
    """Take the lease over for this place, recorded with who, when and why; it counts from here on.

    Raises:
        BusyError: another place took it at the same time and won.
    """
    told = dict(_told(volumes))
    terms = [one.term for one in (held(volumes.db), *told.values()) if one is not None]
    fresh = _fresh(own_place(volumes.home.root), max(terms, default=0) + 1, why, now, person)
    record(volumes.db, fresh, learned=False)
    return _spread(volumes, fresh, told)


def succeed(db: StateDatabase, why: str, now: datetime, person: str = "") -> None:
    """Let this place take over in its own state database alone; its next run tells the volumes.

    Where nobody ever held a lease, nobody does now.
    """
    known = held(db)
    if known is not None:
        record(db, _fresh(own_place(db.path.parent), known.term + 1, why, now, person), learned=False)


def record(db: StateDatabase, lease: Lease, *, learned: bool) -> None:
    """Keep a lease in the state database; `learned` says that its place's rows are not in this database."""
    with db.transaction() as connection:
        _insert(connection, lease, learned=learned)


def told_on(volume: Volume) -> Lease | None:
    """Return the lease that a volume tells, None where it tells none.

    Raises:
        OutOfReachError: the volume is absent.
        CorruptDataError: what it tells cannot be read.
    """
    try:
        with volume.open_file(LEASE) as file:
            content = file.read()
    except FileNotFoundError:
        return None
    try:
        told = json.loads(content)
        return Lease(**{**told, "taken_at": datetime.fromisoformat(told["taken_at"])})
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptDataError(
            f"{LEASE} on volume {volume.name} cannot be read: {error}",
            remedy=f"Look who writes this home, then say so: {TAKE}",
        ) from error


def shared_volumes(volumes: Volumes) -> Iterable[Volume]:
    """Yield the volumes that are there and that another place may reach too: all but the home's own."""
    for row in volumes.rows():
        if row.name == LOCAL:
            continue
        try:
            volume = volumes.get(row.name)
            volume.check()
        except WhiskyError:
            continue  # absent, or a bucket without a client
        yield volume


def _told(volumes: Volumes) -> Iterable[tuple[str, Lease | None]]:
    for volume in shared_volumes(volumes):
        try:
            told = told_on(volume)
        except CorruptDataError:
            told = None  # whoever writes tells it anew, and the higher term counts
        yield volume.name, told


def _spread(volumes: Volumes, lease: Lease, told: dict[str, Lease | None]) -> Lease:
    """Tell a lease where it is not told yet, and look whether it stayed: two may take it at once."""
    content = json.dumps({**asdict(lease), "taken_at": lease.taken_at.isoformat()}, indent=1).encode()
    for name, stands in told.items():
        if stands == lease:
            continue
        volume = volumes.get(name)
        try:
            volume.replace_file(LEASE, content)
            after = told_on(volume)
        except (OutOfReachError, OSError):
            continue  # a drive that is full, read-only or gone again stops no run
        if after is not None and after.order > lease.order:
            record(volumes.db, after, learned=True)
            raise _other_writes(after)
    return lease


def _fresh(place: str, term: int, why: str, now: datetime, person: str) -> Lease:
    who = person or getpass.getuser()
    return Lease(term=term, place=place, machine=socket.gethostname(), person=who, why=why, taken_at=now)


def _insert(connection: sqlite3.Connection, lease: Lease, *, learned: bool) -> None:
    connection.execute(
        f"INSERT OR REPLACE INTO leases ({_COLUMNS}, learned) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - a constant
        (lease.term, lease.place, lease.machine, lease.person, lease.why, micros(lease.taken_at), int(learned)),
    )


def _of_row(row: tuple[int, str, str, str, str, int]) -> Lease:
    term, place, machine, person, why, taken_at = row
    return Lease(term=term, place=place, machine=machine, person=person, why=why, taken_at=moment_of(taken_at))


def _other_writes(lease: Lease) -> BusyError:
    return BusyError(
        f"another place writes this home: {lease}",
        remedy=f"Read here as you like. If that place writes no more, say so: {TAKE}",
    )
