"""WooCommerce's Store API: one item a product, prices in minor units, and the next page while pages are full."""

import json
from pathlib import Path

import pytest

from whisky_assets.domain.errors import InputRefusedError, UsageError
from whisky_assets.sources.document import Link, Reading
from whisky_assets.sources.reading import read_document
from whisky_assets_tests.sources.feeds_for_tests import WOOCOMMERCE_TOML, document, source_of

URL = "http://shelf.sample/wp-json/wc/store/v1/products?per_page=2"
PRICES = {"price": "7500", "regular_price": "8000", "currency_code": "GBP", "currency_minor_unit": 2}
PRODUCT = {
    "id": 217,
    "name": "Nowhere&#8217;s Glen &amp; Son 12yo 54.7% abv",
    "slug": "nowhere-glen",
    "permalink": "http://shelf.sample/product/nowhere-glen/",
    "short_description": "<p>Oily.<br>70cl bottle</p>",
    "prices": PRICES,
    "categories": [{"id": 9, "name": "Single malt"}, {"id": 10, "name": "New"}],
    "brands": [{"name": "Nowhere"}],
    "attributes": [{"taxonomy": "pa_volume-ml", "terms": [{"name": "700", "slug": "700"}]}],
    "is_in_stock": True,
    "is_purchasable": True,
    "global_unique_id": "5010494195286",
}


def read(tmp_path: Path, *products: object, url: str = URL, changes: tuple[tuple[str, str], ...] = ()) -> Reading:
    source = source_of(tmp_path, WOOCOMMERCE_TOML, *changes)
    return read_document(source, document(json.dumps(products).encode(), url, "page"))


def test_a_product_becomes_an_item_by_the_defaults(tmp_path: Path) -> None:
    reading = read(tmp_path, PRODUCT)

    (item,) = reading.items
    assert (item.source_id, item.name, item.producer) == ("217", "Nowhere’s Glen & Son 12yo 54.7% abv", "Nowhere")
    assert (item.category, item.url) == ("Single malt", "http://shelf.sample/product/nowhere-glen/")
    assert (item.abv_pct, item.volume_ml, item.gtin_text, item.available) == (54.7, 700, "5010494195286", True)
    assert (item.price_text, item.price_minor, item.currency) == ("7500", 7500, "GBP")
    assert reading.refused == ()


@pytest.mark.parametrize(
    ("prices", "minor", "flags", "reasons"),
    [
        (PRICES, 7500, (), []),
        ({**PRICES, "price": 7500}, 7500, (), []),
        ({**PRICES, "price": "75", "currency_minor_unit": 0}, 7500, (), []),
        ({**PRICES, "price": "750000", "currency_minor_unit": 4}, 7500, (), []),
        ({**PRICES, "price": "750001", "currency_minor_unit": 4}, None, ("price_unreadable",), ["price_unreadable"]),
        ({**PRICES, "price": "1", "currency_minor_unit": 99}, None, ("price_unreadable",), ["price_unreadable"]),
        ({**PRICES, "price": "7500", "currency_minor_unit": "two"}, None, ("price_unreadable",), ["price_unreadable"]),
        ({**PRICES, "price": "75.00"}, None, ("price_unreadable",), ["price_unreadable"]),
        ({**PRICES, "price": "-7500"}, None, ("price_unreadable",), ["price_unreadable"]),
        ({**PRICES, "price": "0"}, None, ("price_zero",), []),
        ({**PRICES, "price": None}, None, (), []),
        ({**PRICES, "price": ""}, None, (), []),
        ({**PRICES, "currency_code": "£"}, 7500, (), []),
        ({**PRICES, "currency_code": "€"}, None, ("currency_clash",), ["currency_clash"]),
        ({**PRICES, "currency_code": "coins"}, None, ("currency_unknown",), ["currency_unknown"]),
        ({**PRICES, "currency_code": "USD"}, None, ("currency_clash",), ["currency_clash"]),
        ({**PRICES, "price_range": {"min_amount": "7500", "max_amount": "9000"}}, 7500, ("price_from",), []),
        ({**PRICES, "price_range": {"min_amount": "7500", "max_amount": "7500"}}, 7500, (), []),
        ({**PRICES, "price_range": None}, 7500, (), []),
        (None, None, (), []),
    ],
)
def test_prices_are_read_by_their_own_minor_unit_or_told(
    tmp_path: Path, prices: object, minor: int | None, flags: tuple[str, ...], reasons: list[str]
) -> None:
    reading = read(tmp_path, {**PRODUCT, "prices": prices})

    assert [(item.price_minor, item.flags) for item in reading.items] == [(minor, flags)]
    assert [refused.reason for refused in reading.refused] == reasons


