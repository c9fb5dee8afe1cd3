"""Names of every kind of trouble are read into the right fields; each case is one thing that lists really do."""

import pytest

from whisky_assets.parsing.names import parse_name
from whisky_assets.parsing.parsed import ParsedName, Value
from whisky_assets.reference import Reference, load_reference


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_reference()


def told(parsed: ParsedName) -> dict[str, Value]:
    """The fields without the place, which follows from the brand."""
    return {name: field.value for name, field in parsed.fields.items() if name != "distillery"}


CASES: list[tuple[str, dict[str, Value], str]] = [
    # ages in every language
    ("Ardbeg 10 Years Old", {"brand": "ardbeg", "age_years": 10}, ""),
    ("Ardbeg Ten Years", {"brand": "ardbeg", "age_years": 10}, ""),
    ("Oban 14YO", {"brand": "oban", "age_years": 14}, ""),
    ("Oban 14 yr.", {"brand": "oban", "age_years": 14}, ""),
    ("Oban 14y", {"brand": "oban", "age_years": 14}, ""),
    ("Talisker 18 ans d'âge", {"brand": "talisker", "age_years": 18}, ""),
    ("Talisker 18 ans old", {"brand": "talisker", "age_years": 18}, ""),
    ("Talisker dix ans", {"brand": "talisker", "age_years": 10}, ""),
    ("Talisker 18 Jahre", {"brand": "talisker", "age_years": 18}, ""),
    ("Talisker 18 vuotta", {"brand": "talisker", "age_years": 18}, ""),
    ("Glenfarclas12-Year-Old", {"brand": "glenfarclas", "age_years": 12}, ""),
    ("BenRiach The Twelve 12 Years", {"brand": "benriach", "age_years": 12}, ""),
    # numbers that are no age
    ("Lagavulin 16", {"brand": "lagavulin", "bare_number": 16}, "16"),
    ("Glenfarclas 105", {"brand": "glenfarclas"}, "105"),
    ("Vat 69", {"brand": "vat_69"}, "original"),
    ("Lot No. 40", {"brand": "lot_no_40", "style": ("rye",)}, ""),
    ("Maker's Mark 46", {"brand": "makers_46"}, "original"),
    ("1792 Full Proof", {"brand": "barton_1792", "strength": "full_proof"}, ""),
    ("George Dickel No. 12", {"brand": "george_dickel", "batch": "no 12"}, ""),
    ("Wild Turkey 81 Proof", {"brand": "wild_turkey"}, "81"),
    ("Ardbeg 12-pack", {"brand": "ardbeg", "pack": "same", "pack_count": 12}, ""),
    ("Ardbeg 3 x 200 ml", {"brand": "ardbeg", "pack": "same", "pack_count": 3, "volume_ml": 200}, ""),
    ("Glenlivet 1 bottle limit", {"brand": "glenlivet"}, ""),
    # packs
    ("Glenlivet 12 Years w / 2 glasses", {"brand": "glenlivet", "age_years": 12, "pack": "same"}, ""),
    ("Glenlivet 12 Years coffret cadeau", {"brand": "glenlivet", "age_years": 12, "pack": "same"}, ""),
    ("Glenlivet Minis 15 YO & 18 YO", {"brand": "glenlivet", "age_years": 15, "pack": "mixed"}, ""),
    ("Macallan Harmony Collection", {"brand": "macallan"}, "harmony collection"),
    # word boundaries: no glass in Glenglassaugh, tin in Tomatin, gin in Virgin, port in Portwood or Port Charlotte
    ("Glenglassaugh Evolution", {"brand": "glenglassaugh"}, "evolution"),
    ("Tomatin Legacy", {"brand": "tomatin"}, "legacy"),
    ("Deanston Virgin Oak", {"brand": "deanston", "cask": ("virgin_oak",)}, ""),
    ("Port Charlotte Islay Barley", {"brand": "port_charlotte", "peat": "heavily_peated"}, "islay barley"),
    ("Balvenie 21 Years PortWood", {"brand": "balvenie", "age_years": 21, "cask": ("port",)}, ""),
    # batches and editions
    ("Elijah Craig Small Batch", {"brand": "elijah_craig"}, "small batch"),
    ("Edradour Batch II", {"brand": "edradour", "batch": "batch 2"}, ""),
    ("Edradour 2nd Batch", {"brand": "edradour", "batch": "batch 2"}, ""),
    ("Edradour batch no.3", {"brand": "edradour", "batch": "batch 3"}, ""),
    ("Kavalan Edition IV", {"brand": "kavalan", "batch": "edition 4"}, ""),
    ("Kavalan 11th Edition", {"brand": "kavalan", "batch": "edition 11"}, ""),
    ("Aberlour A'Bunadh Batch 61", {"brand": "aberlour", "batch": "batch 61"}, "abunadh"),
    ("Larceny Barrel Proof Batch C921", {"brand": "larceny", "strength": "cask_strength", "batch": "batch c921"}, ""),
    ("Seagram's V.O.", {"brand": "seagrams"}, "vo"),
    ("King George III Glen Spey", {"brand": "glen_spey"}, "king george iii"),
    # years
    (
        "Brora 1982 Cask 7003 2017",
        {"brand": "brora", "cask_number": "7003", "vintage_year": 1982, "bottled_year": 2017},
        "",
    ),
    ("Mortlach 2004 2004", {"brand": "mortlach", "year": 2004}, ""),
    ("Mortlach 2006-2018", {"brand": "mortlach", "vintage_year": 2006, "bottled_year": 2018}, ""),
    ("Mortlach 2006 bottled 11/13", {"brand": "mortlach", "vintage_year": 2006, "bottled_year": 2013}, ""),
    ("Mortlach Vintage 2006", {"brand": "mortlach", "vintage_year": 2006}, "vintage"),
    ("Dewar's since 1846", {"brand": "dewars"}, "white label"),
    ("Dalmore Cask #12", {"brand": "dalmore", "cask_number": "12"}, ""),
    ("Macallan Double Cask 12", {"brand": "macallan", "bare_number": 12}, "double cask 12"),
    # wording says nothing, style may conflict
    (
        "THE GLENLIVET 12 YEAR OLD SINGLE HIGHLAND MALT SCOTCH WHISKY",
        {"brand": "glenlivet", "age_years": 12, "style": ("malt",)},
        "",
    ),
    ("Nikka Coffey Grain", {"brand": "nikka", "style": ("grain",)}, "coffey grain"),
    ("Nikka Coffey Malt", {"brand": "nikka", "style": ("malt",)}, "coffey malt"),
    ("Canadian Club 100% Rye", {"brand": "canadian_club", "style": ("rye",)}, ""),
    # what is grown somewhere names a bottling; where a distillery stands does not
    ("Arran Scottish Barley", {"brand": "arran"}, "scottish barley"),
    ("Arran 스코티시 발리", {"brand": "arran"}, "scottish barley"),
    ("アラン アイラバーレイ", {"brand": "arran"}, "islay barley"),
    ("Stauning Swedish Oak", {"brand": "stauning"}, "swedish oak"),
    ("Stauning German Oak Cask", {"brand": "stauning"}, "german oak"),
    ("Stauning Irish Oak", {"brand": "stauning"}, "irish oak"),
    ("Stauning Irish Whiskey", {"brand": "stauning"}, ""),
    ("Ardnahoe 100% Islay", {"brand": "ardnahoe"}, "100 islay"),
    ("아드나호 100% 아일라", {"brand": "ardnahoe"}, "100 islay"),
    ("Ardnahoe 100 Islay", {"brand": "ardnahoe"}, "100 islay"),
    ("Iwai World Blended Whisky", {"brand": "iwai"}, "world blended"),
    # a percent that is no alcohol
    ("Ardbeg 20% off", {"brand": "ardbeg"}, ""),
    ("Ardbeg 10% discount 46%", {"brand": "ardbeg", "abv_pct": 46.0}, ""),
    ("Ardbeg save 15%", {"brand": "ardbeg"}, ""),
    ("아드벡 20% 할인", {"brand": "ardbeg"}, ""),
    ("아드벡 할인 20%", {"brand": "ardbeg"}, ""),
    ("アードベッグ 20%オフ", {"brand": "ardbeg"}, ""),
    ("アードベッグ 30%OFF", {"brand": "ardbeg"}, ""),
    ("アードベッグ 30%引き", {"brand": "ardbeg"}, ""),
    ("Willett 65% rye", {"brand": "willett", "style": ("rye",)}, "65%"),
    ("Willett 51% corn 57% vol", {"brand": "willett", "style": ("corn",), "abv_pct": 57.0}, "51%"),
    ("Willett 43% Rye Whiskey", {"brand": "willett", "style": ("rye",), "abv_pct": 43.0}, ""),
    ("Oban 43% Single Malt", {"brand": "oban", "style": ("malt",), "abv_pct": 43.0}, ""),
    # two ages are two whiskies only where something joins them
    ("Oban 12 YO + 15 YO", {"brand": "oban", "age_years": 12, "pack": "mixed"}, ""),
    ("Oban 12 ans et 15 ans", {"brand": "oban", "age_years": 12, "pack": "mixed"}, ""),
    ("Oban 12 Jahre und 15 Jahre", {"brand": "oban", "age_years": 12, "pack": "mixed"}, ""),
    ("Oban 12 & 15 Years Old", {"brand": "oban", "age_years": 15, "pack": "mixed"}, ""),
    ("Oban 12 years and Arran 10 years", {"brand": "oban", "age_years": 12, "pack": "mixed"}, "arran"),
    (
        "Oban 12 YO / 15 YO 2 x 200 ml",
        {"brand": "oban", "age_years": 12, "pack": "mixed", "pack_count": 2, "volume_ml": 200},
        "",
    ),
    ("Oban 12 YO / 15 YO", {"brand": "oban", "age_years": 12}, "15"),
    ("Oban 12 Year Old 18 months heron finish", {"brand": "oban", "age_years": 12}, "18 months heron finish"),
    ("Oban 18 months finish", {"brand": "oban"}, "18 months finish"),
    ("Oban 12 years finished for 2 years", {"brand": "oban", "age_years": 12}, "finished 2"),
    (
        "Oban 12 Years Sherry and Port 3 years finish",
        {"brand": "oban", "age_years": 12, "cask": ("port", "sherry")},
        "3 finish",
    ),
    ("Oban aged 12 years, bottled for our 25th", {"brand": "oban", "age_years": 12}, "our 25th"),
    ("Celebrating 10 years, Arran 12 Year Old", {"brand": "arran", "age_years": 12}, "celebrating 10"),
    ("Arran 10 Years Anniversary", {"brand": "arran"}, "10 years anniversary"),
    # batches counted in Korean, Japanese and Chinese
    ("아벨라워 배치 61", {"brand": "aberlour", "batch": "batch 61"}, ""),
    ("アラン ロット7", {"brand": "arran", "batch": "lot 7"}, ""),
    ("アラン 第3弾 シングルモルト", {"brand": "arran", "batch": "release 3", "style": ("malt",)}, ""),
    ("アラン 第十二弾", {"brand": "arran", "batch": "release 12"}, ""),
    ("아란 제3탄", {"brand": "arran", "batch": "release 3"}, ""),
    ("아란 3차 릴리즈", {"brand": "arran", "batch": "release 3"}, ""),
    ("雅伯樂 批次 63", {"brand": "aberlour", "batch": "batch 63"}, ""),
    ("雅伯樂 63批次", {"brand": "aberlour", "batch": "batch 63"}, ""),
    ("雅伯樂 第63批", {"brand": "aberlour", "batch": "batch 63"}, ""),
    # sizes and years
    ("Oban 1,000ml", {"brand": "oban", "volume_ml": 1000}, ""),
    ("Oban 1.000 ml", {"brand": "oban", "volume_ml": 1000}, ""),
    ("Oban 1,75 L", {"brand": "oban", "volume_ml": 1750}, ""),
    ("Oban 14 2021", {"brand": "oban", "bare_number": 14, "year": 2021}, "14"),
    ("Oban 1991 Cask 27", {"brand": "oban", "year": 1991, "cask_number": "27"}, ""),
    ("Oban 1st Fill Sherry", {"brand": "oban", "cask": ("sherry",)}, "first fill"),
    # woods
    ("Arran Amarone Cask Finish", {"brand": "arran", "cask": ("amarone",)}, ""),
    (
        "GlenDronach 12 Oloroso & Pedro Ximénez",
        {"brand": "glendronach", "cask": ("oloroso", "px"), "bare_number": 12},
        "12",
    ),
    ("Oban 14 Years Oloroso Sherry Cask", {"brand": "oban", "age_years": 14, "cask": ("oloroso",)}, ""),
    ("Blanton's Single Barrel", {"brand": "blantons"}, ""),
    ("Jim Beam Honey", {"brand": "jim_beam", "flavour": ("honey",)}, "honey"),
    ("짐빔 허니", {"brand": "jim_beam", "flavour": ("honey",)}, "honey"),
    ("Wiser's Old Fashioned Cocktail", {"brand": "jp_wisers", "other_good": "old fashioned"}, "old fashioned cocktail"),
    # peat and strength
    ("Glenfarclas 15 CS", {"brand": "glenfarclas", "strength": "cask_strength", "bare_number": 15}, "15"),
    ("Arran Heavily Peated", {"brand": "arran", "peat": "heavily_peated"}, ""),
    ("Kilchoman Unpeated", {"brand": "kilchoman", "peat": "unpeated"}, ""),
    # bottler and distillery are two fields
    ("Signatory Vintage Caol Ila 2008", {"brand": "caol_ila", "bottler": "signatory_vintage", "year": 2008}, ""),
    (
        "Douglas Laing's Old Particular Linkwood 12 Years",
        {"brand": "linkwood", "bottler": "douglas_laing", "age_years": 12},
        "",
    ),
    ("Douglas Laing Scallywag", {"brand": "scallywag"}, "original"),
    ("Cadenhead's Islay Blend", {"brand": "cadenheads", "region": ("islay",), "style": ("blended",)}, ""),
    ("Midleton - Green Spot", {"brand": "green_spot"}, "original"),
    (
        "Brora 30 Years Old Sherry Cask Finish bottled by Signatory Vintage",
        {"brand": "brora", "bottler": "signatory_vintage", "age_years": 30, "cask": ("sherry",)},
        "",
    ),
    (
        "Very Rare Private Heron Library Stock Banff 1976 Gordon & MacPhail",
        {"brand": "banff", "bottler": "gordon_and_macphail", "year": 1976},
        "very rare private heron library stock",
    ),
    (
        "Brora heron lunar tide kelp moss rock Sovereign",
        {"brand": "brora"},
        "heron lunar tide kelp moss rock sovereign",
    ),
    (
        "Douglas Laing Brora Old Particular 30 Years",
        {"brand": "brora", "bottler": "douglas_laing", "age_years": 30},
        "",
    ),
    ("Compass Box Port Charlotte", {"brand": "compass_box"}, "port charlotte"),
    # encoding and shop words
    ("Jack Daniel\ufffd\ufffd\ufffds Honey", {"brand": "jack_daniels", "flavour": ("honey",)}, "honey"),
    ("T\ufffd\ufffd Bheag", {"brand": "te_bheag"}, ""),
    ("Talisker \ufffd_cosse", {"brand": "talisker"}, ""),
    ("TINCUP BOURBON", {"brand": "tincup", "style": ("bourbon",)}, "original"),
    # Korean
    ("아드벡 10", {"brand": "ardbeg", "bare_number": 10}, "10"),
    ("라가불린16년", {"brand": "lagavulin", "age_years": 16}, ""),
    ("라가불린 16년산", {"brand": "lagavulin", "age_years": 16}, ""),
    ("조니워커블랙라벨1L", {"brand": "johnnie_walker", "age_years": 12, "volume_ml": 1000}, "black label"),
    ("조니 워커 블랙 라벨", {"brand": "johnnie_walker", "age_years": 12}, "black label"),
    ("아드벡 위 비스티", {"brand": "ardbeg", "age_years": 5}, "wee beastie"),
    ("보우모어 12년 쉐리 캐스크", {"brand": "bowmore", "age_years": 12, "cask": ("sherry",)}, ""),
    ("맥켈란 12년 셰리오크", {"brand": "macallan", "age_years": 12, "cask": ("sherry",)}, ""),
    ("글렌파클라스 15년 캐스크 스트랭스", {"brand": "glenfarclas", "age_years": 15, "strength": "cask_strength"}, ""),
    ("탈리스커 2010년 싱글 몰트 위스키", {"brand": "talisker", "year": 2010, "style": ("malt",)}, ""),
    ("글렌피릭15년700ml", {"brand": "glenfiddich", "age_years": 15, "volume_ml": 700}, ""),
    ("날모어 12년", {"brand": "dalmore", "age_years": 12}, ""),
    ("글렌 엘진 12년", {"brand": "glen_elgin", "age_years": 12}, ""),
    ("글렌엘진12년", {"brand": "glen_elgin", "age_years": 12}, ""),
    ("글렌피릭싱글몰트", {"brand": "glenfiddich", "style": ("malt",)}, ""),
    ("글렌피릭헤론", {"brand": "glenfiddich"}, "헤론"),
    ("라이터스 블랙", {}, "라이터스 black"),
    ("탈리스만위스키1L", {"volume_ml": 1000}, "탈리스만"),
    ("싱글톤 더프타운 12년", {"brand": "singleton", "age_years": 12}, "dufftown"),
    # Japanese
    ("ラガヴーリン 16年", {"brand": "lagavulin", "age_years": 16}, ""),
    ("ラガブーリン16年もの 43度", {"brand": "lagavulin", "age_years": 16, "abv_pct": 43.0}, ""),
    (
        "【送料無料】《正規・箱付き》アードベッグ 10年 46度 700ml ※箱は変わります",
        {"brand": "ardbeg", "age_years": 10, "abv_pct": 46.0, "volume_ml": 700},
        "",
    ),
    ("ザ・マッカラン 12年 シェリーオーク 並行輸入品", {"brand": "macallan", "age_years": 12, "cask": ("sherry",)}, ""),
    ("山崎12年", {"brand": "yamazaki", "age_years": 12}, ""),
    ("响 21", {"brand": "hibiki", "bare_number": 21}, "21"),
    ("響 21年", {"brand": "hibiki", "age_years": 21}, ""),
    # what no table knows is identity
    ("Glenfiddich Moonlit Heron", {"brand": "glenfiddich"}, "moonlit heron"),
    ("Heron Creek Reserve 8 Years", {"age_years": 8}, "heron creek reserve"),
    ("", {}, ""),
]


