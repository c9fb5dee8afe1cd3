"""Clocks that a test turns by hand: the machine's, which sleeping moves on, and the data's, which stands still."""

from __future__ import annotations

import datetime as dt

from whisky_assets.fetching.machine import MachineClock

MONDAY = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
NOW_WALL = MONDAY.timestamp()
WEEK = dt.timedelta(days=7)


class Hands:
    """A machine clock whose hands a test turns; `slept` are the waits in seconds."""

    def __init__(self) -> None:
        self.wall = NOW_WALL
        self.slept: list[float] = []

    def clock(self) -> MachineClock:
        """The clock as the package takes it."""
        return MachineClock(wall=lambda: self.wall, monotonic=lambda: self.wall, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        """Move on instead of waiting."""
        self.slept.append(seconds)
        self.wall += seconds
