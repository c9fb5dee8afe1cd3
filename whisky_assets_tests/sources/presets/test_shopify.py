"""Shopify's product list: one item a variant, and the next page while pages are full."""

import json
from pathlib import Path

import pytest

from whisky_assets.domain.errors import InputRefusedError, UsageError
from whisky_assets.sources.document import Link, Reading
from whisky_assets.sources.reading import read_document
from whisky_assets_tests.sources.feeds_for_tests import SHOPIFY_TOML, document, source_of

URL = "http://shelf.sample/products.json?limit=2&page=1"
VARIANT = {"id": 11, "title": "70cl", "price": "45.00", "available": True, "barcode": "5010494195286", "sku": "A"}
PRODUCT = {
    "id": 1,
    "title": "Ardbeg 10",
    "handle": "ardbeg-10",
    "vendor": "Ardbeg",
    "product_type": "Malt",
    "tags": ["ABV: 46", "Islay"],
    "body_html": "<p>Smoky<br>46% abv</p>",
    "variants": [VARIANT],
}


SPARSE = ({"title": "Ardbeg 5", "handle": "ardbeg-5"}, {"title": "Ardbeg 6", "handle": "not a handle"})


def read(tmp_path: Path, *products: object, url: str = URL, changes: tuple[tuple[str, str], ...] = ()) -> Reading:
    source = source_of(tmp_path, SHOPIFY_TOML, *changes)
    return read_document(source, document(json.dumps({"products": products}).encode(), url, "page"))


def test_a_variant_becomes_an_item_by_the_defaults(tmp_path: Path) -> None:
    (item,) = read(tmp_path, PRODUCT).items

    assert (item.source_id, item.name, item.producer, item.category) == ("11", "Ardbeg 10", "Ardbeg", "Malt")
    assert (item.volume_ml, item.abv_pct, item.price_minor, item.currency) == (700, 46.0, 4500, "GBP")
    assert (item.available, item.gtin_text) == (True, "5010494195286")
    assert item.url == "http://shelf.sample/products/ardbeg-10"


def test_variants_of_other_sizes_and_prices_are_offers_of_their_own(tmp_path: Path) -> None:
    small = {**VARIANT, "id": 12, "title": "6 x 5cl", "price": "30", "available": False}
    boxed = {**VARIANT, "id": 13, "title": "With gift tube"}

    items = read(tmp_path, {**PRODUCT, "variants": [VARIANT, small, boxed]}).items

    assert [(item.source_id, item.volume_ml, item.pack_count, item.available) for item in items[:2]] == [
        ("11", 700, 1, True),
        ("12", 50, 6, False),
    ]
    assert [item.name for item in items] == ["Ardbeg 10", "Ardbeg 10", "Ardbeg 10 - With gift tube"]


def test_the_title_beats_a_tag_and_two_sizes_in_a_text_are_none(tmp_path: Path) -> None:
    plain = {**VARIANT, "title": "Default Title"}
    by_title = {**PRODUCT, "title": "Old Bourbon 1.75L", "tags": ["size-750ML"], "variants": [plain]}
    by_body = {**PRODUCT, "id": 2, "tags": "a, b", "body_html": "70cl or 5cl", "variants": [{**plain, "id": 12}]}

    items = read(tmp_path, by_title, by_body).items

    assert [item.volume_ml for item in items] == [1750, None]


def test_declared_places_override_and_are_read_strictly(tmp_path: Path) -> None:
    changes = (("[fetch]", "[fields]\nabv = { from = 'tags', pattern = '^ABV: (.*)$' }\n[fetch]"),)

    good, date_like = (
        read(tmp_path, {**PRODUCT, "tags": [f"ABV: {abv}"]}, changes=changes) for abv in ("40,17", "5.2014")
    )

    assert good.items[0].abv_pct == 40.17
    assert date_like.items[0].flags == ("abv_is_date",)
    assert date_like.items[0].abv_text == "5.2014"


@pytest.mark.parametrize(
    ("price", "minor", "flags"),
    [("0.00", None, ("price_zero",)), ("from £-", None, ("price_unreadable",)), ("60", 6000, ()), (45.5, 4550, ())],
)
def test_prices_are_read_or_told(tmp_path: Path, price: object, minor: int | None, flags: tuple[str, ...]) -> None:
    (item,) = read(tmp_path, {**PRODUCT, "variants": [{**VARIANT, "price": price}]}).items

    assert (item.price_minor, item.flags) == (minor, flags)


