"""Which home a command works on, and how a real one is made from four answers.

A sample home is made when it is first needed; a real one only by `whisky init`. The two never mix.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shlex
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from whisky_assets.domain.errors import OutOfReachError, UsageError
from whisky_assets.storage.drives import refuse_empty_mount_point
from whisky_assets.storage.durable import publish_bytes
from whisky_assets.storage.home import Home, create_home, find_home, open_home
from whisky_assets.storage.places import IDENTITY, identity_of

PROJECT_ROOT = Path(__file__).resolve().parents[2]
_CONFIG_KEYS = {
    "contact": {"address": "contact"},
    "publish": {"target": "target"},
    "storage": {"quota_gb": "quota_gb", "drive": "drive", "bucket": "bucket"},
    "feeds": {"on": "feeds_on", "off": "feeds_off"},
}
"""The keys of each section of config.toml, and which field of `Settings` they fill."""
_NAMES = {field: f"[{section}] {key}" for section, keys in _CONFIG_KEYS.items() for key, field in keys.items()}
_KINDS: dict[type, str] = {str: "text in quotes", int: "whole number", tuple: "list of texts in quotes"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the owner of a home answered; empty text means `not set`."""

    contact: str = ""
    target: str = "local"
    quota_gb: int = 100
    drive: str = ""
    bucket: str = ""
    feeds_on: tuple[str, ...] = ()
    feeds_off: tuple[str, ...] = ()


def sample_root() -> Path:
    """Return the folder of the sample home."""
    return PROJECT_ROOT / ".whisky" / "sample"


def real_root() -> Path:
    """Return the folder in which `whisky init` makes the real home."""
    return PROJECT_ROOT / ".whisky" / "real"


def chosen_root(explicit: Path | None, environ: Mapping[str, str], *, sample: bool = False) -> Path:
    """Return the folder of the home to work on: the sample one where it is asked for, else by the one rule.

    Raises:
        UsageError: the folder is named with a `~` that means nobody.
    """
    try:
        return sample_root() if sample else find_home(explicit, environ, PROJECT_ROOT)
    except RuntimeError as error:
        raise UsageError(f"{explicit or environ['WHISKY_HOME']}: {error}", remedy="Name the folder in full.") from error


def root_to_make(explicit: Path | None, environ: Mapping[str, str]) -> Path:
    """Return the folder in which `whisky init` makes a home: `--home`, else `WHISKY_HOME`, else the real one's.

    Raises:
        UsageError: as `chosen_root`.
    """
    named = explicit is not None or environ.get("WHISKY_HOME")
    return chosen_root(explicit, environ) if named else real_root()


def words_of_root(root: Path) -> str:
    """Return what a command to paste needs to mean this home, with a space in front; nothing for the real one."""
    if root == sample_root():
        return " --sample"
    return "" if root == real_root() else f" --home {shlex.quote(str(root))}"


def world_of(root: Path) -> str:
    """Return the world of the home at a folder; a folder without one will become a sample home."""
    return open_home(root).world if (root / "home.json").exists() else "sample"


def opened_home(root: Path) -> Home:
    """Return the home at a folder; the project's own sample home is made when it is not there yet.

    Raises:
        UsageError: there is no home and this folder is not the place of the sample one.
    """
    if not (root / "home.json").exists() and root == sample_root():
        return create_home(root, "sample", datetime.now(UTC))
    return open_home(root)


def make_real_home(root: Path, settings: Settings, now: datetime) -> Home:
    """Make a real home with a config that its owner can read and change; nothing is written before all is checked.

    Made before, it is returned when its config says the same.

    Raises:
        UsageError: a sample home or something else stands there, an answer cannot be meant, the drive is a volume of
            another home, or the config that stands there says otherwise.
        OutOfReachError: the drive is absent.
    """
    _check_settings(root, settings)
    if (root / "home.json").exists():
        _check_same(open_home(root), settings)
    standing = next(path for path in (root, *root.absolute().parents) if path.exists())
    if not standing.is_dir():
        raise UsageError(f"{standing} is a file, so {root} can be no home", remedy="Name a folder for the home.")
    _check_drive(root, settings.drive)
    home = create_home(root, "real", now)
    if not home.config_path.exists():
        publish_bytes(home.root, home.config_path.name, _config_text(settings).encode())
    return home


