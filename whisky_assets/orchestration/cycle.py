"""Drives ingest of feeds, one build and publish as runs of one cycle: what `whisky run` and the job `cycle` do.

A feed that fails leaves the others alone and is named at the end; a build that fails leaves the last snapshot; publish
runs only after a build that ended well. A cycle of the command line that finds another run at what it needs does not
begin; one that is underway, or that the UI launched, waits as its steps do.
"""

import contextlib
import dataclasses
import signal
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

import dagster as dg

from whisky_assets.domain.errors import BusyError, ExitCode, OutOfReachError, UsageError
from whisky_assets.domain.outcome import Problem, Progress
from whisky_assets.orchestration.io_managers import gcs_client
from whisky_assets.orchestration.runner import RunAnswer, publish_config, run_job
from whisky_assets.orchestration.steps import ANEW_TAG, CYCLE_TAG
from whisky_assets.pipeline.feeds import due_feeds, lacking_feeds
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.leasing import hold_lease
from whisky_assets.pipeline.review_inbox import take_answers
from whisky_assets.pipeline.safekeeping import keep_state
from whisky_assets.pipeline.standing import build_stands, release_stands
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.publishing.targets import Target, parse_target
from whisky_assets.storage import locks
from whisky_assets.storage.tidying import tidy

_NOT_PARTLY = (ExitCode.BUSY, ExitCode.CORRUPT, ExitCode.OUT_OF_REACH, ExitCode.USAGE)
"""Ends of one feed's run that are more than a failed feed."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CycleOptions:
    """What a cycle is asked to do; no feed named means all that are due.

    `max_requests` and `max_minutes` bound each feed's crawl: one that such a limit ends counts as stopped at a budget
    (5), one that the default time box ends (None) as done with pages pending. `accept_loss` is a person's word that
    what the named feeds lost is really gone. `rebuild` builds also where nothing changed, and asks every row.
    """

    cycle: str
    feeds: tuple[str, ...] = ()
    publish: bool = True
    rebuild: bool = False
    target: str = ""
    max_requests: int | None = None
    max_minutes: float | None = None
    accept_loss: bool = False


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
        UsageError: a loss is to be accepted, but no feed is named.
        BusyError: another place writes this home; or another run holds one of the feeds, the build or the target, or
            is a cycle of this name: pid, host, since when; nothing was done.
        KeyboardInterrupt: the cycle was ended, by Ctrl-C or SIGTERM; its run is closed and its locks are free.
    """
    if options.accept_loss and not options.feeds:
        raise UsageError(
            "which feed's loss is to be accepted?",
            remedy=f"Name it; these are the feeds: whisky sources list{home_words(workspace)}",
        )
    if any(row.kind == "gcs" for row in workspace.volumes.rows()):
        workspace.attach_gcs(lambda: gcs_client(""))
    hold_lease(workspace)
    tags = {CYCLE_TAG: options.cycle}
    feeds = options.feeds or due_feeds(workspace)
    target = parse_target(options.target or workspace.settings.target)
    ingested: dict[str, RunAnswer] = {}
    with _signals_as_interrupt(), _alone(workspace, options.cycle):
        if not instance.has_run(options.cycle):
            _refuse_busy(workspace, feeds, options, target)
        taken, refused = take_answers(workspace)
        for label in taken:
            progress.note(f"answers taken from the inbox: {label}")
        for feed in feeds:
            progress.note(f"ingest {feed}")
            ingested[feed] = run_job(
                instance, home, "ingest", partition=feed, config=_ingest_config(options), tags=tags, progress=progress
            )
        built = None
        if options.rebuild or not build_stands(workspace):
            progress.note("build")
            asked = {**tags, ANEW_TAG: "true"} if options.rebuild else tags
            built = run_job(instance, home, "build", config=_build_config(options), tags=asked, progress=progress)
        published = None
        if options.publish and (built is None or built.success) and not release_stands(workspace, target):
            progress.note("publish")
            published = run_job(
                instance, home, "publish", config=publish_config(options.target, ""), tags=tags, progress=progress
            )
    kept = keep_state(workspace)
    problems = (
        *refused,
        *(() if options.feeds else lacking_feeds(workspace)),
        *_feed_problems(ingested, home_words(workspace)),
        *run_problems("build", built),
        *run_problems("publish", published),
        *kept,
    )
    return CycleReport(cycle=options.cycle, feeds=ingested, build=built, publish=published, problems=problems)


def _refuse_busy(workspace: Workspace, feeds: Sequence[str], options: CycleOptions, target: Target) -> None:
    needed = {*(f"feed/{feed}" for feed in feeds), "build"}
    if options.publish:
        needed.add(f"target/{target.name}")
    for holder in locks.holders(workspace.db):
        if holder.name in needed and holder.owner != options.cycle and holder.process.is_alive():
            raise BusyError(f"{holder.name} is held by {holder}", remedy="Wait for it to end and start again.")


@contextlib.contextmanager
def _alone(workspace: Workspace, cycle: str) -> Iterator[None]:
    """Hold the cycle's name for this process: two of one name would share all locks; free them and tidy at the end."""
    guard, name = uuid.uuid4().hex, f"cycle/{cycle}"
    locks.acquire(workspace.db, name, guard)
    try:
        yield
    finally:
        workspace.free_owner(cycle)
        locks.release(workspace.db, name, guard)
        # A disk that is full was told by the run that met it.
        with contextlib.suppress(OutOfReachError):
            tidy(workspace.store)


@contextlib.contextmanager
def _signals_as_interrupt() -> Iterator[None]:
    """Let SIGTERM and SIGINT end the cycle between two runs too; inside a run Dagster takes both.

    Both by a handler of ours: after a run Dagster gives SIGTERM the handler of SIGINT, which a shell that started the
    command in the background had switched off.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    previous = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _ingest_config(options: CycleOptions) -> dict[str, object]:
    accept = {"accept_loss": options.accept_loss}
    given = {"max_requests": options.max_requests, "max_minutes": options.max_minutes}
    limits = {name: value for name, value in given.items() if value is not None}
    return {"ops": {"raw__pages": {"config": {**limits, **accept}}, "staged": {"config": accept}}}


def _build_config(options: CycleOptions) -> dict[str, object]:
    return {"ops": {"core__offers": {"config": {"accept_loss": options.accept_loss}}}}


def _feed_problems(ingested: Mapping[str, RunAnswer], home: str) -> Sequence[Problem]:
    return [
        Problem(
            code=answer.exit if answer.exit in _NOT_PARTLY else ExitCode.PARTLY,
            subject=f"feed {feed}",
            message="; ".join((*answer.failures, *answer.failed_checks)) or "its run failed",
            remedy=f"Its last good tables stay in use. Try it again: whisky run{home} --feed {feed}",
        )
        for feed, answer in ingested.items()
        if not answer.success
    ]


def run_problems(step: str, answer: RunAnswer | None) -> Sequence[Problem]:
    """Return what a person should know of a run that failed; nothing of one that ended well or did not begin."""
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
