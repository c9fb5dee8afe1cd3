"""Regions of an HTML page and the texts in them, quickly where a page is sane and safely where it is not.

Sane pages are read by selectolax, about nine times as fast as BeautifulSoup on whole shop pages. selectolax is
quadratic in nesting and attributes and deaf to signals, so pages too hostile for it are read by BeautifulSoup over
lxml, through the same class of methods. Not here: what a text means, and where a feed says that it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString
from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError
from soupsieve import SelectorSyntaxError

from whisky_assets.parsing.nesting import shallow

MOST_TAGS = 60_000
"""Real shop pages hold up to 13,181 `<`; 200,000 nested tags cost selectolax over 12 s, BeautifulSoup 2.4 s."""

MOST_ATTRIBUTES = 5_000
"""`=` signs between two tag signs; 200,000 attributes of one tag cost selectolax over 12 s, BeautifulSoup 0.5 s."""

UNSEEN_TAGS = ("script", "style", "template", "noscript")

_LONG_TAG = re.compile(rf"<[^<>]{{{MOST_ATTRIBUTES},}}")
"""Only a long tag has room for so many signs, and few tags are long."""
MOST_PARTS_OF_ITEM = 100
"""Elements of a list item in which its label is looked for: it stands in front, behind an icon at most."""

_WHOLE_AT_END = re.compile(r"(?:^|[^\d.,])\d{1,3}(?:,?\d{3})*\s*\Z")


class Region(Protocol):
    """A part of a page. Texts come with white space folded; selectors are CSS; a bad one raises ValueError."""

    def select(self, css: str) -> list[Region]:
        """Return the parts that a selector finds, in the page's order."""

    def children(self) -> list[Region]:
        """Return the elements that stand directly in the part, in order."""

    def name(self) -> str:
        """Return the part's tag, in small letters."""

    def text(self) -> str:
        """Return all text, without scripts and styles."""

    def pieces(self) -> Iterator[tuple[str, bool]]:
        """Yield each text of the part that is not blank, in order, and whether it stands raised (`sup`)."""

    def attribute(self, name: str) -> str | None:
        """Return an attribute of the part itself, None where it has none."""

    def raw_text(self) -> str:
        """Return text as it stands, white space kept: what a script holds."""

    def cut(self, css: str) -> None:
        """Remove what a selector finds."""

    def soup(self) -> Tag:
        """Return the part as BeautifulSoup over lxml, built now: for a feed's own function."""


def parse_page(text: str) -> Region:
    """Return a whole page as a region, read by the parser that it can bear.

    Raises:
        InputRefusedError: reason `too_many_tags`: no parser can bear it.
    """
    if is_hostile(text):
        return _SoupRegion(BeautifulSoup(shallow(text), "lxml"))
    return _FastRegion(_root(text))


def is_hostile(text: str) -> bool:
    """Whether a page holds more tags, or a tag more attributes, than selectolax can bear."""
    if text.count("<") > MOST_TAGS:
        return True
    return text.count("=") > MOST_ATTRIBUTES and any(
        tag.group().count("=") > MOST_ATTRIBUTES for tag in _LONG_TAG.finditer(text)
    )


def looks_like_html(text: str) -> bool:
    """Whether a text begins like a page: a PDF or JSON under an HTML header does not."""
    return re.match(r"\s*<(?:!doctype|!--|\?xml|html|head|body|[a-z])", text[:2_000], re.IGNORECASE) is not None


def check_selector(css: str) -> None:
    """Refuse a CSS selector that one of the two parsers does not understand.

    Raises:
        ValueError: says which selector and why.
    """
    for region in (_FastRegion(_root("<p></p>")), _SoupRegion(BeautifulSoup("<p></p>", "lxml"))):
        region.select(css)


def labelled_text(region: Region, labels: tuple[str, ...]) -> str | None:
    """Return the value beside a label in a table row, a definition list or a list item, None without one.

    A list item's label is its first element with a text of its own, and its value is the rest of the item; an item that
    holds a list has none. Labels are compared with case, white space and a trailing colon folded.
    """
    wanted = {_fold_label(label) for label in labels}
    for label, value in _labelled_cells(region):
        if _fold_label(label) in wanted and value:
            return value
    return None


def priced_text(region: Region) -> str:
    """Return all text, a raised pair of digits behind a whole number as its cents: `$79<sup>99</sup>` is `$79.99`."""
    if not region.select("sup"):
        return region.text()
    told = ""
    for text, is_raised in region.pieces():
        is_cents = is_raised and re.fullmatch(r"\d{2}", text) and _WHOLE_AT_END.search(told)
        told = f"{told}.{text}" if is_cents else f"{told} {text}"
    return told.strip()


