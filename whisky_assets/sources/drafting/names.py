"""Where in the cards of a list page name and link of a product stand, and what else says whose it is.

Not here: prices (`prices`) and numbers (`numbers`).
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence

from whisky_assets.parsing.measures import find_volume
from whisky_assets.sources.drafting.amounts import tells_price
from whisky_assets.sources.drafting.elements import Element
from whisky_assets.sources.drafting.groups import is_link
from whisky_assets.sources.drafting.model import LIKELY, SURE, UNSURE, Finding, Place
from whisky_assets.sources.drafting.places import Spot, words_of
from whisky_assets.sources.drafting.selectors import MARK, RANK_WORDS

_NAME_WORDS = re.compile(r"\b(?:name|title|titel|heading|nom|navn|nimi|header|link)\b")
_NOT_NAME = re.compile(
    r"\b(?:brand|vendor|producer|maker|desc|description|price|badge|tag|label|rating|review|stock|size|volume|region"
    r"|country|cart|button|quick|wish|compare|image|img|meta|promo|sku|code|note|flavor|text)\b"
)
_MAKER_WORDS = re.compile(r"\b(?:brand|vendor|producer|maker|manufacturer|distillery|marke|merk|marque)\b")
_CUT = ("...", "…")
_CALL = re.compile(
    r"^(?:add to|buy|view|quick|more|read|details|in den|ajouter|legg i|купити|장바구니)\b", re.IGNORECASE
)
_CLOSE = 0.35
"""Points between two names by which the second is worth telling."""


def name_of(spots: Sequence[Spot]) -> tuple[Finding, Spot, str | None] | None:
    """Return where the name stands, with the spot and attribute that were chosen; None where nothing is like a name."""
    scored: list[tuple[float, Spot, str | None]] = []
    for spot in spots:
        if spot.share < 0.6:
            break
        for attribute in (None, "title"):
            score = _score(spot, attribute)
            if score > 0:
                scored.append((score, spot, attribute))
    if not scored:
        return None
    scored.sort(key=lambda one: (-one[0], len(one[1].css)))
    best, spot, attribute = scored[0]
    texts = spot.texts(attribute)
    others = _others(scored, texts)
    near = [other for other, points in others if best - points < _CLOSE]
    count = sum(bool(text) for text in texts)
    surety = UNSURE if near else SURE if count == len(texts) and spot.rank <= 1 else LIKELY
    why = f"{count} of {len(texts)} cards, {len(set(texts) - {''})} different texts; {RANK_WORDS[spot.rank]}"
    finding = Finding(
        section="fields",
        key="name",
        value=Place(css=(spot.css,), attribute=attribute).toml(),
        surety=surety,
        why=why,
        others=tuple(near),
    )
    return finding, spot, attribute


def _others(scored: list[tuple[float, Spot, str | None]], texts: list[str]) -> list[tuple[str, float]]:
    """Return the best places with other texts than the chosen ones, one a text."""
    seen = [texts]
    found = []
    for points, spot, attribute in scored:
        other = spot.texts(attribute)
        if other in seen:
            continue
        seen.append(other)
        found.append((Place(css=(spot.css,), attribute=attribute).toml(), points))
    return found[:2]


def _score(spot: Spot, attribute: str | None) -> float:
    texts = spot.texts(attribute)
    told = [text for text in texts if text]
    if len(told) < 0.6 * len(texts) or _is_no_name(told):
        return 0
    words = words_of(spot)
    score = 3 * len(told) / len(texts) + 2 * len(set(told)) / len(told)
    score += 1.0 if _NAME_WORDS.search(words) else 0
    score += 1.0 if "itemprop=name" in spot.css else 0
    score += 0.5 if _is_heading(spot) else 0
    score += 0.4 if _leads(spot) else 0
    score -= 1.5 if _NOT_NAME.search(words) else 0
    score -= 0.15 * max(spot.rank - MARK, 0)
    length = sum(map(len, told)) / len(told)
    score -= max(length - 90, 0) / 60 + max(8 - length, 0) / 8
    score -= 0.6 if _is_many_parts(spot) and attribute is None else 0
    if attribute is not None:
        score += _gain(spot.texts(), texts)
    elif any(text.endswith(_CUT) for text in told):
        score -= 0.5
    return score


def _is_no_name(texts: list[str]) -> bool:
    unlike = sum(
        tells_price(text) or (find_volume(text) is not None and len(text) < 14) or not re.search(r"[^\W\d]{2}", text)
        for text in texts
    )
    calls = sum(bool(_CALL.match(text)) for text in texts)
    return (
        unlike > 0.3 * len(texts) or calls > 0.3 * len(texts) or (len(texts) > 2 and len(set(texts)) < 0.5 * len(texts))
    )


def _is_heading(spot: Spot) -> bool:
    first = next((one[0] for one in spot.found if one), None)
    return first is not None and any(re.fullmatch("h[1-5]", one.tag) for one in (first, *first.children))


def _leads(spot: Spot) -> bool:
    """Whether the text is a link's, or in one."""
    first = next((one[0] for one in spot.found if one), None)
    if first is None:
        return False
    return any(element.tag == "a" for element in (first, *first.children, *list(first.ancestors())[:2]))


