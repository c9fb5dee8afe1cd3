"""Volumes as they are: every copy compared with its name, the damaged and the absent named with what to do."""

from pathlib import Path

import pytest

from whisky_assets.domain.errors import ExitCode, UsageError
from whisky_assets.domain.outcome import Quiet
from whisky_assets.pipeline import upkeep
from whisky_assets.pipeline.reports import reports_of
from whisky_assets.pipeline.workspace import Step, Workspace
from whisky_assets.storage.copies import copy_segment
from whisky_assets.storage.places import segment_name
from whisky_assets_tests.pipeline.homes import Product, build, open_workspace, read_feed

GLEN = Product(source_id="1", word="glen_ten")


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    """A home with one snapshot."""
    build(workspace, "b1", [GLEN])
    return workspace


def attach(workspace: Workspace, folder: Path) -> None:
    """Adds a drive and copies every offers segment there."""
    folder.mkdir()
    workspace.volumes.add("drive", "directory", str(folder), workspace.now())
    for segment in workspace.store.segments("core/offers"):
        copy_segment(workspace.store, segment.id, "drive", workspace.now())


def path_of(workspace: Workspace, dataset: str) -> Path:
    (segment,) = workspace.store.segments(dataset)
    return workspace.home.local_volume / segment_name(dataset, segment.id)


def test_every_copy_of_every_segment_is_a_row(filled: Workspace, tmp_path: Path) -> None:
    attach(filled, tmp_path / "drive")
    step = Step(workspace=filled, build="u1", run="u1", owner="u1", progress=Quiet())
    outcome = upkeep.copies(step)
    table = outcome.tables[upkeep.COPIES]
    assert all(check.passed for check in table.checks)
    told = {(row.segment, row.volume) for row in table.rows}  # type: ignore[attr-defined] # rows of SegmentCopy
    with filled.db.reading() as connection:
        known = set(connection.execute("SELECT segment, volume FROM copies").fetchall())
    assert told == known
    assert {volume for _, volume in told} == {"local", "drive"}
    assert outcome.counts["copies"] == len(known)
    assert reports_of(filled, "u1")["copies"]["counts"]["copies"] == len(known)


def test_a_whole_home_has_nothing_to_tell(filled: Workspace) -> None:
    found = upkeep.verify(filled, Quiet())
    (local,) = found.volumes
    assert (local.state, local.damaged, local.unregistered) == ("here", 0, 0)
    assert local.verified == len(upkeep.copies(_step(filled)).tables[upkeep.COPIES].rows)
    assert found.problems == ()
    assert found.lines() == [f"local: {local.verified} segments are what their names say, 0 damaged"]


def test_a_flipped_byte_is_found_and_told_with_its_place_and_its_good_copy(filled: Workspace, tmp_path: Path) -> None:
    attach(filled, tmp_path / "drive")
    path = path_of(filled, "core/offers")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)
    found = upkeep.verify(filled, Quiet())
    (problem,) = found.problems
    assert problem.code == ExitCode.CORRUPT
    assert "core/offers" in problem.message
    assert path.name in problem.remedy
    assert "the copy on volume drive" in problem.remedy
    assert {one.volume: one.damaged for one in found.volumes} == {"drive": 0, "local": 1}


def test_a_missing_file_without_another_copy_asks_for_the_backup(filled: Workspace) -> None:
    path_of(filled, "core/whiskies").unlink()
    (problem,) = upkeep.verify(filled, Quiet()).problems
    assert problem.code == ExitCode.CORRUPT
    assert "missing" in problem.message
    assert "a backup" in problem.remedy


def test_an_absent_drive_is_out_of_reach_and_the_rest_is_checked(filled: Workspace, tmp_path: Path) -> None:
    attach(filled, tmp_path / "drive")
    (tmp_path / "drive").rename(tmp_path / "pulled")
    found = upkeep.verify(filled, Quiet())
    (problem,) = found.problems
    assert problem.code == ExitCode.OUT_OF_REACH
    assert "external drive not attached" in problem.message
    assert {one.volume: one.verified > 0 for one in found.volumes} == {"drive": False, "local": True}
    assert found.lines()[0] == "drive: not checked"


