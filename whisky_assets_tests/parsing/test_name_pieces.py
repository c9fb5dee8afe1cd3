"""A name is cut into its label's pieces; what only a shop or a type of whisky adds is told apart from the label."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.parsing.name_pieces import Piece, label_text, pieces_of
from whisky_assets.parsing.names import parse_name
from whisky_assets.reference import load_reference

REFERENCE = load_reference()


def pieces(name: str) -> tuple[Piece, ...]:
    return pieces_of(parse_name(name, REFERENCE), REFERENCE)


def kept(name: str) -> list[tuple[str, str]]:
    return [(piece.kind, name[piece.start : piece.end]) for piece in pieces(name) if not piece.silent]


def test_each_piece_tells_what_it_is_and_where_it_stands() -> None:
    assert kept("Signatory Vintage Ardbeg 1999 12 Year Old Sherry Cask No. 17 Zandolin") == [
        ("bottler", "Signatory Vintage"),
        ("brand", "Ardbeg"),
        ("year", "1999"),
        ("age_years", "12 Year Old"),
        ("cask", "Sherry"),
        ("cask_number", "Cask No. 17"),
        ("own", "Zandolin"),
    ]


@pytest.mark.parametrize(
    ("name", "silent"),
    [
        ("Ardbeg 10 Year Old Islay Single Malt Scotch Whisky", {"Islay", "Single Malt", "Scotch", "Whisky"}),
        ("Ardbeg 10 Year Old 70cl 46% Gift Box", {"70cl", "46%", "Gift Box"}),
        ("Ardbeg Single Malt", {"Single Malt"}),
        ("Bruichladdich Islay Zandolin", set()),
        ("Hibiki Japanese Harmony", set()),
        ("Hibiki Japanese Whisky 12", {"Japanese", "Whisky"}),
        ("Foo Islay Single Malt 10", set()),
        ("Johnnie Walker Blended", set()),
        ("Johnnie Walker Blended Red Label", set()),
        ("Johnnie Walker Red Label Blended", {"Blended"}),
        ("Jameson Single Pot Still 12 Year Old", set()),
        ("Bushmills Malt Zandolin", set()),
        ("Bushmills Single Malt Zandolin", {"Single Malt"}),
        ("Nikka From the Barrel", set()),
        ("Ardbeg 10 Year Old and 2 Glasses", {"and 2 Glasses"}),
        ("Douglas Laing Islay 10 Year Old", set()),
        ("ラフロイグ 10年 グラス2個付 ギフトセット", {"グラス", "2", "個付", "ギフトセット"}),
    ],
)
def test_what_only_a_shop_or_the_type_says_is_silent(name: str, silent: set[str]) -> None:
    assert {name[piece.start : piece.end] for piece in pieces(name) if piece.silent} == silent


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("【正規品】アードベッグ ウーガダール 700ml 箱付 並行輸入", "アードベッグ ウーガダール"),
        ("アードベッグ 10年 アイラ シングルモルト ウイスキー 46度 正規品", "アードベッグ 10年"),
        ("싱글몰트 위스키 발베니 12년 더블우드 700ml 정품", "발베니 12년 더블우드"),
        ("조니워커블랙라벨1L", "조니워커블랙라벨"),
    ],
)
def test_asian_shop_words_leave_the_label(name: str, wanted: str) -> None:
    assert " ".join(label_text(parse_name(name, REFERENCE), REFERENCE).split()) == wanted


def test_words_that_run_into_the_brand_are_pieces_of_their_own() -> None:
    assert [(piece.kind, piece.text) for piece in pieces("조니워커블랙라벨1L") if not piece.silent] == [
        ("brand", "조니워커"),
        ("own", "black"),
        ("own", "label"),
    ]


def test_a_name_that_is_a_bracket_alone_is_still_read() -> None:
    assert kept("【アードベッグ】") == [("brand", "アードベッグ")]


def test_a_brand_told_beside_the_name_is_no_piece_of_it() -> None:
    parsed = parse_name("10 Year Old", REFERENCE, producer="Ardbeg")
    assert [piece.kind for piece in pieces_of(parsed, REFERENCE)] == ["age_years"]


@given(st.text(max_size=60))
def test_the_pieces_of_any_text_stand_in_order_and_inside_it(text: str) -> None:
    parsed = parse_name(text, REFERENCE)
    found = pieces_of(parsed, REFERENCE)
    assert [piece.start for piece in found] == sorted(piece.start for piece in found)
    assert all(0 <= piece.start < piece.end <= len(parsed.text) for piece in found)


def told(name: str) -> list[tuple[str, str, str, str, bool]]:
    """Each piece as the letters it stands for, its kind, meaning, script and silence."""
    parsed = parse_name(name, REFERENCE)
    return [
        (parsed.text[piece.start : piece.end], piece.kind, piece.meaning, piece.script, piece.silent)
        for piece in pieces_of(parsed, REFERENCE)
    ]


def test_a_piece_tells_its_meaning_and_the_script_of_its_letters() -> None:
    assert told("Oban 14 Years 쉐리 Cask & Moon #") == [
        ("Oban", "brand", "", "", False),
        ("14 Years", "age_years", "", "", False),
        ("쉐리", "cask", "sherry", "known", False),
        ("Cask", "cask_word", "", "latin", False),
        ("&", "wording", "", "symbol", False),
        ("Moon", "own", "", "latin", False),
        ("#", "symbol", "", "symbol", False),
    ]


@pytest.mark.parametrize(
    ("name", "silent"),
    [
        ("Oban 14 Years 46%", {"46%"}),
        ("Oban 14 Years 46 % vol", {"46 % vol"}),
        ("Oban 14 Years 43도", {"43도"}),
        ("Oban 14 Years 3 x 20 cl", {"3 x", "20 cl"}),
        ("Oban 14 Years 6-pack", {"6-pack"}),
        ("Oban Moon of the Tide", set()),
        ("Oban 14 Years of the", {"of", "the"}),
        ("Oban 14 Years from the Isle of Islay", {"from", "the", "Isle", "of", "Islay"}),
        ("Oban 14 Years by the 70cl", {"by", "the", "70cl"}),
        ("Oban Whisky Moon", {"Whisky"}),
        ("Oban Scotch Moon", {"Scotch"}),
        ("Oban Highland Moon", set()),
        ("Oban Highland Cask", set()),
        ("Oban Highland 14 Years", {"Highland"}),
        ("Oban Highland", {"Highland"}),
        ("Oban Malt", {"Malt"}),
        ("Oban Malt Cask", set()),
        ("Oban Rye", set()),
        ("Chivas Regal Blended 12 Years", {"Blended"}),
        ("Chivas Regal Blended", set()),
        ("Chivas Regal Blended Peated", {"Blended"}),
        ("Chivas Regal Blended Cask Strength", {"Blended"}),
        ("Chivas Regal Blended Signatory", {"Blended"}),
        ("Chivas Regal Speyside 12 Years", set()),
        ("Zandolin Malt 12 Years", set()),
        ("Jack Daniel's Tennessee Whiskey 2004", {"Tennessee", "Whiskey"}),
        ("Oban 14 Years Gift Box with 2 Glasses", {"Gift Box", "with 2 Glasses"}),
        ("Oban 14 Years Gift Box Moon Glass", {"Gift Box"}),
        ("Oban Bottled in Scotland", {"Bottled", "in", "Scotland"}),
    ],
)
def test_what_hangs_on_the_piece_behind_is_silent_with_it(name: str, silent: set[str]) -> None:
    assert {letters for letters, *_, is_silent in told(name) if is_silent} == silent


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("【正規品】Oban 14 Years, 70cl", "Oban 14 Years,"),
        ("《正規》Oban 14 〔箱〕 Moon ※ sale", "Oban 14 Moon"),
        ("Oban 14 Years 46% 70cl (Gift Box)", "Oban 14 Years ( )"),
        ("【Oban】", ""),
    ],
)
def test_a_label_keeps_its_punctuation_and_no_brackets_of_the_shop(name: str, label: str) -> None:
    assert " ".join(label_text(parse_name(name, REFERENCE), REFERENCE).split()) == label


def test_a_strength_that_a_column_tells_is_silent_in_the_name_too() -> None:
    parsed = parse_name("Oban 14 Years 46.5% vol. 1st", REFERENCE, abv_pct=46.5)
    found = [(parsed.text[one.start : one.end], one.kind, one.silent) for one in pieces_of(parsed, REFERENCE)]
    assert found == [
        ("Oban", "brand", False),
        ("14 Years", "age_years", False),
        ("46.5% vol.", "abv_pct", True),
        ("1st", "own", False),
    ]


def test_no_letters_are_two_pieces() -> None:
    for name in ("Oban 46% vol", "46% Oban", "Oban 46%", "43도 Oban", "Oban 95% rye 46.3 % alc"):
        spans = [(piece.start, piece.end) for piece in pieces(name) if piece.end > piece.start]
        assert len(spans) == len(set(spans)), name
        assert all(one[1] <= other[0] for one, other in pairwise(sorted(spans))), name
