"""The volumes of a home: added once by a person, found by name, absent or foreign ones told as such.

Not here: what a volume can do (`places`), its kinds (`directories`, `drives`, `gcs`, `rclone`), which segments exist
(`segments`) and who may put what where (`upkeep`).
"""

from __future__ import annotations

import contextlib
import dataclasses
import shlex
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from whisky_assets.domain.digests import utc_text
from whisky_assets.domain.errors import UsageError, WhiskyError
from whisky_assets.storage.capacity import Limits, Room, VolumeFacts
from whisky_assets.storage.directories import DirectoryVolume, claim_directory, identity_in
from whisky_assets.storage.drives import MOUNTS, DriveVolume
from whisky_assets.storage.durable import make_folders
from whisky_assets.storage.gcs import GcsVolume, opened_client
from whisky_assets.storage.home import Home
from whisky_assets.storage.places import IDENTITY, LOCAL, Volume
from whisky_assets.storage.rclone import RcloneVolume, proven_location
from whisky_assets.storage.state import StateDatabase, micros, moment_of

CLASSES = {"directory": "fast", "drive": "cold", "gcs": "off-site", "rclone": "off-site"}
"""The kinds of volumes, each with the class that it has if nobody says otherwise."""

FOLDERS = ("directory", "drive")
"""The kinds that are folders of this machine."""

