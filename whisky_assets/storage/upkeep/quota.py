"""A quota acts after the rules: the oldest that may go goes first, and one that cannot be kept says by how much.

Bytes are those of the segments themselves, once each, wherever copies lie. Pure. Not here: which versions a rule keeps
(`retention`), and what a volume may hold (`capacity`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from whisky_assets.domain.amounts import size_words
from whisky_assets.storage.upkeep.policies import Quota, covers
from whisky_assets.storage.upkeep.units import Standing, Unit

NEARLY_FULL, ALMOST_FULL = 0.8, 0.9
"""Shares of a quota from which on a person is told."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class QuotaUse:
    """What a quota's data sets take now, and what they take once the plan is done."""

    quota: Quota
    used_bytes: int
    after_bytes: int

    @property
    def share(self) -> float:
        """The part of the quota that is taken now."""
        return self.used_bytes / self.quota.max_bytes

    def line(self) -> str:
        """Return it as a person reads it."""
        after = f", {size_words(self.after_bytes)} after this plan" if self.after_bytes != self.used_bytes else ""
        return (
            f"quota {self.quota.name}: {size_words(self.used_bytes)} of {size_words(self.quota.max_bytes)}"
            f" ({self.share:.0%}){after}"
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """A quota that what must stay exceeds by itself; `largest` are its data sets by what must stay of each."""

    quota: Quota
    must_stay_bytes: int
    largest: tuple[tuple[str, int], ...]

    @property
    def over_bytes(self) -> int:
        """By how much."""
        return self.must_stay_bytes - self.quota.max_bytes

    def message(self) -> str:
        """Return which, by how much, and what takes it."""
        told = ", ".join(f"{dataset} {size_words(size)}" for dataset, size in self.largest)
        return (
            f"quota and promises contradict: what must stay of quota {self.quota.name} takes"
            f" {size_words(self.must_stay_bytes)}, {size_words(self.over_bytes)} more than its"
            f" {size_words(self.quota.max_bytes)} ({told})"
        )

    def remedy(self) -> str:
        """Return what would mend it."""
        at = "in storage.toml" if self.quota.origin == "shipped" else f"at {self.quota.origin}"
        most = self.largest[0][0] if self.largest else self.quota.data[0]
        return (
            f"Raise its max {at} to {size_words(self.must_stay_bytes)} or more, or write a [[retention]] rule for"
            f" {most} that keeps less, or unpin snapshots."
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Enforced:
    """What quotas ask for: each piece that goes for one with that quota, and the quotas that cannot be kept."""

    dropped: Mapping[tuple[str, str], Quota]
    contradictions: tuple[Contradiction, ...]


def enforce(
    standing: Standing, quotas: Sequence[Quota], droppable: Sequence[Unit], waiting: Sequence[Unit]
) -> Enforced:
    """Let the oldest pieces go until every quota is kept, or say which cannot be; `standing` has let them go then.

    Args:
        standing: what stays by the rules.
        quotas: in order; what went for one counts for the next.
        droppable: pieces that only a rule keeps.
        waiting: pieces that go once they are copied as promised; they count, but no quota fails for them.
    """
    dropped: dict[tuple[str, str], Quota] = {}
    contradictions = []
    oldest_first = sorted(droppable, key=lambda unit: (unit.made_at, unit.kind, unit.item))
    for quota in quotas:
        for unit in oldest_first:
            if _used(standing, quota) <= quota.max_bytes:
                break
            if unit.key not in dropped and _touches(unit, quota):
                standing.let_go(unit)
                dropped[unit.key] = quota
        if (found := _contradiction(standing, quota, waiting)) is not None:
            contradictions.append(found)
    return Enforced(dropped=dropped, contradictions=tuple(contradictions))


def use_of(quota: Quota, before: Mapping[str, int], after: Mapping[str, int]) -> QuotaUse:
    """Return what a quota's data sets take, from the bytes of each data set before and after a plan."""
    return QuotaUse(quota=quota, used_bytes=_sum(quota, before), after_bytes=_sum(quota, after))


def _contradiction(standing: Standing, quota: Quota, waiting: Sequence[Unit]) -> Contradiction | None:
    if _used(standing, quota) <= quota.max_bytes:
        return None
    for unit in waiting:
        standing.let_go(unit)
    must_stay = {dataset: size for dataset, size in standing.size_bytes().items() if covers(quota.data, dataset)}
    for unit in waiting:
        standing.hold(unit)
    total = sum(must_stay.values())
    if total <= quota.max_bytes:
        return None
    largest = sorted(must_stay.items(), key=lambda item: (-item[1], item[0]))[:3]
    return Contradiction(quota=quota, must_stay_bytes=total, largest=tuple(largest))


def _used(standing: Standing, quota: Quota) -> int:
    return _sum(quota, standing.size_bytes())


def _sum(quota: Quota, sizes: Mapping[str, int]) -> int:
    return sum(size for dataset, size in sizes.items() if covers(quota.data, dataset))


def _touches(unit: Unit, quota: Quota) -> bool:
    return any(covers(quota.data, dataset) for dataset in unit.datasets)
