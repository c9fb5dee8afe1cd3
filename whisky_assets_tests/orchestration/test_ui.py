"""`whisky ui` refuses what cannot work before it starts anything, and reads the same settings as the command line."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import dagster as dg
import pytest
import yaml

from whisky_assets.domain.errors import BusyError, UsageError, WhiskyError
from whisky_assets.orchestration import ui
from whisky_assets.orchestration.instance import instance_folder, open_instance, write_settings
from whisky_assets_tests.orchestration.small import living


def say_nothing(_: str) -> None:
    """Stands where nobody reads."""


@pytest.fixture
def port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def stand_in(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Puts Python code in the place of `dagster dev`."""
    monkeypatch.setattr(ui, "_command", lambda _port: [sys.executable, "-c", code])


def test_a_port_that_is_taken_is_told_with_another(home: Path, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(UsageError, match=f"port {port}") as told:
            ui.serve(home, port, started=say_nothing)
    assert told.value.remedy == f"Choose another: whisky ui --port {port + 1}"


def test_a_second_ui_of_a_home_is_refused_and_says_where_the_first_is(
    home: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch, "import time; time.sleep(60)")

    def second(address: str) -> None:
        assert address == f"http://127.0.0.1:{port}"
        with pytest.raises(BusyError, match=address):
            ui.serve(home, port + 1, started=say_nothing)
        os.kill(os.getpid(), signal.SIGINT)

    ui.serve(home, port, started=second)


def test_the_home_stays_taken_while_the_ui_lives_on_without_its_starter(home: Path, port: int) -> None:
    code = f"""
import os, signal, sys
from pathlib import Path
from whisky_assets.orchestration import ui
ui._command = lambda port: [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(60)"]
ui.serve(Path({str(home)!r}), {port}, started=lambda _: None)
"""
    starter = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    dagster = int(starter.stdout.readline())
    starter.kill()
    starter.wait()
    starter.stdout.close()
    with pytest.raises(BusyError):
        ui.serve(home, port, started=say_nothing)
    os.kill(dagster, signal.SIGKILL)
    deadline = time.monotonic() + 5
    with (instance_folder(home) / "ui.lock").open("a") as handle:
        while time.monotonic() < deadline:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.05)
        else:
            pytest.fail("the home is still taken")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_end_the_whole_group(
    home: Path, port: int, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    grandchild = "import time; time.sleep(60)"
    stand_in(
        monkeypatch,
        f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {grandchild!r}]); time.sleep(60)",
    )
    groups: list[int] = []
    start = subprocess.Popen

    def noted(*words: object, **told: object) -> "subprocess.Popen[bytes]":
        made = start(*words, **told)  # type: ignore[call-overload] # handed on as they came
        groups.append(made.pid)
        return made  # type: ignore[no-any-return] # the overload above is not known

    monkeypatch.setattr("whisky_assets.orchestration.ui.subprocess.Popen", noted)
    before = signal.getsignal(number)
    threading.Timer(0.7, os.kill, (os.getpid(), number)).start()
    begun = time.monotonic()
    ui.serve(home, port, started=say_nothing)
    assert time.monotonic() - begun < 10
    assert living(groups[0]) == []
    assert signal.getsignal(number) is before


def test_the_child_takes_sigint_also_where_make_had_switched_it_off(home: Path, port: int) -> None:
    code = f"""
import signal, sys
from pathlib import Path
from whisky_assets.orchestration import ui
child = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler, flush=True)"
ui._command = lambda port: [sys.executable, "-c", child]
try:
    ui.serve(Path({str(home)!r}), {port}, started=lambda _: None)
except Exception as error:
    print(error)
"""
    shell = f'trap "" INT; exec "{sys.executable}" -c "$0"'
    answer = subprocess.run(["sh", "-c", shell, code], check=True, capture_output=True, text=True)
    assert answer.stdout.splitlines()[0] == "True"
    assert "the UI ended by itself with 0" in answer.stdout


def test_a_ui_that_ends_by_itself_is_an_error(home: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, "raise SystemExit(3)")
    with pytest.raises(WhiskyError, match="ended by itself with 3"):
        ui.serve(home, port, started=say_nothing)


def test_settings_are_the_projects_with_this_homes_places(home: Path, project_root: Path) -> None:
    folder = write_settings(home)
    written = yaml.safe_load((folder / "dagster.yaml").read_text("utf-8"))
    projects = yaml.safe_load((project_root / "dagster.yaml").read_text("utf-8"))
    for name in ("telemetry", "nux", "concurrency", "run_monitoring", "retention"):
        assert written[name] == projects[name]
    assert written["storage"]["sqlite"]["base_dir"] == str(home / "dagster" / "storage")
    before = (folder / "dagster.yaml").stat().st_mtime_ns
    write_settings(home)
    assert (folder / "dagster.yaml").stat().st_mtime_ns == before


def test_the_instance_of_a_home_lies_in_the_home_whatever_the_current_folder(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    with open_instance(home) as instance:
        assert instance.get_runs() == []
    assert list(elsewhere.iterdir()) == []
    assert list((home / "dagster" / "storage").rglob("runs.db"))


def test_a_deployment_that_names_its_own_instance_keeps_it(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "deployment"
    own.mkdir()
    (own / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    monkeypatch.setenv("DAGSTER_HOME", str(own))
    with open_instance(home) as instance:
        assert isinstance(instance, dg.DagsterInstance)
        assert instance.root_directory == str(own)
    monkeypatch.setenv("DAGSTER_HOME", str(home / "dagster"))
    with open_instance(home) as instance:
        assert instance.root_directory == str(home / "dagster" / "artifacts")
