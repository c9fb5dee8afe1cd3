"""Builds, heads and snapshots: one commit at a time, never over another, never past a blocking verdict, read whole."""

import subprocess
import sys
import threading
from collections.abc import Mapping

import pytest

from whisky_assets.domain.errors import CheckFailedError, StaleParentError, UsageError
from whisky_assets.domain.outcome import CheckResult, NewTable
from whisky_assets.domain.records import ArchiveFile, Page
from whisky_assets.storage.builds import builds, get_build, open_build, reject_build, reject_dead, rejected
from whisky_assets.storage.candidates import candidates
from whisky_assets.storage.digest import storage_digest
from whisky_assets.storage.heads import heads, held_feeds, set_heads
from whisky_assets.storage.locks import acquire
from whisky_assets.storage.processes import ProcessIdentity
from whisky_assets.storage.snapshots import Snapshot, commit_snapshot, current, snapshot
from whisky_assets.storage.tables import put_table, read_table
from whisky_assets.storage.versions import TableKey, TableVersion
from whisky_assets_tests.storage.worlds import (
    LATER,
    NOW,
    World,
    archive_file,
    listing,
    listings,
    open_world,
    page,
    verdict,
)


def make(world: World, build: str, count: int) -> Mapping[TableKey, TableVersion]:
    """Opens a build that makes two tables of `count` rows each."""
    open_build(world.db, build, NOW, heads(world.db))
    files = tuple(archive_file("kim", str(number).encode()) for number in range(count))
    made = (
        put_table(world.store, listings([listing(number) for number in range(count)]), build=build, now=NOW),
        put_table(world.store, NewTable(dataset="archives/files", rows=files), build=build, now=NOW),
    )
    return {version.key: version for version in made}


def commit(world: World, build: str, count: int) -> Snapshot:
    tables = make(world, build, count)
    parent = get_build(world.db, build)
    assert parent is not None
    return commit_snapshot(world.db, build=build, parent=parent.parent, tables=tables, heads={}, now=NOW)


def test_a_commit_is_current_and_holds_every_table(world: World) -> None:
    assert current(world.db) is None
    first = commit(world, "run 1", 2)
    second = commit(world, "run 2", 3)
    assert (first.name, first.parent, second.name, second.parent) == ("s000001", None, "s000002", "s000001")
    assert current(world.db) == second == snapshot(world.db, "s000002")
    assert snapshot(world.db, "s000001") == first
    assert {version.rows for version in second.tables.values()} == {3}
    assert len(list(read_table(world.store, second.table("archives/files"), ArchiveFile))) == 3
    assert [build.state for build in builds(world.db)] == ["committed", "committed"]
    with pytest.raises(UsageError, match="holds no table core/offers"):
        second.table("core/offers")


@pytest.mark.parametrize("name", ["s000009", "s000000", "latest", "s-1", ""])
def test_a_name_of_no_snapshot_is_told_with_those_that_exist(world: World, name: str) -> None:
    commit(world, "run 1", 1)
    with pytest.raises(UsageError, match="known are s000001 to s000001"):
        snapshot(world.db, name)


def test_a_commit_on_a_parent_that_is_no_longer_current_is_refused(world: World) -> None:
    tables = make(world, "run 1", 1)
    commit(world, "run 2", 2)
    with pytest.raises(StaleParentError, match="was made on None, but s000001 is current"):
        commit_snapshot(world.db, build="run 1", parent=None, tables=tables, heads={}, now=NOW)
    now = current(world.db)
    assert now is not None
    assert now.build == "run 2"


COMMIT = """
import sys
from pathlib import Path
from whisky_assets.domain.errors import StaleParentError
from whisky_assets_tests.storage.worlds import open_world, NOW
from whisky_assets.storage.candidates import candidates
from whisky_assets.storage.snapshots import commit_snapshot
world = open_world(Path(sys.argv[1]))
tables = {key: found.version for key, found in candidates(world.db, sys.argv[2]).items()}
print("ready", flush=True)
sys.stdin.readline()
try:
    commit_snapshot(world.db, build=sys.argv[2], parent=None, tables=tables, heads={}, now=NOW)
    print("committed")
except StaleParentError:
    print("stale")
"""


