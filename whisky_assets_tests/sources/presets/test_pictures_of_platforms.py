"""What each platform tells of a product's picture by itself: no feed need say where it stands."""

import json
from pathlib import Path

import pytest

from whisky_assets.sources.reading import read_document
from whisky_assets_tests.sources.feeds_for_tests import (
    HEAD,
    JSON_TOML,
    PAGES_TOML,
    SHOPIFY_TOML,
    SQUARESPACE_TOML,
    WOOCOMMERCE_TOML,
    document,
    source_of,
)

JSON_LD_TOML = HEAD.format(preset="json_ld") + '\n[fetch]\nstart = ["http://shelf.sample/p/1"]\n'
FRONT, SIDE = "https://cdn.shop.example/front.jpg?v=17", "https://cdn.shop.example/side.jpg"
SHOPIFY = {
    "id": 1,
    "title": "Glen Nowhere 12",
    "handle": "glen",
    "images": [{"id": 5, "src": FRONT, "width": 900}, {"id": 6, "src": SIDE}],
    "variants": [
        {"id": 11, "title": "70cl", "price": "45.00"},
        {"id": 12, "title": "5cl", "price": "5.00", "featured_image": {"id": 6, "src": SIDE}},
        {"id": 13, "title": "1l", "price": "60.00", "featured_image": None},
    ],
}
WOOCOMMERCE = {
    "id": 7,
    "name": "Glen Nowhere 12",
    "permalink": "http://shelf.sample/product/glen/",
    "images": [{"id": 5, "src": FRONT, "thumbnail": SIDE, "alt": "Glen"}, {"id": 6, "src": SIDE}],
}
SQUARESPACE = {"id": "p", "title": "Glen Nowhere 12", "fullUrl": "/shop/glen", "assetUrl": FRONT}


def body_of(value: object) -> bytes:
    return json.dumps(value).encode()


def pictures(tmp_path: Path, toml: str, body: bytes, url: str) -> list[str | None]:
    reading = read_document(source_of(tmp_path, toml), document(body, url, "page"))
    assert reading.refused == ()
    return [item.image_url for item in reading.items]


def test_a_shopify_variant_has_its_own_picture_else_the_products_first(tmp_path: Path) -> None:
    body = body_of({"products": [SHOPIFY, {**SHOPIFY, "id": 2, "images": [], "variants": [{"id": 21}]}]})
    url = "http://shelf.sample/products.json?limit=30"
    assert pictures(tmp_path, SHOPIFY_TOML, body, url) == [FRONT, SIDE, FRONT, None]


def test_a_woocommerce_product_has_its_first_picture_and_a_placeholder_is_none(tmp_path: Path) -> None:
    placeholder = {"src": "http://shelf.sample/wp-content/uploads/woocommerce-placeholder.png"}
    body = body_of([WOOCOMMERCE, {**WOOCOMMERCE, "id": 8, "images": [placeholder]}])
    url = "http://shelf.sample/wp-json/wc/store/v1/products?per_page=10"
    assert pictures(tmp_path, WOOCOMMERCE_TOML, body, url) == [FRONT, None]


def test_a_squarespace_product_has_its_picture(tmp_path: Path) -> None:
    body = body_of({"items": [SQUARESPACE]})
    assert pictures(tmp_path, SQUARESPACE_TOML, body, "http://shelf.sample/shop?format=json") == [FRONT]


@pytest.mark.parametrize(
    ("image", "link"),
    [
        (FRONT, FRONT),
        ([FRONT, SIDE], FRONT),
        ("/img/a&amp;b.jpg", "http://shelf.sample/img/a&b.jpg"),
        ({"@type": "ImageObject", "url": SIDE}, SIDE),
        ({"@type": "ImageObject", "contentUrl": FRONT, "url": "http://shelf.sample/p/1"}, FRONT),
        (["data:image/gif;base64,R0lG", {"url": SIDE}], SIDE),
        ({"@id": "#picture"}, None),
        ([], None),
        (7, None),
        (None, None),
    ],
)
def test_schema_org_tells_a_picture_as_a_link_a_list_or_an_object(
    tmp_path: Path, image: object, link: str | None
) -> None:
    product = {"@type": "Product", "name": "Glen Nowhere 12", "sku": "1", "image": image}
    script = f'<script type="application/ld+json">{json.dumps(product)}</script>'
    page = f"<!doctype html><html><body>{script}<article class='product'><h1>Glen</h1></article></body></html>".encode()
    assert pictures(tmp_path, JSON_LD_TOML, page, "http://shelf.sample/p/1") == [link]
    assert pictures(tmp_path, PAGES_TOML, page, "http://shelf.sample/product/1") == [link]


@pytest.mark.parametrize("key", ["image", "image_url"])
def test_an_api_tells_a_picture_under_its_own_name(tmp_path: Path, key: str) -> None:
    bottle = {"id": 7, "cask": "3.350", "title": "Rags", key: "/img/7.jpg", "sizes": [{"code": "A", "cents": 6500}]}
    body = body_of({"data": {"bottles": [bottle]}, "meta": {"count": 1}})
    assert pictures(tmp_path, JSON_TOML, body, "http://shelf.sample/api?limit=2") == ["http://shelf.sample/img/7.jpg"]
