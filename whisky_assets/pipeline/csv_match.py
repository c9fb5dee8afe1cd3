"""Matches a CSV of listings without a home: keys are fresh in memory, or those of a registry in a folder of its own.

Here too: the files of answers and of questions. Not here: reading such a CSV (`listings_csv`), the folder of a registry
(`registry_folder`), the rules (`identity.match_csv`).
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import gc
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from whisky_assets.cleaning.thresholds import AbvLimits, load_thresholds
from whisky_assets.domain.errors import UsageError
from whisky_assets.identity.decisions import Decisions, load_decisions
from whisky_assets.identity.match_csv import ANSWER_COLUMNS, MATCH_TIME, EarlierRuns, MatchRun, run_match
from whisky_assets.pipeline.registry_folder import add_events, held, read_offered, read_registry, write_offered
from whisky_assets.pipeline.row_spelling import spelled_rows
from whisky_assets.reference import Reference, load_reference
from whisky_assets.storage.durable import publish_bytes

QUESTION_COLUMNS = ("kind", "left", "right", "left_pk", "right_pk", "left_name", "right_name", "reason", "evidence")


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
    _write_csv(path, ANSWER_COLUMNS, answers)


def write_questions(path: Path, run: MatchRun) -> int:
    """Write what no rule decided as CSV of `QUESTION_COLUMNS`, durably and all at once; return how many there are.

    One row a question: its kind, both listings as `source:source_id` with key and name, why it is asked, and the
    fields of both as JSON.
    """
    members = run.registry.members()
    rows = [
        {
            "kind": review.kind,
            "left": str(review.left),
            "right": str(review.right),
            "left_pk": members[review.left],
            "right_pk": members[review.right],
            "left_name": run.subjects[review.left].name,
            "right_name": run.subjects[review.right].name,
            "reason": review.reason,
            "evidence": review.evidence,
        }
        for review in run.reviews
    ]
    _write_csv(path, QUESTION_COLUMNS, rows)
    return len(rows)


def match_listings(
    rows: Sequence[Mapping[str, str]],
    *,
    text_only: bool,
    registry: Path | None = None,
    curation: Path | None = None,
    ask_past: bool = False,
    now: datetime = MATCH_TIME,
) -> MatchRun:
    """Return the answers, one a row in the order of the rows, with all that they rest on; keep the keys if asked to.

    Args:
        rows: the file's rows, column to text.
        text_only: use no product number and no barcode as evidence.
        registry: a folder whose keys are kept and extended; None for keys that mean something in this answer alone.
        curation: a folder with decisions, reference rows and thresholds beside the shipped ones, as a home's.
        ask_past: ask too about what earlier runs that knew less chose otherwise.
        now: when events of a kept registry are recorded.

    Raises:
        UsageError: a column is missing, a rid stands twice, or curation or the folder of the registry cannot be meant.
        BusyError: another match works on the registry.
        CorruptDataError: the registry's file was changed by another hand.
    """
    known = _known(curation)
    with contextlib.ExitStack() as held_meanwhile:
        if registry is not None:
            held_meanwhile.enter_context(held(registry))
        held_meanwhile.enter_context(_few_collections())
        past = None if registry is None else read_registry(registry)
        last = {} if registry is None else read_offered(registry)
        run = run_match(
            spelled_rows(rows, known.decisions),
            known.reference,
            text_only=text_only,
            registry=past,
            decisions=known.decisions,
            limits=known.limits,
            earlier=EarlierRuns(last, ask_past),
            now=now,
        )
        if registry is None or past is None:
            return run
        # Before the keys: what a kill leaves is evidence of listings that no key holds, which nobody asks for.
        if run.offered != last:
            write_offered(registry, run.offered)
        if added := run.registry.events[len(past.events) :]:
            add_events(registry, past, added)
    return run


@dataclasses.dataclass(frozen=True, slots=True)
class _Known:
    """What is known beside the listings: the shipped tables and numbers with a folder's changes, and its decisions."""

    reference: Reference
    decisions: Decisions
    limits: AbvLimits


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    told = io.StringIO(newline="")
    writer = csv.DictWriter(told, columns)
    writer.writeheader()
    writer.writerows(rows)
    publish_bytes(path.parent, path.name, told.getvalue().encode())


def _known(curation: Path | None) -> _Known:
    if curation is not None and not curation.is_dir():
        raise UsageError(f"{curation} is no folder", remedy="Name the folder that holds decisions/ and reference/.")
    return _Known(load_reference(curation), load_decisions(curation), load_thresholds(curation).abv)


@contextlib.contextmanager
def _few_collections() -> Iterator[None]:
    """Let the garbage collector look at millions of readings seldom: they all live to the end (a sixth of the time)."""
    thresholds = gc.get_threshold()
    gc.set_threshold(200_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
