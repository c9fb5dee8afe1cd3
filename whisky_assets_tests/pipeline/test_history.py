"""What `whisky diff` tells of two snapshots."""

from collections.abc import Sequence

import pytest

from whisky_assets.domain.errors import UsageError
from whisky_assets.pipeline.history import diff_snapshots
from whisky_assets.pipeline.workspace import Workspace
from whisky_assets_tests.pipeline.homes import Product, build, offer, review, whisky

GLEN = Product(source_id="1", word="glen_ten")
MOR = Product(source_id="2", word="mor_twelve")
LOCH = Product(source_id="3", word="loch_red")


def test_a_home_without_a_snapshot_says_how_to_make_one(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="whisky run"):
        diff_snapshots(workspace, None, None)


def test_an_unknown_snapshot_is_named(workspace: Workspace) -> None:
    build(workspace, "b1", [GLEN])
    with pytest.raises(UsageError, match="s000009"):
        diff_snapshots(workspace, "s000009", None)


def test_the_first_snapshot_is_compared_with_nothing(workspace: Workspace) -> None:
    build(workspace, "b1", [GLEN, MOR])
    told = diff_snapshots(workspace, None, None)
    assert told.left is None
    assert [one.key for one in told.new] == ["glen_ten_pk", "mor_twelve_pk"]
    assert [one.key for one in told.offers_gained] == ["elbe:1", "elbe:2"]
    assert told.lines()[0] == "s000001, compared with nothing:"


def test_each_kind_of_change_is_told_once(workspace: Workspace) -> None:
    build(workspace, "b1", [GLEN, MOR])
    renamed = Product(source_id="1", word="glen_ten", name="Glen Ten Years")
    dearer = Product(source_id="3", word="loch_red", price_minor=9950)
    build(workspace, "b2", [renamed, dearer])
    told = diff_snapshots(workspace, "s000001", "s000002")
    assert [one.key for one in told.new] == ["loch_red_pk"]
    assert [(one.pk, one.before, one.after) for one in told.renamed] == [
        ("glen_ten_pk", "Glen Ten", "Glen Ten Years"),
        ("mor_twelve_pk", "Mor Twelve", "Once Sold"),
    ]
    assert [one.key for one in told.dormant] == ["mor_twelve_pk"]
    assert [one.key for one in told.offers_gained] == ["elbe:3"]
    assert [one.key for one in told.offers_lost] == ["elbe:2"]
    assert not told.returned
    assert not told.merged
    assert not told.prices


def test_a_key_that_wakes_is_returned_and_not_new(workspace: Workspace) -> None:
    build(workspace, "b1", [GLEN, MOR])
    build(workspace, "b2", [GLEN])
    build(workspace, "b3", [GLEN, MOR])
    told = diff_snapshots(workspace, None, None)
    assert (told.left, told.right) == ("s000002", "s000003")
    assert [one.key for one in told.returned] == ["mor_twelve_pk"]
    assert not told.new


def test_a_merged_key_is_told_with_where_it_leads(workspace: Workspace) -> None:
    build(workspace, "b1", [GLEN, MOR])
    build(workspace, "b2", [GLEN, Product(source_id="2", word="glen_ten", name="Mor Twelve")])
    told = diff_snapshots(workspace, None, None)
    assert [(one.pk, one.target) for one in told.merged] == [("mor_twelve_pk", "glen_ten_pk")]
    assert not told.dormant


def test_prices_are_told_in_their_currency(workspace: Workspace) -> None:
    build(workspace, "b1", [GLEN, Product(source_id="9", word="mor_twelve", price_minor=12800, currency="JPY")])
    build(
        workspace,
        "b2",
        [
            Product(source_id="1", word="glen_ten", price_minor=None, currency=None),
            Product(source_id="9", word="mor_twelve", price_minor=13000, currency="JPY"),
        ],
    )
    told = diff_snapshots(workspace, None, None)
    assert [(one.key, one.before, one.after) for one in told.prices] == [
        ("elbe:1", "50.00 EUR", ""),
        ("elbe:9", "12,800 JPY", "13,000 JPY"),
    ]
    assert any("50.00 EUR -> untold" in line for line in told.lines())


def test_values_alone_that_changed_are_told_once_a_whisky_and_once_an_offer(workspace: Workspace) -> None:
    for name, values in (("b1", {"abv_pct": 46.0, "region": None}), ("b2", {"abv_pct": 45.2, "region": "Islay"})):
        rows: dict[str, Sequence[object]] = {
            "core/whiskies": [whisky("glen_ten_pk", "Glen Ten", **values), whisky("mor_twelve_pk", "Mor Twelve")],
            "core/offers": [offer(GLEN, workspace, abv_pct=values["abv_pct"]), offer(MOR, workspace)],
        }
        build(workspace, name, [GLEN, MOR], changed=rows)
    told = diff_snapshots(workspace, None, None)
    assert told.changes() == (
        "whiskies with other values: 1 (abv_pct 1, region 1)",
        "  glen_ten_pk  Glen Ten: region untold -> Islay; abv_pct 46.0 -> 45.2",
        "offers with other values: 1 (abv_pct 1)",
        "  elbe:1  Glen Ten: abv_pct 46.0 -> 45.2",
    )
    assert told.as_result()["changed"] == [
        {
            "key": "glen_ten_pk",
            "name": "Glen Ten",
            "fields": (
                {"field": "region", "before": "untold", "after": "Islay"},
                {"field": "abv_pct", "before": "46.0", "after": "45.2"},
            ),
        }
    ]


def test_where_other_tables_alone_differ_no_value_is_said_to_have_changed(workspace: Workspace) -> None:
    build(workspace, "b1", [GLEN])
    build(workspace, "b2", [GLEN], reviews=[review("elbe:1", "elbe:2")])
    told = diff_snapshots(workspace, None, None)
    assert told.changes() == ()
    assert told.lines()[1:3] == ["no value of a whisky or an offer changed", "tables that differ:"]


def test_the_same_tables_are_said_to_be_the_same(workspace: Workspace) -> None:
    build(workspace, "b1", [GLEN])
    build(workspace, "b2", [GLEN])
    told = diff_snapshots(workspace, None, None)
    assert told.tables == ()
    assert told.lines() == ["s000002, compared with s000001: the same tables"]
    assert told.changes() == ()


def test_a_long_list_is_cut_and_its_rest_counted(workspace: Workspace) -> None:
    build(workspace, "b1", [Product(source_id=f"{number:03d}", word=f"glen_{number:03d}") for number in range(25)])
    told = diff_snapshots(workspace, None, None)
    lines = told.changes(3)
    assert lines[:5] == (
        "new whiskies: 25",
        "  glen_000_pk  Glen 000",
        "  glen_001_pk  Glen 001",
        "  glen_002_pk  Glen 002",
        "  ... and 22 more",
    )
    assert len(told.as_result()["new"]) == 25  # type: ignore[arg-type] # a list in the answer


def test_the_direction_of_a_comparison_matters(workspace: Workspace) -> None:
    build(workspace, "b1", [GLEN])
    build(workspace, "b2", [GLEN, LOCH])
    assert [one.key for one in diff_snapshots(workspace, "s000002", "s000001").dormant] == ["loch_red_pk"]
