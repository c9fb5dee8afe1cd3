"""Feeds and documents for tests: a TOML's text with single lines changed, and bodies as shops would send them."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import openpyxl

from whisky_assets.sources.document import RawDocument, Reading
from whisky_assets.sources.loading import load_source
from whisky_assets.sources.reading import read_document
from whisky_assets.sources.source import Source

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)

HEAD = """[feed]
name = "shelf"
title = "A shelf"
world = "real"
preset = "{preset}"
seller = "Shelf"
country = "GB"
language = "en"
currency = "GBP"

[licence]
key = "own"
title = "Written for tests"
checked = 2026-01-01
publish = true
"""

CSV_TOML = (
    HEAD.format(preset="csv_xlsx")
    + """
[file]
patterns = ["shelf-*.csv"]
format = "csv"
encoding = "cp1252"
delimiter = ";"
decimal = ","
as_of = { file_name = '(?P<year>\\d{4})-(?P<month>\\d{2})-(?P<day>\\d{2})' }

[fields]
source_id = "Nr"
name = "Name"
category = "Gruppe"
abv = "Alk"
volume = { from = "Inhalt", unit = "cl" }
price = "Preis"
gtin = "EAN"
available = { from = "Bestand", yes = '^ja$', no = '^nein$' }

[kinds]
"Whisky" = "whisky"
"""
)

XLSX_TOML = (
    CSV_TOML.replace('"csv"', '"xlsx"')
    .replace('encoding = "cp1252"\ndelimiter = ";"\n', "")
    .replace("decimal", 'sheet = "List"\ndecimal')
)

PAGES_TOML = (
    HEAD.format(preset="product_pages")
    + """
[fetch]
start = ["http://shelf.sample/sitemap.xml"]

[pages]
index = '/sitemap[^/]*\\.xml$|/list'
page = '/product/\\d+$'
region = "article.product"
drop = ["del"]

[fields]
name = "h1"
producer = { label = "Maker" }
abv = { label = ["Strength", "ABV"] }
volume = { label = "Size" }
price = "strong.now"
available = { from = "span.stock", yes = '^In stock$|^yes$', no = '^Sold out$|^no$' }

[details]
note = { from = "p.note", attr = "data-note" }
"""
)

SHOPIFY_TOML = (
    HEAD.format(preset="shopify")
    + """
[fetch]
start = ["http://shelf.sample/products.json?limit=2&page=1"]
"""
)

WOOCOMMERCE_TOML = (
    HEAD.format(preset="woocommerce")
    + """
[fetch]
start = ["http://shelf.sample/wp-json/wc/store/v1/products?per_page=2"]
"""
)

SQUARESPACE_TOML = (
    HEAD.format(preset="squarespace")
    + """
[fetch]
start = ["http://shelf.sample/shop?format=json"]
"""
)

JSON_TOML = (
    HEAD.format(preset="json_api")
    + """
[fetch]
start = ["http://shelf.sample/api?limit=2"]

[json]
items = "data.bottles"
variants = "sizes"
total = "meta.count"
page = "page"
size = 2

[fields]
source_id = ["variant.code", "id"]
name = { from = ["cask", "title"], form = "Shelf {} {}" }
price = { from = "variant.cents", unit = "minor" }
volume = { from = "variant.ml", unit = "ml" }

[details]
cask = "cask_type"
"""
)

CARDS_TOML = (
    HEAD.format(preset="cards")
    + """
[fetch]
start = ["http://shelf.sample/list?page=1"]

[cards]
region = "ul.listing"
card = "li.card"
drop = ["s", ".litre"]
next = "a.next"
total = { from = "p.count", pattern = 'of ([\\d,]+)' }

[fields]
source_id = { from = ":scope", attr = "data-id" }
name = "h3"
url = { from = "h3 a", attr = "href" }
abv = { from = "h3", search = true }
volume = { from = ".size", search = true }
price = ".price"
available = { from = ".stock", no = '^Sold out$' }

[details]
note = ".note"
"""
)

HEADER = ("Nr", "Name", "Gruppe", "Alk", "Inhalt", "Preis", "EAN", "Bestand")
ROW = ("00171", "Ardbeg 10", "Whisky", "46,0", "70", "52,90", "5010494195286", "ja")


def source_of(folder: Path, toml: str, *changes: tuple[str, str]) -> Source:
    """Return the feed `shelf` of a TOML's text, with texts in it replaced."""
    for old, new in changes:
        if old not in toml:
            raise AssertionError(f"{old!r} does not stand in the TOML")
        toml = toml.replace(old, new, 1)
    path = folder / "shelf.toml"
    path.write_text(toml, encoding="utf-8")
    return load_source(path)


def csv_body(*rows: Sequence[str], encoding: str = "cp1252") -> bytes:
    """Return a `;` CSV."""
    return "".join(";".join(row) + "\r\n" for row in rows).encode(encoding)


def xlsx_body(*rows: Sequence[object], title: str = "List") -> bytes:
    """Return a workbook of one sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    if sheet is None:
        raise AssertionError("a new workbook has a sheet")
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def document(
    body: bytes, url: str = "file:shelf-2026-01-05.csv", role: str = "file", charset: str | None = None
) -> RawDocument:
    """Return a stored document fetched at NOW."""
    media_type = "" if role == "file" else "text/html"
    return RawDocument(url=url, role=role, media_type=media_type, charset=charset, body=body, fetched_at=NOW)


def read_shop_page(source: Source, body: bytes) -> Reading:
    """Return what a feed reads in a list page of its shop, as it would be stored at NOW."""
    if source.fetch is None:
        raise AssertionError(f"{source.name} is no crawled feed")
    return read_document(source, document(body, url=source.fetch.start[0], role="page"))
