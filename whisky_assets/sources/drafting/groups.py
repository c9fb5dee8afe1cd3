"""Which repeated element of a page is one product: the largest group of like elements with a link, a text and a price.

Not here: where in such an element each value stands (`places`).
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from whisky_assets.sources.drafting.amounts import NUMBER, PRICE_PLACE, tells_price
from whisky_assets.sources.drafting.elements import Element
from whisky_assets.sources.drafting.selectors import BUILT, PLAIN, POSITION, TELLING, anchor_of, answers, own_selectors

LEAST_CARDS = 2
LEAST_SHARE = 0.6
"""Of the elements that a selector finds, how many must look like a product, so that it can stand for products."""

FURTHER_GROUPS = 3
_CONTROLS = frozenset(
    {"html", "body", "head", "form", "nav", "header", "footer", "select", "option", "script", "tbody"}
)
_IN_CARD = frozenset({"a", "span", "p", "h1", "h2", "h3", "h4", "td", "b", "strong", "em", "i", "button", "img"})

_LISTS = frozenset({"main", "section", "ul", "ol", "article", "body"})
_WHOLE = frozenset({"tr", "li", "article"})
"""Tags that stand for one of a list: a group inside them is climbed no further."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Elements that one selector finds in one region, each a product; `region` is None where the whole page is it."""

    card: str
    rank: int
    region: str | None
    cards: tuple[Element, ...]
    outside: int
    """How many more the selector finds elsewhere on the page, left out by the region."""

    unlike: int
    """How many of the cards have no link, no text or no price."""


@dataclasses.dataclass(slots=True)
class Told:
    """What stands in each element of a page, by its order: up to a few links, whether a price, how much text."""

    links: list[frozenset[str]]
    priced: list[int]
    letters: list[int]


def groups_of(root: Element, elements: list[Element]) -> list[Group]:
    """Return the groups of a page that may be its products, the most likely first; none where nothing repeats."""
    told = tell(elements)
    by_css: dict[str, list[Element]] = defaultdict(list)
    ranks: dict[str, int] = {}
    for element in elements:
        if element.tag in _CONTROLS:
            continue
        for css, rank in own_selectors(element):
            if rank != PLAIN or element.tag in _WHOLE:
                by_css[css].append(element)
                ranks[css] = rank
        if element.parent is not None and element.tag not in _IN_CARD:
            anchor = anchor_of(element.parent)
            above = anchor[0] if anchor else element.parent.tag if element.parent.tag in _LISTS else ""
            if above:
                by_css[f"{above} > {element.tag}"].append(element)
                ranks[f"{above} > {element.tag}"] = POSITION
    found = [group for css, members in by_css.items() if (group := _group(css, ranks[css], members, told, root))]
    ordered = sorted((_whole(group) for group in found), key=lambda group: _weight(group, told), reverse=True)
    return _apart(ordered)


def tell(elements: list[Element]) -> Told:
    """Return what stands in each element; prices are counted at the innermost element that tells one."""
    told = Told([frozenset()] * len(elements), [0] * len(elements), [0] * len(elements))
    for element in reversed(elements):
        links: set[str] = set()
        if element.tag == "a" and is_link(element.attributes.get("href", "")):
            links.add(element.attributes["href"])
        letters = sum(len(re.sub(r"[\W\d]", "", part)) for part in element.parts if isinstance(part, str))
        priced = 0
        for child in element.children:
            links |= told.links[child.order]
            priced += told.priced[child.order]
            letters += told.letters[child.order]
        told.links[element.order] = frozenset(sorted(links)[:8])
        told.priced[element.order] = priced or int(_is_price(element))
        told.letters[element.order] = 0 if element.tag in ("script", "style") else letters
    return told


def is_link(href: str) -> bool:
    """Whether a link leads to a page."""
    return bool(href) and not re.match(r"#|javascript:|mailto:|tel:|data:", href.strip(), re.IGNORECASE)


def _is_price(element: Element) -> bool:
    text = element.short
    if not text:
        return False
    if tells_price(text):
        return True
    place = f"{element.attributes.get('class', '')} {element.attributes.get('itemprop', '')}"
    return bool(PRICE_PLACE.search(place) and NUMBER.search(text))


def _is_product(element: Element, told: Told) -> bool:
    order = element.order
    return bool(told.links[order]) and told.priced[order] > 0 and told.letters[order] >= 3


def _group(css: str, rank: int, members: list[Element], told: Told, root: Element) -> Group | None:
    if any(first.holds(second) for first, second in itertools.pairwise(members)):
        css, members = _outermost(css, members)
    alike = [element for element in members if _is_product(element, told)]
    if len(alike) < LEAST_CARDS:
        return None
    region, inside = _region(alike, members, root)
    cards = [element for element in members if region is None or _region_of(element, inside)]
    good = [element for element in cards if _is_product(element, told)]
    if len(good) < LEAST_CARDS or len(good) < LEAST_SHARE * len(cards) or _distinct(good, told) < LEAST_CARDS:
        return None
    outside = len(members) - len(cards)
    if rank > TELLING and len(good) < len(cards) and (mark := _mark_of(good, cards)):
        css, cards = f"{css}:has({mark})", good
    return Group(card=css, rank=rank, region=region, cards=tuple(cards), outside=outside, unlike=len(cards) - len(good))


