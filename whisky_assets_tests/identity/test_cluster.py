"""Listings become one whisky for a reason that can be read, never over a conflict, in whatever order they come."""

import random
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.identity.block import block_of
from whisky_assets.identity.cluster import block_digest, cluster_block
from whisky_assets.identity.compare import conflicts
from whisky_assets.identity.decisions import Decision, Decisions, Listing, decisions_of
from whisky_assets.identity.gtin_trust import gtin_trust
from whisky_assets.identity.model import Key, Subject, facts_of, known_ages
from whisky_assets.identity.results import BlockResult
from whisky_assets.identity.rules import RULES
from whisky_assets.identity.weak_words import weak_words
from whisky_assets_tests.identity.listings import REFERENCE, listing

WEAK = weak_words(REFERENCE)
CODE = "04006381333931"


def matched(
    subjects: Iterable[Subject],
    *,
    former: Mapping[tuple[str, str], str] | None = None,
    decisions: Decisions | None = None,
    text_only: bool = False,
) -> BlockResult:
    rows = list(subjects)
    return cluster_block(
        "block",
        rows,
        former=former or {},
        decisions=decisions or Decisions(),
        trusted_gtins=gtin_trust(rows),
        weak_words=WEAK,
        text_only=text_only,
    )


def groups(result: BlockResult) -> set[tuple[str, ...]]:
    return {tuple(str(key) for key in cluster.members) for cluster in result.clusters}


def together(*subjects: Subject, text_only: bool = False) -> bool:
    return len(matched(subjects, text_only=text_only).clusters) == 1


def decided(kind: str, left: str, right: str) -> Decisions:
    sides = [Listing(*side.split(":")) for side in (left, right)]
    return decisions_of(
        [Decision(kind=kind, subject=sides[0], object=sides[1], who="mina", when=date(2026, 1, 5), why="I looked")]
    )


SAME = [
    (("Oban 14 years", 43.0), ("OBAN 14YO Highland Single Malt Scotch Whisky", 43.0)),
    (("Oban 14 years", 43.0), ("오반 14년", None)),
    (("Oban 14 years", 43.0), ("オーバン 14年 43度 箱付", 43.0)),
    (("Oban 14 years", 43.0), ("Oban 14 ans coffret cadeau", 43.2)),
    (("Oban 14 years", 43.0), ("Oban 14", 43.0)),
    (("Ardbeg Wee Beastie", 47.4), ("아드벡 위 비스티", None)),
    (("Balvenie DoubleWood 12 years", 40.0), ("Balvenie 12 years Double Wood", 40.0)),
    (("Bell's", 40.0), ("Bell's Original", 40.0)),
    (("Wild Turkey 81 proof", 40.5), ("Wild Turkey", 40.5)),
    (("Midleton - Green Spot", 40.0), ("Green Spot", 40.0)),
    (("Redbreast Heron Edition", 46.0), ("Redbreast Heron", 46.0)),
    (("Highland Park Heron", 45.2), ("Highland Park Heron Edition 15 years", 45.2)),
    (("McClelland's Highland", 40.0), ("McClelland's Highland Single Malt", 40.0)),
    (("Compass Box Heron", 43.0), ("Compass Box Heron Single Grain", 43.0)),
]

