"""Clusters that grow by merging and never come to hold a conflict, unless a person or the past put it there.

Not here: which pairs to try (`identity.cluster`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from whisky_assets.identity.compare import conflicts
from whisky_assets.identity.model import Facts, Key


class Pool:
    """Every listing of a block in exactly one cluster, named by its smallest key."""

    def __init__(self, facts: Iterable[Facts], apart: Iterable[tuple[Key, Key]]) -> None:
        """Begin with every listing alone; `apart` are pairs that a person holds apart."""
        self._facts = {fact.key: fact for fact in facts}
        self._root = {key: key for key in self._facts}
        self._members = {key: [key] for key in self._facts}
        self._apart: dict[Key, set[Key]] = {}
        for left, right in apart:
            self._apart.setdefault(left, set()).add(right)
            self._apart.setdefault(right, set()).add(left)

    def root(self, key: Key) -> Key:
        """Return the name of the cluster that holds a listing."""
        return self._root[key]

    def members(self, root: Key) -> list[Facts]:
        """Return the listings of a cluster."""
        return [self._facts[key] for key in self._members[root]]

    def clusters(self) -> Iterator[list[Key]]:
        """Yield every cluster's listings in order of key, clusters in order of their first."""
        for root in sorted(self._members):
            yield sorted(self._members[root])

    def same(self, left: Key, right: Key) -> bool:
        """Return whether two listings are in one cluster."""
        return self._root[left] == self._root[right]

    def compatible(self, left: Key, right: Key) -> bool:
        """Return whether no member of one cluster conflicts with, or is held apart from, one of the other."""
        mine, theirs = self._members[self._root[left]], self._members[self._root[right]]
        if any(self._apart[key] & set(theirs) for key in mine if key in self._apart):
            return False
        one, other = self._distinct(mine), self._distinct(theirs)
        return not any(conflicts(left_fact, right_fact) for left_fact in one for right_fact in other)

    def _distinct(self, keys: Iterable[Key]) -> list[Facts]:
        """Return one listing for each text: a bottling has many offers and few texts."""
        facts = (self._facts[key] for key in keys)
        return list(
            {(fact.text, fact.style, fact.strength, fact.region, fact.abv_pct): fact for fact in facts}.values()
        )

    def merge(self, left: Key, right: Key, *, force: bool = False) -> bool:
        """Make one cluster of two where nothing forbids it; return whether the two listings are now in one.

        `force` passes over conflicts of fields: a person's word and the past win over them. Nothing passes over a
        pair that a person holds apart.
        """
        mine, theirs = self._root[left], self._root[right]
        if mine == theirs:
            return True
        if not (self._may_force(mine, theirs) if force else self.compatible(left, right)):
            return False
        kept, lost = min(mine, theirs), max(mine, theirs)
        for key in self._members[lost]:
            self._root[key] = kept
        self._members[kept] += self._members.pop(lost)
        return True

    def _may_force(self, mine: Key, theirs: Key) -> bool:
        others = set(self._members[theirs])
        return not any(self._apart[key] & others for key in self._members[mine] if key in self._apart)
