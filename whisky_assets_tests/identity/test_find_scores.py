"""A score is the share of what was asked for that a whisky has; what it has beside that decides between equals."""

from __future__ import annotations

import dataclasses

import pytest

from whisky_assets.identity.find import FindIndex
from whisky_assets.identity.find_index import WordIndex, is_asian, near
from whisky_assets.reference import load_reference
from whisky_assets_tests.identity.offer_world import described, offer, whisky
from whisky_assets_tests.identity.test_find import INDEX, TOLD

REFERENCE = load_reference()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "ardbeg ten",
            [
                ("ardbeg_10_pk", 1.0, "brand Ardbeg; age 10"),
                ("ardbeg_corryvreckan_pk", 0.571, "brand Ardbeg"),
                ("ardbeg_uigeadail_pk", 0.571, "brand Ardbeg"),
            ],
        ),
        (
            "ardbeg uigedail",
            [
                ("ardbeg_uigeadail_pk", 0.9, "brand Ardbeg; word uigedail as uigeadail"),
                ("ardbeg_10_pk", 0.667, "brand Ardbeg"),
                ("ardbeg_corryvreckan_pk", 0.667, "brand Ardbeg"),
            ],
        ),
        (
            "ardbeg corry",
            [
                ("ardbeg_corryvreckan_pk", 0.933, "brand Ardbeg; word corry as corryvreckan"),
                ("ardbeg_10_pk", 0.667, "brand Ardbeg"),
                ("ardbeg_uigeadail_pk", 0.667, "brand Ardbeg"),
            ],
        ),
        (
            "lagavulin 8",
            [
                ("lagavulin_8_pk", 1.0, "brand Lagavulin; age 8"),
                ("lagavulin_16_pk", 0.357, "brand Lagavulin"),
                ("lagavulin_16_de_pk", 0.357, "brand Lagavulin"),
            ],
        ),
        (
            "lagavulin uigeadail",
            [
                ("lagavulin_16_pk", 0.667, "brand Lagavulin"),
                ("lagavulin_8_pk", 0.667, "brand Lagavulin"),
                ("lagavulin_16_de_pk", 0.667, "brand Lagavulin"),
                ("ardbeg_uigeadail_pk", 0.167, "word uigeadail, of another brand"),
            ],
        ),
        (
            "ardbeg ten uigeadail",
            [
                ("ardbeg_10_pk", 0.778, "brand Ardbeg; age 10"),
                ("ardbeg_uigeadail_pk", 0.667, "brand Ardbeg; word uigeadail"),
                ("ardbeg_corryvreckan_pk", 0.444, "brand Ardbeg"),
            ],
        ),
        (
            "black label",
            [("jw_black_pk", 1.0, "word black; word label"), ("jw_red_pk", 0.5, "word label")],
        ),
        ("highland park 2010", [("park_2010_pk", 1.0, "brand Highland Park; year 2010")]),
        (
            "ラガ16",
            [
                ("lagavulin_16_pk", 1.0, "word ラガ; age 16"),
                ("lagavulin_16_de_pk", 1.0, "word ラガ; age 16"),
                ("lagavulin_8_pk", 0.1, "word ラガ"),
            ],
        ),
    ],
)
def test_a_score_is_the_share_of_what_was_asked_for(text: str, expected: list[tuple[str, float, str]]) -> None:
    assert [(one.pk, one.score, one.reason) for one in INDEX.find(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "glenallachie batch 11",
            [
                ("batch_11_pk", 1.0, "brand GlenAllachie; batch 11"),
                ("plain_pk", 0.571, "brand GlenAllachie"),
                ("sherry_pk", 0.571, "brand GlenAllachie"),
                ("signatory_pk", 0.571, "brand GlenAllachie"),
                ("batch_10_pk", 0.571, "brand GlenAllachie"),
            ],
        ),
        (
            "glenallachie sherry",
            [
                ("sherry_pk", 1.0, "brand GlenAllachie; cask sherry"),
                ("plain_pk", 0.667, "brand GlenAllachie"),
                ("signatory_pk", 0.667, "brand GlenAllachie"),
                ("batch_10_pk", 0.667, "brand GlenAllachie"),
                ("batch_11_pk", 0.667, "brand GlenAllachie"),
            ],
        ),
        (
            "glenallachie 10 cs",
            [
                ("batch_10_pk", 1.0, "brand GlenAllachie; cask strength; age 10"),
                ("batch_11_pk", 1.0, "brand GlenAllachie; cask strength; age 10"),
                ("plain_pk", 0.778, "brand GlenAllachie; age 10"),
                ("sherry_pk", 0.778, "brand GlenAllachie; age 10"),
                ("signatory_pk", 0.778, "brand GlenAllachie; age 10"),
            ],
        ),
        (
            "signatory glenallachie 10",
            [
                ("signatory_pk", 1.0, "brand GlenAllachie; bottler Signatory Vintage; age 10"),
                ("plain_pk", 0.7, "brand GlenAllachie; age 10"),
                ("sherry_pk", 0.7, "brand GlenAllachie; age 10"),
                ("batch_10_pk", 0.7, "brand GlenAllachie; age 10"),
                ("batch_11_pk", 0.7, "brand GlenAllachie; age 10"),
            ],
        ),
    ],
)
def test_batch_wood_strength_and_bottler_weigh_in_the_score_too(
    text: str, expected: list[tuple[str, float, str]]
) -> None:
    assert [(one.pk, one.score, one.reason) for one in TOLD.find(text)] == expected


