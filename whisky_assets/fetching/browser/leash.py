"""A program of its own: runs a command, and ends it with all its children, and a folder, once its holder is gone.

`python leash.py FOLDER COMMAND...`: the holder keeps our input open; its end, however the holder dies, is the sign. The
standard library alone and no import of this package, so that it starts at once.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

_PATIENCE_SECONDS = 10.0
_PAUSE_SECONDS = 0.05


def hold(folder: str, command: list[str]) -> int:
    """Run a command in a session of its own until it ends or our input does; then nothing of it is left.

    Its output is ours. Returns 0 where it was ended by the holder, else what the command returned.
    """
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: over.set())
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True) as child:  # noqa: S603 - our own
        try:
            _when(over, lambda: os.read(0, 1))
            _when(over, child.wait)
            over.wait()
            returned = child.poll()
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
    remove_folder(folder)
    return returned or 0


def _when(over: threading.Event, ends: Callable[[], object]) -> None:
    def wait() -> None:
        with contextlib.suppress(OSError):
            ends()
        over.set()

    threading.Thread(target=wait, daemon=True).start()


def remove_folder(folder: str) -> None:
    """Remove a folder, which processes that are just dying may still write to."""
    ends_at = time.monotonic() + _PATIENCE_SECONDS
    while os.path.isdir(folder) and time.monotonic() < ends_at:  # noqa: PTH112 - pathlib would triple the start
        shutil.rmtree(folder, ignore_errors=True)
        if os.path.isdir(folder):  # noqa: PTH112 - as above
            time.sleep(_PAUSE_SECONDS)


if __name__ == "__main__":
    sys.exit(hold(sys.argv[1], sys.argv[2:]))
