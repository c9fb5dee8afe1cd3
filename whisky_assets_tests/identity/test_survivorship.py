"""Whose word counts, what is disputed, and what a whisky is called in three languages."""

from __future__ import annotations

import dataclasses
import itertools
import json
from datetime import date, timedelta
from typing import Any

import pytest

from whisky_assets.domain.records.core import Conflict, Whisky
from whisky_assets.identity.decisions import Decision
from whisky_assets.identity.survivorship import describe, fall_asleep, whisky_digest
from whisky_assets.reference import load_reference
from whisky_assets_tests.identity.offer_world import DAY, described, offer


def corrected(field: str, value: str | float | None) -> dict[str, Decision]:
    decision = Decision(
        kind="correction", subject="glen_pk", field=field, value=value, who="mina", when=date(2026, 1, 1), why="label"
    )
    return {field: decision}


def disputes(conflicts: tuple[Conflict, ...]) -> dict[str, tuple[object, object]]:
    return {one.field: (json.loads(one.chosen), json.loads(one.others)) for one in conflicts}


def test_a_wood_that_adds_one_is_more_exact_and_no_dispute() -> None:
    told = described(offer("Glenfarclas Sherry Cask 15 Year Old"), offer("Glenfarclas 15 Year Old", "2", "two"))
    assert told.whisky.cask_type == "sherry"
    assert told.conflicts == ()


def test_every_word_is_kept_and_the_winners_are_marked() -> None:
    told = described(
        offer("Ardbeg 10 Year Old", abv_pct=46.0, country="GB"),
        offer("Ardbeg 10 yo", "7", "two", abv_pct=40.0, witness="producer"),
    )
    claims = {
        (one.field, one.id_space): (json.loads(one.value), one.witness, one.read_from, one.wins) for one in told.claims
    }
    assert claims["abv_pct", "shop"] == (46.0, "column", "column", False)
    assert claims["abv_pct", "two"] == (40.0, "producer", "column", True)
    assert claims["age_years", "two"] == (10, "producer", "name", True)
    assert claims["country", "shop"] == ("GB", "column", "column", True)
    assert claims["region", "reference"] == ("Islay", "reference", "reference", True)
    assert disputes(told.conflicts) == {"abv_pct": (40.0, [[46.0, 1]])}
    assert told.whisky.abv_pct == 40.0


def test_a_country_in_a_column_of_regions_is_kept_and_yields_to_a_region() -> None:
    told = described(offer("Ardbeg 10 Year Old", region="Scotland"))
    assert (told.whisky.region, told.conflicts) == ("Islay", ())
    claims = {(one.id_space, json.loads(one.value)): one.wins for one in told.claims if one.field == "region"}
    assert claims == {("shop", "Scotland"): False, ("reference", "Islay"): True}
    assert described(offer("Heronsay 10 Year Old", region="Scotland")).whisky.region == "Scotland"
    corrected_by_hand = described(offer("Ardbeg 10 Year Old"), corrections=corrected("region", "Scotland"))
    assert corrected_by_hand.whisky.region == "Scotland"


def test_a_country_that_the_tables_learn_makes_a_whisky_anew() -> None:
    rows = [offer("Ardbeg 10 Year Old", region="Heronsay")]
    reference = load_reference()
    wider = dataclasses.replace(reference, countries={**reference.countries, "heronsay": "GB"})
    assert whisky_digest("glen_pk", "glen_fk", rows, {}, reference) != whisky_digest(
        "glen_pk", "glen_fk", rows, {}, wider
    )


def test_a_pack_speaks_neither_for_name_nor_for_alcohol() -> None:
    pack = offer("Ardbeg 10 Year Old Gift Pack with 2 Glasses", "2", "two", abv_pct=43.0, witness="producer")
    six = offer("Ardbeg 10 Year Old", "3", "three", abv_pct=40.0, pack_count=6, witness="producer")
    told = described(offer("Ardbeg Ten 10 Year Old", abv_pct=46.0), pack, six)
    assert told.whisky.abv_pct == 46.0
    assert told.whisky.name_en == "Ardbeg Ten 10 Year Old"
    assert {one.id_space for one in told.claims if one.field in ("name", "abv_pct")} == {"shop"}
    assert told.whisky.offer_count == 3


def test_a_whisky_told_by_packs_alone_still_has_a_name() -> None:
    told = described(offer("Ardbeg 10 Year Old Gift Pack with 2 Glasses", abv_pct=46.0))
    assert told.whisky.name == "Ardbeg 10 Year Old Gift Pack with 2 Glasses"
    assert (told.whisky.name_ko, told.whisky.name_ko_origin) == ("아드벡 10년", "composed")
    assert told.whisky.abv_pct is None


