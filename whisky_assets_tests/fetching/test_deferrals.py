"""Retry-After is read as its standard says and obeyed by later runs; junk falls back to our own patience."""

from __future__ import annotations

import datetime as dt

import pytest

from whisky_assets.fetching.deferrals import Deferrals, asked_seconds, release_parked
from whisky_assets.fetching.failures import LaterAnswerError
from whisky_assets.storage.state import StateDatabase
from whisky_assets_tests.fetching.clocks import NOW_WALL, Hands


def deferrals_of(database: StateDatabase, hands: Hands) -> Deferrals:
    return Deferrals(database, hands.clock(), feed="hanok")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30.0),
        (" 30 ", 30.0),
        ("1000000000", 1e9),
        ("Mon, 05 Jan 2026 09:01:00 GMT", 60.0),
        ("Mon, 05 Jan 2026 10:01:00 +0100", 60.0),
        ("Mon, 05 Jan 2026 09:01:00 -0000", 60.0),
        ("0", None),
        ("-5", None),
        ("3.5", None),
        ("٣٠", None),
        ("Mon, 05 Jan 2026 08:00:00 GMT", None),
        ("soon", None),
        ("Mon, 99 Foo 2026 99:99:99 GMT", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_its_standard_says(header: str | None, seconds: float | None) -> None:
    assert asked_seconds(header, NOW_WALL) == seconds


def test_a_deferral_outlives_its_process_and_ends_on_time(database: StateDatabase) -> None:
    hands = Hands()
    deferrals_of(database, hands).defer("hanok.sample", reason="status 429", retry_after="120")
    later = deferrals_of(database, hands)
    with pytest.raises(LaterAnswerError, match="status 429") as caught:
        later.require_free("hanok.sample")
    assert caught.value.not_before == dt.datetime(2026, 1, 5, 9, 2, tzinfo=dt.UTC)
    assert caught.value.host == "hanok.sample"
    later.require_free("other.sample")
    hands.wall += 121
    later.require_free("hanok.sample")


def test_our_own_back_off_doubles_until_the_host_answers(database: StateDatabase) -> None:
    hands = Hands()
    deferrals = deferrals_of(database, hands)
    waits = []
    for retry_after in ("junk", None, "-1"):
        error = deferrals.defer("hanok.sample", reason="status 503", retry_after=retry_after)
        assert error.not_before is not None
        waits.append(error.not_before.timestamp() - hands.wall)
    assert waits == [60.0, 120.0, 240.0]
    hands.wall += 241
    deferrals.answered("hanok.sample")
    again = deferrals.defer("hanok.sample", reason="status 503", retry_after=None)
    assert again.not_before is not None
    assert again.not_before.timestamp() - hands.wall == 60.0


def test_own_back_off_never_passes_a_day(database: StateDatabase) -> None:
    hands = Hands()
    deferrals = deferrals_of(database, hands)
    errors = [deferrals.defer("hanok.sample", reason="status 503", retry_after=None) for _strike in range(40)]
    assert errors[-1].not_before is not None
    assert errors[-1].not_before.timestamp() - hands.wall == 86_400.0


def test_a_wait_that_was_set_while_we_asked_outlives_our_answer(database: StateDatabase) -> None:
    hands = Hands()
    deferrals_of(database, hands).defer("hanok.sample", reason="status 429", retry_after="120")
    other_feed = deferrals_of(database, hands)
    other_feed.answered("hanok.sample")
    with pytest.raises(LaterAnswerError, match="status 429"):
        other_feed.require_free("hanok.sample")


def test_a_host_that_asks_for_more_than_a_day_is_parked_until_a_person_releases_it(database: StateDatabase) -> None:
    hands = Hands()
    deferrals = deferrals_of(database, hands)
    deferrals.defer("hanok.sample", reason="status 503", retry_after="1000000000")
    deferrals.defer("other.sample", reason="status 503", retry_after="120")
    with pytest.raises(LaterAnswerError, match="parked") as told:
        deferrals.require_free("hanok.sample")
    assert told.value.remedy.endswith("whisky run --feed hanok --accept-loss")
    with database.transaction() as connection:
        release_parked(connection, ["hanok.sample", "other.sample"])
    deferrals.require_free("hanok.sample")
    with pytest.raises(LaterAnswerError, match="asked us to wait"):
        deferrals.require_free("other.sample")
