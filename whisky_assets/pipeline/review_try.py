"""Says what curation would do before it counts: builds on a copy of the state database, and throws the copy away.

The copy lies in a folder of its own with the curation and what is tried; segments are read where they lie, and no table
of the trial is stored. Both sides of the comparison are built of the feeds' tables of the current snapshot, so that
what is told is the doing of what is tried alone. Not here: the steps of a build (`offering` to `resolving`).
"""

from __future__ import annotations

import contextlib
import dataclasses
import sqlite3
import tempfile
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from whisky_assets.domain.errors import WhiskyError
from whisky_assets.domain.outcome import CheckResult, Outcome, Progress
from whisky_assets.domain.records import Whisky
from whisky_assets.identity.registry import Registry
from whisky_assets.pipeline import describing, matching, offering, resolving
from whisky_assets.pipeline.field_changes import changed_whiskies
from whisky_assets.pipeline.lookup import current
from whisky_assets.pipeline.reports import report_of_build
from whisky_assets.pipeline.review_tried import lay_out
from whisky_assets.pipeline.standing import build_inputs
from whisky_assets.pipeline.tables import Table, readable
from whisky_assets.pipeline.workspace import Step, Workspace
from whisky_assets.storage import builds, locks
from whisky_assets.storage.home import Home
from whisky_assets.storage.parquet import Where, matches

_SHOWN = 10
_NO_WHISKY = "no whisky yet"
_ALL_ROWS: Where = {}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What would change; each kind as lines that name keys and whiskies, all of them. No word of a person stands in it.

    `moved` lines stand for one or more notes each; `note_count` counts the notes. `changes` are whiskies whose values
    change, `changed_note_count` the notes on them. `stopped_by` names checks that would stop the build.
    """

    merges: tuple[str, ...]
    splits: tuple[str, ...]
    renames: tuple[str, ...]
    changes: tuple[str, ...]
    new: tuple[str, ...]
    moved: tuple[str, ...]
    note_count: int
    changed_note_count: int
    stopped_by: tuple[str, ...]

    def lines(self) -> list[str]:
        """Return one line with all counts, then up to ten of each kind."""
        merged = f"merges {len(self.merges):,} whiskies, moves {self.note_count:,} notes"
        others = f"splits {len(self.splits):,}, renames {len(self.renames):,}, mints {len(self.new):,}"
        changed = f"changes values of {len(self.changes):,} whiskies with {self.changed_note_count:,} notes"
        told = [f"{merged}, {others}, {changed}"]
        kinds = (("merges", self.merges), ("moves", self.moved), ("splits", self.splits), ("renames", self.renames))
        for label, cases in (*kinds, ("mints", self.new), ("changes", self.changes)):
            told += [f"  {label}: {case}" for case in cases[:_SHOWN]]
            told += [f"  ... and {len(cases) - _SHOWN:,} more"] if len(cases) > _SHOWN else []
        told += [f"the build would be stopped: {check}" for check in self.stopped_by]
        return [*told, "nothing was changed: it counts once it lies in the home's curation"]

    def as_result(self) -> dict[str, object]:
        """Return it as plain values, every case."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in _fields(self).items()}


def try_curation(workspace: Workspace, tried: Sequence[str], progress: Progress) -> Trial:
    """Return what decisions and reference rows would do to the current snapshot; changes nothing in the home.

    Args:
        workspace: the home.
        tried: decision files, reference tables, folders laid out as `curation/`, or decisions in words
            (`same elbe:1 minato:2`).
        progress: where to say how far it is.

    Raises:
        UsageError: nothing was built yet, or what is tried cannot be read, contradicts what stands, or names a side
            that is unknown; says where.
    """
    snapshot = current(workspace)
    with tempfile.TemporaryDirectory(prefix="whisky-try-") as folder:
        as_is, with_tried = Path(folder, "as_is"), Path(folder, "with_tried")
        lay_out(workspace, (), as_is)
        lay_out(workspace, tried, with_tried)
        try:
            with _scratch(workspace, as_is) as scratch:
                told = report_of_build(workspace, snapshot.build, "snapshot").get("metadata", {})
                stands = told.get("inputs") == build_inputs(scratch, snapshot.heads)
                before = _stored(workspace) if stands else _built(scratch, progress)
            with _scratch(workspace, with_tried) as scratch:
                after = _built(scratch, progress)
        except WhiskyError as error:
            raise _named_by_home(error, workspace, (as_is, with_tried)) from error
    return _difference(before, after)


def _named_by_home(error: WhiskyError, workspace: Workspace, folders: Sequence[Path]) -> WhiskyError:
    """Let an error name the home's curation instead of the copy that is gone when it is read."""
    for folder in folders:
        curation = str(workspace.home.curation)
        error.message = error.message.replace(str(folder / "curation"), curation)
        error.remedy = error.remedy.replace(str(folder / "curation"), curation)
    return error


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Scratch(Home):
    """The home, but for its state database and its curation, which are copies."""

    scratch: Path

    @property
    def state_path(self) -> Path:
        """The copy of the state database."""
        return self.scratch / "state.sqlite"

    @property
    def curation(self) -> Path:
        """The curation with what is tried."""
        return self.scratch / "curation"


