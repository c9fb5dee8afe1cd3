"""Gives every test a machine without surprises: no network, no home of its user, and named parts that skip or fail.

Fixtures here hand over paths or skip; what starts a server or a browser stands beside the tests that use it.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest
from hypothesis import HealthCheck, settings

from whisky_assets_tests.tooling import parts

# What would make a test read or write a person's own things, or another test's.
OUTSIDE_VARIABLES = (
    "WHISKY_HOME",
    "DAGSTER_HOME",
    "FIRESTORE_EMULATOR_HOST",
    "STORAGE_EMULATOR_HOST",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_CLOUD_PROJECT",
)
REQUIRED_KEY = pytest.StashKey[frozenset[str]]()
HOME_KEY = pytest.StashKey[str]()

Found = TypeVar("Found")

settings.register_profile("ci", derandomize=True, deadline=None, database=None, max_examples=100, print_blob=True)
settings.register_profile("dev", deadline=None, max_examples=100)
# In CI the same examples each time: a submission is judged by what it changed, not by the day's dice.
settings.register_profile(
    "thorough",
    settings.get_profile("ci" if os.environ.get("CI") else "dev"),
    max_examples=2_000,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)


def pytest_configure(config: pytest.Config) -> None:
    """Reads `WHISKY_REQUIRE`, chooses hypothesis' profile and shuts out the machine's own settings."""
    try:
        config.stash[REQUIRED_KEY] = parts.required_parts(os.environ.get("WHISKY_REQUIRE", ""))
    except ValueError as error:
        raise pytest.UsageError(str(error)) from error
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))
    for name in OUTSIDE_VARIABLES:
        os.environ.pop(name, None)
    # Dagster writes to ~/.dagster also where telemetry is off; browsers and Java keep settings there too.
    config.stash[HOME_KEY] = os.environ["HOME"] = tempfile.mkdtemp(prefix="whisky-tests-home-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Removes the tests' own home folder."""
    if home := config.stash.get(HOME_KEY, None):
        shutil.rmtree(home, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks each test with the parts whose fixtures it uses, so that `-m browser` finds them."""
    for item in items:
        for part in parts.PARTS.values():
            if part.fixture in getattr(item, "fixturenames", ()):
                item.add_marker(part.name)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints the skipped tests by part, last; also into the file that `WHISKY_SKIP_REPORT` names."""
    skipped = terminalreporter.stats.get("skipped", [])
    lines = parts.skips_by_part(
        report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr) for report in skipped
    )
    if lines:
        terminalreporter.section("skipped, by part")
        for line in lines:
            terminalreporter.write_line(line)
    if report_path := os.environ.get("WHISKY_SKIP_REPORT"):
        with Path(report_path).open("a", encoding="utf-8") as report_file:
            report_file.writelines(f"{line}\n" for line in lines)


def _skip_or_fail(config: pytest.Config, part: parts.Part, why: str) -> NoReturn:
    text = parts.skip_text(part, why)
    if part.name in config.stash[REQUIRED_KEY]:
        pytest.fail(f"WHISKY_REQUIRE lists {part.name}: {text}", pytrace=False)
    pytest.skip(text)


def _have(config: pytest.Config, name: str, find: Callable[[], Found]) -> Found:
    try:
        return find()
    except parts.PartMissingError as missing:
        _skip_or_fail(config, parts.PARTS[name], str(missing))


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The checkout's own folder."""
    return parts.PROJECT_ROOT


@pytest.fixture(scope="session")
def shared_data(pytestconfig: pytest.Config) -> Path:
    """The folder of shared data (`data/`, `gold/`, ...): `WHISKY_SHARED`, else `../shared`; skips without it."""
    return _have(pytestconfig, "shared", lambda: parts.find_shared(os.environ))


@pytest.fixture(scope="session")
def requires_browser(pytestconfig: pytest.Config) -> parts.Browser:
    """The paths of Chromium and chromedriver; skips without them."""
    return _have(pytestconfig, "browser", parts.find_browser)


@pytest.fixture(scope="session")
def firestore_emulator_jar(pytestconfig: pytest.Config) -> Path:
    """The Firestore emulator's jar, with a java on PATH to start it; skips without them."""
    return _have(pytestconfig, "emulator", lambda: parts.find_emulator_jar(os.environ))


@pytest.fixture(scope="session")
def requires_root(pytestconfig: pytest.Config) -> None:
    """Root on Linux, where namespaces can be made; skips elsewhere."""
    _have(pytestconfig, "root", parts.find_root)


@pytest.fixture(scope="session")
def sshd_program(pytestconfig: pytest.Config) -> str:
    """The path of sshd; skips without it."""
    return _have(pytestconfig, "sshd", lambda: parts.find_program("sshd"))


@pytest.fixture(scope="session")
def age_program(pytestconfig: pytest.Config) -> str:
    """The path of the program age; skips without it."""
    return _have(pytestconfig, "age", lambda: parts.find_program("age"))


@pytest.fixture(scope="session")
def requires_mac(pytestconfig: pytest.Config) -> None:
    """macOS; skips elsewhere."""
    _have(pytestconfig, "mac", parts.find_mac)
