"""A word of any script is a whole word in Latin letters, or none where its letters do not tell its vowels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.parsing.fold import fold
from whisky_assets.parsing.romanizing import has_other_letters, in_latin, romanized


@pytest.mark.parametrize(
    ("text", "latin"),
    [
        ("김창수", "Gimchangsu"),
        ("シングル 1985", "Shinguru 1985"),
        ("山崎", "山崎"),
        ("山崎ウイスキー", "山崎 Uisuki"),
        ("Ardbeg 김", "Ardbeg Gim"),
    ],
)
def test_asian_letters_are_written_in_latin_and_chinese_characters_stay(text: str, latin: str) -> None:
    assert in_latin(text).lower() == latin.lower()


@pytest.mark.parametrize(
    ("word", "latin"),
    [
        ("лагавулин", "lagavulin"),
        ("объект", "obekt"),
        ("λαγκαβουλιν", "lagkavoulin"),
        ("αυγη", "avgi"),
        ("ευχη", "efchi"),
        ("μπαλμορ", "balmor"),
        ("λαμπρο", "lampro"),
        ("αγγελος", "angelos"),
        ("ვისკი", "viski"),
        ("아드벡", "adeubeg"),
        ("山崎", "shanqi"),
        ("limit\ufffde", "limite"),
        ("6.1", "6.1"),
        ("ويسكي", ""),
        ("ויסקי", ""),
        ("วิสกี้", ""),
        ("वीस्की", ""),
    ],
)
def test_a_word_of_any_script_is_one_word_in_latin_letters_or_none(word: str, latin: str) -> None:
    assert romanized(fold(word)) == latin


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("Ærø Łódź ñ", False),
        ("아드벡 山崎 カフェ", False),
        ("T\ufffd 6.1 é", False),
        ("Oban л", True),
        ("Oban ل", True),
    ],
)
def test_letters_beside_latin_and_asian_ones_are_noticed(text: str, has: bool) -> None:
    assert has_other_letters(text) is has


@given(st.text(max_size=40))
def test_any_text_is_borne_and_a_word_of_a_key_is_ascii(text: str) -> None:
    assert isinstance(in_latin(text), str)
    assert all(romanized(word).isascii() for word in fold(text).split())
