"""Pages whose schema.org blocks tell their products: one row each, in every form in which shops write them."""

import json
from pathlib import Path

import pytest

from whisky_assets.domain.errors import InputRefusedError, UsageError
from whisky_assets.parsing import html, jsonld_lists
from whisky_assets.sources.crawling import is_error_page, listed_by, start_links
from whisky_assets.sources.document import Link, Reading
from whisky_assets.sources.reading import read_document
from whisky_assets.sources.source import Source
from whisky_assets_tests.sources.feeds_for_tests import HEAD, document, source_of

URL = "http://shelf.sample/whisky?p=1"
TOML = (
    HEAD.format(preset="json_ld")
    + """
[fetch]
start = ["http://shelf.sample/whisky?p=1"]

[json_ld]
next = "a.next"
page = '/p/\\d+$'

[kinds]
default = "whisky"
"""
)
TEN = {
    "@type": "Product",
    "name": "Glen Nowhere 10 &amp; Friends",
    "sku": "N-10",
    "gtin13": "5010494195286",
    "brand": {"@type": "Brand", "name": "Glen Nowhere"},
    "category": "Single Malt",
    "countryOfOrigin": {"@type": "Country", "name": "Scotland"},
    "url": "/p/10#top",
    "additionalProperty": [
        {"@type": "PropertyValue", "name": "ABV", "value": "46.3%"},
        {"@type": "PropertyValue", "name": "Size", "value": "70cl"},
        {"@type": "PropertyValue", "name": "Cask", "value": "Oloroso butt"},
    ],
    "offers": {
        "@type": "Offer",
        "price": "45.50",
        "priceCurrency": "GBP",
        "availability": "https://schema.org/InStock",
    },
}


def page(*values: object, more: str = "") -> bytes:
    scripts = "".join(
        f'<script type="application/ld+json">{value if isinstance(value, str) else json.dumps(value)}</script>'
        for value in values
    )
    return f"<!doctype html><html><head>{scripts}</head><body><h1>Whisky</h1>{more}</body></html>".encode()


