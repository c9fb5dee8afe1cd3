"""The counts and problems of one run, gathered as it goes.

Not here: what is counted as what (`crawl.py`).
"""

from __future__ import annotations

from collections import Counter

from whisky_assets.domain.errors import ExitCode, FetchError, WhiskyError
from whisky_assets.domain.outcome import Problem, Progress
from whisky_assets.fetching.lists import CountedList

MASS_LOSS = "mass_loss"


class Tally:
    """Counts by name, and each problem once: the first one told of a subject and kind."""

    def __init__(self, progress: Progress) -> None:
        """Take where problems are also shown at once."""
        self.counts: Counter[str] = Counter()
        self._problems: dict[tuple[str, str], Problem] = {}
        self._progress = progress

    def count(self, name: str, number: int = 1) -> None:
        """Count something."""
        self.counts[name] += number

    def tell(self, code: ExitCode, subject: str, kind: str, message: str, remedy: str = "") -> None:
        """Keep a problem, unless one of this kind was told of this subject already."""
        if (subject, kind) in self._problems:
            return
        self._problems[subject, kind] = Problem(code=code, subject=subject, message=message, remedy=remedy)
        self._progress.note(message)

    def tell_error(self, code: ExitCode, subject: str, kind: str, error: WhiskyError) -> None:
        """Keep an error as a problem."""
        self.tell(code, subject, kind, error.message, error.remedy)

    def tell_host(self, host: str, why: str, error: FetchError) -> None:
        """Keep that a host is left alone for the rest of the run."""
        message = f"{host} is left alone for the rest of this run: {error.message}"
        self.tell(ExitCode.PARTLY, host, why, message, error.remedy)

    def tell_loss(self, feed: str, what: str, until_then: str) -> None:
        """Keep that a person has to decide whether a loss is real."""
        self.tell(
            ExitCode.DECISION,
            feed,
            MASS_LOSS,
            f"{feed}: {what}; until a person decides, {until_then}.",
            "Open some of them in a browser; if they are really gone, accept it: "
            f"whisky run --feed {feed} --accept-loss",
        )

    def tell_short(self, counted: CountedList) -> None:
        """Keep that a list states more products than were found on it: no failure, but absence means nothing."""
        message = (
            f"{counted.head.url} states {counted.total:,} products, {counted.found:,} were found: "
            "the list was not seen whole, so that a product's absence does not mean that it is gone."
        )
        self.tell(ExitCode.DONE, counted.head.url, "short", message)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems in the order in which they were told."""
        return tuple(self._problems.values())
