"""Product blocks in pages, as carelessly as shops write them."""

import json

import pytest

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.jsonld import product_of_page, products, read_json

PRODUCT = {
    "@context": "https://schema.org",
    "@type": "Product",
    "name": "Ardbeg 10 &amp; friends",
    "sku": 1042,
    "gtin13": "5010494195286",
    "brand": {"@type": "Brand", "name": "Ardbeg"},
    "url": "http://shop.sample/product/1042",
    "offers": {
        "@type": "Offer",
        "price": "45.00",
        "priceCurrency": "GBP",
        "availability": "https://schema.org/InStock",
    },
}
TEXTS = {
    "name": "Ardbeg 10 & friends",
    "source_id": "1042",
    "gtin": "5010494195286",
    "producer": "Ardbeg",
    "url": "http://shop.sample/product/1042",
    "price": "45.00",
    "currency": "GBP",
    "available": "yes",
}


@pytest.mark.parametrize(
    "block",
    [
        json.dumps(PRODUCT),
        json.dumps({"@graph": [{"@type": "WebPage"}, PRODUCT]}),
        json.dumps([PRODUCT]),
        json.dumps({**PRODUCT, "@type": ["Thing", "http://schema.org/Product"]}),
        f"<!-- {json.dumps(PRODUCT)} -->",
        f"//<![CDATA[\n{json.dumps(PRODUCT)}\n//]]>",
        json.dumps(PRODUCT)[:-1] + ",}",
        json.dumps(PRODUCT).replace("Ardbeg 10", "Ardbeg\n10"),
        json.dumps({"@type": "WebPage", "mainEntity": PRODUCT}),
    ],
)
def test_every_way_of_writing_one_product_gives_the_same_texts(block: str) -> None:
    assert products([block]) == ([TEXTS], [])


def test_a_comma_inside_a_text_stays() -> None:
    block = '{"@type": "Product", "name": "Sweet,] dry,}", "sku": "1",}'

    assert products([block])[0] == [{"name": "Sweet,] dry,}", "source_id": "1"}]


@pytest.mark.parametrize("block", ["[" * 100_000, '{"@type": "Product", "price": NaN}', "9" * 5_000, "no json", ""])
def test_an_unreadable_block_is_passed_over_and_told(block: str) -> None:
    found, problems = products([block, json.dumps(PRODUCT)])

    assert found == [TEXTS]
    assert len(problems) == 1
    with pytest.raises(InputRefusedError) as refused:
        read_json(block)
    assert refused.value.reason == "broken_json"


def test_offers_that_cannot_be_bought_do_not_speak_for_the_price() -> None:
    offers = [
        {"price": 499, "priceCurrency": "GBP", "availability": "OutOfStock"},
        {"price": 425, "priceCurrency": "GBP", "availability": "http://schema.org/InStock"},
    ]
    found, _ = products([json.dumps({**PRODUCT, "offers": offers})])

    assert (found[0]["price"], found[0]["available"]) == ("425", "yes")


def test_several_prices_are_told_as_several() -> None:
    aggregate = {"@type": "AggregateOffer", "lowPrice": "40", "highPrice": "60", "priceCurrency": "GBP"}
    found, _ = products([json.dumps({**PRODUCT, "offers": aggregate})])

    assert "price" not in found[0]
    assert found[0]["prices"] == "40 60"


def test_the_pages_own_product_is_told_from_its_neighbours() -> None:
    other = {**TEXTS, "url": "http://shop.sample/product/7"}

    assert product_of_page([TEXTS], "http://shop.sample/x") == TEXTS
    assert product_of_page([other, TEXTS], "http://shop.sample/product/1042") == TEXTS
    assert product_of_page([other, TEXTS], "http://shop.sample/x") is None
    assert product_of_page([], "http://shop.sample/x") is None
