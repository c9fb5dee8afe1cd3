"""Back to an earlier snapshot: its tables, every key since, everybody's notes, and the feeds held there."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from whisky_assets.domain.errors import BusyError, CheckFailedError, ExitCode, StaleParentError, UsageError
from whisky_assets.identity.registry import Registry
from whisky_assets.pipeline import snapshotting, undo
from whisky_assets.pipeline.archive_import import import_archive
from whisky_assets.pipeline.history import diff_snapshots
from whisky_assets.pipeline.undo import Undone, undo_to
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage import builds, locks, snapshots
from whisky_assets_tests.pipeline.homes import Product, build, events_of, offer, read_feed

GLEN = Product(source_id="1", word="glen_ten")
MOR = Product(source_id="2", word="mor_twelve")
LOCH = Product(source_id="3", word="loch_red")


def rows_of(workspace: Workspace, snapshot: str, dataset: str) -> list[object]:
    return list(workspace.rows(snapshots.snapshot(workspace.db, snapshot).table(dataset)))


@pytest.fixture
def grown(workspace: Workspace) -> Workspace:
    """Two whiskies in s000001; in s000002 one is gone, and a third and its feed came."""
    build(workspace, "b1", [GLEN, MOR])
    workspace.set_week(2)
    build(workspace, "b2", [GLEN, LOCH, Product(source_id="9", word="new_one", feed="minato")])
    return workspace


def test_the_earlier_tables_are_current_again_under_a_new_name(grown: Workspace) -> None:
    undone = undo_to(grown, "s000001")
    assert (undone.snapshot, undone.to) == ("s000003", "s000001")
    now = grown.current_snapshot()
    assert now is not None
    assert (now.name, now.parent) == ("s000003", "s000002")
    assert now.build.startswith("undo-s000001-")
    first = snapshots.snapshot(grown.db, "s000001")
    for dataset in ("core/offers", "core/matches", "core/claims", "core/conflicts", "core/review_queue"):
        assert now.table(dataset).id == first.table(dataset).id
    told = diff_snapshots(grown, "s000001", "s000003")
    assert (told.offers_gained, told.new) == ((), ())
    assert [one.key for one in told.dormant] == ["loch_red_pk", "new_one_pk"]
    assert snapshots.snapshot(grown.db, "s000002").name == "s000002"


def test_every_key_since_sleeps_and_still_answers(grown: Workspace) -> None:
    undone = undo_to(grown, "s000001")
    assert undone.slept == ("loch_red_pk", "new_one_pk")
    registry = Registry.from_events(events_of(grown))
    states = {row.whisky_pk: row.state for row in grown.current_rows("core/whiskies")}
    for pk in ("glen_ten_pk", "mor_twelve_pk", "loch_red_pk", "new_one_pk"):
        assert registry.resolve(pk) in states
    assert states == {
        "glen_ten_pk": "live",
        "mor_twelve_pk": "live",
        "loch_red_pk": "dormant",
        "new_one_pk": "dormant",
    }


def test_a_dormant_row_is_never_taken_for_the_makers_own(grown: Workspace) -> None:
    before = {row.whisky_pk: row for row in grown.current_rows("core/whiskies")}
    undo_to(grown, "s000001")
    after = {row.whisky_pk: row for row in grown.current_rows("core/whiskies")}
    assert after["loch_red_pk"].input_digest != before["loch_red_pk"].input_digest
    assert (after["loch_red_pk"].offer_count, after["loch_red_pk"].live_offer_count) == (0, 0)
    assert after["loch_red_pk"].name == before["loch_red_pk"].name


def test_a_key_that_was_merged_since_answers_for_itself_again(workspace: Workspace) -> None:
    build(workspace, "b1", [GLEN, MOR])
    build(workspace, "b2", [GLEN, Product(source_id="2", word="glen_ten", name="Mor Twelve")])
    assert Registry.from_events(events_of(workspace)).resolve("mor_twelve_pk") == "glen_ten_pk"
    undone = undo_to(workspace, "s000001")
    assert undone.revived == ("mor_twelve_pk",)
    registry = Registry.from_events(events_of(workspace))
    assert registry.resolve("mor_twelve_pk") == "mor_twelve_pk"
    assert registry.members()["elbe", "2"] == "mor_twelve_pk"


def test_the_registry_only_grows(grown: Workspace) -> None:
    before = events_of(grown)
    undo_to(grown, "s000001")
    after = events_of(grown)
    assert after[: len(before)] == before
    assert {event.event for event in after[len(before) :]} <= {"sleep", "wake", "revive", "member", "redirect"}


def test_the_feeds_are_held_where_they_stood_and_a_newer_feed_stays_out(grown: Workspace) -> None:
    first = snapshots.snapshot(grown.db, "s000001")
    undone = undo_to(grown, "s000001")
    assert undone.held == ("elbe", "minato")
    assert grown.heads()["elbe"] == first.heads["elbe"]
    assert list(grown.head_rows("minato", "staged/listings")) == []
    assert f"let one go on: whisky run --home {grown.home.root} --feed elbe" in undone.lines()


def test_an_undo_can_be_undone(grown: Workspace) -> None:
    undo_to(grown, "s000001")
    undone = undo_to(grown, "s000002")
    assert undone.snapshot == "s000004"
    states = {row.whisky_pk: row.state for row in grown.current_rows("core/whiskies")}
    assert states["loch_red_pk"] == "live"
    assert rows_of(grown, "s000004", "core/offers") == rows_of(grown, "s000002", "core/offers")


def test_the_same_undo_again_is_another_build(grown: Workspace) -> None:
    undo_to(grown, "s000001")
    build(grown, "b3", [GLEN])
    again = undo_to(grown, "s000001")
    assert again.snapshot == "s000005"
    second, between, first = [one.build for one in builds.builds(grown.db, builds.COMMITTED)][:3]
    assert between == "b3"
    assert second != first
    assert first.startswith("undo-s000001-")


def test_two_undos_at_once_share_no_lock(grown: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    real = undo._undo

    def meets_another(*words: Any) -> Undone:
        monkeypatch.setattr(undo, "_undo", real)
        with pytest.raises(BusyError):
            undo_to(grown, "s000001")
        return real(*words)

    monkeypatch.setattr(undo, "_undo", meets_another)
    assert undo_to(grown, "s000001").snapshot == "s000003"


def test_no_note_is_undone(workspace: Workspace, tmp_path: Path) -> None:
    build(workspace, "b1", [GLEN, MOR])
    build(workspace, "b2", [GLEN, MOR, LOCH])
    diary = tmp_path / "diary.csv"
    diary.write_text("whisky,note\nglen ten,peaty\nloch red,sweet\n")
    import_archive(workspace, diary, "jiho")
    undo_to(workspace, "s000001")
    own = [row for row in workspace.current_rows("archives/entries") if row.user == "jiho"]
    assert {row.text: row.note for row in own} == {"glen ten": "peaty", "loch red": "sweet"}
    assert {row.user: row.entry_count for row in workspace.current_rows("archives/users")}["jiho"] == 2


@pytest.mark.parametrize(("name", "told"), [("s000002", "is current"), ("s000009", "s000009"), ("monday", "monday")])
def test_what_cannot_be_gone_back_to_is_told(grown: Workspace, name: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        undo_to(grown, name)
    assert grown.held_feeds() == ()


@pytest.mark.parametrize("lock", ["build", "feed/elbe", "feed/minato"])
def test_a_run_at_work_is_waited_for_and_not_overtaken(grown: Workspace, lock: str) -> None:
    locks.acquire(grown.db, lock, "another run")
    with pytest.raises(BusyError, match="another run"):
        undo_to(grown, "s000001")
    assert [holder.name for holder in locks.holders(grown.db)] == [lock]
    assert grown.held_feeds() == ()


def test_tables_that_do_not_pass_the_gate_change_nothing(grown: Workspace) -> None:
    # An offer that no listing tells of: the balance of the earlier snapshot cannot hold.
    build(grown, "b3", [GLEN, MOR], changed={"core/offers": [offer(one, grown) for one in (GLEN, MOR, LOCH)]})
    build(grown, "b4", [GLEN])
    heads = grown.heads()
    with pytest.raises(CheckFailedError, match="balance"):
        undo_to(grown, "s000003")
    current = grown.current_snapshot()
    assert current is not None
    assert current.name == "s000004"
    assert grown.heads() == heads
    assert grown.held_feeds() == ()
    (rejected,) = builds.rejected(grown.db)
    assert rejected.build.startswith("undo-s000003-")
    assert not locks.holders(grown.db)


def test_held_feeds_stay_held_when_a_later_undo_is_refused(grown: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    undo_to(grown, "s000001")
    heads = grown.heads()

    def refuse(_: object) -> object:
        raise StaleParentError("somebody else committed first")

    monkeypatch.setattr(snapshotting, "commit", refuse)
    with pytest.raises(StaleParentError):
        undo_to(grown, "s000002")
    assert grown.heads() == heads
    assert grown.held_feeds() == ("elbe", "minato")


def test_killed_between_holding_and_the_commit_the_feeds_stay_back(
    grown: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_: object) -> object:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(snapshotting, "commit", die)
        with pytest.raises(KeyboardInterrupt):
            undo_to(grown, "s000001")
    assert grown.held_feeds() == ("elbe", "minato")
    assert undo_to(grown, "s000001").snapshot == "s000003"


@pytest.mark.parametrize("point", ["_keep_tables", "_keep_archives", "_commit_held"])
def test_killed_at_any_point_it_can_be_said_again(
    grown: Workspace, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    real: Callable[..., object] = getattr(undo, point)

    def die(*arguments: object) -> None:
        if point != "_commit_held":
            real(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(undo, point, die)
        with pytest.raises(KeyboardInterrupt):
            undo_to(grown, "s000001")
    current = grown.current_snapshot()
    assert current is not None
    assert current.name == "s000002"
    assert undo_to(grown, "s000001").snapshot == "s000003"


def test_curation_newer_than_the_snapshot_is_named_and_left(grown: Workspace) -> None:
    first = snapshots.snapshot(grown.db, "s000001")
    root = grown.home.curation / "decisions"
    root.mkdir(parents=True, exist_ok=True)
    for name, days in (("old.toml", -1), ("new.toml", 1)):
        path = root / name
        path.write_text("")
        moment = (first.committed_at + timedelta(days=days)).timestamp()
        os.utime(path, (moment, moment))
    assert undo.newer_curation(grown, first.committed_at) == ("decisions/new.toml",)
    told = undo.Undone(
        snapshot="s000003",
        to="s000001",
        slept=(),
        revived=(),
        held=(),
        newer_curation=("decisions/new.toml",),
        next_command="",
    )
    (problem,) = told.problems
    assert problem.code == ExitCode.DONE
    assert "decisions/new.toml" in problem.message
    assert told.as_result()["newer_curation"] == ["decisions/new.toml"]


def test_the_next_ingest_of_a_held_feed_by_name_lets_it_go(grown: Workspace) -> None:
    undo_to(grown, "s000001")
    read_feed(grown, "elbe", [GLEN, LOCH])
    assert grown.held_feeds() == ("minato",)
