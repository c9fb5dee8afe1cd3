"""A release reaches its store whole, through every kill, and an unchanged one contacts nobody; over both stores."""

from __future__ import annotations

import dataclasses
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from whisky_assets.domain.errors import (
    BudgetStoppedError,
    BusyError,
    CheckFailedError,
    NeedsDecisionError,
    OutOfReachError,
    StaleParentError,
    UsageError,
)
from whisky_assets.publishing import writes
from whisky_assets.publishing.desired import SnapshotTables
from whisky_assets.publishing.stores.port import (
    CREATE,
    DELETE,
    PUT,
    REPLACE,
    ConflictError,
    DocumentStore,
    Operation,
    StoredDocument,
    UnknownOutcomeError,
)
from whisky_assets.publishing.stores.sqlite import SqliteStore
from whisky_assets.publishing.targets import parse_target
from whisky_assets_tests.publishing.conftest import MONDAY, standing_clock
from whisky_assets_tests.publishing.rows import Bench, bench_of, entry, tables, user, whisky


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours catches it."""


@dataclasses.dataclass
class Watched:
    """A store that notes what it writes, and can be made to fail before or after its nth commit."""

    inner: DocumentStore
    fail_at: int = -1
    fail_after: bool = False
    error: type[BaseException] = Killed
    commits: int = 0
    written: list[str] = dataclasses.field(default_factory=list)

    def _failing(self, *, after: bool) -> None:
        if self.commits == self.fail_at and after == self.fail_after:
            raise self.error("injected")

    def probe(self) -> None:
        self.inner.probe()

    def commit(self, operations: Sequence[Operation]) -> list[datetime]:
        self.commits += 1
        self._failing(after=False)
        times = self.inner.commit(operations)
        self.written.extend(operation.path for operation in operations)
        self._failing(after=True)
        return times

    def get(self, paths: Sequence[str]) -> dict[str, StoredDocument]:
        return self.inner.get(paths)

    def list(self, collection: str) -> Iterator[StoredDocument]:
        return self.inner.list(collection)

    def close(self) -> None:
        self.inner.close()


class Unreachable:
    """A store that nobody may contact."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the store was contacted: {name}")


@pytest.fixture
def bench(tmp_path: Path, store: DocumentStore) -> Iterator[Bench]:
    made = bench_of(tmp_path, store)
    yield made
    made.db.close()


def week(number: int) -> SnapshotTables:
    """Three snapshots: a first one, one with a merge, a change, a hold and a leaving person, one that settles."""
    whiskies = [
        whisky("ardbeg", abv_pct=46.0 if number == 1 else 47.0),
        whisky("bowmore", verdict="publish" if number == 1 else "hold", reasons=("abv_odd",)),
        whisky("caol"),
    ]
    if number == 1:
        whiskies.append(whisky("old"))
    entries = [entry("kim", 1, "ardbeg_pk"), entry("kim", 2), entry("kim", 3, "old_pk")]
    people = [user("kim"), user("lee")] if number == 1 else [user("kim")]
    return tables(whiskies, entries, people, {} if number == 1 else {"old_pk": "caol_pk"})


def test_a_first_release_fills_the_store_and_says_so(bench: Bench) -> None:
    release = bench.publish("s000001", week(1))
    assert (release.release, release.target, release.snapshot) == ("r000001", "emulator", "s000001")
    assert (release.writes, release.deletes, release.unchanged, release.held) == (9, 0, 0, 0)
    documents = bench.documents()
    assert sorted(documents) == sorted(bench.manifest())
    assert documents["whisky/ardbeg_pk"]["abv_pct"] == 46.0
    assert documents["whisky_archive/uid-kim_0000000000000003"]["whisky_pk"] == "old_pk"
    assert documents["user/uid-kim"]["region"] == "서울"
    current = bench.current()
    assert (current["release"], current["snapshot"], current["finished_at"]) == ("r000001", "s000001", MONDAY)
    assert bench.store.get(["meta/owner"])["meta/owner"].body["home"] == "home-one"
    stored = bench.store.get(["user/uid-kim"])["user/uid-kim"]
    assert bench.manifest()["user/uid-kim"].update_time == int(stored.update_time.timestamp() * 1e6)


def test_an_unchanged_release_contacts_nobody_and_writes_nothing(bench: Bench) -> None:
    bench.publish("s000001", week(1))
    before = bench.documents()
    release = bench.publish("s000002", week(1), store=Unreachable())
    assert (release.release, release.writes, release.deletes, release.unchanged) == ("r000002", 0, 0, 9)
    assert bench.documents() == before


