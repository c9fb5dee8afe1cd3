"""Which rows of the current snapshot stand without being looked at: those on whose making nothing changed.

A step says in its report all that its rows hang on beside the tables that it reads: the code, the curation, the feeds'
terms. While that is equal, a row whose inputs are the very rows that the snapshot was made of would be made the same,
so only keys whose inputs differ are read. Else every row is asked by its own digest. Not here: what a step makes.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from whisky_assets.domain.digests import digest
from whisky_assets.domain.outcome import NewTable
from whisky_assets.domain.record import record_for, spec_of
from whisky_assets.pipeline.checks import CHECKS_VERSION
from whisky_assets.pipeline.reports import report_of_build
from whisky_assets.pipeline.tables import Table
from whisky_assets.pipeline.workspace import Step, Workspace
from whisky_assets.storage.differing import differing_keys
from whisky_assets.storage.snapshots import Snapshot

HANGS_ON = "hangs_on"
"""Under which name a step's report says on what its rows hang beside the tables that it reads."""

Key = tuple[Any, ...]


def hangs_on(datasets: Iterable[str], facts: object) -> str:
    """Return a digest of what the rows of these tables hang on: `facts`, their declaration and the checks' code."""
    declared = [repr(spec_of(record_for(dataset))) for dataset in datasets]
    return digest([CHECKS_VERSION, declared, facts])


def standing_snapshot(step: Step, name: str, hangs: str) -> Snapshot | None:
    """Return the current snapshot if the step of this name made its tables under what holds now, else None."""
    snapshot = step.workspace.current_snapshot()
    if snapshot is None or step.anew:
        return None
    told = report_of_build(step.workspace, snapshot.build, name).get("metadata", {})
    return snapshot if told.get(HANGS_ON) == hangs else None


def current_table(workspace: Workspace, dataset: str) -> Table:
    """Return a table of the current snapshot, without rows where there is none."""
    snapshot = workspace.current_snapshot()
    version = None if snapshot is None else snapshot.tables.get((dataset, ""))
    return Table(dataset=dataset, parts={} if version is None else {"": version.segments}, workspace=workspace)


def differing(before: Table, after: Table, columns: Sequence[str]) -> set[Key]:
    """Return the keys whose rows differ in some columns between two tables of one data set, part by part."""
    record_type = record_for(after.dataset)
    store = after.workspace.store
    found: set[Key] = set()
    for part in {*before.parts, *after.parts}:
        old, new = before.parts.get(part, ()), after.parts.get(part, ())
        if old != new:
            found |= differing_keys(store, record_type, old, new, columns)
    return found


def rows_of_keys(table: Table, keys: Collection[Key]) -> Iterator[Any]:
    """Yield the rows of a table whose key is one of these; rows that cannot be are not made records."""
    names = spec_of(record_for(table.dataset)).key
    if not keys:
        return
    wanted = set(keys)
    for row in table.rows(where={name: {key[at] for key in wanted} for at, name in enumerate(names)}):
        if tuple(getattr(row, name) for name in names) in wanted:
            yield row


def merged_into(base: Table, looked_at: Iterable[Any], table: NewTable) -> tuple[NewTable, int]:
    """Return a table that keeps a base's rows but for those that were looked at, and how many stay unread.

    Args:
        base: the table of before.
        looked_at: its rows that were looked at.
        table: what they are now, and what is new; of its rows those that did not change stay in the base.
    """
    key = key_reader(base.dataset)
    before = {key(row): row for row in looked_at}
    after = Counter(key(row) for row in table.rows)
    unread = base.row_count() - len(before)
    # Of two rows of one key none may hide in the base: the check has to see both.
    changed = tuple(row for row in table.rows if before.get(key(row)) != row or after[key(row)] > 1)
    merged = dataclasses.replace(
        table,
        rows=changed,
        base=base.segments,
        gone=tuple(one for one in before if one not in after),
        carried_rows=unread + table.carried_rows,
    )
    return merged, unread + len(table.rows) - len(changed)


def key_reader(dataset: str) -> Callable[[Any], Key]:
    """Return what gives the key of a row of a table."""
    names = spec_of(record_for(dataset)).key
    return lambda row: tuple(getattr(row, name) for name in names)
