"""Runs `whisky run` as a child in a process group of its own, which ends whole when its caller is ended.

A child that dies with its caller by SIGKILL alone is left: its locks say who holds them, its work stays good, and the
janitor closes what it leaves open. Not here: what a run does (`cycle`).
"""

import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from whisky_assets.orchestration.served import HOME_VARIABLE

_GRACE_SECONDS = 10.0
_LOOK_AGAIN_SECONDS = 0.1
_REAPED_WITHIN_SECONDS = 3.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ChildAnswer:
    """How the child ended: its exit code, and the envelope that it printed (empty if it printed none)."""

    exit: int
    envelope: Mapping[str, Any]

    @property
    def problems(self) -> Sequence[Mapping[str, Any]]:
        """What a person should know, as the envelope tells it."""
        problems: Sequence[Mapping[str, Any]] = self.envelope.get("problems", ())
        return problems

    def shown(self, longest: int) -> dict[str, Any]:
        """Return the envelope for an event of at most so many characters; its result is left out where it is longer."""
        whole = dict(self.envelope)
        if len(json.dumps(whole, default=str)) > longest:
            whole["result"] = "too long to show here; `whisky` shows it"
        return whole


def run_whisky(home: str, cycle: str, feeds: Sequence[str], *, started: Callable[[int], None]) -> ChildAnswer:
    """Run `whisky run` of a home to its end and return its answer; ends the whole group when this process is ended.

    Args:
        home: folder of the home.
        cycle: name of the cycle, under which its runs and locks stand.
        feeds: the feeds to read; none means all that are due.
        started: told the child's process number.
    """
    words = [sys.executable, "-m", "whisky_assets.cli", "--home", home, "run", "--json", "--run-id", cycle]
    for feed in feeds:
        words += ["--feed", feed]
    with subprocess.Popen(  # noqa: S603 - our own command; feeds are words of their own, never a shell's
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, HOME_VARIABLE: home},
    ) as child:
        try:
            started(child.pid)
            printed, _ = child.communicate()
        finally:
            end_group(child, _GRACE_SECONDS)
    return ChildAnswer(exit=child.returncode, envelope=_envelope(printed))


def end_group(child: "subprocess.Popen[Any]", grace_seconds: float) -> None:
    """End a child and all processes of its group: by SIGINT, and what is left after the grace by SIGKILL.

    A group that is already gone is fine; the child itself is waited for.
    """
    _signal_group(child.pid, signal.SIGINT)
    if not _ends(child, grace_seconds):
        _signal_group(child.pid, signal.SIGKILL)
        _ends(child, _REAPED_WITHIN_SECONDS)
    child.wait()


def _ends(child: "subprocess.Popen[Any]", seconds: float) -> bool:
    """Wait so long for a child and its group to end, and say whether they did."""
    deadline = time.monotonic() + seconds
    while child.poll() is None or _group_lives(child.pid):
        if time.monotonic() >= deadline:
            return False
        time.sleep(_LOOK_AGAIN_SECONDS)
    return True


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
        return False
    return True


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _envelope(printed: str) -> Mapping[str, Any]:
    try:
        told = json.loads(printed)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
