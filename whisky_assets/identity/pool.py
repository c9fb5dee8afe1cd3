"""Clusters that grow by merging and never come to hold a conflict, unless a person or the past put it there.

A bottling has many offers and few texts: what one offer of a shape conflicts with, all of it do, so that clusters are
compared by their shapes, each pair once. Not here: which pairs to try (`identity.cluster`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator

from whisky_assets.identity.compare import conflicts
from whisky_assets.identity.joinable import Shelf, shelf_of
from whisky_assets.identity.model import Facts, Key

PartedTest = Callable[[list[Facts], list[Facts]], bool]
"""Whether two clusters are two whiskies though no field conflicts, from one listing a shape of each."""


class Pool:
    """Every listing of a block in exactly one cluster, named by its smallest key."""

    def __init__(self, facts: Iterable[Facts], apart: Iterable[tuple[Key, Key]], parted: PartedTest) -> None:
        """Begin with every listing alone; `apart` are pairs that a person holds apart."""
        self._facts = {fact.key: fact for fact in facts}
        self._root = {key: key for key in self._facts}
        self._members = {key: [key] for key in self._facts}
        numbers: dict[Hashable, int] = {}
        self._shape = {key: numbers.setdefault(shape_of(fact), len(numbers)) for key, fact in self._facts.items()}
        self._shown = {self._shape[key]: fact for key, fact in reversed(self._facts.items())}
        self._clashes: dict[tuple[int, int], bool] = {}
        self._kinds: dict[frozenset[int], int] = {}
        self._shapes_of: list[frozenset[int]] = []
        self._kind = {key: self._kind_of(frozenset((shape,))) for key, shape in self._shape.items()}
        self._parted = parted
        self._compatible: dict[tuple[int, int], bool] = {}
        self._in_conflict: dict[tuple[int, int], bool] = {}
        self._shelves: dict[Key, set[Shelf]] = {key: shelf_of(fact.subject) for key, fact in self._facts.items()}
        self._apart: dict[Key, set[Key]] = {}
        for left, right in apart:
            self._apart.setdefault(left, set()).add(right)
            self._apart.setdefault(right, set()).add(left)

    def root(self, key: Key) -> Key:
        """Return the name of the cluster that holds a listing."""
        return self._root[key]

    def shape(self, key: Key) -> int:
        """Return the number of all that a conflict of a listing's fields hangs on."""
        return self._shape[key]

    def kind(self, key: Key) -> Hashable:
        """Return what the cluster of a listing conflicts by: of equal kind, it conflicts with the same clusters."""
        root = self._root[key]
        return root if self._held(root) else self._kind[root]

    def members(self, root: Key) -> list[Facts]:
        """Return the listings of a cluster."""
        return [self._facts[key] for key in self._members[root]]

    def size(self, root: Key) -> int:
        """Return how many listings a cluster has."""
        return len(self._members[root])

    def clusters(self) -> Iterator[list[Key]]:
        """Yield every cluster's listings in order of key, clusters in order of their first."""
        for root in sorted(self._members):
            yield sorted(self._members[root])

    def same(self, left: Key, right: Key) -> bool:
        """Return whether two listings are in one cluster."""
        return self._root[left] == self._root[right]

    def distinct(self, key: Key) -> list[Facts]:
        """Return, of the cluster that holds a listing, one listing for each text and alcohol."""
        return self._one_a_shape(self._kind[self._root[key]])

    def compatible(self, left: Key, right: Key) -> bool:
        """Return whether no member of one cluster conflicts with, or is held apart from, one of the other."""
        mine, theirs = self._root[left], self._root[right]
        return not self._held_apart(mine, theirs) and self._no_field_parts(self._kind[mine], self._kind[theirs])

    def in_conflict(self, left: Key, right: Key) -> bool:
        """Return whether two clusters cannot be one: not compatible, or parted by what all their listings say."""
        mine, theirs = self._root[left], self._root[right]
        if self._held_apart(mine, theirs):
            return True
        one, other = self._kind[mine], self._kind[theirs]
        pair = (one, other) if one < other else (other, one)
        known = self._in_conflict.get(pair)
        if known is None:
            known = not self._no_field_parts(one, other) or self._parted(
                self._one_a_shape(one), self._one_a_shape(other)
            )
            self._in_conflict[pair] = known
        return known

    def interchangeable(self, left: Key, right: Key) -> bool:
        """Return whether two clusters say the very same, so that whatever fits one fits the other as well."""
        mine, theirs = self._root[left], self._root[right]
        kind = self._kind[mine]
        if kind != self._kind[theirs] or len(self._shapes_of[kind]) > 1:
            return False
        return not self._held(mine) and not self._held(theirs)

    def shelves(self, key: Key) -> Collection[Shelf]:
        """Return where the listings of a cluster stand."""
        return self._shelves[self._root[key]]

    def on_one_shelf(self, left: Key, right: Key) -> bool:
        """Return whether one source lists something of each cluster apart, in one size and one kind of bottle."""
        return not self._shelves[self._root[left]].isdisjoint(self._shelves[self._root[right]])

    def merge(self, left: Key, right: Key, *, force: bool = False) -> bool:
        """Make one cluster of two where nothing forbids it; return whether the two listings are now in one.

        `force` passes over conflicts of fields: a person's word and the past win over them. Nothing passes over a
        pair that a person holds apart.
        """
        mine, theirs = self._root[left], self._root[right]
        if mine == theirs:
            return True
        if self._held_apart(mine, theirs) if force else not self.compatible(left, right):
            return False
        kept, lost = min(mine, theirs), max(mine, theirs)
        for key in self._members[lost]:
            self._root[key] = kept
        self._members[kept] += self._members.pop(lost)
        self._shelves[kept] |= self._shelves.pop(lost)
        one, other = self._kind[kept], self._kind.pop(lost)
        if one != other:
            self._kind[kept] = self._kind_of(self._shapes_of[one] | self._shapes_of[other])
        return True

    def _kind_of(self, shapes: frozenset[int]) -> int:
        number = self._kinds.setdefault(shapes, len(self._shapes_of))
        if number == len(self._shapes_of):
            self._shapes_of.append(shapes)
        return number

    def _one_a_shape(self, kind: int) -> list[Facts]:
        return [self._shown[shape] for shape in sorted(self._shapes_of[kind])]

    def _no_field_parts(self, one: int, other: int) -> bool:
        pair = (one, other) if one < other else (other, one)
        known = self._compatible.get(pair)
        if known is None:
            mine, theirs = self._shapes_of[one], self._shapes_of[other]
            known = not any(self._clash(left, right) for left in mine for right in theirs)
            self._compatible[pair] = known
        return known

    def _clash(self, one: int, other: int) -> bool:
        pair = (one, other) if one < other else (other, one)
        if pair not in self._clashes:
            self._clashes[pair] = conflicts(self._shown[one], self._shown[other])
        return self._clashes[pair]

    def _held(self, root: Key) -> bool:
        return bool(self._apart) and any(key in self._apart for key in self._members[root])

    def _held_apart(self, mine: Key, theirs: Key) -> bool:
        if not self._apart:
            return False
        others = set(self._members[theirs])
        return any(self._apart[key] & others for key in self._members[mine] if key in self._apart)


def shape_of(fact: Facts) -> Hashable:
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
