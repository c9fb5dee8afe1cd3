"""Tells two snapshots apart: which whiskies and offers came, went or have other values, and which keys lead elsewhere.

A table with an equal canonical digest is not read. Not here: going back to a snapshot (`undo`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.records import Offer, RegistryEvent, Whisky
from whisky_assets.identity.registry import Registry
from whisky_assets.parsing.money import amount_text
from whisky_assets.pipeline.field_changes import Changed, changed_offers, changed_whiskies, fields_line
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage import snapshots
from whisky_assets.storage.snapshots import Snapshot

LINES_A_KIND = 10
"""How many cases of one kind of change are shown; all are counted."""

Item = TypeVar("Item")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """A whisky whose name changed."""

    pk: str
    before: str
    after: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A key that now leads to another."""

    pk: str
    target: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A whisky by key and name, or an offer by `id_space:source_id` and name."""

    key: str
    name: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PriceChange:
    """An offer whose price changed, both as a person reads them; an untold price is empty."""

    key: str
    name: str
    before: str
    after: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TableChange:
    """A table whose canonical digest differs; rows are None where a snapshot lacks the table."""

    table: str
    rows_before: int | None
    rows_after: int | None
    digest_before: str
    digest_after: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotDiff:
    """What changed from the snapshot `left` (None: nothing) to `right`; each kind in order of key."""

    left: str | None
    right: str
    new: tuple[Named, ...]
    renamed: tuple[Renamed, ...]
    dormant: tuple[Named, ...]
    returned: tuple[Named, ...]
    merged: tuple[Merged, ...]
    changed: tuple[Changed, ...]
    offers_gained: tuple[Named, ...]
    offers_lost: tuple[Named, ...]
    prices: tuple[PriceChange, ...]
    offers_changed: tuple[Changed, ...]
    tables: tuple[TableChange, ...]

    def changes(self, most: int = LINES_A_KIND) -> tuple[str, ...]:
        """Return what changed in whiskies and offers as lines: the count of each kind, then up to `most` cases."""
        return (
            *_told("new whiskies", self.new, _named, most),
            *_told("renamed", self.renamed, lambda one: f"{one.pk}  {one.before} -> {one.after}", most),
            *_told("fell asleep", self.dormant, _named, most),
            *_told("returned", self.returned, _named, most),
            *_told("merged", self.merged, lambda one: f"{one.pk} -> {one.target}", most),
            *_told("whiskies with other values", self.changed, str, most, fields_line(self.changed)),
            *_told("offers gained", self.offers_gained, _named, most),
            *_told("offers lost", self.offers_lost, _named, most),
            *_told(
                "prices changed",
                self.prices,
                lambda one: f"{one.key}  {one.name}: {one.before or 'untold'} -> {one.after or 'untold'}",
                most,
            ),
            *_told("offers with other values", self.offers_changed, str, most, fields_line(self.offers_changed)),
        )

    def other_tables(self) -> tuple[str, ...]:
        """Return a line that names the tables that differ, though no value of a whisky or an offer does."""
        names = ", ".join(one.table for one in self.tables)
        return (f"no value of a whisky or an offer changed; tables that differ: {names}",) if names else ()

    def lines(self) -> list[str]:
        """Return the whole difference as lines."""
        told = self.changes()
        tables = [
            f"  {one.table}: {_rows(one.rows_before)} -> {_rows(one.rows_after)} rows, "
            f"digest {one.digest_before[:12] or 'none'} -> {one.digest_after[:12] or 'none'}"
            for one in self.tables
        ]
        head = f"{self.right}, compared with {self.left or 'nothing'}:"
        if not self.tables:
            return [f"{head} the same tables"]
        return [head, *(told or ("no value of a whisky or an offer changed",)), "tables that differ:", *tables]

    def as_result(self) -> dict[str, object]:
        """Return the difference as plain values, every case."""
        return {field.name: _plain(getattr(self, field.name)) for field in dataclasses.fields(self)}


def diff_snapshots(workspace: Workspace, left: str | None, right: str | None) -> SnapshotDiff:
    """Return what changed between two snapshots; untold `right` is the current one, untold `left` the one before it.

    One before it that retention let go is skipped.

    Raises:
        UsageError: there is no snapshot, none of that name, or it was let go.
    """
    current = workspace.current_snapshot()
    if current is None:
        raise UsageError("there is no snapshot yet", remedy=f"Make one: whisky run{home_words(workspace)}")
    after = current if right is None else snapshots.snapshot(workspace.db, right)
    before = (
        snapshots.kept_before(workspace.db, after.number) if left is None else snapshots.snapshot(workspace.db, left)
    )
    return diff(workspace, before, after)


def diff(workspace: Workspace, before: Snapshot | None, after: Snapshot) -> SnapshotDiff:
    """Return what changed from one snapshot, or from nothing, to another."""
    reader = _Reader(workspace, before, after)
    whiskies = _whisky_changes(reader)
    offers = _offer_changes(reader, workspace.reference.currencies)
    return SnapshotDiff(
        left=None if before is None else before.name,
        right=after.name,
        tables=tuple(_table_changes(before, after)),
        **whiskies,
        **offers,
    )


class _Reader:
    """Rows of one table in both snapshots, by key; both empty where the table is the same in both."""

    def __init__(self, workspace: Workspace, before: Snapshot | None, after: Snapshot) -> None:
        self._workspace = workspace
        self._before = before
        self._after = after

    def both(self, dataset: str) -> tuple[list[Any], list[Any]]:
        """Return the rows before and after; none of either where the digests are equal."""
        key = (dataset, "")
        old = None if self._before is None else self._before.tables.get(key)
        new = self._after.tables.get(key)
        if old is not None and new is not None and old.content_digest == new.content_digest:
            return [], []
        return self._rows(self._before, dataset), self._rows(self._after, dataset)

    def registries(self) -> tuple[Registry, Registry]:
        """Return the registries of both snapshots."""
        before: list[RegistryEvent] = self._rows(self._before, "core/registry")
        after: list[RegistryEvent] = self._rows(self._after, "core/registry")
        return Registry.from_events(before), Registry.from_events(after)

    def _rows(self, snapshot: Snapshot | None, dataset: str) -> list[Any]:
        version = None if snapshot is None else snapshot.tables.get((dataset, ""))
        return [] if version is None else list(self._workspace.rows(version))


def _whisky_changes(reader: _Reader) -> dict[str, Any]:
    old_rows, new_rows = reader.both("core/whiskies")
    old: dict[str, Whisky] = {row.whisky_pk: row for row in old_rows}
    new: dict[str, Whisky] = {row.whisky_pk: row for row in new_rows}
    former, present = reader.registries() if old or new else (Registry(), Registry())
    known, redirects = {*former.keys(), *old}, present.redirects()
    came = [row for pk, row in new.items() if pk not in old and row.state == "live"]
    # What an undo laid to sleep: a key of later days, of which the earlier snapshot knew nothing.
    laid = [row for pk, row in new.items() if pk not in old and row.state == "dormant"]
    woke = [row for pk, row in new.items() if pk in old and row.state == "live" and old[pk].state == "dormant"]
    slept = [row for pk, row in new.items() if pk in old and row.state == "dormant" and old[pk].state == "live"]
    left = [row for pk, row in old.items() if pk not in new]
    return {
        "new": _named_whiskies(row for row in came if row.whisky_pk not in known),
        "returned": _named_whiskies([*woke, *(row for row in came if row.whisky_pk in known)]),
        "dormant": _named_whiskies([*slept, *laid, *(row for row in left if row.whisky_pk not in redirects)]),
        "merged": tuple(
            Merged(pk=row.whisky_pk, target=redirects[row.whisky_pk])
            for row in sorted(left, key=lambda row: row.whisky_pk)
            if row.whisky_pk in redirects
        ),
        "renamed": tuple(
            Renamed(pk=pk, before=old[pk].name, after=row.name)
            for pk, row in sorted(new.items())
            if pk in old and old[pk].name != row.name
        ),
        "changed": changed_whiskies(old, new),
    }


def _offer_changes(reader: _Reader, currencies: Mapping[str, int]) -> dict[str, Any]:
    old_rows, new_rows = reader.both("core/offers")
    old: dict[str, Offer] = {_offer_key(row): row for row in old_rows}
    new: dict[str, Offer] = {_offer_key(row): row for row in new_rows}
    return {
        "offers_gained": tuple(Named(key=key, name=new[key].name) for key in sorted(new.keys() - old.keys())),
        "offers_lost": tuple(Named(key=key, name=old[key].name) for key in sorted(old.keys() - new.keys())),
        "prices": tuple(
            PriceChange(
                key=key,
                name=row.name,
                before=amount_text(old[key].price_minor, old[key].currency, currencies),
                after=amount_text(row.price_minor, row.currency, currencies),
            )
            for key, row in sorted(new.items())
            if key in old and (old[key].price_minor, old[key].currency) != (row.price_minor, row.currency)
        ),
        "offers_changed": changed_offers(old, new),
    }


def _table_changes(before: Snapshot | None, after: Snapshot) -> list[TableChange]:
    old = {} if before is None else before.tables
    changed = []
    for key in sorted({*old, *after.tables}):
        was, now = old.get(key), after.tables.get(key)
        if was is not None and now is not None and was.content_digest == now.content_digest:
            continue
        changed.append(
            TableChange(
                table=f"{key[0]}[{key[1]}]" if key[1] else key[0],
                rows_before=None if was is None else was.rows,
                rows_after=None if now is None else now.rows,
                digest_before="" if was is None else was.content_digest,
                digest_after="" if now is None else now.content_digest,
            )
        )
    return changed


def _offer_key(offer: Offer) -> str:
    return f"{offer.id_space}:{offer.source_id}"


def _named_whiskies(rows: Any) -> tuple[Named, ...]:
    return tuple(sorted((Named(key=row.whisky_pk, name=row.name) for row in rows), key=lambda one: one.key))


def _named(one: Named) -> str:
    return f"{one.key}  {one.name}"


def _told(label: str, items: Sequence[Item], line: Callable[[Item], str], most: int, counts: str = "") -> list[str]:
    if not items:
        return []
    in_fields = f" ({counts})" if counts else ""
    rest = [f"  ... and {len(items) - most:,} more"] if len(items) > most else []
    return [f"{label}: {len(items):,}{in_fields}", *(f"  {line(item)}" for item in items[:most]), *rest]


def _rows(count: int | None) -> str:
    return "no" if count is None else f"{count:,}"


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [dataclasses.asdict(one) for one in value]
    return value
