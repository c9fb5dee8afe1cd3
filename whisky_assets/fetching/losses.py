"""A site that fails whole is never "everything gone": too many pages lost within a day stop a crawl and are forgiven.

Not here: when a single page is gone (`entries.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from whisky_assets.fetching.entries import Entry

LOSS_WINDOW = timedelta(days=1)
"""Losses so close together count as those of one run, as a killed run goes on under another name."""

FEWEST_LOST = 3
"""Of a small feed a single lost page is soon a fifth; so few prove nothing about the site."""


class Losses:
    """Counts the pages of one feed that were good before and are missed now."""

    def __init__(self, entries: Iterable[Entry], share: float, now: datetime) -> None:
        """Take the feed's entries as they were at the start, and the share of known pages that may be lost."""
        self.since = now - LOSS_WINDOW
        self._share = share
        known = [entry for entry in entries if entry.is_known_page]
        self._known = len(known)
        self._lost = {entry.url for entry in known if self._is_new_loss(entry)}

    def note(self, entry: Entry) -> None:
        """Count an entry as it is after its visit."""
        if self._is_new_loss(entry):
            self._lost.add(entry.url)
        else:
            self._lost.discard(entry.url)

    def is_too_much(self, count: int | None = None) -> bool:
        """Return whether so many pages (None: those lost) are more than the feed may lose at once."""
        lost = len(self._lost) if count is None else count
        return lost >= FEWEST_LOST and lost > self._share * self._known

    def words(self) -> str:
        """Return how many of how many known pages are lost, with the first three of them."""
        examples = ", ".join(sorted(self._lost)[:3])
        return f"{len(self._lost)} of {self._known} known pages (as {examples})"

    def _is_new_loss(self, entry: Entry) -> bool:
        return (
            entry.is_known_page
            and entry.state == "missing"
            and len(entry.misses) == 1
            and entry.misses[0].at >= self.since
        )
