"""Which clusters are torn: two others that conflict with each other would both fit, so that order alone would choose.

Not here: what makes two clusters fit or conflict (`identity.joining`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import lru_cache
from itertools import combinations

from whisky_assets.identity.model import Key


def torn_clusters(
    pairs: Iterable[tuple[Key, Key]],
    in_conflict: Callable[[Key, Key], bool],
    kind_of: Callable[[Key], Hashable] = lambda cluster: cluster,
) -> Mapping[Key, tuple[Key, Key]]:
    """Return every torn cluster with two partners that conflict, the first such in order of key.

    Args:
        pairs: clusters that fit each other, by their names, both orders alike.
        in_conflict: whether two clusters cannot be one.
        kind_of: what a cluster conflicts by; of equal ones only the first is looked at.
    """
    partners: dict[Key, set[Key]] = {}
    for left, right in pairs:
        partners.setdefault(left, set()).add(right)
        partners.setdefault(right, set()).add(left)
    asked = lru_cache(maxsize=None)(in_conflict)
    found: dict[Key, tuple[Key, Key]] = {}
    for cluster, others in sorted(partners.items()):
        first_of_kind = {kind_of(other): other for other in sorted(others, reverse=True)}
        conflicting = (pair for pair in combinations(sorted(first_of_kind.values()), 2) if asked(*pair))
        if (first := next(conflicting, None)) is not None:
            found[cluster] = first
    return found
