"""How an answer and long work look on a terminal, in a log, and to a program.

A terminal gets one progress bar that redraws itself, anything else gets plain lines; with `--json` nothing but the
envelope goes to standard output.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from whisky_assets.cli.answer import Answer, Call, envelope
from whisky_assets.domain.outcome import Problem

_BAR_WIDTH = 24
_REDRAW_SECONDS = 0.1
_PLAIN_LINE_SECONDS = 10.0


class Console:
    """Writes answers to standard output, and progress and problems to standard error. It is a `Progress`."""

    def __init__(self, *, as_json: bool = False, quiet: bool = False) -> None:
        """Remember who reads: a program (`as_json`), or somebody who wants only the answer (`quiet`)."""
        self._as_json = as_json
        self._quiet = quiet or as_json
        self._bar = sys.stderr.isatty() and not self._quiet
        self._label = ""
        self._total: int | None = None
        self._done = 0
        self._last = 0.0

    def show(self, call: Call, answer: Answer) -> None:
        """Write the answer: as the JSON envelope, or as lines with the problems after them."""
        self._clear()
        if self._as_json:
            self._write(envelope(call, answer))
            return
        for line in answer.lines:
            self._write(line)
        for problem in answer.problems:
            for line in _problem_lines(problem):
                print(line, file=sys.stderr)

    def line(self, text: str) -> None:
        """Write one line now, before the answer; nothing with `--json`."""
        self._clear()
        if not self._as_json:
            self._write(text)

    def start(self, label: str, total: int | None) -> None:
        """Begin a stretch of work of `total` parts (None: unknown)."""
        self._clear()
        self._label, self._total, self._done = label, total, 0
        self._last = time.monotonic()
        if not self._quiet and not self._bar:
            print(label if total is None else f"{label}: {total}", file=sys.stderr)

    def advance(self, parts: int = 1) -> None:
        """Say that so many parts more are done; redrawn at most ten times a second, plain lines every ten seconds."""
        self._done += parts
        moment = time.monotonic()
        pause = _REDRAW_SECONDS if self._bar else _PLAIN_LINE_SECONDS
        if self._quiet or moment - self._last < pause:
            return
        self._last = moment
        if self._bar:
            print(f"\r\x1b[K{self._state()}", end="", file=sys.stderr, flush=True)
        else:
            print(self._state(), file=sys.stderr)

    def note(self, text: str) -> None:
        """Say one line that a reader would want to see now."""
        self._clear()
        if not self._quiet:
            print(text, file=sys.stderr)

    def _state(self) -> str:
        if self._total is None:
            return f"{self._label}: {self._done}"
        filled = _BAR_WIDTH if self._total == 0 else min(_BAR_WIDTH, _BAR_WIDTH * self._done // self._total)
        bar = f"[{'#' * filled}{'.' * (_BAR_WIDTH - filled)}] " if self._bar else ""
        return f"{self._label}: {bar}{self._done} of {self._total}"

    def _clear(self) -> None:
        if self._bar:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    @staticmethod
    def _write(text: str) -> None:
        print(text, flush=True)


def table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Return an aligned text table; wide letters (Hangul, Kana) count two columns, numbers stand right."""
    cells = [[_text(value) for value in row] for row in rows]
    widths = [max([width_of(head), *(width_of(row[place]) for row in cells)]) for place, head in enumerate(headers)]
    right = [bool(rows) and all(isinstance(row[place], int | float) for row in rows) for place in range(len(headers))]
    lines = [_aligned(headers, widths, right), "  ".join("-" * width for width in widths)]
    return [line.rstrip() for line in [*lines, *(_aligned(row, widths, right) for row in cells)]]


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def width_of(text: str) -> int:
    """Return how many columns of a terminal a text takes; wide letters (Hangul, Kana) take two."""
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _aligned(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = []
    for cell, width, is_right in zip(cells, widths, right, strict=True):
        space = " " * (width - width_of(cell))
        padded.append(space + cell if is_right else cell + space)
    return "  ".join(padded)


def _problem_lines(problem: Problem) -> list[str]:
    head = f"{problem.subject}: {problem.message}" if problem.subject else problem.message
    return [f"! {head}", *([f"  → {problem.remedy}"] if problem.remedy else [])]
