"""What pages and the browser itself asked for and did not get, counted by name, for the end of a crawl to tell.

Not here: who refuses (`proxy.py` at the socket, `loading.py` by address).
"""

from __future__ import annotations

import threading
from collections import Counter

from whisky_assets.domain.errors import ExitCode
from whisky_assets.domain.outcome import Problem
from whisky_assets.fetching.failures import FOREIGN_ORIGIN, PRIVATE_PEER, ROBOTS

STRANGER = "stranger"
METHOD = "method"
WINDOW = "window"
OVER = "over"
MOST_NAMES = 100
"""Of those that are told by name: a page may invent as many as it likes."""

FURTHER = "any further name"
_LEAVE_OUT = "Nothing needs doing if the pages are whole without it."
_WORDS = {
    FOREIGN_ORIGIN: (
        "is none of the declared origins",
        "If the pages need it, add it to `origins` under [fetch] in the feed's TOML.",
    ),
    PRIVATE_PEER: (
        "leads to no public address",
        "Check the feed's `origins`; a name that leads into a private network is never asked.",
    ),
    ROBOTS: ("is disallowed to us by the site's robots.txt", _LEAVE_OUT),
    METHOD: ("was to be sent something; pages may only ask", _LEAVE_OUT),
    WINDOW: ("was to be opened in a window of its own", _LEAVE_OUT),
    OVER: ("was asked for by no page, or by one that was over", _LEAVE_OUT),
}


class Refusals:
    """Counts refused requests by (why, whom); used from the proxy's threads and the crawl's."""

    def __init__(self) -> None:
        """Start with none."""
        self._counts: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def note(self, why: str, whom: str) -> None:
        """Count one request that was not sent; `whom` is the origin or host that it was meant for.

        Those beyond `MOST_NAMES` are counted together.
        """
        with self._lock:
            key = (why, whom[:200])
            is_told = key in self._counts or len(self._counts) < MOST_NAMES
            self._counts[key if is_told else (why, FURTHER)] += 1

    def counts(self) -> dict[tuple[str, str], int]:
        """Return how often each was refused, sorted."""
        with self._lock:
            return dict(sorted(self._counts.items()))

    def problems(self, feed: str) -> list[Problem]:
        """Return what the feed's pages asked for in vain: no failure, but a person should know of it."""
        return [_problem(feed, why, whom, count) for (why, whom), count in self.counts().items() if why != STRANGER]

    def chatter(self) -> str:
        """Return what the browser itself asked for in one sentence, empty where it kept quiet."""
        strangers = {whom: count for (why, whom), count in self.counts().items() if why == STRANGER}
        if not strangers:
            return ""
        return f"Chromium asked {', '.join(strangers)} by itself; refused {sum(strangers.values()):,} times."


def _problem(feed: str, why: str, whom: str, count: int) -> Problem:
    what, remedy = _WORDS.get(why, (f"cannot be asked ({why})", _LEAVE_OUT))
    message = f"{feed}: {whom} {what}; refused {count:,} times, nothing was sent there."
    return Problem(code=ExitCode.DONE, subject=feed, message=message, remedy=remedy)
