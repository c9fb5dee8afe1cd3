"""A name in another language is put together of known words, and marked where a part is only written as it sounds."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.identity.naming import LANGUAGES, Named, name_from, words_digest
from whisky_assets.parsing.names import parse_name
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.reference import Expression, load_reference

REFERENCE = load_reference()


def read(name: str) -> ParsedName:
    return parse_name(name, REFERENCE)


def made(name: str, language: str) -> tuple[str, str] | None:
    named = name_from(read(name), language, REFERENCE)
    return None if named is None else (named.name, named.origin)


@pytest.mark.parametrize(
    ("name", "language", "wanted"),
    [
        ("Ardbeg 10 Year Old Islay Single Malt Scotch Whisky 70cl", "ko", "아드벡 10년"),
        ("Ardbeg 10 Year Old Islay Single Malt Scotch Whisky 70cl", "ja", "アードベッグ 10年"),
        ("Lagavulin 16", "ko", "라가불린 16"),
        (
            "Glenfarclas Sherry Cask Finish Batch 3 Cask Strength",
            "ko",
            "글렌파클라스 셰리 캐스크 피니시 배치 3 캐스크 스트렝스",
        ),
        ("The Macallan Sherry Oak 12", "ja", "マッカラン シェリーオーク 12"),
        ("Wild Turkey Barrel Proof", "ja", "ワイルドターキー バレルプルーフ"),
        ("Ardbeg Cask No. 1234 1999", "ko", "아드벡 #1234 1999"),
        ("Signatory Vintage Ardbeg 10 Year Old", "ko", "시그나토리 아드벡 10년"),
        ("Ardbeg Chapter 3", "ko", "아드벡 챕터 3"),
        ("Hibiki Japanese Silver", "ko", "히비키 재패니즈 실버"),
        ("Bowmore Small Barrel", "ja", "ボウモア スモール バレル"),
        ("조니워커블랙라벨1L", "en", "Johnnie Walker Black Label"),
        ("조니워커 플래티넘 라벨", "en", "Johnnie Walker Platinum Label"),
        ("조니워커 블랙 라벨 12년", "en", "Johnnie Walker Black Label 12 Year Old"),
        ("아란 배럴 리저브", "en", "Arran Barrel Reserve"),
        ("アードベッグ 10年 シェリーカスク", "en", "Ardbeg 10 Year Old Sherry Cask"),
        ("山崎 ミズナラ 2014", "ko", "야마자키 미즈나라 2014"),
        ("山崎 ミズナラ 2014", "en", "Yamazaki Mizunara 2014"),
        ("글렌알라키 배치 3", "en", "GlenAllachie Batch 3"),
        ("Ardbeg 10 ans xérès", "en", "Ardbeg 10 Year Old Sherry"),
        ("The Macallan 12 ans", "en", "The Macallan 12 Year Old"),
    ],
)
def test_a_name_is_composed_of_known_spellings(name: str, language: str, wanted: str) -> None:
    assert made(name, language) == (wanted, "composed")


@pytest.mark.parametrize(
    ("name", "language", "wanted"),
    [
        ("Ardbeg Zandolin 10 Year Old", "ko", "아드벡 잰돌린 10년"),
        ("Ardbeg Zandolin 10 Year Old", "ja", "アードベッグ ザンドリン 10年"),
        ("Quiet Glen 10 Year Old", "ko", "큇 글렌 10년"),
        ("아드벡 잔돌린", "en", "Ardbeg Jandollin"),
        ("아드벡 잔돌린", "ja", "アードベッグ ジャンドリン"),
        ("アードベッグ ザンドリン", "ko", "아드벡 잔도린"),
        ("Ardbeg Зандолин 10 лет", "en", "Ardbeg Zandolin 10 Year Old"),
        ("Ardbeg Зандолин", "ko", "아드벡 잰돌린"),
        ("Ardbeg Ζανδολίν", "ja", "アードベッグ ザンドリン"),
        ("Oban ويسكي", "en", "Oban ويسكي"),
        ("Macallan วิสกี้", "ko", "맥캘란 วิสกี้"),
    ],
)
def test_a_word_of_no_table_is_written_as_it_sounds_and_marks_the_name(name: str, language: str, wanted: str) -> None:
    assert made(name, language) == (wanted, "transliterated")


def test_chinese_characters_that_no_table_knows_stay_and_mark_the_name() -> None:
    assert made("アードベッグ 龘龘", "ko") == ("아드벡 龘龘", "transliterated")


def test_a_word_in_the_languages_own_letters_is_no_guess() -> None:
    assert made("아드벡 잔돌린", "ko") == ("아드벡 잔돌린", "composed")
    assert made("アードベッグ ザンドリン", "ja") == ("アードベッグ ザンドリン", "composed")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Nikka Coffey Malt", ("Nikka Coffey Malt", "니카 코페이 몰트", "ニッカ カフェモルト")),
        ("Nikka Coffey Grain Grain Whisky", ("Nikka Coffey Grain", "니카 코페이 그레인", "ニッカ カフェグレーン")),
        ("Bulleit Rye Straight Rye Whiskey", ("Bulleit Rye", "불렛 라이", "ブレット ライ")),
    ],
)
def test_a_style_that_the_expression_is_named_by_stands_once_in_every_language(
    name: str, wanted: tuple[str, str, str]
) -> None:
    told = [made(name, language) for language in ("en", "ko", "ja")]
    assert told == [(text, "composed") for text in wanted]


def test_a_brand_told_beside_the_name_stands_first() -> None:
    parsed = parse_name("10 Year Old", REFERENCE, producer="Ardbeg")
    assert name_from(parsed, "ko", REFERENCE) == Named("아드벡 10년", "composed")
    assert name_from(parsed, "en", REFERENCE) == Named("Ardbeg 10 Year Old", "composed")


def test_a_number_that_is_the_age_is_written_as_one_and_a_decided_age_wins() -> None:
    assert name_from(read("Lagavulin 16"), "ko", REFERENCE, age_years=16) == Named("라가불린 16년", "composed")
    assert name_from(read("Lagavulin 16"), "ko", REFERENCE, age_years=12) == Named("라가불린 16", "composed")
    assert name_from(read("Ardbeg 10 Year Old"), "ja", REFERENCE, age_years=12) == Named(
        "アードベッグ 12年", "composed"
    )


def test_a_brands_own_expression_is_spelled_as_the_tables_spell_it() -> None:
    row = Expression(
        brand="ardbeg",
        name="zandolin reserve",
        when="named",
        implies={},
        spellings={"ko": ("잔돌린 리저브",), "ja": ("ザンドリンリザーブ",)},
        origin="made for this test",
    )
    learned = dataclasses.replace(REFERENCE, expressions=(*REFERENCE.expressions, row), version="learned")
    parsed = parse_name("Ardbeg Zandolin Reserve 10 Year Old", learned)
    assert name_from(parsed, "ko", learned) == Named("아드벡 잔돌린 리저브 10년", "composed")
    assert name_from(parsed, "ja", learned) == Named("アードベッグ ザンドリンリザーブ 10年", "composed")


@pytest.mark.parametrize("text", ["", "70cl", "%", "【送料無料】"])
def test_a_text_without_a_word_of_a_label_has_no_name(text: str) -> None:
    assert made(text, "en") is None


@given(st.text(max_size=40), st.sampled_from(LANGUAGES))
def test_any_text_is_borne_and_a_name_is_never_blank(text: str, language: str) -> None:
    named = name_from(read(text), language, REFERENCE)
    assert named is None or (named.name.strip() == named.name != "" and named.origin in {"composed", "transliterated"})


def test_the_digest_of_words_changes_with_a_spelling_of_a_word_that_a_name_says_and_no_other() -> None:
    names = [read("Ardbeg Black Sherry Batch 3 Peated")]
    other = [read("Ardbeg 10 Year Old")]

    def learned(role: str, meaning: str) -> tuple[bool, bool]:
        word = dataclasses.replace(REFERENCE.words[0], role=role, meaning=meaning, language="ko", spelling="새말")
        tables = dataclasses.replace(REFERENCE, words=(*REFERENCE.words, word), version=f"with {role} {meaning}")
        return (
            words_digest(names, tables) != words_digest(names, REFERENCE),
            words_digest(other, tables) != words_digest(other, REFERENCE),
        )

    assert learned("word", "black") == (True, False)
    assert learned("cask", "sherry") == (True, False)
    assert learned("batch", "batch") == (True, False)
    assert learned("peat", "peated") == (True, False)
    assert learned("cask", "rum") == (False, False)


def test_the_digest_of_words_changes_with_a_brands_own_expression() -> None:
    row = Expression(
        brand="ardbeg", name="zandolin", when="named", implies={}, spellings={"ko": ("잔돌린",)}, origin="a test"
    )
    learned = dataclasses.replace(REFERENCE, expressions=(*REFERENCE.expressions, row), version="with zandolin")
    assert words_digest([read("Ardbeg Zandolin")], learned) != words_digest([read("Ardbeg Zandolin")], REFERENCE)
    assert words_digest([read("Ardbeg Quorum")], learned) == words_digest([read("Ardbeg Quorum")], REFERENCE)
