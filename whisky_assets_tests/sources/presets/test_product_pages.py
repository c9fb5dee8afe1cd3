"""Sites of one page a product: JSON-LD first, then selectors and labels; error pages and neighbours are not read."""

import json
from pathlib import Path

import pytest

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing import html
from whisky_assets.sources.document import Link
from whisky_assets.sources.reading import read_document
from whisky_assets.sources.source import Source
from whisky_assets_tests.sources.feeds_for_tests import PAGES_TOML, document, source_of

URL = "http://shelf.sample/product/1042"

PRODUCT = """<article class="product"><h1>Ardbeg  10 <em>Years</em></h1>
<del>£50.00</del> <strong class="now">£45.00</strong> <span class="stock">In stock</span>
<table><tr><th>Maker</th><td>Ardbeg</td></tr><tr><th>ABV :</th><td>46 % vol</td></tr>
<tr><th>Size</th><td>70cl</td></tr></table><p class="note" data-note="gift box">x</p></article>"""
RELATED = '<aside><h1>Oban 14</h1><strong class="now">£99.00</strong></aside>'
JSON_LD = {
    "@type": "Product",
    "name": "Ardbeg 10 Years",
    "sku": "A-10",
    "gtin13": "5010494195286",
    "offers": {"price": "44.00", "priceCurrency": "GBP", "availability": "https://schema.org/OutOfStock"},
}


def page(*parts: str) -> bytes:
    return f"<!doctype html><html><body><main>{''.join(parts)}</main></body></html>".encode()


def script(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


@pytest.fixture(params=["fast", "hostile"])
def source(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    """The feed `shelf`, read by selectolax and by BeautifulSoup."""
    if request.param == "hostile":
        monkeypatch.setattr(html, "MOST_TAGS", 1)
    return source_of(tmp_path, PAGES_TOML)


def test_declared_selectors_and_labels_are_read_inside_the_region_alone(source: Source) -> None:
    reading = read_document(source, document(page(RELATED, PRODUCT, RELATED), URL, "page"))

    (item,) = reading.items
    assert (item.source_id, item.name, item.url) == ("1042", "Ardbeg 10 Years", URL)
    assert (item.producer, item.abv_pct, item.volume_ml) == ("Ardbeg", 46.0, 700)
    assert (item.price_minor, item.currency, item.available) == (4500, "GBP", True)
    assert item.details == '{"note":"gift box"}'
    assert (reading.rows_read, reading.refused, reading.links) == (1, (), ())


def test_json_ld_speaks_before_the_selectors_and_the_id_is_the_urls(source: Source) -> None:
    (item,) = read_document(source, document(page(script(JSON_LD), PRODUCT), URL, "page")).items

    assert (item.source_id, item.price_minor, item.available) == ("1042", 4400, False)
    assert (item.gtin_text, item.abv_pct) == ("5010494195286", 46.0)


def test_json_ld_that_is_switched_off_broken_or_anothers_is_not_read(tmp_path: Path, source: Source) -> None:
    off = source_of(tmp_path, PAGES_TOML, ('drop = ["del"]', 'drop = ["del"]\njson_ld = false'))
    two = page(script(JSON_LD), script({**JSON_LD, "name": "Oban 14"}), PRODUCT)
    broken = page('<script type="application/ld+json">{"@type": "Product", </script>', PRODUCT)

    assert read_document(off, document(page(script(JSON_LD), PRODUCT), URL, "page")).items[0].price_minor == 4500
    assert read_document(source, document(two, URL, "page")).items[0].price_minor == 4500
    reading = read_document(source, document(broken, URL, "page"))
    assert reading.items[0].price_minor == 4500
    assert len(reading.notes) == 1


def test_offers_of_several_prices_are_refused_as_one_value(source: Source) -> None:
    several = {**JSON_LD, "offers": [{"price": 44}, {"price": 60}]}

    reading = read_document(source, document(page(script(several), PRODUCT), URL, "page"))

    assert [(refused.scope, refused.reason) for refused in reading.refused] == [("value", "price_ambiguous")]
    assert reading.items[0].price_minor is None


def test_two_prices_at_one_place_are_never_chosen_from_and_raised_cents_are_cents(source: Source) -> None:
    two = PRODUCT.replace("£45.00</strong>", '£45.00</strong> <strong class="now">£60.00</strong>')
    raised = PRODUCT.replace("£45.00", "£45<sup>50</sup>")

    reading = read_document(source, document(page(two), URL, "page"))

    assert [(refused.scope, refused.reason) for refused in reading.refused] == [("value", "price_ambiguous")]
    assert read_document(source, document(page(raised), URL, "page")).items[0].price_minor == 4550


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty_file"),
        (page("<h1>404: this page is gone</h1>"), "no_product"),
        (page(PRODUCT, PRODUCT), "several_products"),
        (b"%PDF-1.4 ...", "not_html"),
        (b'{"name": "Ardbeg"}', "not_html"),
    ],
)
def test_a_page_of_status_200_that_is_no_product_page_is_refused_whole(
    source: Source, body: bytes, reason: str
) -> None:
    with pytest.raises(InputRefusedError) as refused:
        read_document(source, document(body, URL, "page"))

    assert refused.value.reason == reason
    assert refused.value.remedy


