"""Letting go in a home: asked once, alone afterwards, never what a release needs; the next week is none the worse."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from whisky_assets.domain.errors import (
    BusyError,
    CheckFailedError,
    ExitCode,
    NeedsDecisionError,
    StaleParentError,
    UsageError,
)
from whisky_assets.domain.outcome import Quiet
from whisky_assets.domain.records import Page
from whisky_assets.pipeline import upkeep
from whisky_assets.pipeline.history import diff_snapshots
from whisky_assets.pipeline.reports import reports_of
from whisky_assets.pipeline.retaining import Retention, look, pin_snapshot, retain, unpin_snapshot
from whisky_assets.pipeline.retention_table import RETENTION, retention
from whisky_assets.pipeline.undo import undo_to
from whisky_assets.pipeline.workspace import Step, Workspace
from whisky_assets.publishing.releases import protected_releases
from whisky_assets.storage import locks
from whisky_assets.storage.digest import storage_digest
from whisky_assets_tests.pipeline.homes import Product, build
from whisky_assets_tests.pipeline.house import House
from whisky_assets_tests.pipeline.review_homes import opened_copy

GLEN = Product(source_id="1", word="glen_ten")
OTHER = Product(source_id="2", word="other_twelve")
ONE = (
    '[[retention]]\ndata = ["core/*", "archives/entries", "archives/users", "staged/*", "firestore/*"]\nkeep_last = 1\n'
)


@pytest.fixture
def filled(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A home with three snapshots of three days, whose rule keeps one."""
    rules(workspace, ONE)
    for number, products in enumerate(([GLEN], [GLEN, OTHER], [OTHER])):
        at(workspace, monkeypatch, datetime(2026, 1, 5 + number, 9, tzinfo=UTC))
        build(workspace, f"b{number}", products)
    return workspace


def rules(workspace: Workspace, text: str) -> None:
    (workspace.home.root / "storage.toml").write_text(text, encoding="utf-8")


def at(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr(workspace, "now", lambda: now)


def say_yes(workspace: Workspace) -> Retention:
    return retain(workspace, Quiet(), approve=lambda _shown: True)


def gone(found: Retention) -> list[str]:
    return [judged.unit.item for judged in found.plan.dropped if judged.unit.kind == "snapshot"]


def test_the_plan_says_what_goes_and_what_stays_and_why_and_changes_nothing(filled: Workspace) -> None:
    before = storage_digest(filled.db)
    found = look(filled)
    lines = found.lines()
    assert lines[0].startswith("what goes: 2 snapshots, ")
    assert "  snapshot s000001 of 2026-01-05: no count of its rule keeps it" in lines
    assert "  snapshot s000003 of 2026-01-07: current, last" in lines
    assert "quota whisky: " in "\n".join(lines)
    assert "nothing is let go yet: this is the first time that something goes" in lines
    assert lines[-1].startswith("let it go: whisky storage retain --home ")
    assert json.loads(json.dumps(found.as_result(), default=str))["needs_confirmation"]
    assert storage_digest(filled.db) == before
    assert look(filled).plan.hash == found.plan.hash
    assert not found.is_done


def test_the_first_time_needs_a_person_and_later_ones_inside_the_rules_need_nobody(
    filled: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NeedsDecisionError, match="this is the first time that something goes") as told:
        retain(filled, Quiet())
    assert "whisky storage retain" in told.value.remedy
    assert gone(say_yes(filled)) == ["s000001", "s000002"]
    at(filled, monkeypatch, datetime(2026, 1, 9, 9, tzinfo=UTC))
    build(filled, "b3", [GLEN])
    done = retain(filled, Quiet())
    assert (gone(done), done.is_done, done.unconfirmed) == (["s000003"], True, "")
    assert done.unlinked is not None
    assert done.unlinked.files > 0
    assert retain(filled, Quiet()).plan.is_empty


def test_the_hash_of_the_plan_confirms_it_and_another_plan_does_not(filled: Workspace) -> None:
    with pytest.raises(StaleParentError, match=r"the plan is [0-9a-f]{12} by now, not 0123"):
        retain(filled, Quiet(), confirm="0123")
    assert retain(filled, Quiet(), confirm=look(filled).plan.hash[:12]).is_done


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (ONE.replace("keep_last = 1", "keep_last = 2"), ""),
        (ONE.replace("keep_last = 1", "keep_weekly = 1"), "the rule for archives/entries keeps less"),
        (f'{ONE}\n[[quota]]\nname = "core"\ndata = ["core/*"]\nmax = "30 KB"\n', "quota core is smaller"),
    ],
)
def test_a_stricter_rule_or_quota_asks_again_and_a_looser_one_does_not(
    filled: Workspace, monkeypatch: pytest.MonkeyPatch, text: str, why: str
) -> None:
    say_yes(filled)
    for day in range(8, 11):
        at(filled, monkeypatch, datetime(2026, 1, day, 9, tzinfo=UTC))
        build(filled, f"b{day}", [GLEN] if day % 2 else [GLEN, OTHER])
    rules(filled, text)
    found = look(filled)
    assert found.plan.dropped
    assert found.unconfirmed.startswith(why)
    assert bool(found.unconfirmed) == bool(why)


