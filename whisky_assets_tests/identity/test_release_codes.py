"""A maker's code of one release is read from a name, and parts that release from every other, whatever numbers say."""

import dataclasses

import pytest

from whisky_assets.identity.drift import drift, hard_fields
from whisky_assets.identity.gtin_trust import gtin_trust
from whisky_assets.identity.release_codes import release_codes
from whisky_assets_tests.identity.listings import REFERENCE, listing
from whisky_assets_tests.identity.test_cluster import CODE, matched, together


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Oban Barrel Proof C923", {"c923"}),
        ("Oban Barrel Proof batch #C923", {"c923"}),
        ("Oban 24A cask strength", {"24a"}),
        ("Oban batch 24A", {"24a"}),
        ("Oban (2023-01)", {"2023-1"}),
        ("Oban batch 2023/1", {"2023-1"}),
        ("Oban 2023-12", {"2023-12"}),
        ("Oban 14 years", set()),
        ("Oban 14Y 70CL 43%", set()),
        ("Oban 2006-2018", set()),
        ("Oban 1998 - 46.2%", set()),
        ("Oban batch 3", set()),
        ("Oban 12A", set()),
        ("Oban XR 21", set()),
        ("Oban AB1234567", set()),
        ("오반 14년 700ml", set()),
    ],
)
def test_a_code_is_letters_and_digits_in_one_word_or_a_number_of_a_year(name: str, codes: set[str]) -> None:
    assert release_codes(listing(name).parsed) == codes


RELEASES = [
    ("Oban Barrel Proof C923", "Oban Barrel Proof B524"),
    ("Oban Barrel Proof C923", "Oban Barrel Proof batch B524"),
    ("Oban 24A", "Oban 23B"),
    ("Oban 2023-01", "Oban 2023-02"),
    ("Oban 2023-01", "Oban batch 2024-01"),
]


@pytest.mark.parametrize(("one", "other"), RELEASES)
def test_no_code_of_a_seller_joins_two_releases(one: str, other: str) -> None:
    by_barcode = [listing(one, 60.1, at="a:1", gtin14=CODE), listing(other, 60.1, at="b:1", gtin14=CODE)]
    assert gtin_trust(by_barcode) == {CODE: False}
    assert not together(*by_barcode)
    assert [review.kind for review in matched(by_barcode).reviews] == ["gtin_clash"]
    by_number = [
        listing(one, 60.1, at="a:42", number_space="both"),
        listing(other, 60.1, at="b:42", number_space="both"),
    ]
    assert not together(*by_number)


def test_the_same_release_is_joined_with_and_without_the_word_for_it() -> None:
    one, other = "Oban Barrel Proof C923", "Oban Barrel Proof batch C923"
    assert together(listing(one, 60.1, at="a:1", gtin14=CODE), listing(other, 60.1, at="b:1", gtin14=CODE))


def test_a_release_that_one_side_tells_alone_is_not_joined_by_a_barcode() -> None:
    one, other = "Oban Barrel Proof C923", "Oban Barrel Proof"
    assert not together(listing(one, 60.1, at="a:1", gtin14=CODE), listing(other, 60.1, at="b:1", gtin14=CODE))


@pytest.mark.parametrize(("one", "other"), RELEASES)
def test_a_listing_that_now_sells_another_release_leaves_its_key(one: str, other: str) -> None:
    before, now = (hard_fields(listing(name).parsed, abv_pct=60.1) for name in (one, other))
    assert drift(one, before, other, now).detach
    assert not drift(one, before, f"{one} 70cl", before).fields


def test_a_code_is_read_whatever_the_tables_know_of_the_brand() -> None:
    assert release_codes(listing("Heron Creek Barrel Proof C923").parsed) == {"c923"}
    assert "heron_creek" not in REFERENCE.brands


def test_a_year_and_month_that_another_field_read_is_no_code() -> None:
    parsed = listing("Oban 2023-01").parsed
    assert release_codes(parsed) == {"2023-1"}
    assert release_codes(dataclasses.replace(parsed, leftover=frozenset())) == frozenset()
    without_year = {name: field for name, field in parsed.fields.items() if name != "year"}
    assert release_codes(dataclasses.replace(parsed, fields=without_year)) == frozenset()
