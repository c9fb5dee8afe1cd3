"""Clusters that grow by merging and never come to hold a conflict, unless a person or the past put it there.

Not here: which pairs to try (`identity.cluster`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from whisky_assets.identity.compare import conflicts
from whisky_assets.identity.model import Facts, Key


class Pool:
    """Every listing of a block in exactly one cluster, named by its smallest key."""

    def __init__(self, facts: Iterable[Facts], apart: Iterable[tuple[Key, Key]]) -> None:
        """Begin with every listing alone; `apart` are pairs that a person holds apart."""
        self._facts = {fact.key: fact for fact in facts}
        self._root = {key: key for key in self._facts}
        self._members = {key: [key] for key in self._facts}
        # A bottling has many offers and few texts: what one of a shape conflicts with, all of it do.
        numbers: dict[Hashable, int] = {}
        self._shapes = {key: {numbers.setdefault(_shape(fact), len(numbers))} for key, fact in self._facts.items()}
        self._shown = {min(self._shapes[key]): fact for key, fact in self._facts.items()}
        self._clashes: dict[tuple[int, int], bool] = {}
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

    def distinct(self, key: Key) -> list[Facts]:
        """Return, of the cluster that holds a listing, one listing for each text and alcohol."""
        return [self._shown[shape] for shape in sorted(self._shapes[self._root[key]])]

    def compatible(self, left: Key, right: Key) -> bool:
        """Return whether no member of one cluster conflicts with, or is held apart from, one of the other."""
        mine, theirs = self._root[left], self._root[right]
        others = set(self._members[theirs]) if self._apart else set()
        if any(self._apart[key] & others for key in self._members[mine] if key in self._apart):
            return False
        return not any(self._clash(one, other) for one in self._shapes[mine] for other in self._shapes[theirs])

    def interchangeable(self, left: Key, right: Key) -> bool:
        """Return whether two clusters say the very same, so that whatever fits one fits the other as well."""
        mine, theirs = self._root[left], self._root[right]
        held = (
            any(key in self._apart for root in (mine, theirs) for key in self._members[root]) if self._apart else False
        )
        return not held and len(self._shapes[mine]) == 1 and self._shapes[mine] == self._shapes[theirs]

    def _clash(self, one: int, other: int) -> bool:
        pair = (one, other) if one < other else (other, one)
        if pair not in self._clashes:
            self._clashes[pair] = conflicts(self._shown[one], self._shown[other])
        return self._clashes[pair]

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
        self._shapes[kept] |= self._shapes.pop(lost)
        return True

    def _may_force(self, mine: Key, theirs: Key) -> bool:
        others = set(self._members[theirs])
        return not any(self._apart[key] & others for key in self._members[mine] if key in self._apart)


def _shape(fact: Facts) -> Hashable:
    """Return all that a conflict of fields hangs on."""
    parsed = fact.subject.parsed
    return (
        fact.text,
        fact.release,
        fact.style,
        fact.strength,
        fact.region,
        fact.abv_pct,
        parsed.brand,
        parsed.distillery,
    )
