"""A full disk is told in our own sentence, whoever found it first; every other error stays what it is."""

import errno
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy

from whisky_assets.domain.errors import OutOfReachError, UsageError
from whisky_assets.orchestration.full_disk import full_disk_named


def fill(path: Path) -> None:
    """Writes to a database that may not grow, as on a full disk."""
    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    try:
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text("CREATE TABLE kept (body BLOB)"))
            connection.execute(sqlalchemy.text("PRAGMA max_page_count = 2"))
            connection.execute(sqlalchemy.text("INSERT INTO kept VALUES (zeroblob(100000))"))
    finally:
        engine.dispose()


def test_a_full_database_of_dagster_names_its_folder(tmp_path: Path) -> None:
    with pytest.raises(OutOfReachError) as told, full_disk_named(tmp_path):
        fill(tmp_path / "runs.db")
    assert told.value.message == f"no space left at {tmp_path}; what was stored before is untouched"
    assert told.value.remedy


def test_it_is_found_behind_the_error_that_it_caused(tmp_path: Path) -> None:
    with pytest.raises(OutOfReachError), full_disk_named(tmp_path):
        raise RuntimeError("the event could not be written") from OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    "error",
    [OSError(errno.EACCES, "Permission denied"), sqlite3.OperationalError("no such table"), UsageError("no feed")],
)
def test_another_error_stays_what_it_is(error: Exception, tmp_path: Path) -> None:
    with pytest.raises(type(error)) as told, full_disk_named(tmp_path):
        raise error
    assert told.value is error