def test_a_person_corrects_a_value_and_takes_one_back() -> None:
    given = offer("Ardbeg 10 Year Old", abv_pct=64.0)
    right = described(given, corrections=corrected("abv_pct", 46.0))
    assert right.whisky.abv_pct == 46.0
    assert [(one.id_space, one.witness, one.wins) for one in right.claims if one.field == "abv_pct"] == [
        ("shop", "column", False),
        ("person", "decision", True),
    ]
    assert {one.licence for one in right.claims if one.witness == "decision"} == {"own"}
    assert disputes(right.conflicts) == {"abv_pct": (46.0, [[64.0, 1]])}
    assert described(given, corrections=corrected("name", "Ardbeg TEN")).whisky.name == "Ardbeg TEN"
    assert described(given, corrections=corrected("name_ko", "아드벡 텐")).whisky.name_ko == "아드벡 텐"


def test_a_field_that_a_person_took_back_is_empty_and_no_longer_disputed() -> None:
    two = (offer("Ardbeg 10 Year Old", abv_pct=46.0), offer("Ardbeg 10 Year Old", "2", "two", abv_pct=43.0))
    assert set(disputes(described(*two).conflicts)) == {"abv_pct"}
    told = described(*two, corrections=corrected("abv_pct", None))
    assert (told.whisky.abv_pct, told.conflicts) == (None, ())
    assert not any(one.wins for one in told.claims if one.field == "abv_pct")


def names_of(whisky: Whisky) -> dict[str, tuple[str | None, str | None]]:
    return {
        "en": (whisky.name_en, whisky.name_en_origin),
        "ko": (whisky.name_ko, whisky.name_ko_origin),
        "ja": (whisky.name_ja, whisky.name_ja_origin),
    }


def test_names_that_sources_write_in_a_language_are_known() -> None:
    told = described(
        offer("ARDBEG - 10 YEAR OLD"),
        offer("아드벡 10년", "2", "two", language="ko"),
        offer("アードベッグ 10年", "3", "three", language="ja"),
    )
    assert told.whisky.name == "Ardbeg - 10 Year Old"
    assert names_of(told.whisky) == {
        "en": ("Ardbeg - 10 Year Old", "known"),
        "ko": ("아드벡 10년", "known"),
        "ja": ("アードベッグ 10年", "known"),
    }
    assert [one.wins for one in told.claims if one.field == "name"] == [True, True, True]


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("ARDBEG - 10 YEAR OLD", "Ardbeg - 10 Year Old"),
        ("DALMORE KING ALEXANDER III", "Dalmore King Alexander III"),
        ("ISLE OF JURA ZANDOLIN", "Isle of Jura Zandolin"),
        ("THE MACALLAN IX", "The Macallan IX"),
        ("ARDBEG XOXO VIVID", "Ardbeg Xoxo Vivid"),
        ("Ardbeg TEN", "Ardbeg TEN"),
    ],
)
def test_a_name_in_capitals_is_written_as_words(told: str, shown: str) -> None:
    assert described(offer(told)).whisky.name == shown


def test_a_name_that_no_source_writes_is_composed_of_known_words() -> None:
    told = described(offer("Ardbeg Uigeadail")).whisky
    assert names_of(told)["en"] == ("Ardbeg Uigeadail", "known")
    assert told.name_ko is not None
    assert told.name_ko.startswith("아드벡 ")
    assert (told.name_ko_origin, told.name_ja_origin) == ("composed", "composed")
    strong = described(offer("Ardbeg 10 Year Old Cask Strength Batch 3")).whisky
    assert (strong.name_ko, strong.name_ko_origin) == ("아드벡 10년 캐스크 스트렝스 배치 3", "composed")
    assert (strong.cask_strength, strong.batch) == (True, "batch 3")


def test_a_name_with_a_word_that_no_table_knows_is_transliterated_and_says_so() -> None:
    told = described(offer("Ardbeg Zandolin")).whisky
    assert names_of(told) == {
        "en": ("Ardbeg Zandolin", "known"),
        "ko": ("아드벡 잰돌린", "transliterated"),
        "ja": ("アードベッグ ザンドリン", "transliterated"),
    }
    korean = described(offer("아드벡 잔돌린 10년", language="ko")).whisky
    assert (korean.name_en_origin, korean.name_ja_origin) == ("transliterated", "transliterated")
    assert korean.name == "아드벡 잔돌린 10년"