@pytest.fixture(params=["fast", "hostile"])
def source(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    """The feed `shelf`, read by selectolax and by BeautifulSoup."""
    if request.param == "hostile":
        monkeypatch.setattr(html, "MOST_TAGS", 1)
    return source_of(tmp_path, TOML)


def read(source: Source, body: bytes) -> Reading:
    return read_document(source, document(body, URL, "page"))


def test_a_product_is_read_whole_without_a_single_declared_field(source: Source) -> None:
    reading = read(source, page(TEN))

    (item,) = reading.items
    assert (item.source_id, item.name, item.url) == ("N-10", "Glen Nowhere 10 & Friends", "http://shelf.sample/p/10")
    assert (item.abv_pct, item.volume_ml, item.price_minor, item.currency) == (46.3, 700, 4550, "GBP")
    assert (item.producer, item.category, item.country) == ("Glen Nowhere", "Single Malt", "Scotland")
    assert (item.gtin_text, item.available) == ("5010494195286", True)
    assert (reading.refused, reading.notes, reading.rows_read) == ((), (), 1)


@pytest.mark.parametrize(
    ("offers", "minor", "available", "reasons"),
    [
        ({"price": 45.5}, 4550, None, []),
        ({"price": "45"}, 4500, None, []),
        ({"price": "1,045.00"}, 104_500, None, []),
        ({"price": "1.045,00"}, None, None, ["price_unreadable"]),
        ({"price": "0"}, None, None, []),
        ({"price": "", "availability": "SoldOut"}, None, False, []),
        ({"price": "on request"}, None, None, []),
        ({"price": "45.50", "priceCurrency": "EUR"}, None, None, ["currency_clash"]),
        ({"lowPrice": "40", "highPrice": "60"}, None, None, ["price_ambiguous"]),
        ([{"price": 45}, {"price": 60}], None, None, ["price_ambiguous"]),
        ([{"price": 45, "availability": "InStock"}, {"price": 60, "availability": "OutOfStock"}], 4500, True, []),
    ],
)
def test_prices_are_one_amount_of_the_feeds_currency_or_refused_alone(
    source: Source, offers: object, minor: int | None, reasons: list[str], *, available: bool | None
) -> None:
    reading = read(source, page({**TEN, "offers": offers}))

    assert [(item.price_minor, item.available) for item in reading.items] == [(minor, available)]
    assert [refused.reason for refused in reading.refused] == reasons


@pytest.mark.parametrize("key", ["gtin", "gtin14", "gtin13", "gtin12", "gtin8"])
def test_a_barcode_is_read_under_each_of_its_names(source: Source, key: str) -> None:
    plain = {name: value for name, value in TEN.items() if name != "gtin13"}

    (item,) = read(source, page({**plain, key: 96385074})).items

    assert item.gtin_text == "96385074"


def test_products_of_lists_graphs_and_several_scripts_are_rows_each_once(source: Source) -> None:
    def other(number: int) -> dict[str, object]:
        return {**TEN, "sku": f"N-{number}", "name": f"Glen Nowhere {number}", "url": f"/p/{number}"}

    listing = {"@type": "ItemList", "numberOfItems": 164, "itemListElement": [{"@type": "ListItem", "item": other(12)}]}
    body = page(TEN, [other(11), other(11)], listing, {"@graph": [{"@type": "WebSite"}, other(13)]})
    reading = read(source, body)

    assert sorted(item.source_id for item in reading.items) == ["N-10", "N-11", "N-11", "N-12", "N-13"]
    listed = listed_by(source, document(body, URL, "page"))
    assert (listed.total, listed.items, reading.refused) == (164, 5, ())


def test_a_broken_script_costs_itself_alone_and_is_noted(source: Source) -> None:
    reading = read(source, page('{"@type": "Product", "name": ', TEN))

    assert [item.source_id for item in reading.items] == ["N-10"]
    (note,) = reading.notes
    assert note.startswith(f"{URL}: the JSON cannot be read")


def test_a_product_without_name_or_number_is_a_refused_row(source: Source) -> None:
    nameless = {key: value for key, value in TEN.items() if key != "name"}
    numberless = {key: value for key, value in TEN.items() if key != "sku"}
    reading = read(source, page(nameless, numberless))

    assert [(refused.scope, refused.reason) for refused in reading.refused] == [("row", "no_name"), ("row", "no_id")]
    assert '"sku": "N-10"' in reading.refused[0].evidence


def test_one_number_for_two_products_is_refused_as_told_twice(source: Source) -> None:
    reading = read(source, page(TEN, {**TEN, "name": "Glen Nowhere 18"}))

    assert [item.name for item in reading.items] == ["Glen Nowhere 10 & Friends"]
    assert [refused.reason for refused in reading.refused] == ["duplicate_id"]


def test_a_list_of_addresses_and_the_next_page_lead_on_to_what_the_feed_names(source: Source) -> None:
    items = [{"@type": "ListItem", "url": url} for url in ("/p/1", "/about", "http://shelf.sample/p/2", "http://[")]
    reading = read(
        source,
        page({"@type": "ItemList", "itemListElement": items}, more='<a class="next" href="?p=2">more</a>'),
    )

    assert reading.items == ()
    assert reading.links == tuple(
        Link(url=f"http://shelf.sample/{path}", role="page") for path in ("p/1", "p/2", "whisky?p=2")
    )


@pytest.mark.parametrize(
    ("body", "reason", "error_page"),
    [
        (b"", "empty_file", True),
        (b"%PDF-1.4", "not_html", None),
        (page(), "no_product", True),
        (page({"@type": "Organization", "name": "Shop"}), "no_product", True),
        (page({"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "url": "/about"}]}), "no_product", True),
        (page('{"@type": "Product"'), "broken_json", False),
    ],
)
def test_a_page_without_a_product_is_refused_whole(
    source: Source, body: bytes, reason: str, *, error_page: bool | None
) -> None:
    with pytest.raises(InputRefusedError) as refused:
        read(source, body)

    assert refused.value.reason == reason
    assert refused.value.remedy
    if error_page is not None:
        assert is_error_page(source, document(body, URL, "page")) is error_page


def test_declared_paths_look_into_the_product_and_win(tmp_path: Path) -> None:
    fields = (
        '[fields]\nsource_id = "gtin13"\n'
        'volume = { from = "name", pattern = "^(x)" }\n'
        '[details]\ncask = "additionalProperty[name=Cask].value"\n[kinds]'
    )
    source = source_of(tmp_path, TOML, ("[kinds]", fields))

    (item,) = read(source, page(TEN)).items

    assert (item.source_id, item.volume_ml, item.details) == ("5010494195286", None, '{"cask":"Oloroso butt"}')


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[json_ld]", "[json]", "[json] cannot be used with the preset json_ld"),
        ('next = "a.next"', 'next = "a["', "[json_ld] next is no CSS selector"),
        ('next = "a.next"', 'nxt = "a"', "[json_ld] nxt is an unknown key; did you mean 'next'?"),
        ("page = '/p/\\d+$'", "page = '('", "[json_ld] page is no regular expression"),
        ("[kinds]", '[fields]\nname = "told..name"\n[kinds]', "[fields] name is no path into JSON"),
        ("[kinds]", '[fields]\nname = { from = "name", attr = "x" }\n[kinds]', "cannot use label or attr"),
    ],
)
def test_a_mistake_in_the_feed_is_told(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        source_of(tmp_path, TOML, (old, new))

    assert says in refused.value.message


def test_the_section_may_be_left_out_and_a_crawl_starts_at_a_page_of_products(tmp_path: Path) -> None:
    source = source_of(tmp_path, TOML, ("[json_ld]\nnext = \"a.next\"\npage = '/p/\\d+$'\n", ""))

    assert start_links(source) == (Link(url=URL, role="page"),)
    assert [item.source_id for item in read(source, page(TEN)).items] == ["N-10"]


def test_a_group_that_repeats_too_much_is_refused_and_its_page_is_read(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonld_lists, "MOST_REPEATED", 1_000)
    group = {
        "@type": "ProductGroup",
        "name": "Nowhere " * 20,
        "hasVariant": [{"@type": "Product", "sku": str(number)} for number in range(20)],
    }

    reading = read(source, page(group, TEN))

    assert [item.source_id for item in reading.items] == ["N-10"]
    assert [(item.scope, item.reason, item.ordinal) for item in reading.refused] == [("row", "too_many_variants", 1)]
    assert "ProductGroup" in reading.refused[0].evidence


def test_two_prices_never_become_one_number(source: Source) -> None:
    offers = {"@type": "AggregateOffer", "lowPrice": "100", "highPrice": "150", "priceCurrency": "GBP"}

    reading = read(source, page({**TEN, "offers": offers}))

    assert [item.price_minor for item in reading.items] == [None]
    assert [(refused.field, refused.reason) for refused in reading.refused] == [("price_minor", "price_ambiguous")]