def test_a_second_release_changes_what_changed_and_withdraws_what_left(bench: Bench) -> None:
    bench.publish("s000001", week(1))
    watched = Watched(bench.store)
    release = bench.publish("s000002", week(2), store=watched)
    assert (release.writes, release.deletes, release.unchanged) == (5, 0, 4)
    documents = bench.documents()
    assert documents["whisky/ardbeg_pk"]["abv_pct"] == 47.0
    assert documents["whisky/bowmore_pk"]["state"] == "live", "held: it keeps its last good form"
    assert documents["whisky/old_pk"] == {
        "whisky_pk": "old_pk",
        "redirect_to": "caol_pk",
        "state": "redirect",
        "schema_version": 1,
    }
    moved = documents["whisky_archive/uid-kim_0000000000000003"]
    assert moved["whisky_pk"] == "caol_pk"
    assert moved["note"] == "lemon, sweet"
    assert documents["user/uid-lee"] == {"withdrawn": True}
    assert watched.written[-1] == "meta/current"
    assert watched.written[-2] == "user/uid-lee", "withdrawals come after all writes"
    assert len(watched.written) == 6

    third = bench.publish("s000003", week(3))
    assert (third.writes, third.deletes) == (0, 1)
    assert "user/uid-lee" not in bench.documents()
    assert "user/uid-lee" not in bench.manifest()
    assert bench.publish("s000004", week(3)).deletes == 0


def test_what_a_person_wrote_in_other_fields_stays(bench: Bench) -> None:
    bench.publish("s000001", week(1))
    path = "whisky_archive/uid-kim_0000000000000001"
    body = {**bench.documents()[path], "note": "my own words", "stars": 5}
    bench.store.commit([Operation(action=REPLACE, path=path, body=body)])
    bench.publish("s000002", week(2))
    after = bench.documents()[path]
    assert (after["note"], after["stars"]) == ("my own words", 5)
    assert after["whisky"] == {**dict(body["whisky"]), "abv_pct": 47.0}  # type: ignore[call-overload]  # a map


def test_an_entry_that_a_person_deleted_is_not_brought_back(bench: Bench) -> None:
    bench.publish("s000001", week(1))
    path = "whisky_archive/uid-kim_0000000000000001"
    bench.store.commit([Operation(action=DELETE, path=path)])
    release = bench.publish("s000002", week(2))
    assert release.writes == 4
    assert path not in bench.documents()
    assert bench.manifest()[path].state == "dropped"
    again = bench.publish("s000003", tables(list(week(2).whiskies()), [entry("kim", 1, note="new")], [user("kim")]))
    assert path not in bench.documents()
    assert again.release == "r000003"


def test_a_profile_that_the_app_made_is_not_overwritten(bench: Bench) -> None:
    bench.publish("s000001", tables([whisky("a")]))
    bench.store.commit([Operation(action=CREATE, path="user/uid-kim", body={"nickname": "mine"})])
    bench.publish("s000002", tables([whisky("a")], [], [user("kim"), user("lee")]))
    assert bench.documents()["user/uid-kim"] == {"nickname": "mine"}
    assert bench.documents()["user/uid-lee"]["uid"] == "uid-lee"
    plan = bench.publisher().plan("s000003", tables([whisky("a")], [], [user("kim"), user("lee")]))
    assert (plan.operations, plan.count("held")) == (0, 1)


def test_whiskies_are_ours_alone_and_come_back(bench: Bench) -> None:
    bench.publish("s000001", week(1))
    bench.store.commit([Operation(action=DELETE, path="whisky/ardbeg_pk")])
    bench.store.commit([Operation(action=CREATE, path="whisky/old2_pk", body={"foreign": True})])
    more = tables([*week(2).whiskies(), whisky("old2")], list(week(2).entries()), [user("kim")], {"old_pk": "caol_pk"})
    bench.publish("s000002", more)
    documents = bench.documents()
    assert documents["whisky/ardbeg_pk"]["abv_pct"] == 47.0
    assert documents["whisky/ardbeg_pk"]["search_tokens"] == ["ardbeg", "ar"]
    assert documents["whisky/old2_pk"]["name"] == "Old2"


