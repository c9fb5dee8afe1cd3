"""Runs one job to its end, for the CLI and inside `cycle`: the same job objects, executor and storage as the UI's.

A run that starts here carries the origin of its job, so that the UI can run it again; and the tag by which the janitor
knows whether its process still lives.
"""

import dataclasses
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from dagster._core.execution.api import execute_run
from dagster._core.remote_origin import ManagedGrpcPythonEnvCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster_shared.error import SerializableErrorInfo

from whisky_assets.domain.errors import ExitCode, WhiskyError, combine
from whisky_assets.domain.outcome import Progress
from whisky_assets.orchestration.janitor import process_tags
from whisky_assets.orchestration.steps import CYCLE_TAG, owner_of, progress_of_caller
from whisky_assets.pipeline.homes import PROJECT_ROOT
from whisky_assets.pipeline.workspace import Workspace, workspace_at
from whisky_assets.storage.builds import OPEN, get_build, reject_build

LOCATION = "whisky_assets"
DEFINITIONS_MODULE = "whisky_assets.definitions"
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
_CHECK_FAILED = "DagsterAssetCheckFailedError"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RunAnswer:
    """How one run ended: its id, and what failed in words, step by step."""

    run_id: str
    success: bool
    failures: tuple[str, ...] = ()
    failed_checks: tuple[str, ...] = ()
    exit: ExitCode = ExitCode.DONE


