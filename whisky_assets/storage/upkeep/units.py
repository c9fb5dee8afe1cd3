"""What can go as one piece - a snapshot, a table version, a page segment - and what stays while pieces go.

A version stays as long as a piece that stays holds it, a segment as long as such a version does. Pure. Not here: which
pieces go (`retirement_plan`, `quota`).
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from whisky_assets.storage.retired import SEGMENT, SNAPSHOT, VERSION
from whisky_assets.storage.upkeep.holdings import GROWING, Holdings, SegmentFacts, SnapshotFacts, VersionFacts


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One piece: its kind, its name or id, the one table it is of (a snapshot: none), and when it was made.

    It holds `versions`, and a page segment holds itself; `datasets` are those of all that it holds.
    """

    kind: str
    item: str
    dataset: str = ""
    partition: str = ""
    made_at: datetime
    versions: tuple[str, ...] = ()
    datasets: frozenset[str]

    @property
    def key(self) -> tuple[str, str]:
        """What no two pieces share."""
        return (self.kind, self.item)

    @property
    def name(self) -> str:
        """What it is called in a sentence."""
        if self.kind == SNAPSHOT:
            return f"snapshot {self.item}"
        table = f"{self.dataset}[{self.partition}]" if self.partition else self.dataset
        return f"{self.kind} {self.item[:12]} of {table}"


def snapshot_unit(snapshot: SnapshotFacts, versions: Mapping[str, VersionFacts]) -> Unit:
    """Return a snapshot as a piece: it holds its tables and the heads it was built from."""
    held = tuple(sorted(snapshot.tables | snapshot.heads))
    return Unit(
        kind=SNAPSHOT,
        item=snapshot.name,
        made_at=snapshot.committed_at,
        versions=held,
        datasets=frozenset(versions[version].dataset for version in held),
    )


def version_unit(version: VersionFacts) -> Unit:
    """Return a table version as a piece of its own."""
    return Unit(
        kind=VERSION,
        item=version.id,
        dataset=version.dataset,
        partition=version.partition,
        made_at=version.made_at,
        versions=(version.id,),
        datasets=frozenset([version.dataset]),
    )


def segment_unit(segment: SegmentFacts) -> Unit:
    """Return a segment of a table that only grows as a piece of its own."""
    return Unit(
        kind=SEGMENT,
        item=segment.id,
        dataset=segment.dataset,
        partition=segment.partition,
        made_at=segment.created_at,
        datasets=frozenset([segment.dataset]),
    )


class Standing:
    """What stays: counted, so that letting one piece go costs what it holds and not a look at all there is."""

    def __init__(self, holdings: Holdings, units: Iterable[Unit], held: Iterable[str]) -> None:
        """Let all `units` and the versions in `held` stand.

        Segments of a table that only grows stand by themselves, unless a unit is made of one, and whatever versions
        list them; so do those that no version holds.
        """
        self._holdings = holdings
        self._units: set[tuple[str, str]] = set()
        self._version_users: Counter[str] = Counter()
        self._segment_users: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()
        pieces = list(units)
        in_versions = {segment for version in holdings.versions.values() for segment in version.segments}
        own = {unit.item for unit in pieces if unit.kind == SEGMENT}
        for segment in holdings.segments.values():
            if segment.id not in own and (segment.dataset in GROWING or segment.id not in in_versions):
                self._use_segment(segment.id)
        for version in held:
            self._use_version(version)
        for unit in pieces:
            self.hold(unit)

    def hold(self, unit: Unit) -> None:
        """Let a piece stand; one that stands already does."""
        if unit.key in self._units:
            return
        self._units.add(unit.key)
        if unit.kind == SEGMENT:
            self._use_segment(unit.item)
        for version in unit.versions:
            self._use_version(version)

    def let_go(self, unit: Unit) -> None:
        """Let a piece go, and with it what nothing else holds; one that is gone already is."""
        if unit.key not in self._units:
            return
        self._units.remove(unit.key)
        if unit.kind == SEGMENT:
            self._free_segment(unit.item)
        for version in unit.versions:
            self._version_users[version] -= 1
            if not self._version_users[version]:
                for segment in self._segments_of(version):
                    self._free_segment(segment)

    def stands(self, version: str) -> bool:
        """Say whether a version stays."""
        return self._version_users[version] > 0

    def segments(self) -> list[SegmentFacts]:
        """Return the segments that stay, by id."""
        return [segment for key, segment in sorted(self._holdings.segments.items()) if self._segment_users[key]]

    def gone_segments(self) -> list[SegmentFacts]:
        """Return the segments that go, by id."""
        return [segment for key, segment in sorted(self._holdings.segments.items()) if not self._segment_users[key]]

    def gone_versions(self) -> list[VersionFacts]:
        """Return the versions that go, by id; none of a table that only grows, where they hold nothing."""
        versions = sorted(self._holdings.versions.items())
        return [version for key, version in versions if version.dataset not in GROWING and not self.stands(key)]

    def size_bytes(self) -> Mapping[str, int]:
        """Return how many bytes stay of each data set."""
        return self._bytes

    def segments_under(self, unit: Unit) -> set[str]:
        """Return the segments that a piece holds, alone or with others."""
        if unit.kind == SEGMENT:
            return {unit.item}
        return {segment for version in unit.versions for segment in self._segments_of(version)}

    def _use_version(self, version: str) -> None:
        self._version_users[version] += 1
        if self._version_users[version] == 1:
            for segment in self._segments_of(version):
                self._use_segment(segment)

    def _use_segment(self, segment: str) -> None:
        self._segment_users[segment] += 1
        if self._segment_users[segment] == 1:
            held = self._holdings.segments[segment]
            self._bytes[held.dataset] += held.size_bytes

    def _free_segment(self, segment: str) -> None:
        self._segment_users[segment] -= 1
        if not self._segment_users[segment]:
            held = self._holdings.segments[segment]
            self._bytes[held.dataset] -= held.size_bytes

    def _segments_of(self, version: str) -> tuple[str, ...]:
        held = self._holdings.versions.get(version)
        return () if held is None or held.dataset in GROWING else held.segments


def series(units: Iterable[Unit]) -> Mapping[tuple[str, str], list[Unit]]:
    """Return pieces by the table that they are versions of."""
    found: dict[tuple[str, str], list[Unit]] = defaultdict(list)
    for unit in units:
        found[(unit.dataset, unit.partition)].append(unit)
    return found
