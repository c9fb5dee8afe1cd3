"""Back to an earlier snapshot's keys without taking one away: what was minted since sleeps, what was merged revives.

Not here: the tables of that snapshot and the feeds it holds (`pipeline.undo`).
"""

from __future__ import annotations

from datetime import datetime

from whisky_assets.identity.registry import Registry
from whisky_assets.identity.registry_events import Change, change_events
from whisky_assets.identity.registry_model import RegistryDelta
from whisky_assets.identity.registry_state import FAMILY, WHISKY, LevelState

UNDONE = "undo"
"""Cause of a key that an undo revives."""


def undo(present: Registry, earlier: Registry, *, build: str, now: datetime) -> RegistryDelta:
    """Return the events after which every key and listing of `earlier` stands as it stood then (rule R8).

    `earlier` is the registry of the snapshot that the undo goes back to. Keys minted since sleep and stay resolvable;
    listings that came since keep the key they got. `assigned` holds every listing that `earlier` knows.

    Raises:
        ValueError: `earlier` is no earlier state of `present`.
    """
    if present.events[: len(earlier.events)] != earlier.events:
        raise ValueError("the earlier registry is not the beginning of the present one")
    changes = [_back(present, earlier, level) for level in (WHISKY, FAMILY)]
    events = change_events(*changes, after_sequence=len(present.events), build=build, now=now)
    assigned = {member: (pk, earlier.family_of(pk)) for member, pk in earlier.members().items()}
    return RegistryDelta(events=events, assigned=assigned, reviews=())


def _back(present: Registry, earlier: Registry, level: str) -> Change:
    before, then = present.level(level), earlier.level(level)
    after = before.copy()
    for pk in then.minted:
        if pk in then.edges:
            after.edges[pk] = then.edges[pk]
        else:
            after.edges.pop(pk, None)
    after.memberships.update(then.memberships)
    return Change(
        level=level,
        before=before,
        after=after,
        awake=_awake(then),
        revived=dict.fromkeys(then.minted, UNDONE),
    )


def _awake(then: LevelState) -> set[str]:
    return {pk for pk in then.minted if pk not in then.asleep and pk not in then.edges}
