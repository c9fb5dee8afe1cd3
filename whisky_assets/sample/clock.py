"""The sample world's clock: it stands still at Monday 09:00 UTC of its week.

Not here: machine time (pace, locks, leases, time-outs), which never comes from the sample world.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from whisky_assets.domain.errors import UsageError

FIRST_MONDAY = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""Week 1. A fixed date, so that every byte of the world is the same on every machine and day."""


def week_now(week: int) -> datetime:
    """Return the time at which a week of the sample world stands still (aware UTC).

    Raises:
        UsageError: the week is below 1.
    """
    if week < 1:
        raise UsageError(f"the sample world has no week {week}", remedy="Weeks count from 1: whisky sample --week 1")
    return FIRST_MONDAY + timedelta(weeks=week - 1)
