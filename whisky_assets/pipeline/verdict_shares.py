"""The check that shows which share of the offers is published, held and refused, and warns where too much is held.

It stops nothing: what is held waits for a person, the rest is right. Not here: why an offer is held (`cleaning`), the
feeds behind it (`quality`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from whisky_assets.cleaning.thresholds import HeldLimits
from whisky_assets.cleaning.verdicts import HOLD, RULES
from whisky_assets.domain.outcome import WARNING, CheckResult
from whisky_assets.domain.records import Offer
from whisky_assets.domain.records.shared import VERDICTS
from whisky_assets.pipeline.graph import VERDICTS_CHECK


class Verdicts:
    """How many offers there are by kind, verdict and reason; rows come and go."""

    def __init__(self) -> None:
        """Begin with no offer."""
        self.kinds: Counter[str] = Counter()
        self.verdicts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()

    @property
    def offers(self) -> int:
        """How many offers there are."""
        return self.kinds.total()

    def count(self, offers: Iterable[Offer], by: int = 1) -> Verdicts:
        """Add offers (`by` 1) or take them out (-1), and return itself."""
        for offer in offers:
            self.kinds[offer.kind] += by
            self.verdicts[offer.verdict] += by
            for reason in offer.reasons:
                self.reasons[reason] += by
        return self


def verdicts_check(offers: Sequence[Offer], limits: HeldLimits) -> CheckResult:
    """Return the share of each verdict with counts by reason; failed where too much of what may be whisky is held.

    Refused offers (other goods, bundles, reviews, spirit drinks) are no part of that share.
    """
    return held_check(Verdicts().count(offers), limits)


def held_check(told: Verdicts, limits: HeldLimits) -> CheckResult:
    """Return the same of offers that were counted before; see `verdicts_check`."""
    verdicts = told.verdicts
    held, judged = verdicts[HOLD], told.offers - verdicts["refuse"]
    too_many = judged >= limits.smallest_base and held > limits.largest_held_share * judged
    reasons = sorted(((code, count) for code, count in told.reasons.items() if count), key=lambda one: (-one[1], one))
    return CheckResult(
        table="core/offers",
        name=VERDICTS_CHECK,
        passed=not too_many,
        severity=WARNING,
        summary=", ".join(f"{verdict} {share(verdicts[verdict], told.offers)}" for verdict in VERDICTS)
        + f" of {told.offers:,} offers",
        count=held if too_many else 0,
        cases=tuple(f"{RULES[code].verdict}, {code}: {count:,}" for code, count in reasons),
    )


def share(part: int, whole: int) -> str:
    """Return a share in per cent with one digit, `-` of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else "-"
