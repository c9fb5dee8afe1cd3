"""Asks for one page of a site that no feed declares yet, as politely as a crawl: robots, pace, deadline, one site.

Not here: what is made of the page (`drafting_source`). Nothing is stored but the host's pace and robots.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from whisky_assets.domain.errors import FetchError, UsageError
from whisky_assets.domain.outcome import Progress
from whisky_assets.fetching.machine import MachineClock
from whisky_assets.fetching.peers import is_sample
from whisky_assets.fetching.plan import PAGE, CrawlLimits, CrawlPlan, Start
from whisky_assets.fetching.transport import BODY_STATUSES, TransportLimits
from whisky_assets.fetching.verdict import CHALLENGE
from whisky_assets.fetching.visitor import BudgetSpentError, Visit, Visitor
from whisky_assets.pipeline.collecting import open_transport
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.sources.document import RawDocument
from whisky_assets.sources.fetch_section import DEADLINE_SECONDS, PACE_SECONDS, REQUESTS_PER_HOUR
from whisky_assets.sources.source import origin_of

ASKER = "sources_new"
"""Under which name the requests of drafts are paced; each feed has its own."""

MOST_MINUTES = 3.0
MOST_REQUESTS = 12
"""For one address: robots.txt, the page, and their redirects."""


def ask(workspace: Workspace, url: str, progress: Progress) -> RawDocument:
    """Return the page at an address; redirects lead no further than the same host, with or without `www.`.

    Raises:
        UsageError: no contact is set, or it is no address.
        FetchError: robots.txt, the server or the network refuses it, or it is no page.
    """
    if workspace.home.world == "sample" and not is_sample(urlsplit(url).hostname or ""):
        raise UsageError(
            f"{url}: a sample home asks the sample shops alone",
            remedy="Make a real home: whisky init. Or save the page, and give the file.",
        )
    visit = _visit(workspace, url, progress)
    answer = visit.answer
    if answer.headers.get("cf-mitigated") == CHALLENGE or answer.status not in BODY_STATUSES:
        raise FetchError(
            f"{url} answered with status {answer.status}, so there is no page to draft from.",
            remedy="Open it in a browser. If it shows there, save the page and give the file with --url, if the site's "
            "terms allow that.",
        )
    return RawDocument(
        url=visit.landed,
        role=PAGE,
        media_type=answer.media_type,
        charset=answer.charset,
        body=answer.body,
        fetched_at=workspace.now(),
    )


def _visit(workspace: Workspace, url: str, progress: Progress) -> Visit:
    plan = CrawlPlan(
        feed=ASKER,
        start=(Start(url=url, role=PAGE),),
        origins=_origins(url),
        pace_seconds=0.0 if workspace.home.world == "sample" else PACE_SECONDS,
        per_hour=REQUESTS_PER_HOUR,
    ).checked()
    progress.note(f"asking for {url}")
    with open_transport(workspace, TransportLimits(deadline_seconds=DEADLINE_SECONDS)) as transport:
        visitor = Visitor(
            plan,
            transport=transport,
            database=workspace.db,
            limits=CrawlLimits(max_requests=MOST_REQUESTS, max_minutes=MOST_MINUTES),
            machine=MachineClock(),
            before_wait=lambda seconds: _say_wait(progress, seconds),
        )
        try:
            return visitor.visit(plan.start[0].url)
        except BudgetSpentError as error:
            raise FetchError(
                f"{url}: this host was asked often enough for now ({error.why}).",
                remedy="Try again in an hour, or save the page from your browser and give the file.",
            ) from error


def _say_wait(progress: Progress, seconds: float) -> None:
    if seconds >= 1:
        progress.note(f"waiting {seconds:.0f} s, so as not to hurry the site")


def _origins(url: str) -> tuple[str, ...]:
    """Return the address's own origin and those that the same site uses for it: with `www.` and by https."""
    try:
        own = origin_of(url)
    except ValueError as error:
        raise UsageError(str(error), remedy="Give an address such as https://SHOP/whisky.") from error
    host = urlsplit(own).netloc
    bare = host.removeprefix("www.")
    return tuple(
        dict.fromkeys((own, *(f"{way}://{name}" for way in ("https", "http") for name in (bare, f"www.{bare}"))))
    )
