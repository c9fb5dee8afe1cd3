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

import collections
import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from whisky_assets.contracts.documents import Body
from whisky_assets.domain.errors import CheckFailedError, StaleParentError
from whisky_assets.domain.outcome import Progress
from whisky_assets.domain.records import PlanRow, ReleaseRow
from whisky_assets.publishing.desired import SnapshotTables, desired_documents
from whisky_assets.publishing.documents import Document
from whisky_assets.publishing.manifest import (
    THERE,
    TOMBSTONE,
    ManifestRow,
    forget_target,
    load_manifest,
    remove_rows,
    store_rows,
)
from whisky_assets.publishing.ownership import CURRENT_PATH, claim_store, is_ahead, is_emptied, refuse_ahead
from whisky_assets.publishing.plan import (
    CREATE,
    DELETE,
    TOMBSTONE_ACTION,
    UPDATE,
    Plan,
    apply_command,
    make_plan,
    plan_name,
    require_confirmation,
    shown_hash,
)
from whisky_assets.publishing.releases import (
    Release,
    add_counts,
    begin_release,
    done_releases,
    finish_release,
    knows_release,
    last_release,
    releases_of,
    unfinished_release,
)
from whisky_assets.publishing.settling import Done, Write
from whisky_assets.publishing.stores.port import PUT, DocumentStore, Operation
from whisky_assets.publishing.targets import LOCAL, Target
from whisky_assets.publishing.writes import chunks, commit_writes, deletion_of, withdrawal_of, write_of
from whisky_assets.storage.state import StateDatabase, micros

MOST_NAMES = 5  # of documents in one line of progress


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
        """
        self._target = target
        self._home_id = home_id
        self._db = db
        self._store = store
        self._key = key
        self._now = now
        self._progress = progress
        self._is_claimed = False

    def plan(self, snapshot: str, tables: SnapshotTables) -> Plan:
        """Return the plan that brings the target to a snapshot; of an unfinished release, what is left to do.

        Writes nothing. A local file that was put away, or that another copy of the home filled, is planned as unknown.

        Raises:
            CheckFailedError: two documents want the same place.
        """
        manifest = {} if self._is_other_file() else self._manifest()
        with self._db.reading() as connection:
            earlier = releases_of(connection, self._target.name, snapshot)
        return make_plan(
            target=self._target.name,
            snapshot=snapshot,
            desired=desired_documents(tables, manifest),
            manifest=manifest,
            key=self._key,
            earlier=earlier,
        )

    def begin(self, plan: Plan, *, confirm: str = "") -> Release:
        """Open the release of a plan, or return the unfinished one of the same snapshot, which was confirmed then.

        Raises:
            NeedsDecisionError: the plan passes a limit and `confirm` is not its hash, or it is the rest of an
                unfinished release and more than was confirmed: the same snapshot made other documents.
        """
        if self._is_other_file():
            self._forget()
        unfinished = self._unfinished()
        is_rest = unfinished is not None and unfinished.snapshot == plan.snapshot
        if unfinished is None or not is_rest or plan.operations > unfinished.operations_left:
            require_confirmation(plan, confirm)
        with self._db.transaction() as connection:
            return begin_release(connection, plan, self._now())

    def apply(self, rows: Iterable[PlanRow], tables: SnapshotTables, collection: str) -> int:
        """Write one collection's planned documents, but those already acknowledged; return how many were left to send.

        Raises:
            StaleParentError: the plan is not of this snapshot or manifest any more.
            BudgetStoppedError: the store's quota is used up; the next call goes on.
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
            CheckFailedError: planned documents are not written; nothing was withdrawn and readers were told nothing.
            BudgetStoppedError, UsageError, NeedsDecisionError, OutOfReachError: as `apply`.
        """
        told = list(rows)
        self._refuse_unwritten(told)
        planned = {row.document: row.action for row in told if row.action in (TOMBSTONE_ACTION, DELETE)}
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

    def _manifest(self) -> dict[str, ManifestRow]:
        with self._db.reading() as connection:
            return load_manifest(connection, self._target.name)

    def _is_other_file(self) -> bool:
        """Return whether the local file is not the one that the manifest tells of: put away, or filled by a copy."""
        if self._target.kind != LOCAL or not self._manifest():
            return False
        return is_emptied(self._store) or (self._is_finished_once() and is_ahead(self._store, self._knows))

    def _is_finished_once(self) -> bool:
        """Return whether the manifest tells of a finished release; else it is being made anew."""
        with self._db.reading() as connection:
            done = done_releases(connection, self._target.name)
        return any(row.release in done for row in self._manifest().values())

    def _knows(self, release: str, plan_hash: str) -> bool:
        with self._db.reading() as connection:
            return knows_release(connection, self._target.name, release, plan_hash)

    def _unfinished(self) -> Release | None:
        with self._db.reading() as connection:
            return unfinished_release(connection, self._target.name)

    def _refuse_unwritten(self, rows: Sequence[PlanRow]) -> None:
        planned = {row.document: row for row in rows if row.action in (CREATE, UPDATE)}
        known = {plan_name(self._key, row): row for row in self._manifest().values()} if planned else {}
        missing = collections.Counter(
            row.collection for name, row in planned.items() if not _is_written(self._key, row, known.get(name))
        )
        if missing:
            told = ", ".join(f"{count} of {collection}" for collection, count in missing.items())
            raise CheckFailedError(
                f"The release to {self._target.name} is not finished: planned documents are not written ({told}).",
                remedy=f"Go on with it: {apply_command(self._target.name)}",
            )

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
            self._commit(chunk, release)
            sent += len(chunk)
        return sent

    def _commit(self, chunk: Sequence[Write], release: Release) -> None:
        self._claim()
        done = commit_writes(self._store, chunk, self._now())
        deleted = [one.write.row.path for one in done if one.write.deletes and not one.is_held]
        kept = [one for one in done if one.is_held or not one.write.deletes]
        written = sum(one.write.row.state in (THERE, TOMBSTONE) and not one.is_held for one in kept)
        held = sum(one.is_held for one in done)
        with self._db.transaction() as connection:
            store_rows(connection, self._target.name, [_with_time(one) for one in kept])
            remove_rows(connection, self._target.name, deleted)
            add_counts(connection, release, writes=written, deletes=len(deleted), held=held)
        self._progress.advance(len(chunk))
        self._name_kept([one.write for one in done if one.write.kept])

    def _name_kept(self, writes: Sequence[Write]) -> None:
        """Say which documents keep a person's word that the release would have changed or wiped."""
        names = [plan_name(self._key, write.row) for write in writes]
        if names:
            more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
            self._progress.note(f"keeps what its person wrote in the app: {', '.join(names[:MOST_NAMES])}{more}")

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
        if self._is_finished_once():
            refuse_ahead(self._store, self._target, knows=self._knows, forget=self._forget)
        self._is_claimed = True

    def _forget(self) -> None:
        with self._db.transaction() as connection:
            forget_target(connection, self._target.name)


def _with_time(done: Done) -> ManifestRow:
    return dataclasses.replace(done.write.row, update_time=micros(done.moment))


def _is_written(key: bytes, planned: PlanRow, known: ManifestRow | None) -> bool:
    """Return whether the manifest says that a planned document stands there as planned, or is not ours to write."""
    if known is None or known.state == TOMBSTONE:
        return False
    return known.state != THERE or shown_hash(key, known.person, known.hash) == planned.after


def _stale(why: str) -> StaleParentError:
    return StaleParentError(f"The publish plan no longer fits: {why}.", remedy="Plan again: `whisky publish --plan`.")
