"""Homes with a past, made by storage's own functions: ingests, builds of every ending, pins and reports over months."""

import dataclasses
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from whisky_assets.domain.outcome import NewTable
from whisky_assets.domain.record import record_for
from whisky_assets.domain.records import Page, SegmentCopy, SnapshotRow
from whisky_assets.storage.builds import open_build, reject_build
from whisky_assets.storage.capacity import Disks
from whisky_assets.storage.heads import heads, set_heads
from whisky_assets.storage.pins import pin
from whisky_assets.storage.snapshots import Snapshot, commit_snapshot, current
from whisky_assets.storage.tables import put_table, read_table
from whisky_assets.storage.upkeep.holdings import Needed, read_holdings
from whisky_assets.storage.upkeep.policies import Policies
from whisky_assets.storage.upkeep.retirement_plan import RetirementPlan, plan_retirement
from whisky_assets.storage.versions import TableVersion
from whisky_assets_tests.storage.worlds import NOW, World, archive_file, listing, open_world, page

SNAPSHOT_TABLE, REPORT, LISTINGS = "core/snapshot", "storage/copies", "staged/listings"
DIGEST = "0" * 64


class Past:
    """One home and its clock."""

    def __init__(self, root: Path, now: datetime = NOW) -> None:
        self.world: World = open_world(root)
        self.now = now
        self._count = 0

    def wait(self, **span: float) -> None:
        """Lets time go by."""
        self.now += timedelta(**span)

    def crawl(self, *numbers: int, feed: str = "hanok") -> None:
        """Stores pages."""
        self.world.store.write(Page, [page(one, feed=feed) for one in numbers], partition=feed, now=self.now)

    def take_file(self, user: str, body: bytes) -> None:
        """Keeps a person's file."""
        file = archive_file(user, body)
        self.world.store.write(type(file), [file], person=user, now=self.now)

    def ingest(self, *numbers: int, feed: str = "hanok") -> TableVersion:
        """Makes these products the head of a feed."""
        run = self.fresh_name("ingest")
        rows = tuple(listing(one, feed=feed) for one in numbers)
        table = NewTable(dataset=LISTINGS, rows=rows, partition=feed)
        version = put_table(self.world.store, table, build=run, now=self.now)
        with self.world.db.transaction() as connection:
            set_heads(connection, feed, {LISTINGS: version}, maker=run, now=self.now)
        return version

    def candidate(self, build: str, *words: str, carried: Sequence[str] = ()) -> TableVersion:
        """Makes a core table of a build, with a row a word."""
        rows = tuple(row(word) for word in words)
        table = NewTable(dataset=SNAPSHOT_TABLE, rows=rows, carried=tuple(carried))
        return put_table(self.world.store, table, build=build, now=self.now)

    def open(self, *words: str, carried: Sequence[str] = ()) -> str:
        """Opens a build that has made its table and not ended."""
        build = self.fresh_name("build")
        open_build(self.world.db, build, self.now, heads(self.world.db))
        self.candidate(build, *words, carried=carried)
        return build

    def commit(self, *words: str, carried: Sequence[str] = ()) -> Snapshot:
        """Commits a snapshot of one table with a row a word."""
        build = self.fresh_name("build")
        opened = open_build(self.world.db, build, self.now, heads(self.world.db))
        version = self.candidate(build, *words, carried=carried)
        return commit_snapshot(
            self.world.db,
            build=build,
            parent=opened.parent,
            tables={version.key: version},
            heads=heads(self.world.db),
            now=self.now,
        )

    def reject(self, *words: str) -> str:
        """Ends a build without a commit."""
        build = self.open(*words)
        reject_build(self.world.db, build, "a check failed", self.now)
        return build

    def report(self, *words: str) -> TableVersion:
        """Makes a report table."""
        rows = tuple(
            SegmentCopy(segment=DIGEST, volume=word, dataset="raw/pages", size_bytes=1, rows=1) for word in words
        )
        return put_table(
            self.world.store, NewTable(dataset=REPORT, rows=rows), build=self.fresh_name("upkeep"), now=self.now
        )

    def plan(self, policies: Policies, needed: Needed | None = None, **shares: str) -> RetirementPlan:
        """Plans what goes now; each volume is a disk of its own unless it is told otherwise."""
        facts = self.world.store.volumes.facts()
        disks = Disks(dataclasses.replace(one, same_disk_as=shares.get(one.name)) for one in facts)
        return plan_retirement(read_holdings(self.world.db, needed or Needed(), self.now, disks), policies, self.now)

    def fresh_name(self, kind: str) -> str:
        """A name that nothing else has."""
        self._count += 1
        return f"{kind} {self._count}"


def live(past: Past, chance: random.Random, steps: int) -> None:
    """Lets a home do what homes do, in any order, over up to some years."""
    for _ in range(steps):
        chance.choice([_crawl, _ingest, _ingest, _commit, _commit, _reject, _report, _pin, _import])(past, chance)
        past.wait(hours=chance.choice([0, 1, 30, 200, 2000]))
    if chance.random() < 0.5:
        past.open(*_words(chance))


def versions_of(past: Past) -> Iterator[TableVersion]:
    """Every table version that a reader may ask for by the current snapshot and the heads."""
    now = current(past.world.db)
    if now is not None:
        yield from now.tables.values()
        for pinned in now.heads.values():
            yield from pinned.values()
    for versions in heads(past.world.db).values():
        yield from versions.values()


def rows_of(past: Past, version: TableVersion) -> int:
    """Reads a version whole and returns its rows."""
    return len(list(read_table(past.world.store, version, record_for(version.dataset))))


def row(word: str) -> SnapshotRow:
    """A row of a core table."""
    return SnapshotRow(
        snapshot="s000001",
        dataset=word,
        partition="",
        rows=1,
        content_digest=DIGEST,
        checks_passed=1,
        checks_failed=0,
    )


def _words(chance: random.Random) -> list[str]:
    return chance.sample("abcdefgh", chance.randrange(1, 5))


def _crawl(past: Past, chance: random.Random) -> None:
    past.crawl(*chance.sample(range(200), 2))


def _ingest(past: Past, chance: random.Random) -> None:
    past.ingest(*chance.sample(range(9), chance.randrange(0, 4)), feed=chance.choice(["hanok", "elbe"]))


def _commit(past: Past, chance: random.Random) -> None:
    before = current(past.world.db)
    if before is not None and chance.random() < 0.4:
        # As a build does where little changed: what it made anew beside the segments of before.
        carried = before.table(SNAPSHOT_TABLE).segments
        if len(carried) < 5:
            past.commit(past.fresh_name("row"), carried=carried)
            return
    past.commit(*_words(chance))


def _reject(past: Past, chance: random.Random) -> None:
    past.reject(*_words(chance))


def _report(past: Past, chance: random.Random) -> None:
    past.report(*_words(chance))


def _pin(past: Past, chance: random.Random) -> None:
    now = current(past.world.db)
    if now is not None and chance.random() < 0.3:
        pin(past.world.db, now.name, "for the fair", past.now)


def _import(past: Past, chance: random.Random) -> None:
    past.take_file(chance.choice(["kim", "lee"]), str(past.now).encode())
