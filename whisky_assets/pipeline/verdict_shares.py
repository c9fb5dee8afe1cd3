"""The check that shows which share of the offers is published, held and refused, and warns where too much is held.

It stops nothing: what is held waits for a person, the rest is right. Not here: why an offer is held (`cleaning`), the
feeds behind it (`quality`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from whisky_assets.cleaning.thresholds import HeldLimits
from whisky_assets.cleaning.verdicts import HOLD, RULES
from whisky_assets.domain.outcome import WARNING, CheckResult
from whisky_assets.domain.records import Offer
from whisky_assets.domain.records.shared import VERDICTS
from whisky_assets.pipeline.graph import VERDICTS_CHECK


def verdicts_check(offers: Sequence[Offer], limits: HeldLimits) -> CheckResult:
    """Return the share of each verdict with counts by reason; failed where too much of what may be whisky is held.

    Refused offers (other goods, bundles, reviews, spirit drinks) are no part of that share.
    """
    verdicts = Counter(offer.verdict for offer in offers)
    held, judged = verdicts[HOLD], len(offers) - verdicts["refuse"]
    too_many = judged >= limits.smallest_base and held > limits.largest_held_share * judged
    reasons = Counter(reason for offer in offers for reason in offer.reasons)
    return CheckResult(
        table="core/offers",
        name=VERDICTS_CHECK,
        passed=not too_many,
        severity=WARNING,
        summary=", ".join(f"{verdict} {share(verdicts[verdict], len(offers))}" for verdict in VERDICTS)
        + f" of {len(offers):,} offers",
        count=held if too_many else 0,
        cases=tuple(f"{RULES[code].verdict}, {code}: {count:,}" for code, count in reasons.most_common()),
    )


def share(part: int, whole: int) -> str:
    """Return a share in per cent with one digit, `-` of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else "-"