def test_an_absent_drive_is_only_a_line_to_know_for_a_run(filled: Workspace, tmp_path: Path) -> None:
    attach(filled, tmp_path / "drive")
    assert upkeep.absent_volumes(filled) == ()
    (tmp_path / "drive").rename(tmp_path / "pulled")
    (problem,) = upkeep.absent_volumes(filled)
    assert (problem.code, problem.subject) == (ExitCode.DONE, "volume drive")


def test_a_file_that_a_killed_writer_left_is_counted_and_no_damage(filled: Workspace) -> None:
    stray = filled.home.local_volume / "core" / "offers" / "ab" / f"{'ab' * 32}.parquet"
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"left behind")
    found = upkeep.verify(filled, Quiet())
    assert found.problems == ()
    assert found.volumes[0].unregistered == 1


def test_the_volume_table_says_what_each_should_hold(filled: Workspace, tmp_path: Path) -> None:
    attach(filled, tmp_path / "drive")
    rows = {row[0]: row for row in upkeep.volume_table(filled)}
    (offers,) = filled.store.segments("core/offers")
    assert rows["drive"][3:] == ("here", 1, offers.size_bytes)
    assert rows["local"][1] == "directory"
    (tmp_path / "drive").rename(tmp_path / "pulled")
    assert "not attached" in str({row[0]: row for row in upkeep.volume_table(filled)}["drive"][3])


def test_a_bucket_without_a_client_is_neither_here_nor_damaged(filled: Workspace) -> None:
    with filled.db.transaction() as connection:
        connection.execute(
            "INSERT INTO volumes (name, uuid, kind, location, created_at) VALUES ('cloud', 'u', 'gcs', 'gs://b/p', 0)"
        )
    rows = {row[0]: row for row in upkeep.volume_table(filled)}
    assert rows["cloud"][3] == "unknown: no Google client at hand"
    codes = {problem.subject: problem.code for problem in upkeep.verify(filled, Quiet()).problems}
    assert codes == {"volume cloud": ExitCode.OUT_OF_REACH}


def test_the_whole_digest_comes_first_and_is_equal_for_equal_tables(tmp_path: Path) -> None:
    told = []
    for name in ("one", "other"):
        home = open_workspace(tmp_path / name)
        build(home, f"build-{name}", [GLEN])
        told.append(upkeep.digests(home))
        read_feed(home, "elbe", [GLEN, Product(source_id="2", word="mor")])
        assert upkeep.digests(home)["whole"] != told[-1]["whole"]
        home.close()
    assert next(iter(told[0])) == "whole"
    assert told[0] == told[1]
    assert "core/offers" in told[0]
    assert "staged/listings[elbe]" in told[0]


def _step(workspace: Workspace) -> Step:
    return Step(workspace=workspace, build="u2", run="u2", owner="u2", progress=Quiet())


def test_a_folder_becomes_a_volume_once_and_says_how_to_look(workspace: Workspace, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    lines = upkeep.add_volume(workspace, "external", str(drive))
    assert lines[0] == f"volume external: {drive} (directory)"
    assert (drive / "volume.json").exists()
    assert ("external", "directory", str(drive)) in [row[:3] for row in upkeep.volume_table(workspace)]


@pytest.mark.parametrize(("name", "place"), [("", ""), ("external", ""), ("", "/tmp")])  # noqa: S108 - never written to
def test_a_volume_without_name_or_place_is_refused_with_an_example(workspace: Workspace, name: str, place: str) -> None:
    with pytest.raises(UsageError, match=f"whisky storage add-volume --home {workspace.home.root} external"):
        upkeep.add_volume(workspace, name, place)
