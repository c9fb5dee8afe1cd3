"""A list page whose products stand as cards or table rows in one region: one row a card, and the next page's URL.

Not here: pages of one product (`product_pages`). A card without a name or a number becomes a refusal (`items`).
"""

from __future__ import annotations

from collections.abc import Iterator

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.html import Region
from whisky_assets.sources.document import PresetReading, RawDocument, RawRow, RefusedItem, refused_row
from whisky_assets.sources.functions import OwnFunctions, load_functions
from whisky_assets.sources.page_links import joined, next_page
from whisky_assets.sources.presets.opened_page import opened_page
from whisky_assets.sources.presets.places import texts_at
from whisky_assets.sources.source import CARD_ITSELF, FIELD_NAMES, CardPlan, FieldRule, Source
from whisky_assets.sources.totals import stated_total

CARDS_VERSION = "cards-2"


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
    texts = {field: tuple(_texts(source.fields.get(field), card, is_price=field == "price")) for field in FIELD_NAMES}
    texts |= {field: (told,) for field, told in extra.items() if field in FIELD_NAMES}
    evidence = card.text()
    if own and (reason := own.accept({name: found[0] for name, found in texts.items() if found})):
        message = f"card {ordinal} of {url} is refused by the feed's own rule."
        return refused_row(ordinal, reason, message, evidence)
    texts["url"] = tuple(link for told in texts["url"] if (link := joined(url, told)) is not None)
    details = {name: text for name, rule in source.details.items() if (text := next(_texts(rule, card), None))}
    details |= {name: told for name, told in extra.items() if name not in FIELD_NAMES and name in source.details}
    return RawRow(ordinal=ordinal, texts=texts, details=details, evidence=evidence, flags=flags)


def _texts(rule: FieldRule | None, card: Region, *, is_price: bool = False) -> Iterator[str]:
    if rule is None:
        return
    yield from texts_at(rule, lambda place: [card] if place == CARD_ITSELF else card.select(place), is_price=is_price)
