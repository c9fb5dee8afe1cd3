"""The volumes of a home: added once by a person, found by name, absent or foreign ones told as such.

Not here: what a volume can do (`places`), its kinds (`directories`, `gcs`) and which segments exist (`segments`).
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from whisky_assets.domain.digests import utc_text
from whisky_assets.domain.errors import UsageError
from whisky_assets.storage.directories import DirectoryVolume, claim_directory
from whisky_assets.storage.durable import make_folders
from whisky_assets.storage.gcs import GcsVolume
from whisky_assets.storage.home import Home
from whisky_assets.storage.places import LOCAL, Volume
from whisky_assets.storage.state import StateDatabase, micros


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeRow:
    """A volume as the state database knows it."""

    name: str
    uuid: str
    kind: str
    location: str


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
        self._made: dict[str, Volume] = {}

    def rows(self) -> tuple[VolumeRow, ...]:
        """Return all volumes, by name."""
        with self.db.reading() as connection:
            found = connection.execute("SELECT name, uuid, kind, location FROM volumes ORDER BY name").fetchall()
        return tuple(VolumeRow(name=row[0], uuid=row[1], kind=row[2], location=row[3]) for row in found)

    def get(self, name: str) -> Volume:
        """Return a volume by name; whether it is there shows when it is used.

        Raises:
            UsageError: no volume has this name, or a bucket is asked for where no client was given.
        """
        if name not in self._made:
            row = next((row for row in self.rows() if row.name == name), None)
            if row is None:
                known = ", ".join(found.name for found in self.rows()) or "none"
                raise UsageError(
                    f"no volume is called {name!r}; known: {known}",
                    remedy="Add it: whisky storage add-volume NAME FOLDER",
                )
            self._made[name] = self._make(row)
        return self._made[name]

    def directory(self, name: str) -> DirectoryVolume | None:
        """Return a volume if new segments can be written straight to it, None for a bucket."""
        volume = self.get(name)
        return volume if isinstance(volume, DirectoryVolume) else None

    def add(self, name: str, kind: str, location: str, now: datetime) -> Volume:
        """Make a place a volume of this home: its identity first, then its row; done before, it is returned.

        Args:
            name: how commands call it.
            kind: `directory` or `gcs`.
            location: an existing folder, or `gs://bucket/prefix`.
            now: when.

        Raises:
            UsageError: the name or the place is taken, or the kind is unknown.
            OutOfReachError: the folder or bucket does not exist.
        """
        stored = self._stored_location(kind, location)
        existing = next((row for row in self.rows() if row.name == name or row.location == stored), None)
        if existing is not None:
            if (existing.name, existing.kind, existing.location) != (name, kind, stored):
                raise UsageError(f"volume {existing.name} already is {existing.kind} {existing.location}")
            return self.get(name)
        fresh = {"uuid": str(uuid.uuid4()), "kind": kind, "created_at": utc_text(now), "home": self.home.id}
        if kind == "gcs":
            found = GcsVolume(name=name, uuid="", location=stored, client=self._client()).claim(fresh)
        else:
            found = claim_directory(self._path(stored), fresh)
        if found.get("home") != self.home.id:
            raise UsageError(f"{location} is a volume of another home", remedy="name an empty folder or prefix")
        with self.db.transaction() as connection:
            _insert_volume(connection, VolumeRow(name=name, uuid=found["uuid"], kind=kind, location=stored), now)
        return self.get(name)

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
        return self._gcs_client()

    def _make(self, row: VolumeRow) -> Volume:
        if row.kind == "gcs":
            return GcsVolume(name=row.name, uuid=row.uuid, location=row.location, client=self._client())
        return DirectoryVolume(name=row.name, uuid=row.uuid, root=self._path(row.location))


def open_volumes(
    db: StateDatabase, home: Home, now: datetime, *, gcs_client: Callable[[], Any] | None = None
) -> Volumes:
    """Return the volumes of a home; its own volume `local` is made on the first day."""
    volumes = Volumes(db, home, gcs_client=gcs_client)
    if all(row.name != LOCAL for row in volumes.rows()):
        make_folders(home.local_volume)
        volumes.add(LOCAL, "directory", str(home.local_volume), now)
    return volumes


def _insert_volume(connection: sqlite3.Connection, row: VolumeRow, now: datetime) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO volumes (name, uuid, kind, location, created_at) VALUES (?, ?, ?, ?, ?)",
        (row.name, row.uuid, row.kind, row.location, micros(now)),
    )
