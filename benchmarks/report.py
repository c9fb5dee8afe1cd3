"""What one benchmark found: a table with ratios, and what its figures mean. Not here: how it is measured."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One table of a benchmark; `notes` are sentences below it, `skipped` says why there is no table."""

    title: str
    headers: tuple[str, ...] = ()
    rows: tuple[tuple[object, ...], ...] = ()
    notes: tuple[str, ...] = ()
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class Timed:
    """The wall seconds of one side and what it answered, the same in every repeat."""

    seconds: float
    answer: object


def side_by_side(sides: Sequence[tuple[str, Callable[[], object]]], *, repeats: int) -> dict[str, Timed]:
    """Time several ways to do one thing in turn, so that a busy machine slows all alike; returns the medians.

    Every way runs once unmeasured, so that neither pays for imports and caches of the disk.
    """
    answers = {name: work() for name, work in sides}
    seconds: dict[str, list[float]] = {name: [] for name, _ in sides}
    for _ in range(repeats):
        for name, work in sides:
            began = time.perf_counter()
            answers[name] = work()
            seconds[name].append(time.perf_counter() - began)
    return {name: Timed(statistics.median(seconds[name]), answers[name]) for name, _ in sides}


def timed(work: Callable[[], Answer]) -> tuple[float, Answer]:
    """Return the wall seconds of one call and its answer."""
    began = time.perf_counter()
    answer = work()
    return time.perf_counter() - began, answer


def shown(seconds: float) -> str:
    """Return a time as a person reads it: milliseconds below a second."""
    return f"{seconds * 1000:,.1f} ms" if seconds < 1 else f"{seconds:,.2f} s"


def ratio(one: float, other: float) -> str:
    """Return how many times `other` fits into `one`; `-` where `other` is nothing."""
    return f"{one / other:,.2f}" if other else "-"


def promise(what: str, value: float, *, least: float | None = None, most: float | None = None) -> str:
    """Return the line that says whether a figure keeps what is promised of it, at least or at most.

    Raises:
        ValueError: neither bound is given, or both.
    """
    if (least is None) == (most is None):
        raise ValueError("a promise has one bound")
    kept = value >= least if least is not None else most is not None and value <= most
    bound = f"at least {least:g}" if least is not None else f"at most {most:g}"
    return f"{what}: {value:.3g}, promised {bound}: {'kept' if kept else 'NOT kept'}"
