"""A plan is done commit by commit, and a kill between any two of them costs nothing but the commit under way.

The order, each step of it after the store's acknowledgement of the one before:

1. the release is opened in the state database;
2. the store is probed, and is ours or empty (`meta/owner`);
3. whiskies, redirects, diary entries, users: commits of at most 400 operations and 3.5 MiB; after each one, in one
   transaction, its documents' manifest rows and the release's counts;
4. tombstones, then deletes, in the same way;
5. `meta/current`, which readers look at; 6. the release is closed.

After a kill in 3 or 4 the next call plans from the manifest and goes on: only a commit whose answer was lost is sent
again, and where it had been written after all the store says so and nothing is written twice. A release with nothing to
do contacts nobody. Not here: locks and the choice of snapshot (`pipeline`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from whisky_assets.contracts.documents import Body
from whisky_assets.domain.errors import BudgetStoppedError, StaleParentError
from whisky_assets.domain.outcome import Progress
from whisky_assets.domain.records import PlanRow, ReleaseRow
from whisky_assets.publishing.desired import SnapshotTables, desired_documents
from whisky_assets.publishing.documents import COLLECTIONS, Document
from whisky_assets.publishing.manifest import (
    THERE,
    TOMBSTONE,
    ManifestRow,
    forget_target,
    load_manifest,
    remove_rows,
    store_rows,
)
from whisky_assets.publishing.ownership import claim_store, is_emptied
from whisky_assets.publishing.plan import (
    CREATE,
    DELETE,
    TOMBSTONE_ACTION,
    UPDATE,
    Limits,
    Plan,
    make_plan,
    plan_name,
    require_confirmation,
    shown_hash,
)
from whisky_assets.publishing.releases import (
    Release,
    add_counts,
    begin_release,
    finish_release,
    last_release,
    releases_of,
    unfinished_release,
)
from whisky_assets.publishing.stores.port import PUT, DocumentStore, Operation
from whisky_assets.publishing.targets import LOCAL, Target
from whisky_assets.publishing.writes import Write, chunks, commit_writes, deletion_of, withdrawal_of, write_of
from whisky_assets.storage.state import StateDatabase, micros

CURRENT_PATH = "meta/current"


class Publisher:
    """Plans and applies releases to one target; each step of a run may make its own over the same state database."""

    def __init__(
        self,
        *,
        target: Target,
        home_id: str,
        db: StateDatabase,
        store: DocumentStore,
        key: bytes,
        now: Callable[[], datetime],
        progress: Progress,
        most_operations: int | None = None,
    ) -> None:
        """Take the ports; contacts nobody.

        Args:
            target: where releases go.
            home_id: the home that fills the store; a store of another one is refused.
            db: the home's state database.
            store: the target's documents.
            key: the home's secret, for names of people's documents.
            now: the home's clock.
            progress: where to say how far it is.
            most_operations: stop after so many with exit code 5; None: no limit.
        """
        self._target = target
        self._home_id = home_id
        self._db = db
        self._store = store
        self._key = key
        self._now = now
        self._progress = progress
        self._left = most_operations
        self._is_claimed = False

    def plan(self, snapshot: str, tables: SnapshotTables, limits: Limits | None = None) -> Plan:
        """Return the plan that brings the target to a snapshot; of an unfinished release, what is left to do.

        Raises:
            CheckFailedError: two documents want the same place.
        """
        manifest = self._manifest()
        if manifest and self._target.kind == LOCAL and is_emptied(self._store):
            self._forget()
            manifest = {}
        with self._db.reading() as connection:
            earlier = releases_of(connection, self._target.name, snapshot)
        return make_plan(
            target=self._target.name,
            snapshot=snapshot,
            desired=desired_documents(tables, manifest),
            manifest=manifest,
            key=self._key,
            limits=limits or Limits(),
            earlier=earlier,
        )

    def begin(self, plan: Plan, *, confirm: str = "") -> Release:
        """Open the release of a plan, or return the unfinished one of the same snapshot, which was confirmed then.

        Raises:
            NeedsDecisionError: the plan passes a limit and `confirm` is not its hash.
        """
        unfinished = self._unfinished()
        if unfinished is None or unfinished.snapshot != plan.snapshot:
            require_confirmation(plan, confirm)
        with self._db.transaction() as connection:
            return begin_release(connection, plan, self._now())

    def apply(self, rows: Iterable[PlanRow], tables: SnapshotTables, collection: str) -> int:
        """Write one collection's planned documents, but those already acknowledged; return how many that were.

        Raises:
            StaleParentError: the plan is not of this snapshot or manifest any more.
            BudgetStoppedError: the limit or the store's quota is used up; the next call goes on.
            UsageError, NeedsDecisionError: the store belongs to another home, was filled by somebody, or was emptied.
            OutOfReachError: the store is absent; what was acknowledged stays.
        """
        planned = {row.document: row for row in rows if row.collection == collection and row.action in (CREATE, UPDATE)}
        if not planned:
            return 0
        self._progress.start(collection, len(planned))
        sent = self._send(lambda release: self._writes(planned, tables, collection, release))
        if planned:
            raise _stale(f"{len(planned)} planned documents of {collection} are no longer desired")
        return sent

    def finish(self, rows: Iterable[PlanRow]) -> ReleaseRow:
        """Withdraw and delete what the plan says, tell readers of the release, close it, and return its row.

        A release that is finished already is only told again.

        Raises:
            StaleParentError: no release was begun.
            BudgetStoppedError, UsageError, NeedsDecisionError, OutOfReachError: as `apply`.
        """
        planned = {row.document: row.action for row in rows if row.action in (TOMBSTONE_ACTION, DELETE)}
        if planned:
            self._progress.start("withdrawals", len(planned))
            self._send(lambda release: self._withdrawals(planned, release))
        release = self._unfinished()
        if release is None:
            with self._db.reading() as connection:
                last = last_release(connection, self._target.name)
            if last is None:
                raise _stale("no release was begun")
            return last.row()
        self._claim()
        current: Body = {
            "release": release.name,
            "snapshot": release.snapshot,
            "plan_hash": release.plan_hash,
            "finished_at": self._now(),
        }
        self._store.commit([Operation(action=PUT, path=CURRENT_PATH, body=current)])
        with self._db.transaction() as connection:
            return finish_release(connection, release, self._now()).row()

    def publish(self, plan: Plan, tables: SnapshotTables, *, confirm: str = "") -> ReleaseRow:
        """Do a whole plan in order and return the release's row.

        Raises:
            NeedsDecisionError: as `begin`; all others as `apply`.
        """
        self.begin(plan, confirm=confirm)
        for collection in COLLECTIONS:
            self.apply(plan.rows, tables, collection)
        return self.finish(plan.rows)

    def _manifest(self) -> dict[str, ManifestRow]:
        with self._db.reading() as connection:
            return load_manifest(connection, self._target.name)

    def _unfinished(self) -> Release | None:
        with self._db.reading() as connection:
            return unfinished_release(connection, self._target.name)

    def _writes(
        self, planned: dict[str, PlanRow], tables: SnapshotTables, collection: str, release: str
    ) -> Iterator[Write]:
        """Yield the writes of planned documents in order; takes each out of `planned` when it comes by."""
        manifest = self._manifest()
        for item in desired_documents(tables, manifest, only=collection):
            row = planned.pop(plan_name(self._key, item), None) if isinstance(item, Document) else None
            if row is None or not isinstance(item, Document):
                continue
            if shown_hash(self._key, item.person, item.hash) != row.after:
                raise _stale(f"{row.document} is another document than the plan says")
            write = write_of(item, manifest.get(item.path), release)
            if write is not None:
                yield write

    def _withdrawals(self, planned: Mapping[str, str], release: str) -> Iterator[Write]:
        """Yield tombstones, then deletes."""
        manifest = self._manifest().values()
        actions = [(planned.get(plan_name(self._key, row)), row) for row in manifest]
        tombstones = (withdrawal_of(row, release) for action, row in actions if action == TOMBSTONE_ACTION)
        deletions = (deletion_of(row) for action, row in actions if action == DELETE)
        yield from (write for write in tombstones if write is not None)
        yield from (write for write in deletions if write is not None)

    def _send(self, writes_for: Callable[[str], Iterator[Write]]) -> int:
        release = self._unfinished()
        if release is None:
            if next(writes_for(""), None) is not None:
                raise _stale("no release of it is open")
            return 0
        sent = 0
        for chunk in chunks(writes_for(release.name)):
            allowed = chunk if self._left is None else chunk[: self._left]
            if allowed:
                self._commit(allowed, release)
                sent += len(allowed)
            if self._left is not None:
                self._left -= len(allowed)
            if len(allowed) < len(chunk):
                raise BudgetStoppedError(
                    f"Release {release.name} to {self._target.name} stopped at the limit of this call.",
                    remedy="Run the same command again; it goes on from here.",
                )
        return sent

    def _commit(self, chunk: Sequence[Write], release: Release) -> None:
        self._claim()
        done = commit_writes(self._store, chunk, self._now())
        deleted = [write.row.path for write, _ in done if write.deletes]
        kept = [(write.row, moment) for write, moment in done if not write.deletes]
        written = sum(row.state in (THERE, TOMBSTONE) for row, _ in kept)
        with self._db.transaction() as connection:
            store_rows(connection, self._target.name, [_with_time(row, moment) for row, moment in kept])
            remove_rows(connection, self._target.name, deleted)
            add_counts(connection, release, writes=written, deletes=len(deleted))
        self._progress.advance(len(chunk))

    def _claim(self) -> None:
        if self._is_claimed:
            return
        self._store.probe()
        claim_store(
            self._store,
            self._target,
            self._home_id,
            now=self._now(),
            has_manifest=bool(self._manifest()),
            forget=self._forget,
        )
        self._is_claimed = True

    def _forget(self) -> None:
        with self._db.transaction() as connection:
            forget_target(connection, self._target.name)


def _with_time(row: ManifestRow, moment: datetime) -> ManifestRow:
    return dataclasses.replace(row, update_time=micros(moment))


def _stale(why: str) -> StaleParentError:
    return StaleParentError(f"The publish plan no longer fits: {why}.", remedy="Plan again: `whisky publish --plan`.")
