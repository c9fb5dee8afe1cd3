"""`storage/retention` as the UI shows it: what stays, checks on quotas and promises, and numbers that plot."""

from pathlib import Path

import dagster as dg

from whisky_assets.domain.outcome import Quiet
from whisky_assets.orchestration.table_assets import asset_key
from whisky_assets.pipeline.retaining import retain
from whisky_assets.pipeline.workspace import Workspace, workspace_at
from whisky_assets.storage.snapshots import kept_before
from whisky_assets_tests.orchestration.small import run_assets
from whisky_assets_tests.storage.worlds import NOW

RETENTION = "storage/retention"
KEEP_ONE = '[[retention]]\ndata = ["core/*", "archives/entries", "archives/users", "staged/*"]\nkeep_last = 1\n'


def shown(result: dg.ExecuteInProcessResult) -> dict[str, object]:
    """The numbers and texts of the table's materialization."""
    (made,) = result.asset_materializations_for_node("storage__retention")
    return {name: value.value for name, value in made.metadata.items()}


def verdicts(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    return {check.check_name: check.passed for check in result.get_asset_check_evaluations()}


def test_a_run_lists_what_stays_with_numbers_and_checks(built_home: Path, instance: dg.DagsterInstance) -> None:
    result = run_assets(instance, built_home, [RETENTION])
    assert result.success
    told = shown(result)
    assert verdicts(result) == {"schema": True, "quota": True, "contradictions": True}
    used = told["quota_used_bytes_whisky"]
    assert isinstance(used, int)
    assert 0 < used == told["bytes_held"]
    assert isinstance(told["quota_share_whisky"], float)
    assert told["dropped"] == 0
    assert "snapshot s000001" in str(told["what"])


def test_a_run_lets_go_what_a_person_confirmed_before_and_nothing_else(
    built_home: Path, instance: dg.DagsterInstance
) -> None:
    workspace = workspace_at(str(built_home))
    (built_home / "storage.toml").write_text(KEEP_ONE, encoding="utf-8")
    commit_again(workspace)
    first = shown(run_assets(instance, built_home, [RETENTION]))
    assert (first["dropped"], first["to_drop"]) == (0, 1)
    assert "nothing is let go yet" in str(first["what"])
    assert kept_before(workspace.db, 2) is not None
    retain(workspace, Quiet(), approve=lambda _shown: True)
    commit_again(workspace)
    second = shown(run_assets(instance, built_home, [RETENTION]))
    assert (second["dropped"], second["to_drop"]) == (1, 0)
    assert kept_before(workspace.db, 3) is None


def test_a_quota_that_cannot_be_kept_fails_its_checks_and_not_the_run(
    built_home: Path, instance: dg.DagsterInstance
) -> None:
    (built_home / "storage.toml").write_text('[[quota]]\nname = "whisky"\ndata = ["*"]\nmax = "1 KB"\n')
    result = run_assets(instance, built_home, [RETENTION])
    assert result.success
    assert verdicts(result) == {"schema": True, "quota": False, "contradictions": False}
    assert asset_key(RETENTION) in {event.asset_key for event in result.get_asset_materialization_events()}


def commit_again(workspace: Workspace) -> None:
    """Commits a snapshot with the tables of the one before."""
    from whisky_assets.storage.builds import open_build
    from whisky_assets.storage.snapshots import commit_snapshot, current

    now = current(workspace.db)
    assert now is not None
    build = f"again {now.number}"
    opened = open_build(workspace.db, build, NOW, workspace.heads())
    commit_snapshot(
        workspace.db, build=build, parent=opened.parent, tables=now.tables, heads=now.heads, now=workspace.now()
    )
