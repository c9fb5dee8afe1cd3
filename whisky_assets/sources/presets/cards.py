"""A list page whose products stand as cards or table rows in one region: one row a card, and the next page's URL.

Not here: pages of one product (`product_pages`). A card without a name or a number becomes a refusal (`items`).
"""

from __future__ import annotations

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.html import Region
from whisky_assets.sources.document import PresetReading, RawDocument, RawRow, RefusedItem, refused_row
from whisky_assets.sources.functions import OwnFunctions, load_functions
from whisky_assets.sources.page_links import joined, next_page
from whisky_assets.sources.presets.opened_page import opened_page
from whisky_assets.sources.presets.places import ReadPart, texts_at, texts_of_parts
from whisky_assets.sources.source import CARD_ITSELF, FIELD_NAMES, CardPlan, Source
from whisky_assets.sources.totals import stated_total

CARDS_VERSION = "cards-3"


def read_cards(source: Source, document: RawDocument) -> PresetReading:
    """Return a row for every card of the listing region, and the next page where the page leads to one.

    A page that states how many products the whole list has, and holds another number, says so in the notes.

    Raises:
        InputRefusedError: reasons `empty_file`, `not_html`, `no_product` (no region, or no card in it).
    """
    if source.cards is None:
        raise AssertionError(f"{source.name}: loading lets no cards feed pass without [cards]")
    page, flags = opened_page(document)
    cards = _cards(source.cards, page, document.url, source.path)
    links = next_page(source.cards.next, page, document.url)
    stated = stated_total(source.cards.total, page)
    own = load_functions(source.functions) if source.functions else None
    found = [_row(source, own, card, document.url, ordinal, flags) for ordinal, card in enumerate(cards)]
    notes: tuple[str, ...] = ()
    if stated is not None and stated != len(cards):
        notes = (f"{document.url}: {len(cards)} products stand here, the whole list states {stated}",)
    return PresetReading(
        rows=tuple(row for row in found if isinstance(row, RawRow)),
        refused=tuple(row for row in found if isinstance(row, RefusedItem)),
        links=links,
        notes=notes,
        stated_total=stated,
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


def _row(
    source: Source, own: OwnFunctions | None, card: Region, url: str, ordinal: int, flags: tuple[str, ...]
) -> RawRow | RefusedItem:
    extra = own.read(card.soup()) if own else {}
    told = _CardTexts(card)
    texts = {field: texts_at(rule, told, is_price=field == "price") for field, rule in source.fields.items()}
    texts |= {field: (text,) for field, text in extra.items() if field in FIELD_NAMES}
    if own and (reason := own.accept({name: found[0] for name, found in texts.items() if found})):
        message = f"card {ordinal} of {url} is refused by the feed's own rule."
        return refused_row(ordinal, reason, message, card.text)
    texts["url"] = tuple(link for href in texts.get("url", ()) if (link := joined(url, href)) is not None)
    details = {name: found[0] for name, rule in source.details.items() if (found := texts_at(rule, told))}
    details |= {name: text for name, text in extra.items() if name not in FIELD_NAMES and name in source.details}
    return RawRow(ordinal=ordinal, texts=texts, details=details, evidence=card.text, flags=flags)


class _CardTexts:
    """What stands at the places of one card, each looked up once: several fields are often cut out of one text."""

    def __init__(self, card: Region) -> None:
        self._card = card
        self._told: dict[tuple[str, str | None, ReadPart], list[str]] = {}

    def __call__(self, place: str, attribute: str | None, read: ReadPart) -> list[str]:
        told = self._told.get((place, attribute, read))
        if told is None:
            parts = [self._card] if place == CARD_ITSELF else self._card.select(place)
            told = self._told[place, attribute, read] = texts_of_parts(parts, attribute, read)
        return told
