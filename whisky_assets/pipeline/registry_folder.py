"""A registry in a folder of its own, without a home: its keys, and what its listings told when they were last seen.

`registry.jsonl` has one event a line and only grows; `offered.jsonl` keeps what each listing told beside its name:
without it a barcode would join only what one run holds. Not here: the matching (`csv_match`).
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from whisky_assets.domain.digests import utc_text
from whisky_assets.domain.errors import BusyError, CorruptDataError, UsageError
from whisky_assets.domain.records import RegistryEvent
from whisky_assets.identity.absent import Offered
from whisky_assets.identity.model import Key
from whisky_assets.identity.registry import Registry
from whisky_assets.storage.durable import make_folders, publish_bytes

REGISTRY_FILE = "registry.jsonl"
OFFERED_FILE = "offered.jsonl"
LOCK_FILE = ".lock"
_FIELDS = tuple(field.name for field in dataclasses.fields(RegistryEvent))


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a registry's folder against a second match; the end of the process lets go."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file", remedy="Name a folder for the registry.")
    make_folders(folder)
    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(f"another match works on {folder}", remedy="Wait for it and start again.") from error
        yield
    finally:
        os.close(descriptor)


def read_registry(folder: Path) -> Registry:
    """Return the registry of a folder; an empty one where none was written yet.

    Raises:
        CorruptDataError: a line is no event, events are missing, or the file is empty.
    """
    path = folder / REGISTRY_FILE
    if not path.exists():
        return Registry()
    events = []
    # Lines of bytes end at "\n" alone; lines of text end at U+0085 and U+2028 too, which stand inside values.
    for number, line in enumerate(path.read_bytes().removesuffix(b"\n").split(b"\n"), 1):
        try:
            events.append(_event(json.loads(line)))
        except (ValueError, TypeError, KeyError) as error:
            raise CorruptDataError(
                f"{path}, line {number} is no event of a registry: {error}", remedy="Put the file back from a backup."
            ) from error
    try:
        return Registry(events)
    except CorruptDataError as error:
        raise CorruptDataError(f"{path}: {error.message}", remedy="Put the file back from a backup.") from error


def add_events(folder: Path, past: Registry, events: Sequence[RegistryEvent]) -> None:
    """Add events to those that stand, durably and all at once, each value letter by letter: members are found by it.

    Args:
        folder: the registry's, which the caller holds (`held`).
        past: what `read_registry` gave of it.
        events: those that follow.

    Raises:
        OutOfReachError: the disk is full; what stood there stays.
    """
    stands = (folder / REGISTRY_FILE).read_bytes() if past.events else b""
    if stands and not stands.endswith(b"\n"):
        stands += b"\n"
    lines = [json.dumps(_plain(event), ensure_ascii=False, sort_keys=True) for event in events]
    publish_bytes(folder, REGISTRY_FILE, stands + ("\n".join(lines) + "\n").encode())


def read_offered(folder: Path) -> dict[Key, Offered]:
    """Return what the listings of a registry's folder told beside their names; nothing where it was never written.

    Raises:
        CorruptDataError: a line is no listing.
    """
    path = folder / OFFERED_FILE
    if not path.exists():
        return {}
    found: dict[Key, Offered] = {}
    for number, line in enumerate(path.read_bytes().removesuffix(b"\n").split(b"\n"), 1):
        try:
            id_space, source_id, *told = json.loads(line)
            found[Key(id_space, source_id)] = Offered(*told)
        except (ValueError, TypeError) as error:
            raise CorruptDataError(
                f"{path}, line {number} is no listing: {error}", remedy="Put the file back from a backup."
            ) from error
    return found


def write_offered(folder: Path, offered: Mapping[Key, Offered]) -> None:
    """Write what listings told beside their names, durably and all at once, in order of key.

    Raises:
        OutOfReachError: the disk is full; what stood there stays.
    """
    lines = [json.dumps([*key, *offered[key]], ensure_ascii=False) for key in sorted(offered)]
    publish_bytes(folder, OFFERED_FILE, ("\n".join(lines) + "\n").encode())


def _plain(event: RegistryEvent) -> dict[str, Any]:
    return {**{name: getattr(event, name) for name in _FIELDS}, "at": utc_text(event.at)}


def _event(plain: dict[str, Any]) -> RegistryEvent:
    moment = datetime.fromisoformat(plain["at"]).astimezone(UTC)
    return RegistryEvent(**{**plain, "at": moment})
