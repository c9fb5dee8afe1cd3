"""Which versions of a table stay: counts of periods, empty ones free, what is protected, and clocks that were wrong."""

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.storage.upkeep.policies import RetentionRule
from whisky_assets.storage.upkeep.retention import AHEAD, NO_RULE, Made, Retained, retained

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def rule(**counts: Any) -> RetentionRule:
    return RetentionRule(data=("*",), **counts)


def of(*times: datetime) -> list[Made]:
    """Versions named a, b, c, ... in the order of the times."""
    return [Made(name=chr(ord("a") + at), made_at=time) for at, time in enumerate(times)]


def days_ago(*days: float) -> list[datetime]:
    return [NOW - timedelta(days=number) for number in days]


def kept(found: Retained) -> str:
    return "".join(sorted(found.kept))


def test_the_newest_so_many_stay_and_the_oldest_where_counts_are_left() -> None:
    found = retained(of(*days_ago(4, 3, 2, 1)), rule(keep_last=2), {}, NOW)
    assert (found.kept, found.dropped) == ({"d": ("last",), "c": ("last",)}, ("a", "b"))
    assert retained(of(*days_ago(4, 3)), rule(keep_last=9), {}, NOW).dropped == ()


def test_the_newest_of_each_day_stays_and_days_without_a_version_cost_nothing() -> None:
    times = [datetime(2026, 5, day, hour, tzinfo=UTC) for day, hour in ((1, 8), (1, 9), (20, 8), (31, 7), (31, 8))]
    assert kept(retained(of(*times), rule(keep_daily=3), {}, NOW)) == "bce"


def test_weeks_begin_on_monday_and_the_year_of_a_week_is_that_of_its_thursday() -> None:
    sunday, monday = datetime(2025, 12, 28, 23, tzinfo=UTC), datetime(2025, 12, 29, tzinfo=UTC)
    new_year = datetime(2026, 1, 1, tzinfo=UTC)
    assert kept(retained(of(sunday, monday, new_year), rule(keep_weekly=2), {}, NOW)) == "ac"


def test_periods_are_those_of_utc_wherever_a_time_was_written() -> None:
    seoul = timezone(timedelta(hours=9))
    same_day = [datetime(2026, 3, 2, 1, tzinfo=UTC), datetime(2026, 3, 3, 8, 59, tzinfo=seoul)]
    older = datetime(2026, 2, 1, tzinfo=UTC)
    assert kept(retained(of(older, *same_day), rule(keep_daily=2), {}, NOW)) == "ac"


def test_several_counts_may_keep_one_version_and_each_is_told() -> None:
    found = retained(of(*days_ago(400, 1)), rule(keep_last=1, keep_daily=1, keep_yearly=1), {}, NOW)
    assert found.kept == {"b": ("last", "daily", "yearly")}
    assert found.dropped == ("a",)


def test_the_oldest_stays_while_a_count_is_left_though_its_period_is_given() -> None:
    monday = datetime(2026, 5, 25, tzinfo=UTC)
    times = [monday, monday + timedelta(hours=1), monday + timedelta(hours=2)]
    found = retained(of(*times), rule(keep_weekly=2), {}, NOW)
    assert found.kept == {"c": ("weekly",), "a": ("weekly",)}


def test_what_is_protected_stays_and_says_why() -> None:
    found = retained(of(*days_ago(3, 2, 1)), rule(keep_last=1), {"b": "pinned: the fair", "z": "of another table"}, NOW)
    assert found.kept == {"c": ("last",), "b": ("pinned: the fair",)}
    assert found.protected == frozenset("b")


def test_without_a_rule_or_with_one_that_keeps_all_nothing_goes() -> None:
    for keeps in (None, RetentionRule(data=("*",), keep_all=True)):
        found = retained(of(*days_ago(900, 1)), keeps, {}, NOW)
        assert found.kept == {"b": (NO_RULE,), "a": (NO_RULE,)}


def test_a_version_made_later_than_now_stays_and_takes_no_others_place() -> None:
    times = [*days_ago(2, 1), NOW + timedelta(days=3000)]
    found = retained(of(*times), rule(keep_last=1), {}, NOW)
    assert found.kept == {"c": (AHEAD,), "b": ("last",)}


def test_of_equal_times_the_later_named_is_the_newer_in_whatever_order_they_are_told() -> None:
    versions = [Made(name=name, made_at=NOW) for name in "bca"]
    assert kept(retained(versions, rule(keep_last=1), {}, NOW)) == "c"


moments = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2026, 6, 1)).map(  # noqa: DTZ001 - UTC is put on
    lambda moment: moment.replace(tzinfo=UTC)
)
counts = st.builds(
    rule,
    keep_last=st.integers(0, 4),
    keep_daily=st.integers(0, 4),
    keep_weekly=st.integers(0, 4),
    keep_monthly=st.integers(0, 4),
    keep_yearly=st.integers(0, 4),
)


@given(st.lists(moments, unique=True, max_size=26), counts)
def test_what_is_done_once_is_done_and_every_version_is_told_once(
    times: Sequence[datetime], keeps: RetentionRule
) -> None:
    versions = of(*times)
    found = retained(versions, keeps, {}, NOW)
    assert sorted([*found.kept, *found.dropped]) == [one.name for one in versions]
    again = retained([one for one in versions if one.name in found.kept], keeps, {}, NOW)
    assert again.dropped == ()


@given(st.lists(moments, unique=True, max_size=26), counts, st.sampled_from(["keep_last", "keep_daily", "keep_yearly"]))
def test_a_count_that_grows_lets_nothing_go_that_stayed(
    times: Sequence[datetime], keeps: RetentionRule, name: str
) -> None:
    more = dataclasses.replace(keeps, **{name: getattr(keeps, name) + 1})
    small, large = retained(of(*times), keeps, {}, NOW), retained(of(*times), more, {}, NOW)
    assert set(large.dropped) <= set(small.dropped)
