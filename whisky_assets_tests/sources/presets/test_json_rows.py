"""Lists in JSON of any content: nothing is invented, nothing is lost, and only a whole document is refused whole."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.sources.presets import json_rows
from whisky_assets.sources.reading import read_document
from whisky_assets.sources.source import Source
from whisky_assets_tests.sources.feeds_for_tests import (
    JSON_TOML,
    SHOPIFY_TOML,
    SQUARESPACE_TOML,
    WOOCOMMERCE_TOML,
    document,
    source_of,
)

URL = "http://shelf.sample/products.json?limit=2"
TOMLS = {
    "shopify": SHOPIFY_TOML,
    "woocommerce": WOOCOMMERCE_TOML,
    "squarespace": SQUARESPACE_TOML,
    "json_api": JSON_TOML,
}

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = st.dictionaries(
    st.sampled_from(
        [
            *("id", "title", "name", "handle", "slug", "permalink", "fullUrl", "tags", "body_html", "prices", "price"),
            *("attributes", "priceMoney", "variants", "sizes", "cask", "cents", "ml", "url", "categories", "onSale"),
        ]
    ),
    VALUES,
    max_size=8,
)
PRODUCTS = st.lists(
    VALUES | MEMBERS | st.builds(lambda one, many: {**one, "variants": many}, MEMBERS, st.lists(MEMBERS))
)


def list_of(form: str, products: list[object]) -> bytes:
    wrapped: object = {
        "shopify": {"products": products},
        "squarespace": {"items": products},
        "woocommerce": products,
    }.get(form, {"data": {"bottles": products}})
    return json.dumps(wrapped).encode()


def prices_in(source: Source, body: bytes) -> set[int | None]:
    """The prices that are read in a list, none where the whole list is refused."""
    try:
        reading = read_document(source, document(body, URL, "page"))
    except InputRefusedError:
        return set()
    return {item.price_minor for item in reading.items}


@pytest.fixture(params=list(TOMLS))
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Source:
    """The feed `shelf`, on every form of a list in JSON."""
    return source_of(tmp_path, TOMLS[request.param])


@given(products=PRODUCTS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_product_is_an_item_or_a_refusal_whatever_stands_in_it(source: Source, products: list[object]) -> None:
    reading = read_document(source, document(list_of(source.feed.preset, products), URL, "page"))

    rows = [item.ordinal for item in reading.items]
    rows += [refused.ordinal for refused in reading.refused if refused.scope == "row"]
    assert sorted(rows) == list(range(reading.rows_read))
    assert reading.rows_read >= len(products)
    assert all(refused.evidence for refused in reading.refused)


@given(cut=st.integers(1, 400), noise=st.binary(max_size=4))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_cut_or_damaged_list_is_read_or_refused_and_tells_no_price_that_does_not_stand_in_it(
    source: Source, cut: int, noise: bytes
) -> None:
    product = {
        "id": 1,
        "name": "Nowhere 12 46% 70cl",
        "title": "Nowhere",
        "cask": "1.1",
        "prices": {"price": "4500", "currency_code": "GBP", "currency_minor_unit": 2},
        "variants": [{"id": 2, "price": "45.00", "priceMoney": {"currency": "GBP", "value": "45.00"}}],
        "sizes": [{"code": "a", "cents": 4500, "ml": 700}],
    }
    whole = list_of(source.feed.preset, [product, product])
    body = whole[: max(1, len(whole) - cut)] + noise

    assert prices_in(source, body) <= {4500, None}


def test_a_product_s_evidence_is_made_once_for_all_its_variants(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def told(value: object) -> str:
        asked.append(value)
        return "evidence"

    monkeypatch.setattr(json_rows, "evidence_of", told)
    sizes = [{"code": f"S{number}", "cents": 100, "ml": 50} for number in range(20)]
    body = list_of("json_api", [{"id": 1, "cask": "4", "title": "Peat", "sizes": sizes}])

    reading = read_document(source_of(tmp_path, JSON_TOML), document(body, URL, "page"))

    assert len(reading.items) == 20
    assert len(asked) == 1


def test_rows_and_refusals_are_numbered_in_the_order_of_the_list(tmp_path: Path) -> None:
    one = {"cask": "4", "title": "Peat", "sizes": [7, {"code": "A", "ml": 50}]}
    body = list_of("json_api", ["junk", one, None, {**one, "sizes": [{"code": "B", "ml": 50}]}])

    reading = read_document(source_of(tmp_path, JSON_TOML), document(body, URL, "page"))

    assert [(item.ordinal, item.source_id) for item in reading.items] == [(2, "A"), (4, "B")]
    assert [(item.ordinal, item.reason) for item in reading.refused] == [(n, "not_a_product") for n in (0, 1, 3)]
