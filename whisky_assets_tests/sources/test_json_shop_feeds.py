"""Shipped JSON shop feeds on lists that we wrote in each shop's structure, with its traps: products are invented."""

import json
from collections.abc import Mapping

import pytest

from whisky_assets.sources.document import Reading
from whisky_assets.sources.registry import SHIPPED_FEEDS, load_sources
from whisky_assets_tests.sources.feeds_for_tests import read_shop_page

FEEDS = load_sources([SHIPPED_FEEDS], "real")

Product = Mapping[str, object]


def shopify(*products: Product) -> object:
    return {"products": products}


def bottle(title: str, *, price: object = "45.00", variant: str = "Default Title", **more: object) -> Product:
    """A product of a Shopify shop with one variant that has no number, as bottlers' shops answer it."""
    handle = title.casefold().replace(" ", "-")
    return {
        "title": title,
        "handle": handle,
        "variants": [{"title": variant, "available": True, "price": price}],
        **more,
    }


def woo(name: str, *, currency: str = "GBP", **more: object) -> Product:
    """A product of a WooCommerce shop at 45.00."""
    host = {"cadenhead": "https://www.cadenhead.shop"}.get(str(more.pop("shop", "")), "https://elsewhere.test")
    prices = {"price": "4500", "currency_code": currency, "currency_minor_unit": 2}
    return {"id": len(name), "name": name, "permalink": f"{host}/product/x/", "prices": prices, **more}


LISTS: Mapping[str, object] = {
    "bruichladdich": shopify(
        bottle("Nowhere Barley", variant="70cl", product_type="Unpeated Nowhere Single Malt Scotch Whisky"),
        bottle("Nowhere Dry", variant="70cl", product_type="Nowhere Dry Gin"),
    ),
    "douglas_laing": shopify(
        bottle("Big Nowhere", product_type="Blended Malt", tags=["Abv: 48", "Vol: 70"]),
        bottle("Nowhere Cask Cocktail", product_type="Blended Malt", tags=["Abv: 29.5", "Vol: 50"]),
        bottle("Nowhere Miniature Gift Pack", product_type="Blended Malt", tags=["Abv: Avg 46.4", "Vol: 6x5"]),
        bottle("Nowhere Glass", product_type="Merchandise", tags=[]),
    ),
    "gordon_macphail": shopify(
        bottle("NOWHERE 2007 59.8% - 70cl", body_html=None),
        bottle("Nowhere Rum Cask 46%", body_html="<p>46%</p>"),
        bottle("Nowhere London Dry Gin 70cl"),
    ),
    "mission_liquor": shopify(
        bottle("Old Nowhere Bourbon 1.75L", product_type="WHISKEY", tags=["size-750ML"]),
        bottle("Nowhere Rye", product_type="WHISKEY", tags=["size-750ML-ND"]),
        bottle("Nowhere Gift Set 3x375ml", product_type="WHISKEY", tags=["size-375ML"]),
        bottle("BUY 3, SAVE $9", product_type="WHISKEY", tags=["size-750ML"]),
    ),
    "ncnean": shopify(
        bottle("NOWHERE CASK", body_html="<p>Malt / 57.1% abv / 70cl</p>", tags=["All Products", "Whiskies"]),
        bottle("NOWHERE TWO", body_html="70cl with a 5cl sample", tags=["Whiskies"]),
        bottle("NOWHERE SET", body_html="70cl", tags=["All Products", "Gift Sets"]),
        bottle("NOWHERE BOTANICAL", body_html="70cl", tags=["Other Spirits"]),
    ),
    "north_star": shopify(
        bottle("Nowhere Octave", body_html="<p>Single malt. 50cl bottle.</p>"),
        bottle("Nowhere Navy Gin", body_html="<p>Strong.</p>"),
    ),
    "single_cask_nation": shopify(
        bottle("Nowhere 10 Year Old", product_type="Straight Rye Whisky", price="95"),
        bottle("Nowhere Card", product_type="Gift Card"),
    ),
    "cadenhead": [
        woo("Nowhere&#8217;s Glen 16yo 54.7% abv 70cl", shop="cadenhead"),
        woo("Nowhere Tasting Pack 6x20ml", shop="cadenhead"),
    ],
    "thompson_bros": [
        woo("Nowhere Single Malt, 2013, 70CL, 56.7%ABV"),
        woo("Nowhere Jamaican Rum, 1998, 70CL"),
        woo("Nowhere Malt, Rum Cask 70cl", currency="USD"),
    ],
    "dramfool": {
        "items": [
            {
                "title": "Nowhere 13",
                "fullUrl": "/shop/nowhere-13",
                "productType": 1,
                "variants": [
                    {
                        "attributes": {"size": "0.7 L"},
                        "priceMoney": {"currency": "GBP", "value": "60.00"},
                        "salePriceMoney": {"currency": "GBP", "value": "45.00"},
                        "onSale": True,
                        "unlimited": True,
                        "qtyInStock": 0,
                    }
                ],
            },
            {"title": "Nowhere Ticket", "fullUrl": "/shop/ticket", "productType": 2, "variants": []},
        ]
    },
    "smws": {
        "items": [
            {
                "id": 4399,
                "sku": "RW9009GB0700605",
                "name": "Nowhere &amp; back",
                "url": "/nowhere-and-back/",
                "cask_no": "RW9.9",
                "region": "Nowhere",
                "abv": "58.9%",
                "spirit_type": "Rye Whisky",
                "price": 45,
                "stock": 23,
            },
            {
                "id": 4400,
                "sku": "0R9009GB0700605",
                "name": "No whisky",
                "url": "/no-whisky/",
                "cask_no": "R9.9",
                "abv": "58.9%",
                "spirit_type": "Rum",
                "price": 45.5,
                "stock": 0,
            },
        ],
        "product_count": 130,
    },
}


