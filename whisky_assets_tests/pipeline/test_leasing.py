"""Two machines with one home and one drive: one writes, the other reads, and two that both wrote lose nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from whisky_assets.cli import main
from whisky_assets.domain.errors import BusyError, ExitCode, NeedsDecisionError, UsageError
from whisky_assets.pipeline.leasing import hold_lease, lease_status, take_lease
from whisky_assets.pipeline.safekeeping import keep_state
from whisky_assets.pipeline.workspace import Workspace, forget_workspaces
from whisky_assets.storage.copies import copy_segment
from whisky_assets.storage.digest import storage_digest
from whisky_assets.storage.home import open_home
from whisky_assets.storage.personal_key import key_path
from whisky_assets.storage.recovery.events import publish_events
from whisky_assets.storage.recovery.state_backup import back_up_state
from whisky_assets.storage.recovery.state_seals import sealer
from whisky_assets_tests.pipeline.homes import Product, build, open_workspace
from whisky_assets_tests.pipeline.together import together

HOLD = """
import sys
from pathlib import Path
from whisky_assets.domain.errors import BusyError
from whisky_assets.pipeline.leasing import hold_lease
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage.home import open_home
workspace = Workspace(open_home(Path(sys.argv[1])))
print("ready", flush=True)
sys.stdin.readline()
try:
    hold_lease(workspace)
except BusyError:
    pass
"""


def _end_run(workspace: Workspace) -> None:
    """Copies all to the drive, its events too, and backs the state up."""
    now = workspace.now()
    hold_lease(workspace)
    publish_events(workspace.store, now)
    for segment in _segments(workspace):
        copy_segment(workspace.store, segment, "usb", now)
    back_up_state(workspace.db, workspace.volumes, now, seal=sealer(workspace.volumes, now))


def _segments(workspace: Workspace) -> list[str]:
    with workspace.db.reading() as connection:
        return [row[0] for row in connection.execute("SELECT id FROM segments").fetchall()]


@pytest.fixture
def first(tmp_path: Path) -> Iterator[Workspace]:
    """The machine that wrote so far, with a drive."""
    (tmp_path / "usb").mkdir()
    workspace = open_workspace(tmp_path / "first")
    workspace.volumes.add("usb", "drive", str(tmp_path / "usb"), workspace.now())
    build(workspace, "b1", [Product(source_id="1", word="glen_ten")])
    _end_run(workspace)
    yield workspace
    workspace.close()
    forget_workspaces()


def _clone(first: Workspace, folder: Path) -> Workspace:
    words = ["storage", "clone", str(folder / "usb"), "--to", str(folder / "second")]
    assert main([*words, "--key", str(key_path(first.home))]) == ExitCode.DONE
    return Workspace(open_home(folder / "second"))


def test_a_clone_has_the_same_home_and_tables_and_reads(
    first: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    second = _clone(first, tmp_path)
    assert capsys.readouterr().out.splitlines()[-1].endswith("--take --why TEXT")
    assert second.home.id == first.home.id
    assert storage_digest(second.db).tables == storage_digest(first.db).tables
    with pytest.raises(BusyError, match="another place writes this home"):
        hold_lease(second)
    hold_lease(first)
    second.close()


def test_a_restored_home_writes_in_the_stead_of_the_one_that_was(first: Workspace, tmp_path: Path) -> None:
    words = ["storage", "restore", "--from", str(tmp_path / "usb"), "--to", str(tmp_path / "new"), "--only", "home"]
    assert main([*words, "--key", str(key_path(first.home))]) == ExitCode.DONE
    new = Workspace(open_home(tmp_path / "new"))
    hold_lease(new)
    with pytest.raises(BusyError, match="restored from its volumes"):
        hold_lease(first)
    new.close()


def test_a_clone_that_takes_the_lease_writes_on_and_the_first_is_told(first: Workspace, tmp_path: Path) -> None:
    second = _clone(first, tmp_path)
    told = take_lease(second, "the old PC is sold")
    assert told.is_here
    build(second, "b2", [Product(source_id="1", word="glen_ten"), Product(source_id="2", word="other_one")])
    _end_run(second)
    with pytest.raises(BusyError, match="the old PC is sold"):
        hold_lease(first)
    assert keep_state(first)[0].code == ExitCode.BUSY
    second.close()


def test_two_that_both_wrote_are_told_what_each_has_alone_and_nothing_is_overwritten(
    first: Workspace, tmp_path: Path
) -> None:
    second = _clone(first, tmp_path)
    take_lease(second, "the first is in repair")
    build(second, "b2", [Product(source_id="1", word="glen_ten"), Product(source_id="2", word="other_one")])
    _end_run(second)
    (tmp_path / "usb").rename(tmp_path / "away")
    build(first, "b3", [Product(source_id="1", word="glen_ten"), Product(source_id="3", word="third_one")])
    (tmp_path / "away").rename(tmp_path / "usb")
    before = {path: path.read_bytes() for path in (tmp_path / "usb").rglob("*") if path.is_file()}
    with pytest.raises(BusyError) as parted:
        hold_lease(first)
    assert "only here: " in parted.value.message
    assert "only on volume usb: " in parted.value.message
    status = lease_status(first)
    assert status.apart is not None
    assert status.apart.here["snapshots"] == status.apart.there["snapshots"] == 1
    assert keep_state(first)[0].code == ExitCode.BUSY
    assert {path: path.read_bytes() for path in (tmp_path / "usb").rglob("*") if path.is_file()} == before
    second.close()


def test_a_place_that_lacks_what_the_other_wrote_takes_the_lease_only_when_that_is_said(
    first: Workspace, tmp_path: Path
) -> None:
    second = _clone(first, tmp_path)
    take_lease(second, "a new PC")
    build(second, "b2", [Product(source_id="2", word="other_one")])
    _end_run(second)
    with pytest.raises(NeedsDecisionError) as refused:
        take_lease(first, "the new PC is broken")
    assert "whisky storage clone VOLUME" in refused.value.remedy
    assert "--leave-theirs" in refused.value.remedy
    assert take_lease(first, "the new PC is broken", leave_theirs=True).is_here
    hold_lease(first)
    second.close()


def test_a_lease_is_taken_for_a_reason(first: Workspace) -> None:
    with pytest.raises(UsageError, match="for a reason"):
        take_lease(first, " ")


def test_two_processes_that_ask_at_once_agree_on_one_place(first: Workspace, tmp_path: Path) -> None:
    second = _clone(first, tmp_path)
    (tmp_path / "usb" / "lease.json").unlink()
    together(HOLD, [str(first.home.root)], [str(second.home.root)])
    hold_lease(first)
    with pytest.raises(BusyError):
        hold_lease(second)
    second.close()


def test_a_script_reads_who_writes_and_takes_it_with_exit_codes(
    first: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    second = _clone(first, tmp_path)
    second.close()
    words = ["--json", "--home", str(tmp_path / "second"), "storage", "lease"]
    capsys.readouterr()
    assert main(words) == ExitCode.DONE
    told = json.loads(capsys.readouterr().out)["result"]
    assert (told["writes_here"], told["leases"][0]["term"]) == (False, 1)
    assert main([*words, "--why", "nothing"]) == ExitCode.USAGE
    capsys.readouterr()
    assert main([*words, "--take", "--why", "a new PC"]) == ExitCode.DONE
    told = json.loads(capsys.readouterr().out)["result"]
    assert (told["writes_here"], told["leases"][0]["why"]) == (True, "a new PC")
