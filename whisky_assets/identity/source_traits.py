"""What all listings of a source show about it: whether it cuts names, and whose product numbers it shares.

Learned from the listings themselves, so that no rule names a source. Not here: a feed's own declarations (`sources`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations

from whisky_assets.identity.compare import conflicts
from whisky_assets.identity.model import Subject, facts_of

CUT_NAMES = 3
"""So many different names of exactly the longest length mean a cut there; uncut tails thin out to one."""
CUT_SOURCE_NAMES = 100
"""Fewer names than these show no such limit."""
SHARED_NUMBERS = 20
"""Two sources need so many equal numbers before they can be said to share them; two by chance were both false."""
SHARED_RIGHT = 0.9
"""Share of these numbers whose brands must be equal without a conflict (the sharing sources measured .97 and more)."""


def cut_lengths(names: Iterable[tuple[str, str]]) -> Mapping[str, int]:
    """Return for every source that cuts its names the length at which it does, from `(id_space, name)` rows."""
    by_source: dict[str, set[str]] = defaultdict(set)
    for id_space, name in names:
        by_source[id_space].add(name)
    found: dict[str, int] = {}
    for id_space, distinct in sorted(by_source.items()):
        longest = max(map(len, distinct))
        if len(distinct) >= CUT_SOURCE_NAMES and sum(len(name) == longest for name in distinct) >= CUT_NAMES:
            found[id_space] = longest
    return found


def number_spaces(subjects: Iterable[Subject]) -> Mapping[str, str]:
    """Return for every source that shares product numbers with another the name of their space: its first source."""
    by_number: dict[str, list[Subject]] = defaultdict(list)
    for subject in subjects:
        number = subject.source_id.lstrip("0")
        if number.isdecimal():
            by_number[number].append(subject)
    shared: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for group in by_number.values():
        for left, right in combinations(sorted(group, key=lambda subject: subject.key), 2):
            if left.id_space != right.id_space:
                shared[left.id_space, right.id_space].append(_could_be_one(left, right))
    space_of: dict[str, str] = {}
    for (left_space, right_space), verdicts in sorted(shared.items()):
        if len(verdicts) >= SHARED_NUMBERS and sum(verdicts) >= SHARED_RIGHT * len(verdicts):
            first = min(space_of.get(left_space, left_space), space_of.get(right_space, right_space))
            for space in (left_space, right_space):
                old = space_of.get(space, space)
                space_of = {name: first if value == old else value for name, value in space_of.items()}
                space_of[space] = first
    return space_of


def _could_be_one(left: Subject, right: Subject) -> bool:
    same_brand = left.parsed.brand == right.parsed.brand
    return same_brand and not conflicts(facts_of(left), facts_of(right))
