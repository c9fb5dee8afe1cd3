"""Shipped feeds of product pages on pages that we wrote in each shop's structure, with its traps: all is invented."""

import pytest

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.sources.document import Reading
from whisky_assets.sources.reading import read_document
from whisky_assets.sources.registry import SHIPPED_FEEDS, load_sources
from whisky_assets_tests.sources.feeds_for_tests import document

FEEDS = load_sources([SHIPPED_FEEDS], "real")

BC = """<div class="menu"><ul><li><a href="/product-catalogue?type=wine">Wine</a></li></ul></div><div class="page">
<div class="top_content">GLEN NOWHERE 12 YEAR OLD</div><div class="content"><div id="productdetailbox">
<div class="imagewrap"><div class="productimage"><img title="GLEN NOWHERE"/></div></div><div class="detail">
<h2>glen nowhere 12 year old</h2><div class="product-details"><ul>
<li class="product-detail-item Type"><label>Type:</label> Spirits - Scotch Whisky</li>
<li class="product-detail-item SKU"><label>SKU:</label> 700111</li>
<li class="product-detail-item UPC"><label>UPC:</label> 10000000007</li>
<li class="product-detail-item otherUPC"><div class="tooltip"><strong>Other UPCs</strong>#00000000000000<br/></div></li>
<li class="product-detail-item Volume"><label>Volume:</label> 750 mL</li>
<li class="product-detail-item Country"><label>Country:</label> <img title="Scotland"/>Scotland</li>
<li class="product-detail-item Alcohol"><label>Alcohol:</label> 46.3%</li>
<li><div class="availability-available"><span>12 Units Available</span></div></li></ul></div>
<div class="detail-side"><div class="product-detail-item reg-price">$71.49</div></div></div></div>
<div class="clear-block block block-bcldb_product"><h2>WHAT TO TRY</h2><div class="also-like">
<div class="reg-price">$9.99</div><div class="also-like-price">Price: $9.99</div></div></div></div></div>"""
SAQ = """<div class="product-page"><div class="product-bloc-label"></div><div class="product-bloc-fiche">
<div class="product-page-left"><h1 class="product-description-title">Glen Nowhere 12 ans</h1>
<div class="product-description-title-type">Scotch single malt,
 1,14 L</div><div class="product-description-row2"><span class="bold">Code SAQ : </span>11999999 <span class="bold">
Code CUP : </span>00100000000076</div><table class="product-description-table"><tr><td>
<div class="product-page-subtitle">Royaume-Uni</div><div class="product-description-region">Islay</div></td></tr>
</table>
<table><tr><td><span>Producteur</span></td><td><span>Distillerie Nulle Part</span></td></tr></table>
<table><tr><td><span>Degré d'alcool</span></td><td><span>46,3 %</span></td></tr></table>
<div id="details"><ul><li><div class="left"><span>Pays</span></div><div class="right">Royaume-Uni</div></li></ul>
<ul><li><div class="left"><span>Producteur</span></div><div class="right">Distillerie Nulle Part<p>Tous</p></div></li>
<li><div class="left"><span>Format</span></div><div class="right">1,14 L</div></li></ul></div></div>
<div class="product-page-right"><div class="product-add-to-cart-wrapper"><div class="product-add-to-cart-meta">
<p class="price">1&nbsp;023,45&nbsp;$</p></div><div class="product-add-to-cart-inventory"><span class="bold">
Inventaire en ligne : </span>0</div></div><div class="product-page-right-suggestion-wrapper">
<div class="product-espot-sugg-bloc"><div class="product-add-to-cart-meta"><p class="price">71,00 $</p></div></div>
</div></div></div></div>"""
VINMONOPOLET = """<div class="pageBody"><div class="content"><div class="head"><h1>Glen Nowhere 12</h1>
<table class="productTable"><tr><td class="price"><h3><em>(70 cl)</em><br/><strong>Kr. 1.159,90</strong></h3>
<p>Kr. 1.657,00 pr. liter</p></td><td class="add"><h3 class="stock">Utsolgt fra leverandør.</h3></td></tr></table>
<div class="listStores"><ul><li><span class="fixedWidth">Varenummer:</span> (32 på lager)</li></ul></div>
<div class="productData"><ul><li><strong class="attrib">Varenummer:</strong><span class="data">627999</span></li>
<li><strong class="attrib">Varetype:</strong><span class="data">Maltwhisky</span></li>
<li><strong class="attrib">Land/distrikt:</strong><span class="data">Skottland, Islay</span></li>
<li><strong class="attrib">Innhold:</strong><span class="facet">Alkohol 46,30%</span>
<span class="facet">Sukker: Ukjent</span></li>
<li><strong class="attrib">Produsent:</strong><span class="data">Ingensteds Dest.</span></li></ul></div></div></div>
</div><div id="siteFooter"><div class="content">Kontakt</div></div>"""
LCBO_2012 = """<table><tr><td class="main_font">Menu</td><td class="main_font" colspan="2"><font><b>
<span class="titlefont">GLEN NOWHERE 12</span></b></font><br>VINTAGES 700222
 | 6x200 mL bottle<br><br><b><font>Price: $ 1,124.95</font></b><br><br><b>Value Added Promotion</b><br>750 mL bottle
comes with FREE Nowhere 50ml<br>Made in: Islay, Scotland<br>By: Nowhere Dist. Co.<br><br>
Spirits, Whisky/Whiskey, Scotch Single Malts<br>46.3% Alcohol/Vol.<br><b>Tasting Note</b><br>A 40.0% Alcohol/Vol.
dream, Price: $ 1.00<br></td></tr></table>"""
LCBO_2014 = """<div class="main-content"><div class="container pip"><div class="breadcrumbs"><ul>
<li><a id="WC_BreadCrumb_Link_1" href="/s">Spirits</a></li><li><a id="WC_BreadCrumb_Link_2" href="/w">Whisky</a></li>
<li class="current">Glen Nowhere 12</li></ul></div><section class="pip-info"><div class="details">
<h1>Glen Nowhere 12  </h1><small>&mdash;LCBO#: 700333</small></div><div class="price row">
<span id="offerPrice_" class="price" itemprop="price"></span><div class="prices"><strong>$58.95<span class="package">
</span></strong></div></div></section><div class="panel product-details"><dl><dt>Glen Nowhere</dt><dd></dd>
<dt>1140 mL bottle</dt><dd></dd><dt>Alcohol/Vol</dt><dd>46.3%</dd><dt>Made in:</dt><dd>Islay, Scotland</dd>
<dt>By:</dt><dd>Nowhere Dist. Co.</dd></dl></div></div></div>"""
REVIEW = """<aside><a href="/index.html"><h1>SPIRIT RECORD</h1></a><p>Whisky reviews.</p></aside><main><article>
<h2>Glen Nowhere "Dram" 2008 Nobody 12 years 57.1% (refill hogshead)</h2><p>Priced at £70, of 250/300 bottles.</p>
<p><strong>Nose</strong> Half of it at 46%.</p><p><strong>Comments</strong> Good. 86/100.</p>
Posted by Nemo on 08 May 2021<ul><li><a class="prev" href="/2021-05-07-elsewhere.html">Previous: Elsewhere 70%</a></li>
</ul></article></main>"""

