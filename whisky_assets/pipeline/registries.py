"""The registry of a table of events, folded once in a process and then only by the events that come to it.

Not here: what a registry does (`identity.registry`).
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from whisky_assets.domain.records import RegistryEvent
from whisky_assets.identity.registry import Registry
from whisky_assets.pipeline.tables import Table
from whisky_assets.pipeline.workspace import Workspace

_folded: WeakKeyDictionary[Workspace, tuple[tuple[str, ...], Registry]] = WeakKeyDictionary()
"""The registry that was asked for last in each home, with the segments that it was folded of."""


def registry_of(table: Table) -> Registry:
    """Return the registry that a table of events makes.

    Segments never change and events are only added, so one that was folded is carried on where its segments are the
    first of the table's.

    Raises:
        CorruptDataError: events are missing, or one speaks of a key that was not minted before.
    """
    segments = table.segments
    if not segments:
        return Registry.from_events(table.rows())
    held, registry = _folded.get(table.workspace, ((), Registry()))
    if held != segments[: len(held)]:
        held, registry = (), Registry()
    further = list(table.workspace.store.read(segments[len(held) :], RegistryEvent))
    registry = registry.extended(sorted(further, key=lambda event: event.sequence))
    _folded[table.workspace] = (segments, registry)
    return registry
