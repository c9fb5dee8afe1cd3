"""The feeds of a home: their names, which of them are due or broken, and one line about each.

A crawled feed is due when it was never crawled or an address of its frontier is due; a feed of files when one waits.
Either is due when an ingest of it was killed, and when a kept document is not read as its TOML and reader now stand.
"""

from __future__ import annotations

from pathlib import Path

from whisky_assets.domain.errors import ExitCode
from whisky_assets.domain.outcome import Problem
from whisky_assets.fetching.frontier import crawl_log, due
from whisky_assets.pipeline.collecting import delivered_by_sample
from whisky_assets.pipeline.homes import world_of
from whisky_assets.pipeline.inbox import claimed
from whisky_assets.pipeline.staging import unread_documents
from whisky_assets.pipeline.tables import pages_of
from whisky_assets.pipeline.underway import is_underway
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.sources.registry import SHIPPED_FEEDS, load_sources
from whisky_assets.sources.source import Source


def feed_names(root: Path) -> tuple[str, ...]:
    """Return the names of all TOML files of a home's world, usable or not; opens no store and needs no home yet."""
    return load_sources([SHIPPED_FEEDS, root / "sources"], world_of(root)).names


def due_feeds(workspace: Workspace) -> tuple[str, ...]:
    """Return the usable, enabled feeds that a run without names reads, in order of name."""
    held = workspace.held_feeds()
    return tuple(
        name
        for name, source in sorted(workspace.sources.enabled.items())
        if name not in held and is_due(workspace, source)
    )


def is_due(workspace: Workspace, source: Source) -> bool:
    """Say whether a feed has something new to read or to ask for."""
    feed = source.feed.name
    with workspace.db.reading() as connection:
        if is_underway(connection, feed):
            return True
    if source.is_crawled and _crawl_is_due(workspace, source):
        return True
    if claimed(workspace, feed) or delivered_by_sample(workspace, source):
        return True
    return bool(unread_documents(workspace, source, pages_of(workspace, feed)))


def _crawl_is_due(workspace: Workspace, source: Source) -> bool:
    with workspace.db.reading() as connection:
        log = crawl_log(connection, source.feed.name, limit=1)
        return not log or bool(due(connection, source.feed.name, workspace.now()))


def broken_feeds(workspace: Workspace) -> tuple[Problem, ...]:
    """Return a problem (3) for each feed whose TOML cannot be used: that feed alone stands still."""
    return tuple(
        Problem(
            code=ExitCode.PARTLY,
            subject=f"feed {name}",
            message=f"its TOML is broken, so its last good rows stay as they are: {problem.message}",
            remedy=problem.remedy,
        )
        for name, problem in workspace.sources.broken.items()
    )


def feed_table(workspace: Workspace) -> list[tuple[object, ...]]:
    """Return one row a feed: name, title, kind, state, when it was last read, rows read, listings, refused rows."""
    rows: list[tuple[object, ...]] = []
    for name in workspace.sources.names:
        source = workspace.sources.sources.get(name)
        if source is None:
            rows.append((name, "", "", "broken", "", None, None, None))
            continue
        documents = list(workspace.head_rows(name, "staged/documents"))
        last = max((document.last_fetched_at for document in documents), default=None)
        rows.append(
            (
                name,
                source.feed.title,
                "crawl" if source.is_crawled else "file",
                _state(workspace, source),
                "never" if last is None else f"{last:%Y-%m-%d}",
                sum(document.rows_read for document in documents),
                sum(document.sightings for document in documents),
                sum(document.refused_rows for document in documents),
            )
        )
    return rows


def _state(workspace: Workspace, source: Source) -> str:
    if not source.feed.enabled:
        return "off"
    if source.feed.name in workspace.held_feeds():
        return "held by undo"
    return "due" if is_due(workspace, source) else "read"
