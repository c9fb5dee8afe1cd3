"""Whatever ends a crawl, no process and no file of its browser is left; and what a machine lacks is said by name."""

from __future__ import annotations

import importlib.util
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.fetching.browser import chromium
from whisky_assets.fetching.browser.chromium import (
    BrowserStartError,
    Chromium,
    Programs,
    find_programs,
    start_chromium,
)
from whisky_assets.fetching.failures import code_of
from whisky_assets_tests.fetching.browser.lab import opened_lab
from whisky_assets_tests.fetching.browser.processes import end_of, with_children
from whisky_assets_tests.fetching.servers import Server, plain


@pytest.fixture
def temporary() -> Iterator[Path]:
    """An empty folder with a short name."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["wait", "raise", "exit", "end"])
def test_a_process_that_ends_leaves_no_browser(programs: Programs, server: Server, how: str) -> None:
    server.routes["/p"] = plain(b"<p>here</p>")
    module = "whisky_assets_tests.fetching.browser.kept_browser"
    told = [str(programs.chromium), str(programs.driver), str(server.port), how]
    with subprocess.Popen(
        [sys.executable, "-m", module, *told],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        pid, folder = process.stdout.readline().split()
        family = with_children(int(pid))
        assert len(family) > 5
        process.stdin.write("go\n")
        process.stdin.flush()
        if how == "wait":
            process.send_signal(signal.SIGKILL)
        process.wait(timeout=60)
    assert process.returncode == {"wait": -signal.SIGKILL, "raise": 1, "exit": 1, "end": 0}[how]
    assert end_of(family) == []
    assert not Path(folder).exists()


def test_a_closed_transport_leaves_no_process_and_no_file(programs: Programs) -> None:
    with opened_lab(programs) as lab:
        lab.page("")
        browser = lab.transport._browser
        assert browser is not None
        family = with_children(browser._leash.pid)
        folder = Path(browser._folder)
        assert folder.is_dir()
    assert end_of(family) == []
    assert not folder.exists()


def test_a_driver_that_does_not_start_says_so_and_leaves_nothing(
    programs: Programs, monkeypatch: pytest.MonkeyPatch, temporary: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    broken = replace(programs, driver=Path("/bin/false"))
    with opened_lab(broken) as lab:
        lab.serve("/p", "<p>here</p>")
        error = lab.failure()
    assert code_of(error) == "browser_failed"
    assert "chromedriver did not start" in error.message
    assert list(temporary.iterdir()) == []


def test_a_driver_that_chose_a_taken_port_chooses_again(
    programs: Programs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, temporary: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    tried = tmp_path / "tried"
    unlucky = tmp_path / "unlucky_driver"
    unlucky.write_text(
        f'#!/bin/sh\nif [ -e {tried} ]; then exec {programs.driver} "$@"; fi\n'
        f'touch {tried}\necho "IPv4 port not available. Exiting..."\nexit 1\n'
    )
    unlucky.chmod(0o755)
    browser = start_chromium(replace(programs, driver=unlucky), proxy="127.0.0.1:9", user_agent="test")
    browser.close()
    assert tried.exists()
    assert list(temporary.iterdir()) == []


@pytest.mark.slow
def test_a_browser_that_does_not_start_leaves_nothing(
    programs: Programs, monkeypatch: pytest.MonkeyPatch, temporary: Path
) -> None:
    monkeypatch.setattr(chromium, "START_SECONDS", 5.0)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    broken = replace(programs, chromium=Path("/bin/false"))
    with pytest.raises(BrowserStartError):
        Chromium(broken, proxy="127.0.0.1:9", user_agent="test")
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("here", "missing"),
    [
        ({}, "Chromium, chromedriver"),
        ({"chromium": "/opt/chromium"}, "chromedriver"),
        ({"chromedriver": "/opt/chromedriver"}, "Chromium"),
    ],
)
def test_what_a_machine_lacks_is_named_with_how_to_have_it(
    monkeypatch: pytest.MonkeyPatch, here: dict[str, str], missing: str
) -> None:
    monkeypatch.setattr(chromium, "_MAC_CHROME", Path("/nowhere"))
    with pytest.raises(UsageError) as refused:
        find_programs(here.get)
    assert refused.value.message.endswith(f"not here: {missing}")
    assert refused.value.remedy.splitlines()[-1] == chromium._FROM_THE_SYSTEM


def test_selenium_is_named_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(UsageError, match="not here: Selenium") as refused:
        find_programs({"chromium": "/opt/chromium", "chromedriver": "/opt/chromedriver"}.get)
    assert refused.value.remedy.splitlines()[-1].endswith("-m pip install selenium websocket-client")


def test_the_first_browser_that_is_there_is_taken() -> None:
    found = find_programs({"google-chrome": "/opt/chrome", "chromedriver": "/opt/driver"}.get)
    assert found == Programs(chromium=Path("/opt/chrome"), driver=Path("/opt/driver"))


def test_a_long_place_for_temporary_files_keeps_no_browser_from_starting(
    programs: Programs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place = tmp_path / ("long" * 20)
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    start_chromium(programs, proxy="127.0.0.1:9", user_agent="test").close()
