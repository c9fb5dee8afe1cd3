"""The owner's one screen: what ran, what waits for a person, what is at risk, and the one next command.

It only reads. Not here: how it looks on a terminal (`cli.status`).
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from whisky_assets.domain.errors import ExitCode, UsageError
from whisky_assets.domain.outcome import Problem
from whisky_assets.pipeline.feeds import broken_feeds, is_due, lacking_feeds, lacks
from whisky_assets.pipeline.freshness import home_words, last_read, stale_feeds
from whisky_assets.pipeline.inbox import inbox_files
from whisky_assets.pipeline.review import Waiting, questions_line, waiting
from whisky_assets.pipeline.review_inbox import answer_files, refusals
from whisky_assets.pipeline.storage_status import risk_line
from whisky_assets.pipeline.upkeep import absent_volumes
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage import builds
from whisky_assets.storage.snapshots import Snapshot

_LONGEST_REASON = 120
_BUILD_LETTERS = 14

FeedLine = tuple[str, str, str, int, str]
"""feed, state, last read, listings, due."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HomeStatus:
    """The state of a home; `waiting` says in lines what waits for a person, `next_command` what to do first.

    `at_risk` says in one line which copies are lacking; empty where none is.
    `feeds` has a line for each feed that is on or broken, `off` the names of the others.
    """

    snapshot_line: str
    feeds: tuple[FeedLine, ...]
    off: tuple[str, ...]
    off_line: str
    waiting: tuple[str, ...]
    at_risk: str
    next_command: str
    problems: tuple[Problem, ...]

    def as_result(self) -> dict[str, object]:
        """Return the state as plain values, without the problems: they stand beside it in every answer."""
        headers = ("feed", "state", "last_read", "listings", "due")
        return {
            "snapshot": self.snapshot_line,
            "feeds": [dict(zip(headers, row, strict=True)) for row in self.feeds],
            "off": list(self.off),
            "waiting": list(self.waiting),
            "at_risk": self.at_risk,
            "next_command": self.next_command,
        }


def home_status(workspace: Workspace) -> HomeStatus:
    """Return what ran, what waits, what is at risk, and the one next command of a home."""
    snapshot = workspace.current_snapshot()
    off = tuple(name for name, source in workspace.sources.sources.items() if not source.feed.enabled)
    feeds = tuple(_feed_line(workspace, name) for name in workspace.sources.names if name not in off)
    problems = (
        *broken_feeds(workspace),
        *stale_feeds(workspace, workspace.sources.enabled),
        *lacking_feeds(workspace),
        *_rejected(workspace, snapshot),
        *absent_volumes(workspace),
        *refusals(workspace),
    )
    asked, curation = _asked(workspace)
    at_risk, rules = _at_risk(workspace)
    return HomeStatus(
        snapshot_line=_snapshot_line(workspace, snapshot),
        feeds=feeds,
        off=off,
        off_line=_off_line(workspace, off),
        waiting=tuple(_waiting(workspace, asked)),
        at_risk=at_risk,
        next_command=_next_command(workspace, snapshot, feeds, asked),
        problems=(*problems, *curation, *rules),
    )


def _snapshot_line(workspace: Workspace, snapshot: Snapshot | None) -> str:
    if snapshot is None:
        return "no snapshot yet: nothing was built in this home"
    live = [row for row in workspace.current_rows("core/whiskies") if row.state == "live"]
    publishable = sum(row.verdict == "publish" for row in live)
    return (
        f"snapshot {snapshot.name} of {snapshot.committed_at:%Y-%m-%d %H:%M} UTC: "
        f"{len(live):,} whiskies, {publishable:,} of them publishable"
    )


def _feed_line(workspace: Workspace, name: str) -> FeedLine:
    source = workspace.sources.sources.get(name)
    if source is None:
        return (name, "broken", "", _listings(workspace, name), "")
    read = last_read(workspace, name)
    told = "never" if read is None else f"{read:%Y-%m-%d}"
    if name in workspace.held_feeds():
        return (name, "held by undo", told, _listings(workspace, name), "when named")
    if lacks(workspace, source):
        return (name, "waiting", told, _listings(workspace, name), "when it can ask")
    state = "new" if read is None else "read"
    if is_due(workspace, source):
        return (name, state, told, _listings(workspace, name), "now")
    days = source.feed.cadence_days
    due = "" if read is None or days is None else f"{read + timedelta(days=days):%Y-%m-%d}"
    return (name, state, told, _listings(workspace, name), due)


