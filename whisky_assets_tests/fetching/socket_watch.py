"""Writes down, inside any process that a test starts, whom it connects to, what names it asks for and where it listens.

A child gets this through a `sitecustomize` of the test, and its own children through the same environment.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from typing import Any

VARIABLE = "WHISKY_TEST_SOCKETS"
SITECUSTOMIZE = "from whisky_assets_tests.fetching.socket_watch import arm\n\narm()\n"

_WATCHED = frozenset({"socket.connect", "socket.sendto", "socket.getaddrinfo"})


def arm() -> None:
    """Watch this process from now on, into the file that the environment names; nothing without one."""
    path = os.environ.get(VARIABLE)
    if path is None:
        return
    log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(event: str, address: object) -> None:
        # One write a line: lines of many processes do not mix.
        os.write(log, (json.dumps([event, address, os.getpid()], default=str) + "\n").encode())

    def watch(event: str, told: tuple[Any, ...]) -> None:
        if event == "socket.getaddrinfo":
            write(event, told[0])
        elif event in _WATCHED:
            write(event, told[1])

    listen = socket.socket.listen

    def listening(self: socket.socket, *words: int) -> None:
        listen(self, *words)
        write("listen", self.getsockname())

    socket.socket.listen = listening  # type: ignore[assignment, method-assign] # a watch on every socket
    sys.addaudithook(watch)
