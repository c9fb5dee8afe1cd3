"""What a piece of work says about itself when it is done, for whoever called it: Dagster, a terminal or JSON.

Not here: how any of them shows it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Protocol

from whisky_assets.domain.errors import ExitCode

BLOCKING = "error"
WARNING = "warn"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One check's verdict on one table; `cases` holds up to ten failures in words, never a person's."""

    table: str
    name: str
    passed: bool
    severity: str = BLOCKING
    summary: str = ""
    count: int = 0
    cases: tuple[str, ...] = ()

    @property
    def blocks(self) -> bool:
        """Whether this verdict stops a commit."""
        return not self.passed and self.severity == BLOCKING


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing a person should know: the exit code it counts for, what it is about, and what to do."""

    code: ExitCode
    subject: str
    message: str
    remedy: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewTable:
    """A table version to be written: rows that are new, and segments that stay as they are.

    `dataset` names the record; `partition` its part (a feed's name) or "". `rows` are record instances in any order;
    `carried` are ids of segments of the previous version that belong to this one unchanged; `base` are ids of segments
    whose rows belong to this one too, but for those of whose key one stands in `rows`, or the key itself in `gone`.
    `made` and `carried_rows` count rows made anew and rows taken over, `reasons` why the new ones were made.
    """

    dataset: str
    rows: tuple[object, ...]
    partition: str = ""
    carried: tuple[str, ...] = ()
    base: tuple[str, ...] = ()
    gone: tuple[tuple[object, ...], ...] = ()
    made: int = 0
    carried_rows: int = 0
    reasons: Mapping[str, int] = dataclasses.field(default_factory=dict)
    checks: tuple[CheckResult, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one step made: tables, checks, counts, plain metadata and problems. No personal value stands in it."""

    tables: Mapping[str, NewTable] = dataclasses.field(default_factory=dict)
    checks: tuple[CheckResult, ...] = ()
    counts: Mapping[str, int] = dataclasses.field(default_factory=dict)
    metadata: Mapping[str, object] = dataclasses.field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


class Progress(Protocol):
    """Where long work says how far it is; the caller decides whether that is a bar, a line or nothing."""

    def start(self, label: str, total: int | None) -> None:
        """Begin a stretch of work of `total` parts (None: unknown)."""

    def advance(self, parts: int = 1) -> None:
        """Say that so many parts more are done."""

    def note(self, text: str) -> None:
        """Say one line that a reader would want to see now."""


class Quiet:
    """A Progress that shows nothing."""

    def start(self, label: str, total: int | None) -> None:
        """Show nothing."""

    def advance(self, parts: int = 1) -> None:
        """Show nothing."""

    def note(self, text: str) -> None:
        """Show nothing."""
