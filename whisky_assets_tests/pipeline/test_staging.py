"""The staged tables of a feed hang on its kept pages alone, whichever run makes them, and never empty its head."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from whisky_assets.pipeline import collecting
from whisky_assets.pipeline.feeds import due_feeds
from whisky_assets.pipeline.tables import readable
from whisky_assets.pipeline.workspace import Step
from whisky_assets_tests.pipeline.house import House, sample_house

FEED = "harbour"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A home of 40 listings whose feed was ingested once."""
    with sample_house(tmp_path / "home", cut=True) as opened:
        opened.ingest(FEED)
        yield opened


def collect(house: House, step: Step) -> None:
    """Fetch what is due and keep it as the run's candidate; the run dies before anything is read."""
    house._take(step, collecting.collect(step, FEED, collecting.Limits()))
    house.workspace.free_owner(step.owner)


def test_staged_tables_that_are_made_alone_are_those_of_an_ingest_again_and_again(house: House) -> None:
    before, digest = house.workspace.heads()[FEED], house.digest()
    assert before["staged/listings"].rows > 5
    for number in range(2):
        outcome = house.stage(house.step(f"staged-{number}"), FEED)
        assert outcome.counts["documents_read"] == 0
        assert house.workspace.heads()[FEED] == before
    assert house.digest() == digest


def test_pages_that_no_head_tells_of_are_read_and_their_feed_stays_due(house: House) -> None:
    house.workspace.set_week(2)
    collect(house, house.step("killed"))
    pages = house.workspace.heads()[FEED]["raw/pages"]
    outcome = house.stage(house.step("staged"), FEED)
    assert outcome.counts["documents_read"] > 0
    assert house.workspace.heads()[FEED]["raw/pages"] == pages
    assert outcome.counts["documents"] > pages.rows
    # Nobody knows whether the killed crawl saw everything: only a run that collects ends it.
    assert FEED in due_feeds(house.workspace)
    house.ingest(FEED)
    assert FEED not in due_feeds(house.workspace)


def test_a_failed_run_that_is_run_again_after_others_takes_no_page_out_of_the_head(house: House) -> None:
    failed = house.step("failed")
    collect(house, failed)
    house.workspace.set_week(2)
    house.ingest(FEED)
    head = house.workspace.heads()[FEED]
    again = dataclasses.replace(failed, run="again")
    house.stage(again, FEED)
    assert house.workspace.heads()[FEED] == head


def test_a_run_that_waited_for_another_reads_what_that_one_collected(house: House) -> None:
    house.workspace.set_week(2)
    other, own = house.step("other"), house.step("own")
    other.lock(f"feed/{FEED}")
    read: list[int] = []
    waiting = threading.Event()

    def make_staged() -> None:
        waiting.set()
        read.append(int(house.stage(own, FEED).counts["documents_read"]))

    thread = threading.Thread(target=make_staged)
    thread.start()
    waiting.wait(5)
    collect(house, other)
    thread.join(20)
    assert read[0] > 0


def test_raw_pages_are_told_whole_whatever_a_build_pinned(house: House) -> None:
    build = house.step("build")
    build.open_build()
    house.workspace.set_week(2)
    collect(house, house.step("later"))
    kept = {segment.id for segment in house.workspace.store.segments("raw/pages", FEED)}
    one = readable(house.workspace, "raw/pages", build=build.build, partitions=[FEED])
    assert set(one.parts[FEED]) == kept
    every = readable(house.workspace, "raw/pages", build=build.build)
    assert set(every.parts) == set(house.workspace.sources.names)
