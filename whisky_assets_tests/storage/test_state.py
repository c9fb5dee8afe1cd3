"""The state database: transactions, consistent reads, migrations of many owners, refusal of what it does not know."""

import concurrent.futures
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.domain.errors import CorruptDataError, OutOfReachError, UsageError
from whisky_assets.storage import state
from whisky_assets.storage.schema import MIGRATIONS
from whisky_assets.storage.state import Migration, StateDatabase, micros, moment_of

FIRST = Migration("pets", 1, "CREATE TABLE pets (name TEXT PRIMARY KEY) STRICT; CREATE INDEX by_name ON pets (name);")
SECOND = Migration("pets", 2, "-- a comment; with a semicolon\nALTER TABLE pets ADD COLUMN age INTEGER")


def names(db: StateDatabase) -> list[str]:
    with db.reading() as connection:
        return [row[0] for row in connection.execute("SELECT name FROM pets ORDER BY name")]


def add(db: StateDatabase, *added: str) -> None:
    with db.transaction() as connection:
        for name in added:
            connection.execute("INSERT INTO pets (name) VALUES (?)", (name,))


def test_it_stores_durably_and_strictly(tmp_path: Path) -> None:
    db = StateDatabase.open(tmp_path / "state.sqlite", [FIRST])
    with db.reading() as connection:
        pragmas = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "fullfsync", "checkpoint_fullfsync", "foreign_keys")
        }
        assert connection.execute("PRAGMA wal_autocheckpoint").fetchone()[0] == 0
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "fullfsync": 1,
        "checkpoint_fullfsync": 1,
        "foreign_keys": 1,
    }
    db.close()


def test_every_table_of_storage_is_strict(tmp_path: Path) -> None:
    db = StateDatabase.open(tmp_path / "state.sqlite", MIGRATIONS)
    with db.reading() as connection:
        tables = connection.execute(
            "SELECT name, strict FROM pragma_table_list WHERE name NOT LIKE 'sqlite%'"
        ).fetchall()
    assert len(tables) > 10
    assert all(strict for _name, strict in tables)
    assert db.check() == ()
    db.close()


def test_an_exception_leaves_nothing_of_its_transaction(tmp_path: Path) -> None:
    db = StateDatabase.open(tmp_path / "state.sqlite", [FIRST])
    with pytest.raises(sqlite3.IntegrityError):
        add(db, "Rex", "Rex")
    assert names(db) == []
    add(db, "Tom")
    assert names(db) == ["Tom"]
    db.close()


def test_a_transaction_inside_another_is_refused_and_a_read_inside_sees_it(tmp_path: Path) -> None:
    db = StateDatabase.open(tmp_path / "state.sqlite", [FIRST])
    with db.transaction() as connection:
        connection.execute("INSERT INTO pets (name) VALUES ('Rex')")
        assert names(db) == ["Rex"]
        with pytest.raises(RuntimeError, match="inside another one"), db.transaction():
            pass
    assert names(db) == ["Rex"]
    db.close()


def test_a_read_sees_one_moment_and_cannot_write(tmp_path: Path) -> None:
    db = StateDatabase.open(tmp_path / "state.sqlite", [FIRST])
    add(db, "Rex")
    with db.reading() as connection:
        before = connection.execute("SELECT count(*) FROM pets").fetchone()
        thread = threading.Thread(target=add, args=(db, "Tom"))
        thread.start()
        thread.join()
        assert connection.execute("SELECT count(*) FROM pets").fetchone() == before
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM pets")
    assert names(db) == ["Rex", "Tom"]
    db.close()


def test_many_threads_write_without_losing_one(tmp_path: Path) -> None:
    db = StateDatabase.open(tmp_path / "state.sqlite", [FIRST])
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: add(db, f"{number:03d}"), range(40)))
    assert len(names(db)) == 40
    db.close()


def test_processes_that_make_it_at_once_all_get_it(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from whisky_assets.storage.schema import MIGRATIONS; from whisky_assets.storage.state import StateDatabase\n"
        "StateDatabase.open(Path(sys.argv[1]), MIGRATIONS).close()"
    )
    started = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "state.sqlite")]) for _ in range(4)]
    assert [process.wait(timeout=60) for process in started] == [0, 0, 0, 0]