def fragment_text(fragment: str) -> str:
    """Return the text of HTML that a person typed into a shop's editor, blocks and line breaks as spaces.

    BeautifulSoup over lxml, because such fragments are the most broken HTML of all, and short.
    """
    soup = BeautifulSoup(fragment, "lxml")
    for tag in soup.find_all(UNSEEN_TAGS):
        tag.decompose()
    return " ".join(soup.get_text(" ").split())


def _root(markup: str) -> LexborNode:
    root = LexborHTMLParser(markup).root
    if root is None:  # the parser makes an html element out of any text
        raise AssertionError("selectolax made no root element")
    return root


def _labelled_cells(region: Region) -> Iterator[tuple[str, str]]:
    for row in region.select("tr"):
        cells = row.select("th, td")
        if len(cells) >= 2:
            yield cells[0].text(), cells[1].text()
    for terms in region.select("dl"):
        label = ""
        for cell in terms.select("dt, dd"):
            if cell.name() == "dt":
                label = cell.text()
            else:
                yield label, cell.text()
    for item in region.select("li:not(:has(li))"):
        whole = item.text()
        parts = item.select("*")[:MOST_PARTS_OF_ITEM]
        label = next((text for part in parts if (text := part.text()) and text != whole), "")
        if label and whole.startswith(label):
            yield label, whole[len(label) :].strip()


def _fold_label(label: str) -> str:
    return " ".join(label.split()).rstrip(":： ").casefold()


class _FastRegion:
    """A region read by selectolax."""

    def __init__(self, node: LexborNode) -> None:
        self._node = node

    def select(self, css: str) -> list[Region]:
        try:
            # selectolax finds the part itself too; what a part holds is asked for.
            own = self._node.mem_id
            return [_FastRegion(node) for node in self._node.css(css) if node.mem_id != own]
        except SelectolaxError as error:
            raise ValueError(f"{css!r} is no CSS selector: {error}") from error

    def children(self) -> list[Region]:
        return [_FastRegion(node) for node in self._node.iter(include_text=False)]

    def text(self) -> str:
        if not self._node.css_first(", ".join(UNSEEN_TAGS)):
            return " ".join(self._node.text(separator=" ").split())
        copy = LexborHTMLParser(self._node.html or "")
        copy.strip_tags(list(UNSEEN_TAGS))
        return " ".join(copy.text(separator=" ").split())

    def pieces(self) -> Iterator[tuple[str, bool]]:
        for node in self._node.traverse(include_text=True):
            text = " ".join(node.text().split()) if node.tag == "-text" else ""
            parent = node.parent
            tag = "" if parent is None else parent.tag
            if text and tag not in UNSEEN_TAGS:
                yield text, tag == "sup"

    def attribute(self, name: str) -> str | None:
        return self._node.attributes.get(name)

    def raw_text(self) -> str:
        return self._node.text()

    def name(self) -> str:
        return self._node.tag or ""

    def cut(self, css: str) -> None:
        for node in self._node.css(css):
            node.decompose()

    def soup(self) -> Tag:
        return _slice(self._node.html or "")


class _SoupRegion:
    """A region read by BeautifulSoup over lxml."""

    def __init__(self, tag: Tag) -> None:
        self._tag = tag

    def select(self, css: str) -> list[Region]:
        try:
            return [_SoupRegion(tag) for tag in self._tag.select(css)]
        except SelectorSyntaxError as error:
            raise ValueError(f"{css!r} is no CSS selector: {error}") from error

    def children(self) -> list[Region]:
        return [_SoupRegion(tag) for tag in self._tag.find_all(recursive=False)]

    def text(self) -> str:
        return " ".join(
            word
            for text in self._tag.find_all(string=True)
            if text.parent is None or text.parent.name not in UNSEEN_TAGS
            for word in text.split()
        )

    def pieces(self) -> Iterator[tuple[str, bool]]:
        for text in self._tag.find_all(string=True):
            tag = "" if text.parent is None else text.parent.name
            if not isinstance(text, PreformattedString) and text.strip() and tag not in UNSEEN_TAGS:
                yield " ".join(text.split()), tag == "sup"

    def attribute(self, name: str) -> str | None:
        value = self._tag.get(name)
        return " ".join(value) if isinstance(value, list) else value

    def raw_text(self) -> str:
        return self._tag.get_text()

    def name(self) -> str:
        return self._tag.name

    def cut(self, css: str) -> None:
        for tag in self._tag.select(css):
            tag.decompose()

    def soup(self) -> Tag:
        return self._tag


def _slice(markup: str) -> Tag:
    soup = BeautifulSoup(markup, "lxml")
    body = soup.body
    inner = body.find(recursive=False) if body is not None else None
    return inner if isinstance(inner, Tag) else soup
