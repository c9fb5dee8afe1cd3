"""Every row is accounted for: what is lost between two tables leaves a gap with its feed's name."""

from __future__ import annotations

import pytest

from whisky_assets.pipeline.balance import balance_check, feed_balances
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets_tests.pipeline.homes import Product, listing, offer

ONE, OTHER = Product(source_id="1", word="glen"), Product(source_id="2", word="mor")


def test_a_listing_without_an_offer_is_a_gap(workspace: Workspace) -> None:
    listings = [listing(ONE, 0, workspace), listing(OTHER, 1, workspace)]
    (row,) = feed_balances({"elbe": []}, listings, [offer(ONE, workspace, kind="other")], [])
    assert (row.listings, row.offers, row.told_by_another) == (2, 1, 0)
    assert "elbe: listings 2 but offers + told by another feed 1" in row.gaps
    assert not balance_check([row]).passed


def test_a_listing_that_another_feed_speaks_for_is_none(workspace: Workspace) -> None:
    listings = [listing(ONE, 0, workspace)]
    spoken = offer(ONE, workspace, feed="minato", kind="other")
    rows = {row.feed: row for row in feed_balances({"elbe": [], "minato": []}, listings, [spoken], [])}
    assert (rows["elbe"].offers, rows["elbe"].told_by_another) == (0, 1)


@pytest.mark.parametrize("kind", ["bundle", "review", "other"])
def test_an_offer_is_a_member_a_bundle_a_review_or_other_goods(workspace: Workspace, kind: str) -> None:
    (row,) = feed_balances({"elbe": []}, [listing(ONE, 0, workspace)], [offer(ONE, workspace, kind=kind)], [])
    counts = (row.members, row.bundles, row.reviews, row.other_goods)
    assert counts == (0, kind == "bundle", kind == "review", kind == "other")
    assert [gap for gap in row.gaps if "members" in gap] == []


def test_a_whisky_that_was_never_matched_is_a_gap(workspace: Workspace) -> None:
    (row,) = feed_balances({"elbe": []}, [listing(ONE, 0, workspace)], [offer(ONE, workspace)], [])
    assert "elbe: offers 1 but members + bundles + reviews + other goods 0" in row.gaps
