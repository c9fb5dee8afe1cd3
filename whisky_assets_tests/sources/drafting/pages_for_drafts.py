"""List pages that we wrote, in the forms of shops: whiskies in cards of many makes, and what a draft reads in them."""

import html
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from whisky_assets.sources.document import RawDocument, Reading
from whisky_assets.sources.drafting.document_draft import draft_document
from whisky_assets.sources.drafting.model import Draft
from whisky_assets.sources.drafting.site import Given
from whisky_assets.sources.drafting.toml_text import toml_of
from whisky_assets.sources.loading import load_source
from whisky_assets.sources.reading import read_document

URL = "https://www.kestrel-whisky.co.uk/whisky"
DAY = date(2026, 1, 5)
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
KNOWN = Given(country="GB", language="en", currency="GBP")

WHISKIES: tuple[tuple[str, str, str], ...] = (
    ("Ardbeg 10 Year Old 46% 70cl", "52.95", "ardbeg-10"),
    ("Lagavulin 16 Year Old 43% 70cl", "78.50", "lagavulin-16"),
    ("Talisker Storm 45.8% 70cl", "41.00", "talisker-storm"),
    ("Glenfarclas 105 60% 1l", "63.25", "glenfarclas-105"),
    ("Springbank 15 Year Old 46% 70cl", "115.00", "springbank-15"),
    ("Nikka From The Barrel 51.4% 50cl", "44.75", "nikka-barrel"),
)
"""Name, pounds, and what its address ends with."""

CARD = """<li class="product-card" data-product-id="{number}"><a class="product-link" href="/p/{slug}">
<img class="thumb" src="/img/{slug}.jpg"><h3 class="product-title">{name}</h3></a>
<span class="price">£{price}</span><button class="add">Add to basket</button></li>"""


def cards(form: str = CARD, whiskies: Sequence[tuple[str, str, str]] = WHISKIES) -> str:
    """Return a card of this form for each whisky."""
    return "\n".join(
        form.format(name=html.escape(name), price=price, slug=slug, number=1000 + place)
        for place, (name, price, slug) in enumerate(whiskies)
    )


def page(inside: str, title: str = "Whisky - Kestrel", head: str = "") -> bytes:
    """Return a whole page of the shop with a menu, and terms at its foot."""
    return f"""<!doctype html><html lang="en-GB"><head><title>{title}</title>{head}</head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/whisky">Whisky</a></li><li><a href="/gin">Gin</a></li></ul></nav>
<main><h1>{title}</h1>{inside}</main>
<footer><a href="/terms-and-conditions">Terms and conditions</a></footer></body></html>""".encode()


def document(body: bytes, url: str = URL) -> RawDocument:
    """Return a body as it would have been fetched."""
    return RawDocument(url=url, role="page", media_type="", charset=None, body=body, fetched_at=NOW)


def draft_of(body: bytes, given: Given = KNOWN, url: str = URL, file_name: str = "") -> Draft:
    """Return the draft of a document."""
    return draft_document(document(body, url), file_name, given)


def read_with(folder: Path, draft: Draft, body: bytes) -> Reading:
    """Return what a draft's TOML reads in a document, loaded and read as any feed."""
    path = folder / f"{draft.name}.toml"
    path.write_text(toml_of(draft, world="real", day=DAY), encoding="utf-8")
    if draft.preset == "csv_xlsx":
        told = RawDocument(url=f"file:{draft.url}", role="file", media_type="", charset=None, body=body, fetched_at=NOW)
    else:
        told = document(body, draft.url)
    return read_document(load_source(path), told)


def prices(reading: Reading) -> list[tuple[str, int | None]]:
    """Return name and minor units of each product."""
    return [(item.name, item.price_minor) for item in reading.items]


def expected(whiskies: Sequence[tuple[str, str, str]] = WHISKIES) -> list[tuple[str, int | None]]:
    """Return what `prices` should be for these whiskies."""
    return [(name, int(price.replace(".", ""))) for name, price, _ in whiskies]


def value_of(draft: Draft, section: str, key: str) -> str:
    """Return the value of a line as TOML writes it, empty where the draft leaves it out."""
    line = draft.of(section, key)
    return line.value if line else ""