def test_a_bare_number_is_an_age_only_where_the_brand_has_a_whisky_of_it() -> None:
    assert INDEX.ask("lagavulin 16").age_years == 16
    asked = INDEX.ask("ardbeg 16")
    assert (asked.brand, asked.age_years, asked.words) == ("Ardbeg", None, ("16",))
    assert INDEX.ask("16").age_years == 16
    assert INDEX.ask("17").age_years is None


def test_words_are_read_as_brand_age_years_and_the_words_left() -> None:
    asked = INDEX.ask("Highland Park 12yo 2010 Bottled 2020 Herons")
    assert (asked.brand, asked.age_years, asked.years) == ("Highland Park", 12, frozenset({2010, 2020}))
    assert asked.words == ("heron",)


def test_the_whiskies_of_a_brand_or_with_a_word_stand_in_order_of_key() -> None:
    assert [one.whisky_pk for one in INDEX.of_brand("ARDBEG")] == [
        "ardbeg_10_pk",
        "ardbeg_corryvreckan_pk",
        "ardbeg_uigeadail_pk",
    ]
    assert [one.whisky_pk for one in INDEX.with_word("label")] == ["jw_black_pk", "jw_red_pk"]
    assert INDEX.of_brand("No Such") == INDEX.with_word("xyzzy") == []


def test_a_cask_number_and_a_year_of_bottling_are_found() -> None:
    rows = [
        whisky("cask_12", "Oban cask no. 12"),
        whisky("cask_13", "Oban cask no. 13"),
        whisky("at_2015", "Oban distilled 1990 bottled 2015"),
    ]
    index = FindIndex(rows, REFERENCE)
    found = index.find("oban cask no. 13")[0]
    assert (found.pk, found.score, found.reason) == ("cask_13_pk", 1.0, "brand Oban; cask number 13")
    found = index.find("oban bottled 2015")[0]
    assert (found.pk, found.score, found.reason) == ("at_2015_pk", 1.0, "brand Oban; year 2015")
    found = index.find("oban 1990")[0]
    assert (found.pk, found.score, found.reason) == ("at_2015_pk", 1.0, "brand Oban; year 1990")


def test_the_plain_bottling_comes_before_one_that_tells_more_than_was_asked_for() -> None:
    rows = [
        whisky("a_port", "Oban 14 Year Old Port Cask", offer_count=9),
        whisky("b_heron", "Oban 14 Year Old Heron Tide", offer_count=9),
        whisky("c_plain", "Oban 14 Year Old", offer_count=1),
    ]
    assert [one.pk for one in FindIndex(rows, REFERENCE).find("oban 14")] == ["c_plain_pk", "a_port_pk", "b_heron_pk"]
    assert [one.pk for one in FindIndex(rows, REFERENCE).find("oban 14", limit=1)] == ["c_plain_pk"]


