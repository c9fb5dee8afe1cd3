"""Proves that a test without its part skips with the install line, or fails where the part is required."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import pytest_socket

from whisky_assets_tests.tooling import parts

NEEDY_TESTS = """
import pytest

def test_shared(shared_data): pass
def test_shared_again(shared_data): pass
def test_browser(requires_browser): pass
def test_emulator(firestore_emulator_jar): pass
def test_root(requires_root): pass
def test_another():
    pytest.skip("only on Tuesdays")
"""


def _run(project_root: Path, folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs the needy tests by this project's conftest on a machine that has none of the parts."""
    (folder / "test_needy.py").write_text(NEEDY_TESTS, encoding="utf-8")
    bare = {"PATH": str(folder), "WHISKY_SHARED": str(folder / "shared"), "COLUMNS": "400", "HOME": str(folder)}
    plugins = ["-p", "whisky_assets_tests.conftest", "-p", "no:randomly", "-p", "no:cacheprovider"]
    own = ["-q", "-c", str(project_root / "pyproject.toml"), "--rootdir", str(folder), str(folder / "test_needy.py")]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *own, *plugins, *arguments],
        cwd=project_root,
        env={**bare, **variables},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_missing_parts_skip_and_are_summed_up_by_part_last(project_root: Path, tmp_path: Path) -> None:
    report = tmp_path / "report"
    answer = _run(project_root, tmp_path, WHISKY_SKIP_REPORT=str(report))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    summary = answer.stdout[answer.stdout.index("skipped, by part") :].splitlines()[1:-1]
    assert [line.split(" skipped")[0] for line in summary] == [
        "shared: 2",
        "browser: 1",
        "emulator: 1",
        "root: 1",
        "other: 1",
    ]
    assert "To have it: apt-get install chromium chromium-driver" in summary[1]
    assert summary[-1] == "other: 1 skipped: only on Tuesdays"
    assert "6 skipped" in answer.stdout.splitlines()[-1]
    assert report.read_text("utf-8").splitlines() == summary


def test_a_required_part_that_is_missing_fails_its_tests_alone(project_root: Path, tmp_path: Path) -> None:
    answer = _run(project_root, tmp_path, WHISKY_REQUIRE="browser,emulator")
    assert answer.returncode == 1
    assert "WHISKY_REQUIRE lists browser: [browser] not on PATH: chromium. To have it: apt-get install" in answer.stdout
    assert "WHISKY_REQUIRE lists emulator" in answer.stdout
    assert "4 skipped, 2 errors" in answer.stdout.splitlines()[-1]


def test_a_part_is_a_marker_too(project_root: Path, tmp_path: Path) -> None:
    answer = _run(project_root, tmp_path, "-m", "shared")
    assert "2 skipped, 4 deselected" in answer.stdout.splitlines()[-1]


@pytest.mark.parametrize("word", ["browsers", "mac"])
def test_an_unknown_or_unfit_word_in_whisky_require_stops_the_run(
    word: str, project_root: Path, tmp_path: Path
) -> None:
    answer = _run(project_root, tmp_path, WHISKY_REQUIRE=f"shared,{word}")
    assert answer.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"{word} cannot be required; known are age, browser, emulator, root, shared, sshd" in answer.stderr


def test_parts_are_read_with_spaces_and_without_any() -> None:
    assert parts.required_parts("") == frozenset()
    assert parts.required_parts(" shared, root ,") == {"shared", "root"}


def test_shared_data_is_found_by_its_data_folder(tmp_path: Path) -> None:
    with pytest.raises(parts.PartMissingError, match="no folder"):
        parts.find_shared({"WHISKY_SHARED": str(tmp_path)})
    (tmp_path / "data").mkdir()
    assert parts.find_shared({"WHISKY_SHARED": str(tmp_path)}) == tmp_path.resolve()


def test_the_emulator_is_found_by_its_variable_then_in_the_sdk_on_path(tmp_path: Path) -> None:
    jar = tmp_path / "sdk" / parts.EMULATOR_JAR
    jar.parent.mkdir(parents=True)
    jar.touch()
    gcloud = tmp_path / "sdk" / "bin" / "gcloud"
    gcloud.parent.mkdir()
    gcloud.touch()
    programs = {"java": "/usr/bin/java", "gcloud": str(gcloud)}
    nowhere = tmp_path / "nowhere"
    assert parts.find_emulator_jar({}, programs.get, nowhere) == jar.resolve()
    assert parts.find_emulator_jar({"FIRESTORE_EMULATOR_JAR": str(jar)}, {"java": "java"}.get, nowhere) == jar
    with pytest.raises(parts.PartMissingError, match="java"):
        parts.find_emulator_jar({}, {"gcloud": str(gcloud)}.get, nowhere)
    with pytest.raises(parts.PartMissingError, match=r"no file .*other"):
        parts.find_emulator_jar({"FIRESTORE_EMULATOR_JAR": str(tmp_path / "other")}, programs.get, nowhere)


def test_the_browser_is_chromium_or_chrome_with_its_driver() -> None:
    chrome = {"google-chrome": "/opt/chrome", "chromedriver": "/opt/driver"}
    assert parts.find_browser(chrome.get) == parts.Browser(Path("/opt/chrome"), Path("/opt/driver"))
    with pytest.raises(parts.PartMissingError, match="chromedriver"):
        parts.find_browser({"chromium": "/usr/bin/chromium"}.get)


def test_no_test_reaches_beyond_loopback() -> None:
    blocked = pytest.raises(pytest_socket.SocketConnectBlockedError)
    with socket.socket() as outward, pytest.warns(UserWarning, match="tried to use socket"), blocked:
        outward.connect(("192.0.2.1", 80))  # an address kept for documentation: nothing answers there
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()


def test_no_test_sees_the_home_or_the_targets_of_its_user() -> None:
    names = ("WHISKY_HOME", "DAGSTER_HOME", "FIRESTORE_EMULATOR_HOST", "GOOGLE_APPLICATION_CREDENTIALS")
    assert [name for name in names if name in os.environ] == []
    assert Path.home().name.startswith("whisky-tests-home-")