@pytest.mark.parametrize(("name", "fields", "leftover"), CASES, ids=[case[0] or "empty" for case in CASES])
def test_a_name_is_read_into_its_fields(
    reference: Reference, name: str, fields: dict[str, Value], leftover: str
) -> None:
    parsed = parse_name(name, reference)
    assert told(parsed) == fields
    assert " ".join(parsed.leftover_words) == leftover


@pytest.mark.parametrize(
    ("name", "brand", "age"),
    [
        ("argbeg ten", "ardbeg", 10),
        ("Ardbeg ten", "ardbeg", 10),
        ("lagavulln sixteen", "lagavulin", 16),
        ("Four Roses", "four_roses", None),
        ("zzzzzz ten", None, None),
    ],
)
def test_a_persons_own_words_may_be_mistyped_and_tell_the_age_in_words(
    reference: Reference, name: str, brand: str | None, age: int | None
) -> None:
    parsed = parse_name(name, reference, free_text=True)
    assert (parsed.brand, parsed.age_years) == (brand, age)


def test_a_shops_name_is_never_mended_like_a_persons(reference: Reference) -> None:
    parsed = parse_name("Argbeg Ten", reference)
    assert parsed.brand is None
    assert parsed.age_years is None
    assert parsed.leftover == {"argbeg", "ten"}


