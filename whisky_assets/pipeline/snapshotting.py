"""The gate: checks a build's candidates together, then makes them current in one transaction, or rejects the build.

After a kill before the commit the build stays open and the janitor rejects it; after the commit the snapshot stands.
Not here: what the tables hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from whisky_assets.domain.errors import UsageError, WhiskyError
from whisky_assets.domain.outcome import CheckResult, NewTable, Outcome
from whisky_assets.domain.records import SnapshotRow
from whisky_assets.pipeline.balance import FeedBalance, balance_check, feed_balances, whisky_balance
from whisky_assets.pipeline.checks import schema_check
from whisky_assets.pipeline.graph import BALANCE_CHECK, KEYS_CHECK, below, gated_tables
from whisky_assets.pipeline.registries import registry_of
from whisky_assets.pipeline.reports import keep_report
from whisky_assets.pipeline.standing_rows import current_table
from whisky_assets.pipeline.tables import Table, readable
from whisky_assets.pipeline.workspace import Step, Workspace
from whisky_assets.storage import candidates as stored
from whisky_assets.storage.builds import Build, reject_build
from whisky_assets.storage.candidates import Candidate
from whisky_assets.storage.snapshots import Snapshot, commit_snapshot
from whisky_assets.storage.versions import TableVersion

OFFERS, SNAPSHOT = "core/offers", "core/snapshot"
Heads: TypeAlias = Mapping[str, Mapping[str, TableVersion]]
"""Table versions of each feed, by data set."""

REQUIRED_CHECKS = ((SNAPSHOT, BALANCE_CHECK), (SNAPSHOT, KEYS_CHECK))


def propose(step: Step, *, inputs: str = "") -> Outcome:
    """Return the table of what the snapshot would hold, with the checks that need all tables at once.

    `inputs` is the digest of all that these tables were built of (`standing.build_inputs`), empty where they were not
    built of the present inputs.

    Raises:
        UsageError: a table was made anew but not one that is made from it; names what to add to the selection.
        BusyError: another run builds.
    """
    workspace = step.workspace
    build = step.open_build()
    made = _made(workspace, step.build)
    try:
        _require_whole(made)
        feeds = _balances(workspace, step.build, _heads(workspace, build, made))
        checks = (balance_check(feeds), _keys_check(workspace, step.build))
    except WhiskyError as error:
        reject_build(workspace.db, step.build, error.message, workspace.now())
        raise
    rows = tuple(_rows(workspace, made))
    whiskies = whisky_balance(
        _table(workspace, step.build, "core/whiskies").slices("state", "verdict"), _redirects(workspace, step.build)
    )
    outcome = Outcome(
        tables={
            SNAPSHOT: NewTable(
                dataset=SNAPSHOT, rows=rows, made=len(rows), checks=(schema_check(SNAPSHOT, rows), *checks)
            )
        },
        counts={
            "whiskies": whiskies.whiskies,
            "publishable": whiskies.publishable,
            "held": whiskies.held,
            "refused": whiskies.refused,
            "dormant": whiskies.dormant,
            "redirects": whiskies.redirects,
            "offers": sum(feed.offers for feed in feeds),
        },
        metadata={"inputs": inputs},
    )
    keep_report(step, "snapshot", outcome)
    return outcome


def commit(step: Step) -> Snapshot:
    """Make the candidates of this build current, against the parent that it was opened on, and free the build.

    Raises:
        CheckFailedError: a blocking check failed; the build is rejected and the last snapshot stays.
        StaleParentError: another snapshot was committed since; build again.
    """
    workspace = step.workspace
    build = step.open_build()
    made = _made(workspace, step.build)
    proposal = stored.candidate(workspace.db, step.build, SNAPSHOT)
    if proposal is None:
        raise UsageError(f"build {step.build} proposed no snapshot", remedy="Launch the job `build`.")
    try:
        return commit_snapshot(
            workspace.db,
            build=step.build,
            parent=build.parent,
            tables={(SNAPSHOT, ""): proposal.version, **_versions(workspace, made)},
            heads=_heads(workspace, build, made),
            now=workspace.now(),
            required_checks=REQUIRED_CHECKS,
        )
    except WhiskyError as error:
        reject_build(workspace.db, step.build, error.message, workspace.now())
        raise
    finally:
        step.unlock("build")


def _made(workspace: Workspace, build: str) -> dict[str, Candidate]:
    return workspace.candidates(build, gated_tables())


def _require_whole(made: Mapping[str, Candidate]) -> None:
    """Return if every gated table below a new candidate is a candidate too."""
    if not made:
        raise UsageError("this run made no table that could become current", remedy="Launch the job `build`.")
    missing = sorted({table for dataset in made for table in below(dataset)} - set(made))
    if missing:
        raise UsageError(
            f"{', '.join(sorted(made))} were made anew, but not what is made from them",
            remedy=f"Add {', '.join(missing)} to the selection, or launch the job `build`.",
        )


def _versions(workspace: Workspace, made: Mapping[str, Candidate]) -> dict[tuple[str, str], TableVersion]:
    """Return each gated table's version: the candidate, else the one that is current."""
    current = workspace.current_snapshot()
    found: dict[tuple[str, str], TableVersion] = {}
    for dataset in gated_tables():
        if dataset in made:
            found[(dataset, "")] = made[dataset].version
        elif current is not None and (dataset, "") in current.tables:
            found[(dataset, "")] = current.tables[(dataset, "")]
    return found


