"""What a home holds that could go one day, and what needs what: read from the state database at one moment.

Not here: which of it goes (`retirement_plan`) and the going (`retiring`).
"""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from whisky_assets.storage.builds import OPEN, REJECTED
from whisky_assets.storage.capacity import Disks
from whisky_assets.storage.digest import APPENDED
from whisky_assets.storage.pins import pins_in
from whisky_assets.storage.state import StateDatabase, micros, moment_of

ARCHIVE_FILES = "archives/files"
GROWING = frozenset({*APPENDED, ARCHIVE_FILES})
"""Data sets of which every registered segment counts, whatever versions there are of them."""

REJECTED_STAYS = timedelta(days=30)
"""How long what a rejected build made stays to be looked at; that of the last one stays until the next."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotFacts:
    """A snapshot that is still there: the versions of its tables, and of the heads that it was built from."""

    number: int
    name: str
    committed_at: datetime
    tables: frozenset[str]
    heads: frozenset[str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class VersionFacts:
    """A table version and its segments; `made_at` is when a build or run last made it."""

    id: str
    dataset: str
    partition: str
    made_at: datetime
    segments: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFacts:
    """A segment, on how many disks it is stored, on how many off this PC, and on how many a copy was verified."""

    id: str
    dataset: str
    partition: str
    size_bytes: int
    created_at: datetime
    copies: int
    off_this_pc: int
    verified: int
    verified_off_this_pc: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """What stays because somebody outside the state of storage needs it, each with why.

    `snapshots` by name, `builds` whose candidates stay, `segments` by id.
    """

    snapshots: Mapping[str, str] = dataclasses.field(default_factory=dict)
    builds: Mapping[str, str] = dataclasses.field(default_factory=dict)
    segments: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """All of it at one moment; `snapshot_needs` and `version_needs` say why one stays whatever a rule says."""

    snapshots: tuple[SnapshotFacts, ...]
    versions: Mapping[str, VersionFacts]
    segments: Mapping[str, SegmentFacts]
    snapshot_needs: Mapping[int, str]
    version_needs: Mapping[str, str]
    segment_needs: Mapping[str, str]


def read_holdings(db: StateDatabase, needed: Needed, now: datetime, disks: Disks) -> Holdings:
    """Return what a home holds, without what is retired already; copies on one disk of `disks` count once."""
    with db.reading() as connection:
        snapshots = tuple(_snapshots(connection))
        return Holdings(
            snapshots=snapshots,
            versions=_versions(connection),
            segments={segment.id: segment for segment in _segments(connection, disks)},
            snapshot_needs=_snapshot_needs(connection, snapshots, needed),
            version_needs=_version_needs(connection, needed, now),
            segment_needs=needed.segments,
        )


def _snapshots(connection: sqlite3.Connection) -> Iterator[SnapshotFacts]:
    tables, heads = _by_snapshot(connection, "snapshot_tables"), _by_snapshot(connection, "snapshot_heads")
    retired = {row[0] for row in connection.execute("SELECT item FROM retirements WHERE kind = 'snapshot'")}
    for number, committed_at in connection.execute("SELECT number, committed_at FROM snapshots ORDER BY number"):
        name = f"s{number:06d}"
        if name not in retired:
            yield SnapshotFacts(
                number=number,
                name=name,
                committed_at=moment_of(committed_at),
                tables=frozenset(tables[number]),
                heads=frozenset(heads[number]),
            )


def _by_snapshot(connection: sqlite3.Connection, table: str) -> Mapping[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for number, version in connection.execute(f"SELECT snapshot, version FROM {table}"):  # noqa: S608 - a name of this module
        found[number].add(version)
    return found


def _versions(connection: sqlite3.Connection) -> dict[str, VersionFacts]:
    segments: dict[str, list[str]] = defaultdict(list)
    for version, segment in connection.execute("SELECT version, segment FROM version_segments ORDER BY position"):
        segments[version].append(segment)
    # The same rows made again are the version of before, and as young as the run that made them last.
    rows = connection.execute(
        "SELECT v.id, v.dataset, v.partition, max(v.made_at, coalesce(max(c.made_at), 0)) FROM versions v"
        " LEFT JOIN candidates c ON c.version = v.id GROUP BY v.id"
    )
    return {
        row[0]: VersionFacts(
            id=row[0], dataset=row[1], partition=row[2], made_at=moment_of(row[3]), segments=tuple(segments[row[0]])
        )
        for row in rows
    }


def _segments(connection: sqlite3.Connection, disks: Disks) -> Iterator[SegmentFacts]:
    lying: dict[str, list[str]] = defaultdict(list)
    proven: dict[str, list[str]] = defaultdict(list)
    for segment, volume, verified_at in connection.execute("SELECT segment, volume, verified_at FROM copies"):
        lying[segment].append(volume)
        if verified_at is not None:
            proven[segment].append(volume)
    for row in connection.execute("SELECT id, dataset, partition, size_bytes, created_at FROM segments ORDER BY id"):
        copies, off_this_pc = disks.counted(lying[row[0]])
        verified, verified_off_this_pc = disks.counted(proven[row[0]])
        yield SegmentFacts(
            id=row[0],
            dataset=row[1],
            partition=row[2],
            size_bytes=row[3],
            created_at=moment_of(row[4]),
            copies=copies,
            off_this_pc=off_this_pc,
            verified=verified,
            verified_off_this_pc=verified_off_this_pc,
        )


def _snapshot_needs(
    connection: sqlite3.Connection, snapshots: tuple[SnapshotFacts, ...], needed: Needed
) -> dict[int, str]:
    numbers = {snapshot.name: snapshot.number for snapshot in snapshots}
    needs = {numbers[name]: why for name, why in needed.snapshots.items() if name in numbers}
    needs |= {pin.number: f"pinned: {pin.why}" for pin in pins_in(connection)}
    parents = connection.execute("SELECT build, parent FROM builds WHERE state = ?", (OPEN,)).fetchall()
    needs |= {numbers[parent]: f"build {build} is open on it" for build, parent in parents if parent in numbers}
    if snapshots:
        needs[snapshots[-1].number] = "current"
    return needs


def _version_needs(connection: sqlite3.Connection, needed: Needed, now: datetime) -> dict[str, str]:
    """Return why versions stay that no kept snapshot holds: heads, builds that go on or failed lately, and releases."""
    builds = _rejected_lately(connection, now) | dict(needed.builds)
    builds |= {
        row[0]: f"build {row[0]} is open"
        for row in connection.execute("SELECT build FROM builds WHERE state = ?", (OPEN,))
    }
    needs: dict[str, str] = {}
    for build, why in builds.items():
        pinned = connection.execute("SELECT pinned_heads FROM builds WHERE build = ?", (build,)).fetchone()
        for versions in json.loads(pinned[0]).values() if pinned else ():
            needs |= dict.fromkeys(versions.values(), why)
        made = connection.execute("SELECT version FROM candidates WHERE build = ?", (build,))
        needs |= {row[0]: why for row in made}
    heads = connection.execute("SELECT version, feed FROM heads")
    return needs | {version: f"head of feed {feed}" for version, feed in heads}


def _rejected_lately(connection: sqlite3.Connection, now: datetime) -> dict[str, str]:
    rows = connection.execute(
        "SELECT build, ended_at FROM builds WHERE state = ? ORDER BY ended_at DESC, rowid DESC", (REJECTED,)
    ).fetchall()
    return {
        build: f"build {build} was rejected and can be looked at for {REJECTED_STAYS.days} days"
        for at, (build, ended_at) in enumerate(rows)
        if at == 0 or (ended_at or 0) > micros(now - REJECTED_STAYS)
    }