def test_a_product_without_a_name_is_a_refused_row(source: Source) -> None:
    reading = read_document(source, document(page(PRODUCT.replace("Ardbeg  10 <em>Years</em>", "")), URL, "page"))

    assert reading.items == ()
    assert [(refused.scope, refused.reason) for refused in reading.refused] == [("row", "no_name")]
    assert "46 % vol" in reading.refused[0].evidence
    assert reading.rows_read == 1


def test_other_encodings_are_decoded_and_a_lie_is_told(source: Source) -> None:
    korean = PRODUCT.replace("Ardbeg", "아드벡").replace("£", "")
    body = page(korean).decode()

    told = read_document(source, document(body.encode("euc-kr"), URL, "page", charset="euc-kr")).items[0]
    lied = read_document(source, document(body.encode(), URL, "page", charset="iso-8859-1")).items[0]

    assert told.name == lied.name == "아드벡 10 Years"
    assert (told.flags, lied.flags) == ((), ("charset_lies",))


SITEMAP = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc> http://shelf.sample/product/1 </loc></url><url><loc>http://shelf.sample/about</loc></url>
<url><loc>http://shelf.sample/product/2#top</loc></url><url><loc>http://shelf.sample/product/1</loc></url></urlset>"""


def test_a_sitemap_gives_each_product_page_once(source: Source) -> None:
    reading = read_document(source, document(SITEMAP.encode(), "http://shelf.sample/sitemap.xml", "index"))

    assert [link.url for link in reading.links] == ["http://shelf.sample/product/1", "http://shelf.sample/product/2"]
    assert {link.role for link in reading.links} == {"page"}
    assert (reading.items, reading.rows_read) == ((), 0)


def test_a_sitemap_index_and_an_html_index_lead_on(source: Source) -> None:
    sitemaps = (
        "<sitemapindex><sitemap><loc>http://shelf.sample/sitemap-2.xml?a=1&amp;b=2</loc></sitemap></sitemapindex>"
    )
    listing = page(
        '<a href="/product/7">a</a><a href="list?p=2">more</a><a href="mailto:x">m</a><a href="http://[">b</a>'
    )
    loose = source.pages
    assert loose is not None

    first = read_document(source, document(listing, "http://shelf.sample/list", "index"))

    assert first.links == (
        Link(url="http://shelf.sample/product/7", role="page"),
        Link(url="http://shelf.sample/list?p=2", role="index"),
    )
    with pytest.raises(InputRefusedError):
        read_document(source, document(sitemaps.encode(), "http://shelf.sample/sitemap.xml", "index"))
    plain = sitemaps.replace("?a=1&amp;b=2", "")
    assert read_document(source, document(plain.encode(), "http://shelf.sample/sitemap.xml", "index")).links == (
        Link(url="http://shelf.sample/sitemap-2.xml", role="index"),
    )


def test_an_index_without_a_link_that_the_feed_knows_is_refused(source: Source) -> None:
    with pytest.raises(InputRefusedError) as refused:
        read_document(source, document(page("<h1>Closed</h1>"), "http://shelf.sample/sitemap.xml", "index"))

    assert refused.value.reason == "empty_index"


OWN = ("[details]", "[functions]\nmodule = 'own'\n[details]")


def test_a_feeds_own_functions_get_the_region_as_beautifulsoup_and_win(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(
        "def read(region):\n"
        "    rows = {row.th.get_text(): row.td.get_text() for row in region.select('tr')}\n"
        "    return {'region': rows['Maker'] + ' land', 'price': '£1.00', 'note': region.name}\n"
        "def accept(texts):\n"
        "    return 'no_bottle' if 'Oban' in texts['name'] else None\n",
        encoding="utf-8",
    )
    source = source_of(tmp_path, PAGES_TOML, OWN)

    (item,) = read_document(source, document(page(script(JSON_LD), PRODUCT), URL, "page")).items
    refused = read_document(source, document(page(PRODUCT.replace("Ardbeg", "Oban")), URL, "page"))

    assert (item.region, item.price_minor, item.details) == ("Ardbeg land", 100, '{"note":"article"}')
    assert [(row.reason, row.scope) for row in refused.refused] == [("no_bottle", "row")]
    assert refused.rows_read == 1


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("def read(region):\n    return region.absent.text\n", "read stopped with AttributeError"),
        ("def read(region):\n    return {'abv': 46}\n", "must return texts by field name"),
        ("def accept(texts):\n    return 'Not A Code'\n", "must return a reason like no_bottle"),
    ],
)
def test_a_function_that_fails_refuses_that_page_and_says_where(tmp_path: Path, code: str, says: str) -> None:
    (tmp_path / "own.py").write_text(code, encoding="utf-8")

    with pytest.raises(InputRefusedError, match=says) as refused:
        read_document(source_of(tmp_path, PAGES_TOML, OWN), document(page(PRODUCT), URL, "page"))

    assert refused.value.reason == "function_failed"
    assert "own.py" in refused.value.message
