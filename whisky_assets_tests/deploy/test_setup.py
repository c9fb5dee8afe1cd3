"""A fresh machine is made ready by one call, a second changes nothing, and nothing is written unasked."""

from __future__ import annotations

import hashlib
import os
import plistlib
import subprocess
from pathlib import Path

import pytest

from deploy.at_login import login_of, switch
from whisky_assets_tests.deploy.machine import Machine
from whisky_assets_tests.tooling.parts import PROJECT_ROOT


def _setup(machine: Machine, *words: str, program_path: str = "") -> subprocess.CompletedProcess[str]:
    user = machine.folder / "user"
    user.mkdir(exist_ok=True)
    own = {name: value for name, value in os.environ.items() if name not in ("WHISKY_HOME", "PYTHONPATH")}
    return subprocess.run(
        [str(machine.root / "deploy" / "setup"), *words],
        cwd=machine.folder,
        env={**own, "HOME": str(user), "PATH": program_path or own["PATH"]},
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=280,
    )


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "state.sqlite" not in path.name and path.suffix != ".pyc"
    }


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_fresh_machine_is_ready_after_one_call_and_a_second_changes_nothing(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    subprocess.run(["rm", "-rf", str(machine.root / ".venv")], check=True)
    words = ("--contact", "kim@example.org", "--quota-gb", "50", "--at-login")
    first = _setup(machine, *words)
    assert first.returncode == 0, first.stderr
    home = machine.root / ".whisky" / "real"
    assert 'address = "kim@example.org"' in (home / "config.toml").read_text(encoding="utf-8")
    assert "ready" in first.stdout
    (unit,) = [path for path in (tmp_path / "user").rglob("*") if path.is_file() and not path.is_symlink()]
    assert str(machine.root / "deploy" / "serve") in unit.read_text(encoding="utf-8")
    before = _digests(home) | _digests(tmp_path / "user")
    second = _setup(machine, *words)
    assert second.returncode == 0, second.stderr
    assert _digests(home) | _digests(tmp_path / "user") == before
    other = _setup(machine, "--contact", "lee@example.org")
    assert other.returncode == 2
    assert _digests(home) | _digests(tmp_path / "user") == before
    assert _setup(machine, "--not-at-login").returncode == 0
    assert not unit.exists()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_without_answers_and_without_a_terminal_no_home_is_made_up(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    done = _setup(machine)
    assert done.returncode == 0, done.stderr
    assert "home: none yet; make one: deploy/setup --contact" in done.stdout
    assert not (machine.root / ".whisky" / "real").exists()
    assert not list((tmp_path / "user").iterdir())


def test_words_that_mean_nothing_are_refused_before_anything_is_made() -> None:
    for words in (("--backwards",), ("--contact",)):
        refused = subprocess.run(
            [str(PROJECT_ROOT / "deploy" / "setup"), *words], check=False, capture_output=True, text=True
        )
        assert refused.returncode == 2
        assert "deploy/setup --help" in refused.stderr


def test_a_python_that_does_not_fit_is_refused_by_its_name(tmp_path: Path) -> None:
    old = tmp_path / "python-old"
    old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    old.chmod(0o755)
    refused = subprocess.run(
        [str(PROJECT_ROOT / "deploy" / "setup"), "--python", str(old)], check=False, capture_output=True, text=True
    )
    assert refused.returncode == 1
    assert f"{old} is no Python from 3.11 to 3.13" in refused.stderr


def test_the_agent_of_a_mac_and_the_unit_of_systemd_start_the_same_program(tmp_path: Path) -> None:
    root = tmp_path / "R&D 100%"
    agent = plistlib.loads(login_of("Darwin", tmp_path, root, "/h").text)
    assert agent["ProgramArguments"] == [str(root / "deploy" / "serve"), "start", "--home", "/h"]
    unit = login_of("Linux", tmp_path, root, "/h").text.decode()
    escaped = str(root / "deploy" / "serve").replace("%", "%%")
    assert f'ExecStart="{escaped}" "start" "--home" "/h"' in unit


def test_a_system_that_does_not_take_it_is_told_with_the_command_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    login = login_of("Linux", tmp_path, tmp_path / "checkout", "/h")
    for _ in range(2):
        assert switch(login, on=True).endswith("type it yourself: systemctl --user enable whisky-assets.ui.service")
    assert login.path.exists()
    switch(login, on=False)
    assert not login.path.exists()


@pytest.mark.parametrize("program", ["setup", "update", "serve"])
def test_the_programs_are_plain_shell_that_an_old_bash_reads_too(program: str) -> None:
    path = PROJECT_ROOT / "deploy" / program
    assert path.read_text(encoding="utf-8").startswith("#!/bin/sh\n")
    assert path.stat().st_mode & 0o111
    for shell in ("sh", "bash"):
        subprocess.run([shell, "-n", str(path)], check=True)
