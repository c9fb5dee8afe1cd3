"""What our readers cost beside the shortest code that a user would write with BeautifulSoup or pandas.

The peers read names and prices, and nothing more. Ours also read all other fields, check every value, refuse by
name, and keep evidence. What both read is compared first. Not here: fetching.
"""

from __future__ import annotations

import io
import json
import os
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pandas as pd
from bs4 import BeautifulSoup

from benchmarks.report import Report, ratio, shown, side_by_side
from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.sample.clock import week_now
from whisky_assets.sample.world import World
from whisky_assets.sources.document import Link, RawDocument, ReadItem
from whisky_assets.sources.reading import read_document
from whisky_assets.sources.registry import SHIPPED_FEEDS, load_sources
from whisky_assets.sources.source import Source
from whisky_assets_tests.sample.reading import documents, page
from whisky_assets_tests.tooling import parts

ALKO = "data/price_lists/alko/alkon-hinnasto-2025-07.xlsx"
HEADERS = ("input", "rows", "who", "wall", "÷ peer", "fields compared")

Told = dict[str, tuple[object, ...]]
"""Product number to what both sides read of it."""


def run(scratch: Path, *, repeats: int = 5) -> Iterator[Report]:
    """Yield one table over all kinds of input; the real list only where the shared data is."""
    del scratch
    rows: list[tuple[object, ...]] = []
    by_feed = _sample_documents()
    for feed, title, peer_name, peer_reads in PEERS:
        source, told = by_feed[feed]
        rows += _compared(title, source, told, (peer_name, peer_reads), repeats)
    notes: tuple[str, ...] = (
        "a row that ours refuses (no number, no name, a number twice) is in neither comparison",
        "of a page without a product, ours refuses by name; the peer returns an empty one",
    )
    try:
        path = parts.find_shared(os.environ) / ALKO
    except parts.PartMissingError as missing:
        notes = (*notes, f"Alko's whole list is left out: {parts.skip_text(parts.PARTS['shared'], str(missing))}")
    else:
        source = load_sources([SHIPPED_FEEDS], "real").get("alko")
        whole = [_file(path.name, path.read_bytes())]
        peer = ("pandas.read_excel", _alko_with_pandas)
        rows += _compared("Alko's list, XLSX", source, whole, peer, 1)
    yield Report(title="reading", headers=HEADERS, rows=tuple(rows), notes=notes)


def _compared(
    title: str,
    source: Source,
    told: Sequence[RawDocument],
    peer: tuple[str, Callable[[Sequence[RawDocument]], Told]],
    repeats: int,
) -> list[tuple[object, ...]]:
    name, read = peer
    found = side_by_side([("ours", lambda: _with_ours(source, told)), (name, lambda: read(told))], repeats=repeats)
    ours, theirs = found["ours"].answer, found[name].answer
    if not isinstance(ours, dict) or not isinstance(theirs, dict):
        raise TypeError("a reader told no products by number")
    equal = _assert_equal(title, ours, theirs)
    own, other = found["ours"].seconds, found[name].seconds
    return [
        (title, len(ours), "whisky_assets", shown(own), ratio(own, other), "name, price"),
        ("", len(theirs), name, shown(other), "1", f"equal in {equal:,} rows"),
    ]


def _assert_equal(title: str, ours: Told, theirs: Told) -> int:
    """Compare what both sides read of the products that ours takes; returns how many."""
    differing = {number: (told, theirs.get(number)) for number, told in ours.items() if theirs.get(number) != told}
    if differing or not ours:
        number, (own, other) = next(iter(differing.items()), ("none", (None, None)))
        raise AssertionError(f"{title}: {len(differing)} products differ, {number}: ours {own}, the peer's {other}")
    return len(ours)


def _sample_documents() -> dict[str, tuple[Source, list[RawDocument]]]:
    """Return every product page and file of week 1 of the sample world, by feed."""
    world, sources = World(), load_sources([SHIPPED_FEEDS], "sample")
    told: dict[str, tuple[Source, list[RawDocument]]] = {name: (source, []) for name, source in sources.sources.items()}
    waiting = list(documents(world, 1))
    for name, document in waiting:
        source, found = told[name]
        if document.role != "index":
            found.append(document)
        if document.role != "file":
            waiting.extend((name, page(world, 1, link.url, link.role)) for link in _links(source, document))
    return told


