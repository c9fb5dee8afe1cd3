"""What lies in the inbox, and for which feed: by the folder that is named like the feed, else by the feed's patterns.

Not here: keeping a file (`collecting`) and reading it (`staging`).
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from pathlib import Path

from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.sources.reading import takes_file

TAKEN = "taken"
"""Folder of the inbox in which files lie after they were kept."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class InboxFile:
    """One file of the inbox; `feed` is None where no feed claims it, `label` its path inside the inbox."""

    path: Path
    label: str
    feed: str | None

    @property
    def fingerprint(self) -> str:
        """Return name, size and content in 16 digits: equal twice means that the file held still."""
        body = self.path.read_bytes()
        return hashlib.sha256(f"{self.label} {len(body)} ".encode() + body).hexdigest()[:16]


def inbox_files(workspace: Workspace) -> list[InboxFile]:
    """Return every file that waits in the inbox, in order of name."""
    return sorted(_waiting(workspace), key=lambda file: file.label)


def claimed(workspace: Workspace, feed: str) -> list[InboxFile]:
    """Return the files of the inbox that one feed reads."""
    return [file for file in inbox_files(workspace) if file.feed == feed]


def _waiting(workspace: Workspace) -> Iterator[InboxFile]:
    root = workspace.home.inbox
    for path in root.rglob("*"):
        relative = path.relative_to(root)
        if not path.is_file() or relative.parts[0] == TAKEN or path.name.startswith("."):
            continue
        yield InboxFile(path=path, label=relative.as_posix(), feed=_claimant(workspace, relative))


def _claimant(workspace: Workspace, relative: Path) -> str | None:
    folder = relative.parts[0] if len(relative.parts) > 1 else ""
    if folder in workspace.sources.sources:
        return folder
    for name, source in sorted(workspace.sources.sources.items()):
        if takes_file(source, relative.name):
            return name
    return None
