"""`python -m benchmarks [--only NAME]`: every question in turn, each with its table and what its figures mean."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.report import Report
from whisky_assets.cli.console import table

QUESTIONS: dict[str, str] = {
    "main_job": "what does `whisky run` cost the first time, with nothing new, and a week later?",
    "fetching": "what does a polite, durable crawl cost beside bare requests and Scrapy?",
    "reading": "what do our readers cost beside BeautifulSoup and pandas alone?",
    "matching": "how good and how quick is our matching beside a join by name and a fuzzy one?",
    "building": "what does a build with one listing in a hundred new cost beside a full one?",
    "finding": "how quick and how good is our search beside LIKE and a fuzzy match of all names?",
    "archiving": "how small is the archive of pages, and how quick is one page or one batch?",
    "storing": "what do durable, checked segments cost beside plain Parquet files?",
    "placing": "what does deciding where copies go cost, and how evenly do they lie, beside hashing?",
    "publishing": "what do planned commits save beside one set() a document?",
}
"""Module of this package to the question that it answers, in order of running."""


def build_parser() -> argparse.ArgumentParser:
    """Return the command line of the benchmarks."""
    listed = "\n".join(f"  {name:<12}{question}" for name, question in QUESTIONS.items())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=f"Measures each beside its peers, on this machine, in a folder that is removed.\n\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=tuple(QUESTIONS),
        metavar="NAME",
        help="only this question; may be given again",
    )
    return parser


def lines_of(report: Report) -> list[str]:
    """Return a report as lines: title, table, notes; one line for a skipped one."""
    if report.skipped:
        return [f"{report.title}: skipped, {report.skipped}", ""]
    return [report.title, *table(report.headers, report.rows), *(f"  {note}" for note in report.notes), ""]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the chosen benchmarks and print their tables; returns 0, an error of a benchmark is raised as it is."""
    chosen = build_parser().parse_args(argv).only or list(QUESTIONS)
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores{load}\n")
    for name, question in QUESTIONS.items():
        if name not in chosen:
            continue
        print(f"== {name}: {question}", flush=True)
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="whisky-bench-") as folder:
            for report in importlib.import_module(f"benchmarks.{name}").run(Path(folder)):
                print("\n".join(lines_of(report)), flush=True)
        print(f"   ({time.monotonic() - began:.1f} s)\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
