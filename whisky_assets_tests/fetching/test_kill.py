"""SIGKILL at a named point loses no acknowledged page, stores none twice, and repeats at most what was not written yet.

Not here: kills at random moments (`test_killed_at_random`).
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from whisky_assets.fetching.frontier import crawl_log, good_documents
from whisky_assets.fetching.tables import MIGRATIONS
from whisky_assets.storage.state import StateDatabase
from whisky_assets_tests.fetching.servers import Server, plain

PRODUCTS = 20
BATCH = 6
POINTS = [("asked", 1), ("asked", 9), ("storing", 2), ("stored", 1), ("stored", 3)]


def open_shop(server: Server) -> None:
    for number in range(PRODUCTS):
        server.routes[f"/p/{number}"] = plain(f"product {number}".encode())
    listed = "".join(f'<a href="/p/{number}">' for number in range(PRODUCTS))
    server.routes["/sitemap.xml"] = plain(listed.encode())


def start(state: Path, server: Server, run: str, point: str, count: int) -> subprocess.Popen[str]:
    module = "whisky_assets_tests.fetching.killed_crawl"
    arguments = [sys.executable, "-m", module, str(state), str(server.port), run, point, str(count)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


def acknowledged_at_death(process: subprocess.Popen[str]) -> int:
    out, _ = process.communicate(timeout=60)
    lines = out.split()
    return int(lines[-1]) if lines else 0


def require_whole(state: Path, at_least: int) -> set[str]:
    """Bodies and frontier agree, and nothing that was acknowledged is missing; returns the acknowledged addresses."""
    database = StateDatabase.open(state, MIGRATIONS)
    try:
        with database.reading() as connection:
            has_table = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'stored'").fetchone()[0]
            rows = connection.execute("SELECT url, sha FROM stored").fetchall() if has_table else []
            known = {(found.url, found.body_sha256) for found in good_documents(connection, "hanok")}
    finally:
        database.close()
    stored = {(row[0], row[1]) for row in rows}
    assert stored == known
    assert len(rows) == len(stored) >= at_least
    return {url.removeprefix("http://hanok.sample") for url, _sha in stored}


def finish(state: Path, server: Server) -> None:
    process = start(state, server, "last", "none", 0)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert {request.headers["host"] for request in server.requests} == {"hanok.sample"}
    assert len(require_whole(state, PRODUCTS + 1)) == PRODUCTS + 1


@pytest.mark.parametrize(("point", "count"), POINTS)
def test_a_killed_crawl_goes_on_where_it_was_acknowledged(
    tmp_path: Path, server: Server, point: str, count: int
) -> None:
    open_shop(server)
    state = tmp_path / "state.sqlite"
    process = start(state, server, "killed", point, count)
    at_least = acknowledged_at_death(process)
    assert process.returncode == -signal.SIGKILL
    kept = require_whole(state, at_least)
    first = Counter(server.targets)
    finish(state, server)
    again = Counter(server.targets) - first
    assert not kept & set(again)
    repeated = [target for target, times in Counter(server.targets).items() if times > 1 and target != "/robots.txt"]
    assert len(repeated) <= BATCH + 1
    database = StateDatabase.open(state, MIGRATIONS)
    with database.reading() as connection:
        runs = {row.run: row.finished_at is not None for row in crawl_log(connection, "hanok")}
    database.close()
    assert runs == {"killed": False, "last": True}