def run_job(
    instance: dg.DagsterInstance,
    home: Path,
    job: str,
    *,
    partition: str | None = None,
    config: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> RunAnswer:
    """Run a job of the definitions to its end and return how it ended; never raises for a failed step.

    Args:
        instance: the Dagster instance of the home.
        home: the home to work on.
        job: name of the job.
        partition: the feed, for `ingest`.
        config: run configuration of ops, resources and executor.
        tags: further tags, such as the cycle that the run belongs to.
        progress: where to report how far it is.

    Raises:
        KeyboardInterrupt: the run was interrupted; it is closed, and what was acknowledged stays.
        UsageError: the configuration names an executor that is none.
    """
    reconstructable = dg.build_reconstructable_job(
        "whisky_assets.orchestration.runner", "job_of_home", None, {"home": str(home), "job": job}
    )
    run_id = str(uuid.uuid4())
    with _ending(instance, run_id), _reporting_to(progress):
        run = instance.create_run_for_job(
            reconstructable.get_definition(),
            run_id=run_id,
            run_config={**_QUIET, **(config or {})},
            tags={**_tags(partition), **process_tags(run_id), **(tags or {})},
            remote_job_origin=_origin(job),
            job_code_origin=reconstructable.get_python_origin(),
        )
        with _closing(workspace_at(str(home)), run):
            result = execute_run(reconstructable, run, instance, raise_on_error=False)
        if _was_interrupted(result):
            raise KeyboardInterrupt
    return RunAnswer(
        run_id=run.run_id,
        success=result.success,
        failures=_failures(result),
        failed_checks=_failed_checks(result),
        exit=_exit_code(result),
    )


def job_of_home(home: str, job: str) -> dg.JobDefinition:
    """Return a job of the definitions that serve a home; what a reconstructable job calls in any process."""
    from whisky_assets.orchestration.assembly import definitions_for

    return definitions_for(Path(home)).resolve_job_def(job)


def publish_config(target: str, confirm: str) -> dict[str, object]:
    """Return the run configuration that names a target and confirms a plan."""
    return {"ops": {"firestore__plan": {"config": {"target": target, "confirm": confirm}}}}


@contextmanager
def _reporting_to(progress: Progress | None) -> Iterator[None]:
    token = progress_of_caller.set(progress)
    try:
        yield
    finally:
        progress_of_caller.reset(token)


@contextmanager
def _ending(instance: dg.DagsterInstance, run_id: str) -> Iterator[None]:
    """End the run in Dagster's eyes too where it is left by an exception, such as Ctrl-C before its first step."""
    try:
        yield
    except BaseException as error:
        run = instance.get_run_by_id(run_id)
        if run is not None and not run.is_finished:
            instance.report_run_failed(run, f"The run was left by {type(error).__name__}.")
        raise


@contextmanager
def _closing(workspace: Workspace, run: dg.DagsterRun) -> Iterator[None]:
    """Reject a build that its run leaves open, and free the run's locks, but for those that its cycle frees."""
    try:
        yield
    finally:
        build = get_build(workspace.db, run.run_id)
        if build is not None and build.state == OPEN:
            reject_build(workspace.db, build.build, "its run ended without core/snapshot", workspace.now())
        if CYCLE_TAG not in run.tags:
            workspace.free_owner(owner_of(run))


def _tags(partition: str | None) -> dict[str, str]:
    return {} if partition is None else {"dagster/partition": partition}


def _origin(job: str) -> RemoteJobOrigin:
    """Return where the UI finds this job again: the code location that workspace.yaml names."""
    target = LoadableTargetOrigin(
        executable_path=sys.executable, module_name=DEFINITIONS_MODULE, working_directory=str(PROJECT_ROOT)
    )
    location = ManagedGrpcPythonEnvCodeLocationOrigin(loadable_target_origin=target, location_name=LOCATION)
    return RemoteRepositoryOrigin(code_location_origin=location, repository_name="__repository__").get_job_origin(job)


def _was_interrupted(result: dg.JobExecutionResult) -> bool:
    """Say whether somebody ended the run, in the terminal or in the UI; Dagster keeps that to itself."""
    for event in result.all_events:
        if event.event_type == dg.DagsterEventType.RUN_CANCELED:
            return True
        if event.event_type == dg.DagsterEventType.RUN_FAILURE:
            reason = event.job_failure_data.failure_reason
            return reason is not None and reason.value == "UNEXPECTED_TERMINATION"
    return False


def _failures(result: dg.JobExecutionResult) -> tuple[str, ...]:
    """Return one line a failed step: the step, and the sentence of the error that caused it.

    Failed checks tell themselves, see `failed_checks`; of an error that is not ours its type is told too.
    """
    return tuple(f"{step}: {_sentence(error)}" for step, error in _causes(result) if error.cls_name != _CHECK_FAILED)


def _sentence(error: SerializableErrorInfo) -> str:
    text = error.message.strip()
    return text.partition(": ")[2] or text if error.cls_name in _exit_codes() else text


def _exit_code(result: dg.JobExecutionResult) -> ExitCode:
    """Return the exit code that the errors of the failed steps stand for; DONE for a run that ended well."""
    if result.success:
        return ExitCode.DONE
    codes = _exit_codes()
    return combine(
        [codes.get(error.cls_name or "", ExitCode.FAILED) for _, error in _causes(result)] or [ExitCode.FAILED]
    )


def _exit_codes() -> dict[str, ExitCode]:
    return {kind.__name__: kind.exit_code for kind in _error_types(WhiskyError)}


def _causes(result: dg.JobExecutionResult) -> list[tuple[str, SerializableErrorInfo]]:
    """Return the error that tells of each failed step, else of the run itself: Dagster wraps what was raised."""
    raised = [
        (event.step_key or "", event.step_failure_data.error)
        for event in result.filter_events(lambda event: event.is_step_failure)
    ] or [
        (result.dagster_run.job_name, event.job_failure_data.error)
        for event in result.all_events
        if event.event_type == dg.DagsterEventType.RUN_FAILURE
    ]
    return [(step, telling_error(error)) for step, error in raised if error is not None]


def telling_error(error: SerializableErrorInfo) -> SerializableErrorInfo:
    """Return the error of a chain that a person can act on: the first of ours, else the innermost."""
    chain = [error]
    while chain[-1].cause is not None:
        chain.append(chain[-1].cause)
    ours = _exit_codes()
    return next((one for one in chain if one.cls_name in ours), chain[-1])


def _error_types(kind: type[WhiskyError]) -> list[type[WhiskyError]]:
    return [kind, *(deeper for below in kind.__subclasses__() for deeper in _error_types(below))]


def _failed_checks(result: dg.JobExecutionResult) -> tuple[str, ...]:
    return tuple(
        f"{'/'.join(one.asset_key.path)} {one.check_name}: {one.description or 'failed'}"
        for one in result.get_asset_check_evaluations()
        if not one.passed and one.severity == dg.AssetCheckSeverity.ERROR
    )
