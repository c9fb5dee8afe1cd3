"""A name as units of lookup: every unit tells its place, and a spelling is found by its units, the longest first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.parsing.fold import words
from whisky_assets.parsing.han import one_han
from whisky_assets.parsing.units import UnitTable, units_of

TEXTS = st.text(alphabet="ab1 &가나ガァヴー・ｶﾞ山響和０", max_size=30)


def test_an_asian_word_is_letters_and_any_other_one_unit() -> None:
    units = units_of(words("I.W.ハーパー 12年"))
    assert [unit.key for unit in units] == ["iw", "ハ", "パ", "12", "年"]
    assert [unit.raw for unit in units] == ["iw", "ハー", "パー", "12", "年"]
    assert [unit.first for unit in units] == [True, True, False, True, True]


@given(TEXTS)
def test_every_unit_tells_a_place_inside_its_word(text: str) -> None:
    told = words(text)
    for unit in units_of(told):
        assert told[unit.word].start <= unit.start < unit.end <= told[unit.word].end
        assert unit.key


def test_the_longest_spelling_comes_first_and_of_two_alike_the_first_counts() -> None:
    table = UnitTable([("조니", 1), ("조니 워커", 2), ("조니워커", 3)])
    assert list(table.longest(units_of(words("조니워커블랙")), 0)) == [(4, 2), (2, 1)]
    assert list(table.longest(units_of(words("워커")), 0)) == []


@given(TEXTS)
def test_one_way_of_writing_han_is_as_long_and_stays(text: str) -> None:
    assert len(one_han(text)) == len(text)
    assert one_han(one_han(text)) == one_han(text)


def test_traditional_japanese_and_simplified_characters_are_one() -> None:
    assert one_han("宮城峽 噶瑪蘭 桜") == one_han("宮城峡 噶玛兰 櫻")
