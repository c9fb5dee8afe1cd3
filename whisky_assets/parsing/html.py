"""Regions of an HTML page and the texts in them, quickly where a page is sane and safely where it is not.

Sane pages are read by selectolax, about nine times as fast as BeautifulSoup on whole shop pages. selectolax is
quadratic in nesting and attributes and deaf to signals, so pages too hostile for it are read by BeautifulSoup over
lxml, through the same class of methods. Not here: what a text means, and where a feed says that it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Protocol

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement, PreformattedString
from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode, SelectolaxError
from soupsieve import SelectorSyntaxError

from whisky_assets.parsing.nesting import require_few_tags, shallow
from whisky_assets.parsing.white_space import folded_spaces

MOST_TAGS = 60_000
"""Real shop pages hold up to 13,181 `<`; 200,000 nested tags cost selectolax over 12 s, BeautifulSoup 2.4 s."""

MOST_ATTRIBUTES = 5_000
"""`=` signs between two tag signs; 200,000 attributes of one tag cost selectolax over 12 s, BeautifulSoup 0.5 s."""

MOST_FRAGMENT_TAGS = 10_000
"""Tags of a description that a shop's editor made; whole shop pages hold as many."""

UNSEEN_TAGS = ("script", "style", "template", "noscript")
_UNSEEN_CSS = ", ".join(UNSEEN_TAGS)

AS_WRITTEN = LexborDocumentOptions.WO_EVENTS.value
"""Without what a browser does to a tree while it grows, as to choose the selected option anew at each of a long list:
quadratic, 45 of 53 ms on a real page with a list of 2,832, and 13 s at 59,000."""

MOST_PARTS_OF_ITEM = 100
"""Elements of a list item in which its label is looked for: it stands in front, behind an icon at most."""

_MAY_BE_CENTS = re.compile(r"\d \d{2}(?: |\Z)")
_WHOLE_AT_END = re.compile(r"(?:^|[^\d.,])\d{1,3}(?:,?\d{3})*\s*\Z")
_MAY_BE_THOUSANDS = re.compile(r"\d\s\d{3}(?!\d)")
_THOUSANDS_FIRST = re.compile(r"\d{3}(?!\d)")


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
        """Return an attribute of the part itself, None where it has none; a name's case counts nothing."""

    def raw_text(self) -> str:
        """Return text as it stands, white space kept: what a script holds."""

    def cut(self, css: str) -> None:
        """Remove what a selector finds."""

    def soup(self) -> Tag:
        """Return the part as BeautifulSoup over lxml, built now: for a feed's own function."""


def parse_page(text: str, utf8: bytes | None = None) -> Region:
    """Return a whole page as a region, read by the parser that it can bear.

    Args:
        text: the decoded page.
        utf8: the same in UTF-8, where it is at hand: the quick parser reads that.

    Raises:
        InputRefusedError: reason `too_many_tags`: no parser can bear it.
    """
    if is_hostile(text):
        return _SoupRegion(BeautifulSoup(shallow(text), "lxml"))
    return _fast(text if utf8 is None else utf8)


def is_hostile(text: str) -> bool:
    """Whether a page holds more tags, or a tag more attributes, than selectolax can bear."""
    if text.count("<") > MOST_TAGS:
        return True
    return any(tag.count("=") > MOST_ATTRIBUTES for tag in _long_tags(text))


def looks_like_html(text: str) -> bool:
    """Whether a text begins like a page: a PDF or JSON under an HTML header does not."""
    return re.match(r"\s*<(?:!doctype|!--|\?xml|html|head|body|[a-z])", text[:2_000], re.IGNORECASE) is not None


def check_selector(css: str) -> None:
    """Refuse a CSS selector that one of the two parsers does not understand.

    Raises:
        ValueError: says which selector and why.
    """
    for region in (_fast("<p></p>"), _SoupRegion(BeautifulSoup("<p></p>", "lxml"))):
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
    """Return all text, a raised pair of digits behind a whole number as its cents: `$79<sup>99</sup>` is `$79.99`.

    Two numbers of two elements are never one with a space for its thousands: `100` and `150` are `100 | 150`.
    """
    text = region.text()
    may_be_cents = _MAY_BE_CENTS.search(text) is not None and bool(region.select("sup"))
    if not may_be_cents and not _MAY_BE_THOUSANDS.search(text):
        return text
    told = ""
    for piece, is_raised in region.pieces():
        is_cents = is_raised and re.fullmatch(r"\d{2}", piece) and _WHOLE_AT_END.search(told)
        apart = "." if is_cents else " | " if told[-1:].isdigit() and _THOUSANDS_FIRST.match(piece) else " "
        told = f"{told}{apart}{piece}" if told else piece
    return folded_spaces(told)