@contextlib.contextmanager
def _scratch(workspace: Workspace, folder: Path) -> Iterator[Workspace]:
    home = workspace.home
    copied = _Scratch(root=home.root, id=home.id, world=home.world, scratch=folder)
    with workspace.db.reading() as connection, contextlib.closing(sqlite3.connect(copied.state_path)) as target:
        connection.backup(target)
    opened = Workspace(copied)
    try:
        # Whoever holds a lock holds it in the home, not here.
        locks.release_dead(opened.db, lambda _holder: False)
        yield opened
    finally:
        opened.close()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Made(Table):
    """A table that was made in this process and is stored nowhere."""

    made: tuple[Any, ...]

    def rows(self, where: Where = _ALL_ROWS) -> Iterator[Any]:
        """Yield the rows whose columns hold one of the asked values."""
        for row in self.made:
            if matches(row, where):
                yield row

    def slices(self, *_names: str) -> Iterator[Any]:
        """Yield the rows: they have all columns."""
        yield from self.made


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Built:
    """What one build comes to: rows of the tables that are compared, and the checks that would stop it."""

    registry: Registry
    whiskies: Mapping[str, Whisky]
    listings: Mapping[tuple[str, str], str]
    notes: Mapping[tuple[str, str], str | None]
    stopped_by: tuple[str, ...] = ()


def _stored(workspace: Workspace) -> _Built:
    return _of_rows(
        workspace.current_rows("core/registry"),
        workspace.current_rows("core/whiskies"),
        workspace.current_rows("core/matches"),
        workspace.current_rows("archives/entries"),
    )


def _built(workspace: Workspace, progress: Progress) -> _Built:
    """Run the steps of a build on the current snapshot's feeds, each handed what the one before made."""
    name = f"try-{uuid.uuid4().hex}"
    step = Step(workspace=workspace, build=name, run=name, owner=name, progress=progress, anew=True)
    builds.open_build(workspace.db, name, workspace.now(), current(workspace).heads)
    offered = offering.offers(step, readable(workspace, "staged/listings", build=name))
    offers = _table(workspace, offered, "core/offers")
    matched = matching.matches(step, offers)
    events = (*workspace.current_rows("core/registry"), *matched.tables["core/registry"].rows)
    registry = _Made(dataset="core/registry", parts={}, workspace=workspace, made=events)
    members = _table(workspace, matched, "core/matches")
    described = describing.whiskies(step, offers, members, registry)
    whiskies = _table(workspace, described, "core/whiskies")
    resolved = resolving.entries(step, whiskies, registry)
    notes = _table(workspace, resolved, "archives/entries")
    found = _of_rows(registry.rows(), whiskies.rows(), members.rows(), notes.rows())
    return dataclasses.replace(found, stopped_by=tuple(_blocking(offered, matched, described, resolved)))


def _table(workspace: Workspace, outcome: Outcome, dataset: str) -> _Made:
    return _Made(dataset=dataset, parts={}, workspace=workspace, made=outcome.tables[dataset].rows)


def _blocking(*outcomes: Outcome) -> Iterator[str]:
    for outcome in outcomes:
        for table in outcome.tables.values():
            yield from (_check_line(check) for check in table.checks if check.blocks)


def _check_line(check: CheckResult) -> str:
    return f"{check.table} {check.name} ({check.count}): {check.summary}".rstrip(": ")


def _of_rows(events: Iterator[Any], whiskies: Iterator[Any], matches: Iterator[Any], notes: Iterator[Any]) -> _Built:
    return _Built(
        registry=Registry.from_events(events),
        whiskies={row.whisky_pk: row for row in whiskies},
        listings={(row.id_space, row.source_id): row.whisky_pk for row in matches},
        notes={(row.user, row.entry_id): row.whisky_pk for row in notes},
    )


def _difference(before: _Built, after: _Built) -> Trial:
    former, present = before.registry.redirects(), after.registry.redirects()
    named = {pk: row.name for pk, row in (*before.whiskies.items(), *after.whiskies.items())}
    hanging = Counter(pk for pk in after.notes.values() if pk is not None)
    changed = changed_whiskies(before.whiskies, after.whiskies)

    def told(pk: str | None) -> str:
        return _NO_WHISKY if pk is None else f"{pk} ({named.get(pk, pk)})"

    moved = Counter((pk, after.notes.get(note)) for note, pk in before.notes.items() if pk != after.notes.get(note))
    spread: dict[str, set[str]] = defaultdict(set)
    for listing, pk in before.listings.items():
        if listing in after.listings:
            spread[pk].add(after.listings[listing])
    return Trial(
        merges=tuple(f"{told(pk)} -> {told(target)}" for pk, target in sorted(present.items()) if pk not in former),
        splits=tuple(
            f"{told(pk)} into {', '.join(map(told, sorted(pks)))}" for pk, pks in sorted(spread.items()) if len(pks) > 1
        ),
        renames=tuple(
            f"{pk}: {row.name} -> {after.whiskies[pk].name}"
            for pk, row in sorted(before.whiskies.items())
            if after.whiskies.get(pk, row).name != row.name
        ),
        changes=tuple(f"{one}; notes on it: {hanging[one.key]:,}" for one in changed),
        changed_note_count=sum(hanging[one.key] for one in changed),
        new=tuple(told(pk) for pk in sorted(set(after.registry.keys()) - set(before.registry.keys()))),
        moved=tuple(
            f"{count:,} of {told(pk)} to {told(target)}"
            for (pk, target), count in sorted(moved.items(), key=lambda item: (-item[1], str(item[0])))
        ),
        note_count=moved.total(),
        stopped_by=tuple(check for check in after.stopped_by if check not in before.stopped_by),
    )


def _fields(trial: Trial) -> dict[str, Any]:
    return {field.name: getattr(trial, field.name) for field in dataclasses.fields(trial)}
