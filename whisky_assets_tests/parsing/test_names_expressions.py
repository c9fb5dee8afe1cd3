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
    return dataclasses.replace(reference, expressions=rows, version=str(rows))


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


def test_words_written_in_one_are_found_behind_the_brand(reference: Reference) -> None:
    tables = with_rows(reference, row("talisker", "heron", "named", "왜가리"))
    assert parse_name("탈리스커왜가리14년산", tables).leftover_words == ("heron",)
    assert parse_name("탈리스커왜가리14년산", tables).age_years == 14


def test_an_expression_told_in_two_languages_is_told_once(reference: Reference) -> None:
    assert parse_name("布萊迪 經典萊迪 Classic Laddie", reference).leftover_words == ("classic", "laddie")