def test_a_decided_name_stands_also_where_packs_alone_tell_the_whisky() -> None:
    pack = offer("Ardbeg 10 Year Old Gift Pack with 2 Glasses")
    assert described(pack, corrections=corrected("name", "Ardbeg TEN")).whisky.name == "Ardbeg TEN"


def test_a_decided_name_is_known_and_wins_over_every_source() -> None:
    told = described(offer("아드벡 10년", language="ko"), corrections=corrected("name_ko", "아드벡 텐")).whisky
    assert names_of(told)["ko"] == ("아드벡 텐", "known")


def test_the_age_of_a_made_name_is_the_one_that_counts() -> None:
    told = described(offer("Ardbeg 10 Year Old"), corrections=corrected("age_years", 12)).whisky
    assert (told.age_years, told.name_ko) == (12, "아드벡 12년")


def test_a_name_in_chinese_characters_is_japanese_only_from_a_japanese_source() -> None:
    assert names_of(described(offer("山崎 12年", language="ja")).whisky)["ja"] == ("山崎 12年", "known")
    chinese = described(offer("阿貝 12年", language="zh")).whisky
    assert chinese.name_ja_origin != "known"


def test_a_name_in_another_alphabet_is_no_english_one_and_its_sound_is_marked() -> None:
    cyrillic = described(offer("Ардбег Зандолин 10 лет", language="en")).whisky
    assert (cyrillic.name_en, cyrillic.name_en_origin) == ("Ardbeg Zandolin 10 Year Old", "transliterated")
    assert cyrillic.name == "Ардбег Зандолин 10 лет"
    both = (offer("Ардбег Зандолин", language="ru", id_space="two"), offer("Ardbeg Zandolin", language="fi"))
    assert described(*both).whisky.name_en == "Ardbeg Zandolin"


def test_a_french_name_becomes_english_by_its_known_words() -> None:
    told = described(offer("Ardbeg 10 ans", language="fr")).whisky
    assert names_of(told)["en"] == ("Ardbeg 10 Year Old", "composed")
    assert described(offer("Ardbeg Uigeadail Ecosse", language="fr")).whisky.name_en == "Ardbeg Uigeadail"


def test_the_verdict_is_the_best_and_the_state_live_while_one_page_stands() -> None:
    held = offer("Ardbeg 10 Year Old", verdict="hold", reasons=("no_abv",), page_state="gone")
    refused = offer("Ardbeg 10 Year Old", "2", "two", verdict="refuse", reasons=("x",), page_state="missing")
    told = described(held, refused).whisky
    assert (told.verdict, told.reasons, told.state, told.live_offer_count) == ("hold", ("no_abv",), "live", 1)
    assert described(held).whisky.state == "dormant"
    fine = described(held, offer("Ardbeg 10 Year Old", "3")).whisky
    assert (fine.verdict, fine.reasons) == ("publish", ())


def test_kind_sources_licences_and_what_the_reference_knows_are_filled() -> None:
    told = described(
        offer("Ardbeg 10 Year Old", kind="spirit_drink", told_by=("b", "a")),
        offer("Ardbeg 10 Year Old", "2", "two", kind="spirit_drink"),
    ).whisky
    assert (told.kind, told.sources, told.licences) == ("spirit_drink", ("a", "b", "two"), ("shop_terms", "two_terms"))
    assert (told.brand, told.distillery, told.country) == ("Ardbeg", "Ardbeg", "GB")
    assert told.cask_strength is False
    assert described(offer("Ardbeg 10 Year Old")).whisky.kind == "whisky"
    assert {"ardbeg", "10", "아드벡"} <= set(told.search_tokens)


def test_any_order_of_offers_gives_the_same_description() -> None:
    offers = [
        offer("Ardbeg 10 Year Old", abv_pct=46.0),
        offer("ARDBEG TEN YEARS", "2", "two", abv_pct=46.3),
        offer("아드벡 10년", "3", "three", abv_pct=40.0, language="ko"),
    ]
    assert len({repr(described(*order)) for order in itertools.permutations(offers)}) == 1


def test_a_whisky_without_offers_falls_asleep_with_all_that_was_known() -> None:
    awake = described(offer("Ardbeg 10 Year Old", abv_pct=46.0)).whisky
    asleep = fall_asleep(awake)
    assert (asleep.state, asleep.offer_count, asleep.live_offer_count) == ("dormant", 0, 0)
    assert (asleep.name, asleep.abv_pct, asleep.search_tokens) == (awake.name, awake.abv_pct, awake.search_tokens)
    with pytest.raises(ValueError, match="glen_pk has no offer"):
        describe("glen_pk", "glen_fk", [], corrections={}, reference=load_reference(), input_digest="0" * 64)