def _check_settings(root: Path, settings: Settings) -> None:
    if not settings.contact.strip():
        raise UsageError(
            "a contact is missing: shops must be able to write to somebody",
            remedy=f"Give a mail or web address: whisky init{words_of_root(root)} --contact you@example.org",
        )
    for name in ("contact", "target", "drive", "bucket"):
        if not getattr(settings, name).isprintable():
            raise UsageError(
                f"{name} holds a line break or another letter that cannot be seen", remedy="Type it again."
            )
    if settings.quota_gb < 1:
        raise UsageError(f"{settings.quota_gb} GB hold no whisky data", remedy="Name 1 or more whole GB.")


def _check_same(home: Home, settings: Settings) -> None:
    """Refuse answers that a config says otherwise: its owner may have edited it since."""
    if home.world != "real" or not home.config_path.exists():
        return
    stands = read_settings(home)
    told = [
        f"{_NAMES[field.name]} = {_toml(getattr(stands, field.name))}, not {_toml(getattr(settings, field.name))}"
        for field in dataclasses.fields(Settings)
        if getattr(stands, field.name) != getattr(settings, field.name)
    ]
    if told:
        raise UsageError(
            f"this home stands already, and {home.config_path} says {'; '.join(told)}",
            remedy=f"Nothing was changed. Edit that file: {home.config_path}",
        )


def _check_drive(root: Path, drive: str) -> None:
    """Refuse a drive that cannot become the home's volume, before anything is made for it."""
    if not drive:
        return
    folder = Path(drive)
    if not folder.is_dir():
        raise OutOfReachError(
            f"no folder {drive}, so there can be no copies", remedy="Attach the drive and make the folder, or say none."
        )
    refuse_empty_mount_point(folder)
    identity = folder / IDENTITY
    owner = identity_of(identity.read_bytes(), drive).get("home") if identity.exists() else None
    own = open_home(root).id if (root / "home.json").exists() else None
    if owner is not None and owner != own:
        raise UsageError(f"{drive} is a volume of another home", remedy="Name an empty folder for the copies.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"{drive} cannot be written", remedy="Name a folder in which your user may write.")


def read_settings(home: Home) -> Settings:
    """Return the settings of a home; a home without a config has the defaults.

    Raises:
        UsageError: config.toml is no TOML, holds a key that means nothing, named with the keys that exist, or a value
            of another kind.
    """
    path = home.config_path
    if not path.exists():
        return Settings()
    try:
        told = tomllib.loads(path.read_bytes().decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}", remedy="Mend the line that it names.") from error
    told.pop("permission", None)  # of feeds, by name: `permissions`
    _check_keys(path, told)
    found: dict[str, Any] = {
        field: told[section][key]
        for section, keys in _CONFIG_KEYS.items()
        for key, field in keys.items()
        if key in told.get(section, {})
    }
    for field, value in found.items():
        wanted = type(getattr(Settings(), field))
        if wanted is tuple and isinstance(value, list) and all(isinstance(item, str) for item in value):
            found[field] = tuple(value)
        elif type(value) is not wanted:
            raise UsageError(
                f"{path}: {_NAMES[field]} = {_toml(value)} is no {_KINDS[wanted]}", remedy="Mend it in that file."
            )
    return Settings(**found)


def _check_keys(path: Path, told: Mapping[str, object]) -> None:
    for section, values in told.items():
        keys = _CONFIG_KEYS.get(section)
        unknown = {section} if keys is None or not isinstance(values, dict) else values.keys() - keys.keys()
        if unknown:
            known = ", ".join(f"[{name}] {', '.join(sorted(keys))}" for name, keys in _CONFIG_KEYS.items())
            raise UsageError(f"{path}: {', '.join(sorted(unknown))} means nothing", remedy=f"Known are: {known}.")


def _config_text(settings: Settings) -> str:
    return f"""\
# Settings of this home. Secrets never stand here: name an environment variable or a file instead.

[contact]
# Sent with every request, so that a shop can write to you.
address = {_toml(settings.contact)}

[publish]
# local, emulator, or firestore:PROJECT/DATABASE
target = {_toml(settings.target)}

[storage]
# How much disk the whisky data may take on this machine, in GB: `whisky storage retain` keeps to it, the oldest goes
# first, and says so where what must stay takes more. `whisky storage status` shows what is taken.
quota_gb = {_toml(settings.quota_gb)}
# An external drive for copies, and a GCS bucket; empty: none.
drive = {_toml(settings.drive)}
bucket = {_toml(settings.bucket)}

[feeds]
# Names of feeds that are switched on or off here, whatever their TOML says; `whisky sources on NAME` writes it.
on = {_toml(settings.feeds_on)}
off = {_toml(settings.feeds_off)}
"""


def _toml(value: object) -> str:
    """Return a text or number as TOML writes it; JSON's quotes and escapes are TOML's too."""
    return json.dumps(value, ensure_ascii=False, default=str)
