"""Whatever rule would join it, a listing that fits two whiskies in conflict joins neither; names merge no two keys."""

from datetime import date

import pytest

from whisky_assets.identity.cluster import cluster_block
from whisky_assets.identity.decisions import Decision, Decisions, decisions_of
from whisky_assets.identity.gtin_trust import gtin_trust
from whisky_assets.identity.model import Key, Subject
from whisky_assets.identity.torn import torn_clusters
from whisky_assets_tests.identity.listings import listing
from whisky_assets_tests.identity.test_cluster import CODE, decided, groups, matched, together


def asked(*subjects: Subject, former: dict[tuple[str, str], str] | None = None) -> set[tuple[str, str, str]]:
    return {(one.kind, str(one.left), str(one.right)) for one in matched(subjects, former=former).reviews}


def alone(*subjects: Subject) -> set[tuple[str, ...]]:
    return {(str(subject.key),) for subject in subjects}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Oban 14 years Original", "Oban 14 years Classic"),
        ("Oban Original", "Oban Classic"),
        ("Oban 14 years Special Edition", "Oban 14 years Limited Release"),
    ],
)
def test_two_that_each_hold_a_weak_word_of_their_own_are_two(one: str, other: str) -> None:
    pair = [listing(one, 43.0, at="a:1"), listing(other, 43.0, at="b:1")]
    assert not together(*pair)
    assert asked(*pair) == {("same_whisky", "a:1", "b:1")}


@pytest.mark.parametrize("plain", ["Oban 14 years", "Oban"])
def test_a_plain_name_is_no_bridge_between_two_weak_words(plain: str) -> None:
    words = plain.removeprefix("Oban")
    trio = [
        listing(f"Oban{words} Original", 43.0, at="a:1"),
        listing(f"Oban{words} Classic", 43.0, at="b:1"),
        listing(plain, 43.0, at="c:1"),
    ]
    assert groups(matched(trio)) == alone(*trio)
    assert {pair[1:] for pair in asked(*trio)} >= {("a:1", "c:1")}


def test_a_weak_word_more_on_one_side_is_no_word_of_its_own_on_both() -> None:
    assert together(
        listing("Oban 14 years Original", 43.0, at="a:1"), listing("Oban 14 years Special Original", 43.0, at="b:1")
    )


def test_what_the_past_put_together_is_not_joined_to_a_whisky_of_another_weak_word() -> None:
    original = [listing("Oban 14 years Original", 43.0, at="a:1"), listing("Oban 14 years", 43.0, at="b:1")]
    classic = [listing("Oban 14 years Classic", 43.0, at="c:1"), listing("Oban 14 years", 43.0, at="d:1")]
    former = {("a", "1"): "one_pk", ("b", "1"): "one_pk", ("c", "1"): "two_pk", ("d", "1"): "two_pk"}
    assert groups(matched([*original, *classic], former=former)) == {("a:1", "b:1"), ("c:1", "d:1")}


TORN = [
    pytest.param(("Oban 14 years", 43.0), ("Oban 14 years", 43.8), ("Oban 14 years", 43.4), id="alcohol between"),
    pytest.param(("Oban 14 years", 43.0), ("Oban 14 years", 46.0), ("Oban 14 years", None), id="alcohol untold"),
    pytest.param(
        ("Oban heron malt", None), ("Oban heron bourbon", None), ("Oban heron", 43.0), id="the less told in conflict"
    ),
    pytest.param(
        ("Oban heron malt", None), ("Oban heron bourbon", None), ("Oban heron", None), id="none tells alcohol"
    ),
    pytest.param(
        ("Oban 14 years Original", 43.0),
        ("Oban 14 years Original", 43.8),
        ("Oban 14 years", 43.4),
        id="one weak word more",
    ),
    pytest.param(
        ("Oban heron 15 years", 45.2), ("Oban heron 18 years", 45.2), ("Oban heron", 45.2), id="one rare alcohol"
    ),
]


@pytest.mark.parametrize(("one", "other", "between"), TORN)
@pytest.mark.parametrize("sources", ["abc", "cab", "bca"])
def test_by_its_name_a_listing_that_fits_two_in_conflict_joins_neither(
    one: tuple[str, float | None], other: tuple[str, float | None], between: tuple[str, float | None], sources: str
) -> None:
    trio = [listing(*told, at=f"{source}:1") for told, source in zip((one, other, between), sources, strict=True)]
    assert groups(matched(trio)) == alone(*trio)
    torn = str(trio[2].key)
    assert any(kind == "fits_two" and torn in pair for kind, *pair in asked(*trio))


def test_by_a_shared_number_a_listing_that_fits_two_in_conflict_joins_neither() -> None:
    trio = [
        listing("Oban 14 years", 43.0, at="a:42", number_space="all"),
        listing("Oban 14 years heron", None, at="b:42", number_space="all"),
        listing("Oban 14 years tide", 46.0, at="c:42", number_space="all"),
    ]
    assert groups(matched(trio)) == alone(*trio)
    assert asked(*trio) == {("fits_two", "a:42", "b:42"), ("same_whisky", "a:42", "c:42")}


