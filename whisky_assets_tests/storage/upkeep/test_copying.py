"""Plans carried out on real folders: drives that come and go, fill up and fail, and nothing lost by any of it."""

import contextlib
import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from whisky_assets.domain.errors import ExitCode
from whisky_assets.domain.outcome import Quiet
from whisky_assets.domain.records import Listing
from whisky_assets.storage.copies import copy_segment
from whisky_assets.storage.directories import DirectoryVolume
from whisky_assets.storage.places import segment_name
from whisky_assets.storage.segment_facts import Segment
from whisky_assets.storage.upkeep.copying import Budget, CopyRun, carry_out, left_by_volume
from whisky_assets.storage.upkeep.placement import plan_copies
from whisky_assets.storage.upkeep.placements import held_segments, keep_placements
from whisky_assets.storage.upkeep.plan import Plan
from whisky_assets.storage.upkeep.policies import Policies
from whisky_assets.storage.upkeep.rooms import Rooms
from whisky_assets.storage.upkeep.scrubbing import proofs, scrub
from whisky_assets.storage.volumes import NewLimits
from whisky_assets_tests.storage.upkeep.facts import promised
from whisky_assets_tests.storage.worlds import LATER, NOW, World, listing, open_world

TWO = promised(2, 1)


@pytest.fixture(autouse=True)
def _disks_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every folder counts as a disk of its own, though all lie on one here."""
    monkeypatch.setattr(DirectoryVolume, "device", lambda volume: hash(volume.root))


@pytest.fixture
def drive(world: World, tmp_path: Path) -> Path:
    return add_drive(world, tmp_path / "drive")


def add_drive(world: World, folder: Path, *, capacity_bytes: int | None = None) -> Path:
    folder.mkdir()
    limits = NewLimits(capacity_bytes=capacity_bytes)
    world.store.volumes.add(folder.name, "drive", str(folder), NOW, limits=limits)
    return folder


def write(world: World, *numbers: int) -> list[Segment]:
    return [world.store.write(Listing, [listing(number)], partition="hanok", now=NOW) for number in numbers]


def planned(world: World, policies: Policies = TWO) -> Plan:
    return plan_copies(held_segments(world.db), world.store.volumes.facts(), policies, NOW)


def run(world: World, plan: Plan | None = None, policies: Policies = TWO, **told: Any) -> CopyRun:
    wanted = planned(world, policies) if plan is None else plan
    keep_placements(world.db, wanted.copies, LATER)
    return carry_out(
        world.store,
        wanted,
        Rooms(world.store.volumes.facts()),
        policies,
        now=lambda: LATER,
        progress=Quiet(),
        **told,
    )


def on(world: World, volume: str) -> set[str]:
    """The segments that a volume holds, by the state database; each is read there and is whole."""
    held = {one.segment for one in held_segments(world.db) if volume in one.copies}
    for segment in map(world.store.segment, held):
        world.store.volumes.get(volume).verify(segment.dataset, segment.id, segment.size_bytes)
    return held


@pytest.mark.usefixtures("drive")
def test_every_segment_gets_its_copy_which_is_compared_and_noted(world: World) -> None:
    segments = write(world, 1, 2, 3)
    done = run(world)
    assert (done.copied, done.left, done.problems, done.stopped) == (3, (), (), False)
    assert done.copied_bytes == sum(one.size_bytes for one in segments)
    assert on(world, "drive") == {one.id for one in segments}
    assert [copy.verified_at for copy in world.store.copies(segments[0].id)] == [None, LATER]
    assert planned(world).copies == ()
    assert run(world).copied == 0


@pytest.mark.usefixtures("drive")
def test_what_was_placed_is_kept_in_the_state_database(world: World) -> None:
    (segment,) = write(world, 1)
    run(world)
    (held,) = held_segments(world.db)
    assert held.placed == ("drive",)
    with world.db.reading() as connection:
        rows = connection.execute("SELECT segment, volume, reason FROM placements").fetchall()
    assert rows == [(segment.id, "drive", "copy 2 of 2 promised")]


def test_an_absent_drive_is_waited_for_and_fails_nothing(world: World, drive: Path, tmp_path: Path) -> None:
    write(world, 1, 2)
    drive.rename(tmp_path / "pulled")
    drive.mkdir()  # an empty mount point
    done = run(world)
    assert (done.copied, done.problems) == (0, ())
    assert "drive" in done.absent
    assert left_by_volume(done)["drive"][0] == 2
    assert list(drive.iterdir()) == []
    drive.rmdir()
    (tmp_path / "pulled").rename(drive)
    assert run(world).copied == 2


def test_a_placement_on_a_volume_that_did_not_come_is_forgotten_when_the_copy_goes_elsewhere(
    world: World, drive: Path, tmp_path: Path
) -> None:
    write(world, 1)
    drive.rename(tmp_path / "pulled")
    run(world)
    add_drive(world, tmp_path / "other")
    late = plan_copies(held_segments(world.db), world.store.volumes.facts(), TWO, LATER + (LATER - NOW))
    assert run(world, late).copied == 1
    assert [held.placed for held in held_segments(world.db)] == [("other",)]


@pytest.mark.usefixtures("drive")
def test_a_budget_of_bytes_stops_and_the_next_run_goes_on(world: World) -> None:
    segments = write(world, 1, 2, 3)
    size = segments[0].size_bytes
    done = run(world, budget=Budget(max_bytes=size + 1))
    assert (done.copied, done.stopped, len(done.left)) == (1, True, 2)
    assert run(world).copied == 2


@pytest.mark.usefixtures("drive")
def test_a_budget_smaller_than_any_segment_still_gets_on(world: World) -> None:
    write(world, 1, 2)
    assert run(world, budget=Budget(max_bytes=1)).copied == 1
    assert run(world, budget=Budget(max_bytes=1)).copied == 1
    assert planned(world).copies == ()


@pytest.mark.usefixtures("drive")
def test_a_budget_of_time_begins_no_copy_after_it(world: World) -> None:
    write(world, 1, 2, 3)
    ticks = iter(range(0, 1000, 40))
    done = run(world, budget=Budget(max_seconds=60, clock=lambda: float(next(ticks))))
    assert (done.copied, done.stopped) == (1, True)


@pytest.mark.usefixtures("drive")
def test_a_rotten_source_is_told_and_the_others_are_copied(world: World) -> None:
    rotten, whole = write(world, 1, 2)
    path = world.home.local_volume / segment_name(rotten.dataset, rotten.id)
    content = bytearray(path.read_bytes())
    content[60] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)
    done = run(world)
    (problem,) = done.problems
    assert problem.code == ExitCode.CORRUPT
    assert rotten.id[:12] in problem.subject + problem.message
    assert on(world, "drive") == {whole.id}
    assert [copy.segment for copy in done.left] == [rotten.id]


def fill_up(folder: Path) -> Path:
    """Leaves not one block free, and returns the file that took them."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 4096)
    return ballast


