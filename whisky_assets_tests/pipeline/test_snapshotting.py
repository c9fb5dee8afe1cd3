"""The gate: only whole, checked builds become current; whatever else happens, the last snapshot stays."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from whisky_assets.domain.errors import BusyError, CheckFailedError, CorruptDataError, ExitCode, UsageError
from whisky_assets.domain.outcome import NewTable, Outcome
from whisky_assets.domain.records import Listing
from whisky_assets.pipeline import describing, listing, matching, offering, resolving, snapshotting, staging
from whisky_assets.pipeline.graph import BALANCE_CHECK, CURRENT_CHECK, KEYS_CHECK, LOSS_CHECK, gated_tables
from whisky_assets.pipeline.tables import keep, readable
from whisky_assets.pipeline.workspace import Step
from whisky_assets.storage import builds, locks
from whisky_assets.storage.builds import COMMITTED, REJECTED
from whisky_assets.storage.snapshots import snapshot
from whisky_assets_tests.pipeline.house import House, sample_house

LATER: dict[str, Callable[[House, Step], Outcome]] = {
    "matching": lambda house, step: matching.matches(step, readable(house.workspace, "core/offers", build=step.build)),
    "describing": lambda house, step: describing.whiskies(
        step,
        *(
            readable(house.workspace, dataset, build=step.build)
            for dataset in ("core/offers", "core/matches", "core/registry")
        ),
    ),
    "resolving": lambda house, step: resolving.entries(
        step,
        readable(house.workspace, "core/whiskies", build=step.build),
        readable(house.workspace, "core/registry", build=step.build),
    ),
}


@pytest.fixture(scope="module")
def built_home(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The cut sample world, built and published; each test works on a copy."""
    with sample_house(tmp_path_factory.mktemp("built") / "home", cut=True) as first:
        first.run()
    return first


@pytest.fixture
def house(built_home: House, tmp_path: Path) -> Iterator[House]:
    """A copy of the built home, a week later, its feeds read."""
    shutil.copytree(built_home.workspace.home.root, tmp_path / "home")
    with sample_house(tmp_path / "home", week=2) as opened:
        opened._number = built_home._number
        opened.ingest()
        yield opened


def offered(house: House, step: Step) -> Outcome:
    """Make core/offers as a candidate of a step's build."""
    return kept(house, step, offering.offers(step, readable(house.workspace, "staged/listings", build=step.build)))


def kept(house: House, step: Step, outcome: Outcome, change: Callable[[NewTable], NewTable] | None = None) -> Outcome:
    """Store an outcome's tables as candidates, changed on the way."""
    for table in outcome.tables.values():
        keep(house.workspace, change(table) if change else table, build=step.build, volume="local")
    return outcome


def whole(house: House, step: Step, *, spoil: str = "", how: Callable[[NewTable], NewTable] | None = None) -> None:
    """Make every gated table; the one called `spoil` is changed before it is stored."""

    def change(table: NewTable) -> NewTable:
        return how(table) if how and table.dataset == spoil else table

    offers = offering.offers(step, readable(house.workspace, "staged/listings", build=step.build))
    kept(house, step, offers, change)
    for make in LATER.values():
        kept(house, step, make(house, step), change)


def current(house: House) -> str:
    """Return the name of the current snapshot."""
    found = house.workspace.current_snapshot()
    assert found is not None
    return found.name


def assert_rejected(house: House, step: Step, *told: str) -> None:
    """Assert that the last snapshot stays, the build is rejected with its reason, and its lock is free."""
    assert current(house) == "s000001"
    found = builds.get_build(house.workspace.db, step.build)
    assert found is not None
    assert found.state == REJECTED
    for word in told:
        assert word in (found.reason or "")


def test_a_whole_build_becomes_current_and_frees_the_build(house: House) -> None:
    step = house.step("build")
    whole(house, step)
    kept(house, step, snapshotting.propose(step))
    made = snapshotting.commit(step)
    assert current(house) == made.name == "s000002"
    assert made.parent == "s000001"
    assert {dataset for dataset, _ in made.tables} == {*gated_tables(), "core/snapshot"}
    assert locks.holders(house.workspace.db) == ()
    found = builds.get_build(house.workspace.db, step.build)
    assert found is not None
    assert found.state == COMMITTED


