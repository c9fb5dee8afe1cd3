"""When each feed was last read, which crawled ones are past twice their cadence, and how a command names this home.

A feed of files has no cadence and is never stale. Not here: which feeds are due (`feeds`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from whisky_assets.domain.errors import ExitCode
from whisky_assets.domain.outcome import Problem
from whisky_assets.pipeline.homes import words_of_root
from whisky_assets.pipeline.workspace import Workspace

STALE_AFTER_CADENCES = 2


def home_words(workspace: Workspace) -> str:
    """Return what a command to paste needs to mean this home, with a space in front; nothing for the real one."""
    return words_of_root(workspace.home.root)


def last_read(workspace: Workspace, feed: str) -> datetime | None:
    """Return when a feed's newest document was last fetched or confirmed, None for a feed that was never read."""
    return max((row.last_fetched_at for row in workspace.head_rows(feed, "staged/documents")), default=None)


def stale_feeds(workspace: Workspace, feeds: Iterable[str]) -> tuple[Problem, ...]:
    """Return a problem (3) for each of these feeds whose last reading is more than twice its cadence ago.

    A feed that was never read is not stale, nor is one that is off, broken, of files, or held by `undo`.
    """
    now = workspace.now()
    held = workspace.held_feeds()
    problems = []
    for feed in sorted(set(feeds)):
        source = workspace.sources.enabled.get(feed)
        if source is None or source.feed.cadence_days is None or feed in held:
            continue
        read = last_read(workspace, feed)
        limit = STALE_AFTER_CADENCES * timedelta(days=source.feed.cadence_days)
        if read is not None and now - read > limit:
            problems.append(
                Problem(
                    code=ExitCode.PARTLY,
                    subject=f"feed {feed}",
                    message=f"stale: last read {read:%Y-%m-%d}, but due every {source.feed.cadence_days} days",
                    remedy=f"Try it alone and see what it says: whisky run{home_words(workspace)} --feed {feed}",
                )
            )
    return tuple(problems)
