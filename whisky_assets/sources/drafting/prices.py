"""Where the price of a card stands, which amounts beside it are old ones or of a litre or case, and what money it is.

Not here: the currency as the site declares it (`site`).
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.money import SIGNS, read_price
from whisky_assets.sources.drafting.amounts import (
    NUMBER,
    OLD_PLACE,
    OLD_TAGS,
    OTHER_PLACE,
    PRICE,
    PRICE_PLACE,
    currencies_of,
    tells_price,
)
from whisky_assets.sources.drafting.elements import Element
from whisky_assets.sources.drafting.model import LIKELY, SURE, UNSURE, Finding, Place, toml_list
from whisky_assets.sources.drafting.places import Spot
from whisky_assets.sources.drafting.selectors import RANK_WORDS, own_selectors

MOST_DROPS = 3
MOST_PAIRED = 6
"""Places called old that are tried two at a time: an old price may stand twice, struck and not."""

_TRIED = 80
"""Places that are tried for the price; cards hold some tens."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """The findings for `price` and `drop`, and the texts that the price was read from."""

    price: Finding
    drop: Finding | None
    texts: tuple[str, ...]


class Placed(NamedTuple):
    """Where a price was read, and the pattern that cut it out of its text."""

    spot: Spot
    pattern: str | None


def money_of(cards: Sequence[Element]) -> frozenset[str]:
    """Return the currencies that the signs of all prices in the cards can mean."""
    return currencies_of([leaf.text() for card in cards for leaf in _leaves(card)])


def price_of(cards: Sequence[Element], spots: Sequence[Spot], currency: str, language: str) -> Priced:
    """Return where one price a card can be read, after dropping what is called old, of a case or of a litre."""
    leaves = [_leaves(card) for card in cards]
    drops: list[str] = []
    best = _best(spots, set(), currency, language)
    while len(drops) < MOST_DROPS and best[0] < sum(map(bool, leaves)):
        old = _old(leaves, drops)
        ways = [*((css,) for css in old), *itertools.combinations(old[:MOST_PAIRED], 2)]
        tried = [(way, _best(spots, _cut_by(spots, [*drops, *way]), currency, language)) for way in ways]
        way, further = max(tried, key=lambda pair: (pair[1][0], -len(pair[0])), default=((), best))
        if further[0] <= best[0]:
            break
        drops += way
        best = further
    return _told(best, drops, cards, leaves)


def _told(
    best: tuple[int, Placed | None, list[str]], drops: list[str], cards: Sequence[Element], leaves: list[list[Element]]
) -> Priced:
    count, placed, texts = best
    if placed is None or not count:
        several = sum(len({leaf.text() for leaf in one}) > 1 for one in leaves)
        why = f"no place gives one amount a card; {several} of {len(cards)} cards hold several"
        seen = dict.fromkeys(css for one in leaves for leaf in one for css, _ in own_selectors(leaf))
        others = tuple(Place(css=(css,)).toml() for css in list(seen)[:2])
        return Priced(
            price=Finding(section="fields", key="price", value="", surety=UNSURE, why=why, others=others),
            drop=None,
            texts=(),
        )
    spot = placed.spot
    price = Finding(
        section="fields",
        key="price",
        value=Place(css=(placed.spot.css,), pattern=placed.pattern).toml(),
        surety=SURE if count == len(cards) and spot.rank <= 1 else LIKELY if count > 0.5 * len(cards) else UNSURE,
        why=f"one amount in {count} of {len(cards)} cards; {RANK_WORDS[spot.rank]}",
    )
    drop = None
    if drops:
        why = "called old, or of a case or litre; without it each card has one amount"
        drop = Finding(section="cards", key="drop", value=toml_list(tuple(drops)), surety=LIKELY, why=why)
    return Priced(price=price, drop=drop, texts=tuple(texts))


def _best(spots: Sequence[Spot], cut: set[int], currency: str, language: str) -> tuple[int, Placed | None, list[str]]:
    """Return in how many cards the best place reads one amount, that place and its texts."""
    best: tuple[tuple[float, ...], int, Placed | None, list[str]] = ((0.0,), 0, None, [])
    for spot in _candidates(spots):
        if _is_old(spot.css) and _beside(spot, spots, cut):
            continue
        for pattern in (None, *_patterns(currency)):
            good, bad = _read(spot, cut, pattern, currency, language)
            named = 0.4 if PRICE_PLACE.search(spot.css) else 0
            length = sum(map(len, good)) / max(len(good), 1)
            weight = (
                len(good) - 0.2 * bad + named - 0.1 * spot.rank - length / 200 - 0.3 * bool(pattern),
                -len(spot.css),
            )
            if good and weight > best[0]:
                best = (weight, len(good), Placed(spot, pattern), good)
            if not bad:
                break
    return best[1:]


def _patterns(currency: str) -> list[str]:
    """Return patterns that cut an amount with a sign of this currency out of a text that holds no other number."""
    signs = [re.escape(sign.upper() if sign.isascii() else sign) for sign, money in SIGNS.items() if currency in money]
    signs = [sign for sign in signs if len(sign) <= 3] or [currency]
    sign = signs[0] if len(signs) == 1 else f"(?:{'|'.join(signs)})"
    return [rf"^\D*?({sign}\s?\d[\d.,]*)\D*$", rf"^\D*?(\d[\d.,]*\s?{sign})\D*$"]


def _read(spot: Spot, cut: set[int], pattern: str | None, currency: str, language: str) -> tuple[list[str], int]:
    """Return the texts of the cards in which one amount can be read, and in how many cards none can."""
    found = [_texts(elements, cut) for elements in spot.found]
    if pattern is not None:
        found = [[match[1] for text in texts if (match := re.search(pattern, text))] for texts in found]
    joined = [" | ".join(dict.fromkeys(texts)) for texts in found]
    named = PRICE_PLACE.search(spot.css) is not None
    good = [text for text in joined if text and _reads(text, currency, language, named=named)]
    return good, sum(bool(text) for text in joined) - len(good)


def _is_old(css: str) -> bool:
    words = re.sub(r"\W", " ", css)
    return css in OLD_TAGS or OLD_PLACE.search(words) is not None or OTHER_PLACE.search(words) is not None


def _beside(spot: Spot, spots: Sequence[Spot], cut: set[int]) -> int:
    """Return in how many cards a place called old has an amount of another place beside it: then it is no price."""
    count = 0
    others = [other for other in spots if PRICE_PLACE.search(other.css) and not _is_old(other.css)]
    for number, found in enumerate(spot.found):
        own = set(_texts(found, cut))
        further = {text for other in others for text in _texts(other.found[number], cut) if PRICE.fullmatch(text)}
        count += bool(own and further - own)
    return count


def _candidates(spots: Sequence[Spot]) -> list[Spot]:
    found = [spot for spot in spots if any(_may_be_price(text) for text in spot.texts())]
    return sorted(found, key=lambda spot: (not PRICE_PLACE.search(spot.css), -spot.share))[:_TRIED]


def _may_be_price(text: str) -> bool:
    return len(text) < 100 and NUMBER.search(text) is not None


def _texts(found: list[Element], cut: set[int]) -> list[str]:
    return [text for element in found if element.order not in cut and (text := _rest(element, cut))]


def _rest(element: Element, cut: set[int]) -> str:
    """Return an element's text without what is dropped."""
    if not any(element.order < order <= element.last for order in cut):
        inside = any(above.order in cut for above in element.ancestors()) if cut else False
        return "" if inside else element.text()
    words: list[str] = []
    for part in element.parts:
        if isinstance(part, str):
            words += part.split()
        elif part.order not in cut:
            words.append(_rest(part, cut))
    return " ".join(word for word in words if word)