def test_the_digest_changes_with_what_a_whisky_is_made_from_and_not_with_dates_of_sight() -> None:
    reference = load_reference()
    one = offer("Ardbeg 10 Year Old")

    def made_from(*offers: object, **corrections: Decision) -> str:
        given = [given for given in offers if isinstance(given, type(one))]
        return whisky_digest("glen_pk", "glen_fk", given, corrections, reference)

    base = made_from(one)
    assert made_from(offer("Ardbeg 10 Year Old", last_seen=DAY + timedelta(days=3))) == base
    changed = {
        made_from(offer("Ardbeg 10 Year Old", input_digest="1" * 64)),
        made_from(offer("Ardbeg 10 Year Old", page_state="gone")),
        made_from(one, offer("Ardbeg 10 Year Old", "2")),
        made_from(one, **corrected("abv_pct", 46.0)),
    }
    assert len(changed | {base}) == 5
    two = offer("Ardbeg 10 Year Old", "2")
    assert made_from(one, two) == made_from(two, one)


@pytest.mark.parametrize(
    ("table", "key", "change", "touched"),
    [
        ("distilleries", "springbank", {"region": "Elsewhere"}, {"brand of a distillery", "bottler"}),
        ("distilleries", "springbank", {"name": "Spring Bank"}, {"brand of a distillery", "bottler"}),
        ("brands", "longrow", {"country": "IE"}, {"brand of a distillery"}),
        ("bottlers", "signatory_vintage", {"name": "Signatory"}, {"bottler"}),
        ("distilleries", "ardbeg", {"country": "IE"}, {"distillery"}),
        ("distilleries", "oban", {"country": "IE", "region": "Elsewhere", "name": "The Oban"}, set()),
    ],
)
def test_the_digest_changes_with_the_facts_of_brand_distillery_and_bottler_that_the_row_tells(
    table: str, key: str, change: dict[str, str], touched: set[str]
) -> None:
    reference = load_reference()
    rows = getattr(reference, table)
    told_otherwise: dict[str, Any] = {table: {**rows, key: dataclasses.replace(rows[key], **change)}}
    learned = dataclasses.replace(reference, **told_otherwise)
    offers = {
        "distillery": offer("Ardbeg 10 Year Old"),
        "brand of a distillery": offer("Longrow Peated"),
        "bottler": offer("Signatory Vintage Springbank 21 Year Old"),
    }
    remade = {
        kind
        for kind, one in offers.items()
        if whisky_digest("glen_pk", "glen_fk", [one], {}, reference)
        != whisky_digest("glen_pk", "glen_fk", [one], {}, learned)
    }
    assert remade == touched
    for kind in touched:
        before, after = (
            describe("glen_pk", "glen_fk", [offers[kind]], corrections={}, reference=tables, input_digest="0" * 64)
            for tables in (reference, learned)
        )
        assert before != after


def test_alcohol_of_a_cask_strength_is_disputed_over_less_than_that_of_others() -> None:
    def disputed(name: str, *strengths: float) -> bool:
        offers = [offer(name, str(place), f"shop{place}", abv_pct=abv) for place, abv in enumerate(strengths)]
        return "abv_pct" in {one.field for one in described(*offers).conflicts}

    assert disputed("Ardbeg 10 Year Old Cask Strength", 57.1, 57.4)
    assert not disputed("Ardbeg 10 Year Old Cask Strength", 57.1, 57.2)
    assert not disputed("Ardbeg 10 Year Old", 46.0, 46.3)
    assert disputed("Ardbeg 10 Year Old", 46.0, 47.0)


def test_a_whisky_is_searched_by_its_brand_in_each_language_with_its_age() -> None:
    aged = set(described(offer("Oban 14 Year Old")).whisky.search_tokens)
    plain = set(described(offer("Oban Heron")).whisky.search_tokens)
    assert {"오반", "14"} <= aged
    assert "오반" in plain
    assert "14" not in plain
    assert [token for token in plain | aged if "none" in token] == []


def test_a_name_without_a_brand_leaves_the_brand_that_others_tell() -> None:
    made = described(offer("Oban 14 Year Old", "1"), offer("14 Year Old Single Malt", "2")).whisky
    assert made.brand == "Oban"


def test_a_name_in_another_language_is_made_from_that_of_the_best_witness() -> None:
    shop = offer("Oban 14 Year Old", "1", "a_shop")
    maker = offer("Oban 14 Year Old Port Cask", "2", "z_maker", witness="producer")
    assert "포트" in (described(shop, maker).whisky.name_ko or "")