def test_a_product_without_title_or_ids_is_a_refused_row(tmp_path: Path) -> None:
    reading = read(
        tmp_path, {**PRODUCT, "title": ""}, {"title": "x"}, "no product", {**PRODUCT, "variants": None}, *SPARSE
    )

    assert [(refused.ordinal, refused.reason) for refused in reading.refused] == [
        (0, "no_name"),
        (1, "no_id"),
        (2, "not_a_product"),
        (5, "no_id"),
    ]
    assert [item.source_id for item in reading.items] == ["1", "ardbeg-5"]
    assert reading.rows_read == 6


def test_full_pages_lead_to_the_next_one(tmp_path: Path) -> None:
    other = {**PRODUCT, "id": 2, "variants": [{**VARIANT, "id": 12}]}

    assert read(tmp_path, PRODUCT, other).links == (
        Link(url="http://shelf.sample/products.json?limit=2&page=2", role="page"),
    )
    assert read(tmp_path, PRODUCT).links == ()
    assert read(tmp_path).links == ()
    assert read(tmp_path, PRODUCT, url="http://shelf.sample/products.json").links == ()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty_file"),
        (b"<html>Store unavailable</html>", "not_json"),
        (b'{"errors": "Not found"}', "no_product"),
        (b'{"products": [', "broken_json"),
        (b"[" * 100_000, "broken_json"),
    ],
)
def test_other_answers_are_refused_whole(tmp_path: Path, body: bytes, reason: str) -> None:
    with pytest.raises(InputRefusedError) as refused:
        read_document(source_of(tmp_path, SHOPIFY_TOML), document(body, URL, "page"))

    assert refused.value.reason == reason
    assert refused.value.remedy


def test_a_path_that_shopify_does_not_tell_is_a_mistake_in_the_toml(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\[fields\] name looks at 'titel', which Shopify does not tell"):
        source_of(tmp_path, SHOPIFY_TOML, ("[fetch]", "[fields]\nname = 'titel'\n[fetch]"))
    with pytest.raises(UsageError, match="cannot use label or attr with the preset shopify"):
        source_of(tmp_path, SHOPIFY_TOML, ("[fetch]", "[fields]\nname = { label = 'x' }\n[fetch]"))


def test_variants_without_a_number_are_told_by_their_place(tmp_path: Path) -> None:
    plain = {"title": "Default Title", "available": True, "price": "45.00"}
    without_id = {key: value for key, value in PRODUCT.items() if key != "id"}

    reading = read(tmp_path, {**without_id, "variants": [plain, {**plain, "price": "50.00"}, VARIANT, None, "x"]})

    assert [(item.source_id, item.price_minor, item.flags) for item in reading.items] == [
        ("ardbeg-10", 45_00, ()),
        ("ardbeg-10#2", 50_00, ("id_by_place",)),
        ("11", 45_00, ()),
    ]
    assert [(refused.ordinal, refused.reason, refused.evidence) for refused in reading.refused] == [
        (3, "not_a_product", '"x"')
    ]


def test_a_price_behind_a_variant_s_name_is_no_part_of_the_name(tmp_path: Path) -> None:
    titles = ("With gift tube - £58.95", "Gift tube (£60)", "$60", "Cask £9 Edition", "70cl - £50.00")
    variants = [{**VARIANT, "id": 20 + place, "title": title} for place, title in enumerate(titles)]

    names = [item.name for item in read(tmp_path, {**PRODUCT, "variants": variants}).items]

    assert names == [
        "Ardbeg 10 - With gift tube",
        "Ardbeg 10 - Gift tube",
        "Ardbeg 10",
        "Ardbeg 10 - Cask £9 Edition",
        "Ardbeg 10",
    ]


def test_entities_and_markup_are_read_as_a_person_reads_them(tmp_path: Path) -> None:
    product = {
        **PRODUCT,
        "title": "Nowhere&#8217;s &amp; Son",
        "tags": None,
        "body_html": "<p>57.1&#37; abv / 70cl</p>",
    }

    (item,) = read(tmp_path, {**product, "variants": [{**VARIANT, "title": "Default Title"}]}).items

    assert (item.name, item.abv_pct, item.volume_ml) == ("Nowhere’s & Son", 57.1, 700)


def test_a_page_is_full_at_what_shopify_gives_and_no_short_one_ends_a_complete_list(tmp_path: Path) -> None:
    whole = [{**PRODUCT, "id": number, "variants": [{**VARIANT, "id": number}]} for number in range(250)]
    complete = (('currency = "GBP"', 'currency = "GBP"\ncomplete = true'),)

    assert read(tmp_path, *whole, url="http://shelf.sample/products.json?limit=500").links
    assert not read(tmp_path, *whole[1:], url="http://shelf.sample/products.json?limit=500").links
    assert read(tmp_path, PRODUCT, changes=complete).links
    assert not read(tmp_path, changes=complete).links