def test_work_under_way_is_waited_for_by_nobody_and_nothing_goes(filled: Workspace) -> None:
    locks.acquire(filled.db, "feed/elbe", "ingest-1")
    with pytest.raises(BusyError, match="feed/elbe is held by ingest-1"):
        say_yes(filled)
    assert gone(look(filled)) == ["s000001", "s000002"]
    locks.release_all(filled.db, "ingest-1")
    assert say_yes(filled).is_done
    assert locks.holders(filled.db) == ()


def test_a_quota_that_cannot_be_kept_stops_all_and_says_what_would_mend_it(filled: Workspace) -> None:
    rules(filled, f'{ONE}\n[[quota]]\nname = "whisky"\ndata = ["*"]\nmax = "1 KB"\n')
    with pytest.raises(CheckFailedError, match="quota and promises contradict: what must stay of quota whisky takes"):
        say_yes(filled)
    problem = next(one for one in look(filled).problems if one.code == ExitCode.FAILED)
    assert "storage.toml:5" in problem.remedy
    assert len(gone(look(filled))) == 2


def test_a_quota_that_fills_is_told_at_eighty_and_at_ninety_percent(filled: Workspace) -> None:
    (use,) = look(filled).plan.quotas
    for share, word in ((0.7, ""), (0.85, "nearly full"), (0.95, "almost full")):
        max_bytes = int(use.used_bytes / share)
        rules(filled, f'{ONE}\n[[quota]]\nname = "whisky"\ndata = ["*"]\nmax = "{max_bytes}"\n')
        told = [problem.message for problem in look(filled).problems if problem.subject == "quota whisky"]
        assert [message.split(":")[0] for message in told] == ([word] if word else [])


def test_a_pin_keeps_a_snapshot_and_its_reason_is_shown(filled: Workspace) -> None:
    assert "s000001 stays" in pin_snapshot(filled, "s000001", "as at the fair")[0]
    done = say_yes(filled)
    assert gone(done) == ["s000002"]
    assert any("pinned: as at the fair" in line for line in done.lines())
    assert "as at the fair" in unpin_snapshot(filled, "s000001")[0]
    assert gone(look(filled)) == ["s000001"]


def test_undo_and_diff_say_that_a_snapshot_was_let_go_and_diff_finds_the_one_before(filled: Workspace) -> None:
    pin_snapshot(filled, "s000001", "first")
    say_yes(filled)
    for ask in (lambda: undo_to(filled, "s000002"), lambda: diff_snapshots(filled, "s000002", None)):
        with pytest.raises(UsageError, match="snapshot s000002 was let go by retention on 2026-01-07"):
            ask()
    assert diff_snapshots(filled, None, None).left == "s000001"


def test_the_run_tells_what_it_let_go_and_shows_quotas_as_numbers(filled: Workspace) -> None:
    outcome = retention(_step(filled, "u1"))
    checks = {check.name: check for check in outcome.tables[RETENTION].checks}
    assert {name: check.passed for name, check in checks.items()} == {
        "schema": True,
        "quota": True,
        "contradictions": True,
    }
    assert (outcome.counts["dropped"], outcome.counts["to_drop"] > 0) == (0, True)
    assert [problem.message for problem in outcome.problems] == [
        f"nothing was let go: this is the first time that something goes ({_freed(filled)} would go)"
    ]
    say_yes(filled)
    done = retention(_step(filled, "u2"))
    assert done.counts["to_drop"] == 0
    assert done.counts["quota_used_bytes_whisky"] == done.counts["bytes_held"] > 0
    assert 0 < float(str(done.metadata["quota_share_whisky"])) < 1 or done.metadata["quota_share_whisky"] == 0
    assert reports_of(filled, "u2")["retention"]["counts"]["kept"] == done.counts["kept"]


