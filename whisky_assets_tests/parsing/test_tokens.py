"""A whisky is found by the first letters of its words, in each of its spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.parsing.tokens import MAX_TOKENS, letter_pairs, search_fold, search_tokens


def test_the_first_letters_of_each_word_find_it() -> None:
    tokens = search_tokens("Lagavulin 16 Years")
    assert {"la", "lag", "lagavulin", "16", "years", "lagavulin16"} <= set(tokens)
    assert "l" not in tokens


def test_korean_and_japanese_words_are_found_by_prefix_and_pair() -> None:
    tokens = set(search_tokens("라가불린 16년", "ラガヴーリン"))
    assert {"라", "라가", "라가불린", "불린", "ラガ", "ラガヴーリン"} <= tokens


def test_hiragana_finds_katakana_and_a_voiced_letter_stays_voiced() -> None:
    assert search_fold("らがゔ") == "ラガヴ"
    assert "ラガ" in search_tokens("らがぶーりん")


def test_accents_and_case_do_not_hide_a_name() -> None:
    assert search_tokens("Té Bheag") == search_tokens("TE BHEAG")


def test_a_name_in_one_piece_is_found_too() -> None:
    assert "johnniewalke" in search_tokens("Johnnie Walker")


@given(st.lists(st.text(max_size=60), max_size=4))
def test_tokens_are_few_sorted_and_distinct(names: list[str]) -> None:
    tokens = search_tokens(*names)
    assert list(tokens) == sorted(set(tokens))
    assert len(tokens) <= MAX_TOKENS
    assert "" not in tokens


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("a", {"a"}),
        ("ab", {"ab"}),
        ("12th 46.5", {"12th", "46.5", "12", "12t", "12th4", "12th46", "12th46.", "12th46.5"}),
        ("abcdefghijklm", {"abcdefghijklm"[:length] for length in range(2, 13)}),
        ("가", {"가"}),
        ("가나다", {"가", "가나", "가나다", "나다"}),
        ("가나다라", {"가", "가나", "가나다", "가나다라", "나다", "다라"}),
        ("カナ", {"カ", "カナ"}),
        ("山崎", {"山", "山崎"}),
        (
            "가나다라마바사아자",
            {"가나다라마바사아자"[:length] for length in range(1, 10)} | set(letter_pairs("가나다라마바사아자")),
        ),
        ("%", set()),
        ("", set()),
    ],
)
def test_a_name_has_these_tokens_and_no_others(name: str, tokens: set[str]) -> None:
    assert set(search_tokens(name)) == tokens


def test_a_long_asian_word_is_found_whole_and_by_its_pairs() -> None:
    word = "カキクケコサシスセソタチツテ"
    assert set(search_tokens(word)) == {word, *(word[:length] for length in range(1, 13)), *letter_pairs(word)}


def test_words_of_other_scripts_keep_their_own_prefixes_and_share_the_joined_one() -> None:
    assert {"ga", "ガ", "12", "ga12", "ga12ガ"} <= set(search_tokens("ga 12 ガ"))


def test_a_mark_above_a_letter_goes_and_one_of_kana_stays() -> None:
    assert search_fold("É ﾊﾟ がヴ Ａ") == "e パ ガヴ a"
    assert search_fold("ぁゖ\u0370") == "ァヶ\u0371"
    assert search_fold("à x\u036f") == "a x"


def test_the_shortest_tokens_stay_where_there_are_too_many() -> None:
    name = " ".join(f"{first}{second}cdefghijk" for first in "abcdefgh" for second in "lmnopq")
    tokens = search_tokens(name)
    assert len(tokens) == MAX_TOKENS == 150
    assert max(map(len, tokens)) <= 5
    assert {"al", "hq"} <= set(tokens)