@pytest.mark.parametrize(
    ("purchasable", "in_stock", "available"),
    [(True, True, True), (True, False, False), (False, True, False), (None, True, None)],
)
def test_only_what_is_in_stock_and_can_be_bought_is_available(
    tmp_path: Path, purchasable: object, in_stock: object, available: bool | None
) -> None:
    (item,) = read(tmp_path, {**PRODUCT, "is_purchasable": purchasable, "is_in_stock": in_stock}).items

    assert (item.available, item.flags) == (available, ())


def test_a_product_without_a_number_is_told_by_its_address_and_one_without_both_is_refused(tmp_path: Path) -> None:
    by_address = {key: PRODUCT[key] for key in ("name", "permalink", "prices")}
    foreign = {**PRODUCT, "id": 218, "permalink": "https://elsewhere.test/product/x/"}

    reading = read(tmp_path, by_address, foreign, {"name": "Lost"}, "no product", {**PRODUCT, "id": 219, "name": None})

    assert [(item.source_id, item.url) for item in reading.items] == [
        ("nowhere-glen", "http://shelf.sample/product/nowhere-glen/"),
        ("218", None),
    ]
    assert [(refused.ordinal, refused.scope, refused.reason) for refused in reading.refused] == [
        (1, "value", "foreign_link"),
        (2, "row", "no_id"),
        (3, "row", "not_a_product"),
        (4, "row", "no_name"),
    ]
    assert (reading.refused[0].evidence, reading.refused[1].evidence) == (
        "https://elsewhere.test/product/x/",
        '{"name": "Lost"}',
    )
    assert reading.rows_read == 5


def test_the_name_s_size_beats_an_attribute_s_and_a_pack_is_told(tmp_path: Path) -> None:
    pack = {**PRODUCT, "name": "Tasting pack 6x20ml"}

    (item,) = read(tmp_path, pack).items

    assert (item.volume_ml, item.pack_count) == (20, 6)


def test_full_pages_lead_to_the_next_one_until_one_is_not_full(tmp_path: Path) -> None:
    other = {**PRODUCT, "id": 218}

    assert read(tmp_path, PRODUCT, other).links == (Link(url=f"{URL}&page=2", role="page"),)
    assert read(tmp_path, PRODUCT, other, url=f"{URL}&page=2").links == (Link(url=f"{URL}&page=3", role="page"),)
    assert read(tmp_path, PRODUCT).links == ()
    assert (read(tmp_path).items, read(tmp_path).links) == ((), ())
    assert read(tmp_path, PRODUCT, url=URL.partition("?")[0]).links == ()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b" ", "empty_file"),
        (b"<!doctype html><title>Just a moment...</title>", "not_json"),
        (b"Forbidden", "not_json"),
        (b'{"code": "rest_no_route"}', "no_product"),
        (json.dumps([PRODUCT]).encode()[:-40], "broken_json"),
    ],
)
def test_other_answers_are_refused_whole(tmp_path: Path, body: bytes, reason: str) -> None:
    with pytest.raises(InputRefusedError) as refused:
        read_document(source_of(tmp_path, WOOCOMMERCE_TOML), document(body, URL, "page"))

    assert refused.value.reason == reason
    assert refused.value.remedy


def test_a_path_that_the_store_api_does_not_tell_is_a_mistake_in_the_toml(tmp_path: Path) -> None:
    good = ("[fetch]", "[fields]\nvolume = 'attributes[taxonomy=pa_volume-ml].terms.name'\n[fetch]")
    bad = ("[fetch]", "[fields]\nvolume = 'atributes.terms.name'\n[fetch]")

    assert source_of(tmp_path, WOOCOMMERCE_TOML, good).fields["volume"].places
    with pytest.raises(UsageError, match=r"looks at 'atributes.terms.name', which WooCommerce does not tell"):
        source_of(tmp_path, WOOCOMMERCE_TOML, bad)
