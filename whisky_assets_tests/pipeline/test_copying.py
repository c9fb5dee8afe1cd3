"""Copies of a home: promised by rule, planned, made, waited for; and the one screen of storage."""

import errno
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from whisky_assets.domain.errors import BusyError, ExitCode, OutOfReachError, UsageError
from whisky_assets.domain.outcome import Quiet
from whisky_assets.pipeline import copying, safekeeping
from whisky_assets.pipeline.copying import CopyChoices
from whisky_assets.pipeline.policies import policies_in_force, policies_result, policy_lines
from whisky_assets.pipeline.safekeeping import keep_state
from whisky_assets.pipeline.storage_status import risk_line, storage_status
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage import locks
from whisky_assets.storage.directories import DirectoryVolume
from whisky_assets.storage.durable import Written
from whisky_assets.storage.upkeep.copying import Budget
from whisky_assets.storage.upkeep.scrubbing import proofs, scrub
from whisky_assets.storage.volumes import NewLimits
from whisky_assets_tests.pipeline.homes import Product, build, open_workspace

GLEN = Product(source_id="1", word="glen_ten")


@pytest.fixture(autouse=True)
def _disks_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every folder counts as a disk of its own, though all lie on one here."""
    monkeypatch.setattr(DirectoryVolume, "device", lambda volume: hash(volume.root))


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    """A home with one snapshot."""
    build(workspace, "b1", [GLEN])
    return workspace


@pytest.fixture
def attach(filled: Workspace, tmp_path: Path) -> Callable[..., Path]:
    """Adds an external drive."""

    def add(name: str, capacity_bytes: int | None = None) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        limits = NewLimits(capacity_bytes=capacity_bytes)
        filled.volumes.add(name, "drive", str(folder), filled.now(), limits=limits)
        return folder

    return add


def run(workspace: Workspace, **choices: object) -> copying.Copied:
    return copying.copy(workspace, "me", CopyChoices(**choices), Quiet())  # type: ignore[arg-type] # by name


def test_without_a_second_volume_one_copy_is_promised_and_that_is_told_as_a_risk(filled: Workspace) -> None:
    told = storage_status(filled)
    assert {state.state for state in told.found.states} == {"kept"}
    assert any("everything lies on this PC" in risk for risk in told.risks)
    assert any(risk.endswith("have one copy") for risk in told.risks)
    assert told.next_command == f"whisky storage add-volume --home {filled.home.root} external FOLDER"
    assert risk_line(filled) == ""  # a sample home can be made again


def test_a_real_home_without_a_second_volume_says_so_on_the_owners_screen(tmp_path: Path) -> None:
    real = open_workspace(tmp_path / "real", "real")
    assert risk_line(real) == ""  # nothing lies there yet
    build(real, "b1", [GLEN])
    assert risk_line(real) == f"everything lies on this PC alone: whisky storage status --home {real.home.root}"
    real.close()


def test_a_drive_makes_the_promise_two_copies_and_copying_keeps_it(
    filled: Workspace, attach: Callable[..., Path]
) -> None:
    drive = attach("external")
    before = storage_status(filled)
    assert {state.state for state in before.found.states} == {"waiting"}
    assert before.next_command == f"whisky storage copy --home {filled.home.root}"
    assert "lack a promised copy" in risk_line(filled)
    done = run(filled)
    assert done.run.copied >= len(before.found.segments)
    assert done.problems == ()
    assert list(drive.rglob("*.sqlite*"))  # a backup of the state goes along
    after = storage_status(filled)
    assert {state.state for state in after.found.states} == {"kept"}
    assert (after.risks, after.next_command, risk_line(filled)) == ((), "", "")


def test_copying_again_and_again_comes_to_rest(filled: Workspace, attach: Callable[..., Path]) -> None:
    attach("external")
    copied = [run(filled).run.copied for _ in range(3)]
    assert copied[0] > copied[1] == 1  # the events of the first run
    assert copied[2] == 0


def test_a_plan_changes_nothing(filled: Workspace, attach: Callable[..., Path]) -> None:
    attach("external")
    found = copying.survey(filled)
    assert found.plan_lines()[0].startswith(f"copy {len(found.segments)} segments (")
    assert len(found.as_result()["copies"]) == len(found.segments)  # type: ignore[arg-type] # a list
    assert copying.survey(filled).plan == found.plan


def test_an_absent_drive_is_a_line_to_know_and_its_copies_come_once_it_is_back(
    filled: Workspace, attach: Callable[..., Path], tmp_path: Path
) -> None:
    drive = attach("external")
    drive.rename(tmp_path / "pulled")
    done = run(filled)
    assert {problem.code for problem in done.problems} == {ExitCode.DONE}
    assert any("wait for external: external drive not attached" in line for line in done.lines())
    told = storage_status(filled)
    assert told.next_command == f"whisky storage copy --home {filled.home.root} --to external"
    with pytest.raises(OutOfReachError, match="external drive not attached"):
        run(filled, to="external")
    (tmp_path / "pulled").rename(drive)
    assert run(filled, to="external").run.left == ()


def test_copying_to_one_volume_leaves_the_others_alone(filled: Workspace, attach: Callable[..., Path]) -> None:
    attach("external")
    attach("second")
    (filled.home.root / "storage.toml").write_text('[[copies]]\ndata = "*"\ncopies = 3\noff_this_pc = 2\n')
    done = run(filled, to="second")
    assert done.run.copied > 0
    first = copying.survey(filled).segments[0]
    assert first.copies == ("local", "second")
    assert first.placed == ("external", "second")  # what waits for the other stays placed there
    with pytest.raises(UsageError, match="no volume is called 'third'"):
        run(filled, to="third")


def test_a_volume_that_is_to_leave_is_not_needed_any_more_afterwards(
    filled: Workspace, attach: Callable[..., Path]
) -> None:
    attach("old")
    run(filled)
    attach("new")
    (filled.home.root / "storage.toml").write_text('[[copies]]\ndata = "*"\ncopies = 2\noff_this_pc = 1\n')
    run(filled)  # what the first run changed in the state database is a segment of events too
    assert run(filled).run.copied == 0
    assert run(filled, without=("old",)).run.copied > 0
    assert {state.state for state in copying.survey(filled, without=("old",)).states} == {"kept"}


def test_a_promise_that_cannot_be_kept_asks_for_a_decision_and_says_what_mends_it(
    filled: Workspace, attach: Callable[..., Path]
) -> None:
    attach("tiny", capacity_bytes=1)
    done = run(filled)
    broken = [problem for problem in done.problems if problem.code == ExitCode.DECISION]
    assert broken
    assert all("more on tiny, or on another volume off this PC" in problem.message for problem in broken)
    told = storage_status(filled)
    assert {problem.code for problem in told.problems} == {ExitCode.DECISION}
    assert told.next_command == f"whisky storage add-volume --home {filled.home.root} NAME FOLDER"


def test_a_limit_is_told_as_such_and_the_next_call_goes_on(filled: Workspace, attach: Callable[..., Path]) -> None:
    attach("external")
    done = run(filled, budget=Budget(max_bytes=1))
    (problem,) = done.problems
    assert (problem.code, done.run.copied) == (ExitCode.BUDGET, 1)
    assert run(filled).problems == ()


def test_one_run_at_a_time_copies(filled: Workspace, attach: Callable[..., Path]) -> None:
    attach("external")
    locks.acquire(filled.db, copying.LOCK, "somebody")
    with pytest.raises(BusyError, match="copies is held by somebody"):
        run(filled)
    locks.release(filled.db, copying.LOCK, "somebody")
    run(filled)
    assert locks.holders(filled.db) == ()


def test_a_drive_of_the_settings_counts_before_it_is_added(workspace: Workspace, tmp_path: Path) -> None:
    (workspace.home.config_path).write_text(f'[storage]\nquota_gb = 5\ndrive = "{tmp_path}"\nbucket = "b"\n')
    workspace.read_anew()
    policies = policies_in_force(workspace)
    assert policies.promise_of("raw/pages").off_this_pc == 2
    assert policies.quotas[0].max_bytes == 5 * 10**9


def test_every_rule_is_told_with_where_it_stands(workspace: Workspace) -> None:
    (workspace.home.root / "storage.toml").write_text('\n[[copies]]\ndata = "raw/*"\ncopies = 2\nwithin = "1 day"\n')
    policies = policies_in_force(workspace)
    lines = policy_lines(policies)
    assert lines[0] == "copies: raw/*: 2 copies, within 1 day [storage.toml:2]"
    assert "quota whisky: *: 100 GB [shipped]" in lines
    assert any(line.startswith("retention: staged/*") and "keep last 10, daily 7" in line for line in lines)
    told = policies_result(policies)["copies"]
    assert isinstance(told, list)
    assert told[0] == {
        "data": ["raw/*"],
        "copies": 2,
        "off_this_pc": 0,
        "within_hours": 24.0,
        "origin": "storage.toml:2",
    }


def test_a_broken_rule_is_told_with_its_line(filled: Workspace) -> None:
    (filled.home.root / "storage.toml").write_text('[[copies]]\ndata = "rew/*"\ncopies = 2\n')
    with pytest.raises(UsageError, match=r"storage\.toml:2: .* did you mean 'raw/\*'"):
        storage_status(filled)


def test_the_screen_names_what_was_not_looked_at_for_long_and_two_volumes_on_one_disk(
    filled: Workspace, attach: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drive = attach("external")
    run(filled)
    later = filled.now() + timedelta(days=100)
    drive.rename(tmp_path / "pulled")
    monkeypatch.setattr(filled, "now", lambda: later)
    risks = storage_status(filled).risks
    assert "a copy on external was not compared with its name for 100 days" in risks
    assert "volume external was not seen for 100 days" in risks
    (tmp_path / "pulled").rename(drive)
    monkeypatch.setattr(DirectoryVolume, "device", lambda _: 1)
    shared = (
        "volume external lies on the same disk as local: lost together, so the two count as one copy,"
        " and not as off this PC"
    )
    assert shared in storage_status(filled).risks
    assert "everything lies on this PC: a theft or a dead disk takes it all" in storage_status(filled).risks
    assert shared in copying.survey(filled).plan_lines()
    assert shared in run(filled).lines()


def test_the_screens_numbers_are_those_of_the_state_database(filled: Workspace, attach: Callable[..., Path]) -> None:
    attach("external", capacity_bytes=10**9)
    run(filled)
    told = storage_status(filled).as_result()
    external, local = sorted(told["volumes"], key=lambda one: str(one["volume"]))  # type: ignore[call-overload] # a list
    assert external["segments"] == local["segments"]
    assert {"external": external["bytes"], "local": local["bytes"]} == {
        name: filled.volumes.used_bytes(name) for name in ("external", "local")
    }
    assert external["room_bytes"] == 10**9 - external["bytes"]
    assert told["quotas"] == [{"name": "whisky", "max_bytes": 100 * 10**9, "used_bytes": local["bytes"]}]


def test_a_rotten_copy_is_at_risk_until_the_next_copying_makes_it_anew(
    filled: Workspace, attach: Callable[..., Path]
) -> None:
    drive = attach("external")
    run(filled)
    path = next(drive.glob("core/*/*/*.parquet"))
    path.write_bytes(b"?" * path.stat().st_size)
    scrub(filled.store, proofs(filled.store), now=filled.now, progress=Quiet())
    told = storage_status(filled)
    assert "1 copies on external are missing or not what their names say, and count for nothing" in told.risks
    assert "lack a promised copy" in risk_line(filled)
    run(filled)
    assert (storage_status(filled).risks, risk_line(filled)) == ((), "")


def test_a_database_that_others_hold_too_long_is_kept_by_the_next_run_and_fails_none(
    filled: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_told: object) -> int:
        raise BusyError("another process has been writing for 30 seconds")

    monkeypatch.setattr(safekeeping, "publish_events", busy)
    (problem,) = keep_state(filled)
    assert (problem.code, problem.subject) == (ExitCode.DONE, "state database")
    monkeypatch.undo()
    assert keep_state(filled) == ()


def test_a_drive_that_is_read_only_is_a_problem_and_no_crash(
    filled: Workspace, attach: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    attach("external")
    publish = DirectoryVolume._publish

    def refuse(volume: DirectoryVolume, *told: Any) -> Written:
        if volume.name == "external":
            raise OSError(errno.EROFS, "Read-only file system")
        return publish(volume, *told)

    monkeypatch.setattr(DirectoryVolume, "_publish", refuse)
    done = run(filled)
    assert done.run.copied == 0
    assert {problem.subject for problem in done.problems} == {"volume external"}
