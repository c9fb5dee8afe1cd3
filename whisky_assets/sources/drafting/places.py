"""Every place in a group of cards that could hold a value: a selector, and what it finds in each card.

Not here: which of them holds which value (`names`, `numbers`, `prices`).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence

from whisky_assets.sources.drafting.elements import Element
from whisky_assets.sources.drafting.selectors import MARK, PLAIN, POSITION, anchor_of, own_selectors

MOST_CARDS = 60
"""Cards that are looked at for places: more say nothing new."""

MOST_PARTS = 400
"""Elements of one card that are looked at."""

_TELLING_TAGS = frozenset({"h1", "h2", "h3", "h4", "h5", "img", "strong", "b", "em", "a", "button", "p", "dd", "small"})

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5"})


@dataclasses.dataclass(slots=True)
class Spot:
    """One selector, its rank (`selectors`), and the elements that it finds, card by card."""

    css: str
    rank: int
    found: list[list[Element]]

    @property
    def share(self) -> float:
        """The share of the cards in which it finds something."""
        return sum(bool(one) for one in self.found) / len(self.found)

    def texts(self, attribute: str | None = None) -> list[str]:
        """Return the first text, or attribute, that is not empty, card by card; empty where there is none."""
        return [next((text for one in found if (text := told(one, attribute))), "") for found in self.found]

    def all_texts(self) -> list[list[str]]:
        """Return all different texts, card by card."""
        return [list(dict.fromkeys(text for one in found if (text := one.text()))) for found in self.found]


def told(element: Element, attribute: str | None) -> str:
    """Return an element's text or attribute with white space folded."""
    return element.text() if attribute is None else " ".join(element.attributes.get(attribute, "").split())


def sample_of(cards: Sequence[Element]) -> list[Element]:
    """Return at most MOST_CARDS of these, evenly spread."""
    if len(cards) <= MOST_CARDS:
        return list(cards)
    return [cards[place * len(cards) // MOST_CARDS] for place in range(MOST_CARDS)]


def spots_in(cards: Sequence[Element]) -> list[Spot]:
    """Return every selector that finds something in the cards, the widest found first."""
    spots: dict[str, Spot] = {}
    for number, card in enumerate(cards):
        for element in _inner(card):
            for css, rank in _selectors(element, card):
                spot = spots.setdefault(css, Spot(css, rank, [[] for _ in cards]))
                spot.found[number].append(element)
    return sorted(spots.values(), key=lambda spot: (-spot.share, spot.rank, len(spot.css)))


def _inner(card: Element) -> Iterator[Element]:
    for count, element in enumerate(card.walk()):
        if count > MOST_PARTS:
            return
        if element is not card:
            yield element


def _selectors(element: Element, card: Element) -> Iterator[tuple[str, int]]:
    """Yield an element's own selectors, and its tag or class below the nearest heading and named element."""
    for css, rank in own_selectors(element):
        if rank != PLAIN:
            yield css, rank
        elif element.tag in _TELLING_TAGS:
            yield css, PLAIN if element.tag in _HEADINGS else POSITION
    above = element.parent
    while above is not None and above is not card:
        anchor = anchor_of(above)
        if anchor is not None or above.tag in _HEADINGS:
            yield from _below(element, *(anchor or (above.tag, PLAIN)))
        if anchor is not None:
            break
        above = above.parent
    if element.tag == "td" and element.parent is not None:
        cells = [cell for cell in element.parent.children if cell.tag == "td"]
        yield f"td:nth-of-type({cells.index(element) + 1})", POSITION


def _below(element: Element, above: str, rank: int) -> Iterator[tuple[str, int]]:
    if element.tag in _TELLING_TAGS or element.tag == "span":
        yield f"{above} {element.tag}", max(rank, PLAIN)
    for css, own in own_selectors(element):
        if own not in (MARK, PLAIN):
            yield f"{above} {css}", own


def words_of(spot: Spot) -> str:
    """Return what a selector calls its place, as words: `.grid-product__title a` is `grid product title a`."""
    return " ".join(re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", spot.css).casefold()))
