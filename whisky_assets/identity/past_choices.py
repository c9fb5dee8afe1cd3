"""Questions about what an earlier run chose that knew less: which listings would lie otherwise, were all new at once.

The past keeps its keys (R7); a person says where it was wrong. Not here: how a block is clustered (`identity.cluster`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from whisky_assets.identity.compare import compare
from whisky_assets.identity.explain import evidence
from whisky_assets.identity.model import Key, Subject, facts_of, known_ages
from whisky_assets.identity.results import BlockResult, Review

PARTED = "an earlier run that knew less gave them two keys; all at once they would be one"
JOINED = "an earlier run that knew less gave them one key; all at once they would be two"


def past_choices(with_past: BlockResult, at_once: BlockResult, subjects: Mapping[Key, Subject]) -> tuple[Review, ...]:
    """Return one question for each cluster that only one of two results of a block has, in order of kind and key.

    Args:
        with_past: the clusters as the keys of earlier runs hold them.
        at_once: the clusters of the same listings without a past.
        subjects: the listings of the block.
    """
    ages = known_ages(subjects[key] for cluster in with_past.clusters for key in cluster.members)
    asked = {(review.left, review.right) for review in with_past.reviews}
    found = [
        Review(kind, left, right, why, evidence(compare(*(facts_of(subjects[key], ages) for key in (left, right)))))
        for kind, why, one, other in (
            ("same_whisky", PARTED, at_once, with_past),
            ("split", JOINED, with_past, at_once),
        )
        for left, right in _torn_apart(one, other)
        if (left, right) not in asked
    ]
    return tuple(sorted(found, key=lambda review: (review.kind, review.left, review.right)))


def _torn_apart(one: BlockResult, other: BlockResult) -> Iterator[tuple[Key, Key]]:
    """Yield, of each cluster whose listings lie in several of another result, the first listing with each part's."""
    root_of = {key: cluster.members[0] for cluster in other.clusters for key in cluster.members}
    for cluster in one.clusters:
        parts: dict[Key, list[Key]] = defaultdict(list)
        for key in cluster.members:
            parts[root_of[key]].append(key)
        first, *others = sorted(min(keys) for keys in parts.values())
        yield from ((first, key) for key in others)
