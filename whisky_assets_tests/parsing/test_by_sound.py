"""A Latin name is written as it sounds, near to how the makers are really spelled, and any text at all is borne."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from whisky_assets.parsing.by_ear import ENGLISH_BY_EAR, HANGUL_BY_EAR, KATAKANA_BY_EAR
from whisky_assets.parsing.by_sound import in_hangul, in_katakana, sounds_of
from whisky_assets.parsing.fold import fold, kana_key, words
from whisky_assets.reference import load_reference

NEAR = 0.34
"""Share of letters that may differ for a reader to know the name when it is read aloud."""


@pytest.mark.parametrize(
    ("name", "hangul", "katakana"),
    [
        ("Lagavulin", "라가불린", "ラガヴリン"),
        ("Talisker", "탈리스커", "タリスカー"),
        ("Dalmore", "달모어", "ダルモア"),
        ("Glenlivet", "글렌리벳", "グレンリヴェット"),
        ("Ben Nevis", "벤 네비스", "ベン ネヴィス"),
        ("Fiddich", "피딕", "フィディック"),
        ("Octomore", "옥토모어", "オクトモア"),
        ("Springbank", "스프링뱅크", "スプリングバンク"),
        ("Campbell", "캠프벨", "カンプベル"),
        ("Tomatin", "토마틴", "トマティン"),
        ("Okayama", "오카야마", "オカヤマ"),
        ("Takesada", "타케사다", "タケサダ"),
        ("Kyushuto", "큐슈토", "キュシュト"),
        ("Box", "박스", "ボックス"),
        ("Wheel Queen", "윌 퀸", "ウィール クイーン"),
        ("Sugarland", "수갈랜드", "スガーランド"),
        ("Dingle", "딩글", "ディングル"),
        ("Small Batch 12", "스몰 배치 12", "スモール バッチ 12"),
        ("TSG", "티에스지", "TSG"),
        ("Shwandal", "스웬달", "シュワンダル"),
        ("Runggo", "렁오", "ラングオ"),
        ("Ye", "와이이", "イ"),
        ("Rose's", "로즈스", "ローズス"),
    ],
)
def test_a_name_is_written_as_it_sounds(name: str, hangul: str, katakana: str) -> None:
    assert (in_hangul(name), in_katakana(name)) == (hangul, katakana)


def jamo(text: str) -> str:
    return unicodedata.normalize("NFD", text.replace(" ", ""))


def kana(text: str) -> str:
    return kana_key(text).replace(" ", "")


def near_share(language: str, write: Callable[[str], str], letters: Callable[[str], str]) -> float:
    """Return the share of makers whose name by sound is near one of its true spellings."""
    near = []
    for _, maker in load_reference().makers():
        true = [text for text in maker.spellings.get(language, ()) if not re.search("[一-鿿A-Za-z0-9]", text)]
        if true and re.fullmatch(r"[A-Za-z .'&-]+", maker.name):
            made = letters(write(maker.name))
            near.append(min(Levenshtein.normalized_distance(made, letters(text)) for text in true) <= NEAR)
    assert len(near) > 500
    return sum(near) / len(near)


def test_nine_makers_in_ten_are_near_their_korean_spelling_by_jamo() -> None:
    assert near_share("ko", in_hangul, jamo) >= 0.86


def test_eight_makers_in_ten_are_near_their_japanese_spelling_by_kana() -> None:
    assert near_share("ja", in_katakana, kana) >= 0.80


@given(st.text(max_size=40))
def test_any_text_has_a_sound_and_no_latin_word_is_left_in_hangul(text: str) -> None:
    made = in_hangul(text)
    assert not any(re.fullmatch("[a-z]+", word) for word in made.split())
    assert isinstance(in_katakana(text), str)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=14))
def test_every_latin_word_is_whole_syllables_in_hangul_and_katakana(word: str) -> None:
    assert {found.script for found in words(in_hangul(word))} == {"hangul"}
    assert {found.script for found in words(in_katakana(word))} in ({"kana"}, {"latin"})


def test_doubled_consonants_sound_once_and_doubled_vowels_long() -> None:
    assert sounds_of("bell") == ("b", "e", "l")
    assert sounds_of("beel") == ("b", "i", ":", "l")


def test_words_known_by_ear_are_one_folded_word_in_the_right_letters_and_lead_back() -> None:
    assert set(HANGUL_BY_EAR) == set(KATAKANA_BY_EAR)
    for latin, hangul in HANGUL_BY_EAR.items():
        assert fold(latin) == latin
        assert [word.script for word in words(hangul)] == ["hangul"]
        assert [word.script for word in words(KATAKANA_BY_EAR[latin])] == ["kana"]
        assert HANGUL_BY_EAR[ENGLISH_BY_EAR[hangul]] == hangul