def _is_many_parts(spot: Spot) -> bool:
    first = next((one[0] for one in spot.found if one), None)
    return first is not None and sum(bool(child.text()) for child in first.children) > 1


def _gain(shown: list[str], title: list[str]) -> float:
    """Return what an attribute is worth beside the shown text: more where it tells the same name in full."""
    if not any(shown):
        return -0.3
    extra: Counter[str] = Counter()
    longer = 0
    for text, full in zip(shown, title, strict=True):
        stem = text.rstrip(".… ")
        is_longer = len(full) > len(stem) + 2
        if stem and stem.casefold() in full.casefold() and (is_longer or text.endswith(_CUT) > full.endswith(_CUT)):
            longer += 1
            extra[full.casefold().replace(stem.casefold(), "", 1).strip()] += 1
    if not longer or (len(extra) == 1 and longer > 0.5 * len(shown)):
        return -0.8
    return 0.6


def link_of(cards: Sequence[Element], spots: Sequence[Spot], name: Spot) -> tuple[Finding | None, Spot | None]:
    """Return where the link to the product stands; no finding where the first link of each card is it, as presets take.

    The product's link is that of the name; else the one that differs from card to card.
    """
    links = [spot for spot in spots if _hrefs(spot)]
    wanted = _name_links(name)
    if not links:
        missing = Finding(section="fields", key="url", value="", surety=UNSURE, why="no link stands in the cards")
        return missing, None
    first = [next((a.attributes["href"] for a in card.walk() if _is_anchor(a)), "") for card in cards]
    best = max(links, key=lambda spot: (_agreement(spot, wanted), len(set(_hrefs(spot))), -spot.rank, -len(spot.css)))
    hrefs = [text if is_link(text) else "" for text in best.texts("href")]
    plain = next((spot for spot in links if spot.css == "a"), None)
    if plain is not None and sum(one != other for one, other in zip(first, hrefs, strict=True) if other) == 0:
        return None, plain
    finding = Finding(
        section="fields",
        key="url",
        value=Place(css=(best.css,), attribute="href").toml(),
        surety=SURE if _agreement(best, wanted) == len(wanted) else LIKELY,
        why=f"the link of the name; the first link of a card leads elsewhere in "
        f"{sum(one != other for one, other in zip(first, hrefs, strict=True))} of {len(first)}",
    )
    return finding, best


def _is_anchor(element: Element) -> bool:
    return element.tag == "a" and "href" in element.attributes


def _hrefs(spot: Spot) -> list[str]:
    first = next((one[0] for one in spot.found if one), None)
    if first is None or first.tag != "a":
        return []
    return [text for text in spot.texts("href") if is_link(text)]


def _agreement(spot: Spot, wanted: list[str]) -> int:
    return sum(bool(one) and one == other for one, other in zip(wanted, spot.texts("href"), strict=True))


def _name_links(name: Spot) -> list[str]:
    wanted = []
    for found in name.found:
        chain = itertools.chain(*((one.walk(), one.ancestors()) for one in found[:1]))
        hrefs = (one.attributes.get("href", "") for one in itertools.chain(*chain) if one.tag == "a")
        wanted.append(next((href for href in hrefs if is_link(href)), ""))
    return wanted


def maker_of(spots: Sequence[Spot], name: Spot) -> Finding | None:
    """Return where a producer or brand stands, None where no place is called so."""
    for spot in spots:
        words = words_of(spot)
        texts = [text for text in spot.texts() if text]
        if spot is name or not texts or not _MAKER_WORDS.search(words) or spot.share < 0.3:
            continue
        if max(map(len, texts)) > 60 or any(tells_price(text) for text in texts):
            continue
        return Finding(
            section="fields",
            key="producer",
            value=Place(css=(spot.css,)).toml(),
            surety=LIKELY,
            why=f"the place is called so; {len(texts)} of {len(spot.found)} cards",
        )
    return None
