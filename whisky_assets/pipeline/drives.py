"""Which external drives of a home are attached now, and when each was last seen.

Not here: what is copied to them (`copying`), and how a drive is found (`storage.drives`).
"""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

from whisky_assets.domain.amounts import span_words
from whisky_assets.domain.errors import WhiskyError
from whisky_assets.pipeline.workspace import Workspace

DRIVE = "drive"
"""The kind of a volume that comes and goes."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DriveLook:
    """One look at one drive; `seen_at` is when it was last there, None: never since it was added."""

    name: str
    uuid: str
    is_here: bool
    seen_at: datetime | None
    now: datetime

    def sentence(self) -> str:
        """Return it as a person reads it."""
        if self.is_here:
            return f"{self.name} is attached"
        if self.seen_at is None:
            return f"{self.name} was never seen since it was added"
        ago = span_words(max(self.now - self.seen_at, timedelta(0)))
        return f"{self.name} was last seen {self.seen_at:%Y-%m-%d %H:%M} UTC, {ago} ago"


def drives(workspace: Workspace) -> tuple[DriveLook, ...]:
    """Look at every external drive, note those that are there as seen now, and return what was found, by name.

    Only drives are asked; a bucket or a remote, which would take a network, is not.
    """
    now = workspace.now()
    looks = tuple(
        DriveLook(name=row.name, uuid=row.uuid, is_here=_is_here(workspace, row.name), seen_at=row.seen_at, now=now)
        for row in workspace.volumes.rows()
        if row.kind == DRIVE
    )
    here = [look.name for look in looks if look.is_here]
    if here:
        workspace.volumes.note_seen(here, now)
    return looks


def _is_here(workspace: Workspace, name: str) -> bool:
    try:
        workspace.volumes.get(name).check()
    except (WhiskyError, OSError):
        return False
    return True
