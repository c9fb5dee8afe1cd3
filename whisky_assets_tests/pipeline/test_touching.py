"""A changed curated row touches exactly the texts that the parser reads with it, however they are spelled."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

import pytest

from whisky_assets.parsing.names import parse_name
from whisky_assets.pipeline.touching import Touching
from whisky_assets.reference import Alias, Expression, Reference, load_reference


@pytest.fixture(scope="module")
def before() -> Touching:
    return Touching(load_reference())


def with_alias(spelling: str) -> Reference:
    reference = load_reference()
    alias = Alias(spelling=spelling, language="ja", kind="distillery", key="ardbeg", origin="a test")
    return dataclasses.replace(reference, aliases=(*reference.aliases, alias), version=spelling)


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        ("ヘロンヴァレー 12年", "ヘロンバーレー"),
        ("ヘロン・バレ 12年", "ヘロンバーレー"),
        ("鷺龍蘭 12年", "鹭龙兰"),
        ("헤론 벨리 12년", "헤론벨리"),
        ("IWヘロン 12年", "I.W.ヘロン"),
        ("Quillheron Dale 12", "Quillheron Dales"),
        ("The Quillherons 12", "Quillheron"),
    ],
)
def test_a_row_touches_a_text_in_another_way_of_writing(text: str, spelling: str, before: Touching) -> None:
    tables = with_alias(spelling)
    assert parse_name(text, tables).brand == "ardbeg"
    assert Touching(tables).digest_of(text) != before.digest_of(text)


@pytest.mark.parametrize("text", ["ラフロイグ 10年", "Laphroaig 10", "헤론 12년"])
def test_a_row_touches_no_other_text(text: str, before: Touching) -> None:
    assert Touching(with_alias("ヘロンバーレー")).digest_of(text) == before.digest_of(text)


@pytest.mark.parametrize(("when", "touched"), [("named", False), ("silent", False), ("bare", True), ("brand", True)])
def test_an_expression_of_a_bare_brand_touches_every_name_of_the_brand(
    when: str, touched: bool, before: Touching
) -> None:
    reference = load_reference()
    own = Expression(
        brand="oban",
        name="heron",
        when=when,
        implies=MappingProxyType({"age_years": "14"}),
        spellings=MappingProxyType({}),
        origin="a test",
    )
    changed = Touching(dataclasses.replace(reference, expressions=(*reference.expressions, own), version=when))
    assert (changed.digest_of("オーバン 700ml") != before.digest_of("オーバン 700ml")) is touched
    assert changed.digest_of("Oban Heron") != before.digest_of("Oban Heron")
    assert changed.digest_of("Talisker") == before.digest_of("Talisker")
