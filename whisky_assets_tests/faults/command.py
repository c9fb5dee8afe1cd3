"""Runs the real `whisky` command in a child, undisturbed or with a fault, and tells how it ended."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from whisky_assets_tests.faults.injection import BEFORE, HOLD, VARIABLE, Fault
from whisky_assets_tests.tooling.parts import PROJECT_ROOT

RUN_SECONDS = 180
_SITECUSTOMIZE = "from whisky_assets_tests.faults.injection import arm\n\narm()\n"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended: its exit code (minus the signal that killed it), and what it printed."""

    code: int
    out: str
    err: str

    @property
    def envelope(self) -> Mapping[str, Any]:
        """The JSON envelope that it printed."""
        told: Mapping[str, Any] = json.loads(self.out)
        return told

    @property
    def problems(self) -> Sequence[Mapping[str, Any]]:
        """The problems that the envelope names."""
        problems: Sequence[Mapping[str, Any]] = self.envelope["problems"]
        return problems


def whisky(
    home: Path,
    *words: str,
    fault: Fault | None = None,
    tally: tuple[Sequence[str], Path] | None = None,
    before: Sequence[str] = (),
) -> Ended:
    """Runs one command on a home to its end, and gives it three minutes.

    Args:
        home: the home.
        words: the command and its options.
        fault: what happens to it.
        tally: the places whose passes it counts, and where it writes the counts.
        before: words of a program that runs the command, such as `unshare`.
    """
    with _child(home, words, fault, tally, before) as child:
        out, err = child.communicate(timeout=RUN_SECONDS)
    return Ended(code=child.returncode, out=out, err=err)


class Held:
    """A command that waits at a place until it is let go."""

    def __init__(self, child: subprocess.Popen[str], path: Path) -> None:
        """Hold a child by a file."""
        self.pid = child.pid
        self._child = child
        self._path = path

    def let_go(self) -> Ended:
        """Let it go on to its end, once; returns how it ended."""
        self._path.unlink()
        out, err = self._child.communicate(timeout=RUN_SECONDS)
        return Ended(code=self._child.returncode, out=out, err=err)

    def wait_for(self, seconds: float) -> bool:
        """Say whether it comes to its place within so many seconds."""
        deadline = time.monotonic() + seconds
        while not self._path.exists():
            if self._child.poll() is not None or time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True


@contextlib.contextmanager
def held(home: Path, *words: str, place: str) -> Iterator[Held]:
    """Gives a command that waits before its first pass of a place."""
    with tempfile.TemporaryDirectory(prefix="whisky-held-") as folder:
        path = Path(folder) / "here"
        fault = Fault(place=place, moment=BEFORE, action=HOLD, path=str(path))
        with _child(home, words, fault, None, ()) as child:
            holding = Held(child, path)
            assert holding.wait_for(RUN_SECONDS), f"it never came to {place}"
            yield holding


@contextlib.contextmanager
def _child(
    home: Path,
    words: Sequence[str],
    fault: Fault | None,
    tally: tuple[Sequence[str], Path] | None,
    before: Sequence[str],
) -> Iterator[subprocess.Popen[str]]:
    with tempfile.TemporaryDirectory(prefix="whisky-fault-") as folder:
        environment = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT)}
        if fault is not None or tally is not None:
            (Path(folder) / "sitecustomize.py").write_text(_SITECUSTOMIZE, encoding="utf-8")
            environment["PYTHONPATH"] = f"{folder}{os.pathsep}{PROJECT_ROOT}"
            environment[VARIABLE] = json.dumps(
                {
                    "fault": None if fault is None else dataclasses.asdict(fault),
                    "places": None if tally is None else list(tally[0]),
                    "tally": None if tally is None else str(tally[1]),
                }
            )
        command = [*before, sys.executable, "-m", "whisky_assets.cli", "--home", str(home), *words]
        child = subprocess.Popen(
            command,
            cwd=PROJECT_ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield child
        finally:
            if child.poll() is None:
                child.kill()
            child.wait()
            for pipe in (child.stdout, child.stderr):
                if pipe is not None:
                    pipe.close()
