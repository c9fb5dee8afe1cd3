"""A drill: a sample of a drive is really restored, with the drive alone, and compared with what the home holds.

So that a restore is not done for the first time on the day when it is needed. Nothing is written to the drive. Not
here: the restore itself (`storage.recovery`) and reading every byte (`scrubbing`).
"""

from __future__ import annotations

import dataclasses
import json
import random
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from whisky_assets.domain.amounts import size_words, span_words
from whisky_assets.domain.digests import utc_text
from whisky_assets.domain.errors import CorruptDataError, ExitCode, OutOfReachError, WhiskyError
from whisky_assets.domain.outcome import Outcome, Problem, Progress
from whisky_assets.domain.record import record_for
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.reports import keep_report
from whisky_assets.pipeline.workspace import STATE_TABLES, Step, Workspace
from whisky_assets.storage.directories import DirectoryVolume
from whisky_assets.storage.personal_key import phrase, read_key, restore_key
from whisky_assets.storage.places import LOCAL
from whisky_assets.storage.placing import verify_copy
from whisky_assets.storage.recovery.lent_home import lent_home
from whisky_assets.storage.recovery.restored_tables import restore_table
from whisky_assets.storage.retired import kept_snapshots
from whisky_assets.storage.row_digests import rows_digest
from whisky_assets.storage.segment_facts import Segment
from whisky_assets.storage.segments import SegmentStore
from whisky_assets.storage.snapshots import Snapshot, snapshot
from whisky_assets.storage.volumes import FOLDERS

SAMPLE = 3
"""How many segments of each data set a drill restores if nobody says otherwise."""

_WORKSHOP = "drilling"
_STEP = "drill "
_DOCUMENTS_ARE_MADE_OF = ("core/whiskies", "core/registry", "archives/entries", "archives/users")
_SNAPSHOTS_TRIED = 10


@dataclasses.dataclass(slots=True, kw_only=True)
class Drill:
    """What a drill of one volume came to.

    `snapshot` is the newest one that lies whole on it, `tables` the tables of it from which documents are made and that
    came out equal; `size_bytes` of `seconds` were restored, `held_bytes` lie there; `failed` says what did not come.
    """

    volume: str
    drilled_at: datetime
    snapshot: str = ""
    tables: tuple[str, ...] = ()
    segments: int = 0
    rows: int = 0
    size_bytes: int = 0
    held_bytes: int = 0
    seconds: float = 0
    failed: tuple[str, ...] = ()

    @property
    def whole_seconds(self) -> float:
        """About how long a restore of all that lies there takes at the pace of the sample."""
        return self.held_bytes * self.seconds / self.size_bytes if self.size_bytes else 0

    def lines(self) -> list[str]:
        """Return what was restored, whether it is equal, and how long all of it would take."""
        lines = [
            f"{self.volume}: {self.segments:,} segments restored ({size_words(self.size_bytes)}, {self.rows:,} rows)",
            *(f"not restored: {why}" for why in self.failed),
        ]
        if self.snapshot:
            lines.append(f"{', '.join(self.tables)} of snapshot {self.snapshot} came out equal")
        whole = span_words(timedelta(seconds=self.whole_seconds))
        return [*lines, f"all of it ({size_words(self.held_bytes)}) would take {whole}"]

    def as_result(self) -> dict[str, Any]:
        """Return it as plain values."""
        told = dataclasses.asdict(self) | {"drilled_at": utc_text(self.drilled_at)}
        return told | {"whole_seconds": round(self.whole_seconds, 1), "seconds": round(self.seconds, 3)}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DrillRun:
    """A drill with what a person has to know of it."""

    drill: Drill
    problems: tuple[Problem, ...]


