"""No host is asked more often than its pace allows: across threads, runs, processes and restarts.

A slot is reserved in the state database and slept for outside of it; the gap after a request counts from its answer,
as the way to a server may take longer than its pace. Not here: what a server itself asks for
(`deferrals.py`, and `robots.py` for crawl-delay).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from types import MappingProxyType

from whisky_assets.fetching.machine import MachineClock
from whisky_assets.storage.state import StateDatabase

HOUR_SECONDS = 3_600.0
LATE_SECONDS = 0.02
"""How late a request may leave after its slot. Every gap is longer by this, so that lateness never shortens one."""

MOST_MISSED_SLOTS = 50


class Pace:
    """Slots for the requests of one feed; with `pace_seconds` 0 and no `per_hour` nothing is kept or waited for.

    `paces` has the hosts with a pace of their own, in place of `pace_seconds`.
    """

    def __init__(
        self,
        database: StateDatabase,
        *,
        feed: str,
        pace_seconds: float,
        per_hour: int | None,
        machine: MachineClock,
        before_wait: Callable[[float], None],
        paces: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        """Take the declared pace; `before_wait` is told each wait in seconds before it begins."""
        self._database = database
        self._feed = feed
        self._pace_seconds = pace_seconds
        self._paces = paces
        self._per_hour = per_hour
        self._machine = machine
        self._before_wait = before_wait
        self._gaps: dict[str, float] = {}

    def wait_for_turn(self, host: str, *, longest_wait: float | None, at_least: float = 0.0) -> bool:
        """Reserve the host's next slot and sleep until it; False, with nothing reserved, if that is too far away.

        Args:
            host: the host that is to be asked.
            longest_wait: seconds that the caller has left; None: any.
            at_least: seconds between two requests that the host's robots.txt asks for.
        """
        gap = self._gaps[host] = max(self._paces.get(host, self._pace_seconds), at_least)
        if gap <= 0 and self._per_hour is None:
            return True
        for missed in range(MOST_MISSED_SLOTS):
            with self._database.transaction() as connection:
                now = self._machine.wall()
                slot = self._next_slot(connection, host, now, gap)
                if longest_wait is not None and slot - now > longest_wait:
                    return False
                self._reserve(connection, host, slot, gap)
            self._sleep_until(slot)
            if self._still_holds(host, slot, gap) or missed == MOST_MISSED_SLOTS - 1:
                break
        return True

    def answered(self, host: str) -> None:
        """Count the gap to the host's next request from now, as the last one has been answered or has failed."""
        gap = self._gaps.get(host, 0.0)
        if gap <= 0:
            return
        with self._database.transaction() as connection:
            now = self._machine.wall()
            connection.execute(
                "UPDATE pace SET answered_wall = ?, free_wall = max(free_wall, ?) WHERE host = ?",
                (now, now + gap, host),
            )

    def _still_holds(self, host: str, slot: float, gap: float) -> bool:
        with self._database.reading() as connection:
            row = connection.execute("SELECT answered_wall FROM pace WHERE host = ?", (host,)).fetchone()
        now = self._machine.wall()
        # A slot that was slept through is lost: the next request would follow ours too soon. So is one that another
        # process' answer came too close to.
        return now - slot <= LATE_SECONDS and (row is None or not 0 <= now - float(row[0]) < gap)

    def _next_slot(self, connection: sqlite3.Connection, host: str, now: float, gap: float) -> float:
        row = connection.execute("SELECT free_wall FROM pace WHERE host = ?", (host,)).fetchone()
        free = float(row[0]) if row else now
        if free - now > HOUR_SECONDS + gap + LATE_SECONDS:
            # No queue of ours is that long: the machine's clock was set back.
            free = now + gap
        slot = max(now, free)
        if self._per_hour is None:
            return slot
        connection.execute(
            "DELETE FROM pace_slots WHERE feed = ? AND (slot_wall < ? OR slot_wall > ?)",
            (self._feed, now - HOUR_SECONDS, now + HOUR_SECONDS + gap),
        )
        taken = connection.execute(
            "SELECT slot_wall FROM pace_slots WHERE feed = ? ORDER BY slot_wall DESC LIMIT 1 OFFSET ?",
            (self._feed, self._per_hour - 1),
        ).fetchone()
        return max(slot, float(taken[0]) + HOUR_SECONDS) if taken else slot

    def _reserve(self, connection: sqlite3.Connection, host: str, slot: float, gap: float) -> None:
        connection.execute(
            "INSERT INTO pace (host, free_wall, answered_wall) VALUES (?, ?, 0)"
            " ON CONFLICT (host) DO UPDATE SET free_wall = excluded.free_wall",
            (host, slot + gap + LATE_SECONDS),
        )
        if self._per_hour is not None:
            connection.execute("INSERT INTO pace_slots (feed, slot_wall) VALUES (?, ?)", (self._feed, slot))

    def _sleep_until(self, slot: float) -> None:
        wait = slot - self._machine.wall()
        if wait > 0:
            self._before_wait(wait)
        while (wait := slot - self._machine.wall()) > 0:
            self._machine.sleep(wait)
