"""Where every segment lies, whether its bytes are still what its name says, and the digest of all tables.

Not here: filling and clearing volumes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from whisky_assets.domain.errors import CorruptDataError, ExitCode, OutOfReachError, UsageError, WhiskyError
from whisky_assets.domain.outcome import NewTable, Outcome, Problem, Progress
from whisky_assets.domain.record import declared_records
from whisky_assets.domain.records import SegmentCopy
from whisky_assets.pipeline.archive_import import FILES
from whisky_assets.pipeline.checks import schema_check
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.reports import keep_report
from whisky_assets.pipeline.workspace import BUCKET, Step, Workspace
from whisky_assets.storage import digest
from whisky_assets.storage.copies import unregistered, verify_segment
from whisky_assets.storage.places import segment_name
from whisky_assets.storage.segment_facts import Segment
from whisky_assets.storage.volumes import VolumeRow

COPIES = "storage/copies"
WHOLE = "whole"
"""Name of the one digest over all tables."""

_NO_CLIENT = "unknown: no Google client at hand"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class VolumeCheck:
    """What reading every copy on one volume came to; `state` is `here` or why it could not be looked at."""

    volume: str
    state: str
    verified: int
    damaged: int
    unregistered: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a check of all segments found, volume by volume; each damaged copy and absent volume is a problem."""

    volumes: tuple[VolumeCheck, ...]
    problems: tuple[Problem, ...]

    def lines(self) -> list[str]:
        """Return a line a volume."""
        return [_line(one) for one in self.volumes]

    def as_result(self) -> dict[str, object]:
        """Return the counts as plain values."""
        return {"volumes": [dataclasses.asdict(one) for one in self.volumes]}


def copies(step: Step) -> Outcome:
    """Return the table of every segment on every volume, as the state database knows them before this table is kept."""
    rows = tuple(
        SegmentCopy(
            segment=segment.id,
            volume=copy.volume,
            dataset=segment.dataset,
            size_bytes=segment.size_bytes,
            rows=segment.rows,
            verified_at=copy.verified_at,
        )
        for segment in _segments(step.workspace)
        for copy in step.workspace.store.copies(segment.id)
    )
    table = NewTable(dataset=COPIES, rows=rows, made=len(rows), checks=(schema_check(COPIES, rows),))
    outcome = Outcome(
        tables={COPIES: table},
        counts={"copies": len(rows), "bytes": sum(row.size_bytes for row in rows)},
    )
    keep_report(step, "copies", outcome)
    return outcome


def verify(workspace: Workspace, progress: Progress) -> Verified:
    """Read every copy of every segment from its medium and compare it with its name, on each volume that is there."""
    held = _by_volume(workspace)
    checks: list[VolumeCheck] = []
    problems: list[Problem] = []
    progress.start("verifying segments", sum(len(segments) for segments in held.values()))
    for row in workspace.volumes.rows():
        check, found = _verify_volume(workspace, row, held.get(row.name, []), progress)
        checks.append(check)
        problems.extend(found)
    return Verified(volumes=tuple(checks), problems=tuple(problems))


def digests(workspace: Workspace) -> dict[str, str]:
    """Return the canonical digest of all tables together under `whole`, then of each table by name.

    Covers the current snapshot, the feeds' heads, all raw pages and all kept archive files.
    """
    found = digest.storage_digest(workspace.db, appended=(*digest.APPENDED, FILES))
    return {WHOLE: found.whole, **found.tables}


def volume_table(workspace: Workspace) -> list[tuple[object, ...]]:
    """Return one row a volume: name, kind, place, state, segments and bytes that it should hold."""
    held = _by_volume(workspace)
    return [
        (
            row.name,
            row.kind,
            row.location,
            volume_state(workspace, row, held.get(row.name, [])),
            len(held.get(row.name, [])),
            sum(segment.size_bytes for segment in held.get(row.name, [])),
        )
        for row in workspace.volumes.rows()
    ]


def add_volume(workspace: Workspace, name: str, place: str) -> list[str]:
    """Make a folder or a bucket's prefix a volume of the home, with an identity file of its own, and say so.

    Raises:
        UsageError: name or place is missing or taken, or it is a volume of another home.
        OutOfReachError: the folder or bucket does not exist.
    """
    if not name or not place:
        raise UsageError(
            "a volume needs a name and a place",
            remedy=f"whisky storage add-volume{home_words(workspace)} external /Volumes/WHISKY",
        )
    kind = "gcs" if place.startswith("gs://") else "directory"
    workspace.volumes.add(name, kind, place, workspace.now())
    return [f"volume {name}: {place} ({kind})", f"what lies there: whisky storage status{home_words(workspace)}"]


