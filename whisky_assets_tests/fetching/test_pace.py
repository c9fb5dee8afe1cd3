"""Two requests to one host are never closer than the pace: in threads, in processes, after restarts and clock jumps."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from dataclasses import replace
from itertools import pairwise

import pytest

from whisky_assets.fetching.machine import MachineClock
from whisky_assets.fetching.pace import HOUR_SECONDS, Pace
from whisky_assets.storage.state import StateDatabase
from whisky_assets_tests.fetching.clocks import Hands
from whisky_assets_tests.fetching.servers import Server, plain

ASKING_PROCESS = """
import sys
from pathlib import Path
from whisky_assets.fetching.machine import MachineClock
from whisky_assets.fetching.pace import Pace
from whisky_assets.fetching.tables import MIGRATIONS
from whisky_assets.fetching.transport import GuardedTransport
from whisky_assets.storage.state import StateDatabase
path, port, pace_seconds, count = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
database = StateDatabase.open(path, MIGRATIONS)
pace = Pace(database, feed="hanok", pace_seconds=pace_seconds, per_hour=None, machine=MachineClock(),
            before_wait=lambda seconds: None)
with GuardedTransport(resolve={"hanok.sample": ("127.0.0.1", port)}) as transport:
    transport.get("http://hanok.sample/warm")
    for _ in range(count):
        assert pace.wait_for_turn("hanok.sample", longest_wait=None)
        transport.get("http://hanok.sample/")
        pace.answered("hanok.sample")
