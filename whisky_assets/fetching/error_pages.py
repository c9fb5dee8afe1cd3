"""Whether a page that came with status 200 says that there is none (a soft 404): by its reader, and by a probe.

The probe is an address of the same host where nothing can be. Its answer is what the site says of a page that is gone.
Not here: what pages tell (ports), and what a miss comes to (`entries`, `losses`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from whisky_assets.domain.errors import ExitCode, FetchError, InputRefusedError, WhiskyError
from whisky_assets.domain.records import Page
from whisky_assets.fetching.addresses import origin_of
from whisky_assets.fetching.entries import Entry
from whisky_assets.fetching.failures import LaterAnswerError, RefusedAnswerError
from whisky_assets.fetching.plan import PAGE, CrawlPlan, CrawlPorts
from whisky_assets.fetching.tally import Tally
from whisky_assets.fetching.transport import BODY_STATUSES
from whisky_assets.fetching.verdict import page_of
from whisky_assets.fetching.visitor import Visitor

_TOKEN_DIGITS = 24


class ErrorPages:
    """Tells error pages of one run; a host is probed at most once, and only where the plan says `probes`."""

    def __init__(
        self, plan: CrawlPlan, ports: CrawlPorts, visitor: Visitor, tally: Tally, now: Callable[[], datetime]
    ) -> None:
        """Take the plan, the readers, and the way to ask."""
        self._plan = plan
        self._ports = ports
        self._visitor = visitor
        self._tally = tally
        self._now = now
        self._probes: dict[str, Page | None] = {}

    def holds(self, page: Page) -> bool:
        """Return whether a page says that there is none; what a reader cannot tell counts as no.

        Raises:
            RefusedAnswerError: the body is no page at all.
            LaterAnswerError: the host that is to be probed waits, so nobody can tell yet.
            BudgetSpentError: the run has no request left for a probe.
        """
        if self._is_told(page):
            return True
        probe = self._probe(page.url) if self._plan.probes and page.role == PAGE else None
        return probe is not None and self._ports.says_the_same(page, probe)

    def _is_told(self, page: Page) -> bool:
        try:
            return self._ports.is_error_page(page)
        except InputRefusedError as error:
            raise RefusedAnswerError(error.message, code=error.reason, remedy=error.remedy) from error
        except WhiskyError as error:
            self._tally.tell_error(ExitCode.PARTLY, page.url, "error_page", error)
            return False

    def _probe(self, url: str) -> Page | None:
        """Return what a host answers, with status 200, where nothing can be; None where it says so by its status."""
        origin = origin_of(url)
        if origin not in self._probes:
            self._probes[origin] = self._asked(f"{origin}{urlsplit(url).path.rpartition('/')[0]}/{_nowhere(url)}")
        return self._probes[origin]

    def _asked(self, url: str) -> Page | None:
        try:
            visit = self._visitor.visit(url)
        except LaterAnswerError as error:
            if error.host:
                raise
            return None
        except FetchError:
            return None
        if visit.landed != url or visit.answer.status not in BODY_STATUSES or not visit.answer.body:
            return None
        moment = self._now()
        entry = Entry(feed=self._plan.feed, url=url, role=PAGE, depth=0, first_seen=moment, due=moment)
        return page_of(entry, visit.answer, moment)


def _nowhere(url: str) -> str:
    """Return a path segment that no site has; the same for the same address, so that nothing is left to chance."""
    return hashlib.sha256(f"nothing can be here: {url}".encode()).hexdigest()[:_TOKEN_DIGITS]
