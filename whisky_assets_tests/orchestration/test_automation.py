"""The schedule drives the cycle; the inbox waits until a file holds still; the janitor asks for no run."""

import json
import os
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from whisky_assets.identity.decisions import load_decisions
from whisky_assets.orchestration.assembly import definitions_for
from whisky_assets.orchestration.automation import inbox, janitor, weekly
from whisky_assets.pipeline.review_page import SCHEMA
from whisky_assets.pipeline.workspace import workspace_at
from whisky_assets_tests.orchestration.small import make_home


def look(
    instance: dg.DagsterInstance, home: Path, cursor: str | None, loaded: dg.Definitions | None = None
) -> dg.SensorResult:
    """One evaluation of the inbox sensor, in a process that has loaded these definitions (else the home's own)."""
    definitions = definitions_for(home)
    with dg.build_sensor_context(
        instance=instance,
        cursor=cursor,
        repository_def=(loaded or definitions).get_repository_def(),
        resources={"home": (definitions.resources or {})["home"]},
    ) as context:
        result = inbox(context)
    assert isinstance(result, dg.SensorResult)
    return result


def asked(result: dg.SensorResult) -> list[str | None]:
    return [request.partition_key for request in result.run_requests or []]


@pytest.fixture
def folder(home: Path) -> Path:
    """The inbox's folder of one feed."""
    made = home / "inbox" / "elbe"
    made.mkdir(parents=True)
    return made


def test_a_file_is_taken_only_after_it_held_still_for_two_looks(
    instance: dg.DagsterInstance, home: Path, folder: Path
) -> None:
    (folder / "list.csv").write_text("half of")
    first = look(instance, home, None)
    assert asked(first) == []
    (folder / "list.csv").write_text("half of a list")
    second = look(instance, home, first.cursor)
    assert asked(second) == []
    third = look(instance, home, second.cursor)
    assert asked(third) == ["elbe"]
    assert json.loads(third.cursor or "") == json.loads(second.cursor or "")


def test_a_touched_file_with_the_same_bytes_held_still(instance: dg.DagsterInstance, home: Path, folder: Path) -> None:
    file = folder / "list.csv"
    file.write_text("a list")
    first = look(instance, home, None)
    os.utime(file, (1, 1))
    assert asked(look(instance, home, first.cursor)) == ["elbe"]


def test_two_files_of_a_feed_are_one_run_and_new_bytes_are_another(
    instance: dg.DagsterInstance, home: Path, folder: Path
) -> None:
    (folder / "one.csv").write_text("one")
    (folder / "two.csv").write_text("two")
    first = look(instance, home, None)
    (request,) = look(instance, home, first.cursor).run_requests or []
    (folder / "two.csv").write_text("two, mended")
    again = look(instance, home, first.cursor)
    (other,) = look(instance, home, again.cursor).run_requests or []
    assert request.partition_key == other.partition_key == "elbe"
    assert request.run_key != other.run_key


def test_answers_of_a_phone_are_taken_once_they_held_still_and_start_no_run(
    instance: dg.DagsterInstance, built_home: Path
) -> None:
    name = "whisky-review-answers-2026-01-05-093000.json"
    left, right = sorted(
        f"{row.id_space}:{row.source_id}" for row in workspace_at(str(built_home)).current_rows("core/matches")
    )[:2]
    told = {
        "schema": SCHEMA,
        "home": json.loads((built_home / "home.json").read_text())["id"],
        "answers": [{"answer": "different", "left": left, "right": right}],
    }
    (built_home / "inbox" / name).write_text(json.dumps(told))
    first = look(instance, built_home, None)
    assert (built_home / "inbox" / name).exists()
    assert asked(look(instance, built_home, first.cursor)) == []
    assert (built_home / "inbox" / "taken" / "review" / name).exists()
    assert len(load_decisions(built_home / "curation").all) == 1


def test_a_file_that_no_feed_claims_starts_nothing(instance: dg.DagsterInstance, home: Path) -> None:
    (home / "inbox").mkdir(exist_ok=True)
    (home / "inbox" / "holiday.jpg").write_bytes(b"x")
    first = look(instance, home, None)
    assert asked(look(instance, home, first.cursor)) == []


def test_a_feed_that_the_loaded_definitions_do_not_know_asks_for_a_reload(
    instance: dg.DagsterInstance, home: Path, tmp_path: Path, project_root: Path
) -> None:
    loaded = definitions_for(make_home(tmp_path / "other"))
    (home / "sources").mkdir(exist_ok=True)
    shipped = project_root / "whisky_assets" / "sources" / "feeds" / "elbe.toml"
    text = shipped.read_text("utf-8").replace('name = "elbe"', 'name = "mine"')
    (home / "sources" / "mine.toml").write_text(text, "utf-8")
    (home / "inbox" / "mine").mkdir(parents=True)
    (home / "inbox" / "mine" / "list.csv").write_text("a list")
    first = look(instance, home, None, loaded)
    result = look(instance, home, first.cursor, loaded)
    assert asked(result) == []
    assert result.skip_reason is not None
    assert "reload" in str(result.skip_reason.skip_message)
    assert "mine" in str(result.skip_reason.skip_message)


def test_the_weekly_schedule_launches_the_cycle_on_monday_morning(instance: dg.DagsterInstance) -> None:
    due = datetime(2026, 1, 5, 5, tzinfo=ZoneInfo("Asia/Seoul"))
    assert weekly.job_name == "cycle"
    assert (weekly.cron_schedule, weekly.execution_timezone) == ("0 5 * * 1", "Asia/Seoul")
    with dg.build_schedule_context(instance=instance, scheduled_execution_time=due) as context:
        data = weekly.evaluate_tick(context)
    (request,) = data.run_requests or []
    assert request.run_config == {}


def test_the_janitor_asks_for_no_run_and_says_what_it_did(instance: dg.DagsterInstance, home: Path) -> None:
    resources = definitions_for(home).resources or {}
    with dg.build_sensor_context(instance=instance, resources={"home": resources["home"]}) as context:
        result = janitor(context)
    assert isinstance(result, dg.SkipReason)
    assert result.skip_message == "nothing was left open"