database.close()
"""


def pace_of(
    database: StateDatabase, machine: MachineClock, *, pace_seconds: float = 2.0, per_hour: int | None = None
) -> Pace:
    return Pace(
        database,
        feed="hanok",
        pace_seconds=pace_seconds,
        per_hour=per_hour,
        machine=machine,
        before_wait=lambda _seconds: None,
    )


def test_each_turn_waits_for_the_one_before(database: StateDatabase) -> None:
    hands = Hands()
    turns = []
    for _turn in range(4):
        # A new object each time, as after a restart.
        assert pace_of(database, hands.clock()).wait_for_turn("hanok.sample", longest_wait=None)
        turns.append(hands.wall)
    gaps = [later - earlier for earlier, later in pairwise(turns)]
    assert min(gaps) >= 2.0
    assert max(gaps) < 2.1


def test_another_host_has_turns_of_its_own(database: StateDatabase) -> None:
    hands = Hands()
    pace = pace_of(database, hands.clock())
    for host in ("hanok.sample", "other.sample"):
        assert pace.wait_for_turn(host, longest_wait=None)
    assert hands.slept == []


def test_a_crawl_delay_raises_the_pace_and_never_lowers_it(database: StateDatabase) -> None:
    hands = Hands()
    pace = pace_of(database, hands.clock())
    begun = hands.wall
    for delay in (10.0, 0.5, 0.5):
        assert pace.wait_for_turn("hanok.sample", longest_wait=None, at_least=delay)
    assert 12.0 <= hands.wall - begun < 12.2


def test_a_turn_too_far_away_is_not_reserved(database: StateDatabase) -> None:
    hands = Hands()
    pace = pace_of(database, hands.clock(), pace_seconds=600)
    assert pace.wait_for_turn("hanok.sample", longest_wait=10)
    for _try in range(3):
        assert not pace.wait_for_turn("hanok.sample", longest_wait=10)
    assert pace.wait_for_turn("hanok.sample", longest_wait=700)


def test_an_hour_holds_no_more_requests_than_declared(database: StateDatabase) -> None:
    hands = Hands()
    turns = []
    for _turn in range(130):
        assert pace_of(database, hands.clock(), per_hour=60).wait_for_turn("hanok.sample", longest_wait=None)
        turns.append(hands.wall)
    assert all(later - earlier >= HOUR_SECONDS for earlier, later in zip(turns, turns[60:], strict=False))
    assert turns[59] - turns[0] < 130


def test_a_clock_set_back_does_not_stop_the_feed(database: StateDatabase) -> None:
    hands = Hands()
    pace = pace_of(database, hands.clock(), per_hour=60)
    assert pace.wait_for_turn("hanok.sample", longest_wait=None)
    hands.wall -= 30 * 86_400
    assert pace.wait_for_turn("hanok.sample", longest_wait=10)


def test_a_slot_that_was_slept_through_is_given_up(database: StateDatabase) -> None:
    hands = Hands()
    oversleep = iter([1.0])
    machine = MachineClock(
        wall=lambda: hands.wall,
        monotonic=lambda: hands.wall,
        sleep=lambda seconds: hands.sleep(seconds + next(oversleep, 0.0)),
    )
    pace = pace_of(database, machine)
    pace.wait_for_turn("hanok.sample", longest_wait=None)
    first = hands.wall
    pace.wait_for_turn("hanok.sample", longest_wait=None)
    second = hands.wall
    pace.wait_for_turn("hanok.sample", longest_wait=None)
    assert second - first >= 4.0
    assert hands.wall - second >= 2.0


def test_the_gap_counts_from_the_answer(database: StateDatabase) -> None:
    hands = Hands()
    pace = pace_of(database, hands.clock())
    pace.wait_for_turn("hanok.sample", longest_wait=None)
    hands.wall += 20
    pace.answered("hanok.sample")
    answered = hands.wall
    pace_of(database, hands.clock()).wait_for_turn("hanok.sample", longest_wait=None)
    assert hands.wall - answered >= 2.0


def test_a_slot_too_close_to_a_late_answer_of_another_process_is_given_up(database: StateDatabase) -> None:
    hands = Hands()
    first = pace_of(database, hands.clock())
    first.wait_for_turn("hanok.sample", longest_wait=None)

    def sleep(seconds: float) -> None:
        hands.sleep(seconds)
        if len(hands.slept) == 1:
            first.answered("hanok.sample")

    second = pace_of(database, replace(hands.clock(), sleep=sleep))
    begun = hands.wall
    second.wait_for_turn("hanok.sample", longest_wait=None)
    assert hands.wall - begun >= 4.0


def test_no_pace_writes_nothing(database: StateDatabase) -> None:
    assert pace_of(database, MachineClock(), pace_seconds=0).wait_for_turn("hanok.sample", longest_wait=None)
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM pace").fetchone()[0] == 0


def test_threads_of_one_process_keep_the_pace(database: StateDatabase) -> None:
    turns: list[float] = []
    lock = threading.Lock()

    def ask() -> None:
        pace = pace_of(database, MachineClock(), pace_seconds=0.05)
        for _turn in range(3):
            assert pace.wait_for_turn("hanok.sample", longest_wait=None)
            with lock:
                turns.append(time.time())

    threads = [threading.Thread(target=ask) for _thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    turns.sort()
    assert len(turns) == 12
    assert min(later - earlier for earlier, later in pairwise(turns)) >= 0.05


def ask_from_processes(database: StateDatabase, server: Server, *, pace_seconds: float, turns: int) -> list[float]:
    server.routes["*"] = plain(b"page")
    arguments = [
        sys.executable,
        "-c",
        ASKING_PROCESS,
        str(database.path),
        str(server.port),
        str(pace_seconds),
        str(turns),
    ]
    processes = [subprocess.Popen(arguments) for _process in range(4)]
    assert [process.wait(100) for process in processes] == [0, 0, 0, 0]
    times = sorted(request.at for request in server.requests if request.target == "/")
    assert len(times) == 4 * turns
    return [later - earlier for earlier, later in pairwise(times)]


def test_four_processes_keep_a_short_pace_as_the_server_sees_it(database: StateDatabase, server: Server) -> None:
    assert min(ask_from_processes(database, server, pace_seconds=0.1, turns=2)) >= 0.1


@pytest.mark.slow
def test_four_processes_keep_two_seconds_as_the_server_sees_it(database: StateDatabase, server: Server) -> None:
    assert min(ask_from_processes(database, server, pace_seconds=2.0, turns=3)) >= 2.0