def test_by_a_barcode_a_listing_that_fits_two_in_conflict_joins_neither() -> None:
    rows = [
        listing("Oban 14 years", 43.0, at="a:1", gtin14=CODE),
        listing("Oban 14 years heron", None, at="b:1", gtin14=CODE),
        listing("Oban 14 years tide", None, at="c:1", gtin14=CODE),
        listing("Oban 14 years tide", 46.0, at="d:1"),
    ]
    former = {("c", "1"): "tide_pk", ("d", "1"): "tide_pk"}
    assert gtin_trust(rows) == {CODE: True}
    assert groups(matched(rows, former=former)) == {("a:1",), ("b:1",), ("c:1", "d:1")}
    # Which of the two clusters that it fits is named first follows the order of the keys.
    assert ("fits_two", "a:1", "b:1") in asked(*rows, former=former)


def test_equal_alcohol_to_the_digit_does_not_choose_between_two_that_conflict() -> None:
    rows = [
        listing("Oban 14 years", 43.0, at="a:1"),
        listing("Oban 14 years", 43.5, at="b:1"),
        listing("Oban 14 years", 43.0, at="c:1"),
        listing("Oban 14 years", 42.5, at="d:1"),
        listing("Oban 14 years", 43.0, at="e:1"),
    ]
    former = {("a", "1"): "up_pk", ("b", "1"): "up_pk", ("c", "1"): "down_pk", ("d", "1"): "down_pk"}
    assert groups(matched(rows, former=former)) == {("a:1", "b:1"), ("c:1", "d:1"), ("e:1",)}


def test_a_third_telling_the_same_does_not_choose_between_two_that_a_person_holds_apart() -> None:
    rows = [listing("Oban 14 years", 43.0, at=f"{source}:1") for source in "abcd"]
    result = matched(rows, decisions=decided("different", "a:1", "b:1"))
    assert groups(result) == {("a:1",), ("b:1",), ("c:1", "d:1")}
    assert [review.kind for review in result.reviews] == ["fits_two"]


TWO_KEYS = {("a", "1"): "one_pk", ("b", "1"): "two_pk"}


def test_two_that_have_a_key_each_are_not_merged_for_their_names_but_asked_about() -> None:
    rows = [listing("Oban 14 years", 43.0, at="a:1"), listing("Oban 14 ans", 43.0, at="b:1")]
    assert groups(matched(rows)) == {("a:1", "b:1")}
    assert groups(matched(rows, former=TWO_KEYS)) == alone(*rows)
    assert asked(*rows, former=TWO_KEYS) == {("same_whisky", "a:1", "b:1")}


def test_of_two_keys_one_question_is_asked_however_many_listings_they_have() -> None:
    rows = [listing("Oban 14 years", 43.0, at=f"{source}:1") for source in "abcdef"]
    former = {(source, "1"): f"{source in 'ace'}_pk" for source in "abcdef"}
    assert groups(matched(rows, former=former)) == {("a:1", "c:1", "e:1"), ("b:1", "d:1", "f:1")}
    assert asked(*rows, former=former) == {("same_whisky", "a:1", "b:1")}


def test_a_new_listing_that_fits_two_keys_joins_one_and_merges_none() -> None:
    rows = [listing("Oban 14 years", 43.0, at=f"{source}:1") for source in "abc"]
    assert groups(matched(rows, former=TWO_KEYS)) == {("a:1", "c:1"), ("b:1",)}
    assert asked(*rows, former=TWO_KEYS) == {("same_whisky", "a:1", "b:1")}


def test_a_code_or_a_new_reading_of_the_same_words_merges_two_keys() -> None:
    rows = [listing("Oban 14 years", 43.0, at=f"{source}:1", gtin14=CODE) for source in "ab"]
    assert len(matched(rows, former=TWO_KEYS).clusters) == 1
    plain = [listing("Oban 14 years", 43.0, at=f"{source}:1") for source in "ab"]
    read_anew = cluster_block(
        "block",
        plain,
        former=TWO_KEYS,
        reread={("b", "1")},
        decisions=Decisions(),
        trusted_gtins={},
    )
    assert len(read_anew.clusters) == 1


@pytest.mark.parametrize("name", ["Oban", "Oban 14 years", "Oban heron"])
def test_one_source_that_lists_a_name_in_two_sizes_without_alcohol_lists_one_whisky(name: str) -> None:
    pair = [listing(name, at="a:1", volume_ml=700), listing(name, at="a:2", volume_ml=1140)]
    assert together(*pair)
    assert together(*pair, text_only=True)
    assert together(pair[0], listing(f"{name} gift box", at="a:2", volume_ml=700))
    assert together(pair[0], listing(name, 43.0, at="a:2", volume_ml=1140))


@pytest.mark.parametrize(
    "other",
    [
        listing("Oban", at="a:2", volume_ml=700),
        listing("Oban", at="a:2", volume_ml=None),
        listing("Oban", at="b:2", volume_ml=1140),
        listing("Oban Rye", at="a:2", volume_ml=1140),
        listing("Oban cask strength", at="a:2", volume_ml=1140),
        listing("Oban", at="a:2", volume_ml=1140, cut_at=4),
    ],
    ids=["one size", "size untold", "another source", "another style", "another strength", "a cut name"],
)
def test_a_bare_brand_without_alcohol_is_otherwise_no_other_listings_whisky(other: Subject) -> None:
    assert not together(listing("Oban", at="a:1", volume_ml=700), other)