def read(feed: str) -> Reading:
    return read_shop_page(FEEDS.get(feed), json.dumps(LISTS[feed]).encode())


@pytest.mark.parametrize(
    ("feed", "number", "name", "abv_pct", "volume_ml"),
    [
        ("bruichladdich", "nowhere-barley", "Nowhere Barley", None, 700),
        ("douglas_laing", "big-nowhere", "Big Nowhere", 48.0, 700),
        ("gordon_macphail", "nowhere-2007-59.8%---70cl", "NOWHERE 2007 59.8% - 70cl", 59.8, 700),
        ("mission_liquor", "old-nowhere-bourbon-1.75l", "Old Nowhere Bourbon 1.75L", None, 1750),
        ("ncnean", "nowhere-cask", "NOWHERE CASK", 57.1, 700),
        ("north_star", "nowhere-octave", "Nowhere Octave", None, 500),
        ("single_cask_nation", "nowhere-10-year-old", "Nowhere 10 Year Old", None, None),
        ("cadenhead", "40", "Nowhere’s Glen 16yo 54.7% abv 70cl", 54.7, 700),
        ("thompson_bros", "41", "Nowhere Single Malt, 2013, 70CL, 56.7%ABV", 56.7, 700),
        ("dramfool", "/shop/nowhere-13", "Nowhere 13", None, 700),
        ("smws", "4399", "SMWS RW9.9 Nowhere & back", 58.9, 700),
    ],
)
def test_the_first_product_of_each_shop_is_read_past_its_trap(
    feed: str, number: str, name: str, abv_pct: float | None, volume_ml: int | None
) -> None:
    item = read(feed).items[0]

    assert (item.source_id, item.name, item.abv_pct, item.volume_ml) == (number, name, abv_pct, volume_ml)
    assert item.price_minor == (95_00 if feed == "single_cask_nation" else 45_00)
    assert item.currency == FEEDS.get(feed).feed.currency
    assert item.available in (True, None)


@pytest.mark.parametrize(
    ("feed", "kinds"),
    [
        ("bruichladdich", ["whisky", "other"]),
        ("douglas_laing", ["whisky", "other", "bundle", "other"]),
        ("gordon_macphail", ["whisky", "whisky", "other"]),
        ("mission_liquor", ["whisky", "whisky", "bundle", "other"]),
        ("ncnean", ["whisky", "whisky", "bundle", "other"]),
        ("north_star", ["whisky", "other"]),
        ("single_cask_nation", ["whisky", "other"]),
        ("cadenhead", ["whisky", "bundle"]),
        ("thompson_bros", ["whisky", "other", "whisky"]),
        ("dramfool", ["whisky", "other"]),
        ("smws", ["whisky", None]),
    ],
)
def test_several_whiskies_and_other_goods_are_told_apart(feed: str, kinds: list[str | None]) -> None:
    assert [FEEDS.get(feed).kinds.of(item.category, item.name) for item in read(feed).items] == kinds


def test_sizes_that_are_told_twice_or_in_tags_are_read_as_they_are_meant() -> None:
    assert [item.volume_ml for item in read("mission_liquor").items] == [1750, 750, 375, 750]
    assert [item.volume_ml for item in read("ncnean").items] == [700, None, 700, 700]
    pack = read("douglas_laing").items[2]
    assert (pack.volume_ml, pack.pack_count, pack.abv_pct, pack.flags) == (50, 6, None, ())


def test_another_money_another_shop_and_an_empty_shelf_are_told() -> None:
    thompson = read("thompson_bros")

    assert [(refused.reason, refused.scope) for refused in thompson.refused] == [
        *[("foreign_link", "value")] * 2,
        ("currency_clash", "value"),
        ("foreign_link", "value"),
    ]
    assert (thompson.items[2].price_minor, thompson.items[2].url) == (None, None)
    assert [item.available for item in read("smws").items] == [True, False]
    assert [item.url for item in read("smws").items] == [
        "https://smws.com/nowhere-and-back/",
        "https://smws.com/no-whisky/",
    ]
    assert read("dramfool").items[0].available