def test_of_two_processes_that_commit_on_one_parent_one_is_told_that_it_is_stale(world: World) -> None:
    for build in ("run 1", "run 2"):
        make(world, build, len(build))
    started = [
        subprocess.Popen(
            [sys.executable, "-c", COMMIT, str(world.home.root), build],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for build in ("run 1", "run 2")
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    answers = [process.communicate("go\n", timeout=60)[0].strip() for process in started]
    assert sorted(answers) == ["committed", "stale"]
    last = current(world.db)
    assert last is not None
    assert last.number == 1


def judge(world: World, check: CheckResult) -> None:
    """Makes the listings of `run 1` again, the same rows, with a verdict on them."""
    put_table(world.store, listings([listing(0)], check), build="run 1", now=NOW)


def test_a_blocking_verdict_stops_the_commit_also_one_recorded_later(world: World) -> None:
    tables = make(world, "run 1", 1)
    judge(world, verdict("balance", passed=False, summary="1 row lost"))
    with pytest.raises(CheckFailedError, match=r"staged/listings balance \(3\): 1 row lost"):
        commit_snapshot(world.db, build="run 1", parent=None, tables=tables, heads={}, now=NOW)
    assert current(world.db) is None
    judge(world, verdict("balance", passed=True))
    assert commit_snapshot(world.db, build="run 1", parent=None, tables=tables, heads={}, now=NOW).name == "s000001"


def test_a_check_that_was_never_run_is_no_pass(world: World) -> None:
    tables = make(world, "run 1", 1)
    required = [("staged/listings", "schema")]
    with pytest.raises(CheckFailedError, match="not judged by: schema on staged/listings"):
        commit_snapshot(
            world.db, build="run 1", parent=None, tables=tables, heads={}, now=NOW, required_checks=required
        )
    judge(world, verdict("schema", passed=True))
    commit_snapshot(world.db, build="run 1", parent=None, tables=tables, heads={}, now=NOW, required_checks=required)


def test_a_commit_asked_for_again_gives_the_same_snapshot(world: World) -> None:
    first = commit(world, "run 1", 1)
    tables = {key: found.version for key, found in candidates(world.db, "run 1").items()}
    assert commit_snapshot(world.db, build="run 1", parent=None, tables=tables, heads={}, now=LATER) == first
    assert open_build(world.db, "run 1", LATER, {}).state == "committed"


def test_only_candidates_and_tables_of_snapshots_are_committed(world: World) -> None:
    old = commit(world, "run 1", 1)
    make(world, "run 2", 2)
    reject_build(world.db, "run 2", "a check failed", NOW)
    strange = candidates(world.db, "run 2")[("staged/listings", "hanok")].version
    open_build(world.db, "undo", NOW, {})
    tables = dict(old.tables)
    with pytest.raises(UsageError, match="made neither by build undo nor by an earlier snapshot"):
        commit_snapshot(
            world.db, build="undo", parent="s000001", tables=tables | {strange.key: strange}, heads={}, now=NOW
        )
    again = commit_snapshot(world.db, build="undo", parent="s000001", tables=tables, heads=old.heads, now=NOW)
    assert again.tables == old.tables
    with pytest.raises(UsageError, match="no build none was opened"):
        commit_snapshot(world.db, build="none", parent="s000002", tables=tables, heads={}, now=NOW)


def test_a_rejected_build_keeps_its_candidates_and_is_not_committed(world: World) -> None:
    tables = make(world, "run 1", 2)
    reject_build(world.db, "run 1", "a check failed", LATER)
    (found,) = rejected(world.db)
    assert (found.build, found.reason, found.ended_at) == ("run 1", "a check failed", LATER)
    assert {key: one.version for key, one in candidates(world.db, "run 1").items()} == tables
    with pytest.raises(UsageError, match="was rejected: a check failed"):
        commit_snapshot(world.db, build="run 1", parent=None, tables=tables, heads={}, now=NOW)


def test_a_re_execution_finds_its_build_and_the_heads_pinned_first(world: World) -> None:
    version = put_table(world.store, listings([listing(1)]), build="ingest", now=NOW)
    first = open_build(world.db, "run 1", NOW, {"hanok": {"staged/listings": version}})
    assert first.pinned_heads == {"hanok": {"staged/listings": version.id}}
    assert open_build(world.db, "run 1", LATER, {}) == first
    reject_build(world.db, "run 1", "stopped", LATER)
    again = open_build(world.db, "run 1", LATER, {})
    assert (again.state, again.reason, again.pinned_heads) == ("open", "", first.pinned_heads)


def test_the_janitor_rejects_the_builds_and_frees_the_locks_of_the_dead_alone(world: World) -> None:
    own = ProcessIdentity.of_self()
    dead = ProcessIdentity(pid=own.pid, host=own.host, start="before")
    open_build(world.db, "living", NOW, {})
    open_build(world.db, "dead", NOW, {}, process=dead)
    acquire(world.db, "build", "dead", process=dead)
    ended, freed = reject_dead(world.db, LATER)
    assert [build.build for build in ended] == ["dead"]
    assert [holder.name for holder in freed] == ["build"]
    assert f"pid {own.pid} on {own.host}" in ended[0].reason
    assert [build.build for build in builds(world.db, "open")] == ["living"]
    assert reject_dead(world.db, LATER, is_alive=lambda build: build.build != "living")[0][0].build == "living"


def test_a_feeds_head_is_set_whole_and_not_past_a_blocking_verdict(world: World) -> None:
    good = put_table(world.store, listings([listing(1)]), build="run 1", now=NOW)
    pages = put_table(
        world.store, NewTable(dataset="raw/pages", rows=(page(1),), partition="hanok"), build="run 1", now=NOW
    )
    with world.db.transaction() as connection:
        set_heads(connection, "hanok", {"staged/listings": good, "raw/pages": pages}, maker="run 1", now=NOW)
    bad = put_table(world.store, listings([listing(2)], verdict("schema", passed=False)), build="run 2", now=LATER)
    with pytest.raises(CheckFailedError, match="schema"), world.db.transaction() as connection:
        set_heads(connection, "hanok", {"staged/listings": bad}, maker="run 2", now=LATER)
    assert heads(world.db) == {"hanok": {"staged/listings": good, "raw/pages": pages}}
    assert held_feeds(world.db) == ()
    with world.db.transaction() as connection:
        set_heads(connection, "hanok", {"staged/listings": good}, maker="undo", now=LATER, held=True)
    assert heads(world.db) == {"hanok": {"staged/listings": good}}
    assert held_feeds(world.db) == ("hanok",)


def test_a_reader_during_commits_sees_whole_snapshots_alone(world: World) -> None:
    commit(world, "run 1", 1)
    done = threading.Event()
    broken: list[str] = []
    seen: set[str] = set()

    def read() -> None:
        while not done.is_set():
            now = current(world.db)
            assert now is not None
            seen.add(now.name)
            counts = {version.rows for version in now.tables.values()}
            if counts != {now.number} or len(now.tables) != 2:
                broken.append(f"{now.name}: {counts}")

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(2, 12):
        commit(world, f"run {number}", number)
    done.set()
    for reader in readers:
        reader.join()
    assert broken == []
    assert len(seen) > 1


def test_the_same_tables_give_the_same_digest_in_another_home_with_other_cuts_and_times(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = open_world(tmp_path_factory.mktemp("other"), LATER)
    for one, cuts in ((world, ([1, 2, 3],)), (other, ([3], [1, 2]))):
        for numbers in cuts:
            one.store.write(ArchiveFile, [archive_file("kim")], person="kim", now=NOW)
            one.store.write(Page, map(page, numbers), partition="hanok", now=LATER)
    put_one = put_table(world.store, listings([listing(1), listing(2)]), build="ingest", now=NOW)
    half = put_table(other.store, listings([listing(2, seen=LATER)]), build="ingest", now=NOW)
    put_other = put_table(
        other.store, listings([listing(1, seen=LATER)], carried=half.segments), build="ingest", now=LATER
    )
    for one, version in ((world, put_one), (other, put_other)):
        with one.db.transaction() as connection:
            set_heads(connection, "hanok", {"staged/listings": version}, maker="ingest", now=NOW)
        commit(one, "run 1", 4)
    assert storage_digest(world.db) == storage_digest(other.db)
    assert set(storage_digest(world.db).tables) == {
        "archives/files",
        "raw/pages[hanok]",
        "staged/listings[hanok]",
        "staged/listings[hanok]@head",
    }
    commit(other, "run 2", 5)
    assert storage_digest(world.db).whole != storage_digest(other.db).whole
    other.db.close()
