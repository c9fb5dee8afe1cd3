"""Where every segment lies, whether its bytes are still what its name says, and the digest of all tables.

Not here: filling and clearing volumes.
"""

from __future__ import annotations

import dataclasses

from whisky_assets.domain.errors import CorruptDataError, ExitCode, OutOfReachError
from whisky_assets.domain.outcome import Problem, Progress
from whisky_assets.pipeline.archive_import import FILES
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.workspace import BUCKET, Workspace
from whisky_assets.storage import digest
from whisky_assets.storage.copies import unregistered
from whisky_assets.storage.upkeep.copying import Budget
from whisky_assets.storage.upkeep.scrubbing import Rot, Scrubbed, proofs, scrub
from whisky_assets.storage.volumes import FOLDERS, VolumeRow

WHOLE = "whole"
"""Name of the one digest over all tables."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class VolumeCheck:
    """What reading the copies on one volume came to; `state` is `here` or why it could not be looked at.

    `left` are those that the budget did not reach.
    """

    volume: str
    state: str
    verified: int
    damaged: int
    unregistered: int
    left: int


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


def verify(workspace: Workspace, progress: Progress, budget: Budget | None = None) -> Verified:
    """Read every copy from its medium and compare it with its name, on each volume that is there; nothing is mended.

    With a budget, those proven longest ago, as far as it goes.
    """
    due = proofs(workspace.store)
    found = scrub(workspace.store, due, now=workspace.now, progress=progress, budget=budget)
    checks = tuple(_check(workspace, row, found) for row in workspace.volumes.rows())
    away = (_out_of_reach(workspace, one) for one in checks if one.state != "here")
    return Verified(volumes=checks, problems=(*(_damaged(workspace, rot) for rot in found.rotten), *away))


def digests(workspace: Workspace) -> dict[str, str]:
    """Return the canonical digest of all tables together under `whole`, then of each table by name.

    Covers the current snapshot, the feeds' heads, all raw pages and all kept archive files.
    """
    found = digest.storage_digest(workspace.db, appended=(*digest.APPENDED, FILES))
    return {WHOLE: found.whole, **found.tables}


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
        if row.kind in FOLDERS and (state := _state(workspace, row)) != "here"
    )
    bucket = workspace.missing_bucket
    told = Problem(
        code=ExitCode.DONE,
        subject=f"volume {BUCKET}",
        message=f"the settings name {bucket}, which is no volume yet",
        remedy=f"Add it: {workspace.bucket_command}",
    )
    return (*folders, told) if bucket else tuple(folders)


def _state(workspace: Workspace, row: VolumeRow) -> str:
    try:
        directory = workspace.volumes.directory(row.name)
        if directory is not None:
            directory.check()
    except (OutOfReachError, CorruptDataError) as error:
        return error.message
    return "here"


def _check(workspace: Workspace, row: VolumeRow, found: Scrubbed) -> VolumeCheck:
    state = found.absent.get(row.name) or _state(workspace, row)
    strangers = len(unregistered(workspace.store, row.name)) if state == "here" and row.kind in FOLDERS else 0
    return VolumeCheck(
        volume=row.name,
        state=state,
        verified=found.by_volume.get(row.name, 0),
        damaged=sum(rot.volume == row.name for rot in found.rotten),
        unregistered=strangers,
        left=sum(one.volume == row.name for one in found.left),
    )


def _out_of_reach(workspace: Workspace, check: VolumeCheck) -> Problem:
    return Problem(
        code=ExitCode.OUT_OF_REACH,
        subject=f"volume {check.volume}",
        message=check.state,
        remedy=f"Bring it within reach, then check again: whisky storage verify{home_words(workspace)}",
    )


def _damaged(workspace: Workspace, rot: Rot) -> Problem:
    others = [copy.volume for copy in workspace.store.copies(rot.segment) if copy.volume != rot.volume]
    repair = f"whisky storage repair{home_words(workspace)}"
    if others:
        remedy = f"Make it good from the copy on {' or '.join(others)}: {repair}"
    else:
        remedy = f"No other volume was given one: put the file back from a backup of your own, then: {repair}"
    return Problem(code=ExitCode.CORRUPT, subject=f"volume {rot.volume}", message=rot.why, remedy=remedy)


def _line(one: VolumeCheck) -> str:
    if one.state != "here" and not one.verified:
        return f"{one.volume}: not checked"
    told = f"{one.volume}: {one.verified:,} segments are what their names say, {one.damaged:,} damaged"
    extra = f"; {one.unregistered:,} files that no run acknowledged" if one.unregistered else ""
    left = f"; {one.left:,} not read yet" if one.left else ""
    return told + extra + left
