"""Goes back to an earlier snapshot by committing a new one: its tables, the present registry, and no key is lost.

Keys minted since sleep and keep a dormant row, so that each still answers; a key merged since is revived (rule R8).
People's notes are never undone: every kept file is resolved anew against the earlier whiskies. The feeds stay at that
snapshot's heads until a run names them. The commit goes through the gate of every build (`snapshotting`).
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

from whisky_assets.domain.digests import digest
from whisky_assets.domain.errors import ExitCode, UsageError, WhiskyError
from whisky_assets.domain.outcome import NewTable, Problem, Quiet
from whisky_assets.domain.records import RegistryEvent, Whisky
from whisky_assets.identity.registry import Registry
from whisky_assets.identity.registry_undo import undo
from whisky_assets.identity.survivorship import fall_asleep
from whisky_assets.pipeline import resolving, snapshotting
from whisky_assets.pipeline.checks import schema_check
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.review_answers import REVIEW_FOLDER
from whisky_assets.pipeline.tables import keep, readable
from whisky_assets.pipeline.workspace import Step, Workspace
from whisky_assets.storage import builds, candidates, heads, locks, snapshots
from whisky_assets.storage.heads import Heads
from whisky_assets.storage.places import LOCAL
from whisky_assets.storage.snapshots import Snapshot
from whisky_assets.storage.versions import TableVersion

REGISTRY, WHISKIES = "core/registry", "core/whiskies"
STAGED = ("staged/documents", "staged/sightings", "staged/listings", "staged/quarantine")
# What an undo makes itself; everything else is the earlier snapshot's.
_OWN = frozenset({REGISTRY, WHISKIES, "archives/entries", "archives/users", snapshotting.SNAPSHOT})
_SHOWN = 10


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What an undo did: the snapshot it made, keys that sleep or live again, feeds it holds, newer curation files.

    `next_command` lets the first held feed go on; empty where none is held.
    """

    snapshot: str
    to: str
    slept: tuple[str, ...]
    revived: tuple[str, ...]
    held: tuple[str, ...]
    newer_curation: tuple[str, ...]
    next_command: str

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What a person should know: curation that the next build applies again."""
        if not self.newer_curation:
            return ()
        return (
            Problem(
                code=ExitCode.DONE,
                subject="curation",
                message=f"changed after {self.to} and left as it is: {', '.join(self.newer_curation)}",
                remedy="The next run applies it again; take back what you do not want before that.",
            ),
        )

    def lines(self) -> list[str]:
        """Return what was done as lines."""
        return [
            f"{self.snapshot} is current now: the tables of {self.to} and every key since",
            *_keys("fell asleep", self.slept),
            *_keys("answer for themselves again", self.revived),
            f"feeds held as they stood in {self.to}: {', '.join(self.held) or 'none'}",
            *([f"let one go on: {self.next_command}"] if self.next_command else []),
        ]

    def as_result(self) -> dict[str, object]:
        """Return it as plain values."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in _fields(self).items()}


def undo_to(workspace: Workspace, name: str) -> Undone:
    """Commit a new snapshot with the tables of an earlier one and the present registry, and hold the feeds there.

    Killed at any moment it can be said again: until its commit the feeds may be held and nothing else changed.

    Raises:
        UsageError: there is no such snapshot, or it is the current one.
        BusyError: a build or an ingest goes on.
        CheckFailedError: the earlier tables do not pass the gate; nothing changed.
    """
    earlier = snapshots.snapshot(workspace.db, name)
    # Never the same twice: two undos of one name would share the locks, and one of them a build that ended.
    build = f"undo-{earlier.name}-{uuid.uuid4().hex}"
    feeds = sorted({*workspace.heads(), *earlier.heads})
    try:
        for lock in ("build", *(f"feed/{feed}" for feed in feeds)):
            locks.acquire(workspace.db, lock, build)
        # Read under the lock: the registry of this very snapshot is what goes on.
        current = workspace.current_snapshot()
        if current is None or current.name == earlier.name:
            raise UsageError(
                f"{name} is current; there is nothing to go back to",
                remedy=f"What changed last is told by: whisky diff{home_words(workspace)}",
            )
        return _undo(workspace, build, current, earlier)
    finally:
        workspace.free_owner(build)


def _undo(workspace: Workspace, build: str, current: Snapshot, earlier: Snapshot) -> Undone:
    builds.open_build(workspace.db, build, workspace.now(), earlier.heads)
    step = Step(workspace=workspace, build=build, run=build, owner=build, progress=Quiet())
    present = Registry.from_events(workspace.rows(current.table(REGISTRY)))
    former = Registry.from_events(workspace.rows(earlier.table(REGISTRY)))
    try:
        delta = undo(present, former, build=build, now=workspace.now())
        registry = present.extended(delta.events)
        _keep_tables(step, earlier, current.table(REGISTRY), delta.events)
        _keep_whiskies(step, earlier, registry)
        _keep_archives(step)
        proposal = snapshotting.propose(step)
        for table in proposal.tables.values():
            keep(workspace, table, build=build, volume=LOCAL)
    except WhiskyError as error:
        builds.reject_build(workspace.db, build, error.message, workspace.now())
        raise
    committed = _commit_held(step, earlier)
    held = workspace.held_feeds()
    return Undone(
        snapshot=committed.name,
        to=earlier.name,
        slept=_keys_of(delta.events, "sleep"),
        revived=_keys_of(delta.events, "revive"),
        held=held,
        newer_curation=newer_curation(workspace, earlier.committed_at),
        next_command=f"whisky run{home_words(workspace)} --feed {held[0]}" if held else "",
    )


