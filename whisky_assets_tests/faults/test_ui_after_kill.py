"""After a kill, a run that is launched in an open UI starts at once and makes the table."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from whisky_assets.storage.digest import storage_digest
from whisky_assets_tests.faults.command import whisky
from whisky_assets_tests.faults.conftest import Undisturbed
from whisky_assets_tests.faults.homes import new_home, opened
from whisky_assets_tests.faults.injection import Fault
from whisky_assets_tests.faults.places import PLACES, STEPS
from whisky_assets_tests.faults.test_kills import kill
from whisky_assets_tests.orchestration.live import served, until

START_SECONDS = 30


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_after_the_last_kill_a_run_of_the_ui_starts_within_thirty_seconds(
    tmp_path: Path, undisturbed: Callable[[int], Undisturbed]
) -> None:
    home = new_home(tmp_path / "home")
    moment, place = PLACES[STEPS][1]
    with served(home, tmp_path / "ui.log") as ui:
        # Two, as many as may run at once; the second command closes what the first one left open.
        kill(home, Fault(place=place, moment=moment))
        kill(home, Fault(place=place, moment=moment))
        launched = time.monotonic()
        run = ui.launch("build")
        until(lambda: ui.status(run) in ("STARTED", "SUCCESS") or None, START_SECONDS, "a start")
        assert time.monotonic() - launched < START_SECONDS
        assert ui.ended(run) == "SUCCESS"
    published = whisky(home, "run", "--json")
    assert published.code == 0, published
    with opened(home) as store:
        assert storage_digest(store.db) == undisturbed(1).digest
