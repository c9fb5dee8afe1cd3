"""One folding for every comparison: what is alike folds alike, and places in the text are kept."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.parsing.fold import compact, composed, fold, kana_key, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("J.P. Wiser’s – Légacy", "jp wisers legacy"),
        ("J P Wiser`s", "jp wisers"),
        ("Jack Daniel´s", "jack daniels"),
        ("D.E.W.", "dew"),
        ("X.O.", "xo"),
        ("Glenfarclas12-Year-Old", "glenfarclas 12 year old"),
        ("46,5%", "46.5 %"),
        ("3 x 200 ml", "3 x 200 ml"),
        ("1st Edition #4", "1st edition # 4"),
        ("１２年", "12 年"),
        ("Smögen Ærø Straße Łódź", "smogen aero strasse lodz"),
        ("Black & White", "black and white"),
        ("조니워커블랙라벨1L", "조니워커블랙라벨 1 l"),
        ("山崎12年シングルモルト", "山崎 12 年 シングルモルト"),
        ("ｶﾞｲｱ", "ガイア"),
        ("วิสกี้ 12 ปี", "วิสกี้ 12 ปี"),
        ("वीस्की।", "वीस्की"),
        ("ကောင်းသော", "ကောင်းသော"),
        ("וִיסְקִי וִ", "ויסקי ו"),
        ("وِيسْكِي أ", "ويسكي ا"),
        ("", ""),
        ("***", ""),
    ],
)
def test_a_text_folds_to_its_words(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=60))
def test_every_word_tells_a_place_inside_the_text(text: str) -> None:
    places = [(word.start, word.end) for word in words(text)]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert places == sorted(places)


@given(st.text(alphabet="abcçéøÆ '’-.12%가나ガあ山", max_size=30))
def test_case_and_width_of_a_text_say_nothing(text: str) -> None:
    assert fold(text.upper()) == fold(text)


def test_every_character_folds_once_and_keeps_its_place() -> None:
    unassigned = {"Cn", "Co", "Cs"}
    characters = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) not in unassigned]
    assert len(characters) > 140_000
    assert [one for one in characters if len(composed(one)) != 1] == []
    blocks = [" 1".join(characters[first : first + 512]) for first in range(0, len(characters), 512)]
    assert [hex(ord(block[0])) for block in blocks if fold(fold(block)) != fold(block)] == []
    for block in blocks:
        places = [(word.start, word.end) for word in words(block)]
        assert all(0 <= start < end <= len(block) for start, end in places)
        assert places == sorted(places)


@pytest.mark.parametrize("letter", ["\u0f73", "\u0344", "\u0958", "\ufb2c", "\U0001d15e"])
def test_a_letter_that_nfc_would_lengthen_moves_no_place(letter: str) -> None:
    text = composed(f"e\u0301{letter} Ardbeg")
    assert text == f"\u00e9{letter} Ardbeg"
    word = words(text)[-1]
    assert text[word.start : word.end] == "Ardbeg"


def test_hangul_and_private_letters_are_no_han_characters() -> None:
    assert [word.script for word in words("豈 \ufa0e 가 \ue000x")] == ["han", "han", "hangul", "latin"]


def test_a_place_points_at_the_words_own_letters() -> None:
    text = "  Té  Bheag ｶﾞ 12년"
    assert [text[word.start : word.end] for word in words(text)] == ["Té", "Bheag", "ｶﾞ", "12", "년"]


def test_a_lost_letter_stays_a_letter_of_its_word() -> None:
    assert fold("T\ufffd\ufffd Bheag \ufffd_cosse") == "t\ufffd\ufffd bheag \ufffd\ufffdcosse"
    assert fold("a_b") == "a b" or fold("a_b") == "ab"


def test_compact_leaves_out_the_spaces() -> None:
    assert compact("조니 워커") == compact("조니워커")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ラガヴーリン", "ラガブリン"),
        ("グレンフィディック", "グレンフイデイック"),
        ("らふろいぐ", "ラフロイグ"),
        ("ザ・マッカラン", "ザマッカラン"),
    ],
)
def test_ways_of_writing_a_foreign_name_in_kana_have_one_key(one: str, other: str) -> None:
    assert kana_key(one) == kana_key(other)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ð ð Đ đ Þ þ ı", "dddd th th i"),
        ("Œuf œuf", "oeuf oeuf"),
        ("O’Neill", "oneill"),
        ("O''Neill", "oneill"),
        ("'Neill'", "neill"),
        ("12'th", "12 th"),
        ("1st", "1st"),
        ("22nd", "22nd"),
        ("3rd 4th", "3rd 4th"),
        ("1stfill", "1 stfill"),
        ("1,5 1.000,5", "1.5 1.000.5"),
        ("1. 5", "1 5"),
        ("& + # %", "and + # %"),
        ("a b c", "abc"),
        ("a b cd e f", "ab cd ef"),
        ("J.P. x", "jpx"),
        ("x J", "xj"),
        ("12 x J", "12 x j"),
        ("12 x x", "12 x x"),
        ("12 y x", "12 yx"),
        ("a x 12", "ax 12"),
        ("a 1 b", "a 1 b"),
        ("가 나", "가 나"),
        ("ｶﾞ ﾊﾟ", "ガ パ"),
        ("ÀÉÎÕÜ", "aeiou"),
        ("à bx\u036f", "a bx"),
        ("é`é", "ee"),
        ("ab_cd", "ab cd"),
        ("a_\ufffdb", "a\ufffd\ufffdb"),
        ("\ufffd__", "\ufffd\ufffd\ufffd"),
        ("各 〆 々", "各 〆 々"),
    ],
)
def test_each_kind_of_letter_folds_in_its_own_way(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "scripts"),
    [
        ("J.P. Wiser 12 1st", ["latin", "latin", "number", "ordinal"]),
        ("가 カ か 山 & é Ж", ["hangul", "kana", "kana", "han", "symbol", "latin"]),
        ("a b", ["latin"]),
    ],
)
def test_each_word_tells_its_script(text: str, scripts: list[str]) -> None:
    assert [word.script for word in words(text)] == scripts


def test_initials_stand_from_the_first_letter_to_the_last() -> None:
    text = "the J. P. W. Wiser é. b."
    assert [(word.text, text[word.start : word.end]) for word in words(text)] == [
        ("the", "the"),
        ("jpw", "J. P. W"),
        ("wiser", "Wiser"),
        ("eb", "é. b"),
    ]


def test_a_letter_and_its_marks_are_one_place() -> None:
    text = "e\u0301e\u0301 \u1112\u1161\u11ab ｶﾞｶﾞ"
    assert [text[word.start : word.end] for word in words(text)] == ["e\u0301e\u0301", "\u1112\u1161\u11ab", "ｶﾞｶﾞ"]
    assert [word.text for word in words(text)] == ["ee", "한", "ガガ"]


@pytest.mark.parametrize(
    ("kana", "key"),
    [
        ("ヴァヴィヴェヴォヴ", "バビベボブ"),
        ("ァィゥェォャュョヮ", "アイウエオヤユヨワ"),
        ("らーっ・ん", "ラン"),
        ("ぁゖ", "アヶ"),
        ("ｳﾞｧ", "バ"),
        ("heron", "heron"),
    ],
)
def test_each_way_of_writing_a_sound_in_kana_has_one_key(kana: str, key: str) -> None:
    assert kana_key(kana) == key


def test_what_is_composed_keeps_what_stands_before_between_and_behind() -> None:
    assert composed("e\u0301\u0958e\u0301\u0958\u0959o\u0308") == "\u00e9\u0958\u00e9\u0958\u0959\u00f6"
    assert composed("plain") == "plain"
    assert composed("한 é") == "한 é"
