"""A list page whose products stand as cards or table rows in one region: one row a card, and the next page's URL.

Not here: pages of one product (`product_pages`). A card without a name or a number becomes a refusal (`items`).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin, urlsplit

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.decode import decode
from whisky_assets.parsing.html import Region, looks_like_html, parse_page, priced_text
from whisky_assets.sources.document import Link, PresetReading, RawDocument, RawRow, RefusedItem, refused_row
from whisky_assets.sources.functions import OwnFunctions, load_functions
from whisky_assets.sources.source import CARD_ITSELF, FIELD_NAMES, CardPlan, FieldRule, Source

CARDS_VERSION = "cards-1"

LONGEST_TOTAL = 9
"""Digits of a stated total; a longer run is no count."""


def read_cards(source: Source, document: RawDocument) -> PresetReading:
    """Return a row for every card of the listing region, and the next page where the page leads to one.

    A page that states how many products the whole list has, and holds another number, says so in the notes.

    Raises:
        InputRefusedError: reasons `empty_file`, `not_html`, `no_product` (no region, or no card in it).
    """
    if source.cards is None:
        raise AssertionError(f"{source.name}: loading lets no cards feed pass without [cards]")
    if not document.body.strip():
        raise InputRefusedError(f"{document.url} is empty.", reason="empty_file", remedy="Fetch it again.")
    decoded = decode(document.body, document.charset, document.media_type or "text/html")
    if not looks_like_html(decoded.text):
        raise InputRefusedError(
            f"{document.url} is no HTML, though it came as {document.media_type or 'nothing told'}.",
            reason="not_html",
            remedy="Look at the URL in a browser; if the site changed, mend start in [fetch] of the feed.",
        )
    page = parse_page(decoded.text)
    cards = _cards(source.cards, page, document.url, source.path)
    links = tuple(_next_pages(source.cards, page, document.url))
    stated = _stated_total(source.cards, page)
    own = load_functions(source.functions) if source.functions else None
    found = [_row(source, own, card, document.url, ordinal, decoded.flags) for ordinal, card in enumerate(cards)]
    notes: tuple[str, ...] = ()
    if stated is not None and stated != len(cards):
        notes = (f"{document.url}: {len(cards)} products stand here, the whole list states {stated}",)
    return PresetReading(
        rows=tuple(row for row in found if isinstance(row, RawRow)),
        refused=tuple(row for row in found if isinstance(row, RefusedItem)),
        links=links,
        notes=notes,
    )


def _cards(plan: CardPlan, page: Region, url: str, path: str) -> list[Region]:
    regions = page.select(plan.region)
    for region in regions:
        for selector in plan.drop:
            region.cut(selector)
    cards = [card for region in regions for card in region.select(plan.card)]
    if not cards:
        what = f"no card {plan.card!r} in {plan.region!r}" if regions else f"no region {plan.region!r}"
        raise InputRefusedError(
            f"{url} has {what}.",
            reason="no_product",
            remedy=f"If the site changed, mend region and card in [cards] of {path}.",
        )
    return cards


def _next_pages(plan: CardPlan, page: Region, url: str) -> Iterator[Link]:
    if plan.next is None:
        return
    for part in page.select(plan.next):
        target = _joined(url, part.attribute("href"))
        if target is not None and target != url:
            yield Link(url=target, role="page")
            return


def _stated_total(plan: CardPlan, page: Region) -> int | None:
    """Return how many products the whole list has by the page's own words, None where it says nothing."""
    if plan.total is None:
        return None
    digits = next((re.sub(r"\D", "", text) for text in _at(plan.total, page)), "")
    return int(digits) if 0 < len(digits) <= LONGEST_TOTAL else None


def _row(
    source: Source, own: OwnFunctions | None, card: Region, url: str, ordinal: int, flags: tuple[str, ...]
) -> RawRow | RefusedItem:
    extra = own.read(card.soup()) if own else {}
    texts = {field: tuple(_texts(source, field, card)) for field in FIELD_NAMES}
    texts |= {field: (told,) for field, told in extra.items() if field in FIELD_NAMES}
    evidence = card.text()
    if own and (reason := own.accept({name: found[0] for name, found in texts.items() if found})):
        message = f"card {ordinal} of {url} is refused by the feed's own rule."
        return refused_row(ordinal, reason, message, evidence)
    link = _joined(url, texts["url"][0]) if texts["url"] else None
    if link is not None and not _is_own(source, link):
        link, flags = None, (*flags, "foreign_link")
    texts["url"] = (link,) if link else ()
    details = {name: text for name, rule in source.details.items() if (text := next(_at(rule, card), None))}
    details |= {name: told for name, told in extra.items() if name not in FIELD_NAMES and name in source.details}
    return RawRow(ordinal=ordinal, texts=texts, details=details, evidence=evidence, flags=flags)


def _texts(source: Source, field: str, card: Region) -> Iterator[str]:
    """Yield the texts of a field; several prices of one place become one text, so that nobody picks among them."""
    rule = source.fields.get(field)
    if rule is None:
        return
    if field == "price":
        for place in rule.places:
            found = dict.fromkeys(_at(dataclasses.replace(rule, places=(place,)), card, priced=True))
            if found:
                yield " | ".join(found)
        return
    yield from _at(rule, card)


def _at(rule: FieldRule, region: Region, *, priced: bool = False) -> Iterator[str]:
    for place in rule.places:
        for part in [region] if place == CARD_ITSELF else region.select(place):
            text = part.attribute(rule.attribute) if rule.attribute else _text(part, priced=priced)
            cut = rule.cut(text) if text else None
            if cut and cut.strip():
                yield " ".join(cut.split())


def _text(part: Region, *, priced: bool) -> str:
    return priced_text(part) if priced else part.text()


def _joined(url: str, href: str | None) -> str | None:
    try:
        whole = urldefrag(urljoin(url, (href or "").strip())).url if href else ""
        return whole if urlsplit(whole).scheme in ("http", "https") else None
    except ValueError:
        return None


def _is_own(source: Source, link: str) -> bool:
    hosts = {urlsplit(origin).hostname for origin in source.fetch.origins} if source.fetch else set()
    return urlsplit(link).hostname in hosts
