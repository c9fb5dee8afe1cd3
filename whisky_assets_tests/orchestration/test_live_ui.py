"""A real UI and real headless runs on one home: run again, ended, killed, and what the next one finds."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from whisky_assets.pipeline.workspace import forget_workspaces, workspace_at
from whisky_assets.storage.locks import holders
from whisky_assets_tests.orchestration.live import LiveUI, served, until
from whisky_assets_tests.orchestration.small import FEEDS, living, make_home
from whisky_assets_tests.orchestration.test_janitor import HANGING_BUILD

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveUI]:
    """A UI on a home of 40 listings whose feeds were read and built by the command line."""
    folder = tmp_path_factory.mktemp("live")
    home = make_home(folder / "home")
    assert whisky(home, "run", "--no-publish").returncode == 0
    with served(home, folder / "ui.log") as ui:
        yield ui


def whisky(home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Runs the command line on a home."""
    return subprocess.run(
        [sys.executable, "-m", "whisky_assets.cli", "--home", str(home), *words],
        check=False,
        capture_output=True,
        text=True,
    )


def headless(live: LiveUI, job: str) -> list[dict[str, Any]]:
    return [run for run in live.runs() if run["jobName"] == job and run["parentRunId"] is None]


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def lock_owners(home: Path) -> set[str]:
    forget_workspaces()
    return {holder.owner for holder in holders(workspace_at(str(home)).db)}


def test_runs_of_the_command_line_stand_in_the_ui_and_can_be_run_again_there(live: LiveUI) -> None:
    runs = live.runs()
    assert sorted(run["jobName"] for run in runs) == ["build", *["ingest"] * len(FEEDS)]
    assert {run["status"] for run in runs} == {"SUCCESS"}
    (built,) = headless(live, "build")
    before = workspace_at(str(live.home)).current_snapshot()
    again = live.reexecute(built["runId"])
    assert live.ended(again) == "SUCCESS"
    forget_workspaces()
    after = workspace_at(str(live.home)).current_snapshot()
    assert before is not None
    assert after is not None
    assert after.name >= before.name
    ingest = headless(live, "ingest")[0]
    assert live.ended(live.reexecute(ingest["runId"])) == "SUCCESS"


def test_ending_a_cycle_in_the_ui_ends_its_child_and_frees_what_it_held(live: LiveUI) -> None:
    cycle = live.launch("cycle", config={"ops": {"run_cycle": {"config": {"feeds": list(FEEDS)}}}})

    def child_run() -> dict[str, Any] | None:
        tagged = [run for run in live.runs() if {"key": "whisky/cycle", "value": cycle} in run["tags"]]
        return next((run for run in tagged if run["jobName"] != "cycle"), None)

    until(child_run, 180, "a run of the cycle's child")
    (group,) = [process.pid for process in psutil.process_iter() if cycle in _words(process)]
    assert os.getpgid(group) == group
    assert live.terminate(cycle) == "TerminateRunSuccess"
    assert live.ended(cycle, 60) == "CANCELED"
    until(lambda: True if living(group) == [] else None, 15, "the end of the child's group")
    assert {run["status"] for run in live.runs()} <= {"SUCCESS", "FAILURE", "CANCELED"}
    assert lock_owners(live.home) == set()


def test_after_kills_the_next_command_closes_what_they_left_and_the_queue_moves(live: LiveUI) -> None:
    killed = []
    for _ in range(2):  # as many as may run at once: the queue stands still
        child = subprocess.Popen(
            [sys.executable, "-c", HANGING_BUILD, str(live.home)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        killed.append(child.stdout.readline().strip())
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
    assert {live.status(run_id) for run_id in killed} == {"STARTED"}
    waiting = live.launch("upkeep")
    time.sleep(10)
    assert live.status(waiting) == "QUEUED"
    answer = whisky(live.home, "run", "--no-publish", "--feed", "elbe")
    assert answer.returncode == 0, answer.stderr
    assert all(run_id[:8] in answer.stderr for run_id in killed)
    begun = time.monotonic()
    assert {live.status(run_id) for run_id in killed} == {"FAILURE"}
    until(lambda: None if live.status(waiting) in ("QUEUED", "NOT_STARTED") else True, 30, "a start")
    assert time.monotonic() - begun < 30
    assert live.ended(waiting) == "SUCCESS"
    assert lock_owners(live.home) == set()


def test_the_janitor_sensor_does_the_same_without_a_command(live: LiveUI) -> None:
    child = subprocess.Popen([sys.executable, "-c", HANGING_BUILD, str(live.home)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    run_id = child.stdout.readline().strip()
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    selector = {"repositoryLocationName": "whisky_assets", "repositoryName": "__repository__", "sensorName": "janitor"}
    started = live.ask(
        "mutation($selector: SensorSelector!) { startSensor(sensorSelector: $selector) { __typename"
        " ... on Sensor { sensorState { status } } } }",
        selector=selector,
    )
    assert started["startSensor"]["sensorState"]["status"] == "RUNNING"
    until(lambda: True if live.status(run_id) == "FAILURE" else None, 120, "the janitor")
    until(lambda: True if lock_owners(live.home) == set() else None, 30, "the end of its locks")


def test_a_core_table_alone_is_green_with_a_check_that_says_it_is_not_current(live: LiveUI) -> None:
    run_id = live.launch("__ASSET_JOB", assets=["core/offers"])
    assert live.ended(run_id) == "SUCCESS"
    current = live.checks("core/offers")["current"]
    assert not current["blocking"]
    verdict = current["executionForLatestMaterialization"]
    assert verdict["status"] == "FAILED"
    assert verdict["evaluation"]["severity"] == "WARN"
    assert verdict["evaluation"]["description"] == "not current yet: launch build"
    schema = live.checks("core/offers")["schema"]
    assert schema["blocking"]
    assert schema["executionForLatestMaterialization"]["status"] == "SUCCEEDED"
