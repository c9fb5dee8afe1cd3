"""Which versions of one table stay: the newest so many, and the newest of so many days, weeks, months and years.

Empty periods cost nothing, one version may be kept by several rules, weeks are ISO weeks, and all periods are UTC. The
oldest version stays as long as a rule has counts left, so that a young home keeps where it began. Pure. Not here: what
needs what (`holdings`) and which files go (`retiring`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from whisky_assets.storage.upkeep.policies import RetentionRule

NO_RULE = "no rule lets it go"
AHEAD = "made later than now, so a clock was wrong"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A version by name, and when it was made."""

    name: str
    made_at: datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Retained:
    """What a rule says of one table: `kept` maps each version that stays to why, `dropped` are the others.

    `kept` is newest first, `dropped` oldest first. `protected` are those of the kept that stay whatever a rule says.
    """

    kept: Mapping[str, tuple[str, ...]]
    protected: frozenset[str]
    dropped: tuple[str, ...]


@dataclasses.dataclass(slots=True)
class _Count:
    """One count of a rule and the period that it gave its last place to."""

    name: str
    period_of: Callable[[datetime], object] | None
    left: int
    last: object = None

    def claims(self, at: int, moment: datetime, *, is_oldest: bool) -> bool:
        """Say whether a version is kept by this count, and take it off."""
        if self.left <= 0:
            return False
        period = at if self.period_of is None else self.period_of(moment)
        if period == self.last and not is_oldest:
            return False
        self.last = period
        self.left -= 1
        return True


def retained(
    versions: Iterable[Made], rule: RetentionRule | None, protected: Mapping[str, str], now: datetime
) -> Retained:
    """Return which versions stay and why.

    Args:
        versions: all versions of one table; of equal times the later named is the newer.
        rule: what stays; None keeps all.
        protected: version to why it stays whatever the rule says; it claims its periods like any other.
        now: a version made later than this stays and claims no period: else a clock that once jumped ahead would
            let all true versions go.
    """
    newest_first = sorted(versions, key=lambda one: (one.made_at, one.name), reverse=True)
    true = [one for one in newest_first if one.made_at <= now]
    reasons = {one.name: [protected[one.name]] if one.name in protected else [] for one in newest_first}
    for one in newest_first[: len(newest_first) - len(true)]:
        reasons[one.name].append(AHEAD)
    counts = [] if rule is None or rule.keep_all else _counts(rule)
    for at, one in enumerate(true):
        if rule is None or rule.keep_all:
            reasons[one.name].append(NO_RULE)
        moment = one.made_at.astimezone(UTC)
        for count in counts:
            if count.claims(at, moment, is_oldest=at == len(true) - 1):
                reasons[one.name].append(count.name)
    return Retained(
        kept={name: tuple(why) for name, why in reasons.items() if why},
        protected=frozenset(protected).intersection(reasons),
        dropped=tuple(one.name for one in reversed(newest_first) if not reasons[one.name]),
    )


def _counts(rule: RetentionRule) -> list[_Count]:
    return [
        _Count("last", None, rule.keep_last),
        _Count("daily", lambda moment: moment.date(), rule.keep_daily),
        _Count("weekly", lambda moment: moment.isocalendar()[:2], rule.keep_weekly),
        _Count("monthly", lambda moment: (moment.year, moment.month), rule.keep_monthly),
        _Count("yearly", lambda moment: moment.year, rule.keep_yearly),
    ]
