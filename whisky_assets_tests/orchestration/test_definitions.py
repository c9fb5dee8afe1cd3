"""The definitions load from nothing, cheaply, and show every table of the graph with all that is known of it."""

import ast
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import dagster as dg
import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.record import record_for, spec_of
from whisky_assets.orchestration.assembly import definitions_for
from whisky_assets.orchestration.executors import chosen_executor
from whisky_assets.orchestration.served import served_home
from whisky_assets.orchestration.table_assets import asset_key, dataset_of
from whisky_assets.orchestration.table_schemas import table_schema
from whisky_assets.pipeline.graph import TABLES
from whisky_assets.pipeline.homes import sample_root
from whisky_assets_tests.orchestration.small import FEEDS, make_home

FORBIDDEN = ("google", "firebase_admin", "matplotlib", "dagster_dask", "dagster_gcp")
GROUPS = {"raw", "staged", "core", "archives", "firestore", "storage"}


def python(code: str, *, folder: Path, variables: Mapping[str, str] | None = None) -> str:
    """What a fresh interpreter prints."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WHISKY_", "DAGSTER_"))}
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,
        env={**kept, **(variables or {})},
        check=True,
        capture_output=True,
        text=True,
    )
    return answer.stdout


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    """The definitions of a sample home that was never made."""
    return definitions_for(tmp_path_factory.mktemp("none") / "home")


def specs(definitions: dg.Definitions) -> dict[str, dg.AssetSpec]:
    return {dataset_of(spec.key): spec for spec in definitions.resolve_all_asset_specs()}


def test_definitions_load_without_a_home_and_without_heavy_parts(tmp_path: Path, project_root: Path) -> None:
    clone = tmp_path / "clone"
    shutil.copytree(
        project_root / "whisky_assets", clone / "whisky_assets", ignore=shutil.ignore_patterns("__pycache__")
    )
    code = f"""
