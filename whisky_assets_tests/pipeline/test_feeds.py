"""The list of feeds: the state, last run, counts and health of each."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from whisky_assets.fetching.frontier import CrawlRow, write_crawl
from whisky_assets.pipeline.feeds import FEED_HEADERS, feed_table
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets_tests.pipeline.homes import Product, read_feed, refusal
from whisky_assets_tests.pipeline.test_summary import write_feed

GLEN = Product(source_id="1", word="glen_ten", feed="shop")


@pytest.fixture
def home(workspace: Workspace) -> Workspace:
    """A sample home with one crawled feed more, `shop`."""
    write_feed(workspace, cadence_days=7)
    return workspace


def told(home: Workspace, feed: str = "shop") -> dict[str, object]:
    return next(dict(zip(FEED_HEADERS, row, strict=True)) for row in feed_table(home) if row[0] == feed)


def crawled(home: Workspace, **changes: object) -> None:
    """Writes a crawl of the shop into the log of crawls, well ended but for what is told."""
    row = CrawlRow(
        feed="shop",
        run="r1",
        started_at=home.now(),
        finished_at=home.now() + timedelta(minutes=1),
        complete=True,
        stopped="",
        counts={"fetched": 1},
    )
    with home.db.transaction() as connection:
        write_crawl(connection, dataclasses.replace(row, **changes))  # type: ignore[arg-type] # columns by name


def test_a_feed_that_was_never_read_says_so(home: Workspace) -> None:
    row = told(home)
    assert (row["kind"], row["state"], row["last run"], row["last read"]) == ("crawl", "due", "never", "never")
    assert (row["rows read"], row["listings"], row["refused"], row["health"]) == (0, 0, 0, "never read")


def test_a_read_feed_tells_its_last_run_and_counts_and_is_well(home: Workspace) -> None:
    read_feed(home, "shop", [GLEN, dataclasses.replace(GLEN, source_id="2")])
    crawled(home)
    row = told(home)
    assert (row["last run"], row["last read"], row["rows read"], row["listings"], row["refused"], row["health"]) == (
        "2026-01-05", "2026-01-05", 2, 2, 0, "ok",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "last_run", "health"),
    [
        ({"finished_at": None}, "2026-01-05, did not end", "ok"),
        (
            {"stopped": "max_minutes", "counts": {"pending": 1200}},
            "2026-01-05, stopped by max_minutes, 1,200 pages pending",
            "ok",
        ),
        ({"stopped": "mass_loss"}, "2026-01-05, stopped by mass_loss", "much was gone: look, then --accept-loss"),
        ({"counts": {"deferred": 3}}, "2026-01-05", "its host asked to wait"),
        ({"counts": {"failed": 3}}, "2026-01-05", "3 pages failed"),
    ],
)
def test_how_the_last_crawl_ended_is_told(
    home: Workspace, changes: dict[str, object], last_run: str, health: str
) -> None:
    read_feed(home, "shop", [GLEN])
    crawled(home, **changes)
    assert (told(home)["last run"], told(home)["health"]) == (last_run, health)


def test_many_refused_rows_are_told_as_a_share(home: Workspace) -> None:
    read_feed(home, "shop", [GLEN], [refusal("shop", 5)])
    crawled(home)
    assert (told(home)["refused"], told(home)["health"]) == (1, "50% of its rows are refused")


def test_a_feed_whose_documents_tell_no_product_is_not_well(home: Workspace) -> None:
    read_feed(home, "shop", [])
    crawled(home)
    assert told(home)["health"] == "what was read tells no product"


def test_a_stale_feed_and_a_broken_one_are_told(home: Workspace) -> None:
    read_feed(home, "shop", [GLEN])
    crawled(home)
    home.set_week(4)
    assert told(home)["health"] == "stale: due every 7 days"
    (home.home.sources / "torn.toml").write_text('[feed]\nworld = "sample"\nnmae = "torn"\n')
    home.read_anew()
    assert (told(home, "torn")["state"], told(home, "torn")["health"]) == (
        "broken",
        "its TOML is broken, so its last good rows stay as they are",
    )


def test_a_file_was_last_run_when_it_came(home: Workspace) -> None:
    read_feed(home, "elbe", [dataclasses.replace(GLEN, feed="elbe")])
    row = told(home, "elbe")
    assert (row["kind"], row["last run"], row["health"]) == ("file", "2026-01-05", "ok")
