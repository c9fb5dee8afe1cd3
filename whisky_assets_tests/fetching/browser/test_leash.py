"""The leash alone: whoever holds it may die as it likes, nothing that it started is left."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from whisky_assets.fetching.browser import leash
from whisky_assets_tests.fetching.browser.processes import end_of, with_children

# A command with a child of its own, both of which outlive everything but SIGKILL.
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = [sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"]
subprocess.Popen(child)
print("up", flush=True)
time.sleep(600)
"""


def held(folder: Path, *command: str) -> subprocess.Popen[bytes]:
    folder.mkdir(exist_ok=True)
    (folder / "profile").write_text("kept")
    return subprocess.Popen(
        [sys.executable, "-I", leash.__file__, str(folder), sys.executable, "-c", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def begun(process: subprocess.Popen[bytes]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"


@pytest.mark.parametrize("end", ["input", "term", "hang_up"])
def test_the_end_of_the_holder_ends_all_children_and_the_folder(tmp_path: Path, end: str) -> None:
    with held(tmp_path / "home", STUBBORN) as process:
        begun(process)
        family = with_children(process.pid)
        assert len(family) == 3
        if end == "input":
            assert process.stdin is not None
            process.stdin.close()
        else:
            process.send_signal(signal.SIGTERM if end == "term" else signal.SIGHUP)
        assert process.wait(timeout=30) == 0
        assert end_of(family) == []
        assert not (tmp_path / "home").exists()


def test_a_command_that_ends_by_itself_ends_the_leash_with_its_own_word(tmp_path: Path) -> None:
    with held(tmp_path / "home", "raise SystemExit(3)") as process:
        assert process.wait(timeout=30) == 3
    assert not (tmp_path / "home").exists()
