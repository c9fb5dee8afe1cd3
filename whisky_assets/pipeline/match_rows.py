"""One row each of what matching says of a listing: its match, and the question that its change asks.

Not here: which listings are one whisky (`identity`) and which blocks are matched (`matching`).
"""

from __future__ import annotations

from whisky_assets.domain.digests import digest
from whisky_assets.domain.record import Json
from whisky_assets.domain.records import Match, ReviewItem
from whisky_assets.identity.cluster import MATCHER_VERSION
from whisky_assets.identity.model import Key
from whisky_assets.identity.registry_model import DriftReview
from whisky_assets.identity.results import Link
from whisky_assets.identity.rules import ALONE

MATCHES_MAKER = f"matcher-{MATCHER_VERSION}"


def match_row(key: Key, pk: str, family: str, block: str, link: Link | None, input_digest: str) -> Match:
    """Return the row of one listing: its key and family, and the link that decided, None where it stands alone."""
    return Match(
        id_space=key.id_space,
        source_id=key.source_id,
        whisky_pk=pk,
        family_pk=family,
        block=block,
        confidence=ALONE.confidence if link is None else link.confidence,
        rule=ALONE.name if link is None else link.rule,
        reason=ALONE.words if link is None else link.reason,
        evidence=Json("{}") if link is None else link.evidence,
        input_digest=input_digest,
        maker_version=MATCHES_MAKER,
    )


def drift_item(review: DriftReview, former_name: str) -> ReviewItem:
    """Return the question about a listing whose alcohol alone changed; `former_name` is what it was called before."""
    listing = f"{review.id_space}:{review.source_id}"
    return ReviewItem(
        review_id=digest(["drift", listing, dict(review.now)])[:16],
        kind="drift",
        left=listing,
        right=listing,
        left_pk=review.pk,
        right_pk=review.pk,
        left_name=former_name,
        right_name=review.name,
        reason=review.reason,
        block=review.block,
        input_digest=digest([listing, dict(review.former), dict(review.now)]),
        maker_version=MATCHES_MAKER,
    )
