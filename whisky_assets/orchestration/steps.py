"""Tells pipeline who asks: the workspace, the build a run belongs to, the owner of its locks, and where to report."""

from contextvars import ContextVar

import dagster as dg

from whisky_assets.domain.outcome import Progress, Quiet
from whisky_assets.orchestration.resources import HomeResource
from whisky_assets.orchestration.table_assets import asset_key, dataset_of
from whisky_assets.pipeline.workspace import Step, Workspace
from whisky_assets.storage.builds import COMMITTED, get_build

CYCLE_TAG = "whisky/cycle"
ANEW_TAG = "whisky/anew"
"""A run with this tag asks every row for what it hangs on, also where nothing changed since the current snapshot."""
SNAPSHOT_KEY = asset_key("core/snapshot")
_SNAPSHOT_STEP = "core__snapshot"
_PUBLISHED = "firestore/"

progress_of_caller: ContextVar[Progress | None] = ContextVar("progress_of_caller", default=None)
"""Where in-process runs report how far they are; the CLI sets it, a run of the UI leaves it unset."""


def step_of(context: dg.AssetExecutionContext, home: HomeResource) -> Step:
    """Return what a pipeline function needs to know about the run that calls it."""
    run = context.run
    workspace = home.workspace()
    dataset = dataset_of(next(iter(context.assets_def.keys)))
    return Step(
        workspace=workspace,
        build=build_of(context.instance, workspace, run, dataset),
        run=run.run_id,
        owner=owner_of(run),
        progress=progress_of_caller.get() or Quiet(),
        whole=_makes_snapshot(run),
        anew=ANEW_TAG in run.tags,
    )


def build_of(instance: dg.DagsterInstance, workspace: Workspace, run: dg.DagsterRun, dataset: str) -> str:
    """Return the build under which a run makes a table: its root run's id, or the first after it that is open to it.

    So a re-execution finds what the runs before it made. A build that was committed is done: run once more, it is a new
    one, of the feeds' present heads. What is published hangs on its plan, not on a build, and keeps the root's id.
    """
    line = _line_of(instance, run)
    if dataset.startswith(_PUBLISHED):
        return line[0]
    for ancestor in line[:-1]:
        found = get_build(workspace.db, ancestor)
        if found is None or found.state != COMMITTED:
            return ancestor
    return run.run_id


def _line_of(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[str]:
    """Return the ids from the root run to this one, each a re-execution of the one before it."""
    line = [run.run_id]
    parent = run.parent_run_id
    while parent is not None and parent not in line:
        line.append(parent)
        found = instance.get_run_by_id(parent)
        parent = None if found is None else found.parent_run_id
    if run.root_run_id is not None and line[-1] != run.root_run_id:
        line.append(run.root_run_id)  # runs between were deleted
    return line[::-1]


def owner_of(run: dg.DagsterRun) -> str:
    """Return whose the locks of a run are: its cycle's, else its root run's."""
    return run.tags.get(CYCLE_TAG) or run.root_run_id or run.run_id


def _makes_snapshot(run: dg.DagsterRun) -> bool:
    """Say whether the run also makes core/snapshot, so that what it makes becomes current."""
    if run.step_keys_to_execute is not None and _SNAPSHOT_STEP not in run.step_keys_to_execute:
        return False
    return run.job_name == "build" if run.asset_selection is None else SNAPSHOT_KEY in run.asset_selection
