"""Keys are readable, safe as document ids and never given twice."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.domain.records.shared import FAMILY_PATTERN, PK_PATTERN
from whisky_assets.identity.slugs import FAMILY_ENDING, WHISKY_ENDING, KeyNames, family_words, slug, whisky_words
from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import load_reference


@pytest.mark.parametrize(
    ("name", "whisky", "family"),
    [
        ("Ardbeg 10 Year Old", "ardbeg_10", "ardbeg_10"),
        ("아드벡 10년", "ardbeg_10", "ardbeg_10"),
        ("Highland Park 25 Year Old 2010", "highland_park_25_2010", "highland_park_25"),
        ("Glendronach Cask Strength Batch 9", "glendronach_cask_strength_batch_9", "glendronach_cask_strength"),
    ],
)
def test_a_slug_says_what_a_name_says(name: str, whisky: str, family: str | None) -> None:
    parsed = parse_name(name, load_reference())
    assert slug(whisky_words(parsed)).startswith(whisky)
    if family is not None:
        assert slug(family_words(parsed)) == family


@pytest.mark.parametrize(
    ("name", "slugged"),
    [
        ("Oban 14 ل", "oban_14"),
        ("Oban 14 ويسكي", "oban_14"),
        ("Ardbeg 10 ויסקי", "ardbeg_10"),
        ("วิสกี้ Macallan 12 ปี", "macallan_12"),
        ("Kilchoman Machir Bay वीस्की", "kilchoman_machir_bay"),
        ("أوبان 14 سنة", "whisky_14"),
        ("أوبان", "whisky"),
        ("Лагавулин 16 лет", "lagavulin_16"),
        ("Альба Объект 12 лет", "alba_obekt_12"),
        ("Μπάλμορ ευχή αυγή Ουράνιο 15", "balmor_efchi_avgi_ouranio_15"),
        ("Glenfiddich 12 ვისკი", "glenfiddich_12_viski"),
        ("Octomore 6.1", "octomore_6_1_heavily_peated"),
    ],
)
def test_a_word_of_another_alphabet_is_a_whole_word_in_latin_letters_or_none(name: str, slugged: str) -> None:
    assert slug(whisky_words(parse_name(name, load_reference()))) == slugged


@pytest.mark.parametrize(
    ("name", "slugged"),
    [
        ("Nikka Coffey Grain Whisky", "nikka_coffey_grain"),
        ("Nikka Coffey Malt", "nikka_coffey_malt"),
        ("Crown Royal Northern Harvest Rye", "crown_royal_northern_harvest_rye"),
        ("Jameson Caskmates Stout Edition", "jameson_caskmates_stout"),
        ("Glenlivet French Oak Reserve 15 Year Old", "glenlivet_french_oak_reserve_15"),
        ("Port Charlotte 10 Port", "port_charlotte_10_heavily_peated_port"),
        ("Bulleit Rye Rye", "bulleit_rye"),
    ],
)
def test_a_trait_that_the_expressions_own_words_tell_stands_once(name: str, slugged: str) -> None:
    assert slug(family_words(parse_name(name, load_reference()))) == slugged


@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_words_make_a_key_that_is_safe_everywhere(words: list[str]) -> None:
    names = KeyNames(())
    base = slug(words)
    assert re.fullmatch(PK_PATTERN, names.mint(base, WHISKY_ENDING))
    assert re.fullmatch(FAMILY_PATTERN, names.mint(base, FAMILY_ENDING))
    assert len(base) <= 64


@given(st.lists(st.sampled_from(["glen", "glen_2", "glen_3", "ben"]), max_size=12), st.sets(st.just("glen_2_pk")))
def test_no_key_is_given_twice(bases: list[str], taken: set[str]) -> None:
    names = KeyNames(taken)
    minted = [names.mint(base, WHISKY_ENDING) for base in bases]
    assert len({*minted, *taken}) == len(minted) + len(taken)


def test_a_long_name_is_cut_between_words_and_one_without_letters_is_still_a_key() -> None:
    assert slug(["wordone"] * 20) == "_".join(["wordone"] * 8)
    assert slug(["x" * 100]) == "x" * 64
    assert slug(["!!", ""]) == "whisky"


def test_a_slug_of_full_length_is_not_cut_and_one_longer_is_cut_at_a_word() -> None:
    full = "_".join(["abc"] * 15 + ["four"])
    assert len(full) == 64
    assert slug(full.split("_")) == full
    assert slug([*full.split("_"), "x"]) == full
    assert slug([*full.split("_")[:-1], "fours"]) == "_".join(["abc"] * 15)


def test_letters_of_any_script_are_written_in_latin_ones_and_signs_part_words() -> None:
    assert slug(["Kyrö", "Rosé  12%", "(1990)"]) == "kyro_rose_12_1990"
    assert slug(["響"]) == slug(["響"]).lower() != "whisky"


@pytest.mark.parametrize(
    ("name", "whisky", "family"),
    [
        ("Jim Beam Rye", ("jim_beam", "rye"), ("jim_beam", "rye")),
        ("Oban Single Malt", ("oban",), ("oban",)),
        ("Arran 10 Years heavily peated", ("arran", "10", "heavily_peated"), ("arran", "10", "heavily_peated")),
        ("Oban 14 years port cask", ("oban", "14", "port"), ("oban", "14", "port")),
        ("Oban distilled 1990 bottled 2005", ("oban", "1990"), ("oban",)),
        ("Oban bottled 2005", ("oban", "2005"), ("oban",)),
        ("Oban batch 3", ("oban", "batch 3"), ("oban",)),
        ("Oban cask no. 12", ("oban", "cask", "12"), ("oban",)),
        ("Signatory Vintage Oban", ("oban", "signatory_vintage"), ("oban", "signatory_vintage")),
        ("Oban heron", ("oban", "heron"), ("oban", "heron")),
    ],
)
def test_a_key_says_the_expression_then_year_batch_and_cask(
    name: str, whisky: tuple[str, ...], family: tuple[str, ...]
) -> None:
    parsed = parse_name(name, load_reference())
    assert (whisky_words(parsed), family_words(parsed)) == (whisky, family)


def test_keys_of_one_base_are_numbered_from_two_and_each_ending_counts_for_itself() -> None:
    names = KeyNames(["oban_2_pk"])
    assert [names.mint("oban", WHISKY_ENDING) for _ in range(3)] == ["oban_pk", "oban_3_pk", "oban_4_pk"]
    assert [names.mint("oban", FAMILY_ENDING) for _ in range(2)] == ["oban_fk", "oban_2_fk"]
