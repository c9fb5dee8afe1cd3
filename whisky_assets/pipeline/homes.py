"""Which home a command works on, and how a real one is made from four answers.

A sample home is made when it is first needed; a real one only by `whisky init`. The two never mix.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from whisky_assets.domain.errors import UsageError
from whisky_assets.storage.durable import publish_bytes
from whisky_assets.storage.home import Home, create_home, find_home, open_home

PROJECT_ROOT = Path(__file__).resolve().parents[2]
_CONFIG_KEYS = {
    "contact": {"address"},
    "publish": {"target"},
    "storage": {"quota_gb", "drive", "bucket"},
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the owner of a home answered; empty text means `not set`."""

    contact: str = ""
    target: str = "local"
    quota_gb: int = 100
    drive: str = ""
    bucket: str = ""


def sample_root() -> Path:
    """Return the folder of the sample home."""
    return PROJECT_ROOT / ".whisky" / "sample"


def real_root() -> Path:
    """Return the folder in which `whisky init` makes the real home."""
    return PROJECT_ROOT / ".whisky" / "real"


def chosen_root(explicit: Path | None, environ: Mapping[str, str], *, sample: bool = False) -> Path:
    """Return the folder of the home to work on: the sample one where it is asked for, else by the one rule."""
    return sample_root() if sample else find_home(explicit, environ, PROJECT_ROOT)


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
    """Make a real home with a config that its owner can read and change; an existing config is left as it is.

    Raises:
        UsageError: a sample home stands there, or the contact is empty.
    """
    if not settings.contact.strip():
        raise UsageError(
            "a contact is missing: shops must be able to write to somebody",
            remedy="Give an e-mail address or a web page: whisky init --contact you@example.org",
        )
    home = create_home(root, "real", now)
    if not home.config_path.exists():
        publish_bytes(home.root, home.config_path.name, _config_text(settings).encode())
    return home


def read_settings(home: Home) -> Settings:
    """Return the settings of a home; a home without a config has the defaults.

    Raises:
        UsageError: config.toml is no TOML or holds a key that means nothing, named with the keys that exist.
    """
    if not home.config_path.exists():
        return Settings()
    try:
        told = tomllib.loads(home.config_path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{home.config_path}: {error}", remedy="Mend the line that it names.") from error
    for section, values in told.items():
        unknown = set(values) - _CONFIG_KEYS[section] if section in _CONFIG_KEYS else {section}
        if unknown:
            known = ", ".join(f"[{name}] {', '.join(sorted(keys))}" for name, keys in _CONFIG_KEYS.items())
            raise UsageError(
                f"{home.config_path}: {', '.join(sorted(unknown))} means nothing", remedy=f"Known are: {known}."
            )
    storage = told.get("storage", {})
    return Settings(
        contact=str(told.get("contact", {}).get("address", "")),
        target=str(told.get("publish", {}).get("target", "local")),
        quota_gb=int(storage.get("quota_gb", 100)),
        drive=str(storage.get("drive", "")),
        bucket=str(storage.get("bucket", "")),
    )


def _config_text(settings: Settings) -> str:
    return f"""\
# Settings of this home. Secrets never stand here: name an environment variable or a file instead.

[contact]
# Sent with every request, so that a shop can write to you.
address = {_quoted(settings.contact)}

[publish]
# local, emulator, or firestore:PROJECT/DATABASE
target = {_quoted(settings.target)}

[storage]
# How much disk the whisky data may take on this machine, in GB.
quota_gb = {settings.quota_gb}
# An external drive for copies, and a GCS bucket; empty: none.
drive = {_quoted(settings.drive)}
bucket = {_quoted(settings.bucket)}
"""


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
