"""A cycle reads feeds one by one, builds once, publishes after a good build, and says what did not go well."""

from pathlib import Path

import dagster as dg
import pytest

from whisky_assets.domain.errors import ExitCode, UsageError, combine
from whisky_assets.domain.outcome import Quiet
from whisky_assets.orchestration.cycle import CycleOptions, run_cycle
from whisky_assets.orchestration.weeks import move_to_week
from whisky_assets.pipeline.workspace import Workspace, workspace_at
from whisky_assets.storage.locks import holders
from whisky_assets_tests.orchestration.small import FEEDS


def test_one_dead_shop_leaves_the_others_built_and_published(instance: dg.DagsterInstance, home: Path) -> None:
    (home / "dead_shops").write_text("hanok\n")
    workspace = workspace_at(str(home))
    report = run_cycle(instance, home, workspace, CycleOptions(cycle="c1"), Quiet())
    assert {feed for feed, answer in report.feeds.items() if answer.success} == set(FEEDS) - {"hanok"}
    assert report.build is not None
    assert report.build.success
    assert report.publish is not None
    assert report.publish.success
    (problem,) = report.problems
    assert problem.subject == "feed hanok"
    assert problem.message
    assert problem.remedy.endswith("whisky run --feed hanok")
    assert combine(one.code for one in report.problems) is ExitCode.PARTLY
    assert holders(workspace.db) == ()
    runs = instance.get_runs()
    assert {run.tags["whisky/cycle"] for run in runs} == {"c1"}
    assert sorted(run.job_name for run in runs) == ["build", *["ingest"] * 4, "publish"]


def test_nothing_new_is_read_again_and_named_feeds_are_read_alone(
    instance: dg.DagsterInstance, built_home: Path
) -> None:
    workspace = workspace_at(str(built_home))
    again = run_cycle(instance, built_home, workspace, CycleOptions(cycle="c2", publish=False), Quiet())
    assert again.feeds == {}
    assert again.publish is None
    assert again.build is None  # nothing that a build reads has changed
    named = run_cycle(instance, built_home, workspace, CycleOptions(cycle="c3", feeds=("elbe",)), Quiet())
    assert set(named.feeds) == {"elbe"}
    assert named.problems == ()


def test_a_failed_build_publishes_nothing_and_keeps_what_was_current(
    instance: dg.DagsterInstance, built_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise ZeroDivisionError

    workspace = workspace_at(str(built_home))
    before = workspace.current_snapshot()
    monkeypatch.setattr("whisky_assets.pipeline.matching.matches", breaks)
    report = run_cycle(instance, built_home, workspace, CycleOptions(cycle="c4", rebuild=True), Quiet())
    assert report.publish is None
    (problem,) = report.problems
    assert (problem.subject, problem.code) == ("build", ExitCode.FAILED)
    assert "core_matches" in problem.message
    assert workspace.current_snapshot() == before
    assert holders(workspace.db) == ()


def test_ctrl_c_ends_the_whole_cycle_and_frees_its_locks(
    instance: dg.DagsterInstance, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("whisky_assets.pipeline.staging.stage", interrupted)
    workspace = workspace_at(str(home))
    with pytest.raises(KeyboardInterrupt):
        run_cycle(instance, home, workspace, CycleOptions(cycle="c5"), Quiet())
    assert len(instance.get_runs()) == 1
    assert holders(workspace.db) == ()


def test_weeks_between_are_played_as_ingests_and_weeks_only_go_forward(
    instance: dg.DagsterInstance, built_home: Path
) -> None:
    workspace = workspace_at(str(built_home))
    moved = move_to_week(instance, workspace, 3, Quiet())
    assert (moved.week, moved.played) == (3, (2,))
    assert workspace.week == 3
    assert {run.job_name for run in instance.get_runs()} == {"ingest"}
    assert holders(workspace.db) == ()
    for wrong in (2, 0, 53):
        with pytest.raises(UsageError):
            move_to_week(instance, workspace, wrong, Quiet())


def test_the_cycle_job_runs_the_command_line_as_its_child(
    instance: dg.DagsterInstance, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from whisky_assets.orchestration.assembly import definitions_for
    from whisky_assets.orchestration.child import ChildAnswer
    from whisky_assets_tests.orchestration.small import QUIET

    asked: list[tuple[object, ...]] = []
    exits = iter([3, 1])

    def run_whisky(*words: object, **_: object) -> ChildAnswer:
        asked.append(words)
        problem = {"subject": "feed hanok", "message": "is gone", "remedy": "look"}
        return ChildAnswer(exit=next(exits), envelope={"problems": [problem], "result": {}})

    monkeypatch.setattr("whisky_assets.orchestration.jobs.run_whisky", run_whisky)
    job = definitions_for(workspace.home.root).resolve_job_def("cycle")
    config = {**QUIET, "ops": {"run_cycle": {"config": {"feeds": ["elbe"]}}}}
    result = job.execute_in_process(instance=instance, run_config=config, raise_on_error=False)
    assert result.success
    assert asked == [(str(workspace.home.root), result.run_id, ["elbe"])]
    failed = job.execute_in_process(instance=instance, run_config=dict(QUIET), raise_on_error=False)
    assert not failed.success
    (event,) = [event for event in failed.all_events if event.is_step_failure]
    assert event.step_failure_data.user_failure_data is not None
    assert "answer" in event.step_failure_data.user_failure_data.metadata
