"""Runs of Asian letters become the words that the tables know, the longest first, and no accident becomes one."""

from __future__ import annotations

import pytest

from whisky_assets.parsing.fold import words
from whisky_assets.parsing.lexicon import lexicon_of
from whisky_assets.parsing.names_cjk import fuzzy_brand, join_mixed, translate
from whisky_assets.parsing.reading import Token
from whisky_assets.reference import Reference, load_reference
from whisky_assets_tests.parsing.small_tables import bottler, distillery, tables, word

REFERENCE = load_reference()
SMALL = tables(
    distillery("Heron", "헤론", "ヘロン"),
    distillery("Glen Tide", "글렌 타이드", "글렌타이드"),
    distillery("Eight Doors", "8도어즈", "IW하퍼"),
    distillery("Eight", "8도"),
    distillery("Hibiki", "響"),
    distillery("Moonlight", "달빛나루터"),
    distillery("Moorland", "황무지나라"),
    bottler("Moss", "모스"),
    word("라이", "style", "rye", "ko"),
    word("블랙", "word", "black", "ko"),
    word("블랙 라벨", "word", "black label", "ko"),
    word("년", "age_unit", "years", "ko"),
    word("년산", "age_unit", "years", "ko"),
    word("잔", "pack", "same", "ko"),
    word("올드파", "word", "parr", "ko"),
)


def read(name: str, reference: Reference = SMALL) -> list[tuple[str, str, str]]:
    """Each token as its text, its script and the letters of the name that it stands for."""
    lexicon = lexicon_of(reference)
    tokens = translate(join_mixed([Token.of(one) for one in words(name)], lexicon), lexicon)
    return [(token.text, token.script, name[token.start : token.end]) for token in tokens]


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("헤론", [("헤론", "known", "헤론")]),
        ("글렌 타이드", [("글렌타이드", "known", "글렌 타이드")]),
        ("글렌타이드블랙", [("글렌타이드", "known", "글렌타이드"), ("black", "latin", "블랙")]),
        (
            "헤론 블랙 라벨",
            [("헤론", "known", "헤론"), ("black", "latin", "블랙 라벨"), ("label", "latin", "블랙 라벨")],
        ),
        ("헤론블랙", [("헤론", "known", "헤론"), ("black", "latin", "블랙")]),
        # a short word at the head of an unknown one is an accident
        ("라이터스", [("라이터스", "hangul", "라이터스")]),
        ("헤론즈 블랙", [("헤론즈", "hangul", "헤론즈"), ("black", "latin", "블랙")]),
        ("라이 터스", [("라이", "known", "라이"), ("터스", "hangul", "터스")]),
        ("글렌타이드즈", [("글렌타이드", "known", "글렌타이드"), ("즈", "hangul", "즈")]),
        # in the middle of an unknown word only a word that ends it counts
        ("나루헤론", [("나루헤론", "hangul", "나루헤론")]),
        ("나루라이", [("나루", "hangul", "나루"), ("라이", "known", "라이")]),
        ("나루라이터", [("나루라이터", "hangul", "나루라이터")]),
        ("나루 터스", [("나루", "hangul", "나루"), ("터스", "hangul", "터스")]),
        # a word of one letter stands by itself
        ("전용잔 잔", [("전용잔", "hangul", "전용잔"), ("잔", "known", "잔")]),
        ("響 12", [("響", "known", "響"), ("12", "number", "12")]),
        ("響和", [("响和", "kana", "響和")]),
        # a unit of years counts behind a number alone
        ("헤론 12년산", [("헤론", "known", "헤론"), ("12", "number", "12"), ("년산", "known", "년산")]),
        ("헤론 년", [("헤론", "known", "헤론"), ("년", "hangul", "년")]),
        ("12 헤론 년", [("12", "number", "12"), ("헤론", "known", "헤론"), ("년", "hangul", "년")]),
        ("xo 년", [("xo", "latin", "xo"), ("년", "hangul", "년")]),
        # a spelling that runs across a space ends with its word
        ("올드 파인", [("올드", "hangul", "올드"), ("파인", "hangul", "파인")]),
        ("올드 파", [("parr", "latin", "올드 파")]),
        ("올드파인", [("parr", "latin", "올드파"), ("인", "hangul", "인")]),
        ("ヘロン", [("ヘロン", "known", "ヘロン")]),
        ("ヘーロン", [("ヘーロン", "known", "ヘーロン")]),
        ("ナルト", [("ナルト", "kana", "ナルト")]),
        ("moon 헤론 tide", [("moon", "latin", "moon"), ("헤론", "known", "헤론"), ("tide", "latin", "tide")]),
    ],
)
def test_a_run_of_letters_is_read_by_the_longest_known_spelling(name: str, tokens: list[tuple[str, str, str]]) -> None:
    assert read(name) == tokens


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("8도어즈", [("8도어즈", "known", "8도어즈")]),
        ("8 도어즈 헤론", [("8도어즈", "known", "8 도어즈"), ("헤론", "known", "헤론")]),
        ("8도어즈헤론", [("8도어즈", "known", "8도어즈"), ("헤론", "known", "헤론")]),
        ("8도", [("8도", "known", "8도")]),
        ("8도 헤론", [("8도", "known", "8도"), ("헤론", "known", "헤론")]),
        ("8도수", [("8", "number", "8"), ("도수", "hangul", "도수")]),
        ("헤론8도", [("헤론", "known", "헤론"), ("8도", "known", "8도")]),
        ("I.W. 하퍼 12", [("iw하퍼", "known", "I.W. 하퍼"), ("12", "number", "12")]),
        (
            "moon 8도어즈 8도어즈",
            [("moon", "latin", "moon"), ("8도어즈", "known", "8도어즈"), ("8도어즈", "known", "8도어즈")],
        ),
        (
            "나루 8도어즈 나루",
            [("나루", "hangul", "나루"), ("8도어즈", "known", "8도어즈"), ("나루", "hangul", "나루")],
        ),
        ("8 moon", [("8", "number", "8"), ("moon", "latin", "moon")]),
    ],
)
def test_a_spelling_of_two_scripts_is_one_word(name: str, tokens: list[tuple[str, str, str]]) -> None:
    assert read(name) == tokens


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("달빛나루터", ("moonlight", 5)),
        ("달빗나루터", ("moonlight", 5)),
        ("달빗나루터헤론", ("moonlight", 5)),
        ("달빗나루", None),
        ("달밤나루터", None),
        ("달밤나무터", None),
        ("달밤나무집", None),
        ("해론", None),
        ("헤른", None),
        ("", None),
        ("황무지나러", ("moorland", 5)),
    ],
)
def test_a_slip_of_a_jamo_is_still_the_brand(typed: str, found: tuple[str, int] | None) -> None:
    assert fuzzy_brand(typed, lexicon_of(SMALL)) == found


