"""Lists that go over many documents: how many products were found on each, against the total that it states itself.

A list is a document that states a total, with all documents that were found by its links and list something. Not here:
what a short list means for the frontier (`entries.py`, `discovery.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from whisky_assets.fetching.entries import Entry
from whisky_assets.fetching.plan import INDEX


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedList:
    """One list: the document at its head, all its documents, its stated total and how many products were found."""

    head: Entry
    members: tuple[str, ...]
    total: int
    found: int

    @property
    def is_short(self) -> bool:
        """Whether products are missing that the list itself says it has."""
        return self.found < self.total


def counted_lists(entries: Mapping[str, Entry], linked: Callable[[str], Collection[str]]) -> tuple[CountedList, ...]:
    """Return every list of a feed that states a total, by address of its head.

    `linked` says which pages an index links to. A product that two documents of one list link to counts once; those
    that documents tell themselves are added up.
    """
    members: dict[str, list[Entry]] = {}
    for entry in entries.values():
        head = _head_of(entry, entries) if entry.role == INDEX or entry.listed_items is not None else None
        if head is not None:
            members.setdefault(head, []).append(entry)
    return tuple(_counted(entries[head], found, linked) for head, found in sorted(members.items()))


def _counted(head: Entry, members: list[Entry], linked: Callable[[str], Collection[str]]) -> CountedList:
    pages = {page for member in members if member.role == INDEX for page in linked(member.url)}
    found = len(pages) + sum(member.listed_items or 0 for member in members)
    urls = tuple(member.url for member in members)
    return CountedList(head=head, members=urls, total=head.stated_total or 0, found=found)


def _head_of(entry: Entry, entries: Mapping[str, Entry]) -> str | None:
    """Return the outermost document on the way from a start to an entry that states a total."""
    head: str | None = None
    passed: set[str] = set()
    here: Entry | None = entry
    while here is not None and here.url not in passed:
        passed.add(here.url)
        head = here.url if here.stated_total is not None else head
        here = entries.get(here.found_on) if here.found_on else None
    return head
