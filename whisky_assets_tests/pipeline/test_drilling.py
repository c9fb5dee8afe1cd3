"""A drill really restores from the drive alone, finds what would not come, and is remembered."""

import random
import shutil
from pathlib import Path

import pytest

from whisky_assets.domain.errors import ExitCode, OutOfReachError
from whisky_assets.domain.outcome import Quiet
from whisky_assets.pipeline import copying
from whisky_assets.pipeline.drilling import DrillRun, drill, drill_line, last_drills
from whisky_assets.pipeline.workspace import Step, Workspace
from whisky_assets.storage.directories import DirectoryVolume
from whisky_assets.storage.places import segment_name
from whisky_assets_tests.pipeline.homes import Product, build
from whisky_assets_tests.pipeline.lent_drives import fingerprint

WHOLE = 1_000
"""More segments of each data set than there are: all of them."""


@pytest.fixture(autouse=True)
def _disks_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DirectoryVolume, "device", lambda volume: hash(volume.root))


@pytest.fixture
def drive(workspace: Workspace, tmp_path: Path) -> Path:
    """An external drive with a copy of every segment of a small home."""
    return attach(workspace, tmp_path / "drive", "external")


def attach(workspace: Workspace, folder: Path, name: str) -> Path:
    folder.mkdir()
    workspace.volumes.add(name, "drive", str(folder), workspace.now())
    if workspace.current_snapshot() is None:
        glen, ardbeg = Product(source_id="1", word="glen_ten"), Product(source_id="2", word="ardbeg_ten")
        build(workspace, "b1", [glen])
        build(workspace, "b2", [glen, ardbeg])
    copying.copy(workspace, "copies", copying.CopyChoices(to=name), Quiet())
    return folder


def drilled(workspace: Workspace, volume: str = "", *, number: int = 1, sample: int = WHOLE) -> DrillRun:
    run = f"drill-{number}"
    step = Step(workspace=workspace, build=run, run=run, owner=run, progress=Quiet())
    ticks = iter([10.0, 12.0])
    chance = random.Random(number)  # noqa: S311 - a sample to try, no secret
    return drill(step, chance=chance, volume=volume, sample=sample, clock=lambda: next(ticks))


def test_all_of_a_good_drive_comes_out_equal_and_nothing_is_written_there(workspace: Workspace, drive: Path) -> None:
    before = fingerprint(drive)
    told = drilled(workspace)
    assert told.problems == ()
    assert (told.drill.volume, told.drill.snapshot) == ("external", "s000002")
    assert {"core/whiskies", "core/registry"} <= set(told.drill.tables)
    assert told.drill.segments == len([*drive.rglob("*.parquet"), *drive.glob("storage/**/*.age")])
    assert told.drill.size_bytes == told.drill.held_bytes
    assert told.drill.whole_seconds == 2.0
    assert fingerprint(drive) == before
    assert not (workspace.home.root / "drilling").exists()


def test_a_sample_says_how_long_all_of_it_would_take(workspace: Workspace, drive: Path) -> None:
    told = drilled(workspace, sample=1).drill
    assert told.size_bytes < told.held_bytes
    assert told.whole_seconds == pytest.approx(2.0 * told.held_bytes / told.size_bytes)
    assert told.lines()[-1].startswith("all of it (")
    assert told.lines()[-1].endswith(" would take less than a minute")
    assert drive.is_dir()


def test_a_damaged_segment_fails_the_drill_by_name_though_the_home_has_a_whole_copy(
    workspace: Workspace, drive: Path
) -> None:
    newest = workspace.current_snapshot()
    assert newest is not None
    (segment,) = newest.table("core/whiskies").segments
    path = drive / segment_name("core/whiskies", segment)
    content = path.read_bytes()
    path.write_bytes(content[:400] + bytes(400) + content[800:])
    told = drilled(workspace)
    assert {problem.code for problem in told.problems} == {ExitCode.CORRUPT}
    assert all(path.stem in problem.message for problem in told.problems)
    assert told.drill.snapshot == "s000001"  # the newest that is still whole there
    assert "did not come" in drill_line(workspace)


def test_a_damaged_state_backup_is_found(workspace: Workspace, drive: Path) -> None:
    (path,) = (drive / "state").iterdir()
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    told = drilled(workspace)
    assert any("state/" in problem.message and "damaged" in problem.message for problem in told.problems)


def test_the_drive_that_was_drilled_longest_ago_comes_first(workspace: Workspace, drive: Path, tmp_path: Path) -> None:
    attach(workspace, tmp_path / "second", "second")
    order = []
    for number in range(4):
        order.append(drilled(workspace, number=number, sample=1).drill.volume)
        workspace.set_week(workspace.week + 1)
    assert order == ["external", "second", "external", "second"]
    drive.rename(tmp_path / "pulled")
    assert drilled(workspace, number=9, sample=1).drill.volume == "second"
    assert set(last_drills(workspace)) == {"external", "second"}


def test_without_a_drive_it_says_so_and_the_status_asks_for_a_first_drill(
    workspace: Workspace, drive: Path, tmp_path: Path
) -> None:
    assert drill_line(workspace).startswith("no restore was ever drilled: whisky storage drill")
    drive.rename(tmp_path / "pulled")
    with pytest.raises(OutOfReachError, match="Attach one"):
        drilled(workspace)
    (tmp_path / "pulled").rename(drive)
    drilled(workspace)
    assert drill_line(workspace).endswith("external: all of the sample came out equal")


def test_a_drive_without_a_whole_snapshot_is_told(workspace: Workspace, drive: Path) -> None:
    shutil.rmtree(drive / "core" / "registry")
    told = drilled(workspace)
    assert [problem.message for problem in told.problems] == ["no snapshot lies whole on it yet"]
