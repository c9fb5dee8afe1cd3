"""The day that a document states for itself, as midnight UTC.

Not here: where a feed says that the day stands (`sources.source.AsOfRule`).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from whisky_assets.domain.errors import InputRefusedError


def stated_day(match: re.Match[str]) -> datetime:
    """Return the day of a match with the group `year` and, where the pattern has them, `month` and `day`.

    A list that states a month or a year alone is taken as of its first day: it cannot be older, so it never outvotes
    a list that states a later day.

    Raises:
        InputRefusedError: reason `date_unreadable`: the groups name no day of the calendar.
    """
    groups = match.groupdict()
    try:
        return datetime(int(groups["year"]), int(groups.get("month") or 1), int(groups.get("day") or 1), tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise InputRefusedError(
            f"{match.group()!r} names no day: {error}.",
            reason="date_unreadable",
            remedy="Mend as_of in [file] of the feed, or the file's name.",
        ) from error