_USED = (
    "SELECT volume, SUM(bytes) FROM (SELECT c.volume, COALESCE(c.stored_bytes, s.size_bytes) AS bytes FROM copies c"
    " JOIN segments s ON s.id = c.segment UNION ALL SELECT volume, size_bytes FROM retired_copies"
    " WHERE unlinked_at IS NULL) WHERE ?1 IS NULL OR volume = ?1 GROUP BY volume"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeRow:
    """A volume as the state database knows it."""

    name: str
    uuid: str
    kind: str
    location: str
    storage_class: str = "fast"
    capacity_bytes: int | None = None
    reserve_bytes: int = 0
    seen_at: datetime | None = None

    @property
    def is_off_this_pc(self) -> bool:
        """Whether it can be carried away or lies elsewhere: there, personal segments are sealed."""
        return self.kind != "directory"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLimits:
    """What an owner says of a volume; None: as it is. A capacity of 0 takes the limit away."""

    storage_class: str | None = None
    capacity_bytes: int | None = None
    reserve_bytes: int | None = None

    def check(self) -> None:
        """Return if each can be meant.

        Raises:
            UsageError: an unknown class, or a size below 0.
        """
        if self.storage_class not in (None, "fast", "cold", "off-site"):
            raise UsageError(f"a volume's class is fast, cold or off-site, not {self.storage_class!r}")
        if min(self.capacity_bytes or 0, self.reserve_bytes or 0) < 0:
            raise UsageError("a volume's capacity and reserve are 0 bytes or more")

    def on(self, row: VolumeRow) -> VolumeRow:
        """Return a row with what is said."""
        said = {name: value for name, value in dataclasses.asdict(self).items() if value is not None}
        if self.capacity_bytes == 0:
            said["capacity_bytes"] = None
        return dataclasses.replace(row, **said)


class Volumes:
    """The volumes of one home, by name."""

    def __init__(
        self,
        db: StateDatabase,
        home: Home,
        *,
        gcs_client: Callable[[], Any] | None = None,
        mounts: Sequence[str] = MOUNTS,
        lent: Mapping[str, Path] | None = None,
    ) -> None:
        """Read volumes from the state database when asked for.

        Args:
            db: the home's state database.
            home: the home; locations inside it move with it.
            gcs_client: makes a `google.cloud.storage.Client`; needed for volumes of kind `gcs` alone.
            mounts: patterns of the folders where external drives are mounted.
            lent: folders that stand for volumes, by their identity, wherever those are at home.
        """
        self.db = db
        self._lent = lent or {}
        self.home = home
        self._mounts = mounts
        self._gcs_client = gcs_client
        self._made: dict[str, tuple[VolumeRow, Volume]] = {}

    def rows(self) -> tuple[VolumeRow, ...]:
        """Return all volumes, by name."""
        with self.db.reading() as connection:
            found = connection.execute(
                "SELECT name, uuid, kind, location, storage_class, capacity_bytes, reserve_bytes, seen_at"
                " FROM volumes ORDER BY name"
            ).fetchall()
        return tuple(_row(values) for values in found)

    def row(self, name: str) -> VolumeRow:
        """Return what is known of a volume.

        Raises:
            UsageError: no volume has this name.
        """
        rows = self.rows()
        for row in rows:
            if row.name == name:
                return row
        known = ", ".join(found.name for found in rows) or "none"
        raise UsageError(
            f"no volume is called {name!r}; known: {known}",
            remedy="Add it: whisky storage add-volume NAME FOLDER",
        )

    def get(self, name: str) -> Volume:
        """Return a volume by name; whether it is there shows when it is used.

        Raises:
            UsageError: no volume has this name, or a bucket is asked for where no client was given.
        """
        row = dataclasses.replace(self.row(name), seen_at=None)
        made, volume = self._made.get(name, (None, None))
        if volume is None or made != row:  # another process may have moved it
            volume = self._make(row)
            self._made[name] = (row, volume)
        return volume

    def facts(self, now: datetime | None = None) -> tuple[VolumeFacts, ...]:
        """Return what is known of each volume, the home's own first; each is asked whether it is there.

        Args:
            now: when; the volumes that are there are noted as seen then.
        """
        with self.db.reading() as connection:
            used = dict(connection.execute(_USED, (None,)).fetchall())
        rows = sorted(self.rows(), key=lambda row: (row.name != LOCAL, row.name))
        devices: dict[int, str] = {}
        facts = tuple(self._facts(row, used.get(row.name, 0), devices, now) for row in rows)
        if now is not None:
            self.note_seen([one.name for one in facts if one.is_here], now)
        return facts

    def used_bytes(self, name: str) -> int:
        """Return how many bytes of copies, retired files and quarantine lie on a volume."""
        with self.db.reading() as connection:
            found = connection.execute(_USED, (name,)).fetchone()
        aside = 0
        with contextlib.suppress(WhiskyError, OSError):  # of an absent one nobody can say
            aside = self.get(name).set_aside_bytes()
        return aside + (0 if found is None else int(found[1]))

    def directory(self, name: str) -> DirectoryVolume | None:
        """Return a volume if new segments can be written straight to it, None for a bucket."""
        volume = self.get(name)
        return volume if isinstance(volume, DirectoryVolume) else None

    def add(self, name: str, kind: str, location: str, now: datetime, *, limits: NewLimits | None = None) -> Volume:
        """Make a place a volume of this home: its identity first, then its row; done before, it is returned.

        A drive that carries the volume's identity and is mounted elsewhere is found there from now on.

        Args:
            name: how commands call it.
            kind: one of `CLASSES`.
            location: an existing folder, `gs://bucket/prefix`, or a place of rclone without secrets.
            now: when.
            limits: its class, capacity and reserve; what is not said stays as it is.

        Raises:
            UsageError: the name or the place is taken, two places show one identity, or the kind is unknown.
            OutOfReachError: the folder or bucket does not exist.
        """
        told = limits or NewLimits()
        told.check()
        stored = self._stored_location(kind, location)
        existing = next((row for row in self.rows() if row.name == name or row.location == stored), None)
        fresh = VolumeRow(name=name, uuid="", kind=kind, location=stored, storage_class=CLASSES[kind])
        if existing is None:
            claimed = dataclasses.replace(told.on(fresh), uuid=self._claim(name, kind, stored, now))
            self._insert(claimed, now)
        else:
            if (existing.name, existing.kind, existing.location) != (name, kind, stored):
                self._move(existing, dataclasses.replace(fresh, uuid=existing.uuid))
            if told.on(existing) != existing:
                self._limit(told.on(existing))
        return self.get(name)

    def forget(self, name: str) -> None:
        """Let a place be no volume any more; its files and its identity stay as they are.

        Raises:
            UsageError: no volume has this name, or copies are registered there.
        """
        self.row(name)
        with self.db.transaction() as connection:
            if connection.execute("SELECT 1 FROM copies WHERE volume = ? LIMIT 1", (name,)).fetchone():
                raise UsageError(f"volume {name} holds copies and cannot be forgotten")
            connection.execute("DELETE FROM volumes WHERE name = ?", (name,))

    def _limit(self, row: VolumeRow) -> None:
        with self.db.transaction() as connection:
            connection.execute(
                "UPDATE volumes SET storage_class = ?, capacity_bytes = ?, reserve_bytes = ? WHERE name = ?",
                (row.storage_class, row.capacity_bytes, row.reserve_bytes, row.name),
            )

    def note_seen(self, names: Sequence[str], now: datetime) -> None:
        """Remember that these volumes were there."""
        with self.db.transaction() as connection:
            connection.executemany(
                "UPDATE volumes SET seen_at = ? WHERE name = ?", [(micros(now), name) for name in names]
            )

    def _facts(self, row: VolumeRow, used_bytes: int, devices: dict[int, str], now: datetime | None) -> VolumeFacts:
        free_bytes, device, why_absent = None, None, ""
        try:
            volume = self.get(row.name)
            volume.check()
            free_bytes = volume.free_bytes()
            used_bytes += volume.set_aside_bytes()
            device = volume.device() if isinstance(volume, DirectoryVolume) else None
        except (WhiskyError, OSError) as error:
            why_absent = error.message if isinstance(error, WhiskyError) else f"{row.location}: {error.strerror}"
        first = row.name if device is None else devices.setdefault(device, row.name)
        return VolumeFacts(
            name=row.name,
            kind=row.kind,
            storage_class=row.storage_class,
            is_here=not why_absent,
            why_absent=why_absent,
            capacity_bytes=row.capacity_bytes,
            used_bytes=used_bytes,
            free_bytes=free_bytes,
            reserve_bytes=row.reserve_bytes,
            seen_at=row.seen_at if why_absent or now is None else now,
            location=row.location,
            same_disk_as=None if first == row.name else first,
        )

    def _claim(self, name: str, kind: str, stored: str, now: datetime) -> str:
        fresh = fresh_identity(self.home, str(uuid.uuid4()), kind, now)
        if kind == "gcs":
            found = GcsVolume(name=name, uuid="", location=stored, client=self._client()).claim(fresh)
        elif kind == "rclone":
            found = RcloneVolume(name=name, uuid="", location=stored).claim(fresh)
        else:
            found = claim_directory(self._path(stored), fresh)
        if found.get("home") != self.home.id:
            raise UsageError(f"{stored} is a volume of another home", remedy="name an empty folder or prefix")
        return found["uuid"]

    def _insert(self, row: VolumeRow, now: datetime) -> None:
        with self.db.transaction() as connection:
            known = [old for old in self.rows() if old.uuid == row.uuid or old.name == row.name]
            if not known:
                connection.execute(
                    "INSERT INTO volumes (name, uuid, kind, location, storage_class, capacity_bytes, reserve_bytes,"
                    " seen_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        row.name,
                        row.uuid,
                        row.kind,
                        row.location,
                        row.storage_class,
                        row.capacity_bytes,
                        row.reserve_bytes,
                        micros(now),
                        micros(now),
                    ),
                )
            elif [_identity(old) for old in known] != [_identity(row)]:
                # The same row may be there by now: another process added it too.
                raise UsageError(
                    f"{row.location} is the volume {known[0].name} of this home, last seen at {known[0].location}",
                    remedy=f"whisky storage add-volume {known[0].name} {shlex.quote(row.location)}",
                )

    def _move(self, old: VolumeRow, new: VolumeRow) -> None:
        is_drive = old.name == new.name != LOCAL and old.kind == new.kind and old.kind in FOLDERS
        there = self._path(new.location)
        if not is_drive or identity_in(there) != old.uuid:
            raise UsageError(
                f"volume {old.name} already is {old.kind} {old.location}",
                remedy=f"whisky storage add-volume ANOTHER_NAME {shlex.quote(new.location)}",
            )
        here = self._path(old.location)
        if identity_in(here) == old.uuid and not here.samefile(there):
            raise UsageError(
                f"{old.location} and {new.location} both say that they are volume {old.name}: one is a copy",
                remedy=f"Delete {IDENTITY} in the copy, and start again.",
            )
        with self.db.transaction() as connection:
            connection.execute(
                "UPDATE volumes SET location = ? WHERE name = ? AND uuid = ?", (new.location, new.name, old.uuid)
            )

    def _stored_location(self, kind: str, location: str) -> str:
        if kind not in CLASSES:
            *kinds, last = CLASSES
            raise UsageError(f"a volume's kind is {', '.join(kinds)} or {last}, not {kind!r}")
        if kind == "rclone":
            return proven_location(location)
        if kind not in FOLDERS:
            return location.rstrip("/")
        path = Path(location).absolute()
        root = self.home.root.absolute()
        return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)

    def _path(self, stored: str) -> Path:
        return self.home.root.absolute() / stored

    def _client(self) -> Any:
        if self._gcs_client is None:
            raise UsageError("a bucket is asked for, but no Google client was configured for this command")
        return opened_client(self._gcs_client)

    def _make(self, row: VolumeRow) -> Volume:
        limits = Limits(capacity_bytes=row.capacity_bytes, reserve_bytes=row.reserve_bytes)
        room = Room(limits, lambda: self.used_bytes(row.name))
        if row.uuid in self._lent:
            return DirectoryVolume(name=row.name, uuid=row.uuid, root=self._lent[row.uuid])
        if row.kind == "gcs":
            return GcsVolume(name=row.name, uuid=row.uuid, location=row.location, client=self._client(), room=room)
        if row.kind == "rclone":
            return RcloneVolume(name=row.name, uuid=row.uuid, location=row.location, room=room)
        root = self._path(row.location)
        if row.kind == "drive":
            return DriveVolume(name=row.name, uuid=row.uuid, root=root, room=room, mounts=self._mounts)
        return DirectoryVolume(name=row.name, uuid=row.uuid, root=root, room=room)


