"""Runs tests again and again from one warm process, each time in a fork, so that no run leaves anything to the next.

`Runner` is the handle; the process itself is this file run as a script in a copy of the tree. It imports what the
tests need of others once, and nothing of the tree: a fork reads the tree as it is on disk. Not here: mutants.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

LONGEST_TEST_SECONDS = 30
_OF_THE_TREE = frozenset({"whisky_assets", "whisky_assets_tests", "__main__", "conftest"})
_SHOWN_CHARACTERS = 2_000


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """How a run of pytest ended: its exit code, None when it did not end in time, and the last it said."""

    code: int | None
    said: str


class Runner:
    """A process that runs tests in one copy of the tree, one run at a time."""

    def __init__(self, copy: Path, *, longest_run_seconds: int = 600) -> None:
        """Start the process in a copy of the tree; a run is ended after so many seconds."""
        environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONHASHSEED": "0", "HYPOTHESIS_PROFILE": "ci"}
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(longest_run_seconds)],
            cwd=copy,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, tests: Sequence[str], *, keeps_compiled: bool = False) -> Answer:
        """Run test files or folders up to the first failure.

        Args:
            tests: paths below the copy.
            keeps_compiled: whether compiled modules are written, for later runs to share.

        Raises:
            RuntimeError: the process itself has ended.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("the process that runs the tests has no pipes")
        stdin.write(json.dumps({"tests": list(tests), "keeps_compiled": keeps_compiled}) + "\n")
        stdin.flush()
        line = stdout.readline()
        if not line:
            raise RuntimeError("the process that runs the tests has ended by itself")
        answer = json.loads(line)
        return Answer(code=answer["code"], said=answer["said"])

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def serve(longest_run_seconds: int) -> None:
    """Answer each request of standard input with one line on standard output."""
    with tempfile.TemporaryDirectory(prefix="mutant-runs-") as folder:
        output, loaded = Path(folder) / "output", Path(folder) / "loaded"
        for line in sys.stdin:
            request = json.loads(line)
            signal.signal(signal.SIGALRM, _give_up)
            signal.alarm(longest_run_seconds)
            code = _run_forked(request["tests"], output, loaded, keeps_compiled=request["keeps_compiled"])
            signal.alarm(0)
            said = output.read_text(encoding="utf-8", errors="replace")[-_SHOWN_CHARACTERS:]
            if request["keeps_compiled"] and code == 0:
                _warm_up(loaded.read_text(encoding="utf-8").split("\n"))
            sys.stdout.write(json.dumps({"code": code, "said": said}) + "\n")
            sys.stdout.flush()


def _warm_up(names: Sequence[str]) -> None:
    """Import what a run needed of others, so that later forks find it there."""
    for name in names:
        # Some names are made up by their packages and cannot be imported; the fork finds them as before.
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def _run_forked(tests: Sequence[str], output: Path, loaded: Path, *, keeps_compiled: bool) -> int | None:
    """Return the exit code of pytest in a fork, None for one that had to be ended."""
    child = os.fork()
    if child == 0:
        _run_and_exit(tests, output, loaded, keeps_compiled=keeps_compiled)
    try:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    except TimeoutError:
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return None


def _give_up(_number: int, _frame: FrameType | None) -> NoReturn:
    raise TimeoutError


def _run_and_exit(tests: Sequence[str], output: Path, loaded: Path, *, keeps_compiled: bool) -> NoReturn:
    code = 1
    try:
        os.setsid()
        sys.dont_write_bytecode = not keeps_compiled
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        code = _run_pytest(tests)
        if keeps_compiled:
            foreign = [name for name in sys.modules if name.split(".")[0] not in _OF_THE_TREE]
            loaded.write_text("\n".join(foreign), encoding="utf-8")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _run_pytest(tests: Sequence[str]) -> int:
    import pytest

    options = ["-x", "-q", "-m", "not slow", "-p", "no:randomly", "-p", "no:cacheprovider"]
    # What is there already cannot be rewritten, which says nothing about the tests.
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning", "-o", f"timeout={LONGEST_TEST_SECONDS}"]
    return int(pytest.main([*options, *tests]))


if __name__ == "__main__":
    serve(int(sys.argv[1]))
