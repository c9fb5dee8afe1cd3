"""Reads one large document in a process of its own, and prints how much memory that took above the idle process.

`python -m whisky_assets_tests.sources.weighed_reading FOLDER NAME` prints a JSON object: `above` in bytes, and `told`,
the reason of the refusal or how many rows were read.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.sources.document import RawDocument
from whisky_assets.sources.reading import read_document
from whisky_assets_tests.fetching.hostile.weighed_crawl import peak_bytes
from whisky_assets_tests.sources.feeds_for_tests import (
    CSV_TOML,
    HEAD,
    HEADER,
    NOW,
    PAGES_TOML,
    SHOPIFY_TOML,
    XLSX_TOML,
    source_of,
    xlsx_body,
)

SIZE = 10 * 1024 * 1024 - 10_000
PAGE = "<html><body><article class='product'><h1>Ardbeg</h1>"
FETCH = '\n[fetch]\nstart = ["http://shelf.sample/list"]\n'
TABLE_TOML = HEAD.format(preset="table") + FETCH + '[fields]\nsource_id = "Nr"\nname = "Name"\n'
JSON_LD_TOML = HEAD.format(preset="json_ld") + FETCH

PRODUCT = ("http://shelf.sample/product/3", "page", "text/html")
LIST = ("http://shelf.sample/list", "page", "text/html")
SHOPIFY = ("http://shelf.sample/products.json", "page", "application/json")
SITEMAP = ("http://shelf.sample/sitemap.xml", "index", "text/xml")
CSV = ("file:shelf-2026-01-01.csv", "file", "")
XLSX = ("file:shelf-2026-01-01.xlsx", "file", "")


def filled(head: str, unit: str, tail: str = "", size: int = SIZE) -> bytes:
    """Return a body of a size that repeats a unit."""
    room = size - len(head.encode()) - len(tail.encode())
    return (head + unit * (room // len(unit.encode())) + tail).encode()


def ld(unit: str) -> bytes:
    """Return a page whose one block is a list of units."""
    return filled(f'{PAGE}<script type="application/ld+json">[', unit, "{}]</script>")


def shopify(unit: str, before: str = "", behind: str = "") -> bytes:
    """Return a list of one product that repeats a unit."""
    return filled('{"products":[' + before, unit, behind + "]}")


CASES: dict[str, tuple[str, Callable[[], bytes], tuple[str, str, str]]] = {
    "page of words": (PAGES_TOML, lambda: filled(PAGE, "a b "), PRODUCT),
    "page of tags": (PAGES_TOML, lambda: filled(PAGE, "<p>a</p>"), PRODUCT),
    "page of entities": (PAGES_TOML, lambda: filled(PAGE, "&amp;"), PRODUCT),
    "page of no encoding": (PAGES_TOML, lambda: filled(PAGE, "a b ") + b"\xe9 \xe8", PRODUCT),
    "page of one tag": (PAGES_TOML, lambda: filled(f"{PAGE}<p ", "a=1 ", ">"), PRODUCT),
    "page of JSON objects": (PAGES_TOML, lambda: ld("{},"), PRODUCT),
    "products of a block": (JSON_LD_TOML, lambda: ld('{"@type":"Product"},'), LIST),
    "table of a page": (
        TABLE_TOML,
        lambda: filled("<table><tr><th>Nr<th>Name", "<tr><td>1<td>n", size=150_000) + filled("", "a b "),
        LIST,
    ),
    "JSON lists": (SHOPIFY_TOML, lambda: shopify("[],", behind="{}"), SHOPIFY),
    "JSON variants": (SHOPIFY_TOML, lambda: shopify("{},", '{"id":1,"title":"x","variants":[', "{}]}"), SHOPIFY),
    "JSON markup": (SHOPIFY_TOML, lambda: shopify("<p>a</p>", '{"id":1,"title":"x","body_html":"', '"}'), SHOPIFY),
    "JSON words": (SHOPIFY_TOML, lambda: shopify("a b ", '{"id":1,"title":"', '"}'), SHOPIFY),
    "JSON ligatures": (SHOPIFY_TOML, lambda: shopify("\ufdfa", '{"id":1,"title":"', '"}'), SHOPIFY),
    "sitemap": (PAGES_TOML, lambda: filled("<urlset>", "<url><loc>http://a.b</loc></url>", "</urlset>"), SITEMAP),
    "sitemap of comments": (PAGES_TOML, lambda: filled("<urlset>", "<!---->", "</urlset>"), SITEMAP),
    "CSV of lines": (CSV_TOML, lambda: filled(";".join(HEADER) + "\n", "\n"), CSV),
    "CSV of cells": (CSV_TOML, lambda: filled(";".join(HEADER) + "\n", ";"), CSV),
    "CSV of one quote": (CSV_TOML, lambda: filled(";".join(HEADER) + '\n"', "a b;\n"), CSV),
    "workbook of zeros": (XLSX_TOML, lambda: xlsx_body(HEADER, ["0" * 30_000] * 8, *[["0" * 30_000] * 8] * 500), XLSX),
}


def told(toml_folder: Path, name: str, body: bytes) -> str:
    """Return why a document is refused, or how many rows it has."""
    toml, _, (url, role, media_type) = CASES[name]
    document = RawDocument(url=url, role=role, media_type=media_type, charset=None, body=body, fetched_at=NOW)
    try:
        return str(read_document(source_of(toml_folder, toml), document).rows_read)
    except InputRefusedError as error:
        return error.reason


def main(folder: str, name: str) -> None:
    """Weigh one reading."""
    _, make, (_, _, media_type) = CASES[name]
    small = b'{"products":[{"id":1,"title":"x"}]}' if "json" in media_type else PAGE.encode()
    told(Path(folder), name, small)
    body = make()
    idle = peak_bytes()
    outcome = told(Path(folder), name, body)
    sys.stdout.write(json.dumps({"above": peak_bytes() - idle, "told": outcome}))


if __name__ == "__main__":
    main(*sys.argv[1:])
