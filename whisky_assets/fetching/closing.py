"""What the end of a run decides over all addresses of a feed: which are gone, which are forgiven, what is complete.

Not here: single answers (`entries.py`) and when a loss is too much (`losses.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from whisky_assets.fetching import entries
from whisky_assets.fetching.entries import Entry
from whisky_assets.fetching.failures import ROBOTS
from whisky_assets.fetching.frontier import CrawlRow
from whisky_assets.fetching.plan import INDEX, CrawlReport


def earned_gone(book: Iterable[Entry]) -> list[Entry]:
    """Return the missing entries whose misses are enough, and far enough apart, to be gone."""
    return [entry for entry in book if entry.state == "missing" and entry.has_earned_gone()]


def forgiven(book: Iterable[Entry], since: datetime, moment: datetime) -> list[Entry]:
    """Return the entries that missed since a moment, without those misses."""
    pairs = ((entry, entries.forgiven(entry, since, moment)) for entry in book)
    return [after for before, after in pairs if after != before]


def is_complete(book: Iterable[Entry], started_at: datetime, moment: datetime) -> bool:
    """Return whether everything that a feed lists is known: only then does absence from it mean anything.

    Looks at the whole frontier and not at one run, because a run with nothing due asks nothing.
    """
    return all(_is_answered(entry, started_at, moment) for entry in book)


def crawl_row(report: CrawlReport, started_at: datetime, finished_at: datetime | None) -> CrawlRow:
    """Return the row of a run in the log of crawls; without an end it still runs or was killed."""
    return CrawlRow(
        feed=report.feed,
        run=report.run,
        started_at=started_at,
        finished_at=finished_at,
        complete=report.complete,
        stopped=report.stopped,
        counts=report.counts(),
    )


def _is_answered(entry: Entry, started_at: datetime, moment: datetime) -> bool:
    if entry.state == "gone":
        return True
    is_fresh = entry.due > moment or (entry.visited is not None and entry.visited >= started_at)
    if entry.state in ("fetched", "unchanged"):
        return is_fresh and entry.reason not in entries.UNSURE
    if entry.role == INDEX:
        return False
    return is_fresh and (entry.state == "missing" or (entry.state == "refused" and entry.reason == ROBOTS))