def _reads(text: str, currency: str, language: str, *, named: bool) -> bool:
    """Whether one amount stands in a text, and that with its sign; in a place called a price a number alone will do."""
    signed = [match.group() for match in PRICE.finditer(text)]
    if not signed and not (named and re.fullmatch(r"\W*\d[\d.,' ]*\W*", text)):
        return False
    whole = _amount(text, currency, language)
    return whole is not None and (not signed or whole in {_amount(one, currency, language) for one in signed})


def _amount(text: str, currency: str, language: str) -> int | None:
    try:
        return read_price(text, currency, language).price_minor
    except InputRefusedError:
        return None


def _leaves(card: Element) -> list[Element]:
    """Return the innermost elements that tell an amount of money."""
    found = [element for element in card.walk() if element.short and tells_price(element.short)]
    return [one for one in found if not any(one.holds(other) for other in found)]


def _old(leaves: list[list[Element]], drops: list[str]) -> list[str]:
    """Return selectors of what is called old, of a case or of a litre, and holds one of several amounts."""
    seen: dict[str, int] = {}
    for found in leaves:
        if len({leaf.text() for leaf in found}) < 2:
            continue
        for leaf in found:
            for element in (leaf, *list(leaf.ancestors())[:3]):
                for css in _old_selectors(element):
                    seen[css] = seen.get(css, 0) + 1
    return [css for css in sorted(seen, key=lambda css: -seen[css]) if css not in drops][:12]


def _old_selectors(element: Element) -> list[str]:
    """Return an element's selectors that call it so; the class of a whole sale before it, where that is needed."""
    if element.tag in OLD_TAGS:
        return [element.tag]
    found = [css for css, rank in own_selectors(element) if rank <= 1 and _is_old(css)]
    sale = next(
        (f".{name}" for above in list(element.ancestors())[:2] for name in above.classes if "sale" in name.casefold()),
        "",
    )
    return [*found, *(f"{sale} {css}" for css in found if sale)]


def _cut_by(spots: Sequence[Spot], drops: list[str]) -> set[int]:
    """Return the order of every element that the dropped selectors find."""
    cut: set[int] = set()
    by_css = {spot.css: spot for spot in spots}
    for css in drops:
        spot = by_css.get(css)
        if spot is None:
            head, _, tail = css.rpartition(" ")
            inner, outer = by_css.get(tail), by_css.get(head)
            if inner is None or outer is None:
                continue
            above = {element.order for found in outer.found for element in found}
            cut |= {
                element.order
                for found in inner.found
                for element in found
                if any(one.order in above for one in element.ancestors())
            }
            continue
        cut |= {element.order for found in spot.found for element in found}
    return cut
