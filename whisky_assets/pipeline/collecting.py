"""Brings a feed's bytes into the raw archive: a polite crawl, files of the inbox, and what a person imports.

Each page is acknowledged in the transaction that moves its frontier; a file before it leaves the inbox. Nothing is read
here for what it says, but for links. Not here: reading (`staging`).
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import mimetypes
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from whisky_assets.domain.errors import ExitCode, FetchError, InputRefusedError, UsageError
from whisky_assets.domain.outcome import CheckResult, NewTable, Outcome, Problem
from whisky_assets.domain.record import spec_of
from whisky_assets.domain.records import Page
from whisky_assets.fetching.crawl import crawl
from whisky_assets.fetching.plan import INDEX, CrawlLimits, CrawlPlan, CrawlPorts, CrawlReport, Links, Start
from whisky_assets.fetching.transport import GuardedTransport, TransportLimits
from whisky_assets.pipeline.checks import schema_check
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.inbox import TAKEN, claimed
from whisky_assets.pipeline.keys import carry_key
from whisky_assets.pipeline.permissions import robots_set_aside
from whisky_assets.pipeline.rendering import page_transport, with_refusals
from whisky_assets.pipeline.reports import keep_report
from whisky_assets.pipeline.staging import unread_documents
from whisky_assets.pipeline.tables import PAGES, pages_of
from whisky_assets.pipeline.underway import begin_ingest
from whisky_assets.pipeline.workspace import Step, Workspace
from whisky_assets.sample.server import SampleServer
from whisky_assets.sample.world import World
from whisky_assets.sources.crawling import is_error_page, listed_by, needs_probe, says_the_same, start_links
from whisky_assets.sources.document import RawDocument
from whisky_assets.sources.moved import canonical_of, is_same_product
from whisky_assets.sources.noise import content_digest
from whisky_assets.sources.reading import stated_as_of
from whisky_assets.sources.source import Source
from whisky_assets.storage.packing import by_packing

_APART = timedelta(microseconds=1)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How far one crawl may go, and whether a mass loss is real; nothing given is any requests in the default time box.

    A crawl that its default time box ends goes on the next time; one that a given limit ends says so (5).
    """

    max_requests: int | None = None
    max_minutes: float | None = None
    accept_loss: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _LastPage:
    fetched_at: datetime
    body_sha256: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file in the raw archive; `new` is False where the last one kept under its name has the same bytes."""

    name: str
    sha256: str
    size_bytes: int
    as_of: datetime
    new: bool


def collect(step: Step, feed: str, limits: Limits) -> Outcome:
    """Fetch what is due of one feed, or take its files from the inbox; returns the feed's raw pages.

    Raises:
        UsageError: the feed cannot run, or a live source is asked for without a contact or its key.
        BusyError: another run works on the feed.
        FetchError: not one page could be had, and nothing of the feed is held either.
    """
    workspace = step.workspace
    source = workspace.source(feed)
    step.lock(f"feed/{feed}")
    with workspace.db.transaction() as connection:
        begin_ingest(connection, feed, step.build)
    before = len(workspace.store.segments(PAGES, feed))
    if source.is_crawled:
        report = _crawl(step, source, limits)
        counts, problems = report.counts(), _named(workspace, report)
        budget = _budget_problems(workspace, report, limits)
    else:
        budget = []
        kept, problems = _take_files(workspace, source)
        counts = {"files": len(kept), "new_files": sum(one.new for one in kept)}
    segments = workspace.store.segments(PAGES, feed)
    if source.is_crawled and problems and not segments:
        raise FetchError(f"not one page of {feed} could be had: {problems[0].message}", remedy=problems[0].remedy)
    table = NewTable(
        dataset=PAGES,
        partition=feed,
        rows=(),
        carried=tuple(segment.id for segment in segments),
        made=sum(segment.rows for segment in segments[before:]),
        carried_rows=sum(segment.rows for segment in segments[:before]),
        checks=(_pages_check(workspace, feed),),
    )
    outcome = Outcome(tables={PAGES: table}, counts=counts, problems=(*problems, *budget, *robots_set_aside(source)))
    keep_report(step, f"collect {feed}", outcome)
    return outcome


def _pages_check(workspace: Workspace, feed: str) -> CheckResult:
    """Return whether every page of a feed keeps its schema; bodies are bytes of any kind and are not read for it."""
    told = [column for column in spec_of(Page).columns if column.name != "body"]
    names = [column.name for column in told]
    rows = [Page(**row, body=b"") for row in pages_of(workspace, feed).columns(names)]
    return schema_check(PAGES, rows)


def import_path(workspace: Workspace, path: Path, feed: str) -> KeptFile:
    """Keep a file of a person under a feed, unchanged.

    Raises:
        UsageError: the file does not exist or is a folder, or the feed is crawled, broken or off.
        InputRefusedError: the file is empty, or states no date where its feed needs one.
    """
    source = workspace.source(feed)
    if source.is_crawled:
        files = ", ".join(name for name, one in sorted(workspace.sources.enabled.items()) if not one.is_crawled)
        raise UsageError(f"feed {feed} is crawled and reads no files", remedy=f"Feeds of files: {files or 'none'}.")
    try:
        body = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError) as error:
        raise UsageError(f"{path} is no file", remedy="Name the price list that you downloaded.") from error
    return keep_file(workspace, source, path.name, body)


def keep_file(workspace: Workspace, source: Source, name: str, body: bytes) -> KeptFile:
    """Keep bytes as one raw page `file:NAME`, but for those that were the last to be kept under this name.

    Each page of a name has a moment of its own, also where the clock stands still.

    Raises:
        InputRefusedError: there are no bytes, or the file states no date where its feed needs one.
    """
    if not body:
        raise InputRefusedError(f"{name} is empty", reason="empty_file", remedy="Download it again and import that.")
    now = workspace.now()
    feed = source.feed.name
    sha256 = hashlib.sha256(body).hexdigest()
    as_of = stated_as_of(source, name, body, now)
    url = f"file:{name}"
    kept = KeptFile(name=name, sha256=sha256, size_bytes=len(body), as_of=as_of or now, new=True)
    last = _last_pages(workspace, feed).get(url)
    if last is not None and last.body_sha256 == sha256:
        return dataclasses.replace(kept, new=False)
    page = Page(
        feed=feed,
        url=url,
        fetched_at=now if last is None else max(now, last.fetched_at + _APART),
        as_of=as_of,
        role="file",
        status=200,
        media_type=mimetypes.guess_type(name)[0] or "",
        body_sha256=sha256,
        body=body,
    )
    workspace.store.write(Page, [page], partition=feed, now=now)
    return kept


def delivered_by_sample(workspace: Workspace, source: Source) -> list[tuple[str, bytes]]:
    """Return the files that a sample shop has sent by the home's week and that are not kept yet."""
    if workspace.home.world != "sample" or source.is_crawled:
        return []
    held = _last_pages(workspace, source.feed.name)
    world = sample_world(workspace)
    sent = [file for week in range(1, workspace.week + 1) for file in world.files(week).get(source.feed.name, ())]
    return [(name, body) for name, body in sent if f"file:{name}" not in held]


