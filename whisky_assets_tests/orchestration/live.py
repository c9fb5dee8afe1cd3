"""A real `whisky ui` on a home of its own: started, asked through its GraphQL, and ended without a process left."""

import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from whisky_assets_tests.orchestration.small import living

Found = TypeVar("Found")

READY_SECONDS = 240.0
"""How long loading may take on a machine that does other things too."""

_LAUNCH = """
mutation($params: ExecutionParams!) {
  launchPipelineExecution(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
    ... on RunConfigValidationInvalid { errors { message } }
  }
}
"""
_REEXECUTE = """
mutation($params: ReexecutionParams!) {
  launchRunReexecution(reexecutionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""
_RUNS = """
{ runsOrError { ... on Runs { results { runId jobName status parentRunId tags { key value } } } } }
"""
_LOCATIONS = """
{ workspaceOrError { ... on Workspace { locationEntries {
  name loadStatus locationOrLoadError { __typename ... on PythonError { message } } } } } }
"""
_CHECKS = """
query($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { ... on AssetNode {
  assetChecksOrError { ... on AssetChecks { checks {
    name blocking executionForLatestMaterialization {
      status evaluation { severity description metadataEntries { label } } } } } } } } }
"""


class GraphQLError(Exception):
    """The UI refused what it was asked."""


@dataclasses.dataclass(frozen=True, slots=True)
class LiveUI:
    """The UI of one home."""

    home: Path
    address: str
    process: "subprocess.Popen[str]"

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """What GraphQL answers."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(  # noqa: S310 - our own UI on loopback
            f"{self.address}/graphql", body, {"content-type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - the same
                told = json.load(answer)
        except urllib.error.HTTPError as error:
            raise GraphQLError(error.read().decode()) from error
        if told.get("errors"):
            raise GraphQLError(json.dumps(told["errors"]))
        data: dict[str, Any] = told["data"]
        return data

    def launch(
        self,
        job: str,
        *,
        partition: str | None = None,
        assets: Sequence[str] = (),
        config: Mapping[str, object] | None = None,
    ) -> str:
        """Launches a job as the UI's launch button does, and returns the run's id."""
        selector: dict[str, Any] = {
            "repositoryLocationName": "whisky_assets",
            "repositoryName": "__repository__",
            "pipelineName": job,
        }
        if assets:
            selector["assetSelection"] = [{"path": dataset.split("/")} for dataset in assets]
        tags = [] if partition is None else [{"key": "dagster/partition", "value": partition}]
        params = {
            "selector": selector,
            "mode": "default",
            "runConfigData": dict(config or {}),
            "executionMetadata": {"tags": tags},
        }
        return _launched(self.ask(_LAUNCH, params=params)["launchPipelineExecution"])

    def reexecute(self, run_id: str, strategy: str = "ALL_STEPS") -> str:
        """Runs a run once more, as the UI's button does."""
        params = {"parentRunId": run_id, "strategy": strategy}
        return _launched(self.ask(_REEXECUTE, params=params)["launchRunReexecution"])

    def terminate(self, run_id: str) -> str:
        """Ends a run, as the UI's button does."""
        query = "mutation($run: String!) { terminateRun(runId: $run) { __typename } }"
        return str(self.ask(query, run=run_id)["terminateRun"]["__typename"])

    def runs(self) -> list[dict[str, Any]]:
        """All runs, newest first."""
        found: list[dict[str, Any]] = self.ask(_RUNS)["runsOrError"]["results"]
        return found

    def status(self, run_id: str) -> str:
        """A run's status in Dagster's words."""
        return next(str(run["status"]) for run in self.runs() if run["runId"] == run_id)

    def ended(self, run_id: str, seconds: float = READY_SECONDS) -> str:
        """Waits for a run's end and returns its status."""

        def status() -> str | None:
            told = self.status(run_id)
            return told if told in ("SUCCESS", "FAILURE", "CANCELED") else None

        return until(status, seconds, f"the end of run {run_id}")

    def checks(self, dataset: str) -> dict[str, dict[str, Any]]:
        """The checks of a table with their last verdict, by name."""
        node = self.ask(_CHECKS, key={"path": dataset.split("/")})["assetNodeOrError"]
        return {check["name"]: check for check in node["assetChecksOrError"]["checks"]}

    def location(self) -> dict[str, Any] | None:
        """The code location, once it is loaded; None before."""
        try:
            (entry,) = self.ask(_LOCATIONS)["workspaceOrError"]["locationEntries"]
        except (OSError, GraphQLError, ValueError):
            return None
        return entry if entry["loadStatus"] == "LOADED" else None


def until(look: Callable[[], Found | None], seconds: float, what: str) -> Found:
    """Looks again and again until there is something, and fails with what was waited for."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(0.3)
    raise TimeoutError(f"{what} did not come within {seconds:.0f} s")


@contextmanager
def served(home: Path, log: Path) -> Iterator[LiveUI]:
    """Serves a home's UI until the end of the block, then proves that nothing of it is left."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [sys.executable, "-m", "whisky_assets.cli", "--home", str(home), "ui", "--port", str(port)]
    with log.open("w") as told, subprocess.Popen(words, stdout=told, stderr=told, text=True) as process:
        live = LiveUI(home=home, address=f"http://127.0.0.1:{port}", process=process)
        try:
            entry = until(live.location, READY_SECONDS, "the UI")
            assert entry["locationOrLoadError"]["__typename"] == "RepositoryLocation", entry
            group = _group_of(process.pid)
            yield live
        finally:
            begun = time.monotonic()
            process.send_signal(signal.SIGINT)
            process.wait(60)
        assert time.monotonic() - begun < 20
        assert process.returncode == 0, log.read_text()
        assert living(group) == []


def _group_of(starter: int) -> int:
    """The process group that `whisky ui` started."""
    import psutil

    (dagster,) = psutil.Process(starter).children()
    return os.getpgid(dagster.pid)


def _launched(answer: Mapping[str, Any]) -> str:
    if answer["__typename"] != "LaunchRunSuccess":
        raise GraphQLError(json.dumps(answer))
    return str(answer["run"]["runId"])