@pytest.mark.parametrize("is_after", [False, True], ids=["before-the-write", "after-the-write"])
@pytest.mark.parametrize("error", [Killed, UnknownOutcomeError], ids=["killed", "no-answer"])
def test_a_release_killed_at_any_commit_goes_on_and_ends_as_if_undisturbed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_after: bool, error: type[BaseException]
) -> None:
    monkeypatch.setattr(writes, "MOST_OPERATIONS", 2)
    undisturbed = bench_of(tmp_path, SqliteStore(tmp_path / "undisturbed.sqlite", standing_clock), home="home-x")
    undisturbed.publish("s000001", week(1))
    undisturbed.publish("s000002", week(2))
    expected, expected_manifest = undisturbed.documents(), _facts(undisturbed)

    kills = 0
    for call in range(1, 9):
        bench = bench_of(tmp_path, SqliteStore(tmp_path / f"store-{call}.sqlite", standing_clock), home=f"home-{call}")
        bench.publish("s000001", week(1))
        watched = Watched(bench.store, fail_at=call, fail_after=is_after, error=error)
        try:
            bench.publish("s000002", week(2), store=watched)
        except error:
            kills += 1
        else:
            break
        resumed = Watched(bench.store)
        release = bench.publish("s000002", week(2), store=resumed)
        assert bench.documents() == expected
        assert _facts(bench) == expected_manifest
        assert (release.release, release.writes, release.deletes) == ("r000002", 5, 0)
        twice = set(watched.written) & set(resumed.written)
        assert len(twice) <= 2, "at most the one commit whose answer was lost is sent again"
        assert bench.publish("s000002", week(2), store=Unreachable()).writes == 0
        bench.db.close()
        bench.store.close()
    assert kills == 4, "three commits of documents and meta/current"


def _facts(bench: Bench) -> list[tuple[object, ...]]:
    return [(row.path, row.state, row.hash, dict(row.fields), row.release) for row in bench.manifest().values()]


def test_creates_whose_answer_was_lost_are_found_and_not_written_twice(bench: Bench) -> None:
    watched = Watched(bench.store, fail_at=2, fail_after=True)
    with pytest.raises(Killed):
        bench.publish("s000001", week(1), store=watched)
    assert watched.written == ["meta/owner", *[f"whisky/{name}_pk" for name in ("ardbeg", "bowmore", "caol", "old")]]
    assert [path for path in bench.manifest() if path.startswith("whisky/")] == []
    resumed = Watched(bench.store)
    release = bench.publish("s000001", week(1), store=resumed)
    assert release.writes == 9
    assert set(watched.written) & set(resumed.written) == set()


