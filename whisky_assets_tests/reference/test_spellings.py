"""Spellings as shops and people write them: misspelt words, packs, plastic bottles, nicknames, colours of labels."""

from __future__ import annotations

import pytest

from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import load_reference

REFERENCE = load_reference()


@pytest.mark.parametrize(
    ("name", "brand"),
    [
        ("An Cnoc 12", "ancnoc"),
        ("Pt Charlotte 10", "port_charlotte"),
        ("Te Bheag Nan Eilean", "te_bheag"),
        ("Russel's Reserve 10", "russells_reserve"),
        ("조니블랙", "johnnie_walker"),
        ("조니 드럼", "johnny_drum"),
        ("ジョニ黒", "johnnie_walker"),
        ("맥12", "macallan"),
        ("Kirkland Signature 12 years", "kirkland_signature"),
        ("매켄나 맥주", None),
    ],
)
def test_a_maker_is_found_by_a_usual_short_or_wrong_spelling(name: str, brand: str | None) -> None:
    assert parse_name(name, REFERENCE).brand == brand


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("ジョニ黒", "black label"),
        ("ジョニ赤", "red label"),
        ("ジョニ青", "blue label"),
        ("조니블랙", "black label"),
        ("尊尼获加 黑牌", "black label"),
        ("尊尼获加 红牌", "red label"),
        ("尊尼获加 蓝牌", "blue label"),
        ("尊尼获加 绿牌", "green label"),
        ("尊尼获加 金牌", "gold label"),
    ],
)
def test_a_colour_in_a_nickname_is_the_label(name: str, label: str) -> None:
    assert parse_name(name, REFERENCE).expression == label


@pytest.mark.parametrize(
    "words",
    [
        "matured",
        "un-chilfiltered",
        "unchill filtered",
        "nicht kaltgefiltert",
        "non colore",
        "ノンチル",
        "무색소",
        "非冷凝",
    ],
)
def test_wording_of_maturing_and_filtering_says_nothing(words: str) -> None:
    assert parse_name(f"Oban 14 years {words}", REFERENCE).leftover == frozenset()


@pytest.mark.parametrize(
    "words", ["cask strengh", "cask stength", "natural strength", "배럴스트렝스", "カスクストレンス"]
)
def test_a_misspelt_cask_strength_is_cask_strength(words: str) -> None:
    parsed = parse_name(f"Oban 14 years {words}", REFERENCE)
    assert (parsed.strength, parsed.leftover) == ("cask_strength", frozenset())


@pytest.mark.parametrize(
    "words",
    [
        "Gift Set with Smoking Cloche",
        "Twin Pack",
        "coffret 2 gobelets",
        "Geschenkset",
        "Präsentbox",
        "lahjapakkaus",
        "gavepakke",
        "presentask",
        "geschenkset",
        "set de regalo",
        "zestaw upominkowy",
        "набор с бокалами",
        "기프트박스",
        "ギフトケース",
        "礼盒装",
    ],
)
def test_a_gift_set_of_any_language_is_packaging(words: str) -> None:
    parsed = parse_name(f"Oban 14 years {words}", REFERENCE)
    assert (parsed.pack, parsed.leftover) == ("same", frozenset())


@pytest.mark.parametrize("words", ["Trio Gift Set", "coffret dégustation", "maistelupakkaus", "테이스팅 세트"])
def test_a_pack_that_may_hold_several_whiskies_is_mixed(words: str) -> None:
    assert parse_name(f"Glenmorangie {words}", REFERENCE).pack == "mixed"


@pytest.mark.parametrize("words", ["PET", "Plastikflasche", "muovipullo", "ペット", "ペットボトル", "페트병", "塑料瓶"])
def test_a_plastic_bottle_is_told_in_one_word_for_all_languages(words: str) -> None:
    parsed = parse_name(f"Teacher's Highland Cream {words}", REFERENCE)
    assert "plastic" in parsed.wording
    assert parsed.expression == "highland cream"


@pytest.mark.parametrize(
    "name", ["Bunnahabhain Cask #1 1978", "Bunnahabhain 1978 Cask 1", "1978 Bunnahabhain cask no. 1"]
)
def test_a_small_cask_number_is_read_on_either_side_of_the_year(name: str) -> None:
    parsed = parse_name(name, REFERENCE)
    assert (parsed.cask_number, parsed.year, parsed.leftover) == ("1", 1978, frozenset())
