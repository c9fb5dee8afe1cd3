"""How tables come to and from a step: as candidates of its build, or what its build may see; read lazily."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from whisky_assets.domain.outcome import NewTable
from whisky_assets.domain.record import record_for
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage import builds, candidates, tables
from whisky_assets.storage.parquet import Where
from whisky_assets.storage.versions import TableVersion

PAGES = "raw/pages"
_ALL_ROWS: Where = {}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table as one build sees it: segments of each part, read only when asked for."""

    dataset: str
    parts: Mapping[str, tuple[str, ...]]
    workspace: Workspace

    @property
    def segments(self) -> tuple[str, ...]:
        """The segments of all parts."""
        return tuple(segment for segments in self.parts.values() for segment in segments)

    def row_count(self) -> int:
        """Return how many rows all segments have, without reading one."""
        return sum(self.workspace.store.segment(segment).rows for segment in self.segments)

    def rows(self, where: Where = _ALL_ROWS) -> Iterator[Any]:
        """Yield rows of all parts, part by part; `where` keeps rows whose column holds one of the values."""
        record_type: type[Any] = record_for(self.dataset)
        for segments in self.parts.values():
            yield from self.workspace.store.read(segments, record_type, where=where)

    def columns(self, names: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        """Yield some columns of all rows, without reading the others (a page's body)."""
        record_type: type[Any] = record_for(self.dataset)
        for segments in self.parts.values():
            for values in self.workspace.store.read_columns(segments, record_type, names):
                yield dict(zip(names, values, strict=True))

    def slices(self, *names: str) -> Iterator[Any]:
        """Yield rows with some columns only, as attributes: cheap where a table is wide."""
        slice_of = dataclasses.make_dataclass("Slice", names, slots=True)
        record_type: type[Any] = record_for(self.dataset)
        for segments in self.parts.values():
            yield from (slice_of(*told) for told in self.workspace.store.read_columns(segments, record_type, names))


def keep(workspace: Workspace, new: NewTable, *, build: str, volume: str) -> TableVersion:
    """Store a table as a candidate of a build, with its verdicts.

    Raises:
        OutOfReachError: the volume is absent or full; nothing was made.
    """
    return tables.put_table(workspace.store, new, build=build, volume=volume, now=workspace.now())


def readable(workspace: Workspace, dataset: str, *, build: str, partitions: Sequence[str] | None = None) -> Table:
    """Return a table as a build may see it: its own candidate, else what it pinned or what is current.

    A feed's staged tables come from the heads that the build pinned, so that every step of a build sees the same. Raw
    pages only grow and hang on no run: of them every acknowledged one is told. A table that was never made is empty.
    """
    if dataset == PAGES:
        return _acknowledged(workspace, workspace.sources.names if partitions is None else partitions)
    if dataset.startswith("staged/"):
        return _feeds_table(workspace, dataset, build, partitions)
    own = candidates.candidate(workspace.db, build, dataset)
    snapshot = workspace.current_snapshot()
    current = None if snapshot is None else snapshot.tables.get((dataset, ""))
    version = current if own is None else own.version
    return Table(dataset=dataset, parts={} if version is None else {"": version.segments}, workspace=workspace)


def pages_of(workspace: Workspace, feed: str) -> Table:
    """Return every acknowledged page of a feed, also those that no run has read yet."""
    return _acknowledged(workspace, [feed])


def _acknowledged(workspace: Workspace, feeds: Sequence[str]) -> Table:
    parts = {feed: tuple(segment.id for segment in workspace.store.segments(PAGES, feed)) for feed in feeds}
    return Table(dataset=PAGES, parts=parts, workspace=workspace)


def _feeds_table(workspace: Workspace, dataset: str, build: str, partitions: Sequence[str] | None) -> Table:
    """Return the parts of a feed's table: the candidate of an ingest, else the pinned head of the feed."""
    pinned = _pinned(workspace, build)
    made = {
        partition: candidate.version
        for (part, partition), candidate in candidates.candidates(workspace.db, build).items()
        if part == dataset
    }
    wanted = sorted({*pinned, *made} if partitions is None else {*partitions})
    parts: dict[str, tuple[str, ...]] = {}
    for feed in wanted:
        version = made.get(feed) or pinned.get(feed, {}).get(dataset)
        if version is not None:
            parts[feed] = version.segments
    return Table(dataset=dataset, parts=parts, workspace=workspace)


def _pinned(workspace: Workspace, build: str) -> Mapping[str, Mapping[str, TableVersion]]:
    found = builds.get_build(workspace.db, build)
    if found is None:
        return workspace.build_heads()
    return workspace.pinned_heads(found)
