"""The addresses of one feed in memory during a run: which are due, and which a document's links add, within the caps.

Not here: finding links in a document (pipeline hands that in).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from whisky_assets.domain.records import Page
from whisky_assets.fetching.addresses import is_below, normalise, origin_of
from whisky_assets.fetching.entries import Entry, after_date, relisted
from whisky_assets.fetching.failures import ROBOTS, RefusedAnswerError
from whisky_assets.fetching.lists import CountedList, counted_lists
from whisky_assets.fetching.plan import INDEX, PAGE, CrawlLimits, CrawlPlan, Links


class Book:
    """Every entry of one feed by address, always as it is now."""

    def __init__(self, plan: CrawlPlan, entries: dict[str, Entry]) -> None:
        """Take the checked plan and the frontier as loaded; what lies outside the plan's origins is left alone."""
        self._plan = plan
        self._entries = {url: entry for url, entry in entries.items() if origin_of(url) in plan.origins}
        self._seen: set[str] = set()
        self._read_whole: set[str] = set()
        self._linked: dict[str, set[str]] = {}
        self.rested: set[str] = set()
        """Pages that were due and that an index read in this run dates older than our last visit."""
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
        """Return what is to be visited: indexes, as their dates may let a page wait, then pages; due longest first.

        With `reread_indexes` every index that is not gone is due, and what robots.txt refused is at once where its
        owner has permitted it since.
        """
        chosen = [
            entry
            for entry in self
            if entry.due <= now
            or (limits.reread_indexes and entry.role == INDEX and entry.state != "gone")
            or (entry.reason == ROBOTS and is_below(entry.url, self._plan.permitted))
        ]
        return sorted(chosen, key=lambda entry: (entry.role != INDEX, entry.due, entry.url))

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
        linked: dict[str, set[str]] = {PAGE: set(), INDEX: set()}
        self._linked[page.url] = linked[PAGE]
        for url, role, modified in self._wanted(page, links):
            if url in self._seen:
                linked[role].add(url)
                continue
            known = self._entries.get(url)
            if known is None:
                entry = self._admit(url, role, depth, page.url, now)
            else:
                listed = relisted(known, page.url, now, is_next_page=bool(links.items))
                entry = after_date(listed, modified, self._plan, now)
            if entry is None:
                continue  # and not remembered: a maze of links would fill the memory
            self._seen.add(url)
            linked[role].add(url)
            if entry == known:
                continue
            self.put(entry)
            changed.append(entry)
            if known is None or entry.due <= now < known.due:
                visit.append(entry)
            elif known.due <= now < entry.due:
                self.rested.add(url)
        return changed, visit

    def repeats(self, page: Page) -> bool:
        """Whether a document is that once more which it was found on: its server does not count pages as asked."""
        before = self._entries.get(self._entries[page.url].found_on or "")
        return before is not None and before.body_sha256 == page.body_sha256

    def new_home(self, entry: Entry, url: str, now: datetime) -> Entry | None:
        """Return the page at another address as it would be after an entry moved there, not yet put into the book.

        It is as old as the older of both. None where the address is a door, outside the origins, or over the cap.
        """
        if url in self.doors or origin_of(url) not in self._plan.origins:
            return None
        known = self._entries.get(url)
        if known is not None:
            return replace(known, first_seen=min(known.first_seen, entry.first_seen)) if known.role == PAGE else None
        if len(self._entries) >= self._plan.max_pages:
            return None
        return replace(self._new(url, PAGE, entry.depth, entry.url, now), first_seen=entry.first_seen)

    def counted_lists(self) -> tuple[CountedList, ...]:
        """Return every list that states how many products it has, with how many were found on it."""
        return counted_lists(self._entries, self.linked)

    def linked(self, url: str) -> set[str]:
        """Return the pages that a document links to, as read in this run or else as known from runs before."""
        if url in self._linked:
            return self._linked[url]
        return {entry.url for entry in self if entry.role == PAGE and entry.listed and entry.found_on == url}

    def unlisted(self) -> list[Entry]:
        """Return the entries that a whole index listed before and no longer does, marked so.

        An index of a list that states more products than were found is not whole.
        """
        short = {url for counted in self.counted_lists() if counted.is_short for url in counted.members}
        dropped = [
            replace(entry, listed=False)
            for entry in self
            if entry.listed and entry.url not in self._seen and entry.found_on in self._read_whole - short
        ]
        for entry in dropped:
            self.put(entry)
        return dropped

    def _wanted(self, page: Page, links: Links) -> Iterator[tuple[str, str, datetime | None]]:
        for role, found in ((INDEX, links.indexes), (PAGE, links.pages)):
            for link in found:
                try:
                    url = normalise(link, base=page.url)
                except RefusedAnswerError:
                    continue
                if origin_of(url) in self._plan.origins:
                    yield url, role, links.modified.get(link)

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
