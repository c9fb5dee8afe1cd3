"""Proves that the lock can be installed as it stands: every pin hashed, no address in it, nothing asked for missing.

That it is what requirements.in resolves to needs a network; .ci/run compares that before it shuts the network out.
"""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)(\[[a-z0-9,_-]+\])?==(?P<version>[^\s;]+)(?P<marker> ; .+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def lock_lines(project_root: Path) -> list[str]:
    """The lock's lines without its comments."""
    lines = (project_root / "requirements.lock").read_text("utf-8").splitlines()
    return [line for line in lines if not line.lstrip().startswith("#")]


@pytest.fixture(scope="module")
def pins(lock_lines: list[str]) -> dict[str, str]:
    """The locked version by name."""
    found = [match for line in lock_lines if (match := PIN.match(line))]
    return {_normal(match["name"]): match["version"] for match in found}


def _asked(text: str) -> dict[str, str]:
    """The requirements of a requirements.in, as they are written, by name."""
    lines = [line.partition("  #")[0].strip() for line in text.splitlines() if not line.startswith("#")]
    return {_normal(re.split(r"[<>=!~\[; ]", line)[0]): line for line in lines if line}


def test_every_line_of_the_lock_is_a_pin_or_its_hash(lock_lines: list[str]) -> None:
    assert [line for line in lock_lines if not PIN.match(line) and not HASH.match(line)] == []


def test_every_pin_has_a_hash(lock_lines: list[str]) -> None:
    bare = [
        one
        for one, two in zip(lock_lines, [*lock_lines[1:], ""], strict=True)
        if PIN.match(one) and not HASH.match(two)
    ]
    assert bare == []


def test_no_address_stands_in_the_lock(project_root: Path) -> None:
    text = (project_root / "requirements.lock").read_text("utf-8")
    assert [line for line in text.splitlines() if "://" in line or "file:" in line or line.startswith("--")] == []


def test_every_requirement_is_locked(project_root: Path, pins: dict[str, str]) -> None:
    asked = _asked((project_root / "requirements.in").read_text("utf-8"))
    assert len(asked) > 30
    assert sorted(set(asked) - set(pins)) == []


def test_the_owners_eight_are_asked_for(project_root: Path) -> None:
    asked = _asked((project_root / "requirements.in").read_text("utf-8"))
    eight = "dagster dagster-webserver dagster-gcp pandas requests beautifulsoup4 firebase-admin pandera"
    assert set(eight.split()) <= set(asked)


def test_the_project_depends_on_what_the_first_part_asks_for(project_root: Path) -> None:
    text = (project_root / "requirements.in").read_text("utf-8")
    first_part = text[text.index("# The run\n") : text.index("# The sample world and the tests\n")]
    project = tomllib.loads((project_root / "pyproject.toml").read_text("utf-8"))["project"]
    assert sorted(project["dependencies"]) == sorted(_asked(first_part).values())


def test_what_is_installed_is_what_is_locked(pins: dict[str, str]) -> None:
    installed = {name: version(name) for name in ("dagster", "dagster-gcp", "pandas", "pandera", "pyarrow", "pytest")}
    assert installed == {name: pins[name] for name in installed}