def fragment_text(fragment: str) -> str:
    """Return the text of HTML that a person typed into a shop's editor, blocks and line breaks as spaces.

    BeautifulSoup over lxml, because such fragments are the most broken HTML of all, and short.

    Raises:
        InputRefusedError: reason `too_many_tags`: it is no description, and a tree of it would fill the memory.
    """
    require_few_tags(fragment, MOST_FRAGMENT_TAGS)
    soup = BeautifulSoup(fragment, "lxml")
    for tag in soup.find_all(UNSEEN_TAGS):
        tag.decompose()
    return folded_spaces(soup.get_text(" "))


def _long_tags(text: str) -> Iterator[str]:
    """Yield each tag that has room for so many signs, and the last one: few are long, so that most is leapt over.

    A tag ends where it is closed or the next one opens.
    """
    start = text.find("<") + 1
    while 0 < start < len(text):
        last = text.rfind("<", start, start + MOST_ATTRIBUTES + 1)
        if last < 0:
            last = text.find("<", start)
            last = len(text) if last < 0 else last
            yield text[start:last].partition(">")[0]
        start = last + 1


def _fast(markup: str | bytes) -> _FastRegion:
    root = _root(markup)
    return _FastRegion(root, _Unseen(root))


def _root(markup: str | bytes) -> LexborNode:
    root = LexborHTMLParser(markup, options=AS_WRITTEN).root
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


class _Unseen:
    """Which elements of a page are or hold what is not seen, found once for all the texts that are read of it."""

    def __init__(self, root: LexborNode) -> None:
        self._root = root

    @cached_property
    def holders(self) -> frozenset[int]:
        """Return the elements by address. Cuts take elements away and add none, so that no other is ever one."""
        holders: set[int] = set()
        for unseen in self._root.css(_UNSEEN_CSS):
            node: LexborNode | None = unseen
            while node is not None and node.mem_id not in holders:
                holders.add(node.mem_id)
                node = node.parent
        return frozenset(holders)

    def seen_parts(self, node: LexborNode, is_whole: Callable[[LexborNode], bool]) -> Iterator[LexborNode]:
        """Yield what is seen of an element, in order, in parts that need not be taken apart further."""
        waiting = [node]
        while waiting:
            part = waiting.pop()
            if is_whole(part):
                yield part
            elif part.tag not in UNSEEN_TAGS:
                waiting += reversed(list(part.iter(include_text=True)))

    def seen_text(self, node: LexborNode) -> str:
        """Return all text of an element that is seen, white space not folded."""
        holders = self.holders
        if node.mem_id not in holders:
            return node.text(separator=" ")
        parts = self.seen_parts(node, is_whole=lambda part: part.mem_id not in holders)
        return " ".join(part.text(separator=" ") for part in parts)


class _FastRegion:
    """A region read by selectolax."""

    __slots__ = ("_node", "_unseen")

    def __init__(self, node: LexborNode, unseen: _Unseen) -> None:
        self._node = node
        self._unseen = unseen

    def select(self, css: str) -> list[Region]:
        node, unseen = self._node, self._unseen
        try:
            found = node.css(css)
        except SelectolaxError as error:
            raise ValueError(f"{css!r} is no CSS selector: {error}") from error
        # selectolax finds the part itself too; what a part holds is asked for.
        own = node.mem_id
        return [_FastRegion(part, unseen) for part in found if part.mem_id != own]

    def children(self) -> list[Region]:
        nodes = self._node.iter(include_text=False)
        return [_FastRegion(node, self._unseen) for node in nodes if node.is_element_node]

    def text(self) -> str:
        return folded_spaces(self._unseen.seen_text(self._node))

    def pieces(self) -> Iterator[tuple[str, bool]]:
        for node in self._unseen.seen_parts(self._node, is_whole=lambda part: part.is_text_node):
            if text := " ".join(node.text().split()):
                yield text, node.parent is not None and node.parent.tag == "sup"

    def attribute(self, name: str) -> str | None:
        return self._node.attrs.get(name)

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

    __slots__ = ("_tag",)

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
        return folded_spaces(" ".join(_seen_strings(self._tag)))

    def pieces(self) -> Iterator[tuple[str, bool]]:
        for text in _seen_strings(self._tag):
            if text.strip():
                yield " ".join(text.split()), text.parent is not None and text.parent.name == "sup"

    def attribute(self, name: str) -> str | None:
        value = self._tag.get(name.lower())
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


def _seen_strings(tag: Tag) -> Iterator[NavigableString]:
    """Yield all texts of an element that are seen, in order: no comment, and nothing of a script."""
    waiting: list[PageElement] = [tag]
    while waiting:
        part = waiting.pop()
        if isinstance(part, NavigableString):
            if not isinstance(part, PreformattedString):
                yield part
        elif isinstance(part, Tag) and part.name not in UNSEEN_TAGS:
            waiting += reversed(part.contents)


def _slice(markup: str) -> Tag:
    soup = BeautifulSoup(markup, "lxml")
    body = soup.body
    inner = body.find(recursive=False) if body is not None else None
    return inner if isinstance(inner, Tag) else soup
