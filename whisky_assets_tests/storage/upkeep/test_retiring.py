"""What goes by a plan is gone for readers at once and from disk a day later; what anything needs is never touched."""

from pathlib import Path

import pytest

from whisky_assets.domain.errors import OutOfReachError, StaleParentError, UsageError
from whisky_assets.domain.outcome import Quiet
from whisky_assets.domain.records import ArchiveFile, SnapshotRow
from whisky_assets.storage.builds import reject_build
from whisky_assets.storage.copies import copy_segment
from whisky_assets.storage.parts import part_of
from whisky_assets.storage.pins import pin, pins, unpin
from whisky_assets.storage.places import segment_name
from whisky_assets.storage.snapshots import kept_before, snapshot
from whisky_assets.storage.tables import read_table
from whisky_assets.storage.upkeep.holdings import REJECTED_STAYS, Needed
from whisky_assets.storage.upkeep.policies import CopyPromise, Policies, RetentionRule
from whisky_assets.storage.upkeep.retiring import pending_files, prove, retire, unlink_due
from whisky_assets.storage.versions import version_by_id
from whisky_assets_tests.storage.upkeep.histories import SNAPSHOT_TABLE, Past, row, rows_of
from whisky_assets_tests.storage.upkeep.letting_go import (
    KEEP_ONE,
    carry_out,
    files,
    keeping,
    names,
    registered,
    unlink_tomorrow,
)


def test_a_dropped_snapshot_frees_what_only_it_held(past: Past) -> None:
    old = past.commit("a", "b")
    shared = past.commit("c")
    past.commit("d", carried=shared.table(SNAPSHOT_TABLE).segments)
    plan = carry_out(past)
    assert names(plan, "dropped") == ["s000001", "s000002"]
    assert {one.id for one in plan.segments} == set(old.table(SNAPSHOT_TABLE).segments)
    assert registered(past).isdisjoint(one.id for one in plan.segments)


def test_a_retired_snapshot_and_version_are_told_as_such(past: Past) -> None:
    old = past.commit("a")
    past.commit("b")
    carry_out(past)
    with pytest.raises(UsageError, match=r"snapshot s000001 was let go by retention on 2026-01-05 .*nearest s000002"):
        snapshot(past.world.db, "s000001")
    version = old.table(SNAPSHOT_TABLE)
    with past.world.db.reading() as connection, pytest.raises(UsageError, match="was let go by retention"):
        version_by_id(connection, version.id)
    with pytest.raises(UsageError, match="was let go by retention"):
        list(past.world.store.read(version.segments, SnapshotRow))


def test_what_came_before_a_snapshot_skips_the_retired(past: Past) -> None:
    first = past.commit("a")
    pin(past.world.db, first.name, "the fair", past.now)
    past.commit("b")
    last = past.commit("c")
    carry_out(past)
    before = kept_before(past.world.db, last.number)
    assert before is not None
    assert before.name == "s000001"
    assert kept_before(past.world.db, 1) is None


def test_files_go_a_day_after_their_rows_and_not_before(past: Past) -> None:
    old = past.commit("a")
    past.commit("b")
    carry_out(past)
    gone = set(old.table(SNAPSHOT_TABLE).segments)
    assert pending_files(past.world.db) == {"local": 1}
    past.wait(hours=23, minutes=59)
    assert unlink_due(past.world.store, past.now, Quiet()).files == 0
    assert gone <= files(past)
    past.wait(minutes=1)
    unlinked = unlink_due(past.world.store, past.now, Quiet())
    assert (unlinked.files, unlinked.pending, unlinked.absent) == (1, {}, {})
    assert files(past) == registered(past)
    assert unlink_due(past.world.store, past.now, Quiet()).files == 0


def test_who_has_a_retired_file_open_reads_it_to_the_end(past: Past) -> None:
    old = past.commit("a", "b").table(SNAPSHOT_TABLE)
    past.commit("c")
    rows = read_table(past.world.store, old, SnapshotRow)
    first = next(rows)
    carry_out(past)
    assert unlink_tomorrow(past) == 1
    assert [first.dataset, *(row.dataset for row in rows)] == ["a", "b"]


def test_rows_that_are_written_again_keep_the_file_that_was_to_go(past: Past) -> None:
    past.commit("a")
    past.commit("b")
    carry_out(past)
    again = past.commit("a")
    assert unlink_tomorrow(past) == 0
    assert rows_of(past, again.table(SNAPSHOT_TABLE)) == 1
    assert pending_files(past.world.db) == {}
    with past.world.db.reading() as connection:
        told = connection.execute("SELECT item FROM retirements WHERE kind <> 'snapshot'").fetchall()
    assert told == []


