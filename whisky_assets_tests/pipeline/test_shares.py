"""A build whose offers lost values that were known is stopped; feeds that come and go, and few rows, stop nothing."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from whisky_assets.cleaning.offers import clean_product
from whisky_assets.cleaning.thresholds import ShareLimits
from whisky_assets.domain.errors import CheckFailedError, ExitCode
from whisky_assets.domain.records import Offer
from whisky_assets.pipeline import offering
from whisky_assets.pipeline.graph import SHARES_CHECK, table_facts
from whisky_assets.pipeline.reports import report_of_build
from whisky_assets.pipeline.shares import COLUMNS, fallen_shares, shares_check
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets.storage import builds
from whisky_assets_tests.pipeline.homes import Product, offer, open_workspace
from whisky_assets_tests.pipeline.house import sample_house

KNOWN: dict[str, Any] = {"abv_pct": 40.0, "volume_ml": 700, "price_minor": 5_000}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """An empty home, for its clock."""
    opened = open_workspace(tmp_path / "home")
    yield opened
    opened.close()


def shelf(workspace: Workspace, count: int, *, feed: str = "elbe", lost: int = 0, **told: Any) -> list[Offer]:
    """Return offers that tell all values, but for the first `lost`, of which `told` holds."""
    products = [Product(source_id=str(number), word="glen", feed=feed) for number in range(count)]
    return [
        offer(product, workspace, **{**KNOWN, **(told if number < lost else {})})
        for number, product in enumerate(products)
    ]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize(("lost", "passed"), [(10, True), (11, False)])
def test_a_share_may_fall_by_a_tenth_and_no_more(workspace: Workspace, column: str, lost: int, passed: bool) -> None:
    silent: dict[str, Any] = {column: None}
    check = shares_check(fallen_shares(shelf(workspace, 100), shelf(workspace, 100, lost=lost, **silent)))
    assert (check.table, check.name, check.passed, check.blocks) == ("core/offers", SHARES_CHECK, passed, not passed)
    if not passed:
        assert check.cases == (
            f"{column}: 100 of 100 offers told it, 89 of 100 tell it, most of them lost at feed elbe",
        )


def test_other_limits_let_more_or_less_fall(workspace: Workspace) -> None:
    before, after = shelf(workspace, 100), shelf(workspace, 100, lost=11, abv_pct=None)
    assert fallen_shares(before, after, ShareLimits(largest_fall=0.2, smallest_base=20)) == ()
    (fall,) = fallen_shares(before, after, ShareLimits(largest_fall=0.1, smallest_base=101))
    assert not fall.is_judged


def test_the_fall_is_measured_by_the_share_and_not_by_all_offers(workspace: Workspace) -> None:
    before = shelf(workspace, 200, lost=160, abv_pct=None)
    after = shelf(workspace, 200, lost=165, abv_pct=None)
    assert not shares_check(fallen_shares(before, after)).passed


def test_few_offers_pass_with_a_note(workspace: Workspace) -> None:
    check = shares_check(fallen_shares(shelf(workspace, 19), shelf(workspace, 19, lost=19, price_minor=None)))
    assert check.passed
    assert check.summary.startswith("too few to judge: price_minor: 19 of 19 offers told it, 0 of 19 tell it")


def test_a_feed_that_came_or_went_since_is_no_loss(workspace: Workspace) -> None:
    silent = shelf(workspace, 100, feed="hanok", lost=100, abv_pct=None, volume_ml=None)
    telling = shelf(workspace, 100)
    assert fallen_shares(telling, telling + silent) == ()
    assert fallen_shares(telling + shelf(workspace, 100, feed="minato"), telling) == ()
    assert fallen_shares([], telling) == ()
    assert fallen_shares(telling, []) == ()


def test_the_feed_that_lost_most_is_named(workspace: Workspace) -> None:
    before = shelf(workspace, 100) + shelf(workspace, 50, feed="hanok")
    after = shelf(workspace, 100, lost=5, abv_pct=None) + shelf(workspace, 50, feed="hanok", lost=30, abv_pct=None)
    (fall,) = fallen_shares(before, after)
    assert (fall.column, fall.feed, fall.told_before, fall.told) == ("abv_pct", "hanok", 150, 115)


def test_other_goods_do_not_count(workspace: Workspace) -> None:
    before = shelf(workspace, 30) + shelf(workspace, 30, feed="elbe", lost=30, kind="other")
    after = shelf(workspace, 30) + shelf(workspace, 30, feed="elbe", lost=30, kind="other", abv_pct=None)
    assert shares_check(fallen_shares(before, after)).summary == "the shares of known values held"


def test_a_build_that_lost_the_strengths_is_rejected_and_the_last_snapshot_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert SHARES_CHECK in {check.name for check in table_facts("core/offers").checks if check.blocking}

    def loses(*words: Any, **told: Any) -> Offer:
        return dataclasses.replace(clean_product(*words, **told), abv_pct=None)

    with sample_house(tmp_path / "home", cut=True) as house:
        house.ingest()
        house.build()
        before = house.workspace.current_snapshot()
        monkeypatch.setattr(offering, "clean_product", loses)
        monkeypatch.setattr(offering, "MAKER", "another-1")
        with pytest.raises(CheckFailedError, match="core/offers shares"):
            house.build()
        assert house.workspace.current_snapshot() == before
        (rejected,) = builds.rejected(house.workspace.db)
        (problem,) = report_of_build(house.workspace, rejected.build, "offers")["problems"]
        home = house.workspace.home.root
        assert re.search(rf"whisky run --home {home} --feed \w+ --accept-loss$", problem["remedy"])
        house.build(accept_loss=True)
        after = house.workspace.current_snapshot()
        assert after is not None
        (accepted,) = report_of_build(house.workspace, after.build, "offers")["problems"]
        assert accepted["message"].startswith("accepted: abv_pct: ")
        assert accepted["code"] == ExitCode.DONE
