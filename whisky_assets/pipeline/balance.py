"""One table of balances, a column a term: every row that was read is accounted for down to whiskies and documents.

rows read = sightings + refused rows            (refused values are a column apart)
sightings = listings + repeats
listings  = offers + told by another feed
offers    = members + bundles + reviews + other goods
whiskies  = their documents + held + refused    (keys with a live member; dormant and redirected keys are apart)
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from whisky_assets.domain.outcome import CheckResult
from whisky_assets.domain.records import DocumentRead, Listing, Match, Offer, Whisky
from whisky_assets.pipeline.graph import BALANCE_CHECK

MEMBER_KINDS = ("whisky", "spirit_drink")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FeedBalance:
    """The terms of one feed; offers are counted at the feed whose word counts."""

    feed: str
    rows_read: int
    sightings: int
    refused_rows: int
    refused_values: int
    listings: int
    repeats: int
    told_by_another: int
    offers: int
    members: int
    bundles: int
    reviews: int
    other_goods: int

    @property
    def _told_apart(self) -> int:
        return self.members + self.bundles + self.reviews + self.other_goods

    @property
    def gaps(self) -> tuple[str, ...]:
        """The equations that do not hold, in words."""
        sums = (
            ("rows read", self.rows_read, "sightings + refused rows", self.sightings + self.refused_rows),
            ("sightings", self.sightings, "listings + repeats", self.listings + self.repeats),
            ("listings", self.listings, "offers + told by another feed", self.offers + self.told_by_another),
            ("offers", self.offers, "members + bundles + reviews + other goods", self._told_apart),
        )
        return tuple(
            f"{self.feed}: {left} {have} but {right} {sum_}" for left, have, right, sum_ in sums if have != sum_
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WhiskyBalance:
    """The terms of the whisky table."""

    whiskies: int
    publishable: int
    held: int
    refused: int
    dormant: int
    redirects: int


def feed_balances(
    documents: Mapping[str, Iterable[DocumentRead]],
    listings: Iterable[Listing],
    offers: Iterable[Offer],
    matches: Iterable[Match],
) -> list[FeedBalance]:
    """Return the balance of every feed that was read, in order of name.

    Args:
        documents: what each feed's documents came to.
        listings: listings of all feeds.
        offers: offers of the candidate.
        matches: matches of the candidate: an offer with a match is a member.
    """
    by_feed: dict[str, list[Listing]] = {feed: [] for feed in documents}
    for listing in listings:
        by_feed.setdefault(listing.feed, []).append(listing)
    members = {(match.id_space, match.source_id) for match in matches}
    spoken: dict[str, list[Offer]] = {}
    for offer in offers:
        spoken.setdefault(offer.feed, []).append(offer)
    offered = {(offer.id_space, offer.source_id) for rows in spoken.values() for offer in rows}
    return [
        _feed_balance(feed, list(documents.get(feed, ())), by_feed[feed], spoken.get(feed, []), members, offered)
        for feed in sorted(by_feed)
    ]


def _feed_balance(
    feed: str,
    documents: Sequence[DocumentRead],
    listings: Sequence[Listing],
    offers: Sequence[Offer],
    members: set[tuple[str, str]],
    offered: set[tuple[str, str]],
) -> FeedBalance:
    own = {(offer.id_space, offer.source_id) for offer in offers}
    # A listing without any offer is told by nobody: it leaves a gap.
    elsewhere = offered - own
    return FeedBalance(
        feed=feed,
        rows_read=sum(row.rows_read for row in documents),
        sightings=sum(row.sightings for row in documents),
        refused_rows=sum(row.refused_rows for row in documents),
        refused_values=sum(row.refused_values for row in documents),
        listings=len(listings),
        repeats=sum(listing.repeats for listing in listings),
        told_by_another=sum((listing.id_space, listing.source_id) in elsewhere for listing in listings),
        offers=len(offers),
        members=sum((offer.id_space, offer.source_id) in members for offer in offers),
        bundles=sum(offer.kind == "bundle" for offer in offers),
        reviews=sum(offer.kind == "review" for offer in offers),
        other_goods=sum(offer.kind == "other" for offer in offers),
    )


def whisky_balance(whiskies: Iterable[Whisky], redirects: int) -> WhiskyBalance:
    """Return how many whiskies are live, and of these how many are publishable, held and refused."""
    rows = list(whiskies)
    live = [row for row in rows if row.state == "live"]
    return WhiskyBalance(
        whiskies=len(live),
        publishable=sum(row.verdict == "publish" for row in live),
        held=sum(row.verdict == "hold" for row in live),
        refused=sum(row.verdict == "refuse" for row in live),
        dormant=len(rows) - len(live),
        redirects=redirects,
    )


def balance_check(feeds: Sequence[FeedBalance]) -> CheckResult:
    """Return whether every equation holds for every feed."""
    gaps = [gap for feed in feeds for gap in feed.gaps]
    return CheckResult(
        table="core/snapshot",
        name=BALANCE_CHECK,
        passed=not gaps,
        summary="every row read is accounted for" if not gaps else "rows are unaccounted for",
        count=len(gaps),
        cases=tuple(gaps[:10]),
    )
