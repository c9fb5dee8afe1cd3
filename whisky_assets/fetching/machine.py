"""The machine's own time, for pace, deferrals and time boxes; handed in, so that tests need not wait.

Not here: the clock of the data, which every crawl gets as `now`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineClock:
    """Wall time in seconds since 1970 (what lies on disk), monotonic seconds (what is measured), and sleep."""

    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
