"""The feeds of a home: their names, which of them are due or broken, and one line about each.

A crawled feed is due when it was never crawled or an address of its frontier is due; a feed of files when one waits.
Either is due when an ingest of it was killed, and when a kept document is not read as its TOML and reader now stand.
One that lacks a contact, a key or a browser is not tried; it is told as waiting.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from whisky_assets.domain.errors import ExitCode
from whisky_assets.domain.outcome import Problem
from whisky_assets.domain.records import DocumentRead
from whisky_assets.fetching.frontier import CrawlRow, crawl_log, due
from whisky_assets.fetching.tally import MASS_LOSS
from whisky_assets.pipeline.collecting import delivered_by_sample
from whisky_assets.pipeline.freshness import home_words, stale_feeds
from whisky_assets.pipeline.homes import world_of
from whisky_assets.pipeline.inbox import claimed
from whisky_assets.pipeline.keys import key_problem
from whisky_assets.pipeline.rendering import browser_problem
from whisky_assets.pipeline.staging import unread_documents
from whisky_assets.pipeline.tables import pages_of
from whisky_assets.pipeline.underway import is_underway
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.sources.refusals import shipped_refusals
from whisky_assets.sources.registry import SHIPPED_FEEDS, load_sources
from whisky_assets.sources.source import Source

MOST_REFUSED_SHARE = 0.05
"""Of a feed's rows: above it a reader no longer fits what the source sends."""


def feed_names(root: Path) -> tuple[str, ...]:
    """Return the names of all TOML files of a home's world, usable or not; opens no store and needs no home yet."""
    return load_sources([SHIPPED_FEEDS, root / "sources"], world_of(root)).names


def due_feeds(workspace: Workspace) -> tuple[str, ...]:
    """Return the usable, enabled feeds that a run without names reads, in order of name."""
    held = workspace.held_feeds()
    return tuple(
        name
        for name, source in sorted(workspace.sources.enabled.items())
        if name not in held and not lacks(workspace, source) and is_due(workspace, source)
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
            message=f"its TOML {_fate(workspace, name)}: {problem.message}",
            remedy=problem.remedy,
        )
        for name, problem in workspace.sources.broken.items()
    )


def _fate(workspace: Workspace, name: str) -> str:
    if name in workspace.sources.refused:
        return "leads to a refused source, so nothing of it is read, built or published"
    return "is broken, so its last good rows stay as they are"


def awaits_contact(workspace: Workspace, source: Source) -> bool:
    """Say whether a live feed asks nobody yet because its owner has set no contact."""
    return source.is_crawled and source.feed.world == "real" and not workspace.settings.contact.strip()


def contact_problem(workspace: Workspace, sources: Iterable[Source]) -> tuple[Problem, ...]:
    """Return, once for all, which of these feeds wait for their owner's contact; nothing where none does."""
    names = [source.name for source in sources if awaits_contact(workspace, source)]
    if not names:
        return ()
    run = f"whisky run{home_words(workspace)}"
    return (
        Problem(
            code=ExitCode.DONE,
            subject=f"feed {names[0]}" if len(names) == 1 else f"feeds {', '.join(names)}",
            message="no contact is set, so nobody is asked yet: a shop must be able to write to somebody",
            remedy=f'Set address = "you@example.org" under [contact] in {workspace.home.config_path}, then: '
            f"{run if len(names) > 1 else f'{run} --feed {names[0]}'}",
        ),
    )


def lacking_feeds(workspace: Workspace) -> tuple[Problem, ...]:
    """Return what feeds that are on lack before they ask anybody: a contact, the key of an API, or a browser."""
    feeds = [source for _, source in sorted(workspace.sources.enabled.items())]
    parts = (problem for source in feeds for problem in part_problems(workspace, source))
    return (*contact_problem(workspace, feeds), *parts)


def part_problems(workspace: Workspace, source: Source) -> tuple[Problem, ...]:
    """Return what one feed lacks of its own, switched on or not: the key of its API, or a browser."""
    return (*key_problem(workspace, source), *browser_problem(source))


def lacks(workspace: Workspace, source: Source) -> bool:
    """Say whether a feed lacks anything before it can ask: no run tries it before that is there."""
    return awaits_contact(workspace, source) or bool(part_problems(workspace, source))


