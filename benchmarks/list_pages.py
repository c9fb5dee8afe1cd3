"""What our readers cost on saved list pages, beside selectolax alone and BeautifulSoup over lxml with `select`.

All sides decode the page, cut out and find by the selectors of the feed, each once a product, and tell the same fields
of the same products with equal values: texts, the address made whole, amounts in minor units, sizes, strengths,
availability. The peers do it as a user would: the first text that has what is wanted, in a line or two a field. Ours
also looks for what hurts a parser, reads all texts of a field to see that they agree, and refuses by name with the
slice. selectolax is set up as it comes: ours switches off what makes it quadratic in long lists of options.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urldefrag, urljoin

from bs4 import BeautifulSoup, Tag
from selectolax.lexbor import LexborHTMLParser, LexborNode

from benchmarks.report import Report, promise, ratio, shown, side_by_side
from whisky_assets.sources.document import RawDocument, ReadItem
from whisky_assets.sources.reading import read_document
from whisky_assets.sources.registry import SHIPPED_FEEDS, load_sources
from whisky_assets.sources.source import CARD_ITSELF, CardPlan, FieldRule, Source

LISTS = (
    ("berry_bros", "berrybrosrudd/bottle-list.html"),
    ("compass_box", "compassbox/bottle-list.html"),
    ("astor_wines", "astorwines/bottle-list.html"),
    ("healthy_spirits", "healthyspirits/bottle-list.html"),
    ("reserve_bar", "reservebar/bottle-list.html"),
    ("wooden_cork", "woodencork/bottle-list.html"),
    ("rozetka", "rozetka/rozetka-page-7.html"),
    ("saq_shop", "saq/product_list_3.html"),
    ("vinmonopolet_shop", "vinmonopolet/135d31d4.html"),
    ("lcbo_shop", "lcbo/product_list_a.html"),
)
"""Each feed of cards, and a list page of it that was saved."""

LONG_LISTS = "astorwines/bottle-list.html"
"""Most of what selectolax takes for this page are its lists of options, at which its usual set-up is quadratic."""

MOST_OF_SELECTOLAX, LEAST_OF_SOUP = 1.6, 6.0
"""What is promised: our seconds by selectolax's, and soup's by ours."""

HEADERS = ("list page", "rows", "ours", "selectolax", "BeautifulSoup", "ours ÷ selectolax", "soup ÷ ours", "equal")
SIDES = ("ours", "selectolax", "soup")

TEXT_FIELDS = ("source_id", "name", "producer", "category", "country", "region", "gtin")
_HAS_TEXT = re.compile(r"\S")
_AMOUNT = re.compile(r"\d[\d\s.,]*")
_SIZE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(ml|cl|l|л)\b", re.IGNORECASE)
_STRENGTH = re.compile(r"(\d{1,2}(?:[.,]\d+)?)\s*%")
_WANTED = {"price": _AMOUNT, "volume": _SIZE, "abv": _STRENGTH}
_ML = {"ml": 1, "cl": 10, "l": 1000, "л": 1000}

Part = TypeVar("Part", LexborNode, Tag)

Values = dict[str, object]
"""What one product tells by field; fields that it does not tell are left out."""


def listed(pages: Path, *, repeats: int = 5) -> Report:
    """Return the table of saved list pages, each read by ours, and by the same selectors in two libraries.

    Raises:
        AssertionError: a peer tells other values of a product than ours.
    """
    sources = load_sources([SHIPPED_FEEDS], "real")
    rows: list[tuple[object, ...]] = []
    seconds: dict[str, dict[str, float]] = {}
    for feed, name in LISTS:
        source, body = sources.get(feed), (pages / name).read_bytes()
        readers = (_with_ours, _with_selectolax, _with_soup)
        works = [(side, partial(read, source, body)) for side, read in zip(SIDES, readers, strict=True)]
        found = side_by_side(works, repeats=repeats)
        own, *peers = (_by_number(found[side].answer) for side in SIDES)
        took = seconds[name] = {side: found[side].seconds for side in SIDES}
        ours, plain, soup = took.values()
        equal = _assert_equal(name, own, peers)
        rows.append((name, len(own), *map(shown, took.values()), ratio(ours, plain), ratio(soup, ours), equal))
    return Report(title="saved list pages, equal fields", headers=HEADERS, rows=tuple(rows), notes=_notes(seconds))


def _notes(seconds: dict[str, dict[str, float]]) -> tuple[str, ...]:
    ours, plain, soup = (sum(took[side] for took in seconds.values()) for side in SIDES)
    others = [took for name, took in seconds.items() if name != LONG_LISTS]
    rest = ratio(sum(took["ours"] for took in others), sum(took["selectolax"] for took in others))
    return (
        promise("all pages, ours by selectolax", ours / plain, most=MOST_OF_SELECTOLAX),
        promise("all pages, soup by ours", soup / ours, least=LEAST_OF_SOUP),
        f"without {LONG_LISTS}, where selectolax alone takes long over lists of options: ours by selectolax {rest}",
    )


def _by_number(answer: object) -> dict[object, Values]:
    if not isinstance(answer, list):
        raise TypeError("a reader told no list")
    return {told.get("source_id"): told for told in reversed(answer)}


def _assert_equal(page: str, ours: dict[object, Values], peers: Sequence[dict[object, Values]]) -> str:
    """Compare every value of every product that ours takes; returns how many there are."""
    for peer in peers:
        for number, told in ours.items():
            if peer.get(number) != told:
                raise AssertionError(f"{page}, {number}: ours {told}, the peer's {peer.get(number)}")
    return f"{sum(len(told) for told in ours.values()):,} values"


def _with_ours(source: Source, body: bytes) -> list[Values]:
    document = RawDocument(
        url=_address(source),
        role="page",
        media_type="text/html",
        charset=None,
        body=body,
        fetched_at=dt.datetime.now(dt.UTC),
    )
    return [_values_of(item) for item in read_document(source, document).items]


def _values_of(item: ReadItem) -> Values:
    told: Values = {field: getattr(item, "gtin_text" if field == "gtin" else field) for field in TEXT_FIELDS}
    told |= {"url": item.url, "price": item.price_minor, "volume": item.volume_ml, "abv": item.abv_pct}
    told["available"] = item.available
    return {field: value for field, value in told.items() if value is not None}


def _with_selectolax(source: Source, body: bytes) -> list[Values]:
    plan = _plan(source)
    tree = LexborHTMLParser(_decoded(body))
    for selector in plan.drop:
        for node in tree.css(selector):
            node.decompose()
    cards = [card for region in tree.css(plan.region) for card in region.css(plan.card)]
    return [_values(source, card, card.css, _of_node) for card in cards]


def _of_node(node: LexborNode, attribute: str | None) -> str:
    return node.text(separator=" ") if attribute is None else node.attributes.get(attribute) or ""


def _with_soup(source: Source, body: bytes) -> list[Values]:
    plan = _plan(source)
    soup = BeautifulSoup(_decoded(body), "lxml")
    for selector in plan.drop:
        for tag in soup.select(selector):
            tag.decompose()
    cards = [card for region in soup.select(plan.region) for card in region.select(plan.card)]
    return [_values(source, card, card.select, _of_tag) for card in cards]


def _of_tag(tag: Tag, attribute: str | None) -> str:
    if attribute is None:
        return tag.get_text(" ")
    value = tag.get(attribute) or ""
    return value if isinstance(value, str) else " ".join(value)


def _plan(source: Source) -> CardPlan:
    if source.cards is None:
        raise TypeError(f"{source.name} has no cards")
    return source.cards


def _address(source: Source) -> str:
    return source.fetch.start[0] if source.fetch is not None else ""


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("cp1252")


def _values(
    source: Source, card: Part, find: Callable[[str], Sequence[Part]], text_of: Callable[[Part, str | None], str]
) -> Values:
    parts: dict[str, Sequence[Part]] = {CARD_ITSELF: [card]}

    def texts(rule: FieldRule) -> Iterator[str]:
        for place in rule.places:
            if place not in parts:
                parts[place] = find(place)
            for part in parts[place]:
                cut = rule.cut(" ".join(text_of(part, rule.attribute).split()))
                if cut:
                    yield " ".join(cut.split())

    told: Values = {}
    for field, rule in source.fields.items():
        wanted = _WANTED.get(field, _HAS_TEXT)
        found = next((match for text in texts(rule) if (match := wanted.search(text))), None)
        value = _value(source, field, rule, found) if found is not None else None
        if value is not None:
            told[field] = value
    return told


def _value(source: Source, field: str, rule: FieldRule, found: re.Match[str]) -> object:
    """Return what a user would make of a text in a line or two a field."""
    if field == "price":
        number = found[0].strip(" .,")
        return int(re.sub(r"\D", "", number)) * (1 if re.search(r"\D\d\d$", number) else 100)
    if field == "volume":
        return round(float(found[1].replace(",", ".")) * _ML[found[2].lower()])
    if field == "abv":
        return float(found[1].replace(",", "."))
    if field == "available":
        text = found.string
        return False if rule.no and rule.no.search(text) else True if rule.yes and rule.yes.search(text) else None
    return urldefrag(urljoin(_address(source), found.string)).url if field == "url" else found.string
