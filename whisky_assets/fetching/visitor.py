"""One address asked for as a polite guest: deferrals, origins, robots and pace before each request, redirects by hand.

Not here: what the answer means for the frontier (`verdict.py`) and which address is next (`hosts.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from whisky_assets.fetching.addresses import host_of, is_below, redirect_target, require_origin
from whisky_assets.fetching.deferrals import Deferrals
from whisky_assets.fetching.failures import REDIRECTS, RefusedAnswerError
from whisky_assets.fetching.machine import MachineClock
from whisky_assets.fetching.pace import Pace
from whisky_assets.fetching.plan import CrawlLimits, CrawlPlan
from whisky_assets.fetching.robots import RULES_BYTES, Robots
from whisky_assets.fetching.transport import Answer, Transport
from whisky_assets.storage.state import StateDatabase

MOST_REDIRECTS = 5
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
PERMANENT_STATUSES = frozenset({301, 308})
WAIT_STATUSES = frozenset({429, 503})


class BudgetSpentError(Exception):
    """The run's requests, minutes or slots are used up: `why` is the report's `stopped`; it never leaves this room."""

    def __init__(self, why: str) -> None:
        """Keep which budget it was."""
        super().__init__(why)
        self.why = why


class Budget:
    """Counts the requests of one run and knows how many seconds it has left."""

    def __init__(self, limits: CrawlLimits, machine: MachineClock) -> None:
        """Start the run's time now."""
        self.requests = 0
        self._limits = limits
        self._machine = machine
        minutes = limits.max_minutes
        self._ends_at = None if minutes is None else machine.monotonic() + minutes * 60

    def seconds_left(self) -> float | None:
        """Return the seconds left of the run's time box; None without one."""
        return None if self._ends_at is None else self._ends_at - self._machine.monotonic()

    def require_rest(self) -> None:
        """Accept one more request.

        Raises:
            BudgetSpentError: the run's requests or minutes are used up.
        """
        if self._limits.max_requests is not None and self.requests >= self._limits.max_requests:
            raise BudgetSpentError("max_requests")
        left = self.seconds_left()
        if left is not None and left <= 0:
            raise BudgetSpentError("max_minutes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """The last answer to one address, and where it was found after redirects; whether all of them were permanent."""

    answer: Answer
    landed: str
    is_permanent: bool = True


@runtime_checkable
class AsksByItself(Protocol):
    """A transport whose pages ask for more by themselves."""

    def ask_before(self, may_ask: Callable[[str], object]) -> None:
        """Ask this before each such request; it raises a FetchError for a no."""


class Visitor:
    """Visits addresses of one feed; every request, for robots too, is paced, counted and inside the origins."""

    def __init__(
        self,
        plan: CrawlPlan,
        *,
        transport: Transport,
        database: StateDatabase,
        limits: CrawlLimits,
        machine: MachineClock,
        before_wait: Callable[[float], None],
    ) -> None:
        """Take the checked plan and the ports; `before_wait` is told each wait before it begins."""
        self.budget = Budget(limits, machine)
        self._plan = plan
        self._transport = transport
        self._deferrals = Deferrals(database, machine, feed=plan.feed)
        self._robots = Robots(database, self._fetch_robots, machine)
        self._pace = Pace(
            database,
            feed=plan.feed,
            pace_seconds=plan.pace_seconds,
            per_hour=plan.per_hour,
            machine=machine,
            before_wait=before_wait,
            paces=plan.paces,
        )
        if isinstance(transport, AsksByItself):
            transport.ask_before(self._require_welcome)

    def visit(self, url: str, headers: Mapping[str, str] = MappingProxyType({})) -> Visit:
        """Return the final answer to an address, redirects followed.

        Raises:
            BudgetSpentError: a budget of the run does not allow the next request; nothing was sent.
            RefusedAnswerError: outside the origins, too many redirects, too large, malformed.
            LaterAnswerError: the host waits, robots.txt cannot be read, or no whole answer came.
            BlockedAnswerError: robots.txt disallows it, or the peer cannot be trusted.
        """
        return self._follow(url, headers, robots=True)

    def park(self, host: str, *, reason: str) -> None:
        """Leave a host alone, in later runs too, until a person releases it."""
        self._deferrals.park(host, reason=reason)

    def _require_welcome(self, url: str) -> None:
        """Accept what a page asks for by itself: a part of its visit, so neither paced nor counted."""
        require_origin(url, self._plan.origins)
        self._deferrals.require_free(host_of(url))
        self._robots.require_allowed(url)

    def _fetch_robots(self, url: str) -> Answer:
        return self._follow(url, MappingProxyType({}), robots=False).answer

    def _follow(self, url: str, headers: Mapping[str, str], *, robots: bool) -> Visit:
        here = url
        seen = {url}
        is_permanent = True
        for _hop in range(MOST_REDIRECTS + 1):
            answer = self._ask(here, headers, robots=robots)
            if answer.status not in REDIRECT_STATUSES:
                return Visit(answer=answer, landed=here, is_permanent=is_permanent)
            is_permanent = is_permanent and answer.status in PERMANENT_STATUSES
            here = redirect_target(here, answer.headers.get("location"))
            if here in seen:
                raise RefusedAnswerError(f"{url}: its redirects lead in a circle back to {here}.", code=REDIRECTS)
            seen.add(here)
        raise RefusedAnswerError(f"{url}: more than {MOST_REDIRECTS} redirects.", code=REDIRECTS)

    def _ask(self, url: str, headers: Mapping[str, str], *, robots: bool) -> Answer:
        host = host_of(url)
        require_origin(url, self._plan.origins)
        self._deferrals.require_free(host)
        is_permitted = is_below(url, self._plan.permitted)
        delay = self._robots.require_allowed(url, is_permitted=is_permitted) if robots else 0.0
        self.budget.require_rest()
        left = self.budget.seconds_left()
        if not self._pace.wait_for_turn(host, longest_wait=left, at_least=delay):
            raise BudgetSpentError("pace")
        self.budget.requests += 1
        try:
            if robots:
                answer = self._transport.get(url, headers)
            else:
                answer = self._transport.get(url, limit_bytes=RULES_BYTES, cut=True)
        finally:
            self._pace.answered(host)
        if answer.status in WAIT_STATUSES:
            raise self._deferrals.defer(
                host, reason=f"status {answer.status}", retry_after=answer.headers.get("retry-after")
            )
        self._deferrals.answered(host)
        return answer
