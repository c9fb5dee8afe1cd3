"""Serves Dagster's UI of one home on 127.0.0.1 and ends its whole process group when asked to.

`dagster dev` runs five processes; one that is killed alone leaves the others running. So they get a group of their own,
which is ended by SIGINT, and whatever is left of it after a while by SIGKILL.
"""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import TextIO

from whisky_assets.domain.errors import BusyError, UsageError, WhiskyError
from whisky_assets.orchestration.child import end_group
from whisky_assets.orchestration.instance import INSTANCE_VARIABLE, instance_folder, write_settings
from whisky_assets.orchestration.served import HOME_VARIABLE
from whisky_assets.pipeline.homes import PROJECT_ROOT

HOST = "127.0.0.1"
_GRACE_SECONDS = 14.0
_LOOK_AGAIN_SECONDS = 0.2
# Dagster tells people to call `dg dev` instead, which does the same and is another package.
_NO_ADVICE = "ignore:Function `dev_command` is superseded"


def serve(home: Path, port: int, *, started: Callable[[str], None]) -> None:
    """Serve the UI until Ctrl-C or SIGTERM, and leave no process behind.

    Args:
        home: folder of the home.
        port: the port on 127.0.0.1.
        started: told the address once its processes are on their way.

    Raises:
        UsageError: another program listens on the port.
        BusyError: another UI serves this home.
        WhiskyError: the UI ended by itself.
    """
    address = f"http://{HOST}:{port}"
    with _only_ui(home, address) as lock, _asked_to_end() as asked:
        _require_free(port)
        settings = write_settings(home)
        # A signal that has a handler here is the child's default again; one that `make` or a shell had switched off
        # would have stayed off.
        child = subprocess.Popen(  # noqa: S603 - our own command
            _command(port),
            env={**os.environ, INSTANCE_VARIABLE: str(settings), HOME_VARIABLE: str(home.absolute())},
            cwd=settings,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=(lock.fileno(),),  # the home stays taken as long as the UI itself runs
        )
        try:
            started(address)
            while child.poll() is None and not asked():
                time.sleep(_LOOK_AGAIN_SECONDS)
        finally:
            end_group(child, _GRACE_SECONDS)
        if not asked():
            raise WhiskyError(f"the UI ended by itself with {child.returncode}", remedy="The lines above say why.")


def _command(port: int) -> list[str]:
    dagster = [sys.executable, "-W", _NO_ADVICE, "-m", "dagster", "dev"]
    place = ["--host", HOST, "--port", str(port), "--workspace", str(PROJECT_ROOT / "workspace.yaml")]
    return [*dagster, *place, "--log-level", "warning"]


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise UsageError(
                f"another program listens on port {port}", remedy=f"Choose another: whisky ui --port {port + 1}"
            ) from error


@contextlib.contextmanager
def _only_ui(home: Path, address: str) -> Iterator[TextIO]:
    """Hold the home's one place of a UI; the file says who has it."""
    folder = instance_folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "ui.lock").open("a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.seek(0)
            told = handle.read().strip() or "somewhere"
            raise BusyError(f"another UI serves {home}: {told}", remedy="Use that one, or end it first.") from error
        handle.truncate(0)
        handle.write(f"{address}, started by process {os.getpid()}\n")
        handle.flush()
        yield handle


@contextlib.contextmanager
def _asked_to_end() -> Iterator[Callable[[], bool]]:
    """Give what says whether Ctrl-C or SIGTERM came; neither interrupts anything until the block ends."""
    came: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        came.append(number)

    previous = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