def test_sizes_of_which_two_conflict_choose_for_no_third() -> None:
    rows = [
        listing("Oban", 40.0, at="a:1", volume_ml=700),
        listing("Oban", 43.0, at="a:2", volume_ml=1000),
        listing("Oban", at="a:3", volume_ml=50),
    ]
    assert groups(matched(rows)) == alone(*rows)
    assert ("fits_two", "a:1", "a:3") in asked(*rows)


def test_a_torn_cluster_is_one_whose_partners_conflict() -> None:
    one, two, three, four = (Key("shop", number) for number in "1234")
    clashing = {(one, three), (three, one)}
    pairs = [(two, one), (two, three), (four, one)]
    torn = torn_clusters(pairs, lambda left, right: (left, right) in clashing)
    assert torn == {two: (one, three)}
    assert torn_clusters(pairs, lambda *_: False) == {}


def test_of_two_that_conflict_an_untold_alcohol_is_that_of_its_own_source() -> None:
    rows = [
        listing("Oban 14 years", 43.0, at="a:1"),
        listing("Oban 14 years", 46.0, at="b:1"),
        listing("Oban 14 years", at="a:2", volume_ml=None),
    ]
    assert groups(matched(rows)) == {("a:1", "a:2"), ("b:1",)}
    assert groups(matched([*rows[:2], listing("Oban 14 years", at="c:2")])) == {("a:1",), ("b:1",), ("c:2",)}


def test_a_person_joins_and_parts_what_has_a_key_by_its_key() -> None:
    rows = [listing("Oban 14 years", 43.0, at="a:1"), listing("Oban 14 years", 46.0, at="b:1")]
    by_key = [
        Decision(kind=kind, subject="one_pk", object="two_pk", who="mina", when=date(2026, 1, 5), why="I looked")
        for kind in ("same", "different")
    ]
    joined = matched(rows, former=TWO_KEYS, decisions=decisions_of(by_key[:1]))
    assert groups(joined) == {("a:1", "b:1")}
    assert [link.rule for cluster in joined.clusters for link in cluster.links] == ["decision"]
    alike = [listing("Oban 14 years", 43.0, at=f"{source}:1", gtin14=CODE) for source in "ab"]
    assert len(matched(alike, former=TWO_KEYS).clusters) == 1
    assert len(matched(alike, former=TWO_KEYS, decisions=decisions_of(by_key[1:])).clusters) == 2


def test_each_question_is_asked_once_of_two_clusters_and_tells_why() -> None:
    two_codes = [listing("Oban 14 years", 43.0, at="a:1", gtin14=CODE), listing("Ardbeg", 46.0, at="b:1", gtin14=CODE)]
    [clash] = matched(two_codes).reviews
    assert (clash.kind, clash.reason) == ("gtin_clash", "they share a barcode, but their names or alcohol differ")
    weak = [
        listing("Oban 14 years", at="a:1"),
        listing("Oban 14 years", at="b:1"),
        listing("Oban 14 years Original", at="c:1"),
        listing("Oban 14 years Original", at="d:1"),
    ]
    result = matched(weak)
    assert groups(result) == {("a:1", "b:1"), ("c:1", "d:1")}
    assert [(str(one.left), str(one.right), one.reason) for one in result.reviews] == [
        ("a:1", "c:1", "only a word that says little tells them apart")
    ]


def test_a_word_more_joins_no_two_strengths() -> None:
    plain = listing("Oban 14 years", 57.0, at="a:1")
    assert together(plain, listing("Oban 14 years heron", 57.0, at="b:1"))
    assert not together(plain, listing("Oban 14 years heron cask strength", 57.0, at="b:1"))


def test_what_is_joined_in_the_end_is_no_question_and_one_cluster_is_asked_about_once() -> None:
    rows = [
        listing("Oban 14 years", 43.0, at="a:1", gtin14=CODE),
        listing("Oban 14 years", 43.0, at="b:1", gtin14=CODE),
        listing("Ardbeg 10 years", 46.0, at="c:1", gtin14=CODE),
        listing("Ardbeg 10 years", 46.0, at="d:1", gtin14=CODE),
    ]
    result = matched(rows)
    assert groups(result) == {("a:1", "b:1"), ("c:1", "d:1")}
    assert [(one.kind, str(one.left), str(one.right)) for one in result.reviews] == [("gtin_clash", "a:1", "c:1")]


def test_a_weak_word_is_not_asked_about_where_alcohol_tells_them_apart() -> None:
    plain = listing("Oban 14 years", 43.0, at="a:1")
    assert asked(plain, listing("Oban 14 years Original", at="b:1")) == {("same_whisky", "a:1", "b:1")}
    assert asked(plain, listing("Oban 14 years Original", 46.0, at="b:1")) == set()
