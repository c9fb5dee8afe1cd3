"""The addresses of one feed in memory during a run: which are due, and which a document's links add, within the caps.

Not here: finding links in a document (pipeline hands that in).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from whisky_assets.domain.records import Page
from whisky_assets.fetching.addresses import normalise, origin_of
from whisky_assets.fetching.entries import Entry, relisted
from whisky_assets.fetching.failures import RefusedAnswerError
from whisky_assets.fetching.plan import INDEX, PAGE, CrawlLimits, CrawlPlan, Links


class Book:
    """Every entry of one feed by address, always as it is now."""

    def __init__(self, plan: CrawlPlan, entries: dict[str, Entry]) -> None:
        """Take the checked plan and the frontier as loaded; what lies outside the plan's origins is left alone."""
        self._plan = plan
        self._entries = {url: entry for url, entry in entries.items() if origin_of(url) in plan.origins}
        self._seen: set[str] = set()
        self._read_whole: set[str] = set()
        self.is_full = False
        self.discovered = 0
        self.doors = {start.url for start in plan.start if start.role == INDEX} | {
            url for url, entry in entries.items() if entry.role == INDEX
        }

    def __iter__(self) -> Iterator[Entry]:
        """Yield all entries."""
        return iter(tuple(self._entries.values()))

    def __getitem__(self, url: str) -> Entry:
        """Return one entry as it is now."""
        return self._entries[url]

    def put(self, entry: Entry) -> None:
        """Remember an entry as it is now."""
        self._entries[entry.url] = entry

    def add_starts(self, now: datetime) -> list[Entry]:
        """Return the plan's starts that were not known, now entries; a start's role is always the plan's."""
        changed: list[Entry] = []
        for start in self._plan.start:
            self._seen.add(start.url)
            known = self._entries.get(start.url)
            if known is None:
                changed.append(self._new(start.url, start.role, 0, None, now))
            elif known.role != start.role or known.depth != 0:
                changed.append(replace(known, role=start.role, depth=0, due=now))
        for entry in changed:
            self.put(entry)
        return changed

    def due(self, now: datetime, limits: CrawlLimits) -> list[Entry]:
        """Return what is to be visited, due longest first; with `reread_indexes` every index that is not gone."""
        chosen = [
            entry
            for entry in self
            if entry.due <= now or (limits.reread_indexes and entry.role == INDEX and entry.state != "gone")
        ]
        return sorted(chosen, key=lambda entry: (entry.due, entry.url))

    def discover(self, page: Page, links: Links, now: datetime) -> tuple[list[Entry], list[Entry]]:
        """Take in a document's links and return (entries that changed, those of them that are to be visited now).

        Links outside the origins, too long, too repetitive or too deep are left out; `is_full` says that the cap on
        pages left some out.
        """
        if links.whole and page.role == INDEX:
            self._read_whole.add(page.url)
        changed: list[Entry] = []
        visit: list[Entry] = []
        depth = self._entries[page.url].depth + 1
        for url, role in self._wanted(page, links):
            if url in self._seen:
                continue
            known = self._entries.get(url)
            entry = relisted(known, page.url, now) if known else self._admit(url, role, depth, page.url, now)
            if entry is None:
                continue  # and not remembered: a maze of links would fill the memory
            self._seen.add(url)
            if entry == known:
                continue
            self.put(entry)
            changed.append(entry)
            if known is None or entry.due != known.due:
                visit.append(entry)
        return changed, visit

    def unlisted(self) -> list[Entry]:
        """Return the entries that a whole index listed before and no longer does, marked so."""
        dropped = [
            replace(entry, listed=False)
            for entry in self
            if entry.listed and entry.url not in self._seen and entry.found_on in self._read_whole
        ]
        for entry in dropped:
            self.put(entry)
        return dropped

    def _wanted(self, page: Page, links: Links) -> Iterator[tuple[str, str]]:
        for role, found in ((INDEX, links.indexes), (PAGE, links.pages)):
            for link in found:
                try:
                    url = normalise(link, base=page.url)
                except RefusedAnswerError:
                    continue
                if origin_of(url) in self._plan.origins:
                    yield url, role

    def _admit(self, url: str, role: str, depth: int, found_on: str, now: datetime) -> Entry | None:
        if depth > self._plan.max_depth:
            return None
        if len(self._entries) >= self._plan.max_pages:
            self.is_full = True
            return None
        self.discovered += 1
        if role == INDEX:
            self.doors.add(url)
        return self._new(url, role, depth, found_on, now)

    def _new(self, url: str, role: str, depth: int, found_on: str | None, now: datetime) -> Entry:
        return Entry(feed=self._plan.feed, url=url, role=role, depth=depth, found_on=found_on, first_seen=now, due=now)