def test_a_process_that_is_really_killed_loses_nothing(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from whisky_assets.publishing import apply\n"
        "from whisky_assets.publishing.stores.sqlite import SqliteStore\n"
        "from whisky_assets_tests.publishing.conftest import standing_clock\n"
        "from whisky_assets_tests.publishing.rows import bench_of\n"
        "from whisky_assets_tests.publishing.test_apply import week\n"
        "folder = Path(sys.argv[1])\n"
        "apply.add_counts = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)\n"
        "bench_of(folder, SqliteStore(folder / 'documents.sqlite', standing_clock)).publish('s000001', week(1))\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    bench = bench_of(tmp_path, SqliteStore(tmp_path / "documents.sqlite", standing_clock))
    assert len(bench.documents()) == 4
    assert bench.manifest() == {}
    assert bench.publish("s000001", week(1)).writes == 9
    assert len(bench.documents()) == 9
    bench.db.close()
    bench.store.close()


def test_a_release_whose_quota_is_used_up_goes_on_the_next_day(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writes, "MOST_OPERATIONS", 2)
    for _ in range(3):
        with pytest.raises(BudgetStoppedError):
            bench.publish("s000001", week(1), store=Watched(bench.store, fail_at=3, error=BudgetStoppedError))
    release = bench.publish("s000001", week(1), store=Watched(bench.store, fail_at=3, error=BudgetStoppedError))
    assert (release.release, release.writes) == ("r000001", 9)
    assert len(bench.documents()) == 9


def test_an_unfinished_release_was_confirmed_and_asks_no_second_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = bench_of(tmp_path, SqliteStore(tmp_path / "documents.sqlite", standing_clock))
    names = [f"w{number:02}" for number in range(20)]
    bench.publish("s000001", tables([whisky(name) for name in names]))
    changed = tables([whisky(name, abv_pct=50.0) for name in names])
    with pytest.raises(NeedsDecisionError, match="changes 20 of 20 documents of whisky"):
        bench.publish("s000002", changed)
    assert bench.documents()["whisky/w00_pk"]["abv_pct"] == 46.0
    monkeypatch.setattr(writes, "MOST_OPERATIONS", 4)
    with pytest.raises(BudgetStoppedError):
        bench.publish("s000002", changed, confirm=True, store=Watched(bench.store, fail_at=2, error=BudgetStoppedError))
    assert bench.publish("s000002", changed).writes == 20
    bench.db.close()
    bench.store.close()


def test_a_newer_snapshot_supersedes_an_unfinished_release(bench: Bench) -> None:
    with pytest.raises(BudgetStoppedError):
        bench.publish("s000001", week(1), store=Watched(bench.store, fail_at=3, error=BudgetStoppedError))
    release = bench.publish("s000002", week(2))
    assert release.release == "r000002"
    assert bench.current()["release"] == "r000002"
    assert bench.publisher().plan("s000002", week(2)).operations == 0


def restored(bench: Bench, folder: Path) -> Bench:
    """Return the home with its state database as it stands now, in a file of its own, over the same store."""
    copy = bench_of(folder / "copy", bench.store, target=bench.target.name, home=bench.home)
    with bench.db.reading() as before, copy.db.transaction() as after:
        for table in ("publish_manifest", "publish_releases"):
            rows = [tuple(row) for row in before.execute(f"SELECT * FROM {table}")]  # noqa: S608 - fixed names
            marks = ", ".join("?" * len(rows[0]))
            after.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - fixed names
    return copy


@pytest.mark.parametrize("target", ["emulator", "local"])
def test_a_store_that_a_copy_of_the_home_filled_since_is_looked_at_anew(
    tmp_path: Path, store: DocumentStore, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    (tmp_path / "copy").mkdir()
    bench = bench_of(tmp_path, store, target=target)
    bench.publish("s000001", week(1))
    older = restored(bench, tmp_path)
    bench.publish("s000002", week(2))
    other = tables([*week(1).whiskies(), whisky("new")], list(week(1).entries()), list(week(1).users()))
    if target == "emulator":
        with pytest.raises(StaleParentError, match="was published to since, by a copy of this home"):
            older.publish("s000002", other)
        assert older.manifest() == {}
    expected = tables([whisky("ardbeg"), whisky("caol")], [entry("kim", 1, "caol_pk")], [user("kim"), user("lee")])
    monkeypatch.setattr(writes, "MOST_OPERATIONS", 2)
    with pytest.raises(Killed):
        older.publish("s000003", expected, store=Watched(store, fail_at=3))
    older.publish("s000003", expected)
    documents = older.documents()
    assert documents["whisky/ardbeg_pk"]["abv_pct"] == 46.0, "a copy had written another value"
    assert documents["whisky_archive/uid-kim_0000000000000001"]["whisky_pk"] == "caol_pk"
    assert documents["user/uid-lee"]["nickname"] == "nick of lee"
    assert older.current()["snapshot"] == "s000003"
    assert older.publish("s000004", expected, store=store if target == "local" else Unreachable()).writes == 0
    for made in (older, bench):
        made.db.close()


def test_a_store_of_another_home_is_refused(bench: Bench, tmp_path: Path) -> None:
    bench.publish("s000001", week(1))
    other = bench_of(tmp_path, bench.store, home="home-two")
    with pytest.raises(UsageError, match=r"filled by another home \(home-one\), not by this one \(home-two\)"):
        other.publish("s000001", tables([whisky("mine")]))
    assert "whisky/mine_pk" not in bench.documents()
    other.db.close()


def test_a_store_that_somebody_else_filled_is_refused(bench: Bench) -> None:
    bench.store.commit([Operation(action=CREATE, path="user/somebody", body={"note": "x"})])
    with pytest.raises(UsageError, match="holds documents in user that no home published"):
        bench.publish("s000001", week(1))
    assert list(bench.documents()) == ["user/somebody"]
    assert bench.store.get(["meta/owner"]) == {}


def empty(store: DocumentStore) -> None:
    for collection in ("whisky", "whisky_archive", "user", "meta"):
        paths = [document.path for document in store.list(collection)]
        store.commit([Operation(action=DELETE, path=path) for path in paths])


def test_an_emulator_that_was_emptied_is_planned_anew(bench: Bench) -> None:
    bench.publish("s000001", week(1))
    empty(bench.store)
    with pytest.raises(StaleParentError, match="was emptied since the last release"):
        bench.publish("s000002", week(2))
    release = bench.publish("s000002", week(2))
    assert release.writes == 7
    assert sorted(bench.documents()) == sorted(bench.manifest())


def test_a_local_store_that_was_put_away_is_written_anew_at_once(tmp_path: Path) -> None:
    first = bench_of(tmp_path, SqliteStore(tmp_path / "one.sqlite", standing_clock), target="local")
    first.publish("s000001", week(1))
    moved = dataclasses.replace(first, store=SqliteStore(tmp_path / "two.sqlite", standing_clock))
    before = moved.manifest()
    assert moved.publisher().plan("s000001", week(1)).operations == 9
    assert moved.manifest() == before, "a plan forgets nothing"
    assert not (tmp_path / "two.sqlite").exists()
    assert moved.publish("s000001", week(1)).writes == 9
    for made in (first, moved):
        made.store.close()
    first.db.close()


def test_a_real_store_that_was_emptied_needs_a_person(bench: Bench) -> None:
    real = dataclasses.replace(bench, target=parse_target("firestore:my-app-1"))
    real.publish("s000001", week(1))
    empty(bench.store)
    with pytest.raises(NeedsDecisionError, match="holds nothing of what this home published"):
        real.publish("s000002", week(2))
    assert len(real.manifest()) == 9


def test_a_store_out_of_reach_leaves_the_release_to_be_gone_on_with(bench: Bench) -> None:
    watched = Watched(bench.store, fail_at=3, error=OutOfReachError)
    with pytest.raises(OutOfReachError):
        bench.publish("s000001", week(1), store=watched)
    assert bench.publish("s000001", week(1)).release == "r000001"


def test_a_plan_of_other_tables_is_stale(bench: Bench) -> None:
    publisher = bench.publisher()
    plan = publisher.plan("s000001", week(1))
    publisher.begin(plan)
    with pytest.raises(StaleParentError, match="whisky/ardbeg_pk is another document than the plan says"):
        publisher.apply(plan.rows, week(2), "whisky")
    with pytest.raises(StaleParentError, match="2 planned documents of user are no longer desired"):
        publisher.apply(plan.rows, tables(), "user")
    with pytest.raises(StaleParentError, match="no release was begun"):
        bench_of_target(bench, "local").publisher().finish(())


def bench_of_target(bench: Bench, name: str) -> Bench:
    return dataclasses.replace(bench, target=parse_target(name))


def test_writes_without_an_open_release_are_refused(bench: Bench) -> None:
    publisher = bench.publisher()
    plan = publisher.plan("s000001", week(1))
    with pytest.raises(StaleParentError, match="no release of it is open"):
        publisher.apply(plan.rows, week(1), "whisky")
    assert bench.documents() == {}


def test_steps_of_a_run_may_each_have_a_publisher_and_be_repeated(bench: Bench) -> None:
    plan = bench.publisher().plan("s000001", week(1))
    bench.publisher().begin(plan)
    for collection in ("whisky", "whisky", "whisky_archive", "user"):
        bench.publisher().apply(plan.rows, week(1), collection)
    assert bench.publisher().finish(plan.rows) == bench.publisher().finish(plan.rows)
    assert bench.publisher().apply(plan.rows, week(1), "user") == 0


@pytest.mark.parametrize("left_out", ["whisky", "whisky_archive", "user"])
def test_a_release_is_not_finished_while_a_planned_collection_is_not_written(bench: Bench, left_out: str) -> None:
    bench.publish("s000001", tables([whisky("gone")], [entry("lee", 1)], [user("lee")]))
    wanted = tables([whisky("gone", abv_pct=50.0), whisky("new")], [entry("kim", 1), entry("kim", 2)], [user("kim")])
    plan = bench.publisher().plan("s000002", wanted)
    bench.publisher().begin(plan, confirm=plan.hash)
    for collection in {"whisky", "whisky_archive", "user"} - {left_out}:
        bench.publisher().apply(plan.rows, wanted, collection)
    count = 1 if left_out == "user" else 2
    with pytest.raises(
        CheckFailedError, match=rf"planned documents are not written \({count} of {left_out}\)"
    ) as caught:
        bench.publisher().finish(plan.rows)
    assert caught.value.remedy == "Go on with it: whisky publish --apply --target emulator"
    assert bench.current()["release"] == "r000001"
    assert bench.documents()["user/uid-lee"]["nickname"] == "nick of lee", "nothing is withdrawn before the rest stands"
    bench.publisher().apply(plan.rows, wanted, left_out)
    assert bench.publisher().finish(plan.rows).release == "r000002"
    assert bench.current()["release"] == "r000002"


def test_readers_are_told_of_a_release_that_a_newer_snapshot_found_written(bench: Bench) -> None:
    bench.publish("s000001", tables([whisky("a")]))
    changed = tables([whisky("a", abv_pct=47.0)])
    killed = Watched(bench.store, fail_at=2)
    with pytest.raises(Killed):
        bench.publish("s000002", changed, store=killed)
    assert killed.written == ["whisky/a_pk"]
    assert bench.current()["release"] == "r000001"
    assert bench.publisher().plan("s000003", changed).operations == 0
    bench.publish("s000003", changed)
    assert (bench.current()["release"], bench.current()["snapshot"]) == ("r000003", "s000003")
    assert bench.publish("s000004", changed, store=Unreachable()).release == "r000004"


def test_the_rest_of_a_release_that_grew_is_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writes, "MOST_OPERATIONS", 4)
    bench = bench_of(tmp_path, SqliteStore(tmp_path / "documents.sqlite", standing_clock))
    names = [f"w{number:02}" for number in range(20)]
    bench.publish("s000001", tables([whisky(name) for name in names]))
    few = tables([whisky(name, abv_pct=50.0 if number < 4 else 46.0) for number, name in enumerate(names)])
    with pytest.raises(Killed):
        bench.publish("s000002", few, store=Watched(bench.store, fail_at=1))
    with pytest.raises(NeedsDecisionError, match="changes 20 of 20 documents of whisky"):
        bench.publish("s000002", tables([whisky(name, country="FI") for name in names]))
    assert bench.publish("s000002", few).writes == 4
    bench.db.close()
    bench.store.close()


def test_two_targets_of_a_home_do_not_know_each_other(bench: Bench, tmp_path: Path) -> None:
    bench.publish("s000001", week(1))
    local = dataclasses.replace(
        bench, target=parse_target("local"), store=SqliteStore(tmp_path / "local.sqlite", standing_clock)
    )
    assert (local.publish("s000001", week(1)).release, len(local.documents())) == ("r000001", 9)
    local.store.close()


def test_a_store_that_changes_while_we_look_is_busy(bench: Bench) -> None:
    class Restless(Watched):
        def commit(self, operations: Sequence[Operation]) -> list[datetime]:
            if any(operation.path.startswith("whisky/") for operation in operations):
                raise ConflictError("somebody was quicker")
            return super().commit(operations)

    with pytest.raises(BusyError, match="Somebody else is writing to this store"):
        bench.publish("s000001", week(1), store=Restless(bench.store))


def test_no_word_of_a_person_stands_in_an_error_or_a_release(bench: Bench) -> None:
    wanted = tables([], [entry("kim", 1, note="lemony")], [user("kim", owner_id="lemony-uid")])
    bench.store.commit([Operation(action=PUT, path="whisky_archive/other", body={})])
    with pytest.raises(UsageError) as refused:
        bench.publish("s000001", wanted)
    assert "lemony" not in str(refused.value)


def test_a_commit_has_at_most_400_operations_and_three_and_a_half_mebibytes() -> None:
    from whisky_assets.publishing.manifest import ManifestRow
    from whisky_assets.publishing.settling import Write
    from whisky_assets.publishing.stores.port import MOST_COMMIT_BYTES, check_operations, wire_size
    from whisky_assets.publishing.writes import chunks

    def write(number: int, size: int) -> Write:
        path = f"whisky/{number}"
        row = ManifestRow(
            path=path,
            collection="whisky",
            person=None,
            state="there",
            hash="",
            fields={},
            projection=None,
            update_time=0,
            release="",
        )
        return Write(operation=Operation(action=CREATE, path=path, body={"text": "x" * size}), row=row)

    small = [len(chunk) for chunk in chunks(write(number, 10) for number in range(1_001))]
    assert small == [400, 400, 201]
    large = list(chunks(write(number, 900_000) for number in range(10)))
    assert [len(chunk) for chunk in large] == [4, 4, 2]
    for chunk in large:
        operations = [one.operation for one in chunk]
        check_operations(operations)
        assert sum(map(wire_size, operations)) <= MOST_COMMIT_BYTES
    assert list(chunks([])) == []
