"""Starts the UI of a home in the background and ends it by the process that was noted; standard library alone."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.checkout import last_words, prove
from deploy.files import BUSY, DeployError, notes_of, one_at_a_time, read_note, remove_note, write_note

_NOTE = "ui.json"
_ALIVE = "ui.alive"
_LOG = "ui.log"
PORT = 3000
_UP_SECONDS = 180.0
_END_SECONDS = 60.0
_LOOK_AGAIN_SECONDS = 0.2


def running(root: Path) -> dict[str, Any] | None:
    """Return the note of the UI that was started here and still runs: `pid`, `port`, `home`; None for none."""
    note = read_note(notes_of(root) / _NOTE)
    return note if note is not None and _is_held(root) else None


def start(root: Path, home: str, port: int) -> dict[str, Any]:
    """Start the UI of a home, wait until it answers, and note its process; one that runs already is left alone.

    Raises:
        DeployError: it ends by itself or does not answer; its last words are in the message.
    """
    standing = running(root)
    if standing is not None:
        return standing
    log = notes_of(root) / _LOG
    with (notes_of(root) / _ALIVE).open("a") as alive, log.open("w", encoding="utf-8") as output:
        fcntl.flock(alive, fcntl.LOCK_EX)
        # The lock lives in the child's copy: whoever finds it held knows that the noted process is that child.
        child = subprocess.Popen(
            [
                str(root / ".venv" / "bin" / "python"),
                "-m",
                "whisky_assets.cli",
                "--home",
                home,
                "ui",
                "--port",
                str(port),
            ],
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=(alive.fileno(),),
        )
    note = {"pid": child.pid, "port": port, "home": home}
    write_note(notes_of(root) / _NOTE, note)
    deadline = time.monotonic() + _UP_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        if _answers(port):
            return note
        time.sleep(_LOOK_AGAIN_SECONDS)
    stop(root)
    raise DeployError(
        f"the UI does not come up: {last_words(log.read_text(encoding='utf-8'))}", remedy=f"All it said: {log}"
    )


def stop(root: Path) -> dict[str, Any] | None:
    """End the UI that was started here, as Ctrl-C does, and return its note; None where none runs.

    Raises:
        DeployError: it does not end.
    """
    note = running(root)
    if note is None:
        return None
    with contextlib.suppress(ProcessLookupError):
        os.kill(int(note["pid"]), signal.SIGTERM)
    deadline = time.monotonic() + _END_SECONDS
    while _is_held(root):
        if time.monotonic() > deadline:
            raise DeployError(
                f"the UI, process {note['pid']}, does not end", exit_code=BUSY, remedy=f"End it: kill {note['pid']}"
            )
        with contextlib.suppress(ChildProcessError):
            os.waitpid(int(note["pid"]), os.WNOHANG)
        time.sleep(_LOOK_AGAIN_SECONDS)
    remove_note(notes_of(root) / _NOTE)
    return note


def refuse_foreign(root: Path, facts: Mapping[str, Any]) -> None:
    """Return if nobody serves the home but the UI that was started here.

    Raises:
        DeployError: somebody does: it would go on with files of two versions.
    """
    standing = running(root)
    if facts["ui"] and (standing is None or standing["home"] != facts["home"]):
        raise DeployError(
            f"a UI that was not started by deploy/serve serves {facts['home']}: {facts['ui']}",
            exit_code=BUSY,
            remedy="End it with Ctrl-C where it was started, then start again.",
        )


def named_home(told: argparse.Namespace) -> str:
    """Return the folder that --home names, seen from where the command was called; empty where it names none."""
    return str(told.called_from / Path(told.home).expanduser()) if told.home else ""


def _is_held(root: Path) -> bool:
    with (notes_of(root) / _ALIVE).open("a") as alive:
        try:
            fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def main() -> int:
    """Start, stop or show the UI; the exit code is that of the page of exit codes."""
    parser = argparse.ArgumentParser(prog="deploy/serve", description="The UI in the background, by a noted process.")
    parser.add_argument("--root", required=True, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--called-from", required=True, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("action", choices=("start", "stop", "status"))
    parser.add_argument("--home", default="", metavar="DIR", help="the home (else WHISKY_HOME, else .whisky/)")
    parser.add_argument("--port", type=int, default=PORT, metavar="N", help=f"on 127.0.0.1 ({PORT})")
    told = parser.parse_args()
    try:
        with one_at_a_time(told.root):
            print(_answer(told))
    except DeployError as error:
        print(f"deploy/serve: {error.message}", file=sys.stderr)
        if error.remedy:
            print(error.remedy, file=sys.stderr)
        return error.exit_code
    return 0


def _answer(told: argparse.Namespace) -> str:
    if told.action == "stop":
        note = stop(told.root)
        return "no UI was started here" if note is None else f"the UI of {note['home']} has ended"
    note = running(told.root)
    if told.action == "start" and note is None:
        facts = prove(told.root, "home", named_home(told))
        refuse_foreign(told.root, facts)
        note = start(told.root, str(facts["home"]), told.port)
    if note is None:
        return "no UI was started here"
    return f"http://127.0.0.1:{note['port']} shows {note['home']} (process {note['pid']})"


if __name__ == "__main__":
    sys.exit(main())
