"""Drafts a feed of the preset `cards` from one list page: its repeated element, then each value's place in it.

Not here: pages that tell their products in schema.org blocks, and answers in JSON.
"""

from __future__ import annotations

from typing import NamedTuple

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.sources.drafting.elements import Element
from whisky_assets.sources.drafting.groups import Group, groups_of
from whisky_assets.sources.drafting.kinds import kind_lines
from whisky_assets.sources.drafting.model import LIKELY, SURE, UNSURE, Draft, Finding, toml_text
from whisky_assets.sources.drafting.names import link_of, maker_of, name_of
from whisky_assets.sources.drafting.numbers import barcode_of, number_of, picture_of, size_of, stock_of, strength_of
from whisky_assets.sources.drafting.paging import next_of, total_of
from whisky_assets.sources.drafting.places import Spot, sample_of, spots_in
from whisky_assets.sources.drafting.prices import money_of, price_of
from whisky_assets.sources.drafting.selectors import RANK_WORDS
from whisky_assets.sources.drafting.site import Given, Site, site_lines, site_of

_NO_NEXT = Finding(
    section="cards",
    key="next",
    value="",
    surety=UNSURE,
    why="no link to a next page was seen; without it this page alone is read",
)


def draft_cards(root: Element, elements: list[Element], page: str, url: str, given: Given) -> Draft:
    """Return the draft of a list page.

    Raises:
        InputRefusedError: reason `no_product`: nothing on the page repeats with a link, a text and a price; or
            `no_name`: nothing in what repeats is like a name.
    """
    groups = groups_of(root, elements)
    if not groups:
        raise InputRefusedError(
            f"{url}: no element repeats on this page with a link, a text and a price, so it is no list of products.",
            reason="no_product",
            remedy="Open the shop's list of whiskies in a browser and give that address, or the page saved from there; "
            "if its prices come by script, save the page from the browser after they show.",
        )
    group, *further = groups
    site = site_of(elements, page, url, money_of(sample_of(group.cards)), given)
    found = _fields(sample_of(group.cards), site)
    names = [text for text in found.name.texts(found.attribute) if text]
    findings = (
        *_list_lines(root, elements, group, further, url, found.drop),
        *found.lines,
        *kind_lines((), names, url=url, titles=[one.text() for one in elements if one.tag in ("title", "h1")]),
    )
    notes = _notes(group, further)
    return Draft(
        name=site.name,
        preset="cards",
        url=url,
        findings=(*site_lines(site), *findings),
        notes=notes,
        terms=site.terms,
        products=len(group.cards),
    )


def _list_lines(
    root: Element, elements: list[Element], group: Group, further: list[Group], url: str, drop: Finding | None
) -> list[Finding]:
    lines = []
    if group.region is not None:
        why = f"{group.outside} more of the same stand elsewhere on the page"
        lines.append(Finding(section="cards", key="region", value=toml_text(group.region), surety=LIKELY, why=why))
    equal = [other for other in further if len(other.cards) >= 0.6 * len(group.cards)]
    why = f"{len(group.cards)} on the page; {RANK_WORDS[group.rank]}"
    surety = UNSURE if equal else SURE if group.rank <= 1 and not group.unlike else LIKELY
    others = tuple(toml_text(other.card) for other in equal)
    lines.append(
        Finding(section="cards", key="card", value=toml_text(group.card), surety=surety, why=why, others=others)
    )
    following = next_of(root, elements, url) or _NO_NEXT
    told = (drop, following, total_of(elements, group))
    return [*lines, *(one for one in told if one is not None)]


class Fields(NamedTuple):
    """The lines of [fields] and [details], what to drop, and the spot and attribute of the name."""

    lines: list[Finding]
    drop: Finding | None
    name: Spot
    attribute: str | None


def _fields(cards: list[Element], site: Site) -> Fields:
    spots = spots_in(cards)
    named = name_of(spots)
    if named is None:
        raise InputRefusedError(
            f"{site.url}: {len(cards)} elements repeat on this page, but none of their texts is like a name.",
            reason="no_name",
            remedy="Give the shop's list of whiskies; a page of pictures alone tells no names.",
        )
    name, spot, attribute = named
    link, link_spot = link_of(cards, spots, spot)
    money = site.currency.value.strip('"') or next(iter(sorted(money_of(cards))), "EUR")
    priced = price_of(cards, spots, money, site.language.value.strip('"') or "en")
    found = (
        number_of(cards, spots, link_spot),
        name,
        link,
        maker_of(spots, spot),
        strength_of(spots, spot, attribute),
        size_of(spots, spot, attribute, link_spot),
        priced.price,
        barcode_of(spots, spot, attribute),
        stock_of(spots),
        picture_of(spots),
    )
    return Fields([one for one in found if one is not None], priced.drop, spot, attribute)


def _notes(group: Group, further: list[Group]) -> tuple[str, ...]:
    notes = []
    if group.unlike:
        notes.append(f"{group.unlike} of {len(group.cards)} cards have no link, no text or no price")
    notes += [
        f"another group repeats on the page: {len(other.cards)} times {other.card!r}; if those are the whiskies, "
        "put it at card"
        for other in further
    ]
    return tuple(notes)
