"""A Squarespace shop as JSON: one item a variant, sale prices while on sale, stock without a limit, a cursor."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from whisky_assets.domain.errors import InputRefusedError, UsageError
from whisky_assets.sources.document import Link, Reading
from whisky_assets.sources.reading import read_document
from whisky_assets_tests.sources.feeds_for_tests import SQUARESPACE_TOML, document, source_of

URL = "http://shelf.sample/shop?format=json"
VARIANT = {
    "id": "v-1",
    "attributes": {"Size": "70cl"},
    "priceMoney": {"currency": "GBP", "value": "100.00"},
    "salePriceMoney": {"currency": "GBP", "value": "0.00"},
    "onSale": False,
    "unlimited": False,
    "qtyInStock": 24,
}
PRODUCT = {
    "id": "p-1",
    "title": "Nowhere 11",
    "fullUrl": "/shop/nowhere-11",
    "productType": 1,
    "excerpt": "<p>Bottled at 58.1%</p>",
    "variants": [VARIANT],
}


def read(tmp_path: Path, *products: object, more: Mapping[str, object] | None = None) -> Reading:
    body = json.dumps({"items": products, **(more or {})}).encode()
    return read_document(source_of(tmp_path, SQUARESPACE_TOML), document(body, URL, "page"))


def test_a_variant_becomes_an_item_by_the_defaults(tmp_path: Path) -> None:
    (item,) = read(tmp_path, PRODUCT).items

    assert (item.source_id, item.name, item.category) == ("v-1", "Nowhere 11", "1")
    assert (item.url, item.abv_pct, item.volume_ml) == ("http://shelf.sample/shop/nowhere-11", 58.1, 700)
    assert (item.price_minor, item.currency, item.available) == (100_00, "GBP", True)


@pytest.mark.parametrize(
    ("changes", "minor", "flags"),
    [
        ({"salePriceMoney": {"currency": "GBP", "value": "80.00"}}, 100_00, ()),
        ({"salePriceMoney": {"currency": "GBP", "value": "80.00"}, "onSale": True}, 80_00, ()),
        ({"salePriceMoney": None, "onSale": True}, 100_00, ()),
        ({"priceMoney": {"currency": "USD", "value": "75.00"}}, None, ("currency_clash",)),
        ({"priceMoney": None}, None, ()),
        ({"priceMoney": {"currency": "GBP", "value": "0.00"}}, None, ("price_zero",)),
    ],
)
def test_the_sale_price_counts_while_it_is_on_sale(
    tmp_path: Path, changes: dict[str, object], minor: int | None, flags: tuple[str, ...]
) -> None:
    (item,) = read(tmp_path, {**PRODUCT, "variants": [{**VARIANT, **changes}]}).items

    assert (item.price_minor, item.flags) == (minor, flags)


@pytest.mark.parametrize(
    ("unlimited", "stock", "available"),
    [(False, 24, True), (False, 0, False), (True, 0, True), (False, -1, False), (None, 3, None)],
)
def test_stock_without_a_limit_is_available_at_zero(
    tmp_path: Path, unlimited: object, stock: int, available: bool | None
) -> None:
    variant = {**VARIANT, "unlimited": unlimited, "qtyInStock": stock}

    (item,) = read(tmp_path, {**PRODUCT, "variants": [variant]}).items

    assert item.available is available


def test_variants_without_a_number_have_their_product_s_and_their_place(tmp_path: Path) -> None:
    nameless = {key: value for key, value in VARIANT.items() if key != "id"}
    small = {**nameless, "attributes": {"size": "5cl"}}
    product = {**PRODUCT, "variants": [nameless, small, {**VARIANT, "id": "v-3"}, 7]}
    without = {"title": "Ticket", "fullUrl": "/shop/ticket", "productType": 2, "variants": []}

    reading = read(tmp_path, product, without, {"title": "Lost"})

    assert [(item.source_id, item.volume_ml, item.flags) for item in reading.items] == [
        ("p-1", 700, ()),
        ("p-1#2", 50, ("id_by_place",)),
        ("v-3", 700, ()),
        ("/shop/ticket", None, ()),
    ]
    assert [(refused.ordinal, refused.reason, refused.evidence[:20]) for refused in reading.refused] == [
        (3, "not_a_product", "7"),
        (5, "no_id", '{"title": "Lost"}'),
    ]


def test_the_answer_names_the_next_page(tmp_path: Path) -> None:
    more = {"pagination": {"nextPage": True, "nextPageOffset": 1696343897386}}

    assert read(tmp_path, PRODUCT, more=more).links == (Link(url=f"{URL}&offset=1696343897386", role="page"),)
    assert read(tmp_path, PRODUCT, more={"pagination": {}}).links == ()
    assert read(tmp_path, PRODUCT).links == ()


@pytest.mark.parametrize(
    ("body", "reason"),
    [(b"<html></html>", "not_json"), (b'{"website": {}}', "no_product"), (b'{"items": [{"id"', "broken_json")],
)
def test_other_answers_are_refused_whole(tmp_path: Path, body: bytes, reason: str) -> None:
    with pytest.raises(InputRefusedError) as refused:
        read_document(source_of(tmp_path, SQUARESPACE_TOML), document(body, URL, "page"))

    assert refused.value.reason == reason


def test_a_path_that_squarespace_does_not_tell_is_a_mistake_in_the_toml(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"looks at 'variant.price', which Squarespace does not tell"):
        source_of(tmp_path, SQUARESPACE_TOML, ("[fetch]", "[fields]\nprice = 'variant.price'\n[fetch]"))