def test_a_volume_that_is_fuller_than_it_said_is_told_and_the_next_volume_still_gets_its_copies(
    world: World, tmp_path: Path, small_disk: Path
) -> None:
    world.store.volumes.add("small", "drive", str(small_disk), NOW)
    add_drive(world, tmp_path / "big")
    segments = write(world, 1, 2)
    both = promised(3, 2)
    plan = planned(world, both)
    ballast = fill_up(small_disk)
    done = run(world, plan, both)
    assert [problem.subject for problem in done.problems] == ["volume small"]
    assert on(world, "big") == {one.id for one in segments}
    assert list(small_disk.rglob(".tmp-*")) == []
    ballast.unlink()
    assert run(world, planned(world, both), both).copied == 2


def test_copies_in_the_way_are_given_up_only_when_that_is_confirmed(world: World, tmp_path: Path) -> None:
    one, two = write(world, 1, 2)
    blocks = 4096 * -(-max(one.size_bytes, two.size_bytes) // 4096)
    add_drive(world, tmp_path / "a", capacity_bytes=blocks)
    add_drive(world, tmp_path / "b", capacity_bytes=blocks)
    for name in "ab":
        copy_segment(world.store, one.id, name, NOW)
    kept_back = run(world)
    assert (kept_back.copied, kept_back.given_up, len(kept_back.kept_back)) == (0, 0, 1)
    done = run(world, give_up=True)
    assert (done.copied, done.given_up, done.problems) == (1, 1, ())
    assert on(world, "a") | on(world, "b") == {one.id, two.id}
    assert on(world, "local") == {one.id, two.id}
    assert len(list(tmp_path.glob("[ab]/**/*.parquet"))) == 2


def test_no_copy_is_given_up_while_the_others_are_not_whole(world: World, tmp_path: Path) -> None:
    one, two = write(world, 1, 2)
    blocks = 4096 * -(-max(one.size_bytes, two.size_bytes) // 4096)
    add_drive(world, tmp_path / "a", capacity_bytes=blocks)
    add_drive(world, tmp_path / "b", capacity_bytes=blocks)
    for name in "ab":
        copy_segment(world.store, one.id, name, NOW)
    plan = planned(world)
    path = world.home.local_volume / segment_name(one.dataset, one.id)
    path.chmod(0o644)
    path.write_bytes(b"rot" * (path.stat().st_size // 3))
    done = run(world, plan, give_up=True)
    assert done.given_up == 0
    assert {problem.code for problem in done.problems} == {ExitCode.CORRUPT}
    assert {copy.volume for copy in world.store.copies(one.id)} == {"local", "a", "b"}
    assert len(list(tmp_path.glob("[ab]/**/*.parquet"))) == 2


def test_a_moved_copy_is_given_up_after_the_new_one_is_whole(world: World, tmp_path: Path) -> None:
    segments = write(world, *range(6))
    add_drive(world, tmp_path / "old", capacity_bytes=1 << 20)
    for one in segments:
        copy_segment(world.store, one.id, "old", NOW)
    add_drive(world, tmp_path / "new", capacity_bytes=1 << 20)
    plan = plan_copies(held_segments(world.db), world.store.volumes.facts(), TWO, NOW, even_out=True)
    assert len(plan.drops) == len(plan.copies) == 2
    done = run(world, plan, give_up=True)
    assert done.given_up == len(plan.drops)
    assert on(world, "new") == {drop.segment for drop in plan.drops}
    assert on(world, "old") | on(world, "new") == {one.id for one in segments}
    assert on(world, "old") & on(world, "new") == set()


STEPS = ("open", "write", "fsync", "rename", "mkdir", "stat", "fstat", "fstatvfs", "posix_fadvise")


def counted(monkeypatch: pytest.MonkeyPatch, at: int, act: Callable[[], None]) -> list[str]:
    """Lets `act` happen right before the so many-th system call of a copy; returns the calls made."""
    made: list[str] = []

    def before(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            made.append(name)
            if len(made) == at:
                act()
            return real(*arguments, **named)

        return call

    for name in STEPS:
        monkeypatch.setattr(os, name, before(name, getattr(os, name)))
    return made


def calls_of_a_copy(root: Path) -> int:
    world = open_world(root / "counted")
    add_drive(world, root / "uncut")
    write(world, 1, 2)
    plan = planned(world)
    with pytest.MonkeyPatch.context() as patched:
        made = counted(patched, 0, lambda: None)
        run(world, plan)
    world.db.close()
    return len(made)


def test_a_drive_that_is_pulled_between_any_two_steps_loses_nothing_and_the_next_run_goes_on(tmp_path: Path) -> None:
    steps = calls_of_a_copy(tmp_path)
    assert steps > 20
    for at in range(1, steps + 1):
        world = open_world(tmp_path / f"home{at}")
        drive, pulled = add_drive(world, tmp_path / f"drive{at}"), tmp_path / f"pulled{at}"
        segments = write(world, 1, 2)
        plan = planned(world)
        with pytest.MonkeyPatch.context() as patched:
            counted(patched, at, lambda drive=drive, pulled=pulled: drive.rename(pulled))  # type: ignore[misc] # bound now
            done = run(world, plan)
        assert [problem for problem in done.problems if problem.code != ExitCode.OUT_OF_REACH] == [], at
        if pulled.exists():
            assert not drive.exists(), at  # nothing was written beside it
            pulled.rename(drive)
        run(world)
        assert on(world, drive.name) == on(world, "local") == {one.id for one in segments}, at
        world.db.close()


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC, errno.EROFS, errno.EFBIG])
def test_a_drive_that_refuses_any_write_is_told_and_loses_nothing(
    world: World, drive: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    segments = write(world, 1, 2)
    plan = planned(world)
    real = os.fsync

    def refuse(descriptor: int) -> None:
        if os.fstat(descriptor).st_ino in {path.stat().st_ino for path in drive.rglob("*")}:
            raise OSError(code, os.strerror(code))
        real(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", refuse)
        done = run(world, plan)
    assert done.copied == 0
    assert {problem.code for problem in done.problems} <= {ExitCode.OUT_OF_REACH}
    assert len(done.left) == 2
    assert on(world, "drive") == set()
    assert run(world).copied == 2
    assert on(world, "drive") == {one.id for one in segments}


def test_a_rotten_copy_counts_for_no_promise_and_is_made_anew(world: World, drive: Path) -> None:
    (segment,) = write(world, 1)
    run(world)
    path = drive / segment_name(segment.dataset, segment.id)
    whole = path.read_bytes()
    path.write_bytes(b"?" * len(whole))
    scrub(world.store, proofs(world.store), now=lambda: LATER, progress=Quiet())
    (held,) = held_segments(world.db)
    assert (held.copies, held.rotten) == (("local",), ("drive",))
    (wanted,) = planned(world).copies
    assert (wanted.volume, wanted.repairs) == ("drive", True)
    assert run(world).copied == 1
    assert path.read_bytes() == whole
    assert on(world, "drive") == {segment.id}
    assert planned(world).copies == ()


@pytest.mark.usefixtures("drive")
def test_a_copy_that_is_known_to_be_rotten_is_read_last(world: World) -> None:
    (segment,) = write(world, 1)
    run(world)
    path = world.home.local_volume / segment_name(segment.dataset, segment.id)
    path.write_bytes(b"?" * path.stat().st_size)
    scrub(world.store, proofs(world.store), now=lambda: LATER, progress=Quiet())
    assert list(world.store.read([segment.id], Listing)) == [listing(1)]
