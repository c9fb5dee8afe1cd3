"""Two runs of one home at once: one works; the other does not begin and says who works, or waits where it is."""

import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from whisky_assets.storage.digest import storage_digest
from whisky_assets_tests.faults.command import Ended, held, whisky
from whisky_assets_tests.faults.conftest import Undisturbed
from whisky_assets_tests.faults.homes import left_open, new_home, opened

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

READING = "whisky_assets.pipeline.staging:stage"
MATCHING = "whisky_assets.pipeline.matching:matches"


@pytest.mark.parametrize(("place", "lock"), [(READING, "feed/elbe"), (MATCHING, "build")])
def test_a_second_run_does_not_begin_and_says_who_works_since_when(
    place: str, lock: str, tmp_path: Path, undisturbed: Callable[[int], Undisturbed]
) -> None:
    home = new_home(tmp_path / "home")
    with held(home, "run", "--json", place=place) as first:
        second = whisky(home, "run", "--json")
        ended = first.let_go()
    assert ended.code == 0, ended
    assert second.code == 4, second
    (problem,) = second.problems
    assert problem["code"] == 4
    assert problem["message"].startswith(f"{lock} is held by ")
    assert f"(pid {first.pid} on {socket.gethostname()}, since 20" in problem["message"]
    assert problem["remedy"]
    assert left_open(home) == []
    with opened(home) as store:
        assert storage_digest(store.db) == undisturbed(1).digest


def test_a_run_that_is_underway_waits_for_another_and_says_for_whom(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home")
    ended: list[Ended] = []
    with (
        held(home, "run", "--feed", "minato", "--feed", "elbe", place=READING) as first,
        held(home, "run", "--feed", "elbe", place=READING) as second,
    ):
        # The first one comes to elbe while the second one reads it.
        waiting = threading.Thread(target=lambda: ended.append(first.let_go()))
        waiting.start()
        waiting.join(timeout=20)
        assert waiting.is_alive()
        other = second.let_go()
        waiting.join()
    assert other.code == 0, other
    assert ended[0].code == 0, ended
    assert "waiting for " in ended[0].err
    assert f"(pid {second.pid} on {socket.gethostname()}, since 20" in ended[0].err
    assert "which holds feed/elbe" in ended[0].err
    assert left_open(home) == []