def test_the_snapshot_says_of_each_table_what_it_holds(house: House) -> None:
    step = house.step("build")
    whole(house, step)
    rows: list[Any] = list(snapshotting.propose(step).tables["core/snapshot"].rows)
    versions = {one.version.dataset: one for one in house.workspace.candidates(step.build, gated_tables()).values()}
    assert {row.dataset for row in rows} == set(gated_tables())
    for row in rows:
        made = versions[row.dataset]
        assert (row.rows, row.content_digest) == (made.version.rows, made.version.content_digest)
        assert row.checks_failed == 0


def test_offers_alone_never_become_current_and_the_message_names_what_is_missing(house: House) -> None:
    step = house.step("build")
    offered(house, step)
    with pytest.raises(UsageError) as error:
        snapshotting.propose(step)
    assert "core/offers were made anew" in str(error.value)
    for dataset in ("core/matches", "core/whiskies", "archives/entries"):
        assert dataset in error.value.remedy
    assert "launch the job `build`" in error.value.remedy
    assert_rejected(house, step, "core/offers were made anew")


def test_a_run_that_made_nothing_has_nothing_to_commit(house: House) -> None:
    step = house.step("build")
    with pytest.raises(UsageError, match="made no table that could become current"):
        snapshotting.propose(step)
    assert_rejected(house, step)


def test_a_part_from_the_middle_down_is_whole_on_the_current_offers(house: House) -> None:
    step = house.step("build")
    kept(house, step, LATER["resolving"](house, step))
    kept(house, step, snapshotting.propose(step))
    made = snapshotting.commit(step)
    assert current(house) == made.name == "s000002"
    # The offers stay those of before, so the snapshot holds the heads that they were made from, not the newer ones.
    before = snapshot(house.workspace.db, "s000001")
    assert made.table("core/offers") == before.table("core/offers")
    assert made.heads == before.heads != house.workspace.heads()


def test_a_lone_candidate_is_told_as_not_current_and_blocks_nothing(house: House) -> None:
    step = dataclasses.replace(house.step("build"), whole=False)
    (check,) = (one for one in offered(house, step).tables["core/offers"].checks if one.name == CURRENT_CHECK)
    assert (check.passed, check.severity) == (False, "warn")
    assert check.summary == "not current yet: launch build"
    assert current(house) == "s000001"
    assert list(readable(house.workspace, "core/offers", build="another").rows()) == list(
        house.workspace.current_rows("core/offers")
    )


def test_a_proposal_is_needed_before_a_commit(house: House) -> None:
    step = house.step("build")
    whole(house, step)
    with pytest.raises(UsageError, match="proposed no snapshot"):
        snapshotting.commit(step)
    assert current(house) == "s000001"


def test_an_offer_that_got_lost_stops_the_commit(house: House) -> None:
    step = house.step("build")
    whole(house, step)
    rows = list(readable(house.workspace, "core/offers", build=step.build).rows())
    keep(
        house.workspace,
        NewTable(dataset="core/offers", rows=tuple(rows[1:])),
        build=step.build,
        volume="local",
    )
    outcome = kept(house, step, snapshotting.propose(step))
    (check,) = (one for one in outcome.tables["core/snapshot"].checks if one.name == BALANCE_CHECK)
    assert not check.passed
    assert rows[0].feed in check.cases[0]
    with pytest.raises(CheckFailedError, match=BALANCE_CHECK):
        snapshotting.commit(step)
    assert_rejected(house, step, BALANCE_CHECK)
    assert locks.holders(house.workspace.db) == ()


def test_a_key_that_leads_nowhere_stops_the_commit(house: House) -> None:
    step = house.step("build")
    lost: list[str] = []

    def lose_one(table: NewTable) -> NewTable:
        first: Any = table.rows[0]
        lost.append(first.whisky_pk)
        return dataclasses.replace(table, rows=table.rows[1:], gone=(*table.gone, (first.whisky_pk,)))

    whole(house, step, spoil="core/whiskies", how=lose_one)
    outcome = kept(house, step, snapshotting.propose(step))
    (check,) = (one for one in outcome.tables["core/snapshot"].checks if one.name == KEYS_CHECK)
    assert (check.passed, check.count, check.cases) == (False, 1, tuple(lost))
    with pytest.raises(CheckFailedError, match=KEYS_CHECK):
        snapshotting.commit(step)
    assert_rejected(house, step, KEYS_CHECK)
    assert lost[0] in {row.whisky_pk for row in house.workspace.current_rows("core/whiskies")}


