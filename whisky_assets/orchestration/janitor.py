"""Closes what a dead process left open: runs that still count as started, their slots, locks and builds.

A headless run that is killed stays STARTED for ever and keeps counting against the run queue; a killed worker of the UI
leaves its pool slot claimed. Both are mended here, at each start of the CLI and by a sensor.
"""

import dataclasses
import json

import dagster as dg
import psutil

from whisky_assets.orchestration.steps import build_of, owner_of
from whisky_assets.pipeline.safekeeping import keep_state
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage.builds import Build, reject_dead
from whisky_assets.storage.locks import Holder
from whisky_assets.storage.processes import ProcessIdentity
from whisky_assets.storage.tidying import tidy

PROCESS_TAG = "whisky/process"
_LAUNCHER_TAG = ".dagster/grpc_info"
"""Where Dagster's own launcher says on which machine it started a run's process."""
_SAME_PROCESS_SECONDS = 2.0
_GATE = "core/snapshot"
_UNDERWAY = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.CANCELING]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """What was cleaned up: runs, locks and builds, and temporary files, by name."""

    runs: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    builds: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Say whether anything was left open."""
        return bool(self.runs or self.locks or self.builds or self.files)

    def sentence(self) -> str:
        """Return one line that says what was closed, or that nothing was left open."""
        parts = [
            f"{label} {', '.join(names)}"
            for label, names in (
                ("runs", [run[:8] for run in self.runs]),
                ("locks", self.locks),
                ("builds", [build[:8] for build in self.builds]),
                ("temporary files", self.files),
            )
            if names
        ]
        return f"closed what a dead process left open: {'; '.join(parts)}" if parts else "nothing was left open"


def process_tags(run_id: str) -> dict[str, str]:
    """Return the tag by which a later janitor knows whether the process of a run lives.

    It names the run, for a re-execution inherits the tags of its parent and runs in another process.
    """
    own = ProcessIdentity.of_self()
    return {PROCESS_TAG: json.dumps([run_id, own.pid, own.host, own.start])}


def clean_up(instance: dg.DagsterInstance, workspace: Workspace) -> Closed:
    """Close every run, lock and build, and delete every temporary file, whose process is gone; live ones stay."""
    filters = dg.RunsFilter(statuses=[*_UNDERWAY, dg.DagsterRunStatus.NOT_STARTED])
    dead = [run for run in instance.get_runs(filters=filters) if _is_dead(instance, run)]
    for run in dead:
        instance.report_run_failed(run, "The process of this run is gone: it was killed, or the machine stopped.")
    _free_slots(instance)
    underway = instance.get_runs(filters=dg.RunsFilter(statuses=_UNDERWAY))
    owners = {owner_of(run) for run in underway}
    building = {build_of(instance, workspace, run, _GATE) for run in underway}

    def holds(holder: Holder) -> bool:
        # A step in a process of its own ends before its run does; the run's locks are not free then.
        return holder.owner in owners or holder.process.is_alive()

    def builds(build: Build) -> bool:
        # A build ends with its run, also where the process goes on to other work.
        known = instance.has_run(build.build)
        return build.build in building or (not known and build.process.is_alive())

    rejected, freed = reject_dead(workspace.db, workspace.now(), is_alive=builds, lock_is_alive=holds)
    # What a killed run acknowledged is in no backup yet; where a volume is absent, the next run says so.
    keep_state(workspace)
    return Closed(
        runs=tuple(run.run_id for run in dead),
        locks=tuple(holder.name for holder in freed),
        builds=tuple(build.build for build in rejected),
        files=tuple(path.name for path in tidy(workspace.store).swept),
    )


def _free_slots(instance: dg.DagsterInstance) -> None:
    """Free the slots of pools that runs hold which have ended or are no longer known."""
    storage = instance.event_log_storage
    if not storage.supports_global_concurrency_limits:
        return
    for run_id in storage.get_concurrency_run_ids():
        run = instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            storage.free_concurrency_slots_for_run(run_id)


def _is_dead(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    tag = run.tags.get(PROCESS_TAG)
    if tag is not None:
        run_id, pid, host, start = json.loads(tag)
        if run_id == run.run_id:
            return not ProcessIdentity(pid, host, start).is_alive()
    return _was_launched_here(run) and _worker_is_gone(instance, run)


def _was_launched_here(run: dg.DagsterRun) -> bool:
    """Say whether Dagster's default launcher started the run on this machine; of others' processes nothing is known."""
    told = run.tags.get(_LAUNCHER_TAG)
    return told is not None and json.loads(told).get("host") in ("localhost", "127.0.0.1")


def _worker_is_gone(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Say whether the process that Dagster's own first event names is gone; before that event it is not."""
    records = instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.ENGINE_EVENT).records
    for record in records:
        event = record.event_log_entry.dagster_event
        pid = None if event is None else event.engine_event_data.metadata.get("pid")
        if pid is not None:
            return not _runs_since(int(str(pid.value)), record.timestamp)
    return False


def _runs_since(pid: int, moment: float) -> bool:
    """Say whether a process lives that was there at this moment (seconds since 1970); numbers are given out again."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and process.create_time() <= moment + _SAME_PROCESS_SECONDS
    except psutil.NoSuchProcess:
        return False
