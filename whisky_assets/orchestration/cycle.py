"""Drives ingest of feeds, one build and publish as runs of one cycle: what `whisky run` and the job `cycle` do.

A feed that fails leaves the others alone and is named at the end; a build that fails leaves the last snapshot; publish
runs only after a build that ended well. A cycle of the command line that finds another run at what it needs does not
begin; one that is underway, or that the UI launched, waits as its steps do.
"""

import contextlib
import dataclasses
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

import dagster as dg

from whisky_assets.domain.errors import BusyError, ExitCode
from whisky_assets.domain.outcome import Problem, Progress
from whisky_assets.orchestration.runner import RunAnswer, publish_config, run_job
from whisky_assets.orchestration.steps import CYCLE_TAG
from whisky_assets.pipeline.feeds import due_feeds
from whisky_assets.pipeline.standing import build_stands, release_stands
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.publishing.targets import Target, parse_target
from whisky_assets.storage.locks import holders

_NOT_PARTLY = (ExitCode.BUSY, ExitCode.CORRUPT, ExitCode.OUT_OF_REACH, ExitCode.USAGE)
"""Ends of one feed's run that are more than a failed feed."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CycleOptions:
    """What a cycle is asked to do; no feed named means all that are due."""

    cycle: str
    feeds: tuple[str, ...] = ()
    publish: bool = True
    rebuild: bool = False
    target: str = ""
    max_requests: int = 0
    max_minutes: float = 20.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CycleReport:
    """What a cycle did: each feed's run, the build's and the publish's, and what a person should know."""

    cycle: str
    feeds: Mapping[str, RunAnswer]
    build: RunAnswer | None
    publish: RunAnswer | None
    problems: tuple[Problem, ...]


def run_cycle(
    instance: dg.DagsterInstance, home: Path, workspace: Workspace, options: CycleOptions, progress: Progress
) -> CycleReport:
    """Run ingest of each chosen or due feed, then build, then publish; each as a run of its own under one tag.

    A build whose inputs are those of the current snapshot, and a release that its target already has, are not run.

    Raises:
        BusyError: another run holds one of the feeds, the build or the target: pid, host, since when; nothing was done.
        KeyboardInterrupt: the cycle was ended, by Ctrl-C or SIGTERM; its run is closed and its locks are free.
    """
    tags = {CYCLE_TAG: options.cycle}
    feeds = options.feeds or due_feeds(workspace)
    target = parse_target(options.target or workspace.settings.target)
    if not instance.has_run(options.cycle):
        _refuse_busy(workspace, feeds, options, target)
    ingested: dict[str, RunAnswer] = {}
    with _sigterm_as_interrupt(), _freeing(workspace, options.cycle):
        for feed in feeds:
            progress.note(f"ingest {feed}")
            ingested[feed] = run_job(
                instance, home, "ingest", partition=feed, config=_crawl_config(options), tags=tags, progress=progress
            )
        built = None
        if options.rebuild or not build_stands(workspace):
            progress.note("build")
            built = run_job(instance, home, "build", tags=tags, progress=progress)
        published = None
        if options.publish and (built is None or built.success) and not release_stands(workspace, target):
            progress.note("publish")
            published = run_job(
                instance, home, "publish", config=publish_config(options.target, ""), tags=tags, progress=progress
            )
    problems = (*_feed_problems(ingested), *_run_problems("build", built), *_run_problems("publish", published))
    return CycleReport(cycle=options.cycle, feeds=ingested, build=built, publish=published, problems=problems)


def _refuse_busy(workspace: Workspace, feeds: Sequence[str], options: CycleOptions, target: Target) -> None:
    needed = {*(f"feed/{feed}" for feed in feeds), "build"}
    if options.publish:
        needed.add(f"target/{target.name}")
    for holder in holders(workspace.db):
        if holder.name in needed and holder.owner != options.cycle and holder.process.is_alive():
            raise BusyError(f"{holder.name} is held by {holder}", remedy="Wait for it to end and start again.")


@contextlib.contextmanager
def _freeing(workspace: Workspace, owner: str) -> Iterator[None]:
    try:
        yield
    finally:
        workspace.free_owner(owner)


@contextlib.contextmanager
def _sigterm_as_interrupt() -> Iterator[None]:
    """Let SIGTERM between two runs end the cycle as Ctrl-C does; inside a run Dagster takes both."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def _crawl_config(options: CycleOptions) -> dict[str, object]:
    limits = {"max_requests": options.max_requests, "max_minutes": options.max_minutes}
    return {"ops": {"raw__pages": {"config": limits}}}


def _feed_problems(ingested: Mapping[str, RunAnswer]) -> Sequence[Problem]:
    return [
        Problem(
            code=answer.exit if answer.exit in _NOT_PARTLY else ExitCode.PARTLY,
            subject=f"feed {feed}",
            message="; ".join((*answer.failures, *answer.failed_checks)) or "its run failed",
            remedy=f"Its last good tables stay in use. Try it again: whisky run --feed {feed}",
        )
        for feed, answer in ingested.items()
        if not answer.success
    ]


def _run_problems(step: str, answer: RunAnswer | None) -> Sequence[Problem]:
    if answer is None or answer.success:
        return []
    return [
        Problem(
            code=answer.exit,
            subject=step,
            message="; ".join((*answer.failures, *answer.failed_checks)) or "its run failed",
            remedy=f"What was current before stays current. The run is {answer.run_id[:8]} in `make ui`.",
        )
    ]
