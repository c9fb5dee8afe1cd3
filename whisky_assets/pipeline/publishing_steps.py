"""Publishes the current snapshot to one named target: plan, collection by collection, then the release.

The plan pins snapshot and target; the steps after it read that plan only, in whatever process they run. An unchanged
release contacts nobody. Not here: what a plan is and how a store is written (`publishing`).
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.outcome import NewTable, Outcome, Progress, Quiet
from whisky_assets.domain.records import Offer, PlanRow, Whisky
from whisky_assets.identity.registry import Registry
from whisky_assets.pipeline.checks import relations_check, schema_check
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.reports import keep_report, report_of_build
from whisky_assets.pipeline.tables import readable
from whisky_assets.pipeline.workspace import Step, Workspace
from whisky_assets.publishing.apply import Publisher
from whisky_assets.publishing.desired import SnapshotTables, desired_documents
from whisky_assets.publishing.documents import ARCHIVE, WHISKY, Document
from whisky_assets.publishing.manifest import load_manifest
from whisky_assets.publishing.names import load_key
from whisky_assets.publishing.plan import Plan
from whisky_assets.publishing.stores.opening import open_store
from whisky_assets.publishing.targets import Target, parse_target, refuse_wrong_world
from whisky_assets.sources.source import IMAGE_COLUMN, LICENSED_FIELDS
from whisky_assets.storage.snapshots import Snapshot, snapshot

PLAN, RELEASE = "firestore/plan", "firestore/release"
CREDENTIALS_VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A plan as `whisky publish --plan` shows it; nothing was written for it."""

    plan: Plan

    @property
    def lines(self) -> tuple[str, ...]:
        """The plan as a person reads it; it ends with the command that applies it."""
        return self.plan.lines()

    def as_result(self) -> dict[str, Any]:
        """Return the plan for a program."""
        return {
            "target": self.plan.target,
            "snapshot": self.plan.snapshot,
            "hash": self.plan.hash,
            "operations": self.plan.operations,
            "counts": {collection: dict(counts) for collection, counts in self.plan.counts.items()},
            "alarms": list(self.plan.alarms),
        }


def preview(workspace: Workspace, *, target: str) -> Preview:
    """Return the plan for a target, without a release.

    Raises:
        UsageError: the text names no target, there is no snapshot, terms have become narrower since it was built, or a
            sample home would reach a real project.
    """
    chosen = _target(workspace, target)
    current = _current(workspace)
    _refuse_other_terms(workspace, current)
    with _publisher(workspace, chosen, Quiet()) as publisher:
        return Preview(plan=publisher.plan(current.name, _tables(workspace, current)))


def plan(step: Step, *, target: str, confirm: str) -> Outcome:
    """Pin the current snapshot and the target, plan, and open the release.

    Raises:
        NeedsDecisionError: the plan changes much and `confirm` is not its hash; the text ends with the whole command.
        UsageError: as `preview`.
        BusyError: another run publishes to the target.
    """
    workspace = step.workspace
    chosen = _target(workspace, target)
    step.lock(f"target/{chosen.name}")
    current = _current(workspace)
    _refuse_other_terms(workspace, current)
    with _publisher(workspace, chosen, step.progress) as publisher:
        made = publisher.plan(current.name, _tables(workspace, current))
        release = publisher.begin(made, confirm=confirm)
    outcome = Outcome(
        tables={
            PLAN: NewTable(dataset=PLAN, rows=made.rows, made=len(made.rows), checks=(schema_check(PLAN, made.rows),))
        },
        counts={
            "operations": made.operations,
            **{f"{name}_{action}": count for name, counts in made.counts.items() for action, count in counts.items()},
        },
        metadata={
            "target": made.target,
            "snapshot": made.snapshot,
            "plan_hash": made.hash,
            "release": release.name,
            "plan": "\n".join(made.lines()),
        },
    )
    keep_report(step, "plan", outcome)
    return outcome


