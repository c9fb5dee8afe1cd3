"""Clusters reach the registry in the pieces that hold without a decision, so that taking it back parts them."""

from __future__ import annotations

from whisky_assets.identity.block import block_of
from whisky_assets.identity.cluster import cluster_block
from whisky_assets.identity.decisions import Decisions, decisions_of
from whisky_assets.identity.model import Subject
from whisky_assets.identity.registry import Registry
from whisky_assets.identity.registry_input import groups_of, member_of
from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import load_reference
from whisky_assets_tests.identity.registry_world import NOW, pk_of
from whisky_assets_tests.identity.test_decisions import decide


def subject(source_id: str, name: str, abv_pct: float | None = 46.0, *, space: str = "shop") -> Subject:
    parsed = parse_name(name, load_reference())
    return Subject(id_space=space, source_id=source_id, name=name, parsed=parsed, abv_pct=abv_pct)


def matched(registry: Registry, subjects: list[Subject], decisions: Decisions) -> Registry:
    """Match listings of one block and record their keys, as a build does."""
    members = {one.key: member_of(one) for one in subjects}
    standing = registry.standing(members.values(), decisions)
    result = cluster_block(
        block_of(subjects[0].parsed),
        subjects,
        former=standing.former,
        reread=standing.reread,
        decisions=decisions,
        trusted_gtins={},
    )
    delta = registry.apply(
        groups_of(result, members), decisions=decisions, live_members=set(members), build="b", now=NOW
    )
    return registry.extended(delta.events)


def test_a_listing_is_named_and_remembered_by_what_its_name_says() -> None:
    listing = member_of(subject("1", "Ardbeg 10 Year Old"))
    assert listing.key == ("shop", "1")
    assert (listing.words, listing.family_words) == (("ardbeg", "10"), ("ardbeg", "10"))
    assert dict(listing.hard_fields) == {"brand": "ardbeg", "age_years": 10, "abv_pct": 46.0}


def test_listings_that_rules_join_share_a_key_and_others_do_not() -> None:
    subjects = [
        subject("1", "Ardbeg 10 Year Old"),
        subject("2", "ARDBEG 10yo", 46.2, space="two"),
        subject("3", "Ardbeg Uigeadail", 54.2),
    ]
    registry = matched(Registry(), subjects, Decisions())
    assert pk_of(registry, "shop", "1") == pk_of(registry, "two", "2") == "ardbeg_10_pk"
    assert pk_of(registry, "shop", "3") == "ardbeg_uigeadail_pk"


def test_a_decision_joins_two_clusters_of_a_block_and_taking_it_back_parts_them_again() -> None:
    subjects = [subject("1", "Ardbeg 10 Year Old"), subject("2", "Ardbeg Uigeadail", 54.2)]
    apart = matched(Registry(), subjects, Decisions())
    decided = decisions_of([decide("same", "shop:1", "shop:2")])
    joined = matched(apart, subjects, decided)
    assert pk_of(joined, "shop", "1") == pk_of(joined, "shop", "2") == "ardbeg_10_pk"
    assert joined.resolve("ardbeg_uigeadail_pk") == "ardbeg_10_pk"
    assert matched(joined, subjects, decided).events == joined.events
    again = matched(joined, subjects, Decisions())
    assert again.members() == apart.members()
    assert again.redirects() == {}


def test_a_disputed_alcohol_is_matched_by_its_former_value() -> None:
    first = [subject("1", "Ardbeg 10 Year Old"), subject("2", "Ardbeg 10 Year Old", space="two")]
    registry = matched(Registry(), first, Decisions())
    now = member_of(subject("2", "Ardbeg 10 Year Old", 40.0, space="two"))
    standing = registry.standing([now], Decisions())
    assert standing.matched_abv_pct == {("two", "2"): 46.0}
    assert standing.former == {("two", "2"): "ardbeg_10_pk"}


def test_a_rename_and_a_difference_hold_over_what_the_rules_would_do() -> None:
    subjects = [subject("1", "Ardbeg 10 Year Old"), subject("2", "Ardbeg Uigeadail", 54.2)]
    apart = matched(Registry(), subjects, Decisions())
    renamed = matched(apart, subjects, decisions_of([decide("rename", "ardbeg_uigeadail_pk", "ardbeg_10_pk")]))
    assert renamed.resolve("ardbeg_uigeadail_pk") == "ardbeg_10_pk"
    alike = [subject("1", "Ardbeg 10 Year Old"), subject("2", "Ardbeg 10 Year Old", space="two")]
    merged = matched(Registry(), alike, Decisions())
    assert merged.keys() == ("ardbeg_10_pk",)
    decided = decisions_of([decide("different", "shop:1", "two:2")])
    parted = matched(merged, alike, decided)
    assert pk_of(parted, "shop", "1") != pk_of(parted, "two", "2")
    [split] = {*parted.keys()} - {*merged.keys()}
    back = matched(parted, alike, Decisions())
    assert back.members() == merged.members()
    assert back.redirects() == {split: "ardbeg_10_pk"}
    assert matched(back, alike, Decisions()).events == back.events
