"""Small segments of pages are joined between runs: tables and the next run are as they would have been without it."""

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from whisky_assets.domain.errors import ExitCode
from whisky_assets.domain.outcome import Quiet
from whisky_assets.domain.records import Page
from whisky_assets.pipeline.copying import CopyChoices, copy, survey
from whisky_assets.pipeline.joining import join_pages
from whisky_assets.pipeline.scrubbing import scrub_some
from whisky_assets.pipeline.storage_status import storage_status
from whisky_assets.pipeline.tables import PAGES
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage import locks
from whisky_assets.storage.places import segment_name
from whisky_assets.storage.upkeep.copying import Budget
from whisky_assets.storage.upkeep.joining import LEAST_PARTS
from whisky_assets.storage.upkeep.retiring import let_go
from whisky_assets.storage.versions import recut_version
from whisky_assets_tests.pipeline.house import House, sample_house

FEED = "hanok"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A home that has run one week, each page of a feed cut into a segment of its own, a week later."""
    with sample_house(tmp_path / "home", cut=True) as made:
        made.run()
        cut_into_single_pages(made.workspace)
        made.workspace.set_week(2)
        yield made


def cut_into_single_pages(workspace: Workspace) -> None:
    """Writes the pages of a feed as a crawl does that acknowledges them one by one."""
    head = workspace.heads()[FEED][PAGES]
    rows = list(workspace.store.read(head.segments, Page))
    assert len(rows) >= LEAST_PARTS
    cut = [workspace.store.write(Page, [row], partition=FEED, now=workspace.now() - timedelta(hours=1)) for row in rows]
    with workspace.db.transaction() as connection:
        recut_version(connection, dataclasses.replace(head, segments=tuple(segment.id for segment in cut)))
        for segment in head.segments:
            let_go(connection, workspace.store.segment(segment), "cut", workspace.now())


def test_no_table_changes_and_the_next_runs_make_what_they_would_have_made(house: House, tmp_path: Path) -> None:
    before = house.digest()
    joined = join_pages(house.workspace, "upkeep", Quiet())
    assert (joined.segments, joined.problems) == (1, ())
    assert joined.parts >= LEAST_PARTS
    assert joined.saved_bytes > 0
    assert house.digest() == before
    house.run()
    with sample_house(tmp_path / "other", cut=True) as other:
        other.run()
        other.workspace.set_week(2)
        other.run()
        assert house.digest() == other.digest()


def test_a_second_time_nothing_is_left_to_join(house: House) -> None:
    join_pages(house.workspace, "upkeep", Quiet())
    again = join_pages(house.workspace, "upkeep", Quiet())
    assert (again.segments, again.waiting, again.lines()) == (0, (), [])


def test_a_feed_that_is_fetched_just_now_waits_and_is_told(house: House) -> None:
    locks.acquire(house.workspace.db, f"feed/{FEED}", "a crawl")
    joined = join_pages(house.workspace, "upkeep", Quiet())
    assert joined.segments == 0
    assert joined.lines()[0].startswith(f"not joined yet: {FEED}: ")
    locks.release(house.workspace.db, f"feed/{FEED}", "a crawl")
    assert join_pages(house.workspace, "upkeep", Quiet()).segments == 1


def test_its_lock_is_free_again_also_where_a_page_is_damaged(house: House) -> None:
    workspace = house.workspace
    segment = workspace.store.segments(PAGES, FEED)[0]
    path = workspace.home.local_volume / segment_name(PAGES, segment.id)
    path.write_bytes(path.read_bytes()[:-40] + b"x" * 40)
    joined = join_pages(workspace, "upkeep", Quiet())
    assert [problem.code for problem in joined.problems] == [ExitCode.CORRUPT]
    assert segment.id in joined.problems[0].message
    locks.acquire(workspace.db, f"feed/{FEED}", "a crawl")


def test_a_run_of_copies_joins_first_and_says_so_and_a_plan_or_a_limited_run_joins_nothing(house: House) -> None:
    workspace = house.workspace
    before = workspace.store.segments(PAGES, FEED)
    survey(workspace)
    assert copy(workspace, "me", CopyChoices(budget=Budget(max_bytes=1)), Quiet()).joined is None
    assert workspace.store.segments(PAGES, FEED) == before
    done = copy(workspace, "me", CopyChoices(), Quiet())
    assert "small segments of pages became 1" in done.lines()[0]
    assert done.as_result()["joined"] == len(before)
    assert len(workspace.store.segments(PAGES, FEED)) == 1


def test_the_screen_tells_rot_and_the_files_that_wait_to_be_unlinked(house: House) -> None:
    workspace = house.workspace
    told = storage_status(workspace)
    waiting = sum(told.pending.values())
    copy(workspace, "me", CopyChoices(), Quiet())
    (segment,) = workspace.store.segments(PAGES, FEED)
    path = workspace.home.local_volume / segment_name(PAGES, segment.id)
    path.write_bytes(path.read_bytes()[:-1])
    scrub_some(workspace, Quiet())
    told = storage_status(workspace)
    assert "1 copies on local are missing or not what their names say, and count for nothing" in told.risks
    assert told.pending["local"] >= waiting + LEAST_PARTS
    assert told.pending_lines() == [f"{told.pending['local']:,} retired files on local wait to be unlinked"]
    assert told.as_result()["pending_files"] == told.pending
