"""Which snapshots, table versions and page segments go, which stay, and why: by rules, then by quotas.

A snapshot stays if the rule of any of its tables keeps it. The current one stays, pinned ones, those that a release
needs, and all that a piece that stays was made from. Pages go only where the owner wrote a rule for them. What is not
yet copied as promised waits, and nothing goes before all that stays is. Pure. Not here: the going (`retiring`).
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from whisky_assets.domain.digests import digest
from whisky_assets.storage.retired import VERSION
from whisky_assets.storage.upkeep.holdings import ARCHIVE_FILES, GROWING, Holdings, SegmentFacts, VersionFacts
from whisky_assets.storage.upkeep.policies import CopyPromise, Policies, RetentionRule
from whisky_assets.storage.upkeep.quota import Contradiction, QuotaUse, enforce, use_of
from whisky_assets.storage.upkeep.retention import NO_RULE, Made, Retained, retained
from whisky_assets.storage.upkeep.units import (
    Standing,
    Unit,
    segment_unit,
    series,
    snapshot_unit,
    version_unit,
)

BY_SNAPSHOT = ("core", "archives")
"""Layers of which a version lives by the snapshots that hold it, not by an age of its own."""

NEWEST = "newest"
NOT_COPIED = "goes once it is copied as promised"
UNUSED = "no snapshot holds it, and its build has ended"
BY_RULE = "no count of its rule keeps it"
HELD = "a snapshot that stays needs it"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One piece and why it stays or goes."""

    unit: Unit
    reasons: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Uncopied:
    """A segment that stays and has not the copies that are promised."""

    segment: SegmentFacts
    promise: CopyPromise


@dataclasses.dataclass(frozen=True, kw_only=True)
class RetirementPlan:
    """What goes and what stays; `waiting` goes later, `uncopied` and `contradictions` stop the whole plan.

    `versions` and `segments` are all that go with the pieces; `unverified` are segments that stay and of which fewer
    copies than promised were compared with their names: that comes first. `bytes_before` and `versions_before` count
    what there is of each data set.
    """

    kept: tuple[Judged, ...]
    dropped: tuple[Judged, ...]
    waiting: tuple[Judged, ...]
    versions: tuple[VersionFacts, ...]
    segments: tuple[SegmentFacts, ...]
    uncopied: tuple[Uncopied, ...]
    unverified: tuple[SegmentFacts, ...]
    quotas: tuple[QuotaUse, ...]
    contradictions: tuple[Contradiction, ...]
    bytes_before: Mapping[str, int]
    versions_before: Mapping[str, int]

    @property
    def is_empty(self) -> bool:
        """Whether nothing goes."""
        return not (self.dropped or self.versions or self.segments)

    @property
    def freed_bytes(self) -> int:
        """What goes, in bytes, once each."""
        return sum(segment.size_bytes for segment in self.segments)

    @cached_property
    def hash(self) -> str:
        """Equal for plans by which the same goes for the same reasons."""
        return digest(
            [
                [[*judged.unit.key, *judged.reasons] for judged in self.dropped],
                [version.id for version in self.versions],
                [segment.id for segment in self.segments],
            ]
        )


def plan_retirement(holdings: Holdings, policies: Policies, now: datetime) -> RetirementPlan:
    """Return what goes by rules and quotas; nothing is changed."""
    return _Planner(holdings, policies, now).plan()


