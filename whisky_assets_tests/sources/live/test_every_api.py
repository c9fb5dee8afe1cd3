"""What holds for every live feed: it reads to the end, waits when asked to, and loses nothing to an error's answer."""

from __future__ import annotations

import pytest

from whisky_assets.domain.errors import FetchError
from whisky_assets.sources.registry import SHIPPED_FEEDS, load_sources
from whisky_assets_tests.sources.live.conftest import OpenFeed
from whisky_assets_tests.sources.live.lab import BUSY, MAINTENANCE, Reply, as_json
from whisky_assets_tests.sources.live.protocols import PROTOCOLS

FEEDS = tuple(PROTOCOLS)
PAGED = tuple(name for name, protocol in PROTOCOLS.items() if protocol.pages_of_two)
LONGEST_TOML = 30
"""Lines that a live feed needs beside its licence, blank ones and comments apart."""


@pytest.mark.parametrize("name", FEEDS)
def test_all_that_an_api_tells_is_read_page_by_page_to_the_end(name: str, opened: OpenFeed) -> None:
    feed = opened(name, 5)
    collected, staged = feed.ingest()

    assert collected.problems == staged.problems == ()
    assert len(feed.listings()) == 5
    assert len(feed.asked) == (3 if name in PAGED else 1)
    assert feed.quarantine() == []


@pytest.mark.parametrize("name", PAGED)
def test_a_list_that_ends_with_a_full_page_is_read_whole_and_once(name: str, opened: OpenFeed) -> None:
    feed = opened(name, 4)
    collected, _ = feed.ingest()

    assert collected.problems == ()
    assert len(feed.listings()) == 4
    assert len(feed.asked) in (2, 3)
    assert len({(asked.path, tuple(asked.query.items())) for asked in feed.asked}) == len(feed.asked)


@pytest.mark.parametrize("name", PAGED)
def test_a_list_of_many_pages_is_followed_to_its_last(name: str, opened: OpenFeed) -> None:
    feed = opened(name, 25)
    feed.ingest()

    assert len(feed.listings()) == 25
    assert len(feed.asked) == 13


@pytest.mark.parametrize("name", FEEDS)
def test_an_empty_list_gives_no_row_and_is_no_trouble(name: str, opened: OpenFeed) -> None:
    feed = opened(name, 0)
    collected, staged = feed.ingest()

    assert collected.problems == staged.problems == ()
    assert (feed.listings(), feed.quarantine()) == ({}, [])
    assert collected.counts["fetched"] == 1


@pytest.mark.parametrize("name", FEEDS)
def test_a_broken_item_is_refused_with_its_slice_and_the_good_ones_stay(name: str, opened: OpenFeed) -> None:
    protocol = PROTOCOLS[name]
    feed = opened(name, [protocol.row(1), "no object at all", protocol.without_name(2), protocol.row(3)])
    feed.ingest()

    assert len(feed.listings()) == 2
    assert sorted(row.reason for row in feed.quarantine()) == ["no_name", "not_a_product"]
    assert all(row.evidence for row in feed.quarantine())


@pytest.mark.parametrize("name", FEEDS)
def test_an_api_that_asks_for_a_wait_gets_it_on_disk_and_then_tells_all(name: str, opened: OpenFeed) -> None:
    feed = opened(name)
    good, feed.answer = feed.answer, lambda _asked: BUSY
    with pytest.raises(FetchError, match="asked us to wait"):
        feed.ingest()
    asked = len(feed.asked)
    with pytest.raises(FetchError, match="asked us to wait"):
        feed.ingest()
    assert len(feed.asked) == asked

    feed.answer = good
    feed.hands.wall += 91
    feed.ingest()
    assert len(feed.listings()) == 3


ERRORS = {
    "maintenance": MAINTENANCE,
    "cut short": Reply(b'{"results": {"bindings": [{"item": '),
    "server error": as_json({"error": "internal"}, 500),
    "not found": as_json({"detail": "Not found."}, 404),
    "refused": as_json({"message": "Forbidden"}, 403),
}


@pytest.mark.parametrize("name", FEEDS)
@pytest.mark.parametrize("error", ERRORS)
def test_an_error_s_answer_loses_no_row_that_was_read_before_and_is_told(
    name: str, error: str, opened: OpenFeed
) -> None:
    feed = opened(name)
    feed.ingest()
    before = feed.listings()
    feed.next_week()
    feed.answer = lambda _asked: ERRORS[error]
    collected, staged = feed.ingest()

    assert set(feed.listings()) == set(before)
    assert {row.name for row in feed.listings().values()} == {row.name for row in before.values()}
    assert {row.page_state for row in feed.listings().values()} <= {"live", "missing"}
    assert [*collected.problems, *staged.problems] or collected.counts["missing"]


@pytest.mark.parametrize("name", FEEDS)
def test_an_unchanged_answer_is_neither_kept_nor_read_again(name: str, opened: OpenFeed) -> None:
    feed = opened(name)
    feed.ingest()
    feed.next_week()
    collected, staged = feed.ingest()

    assert collected.counts["fetched"] == 0
    assert collected.counts["unchanged"] > 0
    assert staged.tables["staged/sightings"].made == 0


def test_every_live_feed_is_off_until_its_owner_turns_it_on_and_says_what_its_terms_ask() -> None:
    found = load_sources([SHIPPED_FEEDS], "real")

    for name in (*FEEDS, "wikipedia"):
        source = found.get(name)
        assert not source.feed.enabled
        assert source.fetch is not None
        assert source.licence.terms_url.startswith("https://")
        assert source.licence.attribution
        assert all(origin.startswith("https://") for origin in source.fetch.origins)
        assert source.feed.cadence_days


def test_what_open_licences_allow_is_published_and_what_nobody_has_read_is_not() -> None:
    found = load_sources([SHIPPED_FEEDS], "real")
    told = {name: found.get(name).licence.publish for name in (*FEEDS, "wikipedia")}

    assert {name for name, publish in told.items() if publish} == {"open_food_facts", "wikidata", "wikipedia"}
    assert "ODbL" in found.get("open_food_facts").licence.attribution
    assert "CC BY-SA" in found.get("wikipedia").licence.attribution
    assert "CC0" in found.get("wikidata").licence.title


@pytest.mark.parametrize("name", [*FEEDS, "wikipedia"])
def test_a_live_feed_needs_thirty_lines_beside_its_licence(name: str) -> None:
    text = (SHIPPED_FEEDS / f"{name}.toml").read_text(encoding="utf-8")
    licence = text[text.index("[licence]") : text.index("[fetch]")]
    lines = [line for line in text.replace(licence, "").splitlines() if line.strip() and not line.startswith("#")]

    assert len(lines) <= LONGEST_TOML
