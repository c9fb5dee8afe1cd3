"""Where a list page leads to its next page, and where it says how many products the whole list has.

Not here: the products (`groups`).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from whisky_assets.sources.drafting.elements import Element
from whisky_assets.sources.drafting.groups import Group, is_link
from whisky_assets.sources.drafting.model import LIKELY, SURE, Finding, Place, toml_text
from whisky_assets.sources.drafting.selectors import TELLING, anchor_of, answers, own_selectors

_NEXT_WORD = re.compile(
    r"^(?:next(?: page)?|older|weiter|nächste(?: seite)?|suivante?|page suivante|siguiente|avanti|volgende|neste|nästa"
    r"|næste|seuraava|далі|наступна|вперед|다음|次へ|下一页|下一頁)?\s*[›»>→]*$",
    re.IGNORECASE,
)
_NEXT_PLACE = re.compile(r"\bnext\b", re.IGNORECASE)
_PREVIOUS = re.compile(
    r"\b(?:prev(?:ious)?|précédente?|zurück|vorherige|anterior|precedente|forrige|föregående|이전|前へ)\b",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"(\d[\d.,\s]*?)\s*(?:products?|results?|items?|bottles?|whisk\w+|produkter|varer|artikel|produkte|ergebnisse"
    r"|résultats|produits|resultados|productos|risultati|prodotti|tuotetta|товар\w*|개|件)\b|(?:of|von|sur|av|de)\s+(\d[\d.,]*)",
    re.IGNORECASE,
)


def next_of(root: Element, elements: list[Element], url: str) -> Finding | None:
    """Return the selector of the link to the next page, None where no link says that it leads there."""
    for element in elements:
        if element.tag not in ("a", "link") or not is_link(element.attributes.get("href", "")):
            continue
        if "next" in element.attributes.get("rel", "").split():
            css = f"{element.tag}[rel~=next]"
            return Finding(section="cards", key="next", value=toml_text(css), surety=SURE, why="the page says rel=next")
    for element in elements:
        found = _next_css(element, root) if element.tag == "a" and _leads_on(element, url) else None
        if found is not None:
            why = f"a link called {element.text() or element.attributes.get('aria-label', 'next')!r}"
            return Finding(section="cards", key="next", value=toml_text(found), surety=LIKELY, why=why)
    return None


def _leads_on(element: Element, url: str) -> bool:
    href = element.attributes.get("href", "")
    if not is_link(href) or not _is_next(element) or _PREVIOUS.search(element.text() or ""):
        return False
    try:
        target = urlsplit(urljoin(url, href))
    except ValueError:
        return False
    return target.hostname == urlsplit(url).hostname and target.geturl() != url


def _is_next(element: Element) -> bool:
    own = " ".join(element.attributes.get(name, "") for name in ("class", "aria-label", "title"))
    above = element.parent.attributes.get("class", "") if element.parent else ""
    if _NEXT_PLACE.search(re.sub(r"[_-]", " ", f"{own} {above}")):
        return not re.search(r"slide|carousel|swiper|slick", f"{own} {above}", re.IGNORECASE)
    text = element.text()
    if not text and _arrow(element):
        return "pag" in " ".join(one.attributes.get("class", "") for one in itertools.islice(element.ancestors(), 4))
    return bool(text) and _NEXT_WORD.match(text) is not None and bool(re.search(r"\w|»|›", text))


def _arrow(element: Element) -> str:
    """Return the class of an icon in a link that points on, empty where it has none."""
    icons = (name for child in element.children for name in child.classes)
    return next((name for name in icons if re.search(r"(?:angle|chevron|arrow)s?-right\Z", name)), "")


def _next_css(element: Element, root: Element) -> str | None:
    arrow = _arrow(element)
    if arrow:
        alike = [one for one in root.walk() if one.tag == "a" and _arrow(one) == arrow]
        return f"a:has(> .{arrow})" if len({one.attributes.get("href") for one in alike}) == 1 else None
    for css in _next_selectors(element):
        if len({other.attributes.get("href") for other in _found(css, root)}) == 1:
            return css
    return None


def _next_selectors(element: Element) -> Iterator[str]:
    for css, rank in own_selectors(element):
        if rank <= TELLING:
            yield f"a{css}" if css[0] in ".[" else css
    for above in itertools.islice(element.ancestors(), 2):
        for css, rank in own_selectors(above):
            if rank <= TELLING:
                yield f"{css} a"


def _found(css: str, root: Element) -> list[Element]:
    head, _, tail = css.rpartition(" ")
    wanted = head or css.removeprefix("a")
    return [
        element
        for element in root.walk()
        if element.tag == "a"
        and any(answers(place, wanted) for place in (element.ancestors() if tail == "a" and head else (element,)))
    ]


def total_of(elements: list[Element], group: Group) -> Finding | None:
    """Return where the page says how many products the list has, None where it does not or says it in two ways."""
    for element in elements:
        text = element.short or ""
        match = _TOTAL.search(text) if 0 < len(text) < 80 else None
        if match is None or any(card is element or card.holds(element) for card in group.cards):
            continue
        number = int(re.sub(r"\D", "", match[1] or match[2]) or 0)
        anchor = anchor_of(element)
        if anchor is None or number < len(group.cards) or len(str(number)) > 6:
            continue
        same = [other for other in elements if answers(other, anchor[0])]
        if len({other.text() for other in same}) != 1:
            continue
        pattern = _pattern(match)
        place = Place(css=(anchor[0],), pattern=pattern)
        why = f"the page says {text[:60]!r}"
        return Finding(section="cards", key="total", value=place.toml(), surety=LIKELY, why=why)
    return None


def _pattern(match: re.Match[str]) -> str:
    if match[1]:
        word = re.sub(r"^[\d.,\s]+", "", match.group())
        return rf"(\d[\d.,\s]*)\s*{re.escape(word)}"
    word = match.group().split()[0]
    return rf"{re.escape(word)}\s+(\d[\d.,]*)"