def test_a_file_unlinked_between_its_writing_and_its_row_is_not_acknowledged(past: Past) -> None:
    past.commit("a")
    past.commit("b")
    plan = carry_out(past)
    (segment,) = plan.segments
    published = past.world.store.publish(part_of(SnapshotRow, [row("a")]), now=past.now)
    assert published.segment.id == segment.id
    unlink_tomorrow(past)
    with past.world.db.transaction() as connection, pytest.raises(StaleParentError, match="unlinked while its rows"):
        past.world.store.register(connection, published)
    assert segment.id not in registered(past)
    assert rows_of(past, past.commit("a").table(SNAPSHOT_TABLE)) == 1


def test_pinned_current_and_released_snapshots_stay_and_say_why(past: Past) -> None:
    for word in "abcd":
        past.commit(word)
    pin(past.world.db, "s000001", "  before the   fair ", past.now)
    plan = carry_out(past, needed=Needed(snapshots={"s000002": "release r000001 of local"}))
    assert {judged.unit.item: judged.reasons for judged in plan.kept if judged.unit.kind == "snapshot"} == {
        "s000001": ("pinned: before the fair",),
        "s000002": ("release r000001 of local",),
        "s000004": ("current", "last"),
    }
    assert [one.snapshot for one in pins(past.world.db)] == ["s000001"]
    unpin(past.world.db, "s000001")
    assert names(past.plan(KEEP_ONE), "dropped") == ["s000001", "s000002"]


def test_a_pin_needs_a_reason_a_snapshot_that_is_there_and_can_be_taken_away_once(past: Past) -> None:
    past.commit("a")
    with pytest.raises(UsageError, match="needs a reason"):
        pin(past.world.db, "s000001", " ", past.now)
    with pytest.raises(UsageError, match="no snapshot is called 's000007'"):
        pin(past.world.db, "s000007", "why", past.now)
    with pytest.raises(UsageError, match="has no pin; pinned: none"):
        unpin(past.world.db, "s000001")
    past.commit("b")
    carry_out(past)
    with pytest.raises(UsageError, match="was let go"):
        pin(past.world.db, "s000001", "why", past.now)


def test_heads_and_what_a_kept_snapshot_was_built_from_stay(past: Past) -> None:
    built_from = past.ingest(1)
    past.commit("a")
    past.wait(hours=1)
    superseded = past.ingest(1, 2)
    past.wait(hours=1)
    newest = past.ingest(1, 2, 3)
    plan = carry_out(past)
    kept = {judged.unit.item: judged.reasons for judged in plan.kept}
    assert kept[built_from.id] == ("snapshot s000001 needs it",)
    assert kept[newest.id][0] == "head of feed hanok"
    assert [judged.unit.item for judged in plan.dropped] == [superseded.id]


def test_what_an_open_build_read_and_made_stays_and_of_a_rejected_one_for_thirty_days(past: Past) -> None:
    past.ingest(1)
    past.commit("a")
    build = past.open("b")
    past.ingest(2)
    past.wait(days=90)
    assert past.plan(KEEP_ONE).dropped == ()
    reject_build(past.world.db, build, "a check failed", past.now)
    later = past.reject("c")
    assert past.plan(KEEP_ONE).dropped == ()
    past.wait(days=REJECTED_STAYS.days + 1)
    plan = past.plan(KEEP_ONE)
    assert [judged.reasons for judged in plan.dropped] == [("no snapshot holds it, and its build has ended",)]
    assert any(later in reason for judged in plan.kept for reason in judged.reasons)


def test_pages_and_peoples_files_stay_unless_the_owner_wrote_a_rule_for_pages(past: Past) -> None:
    for number in range(3):
        past.crawl(number)
        past.take_file("kim", str(number).encode())
        past.wait(days=400)
    assert past.plan(keeping(1, "core/*")).dropped == ()
    newest = past.world.store.segments("raw/pages")[-1]
    plan = carry_out(past, keeping(1, "raw/*", "archives/*"))
    assert {judged.unit.dataset for judged in plan.dropped} == {"raw/pages"}
    unlink_tomorrow(past)
    assert [one.id for one in past.world.store.segments("raw/pages")] == [newest.id]
    assert (
        len(list(past.world.store.read([one.id for one in past.world.store.segments("archives/files")], ArchiveFile)))
        == 3
    )