def newer_curation(workspace: Workspace, moment: datetime) -> tuple[str, ...]:
    """Return the files of curation that a build reads and that were written after a moment, by their path inside it."""
    root = workspace.home.curation
    if not root.is_dir():
        return ()
    return tuple(
        sorted(
            path.relative_to(root).as_posix()
            for path in root.rglob("*")
            if path.is_file()
            and path.relative_to(root).parts[0] != REVIEW_FOLDER
            and datetime.fromtimestamp(path.stat().st_mtime, UTC) > moment
        )
    )


def _keep_tables(step: Step, earlier: Snapshot, present: TableVersion, events: tuple[RegistryEvent, ...]) -> None:
    """Keep the earlier tables with their verdicts, and the present registry with what the undo adds to it."""
    workspace = step.workspace
    judged = candidates.candidates(workspace.db, earlier.build)
    for key, version in earlier.tables.items():
        if key[0] not in _OWN:
            checks = judged[key].checks if key in judged else ()
            table = NewTable(
                dataset=key[0],
                partition=key[1],
                rows=(),
                carried=version.segments,
                carried_rows=version.rows,
                checks=checks,
            )
            keep(workspace, table, build=step.build, volume=LOCAL)
    table = NewTable(
        dataset=REGISTRY,
        rows=events,
        carried=present.segments,
        made=len(events),
        carried_rows=present.rows,
        checks=(schema_check(REGISTRY, events),),
    )
    keep(workspace, table, build=step.build, volume=LOCAL)


def _keep_whiskies(step: Step, earlier: Snapshot, registry: Registry) -> None:
    """Keep the earlier whiskies, and a dormant row for each key that was minted since and answers for itself."""
    workspace = step.workspace
    version = earlier.table(WHISKIES)
    known = {row.whisky_pk for row in workspace.rows(version)}
    since = {
        row.whisky_pk: row
        for row in workspace.current_rows(WHISKIES)
        if row.whisky_pk not in known and registry.resolve(row.whisky_pk) == row.whisky_pk
    }
    slept = tuple(_asleep(row) for _, row in sorted(since.items()))
    table = NewTable(
        dataset=WHISKIES,
        rows=slept,
        carried=version.segments,
        made=len(slept),
        carried_rows=version.rows,
        checks=(schema_check(WHISKIES, slept),),
    )
    keep(workspace, table, build=step.build, volume=LOCAL)


def _asleep(row: Whisky) -> Whisky:
    # Another digest than its maker's: a build in which the key wakes must not carry this row over.
    return dataclasses.replace(fall_asleep(row), input_digest=digest(["undo", row.input_digest]))


def _keep_archives(step: Step) -> None:
    workspace = step.workspace
    outcome = resolving.entries(
        step,
        readable(workspace, WHISKIES, build=step.build),
        readable(workspace, REGISTRY, build=step.build),
    )
    for table in outcome.tables.values():
        keep(workspace, table, build=step.build, volume=LOCAL)


def _commit_held(step: Step, earlier: Snapshot) -> Snapshot:
    """Hold the feeds, then commit: a kill between the two brings nothing back that was to go. A refusal lets go."""
    workspace = step.workspace
    before, held_before = workspace.heads(), workspace.held_feeds()
    _hold(step, _heads_of(step, before, earlier.heads))
    try:
        return snapshotting.commit(step)
    except WhiskyError:
        with workspace.db.transaction() as connection:
            for feed in {*before, *earlier.heads}:
                heads.set_heads(
                    connection,
                    feed,
                    before.get(feed, {}),
                    maker="",
                    now=workspace.now(),
                    held=feed in held_before,
                )
        raise


def _hold(step: Step, versions: Heads) -> None:
    workspace = step.workspace
    with workspace.db.transaction() as connection:
        for feed, tables in versions.items():
            heads.set_heads(connection, feed, tables, maker=step.build, now=workspace.now(), held=True)


def _heads_of(step: Step, present: Heads, earlier: Heads) -> Mapping[str, Mapping[str, TableVersion]]:
    """Return the earlier heads, and empty tables for a feed that came since: it has to stay out until it is named."""
    found = {feed: dict(versions) for feed, versions in earlier.items()}
    for feed in sorted(set(present) - set(earlier)):
        found[feed] = {
            dataset: keep(
                step.workspace,
                NewTable(dataset=dataset, partition=feed, rows=()),
                build=f"{step.build}/{feed}",
                volume=LOCAL,
            )
            for dataset in STAGED
        }
    return found


def _keys_of(events: tuple[RegistryEvent, ...], kind: str) -> tuple[str, ...]:
    return tuple(sorted(event.pk for event in events if event.event == kind and event.level == "whisky"))


def _keys(label: str, keys: tuple[str, ...]) -> list[str]:
    if not keys:
        return []
    rest = ", ..." if len(keys) > _SHOWN else ""
    return [f"{len(keys):,} keys {label}: {', '.join(keys[:_SHOWN])}{rest}"]


def _fields(undone: Undone) -> dict[str, object]:
    return {field.name: getattr(undone, field.name) for field in dataclasses.fields(undone)}
