"""A job run without the UI: what is told of how it ended, what a selection may commit, and what a second run finds."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from whisky_assets.domain.errors import ExitCode
from whisky_assets.orchestration.janitor import PROCESS_TAG
from whisky_assets.orchestration.runner import run_job
from whisky_assets.pipeline.graph import below, gated_tables
from whisky_assets.pipeline.workspace import forget_workspaces, workspace_at
from whisky_assets.storage.builds import REJECTED, builds, get_build
from whisky_assets.storage.locks import holders
from whisky_assets_tests.orchestration.small import FEEDS, check_verdicts, run_assets

CORE_AND_ARCHIVES = [*gated_tables(), "core/snapshot"]


def test_ingest_of_every_feed_and_a_build_make_a_snapshot(instance: dg.DagsterInstance, home: Path) -> None:
    for feed in FEEDS:
        assert run_job(instance, home, "ingest", partition=feed).success
    answer = run_job(instance, home, "build")
    assert (answer.success, answer.exit, answer.failures) == (True, ExitCode.DONE, ())
    workspace = workspace_at(str(home))
    assert set(workspace.heads()) == set(FEEDS)
    current = workspace.current_snapshot()
    assert current is not None
    assert current.tables[("core/whiskies", "")].rows > 5
    assert holders(workspace.db) == ()
    published = run_job(instance, home, "publish")
    assert published.success, published


def test_a_run_carries_where_the_ui_finds_its_job_and_the_process_it_lives_by(
    instance: dg.DagsterInstance, home_with_heads: Path
) -> None:
    answer = run_job(instance, home_with_heads, "build", tags={"whisky/cycle": "c"})
    run = instance.get_run_by_id(answer.run_id)
    assert run is not None
    assert run.remote_job_origin is not None
    assert run.remote_job_origin.location_name == "whisky_assets"
    assert run.job_name == "build"
    assert answer.run_id in run.tags[PROCESS_TAG]
    assert run.tags["whisky/cycle"] == "c"


def test_row_counts_are_the_tables_and_the_parts(instance: dg.DagsterInstance, built_home: Path) -> None:
    answer = run_job(instance, built_home, "ingest", partition="elbe")
    assert answer.success
    event = instance.get_latest_materialization_event(dg.AssetKey(["staged", "listings"]))
    assert event is not None
    assert event.asset_materialization is not None
    shown = {name: value.value for name, value in event.asset_materialization.metadata.items()}
    heads = workspace_at(str(built_home)).heads()
    assert shown["dagster/partition_row_count"] == heads["elbe"]["staged/listings"].rows
    assert shown["dagster/row_count"] == sum(versions["staged/listings"].rows for versions in heads.values())
    assert shown["dagster/row_count"] > shown["dagster/partition_row_count"] > 0
    assert event.asset_materialization.partition == "elbe"


def test_a_feed_that_cannot_run_fails_in_a_sentence_with_its_own_exit(instance: dg.DagsterInstance, home: Path) -> None:
    (home / "sources").mkdir(exist_ok=True)
    (home / "sources" / "mine.toml").write_text("nonsense")
    answer = run_job(instance, home, "ingest", partition="mine")
    assert not answer.success
    assert answer.exit is ExitCode.USAGE
    (told,) = answer.failures
    assert told.startswith("raw__pages: feed mine is broken: ")
    assert "Error" not in told
    assert holders(workspace_at(str(home)).db) == ()


def test_a_dead_shop_fails_its_own_run_and_leaves_the_others_alone(instance: dg.DagsterInstance, home: Path) -> None:
    (home / "dead_shops").write_text("hanok\n")
    answers = {feed: run_job(instance, home, "ingest", partition=feed) for feed in FEEDS}
    assert {feed for feed, answer in answers.items() if not answer.success} == {"hanok"}
    assert answers["hanok"].exit is ExitCode.FAILED
    assert answers["hanok"].failures
    assert set(workspace_at(str(home)).heads()) == set(FEEDS) - {"hanok"}


def test_the_owner_of_a_failed_build_is_told_why_and_the_build_is_rejected(
    instance: dg.DagsterInstance, home_with_heads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise ZeroDivisionError("nothing to divide by")

    monkeypatch.setattr("whisky_assets.pipeline.describing.whiskies", breaks)
    answer = run_job(instance, home_with_heads, "build")
    assert answer.exit is ExitCode.FAILED
    assert answer.failures == ("core_whiskies: ZeroDivisionError: nothing to divide by",)
    workspace = workspace_at(str(home_with_heads))
    build = get_build(workspace.db, answer.run_id)
    assert build is not None
    assert (build.state, build.reason) == (REJECTED, "its run ended without core/snapshot")
    assert workspace.current_snapshot() is None
    assert holders(workspace.db) == ()


def test_ctrl_c_ends_the_run_and_is_not_taken_for_a_failed_feed(
    instance: dg.DagsterInstance, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("whisky_assets.pipeline.collecting.collect", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_job(instance, home, "ingest", partition="elbe")
    (run,) = instance.get_runs()
    assert run.is_finished
    assert holders(workspace_at(str(home)).db) == ()


@pytest.mark.parametrize("moment", ["create_run_for_job", "report_dagster_event"])
def test_ctrl_c_before_the_first_step_leaves_no_run_open(
    instance: dg.DagsterInstance, home: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    real = getattr(instance, moment)

    def interrupted(*words: Any, **told: Any) -> Any:
        monkeypatch.setattr(instance, moment, real)
        real(*words, **told)
        raise KeyboardInterrupt

    monkeypatch.setattr(instance, moment, interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_job(instance, home, "ingest", partition="elbe")
    assert [run.is_finished for run in instance.get_runs()] == [True]


def test_a_lone_candidate_is_green_but_told_as_not_current(instance: dg.DagsterInstance, built_home: Path) -> None:
    before = workspace_at(str(built_home)).current_snapshot()
    result = run_assets(instance, built_home, ["core/offers"])
    assert result.success
    assert check_verdicts(result) == {
        ("core/offers", "schema"): True,
        ("core/offers", "shares"): True,
        ("core/offers", "verdicts"): True,
        ("core/offers", "current"): False,
    }
    (current,) = [one for one in result.get_asset_check_evaluations() if one.check_name == "current"]
    assert current.severity is dg.AssetCheckSeverity.WARN
    assert current.description == "not current yet: launch build"
    assert workspace_at(str(built_home)).current_snapshot() == before


def test_a_selection_with_the_snapshot_commits(instance: dg.DagsterInstance, built_home: Path) -> None:
    workspace = workspace_at(str(built_home))
    before = workspace.current_snapshot()
    result = run_assets(instance, built_home, CORE_AND_ARCHIVES)
    assert result.success
    assert all(check_verdicts(result).values())
    after = workspace.current_snapshot()
    assert before is not None
    assert after is not None
    assert after.build == result.run_id


def test_a_snapshot_of_partly_remade_tables_fails_naming_what_to_add(
    instance: dg.DagsterInstance, built_home: Path
) -> None:
    workspace = workspace_at(str(built_home))
    before = workspace.current_snapshot()
    result = run_assets(instance, built_home, ["core/offers", "core/snapshot"])
    assert not result.success
    (event,) = [event for event in result.all_events if event.is_step_failure]
    error = event.step_failure_data.error
    assert error is not None
    assert error.cause is not None
    for dataset in below("core/offers"):
        assert dataset in error.cause.message
    assert "to the selection, or launch the job `build`" in error.cause.message
    assert workspace.current_snapshot() == before


def test_materializing_the_staged_tables_alone_leaves_the_feed_whole(
    instance: dg.DagsterInstance, built_home: Path
) -> None:
    workspace = workspace_at(str(built_home))
    before = workspace.heads()["harbour"]
    assert before["staged/listings"].rows > 5
    staged = [dataset for dataset in before if dataset.startswith("staged/")]
    for _ in range(2):
        result = run_assets(instance, built_home, staged, partition="harbour")
        assert result.success
        assert workspace.heads()["harbour"] == before
    assert [holder.name for holder in holders(workspace.db)] == []


def test_two_runs_that_are_told_by_the_cycle_share_its_locks(instance: dg.DagsterInstance, home: Path) -> None:
    assert run_job(instance, home, "ingest", partition="elbe", tags={"whisky/cycle": "c"}).success
    workspace = workspace_at(str(home))
    assert {holder.owner for holder in holders(workspace.db)} <= {"c"}


def test_running_a_committed_build_once_more_is_a_new_build_of_the_present_heads(
    instance: dg.DagsterInstance, built_home: Path
) -> None:
    first = run_job(instance, built_home, "build")
    parent = instance.get_run_by_id(first.run_id)
    assert parent is not None
    job = _job(built_home)
    options = dg.ReexecutionOptions(parent_run_id=first.run_id)
    result = dg.execute_job(job, instance, reexecution_options=options)
    assert result.success
    workspace = workspace_at(str(built_home))
    assert get_build(workspace.db, result.run_id) is not None
    again = dg.execute_job(job, instance, reexecution_options=dg.ReexecutionOptions(parent_run_id=result.run_id))
    assert get_build(workspace.db, again.run_id) is not None


def test_a_failed_build_that_is_run_again_goes_on_with_its_candidates(
    instance: dg.DagsterInstance, home_with_heads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr("whisky_assets.pipeline.describing.whiskies", breaks)
        failed = run_job(instance, home_with_heads, "build")
    assert not failed.success
    options = dg.ReexecutionOptions.from_failure(failed.run_id, instance)
    result = dg.execute_job(_job(home_with_heads), instance, reexecution_options=options)
    assert result.success
    made = {event.step_key for event in result.all_events if event.is_step_success}
    assert "core__offers" not in made
    assert "core__snapshot" in made
    current = workspace_at(str(home_with_heads)).current_snapshot()
    assert current is not None
    assert current.build == failed.run_id


@pytest.mark.slow
def test_the_same_job_runs_with_each_step_in_a_process_of_its_own(
    home_with_heads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from whisky_assets.orchestration.assembly import definitions_for
    from whisky_assets.orchestration.instance import open_instance

    monkeypatch.setenv("WHISKY_EXECUTOR", "multiprocess")
    definitions_for.cache_clear()
    forget_workspaces()
    with open_instance(home_with_heads) as stored:
        answer = run_job(stored, home_with_heads, "build", config={"execution": {"config": {"max_concurrent": 2}}})
        assert answer.success, answer
        processes = {
            record.event_log_entry.dagster_event.pid
            for record in stored.get_records_for_run(answer.run_id).records
            if record.event_log_entry.dagster_event is not None and record.event_log_entry.dagster_event.step_key
        }
    definitions_for.cache_clear()
    assert len(processes) >= 5
    workspace = workspace_at(str(home_with_heads))
    current = workspace.current_snapshot()
    assert current is not None
    assert current.build == answer.run_id
    assert [build.state for build in builds(workspace.db)] == ["committed"]


def _job(home: Path) -> Any:
    return dg.build_reconstructable_job(
        "whisky_assets.orchestration.runner", "job_of_home", None, {"home": str(home), "job": "build"}
    )