import json, sys
sys.path.insert(0, {str(clone)!r})
import whisky_assets.definitions as loaded
assert loaded.__file__.startswith({str(clone)!r}), loaded.__file__
repository = loaded.defs.get_repository_def()
heavy = [name for name in {FORBIDDEN!r} if name in sys.modules]
print(json.dumps([heavy, sorted(key.path for key in repository.asset_graph.get_all_asset_keys())]))
"""
    heavy, keys = json.loads(python(code, folder=tmp_path))
    assert heavy == []
    assert sorted("/".join(path) for path in keys) == sorted(facts.dataset for facts in TABLES)
    assert sorted(path.name for path in clone.iterdir()) == ["whisky_assets"]


def test_the_command_line_starts_quickly_and_loads_nothing_heavy(tmp_path: Path) -> None:
    code = "import json, sys; import whisky_assets.cli; print(json.dumps(sorted(sys.modules)))"
    modules = {name.partition(".")[0] for name in json.loads(python(code, folder=tmp_path))}
    assert modules.isdisjoint({"dagster", "pandas", "google", "pyarrow", "requests"})

    def seconds(code: str) -> float:
        begun = time.perf_counter()
        python(code, folder=tmp_path)
        return time.perf_counter() - begun

    # The best of some: what else runs on the machine is not the command's doing.
    bare = min(seconds("pass") for _ in range(5))
    assert min(seconds("import whisky_assets.cli") for _ in range(5)) - bare < 0.3


def test_every_table_of_the_graph_is_an_asset_with_all_that_is_known_of_it(definitions: dg.Definitions) -> None:
    found = specs(definitions)
    assert set(found) == {facts.dataset for facts in TABLES}
    assert {spec.group_name for spec in found.values()} == GROUPS
    for facts in TABLES:
        spec = found[facts.dataset]
        record = spec_of(record_for(facts.dataset))
        assert spec.group_name == facts.dataset.partition("/")[0]
        assert list(spec.owners) == ["team:whisky-data"]
        assert spec.kinds == set(facts.kinds)
        assert spec.description is not None
        assert f"**Grain:** {record.grain}. **Key:** {', '.join(record.key)}." in spec.description
        assert ("Personal" in spec.description) == record.personal
        assert spec.metadata["dagster/table_name"] == facts.dataset
        assert spec.metadata["dagster/column_schema"] == table_schema(facts.dataset)
        assert {dataset_of(dep.asset_key) for dep in spec.deps} == set(facts.inputs)


def test_columns_show_the_key_first_and_what_only_makers_read_last() -> None:
    columns = [column.name for column in table_schema("core/whiskies").columns]
    assert columns[0] == "whisky_pk"
    assert columns[-2:] == ["input_digest", "maker_version"]
    key = next(column for column in table_schema("core/whiskies").columns if column.name == "whisky_pk")
    assert key.description == "The key that never breaks."
    assert not key.constraints.nullable


def test_every_check_of_the_graph_is_a_check_of_the_definitions(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    found = {(dataset_of(key.asset_key), key.name): graph.get(key).blocking for key in graph.asset_check_keys}
    assert found == {(facts.dataset, check.name): check.blocking for facts in TABLES for check in facts.checks}
    for facts in TABLES:
        if facts.inputs:
            assert (facts.dataset, "schema") in found


def test_every_table_has_one_blocking_schema_check() -> None:
    schema = {facts.dataset: [check.blocking for check in facts.checks if check.name == "schema"] for facts in TABLES}
    assert schema == {facts.dataset: [True] for facts in TABLES}


def test_only_what_the_weekly_cadence_makes_grows_stale(definitions: dg.Definitions) -> None:
    stale = {dataset: spec.freshness_policy for dataset, spec in specs(definitions).items() if spec.freshness_policy}
    assert set(stale) == {"staged/listings", "core/snapshot"}
    for policy in stale.values():
        assert isinstance(policy, dg.FreshnessPolicy)
        assert "fail_window" in repr(policy)


def test_partitions_are_all_feeds_of_the_world_broken_ones_too(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    (home / "sources").mkdir(exist_ok=True)
    (home / "sources" / "mine.toml").write_text("nonsense")
    ingest = definitions_for(home).resolve_job_def("ingest")
    assert ingest.partitions_def is not None
    assert list(ingest.partitions_def.get_partition_keys()) == sorted([*FEEDS, "mine"])
    assert definitions_for(home).resolve_job_def("build").partitions_def is None


def test_jobs_hold_their_layers_and_nothing_starts_by_itself(definitions: dg.Definitions) -> None:
    repository = definitions.get_repository_def()
    layers = {
        name: {dataset_of(key).partition("/")[0] for key in repository.get_job(name).asset_layer.executable_asset_keys}
        for name in ("ingest", "build", "publish", "copy", "upkeep")
    }
    assert layers == {
        "ingest": {"raw", "staged"},
        "build": {"core", "archives"},
        "publish": {"firestore"},
        "copy": {"storage"},
        "upkeep": {"storage"},
    }
    assert {one.name: one.job_name for one in repository.schedule_defs} == {
        "weekly": "cycle",
        "daily_upkeep": "upkeep",
        "monthly_drill": "drill",
    }
    assert {one.name for one in repository.sensor_defs} == {"inbox", "drive", "janitor"}
    assert {one.default_status for one in repository.schedule_defs} == {dg.DefaultScheduleStatus.STOPPED}
    assert {one.default_status for one in repository.sensor_defs} == {dg.DefaultSensorStatus.STOPPED}


def test_a_plain_dagster_dev_serves_the_sample_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert served_home() == sample_root()
    monkeypatch.setenv("WHISKY_HOME", str(tmp_path))
    assert served_home() == tmp_path


def test_the_executor_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen_executor() is dg.in_process_executor
    monkeypatch.setenv("WHISKY_EXECUTOR", "multiprocess")
    assert chosen_executor() is dg.multiprocess_executor
    monkeypatch.setenv("WHISKY_EXECUTOR", "dagster:multi_or_in_process_executor")
    assert chosen_executor() is dg.multi_or_in_process_executor
    for wrong in ("dask", "dagster:no_such", "dagster:asset", "no_such_package:executor"):
        monkeypatch.setenv("WHISKY_EXECUTOR", wrong)
        with pytest.raises(UsageError, match="WHISKY_EXECUTOR"):
            chosen_executor()


def test_no_module_that_dagster_inspects_postpones_its_annotations(project_root: Path) -> None:
    for path in sorted((project_root / "whisky_assets" / "orchestration").rglob("*.py")):
        imported = {
            name.name
            for node in ast.parse(path.read_text("utf-8")).body
            if isinstance(node, ast.ImportFrom) and node.module == "__future__"
            for name in node.names
        }
        assert imported == set(), path.name


def test_every_name_taken_from_dagster_is_public(project_root: Path) -> None:
    # Dagster's `__getattr__` makes a misspelt name pass the type checker.
    for path in sorted((project_root / "whisky_assets" / "orchestration").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "dg":
                assert node.attr in vars(dg), f"{path.name}: dg.{node.attr}"


def test_assets_of_two_homes_do_not_meet(tmp_path: Path) -> None:
    one, other = make_home(tmp_path / "one"), make_home(tmp_path / "other")
    assert definitions_for(one) is definitions_for(one)
    assert definitions_for(one) is not definitions_for(other)
    resources = [(definitions_for(root).resources or {})["home"].root for root in (one, other)]
    assert resources == [str(one), str(other)]
    assert asset_key("raw/pages") in definitions_for(one).resolve_asset_graph().get_all_asset_keys()
