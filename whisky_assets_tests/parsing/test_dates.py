"""The day a document states."""

import re
from datetime import UTC, datetime

import pytest

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.dates import stated_day


@pytest.mark.parametrize(
    ("pattern", "text", "day"),
    [
        (r"(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d{4})", "List 07.12.2025", datetime(2025, 12, 7, tzinfo=UTC)),
        (r"(?P<year>\d{4})-(?P<month>\d\d)", "2019-09.csv", datetime(2019, 9, 1, tzinfo=UTC)),
        (r"(?P<year>\d{4})(?:-(?P<month>\d\d))?", "list-2015.csv", datetime(2015, 1, 1, tzinfo=UTC)),
    ],
)
def test_missing_parts_mean_the_first_day(pattern: str, text: str, day: datetime) -> None:
    match = re.search(pattern, text)

    assert match is not None
    assert stated_day(match) == day


@pytest.mark.parametrize("text", ["2019-13", f"{'9' * 30}-01", f"{'9' * 10_000}-01"])
def test_a_day_that_is_in_no_calendar_is_refused(text: str) -> None:
    match = re.search(r"(?P<year>\d{4,})-(?P<month>\d\d)", text)

    assert match is not None
    with pytest.raises(InputRefusedError, match=text[:20]) as refused:
        stated_day(match)
    assert refused.value.reason == "date_unreadable"
