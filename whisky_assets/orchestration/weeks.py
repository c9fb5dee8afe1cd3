"""Moves the sample shops and their clock to a week; weeks between are played as ingests, so that misses count."""

import dataclasses
import uuid
from datetime import datetime

import dagster as dg

from whisky_assets.domain.errors import PartlyFailedError, UsageError
from whisky_assets.domain.outcome import Progress
from whisky_assets.orchestration.runner import run_job
from whisky_assets.orchestration.steps import CYCLE_TAG
from whisky_assets.pipeline.feeds import due_feeds
from whisky_assets.pipeline.workspace import Workspace

LAST_WEEK = 52


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Where the sample home stands now, and the weeks whose ingests were played on the way."""

    week: int
    day: datetime
    played: tuple[int, ...]


def move_to_week(instance: dg.DagsterInstance, workspace: Workspace, week: int, progress: Progress) -> Moved:
    """Move the clock of a sample home forward; the ingests of the weeks between are run on the way.

    Raises:
        UsageError: the week lies behind the home's week, or is none.
        PartlyFailedError: a feed failed in a week between; the clock stands there.
    """
    present = workspace.week
    if not 1 <= week <= LAST_WEEK:
        raise UsageError(f"week {week} is none", remedy=f"Weeks go from 1 to {LAST_WEEK}.")
    if week < present:
        raise UsageError(
            f"the sample home stands at week {present} already, and weeks only go forward",
            remedy=f"Delete {workspace.home.root} to begin again at week 1.",
        )
    played = tuple(range(present + 1, week))
    for between in played:
        workspace.set_week(between)
        _ingest_due(instance, workspace, progress)
    workspace.set_week(week)
    return Moved(week=week, day=workspace.now(), played=played)


def _ingest_due(instance: dg.DagsterInstance, workspace: Workspace, progress: Progress) -> None:
    cycle = uuid.uuid4().hex
    failed = []
    try:
        for feed in due_feeds(workspace):
            progress.note(f"week {workspace.week}: ingest {feed}")
            answer = run_job(
                instance, workspace.home.root, "ingest", partition=feed, tags={CYCLE_TAG: cycle}, progress=progress
            )
            if not answer.success:
                failed.append(feed)
    finally:
        workspace.free_owner(cycle)
    if failed:
        raise PartlyFailedError(
            f"week {workspace.week}: {', '.join(failed)} failed",
            feeds=tuple(failed),
            remedy="The clock stands at that week; `make run` shows why.",
        )
