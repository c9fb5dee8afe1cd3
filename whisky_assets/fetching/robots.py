"""What a site's robots.txt allows us, by RFC 9309: asked once a day, and no answer means no.

Not here: who fetches the file (the visitor hands that in, behind the same gate and pace).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from protego import Protego

from whisky_assets.domain.errors import FetchError
from whisky_assets.fetching.addresses import host_of, origin_of
from whisky_assets.fetching.failures import ROBOTS, ROBOTS_UNREACHABLE, BlockedAnswerError, LaterAnswerError, code_of
from whisky_assets.fetching.machine import MachineClock
from whisky_assets.fetching.transport import BODY_STATUSES, ROBOTS_TOKEN, Answer
from whisky_assets.storage.state import StateDatabase

RULES_BYTES = 500 * 1024
"""RFC 9309 section 2.5: a crawler reads at least the first 500 kibibytes; more is cut."""

FRESH_SECONDS = 86_400.0
UNREACHABLE_SECONDS = 60.0
"""How long an unreachable file counts as such: short, so that a mended site is back with the next run."""

LONGEST_DELAY_SECONDS = 3_600.0
_RULE_LINE = re.compile(r"^\s*(user-?agent|allow|disallow|crawl-delay|sitemap)\s*:", re.IGNORECASE | re.MULTILINE)
_COMMENT = re.compile(r"#[^\r\n]*")

FetchRobots = Callable[[str], Answer]
"""The robots address to its final answer after at most five redirects; raises FetchError."""


@dataclass(frozen=True, slots=True)
class _Found:
    outcome: str
    reason: str
    rules: str


class Robots:
    """Decides by the site's own words; knows each origin's file for a day, in memory and on disk."""

    def __init__(self, database: StateDatabase, fetch: FetchRobots, machine: MachineClock) -> None:
        """Take the state database, the way to fetch a robots.txt, and the machine's clock."""
        self._database = database
        self._fetch = fetch
        self._machine = machine
        self._known: dict[str, tuple[_Found, Protego | None]] = {}

    def require_allowed(self, url: str, *, is_permitted: bool = False) -> float:
        """Accept an address that the site allows us, and return the crawl-delay in seconds that it asks for, or 0.

        `is_permitted` sets a rule aside that disallows it, by a permission that its owner wrote down; the crawl-delay
        stays, and so does the no of a robots.txt that cannot be read.

        Raises:
            BlockedAnswerError: a rule disallows it (code `robots`).
            LaterAnswerError: robots.txt cannot be read (code `robots_unreachable`), which RFC 9309 counts as a no;
                or the host is deferred.
        """
        found, rules = self._rules_of(origin_of(url))
        if found.outcome == "unreachable":
            raise LaterAnswerError(
                f"{origin_of(url)}/robots.txt cannot be read ({found.reason}), so nothing of it is fetched.",
                code=ROBOTS_UNREACHABLE,
                host=host_of(url),
                remedy="The next run asks again.",
            )
        if rules is None:
            return 0.0
        if not is_permitted and not rules.can_fetch(url, ROBOTS_TOKEN):
            raise BlockedAnswerError(
                f"{url}: the site's robots.txt disallows it to us.",
                code=ROBOTS,
                remedy="Leave it out of the feed, or ask the site.",
            )
        # A group of ours hides the delay of `*`; a delay only ever raises the pace, so the larger one counts.
        delays = (rules.crawl_delay(ROBOTS_TOKEN), rules.crawl_delay("*"))
        return min(max((delay for delay in delays if delay), default=0.0), LONGEST_DELAY_SECONDS)

    def _rules_of(self, origin: str) -> tuple[_Found, Protego | None]:
        if origin not in self._known:
            found = self._cached(origin)
            if found is None:
                found = self._ask(origin)
                self._keep(origin, found)
            self._known[origin] = (found, Protego.parse(found.rules) if found.outcome == "rules" else None)
        return self._known[origin]

    def _cached(self, origin: str) -> _Found | None:
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT outcome, reason, rules, fetched_wall FROM robots_cache WHERE origin = ?", (origin,)
            ).fetchone()
        if row is None:
            return None
        age = self._machine.wall() - row[3]
        fresh = UNREACHABLE_SECONDS if row[0] == "unreachable" else FRESH_SECONDS
        return _Found(row[0], row[1], row[2]) if 0 <= age < fresh else None

    def _keep(self, origin: str, found: _Found) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO robots_cache (origin, fetched_wall, outcome, reason, rules)"
                " VALUES (?, ?, ?, ?, ?)",
                (origin, self._machine.wall(), found.outcome, found.reason, found.rules),
            )

    def _ask(self, origin: str) -> _Found:
        try:
            answer = self._fetch(f"{origin}/robots.txt")
        except LaterAnswerError as error:
            if error.host:
                raise
            return _Found("unreachable", error.code, "")
        except FetchError as error:
            return _Found("unreachable", code_of(error), "")
        return read_robots(answer)


def read_robots(answer: Answer) -> _Found:
    """Return what a robots.txt answer means: its rules, none at all, or that it cannot be read.

    4xx allows everything (RFC 9309 section 2.3.1.3), 5xx nothing (2.3.1.4). A 200 page without one rule line, as a
    home page sent for every address, counts as unreadable; an empty file, or comments alone, as no rules.
    """
    if 400 <= answer.status < 500:
        return _Found("none", f"status {answer.status}", "")
    if answer.status not in BODY_STATUSES:
        return _Found("unreachable", f"status {answer.status}", "")
    body = answer.body
    if answer.is_cut:
        body = body[: body.rfind(b"\n") + 1]
    text = body.decode("utf-8-sig", "replace").replace("\x00", "")
    if _RULE_LINE.search(text) and not text.lstrip().startswith("<"):
        return _Found("rules", "", text)
    if not _COMMENT.sub("", text).strip():
        return _Found("none", "an empty file", "")
    return _Found("unreachable", "a page without a single rule", "")