def fresh_identity(home: Home, identity: str, kind: str, now: datetime) -> dict[str, str]:
    """Return what `volume.json` of a new volume says: enough to know, on a bare machine, whose it is."""
    return {"uuid": identity, "kind": kind, "created_at": utc_text(now), "home": home.id, "world": home.world}


def _identity(row: VolumeRow) -> tuple[str, ...]:
    return (row.name, row.uuid, row.kind, row.location)


def _row(values: tuple[Any, ...]) -> VolumeRow:
    name, identity, kind, location, storage_class, capacity_bytes, reserve_bytes, seen_at = values
    return VolumeRow(
        name=name,
        uuid=identity,
        kind=kind,
        location=location,
        storage_class=storage_class,
        capacity_bytes=capacity_bytes,
        reserve_bytes=reserve_bytes,
        seen_at=None if seen_at is None else moment_of(seen_at),
    )


def open_volumes(
    db: StateDatabase,
    home: Home,
    now: datetime,
    *,
    gcs_client: Callable[[], Any] | None = None,
    mounts: Sequence[str] = MOUNTS,
    lent: Mapping[str, Path] | None = None,
) -> Volumes:
    """Return the volumes of a home; its own volume `local` is made on the first day."""
    volumes = Volumes(db, home, gcs_client=gcs_client, mounts=mounts, lent=lent)
    if all(row.name != LOCAL for row in volumes.rows()):
        make_folders(home.local_volume)
        volumes.add(LOCAL, "directory", str(home.local_volume), now)
    return volumes
