"""How shops of Korea, Japan and China write numbers, packs, houses and their own words, read as the same whisky."""

from __future__ import annotations

import pytest

from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import Reference, load_reference


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_reference()


@pytest.mark.parametrize(
    ("name", "age_years"),
    [
        ("山崎 十二年", 12),
        ("響二十一年", 21),
        ("麥卡倫 三十年 單一麥芽威士忌", 30),
        ("竹鶴 十七年もの", 17),
        ("맥캘란 십팔년", 18),
        ("발렌타인 이십일년산", 21),
        ("라프로익 십년", 10),
    ],
)
def test_an_age_in_han_or_hangul_numerals_is_an_age(name: str, age_years: int, reference: Reference) -> None:
    parsed = parse_name(name, reference)
    assert parsed.age_years == age_years
    assert parsed.leftover == frozenset()


@pytest.mark.parametrize(
    ("name", "volume_ml"),
    [
        ("雅柏 十年 700毫升", 700),
        ("雅柏 十年 1公升", 1000),
        ("아드벡 10년 1리터", 1000),
        ("アードベッグ 10年 1L", 1000),
    ],
)
def test_a_size_is_read_in_every_language(name: str, volume_ml: int, reference: Reference) -> None:
    parsed = parse_name(name, reference)
    assert (parsed.value("volume_ml"), parsed.age_years, parsed.leftover) == (volume_ml, 10, frozenset())


@pytest.mark.parametrize("name", ["山崎 一年", "아드벡 천년", "響 百年"])
def test_other_words_with_years_are_no_age(name: str, reference: Reference) -> None:
    assert parse_name(name, reference).age_years is None


@pytest.mark.parametrize(
    ("name", "batch"),
    [("Ardbeg 第3版", "edition 3"), ("雅柏 第12批次", "batch 12"), ("アードベッグ 第三弾", "release 3")],
)
def test_a_counted_release_is_a_batch(name: str, batch: str, reference: Reference) -> None:
    assert parse_name(name, reference).batch == batch


@pytest.mark.parametrize(
    ("name", "brand"),
    [
        ("8ドアーズ 12年", "8_doors"),
        ("100 파이퍼스 40도", "100_pipers"),
        ("100파이퍼스", "100_pipers"),
        ("I.W. 하퍼 골드 메달", "iw_harper"),
        ("ＩＷハーパー 12年", "iw_harper"),
        ("A.D.ラトレー カスクオークニー", "ad_rattray"),
        ("프로퍼 No. 12", "proper_no_twelve"),
    ],
)
def test_a_maker_written_in_two_scripts_is_found(name: str, brand: str, reference: Reference) -> None:
    assert parse_name(name, reference).brand == brand


@pytest.mark.parametrize(
    "name",
    [
        "ニッカ シングルモルト 余市 12年",
        "Nikka Yoichi 12 years",
        "닛카 요이치 12년",
        "余市 ニッカ 12年",
    ],
)
def test_the_house_beside_its_own_brand_says_nothing(name: str, reference: Reference) -> None:
    parsed = parse_name(name, reference)
    assert (parsed.brand, parsed.bottler, parsed.leftover) == ("yoichi", None, frozenset())


def test_a_brand_of_another_house_stays_a_word_of_the_name(reference: Reference) -> None:
    assert parse_name("Johnnie Walker Lagavulin", reference).brand == "johnnie_walker"
    assert "lagavulin" in parse_name("Johnnie Walker Lagavulin", reference).leftover


def test_a_spelling_that_runs_across_a_space_ends_with_its_word(reference: Reference) -> None:
    assert "parr" not in parse_name("올드 포레스터 올드 파인 위스키", reference).leftover


@pytest.mark.parametrize(
    ("name", "pack_count"),
    [
        ("ブナハーブン 12年 6本セット", 6),
        ("부나하벤 12년 2병 세트", 2),
        ("Bunnahabhain 12 Jahre 2er-Set", 2),
        ("ブナハーブン 12年 700ml×4本", 4),
        ("布納哈本 12年 2瓶裝", 2),
    ],
)
def test_bottles_are_counted_as_each_language_counts_them(name: str, pack_count: int, reference: Reference) -> None:
    parsed = parse_name(name, reference)
    assert (parsed.value("pack_count"), parsed.pack, parsed.age_years) == (pack_count, "same", 12)
    assert parsed.leftover == frozenset()


@pytest.mark.parametrize(
    "name",
    [
        "부나하벤 12년 전용잔 2개 패키지",
        "부나하벤 12년 잔 2개 포함",
        "布納哈本 12年 禮盒 附2杯",
        "ブナハーブン 12年 グラス2個セット",
    ],
)
def test_glasses_in_the_box_are_packaging(name: str, reference: Reference) -> None:
    parsed = parse_name(name, reference)
    assert (parsed.pack, parsed.value("pack_count"), parsed.leftover) == ("same", None, frozenset())


@pytest.mark.parametrize(
    "name",
    [
        "[A-1047] 부나하벤 12년",
        "商品番号0382 ブナハーブン 12年",
        "ブナハーブン 12年 4位入賞",
        "[이마트24] 부나하벤 12년",
        "GS25 스마트오더 부나하벤 12년",
        "부나하벤 12년 2024 설 선물세트",
        "부나하벤 12년 100주년 기념 라벨",
        "ブナハーブン 12年 100周年記念ラベル",
        "ブナハーブン 12年 ノンヴィンテージ",
    ],
)
def test_what_only_the_shop_says_is_no_part_of_the_whisky(name: str, reference: Reference) -> None:
    parsed = parse_name(name, reference)
    assert (parsed.brand, parsed.age_years, parsed.year) == ("bunnahabhain", 12, None)
    assert parsed.leftover == frozenset()


def test_an_anniversary_that_is_no_label_is_another_bottling(reference: Reference) -> None:
    assert "anniversary" in parse_name("부나하벤 12년 100주년 에디션", reference).leftover


@pytest.mark.parametrize(
    ("traditional", "simplified"), [("響 和風醇韻", "响 和风醇韵"), ("雅柏 無名龍鳳", "雅柏 无名龙凤")]
)
def test_traditional_and_simplified_characters_read_alike(
    traditional: str, simplified: str, reference: Reference
) -> None:
    one, other = (parse_name(name, reference) for name in (traditional, simplified))
    assert (one.brand, one.leftover) == (other.brand, other.leftover)
    assert one.brand is not None


@pytest.mark.parametrize(
    ("asian", "latin"),
    [("아드벡 배럴", "barrel"), ("アードベッグ カスク", "cask"), ("雅柏 版", "edition"), ("아드벡 에디션", "edition")],
)
def test_a_cask_or_edition_word_that_stands_alone_is_the_english_one(
    asian: str, latin: str, reference: Reference
) -> None:
    assert parse_name(asian, reference).leftover == parse_name(f"Ardbeg {latin}", reference).leftover == {latin}
