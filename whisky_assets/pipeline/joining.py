"""The small segments of every feed's pages are joined, feed by feed, while nobody fetches or reads that feed.

Not here: how segments are joined (`storage.upkeep.joining`).
"""

from __future__ import annotations

import dataclasses

from whisky_assets.domain.errors import BusyError, CorruptDataError, ExitCode, OutOfReachError
from whisky_assets.domain.outcome import Problem, Progress
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.tables import PAGES
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage import locks
from whisky_assets.storage.upkeep.joining import Joined, groups_to_join, join


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class JoinedPages:
    """What joining came to: how many segments became how many, what that saves on each volume, and what has to wait."""

    parts: int
    segments: int
    saved_bytes: int
    waiting: tuple[str, ...]
    problems: tuple[Problem, ...]

    def lines(self) -> list[str]:
        """Return what a person wants to know; nothing where nothing was to be joined."""
        said = []
        if self.segments:
            said.append(
                f"{self.parts:,} small segments of pages became {self.segments:,}; {self.saved_bytes:,} bytes less"
            )
        return [*said, *(f"not joined yet: {why}" for why in self.waiting)]


def join_pages(workspace: Workspace, owner: str, progress: Progress) -> JoinedPages:
    """Join the small segments of pages of every feed that no living run holds.

    A feed that is fetched just now, or whose drive is away or full, waits for the next time. A damaged segment is a
    problem and leaves its feed as it is.

    Args:
        workspace: the home.
        owner: whose locks these are.
        progress: told of each group.
    """
    groups = groups_to_join(workspace.store, PAGES, workspace.now())
    progress.start("joining small segments", len(groups))
    done: list[Joined] = []
    waiting: list[str] = []
    problems: list[Problem] = []
    for group in groups:
        feed = group[0].partition
        lock = f"feed/{feed}"
        try:
            locks.acquire(workspace.db, lock, owner)
        except BusyError as error:
            waiting.append(f"{feed}: {error.message}")
            continue
        try:
            joined = join(workspace.store, group, workspace.now())
        except CorruptDataError as error:
            problems.append(_damaged(workspace, feed, error))
        except OutOfReachError as error:
            waiting.append(f"{feed}: {error.message}")
            break  # the next group needs no less room
        else:
            (done.append(joined) if joined.segment else waiting.append(f"{feed}: {joined.why_not}"))
        finally:
            locks.release(workspace.db, lock, owner)
        progress.advance()
    return JoinedPages(
        parts=sum(len(one.parts) for one in done),
        segments=len(done),
        saved_bytes=sum(one.saved_bytes for one in done),
        waiting=tuple(waiting),
        problems=tuple(problems),
    )


def _damaged(workspace: Workspace, feed: str, error: CorruptDataError) -> Problem:
    return Problem(
        code=ExitCode.CORRUPT,
        subject=f"feed {feed}",
        message=error.message,
        remedy=f"Its segments stay as they are until it is mended: whisky storage repair{home_words(workspace)}",
    )