def test_the_check_on_contradictions_fails_where_a_quota_cannot_be_kept(filled: Workspace) -> None:
    rules(filled, f'{ONE}\n[[quota]]\nname = "whisky"\ndata = ["*"]\nmax = "1 KB"\n')
    outcome = retention(_step(filled, "u1"))
    checks = {check.name: check for check in outcome.tables[RETENTION].checks}
    assert (checks["contradictions"].passed, checks["quota"].passed) == (False, False)
    assert "contradict" in checks["contradictions"].summary
    assert not any(check.blocks for check in checks.values())


def _freed(workspace: Workspace) -> str:
    from whisky_assets.domain.amounts import size_words

    return size_words(look(workspace).plan.freed_bytes)


def _step(workspace: Workspace, name: str) -> Step:
    return Step(workspace=workspace, build=name, run=name, owner=name, progress=Quiet())


@pytest.fixture(scope="module")
def three_weeks(asking_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample world after three weeks, built each and published twice, with a rule that keeps one of each."""
    root = tmp_path_factory.mktemp("three-weeks") / "home"
    with opened_copy(asking_home, root) as house:
        for week in (2, 3):
            house.workspace.set_week(week)
            house.ingest()
            house.build()
            house.publish()
        rules(house.workspace, ONE)
    return root


@pytest.fixture
def later(three_weeks: Path, tmp_path: Path) -> Iterator[House]:
    """A copy of that home."""
    with opened_copy(three_weeks, tmp_path / "later") as house:
        yield house


def next_week(house: House) -> dict[str, str]:
    house.workspace.set_week(4)
    house.ingest()
    house.build()
    house.publish()
    return dict(storage_digest(house.workspace.db).tables)


def test_after_retention_all_is_whole_and_the_next_week_ends_as_without_it(
    later: House, three_weeks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = storage_digest(later.workspace.db)
    done = say_yes(later.workspace)
    assert done.is_done
    assert gone(done) == ["s000001"]
    assert [one.unregistered for one in upkeep.verify(later.workspace, Quiet()).volumes] == [0]
    week_now = later.workspace.now
    with monkeypatch.context() as tomorrow:
        tomorrow.setattr(later.workspace, "now", lambda: week_now() + timedelta(hours=24))
        unlinked = retain(later.workspace, Quiet()).unlinked
    assert unlinked is not None
    assert unlinked.files == len(done.plan.segments) > 0
    checked = upkeep.verify(later.workspace, Quiet())
    assert checked.problems == ()
    assert [one.unregistered for one in checked.volumes] == [0]
    assert storage_digest(later.workspace.db) == before
    with opened_copy(three_weeks, tmp_path / "untouched") as untouched:
        assert next_week(later) == next_week(untouched)


def test_the_snapshots_and_documents_of_the_last_two_releases_stay(later: House) -> None:
    with later.workspace.db.reading() as connection:
        releases = protected_releases(connection)
    assert [release.name for release in releases] == ["r000002", "r000001"]
    plan = look(later.workspace).plan
    kept = {judged.unit.item: judged.reasons for judged in plan.kept}
    assert "release r000001 of local" in kept["s000002"]
    assert "s000001" not in kept
    documents = [judged for judged in plan.kept if judged.unit.dataset == "firestore/whisky"]
    assert sorted(reason for one in documents for reason in one.reasons if "release" in reason) == [
        "release r000001 of local",
        "release r000002 of local",
    ]


def test_a_rule_for_pages_leaves_the_newest_body_of_each_address_and_the_world_goes_on(later: House) -> None:
    rules(later.workspace, '[[retention]]\ndata = ["raw/*"]\nkeep_last = 1\n')
    store = later.workspace.store

    def newest() -> dict[tuple[str, str], datetime]:
        found: dict[tuple[str, str], datetime] = {}
        for page in store.read([one.id for one in store.segments("raw/pages")], Page):
            key = (page.feed, page.url)
            found[key] = max(found.get(key, page.fetched_at), page.fetched_at)
        return found

    before = newest()
    done = say_yes(later.workspace)
    assert newest() == before
    assert {judged.unit.dataset for judged in done.plan.dropped} <= {"raw/pages", "storage/copies"}
    whiskies = len(list(later.workspace.current_rows("core/whiskies")))
    later.workspace.set_week(4)
    later.ingest()
    later.build()
    assert len(list(later.workspace.current_rows("core/whiskies"))) >= whiskies
    assert upkeep.verify(later.workspace, Quiet()).problems == ()