def drill(
    step: Step,
    *,
    chance: random.Random,
    volume: str = "",
    sample: int = SAMPLE,
    clock: Callable[[], float] = time.monotonic,
) -> DrillRun:
    """Restore a sample from the drive or folder that was drilled longest ago, compare it, and keep the result.

    Args:
        step: whose drill it is.
        chance: chooses the segments.
        volume: that volume; else the one that is there and was drilled longest ago.
        sample: how many segments of each data set.
        clock: seconds that only grow; the machine's.

    Raises:
        OutOfReachError: no such volume is attached.
        UsageError: no volume has the name.
    """
    workspace = step.workspace
    place = _chosen(workspace, volume)
    told = Drill(volume=place.name, drilled_at=workspace.now())
    workshop = workspace.home.root / _WORKSHOP
    shutil.rmtree(workshop, ignore_errors=True)
    began = clock()
    try:
        _restore(workspace, place, workshop, told, chance, sample, step.progress)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    told.seconds = clock() - began
    problems = tuple(_problems(workspace, told))
    facts = {"drill": json.dumps(told.as_result())}
    keep_report(step, f"{_STEP}{place.name}", Outcome(metadata=facts, problems=problems))
    return DrillRun(drill=told, problems=problems)


def last_drills(workspace: Workspace) -> Mapping[str, Mapping[str, Any]]:
    """Return the result of the last drill of each volume that had one."""
    with workspace.db.reading() as connection:
        rows = connection.execute("SELECT report FROM reports WHERE step LIKE ?", (f"{_STEP}%",)).fetchall()
    found: dict[str, Mapping[str, Any]] = {}
    for (report,) in rows:
        told = json.loads(json.loads(report)["metadata"]["drill"])
        known = found.get(told["volume"])
        if known is None or known["drilled_at"] <= told["drilled_at"]:
            found[told["volume"]] = told
    return found


def drill_line(workspace: Workspace) -> str:
    """Return in one line when which volume was drilled last, and how it went; nothing where no volume could be."""
    told = max(last_drills(workspace).values(), key=lambda one: str(one["drilled_at"]), default=None)
    if told is not None:
        went = f"{len(told['failed']):,} things did not come" if told["failed"] else "all of the sample came out equal"
        return f"last restore drill: {str(told['drilled_at'])[:10]}, {told['volume']}: {went}"
    if any(row.kind in FOLDERS and row.name != LOCAL for row in workspace.volumes.rows()):
        return f"no restore was ever drilled: whisky storage drill{home_words(workspace)}"
    return ""


def _chosen(workspace: Workspace, name: str) -> DirectoryVolume:
    drilled = last_drills(workspace)
    names = [row.name for row in workspace.volumes.rows() if row.kind in FOLDERS and row.name != LOCAL]
    if name:
        workspace.volumes.get(name).check()
        names = [name]
    for one in sorted(names, key=lambda one: (str(drilled.get(one, {}).get("drilled_at", "")), one)):
        found = workspace.volumes.directory(one)
        if found is not None and _is_here(found):
            return found
    raise OutOfReachError(
        "no drive or folder with copies is attached, so there is nothing to restore from",
        remedy=f"Attach one; what is known: whisky storage status{home_words(workspace)}",
    )


def _is_here(volume: DirectoryVolume) -> bool:
    try:
        volume.check()
    except (WhiskyError, OSError):
        return False
    return True


def _restore(
    workspace: Workspace,
    place: DirectoryVolume,
    workshop: Path,
    told: Drill,
    chance: random.Random,
    sample: int,
    progress: Progress,
) -> None:
    scratch = dataclasses.replace(workspace.home, root=workshop / "home")
    now = workspace.now()
    if read_key(workspace.home) is not None:
        restore_key(scratch, phrase(workspace.home), now)
    with lent_home(scratch, [place.find()], STATE_TABLES, now, progress) as lent:
        failed = [f"{where}: {why}" for where, why in lent.rebuilt.whole.refused]
        failed += [f"{path}: {why}" for one in lent.rebuilt.volumes for path, why in one.strangers]
        held = _only_from(lent.store, place.uuid)
        told.held_bytes = sum(segment.size_bytes for segment in held)
        chosen = list(_sampled(held, chance, sample))
        progress.start(f"restoring from {place.name}", len(chosen))
        for segment in chosen:
            why = _compared(workspace, lent.store, segment)
            failed += [why] if why else []
            told.segments += not why
            told.rows += 0 if why else segment.rows
            told.size_bytes += segment.size_bytes
            progress.advance()
        whole = _newest_whole(workspace, lent.store, {segment.id for segment in held})
        if whole is None:
            failed.append("no snapshot lies whole on it yet")
        else:
            told.snapshot, told.tables = whole.name, tuple(_tables(workspace, lent.store, whole, workshop, failed))
        told.failed = tuple(failed)