def test_a_typo_that_two_brands_are_equally_near_to_is_no_brand(reference: Reference) -> None:
    assert parse_name("Glen Foray 12", reference, free_text=True).brand == "glen_moray"
    assert parse_name("Glen Koray", reference, free_text=True).brand in {"glen_moray", None}
    assert parse_name("Port Fllen", reference, free_text=True).brand == "port_ellen"


def test_the_producer_tells_a_brand_that_the_name_lacks(reference: Reference) -> None:
    parsed = parse_name("The Classic Eight 12 Years", reference, producer="Bruichladdich Distillery Co.")
    assert parsed.brand == "bruichladdich"
    assert parsed.distillery == "bruichladdich"
    assert parse_name("Octomore 10.1", reference, producer="Bruichladdich").brand == "octomore"
    assert parse_name("Heron", reference, producer="Nobody Ltd").brand is None


def test_alcohol_of_the_column_wins_over_the_name(reference: Reference) -> None:
    assert parse_name("Oban 43%", reference, abv_pct=46.0).abv_pct == 46.0
    assert parse_name("Oban 43% vol", reference).abv_pct == 43.0


def test_the_shelf_tells_another_kind_of_drink(reference: Reference) -> None:
    assert parse_name("Heron", reference, category="SPIRIT - VODKA").value("other_good") == "vodka"
    assert parse_name("Heron", reference, category="SCOTCH - MALT").value("other_good") is None


