"""Pages that live on at another address of their feed: by a permanent redirect, or by the canonical link in their body.

A page counts as moved only once the same product was seen at the new address; until then it stays where it was. Not
here: reading links and products, which pipeline hands in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from whisky_assets.domain.errors import FetchError, WhiskyError
from whisky_assets.domain.records import Page
from whisky_assets.fetching.addresses import normalise
from whisky_assets.fetching.discovery import Book
from whisky_assets.fetching.entries import ABSENT, MOVED, Entry
from whisky_assets.fetching.plan import PAGE, CrawlPorts
from whisky_assets.fetching.transport import BODY_STATUSES
from whisky_assets.fetching.verdict import SOFT_404, Body, Missed, Same, Verdict, page_of
from whisky_assets.fetching.visitor import Visit, Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Where a page lives on: the entry of the new address, as old as the old one, and what it answered.

    The verdict is None where the move was seen before and the new address still stands: it is not asked again.
    """

    target: Entry
    verdict: Body | Same | None


class Moves:
    """Finds moves for one run of one feed's crawl."""

    def __init__(
        self,
        book: Book,
        visitor: Visitor,
        ports: CrawlPorts,
        judged: Callable[[Entry, Visit], Verdict],
        now: Callable[[], datetime],
    ) -> None:
        """Take the run's entries, its visitor, and how an answer to an entry is judged."""
        self._book = book
        self._visitor = visitor
        self._ports = ports
        self._judged = judged
        self._now = now
        self._began_at = now()
        self.seen_there: set[str] = set()
        """Addresses that were answered in this run because another page was seen to live on there."""

    def by_redirect(self, entry: Entry, visit: Visit) -> Move | Missed | None:
        """Return the move that a permanent redirect to a page of the same product is; None where it tells nothing.

        The product is the one that the last good body of this address told. To any other page it is a miss, also where
        that body cannot be read any more: another product's values are none of this address. A page that was never had
        is a move to any product, once for each new address, as a site that sends all its pages to one has moved none.
        """
        if not visit.is_permanent or visit.landed == entry.url or visit.answer.status not in BODY_STATUSES:
            return None
        target = self._target(entry, visit.landed)
        if target is None or not visit.answer.body:
            return None
        was_had = entry.good_at is not None
        here = self._kept(entry) if was_had else page_of(entry, visit.answer, self._now())
        if here is not None and (was_had or target.url not in self.seen_there):
            move = self._move(here, target, visit)
            if move is not None:
                return move
        return Missed(kind=ABSENT, reason=SOFT_404) if was_had or target.is_known_page else None

    def by_canonical(self, entry: Entry, verdict: Verdict) -> Move | None:
        """Return the move that a new body tells by its canonical link; None where it stands for itself.

        Raises:
            BudgetSpentError: the new address could not be asked for any more.
        """
        if not isinstance(verdict, Body) or verdict.moved_to is not None:
            return None
        address = self._canonical_of(verdict.page)
        target = self._target(entry, address) if address else None
        if target is None:
            return None
        if (entry.reason, entry.moved_to) == (MOVED, target.url) and target.state in ("fetched", "unchanged"):
            return Move(target=target, verdict=None)
        try:
            visit = self._visitor.visit(target.url)
            if visit.landed != target.url or visit.answer.status not in BODY_STATUSES:
                return None
            if self._canonical_of(page_of(target, visit.answer, self._now())) not in (None, target.url):
                return None
            return self._move(verdict.page, target, visit)
        except FetchError:
            return None  # what is said of an address that cannot be had is no move

    def _move(self, here: Page, target: Entry, visit: Visit) -> Move | None:
        good_at = target.good_at
        # What this run fetched may still wait in its batch, where nobody else sees it.
        is_held = good_at is not None and (good_at >= self._began_at or self._ports.has_body(target.url, good_at))
        compared = target if is_held else replace(target, body_sha256=None, content_digest=None)
        verdict = self._judged(compared, visit)
        if isinstance(verdict, Missed):
            return None
        if not self._ports.is_same_product(here, page_of(target, visit.answer, self._now())):
            return None
        self.seen_there.add(target.url)
        return Move(target=target, verdict=verdict)

    def _kept(self, entry: Entry) -> Page | None:
        try:
            return None if entry.good_at is None else self._ports.kept_page(entry.url, entry.good_at)
        except WhiskyError:
            return None

    def _canonical_of(self, page: Page) -> str | None:
        try:
            address = self._ports.canonical_of(page)
            return normalise(address, base=page.url) if address else None
        except WhiskyError:
            return None

    def _target(self, entry: Entry, url: str) -> Entry | None:
        if entry.role != PAGE or entry.depth == 0 or url == entry.url or urlsplit(url).path == "/":
            return None
        return self._book.new_home(entry, url, self._now())
