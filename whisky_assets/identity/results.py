"""What matching a block gives: clusters with the links that hold them, and open questions.

Not here: how they are found (`identity.cluster`), the tables they become (`domain.records.core`).
"""

from __future__ import annotations

import dataclasses

from whisky_assets.domain.record import Json
from whisky_assets.identity.model import Key


@dataclasses.dataclass(frozen=True, slots=True)
class Link:
    """Why two listings are one whisky: `evidence` is canonical JSON, field to {left, right, verdict}."""

    left: Key
    right: Key
    rule: str
    confidence: float
    reason: str
    evidence: Json


@dataclasses.dataclass(frozen=True, slots=True)
class Cluster:
    """Listings that are one whisky, in order of key, and the links that hold them together (one less, or none)."""

    members: tuple[Key, ...]
    links: tuple[Link, ...]
    family: str

    def link_of(self, key: Key) -> Link | None:
        """Return the surest of the links that a listing hangs on, None for one that stands alone."""
        own = [link for link in self.links if key in (link.left, link.right)]
        return max(own, key=lambda link: link.confidence, default=None)


@dataclasses.dataclass(frozen=True, slots=True)
class Review:
    """A question that no rule may decide: `kind` as in core/review_queue."""

    kind: str
    left: Key
    right: Key
    reason: str
    evidence: Json


@dataclasses.dataclass(frozen=True, slots=True)
class BlockResult:
    """All clusters of one block, in order of their first member, and its open questions."""

    block: str
    clusters: tuple[Cluster, ...]
    reviews: tuple[Review, ...]
