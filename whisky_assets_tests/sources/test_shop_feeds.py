"""Shipped shop feeds on pages that we wrote in each shop's structure, with the trap of each: products are invented."""

import pytest

from whisky_assets.sources.document import Reading
from whisky_assets.sources.registry import SHIPPED_FEEDS, load_sources
from whisky_assets_tests.sources.feeds_for_tests import read_shop_page

FEEDS = load_sources([SHIPPED_FEEDS], "real")

BERRY = """<main><div data-testid="product-card">
<a data-testid="product-link" href="/products-20180000001-2018-glen"></a>
<span class="body--strong">2018 Glen Nowhere, Highland (58.1%)</span><span class="sf-price__regular">£1,085.00</span>
<span class="body--default">72.5cl</span><button>Add to basket</button></div>
<div data-testid="product-card"><a data-testid="product-link" href="/products-asked"></a>
<span class="body--strong">Asked</span><span class="sf-price__regular">Price on request</span></div>
<div data-testid="product-card"><span class="body--strong">No link</span></div>
<article data-testid="product-card"><span class="sf-price__regular">£85.00</span></article></main>"""
COMPASS = """<main><div class="product-card-wrapper"><h3 class="card__heading">
<a href="/products/nowhere">Nowhere</a></h3>
<div class="price price--on-sale"><div class="price__regular"><span class="price-item">£110.00</span></div>
<div class="price__sale"><s class="price-item">£110.00</s><span class="price-item">£99.95</span></div></div></div>
</main>"""
ASTOR = """<form><small class="x"></small><div class="search__controls__1"><small>results 1-12 (of 164)</small></div>
<div class="item-teaser"><div class="header"><h2 title="Glen Nowhere 12yr Single Malt"><a class="item-name"
 href="item/01234">Glen Nowhere 12yr ...</a></h2></div><div class="teaser__item__meta__1">Scotland, Islay</div>
<div class="teaser__item__meta__2"><div id="a_divSize">750mL</div></div><span class="itemNumber">Item #01234</span>
<div class="bottle-price-container"><span class="price-value price-old">$80.00</span>
<span class="price-value">$64.99</span></div><div class="case-price-container">
<span class="price-value">$389.94</span></div>
</div><div class="pagination"><a href="/x?Page=2"><i class="fa-angle-right"></i></a></div></form>"""
HEALTHY = """<div class="product-block"><div class="brand">NOWHERE</div><a class="title"
 href="/cellar-nowhere-dram-750ml.html" title="NOWHERE NOWHERE DRAM">NOWHERE DRAM</a>
<a class="compare" data-compare="81"></a>
<div class="product-block-price"><strong>$1,179.99</strong></div></div>
<div class="product-block"><div class="brand"></div><a class="title" href="/a-tasting.html"
 title="THE TEN RECIPE TASTING EXPERIENCE">THE TEN RECIPE TASTING EXPERIENCE</a><a class="compare" data-compare="82">
</a></div>"""
RESERVE = """<span class="results-span">1,881 Results</span><div class="product" data-pid="GROUPING-1">
<div class="product-tile__brand">Nowhere</div><div class="pdp-link">
<a href="/products/n/GROUPING-1.html">Nowhere Rye</a></div>
<div class="product-tile__volume">750ml, bottle</div><span class="sales"><span class="value">$39.99</span></span></div>
<div class="product" data-pid="GROUPING-2"><div class="pdp-link"><a href="/products/n/2">Trilogy</a></div>
<div class="product-tile__volume">Bundle</div></div>"""
CORK_CARD = """<div class="grid-product" data-product-id="{number}">
<a class="grid-item__link" href="/products/{number}">
<div class="grid-product__title">{name}</div><div class="grid-product__vendor">Nowhere</div>
<div class="grid-product__price">
<span class="visually-hidden">Sale price</span><span><span aria-hidden="true">$2,299<sup>95</sup></span><span
 class="visually-hidden">$2,299.95</span></span><span class="grid-product__price--original">$2,999<sup>99</sup>
</span></div>
</a></div>"""
CORK = (
    CORK_CARD.format(number=9, name="Sweets")
    + '<div id="CollectionAjaxResult"><div class="collection-filter__item--count">3585 products</div>'
    + CORK_CARD.format(number=1, name="Nowhere 10 Year 1.75L")
    + CORK_CARD.format(number=2, name="Nowhere &amp; Elsewhere Bundle")
    + CORK_CARD.format(number=3, name="Nowhere with Glencairn Set Bundle")
    + '<div class="pagination"><span class="next"><a href="/collections/whiskey?cursor=3">n</a></span></div></div>'
)
ROZETKA = """<rz-catalog-tile><div hidden class="g-id">5652</div><a class="tile-title"
 href="https://rozetka.com.ua/ua/nowhere/p5652/">Віскі Nowhere з бочки.0,5л.42% (5010327324081С)</a>
<div class="old-price">2&nbsp;423<span>₴</span></div><div class="price">1&nbsp;969<span>₴</span></div>
<button class="buy-button"></button></rz-catalog-tile>"""
SAQ = """<span class="rechercheNb"> - 147 résultats</span><div class="resultats_product"><p class="nom"><a
 href="http://www.saq.com/page/fr/saqcom/vin-rose/nowhere/11288484" title="Nowhere Rosé Entier">Nowhere ...</a></p>
<p class="desc">Vin rosé<br>États-Unis,&nbsp;1,5&nbsp;L<br>Code SAQ : 11288484</p><table><tr><td class="price">
1&nbsp;023,45&nbsp;$</td></tr></table></div>"""
VINMONOPOLET = """<p class="resultCount"><strong>675&nbsp;varer.</strong></p><table id="productList"><tr>
<th>Vare</th></tr>
<tr><td class="id"><h3><a class="product" href="/sku-627">Nowhere 10</a></h3><p>Maltwhisky
(627401)</p></td><td class="price"><h3><em>(70&nbsp;cl)</em><strong>Kr. 1.459,90</strong></h3>
<p>Kr. 657,- pr. liter</p></td>
<td><h3 class="stock">Utsolgt fra leverandør.</h3></td></tr></table>"""
LCBO_ROW = """<tr><td colspan="2"><table><tr><td>1.</td><td><b><a class="item-details-col1" href="{link}">{name}</a>
</b><br>
<a class="item-details-col2"><font>Canada | Nowhere<br>LCBO {number} {rest}</font></a></td></tr></table></td></tr>"""
LCBO = (
    "<table>"
    + LCBO_ROW.format(
        link="details.do?a=1",
        name="NOWHERE 12 SINGLE MALT",
        number="107359",
        rest="| 750 mL WAS: $ 52.60 | <b>NOW: $ 48.60</b> | <b>SAVE: $ 4.00</b>",
    )
    + LCBO_ROW.format(
        link="http://other.test/x",
        name="NOWHERE RUM",
        number="151951",
        rest="| <b>$ 6.30</b> <b>| PRODUCT DISCONTINUED</b>",
    )
    + "</table>"
)


