"""A brand's expressions have one spelling in every language, imply what they always are, and only under their brand."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

import pytest

from whisky_assets.parsing.names import parse_name
from whisky_assets.parsing.parsed import Field
from whisky_assets.reference import Expression, Reference, load_reference

SAME_EXPRESSION = [
    ("Kavalan Concertmaster Port Cask Finish", "카발란 콘서트마스터 포트 캐스크 피니시", "噶玛兰 山川首席"),
    ("Hibiki Japanese Harmony", "히비키 재패니즈 하모니", "響 和風醇韻"),
    ("GlenDronach 15 Revival", "글렌드로낙 리바이벌", "グレンドロナック リバイバル 15年"),
    ("Ardbeg Uigeadail", "아드벡 우거다일", "アードベッグ ウーガダール"),
    ("Jack Daniel's Old No. 7", "잭다니엘", "ジャックダニエル ブラック"),
    ("Johnnie Walker Black Label", "조니워커블랙라벨", "尊尼獲加 黑牌"),
]


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_reference()


def identity(name: str, reference: Reference) -> tuple[object, ...]:
    parsed = parse_name(name, reference)
    return parsed.brand, parsed.age_years, parsed.cask, parsed.batch, parsed.peat, parsed.leftover


def with_rows(reference: Reference, *rows: Expression) -> Reference:
    """Return tables of two distilleries, a bottler and every word, with these expressions."""
    makers = {"oban", "talisker", "signatory_vintage"}
    return dataclasses.replace(
        reference,
        distilleries={key: one for key, one in reference.distilleries.items() if key in makers},
        bottlers={key: one for key, one in reference.bottlers.items() if key in makers},
        brands={},
        aliases=tuple(alias for alias in reference.aliases if alias.key in makers),
        expressions=rows,
        version=str(rows),
    )


def row(brand: str, name: str, when: str, *spellings: str, **implies: str) -> Expression:
    return Expression(
        brand=brand,
        name=name,
        when=when,
        implies=MappingProxyType(implies),
        spellings=MappingProxyType({"ko": spellings}),
        origin="a test",
    )


@pytest.mark.parametrize("names", SAME_EXPRESSION, ids=[names[0] for names in SAME_EXPRESSION])
def test_an_expression_reads_alike_in_every_language(names: tuple[str, ...], reference: Reference) -> None:
    assert len({identity(name, reference) for name in names}) == 1
    assert parse_name(names[0], reference).brand is not None


def test_a_spelling_of_one_brand_means_nothing_under_another(reference: Reference) -> None:
    tables = with_rows(reference, row("oban", "heron", "named", "블랙"))
    assert parse_name("오반 블랙", tables).leftover_words == ("heron",)
    assert parse_name("탈리스커 블랙", tables).leftover_words == ("black",)


def test_what_an_expression_implies_is_read_from_its_words(reference: Reference) -> None:
    tables = with_rows(reference, row("oban", "heron", "named", "왜가리", age_years="14", cask="port", style="malt"))
    parsed = parse_name("오반 왜가리 43%", tables)
    assert (parsed.age_years, parsed.cask, parsed.style) == (14, ("port",), ("malt",))
    assert parsed.fields["age_years"] == Field(14, (3, 6), "what heron is")


@pytest.mark.parametrize("told", ["12년", "12 years"])
def test_an_age_that_is_told_wins_over_the_implied_one(told: str, reference: Reference) -> None:
    tables = with_rows(reference, row("oban", "heron", "named", "왜가리", age_years="14"))
    assert parse_name(f"오반 왜가리 {told}", tables).age_years == 12


def test_a_silent_spelling_says_only_what_it_implies_unless_the_name_contradicts(reference: Reference) -> None:
    tables = with_rows(reference, row("oban", "heron", "silent", "왜가리", age_years="14"))
    assert identity("오반 왜가리", tables) == identity("오반 14년", tables)
    assert parse_name("오반 왜가리 18년", tables).leftover == {"heron"}
    assert parse_name("오반 왜가리 18년", tables).age_years == 18


@pytest.mark.parametrize("name", ["Oban", "Oban 43% 70cl", "Oban single malt in gift box"])
def test_a_bare_brand_is_its_one_bottling(name: str, reference: Reference) -> None:
    tables = with_rows(reference, row("oban", "heron", "bare"))
    assert parse_name(name, tables).leftover_words == ("heron",)


@pytest.mark.parametrize(
    "name", ["Oban 14 years", "Oban rye", "Oban batch 3", "Oban cask strength", "Oban 1994", "Oban Little Bay", "Obam"]
)
def test_a_brand_that_tells_more_is_not_its_bare_bottling(name: str, reference: Reference) -> None:
    tables = with_rows(reference, row("oban", "heron", "bare"))
    assert "heron" not in parse_name(name, tables, free_text=True).leftover_words


def test_what_every_bottling_of_a_brand_is_needs_no_word(reference: Reference) -> None:
    tables = with_rows(reference, row("oban", "all", "brand", peat="peated", age_years="9"))
    parsed = parse_name("Oban Little Bay", tables)
    assert (parsed.peat, parsed.age_years, parsed.leftover_words) == ("peated", 9, ("little", "bay"))
    assert parse_name("Oban unpeated", tables).peat == "unpeated"


def test_a_slip_of_a_jamo_is_still_the_expression_and_another_word_is_not(reference: Reference) -> None:
    tables = with_rows(reference, row("oban", "heron", "named", "팔리아먼트"))
    assert parse_name("오반 팔리아먼드", tables).leftover_words == ("heron",)
    assert parse_name("오반 팔라스", tables).leftover_words == ("팔라스",)


def test_a_number_word_before_years_is_an_age_and_no_expression(reference: Reference) -> None:
    assert parse_name("Ardbeg Ten", reference).leftover == frozenset()
    assert identity("Ardbeg Ten", reference) == identity("Ardbeg Ten Years", reference)


@pytest.mark.parametrize(
    ("name", "expression"),
    [
        ("Kavalan Solist Oloroso Sherry Cask", "solist oloroso sherry"),
        ("Kavalan Solist Port Cask", "solist port"),
        ("Kilchoman Fino Sherry Cask", None),
    ],
)
def test_a_spelling_that_ends_in_cask_leaves_a_cask_strength_whole(
    name: str, expression: str | None, reference: Reference
) -> None:
    strong, plain = parse_name(f"{name} Strength", reference), parse_name(name, reference)
    assert (strong.strength, plain.strength) == ("cask_strength", None)
    assert (strong.expression, strong.cask) == (expression, plain.cask)


def test_words_written_in_one_are_found_behind_the_brand(reference: Reference) -> None:
    tables = with_rows(reference, row("talisker", "heron", "named", "왜가리"))
    assert parse_name("탈리스커왜가리14년산", tables).leftover_words == ("heron",)
    assert parse_name("탈리스커왜가리14년산", tables).age_years == 14


def test_an_expression_told_in_two_languages_is_told_once(reference: Reference) -> None:
    assert parse_name("布萊迪 經典萊迪 Classic Laddie", reference).leftover_words == ("classic", "laddie")


def leftover(name: str, tables: Reference) -> str:
    return " ".join(parse_name(name, tables).leftover_words)


def test_an_implied_value_stands_where_its_words_or_the_brand_stand(reference: Reference) -> None:
    tables = with_rows(
        reference,
        row("oban", "heron", "named", "왜가리", age_years="14", cask="port", style="rye", peat="peated"),
        row("oban", "all", "brand", age_years="9"),
    )
    parsed = parse_name("Oban 왜가리", tables)
    assert {name: parsed.fields[name] for name in ("age_years", "cask", "style", "peat")} == {
        "age_years": Field(14, (5, 8), "what heron is"),
        "cask": Field(("port",), (5, 8), "what heron is"),
        "style": Field(("rye",), (5, 8), "what heron is"),
        "peat": Field("peated", (5, 8), "what heron is"),
    }
    assert parse_name("12 Oban Little Bay", tables).fields.get("age_years") is None
    assert parse_name("The Oban Little Bay", tables).fields["age_years"] == Field(9, (0, 8), "what the brand is")


def test_a_value_that_is_told_wins_over_the_implied_one_and_unpeated_over_peat(reference: Reference) -> None:
    tables = with_rows(reference, row("oban", "heron", "named", "왜가리", cask="port", style="rye", peat="peated"))
    parsed = parse_name("Oban 왜가리 sherry cask single malt", tables)
    assert (parsed.cask, parsed.style) == (("sherry",), ("malt",))
    assert parse_name("Oban 왜가리 unpeated", tables).peat == "unpeated"
    heavily = parse_name("Oban 왜가리 heavily peated", tables)
    assert heavily.fields["peat"] == Field("peated", (9, 23), "what heron is")


def test_a_bare_number_that_is_the_implied_age_is_the_age(reference: Reference) -> None:
    tables = with_rows(reference, row("oban", "heron", "named", "왜가리", age_years="14"))
    parsed = parse_name("Oban 왜가리 14", tables)
    assert parsed.fields["age_years"] == Field(14, (9, 11), "what heron is")
    assert (parsed.bare_number, parsed.leftover_words) == (None, ("heron",))
    other = parse_name("Oban 왜가리 18", tables)
    assert (other.age_years, other.bare_number, other.leftover_words) == (None, 18, ("heron", "18"))


@pytest.mark.parametrize("year", ["2004", "vintage 2004"])
def test_a_year_of_distilling_hides_the_implied_age(year: str, reference: Reference) -> None:
    tables = with_rows(reference, row("oban", "heron", "named", "왜가리", age_years="14", cask="port"))
    parsed = parse_name(f"Oban 왜가리 {year}", tables)
    assert (parsed.age_years, parsed.cask) == (None, ("port",))


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("Oban 왜가리", ""),
        ("Oban 왜가리 14 years", ""),
        ("Oban 왜가리 14", ""),
        ("Oban 왜가리 port cask", ""),
        ("Oban 왜가리 18 years", "heron"),
        ("Oban 왜가리 18", "heron 18"),
        ("Oban 왜가리 sherry cask", "heron"),
        ("Oban 왜가리 port and sherry casks", ""),
        ("Oban 왜가리 Oban 왜가리", ""),
    ],
)
def test_silent_words_stay_where_the_name_tells_another_age_or_wood(name: str, left: str, reference: Reference) -> None:
    tables = with_rows(reference, row("oban", "heron", "silent", "왜가리", age_years="14", cask="port"))
    assert leftover(name, tables) == left


@pytest.mark.parametrize(
    ("name", "is_bare"),
    [
        ("Oban", True),
        ("Oban 43% 70cl", True),
        ("Oban highland single malt", True),
        ("Oban 2 x 70 cl", True),
        ("Oban rye", True),
        ("Oban bourbon", True),
        ("Oban corn whiskey", False),
        ("Oban wheat whiskey", False),
        ("Oban single grain", False),
        ("Oban 14 years", False),
        ("Oban 15 years", False),
        ("Oban port cask", True),
        ("Oban sherry cask", False),
        ("Oban peated", True),
        ("Oban unpeated", False),
        ("Oban Signatory", False),
        ("Oban moon", False),
        ("Oban batch 3", False),
        ("Oban gift set 12 years and 14 years", False),
        ("Obam", False),
    ],
)
def test_the_one_bare_bottling_is_meant_where_nothing_else_is_told(
    name: str, is_bare: bool, reference: Reference
) -> None:
    tables = with_rows(
        reference,
        row("oban", "heron", "bare", age_years="14", cask="port", style="rye"),
        row("oban", "all", "brand", peat="peated"),
    )
    assert ("heron" in parse_name(name, tables, free_text=True).leftover_words) == is_bare


@pytest.mark.parametrize(
    ("name", "style", "is_bare"),
    [
        ("Oban", "blended", True),
        ("Oban blended whisky", "blended", True),
        ("Oban pure malt", "blended", False),
        ("Oban single malt", "blended", False),
        ("Oban single grain", "blended", False),
        ("Oban single grain", "grain", True),
        ("Oban blended whisky", "grain", False),
        ("Oban pure malt", "blended_malt", True),
        ("Oban single malt", "blended_malt", True),
        ("Oban blended whisky", "blended_malt", False),
    ],
)
def test_a_malt_is_not_the_bare_blend_of_its_brand_nor_a_blend_the_bare_malt(
    name: str, style: str, is_bare: bool, reference: Reference
) -> None:
    tables = with_rows(reference, row("oban", "heron", "bare", style=style))
    assert ("heron" in parse_name(name, tables).leftover_words) == is_bare


@pytest.mark.parametrize("brand", ["Milk & Honey", "ミルク&ハニー", "ミルクアンドハニー", "밀크 앤 허니"])
def test_what_an_expression_implies_is_told_behind_a_brand_that_is_spelt_in_two_scripts(
    brand: str, reference: Reference
) -> None:
    parsed = parse_name(f"{brand} Elements Peated", reference)
    assert (parsed.brand, parsed.expression, parsed.peat) == ("milk_and_honey", "elements peated", "peated")


def test_a_word_of_a_bare_bottling_stands_behind_the_name_and_a_named_one_leaves_it_out(reference: Reference) -> None:
    tables = with_rows(reference, row("oban", "heron", "bare", age_years="14"), row("oban", "kelp", "named", "다시마"))
    bare = parse_name("Oban 43%", tables)
    assert bare.fields["age_years"] == Field(14, (8, 8), "what heron is")
    assert leftover("Oban 다시마", tables) == "kelp"


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("오반 왜가", "heron"),
        ("오반 왜가섬", "왜가섬"),
        ("오반 큰왜가", "큰왜가"),
        ("오반 다시마국수", "kelp 국수"),
        ("오반 다시마 왜가", "kelp heron"),
        ("오반 왜가 오반 다시마", "heron kelp"),
        ("왜가 오반", "heron"),
        ("오반 왜가 왜가", "heron"),
        ("오반 왜가14년", "heron"),
        ("오반 Blue Heron", "heron"),
        ("오반 blueheron", "blueheron"),
        ("오반 Ten", "ten bottling"),
        ("오반 Ten Years", ""),
        ("오반 Ten moon", "ten bottling moon"),
    ],
)
def test_a_spelling_is_found_where_it_begins_and_ends_with_a_word_or_is_long(
    name: str, left: str, reference: Reference
) -> None:
    tables = with_rows(
        reference,
        row("oban", "heron", "named", "왜가", "Blue Heron"),
        row("oban", "kelp", "named", "다시마"),
        row("oban", "ten bottling", "named", "Ten"),
    )
    assert leftover(name, tables) == left


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("오반 달빛나루터", "moonlight"),
        ("오반 달빗나루터", "moonlight"),
        ("오반 달빗 나루 터", "moonlight"),
        ("오반 달빗 나루터 섬", "moonlight 섬"),
        ("오반 섬 달빗나루터", "섬 moonlight"),
        ("오반 달밤나루터", "달밤나루터"),
        ("오반 달빗나루터 12년", "moonlight"),
        ("오반 moon 달빗나루터", "moon moonlight"),
        ("오반 바다바람", "바다바람"),
    ],
)
def test_a_slip_of_a_jamo_in_an_expression_is_seen_through_over_three_words(
    name: str, left: str, reference: Reference
) -> None:
    tables = with_rows(
        reference,
        row("oban", "moonlight", "named", "달빛나루터", "Moonlight Ferry"),
        row("oban", "sea", "named", "바람"),
    )
    assert leftover(name, tables) == left


def test_of_two_expressions_that_are_equally_near_none_is_meant(reference: Reference) -> None:
    rows = [row("oban", "one", "named", "달빛나루터"), row("oban", "two", "named", "달빛나루처")]
    assert leftover("오반 달빛나루더", with_rows(reference, *rows)) == "달빛나루더"
    assert leftover("오반 달빛나루더", with_rows(reference, rows[0])) == "one"
    both = row("oban", "one", "named", "달빛나루터", "달빛나루처")
    assert leftover("오반 달빛나루더", with_rows(reference, both)) == "one"


def test_a_spelling_of_seven_jamo_may_have_a_slip_and_a_shorter_one_may_not(reference: Reference) -> None:
    tables = with_rows(reference, row("oban", "halo", "named", "달무리"), row("oban", "heron", "named", "왜가리"))
    assert leftover("오반 달무라", tables) == "halo"
    assert leftover("오반 왜가라", tables) == "왜가라"


def test_a_long_word_with_a_slip_is_compared_whole(reference: Reference) -> None:
    tables = with_rows(reference, row("oban", "moonlight", "named", "달빛나루터가는길"))
    assert leftover("오반 달빗나루터가는길", tables) == "moonlight"
    assert leftover("오반 달빗나루터가는길 12년", tables) == "moonlight"


def test_of_two_silent_expressions_the_contradicted_one_stays(reference: Reference) -> None:
    tables = with_rows(
        reference,
        row("oban", "heron", "silent", "왜가리", age_years="14"),
        row("oban", "kelp", "silent", "다시마", age_years="18"),
    )
    assert leftover("오반 왜가리 다시마 18년", tables) == "heron"
    assert leftover("오반 왜가리 다시마 14년", tables) == "kelp"


def test_of_two_expressions_the_nearer_is_meant(reference: Reference) -> None:
    rows = [row("oban", "road", "named", "달빛나루터가는길"), row("oban", "house", "named", "달빛나무터가는집")]
    assert leftover("오반 달빗나루터가는길", with_rows(reference, *rows)) == "road"