def sample_world(workspace: Workspace) -> World:
    """Return the sample world of a home: the whole one, or its cut of 40 listings where the home has a file `cut`."""
    return World(cut=40 if (workspace.home.root / "cut").exists() else None)


def _last_pages(workspace: Workspace, feed: str) -> dict[str, _LastPage]:
    """Return the page of each URL of a feed that was kept last."""
    found: dict[str, _LastPage] = {}
    for row in pages_of(workspace, feed).columns(("url", "fetched_at", "body_sha256")):
        held = found.get(row["url"])
        if held is None or row["fetched_at"] > held.fetched_at:
            found[row["url"]] = _LastPage(fetched_at=row["fetched_at"], body_sha256=row["body_sha256"])
    return found


def _take_files(workspace: Workspace, source: Source) -> tuple[list[KeptFile], list[Problem]]:
    """Keep every waiting file of a feed; one that cannot be dated stays in the inbox and is named."""
    kept: list[KeptFile] = []
    problems: list[Problem] = []
    for name, body in delivered_by_sample(workspace, source):
        kept.append(keep_file(workspace, source, name, body))
    for file in claimed(workspace, source.feed.name):
        try:
            kept.append(keep_file(workspace, source, file.path.name, file.path.read_bytes()))
        except InputRefusedError as error:
            problems.append(
                Problem(code=ExitCode.PARTLY, subject=file.label, message=error.message, remedy=error.remedy)
            )
            continue
        folder = workspace.home.inbox / TAKEN / source.feed.name
        folder.mkdir(parents=True, exist_ok=True)
        file.path.replace(folder / file.path.name)
    return kept, problems


