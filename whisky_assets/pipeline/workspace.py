"""One home as work sees it: its stores, its feeds, its reference tables and its clock.

Everything that reads or writes a home is handed a `Workspace`; a step of a run a `Step`, which adds who asks. Not here:
any work on tables.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from whisky_assets.cleaning.thresholds import Thresholds, load_thresholds
from whisky_assets.domain.errors import OutOfReachError, UsageError
from whisky_assets.domain.outcome import Progress
from whisky_assets.domain.record import record_for
from whisky_assets.fetching.frontier import crawl_log, good_documents, page_states
from whisky_assets.fetching.tables import MIGRATIONS as FETCHING
from whisky_assets.pipeline.homes import Settings, opened_home, read_settings, words_of_root
from whisky_assets.pipeline.permissions import permissions_in
from whisky_assets.pipeline.reports import MIGRATIONS as REPORTS
from whisky_assets.pipeline.underway import MIGRATIONS as UNDERWAY
from whisky_assets.pipeline.underway import end_ingest
from whisky_assets.publishing.manifest import MIGRATIONS as PUBLISHING
from whisky_assets.reference import Reference, load_reference
from whisky_assets.sample.clock import week_now
from whisky_assets.sources.registry import SHIPPED_FEEDS, SourceSet, load_sources
from whisky_assets.sources.source import Source
from whisky_assets.storage import builds, candidates, heads, locks, snapshots
from whisky_assets.storage.builds import Build
from whisky_assets.storage.candidates import Candidate
from whisky_assets.storage.durable import publish_bytes
from whisky_assets.storage.home import Home
from whisky_assets.storage.places import LOCAL
from whisky_assets.storage.recovery.changes import watch
from whisky_assets.storage.recovery.standing import refuse_lost, refuse_older
from whisky_assets.storage.restore_page import refresh_restore_page
from whisky_assets.storage.schema import MIGRATIONS as STORAGE
from whisky_assets.storage.segments import SegmentStore
from whisky_assets.storage.snapshots import Snapshot
from whisky_assets.storage.state import StateDatabase
from whisky_assets.storage.tables import read_table
from whisky_assets.storage.versions import TableVersion, versions_by_id
from whisky_assets.storage.volumes import Volumes, open_volumes

BUCKET = "gcs"
"""Name of the volume that the settings' bucket becomes."""
STATE_TABLES = (*STORAGE, *FETCHING, *PUBLISHING, *REPORTS, *UNDERWAY)
"""The steps of all owners of tables in the state database."""
UI_WAIT_SECONDS = 300.0
"""How long a step waits for another run that works on the same thing, before it says who that is and fails."""


