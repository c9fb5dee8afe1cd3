"""Clusters as the registry takes them: each listing with its words and hard fields, decisions' joins taken apart.

Not here: clusters themselves (`identity.cluster`) and what becomes of their keys (`identity.registry`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from whisky_assets.identity.drift import hard_fields
from whisky_assets.identity.model import Key, Subject
from whisky_assets.identity.registry_model import Group, Member
from whisky_assets.identity.results import BlockResult, Cluster
from whisky_assets.identity.rules import DECISION
from whisky_assets.identity.slugs import family_words, whisky_words


def member_of(subject: Subject) -> Member:
    """Return a listing for the registry, its family yet unnamed; its alcohol must be its own, not one matched by."""
    return Member(
        id_space=subject.id_space,
        source_id=subject.source_id,
        name=subject.name,
        words=whisky_words(subject.parsed),
        family="",
        family_words=family_words(subject.parsed),
        hard_fields=hard_fields(subject.parsed, abv_pct=subject.abv_pct),
    )


def groups_of(result: BlockResult, members: Mapping[Key, Member]) -> Iterator[Group]:
    """Yield the clusters of a block for the registry, each in the pieces that hold without a person's decision.

    The registry joins the pieces again by the same decisions and remembers which, so that taking one back parts them.
    """
    for cluster in result.clusters:
        for piece in _pieces(cluster):
            yield Group(
                block=result.block,
                members=tuple(dataclasses.replace(members[key], family=cluster.family) for key in piece),
            )


def _pieces(cluster: Cluster) -> list[list[Key]]:
    piece_of = {key: [key] for key in cluster.members}
    for link in cluster.links:
        left, right = piece_of[link.left], piece_of[link.right]
        if link.rule != DECISION.name and left is not right:
            left.extend(right)
            piece_of.update(dict.fromkeys(right, left))
    return [sorted(piece) for piece in {id(piece): piece for piece in piece_of.values()}.values()]