def _only_from(store: SegmentStore, uuid: str) -> Sequence[Segment]:
    """Forget all copies but those of one volume, in the state that was made for the drill, and return what it holds."""
    with store.db.transaction() as connection:
        connection.execute("DELETE FROM copies WHERE volume NOT IN (SELECT name FROM volumes WHERE uuid = ?)", (uuid,))
        ids = [row[0] for row in connection.execute("SELECT DISTINCT segment FROM copies ORDER BY segment")]
    return [store.segment(segment_id) for segment_id in ids]


def _sampled(held: Sequence[Segment], chance: random.Random, sample: int) -> Iterator[Segment]:
    by_dataset: dict[str, list[Segment]] = {}
    for segment in held:
        by_dataset.setdefault(segment.dataset, []).append(segment)
    for _dataset, segments in sorted(by_dataset.items()):
        yield from chance.sample(segments, min(sample, len(segments)))


def _compared(workspace: Workspace, store: SegmentStore, segment: Segment) -> str:
    """Return why a segment's rows, read from the drive, are not those that the home knows; nothing where they are."""
    record_type: type[Any] = record_for(segment.dataset)
    try:
        known = workspace.store.segment(segment.id)
        for copy in store.copies(segment.id):
            verify_copy(store.volumes, segment, copy, must_open=copy.is_sealed)
        found = rows_digest(record_type, store.read([segment.id], record_type))
    except WhiskyError as error:
        return error.message
    if segment.schema_version == known.schema_version and found != known.digest:
        return f"segment {segment.id} of {segment.dataset} holds other rows than the home"
    return ""


def _newest_whole(workspace: Workspace, store: SegmentStore, held: set[str]) -> Snapshot | None:
    with store.db.reading() as there, workspace.db.reading() as here:
        numbers = sorted({*kept_snapshots(there)}.intersection(kept_snapshots(here)), reverse=True)
    for number in numbers[:_SNAPSHOTS_TRIED]:
        found = snapshot(store.db, f"s{number:06d}")
        made_of = [version for (dataset, _), version in found.tables.items() if dataset in _DOCUMENTS_ARE_MADE_OF]
        if made_of and all(held.issuperset(version.segments) for version in made_of):
            return found
    return None


def _tables(
    workspace: Workspace, store: SegmentStore, whole: Snapshot, workshop: Path, failed: list[str]
) -> Iterator[str]:
    known = snapshot(workspace.db, whole.name)
    for (dataset, partition), version in sorted(whole.tables.items()):
        if dataset not in _DOCUMENTS_ARE_MADE_OF:
            continue
        try:
            restored = restore_table(store, version, workshop / "tables")
        except (CorruptDataError, OutOfReachError) as error:
            failed.append(error.message)
            continue
        if restored.digest == known.table(dataset, partition).content_digest:
            yield restored.table
        else:
            failed.append(f"{restored.table} of {whole.name} holds other rows than the home")


def _problems(workspace: Workspace, told: Drill) -> Iterator[Problem]:
    words = home_words(workspace)
    for why in told.failed:
        yield Problem(
            code=ExitCode.CORRUPT,
            subject=f"volume {told.volume}",
            message=why,
            remedy=f"Make good what is damaged and copy what is lacking: whisky storage copy{words}",
        )
