"""One run of one feed's crawl: visits what is due as a polite guest and acknowledges it batch by batch.

A dead host, a lost page or a killed process costs nothing that was acknowledged. Not here: reading pages, segments and
locks, which pipeline owns and hands in as ports.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from whisky_assets.domain.errors import BlockedError, ExitCode, FetchError, WhiskyError
from whisky_assets.domain.outcome import Progress
from whisky_assets.domain.records import Page
from whisky_assets.fetching import closing, entries
from whisky_assets.fetching.addresses import host_of
from whisky_assets.fetching.batch import Batch
from whisky_assets.fetching.deferrals import release_parked
from whisky_assets.fetching.discovery import Book
from whisky_assets.fetching.ending import Ending
from whisky_assets.fetching.entries import Entry
from whisky_assets.fetching.error_pages import ErrorPages
from whisky_assets.fetching.failures import (
    BAD_TLS,
    DEADLINE,
    HOST_DEFERRED,
    MALFORMED,
    NO_ANSWER,
    PRIVATE_PEER,
    ROBOTS,
    UNKNOWN_NAME,
    UNREACHABLE,
    LaterAnswerError,
    RefusedAnswerError,
    code_of,
)
from whisky_assets.fetching.frontier import load_entries, save_entries, write_crawl
from whisky_assets.fetching.hosts import HostQueues
from whisky_assets.fetching.losses import Losses
from whisky_assets.fetching.machine import MachineClock
from whisky_assets.fetching.moves import Move, Moves
from whisky_assets.fetching.plan import INDEX, CrawlLimits, CrawlPlan, CrawlPorts, CrawlReport, Links
from whisky_assets.fetching.tally import MASS_LOSS, Tally
from whisky_assets.fetching.verdict import CHALLENGE, NOT_MODIFIED, Body, Missed, Same, Verdict, judge, page_of
from whisky_assets.fetching.visitor import BudgetSpentError, Visit, Visitor

DEAD = "dead"
BLOCKED = "blocked"
DEFERRED = "deferred"
_DISTRUSTED = frozenset({BAD_TLS, PRIVATE_PEER})
_SILENT = frozenset({DEADLINE, NO_ANSWER, UNKNOWN_NAME, UNREACHABLE})


def crawl(
    plan: CrawlPlan,
    ports: CrawlPorts,
    *,
    run: str,
    now: Callable[[], datetime],
    progress: Progress,
    limits: CrawlLimits | None = None,
    machine: MachineClock | None = None,
) -> CrawlReport:
    """Visit what is due of one feed and return what became of it; the caller holds the feed's lock.

    Pages are stored through `ports.store_pages`, each batch in one transaction with the frontier that moved by it. A
    kill at any moment loses no such page; the next run asks again for what was not yet in a batch written down.
    Trouble of a site is never raised: it stands in the report and in the frontier, and the last good page stays.

    Args:
        plan: the feed's crawl as declared.
        ports: transport, state database, and what pipeline does with pages.
        run: name of this run; two misses of one page count only in two runs.
        now: the data's clock, aware UTC; it may stand still.
        progress: told each visited address.
        limits: budgets of this run.
        machine: the machine's clock, for pace, deferrals and time boxes.

    Raises:
        UsageError: the plan cannot be meant, or a live site is asked for without a contact.
        WhiskyError: the state database or the writer of pages fails; what was acknowledged stays.
    """
    running = _Crawl(
        plan.checked(),
        ports,
        run=run,
        now=now,
        progress=progress,
        limits=limits or CrawlLimits(),
        machine=machine or MachineClock(),
    )
    return running.go()


class _Crawl:
    """The state of one run; `go` is called once."""

    def __init__(
        self,
        plan: CrawlPlan,
        ports: CrawlPorts,
        *,
        run: str,
        now: Callable[[], datetime],
        progress: Progress,
        limits: CrawlLimits,
        machine: MachineClock,
    ) -> None:
        self._plan = plan
        self._ports = ports
        self._run = run
        self._now = now
        self._progress = progress
        self._limits = limits
        self._machine = machine
        self._stopped = ""
        self._attempts: Counter[str] = Counter()
        self._tally = Tally(progress)
        self._started_at = now()
        with ports.database.transaction() as connection:
            write_crawl(connection, closing.crawl_row(CrawlReport(feed=plan.feed, run=run), self._started_at, None))
            self._book = Book(plan, load_entries(connection, plan.feed))
            if limits.accept_loss:
                release_parked(connection, {host_of(origin) for origin in plan.origins})
        self._losses = Losses(self._book, plan.loss_share, self._started_at)
        self._queues = HostQueues(machine.monotonic)
        self._batch = Batch(ports.database, ports.store_pages, limits, machine.monotonic)
        self._visitor = Visitor(
            plan,
            transport=ports.transport,
            database=ports.database,
            limits=limits,
            machine=machine,
            before_wait=self._batch.flush_if_due,
        )
        self._error_pages = ErrorPages(plan, ports, self._visitor, self._tally, now)
        self._moves = Moves(self._book, self._visitor, ports, self._judge, now)

    def go(self) -> CrawlReport:
        for entry in self._book.add_starts(self._started_at):
            self._batch.add(entry)
        due = self._book.due(self._started_at, self._limits)
        for entry in due:
            self._queues.push(entry)
        self._progress.start(f"fetch {self._plan.feed}", len(due))
        try:
            self._work()
        finally:
            # Also when a person or a budget ends the run from outside: what was read is worth keeping.
            self._batch.flush()
        return self._finish()

    def _work(self) -> None:
        while not self._stopped:
            entry = self._queues.pop()
            if entry is None:
                if not self._rest():
                    return
            elif entry.url not in self._moves.seen_there and entry.url not in self._book.rested:
                self._one(self._book[entry.url])
                self._batch.flush_if_due()

    def _rest(self) -> bool:
        seconds = self._queues.rest_seconds()
        if seconds is None:
            return False
        left = self._visitor.budget.seconds_left()
        if left is not None and seconds >= left:
            self._stopped = "max_minutes"
            return False
        self._batch.flush_if_due(seconds)
        self._machine.sleep(seconds)
        return True

    def _one(self, entry: Entry) -> None:
        try:
            verdict = self._verdict(entry)
        except BudgetSpentError as spent:
            self._queues.push(entry)
            self._stopped = spent.why
            return
        except LaterAnswerError as error:
            self._later(entry, error)
        except FetchError as error:
            self._refuse(entry, error)
        else:
            self._queues.answered(host_of(entry.url))
            self._apply(entry, verdict)

    def _verdict(self, entry: Entry) -> Verdict | Move:
        has_body = entry.good_at is not None and self._ports.has_body(entry.url, entry.good_at)
        headers = self._validators(entry) if has_body else {}
        compared = entry if has_body else replace(entry, body_sha256=None, content_digest=None)
        visit = self._visitor.visit(entry.url, headers)
        is_ours = bool(headers) and visit.landed in (entry.url, entry.moved_to)
        if visit.answer.status == NOT_MODIFIED and not is_ours:
            # Nothing of ours could be unmodified: ask once more, then it is no answer that we can take.
            visit = self._visitor.visit(entry.url)
            if visit.answer.status == NOT_MODIFIED:
                raise RefusedAnswerError(f"{entry.url}: says 304 to a request without validators.", code=MALFORMED)
        move = self._moves.by_redirect(entry, visit)
        if move is not None:
            return move
        verdict = self._judge(compared, visit)
        return self._moves.by_canonical(entry, verdict) or verdict

    def _judge(self, entry: Entry, visit: Visit) -> Verdict:
        return judge(
            entry,
            visit,
            now=self._now(),
            doors=self._book.doors - {entry.url},
            is_error_page=self._error_pages.holds,
            digest_content=self._ports.digest_content,
        )

    def _validators(self, entry: Entry) -> Mapping[str, str]:
        if entry.must_come_whole or (self._limits.reread_indexes and entry.role == INDEX):
            return {}
        told = {"If-None-Match": entry.etag, "If-Modified-Since": entry.last_modified}
        return {name: value for name, value in told.items() if value}

    def _apply(self, entry: Entry, verdict: Verdict | Move) -> None:
        if isinstance(verdict, Move):
            self._move(entry, verdict)
        elif isinstance(verdict, Missed):
            self._miss(entry, verdict)
        elif isinstance(verdict, Same):
            self._same(entry, verdict)
        else:
            self._body(entry, verdict)
        self._progress.advance()

    def _move(self, entry: Entry, move: Move) -> None:
        self._book.put(move.target)
        if isinstance(move.verdict, Same):
            self._same(move.target, move.verdict)
        elif isinstance(move.verdict, Body):
            self._body(move.target, move.verdict)
        self._keep(entries.after_move(entry, move.target.url, self._now()))
        self._tally.count("moved")

    def _body(self, entry: Entry, verdict: Body) -> None:
        headers = verdict.headers
        moved = entries.after_body(entry, verdict.page, self._plan, verdict.moved_to, verdict.content_digest)
        moved = entries.with_validators(moved, headers.get("etag"), headers.get("last-modified"))
        self._keep(moved, verdict.page)
        self._tally.count("fetched")
        self._discover(verdict.page)

    def _same(self, entry: Entry, verdict: Same) -> None:
        headers = verdict.answer.headers
        moved = entries.after_unchanged(entry, self._plan, self._now(), verdict.content_digest)
        moved = entries.with_validators(
            moved, headers.get("etag") or entry.etag, headers.get("last-modified") or entry.last_modified
        )
        self._keep(moved)
        self._tally.count("unchanged")
        self._tally.count("noisy", int(verdict.is_noisy))
        if verdict.answer.body and (entry.role == INDEX or entry.reason == entries.PART):
            self._discover(page_of(entry, verdict.answer, self._now()))

    def _miss(self, entry: Entry, verdict: Missed) -> None:
        moved = entries.after_miss(entry, kind=verdict.kind, reason=verdict.reason, run=self._run, now=self._now())
        self._keep(moved)
        self._tally.count("missing")
        self._losses.note(moved)
        if entry.role == INDEX:
            self._index_trouble(entry, FetchError(f"{entry.url}: the index is not there ({verdict.reason})."))
        if self._losses.is_too_much() and not self._limits.accept_loss:
            self._stopped = MASS_LOSS

    def _discover(self, page: Page) -> None:
        try:
            links = self._ports.find_links(page)
        except WhiskyError as error:
            self._tally.tell_error(ExitCode.PARTLY, page.url, "links", error)
            links = Links(whole=False)
        if links.items and self._book.repeats(page):
            message = f"{page.url} is the page that led to it once more, so that its list has no end that can be seen."
            self._tally.tell(ExitCode.PARTLY, page.url, "repeat", message, "Mend how the feed says that pages follow.")
            links = Links(whole=False)
        changed, visit = self._book.discover(page, links, self._now())
        entry = self._book[page.url]
        is_whole = links.whole and not (page.role == INDEX and self._book.is_full)
        read = entries.after_links(entry, links, is_whole=is_whole)
        if read != entry:
            self._keep(read)
        for entry in changed:
            self._batch.add(entry)
        for entry in visit:
            self._queues.push(entry)
        if self._book.is_full:
            message = f"{self._plan.feed}: more than {self._plan.max_pages:,} addresses; the rest is left out."
            self._tally.tell(ExitCode.PARTLY, self._plan.feed, "full", message, "Raise `max_pages` under [fetch].")

    def _later(self, entry: Entry, error: LaterAnswerError) -> None:
        host = host_of(entry.url)
        if error.host == host:
            self._host_waits(entry, error)
            return
        self._attempts[entry.url] += 1
        attempt = self._attempts[entry.url]
        is_last = attempt >= self._limits.attempts or bool(error.host)
        failing = self._queues.failed(entry.url)
        if is_last:
            self._fail(entry, error, later=True)
        else:
            self._queues.push(entry)
            self._queues.rest(host, self._limits.retry_seconds * 2 ** (attempt - 1))
        is_silent = error.code in _SILENT and not self._queues.has_answered(host)
        if failing >= self._limits.host_failures or (is_last and is_silent):
            self._queues.close(host, DEAD)
            self._tally.tell_host(host, DEAD, error)

    def _host_waits(self, entry: Entry, error: LaterAnswerError) -> None:
        host = error.host
        waiting = entries.after_failure(entry, reason=error.code, later=True, plan=self._plan, now=self._now())
        self._keep(waiting)
        self._queues.push(waiting)
        self._attempts[host] += 1
        if error.code == HOST_DEFERRED and error.not_before is not None:
            seconds = error.not_before.timestamp() - self._machine.wall()
            if seconds <= self._limits.wait_seconds and self._attempts[host] < self._limits.attempts:
                self._queues.rest(host, max(seconds, 0.0) + 0.01)
                return
        self._queues.close(host, DEFERRED if error.code == HOST_DEFERRED else DEAD)
        self._tally.tell_host(host, error.code, error)

    def _refuse(self, entry: Entry, error: FetchError) -> None:
        host = host_of(entry.url)
        code = code_of(error)
        self._fail(entry, error, later=False)
        if code == CHALLENGE:
            self._visitor.park(host, reason=code)
        elif code == ROBOTS or not isinstance(error, BlockedError):
            self._queues.answered(host)
            return
        if code == CHALLENGE or code in _DISTRUSTED or self._queues.failed(entry.url) >= self._limits.host_failures:
            self._queues.close(host, BLOCKED)
            self._tally.tell_host(host, BLOCKED, error)

    def _fail(self, entry: Entry, error: FetchError, *, later: bool) -> None:
        self._keep(entries.after_failure(entry, reason=code_of(error), later=later, plan=self._plan, now=self._now()))
        self._tally.count("failed" if later else "refused")
        self._progress.advance()
        if entry.role == INDEX or entry.depth == 0:
            self._index_trouble(entry, error)

    def _index_trouble(self, entry: Entry, error: FetchError) -> None:
        self._tally.tell_error(ExitCode.PARTLY, entry.url, "index", error)

    def _keep(self, entry: Entry, page: Page | None = None) -> None:
        self._book.put(entry)
        self._batch.add(entry, page)

    def _finish(self) -> CrawlReport:
        moment = self._now()
        ending = Ending(self._book, self._losses, self._tally, self._plan.feed)
        if self._stopped == MASS_LOSS:
            changed = ending.forgive(moment)
        else:
            is_whole_run = not self._stopped and not self._queues.waiting()
            changed = ending.settle(moment, accept_loss=self._limits.accept_loss, is_whole_run=is_whole_run)
        report = self._report(moment)
        with self._ports.database.transaction() as connection:
            save_entries(connection, (self._book[entry.url] for entry in changed))
            write_crawl(connection, closing.crawl_row(report, self._started_at, moment))
        return report

    def _report(self, moment: datetime) -> CrawlReport:
        counts = self._tally.counts
        deferred = self._queues.waiting({DEFERRED})
        pending = self._queues.waiting() - deferred + counts["pending"]
        return CrawlReport(
            feed=self._plan.feed,
            run=self._run,
            fetched=counts["fetched"],
            unchanged=counts["unchanged"],
            noisy=counts["noisy"],
            moved=counts["moved"],
            missing=counts["missing"],
            failed=counts["failed"],
            refused=counts["refused"],
            deferred=deferred,
            pending=pending,
            gone=counts["gone"],
            requests=self._visitor.budget.requests,
            discovered=self._book.discovered,
            complete=not self._stopped and closing.is_complete(self._book, self._started_at, moment),
            stopped=self._stopped,
            dead_hosts=tuple(sorted(self._queues.closed())),
            problems=self._tally.problems,
        )
