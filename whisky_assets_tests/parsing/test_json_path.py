"""Paths into JSON, and its values as a person reads them."""

import pytest

from whisky_assets.parsing.json_path import first_text, list_at, parse_path, text_of, values_at

SHELF = {
    "items": [{"price": 1.5}, {"price": None}, "no object", {"price": [2, 3]}],
    "attributes": [{"taxonomy": "size", "terms": [{"name": "70cl"}]}, {"taxonomy": "cask", "terms": [{"name": "PX"}]}],
    "variant": {"onSale": True, "sale": {"value": "9.00"}},
    "map.key": 1,
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("items.price", [1.5, 2, 3]),
        ("attributes[taxonomy=size].terms.name", ["70cl"]),
        ("attributes.terms.name", ["70cl", "PX"]),
        ("attributes[taxonomy=none].terms.name", []),
        ("variant[onSale=true].sale.value", ["9.00"]),
        ("variant[onSale=false].sale.value", []),
        ("variant.sale.value.deeper", []),
        ("absent", []),
        ("", [SHELF]),
    ],
)
def test_a_path_enters_lists_and_picks_objects_by_a_member(path: str, found: list[object]) -> None:
    assert list(values_at(SHELF, path)) == found


def test_only_a_list_is_a_list() -> None:
    assert list_at({"a": {"b": [1]}}, "a.b") == [1]
    assert list_at([1, 2], "") == [1, 2]
    assert list_at({"a": {"b": {}}}, "a.b") is None
    assert list_at([1], "a") is None


@pytest.mark.parametrize("path", ["a..b", ".a", "a.", "a[b]", "a[b=c", "a b[", "[a=b]", "a[=c]"])
def test_a_path_that_cannot_be_meant_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"empty part|neither key"):
        parse_path(path)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("  Nowhere&#8217;s \n 10 &amp; 12 ", "Nowhere’s 10 & 12"),
        ("<p>Smoky<br>46% abv</p><script>x()</script>", "Smoky 46% abv"),
        ("https://shop.test/?a=1&copy=2", "https://shop.test/?a=1&copy=2"),
        ("5 < 6 > 4", "5 < 6 > 4"),
        (65, "65"),
        (179.5, "179.5"),
        (True, "true"),
        (None, ""),
        ({"a": 1}, ""),
        ([1], ""),
    ],
)
def test_a_value_is_read_as_a_person_reads_it(value: object, text: str) -> None:
    assert text_of(value) == text


def test_the_first_text_at_a_path_speaks() -> None:
    assert first_text({"a": [None, {}, " ", "x", "y"]}, "a") == "x"
    assert first_text({"a": []}, "a") == ""