def apply_collection(step: Step, collection: str) -> Outcome:
    """Write one collection's planned documents and return the collection as it is desired.

    Raises:
        StaleParentError: the plan is not of this snapshot or manifest any more.
        OutOfReachError: the store is absent; what was acknowledged stays.
        BudgetStoppedError: the store's quota is used up; the next call goes on.
    """
    workspace = step.workspace
    target, pinned = _pinned(step)
    step.lock(f"target/{target.name}")
    tables = _tables(workspace, pinned)
    with _publisher(workspace, target, step.progress) as publisher:
        sent = publisher.apply(_plan_rows(step), tables, collection)
    dataset = f"firestore/{collection}"
    rows = tuple(_desired_rows(workspace, target, tables, collection))
    checks = [schema_check(dataset, rows)]
    if collection == ARCHIVE:
        keys = {(row.whisky_pk,) for row in readable(workspace, f"firestore/{WHISKY}", build=step.build).rows()}
        published = _published_keys(workspace, target)
        checks.append(relations_check(dataset, rows, {("whisky_pk",): keys | published}))
    outcome = Outcome(
        tables={dataset: NewTable(dataset=dataset, rows=rows, made=len(rows), checks=tuple(checks))},
        counts={"documents": len(rows), "sent": sent},
    )
    keep_report(step, f"publish {collection}", outcome)
    return outcome


def finish(step: Step) -> Outcome:
    """Withdraw and delete what the plan says, tell readers of the release, close it, and free the target.

    Raises:
        StaleParentError: no release was begun.
        CheckFailedError: planned documents are not written.
        OutOfReachError, BudgetStoppedError: as `apply_collection`.
    """
    workspace = step.workspace
    target, _ = _pinned(step)
    with _publisher(workspace, target, step.progress) as publisher:
        row = publisher.finish(_plan_rows(step))
    outcome = Outcome(
        tables={RELEASE: NewTable(dataset=RELEASE, rows=(row,), made=1, checks=(schema_check(RELEASE, (row,)),))},
        counts={"writes": row.writes, "deletes": row.deletes, "unchanged": row.unchanged, "held": row.held},
        metadata={"release": row.release, "target": row.target, "snapshot": row.snapshot},
    )
    keep_report(step, "release", outcome)
    step.unlock(f"target/{target.name}")
    return outcome


def _target(workspace: Workspace, text: str) -> Target:
    target = parse_target(text or workspace.settings.target)
    refuse_wrong_world(target, workspace.home.world)
    return target


def _current(workspace: Workspace) -> Snapshot:
    current = workspace.current_snapshot()
    if current is None:
        raise UsageError("there is no snapshot to publish yet", remedy=f"Make one: whisky run{home_words(workspace)}")
    return current


def _refuse_other_terms(workspace: Workspace, current: Snapshot) -> None:
    """Refuse a snapshot with values that the feeds' terms allowed when it was built, and forbid as they stand."""
    licences = [source.licence for source in workspace.sources.sources.values()]
    by_feed: dict[str, tuple[str, ...]] = dict.fromkeys(workspace.sources.refused, LICENSED_FIELDS)
    by_feed |= {name: source.licence.withheld for name, source in workspace.sources.sources.items()}
    by_licence = {licence.key: licence.withheld for licence in licences}
    narrower: set[str] = set()
    columns = ("feed", "withheld", "filled_under", "image_feed")
    for told in workspace.store.read_columns(current.table("core/offers").segments, Offer, columns):
        feed, withheld, filled = str(told[0]), set(_texts(told[1])), json.loads(str(told[2]))
        if IMAGE_COLUMN in filled and IMAGE_COLUMN in by_feed.get(str(told[3]), ()):
            narrower.add(str(told[3]))
        elsewhere = filled.keys() - {IMAGE_COLUMN}
        forbidden = {column for column in elsewhere if column in by_licence.get(filled[column], ())}
        forbidden |= set(by_feed.get(feed, ())) - filled.keys()
        if forbidden - withheld:
            narrower.add(feed)
    narrower |= _closed_on_sleepers(workspace, current)
    if narrower:
        raise UsageError(
            f"the terms of {', '.join(sorted(narrower))} forbid more than when {current.name} was built, so nothing of "
            "it is published",
            remedy=f"Build again under the terms as they stand: whisky run{home_words(workspace)} --rebuild",
        )


