"""The child of a cycle answers in its envelope, and its whole group ends with it or when its caller is ended."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from whisky_assets.orchestration import child
from whisky_assets.orchestration.child import ChildAnswer, end_group, run_whisky
from whisky_assets_tests.orchestration.small import living

STUBBORN = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
PARENT = f"""
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", {STUBBORN!r}])
time.sleep(60)
"""


@pytest.fixture
def whisky(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts Python code in the place of the `whisky` command; it is handed the command's words."""
    real = subprocess.Popen

    def replace(code: str) -> None:
        def start(words: list[str], **told: Any) -> "subprocess.Popen[str]":
            return real([sys.executable, "-c", code, *words[words.index("--home") :]], **told)

        monkeypatch.setattr("whisky_assets.orchestration.child.subprocess.Popen", start)

    return replace


def test_the_child_is_told_home_cycle_and_feeds_and_its_envelope_is_the_answer(
    whisky: Callable[[str], None], tmp_path: Path
) -> None:
    whisky(
        "import json, os, sys;"
        "print(json.dumps({'words': sys.argv[1:], 'home': os.environ['WHISKY_HOME'], 'problems': [{'subject': 'x'}]}));"
        "sys.exit(3)"
    )
    pids: list[int] = []
    answer = run_whisky(str(tmp_path), "c1", ["elbe", "hanok"], started=pids.append)
    assert answer.exit == 3
    assert answer.envelope["home"] == str(tmp_path)
    assert answer.envelope["words"] == [
        *("--home", str(tmp_path), "run", "--json", "--run-id", "c1"),
        *("--feed", "elbe", "--feed", "hanok"),
    ]
    assert answer.problems == [{"subject": "x"}]
    assert len(pids) == 1
    assert living(pids[0]) == []


@pytest.mark.parametrize("printed", ["", "no json", "[1]"])
def test_a_child_that_prints_no_envelope_is_known_by_its_exit(
    whisky: Callable[[str], None], tmp_path: Path, printed: str
) -> None:
    whisky(f"import sys; print({printed!r}); sys.exit(7)")
    answer = run_whisky(str(tmp_path), "c1", [], started=lambda _: None)
    assert (answer.exit, answer.envelope, answer.problems) == (7, {}, ())


def test_an_interrupted_caller_ends_the_whole_group(
    whisky: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "_GRACE_SECONDS", 1.0)
    whisky(PARENT)
    pids: list[int] = []

    def interrupt(pid: int) -> None:
        pids.append(pid)
        time.sleep(0.5)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_whisky(str(tmp_path), "c1", [], started=interrupt)
    assert living(pids[0]) == []


def test_a_group_that_ignores_sigint_is_killed_after_its_grace() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", STUBBORN], start_new_session=True, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    begun = time.monotonic()
    end_group(process, 0.5)
    assert 0.5 <= time.monotonic() - begun < 5
    assert process.returncode == -signal.SIGKILL
    assert living(process.pid) == []
    process.stdout.close()
    end_group(process, 0.5)  # once more is no error


def test_a_long_answer_is_cut_for_an_event_but_for_its_problems() -> None:
    envelope = {"exit": 3, "result": {"rows": ["x" * 100] * 500}, "problems": [{"subject": "feed hanok"}]}
    shown = ChildAnswer(exit=3, envelope=envelope).shown(8_000)
    assert len(json.dumps(shown)) < 8_000
    assert shown["problems"] == envelope["problems"]
    assert ChildAnswer(exit=0, envelope={"result": {"a": 1}}).shown(8_000) == {"result": {"a": 1}}
