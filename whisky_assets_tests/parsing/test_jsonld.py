"""Product blocks in pages, as carelessly as shops write them."""

import json

import pytest

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing import jsonld
from whisky_assets.parsing.jsonld import product_of_page, products, read_block, read_json

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


def test_what_is_no_letter_stands_in_no_text() -> None:
    block = r'{"a\ud800": ["x\u0000y", "\udc00", "\ud83e\udd43", "\\ud800"]}'

    assert read_json(block) == {"a\ufffd": ["xy", "\ufffd", "🥃", "\\ud800"]}


def test_a_number_keeps_the_digits_that_stand_there() -> None:
    assert read_json("[46.10, 65, 5e5, 1e400]") == ["46.10", 65, "500000.0", "inf"]


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
    assert found[0]["prices"] == "40 | 60"


def test_the_pages_own_product_is_told_from_its_neighbours() -> None:
    other = {**TEXTS, "url": "http://shop.sample/product/7"}

    assert product_of_page([TEXTS], "http://shop.sample/x") == TEXTS
    assert product_of_page([other, TEXTS], "http://shop.sample/product/1042") == TEXTS
    assert product_of_page([other, TEXTS], "http://shop.sample/x") is None
    assert product_of_page([], "http://shop.sample/x") is None


@pytest.mark.parametrize(
    ("more", "abv", "volume"),
    [
        (
            {"additionalProperty": [{"name": "ABV", "value": "46.3%"}, {"name": "Size", "value": "70cl"}]},
            "46.3%",
            "70cl",
        ),
        ({"additionalProperty": {"name": "Alkoholgehalt:", "value": 46}, "size": "0,7 l"}, "46%", "0,7 l"),
        (
            {"additionalProperty": [{"name": "도수", "value": "46도"}, {"name": "용량", "value": "700ml"}]},
            "46도",
            "700ml",
        ),
        ({"additionalProperty": [{"name": "Alcohol", "value": "46.3", "unitCode": "P1"}]}, "46.3 %", None),
        ({"size": {"@type": "QuantitativeValue", "value": 70, "unitCode": "CLT"}}, None, "70 cl"),
        ({"additionalProperty": [{"name": "Volume", "value": {"value": "700", "unitText": "ml"}}]}, None, "700 ml"),
        ({"size": "One size", "additionalProperty": [{"name": "ABV", "value": "cask strength"}]}, None, None),
        ({"size": 70, "additionalProperty": [{"name": "Peat", "value": "46%"}, "46%", {"value": "46%"}]}, None, None),
    ],
)
def test_strength_and_size_are_read_where_a_property_tells_them_with_a_unit(
    more: dict[str, object], abv: str | None, volume: str | None
) -> None:
    ((told,), _) = products([json.dumps({**PRODUCT, **more})])

    assert (told.get("abv"), told.get("volume")) == (abv, volume)


@pytest.mark.parametrize(
    ("offers", "price", "prices"),
    [
        ([{"price": 45}, {"price": "45.00"}], "45.00", None),
        ([{"price": 45}, {"price": "46"}], None, "45 | 46"),
        ({"priceSpecification": {"price": "45.00", "priceCurrency": "GBP"}}, "45.00", None),
        (
            {
                "priceSpecification": [
                    {"price": "60.00", "priceType": "https://schema.org/ListPrice"},
                    {"price": "45.00", "priceCurrency": "GBP"},
                    {"price": "64.29", "referenceQuantity": {"value": 1, "unitCode": "LTR"}},
                ]
            },
            "45.00",
            None,
        ),
        ({"price": "45.00", "priceSpecification": {"price": "60.00"}}, "45.00", None),
        ({"lowPrice": 40, "highPrice": 60}, None, "40 | 60"),
        ({"price": "on request"}, "on request", None),
        ({"price": True}, None, None),
    ],
)
def test_one_price_is_what_one_pays_and_several_are_told_as_several(
    offers: object, price: str | None, prices: str | None
) -> None:
    ((told,), _) = products([json.dumps({"@type": "Product", "name": "x", "offers": offers})])

    assert (told.get("price"), told.get("prices")) == (price, prices)


def test_the_currency_of_a_price_specification_is_told() -> None:
    offer = {"priceSpecification": {"price": "45.00", "priceCurrency": "GBP"}}
    ((told,), _) = products([json.dumps({"@type": "Product", "name": "x", "offers": offer})])

    assert told["currency"] == "GBP"


def test_offers_of_one_amount_in_two_currencies_tell_both_currencies() -> None:
    offers = [{"price": "45.00", "priceCurrency": "USD"}, {"price": 45, "priceCurrency": "GBP"}]
    found, _ = products([json.dumps({**PRODUCT, "offers": offers})])

    assert found[0]["currency"] == "GBP USD"


def test_a_text_of_too_many_values_is_refused_before_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonld, "MOST_VALUES", 10)
    in_strings = '{"a": "[{,,,,,,,,,,,,,,,,,}]", "b": "\\",,,,,,,,,,"}'

    assert read_json(in_strings) == json.loads(in_strings)
    assert read_json(json.dumps(list(range(10)))) == list(range(10))
    for text in (json.dumps(list(range(11))), "[" * 11 + "]" * 11, '[{"a":[]},{"a":[]},{"a":[]},{"a":[]},]'):
        with pytest.raises(InputRefusedError, match="Ask for a shorter page") as refused:
            read_block(text)
        assert refused.value.reason == "too_many_values"