class Workspace:
    """An open home; usable from many threads, one for each process and home."""

    def __init__(self, home: Home) -> None:
        """Open the home's state database, bring it up to date, and find its volumes.

        Raises:
            CorruptDataError: the database is gone, damaged, or older than its own backups.
        """
        self.home = home
        self._gcs_client: Callable[[], Any] | None = None
        refuse_lost(home)
        self.db = StateDatabase.open(home.state_path, STATE_TABLES)
        refuse_older(self.db, home)
        watch(self.db)
        self.volumes: Volumes = open_volumes(self.db, home, self.now(), gcs_client=self._client)
        self.store = SegmentStore(self.db, self.volumes)

    @cached_property
    def sources(self) -> SourceSet:
        """The feeds of the home's world: shipped ones and the owner's, on or off as its settings say, broken by name.

        Raises:
            UsageError: the settings switch a feed that is none, or both on and off, or permit what cannot be permitted.
        """
        found = load_sources([SHIPPED_FEEDS, self.home.sources], self.home.world)
        found = found.switched(self.settings.feeds_on, self.settings.feeds_off, str(self.home.config_path))
        return found.permitted(permissions_in(self.home.config_path))

    @cached_property
    def reference(self) -> Reference:
        """Brands, distilleries, words: shipped rows and the owner's."""
        return load_reference(self.home.curation)

    @cached_property
    def thresholds(self) -> Thresholds:
        """The numbers that verdicts and checks on quality hang on: shipped ones, and those that the owner changed."""
        return load_thresholds(self.home.curation)

    @cached_property
    def settings(self) -> Settings:
        """What the owner answered."""
        return read_settings(self.home)

    def read_anew(self) -> None:
        """Forget settings and feeds, so that the next question reads what a command has just written."""
        for name in ("settings", "sources"):
            self.__dict__.pop(name, None)

    def now(self) -> datetime:
        """Return the home's time: the machine's in a real home, the standing clock of the week in a sample one."""
        return time_of(self.home)

    @property
    def week(self) -> int:
        """The week at which the sample shops stand, from 1."""
        return _week_of(self.home)

    def set_week(self, week: int) -> None:
        """Move the sample shops and their clock."""
        publish_bytes(self.home.root, "week.json", json.dumps({"week": week}).encode())

    def source(self, feed: str) -> Source:
        """Return a feed that can run.

        Raises:
            UsageError: no such feed, its TOML is broken, or it is switched off.
        """
        if feed in self.sources.broken:
            problem = self.sources.broken[feed]
            raise UsageError(f"feed {feed} is broken: {problem.message}", remedy=problem.remedy)
        found = self.sources.sources.get(feed)
        if found is None:
            known = ", ".join(sorted(self.sources.sources))
            raise UsageError(
                f"no feed is called {feed!r}; there are {known}",
                remedy=f"They are shown by: whisky sources list{words_of_root(self.home.root)}",
            )
        if not found.feed.enabled:
            raise UsageError(
                f"feed {feed} is switched off",
                remedy=f"Read its terms, then: whisky sources on{words_of_root(self.home.root)} {feed}",
            )
        return found

    def head_rows(self, feed: str, dataset: str) -> Iterator[Any]:
        """Yield the rows of a feed's current version of a table; none where it has none."""
        version = self.heads().get(feed, {}).get(dataset)
        return iter(()) if version is None else self.rows(version)

    def rows(self, version: TableVersion) -> Iterator[Any]:
        """Yield the rows of a table version in key order."""
        record_type: type[Any] = record_for(version.dataset)
        return read_table(self.store, version, record_type)

    def current_rows(self, dataset: str) -> Iterator[Any]:
        """Yield the rows of a table of the current snapshot; none where there is none."""
        snapshot = self.current_snapshot()
        version = None if snapshot is None else snapshot.tables.get((dataset, ""))
        return iter(()) if version is None else self.rows(version)

    def current_snapshot(self) -> Snapshot | None:
        """Return the snapshot that readers see."""
        return snapshots.current(self.db)

    def candidates(self, build: str, datasets: Sequence[str], *, partition: str = "") -> dict[str, Candidate]:
        """Return what a build made of these tables, with the stored verdicts."""
        made = candidates.candidates(self.db, build)
        return {dataset: made[(dataset, partition)] for dataset in datasets if (dataset, partition) in made}

    def heads(self) -> dict[str, dict[str, TableVersion]]:
        """Return the last good tables of every feed, by data set."""
        return heads.heads(self.db)

    def held_feeds(self) -> tuple[str, ...]:
        """Return the feeds that `undo` holds until a run names them."""
        return heads.held_feeds(self.db)

    def build_heads(self) -> dict[str, dict[str, TableVersion]]:
        """Return the heads that a build reads: of every enabled feed; of a broken one those of the current snapshot.

        What a broken feed read after that snapshot nobody can clean until its TOML is mended. Of a refused one none.
        """
        snapshot = self.current_snapshot()
        found = {feed: versions for feed, versions in self.heads().items() if feed in self.sources.enabled}
        for feed, versions in ({} if snapshot is None else snapshot.heads).items():
            if feed in self.sources.broken and feed not in self.sources.refused:
                found[feed] = dict(versions)
        return dict(sorted(found.items()))

    def pinned_heads(self, build: Build) -> dict[str, dict[str, TableVersion]]:
        """Return the heads that a build pinned when it was opened."""
        with self.db.reading() as connection:
            ids = [version for versions in build.pinned_heads.values() for version in versions.values()]
            known = versions_by_id(connection, ids)
        return {
            feed: {dataset: known[version] for dataset, version in versions.items()}
            for feed, versions in build.pinned_heads.items()
        }

    def set_heads(self, feed: str, versions: Mapping[str, TableVersion], *, maker: str) -> None:
        """Make table versions the head of a feed, and end the ingest of this maker, in one transaction."""
        with self.db.transaction() as connection:
            heads.set_heads(connection, feed, versions, maker=maker, now=self.now())
            end_ingest(connection, feed, maker)

    def confirmed_fetches(self, feed: str) -> dict[tuple[str, str], datetime]:
        """Return when each address last answered with the body that we hold, by URL and the body's sha256."""
        with self.db.reading() as connection:
            held = good_documents(connection, feed)
        return {(document.url, document.body_sha256): document.confirmed_at for document in held}

    def page_states(self, feed: str) -> dict[str, str]:
        """Return live, missing or gone for each product page of a feed."""
        with self.db.reading() as connection:
            return page_states(connection, feed)

    def complete_crawls(self, feed: str) -> list[datetime]:
        """Return when each crawl of a feed that saw all of it began."""
        with self.db.reading() as connection:
            return sorted(row.started_at for row in crawl_log(connection, feed) if row.complete)

    def attach_configured_volumes(self) -> list[str]:
        """Make the drive and the bucket that the settings name volumes, and say so.

        A bucket is asked for only by a command that was handed a Google client; else it is told how to add it.

        Raises:
            OutOfReachError: the drive's folder does not exist.
            UsageError: the folder or bucket is a volume of another home.
        """
        said = []
        if self.settings.drive:
            self.volumes.add("external", self._drive_kind, self.settings.drive, self.now())
            said.append(f"volume external: {self.settings.drive}")
        for name in (LOCAL, "external") if self.settings.drive else (LOCAL,):
            refresh_restore_page(self.volumes, name)
        if self._gcs_client is not None:
            try:
                self.attach_bucket()
            except OutOfReachError as error:
                said.append(f"volume {BUCKET} is not added yet: {error.message}")
        if self.missing_bucket:
            said.append(f"add the bucket once it can be reached: {self.bucket_command}")
        elif self.settings.bucket:
            said.append(f"volume {BUCKET}: {self._bucket_place}")
        return said

    @property
    def _drive_kind(self) -> str:
        """The kind of the volume `external`: a folder of a home that was made before drives had a kind stays one."""
        return next((row.kind for row in self.volumes.rows() if row.name == "external"), "drive")

    def attach_bucket(self) -> None:
        """Make the bucket that the settings name the volume `gcs`; done before, nothing is asked of it.

        Raises:
            OutOfReachError: it does not exist or does not answer, or there are no credentials.
            UsageError: another bucket is the volume `gcs`, or this one is a volume of another home.
        """
        if self.missing_bucket:
            self.volumes.add(BUCKET, "gcs", self._bucket_place, self.now())
            refresh_restore_page(self.volumes, BUCKET)

    @property
    def missing_bucket(self) -> str:
        """The place of the bucket that the settings name while it is no volume yet, else nothing."""
        if not self.settings.bucket:
            return ""
        place = self._bucket_place
        return "" if place in {row.location for row in self.volumes.rows()} else place

    @property
    def bucket_command(self) -> str:
        """The command that makes the bucket of the settings a volume."""
        return f"whisky storage add-volume{words_of_root(self.home.root)} {BUCKET} {self._bucket_place}"

    @property
    def _bucket_place(self) -> str:
        return f"gs://{self.settings.bucket.removeprefix('gs://').rstrip('/')}"

    @property
    def documents_path(self) -> Path:
        """The file of the target `local`."""
        return self.home.root / "documents.sqlite"

    def attach_gcs(self, client: Callable[[], Any]) -> None:
        """Hand in what makes the client of buckets; called once it is needed."""
        self._gcs_client = client

    def _client(self) -> Any:
        if self._gcs_client is None:
            raise UsageError("a bucket is asked for, but this command has no Google client", remedy="Use `whisky run`.")
        return self._gcs_client()

    def free_owner(self, owner: str) -> None:
        """Free all locks of a cycle or run that has ended."""
        locks.release_all(self.db, owner)

    def close(self) -> None:
        """Close the state database."""
        self.db.close()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Who asks for a piece of work.

    `build` is the root run's id, under which candidates lie; `run` the id of this very run; `owner` whose locks these
    are (a cycle's or root run's id); `whole` says that the run also makes core/snapshot; `anew` that every row is asked
    for what it hangs on, also where nothing changed since the current snapshot.
    """

    workspace: Workspace
    build: str
    run: str
    owner: str
    progress: Progress
    whole: bool = True
    anew: bool = False

    def open_build(self) -> Build:
        """Open this step's build, or find it open, and take the build's lock; its heads are pinned once.

        Raises:
            BusyError: another living owner builds.
        """
        self.lock("build")
        workspace = self.workspace
        return builds.open_build(workspace.db, self.build, workspace.now(), workspace.build_heads())

    def lock(self, name: str) -> None:
        """Take a lock for this step's owner, or find it theirs; waits up to five minutes and says for whom.

        Raises:
            BusyError: another living owner still holds it.
        """
        locks.acquire(
            self.workspace.db,
            name,
            self.owner,
            wait_seconds=UI_WAIT_SECONDS,
            on_wait=lambda holder: self.progress.note(f"waiting for {holder}, which holds {name}"),
        )

    def unlock(self, name: str) -> None:
        """Free a lock of this step's owner."""
        locks.release(self.workspace.db, name, self.owner)


def time_of(home: Home) -> datetime:
    """Return a home's time, also where its state database cannot be opened; see `Workspace.now`."""
    return datetime.now(UTC) if home.world == "real" else week_now(_week_of(home))


def _week_of(home: Home) -> int:
    path = home.root / "week.json"
    return int(json.loads(path.read_text())["week"]) if path.exists() else 1


_open: dict[str, Workspace] = {}


def workspace_at(root: str) -> Workspace:
    """Return the open workspace of the home at a folder, the same one for the same folder in one process.

    Raises:
        UsageError: there is no home there, or it belongs to another world.
    """
    if root not in _open:
        _open[root] = Workspace(opened_home(Path(root)))
    return _open[root]


def forget_workspaces() -> None:
    """Close every open workspace of this process; for tests that open many homes."""
    while _open:
        _open.popitem()[1].close()