def _rows(workspace: Workspace, made: Mapping[str, Candidate]) -> list[SnapshotRow]:
    current = workspace.current_snapshot()
    name = f"s{(0 if current is None else current.number) + 1:06d}"
    return [
        SnapshotRow(
            snapshot=name,
            dataset=dataset,
            partition=partition,
            rows=version.rows,
            content_digest=version.content_digest,
            checks_passed=sum(check.passed for check in made[dataset].checks) if dataset in made else 0,
            checks_failed=sum(not check.passed for check in made[dataset].checks) if dataset in made else 0,
        )
        for (dataset, partition), version in _versions(workspace, made).items()
    ]


def _table(workspace: Workspace, build: str, dataset: str) -> Table:
    return readable(workspace, dataset, build=build)


def _heads(workspace: Workspace, build: Build, made: Mapping[str, Candidate]) -> Heads:
    """Return the heads that the snapshot holds: those that its offers were made from.

    A build that made no offers keeps those of the snapshot before, however far the feeds have moved on.
    """
    current = workspace.current_snapshot()
    if OFFERS in made or current is None:
        return workspace.pinned_heads(build)
    return current.heads


def _staged(workspace: Workspace, heads: Heads, dataset: str) -> Table:
    parts = {feed: versions[dataset].segments for feed, versions in sorted(heads.items()) if dataset in versions}
    return Table(dataset=dataset, parts=parts, workspace=workspace)


def _balances(workspace: Workspace, build: str, heads: Heads) -> list[FeedBalance]:
    documents: dict[str, list[Any]] = {}
    for row in _staged(workspace, heads, "staged/documents").rows():
        documents.setdefault(row.feed, []).append(row)
    return feed_balances(
        documents,
        _staged(workspace, heads, "staged/listings").slices("feed", "id_space", "source_id", "repeats"),
        _table(workspace, build, OFFERS).slices("feed", "id_space", "source_id", "kind"),
        _table(workspace, build, "core/matches").slices("id_space", "source_id"),
    )


def _redirects(workspace: Workspace, build: str) -> int:
    return len(registry_of(_table(workspace, build, "core/registry")).redirects())


def _keys_check(workspace: Workspace, build: str) -> CheckResult:
    """Return whether every key of the last snapshot resolves in one hop to a whisky of this one."""
    registry = registry_of(_table(workspace, build, "core/registry"))
    known = {whisky.whisky_pk for whisky in _table(workspace, build, "core/whiskies").slices("whisky_pk")}
    current = current_table(workspace, "core/registry").slices("level", "pk")
    former = {event.pk for event in current if event.level == "whisky"}
    lost: list[str] = []
    for pk in sorted({*registry.keys(), *former}):
        try:
            found = registry.resolve(pk) in known
        except KeyError:
            found = False
        if not found:
            lost.append(pk)
    return CheckResult(
        table=SNAPSHOT,
        name=KEYS_CHECK,
        passed=not lost,
        summary="every key resolves" if not lost else "keys lead nowhere",
        count=len(lost),
        cases=tuple(lost[:10]),
    )