FEED_HEADERS = (
    *("feed", "title", "kind", "state", "last run", "last read", "rows read", "listings", "refused", "health"),
)


def feed_table(workspace: Workspace) -> list[tuple[object, ...]]:
    """Return one row a feed, as `FEED_HEADERS` says: its state, last run, counts as it was last read, and health."""
    return [feed_row(workspace, name) for name in workspace.sources.names]


REFUSAL_HEADERS = ("source", "state", "because", "instead")


def refusal_table() -> list[tuple[str, str, str, str]]:
    """Return one row for each source that no feed asks without a permission, as `REFUSAL_HEADERS` says."""
    return [(one.name, one.state, one.reason, one.instead) for one in shipped_refusals()]


def feed_row(workspace: Workspace, name: str) -> tuple[object, ...]:
    """Return the row of one feed that there is."""
    source = workspace.sources.sources.get(name)
    if source is None:
        state = "refused" if name in workspace.sources.refused else "broken"
        return (name, "", "", state, "", "", None, None, None, f"its TOML {_fate(workspace, name)}")
    documents: list[DocumentRead] = list(workspace.head_rows(name, "staged/documents"))
    last = max((document.last_fetched_at for document in documents), default=None)
    read = "never" if last is None else f"{last:%Y-%m-%d}"
    crawl = _last_crawl(workspace, name)
    listed = workspace.heads().get(name, {}).get("staged/listings")
    return (
        name,
        source.feed.title,
        "crawl" if source.is_crawled else "file",
        _state(workspace, source),
        _told_of(crawl) if source.is_crawled else read,
        read,
        sum(document.rows_read for document in documents),
        0 if listed is None else listed.rows,
        sum(document.refused_rows for document in documents),
        _health(workspace, source, documents, crawl),
    )


def _state(workspace: Workspace, source: Source) -> str:
    if not source.feed.enabled or part_problems(workspace, source):
        return "off"
    if awaits_contact(workspace, source):
        return "waiting"
    if source.feed.name in workspace.held_feeds():
        return "held by undo"
    if is_due(workspace, source):
        return "due"
    return "read" if workspace.heads().get(source.feed.name) else "new"


def _last_crawl(workspace: Workspace, feed: str) -> CrawlRow | None:
    with workspace.db.reading() as connection:
        return next(iter(crawl_log(connection, feed, limit=1)), None)


def _told_of(crawl: CrawlRow | None) -> str:
    """Return when a feed was last crawled and how that ended."""
    if crawl is None:
        return "never"
    if crawl.finished_at is None:
        return f"{crawl.started_at:%Y-%m-%d}, did not end"
    pending = crawl.counts.get("pending", 0)
    left = f", {pending:,} pages pending" if pending else ""
    return f"{crawl.started_at:%Y-%m-%d}{f', stopped by {crawl.stopped}' if crawl.stopped else ''}{left}"


def _health(workspace: Workspace, source: Source, documents: Sequence[DocumentRead], crawl: CrawlRow | None) -> str:
    """Return in a few words what is amiss with a feed, the gravest first; `ok` where nothing is."""
    if not source.feed.enabled:
        return ""
    if awaits_contact(workspace, source):
        return "no contact is set"
    if key_problem(workspace, source) and source.fetch is not None and source.fetch.key is not None:
        return f"no key: {source.fetch.key.env} is not set"
    if browser_problem(source):
        return "no browser is installed"
    if crawl is not None and crawl.stopped == MASS_LOSS:
        return "much was gone: look, then --accept-loss"
    if crawl is not None and crawl.counts.get("deferred"):
        return "its host asked to wait"
    if stale_feeds(workspace, [source.name]):
        return f"stale: due every {source.feed.cadence_days} days"
    if crawl is not None and crawl.counts.get("failed"):
        return f"{crawl.counts['failed']:,} pages failed"
    return _health_of_rows(documents)


def _health_of_rows(documents: Sequence[DocumentRead]) -> str:
    if not documents:
        return "never read"
    rows = sum(document.rows_read for document in documents)
    refused = sum(document.refused_rows for document in documents)
    if refused > MOST_REFUSED_SHARE * rows:
        return f"{refused / rows:.0%} of its rows are refused"
    return "ok" if rows else "what was read tells no product"
