"""Stops a build whose offers lost values that were known: a reader that stopped to find ABV, size or price.

Shares are over offers that may be whiskies, of feeds that both snapshots hold: a feed that came or went since, whatever
it tells, is no loss. Not here: products that are no longer told (`listing`).
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence

from whisky_assets.cleaning.thresholds import ShareLimits, shipped_thresholds
from whisky_assets.domain.outcome import CheckResult
from whisky_assets.domain.records import Offer
from whisky_assets.pipeline.balance import MEMBER_KINDS
from whisky_assets.pipeline.graph import SHARES_CHECK

COLUMNS = ("abv_pct", "volume_ml", "price_minor")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """A share that fell by more than may be; `feed` is the one most of whose offers lost it.

    `is_judged` says whether enough offers told the value before to say anything.
    """

    column: str
    told_before: int
    offers_before: int
    told: int
    offers: int
    feed: str
    is_judged: bool

    def __str__(self) -> str:
        """Return it as a person reads it."""
        return (
            f"{self.column}: {self.told_before} of {self.offers_before} offers told it, "
            f"{self.told} of {self.offers} tell it, most of them lost at feed {self.feed}"
        )


class Told:
    """How many offers of each feed may be whiskies, and how many of these tell each value; rows come and go."""

    def __init__(self) -> None:
        """Begin with no offer."""
        self.offers: Counter[str] = Counter()
        self.telling: Counter[tuple[str, str]] = Counter()

    def count(self, offers: Iterable[Offer], by: int = 1) -> Told:
        """Add offers (`by` 1) or take them out (-1), and return itself."""
        for offer in offers:
            if offer.kind in MEMBER_KINDS:
                self.offers[offer.feed] += by
                for column in COLUMNS:
                    if getattr(offer, column) is not None:
                        self.telling[offer.feed, column] += by
        return self

    def feeds(self) -> set[str]:
        """Return the feeds that have an offer."""
        return {feed for feed, count in self.offers.items() if count}

    def number(self, feeds: Iterable[str]) -> int:
        """Return how many offers some feeds have."""
        return sum(self.offers[feed] for feed in feeds)

    def told(self, column: str, feeds: Iterable[str]) -> int:
        """Return how many offers of some feeds tell a column."""
        return sum(self.telling[feed, column] for feed in feeds)


def fallen_shares(
    before: Iterable[Offer], after: Iterable[Offer], limits: ShareLimits | None = None
) -> tuple[Fall, ...]:
    """Return the shares of offers with ABV, size and price that fell by more than the limits (None: shipped) allow."""
    return fallen(Told().count(before), Told().count(after), limits)


def fallen(before: Told, after: Told, limits: ShareLimits | None = None) -> tuple[Fall, ...]:
    """Return the same of offers that were counted before; see `fallen_shares`."""
    limits = limits or shipped_thresholds().shares
    feeds = before.feeds() & after.feeds()
    falls = (
        Fall(
            column=column,
            told_before=before.told(column, feeds),
            offers_before=before.number(feeds),
            told=after.told(column, feeds),
            offers=after.number(feeds),
            feed=_worst_feed(before, after, column, feeds),
            is_judged=before.told(column, feeds) >= limits.smallest_base,
        )
        for column in COLUMNS
        if before.told(column, feeds)
    )
    return tuple(
        fall
        for fall in falls
        if fall.told / fall.offers < (1 - limits.largest_fall) * fall.told_before / fall.offers_before
    )


def shares_check(falls: Sequence[Fall], *, accepted: bool = False) -> CheckResult:
    """Return whether no share fell, but for one of few offers; `accepted` is a person's word that the fall is real."""
    judged = [fall for fall in falls if fall.is_judged]
    return CheckResult(
        table="core/offers",
        name=SHARES_CHECK,
        passed=accepted or not judged,
        summary=_summary(falls, len(judged), accepted=accepted),
        count=0 if accepted else len(judged),
        cases=tuple(str(fall) for fall in falls),
    )


def _worst_feed(before: Told, after: Told, column: str, feeds: Iterable[str]) -> str:
    """Return the feed of which more offers than before do not tell the column, by most."""

    def silent(told: Told, feed: str) -> int:
        return told.offers[feed] - told.telling[feed, column]

    return min(feeds, key=lambda feed: (silent(before, feed) - silent(after, feed), feed))


def _summary(falls: Sequence[Fall], judged: int, *, accepted: bool) -> str:
    if not falls:
        return "the shares of known values held"
    how = "too few to judge" if not judged else "accepted" if accepted else "known values were lost"
    return f"{how}: {'; '.join(str(fall) for fall in falls)}"
