"""A number in Han or Hangul numerals before the word for years is a number in its own place."""

from __future__ import annotations

import pytest

from whisky_assets.parsing.fold import words
from whisky_assets.parsing.numerals import numeral_value, with_numbers
from whisky_assets.parsing.reading import Token


@pytest.mark.parametrize(
    ("text", "script", "value"),
    [
        ("三", "han", 3),
        ("十", "han", 10),
        ("十二", "han", 12),
        ("二十", "han", 20),
        ("九十九", "han", 99),
        ("二〇二三", "han", 2023),
        ("십", "hangul", 10),
        ("십이", "hangul", 12),
        ("이십일", "hangul", 21),
        ("오십", "hangul", 50),
    ],
)
def test_numerals_tell_a_number(text: str, script: str, value: int) -> None:
    assert numeral_value(text, script) == value


def test_han_numerals_are_meant_where_nothing_else_is_said() -> None:
    assert numeral_value("十八") == 18


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("山崎十二年", [("山崎", "han", "山崎"), ("12", "number", "十二"), ("年", "han", "年")]),
        ("十二年もの", [("12", "number", "十二"), ("年", "han", "年"), ("もの", "kana", "もの")]),
        ("一九九八年", [("1998", "number", "一九九八"), ("年", "han", "年")]),
        ("二〇二三年", [("2023", "number", "二〇二三"), ("年", "han", "年")]),
        ("七年", [("7", "number", "七"), ("年", "han", "年")]),
        ("이십일년산", [("21", "number", "이십일"), ("년산", "hangul", "년산")]),
        ("십년", [("10", "number", "십"), ("년", "hangul", "년")]),
        ("글렌십년", [("글렌십년", "hangul", "글렌십년")]),
        ("一年", [("一年", "han", "一年")]),
        ("Ardbeg 10", [("ardbeg", "latin", "Ardbeg"), ("10", "number", "10")]),
        ("Ardbeg 十", [("ardbeg", "latin", "Ardbeg"), ("十", "han", "十")]),
    ],
)
def test_a_numeral_before_years_stands_apart_and_keeps_its_place(name: str, parts: list[tuple[str, str, str]]) -> None:
    tokens = with_numbers([Token.of(word) for word in words(name)])
    assert [(token.text, token.script, name[token.start : token.end]) for token in tokens] == parts


def test_a_word_whose_letters_have_no_places_of_their_own_is_left_whole() -> None:
    whole = Token("十二年", 0, 6, "han")
    assert with_numbers([whole]) == [whole]