def absent_volumes(workspace: Workspace) -> tuple[Problem, ...]:
    """Return one line to know for each folder volume that is not there and a bucket of the settings that is no volume.

    What can be done without them is done (0); a bucket is not asked for, which would take a network.
    """
    folders = (
        Problem(
            code=ExitCode.DONE,
            subject=f"volume {row.name}",
            message=state,
            remedy="Attach it; its copies are written and checked once it is there.",
        )
        for row in workspace.volumes.rows()
        if row.kind == "directory" and (state := volume_state(workspace, row, ())) != "here"
    )
    bucket = workspace.missing_bucket
    told = Problem(
        code=ExitCode.DONE,
        subject=f"volume {BUCKET}",
        message=f"the settings name {bucket}, which is no volume yet",
        remedy=f"Add it: {workspace.bucket_command}",
    )
    return (*folders, told) if bucket else tuple(folders)


def volume_state(workspace: Workspace, row: VolumeRow, held: Sequence[Segment]) -> str:
    """Return `here`, or why a volume cannot be read now; a bucket is asked for one segment that it should hold."""
    try:
        directory = workspace.volumes.directory(row.name)
        if directory is not None:
            directory.check()
        elif held:
            workspace.volumes.get(row.name).size_of(held[0].dataset, held[0].id)
    except (OutOfReachError, CorruptDataError) as error:
        return error.message
    except UsageError:
        return _NO_CLIENT
    return "here"


def _verify_volume(
    workspace: Workspace, row: VolumeRow, held: Sequence[Segment], progress: Progress
) -> tuple[VolumeCheck, list[Problem]]:
    problems: list[Problem] = []
    verified = 0
    state = volume_state(workspace, row, held)
    for segment in held if state == "here" else ():
        try:
            verify_segment(workspace.store, segment.id, row.name, workspace.now())
            verified += 1
        except CorruptDataError as error:
            problems.append(_damaged(workspace, row, segment, error))
        except OutOfReachError as error:
            state = error.message
            break
        progress.advance()
    damaged = len(problems)
    if state != "here":
        problems.append(
            Problem(
                code=ExitCode.OUT_OF_REACH,
                subject=f"volume {row.name}",
                message=state,
                remedy=f"Bring it within reach, then check again: whisky storage verify{home_words(workspace)}",
            )
        )
    strangers = len(unregistered(workspace.store, row.name)) if state == "here" and row.kind == "directory" else 0
    check = VolumeCheck(volume=row.name, state=state, verified=verified, damaged=damaged, unregistered=strangers)
    return check, problems


def _damaged(workspace: Workspace, row: VolumeRow, segment: Segment, error: WhiskyError) -> Problem:
    others = [copy.volume for copy in workspace.store.copies(segment.id) if copy.volume != row.name]
    place = f"{row.location}/{segment_name(segment.dataset, segment.id)}"
    source = f"the copy on volume {' or '.join(others)}" if others else "a backup (no other volume holds it)"
    return Problem(
        code=ExitCode.CORRUPT,
        subject=f"volume {row.name}",
        message=error.message,
        remedy=f"Put {place} back from {source}, then check again: whisky storage verify{home_words(workspace)}",
    )


def _segments(workspace: Workspace) -> Iterator[Segment]:
    for dataset in declared_records():
        yield from workspace.store.segments(dataset)


def _by_volume(workspace: Workspace) -> Mapping[str, list[Segment]]:
    held: dict[str, list[Segment]] = {}
    for segment in _segments(workspace):
        for copy in workspace.store.copies(segment.id):
            held.setdefault(copy.volume, []).append(segment)
    return held


def _line(one: VolumeCheck) -> str:
    if one.state != "here" and not one.verified:
        return f"{one.volume}: not checked"
    told = f"{one.volume}: {one.verified:,} segments are what their names say, {one.damaged:,} damaged"
    extra = f"; {one.unregistered:,} files that no run acknowledged" if one.unregistered else ""
    return told + extra