def test_a_registry_that_forgot_its_past_is_corrupt_and_nothing_is_made_of_it(house: House) -> None:
    step = house.step("build")

    def forget(table: NewTable) -> NewTable:
        return dataclasses.replace(table, carried=())

    with pytest.raises(CorruptDataError, match="event 1 is missing"):
        whole(house, step, spoil="core/registry", how=forget)
    assert current(house) == "s000001"


def test_a_failed_schema_check_of_one_table_stops_all(house: House) -> None:
    step = house.step("build")

    def fail(table: NewTable) -> NewTable:
        checks = tuple(
            dataclasses.replace(check, passed=False, count=1) if check.name == "schema" else check
            for check in table.checks
        )
        return dataclasses.replace(table, checks=checks)

    whole(house, step, spoil="core/claims", how=fail)
    kept(house, step, snapshotting.propose(step))
    with pytest.raises(CheckFailedError, match="core/claims"):
        snapshotting.commit(step)
    assert_rejected(house, step, "schema")


def test_after_a_rejected_build_the_next_one_commits(house: House) -> None:
    step = house.step("build")
    offered(house, step)
    with pytest.raises(UsageError):
        snapshotting.propose(step)
    # The lock is the owner's until its run ends; then the runner frees it.
    house.workspace.free_owner(step.owner)
    house.build()
    assert current(house) == "s000002"


def test_a_second_builder_waits_for_the_first_and_says_for_whom(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whisky_assets.pipeline.workspace.UI_WAIT_SECONDS", 0.0)
    first, second = house.step("first"), house.step("second")
    offered(house, first)
    with pytest.raises(BusyError, match=first.owner):
        offered(house, second)


def test_a_build_reads_the_heads_that_it_pinned_and_not_those_that_came_since(house: House) -> None:
    step = house.step("build")
    step.open_build()
    pinned = list(readable(house.workspace, "staged/listings", build=step.build).rows())
    house.workspace.set_week(3)
    house.ingest()
    assert list(readable(house.workspace, "staged/listings", build=step.build).rows()) == pinned
    assert list(readable(house.workspace, "staged/listings", build="another").rows()) != pinned


def test_a_feed_that_loses_much_at_once_keeps_its_last_good_head(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = house.workspace
    small = dataclasses.replace(workspace.thresholds.loss, smallest_base=2)
    monkeypatch.setattr(workspace, "thresholds", dataclasses.replace(workspace.thresholds, loss=small))
    before = workspace.heads()["harbour"]
    lost = {row.source_id for row in workspace.head_rows("harbour", "staged/listings")}
    assert len(lost) > 4
    real = listing.list_products

    def lose(*arguments: Any) -> Any:
        carrier = real(*arguments)
        carrier.rows = [_gone(row) for row in carrier.rows]
        return carrier

    monkeypatch.setattr("whisky_assets.pipeline.staging.list_products", lose)
    step = house.step("ingest")
    outcome = kept(house, step, staging.stage(step, "harbour"))
    (check,) = (one for one in outcome.tables["staged/listings"].checks if one.name == LOSS_CHECK)
    assert not check.passed
    assert check.summary.endswith("live products are no longer told")
    with pytest.raises(CheckFailedError, match=LOSS_CHECK):
        staging.advance_head(step, "harbour")
    assert workspace.heads()["harbour"] == before
    assert locks.holders(workspace.db) == ()
    (problem,) = outcome.problems
    accept = f"whisky run --home {workspace.home.root} --feed harbour --accept-loss"
    assert problem.remedy.endswith(accept)
    accepted = house.stage(house.step("accepted"), "harbour", accept_loss=True)
    (problem,) = accepted.problems
    assert (problem.code, problem.subject) == (ExitCode.DONE, "feed harbour")
    assert problem.message.startswith(f"accepted: {check.summary}, as harbour:")
    assert workspace.heads()["harbour"] != before


def _gone(row: Listing) -> Listing:
    return dataclasses.replace(row, page_state="gone")


def test_every_open_question_names_two_listings_with_their_keys_and_why(house: House) -> None:
    house.build()
    offers = {f"{row.id_space}:{row.source_id}": row for row in house.workspace.current_rows("core/offers")}
    keys = {f"{row.id_space}:{row.source_id}": row.whisky_pk for row in house.workspace.current_rows("core/matches")}
    reviews = list(house.workspace.current_rows("core/review_queue"))
    for row in reviews:
        assert (row.left_name, row.right_name) == (offers[row.left].name, offers[row.right].name)
        assert (row.left_pk, row.right_pk) == (keys[row.left], keys[row.right])
        assert row.reason
    assert len({row.review_id for row in reviews}) == len(reviews)