def test_a_brand_of_seven_jamo_may_have_a_slip_and_a_shorter_one_may_not() -> None:
    lexicon = lexicon_of(tables(distillery("Halo", "달무리"), distillery("Heron", "왜가리")))
    assert fuzzy_brand("달무라", lexicon) == ("halo", 3)
    assert fuzzy_brand("왜가라", lexicon) is None
    # A letter too few or too many is one slip as well.
    assert fuzzy_brand("다무리", lexicon) == ("halo", 3)
    assert fuzzy_brand("달물리", lexicon) == ("halo", 3)


def test_the_nearest_of_two_brands_counts() -> None:
    lexicon = lexicon_of(tables(distillery("Long", "달빛나루터가는길"), distillery("Other", "달빗나루터가는길")))
    assert fuzzy_brand("달빗나루터가는길", lexicon) == ("other", 8)
    assert fuzzy_brand("달빛나루터가는길섬", lexicon) == ("long", 8)


def test_two_brands_that_are_equally_near_are_none() -> None:
    twins = tables(distillery("One", "달빛나루터"), distillery("Two", "달빛나루처"))
    assert fuzzy_brand("달빛나루더", lexicon_of(twins)) is None
    assert fuzzy_brand("달빛나루처", lexicon_of(twins)) == ("two", 5)
    same = tables(distillery("One", "달빛나루터", "달빛나루처"))
    assert fuzzy_brand("달빛나루더", lexicon_of(same)) == ("one", 5)


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("싱글몰트오반", [("싱글몰트", "known", "싱글몰트"), ("오반", "known", "오반")]),
        ("라이오반", [("라이", "known", "라이"), ("오반", "known", "오반")]),
        ("오반14년산", [("오반", "known", "오반"), ("14", "number", "14"), ("년산", "known", "년산")]),
        ("響 ブラック", [("響", "known", "響"), ("black", "latin", "ブラック")]),
        ("100파이퍼스12년", [("100파이퍼스", "known", "100파이퍼스"), ("12", "number", "12"), ("년", "known", "년")]),
    ],
)
def test_names_as_shops_write_them(name: str, tokens: list[tuple[str, str, str]]) -> None:
    assert read(name, REFERENCE) == tokens