def test_a_unit_of_one_letter_counts_in_its_own_language_only(reference: Reference) -> None:
    assert parse_name("Teerenpeli 10 v", reference, language="fi").age_years == 10
    assert parse_name("Teerenpeli 10 v", reference, language="en").age_years is None


def test_every_field_says_where_it_stands_and_which_rule_read_it(reference: Reference) -> None:
    text = "  ARDBEG – 10 Year Old, 46% vol 70cl"
    parsed = parse_name(text, reference)
    words_of = {name: text[field.span[0] : field.span[1]] for name, field in parsed.fields.items()}
    assert words_of == {
        "brand": "ARDBEG",
        "distillery": "ARDBEG",
        "volume_ml": "70cl",
        "abv_pct": "46% vol",
        "age_years": "10 Year Old",
    }
    assert all(field.rule for field in parsed.fields.values())


def test_a_very_long_name_is_read_as_far_as_a_name_can_be(reference: Reference) -> None:
    parsed = parse_name(f"Ardbeg 10 Years {'word ' * 4_000}", reference)
    assert parsed.age_years == 10
    assert len(parsed.leftover_words) < 200


@pytest.mark.parametrize("unit", ["", " ml", " %", " years old", " l", " 年", "-pack"])
def test_a_run_of_digits_that_is_a_code_is_a_word_of_the_name(reference: Reference, unit: str) -> None:
    parsed = parse_name(f"Ardbeg {'9' * 380}{unit}", reference)
    assert told(parsed) == {"brand": "ardbeg"}
    assert "9" * 380 in parsed.leftover_words
    assert parse_name(f"Ardbeg {'9' * 10_000}{unit}", reference).brand == "ardbeg"


@pytest.mark.parametrize("name", ["\x00\x01Ardbeg\x7f", "\u202eArdbeg 10 Years", "Ã‰cosse Ardbeg", "Ardbeg\t10\nYears"])
def test_control_characters_and_mojibake_do_not_hide_the_brand(reference: Reference, name: str) -> None:
    assert parse_name(name, reference).brand == "ardbeg"
