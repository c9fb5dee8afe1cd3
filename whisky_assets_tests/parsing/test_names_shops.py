"""A shop's own words and numbers say nothing of a whisky, and a word that lost a letter is known where one fits."""

from __future__ import annotations

import pytest

from whisky_assets.parsing.names import parse_name
from whisky_assets.parsing.parsed import Field
from whisky_assets.reference import load_reference
from whisky_assets_tests.parsing.told import told

REFERENCE = load_reference()

CASES: list[tuple[str, list[str], str]] = [
    (
        "【送料無料】 Arran 12年",
        ["brand arran <Arran> brand in the tables", "age_years 12 <12年> number with unit"],
        "",
    ),
    ("《正規》アラン 12年", ["brand arran <アラン> brand in the tables", "age_years 12 <12年> number with unit"], ""),
    ("〔箱付〕アラン 12年", ["brand arran <アラン> brand in the tables", "age_years 12 <12年> number with unit"], ""),
    (
        "アラン 12年 ※箱は変わります 18年",
        ["brand arran <アラン> brand in the tables", "age_years 12 <12年> number with unit"],
        "",
    ),
    ("【アラン】", ["brand arran <アラン> brand in the tables"], ""),
    (
        "[A-1047] Arran 12",
        ["brand arran <Arran> brand in the tables", "bare_number 12 <12> a number without a unit"],
        "12",
    ),
    ("[1047] Arran", ["brand arran <Arran> brand in the tables"], ""),
    (
        "[10] Arran 18 years",
        ["brand arran <Arran> brand in the tables", "age_years 18 <18 years> number with unit"],
        "10",
    ),
    ("[ABCD-1047] Arran", ["brand arran <Arran> brand in the tables"], "abcd 1047"),
    (
        "商品番号0382 Arran 12 years",
        ["brand arran <Arran> brand in the tables", "age_years 12 <12 years> number with unit"],
        "",
    ),
    (
        "商品コード：A-12 アラン 12年",
        ["brand arran <アラン> brand in the tables", "age_years 12 <12年> number with unit"],
        "",
    ),
    ("品番 AB-12 アラン", ["brand arran <アラン> brand in the tables"], ""),
    ("상품번호: 123 아란", ["brand arran <아란> brand in the tables"], ""),
    ("상품코드 123 아란", ["brand arran <아란> brand in the tables"], ""),
    ("商品编号 123 雅柏", ["brand ardbeg <雅柏> brand in the tables"], ""),
    ("货号：AB12 雅柏", ["brand ardbeg <雅柏> brand in the tables"], ""),
    ("アラン 4位入賞", ["brand arran <アラン> brand in the tables"], ""),
    ("アラン 第1位 12年", ["brand arran <アラン> brand in the tables", "age_years 12 <12年> number with unit"], ""),
    ("アラン 1位受賞", ["brand arran <アラン> brand in the tables"], ""),
    ("T\ufffd\ufffd Bheag", ["brand te_bheag <T\ufffd\ufffd Bheag> brand in the tables"], ""),
    ("Talisker \ufffd_cosse", ["brand talisker <Talisker> brand in the tables"], ""),
    (
        "J\ufffdra 12",
        ["brand jura <J\ufffdra> brand in the tables", "bare_number 12 <12> a number without a unit"],
        "12",
    ),
    (
        "Ardb\ufffdg 10",
        ["brand ardbeg <Ardb\ufffdg> brand in the tables", "bare_number 10 <10> a number without a unit"],
        "10",
    ),
    ("Ar\ufffd\ufffd\ufffdg 10", ["bare_number 10 <10> a number without a unit"], "10"),
    (
        "Glen M\ufffdray 12",
        ["brand glen_moray <Glen M\ufffdray> brand in the tables", "bare_number 12 <12> a number without a unit"],
        "12",
    ),
    (
        "Glen Gr\ufffdnt 12",
        ["brand glen_grant <Glen Gr\ufffdnt> brand in the tables", "bare_number 12 <12> a number without a unit"],
        "12",
    ),
    ("Macallan d\ufffdble cask", ["brand macallan <Macallan> brand in the tables"], "double cask"),
    (
        "Macallan s\ufffderry cask",
        ["brand macallan <Macallan> brand in the tables", "cask ('sherry',) <s\ufffderry> cask word"],
        "",
    ),
    ("Macallan ab\ufffd", ["brand macallan <Macallan> brand in the tables"], ""),
    (
        "アラン 700ml XC-12B",
        [
            "brand arran <アラン> brand in the tables",
            "volume_ml 700 <700ml> number with unit",
            "bare_number 12 <12> a number without a unit",
        ],
        "12",
    ),
    ("アラン 700ml ABC", ["brand arran <アラン> brand in the tables", "volume_ml 700 <700ml> number with unit"], ""),
    ("アラン ABC 700ml", ["brand arran <アラン> brand in the tables", "volume_ml 700 <700ml> number with unit"], "abc"),
    ("アラン 12年 ABC", ["brand arran <アラン> brand in the tables", "age_years 12 <12年> number with unit"], "abc"),
    ("Arran 700ml ABC", ["brand arran <Arran> brand in the tables", "volume_ml 700 <700ml> number with unit"], "abc"),
    (
        "アラン 700ml 12年 sherry ABC",
        [
            "brand arran <アラン> brand in the tables",
            "volume_ml 700 <700ml> number with unit",
            "age_years 12 <12年> number with unit",
            "cask ('sherry',) <sherry> cask word",
        ],
        "",
    ),
    (
        "アラン 700ml ヘロン",
        ["brand arran <アラン> brand in the tables", "volume_ml 700 <700ml> number with unit"],
        "ヘロン",
    ),
    ("Arran 012", ["brand arran <Arran> brand in the tables", "bare_number 12 <012> a number without a unit"], "12"),
    ("Arran 000", ["brand arran <Arran> brand in the tables"], "0"),
    (
        "Arran 007 moons",
        ["brand arran <Arran> brand in the tables", "bare_number 7 <007> a number without a unit"],
        "7 moons",
    ),
    ("Arran casks moons glass", ["brand arran <Arran> brand in the tables"], "casks moons glass"),
    ("아란 캐스크 배치", ["brand arran <아란> brand in the tables"], "cask batch"),
    ("아란 더블 에디션 리미티드", ["brand arran <아란> brand in the tables"], "double edition limited"),
    ("アラン カスク ラベル 限定", ["brand arran <アラン> brand in the tables"], "cask label"),
]


