"""The volumes of a home: added once by a person, found by name, absent or foreign ones told as such.

Not here: what a volume can do (`places`), its kinds (`directories`, `gcs`) and which segments exist (`segments`).
"""

from __future__ import annotations

import shlex
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from whisky_assets.domain.digests import utc_text
from whisky_assets.domain.errors import UsageError
from whisky_assets.storage.directories import DirectoryVolume, claim_directory, identity_in
from whisky_assets.storage.durable import make_folders
from whisky_assets.storage.gcs import GcsVolume, opened_client
from whisky_assets.storage.home import Home
from whisky_assets.storage.places import IDENTITY, LOCAL, Volume
from whisky_assets.storage.state import StateDatabase, micros, moment_of


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


class Volumes:
    """The volumes of one home, by name."""

    def __init__(self, db: StateDatabase, home: Home, *, gcs_client: Callable[[], Any] | None = None) -> None:
        """Read volumes from the state database when asked for.

        Args:
            db: the home's state database.
            home: the home; locations inside it move with it.
            gcs_client: makes a `google.cloud.storage.Client`; needed for volumes of kind `gcs` alone.
        """
        self.db = db
        self.home = home
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

    def get(self, name: str) -> Volume:
        """Return a volume by name; whether it is there shows when it is used.

        Raises:
            UsageError: no volume has this name, or a bucket is asked for where no client was given.
        """
        row = next((row for row in self.rows() if row.name == name), None)
        if row is None:
            known = ", ".join(found.name for found in self.rows()) or "none"
            raise UsageError(
                f"no volume is called {name!r}; known: {known}",
                remedy="Add it: whisky storage add-volume NAME FOLDER",
            )
        made, volume = self._made.get(name, (None, None))
        if volume is None or made != row:  # another process may have moved it
            volume = self._make(row)
            self._made[name] = (row, volume)
        return volume

    def directory(self, name: str) -> DirectoryVolume | None:
        """Return a volume if new segments can be written straight to it, None for a bucket."""
        volume = self.get(name)
        return volume if isinstance(volume, DirectoryVolume) else None

    def add(self, name: str, kind: str, location: str, now: datetime) -> Volume:
        """Make a place a volume of this home: its identity first, then its row; done before, it is returned.

        A drive that carries the volume's identity and is mounted elsewhere is found there from now on.

        Args:
            name: how commands call it.
            kind: `directory` or `gcs`.
            location: an existing folder, or `gs://bucket/prefix`.
            now: when.

        Raises:
            UsageError: the name or the place is taken, two places show one identity, or the kind is unknown.
            OutOfReachError: the folder or bucket does not exist.
        """
        stored = self._stored_location(kind, location)
        existing = next((row for row in self.rows() if row.name == name or row.location == stored), None)
        if existing is None:
            self._insert(
                VolumeRow(name=name, uuid=self._claim(name, kind, stored, now), kind=kind, location=stored), now
            )
        elif (existing.name, existing.kind, existing.location) != (name, kind, stored):
            self._move(existing, VolumeRow(name=name, uuid=existing.uuid, kind=kind, location=stored))
        return self.get(name)

    def _claim(self, name: str, kind: str, stored: str, now: datetime) -> str:
        fresh = {"uuid": str(uuid.uuid4()), "kind": kind, "created_at": utc_text(now), "home": self.home.id}
        if kind == "gcs":
            found = GcsVolume(name=name, uuid="", location=stored, client=self._client()).claim(fresh)
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
                    "INSERT INTO volumes (name, uuid, kind, location, created_at) VALUES (?, ?, ?, ?, ?)",
                    (row.name, row.uuid, row.kind, row.location, micros(now)),
                )
            elif known != [row]:  # it may be there by now: another process added it too
                raise UsageError(
                    f"{row.location} is the volume {known[0].name} of this home, last seen at {known[0].location}",
                    remedy=f"whisky storage add-volume {known[0].name} {shlex.quote(row.location)}",
                )

    def _move(self, old: VolumeRow, new: VolumeRow) -> None:
        is_drive = old.name == new.name != LOCAL and old.kind == new.kind == "directory"
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
        if kind == "gcs":
            return location.rstrip("/")
        if kind != "directory":
            raise UsageError(f"a volume's kind is directory or gcs, not {kind!r}")
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
        if row.kind == "gcs":
            return GcsVolume(name=row.name, uuid=row.uuid, location=row.location, client=self._client())
        return DirectoryVolume(name=row.name, uuid=row.uuid, root=self._path(row.location))


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
    db: StateDatabase, home: Home, now: datetime, *, gcs_client: Callable[[], Any] | None = None
) -> Volumes:
    """Return the volumes of a home; its own volume `local` is made on the first day."""
    volumes = Volumes(db, home, gcs_client=gcs_client)
    if all(row.name != LOCAL for row in volumes.rows()):
        make_folders(home.local_volume)
        volumes.add(LOCAL, "directory", str(home.local_volume), now)
    return volumes
