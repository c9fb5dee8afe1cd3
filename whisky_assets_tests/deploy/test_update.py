"""Another tag takes the place of this one with its home, or all is as it was: also after a kill."""

from __future__ import annotations

import hashlib
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage import locks
from whisky_assets.storage.home import Home, open_home
from whisky_assets_tests.deploy.machine import BROKEN_TABLES, NEWER_TABLES, Machine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

_KILL = "    os.kill(os.getppid(), 9)\n"
_LOAD = "    import dagster as dg\n"
_READ = "        told = home_status(workspace)\n"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine at v1."""
    return Machine(tmp_path)


@pytest.fixture
def home(machine: Machine) -> Home:
    """Its home."""
    return machine.make_home()


def _tables(home: Home) -> set[str]:
    with closing(sqlite3.connect(home.state_path)) as connection:
        return {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}


def _rows(home: Home) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(home.state_path)) as connection:
        return connection.execute("SELECT * FROM migrations ORDER BY 1, 2").fetchall()


def _add_volume(home: Home, folder: Path) -> None:
    folder.mkdir()
    workspace = Workspace(open_home(home.root))
    try:
        workspace.volumes.add("second", "directory", str(folder), workspace.now())
    finally:
        workspace.close()


def test_a_tag_with_a_new_table_is_taken_with_its_home_and_the_way_back_brings_both(
    machine: Machine, home: Home
) -> None:
    first = machine.commit()
    machine.edit_tables(NEWER_TABLES)
    second = machine.tag("v2")
    done = machine.update("v2")
    assert done.returncode == 0, done.stderr
    assert machine.commit() == second
    assert "casks" in _tables(home)
    assert machine.install_count() == 1
    assert machine.update("v2").stdout == "this is v2 already\n"
    back = machine.update("--back")
    assert back.returncode == 0, back.stderr
    assert (machine.commit(), machine.branch()) == (first, "main")
    assert "casks" not in _tables(home)
    Workspace(open_home(home.root)).close()


def test_a_backup_of_the_state_is_proven_before_any_step_of_its_tables(machine: Machine, home: Home) -> None:
    machine.edit_tables(NEWER_TABLES)
    machine.tag("v2")
    assert machine.update("v2").returncode == 0
    (copy,) = [path for path in (machine.root / ".deploy" / "state").glob("*.sqlite") if len(path.stem) == 64]
    assert hashlib.sha256(copy.read_bytes()).hexdigest() == copy.stem
    assert list((home.local_volume / "state").glob("*.sqlite.zst"))
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'casks'").fetchone() == (0,)


def test_a_way_back_that_would_lose_rows_is_refused_in_a_sentence_that_says_which(machine: Machine, home: Home) -> None:
    machine.edit_tables(NEWER_TABLES)
    second = machine.tag("v2")
    assert machine.update("v2").returncode == 0
    with closing(sqlite3.connect(home.state_path)) as connection, connection:
        connection.execute("INSERT INTO casks (number) VALUES (7)")
    refused = machine.update("--back")
    assert refused.returncode == 1
    assert "going back would lose 1 rows of the state database" in refused.stderr
    assert "1 in casks" in refused.stderr
    assert machine.commit() == second
    assert "casks" in _tables(home)


def test_rows_that_the_version_before_can_hold_stay_on_the_way_back(
    machine: Machine, home: Home, tmp_path: Path
) -> None:
    machine.tag("v2")
    assert machine.update("v2").returncode == 0
    _add_volume(home, tmp_path / "second")
    assert machine.update("--back").returncode == 0
    with closing(sqlite3.connect(home.state_path)) as connection:
        assert ("second",) in connection.execute("SELECT name FROM volumes").fetchall()


def test_a_tag_whose_definitions_do_not_load_leaves_all_as_it_was(machine: Machine, home: Home) -> None:
    first, before = machine.commit(), _rows(home)
    machine.edit_tables(NEWER_TABLES)
    machine.edit("whisky_assets/definitions.py", "defs = ", "from whisky_assets import nowhere\n\ndefs = nowhere or ")
    machine.tag("v2")
    failed = machine.update("v2")
    assert failed.returncode == 1
    assert "nowhere" in failed.stderr
    assert (machine.commit(), machine.branch()) == (first, "main")
    assert _rows(home) == before


def test_a_tag_whose_tables_fail_never_touches_the_home(machine: Machine, home: Home) -> None:
    first, before = machine.commit(), _rows(home)
    machine.edit_tables(BROKEN_TABLES)
    machine.tag("v2")
    failed = machine.update("v2")
    assert failed.returncode == 1
    assert "no such table: nowhere" in failed.stderr
    assert machine.commit() == first
    assert _rows(home) == before


def test_a_tag_that_fails_after_its_tables_changed_gives_the_state_back(machine: Machine, home: Home) -> None:
    first, before = machine.commit(), _rows(home)
    machine.edit_tables(NEWER_TABLES)
    machine.edit("deploy/proving.py", _READ, "        raise WhiskyError('the screen fails')\n")
    machine.tag("v2")
    failed = machine.update("v2")
    assert failed.returncode == 1
    assert "the screen fails" in failed.stderr
    assert machine.commit() == first
    assert _rows(home) == before
    assert "casks" not in _tables(home)


@pytest.mark.parametrize(
    ("killed_at", "text"),
    [(_LOAD, _KILL + _LOAD), (_READ, f"    {_KILL}{_READ}")],
    ids=["before the home changed", "after it changed"],
)
def test_a_kill_in_the_middle_is_mended_by_the_next_call(
    machine: Machine, home: Home, killed_at: str, text: str
) -> None:
    first, before = machine.commit(), _rows(home)
    machine.edit_tables(NEWER_TABLES)
    machine.lengthen_lock()
    machine.edit("deploy/proving.py", killed_at, text)
    machine.tag("v2")
    assert machine.update("v2").returncode == -9
    assert machine.commit() != first
    machine.edit("deploy/proving.py", text, killed_at)
    third = machine.tag("v3")
    mended = machine.update("unknown")
    assert mended.returncode == 2, mended.stderr
    assert "an update to v2 had not ended; v1 is back as it was" in mended.stdout
    assert (machine.commit(), machine.branch()) == (first, "main")
    assert _rows(home) == before
    assert machine.update("v3").returncode == 0
    assert machine.commit() == third


def test_packages_are_installed_only_for_another_lock_and_put_back_with_a_failed_tag(
    machine: Machine, home: Home
) -> None:
    marked = machine.root / ".venv" / "of-v1"
    marked.touch()
    machine.tag("v2")
    assert machine.update("v2").returncode == 0
    assert (machine.install_count(), marked.exists()) == (1, True)
    machine.lengthen_lock()
    machine.edit_tables(BROKEN_TABLES)
    machine.tag("v3")
    assert machine.update("v3").returncode == 1
    assert (machine.install_count(), marked.exists()) == (2, True)
    machine.edit("whisky_assets/storage/schema.py", BROKEN_TABLES, NEWER_TABLES)
    machine.tag("v4")
    assert machine.update("v4").returncode == 0
    assert (machine.install_count(), marked.exists()) == (3, False)
    assert machine.update("--back").returncode == 0
    assert (machine.install_count(), marked.exists()) == (3, True)
    assert home.state_path.exists()


def test_a_home_that_is_worked_on_is_left_alone_and_the_answer_says_by_whom(machine: Machine, home: Home) -> None:
    first = machine.commit()
    machine.tag("v2")
    workspace = Workspace(open_home(home.root))
    try:
        locks.acquire(workspace.db, "build", "cycle-7")
        busy = machine.update("v2")
    finally:
        workspace.close()
    assert busy.returncode == 4
    assert "build is held by cycle-7" in busy.stderr
    assert machine.commit() == first


def test_a_checkout_that_was_changed_by_hand_is_refused_by_name(machine: Machine) -> None:
    (machine.root / "workspace.yaml").write_text("# mine\n", encoding="utf-8")
    refused = machine.update("v1")
    assert refused.returncode == 2
    assert "changed by hand: workspace.yaml" in refused.stderr


def test_a_ui_that_was_started_here_is_served_by_the_new_version(machine: Machine, home: Home) -> None:
    machine.tag("v2")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    started = machine.serve("start", "--port", port)
    try:
        assert started.returncode == 0, started.stderr
        done = machine.update("v2")
        assert done.returncode == 0, done.stderr
        status = machine.serve("status")
        assert f"http://127.0.0.1:{port} shows {home.root}" in status.stdout
        assert status.stdout != started.stdout, "it is the process of before"
    finally:
        assert machine.serve("stop").returncode == 0
    assert machine.serve("status").stdout == "no UI was started here\n"