class _Planner:
    def __init__(self, holdings: Holdings, policies: Policies, now: datetime) -> None:
        self._holdings = holdings
        self._policies = policies
        self._now = now
        self._kept: dict[tuple[str, str], tuple[str, ...]] = {}
        self._dropped: dict[tuple[str, str], str] = {}
        self._protected: set[tuple[str, str]] = set()
        self._snapshots = [snapshot_unit(one, holdings.versions) for one in holdings.snapshots]
        self._lists = [version for version in holdings.versions.values() if version.dataset in GROWING]
        in_tables = {version for one in holdings.snapshots for version in one.tables}
        own = [version for version in holdings.versions.values() if version.dataset not in GROWING]
        self._dead = [version_unit(one) for one in own if _layer(one) in BY_SNAPSHOT and one.id not in in_tables]
        self._versions = [version_unit(one) for one in own if _layer(one) not in BY_SNAPSHOT]
        self._pages = [
            segment_unit(one)
            for one in holdings.segments.values()
            if one.dataset in GROWING and one.dataset != ARCHIVE_FILES and self._rule(one.dataset) is not None
        ]

    def plan(self) -> RetirementPlan:
        """Judge all pieces, in the order in which one hangs on the other."""
        units = [*self._snapshots, *self._dead, *self._versions, *self._pages]
        by_key = {unit.key: unit for unit in units}
        standing = Standing(self._holdings, units, self._holdings.version_needs)
        before = Counter(standing.size_bytes())
        self._judge_snapshots()
        self._judge_dead()
        self._judge_versions()
        self._judge_pages()
        for key in self._dropped:
            standing.let_go(by_key[key])
        waiting = self._wait(standing, [by_key[key] for key in self._dropped])
        enforced = enforce(standing, self._policies.quotas, self._droppable(by_key), waiting)
        for key, quota in enforced.dropped.items():
            del self._kept[key]
            self._dropped[key] = f"quota {quota.name}: the oldest goes first"
        waiting += self._wait(standing, [by_key[key] for key in enforced.dropped])
        self._keep_held(standing, by_key)
        after = standing.size_bytes()
        gone = standing.gone_segments()
        staying = _staying(standing, waiting)
        return RetirementPlan(
            kept=tuple(_judged(by_key, self._kept)),
            dropped=tuple(_judged(by_key, {key: (why,) for key, why in self._dropped.items()})),
            waiting=tuple(Judged(unit=unit, reasons=(NOT_COPIED,)) for unit in waiting),
            versions=(*standing.gone_versions(), *self._lists_to_go(standing)),
            segments=tuple(gone),
            uncopied=tuple(self._uncopied(staying)),
            unverified=tuple(one for one in staying if _is_unverified(one, self._policies.promise_of(one.dataset))),
            quotas=tuple(use_of(quota, before, after) for quota in self._policies.quotas),
            contradictions=enforced.contradictions,
            bytes_before=before,
            versions_before=Counter(version.dataset for version in self._holdings.versions.values()),
        )

    def _judge_snapshots(self) -> None:
        names = {one.number: one.name for one in self._holdings.snapshots}
        needs = {names[number]: why for number, why in self._holdings.snapshot_needs.items() if number in names}
        held = {version for one in self._holdings.snapshots for version in one.tables}
        datasets = {self._holdings.versions[version].dataset for version in held}
        rules = dict.fromkeys(self._rule(dataset) for dataset in sorted(datasets))
        verdicts = [retained(_made(self._snapshots), rule, needs, self._now) for rule in rules]
        reasons: dict[str, dict[str, None]] = {}
        for verdict in verdicts:
            for name, why in verdict.kept.items():
                reasons.setdefault(name, {}).update(dict.fromkeys(why))
        for unit in self._snapshots:
            if unit.item in reasons:
                self._keep(unit, tuple(reasons[unit.item]), protected=unit.item in needs)
            else:
                self._dropped[unit.key] = BY_RULE

    def _judge_dead(self) -> None:
        needs = self._needs()
        for unit in self._dead:
            if unit.item in needs:
                self._keep(unit, (needs[unit.item],), protected=True)
            else:
                self._dropped[unit.key] = UNUSED

    def _judge_versions(self) -> None:
        needs = self._needs()
        for (dataset, _partition), units in series(self._versions).items():
            newest = max(units, key=lambda unit: (unit.made_at, unit.item))
            protected = {unit.item: needs[unit.item] for unit in units if unit.item in needs}
            protected.setdefault(newest.item, NEWEST)
            self._judge(units, retained(_made(units), self._rule(dataset), protected, self._now))

    def _judge_pages(self) -> None:
        needs = self._holdings.segment_needs
        for (dataset, _partition), units in series(self._pages).items():
            newest = max(units, key=lambda unit: (unit.made_at, unit.item))
            protected = {unit.item: needs[unit.item] for unit in units if unit.item in needs}
            protected.setdefault(newest.item, NEWEST)
            self._judge(units, retained(_made(units), self._rule(dataset), protected, self._now))

    def _lists_to_go(self, standing: Standing) -> list[VersionFacts]:
        """Return versions of tables that only grow which are not the newest, and which no snapshot or head names.

        They hold nothing: such a table is all its segments.
        """
        newest: dict[tuple[str, str], VersionFacts] = {}
        for version in sorted(self._lists, key=lambda one: (one.made_at, len(one.segments), one.id)):
            newest[(version.dataset, version.partition)] = version
        stays = {version.id for version in newest.values()}
        return [version for version in self._lists if version.id not in stays and not standing.stands(version.id)]

    def _judge(self, units: Sequence[Unit], verdict: Retained) -> None:
        for unit in units:
            if unit.item in verdict.kept:
                self._keep(unit, verdict.kept[unit.item], protected=unit.item in verdict.protected)
            else:
                self._dropped[unit.key] = BY_RULE

    def _keep(self, unit: Unit, reasons: tuple[str, ...], *, protected: bool) -> None:
        self._kept[unit.key] = reasons
        if protected or NO_RULE in reasons:
            self._protected.add(unit.key)

    def _needs(self) -> Mapping[str, str]:
        """Return why versions stay that a kept snapshot, a head, a build or a release needs."""
        needs: dict[str, str] = {}
        for one, unit in zip(self._holdings.snapshots, self._snapshots, strict=True):
            if unit.key in self._protected:
                needs |= dict.fromkeys(one.tables | one.heads, f"snapshot {one.name} needs it")
        return needs | dict(self._holdings.version_needs)

    def _wait(self, standing: Standing, dropped: Iterable[Unit]) -> list[Unit]:
        """Let those stand again whose going would take a segment that is not copied as promised."""
        uncopied = {one.segment.id for one in self._uncopied(standing.gone_segments())}
        waiting = [unit for unit in dropped if uncopied & standing.segments_under(unit)] if uncopied else []
        for unit in waiting:
            standing.hold(unit)
            del self._dropped[unit.key]
        return waiting

    def _keep_held(self, standing: Standing, by_key: Mapping[tuple[str, str], Unit]) -> None:
        """Tell of table versions that their own rule lets go and a snapshot holds that they stay."""
        for key in list(self._dropped):
            if by_key[key].kind == VERSION and standing.stands(by_key[key].item):
                del self._dropped[key]
                self._kept[key] = (HELD,)

    def _droppable(self, by_key: Mapping[tuple[str, str], Unit]) -> list[Unit]:
        return [by_key[key] for key in self._kept if key not in self._protected]

    def _uncopied(self, segments: Iterable[SegmentFacts]) -> Iterable[Uncopied]:
        for segment in segments:
            promise = self._policies.promise_of(segment.dataset)
            if segment.copies < promise.copies or segment.off_this_pc < promise.off_this_pc:
                yield Uncopied(segment=segment, promise=promise)

    def _rule(self, dataset: str) -> RetentionRule | None:
        return self._policies.retention_of(dataset)


def _staying(standing: Standing, waiting: Sequence[Unit]) -> list[SegmentFacts]:
    """Return the segments that stay for good: without those that only wait to go."""
    for unit in waiting:
        standing.let_go(unit)
    staying = standing.segments()
    for unit in waiting:
        standing.hold(unit)
    return staying


def _is_unverified(segment: SegmentFacts, promise: CopyPromise) -> bool:
    return segment.verified < promise.copies or segment.verified_off_this_pc < promise.off_this_pc


def _made(units: Iterable[Unit]) -> list[Made]:
    return [Made(name=unit.item, made_at=unit.made_at) for unit in units]


def _judged(by_key: Mapping[tuple[str, str], Unit], reasons: Mapping[tuple[str, str], tuple[str, ...]]) -> list[Judged]:
    found = [Judged(unit=by_key[key], reasons=why) for key, why in reasons.items()]
    return sorted(found, key=lambda judged: (judged.unit.dataset, judged.unit.partition, judged.unit.made_at))


def _layer(version: VersionFacts) -> str:
    return version.dataset.partition("/")[0]