@pytest.mark.parametrize(("name", "fields", "leftover"), CASES, ids=[case[0] for case in CASES])
def test_what_a_shop_adds_and_a_letter_lost_hide_no_whisky(name: str, fields: list[str], leftover: str) -> None:
    parsed = parse_name(name, REFERENCE)
    assert told(parsed, without=["distillery"]) == fields
    assert " ".join(parsed.leftover_words) == leftover


@pytest.mark.parametrize(
    ("name", "category", "drink"),
    [
        ("Heron", "SPIRIT - VODKA", Field("vodka", (0, 0), "category column")),
        ("Heron gin", "VODKA", Field("gin", (6, 9), "other_good word")),
        ("Heron", "GIN VODKA", Field("gin", (0, 0), "category column")),
        ("Heron", "SCOTCH - SINGLE MALT", None),
        ("Heron", "", None),
    ],
)
def test_a_shelf_speaks_of_another_drink_where_the_name_does_not(name: str, category: str, drink: Field | None) -> None:
    assert parse_name(name, REFERENCE, category=category).fields.get("other_good") == drink


def test_alcohol_of_a_column_has_no_place_in_the_name() -> None:
    assert parse_name("Arran 46%", REFERENCE, abv_pct=43.0).fields["abv_pct"] == Field(43.0, (0, 0), "source column")
    assert parse_name("Arran", REFERENCE, abv_pct=0.0).abv_pct == 0.0


def test_a_producers_words_have_no_place_in_the_name() -> None:
    parsed = parse_name("Heron", REFERENCE, producer="The Arran Distillers")
    assert parsed.fields["brand"] == Field("arran", (0, 0), "producer column")
    assert parsed.fields["distillery"] == Field("lochranza", (0, 0), "distillery of the brand")


def test_a_name_is_read_to_its_four_hundredth_character() -> None:
    assert parse_name("Arran" + " " * 388 + "Moonlit", REFERENCE).leftover_words == ("moonlit",)
    longer = parse_name("Arran" + " " * 389 + "Moonlit", REFERENCE)
    assert longer.leftover_words == ("moonli",)
    assert longer.text.endswith("Moonlit")