def _links(source: Source, document: RawDocument) -> Sequence[Link]:
    try:
        return read_document(source, document).links
    except InputRefusedError:
        return ()


def _with_ours(source: Source, told: Sequence[RawDocument]) -> Told:
    found: Told = {}
    for document in told:
        try:
            reading = read_document(source, document)
        except InputRefusedError:
            continue
        found.update((item.source_id, _fields(item)) for item in reading.items)
    return found


def _fields(item: ReadItem) -> tuple[object, ...]:
    return item.name, item.price_minor


def _pages_with_soup(told: Sequence[RawDocument]) -> Told:
    return {re.findall(r"\d+", document.url)[-1]: _page_with_soup(document.body) for document in told}


def _page_with_soup(body: bytes) -> tuple[object, ...]:
    soup = BeautifulSoup(body, "lxml")
    name = soup.select_one("article.product h1.product-name")
    price = soup.select_one("p.price strong.now")
    digits = re.sub(r"\D", "", price.get_text()) if price else ""
    return (name.get_text(" ", strip=True) if name else ""), (int(digits) if digits else None)


def _products_with_json(told: Sequence[RawDocument]) -> Told:
    found: Told = {}
    for document in told:
        for product in json.loads(document.body)["products"]:
            for variant in product["variants"]:
                found.setdefault(str(variant["id"]), (product["title"], _minor(variant["price"])))
    return found


def _csv_with_pandas(told: Sequence[RawDocument]) -> Told:
    frame = pd.concat(pd.read_csv(io.BytesIO(one.body), encoding="cp1252", sep=";", dtype=str) for one in told)
    return _by_number(frame, "Artikelnr", "Bezeichnung", "Preis EUR", lambda text: text.replace(",", "."))


def _xlsx_with_pandas(told: Sequence[RawDocument]) -> Told:
    frame = pd.concat(pd.read_excel(io.BytesIO(one.body), skiprows=3, dtype=str) for one in told)
    return _by_number(frame, "商品コード", "商品名", "価格(円)", str, minor_units=1)


def _alko_with_pandas(told: Sequence[RawDocument]) -> Told:
    # openpyxl warns of a workbook without styles, which says nothing about its values.
    warnings.filterwarnings("ignore", "Workbook contains no default style", UserWarning)
    frame = pd.concat(pd.read_excel(io.BytesIO(one.body), skiprows=3, dtype=str) for one in told)
    return _by_number(frame, "Numero", "Nimi", "Hinta", str)


def _by_number(
    frame: pd.DataFrame, number: str, name: str, price: str, plain: Callable[[str], str], *, minor_units: int = 100
) -> Told:
    found: Told = {}
    for row in frame[[number, name, price]].itertuples(index=False):
        found.setdefault(str(row[0]), (" ".join(str(row[1]).split()), _minor(plain(str(row[2])), minor_units)))
    return found


def _minor(text: str, minor_units: int = 100) -> int | None:
    digits = re.sub(r"[^\d.]", "", text)
    return round(float(digits) * minor_units) or None if re.search(r"\d", digits) else None


def _file(name: str, body: bytes) -> RawDocument:
    return RawDocument(url=f"file:{name}", role="file", media_type="", charset=None, body=body, fetched_at=week_now(1))


PEERS: tuple[tuple[str, str, str, Callable[[Sequence[RawDocument]], Told]], ...] = (
    ("hanok", "HTML product pages", "BeautifulSoup (lxml)", _pages_with_soup),
    ("harbour", "Shopify products.json", "json alone", _products_with_json),
    ("elbe", "CSV in cp1252", "pandas.read_csv", _csv_with_pandas),
    ("minato", "XLSX, titles above", "pandas.read_excel", _xlsx_with_pandas),
)
"""Feed of the sample world, what it is, and the peer that reads it."""
