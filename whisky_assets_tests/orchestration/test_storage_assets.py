"""Copies as Dagster runs and shows them: checks, numbers that plot, and a sensor that waits for a drive."""

import json
from pathlib import Path

import dagster as dg
import pytest

from whisky_assets.orchestration.assembly import definitions_for
from whisky_assets.orchestration.automation import daily_upkeep, drive, monthly_drill
from whisky_assets.pipeline.drilling import last_drills
from whisky_assets.pipeline.workspace import Workspace, workspace_at
from whisky_assets.storage.directories import DirectoryVolume
from whisky_assets.storage.upkeep.placements import held_segments
from whisky_assets_tests.orchestration.small import run_assets
from whisky_assets_tests.pipeline.homes import Product, build


@pytest.fixture
def workspace(home: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A home with one snapshot, where every folder counts as a disk of its own."""
    monkeypatch.setattr(DirectoryVolume, "device", lambda volume: hash(volume.root))
    opened = workspace_at(str(home))
    build(opened, "b1", [Product(source_id="1", word="glen_ten")])
    return opened


@pytest.fixture
def folder(workspace: Workspace, tmp_path: Path) -> Path:
    """An external drive of the home, attached."""
    made = tmp_path / "drive"
    made.mkdir()
    workspace.volumes.add("external", "drive", str(made), workspace.now())
    return made


def materialized(instance: dg.DagsterInstance, home: Path) -> tuple[dict[str, object], dict[str, bool]]:
    """Runs storage/copies, and returns what the UI shows of it: metadata, and which checks passed."""
    result = run_assets(instance, home, ["storage/copies"])
    assert result.success
    (event,) = result.asset_materializations_for_node("storage__copies")
    checks = {one.check_name: one.passed for one in result.get_asset_check_evaluations()}
    return {name: value.value for name, value in event.metadata.items()}, checks


@pytest.mark.usefixtures("folder")
@pytest.mark.usefixtures("workspace")
def test_the_asset_makes_the_copies_and_shows_them_as_numbers(instance: dg.DagsterInstance, home: Path) -> None:
    shown, checks = materialized(instance, home)
    count = shown["segments_held"]
    assert isinstance(count, int)
    assert checks == {"schema": True, "promises": True, "verified": True, "seen": True}
    assert (shown["copied"], shown["copies_everywhere"], shown["copies_left"]) == (count, 2 * count, 0)
    assert shown["segments_with_one_copy"] == 0
    assert shown["used_bytes_external"] == shown["used_bytes_local"]
    again, _ = materialized(instance, home)
    assert again["copies_left"] == 0
    assert {name: type(value) for name, value in shown.items()} == {name: type(value) for name, value in again.items()}


def test_an_absent_drive_fails_no_run_and_fails_the_checks_once_it_is_late(
    instance: dg.DagsterInstance, home: Path, workspace: Workspace, folder: Path, tmp_path: Path
) -> None:
    folder.rename(tmp_path / "pulled")
    shown, checks = materialized(instance, home)
    assert checks["promises"]
    assert "wait for external" in str(shown["what"])
    workspace.set_week(20)
    _, checks = materialized(instance, home)
    assert checks == {"schema": True, "promises": False, "verified": False, "seen": False}


def look(instance: dg.DagsterInstance, home: Path, cursor: str | None = None) -> dg.SensorResult:
    definitions = definitions_for(home)
    with dg.build_sensor_context(
        instance=instance,
        cursor=cursor,
        repository_def=definitions.get_repository_def(),
        resources={"home": (definitions.resources or {})["home"]},
    ) as context:
        result = drive(context)
    assert isinstance(result, dg.SensorResult)
    return result


def skipped(result: dg.SensorResult) -> str:
    assert result.run_requests == []
    reason = result.skip_reason
    return reason.skip_message or "" if isinstance(reason, dg.SkipReason) else str(reason)


def test_a_drive_that_is_attached_asks_for_its_copies_once_each_time(
    instance: dg.DagsterInstance, home: Path, workspace: Workspace, folder: Path, tmp_path: Path
) -> None:
    first = look(instance, home)
    (request,) = first.run_requests or []
    again = look(instance, home, first.cursor)
    assert skipped(again) == "external is attached"
    folder.rename(tmp_path / "pulled")
    workspace.set_week(3)
    gone = look(instance, home, again.cursor)
    assert skipped(gone) == "external was last seen 2026-01-05 09:00 UTC, 14 days ago"
    still = look(instance, home, gone.cursor)
    (tmp_path / "pulled").rename(folder)
    (other,) = look(instance, home, still.cursor).run_requests or []
    assert request.run_key != other.run_key
    (uuid,) = json.loads(still.cursor or "")
    assert str(request.run_key).startswith(uuid)


def test_another_drive_in_its_place_is_not_the_drive(instance: dg.DagsterInstance, home: Path, folder: Path) -> None:
    (folder / "volume.json").write_text('{"uuid": "someone-else", "kind": "drive"}')
    assert "external was " in skipped(look(instance, home))


def test_a_home_without_drives_says_so(instance: dg.DagsterInstance, home: Path) -> None:
    assert skipped(look(instance, home)) == "no volume of this home is an external drive"


def test_the_job_that_the_sensor_asks_for_makes_the_copies(
    instance: dg.DagsterInstance, home: Path, workspace: Workspace, folder: Path
) -> None:
    job = definitions_for(home).resolve_job_def("copy")
    assert job.execute_in_process(instance=instance, raise_on_error=False).success
    assert all("external" in held.copies for held in held_segments(workspace.db) if held.dataset == "core/offers")
    assert list(folder.rglob("*.parquet"))
    assert daily_upkeep.job_name == "upkeep"


@pytest.mark.usefixtures("folder")
def test_the_job_drill_restores_a_sample_and_shows_its_numbers(
    instance: dg.DagsterInstance, home: Path, workspace: Workspace
) -> None:
    materialized(instance, home)
    result = definitions_for(home).resolve_job_def("drill").execute_in_process(instance=instance)
    assert result.success
    assert set(last_drills(workspace)) == {"external"}
    assert last_drills(workspace)["external"]["failed"] == []
    (output,) = (event.step_output_data for event in result.all_events if event.is_successful_output)
    assert output.metadata["volume"].value == "external"
    assert monthly_drill.job_name == "drill"
