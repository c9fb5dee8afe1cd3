"""What a run does to the frontier at its end: counts lists, lets pages be gone for good, or forgives a mass loss.

Every change is put into the book and handed back to be written. Not here: single answers (`entries.py`).
"""

from __future__ import annotations

from datetime import datetime

from whisky_assets.fetching import closing, entries
from whisky_assets.fetching.discovery import Book
from whisky_assets.fetching.entries import Entry
from whisky_assets.fetching.losses import Losses
from whisky_assets.fetching.tally import Tally


class Ending:
    """The end of one run of one feed's crawl."""

    def __init__(self, book: Book, losses: Losses, tally: Tally, feed: str) -> None:
        """Take the run's entries, its losses and its counts."""
        self._book = book
        self._losses = losses
        self._tally = tally
        self._feed = feed

    def settle(self, moment: datetime, *, accept_loss: bool, is_whole_run: bool) -> list[Entry]:
        """Return the entries that change at the end of a run that no mass loss stopped.

        `is_whole_run`: nothing waits any more, so that a list that is short by now stays so, and is told.
        """
        counted = self._count_lists(is_whole_run=is_whole_run)
        return [*counted, *self._promote(moment, accept_loss=accept_loss), *self._book.unlisted()]

    def forgive(self, moment: datetime) -> list[Entry]:
        """Return the entries that a mass loss had moved, without the misses of this run."""
        changed = self._put(closing.forgiven(self._book, self._losses.since, moment))
        lost = self._tally.counts.pop("missing", 0)
        self._tally.count("pending", lost)
        what = f"stopped, because {self._losses.words()} are not there any more"
        self._tally.tell_loss(self._feed, what, "no page counts as missed")
        return changed

    def _count_lists(self, *, is_whole_run: bool) -> list[Entry]:
        lists = {counted.head.url: counted for counted in self._book.counted_lists()}
        changed = []
        # A list that is not short stays so until it is read again: pages know but one list that they were found on.
        for entry in [entry for entry in self._book if entry.reason == entries.SHORT]:
            counted = lists.get(entry.url)
            after = entries.after_count(entry, is_short=counted is not None and counted.is_short)
            if after != entry:
                changed.append(after)
            elif counted is not None and is_whole_run:
                self._tally.tell_short(counted)
        return self._put(changed)

    def _promote(self, moment: datetime, *, accept_loss: bool) -> list[Entry]:
        earned = closing.earned_gone(self._book)
        had_body = sum(entry.is_known_page for entry in earned)
        if self._losses.is_too_much(had_body) and not accept_loss:
            what = f"{had_body} pages would be gone for good in this run"
            self._tally.tell_loss(self._feed, what, "they stay missing")
            return []
        promoted = self._put([entries.gone(entry, moment) for entry in earned])
        self._tally.count("gone", len(promoted))
        return promoted

    def _put(self, changed: list[Entry]) -> list[Entry]:
        for entry in changed:
            self._book.put(entry)
        return changed
