"""The curated tables are looked up by the longest phrase, by every spelling of a maker, and by Asian letters."""

from __future__ import annotations

import pytest

from whisky_assets.parsing.lexicon import Entry, PhraseTable, cjk_key, lexicon_of, singular
from whisky_assets.reference import Alias, Expression
from whisky_assets_tests.parsing.small_tables import ORIGIN, bottler, brand, distillery, tables, word


def alias(spelling: str, kind: str, key: str) -> Alias:
    return Alias(spelling=spelling, language="en", kind=kind, key=key, origin=ORIGIN)


@pytest.mark.parametrize(
    ("word", "one"),
    [
        ("casks", "cask"),
        ("malts", "malt"),
        ("dogs", "dogs"),
        ("cask", "cask"),
        ("glass", "glass"),
        ("oculus", "oculus"),
        ("oasis", "oasis"),
        ("", ""),
    ],
)
def test_a_plural_loses_its_s_and_other_words_keep_it(word: str, one: str) -> None:
    assert singular(word) == one


def test_the_longest_phrase_at_a_place_counts() -> None:
    table = PhraseTable.of(
        {
            ("glen",): Entry("word", "glen"),
            ("glen", "heron"): Entry("brand", "glen_heron"),
            ("a", "b", "c"): Entry("", ""),
        }
    )
    found = table.longest(["the", "glen", "heron", "12"], 1)
    assert found is not None
    assert (found.words, found.entry.value) == (("glen", "heron"), "glen_heron")
    shorter = table.longest(["glen", "moor"], 0)
    assert shorter is not None
    assert shorter.words == ("glen",)
    assert table.longest(["heron"], 0) is None
    assert table.longest(["a", "b"], 0) is None
    assert table.word("glen") == Entry("word", "glen")
    assert table.word("heron") is None


def test_an_asian_spelling_is_looked_up_without_spaces_in_one_kana_and_in_simplified_characters() -> None:
    assert cjk_key("글렌 헤론") == "글렌헤론"
    assert cjk_key("ヘロン ウィスキー") == cjk_key("ヘロンウイスキー")
    assert cjk_key("宮城峽") == "宫城峡"


def test_every_spelling_of_a_maker_and_each_alias_leads_to_it() -> None:
    lexicon = lexicon_of(
        tables(
            distillery("Heron", "헤론"),
            brand("Kelp Tide", "Tide of Kelp"),
            bottler("Moss Brothers", "Mosses"),
            alias("Old Heron", "distillery", "heron"),
            alias("MB", "bottler", "moss_brothers"),
        )
    )
    assert lexicon.brands.entries[("heron",)] == Entry("brand", "heron")
    assert lexicon.brands.entries[("tide", "of", "kelp")] == Entry("brand", "kelp_tide")
    assert lexicon.brands.entries[("old", "heron")] == Entry("brand", "heron")
    assert lexicon.bottlers.entries[("moss", "brothers")] == Entry("bottler", "moss_brothers")
    assert lexicon.bottlers.entries[("mb",)] == Entry("bottler", "moss_brothers")
    assert lexicon.cjk["헤론"] == (Entry("brand", "heron"),)
    assert ("heron",) not in lexicon.bottlers.entries
    assert ("moss", "brothers") not in lexicon.brands.entries


def test_a_maker_is_known_with_and_without_its_article_and_its_final_s() -> None:
    brands = lexicon_of(tables(brand("The Herons"), brand("Kelp"), brand("Glen Tides"), brand("The"))).brands.entries
    for spelling in ("the herons", "the heron", "herons", "heron", "the kelp", "glen tide", "the glen tide"):
        assert tuple(spelling.split()) in brands, spelling
    # Of a short word an s more is another word.
    assert ("kelps",) not in brands
    assert brands[("the",)] == Entry("brand", "the")
    assert () not in brands


def test_a_variant_never_takes_a_spelling_from_its_owner() -> None:
    brands = lexicon_of(tables(brand("The Heron", key="one"), brand("Heron", key="two"))).brands.entries
    assert brands[("heron",)].value == "two"
    assert brands[("the", "heron")].value == "one"


def test_a_spelling_of_a_maker_and_of_a_word_is_the_makers_first() -> None:
    lexicon = lexicon_of(
        tables(
            word("헤론", "word", "heron", "ko"),
            bottler("Moss", "헤론"),
            distillery("Heron", "헤론"),
            word("헤론", "cask", "heron_cask", "ko"),
            word("헤론", "cask", "heron_cask", "ja"),
        )
    )
    assert [(entry.kind, entry.role) for entry in lexicon.cjk["헤론"]] == [
        ("brand", ""),
        ("bottler", ""),
        ("word", "cask"),
        ("word", "word"),
    ]


def test_a_spelling_of_two_scripts_stands_in_a_table_of_its_own() -> None:
    lexicon = lexicon_of(tables(distillery("Heron", "8헤론", "헤론")))
    assert [key for key, _ in lexicon.mixed.items()] == ["8헤론"]
    assert list(lexicon.cjk) == ["헤론"]
    assert lexicon.cjk_longest == 2


def test_a_table_without_asian_spellings_has_none() -> None:
    lexicon = lexicon_of(tables(brand("Heron"), word("***", "wording")))
    assert (lexicon.cjk_longest, dict(lexicon.cjk), bool(lexicon.mixed)) == (0, {}, False)
    assert lexicon.words.entries == {}


def test_brands_are_listed_in_one_piece_for_slips_of_the_pen_and_hangul_ones_apart() -> None:
    lexicon = lexicon_of(
        tables(distillery("Glen Heron", "글렌 헤론", "グレン"), bottler("Moss"), word("모스", "word", "moss", "ko"))
    )
    assert lexicon.brand_spellings["glenheron"] == "glen_heron"
    assert dict(lexicon.hangul_brands) == {"글렌헤론": "glen_heron"}
    assert {"glen", "heron", "moss"} <= lexicon.known_words


def row(name: str, when: str, *spellings: str, brand: str = "heron", **implies: str) -> Expression:
    return Expression(brand=brand, name=name, when=when, implies=implies, spellings={"ko": spellings}, origin=ORIGIN)


def test_expressions_are_kept_by_brand_with_their_name_and_all_spellings() -> None:
    rows = [
        row("moon", "named", "달", age_years="12"),
        row("tide", "named", "물결"),
        row("all", "brand", "모두", peat="peated"),
        row("plain", "bare"),
        row("moon", "silent", "달빛", brand="kelp"),
    ]
    lexicon = lexicon_of(tables(distillery("Heron"), distillery("Kelp"), expressions=rows))
    assert {key: meaning.name for key, meaning in lexicon.expressions["heron"].items()} == {
        "moon": "moon",
        "달": "moon",
        "tide": "tide",
        "물결": "tide",
        "plain": "plain",
    }
    assert [meaning.when for _, meaning in lexicon.expressions["kelp"].items()] == ["silent", "silent"]
    assert [each.name for each in lexicon.implied["heron"]] == ["moon", "all", "plain"]
    assert "kelp" not in lexicon.implied


def test_the_same_content_gives_the_same_lexicon() -> None:
    assert lexicon_of(tables(brand("Heron"))) is lexicon_of(tables(brand("Heron")))