def _closed_on_sleepers(workspace: Workspace, current: Snapshot) -> set[str]:
    """Return the feeds whose terms now forbid to name a whisky that no offer tells any more and that is shown yet."""
    closed: set[str] = set()
    columns = ("state", "verdict", "licences")
    for state, verdict, licences in workspace.store.read_columns(
        current.table("core/whiskies").segments, Whisky, columns
    ):
        if (state, verdict) == ("dormant", "publish"):
            closed |= workspace.sources.closed_licences.intersection(_texts(licences))
    keys = {name: source.licence.key for name, source in workspace.sources.sources.items()}
    keys.update(workspace.sources.refused)
    return {name for name, key in keys.items() if key in closed}


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, tuple):
        raise TypeError(f"{value!r} is no list of texts")
    return value


def _pinned(step: Step) -> tuple[Target, Snapshot]:
    """Return the target and snapshot that this run's plan pinned."""
    told = report_of_build(step.workspace, step.build, "plan").get("metadata", {})
    if not told:
        raise UsageError(
            "this run has no plan, and what to write is only read from one",
            remedy="Add firestore/plan to the selection, or launch the job `publish`.",
        )
    return parse_target(told["target"]), snapshot(step.workspace.db, told["snapshot"])


def _plan_rows(step: Step) -> list[PlanRow]:
    return list(readable(step.workspace, PLAN, build=step.build).rows())


def _tables(workspace: Workspace, pinned: Snapshot) -> SnapshotTables:
    return SnapshotTables(
        whiskies=lambda: workspace.rows(pinned.table("core/whiskies")),
        entries=lambda: workspace.rows(pinned.table("archives/entries")),
        users=lambda: workspace.rows(pinned.table("archives/users")),
        redirects=Registry.from_events(workspace.rows(pinned.table("core/registry"))).redirects(),
        attributions={
            source.licence.key: source.licence.attribution
            for source in workspace.sources.sources.values()
            if source.licence.attribution
        },
        pictures={
            name: line
            for name, source in workspace.sources.sources.items()
            if (line := source.picture_line) is not None
        },
    )


@contextlib.contextmanager
def _publisher(workspace: Workspace, target: Target, progress: Progress) -> Iterator[Publisher]:
    credentials = os.environ.get(CREDENTIALS_VARIABLE)
    store = open_store(
        target,
        local_path=workspace.documents_path,
        emulator_host=os.environ.get("FIRESTORE_EMULATOR_HOST"),
        credentials_file=Path(credentials) if credentials else None,
        now=workspace.now,
    )
    try:
        yield Publisher(
            target=target,
            home_id=workspace.home.id,
            db=workspace.db,
            store=store,
            key=load_key(workspace.home.root / "names.key"),
            now=workspace.now,
            progress=progress,
        )
    finally:
        store.close()


def _desired_rows(workspace: Workspace, target: Target, tables: SnapshotTables, collection: str) -> Iterator[Any]:
    with workspace.db.reading() as connection:
        manifest = load_manifest(connection, target.name)
    for item in desired_documents(tables, manifest, only=collection):
        if isinstance(item, Document):
            yield item.row


def _published_keys(workspace: Workspace, target: Target) -> set[tuple[str]]:
    with workspace.db.reading() as connection:
        return {(row.id,) for row in load_manifest(connection, target.name).values() if row.collection == WHISKY}