def _crawl(step: Step, source: Source, limits: Limits) -> CrawlReport:
    workspace = step.workspace
    fetch = source.fetch
    if fetch is None:
        raise UsageError(f"feed {source.feed.name} has no [fetch]", remedy=f"Add it in {source.path}.")
    plan = CrawlPlan(
        feed=source.feed.name,
        start=tuple(Start(url=link.url, role=link.role) for link in start_links(source)),
        origins=fetch.origins,
        pace_seconds=fetch.pace_seconds,
        per_hour=fetch.per_hour,
        max_pages=fetch.max_pages,
        index_days=fetch.index_days,
        page_days=fetch.page_days,
        jitter_share=fetch.jitter_share,
        paces=fetch.paces,
        permitted=source.robots_set_aside,
        probes=needs_probe(source),
    )
    if source.pages is None:
        # Each page of a list is found on the one before: that many follow each other is no maze.
        plan = dataclasses.replace(plan, max_depth=fetch.max_pages)
    held = _held_bodies(workspace, source.feed.name)
    with (
        open_transport(workspace, TransportLimits(deadline_seconds=fetch.deadline_seconds)) as guarded,
        page_transport(source, fetch, guarded) as transport,
    ):
        carry_key(workspace, source, guarded)
        ports = CrawlPorts(
            transport=transport,
            database=workspace.db,
            store_pages=lambda connection, pages: _store_pages(workspace, source.feed.name, connection, pages),
            find_links=lambda page: _links(source, page),
            is_error_page=lambda page: page.role == "page" and is_error_page(source, _document(page)),
            says_the_same=lambda page, probe: says_the_same(source, _document(page), _document(probe)),
            digest_content=lambda page: content_digest(source, _document(page)),
            canonical_of=lambda page: canonical_of(source, _document(page)),
            is_same_product=lambda here, there: is_same_product(source, _document(here), _document(there)),
            has_body=lambda url, fetched_at: (url, fetched_at) in held,
            kept_page=lambda url, fetched_at: _kept_page(workspace, source.feed.name, url, fetched_at),
        )
        report = crawl(
            plan,
            ports,
            run=step.run,
            now=workspace.now,
            progress=step.progress,
            limits=_crawl_limits(limits, reread_indexes=_has_unread_index(workspace, source)),
        )
        return with_refusals(report, transport, step.progress)


def _has_unread_index(workspace: Workspace, source: Source) -> bool:
    """Whether a kept index is not read as its TOML and reader now stand, so that it may hold links that nobody took."""
    unread = unread_documents(workspace, source, pages_of(workspace, source.name))
    return any(document.role == INDEX for document in unread)


def _crawl_limits(limits: Limits, *, reread_indexes: bool) -> CrawlLimits:
    told = CrawlLimits(
        max_requests=limits.max_requests or None, accept_loss=limits.accept_loss, reread_indexes=reread_indexes
    )
    return told if limits.max_minutes is None else dataclasses.replace(told, max_minutes=limits.max_minutes)


def _held_bodies(workspace: Workspace, feed: str) -> set[tuple[str, datetime]]:
    """Return URL and fetch time of every page whose body the raw archive holds."""
    return {(row["url"], row["fetched_at"]) for row in pages_of(workspace, feed).columns(("url", "fetched_at"))}


def _kept_page(workspace: Workspace, feed: str, url: str, fetched_at: datetime) -> Page | None:
    """Return one page of the raw archive with its body, None where it is not held."""
    rows = pages_of(workspace, feed).rows({"url": url, "fetched_at": fetched_at})
    return next(iter(rows), None)


