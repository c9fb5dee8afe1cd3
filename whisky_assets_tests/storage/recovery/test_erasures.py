"""An erased person does not come back: not by an old backup, not by an event, not by a file."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from whisky_assets.domain.records import ArchiveFile
from whisky_assets.storage.recovery.erasures import record_erasure
from whisky_assets.storage.upkeep.retiring import let_go
from whisky_assets_tests.storage.recovery.days import (
    end_a_day,
    lose_backups,
    lose_state,
    rebuilt,
    truth,
    watched_world,
    work_a_day,
)
from whisky_assets_tests.storage.worlds import NOW, archive_file


def people(root: Path) -> set[str]:
    with watched_world(root) as world, world.db.reading() as connection:
        return {row[0] for row in connection.execute("SELECT person FROM segments WHERE person IS NOT NULL")}


@pytest.mark.parametrize("left", ["backups of before and after", "a backup of before", "no backup"])
def test_an_erased_person_does_not_come_back_with_the_state(tmp_path: Path, left: str) -> None:
    root = tmp_path / "home"
    with watched_world(root) as world:
        work_a_day(world, 0, person="kim")
        world.store.write(ArchiveFile, [archive_file("lee")], person="lee", now=NOW)
        end_a_day(world, 0)
        with world.db.transaction() as connection:
            record_erasure(connection, "kim", NOW + timedelta(days=1))
        end_a_day(world, 1, backup=left == "backups of before and after")
        rows = truth(world)
    if left == "no backup":
        lose_backups(root)
    lose_state(root)
    assert rebuilt(world).unreadable == []
    assert people(root) == {"lee"}
    with watched_world(root) as after:
        told = truth(after)
        assert told["erasures"] == rows["erasures"]
        assert told["snapshots"] == rows["snapshots"]
        with after.db.reading() as connection:
            kept = connection.execute(
                "SELECT count(*) FROM copies JOIN segments ON id = segment WHERE person IS NULL"
                " AND dataset IN ('archives/files', 'storage/personal_events')"
            ).fetchone()[0]
            assert kept == 0
            assert connection.execute("SELECT count(*) FROM state_changes WHERE person = 'kim'").fetchone() == (0,)


def test_who_came_back_after_an_erasure_stays(tmp_path: Path) -> None:
    root = tmp_path / "home"
    with watched_world(root) as world:
        work_a_day(world, 0, person="kim")
        end_a_day(world, 0)
        with world.db.transaction() as connection:
            record_erasure(connection, "kim", NOW + timedelta(days=1))
        later = world.store.write(ArchiveFile, [archive_file("kim", b"[]")], person="kim", now=NOW + timedelta(days=2))
        end_a_day(world, 2, backup=False)
    for with_backups in (True, False):
        lose_state(root)
        if not with_backups:
            shutil.rmtree(root / "volumes" / "local" / "state")
        rebuilt(world)
        with watched_world(root) as after:
            found = [one for one in after.store.segments("archives/files") if one.person is not None]
            assert found == [later]


def test_a_file_of_theirs_that_waits_to_be_unlinked_still_goes(tmp_path: Path) -> None:
    with watched_world(tmp_path / "home") as world:
        segment = world.store.write(ArchiveFile, [archive_file("kim")], person="kim", now=NOW)
        with world.db.transaction() as connection:
            let_go(connection, segment, "no rule keeps it", NOW)
            record_erasure(connection, "kim", NOW + timedelta(hours=1))
        with world.db.reading() as connection:
            waiting = connection.execute("SELECT segment, person, unlinked_at FROM retired_copies").fetchall()
        assert waiting == [(segment.id, None, None)]
