"""Proves that the files at the top of the checkout agree, and that a set-up that cannot work says what to do."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from whisky_assets_tests.tooling import parts

SAMPLE_HOME = ".whisky/sample/dagster"


def _toml(project_root: Path) -> dict[str, Any]:
    return tomllib.loads((project_root / "pyproject.toml").read_text("utf-8"))


def _workspace_module(project_root: Path) -> dict[str, str]:
    workspace = yaml.safe_load((project_root / "workspace.yaml").read_text("utf-8"))
    (loaded,) = workspace["load_from"]
    module: dict[str, str] = loaded["python_module"]
    return module


def test_dagster_finds_the_same_location_by_either_file(project_root: Path) -> None:
    project = _toml(project_root)["tool"]["dg"]["project"]
    assert _workspace_module(project_root) == {
        "module_name": project["code_location_target_module"],
        "location_name": project["code_location_name"],
        "working_directory": ".",
    }
    assert project["code_location_name"] == "whisky_assets"


def test_a_plain_dagster_dev_lies_in_the_sample_home(
    project_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(project_root / "dagster.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert not instance.telemetry_enabled
        assert not instance.nux_enabled
        assert instance.run_monitoring_enabled
        settings = instance.get_settings("concurrency")
        instance.get_runs()
    assert settings["runs"]["max_concurrent_runs"] == 2
    (tmp_path / "dagster.yaml").unlink()
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert written
    assert [path for path in written if not path.startswith(f"{SAMPLE_HOME}/")] == []


def test_git_ignores_every_home_and_every_dagster_folder(project_root: Path) -> None:
    names = [f"{SAMPLE_HOME}/storage", ".whisky/real/state.sqlite", ".tmp_dagster_home_abc/", ".venv/", ".env"]
    answer = subprocess.run(
        ["git", "check-ignore", *names], cwd=project_root, check=False, capture_output=True, text=True
    )
    assert answer.stdout.split() == names


def test_the_whisky_command_starts_the_command_line(project_root: Path) -> None:
    assert _toml(project_root)["project"]["scripts"] == {"whisky": "whisky_assets.cli:main"}


def _make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Calls make as a person does, also when it was make that started these tests."""
    own = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}}
    return subprocess.run(
        ["make", *arguments], cwd=folder, env=own, check=False, capture_output=True, text=True, timeout=60
    )


def test_make_alone_lists_every_command(project_root: Path) -> None:
    makefile = (project_root / "Makefile").read_text("utf-8")
    (phony,) = [line for line in makefile.splitlines() if line.startswith(".PHONY:")]
    listed = _make(project_root).stdout.splitlines()
    commands = {line.split()[1] for line in listed}
    assert all(len(line.split()) > 4 for line in listed), "a command is listed without saying what it does"
    assert commands == set(phony.split()[1:]) - {".venv"}
    assert commands >= {"help", "run", "test", "test-slow", "ui", "bench", "lock"}


def _set_up(project_root: Path, folder: Path, python: Path, lock_end: str = "") -> subprocess.CompletedProcess[str]:
    """Calls make's set-up in a folder of its own, with this Python and the lock, a little longer when asked."""
    shutil.copy(project_root / "Makefile", folder)
    lock = (project_root / "requirements.lock").read_text("utf-8") + lock_end
    if not (folder / "requirements.lock").exists():
        (folder / "requirements.lock").write_text(lock, encoding="utf-8")
    return _make(folder, f"PYTHON={python}", ".venv")


