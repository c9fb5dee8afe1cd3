"""What a server asked for with 429, 503 or Retry-After is kept on disk and obeyed by every later run.

Not here: our own declared pace (`pace.py`).
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from whisky_assets.fetching.failures import HOST_DEFERRED, LaterAnswerError
from whisky_assets.fetching.machine import MachineClock
from whisky_assets.storage.state import StateDatabase

DAY_SECONDS = 86_400.0
FIRST_BACK_OFF_SECONDS = 60.0
PARKED_SECONDS = 30 * DAY_SECONDS
"""A host that asks for more than a day is parked: this long, or until a person releases it."""

_DIGITS = re.compile(r"[0-9]{1,30}")


def asked_seconds(header: str | None, now_wall: float) -> float | None:
    """Return the wait that a Retry-After header asks for; None for none, a negative, a past or an unreadable one.

    RFC 9110 section 10.2.3: seconds in ASCII digits, or an HTTP date (one without a zone means UTC).
    """
    text = (header or "").strip()
    if _DIGITS.fullmatch(text):
        return float(int(text)) or None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        seconds = moment.timestamp() - now_wall
    except (ValueError, OverflowError):
        return None
    return seconds if seconds > 0 else None


class Deferrals:
    """Reads and writes the deferrals of all hosts, on behalf of one feed."""

    def __init__(self, database: StateDatabase, machine: MachineClock, *, feed: str) -> None:
        """Take the state database, the machine's clock, and the feed that remedies name."""
        self._database = database
        self._machine = machine
        self._feed = feed

    def require_free(self, host: str) -> None:
        """Accept a host that waits for nothing.

        Raises:
            LaterAnswerError: the host is deferred (code `host_deferred`), with the time that it asked for.
        """
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT until_wall, reason, parked FROM deferrals WHERE host = ?", (host,)
            ).fetchone()
        if row is not None and row[0] > self._machine.wall():
            raise self._deferred(host, until_wall=row[0], reason=row[1], parked=bool(row[2]))

    def defer(self, host: str, *, reason: str, retry_after: str | None) -> LaterAnswerError:
        """Write down that a host asked us to wait, durable on return, and return the error that says so.

        Without a usable Retry-After the wait is our own: a minute, doubled each time in a row, at most a day.
        """
        now = self._machine.wall()
        asked = asked_seconds(retry_after, now)
        with self._database.transaction() as connection:
            row = connection.execute("SELECT strikes FROM deferrals WHERE host = ?", (host,)).fetchone()
            strikes = min(int(row[0]) + 1 if row else 1, 20)
            parked = asked is not None and asked > DAY_SECONDS
            own = min(FIRST_BACK_OFF_SECONDS * 2 ** (strikes - 1), DAY_SECONDS)
            until = now + (PARKED_SECONDS if parked else asked or own)
            connection.execute(
                "INSERT OR REPLACE INTO deferrals (host, until_wall, set_wall, reason, strikes, parked)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (host, until, now, reason, strikes, int(parked)),
            )
        return self._deferred(host, until_wall=until, reason=reason, parked=parked)

    def park(self, host: str, *, reason: str) -> None:
        """Leave a host alone until a person releases it, at most 30 days; durable on return."""
        now = self._machine.wall()
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO deferrals (host, until_wall, set_wall, reason, strikes, parked)"
                " VALUES (?, ?, ?, ?, 1, 1)",
                (host, now + PARKED_SECONDS, now, reason),
            )

    def answered(self, host: str) -> None:
        """Forget the back-off of a host that answers again; a wait that is not over was set since we asked, and stays.

        Writes only where there was one.
        """
        over = (host, self._machine.wall())
        with self._database.reading() as connection:
            row = connection.execute("SELECT 1 FROM deferrals WHERE host = ? AND until_wall <= ?", over).fetchone()
        if row is not None:
            with self._database.transaction() as connection:
                connection.execute("DELETE FROM deferrals WHERE host = ? AND until_wall <= ?", over)

    def _deferred(self, host: str, *, until_wall: float, reason: str, parked: bool) -> LaterAnswerError:
        until = datetime.fromtimestamp(until_wall, UTC)
        what = "is parked" if parked else "asked us to wait"
        accept = f"Ask the site; if it lets us, go on: whisky run --feed {self._feed} --accept-loss"
        return LaterAnswerError(
            f"{host} {what} ({reason}); it is asked again after {until:%Y-%m-%d %H:%M} UTC.",
            code=HOST_DEFERRED,
            not_before=until,
            host=host,
            remedy=accept if parked else "Nothing needs doing; a later run goes on.",
        )


def release_parked(connection: sqlite3.Connection, hosts: Iterable[str]) -> None:
    """Let parked hosts be asked again, by a person's word; a host that asked for a shorter wait still gets it."""
    connection.executemany("DELETE FROM deferrals WHERE host = ? AND parked = 1", [(host,) for host in hosts])
