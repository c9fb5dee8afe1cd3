"""Tries mutants: each is put into a copy of the tree, and the tests that mirror its module must fail.

The tests named after the module run first, then the others of both folders that reach it by what they import. Each
run is a fork of one warm process, so that a killed mutant costs about a second. A test that does not end counts as a
failure. The checkout itself is never written to.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import fnmatch
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from whisky_assets_tests.mutation.mutants import Mutant, mutants_of
from whisky_assets_tests.mutation.runner import Runner

ROOT = Path(__file__).resolve().parents[2]
_OF_NAMES = (
    "names*", "name_pieces", "fold", "han", "lexicon", "numerals", "parsed", "reading", "tokens", "units", "by_ear",
)  # fmt: skip
MUTATED = ("whisky_assets/identity/*.py", *(f"whisky_assets/parsing/{name}.py" for name in _OF_NAMES))
"""What is mutated: identity, and the reading of names."""

TEST_FOLDERS = ("whisky_assets_tests/identity", "whisky_assets_tests/parsing")
COPIED = ("whisky_assets", "whisky_assets_tests", "docs", "pyproject.toml")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one mutant: `killed` when a test failed, ran out of time or could not start."""

    mutant: Mutant
    killed: bool
    seconds: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What became of all."""

    verdicts: tuple[Verdict, ...]

    @property
    def survivors(self) -> list[Mutant]:
        """The mutants that no test noticed, in order of place."""
        left = [verdict.mutant for verdict in self.verdicts if not verdict.killed]
        return sorted(left, key=lambda mutant: (mutant.path, mutant.line, mutant.kind))

    @property
    def killed_share(self) -> float:
        """Killed ones of all, 1.0 for none at all."""
        return sum(verdict.killed for verdict in self.verdicts) / len(self.verdicts) if self.verdicts else 1.0


def all_mutants(root: Path = ROOT, patterns: Sequence[str] = MUTATED) -> list[Mutant]:
    """Return every mutant of the modules that match one of the patterns, in order of path and line."""
    paths = sorted({path for pattern in patterns for path in root.glob(pattern)})
    return [
        mutant
        for path in paths
        for mutant in mutants_of(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))
    ]


def sample_of(mutants: Sequence[Mutant], size: int | None, seed: int) -> list[Mutant]:
    """Return a part drawn by seed, all of them for None or where there are fewer."""
    if size is None or size >= len(mutants):
        return list(mutants)
    return random.Random(seed).sample(list(mutants), size)  # noqa: S311 - a sample, no secret


def mirrored_tests(module: str, root: Path = ROOT, folders: Sequence[str] = TEST_FOLDERS) -> list[str]:
    """Return the test files that are named after a module (`identity/slugs.py`) or import it, those of its name first.

    A module of a family (`names_ages`) is also mirrored by the tests of the family's head (`test_names*`).
    """
    path = Path(module)
    dotted = ".".join(path.with_suffix("").parts)
    heads = {path.stem, path.stem.split("_")[0]}
    named: list[str] = []
    importing: list[str] = []
    for folder in folders:
        for test in sorted((root / folder).glob("test_*.py")):
            place = test.relative_to(root).as_posix()
            if path.parent.name == test.parent.name and any(fnmatch.fnmatch(test.stem, f"test_{x}*") for x in heads):
                named.append(place)
            elif dotted in test.read_text(encoding="utf-8"):
                importing.append(place)
    return [*sorted(named, key=lambda place: Path(place).stem != f"test_{path.stem}"), *importing]


def other_tests(
    module: str, chosen: Sequence[str], root: Path = ROOT, folders: Sequence[str] = TEST_FOLDERS
) -> list[str]:
    """Return the test files of the folders that are not among the chosen and reach a module by what they import.

    Those of the module's own folder come first.
    """
    every = [test for folder in folders for test in (root / folder).glob("test_*.py")]
    others = {test for test in every if test.relative_to(root).as_posix() not in chosen}
    seeing = [test for test in others if root / module in _reached(test, root)]
    seeing.sort(key=lambda test: (test.parent.name != Path(module).parent.name, test))
    return [test.relative_to(root).as_posix() for test in seeing]


@lru_cache(maxsize=1_024)
def _reached(test: Path, root: Path) -> frozenset[Path]:
    """Return the files of the tree that a test imports, also through others and inside functions."""
    seen: set[Path] = set()
    waiting = [test]
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting += _imported(path, root)
    return frozenset(seen)


@lru_cache(maxsize=4_096)
def _imported(path: Path, root: Path) -> tuple[Path, ...]:
    dotted: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            dotted |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            dotted |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    whole = {".".join(name.split(".")[:length]) for name in dotted for length in range(1, name.count(".") + 2)}
    places = [root.joinpath(*name.split(".")) for name in whole]
    found = [place.with_suffix(".py") for place in places] + [place / "__init__.py" for place in places]
    return tuple(sorted(each for each in found if each.is_file()))


def try_all(
    mutants: Sequence[Mutant],
    *,
    jobs: int,
    told: Callable[[Verdict], None],
    root: Path = ROOT,
    folders: Sequence[str] = TEST_FOLDERS,
) -> Score:
    """Try mutants in `jobs` copies of the tree at once and return what became of each.

    Args:
        mutants: the faults to plant.
        jobs: copies that work at once.
        told: is called with each verdict as it comes.
        root: the tree that is copied.
        folders: whose tests judge; fewer of them judge more quickly and kill less.

    Raises:
        RuntimeError: the tests fail without any fault, so that their failing would say nothing.
    """
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder, contextlib.ExitStack() as opened:
        free: SimpleQueue[_Copy] = SimpleQueue()
        for number in range(jobs):
            path = _copied(root, Path(folder) / str(number))
            runner = Runner(path)
            opened.callback(runner.close)
            _must_pass(runner, folders)
            free.put(_Copy(path, runner))

        def judge(mutant: Mutant) -> Verdict:
            copy = free.get()
            try:
                verdict = _verdict(mutant, copy, folders)
            finally:
                free.put(copy)
            told(verdict)
            return verdict

        with ThreadPoolExecutor(jobs) as pool:
            return Score(verdicts=tuple(pool.map(judge, mutants)))


class _Copy(NamedTuple):
    """One copy of the tree, and the process that runs its tests."""

    path: Path
    runner: Runner


def _copied(root: Path, target: Path) -> Path:
    target.mkdir(parents=True)
    for name in COPIED:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy2(source, target / name)
    return target


def _must_pass(runner: Runner, folders: Sequence[str]) -> None:
    """Run every test twice: first also to write the compiled modules that later runs share, then as they will run."""
    for keeps_compiled in (True, False):
        answer = runner.run(folders, keeps_compiled=keeps_compiled)
        if answer.code != 0:
            said = "they did not end" if answer.code is None else answer.said
            raise RuntimeError(f"the tests fail in a plain copy of the tree, so no mutant can be judged:\n{said}")


def _verdict(mutant: Mutant, copy: _Copy, folders: Sequence[str]) -> Verdict:
    began = time.monotonic()
    path = copy.path / mutant.path
    times = path.stat()
    path.write_text(mutant.source, encoding="utf-8")
    # Another time than the compiled form has, which would hide the fault.
    os.utime(path, (times.st_atime, times.st_mtime + 10))
    try:
        mirrored = mirrored_tests(mutant.path, copy.path, folders)
        others = other_tests(mutant.path, mirrored, copy.path, folders)
        stages = [stage for stage in (mirrored, others) if stage]
        killed = any(copy.runner.run(stage).code != 0 for stage in stages)
    finally:
        path.write_text(mutant.original, encoding="utf-8")
        os.utime(path, (times.st_atime, times.st_mtime))
    return Verdict(mutant=mutant, killed=killed, seconds=time.monotonic() - began)
