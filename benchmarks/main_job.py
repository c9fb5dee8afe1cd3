"""What the main job costs on the sample world: fresh, again with nothing new, and after the shops moved on a week.

Each is `whisky run` as a person types it, in a process of its own. Its stages are Dagster's own times of the runs of
that cycle; the rest is the start of the process, imports and the summary.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.report import Report, ratio, shown
from whisky_assets.orchestration.instance import open_instance
from whisky_assets.orchestration.steps import CYCLE_TAG
from whisky_assets.pipeline.homes import PROJECT_ROOT
from whisky_assets.storage.home import create_home

STAGES = ("ingest", "build", "publish")
LARGEST_SHARE = 0.5
"""A run with nothing new has to take less than this share of the first one."""

HEADERS = (
    "run",
    "wall",
    *STAGES,
    "other",
    "÷ first",
    "processor",
    "÷ first run's",
    "documents parsed",
    "rows made",
    "rows carried",
    "documents written",
)


def run(scratch: Path, *, cut: bool = False) -> Iterator[Report]:
    """Yield the table of three runs in one fresh home; with `cut` the sample world is its cut of 40 listings."""
    home = scratch / "home"
    create_home(home, "sample", datetime.now(UTC))
    if cut:
        (home / "cut").touch()
    first = _cycle(home, "first")
    again = _cycle(home, "again")
    _whisky(home, "sample", "--week", "2")
    later = _cycle(home, "week-2")
    share, work = again["wall"] / first["wall"], again["processor"] / first["processor"]
    kept = "kept" if share < LARGEST_SHARE else "NOT kept"
    yield Report(
        title="whisky run",
        headers=HEADERS,
        rows=(
            _row("fresh home", first, first),
            _row("again, nothing new", again, first),
            _row("week 2", later, first),
        ),
        notes=(
            f"again takes {share:.2f} of the first run's wall; the promise is less than {LARGEST_SHARE}: {kept}",
            f"of the processor it takes {work:.2f}, which a busy machine blurs less",
            "other: start of the process, imports, summary",
        ),
    )


def _cycle(home: Path, name: str) -> dict[str, Any]:
    """Run a whole cycle and return its wall seconds, those of each stage, and the counts of its summary."""
    began, spent = time.perf_counter(), _processor_seconds()
    answer = _whisky(home, "run", "--run-id", name)
    wall, work = time.perf_counter() - began, _processor_seconds() - spent
    stages = dict.fromkeys(STAGES, 0.0)
    with open_instance(home) as instance:
        for record in instance.get_run_records():
            done = record.dagster_run
            if done.tags.get(CYCLE_TAG) == name and record.start_time and record.end_time:
                stages[done.job_name] += record.end_time - record.start_time
    other = wall - sum(stages.values())
    return {"wall": wall, "processor": work, **stages, "other": other, **answer["result"]["work"]}


def _processor_seconds() -> float:
    """Return what all children that ended so far have used of the processor."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _row(name: str, told: Mapping[str, Any], first: Mapping[str, Any]) -> tuple[object, ...]:
    times = (shown(told[part]) for part in ("wall", *STAGES, "other"))
    counts = (told[part] for part in ("documents_parsed", "rows_made", "rows_carried", "writes"))
    work = (shown(told["processor"]), ratio(told["processor"], first["processor"]))
    return (name, *times, ratio(told["wall"], first["wall"]), *work, *counts)


def _whisky(home: Path, *words: str) -> dict[str, Any]:
    """Run `whisky` on a home and return its JSON answer.

    Raises:
        RuntimeError: it ended with another code than 0.
    """
    done = subprocess.run(  # noqa: S603 - the project's own program with words of this module
        [sys.executable, "-m", "whisky_assets.cli", "--home", str(home), "--json", *words],
        cwd=PROJECT_ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout or "{}")
    if done.returncode != 0:
        told = [f"{problem['subject']} {problem['message']}" for problem in answer.get("problems", [])]
        raise RuntimeError(f"whisky {' '.join(words)} ended with {done.returncode}: {'; '.join(told) or done.stderr}")
    return answer
