"""SIGTERM and Ctrl-C: the run is closed, nothing is held, and the next run ends as if nothing had happened."""

from collections.abc import Callable
from pathlib import Path

import pytest

from whisky_assets.storage.digest import storage_digest
from whisky_assets_tests.faults.command import whisky
from whisky_assets_tests.faults.conftest import Undisturbed
from whisky_assets_tests.faults.homes import ended_runs, left_open, new_home, opened
from whisky_assets_tests.faults.injection import AFTER, BEFORE, Fault

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

FETCHING = Fault(place="whisky_assets.fetching.visitor:Visitor.visit", moment=AFTER, number=4)
MATCHING = Fault(place="whisky_assets.pipeline.matching:matches", moment=BEFORE)
BETWEEN_RUNS = Fault(place="whisky_assets.orchestration.runner:publish_config", moment=BEFORE)
BEFORE_A_RUN = Fault(place="whisky_assets.orchestration.runner:_closing", moment=BEFORE, number=2)


# What a shell does to a command that it starts in the background: Ctrl-C is for the one in front.
IN_THE_BACKGROUND = ("sh", "-c", 'trap "" INT QUIT; exec "$@"', "sh")


@pytest.mark.parametrize(
    ("action", "fault", "last", "before"),
    [
        ("SIGTERM", FETCHING, ("ingest", "FAILURE"), ()),
        ("SIGTERM", MATCHING, ("build", "FAILURE"), ()),
        ("SIGINT", MATCHING, ("build", "FAILURE"), ()),
        ("SIGTERM", BETWEEN_RUNS, ("build", "SUCCESS"), ()),
        ("SIGINT", BEFORE_A_RUN, ("ingest", "FAILURE"), ()),
        ("SIGTERM", BETWEEN_RUNS, ("build", "SUCCESS"), IN_THE_BACKGROUND),
        ("SIGINT", BEFORE_A_RUN, ("ingest", "FAILURE"), IN_THE_BACKGROUND),
    ],
    ids=[
        "SIGTERM fetching",
        "SIGTERM matching",
        "SIGINT matching",
        "SIGTERM between runs",
        "SIGINT before a run",
        "SIGTERM between runs, in the background",
        "SIGINT before a run, in the background",
    ],
)
def test_an_ended_run_leaves_nothing_open_and_the_next_goes_on(
    action: str,
    fault: Fault,
    last: tuple[str, str],
    before: tuple[str, ...],
    tmp_path: Path,
    undisturbed: Callable[[int], Undisturbed],
) -> None:
    home = new_home(tmp_path / "home")
    struck = Fault(place=fault.place, moment=fault.moment, number=fault.number, action=action)
    ended = whisky(home, "run", "--json", fault=struck, before=before)
    assert ended.code == 1, ended
    assert [problem["message"] for problem in ended.problems] == ["Stopped by you."]
    assert left_open(home) == []
    assert ended_runs(home)[-1] == last
    assert {status for _, status in ended_runs(home)[:-1]} <= {"SUCCESS"}
    again = whisky(home, "run", "--json")
    assert again.code == 0, again
    assert left_open(home) == []
    with opened(home) as store:
        assert storage_digest(store.db) == undisturbed(1).digest
