"""A home is one folder of one world, real or sample, that is found by one rule and never mixes the two.

Not here: what lies in it (`state`, `volumes`) and its configuration (`pipeline`).
"""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from whisky_assets.domain.digests import utc_text
from whisky_assets.domain.errors import CorruptDataError, UsageError
from whisky_assets.storage.durable import make_folders, publish_bytes
from whisky_assets.storage.state import LOCK

WORLDS = ("real", "sample")

_IDENTITY = "home.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """An existing home: its folder, its own id and its world (`real` or `sample`)."""

    root: Path
    id: str
    world: str

    @property
    def state_path(self) -> Path:
        """The state database; never opened but by SQLite."""
        return self.root / "state.sqlite"

    @property
    def local_volume(self) -> Path:
        """The volume `local`, where new segments land."""
        return self.root / "volumes" / "local"

    @property
    def inbox(self) -> Path:
        """Where a person puts files of feeds."""
        return self.root / "inbox"

    @property
    def sources(self) -> Path:
        """The owner's own feeds."""
        return self.root / "sources"

    @property
    def curation(self) -> Path:
        """The owner's decisions and reference rows."""
        return self.root / "curation"

    @property
    def exports(self) -> Path:
        """Where exports go if nobody says otherwise."""
        return self.root / "exports"

    @property
    def dagster(self) -> Path:
        """Dagster's storage of this home; deleting it loses no table, key or promise."""
        return self.root / "dagster"

    @property
    def config_path(self) -> Path:
        """The owner's settings."""
        return self.root / "config.toml"

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that a home has from its first day."""
        return (self.local_volume, self.inbox, self.sources, self.curation, self.exports, self.dagster)


def create_home(root: Path, world: str, now: datetime) -> Home:
    """Make a home, or return the one that stands there with the same world; several processes may try at once.

    Raises:
        UsageError: a home of the other world stands there, or `world` is neither `real` nor `sample`.
        CorruptDataError: its `home.json` cannot be read.
    """
    if world not in WORLDS:
        raise UsageError(f"a home's world is one of {', '.join(WORLDS)}, not {world!r}")
    root = root.absolute()
    make_folders(root)
    if not (root / _IDENTITY).exists():
        _identify(root, world, now)
    home = open_home(root)
    if home.world != world:
        raise UsageError(
            f"{root} is a {home.world} home, not a {world} one", remedy="name another folder with --home or WHISKY_HOME"
        )
    for folder in home.folders:
        make_folders(folder)
    return home


def _identify(root: Path, world: str, now: datetime) -> None:
    descriptor = os.open(root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if not (root / _IDENTITY).exists():
            identity = {"id": str(uuid.uuid4()), "world": world, "created_at": utc_text(now)}
            publish_bytes(root, _IDENTITY, (json.dumps(identity, indent=2) + "\n").encode())
    finally:
        os.close(descriptor)


def settle_home(home: Home, now: datetime) -> None:
    """Make a folder the home again that it was elsewhere, with its id and world; before, the folder is no home."""
    for folder in home.folders:
        make_folders(folder)
    identity = {"id": home.id, "world": home.world, "created_at": utc_text(now)}
    publish_bytes(home.root, _IDENTITY, (json.dumps(identity, indent=2) + "\n").encode())


def open_home(root: Path) -> Home:
    """Return the home that stands in a folder.

    Raises:
        UsageError: there is none, or it is of a world that this program does not know.
        CorruptDataError: its `home.json` cannot be read.
    """
    path = root.absolute() / _IDENTITY
    try:
        identity = json.loads(path.read_text(encoding="utf-8"))
        home = Home(root=path.parent, id=str(identity["id"]), world=str(identity["world"]))
    except (FileNotFoundError, NotADirectoryError) as error:
        make = f"whisky init --home {shlex.quote(str(path.parent))}"
        raise UsageError(f"no home in {root}", remedy=f"make a real one with `{make}`") from error
    except (ValueError, TypeError, KeyError) as error:
        raise CorruptDataError(
            f"{path} cannot be read: {error}",
            remedy="put its line back: id, world (real or sample) and created_at as JSON",
        ) from error
    if home.world not in WORLDS:
        raise UsageError(f"{path}: world is {home.world!r}, not one of {', '.join(WORLDS)}")
    return home


def find_home(explicit: Path | None, environ: Mapping[str, str], project_root: Path) -> Path:
    """Return where the home is: `explicit`, else `WHISKY_HOME`, else `.whisky/real` if made, else `.whisky/sample`.

    Args:
        explicit: what `--home` named.
        environ: the environment's variables.
        project_root: the folder that holds `.whisky`; never the current directory.
    """
    named = explicit or (Path(environ["WHISKY_HOME"]) if environ.get("WHISKY_HOME") else None)
    if named is not None:
        return named.expanduser().absolute()
    homes = project_root.absolute() / ".whisky"
    return homes / ("real" if (homes / "real" / _IDENTITY).exists() else "sample")