def _mark_of(good: list[Element], cards: list[Element]) -> str:
    """Return a selector of what stands in these cards and in none of the others, empty where nothing does."""
    others = [card for card in cards if card not in good]
    shared = set.intersection(*(_inner_selectors(card) for card in good))
    free = shared.difference(*(_inner_selectors(card) for card in others))
    return min(free, key=lambda css: (css != "a[href]", len(css), css), default="")


def _inner_selectors(card: Element) -> set[str]:
    inner = [one for one in card.walk() if one is not card]
    links = {"a[href]"} if any(one.tag == "a" and is_link(one.attributes.get("href", "")) for one in inner) else set()
    return links | {css for one in inner for css, rank in own_selectors(one) if rank <= TELLING}


def _outermost(css: str, members: list[Element]) -> tuple[str, list[Element]]:
    """Return a selector for the outer ones of elements that stand in each other, none where no selector tells them."""
    own = {element.order for element in members}
    outer = [one for one in members if not any(above.order in own for above in one.ancestors())]
    right_below = [one for one in members if one.parent is not None and one.parent.order not in own]
    return (f":not({css}) > {css}", outer) if right_below == outer and " " not in css else ("", [])


def _whole(group: Group) -> Group:
    """Return a group of links or cells as the elements around them that hold one each, such as the rows of a table."""
    if any(card.tag not in _IN_CARD for card in group.cards):
        return group
    around = list(group.cards)
    chain: list[str] = []
    while around[0].tag not in _WHOLE and all(above := [card.parent for card in around]):
        outer = [one for one in above if one is not None]
        if len({one.order for one in outer}) < len(outer) or len({one.tag for one in outer}) > 1:
            break
        chain.insert(0, around[0].tag)
        around = outer
    if not chain:
        return group
    inner = group.card if group.card.startswith(chain[-1]) else f"{chain[-1]}{group.card}"
    css = f"{around[0].tag}:has(> {' > '.join([*chain[:-1], inner])})"
    return dataclasses.replace(group, card=css, cards=tuple(around))


def _region(alike: Sequence[Element], members: Sequence[Element], root: Element) -> tuple[str | None, Element]:
    """Return the innermost named element with more than half of the products, None where all stand in it."""
    counts = Counter(above.order for element in alike for above in element.ancestors())
    inner = next(above for above in _deepest(alike, counts, len(alike)))
    held = [element for element in members if inner.holds(element)]
    if len(held) == len(members):
        return None, root
    for place in (inner, *inner.ancestors()):
        if sum(place.holds(element) for element in members) != len(held) or place in members:
            break  # a reader finds the region itself too, where it is like its cards
        css = _unique(place, root)
        if css is not None:
            return css, place
    return None, root


def _deepest(alike: Sequence[Element], counts: Counter[int], whole: int) -> Iterable[Element]:
    """Return elements that hold more than half of these, the deepest first."""
    held = {above.order: above for element in alike for above in element.ancestors()}
    return sorted((above for order, above in held.items() if 2 * counts[order] > whole), key=lambda above: -above.order)


def _unique(place: Element, root: Element) -> str | None:
    """Return a selector that finds this element alone."""
    told = place.attributes.get("id", "")
    if re.fullmatch(r"[A-Za-z][\w-]*", told, re.ASCII) and not re.search(r"\d{3,}", told):
        return f"#{told}"
    for css, rank in sorted(own_selectors(place), key=lambda pair: pair[1]):
        if rank > TELLING and css != "main":
            continue
        if sum(answers(element, css) for element in root.walk()) == 1:
            return css
    return None


def _region_of(element: Element, place: Element) -> bool:
    return place.holds(element)


def _distinct(cards: Iterable[Element], told: Told) -> int:
    """Return how many cards have a link of their own."""
    seen = Counter(link for card in cards for link in told.links[card.order])
    return sum(any(seen[link] == 1 for link in told.links[card.order]) for card in cards)


def _weight(group: Group, told: Told) -> tuple[float, ...]:
    """Return what makes a group likely: how many products, then a lasting name, then the outermost element."""
    number = _distinct([card for card in group.cards if _is_product(card, told)], told)
    inner = sum(element.tag in _IN_CARD for element in group.cards)
    prices = sum(told.priced[card.order] for card in group.cards)
    return (
        round(number - 0.9 * inner - max(0.0, group.unlike - 0.5 * number), 1),
        -{BUILT: 3, POSITION: 2, PLAIN: 1}.get(group.rank, 0),
        -group.unlike,
        prices,
        -group.cards[0].order,
        -len(group.card),
    )


def _apart(groups: list[Group]) -> list[Group]:
    """Return the first group, and the best of those that stand elsewhere on the page."""
    kept: list[Group] = []
    for group in groups:
        first = group.cards[0]
        if any(_same_place(first, other) for other in kept):
            continue
        kept.append(group)
        if len(kept) > FURTHER_GROUPS:
            break
    return kept


def _same_place(first: Element, other: Group) -> bool:
    return any(card is first or card.holds(first) or first.holds(card) for card in other.cards)
