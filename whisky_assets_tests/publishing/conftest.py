"""Document stores for tests: a SQLite file, and one Firestore emulator a session with a project of its own a test."""

from __future__ import annotations

import contextlib
import http.client
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from whisky_assets.publishing.stores.firestore import FirestoreStore
from whisky_assets.publishing.stores.port import DocumentStore
from whisky_assets.publishing.stores.sqlite import SqliteStore

MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
STARTING_SECONDS = 60


def standing_clock() -> datetime:
    """The sample world's clock: it stands still."""
    return MONDAY


@pytest.fixture(scope="session")
def emulator_host(firestore_emulator_jar: Path) -> Iterator[str]:
    """`host:port` of a running Firestore emulator; without rules everybody may do everything."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
    command = ["java", "-Xmx1g", "-Duser.language=en", "-cp", str(firestore_emulator_jar), program]
    process = subprocess.Popen(
        [*command, "start", "--host=127.0.0.1", f"--port={port}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(process, port)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            # A busy machine lets it end late; it holds nothing but this session's own documents.
            process.kill()
            process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the Firestore emulator ended while it was starting"
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/")
            if connection.getresponse().read().strip() == b"Ok":
                return
        time.sleep(0.1)
    pytest.fail(f"the Firestore emulator did not answer within {STARTING_SECONDS} s")


@pytest.fixture(params=["sqlite", pytest.param("firestore", marks=pytest.mark.emulator)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DocumentStore]:
    """An empty document store of each kind; all of them pass the same tests."""
    made: DocumentStore
    if request.param == "sqlite":
        made = SqliteStore(tmp_path / "documents.sqlite", standing_clock)
    else:
        host = request.getfixturevalue("emulator_host")
        made = FirestoreStore(project=f"demo-{uuid.uuid4()}", emulator_host=host)
    yield made
    made.close()
