"""SIGKILL at thirty seeded points: the same command again ends as ever, and readers saw whole snapshots alone."""

import dataclasses
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from whisky_assets.storage.digest import storage_digest
from whisky_assets_tests.faults.command import whisky
from whisky_assets_tests.faults.conftest import Undisturbed
from whisky_assets_tests.faults.homes import Reader, Seen, documents, left_open, opened
from whisky_assets_tests.faults.injection import Fault
from whisky_assets_tests.faults.places import FETCH, PLACES, POINTS, PUBLISH, SEGMENT, SNAPSHOT, STEPS, point

# One point in each of these stages, each later in the line than the one before: the run that goes on after one kill is
# the run that the next one kills.
FAST = ((FETCH, 0), (SEGMENT, 0), (STEPS, 2), (SNAPSHOT, 2), (PUBLISH, 2))


def kill(home: Path, fault: Fault) -> None:
    ended = whisky(home, "run", "--json", fault=fault)
    assert ended.code == -signal.SIGKILL, f"{fault}: {ended}"


def kill_and_go_on(home: Path, faults: Sequence[Fault], before: Undisturbed | None, after: Undisturbed) -> None:
    """Kills runs, runs once more, and compares all that can be seen with the home that nothing happened to."""
    with Reader(home) as reader:
        for fault in faults:
            kill(home, fault)
        ended = whisky(home, "run", "--json")
    assert ended.code == 0, ended
    assert left_open(home) == []
    with opened(home) as store:
        assert storage_digest(store.db) == after.digest
        assert store.db.check() == ()
    assert documents(home) == after.documents
    seen = {look.name: look.tables for look in reader.seen}
    assert len(seen) == len(reader.seen), "a snapshot changed under its name"
    first = Seen(name="", tables={}) if before is None else Seen(name=f"s{before.week:06d}", tables=before.tables)
    assert reader.seen[0] == first
    assert all(look.tables == after.tables for look in reader.seen[1:])
    assert len(reader.seen) > 1


@pytest.mark.timeout(600)
def test_a_run_killed_in_every_stage_ends_as_an_undisturbed_one(
    home_before: Callable[[int], Path], undisturbed: Callable[[int], Undisturbed]
) -> None:
    first, *later = (point(stage, number, undisturbed(1).tally) for stage, number in FAST)
    # How often a run passes a place hangs on what earlier ones did; the first pass is always there.
    faults = [first, *(dataclasses.replace(fault, number=1) for fault in later)]
    kill_and_go_on(home_before(1), faults, None, undisturbed(1))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("stage", "number"), POINTS, ids=[f"{stage}-{number}" for stage, number in POINTS])
def test_a_run_killed_at_a_point_and_started_again_ends_as_an_undisturbed_one(
    stage: str,
    number: int,
    home_before: Callable[[int], Path],
    undisturbed: Callable[[int], Undisturbed],
) -> None:
    # Every other point dies in the second week, over a home in which a snapshot stands already.
    week = 1 + POINTS.index((stage, number)) % 2
    after = undisturbed(week)
    fault = point(stage, number, after.tally)
    kill_and_go_on(home_before(week), [fault], undisturbed(week - 1) if week > 1 else None, after)


def test_thirty_points_lie_in_six_stages() -> None:
    assert len(POINTS) == 30
    assert {stage for stage, _ in POINTS} == set(PLACES)
    assert set(FAST) < set(POINTS)
    assert len(FAST) == 5
