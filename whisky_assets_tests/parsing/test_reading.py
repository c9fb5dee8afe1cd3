"""A name in the middle of being read: what is consumed is not read again, and the first value told counts."""

from __future__ import annotations

import pytest

from whisky_assets.parsing.fold import words
from whisky_assets.parsing.lexicon import Entry, lexicon_of
from whisky_assets.parsing.parsed import Field
from whisky_assets.parsing.reading import EXPRESSION, Reading, Token
from whisky_assets_tests.parsing.small_tables import tables


def reading_of(text: str) -> Reading:
    tokens = [Token.of(word) for word in words(text)]
    return Reading(text, tokens, lexicon_of(tables()), None, free_text=False)


@pytest.mark.parametrize(
    ("text", "script", "number", "whole"),
    [
        ("12", "number", 12.0, 12),
        ("46.3", "number", 46.3, None),
        ("1.2.3", "number", None, None),
        ("123456789012", "number", 123456789012.0, 123456789012),
        ("1234567890123", "number", None, None),
        ("12", "latin", None, None),
        ("twelve", "latin", None, None),
        ("2nd", "ordinal", None, None),
    ],
)
def test_a_word_is_a_number_unless_it_is_a_code(
    text: str, script: str, number: float | None, whole: int | None
) -> None:
    token = Token(text, 0, len(text), script)
    assert (token.number, token.whole_number) == (number, whole)


def test_a_word_of_the_tables_tells_role_and_meaning_and_another_none() -> None:
    known = Token("쉐리", 0, 2, "known", Entry("word", "sherry", "cask"))
    assert (known.role, known.meaning) == ("cask", "sherry")
    assert (Token("heron", 0, 5, "latin").role, Token("heron", 0, 5, "latin").meaning) == ("", "")


def test_a_copy_changes_on_its_own() -> None:
    first = Token("쉐리", 1, 3, "known", Entry("word", "sherry", "cask"), "cask")
    second = first.copy()
    assert second == first
    second.used = ""
    assert first.used == "cask"


def test_a_consumed_word_is_not_there_for_later_rules() -> None:
    reading = reading_of("heron 12 years")
    reading.consume(1, 2, "age_years")
    reading.consume(2, 1, "wording")
    assert [token.used for token in reading.tokens] == ["", "age_years", "age_years"]
    assert [index for index, _ in reading.open_tokens()] == [0]
    assert reading.texts() == ["heron", "", ""]
    assert reading.at(0) is reading.tokens[0]
    assert [reading.at(index) for index in (-1, 1, 2, 3)] == [None] * 4


def test_no_phrase_runs_across_the_word_of_an_expression() -> None:
    reading = reading_of("heron moon")
    reading.tokens[1].entry = Entry("word", "moon", EXPRESSION)
    assert reading.texts() == ["heron", ""]
    assert [index for index, _ in reading.open_tokens()] == [0, 1]


def test_the_first_value_of_a_field_counts_and_later_words_of_it_are_consumed() -> None:
    reading = reading_of("heron 12 years or 15 years")
    reading.put("age_years", 12, 1, 2, "first")
    reading.put("age_years", 15, 4, 2, "second")
    assert reading.fields == {"age_years": Field(12, (6, 14), "first")}
    assert reading.value("age_years") == 12
    assert reading.value("cask") is None
    assert [token.used for token in reading.tokens] == ["", "age_years", "age_years", "", "age_years", "age_years"]