URL = {
    "spiritrecord": "https://spiritrecord.github.io/2021-05-08-nowhere.html",
    "bc_liquor_pages": "http://www.bcliquorstores.com/product/700111",
    "saq_pages": "http://www.saq.com/page/fr/saqcom/scotch-single-malt/nowhere/11999999",
    "vinmonopolet_pages": "http://www.vinmonopolet.no/vareutvalg/nowhere/sku-627999",
    "lcbo_pages": "http://www.lcbo.com/lcbo/product/nowhere/700333",
}


def read(feed: str, page: str) -> Reading:
    body = f"<!doctype html><html><head><meta charset='utf-8'></head><body>{page}</body></html>".encode()
    return read_document(FEEDS.get(feed), document(body, URL[feed], "page"))


@pytest.mark.parametrize(
    ("feed", "page", "told"),
    [
        ("bc_liquor_pages", BC, ("700111", "GLEN NOWHERE 12 YEAR OLD", 71_49, 750, 46.3)),
        ("saq_pages", SAQ, ("11999999", "Glen Nowhere 12 ans", 1_023_45, 1140, 46.3)),
        ("vinmonopolet_pages", VINMONOPOLET, ("627999", "Glen Nowhere 12", 1_159_90, 700, 46.3)),
        ("lcbo_pages", LCBO_2012, ("700222", "GLEN NOWHERE 12", 1_124_95, 200, 46.3)),
        ("lcbo_pages", LCBO_2014, ("700333", "Glen Nowhere 12", 58_95, 1140, 46.3)),
    ],
)
def test_the_product_of_each_page_is_read_past_its_traps(feed: str, page: str, told: tuple[object, ...]) -> None:
    reading = read(feed, page)

    (item,) = reading.items
    assert (item.source_id, item.name, item.price_minor, item.volume_ml, item.abv_pct) == told
    assert reading.refused == ()
    assert FEEDS.get(feed).kinds.of(item.category) == "whisky"


