"""Tries mutants: each is put into a copy of the tree, and the tests that mirror its module must fail.

The tests named after the module run first, then the rest of both folders, so that a killed mutant costs a second or
two. A test that does not end counts as a failure. The checkout itself is never written to.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from whisky_assets_tests.mutation.mutants import Mutant, mutants_of

ROOT = Path(__file__).resolve().parents[2]
_OF_NAMES = ("names*", "name_pieces", "lexicon", "numerals", "parsed", "reading", "units")
MUTATED = ("whisky_assets/identity/*.py", *(f"whisky_assets/parsing/{name}.py" for name in _OF_NAMES))
"""What is mutated: identity, and the reading of names."""

TEST_FOLDERS = ("whisky_assets_tests/identity", "whisky_assets_tests/parsing")
COPIED = ("whisky_assets", "whisky_assets_tests", "docs", "pyproject.toml")
LONGEST_TEST_SECONDS = 60
LONGEST_RUN_SECONDS = 600


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


def mirrored_tests(module: str, root: Path = ROOT) -> list[str]:
    """Return the test files that are named after a module (`identity/slugs.py`) or import it, those of its name first.

    A module of a family (`names_ages`) is also mirrored by the tests of the family's head (`test_names*`).
    """
    path = Path(module)
    dotted = ".".join(path.with_suffix("").parts)
    heads = {path.stem, path.stem.split("_")[0]}
    named: list[str] = []
    importing: list[str] = []
    for folder in TEST_FOLDERS:
        for test in sorted((root / folder).glob("test_*.py")):
            place = test.relative_to(root).as_posix()
            if path.parent.name == test.parent.name and any(fnmatch.fnmatch(test.stem, f"test_{x}*") for x in heads):
                named.append(place)
            elif dotted in test.read_text(encoding="utf-8"):
                importing.append(place)
    return [*sorted(named, key=lambda place: Path(place).stem != f"test_{path.stem}"), *importing]


def other_tests(chosen: Sequence[str], root: Path = ROOT) -> list[str]:
    """Return the test files of both folders that are not among the chosen."""
    every = [test.relative_to(root).as_posix() for folder in TEST_FOLDERS for test in (root / folder).glob("test_*.py")]
    return sorted(set(every) - set(chosen))


def try_all(mutants: Sequence[Mutant], *, jobs: int, told: Callable[[Verdict], None], root: Path = ROOT) -> Score:
    """Try mutants in `jobs` copies of the tree at once and return what became of each.

    Args:
        mutants: the faults to plant.
        jobs: copies that work at once.
        told: is called with each verdict as it comes.
        root: the tree that is copied.

    Raises:
        RuntimeError: the tests fail without any fault, so that their failing would say nothing.
    """
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(jobs):
            copies.put(_copied(root, Path(folder) / str(number)))
        _must_pass(copies)

        def judge(mutant: Mutant) -> Verdict:
            copy = copies.get()
            try:
                verdict = _verdict(mutant, copy)
            finally:
                copies.put(copy)
            told(verdict)
            return verdict

        with ThreadPoolExecutor(jobs) as pool:
            return Score(verdicts=tuple(pool.map(judge, mutants)))


def _copied(root: Path, target: Path) -> Path:
    target.mkdir(parents=True)
    for name in COPIED:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy2(source, target / name)
    return target


def _must_pass(copies: SimpleQueue[Path]) -> None:
    """Run every test once in each copy, which also writes the compiled modules that later runs share."""
    for copy in [copies.get() for _ in range(copies.qsize())]:
        copies.put(copy)
        answer = _pytest(copy, list(TEST_FOLDERS), keeps_compiled=True)
        if answer is None or answer.returncode:
            said = "they did not end" if answer is None else answer.stdout.decode(errors="replace")[-2000:]
            raise RuntimeError(f"the tests fail in a plain copy of the tree, so no mutant can be judged:\n{said}")


def _verdict(mutant: Mutant, copy: Path) -> Verdict:
    began = time.monotonic()
    path = copy / mutant.path
    # A compiled form of the same second and length would hide the fault.
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        compiled.unlink()
    path.write_text(mutant.source, encoding="utf-8")
    try:
        mirrored = mirrored_tests(mutant.path, copy)
        stages = [stage for stage in (mirrored, other_tests(mirrored, copy)) if stage]
        killed = any(_notices(copy, stage) for stage in stages)
    finally:
        path.write_text(mutant.original, encoding="utf-8")
    return Verdict(mutant=mutant, killed=killed, seconds=time.monotonic() - began)


def _notices(copy: Path, tests: Sequence[str]) -> bool:
    answer = _pytest(copy, tests)
    return answer is None or answer.returncode != 0


def _pytest(
    copy: Path, tests: Sequence[str], *, keeps_compiled: bool = False
) -> subprocess.CompletedProcess[bytes] | None:
    """Run tests in a copy of the tree, None when they did not end in time."""
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONHASHSEED": "0", "HYPOTHESIS_PROFILE": "ci"}
    if not keeps_compiled:
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
    command = [
        sys.executable, "-m", "pytest", "-x", "-q", "-m", "not slow", "-p", "no:randomly", "-p", "no:cacheprovider",
        "-o", f"timeout={LONGEST_TEST_SECONDS}", *tests,
    ]  # fmt: skip
    try:
        return subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, timeout=LONGEST_RUN_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return None