def test_migrations_are_applied_once_and_later_ones_added(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    db = StateDatabase.open(path, [FIRST])
    add(db, "Rex")
    db.close()
    db = StateDatabase.open(path, [SECOND, FIRST, Migration("cars", 1, "CREATE TABLE cars (id INTEGER) STRICT")])
    with db.reading() as connection:
        assert connection.execute("SELECT name, age FROM pets").fetchall() == [("Rex", None)]
        assert connection.execute("SELECT count(*) FROM cars").fetchone() == (0,)
    db.close()


def test_a_failed_migration_leaves_the_tables_of_before(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    StateDatabase.open(path, [FIRST]).close()
    with pytest.raises(sqlite3.OperationalError):
        StateDatabase.open(
            path, [FIRST, Migration("pets", 2, "CREATE TABLE more (id INTEGER) STRICT; CREATE NONSENSE;")]
        )
    db = StateDatabase.open(path, [FIRST, SECOND])
    with db.reading() as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'more'").fetchone() == (0,)
    db.close()


def test_a_database_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    StateDatabase.open(path, [FIRST, SECOND]).close()
    with pytest.raises(UsageError, match=r"newer version of Whisky Assets.*step 2 of the tables of pets.*update"):
        StateDatabase.open(path, [FIRST])
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(UsageError, match="its format is 99"):
        StateDatabase.open(path, [FIRST, SECOND])


def test_a_released_migration_may_not_change(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    StateDatabase.open(path, [FIRST]).close()
    with pytest.raises(CorruptDataError, match="applied with another text"):
        StateDatabase.open(path, [Migration("pets", 1, FIRST.sql + " ")])


def test_numbers_with_a_gap_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"numbered \[2\]"):
        StateDatabase.open(tmp_path / "state.sqlite", [SECOND])


def test_a_file_of_another_program_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(CorruptDataError):
        StateDatabase.open(path, [FIRST])
    assert path.read_bytes() == b"no database at all" * 100
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE theirs (id INTEGER)")
    connection.close()
    with pytest.raises(CorruptDataError, match="another program"):
        StateDatabase.open(other, [FIRST])


def test_the_files_name_is_on_the_disk_after_every_opening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(state, "sync_path", synced.append)
    for opened in (1, 2):
        StateDatabase.open(tmp_path / "state.sqlite", [FIRST]).close()
        assert synced == [tmp_path] * opened


def test_a_checkpoint_empties_the_log_unless_a_reader_needs_it(tmp_path: Path) -> None:
    db = StateDatabase.open(tmp_path / "state.sqlite", [FIRST])
    add(db, "Rex")
    with db.reading() as connection:
        connection.execute("SELECT name FROM pets").fetchall()
        with concurrent.futures.ThreadPoolExecutor(1) as other:
            other.submit(add, db, "Tom").result()
            assert not other.submit(db.checkpoint).result()
        with pytest.raises(RuntimeError, match="inside a transaction or a read"):
            db.checkpoint()
    assert (tmp_path / "state.sqlite-wal").stat().st_size > 0
    assert db.checkpoint()
    assert (tmp_path / "state.sqlite-wal").stat().st_size == 0
    db.close()


def test_a_full_disk_is_told_and_every_commit_before_it_stays(small_disk: Path) -> None:
    db = StateDatabase.open(small_disk / "state.sqlite", [FIRST])
    add(db, "Rex")
    with pytest.raises(OutOfReachError, match="no space left for"):
        add(db, *(f"{number}{'x' * 4000}" for number in range(1000)))
    assert names(db) == ["Rex"]
    add(db, "Tom")
    assert names(db) == ["Rex", "Tom"]
    assert db.check() == ()
    db.close()


def test_a_closed_database_is_not_used_again(tmp_path: Path) -> None:
    db = StateDatabase.open(tmp_path / "state.sqlite", [FIRST])
    db.close()
    with pytest.raises(RuntimeError, match="is closed"):
        names(db)


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=9))])))
def test_a_time_comes_back_to_the_microsecond(moment: datetime) -> None:
    assert moment_of(micros(moment)) == moment


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        micros(datetime(2026, 1, 5))  # noqa: DTZ001 - what is refused here


def test_work_alone_begins_once_nobody_is_inside_a_commit_and_keeps_others_out(tmp_path: Path) -> None:
    db = StateDatabase.open(tmp_path / "state.sqlite", [FIRST])
    told: list[str] = []
    inside, may_end = threading.Event(), threading.Event()

    def commit() -> None:
        with db.transaction():
            inside.set()
            may_end.wait()
            told.append("commit")

    def alone() -> None:
        with db.alone() as connection:
            connection.execute("INSERT INTO pets (name) VALUES ('alone')")
            told.append("alone")

    with concurrent.futures.ThreadPoolExecutor() as pool:
        first = pool.submit(commit)
        inside.wait()
        second = pool.submit(alone)
        may_end.set()
        first.result()
        second.result()
    assert told == ["commit", "alone"]
    assert names(db) == ["alone"]
    with db.reading(), pytest.raises(RuntimeError, match="end that first"), db.alone():
        pass
    db.close()
