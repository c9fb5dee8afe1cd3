"""A page as a light tree that can be walked up and down, and what stands below each element, counted once.

Built from BeautifulSoup over lxml, which bears hostile pages; a sane page first gets the shape that its reader will
give it. Nothing here recurses. Not here: selectors (`selectors`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PreformattedString
from selectolax.lexbor import LexborHTMLParser

from whisky_assets.parsing.html import AS_WRITTEN, UNSEEN_TAGS, is_hostile
from whisky_assets.parsing.nesting import shallow

SHORT_TEXT = 120
"""Characters up to which an element's whole text is kept beside it: a price, a size and a name are shorter."""


@dataclasses.dataclass(eq=False, slots=True)
class Element:
    """One element. `order` is its place in the page; `short` its text, None where that is longer than SHORT_TEXT."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None
    order: int
    parts: list[Element | str] = dataclasses.field(default_factory=list)
    short: str | None = None
    last: int = 0
    """The greatest order of what stands below it, its own where nothing does."""

    named: tuple[tuple[str, int], ...] | None = None
    """Its own selectors once they were asked for (`selectors.own_selectors`)."""

    @property
    def children(self) -> Iterator[Element]:
        """Yield the elements right below."""
        return (part for part in self.parts if isinstance(part, Element))

    @property
    def classes(self) -> list[str]:
        """Return its classes in the order that stands there."""
        return self.attributes.get("class", "").split()

    def walk(self) -> Iterator[Element]:
        """Yield the element and all below it, in the page's order."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting += reversed(list(element.children))

    def ancestors(self) -> Iterator[Element]:
        """Yield what it stands in, the nearest first."""
        above = self.parent
        while above is not None:
            yield above
            above = above.parent

    def holds(self, other: Element) -> bool:
        """Whether another element stands below it."""
        return self.order < other.order <= self.last

    def text(self) -> str:
        """Return all text with white space folded, without scripts and styles."""
        if self.short is not None:
            return self.short
        words: list[str] = []
        waiting: list[Element | str] = [self]
        while waiting:
            part = waiting.pop()
            if isinstance(part, str):
                words += part.split()
            elif part.tag not in UNSEEN_TAGS:
                waiting += reversed(part.parts)
        return " ".join(words)


def tree_of(page: str) -> tuple[Element, list[Element]]:
    """Return a page's root and all its elements in the page's order.

    Raises:
        InputRefusedError: reason `too_many_tags`: no parser can bear it.
    """
    root = Element(tag="", attributes={}, parent=None, order=0)
    elements = [root]
    found: dict[int, Element] = {}
    # Two parsers mend broken nesting in two ways; a selector must find the same in the one that will read the feed.
    shaped = shallow(page) if is_hostile(page) else LexborHTMLParser(page, options=AS_WRITTEN).html or page
    soup = BeautifulSoup(shaped, "lxml")
    found[id(soup)] = root
    for node in soup.descendants:
        above = found.get(id(node.parent))
        if above is None:
            continue
        if isinstance(node, Tag):
            element = Element(node.name, _attributes(node), above, len(elements))
            above.parts.append(element)
            elements.append(element)
            found[id(node)] = element
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString) and node.strip():
            above.parts.append(str(node))
    _count_up(elements)
    return root, elements


def _attributes(tag: Tag) -> dict[str, str]:
    return {name: " ".join(value) if isinstance(value, list) else str(value) for name, value in tag.attrs.items()}


def _count_up(elements: list[Element]) -> None:
    """Note below each element where it ends and its short text; children stand behind their parents."""
    for element in reversed(elements):
        element.last = max((child.last for child in element.children), default=element.order)
        element.short = _short_text(element)


def _short_text(element: Element) -> str | None:
    if element.tag in UNSEEN_TAGS:
        return ""
    words = []
    length = 0
    for part in element.parts:
        text = part.short if isinstance(part, Element) else " ".join(part.split())
        if text is None or (length := length + len(text) + 1) > SHORT_TEXT:
            return None
        if text:
            words.append(text)
    return " ".join(words)