def _off_line(workspace: Workspace, off: Sequence[str]) -> str:
    """Return how many feeds are off in one line; nothing where all are on."""
    if not off:
        return ""
    told = f"{len(off):,} feeds are off" if len(off) > 1 else f"the feed {off[0]} is off"
    return f"{told}: whisky sources list{home_words(workspace)}"


def _listings(workspace: Workspace, feed: str) -> int:
    version = workspace.heads().get(feed, {}).get("staged/listings")
    return 0 if version is None else version.rows


def _asked(workspace: Workspace) -> tuple[Waiting, tuple[Problem, ...]]:
    """Return how many questions wait; where the curation cannot be read none do, and that is the problem."""
    try:
        return waiting(workspace), ()
    except UsageError as error:
        problem = Problem(code=error.exit_code, subject="curation", message=error.message, remedy=error.remedy)
        return Waiting(this_week=0, later=0, put_off=0), (problem,)


def _at_risk(workspace: Workspace) -> tuple[str, tuple[Problem, ...]]:
    """Return which copies are lacking in one line; where the rules cannot be read, that is the problem."""
    try:
        return risk_line(workspace), ()
    except UsageError as error:
        return "", (Problem(code=error.exit_code, subject="rules", message=error.message, remedy=error.remedy),)


def _waiting(workspace: Workspace, asked: Waiting) -> Iterator[str]:
    if asked.this_week:
        yield questions_line(asked, home_words(workspace))
    states = Counter(entry.state for entry in workspace.current_rows("archives/entries"))
    if states["waiting"]:
        yield f"notes of users that wait, because which whisky they mean is not sure: {states['waiting']:,}"
    if states["unknown"]:
        yield f"notes of users on a whisky that no feed tells: {states['unknown']:,}"
    yield from _refused(workspace)
    strangers = [
        f"{file.label} ({file.why})" for file in inbox_files(workspace) if not file.feed and not file.is_answers
    ]
    if strangers:
        yield f"files in the inbox that belong to no feed: {len(strangers):,}, as {', '.join(strangers[:3])}"
    answers = answer_files(workspace)
    if answers:
        yield f"files of answers in the inbox, which the next run reads: {len(answers):,}"
    held = workspace.held_feeds()
    if held:
        yield f"held by undo until a run names them: {', '.join(held)}"


def _refused(workspace: Workspace) -> Iterator[str]:
    scopes: Counter[str] = Counter()
    for tables in workspace.heads().values():
        version = tables.get("staged/quarantine")
        scopes.update(row.scope for row in (() if version is None else workspace.rows(version)))
    if scopes:
        told = ", ".join(f"{scope}s {count:,}" for scope, count in sorted(scopes.items()))
        yield f"refused by readers: {told}"


def _rejected(workspace: Workspace, snapshot: Snapshot | None) -> Iterator[Problem]:
    """Yield the newest build that was rejected, unless a later one was committed."""
    ended = [build for build in builds.builds(workspace.db) if build.state != builds.OPEN]
    for build in ended[:1]:
        if build.state == builds.REJECTED:
            stays = "nothing is current yet" if snapshot is None else f"{snapshot.name} stays current"
            yield Problem(
                code=ExitCode.DONE,
                subject=f"build {build.build[:_BUILD_LETTERS]}",
                message=f"rejected: {_short(build.reason)}; {stays}",
                remedy=f"Build again: whisky run{home_words(workspace)}",
            )


def _next_command(workspace: Workspace, snapshot: Snapshot | None, feeds: tuple[FeedLine, ...], asked: Waiting) -> str:
    home = home_words(workspace)
    due = [feed for feed in feeds if feed[4] == "now"]
    if workspace.sources.broken:
        return f"whisky sources list{home}"
    if due or answer_files(workspace):
        return f"whisky run{home}"
    if snapshot is None:
        return _first_step(workspace, home)
    if asked.this_week:
        return f"whisky review{home}"
    held = workspace.held_feeds()
    if held:
        return f"whisky run{home} --feed {held[0]}"
    return f'whisky find{home} "ardbeg ten"'


def _first_step(workspace: Workspace, home: str) -> str:
    """Return what brings a home without a snapshot its first rows."""
    if workspace.heads():
        return f"whisky run{home}"
    files = [name for name, source in workspace.sources.enabled.items() if not source.is_crawled]
    return f"whisky import{home} PRICES --feed {min(files)}" if files else f"whisky sources list{home}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_REASON else f"{text[: _LONGEST_REASON - 1]}…"