def _program(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_too_old_a_python_is_refused_with_the_command_to_type(project_root: Path, tmp_path: Path) -> None:
    old = _program(tmp_path / "python-old", 'case "$1" in --version) echo "Python 3.9.6";; *) exit 1;; esac')
    answer = _set_up(project_root, tmp_path, old)
    assert answer.returncode == 2
    assert "Python 3.9.6; this needs Python 3.11, 3.12 or 3.13" in answer.stderr
    assert "make PYTHON=python3.12" in answer.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_python_without_venv_is_refused_with_the_package_to_install(project_root: Path, tmp_path: Path) -> None:
    bare = _program(
        tmp_path / "python-bare", f'case "$2" in *ensurepip*) exit 1;; *) exec {sys.executable} "$@";; esac'
    )
    answer = _set_up(project_root, tmp_path, bare)
    assert answer.returncode == 2
    assert "apt-get install python3-venv" in answer.stderr


def test_a_set_up_that_broke_is_done_again(project_root: Path, tmp_path: Path) -> None:
    """The venv is there, its install failed: without the stamp the next make starts anew."""
    log = tmp_path / "calls"
    fake = _program(
        tmp_path / "python-fake",
        f'echo "$@" >> {log}\n'
        'case "$2" in venv) mkdir -p .venv/bin; printf "#!/bin/sh\\nexit 9\\n" > .venv/bin/python;'
        " chmod +x .venv/bin/python;; esac",
    )
    for _ in range(2):
        answer = _set_up(project_root, tmp_path, fake)
        assert answer.returncode == 2
    assert log.read_text("utf-8").count("-m venv --clear .venv") == 2
    assert not list((tmp_path / ".venv").glob(".installed-*"))


def _stamped(project_root: Path, folder: Path) -> Path:
    """Leave a folder as a finished set-up does; returns its stamp."""
    shutil.copy(project_root / "requirements.lock", folder)
    checksum = subprocess.run(["cksum", "requirements.lock"], cwd=folder, check=True, capture_output=True, text=True)
    (folder / ".venv").mkdir()
    stamp = folder / ".venv" / f".installed-{checksum.stdout.split()[0]}"
    stamp.touch()
    return stamp


def test_a_finished_set_up_is_not_done_again_until_the_lock_changes(project_root: Path, tmp_path: Path) -> None:
    _stamped(project_root, tmp_path)
    assert _set_up(project_root, tmp_path, Path("nowhere")).returncode == 0
    (tmp_path / "requirements.lock").unlink()
    assert _set_up(project_root, tmp_path, Path("nowhere"), lock_end="\n").returncode == 2


def test_a_lock_that_a_checkout_only_touched_is_not_installed_again(project_root: Path, tmp_path: Path) -> None:
    os.utime(_stamped(project_root, tmp_path), (1, 1))
    assert (tmp_path / "requirements.lock").stat().st_mtime > 1
    assert _set_up(project_root, tmp_path, Path("nowhere")).returncode == 0


def test_ci_runs_as_a_program_and_names_no_registry_and_no_machine(project_root: Path) -> None:
    script = project_root / ".ci" / "run"
    text = script.read_text("utf-8")
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", script], check=True)
    assert "://" not in text
    assert re.findall(r"/(?:work|root|home|tmp|opt|Users)/", text) == []


def test_ci_requires_every_part_that_a_set_up_can_bring(project_root: Path) -> None:
    (line,) = re.findall(
        r"^export WHISKY_REQUIRE=(\S+)$", (project_root / ".ci" / "run").read_text("utf-8"), re.MULTILINE
    )
    assert parts.required_parts(line) == {part.name for part in parts.PARTS.values() if part.can_be_required}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_wheel_of_this_tree_holds_all_that_the_package_reads(project_root: Path, tmp_path: Path) -> None:
    """Built and unpacked without a network; data files (TOML, tables) must come along, tests must not."""
    built = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-index", "--no-deps", "--no-build-isolation", "-w", tmp_path, "."],
        cwd=project_root,
        check=False,
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = tmp_path.glob("whisky_assets-*.whl")
    shutil.unpack_archive(wheel, tmp_path / "unpacked", "zip")
    package = project_root / "whisky_assets"
    wanted = {
        path.relative_to(project_root).as_posix()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    held = {path.relative_to(tmp_path / "unpacked").as_posix() for path in (tmp_path / "unpacked").rglob("*.*")}
    assert wanted - held == set()
    assert [name for name in held if name.startswith(("whisky_assets_tests", "benchmarks"))] == []
