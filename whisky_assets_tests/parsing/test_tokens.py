"""A whisky is found by the first letters of its words, in each of its spellings."""

from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.parsing.tokens import MAX_TOKENS, search_fold, search_tokens


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
