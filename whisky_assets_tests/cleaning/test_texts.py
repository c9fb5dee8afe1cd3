"""One spelling of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.cleaning.texts import clean_name, told


@pytest.mark.parametrize(
    ("text", "cleaned", "flags"),
    [
        ("Ardbeg  10\u00a0Years\n", "Ardbeg 10 Years", ()),
        ("Ã‰cosse Single Malt", "Écosse Single Malt", ("mojibake_mended",)),
        ("Caf\u0065\u0301 Malt", "Café Malt", ()),
        ("Ａｒｄｂｅｇ　１０", "Ardbeg 10", ()),
        ("Maker&#8217;s Mark &amp; Co", "Maker’s Mark & Co", ()),
        ("Ard\u200bbeg\u00ad 10", "Ardbeg 10", ()),
        ("T\ufffd\ufffd Bheag", "T\ufffd\ufffd Bheag", ("name_damaged",)),
        ("A¤ORO", "A¤ORO", ("name_damaged",)),
        ("Ｌａｇａｖｕｌｉｎ 16年", "Lagavulin 16年", ()),
    ],
)
def test_a_name_gets_one_spelling_and_says_what_was_mended(text: str, cleaned: str, flags: tuple[str, ...]) -> None:
    assert clean_name(text) == (cleaned, flags)


@given(st.text())
def test_cleaning_a_clean_name_changes_nothing(text: str) -> None:
    cleaned, _ = clean_name(text)
    again, _ = clean_name(cleaned)

    assert clean_name(again)[0] == again
    assert cleaned == " ".join(cleaned.split())


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("producer", "N/A", None),
        ("producer", " n/a ", None),
        ("producer", "Ardbeg Distillery", "Ardbeg Distillery"),
        ("region", "Region Not Specified", None),
        ("region", "Muut", None),
        ("region", "Islay", "Islay"),
        ("country", "Muu alkuperämaa", None),
        ("category", "-", None),
        ("name_en", "none", None),
        ("region", None, None),
    ],
)
def test_placeholders_say_nothing_by_column(column: str, text: str | None, value: str | None) -> None:
    assert told(column, text) == value


def test_a_word_is_a_placeholder_only_in_its_own_column() -> None:
    assert told("producer", "Muut") == "Muut"
