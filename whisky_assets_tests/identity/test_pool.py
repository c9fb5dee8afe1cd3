"""Clusters grow only over listings that nothing parts, and what a person holds apart is never one."""

from __future__ import annotations

from whisky_assets.identity.joinable import Shelf
from whisky_assets.identity.model import Facts, Key
from whisky_assets.identity.pool import Pool
from whisky_assets.identity.text_groups import ageless_groups, text_groups, weak_groups
from whisky_assets_tests.identity.listings import facts

A, B, C, D = (Key(letter, "1") for letter in "abcd")


def row(letter: str, name: str = "Oban 14 years", abv_pct: float | None = 43.0) -> Facts:
    return facts(name, abv_pct, at=f"{letter}:1")


def never(_one: list[Facts], _other: list[Facts]) -> bool:
    return False


def pool(*rows: Facts, apart: tuple[tuple[Key, Key], ...] = ()) -> Pool:
    return Pool(rows, apart, never)


def test_every_listing_is_alone_at_first_and_clusters_are_named_by_their_smallest() -> None:
    made = pool(row("c"), row("a"), row("b"))
    assert list(made.clusters()) == [[A], [B], [C]]
    assert made.merge(C, B)
    assert (made.root(C), made.root(B), made.size(B)) == (B, B, 2)
    assert made.merge(A, C)
    assert list(made.clusters()) == [[A, B, C]]
    assert {made.root(key) for key in (A, B, C)} == {A}
    assert sorted(fact.key for fact in made.members(A)) == [A, B, C]
    assert made.same(B, C)


def test_a_conflict_of_fields_forbids_a_merge_unless_it_is_forced() -> None:
    made = pool(row("a"), row("b", abv_pct=46.0))
    assert not made.compatible(A, B)
    assert made.in_conflict(A, B)
    assert not made.merge(A, B)
    assert not made.same(A, B)
    assert made.merge(A, B, force=True)
    assert made.same(A, B)
    assert made.merge(A, B)


def test_a_member_in_conflict_parts_the_whole_cluster() -> None:
    made = pool(row("a", abv_pct=43.0), row("b", abv_pct=43.4), row("c", abv_pct=43.8))
    assert made.merge(A, B)
    assert not made.merge(B, C)
    assert list(made.clusters()) == [[A, B], [C]]


def test_nothing_passes_over_what_a_person_holds_apart() -> None:
    made = pool(row("a"), row("b"), row("c"), apart=((A, B),))
    assert not made.merge(A, B)
    assert not made.merge(B, A, force=True)
    assert made.merge(B, C)
    assert not made.merge(A, C, force=True)
    assert made.in_conflict(A, C)
    assert not made.compatible(C, A)


def test_what_all_listings_say_may_part_two_clusters_that_no_field_parts() -> None:
    def of_two_ages(one: list[Facts], other: list[Facts]) -> bool:
        return len(one) + len(other) > 2

    made = Pool([row("a"), row("b", "Oban 14 ans heron"), row("c", "Oban 14 tide")], (), of_two_ages)
    assert not made.in_conflict(A, B)
    assert made.merge(A, B)
    assert made.compatible(A, C)
    assert made.in_conflict(A, C)
    assert made.in_conflict(C, A)


def test_only_clusters_of_one_and_the_same_text_are_interchangeable() -> None:
    made = pool(row("a"), row("b"), row("c", "Oban 14 years heron"), row("d"), apart=((C, D),))
    assert made.interchangeable(A, B)
    assert made.kind(A) == made.kind(B)
    assert made.shape(A) == made.shape(B) != made.shape(C)
    assert not made.interchangeable(A, C)
    assert not made.interchangeable(A, D)
    assert not made.interchangeable(D, A)
    assert made.kind(D) != made.kind(A)
    made.merge(A, C)
    assert not made.interchangeable(A, A)
    assert not made.interchangeable(A, B)


def test_one_listing_a_text_speaks_for_a_cluster() -> None:
    made = pool(row("a"), row("b"), row("c", "Oban 14 years heron"))
    made.merge(A, B)
    made.merge(B, C)
    assert [fact.key for fact in made.distinct(C)] == [A, C]


def test_a_cluster_stands_where_its_listings_stand() -> None:
    two = [facts("Oban 14 years", 43.0, at=f"a:{number}") for number in (1, 2)]
    made = pool(*two, row("b"), row("c"))
    assert set(made.shelves(A)) == {Shelf("a", "2026", 700, plastic=False)}
    assert made.on_one_shelf(A, Key("a", "2"))
    assert not made.on_one_shelf(A, B)
    made.merge(Key("a", "2"), B)
    assert made.on_one_shelf(A, B)
    assert {shelf.id_space for shelf in made.shelves(B)} == {"a", "b"}
    assert not made.on_one_shelf(C, B)


def keys(groups: list[list[Facts]]) -> list[list[str]]:
    return [[fact.key.id_space for fact in group] for group in groups]


def test_names_that_read_equal_are_one_group_also_written_together() -> None:
    rows = [
        row("c", "Oban sea kelp"),
        row("a", "Oban seakelp"),
        row("b", "Oban heron"),
        row("e", "Oban seakelp 14 years"),
    ]
    assert keys(text_groups(rows)) == keys(text_groups(reversed(rows))) == [["a", "c"]]


def test_names_that_differ_in_weak_words_alone_are_a_group() -> None:
    rows = [row("b", "Oban heron original"), row("a", "Oban heron"), row("c", "Oban tide"), row("d", "Oban tide")]
    assert keys(weak_groups(rows, frozenset({"original"}))) == [["a", "b"]]
    assert weak_groups(rows, frozenset()) == []


def test_named_expressions_that_differ_in_age_alone_are_a_group() -> None:
    rows = [
        row("b", "Oban heron 14 years"),
        row("a", "Oban heron edition"),
        row("c", "Oban 14 years"),
        row("d", "Oban"),
        row("e", "Oban tide 14 years"),
        row("f", "Oban tide 14 years"),
    ]
    assert keys(ageless_groups(rows, frozenset({"edition"}))) == [["a", "b"]]


def test_equal_words_in_another_order_are_one_group() -> None:
    rows = [row("a", "Oban sea kelp"), row("b", "Oban kelp sea"), row("c", "Oban kelpsea")]
    assert keys(text_groups(rows)) == keys(text_groups(reversed(rows))) == [["a", "b", "c"]]
