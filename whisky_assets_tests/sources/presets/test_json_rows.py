"""Lists in JSON of any content: nothing is invented, nothing is lost, and only a whole document is refused whole."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing import html, measures
from whisky_assets.sources.presets import json_rows, json_texts, shopify
from whisky_assets.sources.reading import find_rows, read_document
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


def test_what_all_variants_share_is_read_once_for_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folded: list[str] = []
    as_before = measures._fold

    def counted(text: str) -> str:
        folded.append(text)
        return as_before(text)

    monkeypatch.setattr(measures, "_fold", counted)
    tags = [*(f"tag {number}" for number in range(300)), "Abv: 46.3%", "Vol: 48%"]
    variants = [{"id": number, "title": f"Box {number}", "price": "45.00"} for number in range(300)]
    product = {"id": 1, "title": "Nowhere", "handle": "n", "tags": tags, "variants": variants}

    reading = read_document(source_of(tmp_path, SHOPIFY_TOML), document(list_of("shopify", [product]), URL, "page"))

    assert {(item.abv_text, item.abv_pct) for item in reading.items} == {("Abv: 46.3%", 46.3)}
    assert len(reading.items) == len(variants)
    assert len(folded) < 5 * (len(tags) + len(variants))


def test_a_place_of_very_many_texts_is_told_up_to_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_texts, "MOST_TEXTS", 2)
    pictures = [{"src": f"https://pictures.test/{number}.jpg"} for number in range(9)]
    product = {"id": 1, "title": "Nowhere", "images": pictures, "variants": [{"id": 2}]}

    found = find_rows(source_of(tmp_path, SHOPIFY_TOML), document(list_of("shopify", [product]), URL, "page"))

    assert found.rows[0].texts["image"] == ("https://pictures.test/0.jpg", "https://pictures.test/1.jpg")


@pytest.mark.parametrize("limit", ["MOST_ROWS", "MOST_TOLD"])
def test_a_document_that_tells_too_much_is_refused_whole_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    source = source_of(tmp_path, SHOPIFY_TOML)
    product = {"id": 1, "title": "Nowhere " * 20, "variants": [{"id": number} for number in range(9)]}
    body = document(list_of("shopify", [product]), URL, "page")
    assert len(read_document(source, body).items) == 9
    monkeypatch.setattr(json_rows, limit, 8 if limit == "MOST_ROWS" else 9 * len("Nowhere " * 20))

    with pytest.raises(InputRefusedError, match="Ask for a shorter page") as refusal:
        read_document(source, body)

    assert refusal.value.reason == "too_many_rows"


def test_a_description_that_is_no_text_costs_its_product_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "MOST_FRAGMENT_TAGS", 20)
    good = {"id": 1, "title": "Nowhere", "body_html": "<p>46% abv</p>", "variants": [{"id": 2}, {"id": 3}]}
    bad = {"id": 4, "title": "Elsewhere", "body_html": "<p>peat" * 21, "variants": [{"id": 5}, {"id": 6}]}

    reading = read_document(source_of(tmp_path, SHOPIFY_TOML), document(list_of("shopify", [bad, good]), URL, "page"))

    assert [(item.source_id, item.abv_pct) for item in reading.items] == [("2", 46.0), ("3", 46.0)]
    assert [(item.scope, item.reason) for item in reading.refused] == [("row", "too_many_tags")]
    assert "Elsewhere" in reading.refused[0].evidence


def test_a_text_that_is_longer_than_any_description_is_no_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_texts, "LONGEST_TEXT", 20)
    monkeypatch.setattr(shopify, "LONGEST_TEXT", 20)
    products: list[object] = [
        {"id": number, "title": "Ardbeg".ljust(length, "!")} for number, length in ((1, 20), (2, 21))
    ]

    reading = read_document(source_of(tmp_path, SHOPIFY_TOML), document(list_of("shopify", products), URL, "page"))

    assert [item.source_id for item in reading.items] == ["1"]
    assert [refused.reason for refused in reading.refused] == ["no_name"]
