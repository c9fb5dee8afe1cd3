"""The decoding ladder: what is used, and which lie or loss is told."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.decode import decode, decode_as

KOREAN = "아드벡 10년 위스키 싱글몰트 스코틀랜드 아일라 증류소에서 만든 위스키입니다. " * 12


@given(text=st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00\ufeff")))
def test_utf8_text_comes_back_whatever_the_header_says(text: str) -> None:
    decoded = decode(text.encode(), "iso-8859-1")

    assert decoded.text == text
    assert ("charset_lies" in decoded.flags) == (not text.isascii())


@given(body=st.binary(max_size=2_000), declared=st.sampled_from([None, "utf-8", "euc-kr", "nonsense", "iso-8859-1"]))
def test_any_bytes_become_text_without_nul(body: bytes, declared: str | None) -> None:
    decoded = decode(body, declared, "text/html")

    assert "\x00" not in decoded.text


def test_each_rung_of_the_ladder_is_used_in_its_order() -> None:
    page = "<html><head><meta charset='euc-kr'></head><body>아드벡 10년</body></html>"

    assert decode("é".encode("utf-16")).text == "é"
    assert decode("Té Bheag".encode("cp1252"), "iso-8859-1").text == "Té Bheag"
    assert decode(page.encode("euc-kr"), None, "text/html").text == page
    assert decode(page.encode("euc-kr"), "euc-kr", "text/html").flags == ()
    assert decode("Té Bheag".encode("cp1252")).flags == ("charset_assumed",)
    assert decode(KOREAN.encode("cp949"), None, "text/plain").text == KOREAN
    assert decode(KOREAN.encode("cp949"), None, "text/plain").flags == ("charset_guessed",)
    assert decode(("a rosé wine " * 60).encode("cp1252")).encoding == "cp1252"


def test_iso_8859_1_means_what_browsers_mean_by_it() -> None:
    assert decode(b"price 5\x80", "iso-8859-1").text == "price 5€"


def test_nuls_are_cleaned_and_told() -> None:
    assert decode(b"ard\x00beg") == decode(b"ard\x00beg", "utf-8")
    assert decode(b"ard\x00beg").text == "ardbeg"
    assert decode(b"ard\x00beg").flags == ("nul_removed",)


@pytest.mark.parametrize(
    ("body", "is_its_utf8"),
    [
        ("Té Bheag".encode(), True),
        ("Té Bheag".encode("cp1252"), False),
        (codecs.BOM_UTF8 + b"Ardbeg", False),
        (codecs.BOM_UTF8 + b"Ardbeg\xff", False),
        (b"ard\x00beg", False),
        ("Té Bheag".encode("utf-16"), False),
    ],
)
def test_a_body_is_handed_on_as_utf_8_only_where_it_is_the_text_in_it(body: bytes, is_its_utf8: bool) -> None:
    decoded = decode(body)

    assert decoded.utf8 == (body if is_its_utf8 else None)
    assert not is_its_utf8 or decoded.text.encode() == body


@pytest.mark.parametrize(
    ("body", "declared", "found"),
    [
        ("Glühwein".encode(), "cp1252", "utf-8"),
        ("Glühwein".encode("cp1252"), "utf-8", "cp1252"),
        ("Glühwein".encode("utf-16"), "cp1252", "utf-16"),
        ("\ufeffGlühwein".encode(), "cp1252", "utf-8"),
    ],
)
def test_a_file_in_another_encoding_than_declared_is_refused(body: bytes, declared: str, found: str) -> None:
    with pytest.raises(InputRefusedError, match=found) as refused:
        decode_as(body, declared)

    assert refused.value.reason == "wrong_encoding"
    assert "encoding" in refused.value.remedy


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-8-sig"])
def test_a_file_in_its_declared_encoding_is_read_with_or_without_a_mark(encoding: str) -> None:
    assert decode_as("Glühwein".encode(encoding), encoding) == "Glühwein"
    assert decode_as(b"plain", encoding) == "plain"
    assert decode_as(b"\xef\xbb\xbfGl\xc3\xbchwein", "utf-8") == "Glühwein"