def test_a_word_is_near_another_by_one_slip_from_five_letters_on_and_two_from_eight() -> None:
    assert near("ardbe", ["ardbeg"]) == ["ardbeg"]
    assert near("arde", ["arbe", "ardbe"]) == []
    assert near("talskr", ["talisker"]) == []
    assert near("laphrog", ["laphroaig"]) == []
    assert near("laphroiag", ["laphroaig"]) == ["laphroaig"]
    assert near("laphroxxg", ["laphroaig"]) == ["laphroaig"]
    assert near("talisxxr", ["talisker"]) == ["talisker"]
    assert near("laphxxxig", ["laphroaig"]) == []
    assert near("taliskr", ["talisxer", "talisker"]) == ["talisker"]
    assert near("ardbeh", [f"ardbe{letter}" for letter in "abcdefgijklmnopq"])[:1] == ["ardbea"]
    assert len(near("ardbeh", [f"ardbe{letter}" for letter in "abcdefgijklmnopq"])) == 12


def test_in_korean_a_slip_is_a_jamo() -> None:
    assert near("뵤모어", ["보모어"]) == ["보모어"]
    assert near("라가불린", ["라프로익"]) == []


def test_letters_of_asia_are_known_in_any_mixture() -> None:
    assert [is_asian(word) for word in ("라가", "ラガ", "響", "響12", "oban", "é", "12")] == [True] * 4 + [False] * 3


def test_words_of_the_index_are_looked_up_by_their_beginning_and_their_pairs_of_letters() -> None:
    row = described(offer("라가불린 16년", language="ko"), pk="laga_pk").whisky
    words = WordIndex([row, whisky("oban", "Oban Heron Herald Herb")], REFERENCE)
    assert words.beginning("her") == ["herald", "herb", "heron"]
    assert words.beginning("h") == []
    assert words.beginning("hx") == []
    assert list(words.by_pairs("가불린")) == [0]
    assert words.by_pairs("가불익") == []
    assert words.by_pairs("heron") == []
    assert words.half_brands("l") == []
    assert words.half_brands("lagav") == ["lagavulin"]
    assert words.half_brands("오반") == ["oban"]
    assert words.near("heorn") == ["heron"]


def test_of_half_a_brand_the_brand_of_most_whiskies_is_meant_first() -> None:
    choman = [whisky("a", "Kilchoman Machir Bay"), whisky("b", "Kilchoman Sanaig")]
    kerran = [whisky("c", "Kilkerran 12 Year Old"), whisky("d", "Kilkerran 8 Year Old")]
    assert WordIndex([*choman, *kerran[:1]], REFERENCE).half_brands("キル") == ["kilchoman", "kilkerran"]
    assert WordIndex([*choman[:1], *kerran], REFERENCE).half_brands("キル") == ["kilkerran", "kilchoman"]


def test_a_piece_of_an_asian_name_finds_it_by_its_letters() -> None:
    row = described(offer("라가불린 산타마리아 16년", language="ko"), pk="laga_pk").whisky
    [found] = FindIndex([row], REFERENCE).find("타마리")
    assert (found.score, found.reason) == (0.8, "letters 타마리")


def test_a_wood_of_two_words_is_found_as_a_wood() -> None:
    rows = [whisky("plain", "GlenAllachie 10 Year Old"), whisky("oak", "GlenAllachie 10 Year Old Virgin Oak Cask")]
    found = FindIndex(rows, REFERENCE).find("glenallachie virgin oak cask")[0]
    assert (found.pk, found.score) == ("oak_pk", 1.0)


def test_a_misspelt_brand_that_no_word_of_the_index_comes_near_is_tried_last() -> None:
    rows = [dataclasses.replace(whisky("lag", "라가불린 16년", language="ko"), name_en=None, brand="Lagavulin")]
    found = FindIndex(rows, REFERENCE).find("ラガヴーリ")
    assert found[0].pk == "lag_pk"
