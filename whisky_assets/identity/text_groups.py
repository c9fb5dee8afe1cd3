"""Groups of a block's listings whose names read equal, found by index and not by comparing all pairs.

Not here: whether a group may join (`identity.cluster`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from whisky_assets.identity.model import Facts, TextKey


def text_groups(facts: Iterable[Facts]) -> list[list[Facts]]:
    """Return the groups of two and more whose text is equal; words may be written together or apart."""
    rows = sorted(facts, key=lambda row: row.key)
    spelled = _one_spelling(rows)
    groups: dict[TextKey, list[Facts]] = defaultdict(list)
    for row in rows:
        groups[row.text._replace(leftover=spelled[row.text.leftover])].append(row)
    return [group for group in groups.values() if len(group) > 1]


def weak_groups(facts: Iterable[Facts], weak_words: frozenset[str]) -> list[list[Facts]]:
    """Return the groups whose text is equal when weak words are left out, of those without an age."""
    groups: dict[TextKey, list[Facts]] = defaultdict(list)
    for row in sorted(facts, key=lambda row: row.key):
        groups[row.text._replace(leftover=row.text.leftover - weak_words)].append(row)
    return [group for group in groups.values() if len({row.text.leftover for row in group}) > 1]


def _one_spelling(rows: Iterable[Facts]) -> dict[frozenset[str], frozenset[str]]:
    """Return for every set of leftover words the one that stands for all sets of the same letters in order."""
    first: dict[str, frozenset[str]] = {}
    chosen: dict[frozenset[str], frozenset[str]] = {}
    for row in sorted(rows, key=lambda row: (len(row.text.leftover), sorted(row.text.leftover), row.joined)):
        leftover = row.text.leftover
        # A set seen before in another order of words keeps what it was given, so that equal sets stay equal.
        target = chosen.get(leftover) or first.get(row.joined) or leftover
        chosen[leftover] = target
        first.setdefault(row.joined, target)
    return chosen


def ageless_groups(facts: Iterable[Facts], label_words: frozenset[str]) -> list[list[Facts]]:
    """Return the groups of named expressions whose text is equal but for the age, of which some tell none."""
    groups: dict[TextKey, list[Facts]] = defaultdict(list)
    for row in sorted(facts, key=lambda row: row.key):
        named = row.text.leftover - label_words
        if named:
            groups[row.text._replace(leftover=named, age=None)].append(row)
    return [group for group in groups.values() if len({row.text.age for row in group}) > 1]
