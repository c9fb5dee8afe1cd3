"""What a killed process leaves open is closed by the next who looks; what lives is left alone."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import dagster as dg
import pytest

from whisky_assets.orchestration.instance import open_instance
from whisky_assets.orchestration.janitor import PROCESS_TAG, Closed, clean_up, process_tags
from whisky_assets.pipeline.workspace import workspace_at
from whisky_assets.storage.builds import REJECTED, get_build
from whisky_assets.storage.locks import holders
from whisky_assets_tests.orchestration.small import DEAD_WRITERS_FILE

LAUNCHED_HERE = {".dagster/grpc_info": json.dumps({"host": "localhost", "socket": "/tmp/none"})}  # noqa: S108 - a name, not a file

HANGING_BUILD = """
import sys, time
from pathlib import Path
from whisky_assets.orchestration.instance import open_instance
from whisky_assets.orchestration.runner import run_job
from whisky_assets.pipeline import offering

def hang(step, listings, **_):
    step.open_build()
    print(step.run, flush=True)
    time.sleep(600)

offering.offers = hang
home = Path(sys.argv[1])
with open_instance(home) as instance:
    run_job(instance, home, "build")
"""


def dead_pid() -> int:
    """The number of a process that has ended."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def open_run(instance: dg.DagsterInstance, tags: dict[str, str], *, pid: int | None = None) -> dg.DagsterRun:
    """A run that counts as started, with the event that names its process, as Dagster's launcher writes it."""

    @dg.op
    def something() -> int:
        return 1

    @dg.job
    def nothing() -> None:
        something()

    run_id = str(uuid.uuid4())
    told = {name: value.replace("RUN", run_id) for name, value in tags.items()}
    run = instance.create_run_for_job(nothing, run_id=run_id, status=dg.DagsterRunStatus.STARTED, tags=told)
    if pid is not None:
        from dagster._core.events import EngineEventData

        instance.report_engine_event("Started process for run.", run, EngineEventData.in_process(pid))
    return run


def status(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


def test_a_killed_headless_run_is_closed_with_its_slots_locks_and_build(home_with_heads: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", HANGING_BUILD, str(home_with_heads)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    run_id = child.stdout.readline().strip()
    workspace = workspace_at(str(home_with_heads))
    with open_instance(home_with_heads) as instance:
        storage = instance.event_log_storage
        storage.set_concurrency_slots("pool", 1)
        storage.claim_concurrency_slot("pool", run_id, "step")
        assert clean_up(instance, workspace) == Closed()
        assert status(instance, run_id) is dg.DagsterRunStatus.STARTED
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        closed = clean_up(instance, workspace)
        assert closed == Closed(runs=(run_id,), locks=("build",), builds=(run_id,))
        assert status(instance, run_id) is dg.DagsterRunStatus.FAILURE
        assert storage.get_concurrency_run_ids() == set()
        assert clean_up(instance, workspace) == Closed()
    assert holders(workspace.db) == ()
    build = get_build(workspace.db, run_id)
    assert build is not None
    assert build.state == REJECTED
    assert run_id[:8] in closed.sentence()


@pytest.fixture
def launched(instance: dg.DagsterInstance) -> dg.DagsterRun:
    return open_run(instance, LAUNCHED_HERE, pid=dead_pid())


def test_a_run_of_the_ui_whose_worker_is_gone_is_closed(
    instance: dg.DagsterInstance, home: Path, launched: dg.DagsterRun
) -> None:
    assert clean_up(instance, workspace_at(str(home))).runs == (launched.run_id,)
    assert status(instance, launched.run_id) is dg.DagsterRunStatus.FAILURE


def test_a_number_that_was_given_out_again_is_not_the_worker(instance: dg.DagsterInstance, home: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as later:
        run = open_run(instance, LAUNCHED_HERE, pid=later.pid)
        assert clean_up(instance, workspace_at(str(home))).runs == ()
        time.sleep(0.1)
        later.kill()
    assert clean_up(instance, workspace_at(str(home))).runs == (run.run_id,)


def test_a_living_worker_a_run_without_process_and_one_of_another_machine_are_left_alone(
    instance: dg.DagsterInstance, home: Path
) -> None:
    elsewhere = {".dagster/grpc_info": json.dumps({"host": "worker-7.cluster", "port": 4000})}
    other_host = {PROCESS_TAG: json.dumps(["RUN", 1, "another-machine", "then"])}
    runs = [
        open_run(instance, LAUNCHED_HERE, pid=os.getpid()),
        open_run(instance, LAUNCHED_HERE),
        open_run(instance, elsewhere, pid=dead_pid()),
        open_run(instance, other_host),
        open_run(instance, {}, pid=dead_pid()),
    ]
    assert clean_up(instance, workspace_at(str(home))) == Closed()
    assert {status(instance, run.run_id) for run in runs} == {dg.DagsterRunStatus.STARTED}


def test_a_re_execution_is_not_judged_by_the_process_of_its_parent(instance: dg.DagsterInstance, home: Path) -> None:
    own = json.loads(process_tags("RUN")[PROCESS_TAG])
    dead = json.dumps(["its parent", dead_pid(), own[2], own[3]])
    run = open_run(instance, {**LAUNCHED_HERE, PROCESS_TAG: dead}, pid=os.getpid())
    assert clean_up(instance, workspace_at(str(home))).runs == ()
    assert status(instance, run.run_id) is dg.DagsterRunStatus.STARTED


def test_slots_of_runs_that_ended_or_were_deleted_are_freed_and_of_living_ones_kept(home: Path, tmp_path: Path) -> None:
    # Kept on disk: Dagster's storage in memory has no pools.
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        storage = instance.event_log_storage
        storage.set_concurrency_slots("pool", 3)
        living = open_run(instance, LAUNCHED_HERE, pid=os.getpid())
        ended = open_run(instance, LAUNCHED_HERE, pid=os.getpid())
        instance.report_run_failed(ended)
        for run_id in (living.run_id, ended.run_id, str(uuid.uuid4())):
            storage.claim_concurrency_slot("pool", run_id, "step")
        clean_up(instance, workspace_at(str(home)))
        assert storage.get_concurrency_run_ids() == {living.run_id}


def test_a_sentence_is_said_also_when_there_was_nothing(instance: dg.DagsterInstance, home: Path) -> None:
    closed = clean_up(instance, workspace_at(str(home)))
    assert not closed
    assert closed.sentence() == "nothing was left open"


def test_a_temporary_file_of_a_dead_writer_goes_and_is_named(instance: dg.DagsterInstance, home: Path) -> None:
    workspace = workspace_at(str(home))
    (home / DEAD_WRITERS_FILE).write_bytes(b"half a segment")
    closed = clean_up(instance, workspace)
    assert closed == Closed(files=(DEAD_WRITERS_FILE,))
    assert closed.sentence() == f"closed what a dead process left open: temporary files {DEAD_WRITERS_FILE}"
    assert not (home / DEAD_WRITERS_FILE).exists()
    assert clean_up(instance, workspace).sentence() == "nothing was left open"