@pytest.mark.parametrize(
    ("feed", "page", "told"),
    [
        ("bc_liquor_pages", BC, (None, "Scotland", None, "10000000007", True)),
        ("saq_pages", SAQ, ("Distillerie Nulle Part", "Royaume-Uni", "Islay", "00100000000076", False)),
        ("vinmonopolet_pages", VINMONOPOLET, ("Ingensteds Dest.", "Skottland", "Islay", None, False)),
        ("lcbo_pages", LCBO_2012, ("Nowhere Dist. Co.", "Scotland", "Islay", None, None)),
        ("lcbo_pages", LCBO_2014, ("Nowhere Dist. Co.", "Scotland", "Islay", None, None)),
    ],
)
def test_labels_in_the_shops_languages_tell_maker_origin_and_barcode(
    feed: str, page: str, told: tuple[object, ...]
) -> None:
    (item,) = read(feed, page).items

    assert (item.producer, item.country, item.region, item.gtin_text, item.available) == told


def test_a_review_tells_name_strength_score_and_reviewer_and_no_price() -> None:
    (item,) = read("spiritrecord", REVIEW).items

    assert item.name == 'Glen Nowhere "Dram" 2008 Nobody 12 years 57.1% (refill hogshead)'
    assert (item.source_id, item.abv_pct) == ("2021-05-08-nowhere", 57.1)
    assert item.details == '{"reviewed_on":"08 May 2021","reviewer":"Nemo","score_of_100":"86"}'
    assert (item.price_minor, item.currency, item.volume_ml) == (None, None, None)
    assert FEEDS.get("spiritrecord").kinds.of(item.category) == "review"


def test_a_review_without_a_score_has_none_and_one_without_a_heading_is_refused() -> None:
    unscored = read("spiritrecord", REVIEW.replace(" 86/100", ""))
    headless = read("spiritrecord", REVIEW.replace("<h2>", "<h3>").replace("</h2>", "</h3>"))

    assert unscored.items[0].details == '{"reviewed_on":"08 May 2021","reviewer":"Nemo"}'
    assert [(refused.scope, refused.reason) for refused in headless.refused] == [("row", "no_name")]


def test_a_pack_of_the_lines_of_2012_is_counted_and_the_gift_beside_it_is_not() -> None:
    (item,) = read("lcbo_pages", LCBO_2012).items

    assert (item.volume_ml, item.pack_count) == (200, 6)


@pytest.mark.parametrize(
    ("feed", "page", "cut"),
    [
        ("bc_liquor_pages", BC, '<li class="product-detail-item SKU"><label>SKU:</label> 700111</li>'),
        ("saq_pages", SAQ, "11999999"),
        ("vinmonopolet_pages", VINMONOPOLET, "627999"),
        ("lcbo_pages", LCBO_2012, "VINTAGES 700222"),
        ("lcbo_pages", LCBO_2014, "&mdash;LCBO#: 700333"),
    ],
)
def test_a_page_without_its_number_is_a_refused_row_and_never_takes_another(feed: str, page: str, cut: str) -> None:
    reading = read(feed, page.replace(cut, ""))

    assert reading.items == ()
    assert [(refused.scope, refused.reason) for refused in reading.refused] == [("row", "no_id")]


@pytest.mark.parametrize("feed", sorted(URL))
def test_a_page_that_says_that_there_is_none_is_refused_whole(feed: str) -> None:
    with pytest.raises(InputRefusedError) as refused:
        read(feed, "<div class='header'>Shop</div><p>The product is no longer sold.</p>")

    assert refused.value.reason == "no_product"


@pytest.mark.parametrize("feed", sorted(URL))
def test_each_feed_knows_its_own_product_pages_by_their_address(feed: str) -> None:
    pages = FEEDS.get(feed).pages

    assert pages is not None
    assert pages.page.search(URL[feed])
    fetch = FEEDS.get(feed).fetch
    assert fetch is not None
    assert all(pages.index.search(start) and not pages.page.search(start) for start in fetch.start)
