"""Matches a CSV of listings without a home: keys are fresh in memory, or those of a registry in a folder of its own.

The folder holds `registry.jsonl`, one event a line, which only grows, and `offered.jsonl`, what each listing told
beside its name when last seen: without it a barcode would join only what one run holds. Here too: the file of answers.
Not here: reading such a CSV (`listings_csv`), the rules (`identity.match_csv`).
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import fcntl
import gc
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from whisky_assets.cleaning.thresholds import AbvLimits, load_thresholds
from whisky_assets.domain.digests import utc_text
from whisky_assets.domain.errors import BusyError, CorruptDataError, UsageError
from whisky_assets.domain.records import RegistryEvent
from whisky_assets.identity.absent import Offered
from whisky_assets.identity.decisions import Decisions, load_decisions
from whisky_assets.identity.match_csv import ANSWER_COLUMNS, MATCH_TIME, MatchRun, run_match
from whisky_assets.identity.model import Key
from whisky_assets.identity.registry import Registry
from whisky_assets.pipeline.row_spelling import spelled_rows
from whisky_assets.reference import Reference, load_reference
from whisky_assets.storage.durable import make_folders, publish_bytes

REGISTRY_FILE = "registry.jsonl"
OFFERED_FILE = "offered.jsonl"
_LOCK_FILE = ".lock"


def check_output(path: Path, source: Path | None = None) -> Path:
    """Return where a file will lie that a command writes, a link followed to its end.

    Args:
        path: where it shall lie; a file that stands there is replaced.
        source: the CSV of listings that it answers, which is never replaced.

    Raises:
        UsageError: the folder does not exist or cannot be written, or no plain file of its own can stand there.
    """
    target = path.resolve()
    if not target.parent.is_dir():
        raise UsageError(f"there is no folder {target.parent} for {path}", remedy=f"Make it: mkdir -p {target.parent}")
    if target.exists() and not target.is_file():
        raise UsageError(f"{path} is no file, so no answers can be written there", remedy="Name a file, as out.csv.")
    if source is not None and target == source.resolve():
        raise UsageError(f"{path} is the file of listings itself", remedy="Name another file for the answers.")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise UsageError(f"the folder {target.parent} cannot be written", remedy="Name a file in a folder of yours.")
    return target


def write_answers(path: Path, answers: Sequence[Mapping[str, str]]) -> None:
    """Write answers as CSV, `rid, whisky_pk, family_id, confidence, reason`, durably and all at once."""
    told = io.StringIO(newline="")
    writer = csv.DictWriter(told, ANSWER_COLUMNS)
    writer.writeheader()
    writer.writerows(answers)
    publish_bytes(path.parent, path.name, told.getvalue().encode())


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
        curation: a folder with decisions, reference rows and thresholds beside the shipped ones, as a home's.
        now: when events of a kept registry are recorded.

    Raises:
        UsageError: a column is missing, a rid stands twice, or curation or the folder of the registry cannot be meant.
        BusyError: another match works on the registry.
        CorruptDataError: the registry's file was changed by another hand.
    """
    if registry is None:
        return list(fresh_match(rows, text_only=text_only, curation=curation, now=now).answers)
    known = _known(curation)
    with _held(registry), _few_collections():
        past = read_registry(registry)
        last = read_offered(registry)
        run = run_match(
            spelled_rows(rows, known.decisions),
            known.reference,
            text_only=text_only,
            registry=past,
            decisions=known.decisions,
            limits=known.limits,
            last_offered=last,
            now=now,
        )
        # Before the keys: what a kill leaves is evidence of listings that no key holds, which nobody asks for.
        if run.offered != last:
            write_offered(registry, run.offered)
        if run.registry.events != past.events:
            write_registry(registry, run.registry)
    return list(run.answers)


def fresh_match(
    rows: Sequence[Mapping[str, str]], *, text_only: bool, curation: Path | None = None, now: datetime = MATCH_TIME
) -> MatchRun:
    """Return the answers with all that they rest on; the keys mean something inside these answers alone.

    Raises:
        UsageError: a column is missing, a rid stands twice, or curation cannot be meant.
    """
    known = _known(curation)
    with _few_collections():
        return run_match(
            spelled_rows(rows, known.decisions),
            known.reference,
            text_only=text_only,
            decisions=known.decisions,
            limits=known.limits,
            now=now,
        )


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


def write_registry(folder: Path, registry: Registry) -> None:
    """Write a registry's events durably and all at once, each value letter by letter as it is: members are found by it.

    Raises:
        OutOfReachError: the disk is full; what stood there stays.
    """
    lines = [json.dumps(_plain(event), ensure_ascii=False, sort_keys=True) for event in registry.events]
    publish_bytes(folder, REGISTRY_FILE, ("\n".join(lines) + "\n").encode())


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


@dataclasses.dataclass(frozen=True, slots=True)
class _Known:
    """What is known beside the listings: the shipped tables and numbers with a folder's changes, and its decisions."""

    reference: Reference
    decisions: Decisions
    limits: AbvLimits


def _known(curation: Path | None) -> _Known:
    if curation is not None and not curation.is_dir():
        raise UsageError(f"{curation} is no folder", remedy="Name the folder that holds decisions/ and reference/.")
    return _Known(load_reference(curation), load_decisions(curation), load_thresholds(curation).abv)


def _plain(event: RegistryEvent) -> dict[str, Any]:
    return {**dataclasses.asdict(event), "at": utc_text(event.at)}


def _event(plain: dict[str, Any]) -> RegistryEvent:
    moment = datetime.fromisoformat(plain["at"]).astimezone(UTC)
    return RegistryEvent(**{**plain, "at": moment})


@contextlib.contextmanager
def _few_collections() -> Iterator[None]:
    """Let the garbage collector look at millions of readings seldom: they all live to the end (a sixth of the time)."""
    thresholds = gc.get_threshold()
    gc.set_threshold(200_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


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