def _named(workspace: Workspace, report: CrawlReport) -> list[Problem]:
    """Return a crawl's problems under the name of its feed; which host or page it was, each message says itself.

    Fetching knows no home: a command that it ends a remedy with gets this one's words.
    """
    home = home_words(workspace)
    return [
        dataclasses.replace(
            problem, subject=f"feed {report.feed}", remedy=problem.remedy.replace("whisky run ", f"whisky run{home} ")
        )
        for problem in report.problems
    ]


def _budget_problems(workspace: Workspace, report: CrawlReport, limits: Limits) -> list[Problem]:
    """Return that a limit which a person gave ended the crawl; the default time box is no problem."""
    given = {
        "max_requests": (limits.max_requests, f"--max-requests {limits.max_requests}"),
        "max_minutes": (limits.max_minutes, f"--max-minutes {limits.max_minutes:g}" if limits.max_minutes else ""),
    }
    # A pace whose next turn lies past the time box ends the crawl by the time box.
    value, words = given.get("max_minutes" if report.stopped == "pace" else report.stopped, (None, ""))
    if value is None:
        return []
    return [
        Problem(
            code=ExitCode.BUDGET,
            subject=f"feed {report.feed}",
            message=f"stopped at {words} with {report.pending:,} pages pending",
            remedy=f"Go on: whisky run{home_words(workspace)} --feed {report.feed}",
        )
    ]


@contextlib.contextmanager
def open_transport(workspace: Workspace, limits: TransportLimits) -> Iterator[GuardedTransport]:
    """Open the guarded transport; in a sample home the sample shops are served for as long.

    Raises:
        UsageError: a real home has no contact yet.
    """
    if workspace.home.world == "real":
        _require_contact(workspace)
        with GuardedTransport(contact=workspace.settings.contact, limits=limits) as transport:
            yield transport
        return
    dead, dead_how = _dead_shops(workspace)
    with (
        SampleServer(workspace.week, dead=dead, dead_how=dead_how, world=sample_world(workspace)) as server,
        GuardedTransport(resolve=server.resolve(), limits=limits) as transport,
    ):
        yield transport


def _require_contact(workspace: Workspace) -> None:
    """Refuse to ask a live site anything before the owner has said whom it can write to."""
    if not workspace.settings.contact.strip():
        raise UsageError(
            "no live site is asked before you have set a contact: a shop must be able to write to somebody",
            remedy=f'Set address = "you@example.org" under [contact] in {workspace.home.config_path}',
        )


def _dead_shops(workspace: Workspace) -> tuple[frozenset[str], Literal["error", "silent"]]:
    """Return the sample shops that do not work: a home's file `dead_shops` names them, `FEED` or `FEED:silent`."""
    path = workspace.home.root / "dead_shops"
    words = path.read_text(encoding="utf-8").split() if path.exists() else []
    is_silent = any(word.endswith(":silent") for word in words)
    return frozenset(word.partition(":")[0] for word in words), "silent" if is_silent else "error"


def _store_pages(workspace: Workspace, feed: str, connection: sqlite3.Connection, pages: Sequence[Page]) -> None:
    """Publish the batch's file, then its row in the transaction that also moves the frontier."""
    for rows in by_packing(Page, pages):
        workspace.store.write(Page, rows, partition=feed, now=workspace.now(), connection=connection)


def _document(page: Page) -> RawDocument:
    return RawDocument(
        url=page.url,
        role=page.role,
        media_type=page.media_type,
        charset=page.charset,
        body=page.body,
        fetched_at=page.fetched_at,
        as_of=page.as_of,
    )


def _links(source: Source, page: Page) -> Links:
    listed = listed_by(source, _document(page))
    return Links(
        pages=tuple(link.url for link in listed.links if link.role == "page"),
        indexes=tuple(link.url for link in listed.links if link.role == "index"),
        total=listed.total,
        items=listed.items,
        modified={link.url: link.modified for link in listed.links if link.modified is not None},
    )
