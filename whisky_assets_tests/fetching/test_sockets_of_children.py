"""No process of a run connects anywhere but to its own sample shops: counted at the sockets of children and theirs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from whisky_assets_tests.faults.homes import new_home
from whisky_assets_tests.fetching.servers import Server, plain
from whisky_assets_tests.fetching.socket_watch import SITECUSTOMIZE, VARIABLE
from whisky_assets_tests.tooling.parts import PROJECT_ROOT

LOOPBACK = ("127.0.0.1", "::1")


def watched(folder: Path, words: Sequence[str]) -> list[tuple[str, object, int]]:
    """Run a program to its good end with its sockets watched; returns what was seen: event, address, process."""
    (folder / "sitecustomize.py").write_text(SITECUSTOMIZE, encoding="utf-8")
    log = folder / "sockets"
    environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{PROJECT_ROOT}", VARIABLE: str(log)}
    ended = subprocess.run(
        [sys.executable, *words],
        cwd=PROJECT_ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-2_000:]
    lines = log.read_text().splitlines() if log.exists() else []
    return [tuple(json.loads(line)) for line in lines]


def strangers(seen: Sequence[tuple[str, object, int]]) -> list[tuple[str, object]]:
    """Return whom the processes talked to beside the servers that they opened themselves."""
    own = {address[1] for event, address, _pid in seen if event == "listen" and isinstance(address, list)}
    found = []
    for event, address, _pid in seen:
        if event == "socket.getaddrinfo":
            is_own = address in (*LOOPBACK, "localhost", None)
        elif event == "listen" or isinstance(address, str):
            is_own = True  # its own door, or a socket in the file system
        else:
            is_own = isinstance(address, list) and address[0] in LOOPBACK and address[1] in own
        if not is_own:
            found.append((event, address))
    return found


def test_the_watch_sees_a_connection_a_name_and_a_grandchild(tmp_path: Path, server: Server) -> None:
    server.routes["*"] = plain(b"hello")
    ask = f"import urllib.request; urllib.request.urlopen('http://127.0.0.1:{server.port}/').read()"
    seen = watched(tmp_path, ["-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {ask!r}])"])
    assert ("socket.connect", ["127.0.0.1", server.port]) in strangers(seen)
    assert len(server.requests) == 1


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_whole_run_of_the_sample_world_talks_to_its_own_shops_alone(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home")
    seen = watched(tmp_path, ["-m", "whisky_assets.cli", "--home", str(home), "run"])
    connected = [address for event, address, _pid in seen if event == "socket.connect"]
    assert len(connected) >= 1
    assert strangers(seen) == []
