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
ANSWERS_PREFIX = "whisky-review-answers"
"""How the name of a file of answers begins; it ends in .json, whatever a phone writes between."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class InboxFile:
    """One file of the inbox; `label` is its path inside the inbox, `why` says why `feed` is None: no feed claims it.

    `is_answers` says that it is no feed's, but holds answers to open questions, saved by the page of `whisky review`.
    """

    path: Path
    label: str
    feed: str | None
    why: str = ""
    is_answers: bool = False

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
        if is_answers_file(path.name):
            yield InboxFile(path=path, label=relative.as_posix(), feed=None, why="answers to review", is_answers=True)
            continue
        feed, why = _claimant(workspace, relative)
        yield InboxFile(path=path, label=relative.as_posix(), feed=feed, why=why)


def is_answers_file(name: str) -> bool:
    """Say whether a file's name is one that the page of `whisky review --html` gives to its answers."""
    folded = name.casefold()
    return folded.startswith(ANSWERS_PREFIX) and folded.endswith(".json")


def _claimant(workspace: Workspace, relative: Path) -> tuple[str | None, str]:
    """Return the enabled feed of files that reads this one, else None and why: its folder's, or the first that fits."""
    folder = relative.parts[0] if len(relative.parts) > 1 else ""
    if folder in workspace.sources.names:
        why = _why_not(workspace, folder)
        return (None, f"feed {folder} {why}") if why else (folder, "")
    for name, source in sorted(workspace.sources.enabled.items()):
        if takes_file(source, relative.name):
            return name, ""
    return None, "no feed's patterns fit"


def _why_not(workspace: Workspace, feed: str) -> str:
    """Return why a feed reads no files, empty where it does."""
    source = workspace.sources.sources.get(feed)
    if source is None:
        return "is broken"
    if not source.feed.enabled:
        return "is switched off"
    return "is crawled" if source.is_crawled else ""
