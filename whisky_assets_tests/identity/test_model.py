"""A listing's facts are what its name and columns tell, in one spelling."""

from __future__ import annotations

import pytest

from whisky_assets.identity.model import Key, facts_of, from_offer, known_ages
from whisky_assets_tests.identity.listings import facts, listing
from whisky_assets_tests.identity.offer_world import offer


def test_a_bare_number_is_an_age_where_the_block_knows_it() -> None:
    ages = known_ages([listing("Oban 14 years"), listing("Oban")])
    assert ages == {14}
    known, unknown = facts_of(listing("Oban 14"), ages), facts_of(listing("Oban 15"), ages)
    assert (known.text.age, known.text.leftover, known.joined) == (14, frozenset(), "")
    assert (unknown.text.age, unknown.text.leftover, unknown.joined) == (None, frozenset({"15"}), "15")
    assert facts_of(listing("Oban 12 years 14"), ages).text.age == 12


@pytest.mark.parametrize(
    ("word", "abv_pct", "is_proof"),
    [
        ("81", 40.5, True),
        ("81", 40.6, True),
        ("81", 40.8, False),
        ("81", None, False),
        ("70", 35.0, True),
        ("69", 34.5, False),
        ("150", 75.0, True),
        ("151", 75.5, False),
    ],
)
def test_a_number_that_repeats_the_alcohol_as_proof_says_nothing(
    word: str, abv_pct: float | None, *, is_proof: bool
) -> None:
    assert (word not in facts(f"Oban heron x{word} {word}", abv_pct).text.leftover) == is_proof


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Oban", True),
        ("Oban Single Malt", True),
        ("Oban heron", False),
        ("Oban 14 years", False),
        ("Oban 1990", False),
        ("Oban distilled 1990", False),
        ("Oban bottled 2005", False),
        ("Oban batch 3", False),
        ("Oban cask no. 12", False),
        ("Oban port cask", False),
        ("Arran peated", False),
        ("Signatory Vintage Oban", False),
        ("McClelland's Islay", False),
        ("Oban Highland", True),
    ],
)
def test_a_plain_name_says_nothing_but_the_brand(name: str, *, plain: bool) -> None:
    assert facts(name, 43.0).plain == plain


def test_an_offer_tells_its_columns_before_its_name() -> None:
    told = from_offer(offer("Oban 14 Year Old 46%", "7", "shop", abv_pct=43.0, volume_ml=700, gtin14="04006381333931"))
    assert (told.key, str(told.key), told.name) == (Key("shop", "7"), "shop:7", "Oban 14 Year Old 46%")
    assert (told.abv_pct, told.volume_ml, told.gtin14, told.release) == (43.0, 700, "04006381333931", "2026-01-05")
    assert (told.cut_at, told.number_space, told.cut) == (None, None, False)
    cut = from_offer(offer("Oban 14 Year Old 46%"), cut_at=20, number_space="all")
    assert (cut.abv_pct, cut.cut_at, cut.number_space, cut.cut) == (46.0, 20, "all", True)
