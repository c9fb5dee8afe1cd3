"""Proves what a reader may take for granted: reasons beside suppressions, honest names, small files."""

import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

MEGABYTE = 1_000_000
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}
SUPPRESSION = re.compile(
    r"#\s*(noqa|ruff:\s*noqa|type:\s*ignore|pragma:\s*no cover|nosec|mypy:|pylint:|fmt:\s*off)", re.IGNORECASE
)
# The code, then two words at least that say why.
EXPLAINED = re.compile(
    r"#\s*(noqa:\s*[A-Z]+[0-9]+(,\s*[A-Z]+[0-9]+)*|type:\s*ignore\[[a-z, -]+\])\s*[^\w\s]+\s*\w\S*\s+\w", re.IGNORECASE
)


def _files(project_root: Path) -> list[Path]:
    """What git tracks or would track."""
    answer = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=project_root,
        check=True,
        capture_output=True,
        text=True,
    )
    paths = [project_root / name for name in answer.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


@pytest.fixture(scope="module")
def sources(project_root: Path) -> list[Path]:
    """Every Python file of the checkout."""
    found = [path for path in _files(project_root) if path.suffix == ".py"]
    assert len(found) > 15
    return found


def unexplained(text: str) -> Iterator[tuple[int, str]]:
    """The comments that silence a check without its code and a reason in the same line."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and SUPPRESSION.search(token.string) and not EXPLAINED.search(token.string):
            yield token.start[0], token.string


@pytest.mark.parametrize(
    "line",
    [
        "x = 1  # noqa",
        "x = 1  # noqa: S603",
        "x = 1  # noqa: S603 - why",
        "x = 1  # type: ignore",
        "x = 1  # type: ignore[arg-type]",
        "# ruff: noqa",
        "x = 1  # pragma: no cover",
    ],
)
def test_a_suppression_without_code_or_reason_is_found(line: str) -> None:
    assert list(unexplained(line + "\n")) == [(1, line[line.index("#") :])]


@pytest.mark.parametrize(
    "line",
    [
        "x = 1  # noqa: S603 - fixed arguments, no shell",
        "x = 1  # noqa: S603, S607  # fixed arguments, no shell",
        "x = 1  # type: ignore[arg-type]  # the stub lacks this overload",
        "x = '# noqa'",
        "# what a type ignores is not our business",
    ],
)
def test_a_suppression_with_code_and_reason_passes(line: str) -> None:
    assert list(unexplained(line + "\n")) == []


def test_every_suppression_has_its_code_and_reason_in_the_line(sources: list[Path], project_root: Path) -> None:
    found = [
        f"{path.relative_to(project_root)}:{row}: {comment}"
        for path in sources
        for row, comment in unexplained(path.read_text("utf-8"))
    ]
    assert found == []


def test_no_module_has_a_name_that_says_nothing(sources: list[Path], project_root: Path) -> None:
    relative = [path.relative_to(project_root) for path in sources]
    assert [str(path) for path in relative if EMPTY_NAMES & {path.stem, *path.parts[:-1]}] == []


def test_orchestration_does_not_postpone_annotations(project_root: Path) -> None:
    """Dagster reads annotations when it decorates; as strings they raise, some of them only when a run starts."""
    modules = [*(project_root / "whisky_assets" / "orchestration").rglob("*.py")]
    modules += [path for path in [project_root / "whisky_assets" / "definitions.py"] if path.exists()]
    assert modules
    assert [str(path) for path in modules if "from __future__ import annotations" in path.read_text("utf-8")] == []


def test_no_file_of_the_repository_is_over_a_megabyte(project_root: Path) -> None:
    large = {path.name: path.stat().st_size for path in _files(project_root) if path.stat().st_size > MEGABYTE}
    assert large == {}


def test_no_python_file_names_a_folder_of_one_machine(sources: list[Path], project_root: Path) -> None:
    own = Path(__file__)
    here = re.escape(f"{project_root}/")
    pattern = re.compile(rf"[\"' =]({here}|/root/|/home/[a-z]+/|/Users/[a-z]+/)")
    found = [
        str(path.relative_to(project_root))
        for path in sources
        if path != own and pattern.search(path.read_text("utf-8"))
    ]
    assert found == []
