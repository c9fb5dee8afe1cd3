"""A cycle reads feeds one by one, builds once, publishes after a good build, and says what did not go well."""

import json
import os
import re
from pathlib import Path

import dagster as dg
import pytest

from whisky_assets.domain.errors import BusyError, ExitCode, UsageError, combine
from whisky_assets.domain.outcome import Outcome, Quiet
from whisky_assets.orchestration.cycle import CycleOptions, run_cycle
from whisky_assets.orchestration.weeks import move_to_week
from whisky_assets.pipeline import collecting, offering, staging
from whisky_assets.pipeline.review_page import SCHEMA
from whisky_assets.pipeline.summary import cycle_summary
from whisky_assets.pipeline.tables import Table
from whisky_assets.pipeline.workspace import Step, Workspace, workspace_at
from whisky_assets.storage import locks
from whisky_assets.storage.locks import holders
from whisky_assets.storage.processes import ProcessIdentity
from whisky_assets_tests.orchestration.small import DEAD_WRITERS_FILE, FEEDS


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
    assert problem.remedy.endswith(f"whisky run --home {home} --feed hanok")
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


def test_answers_in_the_inbox_are_decided_before_the_build_that_obeys_them(
    instance: dg.DagsterInstance, built_home: Path
) -> None:
    workspace = workspace_at(str(built_home))
    by_key: dict[str, list[str]] = {}
    for row in workspace.current_rows("core/matches"):
        by_key.setdefault(row.whisky_pk, []).append(f"{row.id_space}:{row.source_id}")
    left, right = next(listings[:2] for listings in by_key.values() if len(listings) > 1)
    told = {
        "schema": SCHEMA,
        "home": workspace.home.id,
        "answers": [{"answer": "different", "left": left, "right": right}],
    }
    for name, text in (("1.json", json.dumps(told)), ("2.json", json.dumps({**told, "home": "another"}))):
        (built_home / "inbox" / f"whisky-review-answers-{name}").write_text(text)
    report = run_cycle(instance, built_home, workspace, CycleOptions(cycle="c9", publish=False), Quiet())
    assert report.build is not None
    assert report.build.success
    keys = {f"{row.id_space}:{row.source_id}": row.whisky_pk for row in workspace.current_rows("core/matches")}
    assert keys[left] != keys[right]
    (problem,) = report.problems
    assert (problem.subject, problem.code) == ("whisky-review-answers-2.json", ExitCode.PARTLY)
    assert "another home" in problem.message


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


def test_a_rebuild_asks_every_row_and_any_other_build_what_changed(
    instance: dg.DagsterInstance, built_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def breaks(step: Step, *_: object, **__: object) -> None:
        asked.append(step.anew)
        raise ZeroDivisionError

    monkeypatch.setattr(offering, "offers", breaks)
    monkeypatch.setattr("whisky_assets.orchestration.cycle.build_stands", lambda _: False)
    for rebuild in (True, False):
        options = CycleOptions(cycle=f"asked-{rebuild}", publish=False, rebuild=rebuild)
        run_cycle(instance, built_home, workspace_at(str(built_home)), options, Quiet())
    assert asked == [True, False]


def test_ctrl_c_ends_the_whole_cycle_and_frees_its_locks(
    instance: dg.DagsterInstance, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("whisky_assets.pipeline.staging.stage", interrupted)
    workspace = workspace_at(str(home))
    with pytest.raises(KeyboardInterrupt):
        run_cycle(instance, home, workspace, CycleOptions(cycle="c5"), Quiet())
    assert len(instance.get_runs()) == 1
    assert holders(workspace.db) == ()


def test_a_second_cycle_of_the_same_name_is_refused_while_the_first_lives(
    instance: dg.DagsterInstance, home: Path
) -> None:
    workspace = workspace_at(str(home))
    other = ProcessIdentity.of(os.getppid())
    locks.acquire(workspace.db, "cycle/c9", "the first", process=other)
    with pytest.raises(BusyError, match=rf"cycle/c9 is held by the first \(pid {os.getppid()}") as told:
        run_cycle(instance, home, workspace, CycleOptions(cycle="c9"), Quiet())
    assert told.value.exit_code is ExitCode.BUSY
    assert instance.get_runs() == []
    assert [holder.owner for holder in holders(workspace.db)] == ["the first"]
    locks.release(workspace.db, "cycle/c9", "the first")
    assert run_cycle(instance, home, workspace, CycleOptions(cycle="c9", feeds=("elbe",)), Quiet()).problems == ()
    assert holders(workspace.db) == ()


def test_a_limit_that_was_given_ends_the_cycle_at_a_budget(instance: dg.DagsterInstance, home: Path) -> None:
    workspace = workspace_at(str(home))
    options = CycleOptions(cycle="c6", feeds=("hanok",), max_requests=2)
    report = run_cycle(instance, home, workspace, options, Quiet())
    assert report.feeds["hanok"].success
    summary = cycle_summary(workspace, "c6", None, ("hanok",))
    (problem,) = summary.problems
    assert problem.code is ExitCode.BUDGET
    assert re.fullmatch(r"stopped at --max-requests 2 with \d+ pages pending", problem.message)
    assert problem.remedy == f"Go on: whisky run --home {home} --feed hanok"
    run_cycle(instance, home, workspace, CycleOptions(cycle="c7", feeds=("hanok",)), Quiet())
    assert cycle_summary(workspace, "c7", None, ("hanok",)).problems == ()


def test_an_accepted_loss_reaches_crawl_reading_and_build(
    instance: dg.DagsterInstance, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, bool] = {}
    collect, stage, offers = collecting.collect, staging.stage, offering.offers

    def collects(step: Step, feed: str, limits: collecting.Limits) -> Outcome:
        told["crawl"] = limits.accept_loss
        return collect(step, feed, limits)

    def stages(step: Step, feed: str, *, accept_loss: bool) -> Outcome:
        told["reading"] = accept_loss
        return stage(step, feed, accept_loss=accept_loss)

    def cleans(step: Step, listings: Table, *, accept_loss: bool) -> Outcome:
        told["build"] = accept_loss
        return offers(step, listings, accept_loss=accept_loss)

    monkeypatch.setattr(collecting, "collect", collects)
    monkeypatch.setattr(staging, "stage", stages)
    monkeypatch.setattr(offering, "offers", cleans)
    workspace = workspace_at(str(home))
    for accept_loss in (False, True):
        options = CycleOptions(
            cycle=f"accept-{accept_loss}", feeds=("elbe",), publish=False, rebuild=True, accept_loss=accept_loss
        )
        assert run_cycle(instance, home, workspace, options, Quiet()).problems == ()
        assert told == {"crawl": accept_loss, "reading": accept_loss, "build": accept_loss}
    with pytest.raises(UsageError, match="which feed's loss") as refused:
        run_cycle(instance, home, workspace, CycleOptions(cycle="c8", accept_loss=True), Quiet())
    assert refused.value.remedy.endswith(f"whisky sources list --home {home}")


def test_a_cycle_leaves_no_temporary_file_of_a_dead_writer_and_an_empty_log(
    instance: dg.DagsterInstance, home: Path
) -> None:
    workspace = workspace_at(str(home))
    left = home / DEAD_WRITERS_FILE
    left.write_bytes(b"half a segment")
    run_cycle(instance, home, workspace, CycleOptions(cycle="c10", feeds=("elbe",), publish=False), Quiet())
    assert not left.exists()
    assert Path(f"{workspace.home.state_path}-wal").stat().st_size == 0


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
