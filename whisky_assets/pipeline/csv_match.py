"""Matches a CSV of listings without a home: keys are fresh in memory, or those of a registry in a folder of its own.

The folder holds `registry.jsonl`, one event a line, which only grows. Not here: the rules (`identity.match_csv`).
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

from whisky_assets.domain.digests import canonical_json
from whisky_assets.domain.errors import BusyError, CorruptDataError, UsageError
from whisky_assets.domain.records import RegistryEvent
from whisky_assets.identity.decisions import load_decisions
from whisky_assets.identity.match_csv import MATCH_TIME, run_match
from whisky_assets.identity.registry import Registry
from whisky_assets.reference import load_reference
from whisky_assets.storage.durable import make_folders, publish_bytes

REGISTRY_FILE = "registry.jsonl"
_LOCK_FILE = ".lock"


def match_listings(
    rows: Sequence[Mapping[str, str]],
    *,
    text_only: bool,
    registry: Path | None = None,
    curation: Path | None = None,
    now: datetime = MATCH_TIME,
) -> list[dict[str, str]]:
    """Return `rid, whisky_pk, family_id, confidence, reason` for every row, in the order of the rows.

    Args:
        rows: the file's rows, column to text.
        text_only: use no product number and no barcode as evidence.
        registry: a folder whose keys are kept and extended; None for keys that mean something in this answer alone.
        curation: a folder with decisions and reference rows beside the shipped ones.
        now: when events of a kept registry are recorded.

    Raises:
        UsageError: a column is missing, a rid stands twice, or curation or the folder of the registry cannot be meant.
        BusyError: another match works on the registry.
        CorruptDataError: the registry's file was changed by another hand.
    """
    if curation is not None and not curation.is_dir():
        raise UsageError(f"{curation} is no folder", remedy="Name the folder that holds decisions/ and reference/.")
    reference, decisions = load_reference(curation), load_decisions(curation)
    if registry is None:
        return list(run_match(rows, reference, text_only=text_only, decisions=decisions, now=now).answers)
    with _held(registry):
        past = read_registry(registry)
        run = run_match(rows, reference, text_only=text_only, registry=past, decisions=decisions, now=now)
        if run.registry.events != past.events:
            write_registry(registry, run.registry)
    return list(run.answers)


def read_registry(folder: Path) -> Registry:
    """Return the registry of a folder; an empty one where none was written yet.

    Raises:
        CorruptDataError: a line is no event, or events are missing.
    """
    path = folder / REGISTRY_FILE
    if not path.exists():
        return Registry()
    events = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            events.append(_event(json.loads(line)))
        except (ValueError, TypeError, KeyError) as error:
            raise CorruptDataError(
                f"{path}, line {number} is no event of a registry: {error}", remedy="Put the file back from a backup."
            ) from error
    return Registry(events)


def write_registry(folder: Path, registry: Registry) -> None:
    """Write a registry's events durably and all at once."""
    lines = [canonical_json(_plain(event)) for event in registry.events]
    publish_bytes(folder, REGISTRY_FILE, ("\n".join(lines) + "\n").encode())


def _plain(event: RegistryEvent) -> dict[str, Any]:
    return dataclasses.asdict(event)


def _event(plain: dict[str, Any]) -> RegistryEvent:
    moment = datetime.fromisoformat(plain["at"]).astimezone(UTC)
    return RegistryEvent(**{**plain, "at": moment})


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a registry's folder against a second match; the end of the process lets go."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file", remedy="Name a folder for the registry.")
    make_folders(folder)
    descriptor = os.open(folder / _LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(f"another match works on {folder}", remedy="Wait for it and start again.") from error
        yield
    finally:
        os.close(descriptor)
