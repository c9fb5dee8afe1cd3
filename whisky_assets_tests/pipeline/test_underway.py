"""A feed whose ingest was killed is due again, also where neither its pages nor its frontier ask for anything."""

from pathlib import Path

import pytest

from whisky_assets.domain.outcome import Outcome
from whisky_assets.fetching.batch import Batch
from whisky_assets.pipeline import collecting
from whisky_assets.pipeline.feeds import due_feeds
from whisky_assets_tests.pipeline.house import House, sample_house

FEED = "hanok"


class KilledError(Exception):
    """Stands in for the end of the process."""


def collect(house: House, week: int) -> Outcome:
    """Fetches what is due of the feed, and is killed before anything is read."""
    step = house.step(f"killed-{week}")
    try:
        return collecting.collect(step, FEED, collecting.Limits())
    finally:
        house.workspace.free_owner(step.owner)  # as the janitor does


def test_a_crawl_that_was_killed_before_its_first_batch_is_due_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: Batch) -> None:
        raise KilledError

    with sample_house(tmp_path, cut=True) as house:
        with monkeypatch.context() as patched:
            patched.setattr(Batch, "flush", killed)
            with pytest.raises(KilledError):
                collect(house, 1)
        assert FEED in due_feeds(house.workspace)
        house.ingest()
        assert due_feeds(house.workspace) == ()
        assert list(house.workspace.head_rows(FEED, "staged/listings"))


def test_a_crawl_that_brought_no_new_page_and_was_never_read_is_due_again(tmp_path: Path) -> None:
    with sample_house(tmp_path, cut=True) as house:
        house.ingest()
        seen = {row.source_id: row.last_seen for row in house.workspace.head_rows(FEED, "staged/listings")}
        # The same shelf, a week later: every page answers that it did not change.
        house.workspace.set_week(2)
        read = collect(house, 2)
        assert read.counts["unchanged"] > 0
        assert FEED in due_feeds(house.workspace)
        house.ingest(FEED)
        assert FEED not in due_feeds(house.workspace)
        now = {row.source_id: row.last_seen for row in house.workspace.head_rows(FEED, "staged/listings")}
        assert any(now[source_id] > last for source_id, last in seen.items())
