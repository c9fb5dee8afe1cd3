"""Volumes as they are: every copy compared with its name, the damaged and the absent named with what to do."""

from pathlib import Path

import pytest

from whisky_assets.domain.errors import ExitCode, UsageError
from whisky_assets.domain.outcome import Quiet
from whisky_assets.pipeline import upkeep
from whisky_assets.pipeline.volumes import NewVolume, add_volume
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage.copies import copy_segment
from whisky_assets.storage.places import segment_name
from whisky_assets.storage.upkeep.copying import Budget
from whisky_assets.storage.upkeep.placements import held_segments
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


def test_a_whole_home_has_nothing_to_tell(filled: Workspace) -> None:
    found = upkeep.verify(filled, Quiet())
    (local,) = found.volumes
    assert (local.state, local.damaged, local.unregistered) == ("here", 0, 0)
    assert local.verified == len(held_segments(filled.db))
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
    assert path.stem in problem.message
    assert "the copy on drive: whisky storage repair" in problem.remedy
    assert {one.volume: one.damaged for one in found.volumes} == {"drive": 0, "local": 1}


def test_a_missing_file_without_another_copy_asks_for_the_backup(filled: Workspace) -> None:
    path_of(filled, "core/whiskies").unlink()
    (problem,) = upkeep.verify(filled, Quiet()).problems
    assert problem.code == ExitCode.CORRUPT
    assert "missing" in problem.message
    assert "a backup of your own" in problem.remedy


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


def test_a_budget_reads_as_far_as_it_goes_and_says_what_is_left(filled: Workspace) -> None:
    first = upkeep.verify(filled, Quiet(), Budget(max_bytes=1))
    (local,) = first.volumes
    assert (local.verified, first.problems) == (1, ())
    assert first.lines() == [f"local: 1 segments are what their names say, 0 damaged; {local.left} not read yet"]
    assert upkeep.verify(filled, Quiet()).volumes[0].verified == local.left + 1


def test_a_bucket_without_a_client_is_neither_here_nor_damaged(filled: Workspace) -> None:
    with filled.db.transaction() as connection:
        connection.execute(
            "INSERT INTO volumes (name, uuid, kind, location, created_at) VALUES ('cloud', 'u', 'gcs', 'gs://b/p', 0)"
        )
        connection.execute(
            "INSERT INTO copies (segment, volume, created_at) SELECT id, 'cloud', 0 FROM segments LIMIT 1"
        )
    found = upkeep.verify(filled, Quiet())
    assert {problem.subject: problem.code for problem in found.problems} == {"volume cloud": ExitCode.OUT_OF_REACH}
    assert {one.volume: one.damaged for one in found.volumes} == {"cloud": 0, "local": 0}


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


def test_a_folder_becomes_a_volume_once_and_says_how_to_look(workspace: Workspace, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    lines = add_volume(workspace, NewVolume(name="external", place=str(drive))).lines()
    assert lines[0] == f"volume external: {drive} (directory, fast)"
    assert (drive / "volume.json").exists()
    assert ("external", "directory", str(drive)) in [
        (row.name, row.kind, row.location) for row in workspace.volumes.rows()
    ]


@pytest.mark.parametrize(("name", "place"), [("", ""), ("external", ""), ("", "/tmp")])  # noqa: S108 - never written to
def test_a_volume_without_name_or_place_is_refused_with_an_example(workspace: Workspace, name: str, place: str) -> None:
    with pytest.raises(UsageError, match=f"whisky storage add-volume --home {workspace.home.root} external"):
        add_volume(workspace, NewVolume(name=name, place=place))
