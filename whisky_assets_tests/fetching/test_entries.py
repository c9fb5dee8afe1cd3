"""How an address moves through its states: gone only after enough misses far enough apart, and never by failures."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.domain.records import Page
from whisky_assets.fetching import entries
from whisky_assets.fetching.entries import Entry
from whisky_assets.fetching.plan import CrawlPlan, Start
from whisky_assets_tests.fetching.clocks import MONDAY, WEEK

PLAN = CrawlPlan(
    feed="hanok", start=(Start(url="http://hanok.sample/"),), origins=("http://hanok.sample",), page_days=7
).checked()
DAY = dt.timedelta(days=1)


def page(now: dt.datetime = MONDAY) -> Page:
    return Page(
        feed="hanok",
        url="http://hanok.sample/1",
        fetched_at=now,
        role="page",
        status=200,
        media_type="text/html",
        body_sha256="a" * 64,
        body=b"page",
    )


def good(now: dt.datetime = MONDAY) -> Entry:
    fresh = Entry(feed="hanok", url="http://hanok.sample/1", role="page", depth=1, first_seen=now, due=now)
    return entries.after_body(fresh, page(now), PLAN, None)


def missed(entry: Entry, now: dt.datetime, *, kind: str = entries.ABSENT, run: str | None = None) -> Entry:
    return entries.after_miss(entry, kind=kind, reason="status_404", run=run or now.isoformat(), now=now)


def test_three_misses_a_week_apart_earn_gone_and_the_body_stays() -> None:
    entry = good()
    for week in (1, 2, 3):
        assert not entry.has_earned_gone()
        entry = missed(entry, MONDAY + week * WEEK)
        assert entry.state == "missing"
        assert entry.due == MONDAY + (week + 1) * WEEK
    assert entry.has_earned_gone()
    assert (entry.good_at, entry.body_sha256) == (MONDAY, "a" * 64)


def test_misses_in_one_run_or_closer_than_a_week_count_once() -> None:
    entry = good()
    for hours in (0, 1, 24, 24 * 6):
        entry = missed(entry, MONDAY + dt.timedelta(hours=hours))
    for days in (0, 30, 60):
        entry = missed(entry, MONDAY + dt.timedelta(days=days), run="one and the same")
    assert len(entry.misses) <= 2
    assert not entry.has_earned_gone()


def test_a_withdrawn_page_is_gone_after_two() -> None:
    entry = missed(good(), MONDAY, kind=entries.WITHDRAWN)
    assert not entry.has_earned_gone()
    assert missed(entry, MONDAY + WEEK, kind=entries.WITHDRAWN).has_earned_gone()
    assert not missed(entry, MONDAY + WEEK, kind=entries.ABSENT).has_earned_gone()


def test_a_body_forgets_all_misses() -> None:
    entry = missed(missed(good(), MONDAY), MONDAY + WEEK)
    back = entries.after_unchanged(entry, PLAN, MONDAY + 2 * WEEK)
    assert (back.state, back.misses, back.reason) == ("unchanged", (), "")
    assert not missed(back, MONDAY + 3 * WEEK).has_earned_gone()


@pytest.mark.parametrize("later", [True, False])
@pytest.mark.parametrize("state", ["missing", "gone"])
def test_a_failure_is_no_miss_and_brings_no_lost_page_back(state: str, later: bool) -> None:
    lost = replace(missed(good(), MONDAY), state=state)
    after = entries.after_failure(lost, reason="status_500", later=later, plan=PLAN, now=MONDAY + WEEK)
    assert (after.state, after.misses, after.page_state) == (state, lost.misses, state)
    live = entries.after_failure(good(), reason="status_500", later=later, plan=PLAN, now=MONDAY + WEEK)
    assert (live.misses, live.page_state, live.good_at) == ((), "live", MONDAY)


def test_a_later_failure_is_due_at_once_and_a_refusal_at_its_usual_time() -> None:
    now = MONDAY + WEEK
    assert entries.after_failure(good(), reason="deadline", later=True, plan=PLAN, now=now).due == now
    assert entries.after_failure(good(), reason="malformed", later=False, plan=PLAN, now=now).due > now + 6 * DAY


@given(st.text(min_size=1, max_size=30))
def test_jitter_never_makes_a_page_due_after_its_cadence(name: str) -> None:
    due = entries.next_due(PLAN, "page", f"http://hanok.sample/{name}", MONDAY)
    assert MONDAY + WEEK * 0.9 <= due <= MONDAY + WEEK


def test_a_gone_page_is_due_when_an_index_lists_it_anew_and_not_while_it_only_stays_listed() -> None:
    gone = entries.gone(missed(good(), MONDAY), MONDAY)
    assert gone.due == MONDAY + entries.GONE_AGAIN
    still = entries.relisted(gone, "http://hanok.sample/map", MONDAY + WEEK)
    assert still.due == gone.due
    anew = entries.relisted(replace(gone, listed=False), "http://hanok.sample/map", MONDAY + WEEK)
    assert (anew.due, anew.state, anew.listed) == (MONDAY + WEEK, "gone", True)


def test_forgiving_takes_back_only_what_was_missed_since() -> None:
    fresh = missed(good(), MONDAY + 3 * WEEK)
    since = MONDAY + 3 * WEEK - DAY
    assert entries.forgiven(fresh, since, MONDAY).page_state == "live"
    older = missed(missed(good(), MONDAY), MONDAY + 3 * WEEK)
    kept = entries.forgiven(older, since, MONDAY)
    assert (kept.state, len(kept.misses)) == ("missing", 1)
    assert entries.forgiven(good(), since, MONDAY) == good()


@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["absent", "withdrawn", "body", "later", "refused"]))))
def test_no_history_makes_a_page_gone_without_weeks_of_misses(steps: list[tuple[int, str]]) -> None:
    entry = good()
    now = MONDAY
    since_good: list[dt.datetime] = []
    for number, (hours, what) in enumerate(steps):
        now += dt.timedelta(hours=hours)
        if what == "body":
            entry = entries.after_unchanged(entry, PLAN, now)
            since_good = []
        elif what in ("later", "refused"):
            entry = entries.after_failure(entry, reason="x", later=what == "later", plan=PLAN, now=now)
        else:
            entry = missed(entry, now, kind=what, run=f"run {number}")
            since_good.append(now)
        if entry.has_earned_gone():
            assert since_good[-1] - since_good[0] >= WEEK
        assert entry.good_at == MONDAY


def test_validators_that_no_header_can_hold_are_not_kept() -> None:
    kept = entries.with_validators(good(), '"abc"', "Mon, 05 Jan 2026 09:00:00 GMT")
    assert (kept.etag, kept.last_modified) == ('"abc"', "Mon, 05 Jan 2026 09:00:00 GMT")
    dropped = entries.with_validators(good(), "a\r\nX: 1", "é" * 10)
    assert (dropped.etag, dropped.last_modified) == (None, None)
    assert entries.with_validators(good(), "a" * 1_001, "").etag is None