APART = [
    (("Oban 14 years", 43.0), ("Oban 14 years", 46.0)),
    (("Oban 14 years", 43.0), ("Oban", 43.0)),
    (("Oban 14 years", 43.0), ("Oban 14 years heron tide wing", 43.0)),
    (("Oban 14 years", 43.0), ("Oban 14 years 2010", 43.0)),
    (("Oban 14 years", 43.0), ("Oban 14 years batch 2", 43.0)),
    (("Oban 14 years", 43.0), ("Oban 14 years sherry cask", 43.0)),
    (("Oban 14 years", 43.0), ("Signatory Vintage Oban 14 years", 43.0)),
    (("Oban 14 years", 43.0), ("Oban 14 years peated", 43.0)),
    (("Oban", 43.0), ("Oban", None)),
    (("Oban", None), ("Oban", None)),
    (("Jim Beam", 40.0), ("Jim Beam Rye", 40.0)),
    (("Jim Beam Single Barrel", 47.5), ("Jim Beam Single Barrel Rye", 47.5)),
    (("Nikka Coffey Grain", 45.0), ("Nikka Coffey Malt", 45.0)),
    (("McClelland's Islay", 40.0), ("McClelland's Speyside", 40.0)),
    (("Crown Royal", 40.0), ("Crown Royal Limited Edition", 40.0)),
    (("Highland Park", 46.0), ("Highland Park 15 years", 46.0)),
    (("Spicebox Honey", 35.0), ("Spicebox Maple", 35.0)),
    (("Oban 14 years cask strength", None), ("Oban 14 years", 43.0)),
    (("Oban 14 years", 56.8), ("Oban 14 years", 56.4)),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_one_whisky_told_in_two_ways_is_one(left: tuple[str, float | None], right: tuple[str, float | None]) -> None:
    # The age as others of the brand tell it stands in the block, as it does in any real one.
    context = listing("Oban 14 years heron tide", 51.0, at="else:9")
    result = matched([listing(*left, at="a:1"), listing(*right, at="b:2"), context])
    assert ("a:1", "b:2") in groups(result)


@pytest.mark.parametrize(("left", "right"), APART)
def test_two_whiskies_stay_apart(left: tuple[str, float | None], right: tuple[str, float | None]) -> None:
    assert not together(listing(*left, at="a:1"), listing(*right, at="b:2"))


def test_a_listing_that_fits_two_joins_neither_and_is_asked_about() -> None:
    weak, strong = listing("Oban 14 years", 40.0, at="a:1"), listing("Oban 14 years", 46.0, at="b:1")
    result = matched([weak, strong, listing("Oban 14 years", at="c:1")])
    assert groups(result) == {("a:1",), ("b:1",), ("c:1",)}
    [review] = result.reviews
    assert (review.kind, review.left, str(review.right)) == ("fits_two", Key("a", "1"), "c:1")


def test_of_two_that_it_fits_a_listing_joins_the_one_of_its_own_source() -> None:
    weak, strong = listing("Oban 14 years", 40.0, at="a:1"), listing("Oban 14 years", 46.0, at="b:1")
    result = matched([weak, strong, listing("Oban 14 years", at="b:2", volume_ml=200)])
    assert groups(result) == {("a:1",), ("b:1", "b:2")}


def test_one_source_that_lists_two_of_one_size_means_two() -> None:
    pair = [listing("Oban 14 years", 43.0, at="a:1"), listing("Oban 14 years", 43.0, at="a:2")]
    assert len(matched(pair).clusters) == 2
    assert [review.kind for review in matched(pair).reviews] == ["same_whisky"]
    assert together(pair[0], listing("Oban 14 years gift box", 43.0, at="a:2"))
    assert together(pair[0], listing("Oban 14 years", 43.0, at="a:2", volume_ml=50))
    assert together(*pair, text_only=True)


def test_a_trusted_barcode_joins_what_words_do_not() -> None:
    pair = [
        listing("Oban 14 years", 43.0, at="a:1", gtin14=CODE),
        listing("Oban 14 years heron tide wing", 43.0, at="b:1", gtin14=CODE, volume_ml=200),
    ]
    assert together(*pair)
    assert not together(*pair, text_only=True)
    [link] = matched(pair).clusters[0].links
    assert link.rule == "gtin"
    assert link.reason == "brand; age=14; leftover ''~'heron tide wing'; abv 43.0~43.0; via gtin"


@pytest.mark.parametrize(
    "other", [("Oban 12 years", 43.0), ("Oban 14 years", 46.0), ("Ardbeg 14 years", 43.0)], ids=["age", "abv", "brand"]
)
def test_a_barcode_on_two_identities_joins_neither(other: tuple[str, float]) -> None:
    pair = [listing("Oban 14 years", 43.0, at="a:1", gtin14=CODE), listing(*other, at="b:1", gtin14=CODE)]
    assert gtin_trust(pair) == {CODE: False}
    result = matched(pair)
    assert len(result.clusters) == 2
    assert [review.kind for review in result.reviews] == ["gtin_clash"]


def test_a_release_told_by_one_side_is_not_joined_by_a_number() -> None:
    pair = [
        listing("Oban Distillers Edition", 43.0, at="a:1", gtin14=CODE),
        listing("Oban Distillers Edition 1998", 43.0, at="b:1", gtin14=CODE),
    ]
    assert not together(*pair)


def test_a_shared_product_number_joins_without_zeros_in_front() -> None:
    pair = [
        listing("Oban 14 years", 43.0, at="a:0042", number_space="both"),
        listing("Oban Fourteen heron", 43.0, at="b:42", number_space="both"),
    ]
    assert together(*pair)
    assert not together(*pair, text_only=True)
    assert not together(listing("Oban 14 years", 43.0, at="a:42"), listing("Oban heron", 43.0, at="b:42"))


def test_the_past_holds_together_what_words_would_not() -> None:
    pair = [listing("Oban 14 years", 43.0, at="a:1"), listing("Oban heron", 43.0, at="b:1")]
    former = {("a", "1"): "oban_14_pk", ("b", "1"): "oban_14_pk"}
    result = matched(pair, former=former)
    assert len(result.clusters) == 1
    assert result.clusters[0].links[0].rule == "former"


def test_a_persons_word_joins_over_a_conflict_and_parts_equal_texts() -> None:
    differ = [listing("Oban 14 years", 43.0, at="a:1"), listing("Oban 12 years", 43.0, at="b:1")]
    assert len(matched(differ, decisions=decided("same", "a:1", "b:1")).clusters) == 1
    equal = [listing("Oban 14 years", 43.0, at="a:1"), listing("Oban 14 years", 43.0, at="b:1")]
    assert len(matched(equal, decisions=decided("different", "a:1", "b:1")).clusters) == 2
    former = {("a", "1"): "oban_14_pk", ("b", "1"): "oban_14_pk"}
    assert len(matched(equal, former=former, decisions=decided("different", "a:1", "b:1")).clusters) == 2


def test_a_name_that_its_source_cut_is_not_equal_by_its_text() -> None:
    name = "Oban 14 years experimental"
    assert not together(listing(name, 43.0, at="a:1", cut_at=len(name)), listing(name, 43.0, at="b:1"))
    assert together(listing(name, 43.0, at="a:1", cut_at=60), listing(name, 43.0, at="b:1"))


def test_a_name_without_brand_and_words_joins_nothing() -> None:
    assert not together(listing("", 43.0, at="a:1"), listing("", 43.0, at="b:1"))


def test_a_pack_of_several_whiskies_joins_nothing() -> None:
    name = "Oban tasting 12 years & 14 years"
    assert not together(listing(name, 43.0, at="a:1"), listing(name, 43.0, at="b:1"))


def test_every_link_tells_its_rule_its_measure_and_its_evidence() -> None:
    result = matched([listing("Oban 14 years", 40.0, at="a:1"), listing("Oban 14 ans", 40.17, at="b:1")])
    [cluster] = result.clusters
    [link] = cluster.links
    rule = next(rule for rule in RULES if rule.name == link.rule)
    assert link.confidence == rule.confidence
    assert rule.measured
    assert link.reason == "brand; age=14; leftover equal; abv 40.0~40.17"
    assert '"abv":{"left":40.0,"right":40.17,"verdict":"agree"}' in link.evidence
    assert cluster.link_of(Key("b", "1")) == link
    assert matched([listing("Oban")]).clusters[0].link_of(Key("shop", "1")) is None


POOL = [
    listing(name, abv, at=f"{source}:{number}", volume_ml=volume, gtin14=code)
    for number, (source, name, abv, volume, code) in enumerate(
        [
            ("a", "Oban 14 years", 43.0, 700, CODE),
            ("a", "Oban 14 years", None, 200, None),
            ("b", "Oban 14", 43.0, 700, CODE),
            ("b", "Oban 14 years", 46.0, 700, None),
            ("c", "오반 14년", None, 700, None),
            ("c", "Oban", 43.0, 700, None),
            ("d", "Oban Original", 43.0, 700, None),
            ("d", "Oban Distillers Edition", 43.0, 700, None),
            ("e", "Oban Distillers Edition 1998", 43.0, 700, None),
            ("e", "Oban 18 years", 43.0, 700, None),
            ("f", "Oban 14 years sherry cask", 43.0, 700, None),
            ("f", "Oban 14 years cask strength", 57.1, 700, None),
            ("g", "Oban 14 years cask strength", 57.3, 700, None),
            ("g", "Oban heron", 45.2, 700, None),
            ("h", "Oban heron 15 years", 45.2, 700, None),
            ("h", "Signatory Oban 14 years", 43.0, 700, None),
        ]
    )
]


@given(st.lists(st.sampled_from(POOL), unique_by=lambda subject: subject.key, min_size=1), st.randoms())
def test_the_order_of_the_rows_changes_nothing(subjects: list[Subject], chance: random.Random) -> None:
    shuffled = list(subjects)
    chance.shuffle(shuffled)
    assert matched(subjects) == matched(shuffled)


@given(st.lists(st.sampled_from(POOL), unique_by=lambda subject: subject.key, min_size=1), st.booleans())
def test_no_cluster_ever_holds_a_conflict_and_each_listing_is_in_one(subjects: list[Subject], text_only: bool) -> None:
    result = matched(subjects, text_only=text_only)
    facts = {subject.key: facts_of(subject, known_ages(subjects)) for subject in subjects}
    assert sorted(key for cluster in result.clusters for key in cluster.members) == sorted(facts)
    for cluster in result.clusters:
        assert len(cluster.links) == len(cluster.members) - 1
        for left, right in combinations(cluster.members, 2):
            assert not conflicts(facts[left], facts[right])
    inside = {key: number for number, cluster in enumerate(result.clusters) for key in cluster.members}
    assert all(inside[review.left] != inside[review.right] for review in result.reviews)


def test_the_digest_of_a_block_changes_with_all_that_its_clusters_hang_on() -> None:
    rows = [listing("Oban 14 years", 43.0, at="a:1", gtin14=CODE), listing("Oban 14 ans", 43.0, at="b:1", gtin14=CODE)]
    base = block_digest(rows, {}, Decisions(), {CODE: True})
    assert base == block_digest(rows[::-1], {}, Decisions(), {CODE: True})
    assert base == block_digest(rows, {}, decided("same", "x:1", "y:1"), {CODE: True})
    changed = [
        block_digest([rows[0]], {}, Decisions(), {CODE: True}),
        block_digest(rows, {("a", "1"): "oban_pk"}, Decisions(), {CODE: True}),
        block_digest(rows, {}, decided("same", "a:1", "b:1"), {CODE: True}),
        block_digest(rows, {}, Decisions(), {CODE: False}),
        block_digest([rows[0], listing("Oban 14 ans", 40.0, at="b:1", gtin14=CODE)], {}, Decisions(), {CODE: True}),
    ]
    assert len({base, *changed}) == len(changed) + 1


@pytest.mark.parametrize(
    ("name", "block"),
    [
        ("Oban 14 years", "oban"),
        ("Longrow Red", "longrow"),
        ("Signatory Vintage Oban", "oban"),
        ("12 Heron Creek Reserve", "unlisted:heron"),
        ("", "unlisted:"),
    ],
)
def test_a_block_is_the_brand_or_the_first_unread_word(name: str, block: str) -> None:
    assert block_of(listing(name).parsed) == block
