"""CSS for an element that a shop's next release is likely to keep: data marks and telling classes before built ones.

Not here: what is looked for (`groups`, `places`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from whisky_assets.sources.drafting.elements import Element

MARK, TELLING, PLAIN, POSITION, BUILT = range(5)
"""How stable a selector is, the best first: data mark, telling class, tag, layout class or place, class of a build."""

RANK_WORDS = {
    MARK: "a mark that its makers set",
    TELLING: "a class that says what it is",
    PLAIN: "a tag",
    POSITION: "its place or a layout class",
    BUILT: "a class that the site's build makes anew",
}

MARKS = ("itemprop", "data-testid", "data-test", "data-test-id", "data-qa", "data-cy", "data-hook", "data-role")
_NAME = re.compile(r"-?[A-Za-z_][\w-]*\Z", re.ASCII)
_VALUE = re.compile(r"[\w .:-]{1,60}\Z", re.ASCII)
_BUILT = re.compile(
    r"(?:css|sc|jsx|jss|emotion|svelte|ng|tss|makeStyles|chakra|astro|MuiBox)[-_]?[\w-]*\d[\w-]*\Z"
    r"|(?:css|sc|jss|svelte|_ng\w+)-[\w-]+\Z|_\w{5,}\Z"
)
_LAYOUT = re.compile(
    r"(?:col|row|grid__item|flex|grid|container|wrapper|wrap|inner|block|left|right|center|top|bottom|small|large|medium"
    r"|margin|padding|text|font|bg|border|rounded|shadow|items|justify|self|order|gap|space|relative|absolute|hidden|visible|clearfix"
    r"|first|last|odd|even|active|selected|current|hover|js|is|has|no|lazy\w*|loaded|show|fade|aos|p|m|w|h|d|z|sm|md|lg"
    r"|xl|xs|px|py|pt|pb|pl|pr|mx|my|mt|mb|ml|mr|u)(?:[-_].*|\d*)\Z",
    re.IGNORECASE,
)
_TELLING = re.compile(
    r"product|produkt|item|card|tile|teaser|listing|result|bottle|name|title|titel|nom|price|pris|prix|preis|hinta|size"
    r"|volume|abv|brand|vendor|producer|maker|sku|stock|avail|badge|status|thumb|image|desc|region|country|categ|code",
    re.IGNORECASE,
)


def is_built(name: str) -> bool:
    """Whether a class is one that a build makes anew: `css-1q2w3e`, `sc-bdVaJa`, `Card_title__aB3x9`."""
    if _BUILT.match(name):
        return True
    tail = re.split(r"__|--|_|-", name)[-1]
    mixed = re.search(r"\d", tail) and re.search(r"[A-Za-z]", tail)
    return bool(mixed and len(tail) >= 5 and not re.match(r"[a-z]+\d{1,2}\Z", tail))


def own_selectors(element: Element) -> tuple[tuple[str, int], ...]:
    """Return the selectors that an element answers to by itself, with their ranks."""
    if element.named is None:
        element.named = tuple(_own(element))
    return element.named


def answers(element: Element, css: str) -> bool:
    """Whether one of an element's own selectors is this one."""
    return any(own == css for own, _ in own_selectors(element))


def _own(element: Element) -> Iterator[tuple[str, int]]:
    if "-" in element.tag and _NAME.match(element.tag):
        yield element.tag, TELLING
    for mark in MARKS:
        value = element.attributes.get(mark)
        if value and _VALUE.match(value) and not re.search(r"\d{3,}", value):
            yield f'[{mark}="{value}"]' if not _NAME.match(value) else f"[{mark}={value}]", MARK
    if re.search(r"schema\.org/(?:Product|Offer)\Z", element.attributes.get("itemtype", "")):
        yield f'[itemtype$="/{element.attributes["itemtype"].rpartition("/")[2]}"]', MARK
    yield from _data_marks(element)
    for name in element.classes:
        yield from _class_selectors(name)
    if element.tag and "-" not in element.tag:
        yield element.tag, PLAIN


def anchor_of(element: Element) -> tuple[str, int] | None:
    """Return the one telling selector of an element that others below it can be named by, None where it has none."""
    ranked = [(rank, place, css) for place, (css, rank) in enumerate(own_selectors(element)) if rank <= TELLING]
    if not ranked:
        return None
    rank, _, css = min(ranked)
    return css, rank


def _data_marks(element: Element) -> Iterator[tuple[str, int]]:
    for name, value in element.attributes.items():
        if re.fullmatch(r"data-(?:product|item|variant|article)?[-_]?(?:id|pid|sku|code|ean|gtin)", name) and value:
            yield f"[{name}]", MARK


@lru_cache(maxsize=20_000)
def _class_selectors(name: str) -> tuple[tuple[str, int], ...]:
    return tuple(_of_class(name))


def _of_class(name: str) -> Iterator[tuple[str, int]]:
    if not _NAME.match(name):
        return
    if is_built(name):
        stem = re.match(r"([A-Z][A-Za-z]+[_-]{1,2}[a-z][A-Za-z]+[_-]{2})", name)
        if stem:
            yield f'[class*="{stem[1]}"]', TELLING
        yield f".{name}", BUILT
    elif _TELLING.search(name):
        yield f".{name}", TELLING
    elif _LAYOUT.match(name):
        yield f".{name}", POSITION
    elif not re.search(r"\d{3,}", name):
        yield f".{name}", TELLING if len(name) > 3 else POSITION
