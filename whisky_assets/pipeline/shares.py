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


def fallen_shares(
    before: Iterable[Offer], after: Iterable[Offer], limits: ShareLimits | None = None
) -> tuple[Fall, ...]:
    """Return the shares of offers with ABV, size and price that fell by more than the limits (None: shipped) allow."""
    limits = limits or shipped_thresholds().shares
    old, new = _members(before), _members(after)
    feeds = {offer.feed for offer in old} & {offer.feed for offer in new}
    old = [offer for offer in old if offer.feed in feeds]
    new = [offer for offer in new if offer.feed in feeds]
    falls = (
        Fall(
            column=column,
            told_before=_told(old, column),
            offers_before=len(old),
            told=_told(new, column),
            offers=len(new),
            feed=_worst_feed(old, new, column),
            is_judged=_told(old, column) >= limits.smallest_base,
        )
        for column in COLUMNS
        if _told(old, column)
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


def _members(offers: Iterable[Offer]) -> list[Offer]:
    return [offer for offer in offers if offer.kind in MEMBER_KINDS]


def _told(offers: Sequence[Offer], column: str) -> int:
    return sum(getattr(offer, column) is not None for offer in offers)


def _worst_feed(old: Sequence[Offer], new: Sequence[Offer], column: str) -> str:
    """Return the feed of which more offers than before do not tell the column, by most."""
    more = Counter(offer.feed for offer in new if getattr(offer, column) is None)
    more.subtract(Counter(offer.feed for offer in old if getattr(offer, column) is None))
    return min({offer.feed for offer in new}, key=lambda feed: (-more[feed], feed))


def _summary(falls: Sequence[Fall], judged: int, *, accepted: bool) -> str:
    if not falls:
        return "the shares of known values held"
    how = "too few to judge" if not judged else "accepted" if accepted else "known values were lost"
    return f"{how}: {'; '.join(str(fall) for fall in falls)}"
