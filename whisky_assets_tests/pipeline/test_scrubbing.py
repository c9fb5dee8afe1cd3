"""A scheduled scrub proves what was proven longest ago and mends what it can; what it cannot mend is told and kept."""

from pathlib import Path

import pytest

from whisky_assets.domain.errors import ExitCode
from whisky_assets.domain.outcome import Quiet
from whisky_assets.domain.records import VolumeProof
from whisky_assets.pipeline.scrubbing import SCRUB, repair, rot_lines, scrub_some, scrub_step
from whisky_assets.pipeline.workspace import Step, Workspace
from whisky_assets.storage.copies import copy_segment
from whisky_assets.storage.places import segment_name
from whisky_assets.storage.upkeep.copying import Budget
from whisky_assets_tests.pipeline.homes import Product, build

GLEN = Product(source_id="1", word="glen_ten")


@pytest.fixture
def home(workspace: Workspace, tmp_path: Path) -> Workspace:
    """A home with one snapshot and a copy of every segment on a drive."""
    build(workspace, "b1", [GLEN])
    (tmp_path / "drive").mkdir()
    workspace.volumes.add("drive", "drive", str(tmp_path / "drive"), workspace.now())
    with workspace.db.reading() as connection:
        segments = [row[0] for row in connection.execute("SELECT id FROM segments")]
    for segment in segments:
        copy_segment(workspace.store, segment, "drive", workspace.now())
    return workspace


def spoil(workspace: Workspace, dataset: str = "core/offers") -> str:
    """Damages the local copy of a table and returns its segment."""
    (segment,) = workspace.store.segments(dataset)
    path = workspace.home.local_volume / segment_name(dataset, segment.id)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    return segment.id


def step_of(workspace: Workspace) -> Step:
    return Step(workspace=workspace, build="u1", run="u1", owner="u1", progress=Quiet())


def rows_of(workspace: Workspace) -> dict[str, VolumeProof]:
    rows = scrub_step(step_of(workspace)).tables[SCRUB].rows
    return {row.volume: row for row in rows if isinstance(row, VolumeProof)}


def test_each_volume_is_a_row_that_says_how_much_of_it_is_proven(home: Workspace) -> None:
    rows = rows_of(home)
    assert set(rows) == {"local", "drive"}
    assert rows["local"].proven_now == rows["local"].copies > 0
    assert (rows["drive"].never_proven, rows["drive"].damaged) == (0, 0)
    assert rows["drive"].oldest_proof_at == home.now()


def test_rot_is_made_good_in_the_same_scrub_and_the_check_holds(home: Workspace) -> None:
    segment = spoil(home)
    outcome = scrub_step(step_of(home))
    assert all(check.passed for check in outcome.tables[SCRUB].checks)
    assert (outcome.counts["damaged"], outcome.counts["repaired"]) == (1, 1)
    assert f"local: segment {segment[:12]} made good from drive" in str(outcome.metadata["what"])
    assert rows_of(home)["local"].damaged == 0


def test_rot_without_a_whole_copy_fails_the_check_and_is_told_until_it_is_mended(
    home: Workspace, tmp_path: Path
) -> None:
    segment = spoil(home)
    (tmp_path / "drive").rename(tmp_path / "elsewhere")
    outcome = scrub_step(step_of(home))
    (failed,) = [check for check in outcome.tables[SCRUB].checks if not check.passed]
    assert failed.cases == (f"local: {segment[:12]} of core/offers",)
    assert [problem.code for problem in outcome.problems] == [ExitCode.CORRUPT]
    assert rot_lines(home) == ["1 copies on local are missing or not what their names say, and count for nothing"]
    assert rows_of(home)["drive"].is_here is False
    (tmp_path / "elsewhere").rename(tmp_path / "drive")
    assert [one.source for one in repair(home, Quiet()).repaired] == ["drive"]
    assert rot_lines(home) == []


def test_a_budget_ends_a_scrub_and_the_next_one_goes_on(home: Workspace) -> None:
    first = scrub_some(home, Quiet(), Budget(max_bytes=1))
    assert first.scrubbed.copies == 1
    assert "are left for the next time" in first.lines()[-1]
    second = scrub_some(home, Quiet())
    assert second.scrubbed.left == ()
