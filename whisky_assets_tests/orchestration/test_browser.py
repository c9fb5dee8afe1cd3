"""A person with a fresh home opens the UI, runs everything from there with no further set-up, and sees it green."""

from collections.abc import Iterator

import pytest

from whisky_assets.pipeline.graph import gated_tables
from whisky_assets.pipeline.workspace import forget_workspaces, workspace_at
from whisky_assets.sample.clock import week_now
from whisky_assets.storage.home import create_home
from whisky_assets_tests.orchestration.browser import Person, person
from whisky_assets_tests.orchestration.live import READY_SECONDS, LiveUI, served, until
from whisky_assets_tests.orchestration.small import FEEDS
from whisky_assets_tests.tooling.parts import Browser

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]

GROUPS = ("raw", "staged", "core", "archives", "firestore", "storage")
CORE_PAGE = "/locations/whisky_assets/asset-groups/core/lineage"
_BACKFILLS = "{ partitionBackfillsOrError { ... on PartitionBackfills { results { status } } } }"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveUI]:
    """The UI of a sample home that was made a moment ago."""
    folder = tmp_path_factory.mktemp("browser")
    create_home(folder / "home", "sample", week_now(1))
    with served(folder / "home", folder / "ui.log") as ui:
        yield ui


@pytest.fixture(scope="module")
def reader(live: LiveUI, requires_browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    """Somebody in front of it."""
    with person(requires_browser, live.address, tmp_path_factory.mktemp("person")) as somebody:
        yield somebody


def runs_of(live: LiveUI, job: str) -> list[str]:
    return [str(run["status"]) for run in live.runs() if run["jobName"] == job]


def newest(live: LiveUI, before: int) -> str:
    """The run that came after so many."""
    return until(
        lambda: str(live.runs()[0]["runId"]) if len(live.runs()) > before else None, READY_SECONDS, "another run"
    )


def backfilled(live: LiveUI, number: int) -> str:
    """Waits for the end of a backfill and returns its status."""

    def status() -> str | None:
        told = [one["status"] for one in live.ask(_BACKFILLS)["partitionBackfillsOrError"]["results"]]
        return str(told[0]) if len(told) == number and told[0] not in ("REQUESTED", "CANCELING") else None

    return until(status, 2 * READY_SECONDS, "the end of the backfill")


def snapshot_of(live: LiveUI) -> str | None:
    """The name of the current snapshot, read anew from the home."""
    forget_workspaces()
    current = workspace_at(str(live.home)).current_snapshot()
    forget_workspaces()
    return None if current is None else current.name


def test_a_fresh_home_shows_the_graph_with_all_groups(live: LiveUI, reader: Person) -> None:
    assert live.runs() == []
    reader.opens("/asset-groups")
    reader.sees(*GROUPS)
    reader.sees("Materialize all (23)")
    assert "community" not in reader.page().casefold()
    reader.takes_a_picture("1_graph_of_a_fresh_home")


def test_ingest_of_all_feeds_is_launched_and_seen_green(live: LiveUI, reader: Person) -> None:
    reader.opens("/locations/whisky_assets/jobs/ingest")
    reader.presses("Materialize all")
    reader.sees("Partition selection")
    reader.presses("All")
    reader.takes_a_picture("2_ingest_of_all_feeds")
    reader.presses("Launch")
    until(lambda: True if len(runs_of(live, "ingest")) == len(FEEDS) else None, READY_SECONDS, "a run a feed")
    assert backfilled(live, 1) == "COMPLETED_SUCCESS"
    assert runs_of(live, "ingest") == ["SUCCESS"] * len(FEEDS)
    reader.opens("/assets/staged/listings?view=partitions&partition=hanok")
    reader.sees(*FEEDS)
    reader.sees("Materialized (4)", "Missing (0)", "Failed (0)")
    reader.sees("partition_row_count")
    reader.takes_a_picture("3_listings_by_feed")
    reader.opens("/assets/staged/listings?view=checks")
    reader.sees("schema", "loss")
    reader.takes_a_picture("4_checks_of_listings")


def test_build_is_launched_and_seen_green(live: LiveUI, reader: Person) -> None:
    before = len(live.runs())
    reader.opens("/locations/whisky_assets/jobs/build")
    reader.presses("Materialize all")
    assert live.ended(newest(live, before)) == "SUCCESS"
    assert snapshot_of(live) == "s000001"
    reader.opens(CORE_PAGE)
    reader.sees("Materialized", times=5)
    reader.sees("Passed", times=5)
    reader.takes_a_picture("5_core_after_build")
    reader.opens("/assets/core/whiskies?view=overview")
    reader.sees("Row count", "Grain:", "whisky_pk", "The key that never breaks.", "whisky-data")
    reader.takes_a_picture("6_the_whisky_table")
    reader.opens("/assets/core/snapshot?view=overview")
    reader.sees("One committed build")
    reader.takes_a_picture("7_the_snapshot")


def test_a_core_table_alone_is_green_but_says_that_it_is_not_current(live: LiveUI, reader: Person) -> None:
    before = len(live.runs())
    reader.opens("/assets/core/offers?view=checks")
    reader.presses("Materialize")
    assert live.ended(newest(live, before)) == "SUCCESS"
    assert snapshot_of(live) == "s000001"
    reader.opens("/assets/core/offers?view=checks&checkDetail=current")
    reader.sees("not current yet: launch build")
    reader.takes_a_picture("8_a_lone_candidate")


def test_the_core_group_alone_fails_and_says_what_to_add(live: LiveUI, reader: Person) -> None:
    before = len(live.runs())
    reader.opens(CORE_PAGE)
    reader.presses("Materialize all")
    run_id = newest(live, before)
    assert live.ended(run_id) == "FAILURE"
    assert snapshot_of(live) == "s000001"
    reader.opens(f"/runs/{run_id}?logs=type%3ASTEP_FAILURE")
    reader.sees("Add archives/entries, archives/users to the selection, or launch the job `build`")
    reader.takes_a_picture("9_what_to_add")


def test_a_selection_with_the_snapshot_commits(live: LiveUI, reader: Person) -> None:
    run_id = live.launch("__ASSET_JOB", assets=[*gated_tables(), "core/snapshot"])
    assert live.ended(run_id) == "SUCCESS"
    name = snapshot_of(live)
    assert name is not None
    reader.opens(f"/runs/{run_id}")
    reader.sees("Success")
    reader.takes_a_picture("10_a_selection_with_the_snapshot")


def test_materialize_all_runs_everything_in_order(live: LiveUI, reader: Person) -> None:
    reader.opens("/asset-groups")
    reader.presses("Materialize all (23)")
    reader.presses("All")
    reader.presses("Launch")
    assert backfilled(live, 2) == "COMPLETED_SUCCESS"
    reader.opens("/asset-groups")
    reader.sees(*GROUPS)
    reader.takes_a_picture("11_graph_after_materialize_all")
    for dataset in ("core/snapshot", "firestore/release", "storage/copies", "archives/files"):
        reader.opens(f"/assets/{dataset}?view=overview")
        reader.sees("Latest materialization")
    reader.opens("/runs")
    reader.sees("Success")
    reader.takes_a_picture("12_runs")
    reader.opens("/automation")
    reader.sees("weekly", "inbox", "janitor")
    reader.takes_a_picture("13_automation")