def read(feed: str, page: str) -> Reading:
    return read_shop_page(FEEDS.get(feed), f"<!doctype html><html><body>{page}</body></html>".encode())


@pytest.mark.parametrize(
    ("feed", "page", "told"),
    [
        ("berry_bros", BERRY, ("20180000001", "2018 Glen Nowhere, Highland (58.1%)", 58.1, 725, 1_085_00, True)),
        ("compass_box", COMPASS, ("nowhere", "Nowhere", None, None, 99_95, None)),
        ("astor_wines", ASTOR, ("01234", "Glen Nowhere 12yr Single Malt", None, 750, 64_99, None)),
        ("healthy_spirits", HEALTHY, ("81", "NOWHERE DRAM", None, 750, 1_179_99, None)),
        ("reserve_bar", RESERVE, ("GROUPING-1", "Nowhere Rye", None, 750, 39_99, None)),
        ("wooden_cork", CORK, ("1", "Nowhere 10 Year 1.75L", None, 1750, 2_299_95, None)),
        ("rozetka", ROZETKA, ("5652", "Віскі Nowhere з бочки.0,5л.42% (5010327324081С)", 42.0, 500, 1_969_00, True)),
        ("saq_shop", SAQ, ("11288484", "Nowhere Rosé Entier", None, 1500, 1_023_45, None)),
        ("vinmonopolet_shop", VINMONOPOLET, ("627401", "Nowhere 10", None, 700, 1_459_90, False)),
        ("lcbo_shop", LCBO, ("107359", "NOWHERE 12 SINGLE MALT", None, 750, 48_60, None)),
    ],
)
def test_the_first_product_of_each_shop_is_read_past_its_trap(feed: str, page: str, told: tuple[object, ...]) -> None:
    reading = read(feed, page)

    item = reading.items[0]
    assert (item.source_id, item.name, item.abv_pct, item.volume_ml, item.price_minor, item.available) == told
    told_of_first = [refused for refused in reading.refused if refused.ordinal == item.ordinal]
    assert [refused.reason for refused in told_of_first if refused.scope == "value"] == []


def test_a_row_without_name_or_link_is_refused_and_a_price_on_request_is_none() -> None:
    reading = read("berry_bros", BERRY)

    assert [refused.reason for refused in reading.refused] == ["no_id", "no_name"]
    assert (reading.items[1].price_minor, reading.items[1].flags) == (None, ("price_on_request",))


@pytest.mark.parametrize(
    ("feed", "page", "kinds"),
    [
        ("healthy_spirits", HEALTHY, ["whisky", "bundle"]),
        ("reserve_bar", RESERVE, ["whisky", "bundle"]),
        ("wooden_cork", CORK, ["whisky", "bundle", "whisky"]),
        ("saq_shop", SAQ, ["other"]),
        ("vinmonopolet_shop", VINMONOPOLET, ["whisky"]),
        ("lcbo_shop", LCBO, ["whisky", "other"]),
    ],
)
def test_several_whiskies_and_other_goods_are_told_apart(feed: str, page: str, kinds: list[str]) -> None:
    assert [FEEDS.get(feed).kinds.of(item.category, item.name) for item in read(feed, page).items] == kinds


def test_barcodes_links_and_counts_of_the_shops_are_read() -> None:
    (rozetka,) = read("rozetka", ROZETKA).items
    sold_out = read("lcbo_shop", LCBO).items[1]

    assert rozetka.gtin_text == "5010327324081"
    assert (sold_out.available, sold_out.url, sold_out.flags) == (False, None, ("foreign_link",))
    assert [link.url for link in read("astor_wines", ASTOR).links] == ["https://www.astorwines.com/x?Page=2"]
    assert [link.url for link in read("wooden_cork", CORK).links] == [
        "https://woodencork.com/collections/whiskey?cursor=3"
    ]
    assert "states 675" in read("vinmonopolet_shop", VINMONOPOLET).notes[0]