def test_a_page_that_somebody_needs_stays_beside_the_rule(past: Past) -> None:
    for number in range(3):
        past.crawl(number)
        past.wait(days=1)
    first = past.world.store.segments("raw/pages")[0].id
    plan = past.plan(keeping(1, "raw/*"), Needed(segments={first: "the last good body of an address"}))
    assert {judged.unit.item for judged in plan.dropped} == {past.world.store.segments("raw/pages")[1].id}


def test_a_snapshot_stays_if_the_rule_of_any_of_its_tables_keeps_it(past: Past) -> None:
    past.ingest(1)
    past.commit("a")
    past.commit("b")
    rules = (RetentionRule(data=("staged/*",), keep_last=1), RetentionRule(data=("core/*",), keep_last=2))
    assert past.plan(Policies(retention=rules)).dropped == ()
    assert past.plan(Policies()).dropped == ()


PROMISE = CopyPromise(data=("*",), copies=2, off_this_pc=1)


def test_nothing_goes_before_what_stays_is_copied_as_promised(past: Past) -> None:
    past.commit("a")
    past.commit("b")
    policies = Policies(promises=(PROMISE,), retention=KEEP_ONE.retention)
    with pytest.raises(OutOfReachError, match=r"nothing was let go: 1 segments that stay .*2 copies, 1 off this PC"):
        carry_out(past, policies)
    assert names(past.plan(policies), "dropped") == []
    assert len(past.plan(policies).waiting) == 1


def test_two_copies_on_one_disk_are_one_copy_and_a_drive_that_shares_it_is_on_this_pc(
    past: Past, tmp_path: Path
) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    past.world.store.volumes.add("usb", "drive", str(drive), past.now)
    for made in (past.commit("a"), past.commit("b")):
        copy_segment(past.world.store, made.table(SNAPSHOT_TABLE).segments[0], "usb", past.now)
    policies = Policies(promises=(PROMISE,), retention=KEEP_ONE.retention)
    assert past.plan(policies).uncopied == ()
    (held,) = past.plan(policies, usb="local").uncopied
    assert (held.segment.copies, held.segment.off_this_pc) == (1, 0)
    assert past.plan(policies, usb="local").dropped == ()


def test_nothing_goes_before_a_copy_of_what_stays_is_proven(past: Past) -> None:
    past.commit("a")
    kept = past.commit("b").table(SNAPSHOT_TABLE).segments[0]
    plan = past.plan(KEEP_ONE)
    assert [one.id for one in plan.unverified] == [kept]
    with pytest.raises(StaleParentError, match="not proven"):
        retire(past.world.db, lambda: past.plan(KEEP_ONE), plan.hash, past.now)
    path = past.world.home.local_volume / segment_name(SNAPSHOT_TABLE, kept)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[::-1])
    with pytest.raises(Exception, match="damaged"):
        prove(past.world.store, plan, past.now, Quiet())
    assert names(past.plan(KEEP_ONE), "dropped") == ["s000001"]


def test_a_plan_that_is_another_by_now_changes_nothing(past: Past) -> None:
    past.commit("a")
    past.commit("b")
    seen = past.plan(KEEP_ONE)
    past.commit("c")
    before = registered(past)
    with pytest.raises(StaleParentError, match="changed while the plan was looked at"):
        retire(past.world.db, lambda: past.plan(KEEP_ONE), seen.hash, past.now)
    assert registered(past) == before


def test_an_absent_drive_stays_pending_and_is_unlinked_once_it_is_back(past: Past, tmp_path: Path) -> None:
    old = past.commit("a").table(SNAPSHOT_TABLE).segments[0]
    drive = tmp_path / "drive"
    drive.mkdir()
    past.world.store.volumes.add("second", "directory", str(drive), past.now)
    copy_segment(past.world.store, old, "second", past.now)
    past.commit("b")
    carry_out(past)
    drive.rename(tmp_path / "away")
    past.wait(hours=24)
    unlinked = unlink_due(past.world.store, past.now, Quiet())
    assert (unlinked.files, unlinked.pending) == (1, {"second": 1})
    assert "second" in unlinked.absent
    assert not drive.exists()
    (tmp_path / "away").rename(drive)
    assert unlink_due(past.world.store, past.now, Quiet()).pending == {}
    assert list(drive.rglob("*.parquet")) == []
