"""A person finds a whisky in any language, with a slip of the pen, by half a name, best first and with why."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from whisky_assets.identity.find import FindIndex, near
from whisky_assets.identity.find_index import COLUMNS
from whisky_assets.parsing.fold import words
from whisky_assets.parsing.tokens import search_fold
from whisky_assets.reference import load_reference
from whisky_assets.sample.catalogue import load_catalogue
from whisky_assets_tests.identity.offer_world import described, offer, whisky

INDEX = FindIndex(
    [
        whisky("ardbeg_10", "Ardbeg 10 Year Old", abv_pct=46.0),
        whisky("ardbeg_uigeadail", "Ardbeg Uigeadail", abv_pct=54.2),
        whisky("ardbeg_corryvreckan", "Ardbeg Corryvreckan", abv_pct=57.1),
        whisky("lagavulin_16", "Lagavulin 16 Year Old", abv_pct=43.0),
        whisky("lagavulin_16_de", "Lagavulin 16 Year Old Distillers Edition"),
        whisky("lagavulin_8", "Lagavulin 8 Year Old", abv_pct=48.0),
        whisky("jw_black", "Johnnie Walker Black Label 12 Year Old", abv_pct=40.0),
        whisky("jw_red", "Johnnie Walker Red Label", abv_pct=40.0),
        whisky("bowmore_12", "Bowmore 12 Year Old", abv_pct=40.0),
        whisky("park_2010", "Highland Park 2010 Vintage", abv_pct=46.0),
        whisky("copper_dog", "Winding Road Copper Classic", abv_pct=46.0),
    ],
    load_reference(),
)


def test_a_brand_alone_means_what_most_shops_sell() -> None:
    rows = [
        dataclasses.replace(whisky("plain", "Jameson"), expression="Original", offer_count=3),
        dataclasses.replace(whisky("pot", "Jameson Pot Still"), expression="Pot Still", offer_count=9),
        dataclasses.replace(whisky("rare", "Jameson 30 Year Old"), offer_count=1),
    ]
    index = FindIndex(rows, load_reference())
    assert [one.pk for one in index.find("jameson")] == ["pot_pk", "plain_pk", "rare_pk"]
    assert [(one.offer_count, one.abv_pct) for one in index.find("jameson", 1)] == [(9, rows[1].abv_pct)]


def test_a_house_is_asked_for_the_brands_that_it_sells_under_its_name() -> None:
    rows = [
        dataclasses.replace(whisky("bush", "Bushmills Black Bush"), brand="Black Bush", offer_count=1),
        dataclasses.replace(whisky("ten", "Bushmills 10 Year Old"), offer_count=9),
    ]
    index = FindIndex(rows, load_reference())
    assert [one.pk for one in index.find("부쉬밀 블랙")] == ["bush_pk", "ten_pk"]
    assert [one.pk for one in index.find("bushmills")] == ["ten_pk", "bush_pk"]


def test_a_brand_that_nobody_has_is_not_found_by_its_number() -> None:
    assert INDEX.find("山崎12") == []


def test_an_expression_that_no_name_writes_sets_a_whisky_not_back() -> None:
    rows = [
        dataclasses.replace(whisky("plain", "Crown Royal"), expression="Original Deluxe", offer_count=3),
        dataclasses.replace(whisky("apple", "Crown Royal Apple"), expression="Apple", offer_count=9),
    ]
    assert FindIndex(rows, load_reference()).find("crown")[0].pk == "plain_pk"


def test_a_name_that_reads_like_a_batch_is_found_by_its_words() -> None:
    rows = [
        dataclasses.replace(whisky("old_no_7", "Jack Daniel's Old No 7"), expression="Old No 7"),
        dataclasses.replace(whisky("batch_7", "Ardbeg No 7"), batch="no 7"),
        whisky("other", "Ardbeg Uigeadail"),
    ]
    found = FindIndex(rows, load_reference()).find("Old No 7")
    assert [(one.pk, one.score) for one in found] == [("old_no_7_pk", 1.0), ("batch_7_pk", 0.6)]


@pytest.mark.parametrize(
    ("text", "pk"),
    [
        ("아드벡 10", "ardbeg_10_pk"),
        ("ardbeg ten", "ardbeg_10_pk"),
        ("argbeg ten", "ardbeg_10_pk"),
        ("ARDBEG 10yo", "ardbeg_10_pk"),
        ("Lagavulin 16", "lagavulin_16_pk"),
        ("라가불린16", "lagavulin_16_pk"),
        ("ラガヴーリン 16年", "lagavulin_16_pk"),
        ("lagavulin 16 distillers", "lagavulin_16_de_pk"),
        ("JW Black", "jw_black_pk"),
        ("조니워커 블랙", "jw_black_pk"),
        ("uigeadail", "ardbeg_uigeadail_pk"),
        ("ardbeg uigedail", "ardbeg_uigeadail_pk"),
        ("ardbeg corry", "ardbeg_corryvreckan_pk"),
        ("보모어 12년", "bowmore_12_pk"),
        ("highland park 2010", "park_2010_pk"),
        ("winding copper", "copper_dog_pk"),
    ],
)
def test_words_find_the_whisky_they_mean_first(text: str, pk: str) -> None:
    found = INDEX.find(text)
    assert found[0].pk == pk
    assert found[0].score > 0.5
    assert found[0].reason


def test_the_reason_says_which_words_agree() -> None:
    assert INDEX.find("ardbeg ten")[0].reason == "brand Ardbeg; age 10"
    assert INDEX.find("ardbeg uigedail")[0].reason == "brand Ardbeg; word uigedail as uigeadail"
    assert INDEX.find("ardbeg corry")[0].reason == "brand Ardbeg; word corry as corryvreckan"


def test_a_brand_alone_finds_all_of_it_up_to_the_limit() -> None:
    assert {one.pk for one in INDEX.find("ardbeg")} == {"ardbeg_10_pk", "ardbeg_uigeadail_pk", "ardbeg_corryvreckan_pk"}
    assert len(INDEX.find("ardbeg", limit=2)) == 2


def test_another_age_of_the_brand_comes_after_the_one_asked_for() -> None:
    found = [one.pk for one in INDEX.find("lagavulin 8")]
    assert found[0] == "lagavulin_8_pk"
    assert {"lagavulin_16_pk", "lagavulin_16_de_pk"} == set(found[1:])


def test_of_equals_the_live_one_comes_first_then_the_one_of_most_offers() -> None:
    same = [
        whisky("a", "Ardbeg 10 Year Old", state="dormant", offer_count=9),
        whisky("b", "Ardbeg 10 Year Old", offer_count=1),
        whisky("c", "Ardbeg 10 Year Old", offer_count=3),
    ]
    index = FindIndex(same, load_reference())
    assert [one.pk for one in index.find("ardbeg 10")] == ["c_pk", "b_pk", "a_pk"]


@pytest.mark.parametrize("text", ["", "   ", "!!!", "xyzzy quux", "\x00", "10" * 500])
def test_words_that_mean_nothing_find_nothing_and_break_nothing(text: str) -> None:
    assert INDEX.find(text) == []


def test_a_slip_of_the_pen_is_allowed_by_length_and_never_in_a_number() -> None:
    assert near("uigedail", ["uigeadail", "other"]) == ["uigeadail"]
    assert near("blak", ["black"]) == []
    assert near("12345", ["12346"]) == []


@pytest.mark.parametrize(
    ("text", "pk", "reason"),
    [
        ("ラガ16", "lagavulin_16_pk", "word ラガ as brand Lagavulin; age 16"),
        ("라가 16", "lagavulin_16_pk", "word 라가 as brand Lagavulin; age 16"),
        ("조니블랙", "jw_black_pk", "brand Johnnie Walker; word black; word label; age 12"),
        ("뵤모어", "bowmore_12_pk", "word 뵤모어 as brand Bowmore"),
        ("bowmo", "bowmore_12_pk", "word bowmo as bowmore"),
        ("bowmroe", "bowmore_12_pk", "word bowmroe as bowmore"),
    ],
)
def test_half_a_brand_in_any_language_finds_whiskies_that_are_named_in_another(text: str, pk: str, reason: str) -> None:
    english = FindIndex([dataclasses.replace(row, name_ko=None, name_ja=None) for row in INDEX._rows], load_reference())
    found = english.find(text)
    assert (found[0].pk, found[0].reason) == (pk, reason)


TOLD = FindIndex(
    [
        whisky("plain", "GlenAllachie 10 Year Old", offer_count=9),
        whisky("batch_10", "GlenAllachie 10 Year Old Cask Strength Batch 10"),
        whisky("batch_11", "GlenAllachie 10 Year Old Cask Strength Batch 11"),
        whisky("sherry", "GlenAllachie 10 Year Old Oloroso Sherry Cask"),
        whisky("signatory", "Signatory Vintage GlenAllachie 10 Year Old"),
        whisky("octomore_141", "Octomore 14.1"),
        whisky("other_14", "Talisker 14 Year Old"),
    ],
    load_reference(),
)


@pytest.mark.parametrize(
    ("text", "pk", "reason"),
    [
        ("glenallachie batch 11", "batch_11_pk", "brand GlenAllachie; batch 11"),
        ("글렌알라키 배치 11", "batch_11_pk", "brand GlenAllachie; batch 11"),
        ("glenallachie sherry", "sherry_pk", "brand GlenAllachie; cask sherry"),
        ("signatory glenallachie", "signatory_pk", "brand GlenAllachie; bottler Signatory Vintage"),
        ("glenallachie 10", "plain_pk", "brand GlenAllachie; age 10"),
        ("octomore 14", "octomore_141_pk", "brand Octomore; word 14 as 14.1"),
    ],
)
def test_what_the_words_tell_beside_brand_and_age_counts_too(text: str, pk: str, reason: str) -> None:
    found = TOLD.find(text)[0]
    assert (found.pk, found.reason) == (pk, reason)


def test_cask_strength_is_found_by_its_short_word() -> None:
    assert {one.pk for one in TOLD.find("glenallachie 10 cs", limit=2)} == {"batch_10_pk", "batch_11_pk"}


def test_the_columns_that_are_said_to_be_read_are_enough() -> None:
    empty: dict[str, Any] = {
        "family_pk": "",
        "search_tokens": (),
        "licences": (),
        "sources": (),
        "region": None,
        "style": None,
    }
    bare = FindIndex([dataclasses.replace(row, **empty) for row in INDEX._rows], load_reference())
    assert set(COLUMNS).isdisjoint(empty)
    for text in ("ardbeg ten", "라가불린16", "JW Black", "uigedail"):
        assert bare.find(text) == INDEX.find(text)


def beginnings(text: str) -> Iterator[str]:
    for word in words(text):
        if word.script in {"number", "ordinal", "symbol"}:
            continue
        yield from (word.text[:length] for length in range(2, min(8, len(word.text)) + 1))


@pytest.mark.parametrize("number", range(0, 140, 7))
def test_what_is_found_by_the_beginning_of_a_word_the_tokens_of_the_document_find_too(number: int) -> None:
    truth = load_catalogue().whiskies[number]
    told = [offer(name, str(at)) for at, name in enumerate((truth.name_en, truth.name_ko, truth.name_ja)) if name]
    row = described(*told).whisky
    index = FindIndex([row], load_reference())
    asked = {text for name in (row.name, row.name_ko, row.name_ja, row.brand) for text in beginnings(name or "")}
    found = {text for text in asked if index.find(text)}
    assert len(found) > 5
    assert {text for text in found if search_fold(text) not in row.search_tokens} == set()


def test_any_order_of_whiskies_finds_the_same() -> None:
    rows = INDEX.of_brand("Ardbeg") + INDEX.of_brand("Lagavulin")
    assert FindIndex(reversed(rows), load_reference()).find("lagavulin") == FindIndex(rows, load_reference()).find(
        "lagavulin"
    )
