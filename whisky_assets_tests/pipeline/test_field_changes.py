"""Which values of a whisky or an offer changed: each row once, each field in words, nothing told by another kind."""

from typing import Any

import pytest

from whisky_assets.pipeline.field_changes import changed_offers, changed_whiskies, fields_line
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets_tests.pipeline.homes import Product, offer, whisky

GLEN = Product(source_id="1", word="glen_ten")


def told_of_whisky(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What is said of one whisky whose row had these values, and has those."""
    rows = ({"glen_pk": whisky("glen_pk", **{"name": "Glen", **values})} for values in (before, after))
    return [str(one) for one in changed_whiskies(*rows)]


def test_a_whisky_is_told_once_with_every_field_that_changed() -> None:
    before = {"abv_pct": 46.0, "region": None, "cask_strength": False}
    after = {"abv_pct": 45.2, "region": "Islay", "cask_strength": True}
    assert told_of_whisky(before, after) == [
        "glen_pk  Glen: region untold -> Islay; abv_pct 46.0 -> 45.2; cask_strength no -> yes"
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"name": "Glen"}, {"name": "Glen Ten"}),
        ({"name": "Glen", "name_en": "Glen"}, {"name": "Glen Ten", "name_en": "Glen Ten"}),
        ({"state": "live"}, {"state": "dormant", "offer_count": 0, "live_offer_count": 0}),
        ({"sources": ("elbe",)}, {"sources": ("elbe", "minato"), "licences": ("other",)}),
        ({}, {"input_digest": "1" * 64, "maker_version": "2", "search_tokens": ("g",)}),
    ],
)
def test_what_another_kind_of_change_tells_is_no_value(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert told_of_whisky(before, after) == []


def test_where_a_name_comes_from_is_told_only_where_the_name_stayed() -> None:
    composed = {"name_ko": "글렌", "name_ko_origin": "composed"}
    assert told_of_whisky(composed, {"name_ko": "글렌 텐", "name_ko_origin": "known"}) == [
        "glen_pk  Glen: name_ko 글렌 -> 글렌 텐"
    ]
    assert told_of_whisky(composed, {**composed, "name_ko_origin": "known"}) == [
        "glen_pk  Glen: name_ko_origin composed -> known"
    ]


def test_whiskies_that_came_or_went_have_no_changed_value() -> None:
    assert changed_whiskies({"a_pk": whisky("a_pk", "A")}, {"b_pk": whisky("b_pk", "B")}) == ()


def test_an_offer_is_told_with_its_values_but_not_its_price_and_dates(workspace: Workspace) -> None:
    before = {"elbe:1": offer(GLEN, workspace, available=True, reasons=())}
    after = {"elbe:1": offer(GLEN, workspace, available=False, reasons=("price_missing", "abv_high"), price_minor=1)}
    assert [str(one) for one in changed_offers(before, after)] == [
        "elbe:1  Glen Ten: available yes -> no; reasons untold -> price_missing, abv_high"
    ]


def test_fields_are_counted_the_most_frequent_first() -> None:
    before = {pk: whisky(pk, "G") for pk in ("a_pk", "b_pk", "c_pk")}
    after = {
        "a_pk": whisky("a_pk", "G", abv_pct=40.0, region="Islay"),
        "b_pk": whisky("b_pk", "G", abv_pct=41.0),
        "c_pk": whisky("c_pk", "G", country="GB"),
    }
    assert fields_line(changed_whiskies(before, after)) == "abv_pct 2, country 1, region 1"
