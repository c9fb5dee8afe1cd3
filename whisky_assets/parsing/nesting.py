"""Markup that would fill the memory is cut down before a tree is built of it: depth is capped, as in browsers.

Not here: which parser reads a page (`html`). Real pages hold up to 13,000 tags and nest a few dozen deep.
"""

from __future__ import annotations

import re

from whisky_assets.domain.errors import InputRefusedError

DEEPEST = 512
"""Where browsers stop nesting: a tag below it is left out, its text stays."""

MOST_TREE_TAGS = 150_000
"""Tags of which a tree is built: each takes half a kilobyte."""

MOST_SCANNED_TAGS = 300_000
"""Tags that are scanned for depth: the scan itself takes a tenth of that of each."""

MOST_SIGNS = 500_000
"""`=` signs of a page of which a tree is built, as each may be an attribute; real pages hold some thousands."""

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*+)[^<>]*+>")
_HOLD_NOTHING = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_NEVER_DEEPER = _HOLD_NOTHING | {"p", "li", "dt", "dd", "tr", "td", "th", "option"}
"""Tags that hold nothing, or that the next one of their kind closes: a run of them is long, not deep."""


def shallow(text: str) -> str:
    """Return markup without the tags that lie deeper than any page nests; a page of normal depth is unchanged.

    Raises:
        InputRefusedError: reason `too_many_tags`: what is left is still more than a tree can be built of, or its tags
            hold more attributes.
    """
    signs = text.count("=")
    if signs > MOST_SIGNS:
        raise _too_many(f"{signs:,} attributes", MOST_SIGNS)
    require_few_tags(text, MOST_SCANNED_TAGS)
    kept = _TAG.sub(_Nesting().keep, text)
    require_few_tags(kept, MOST_TREE_TAGS)
    return kept


def require_few_tags(text: str, most: int) -> None:
    """Refuse markup of more tags than that.

    Raises:
        InputRefusedError: reason `too_many_tags`.
    """
    tags = text.count("<")
    if tags > most:
        raise _too_many(f"{tags:,} tags", most)


def _too_many(what: str, most: int) -> InputRefusedError:
    return InputRefusedError(
        f"the markup holds {what}, more than {most:,}.",
        reason="too_many_tags",
        remedy="Look at it in a browser; if it is a real list, ask the site for a shorter one.",
    )


class _Nesting:
    """How deep a scan of tags is; closing tags are taken in order, whatever they are called."""

    def __init__(self) -> None:
        self._depth = 0
        self._left_out = 0

    def keep(self, tag: re.Match[str]) -> str:
        if tag[2].lower() in _NEVER_DEEPER or tag[0].endswith("/>"):
            return tag[0]
        return self._close(tag[0]) if tag[1] else self._open(tag[0])

    def _open(self, tag: str) -> str:
        if self._depth >= DEEPEST:
            self._left_out += 1
            return ""
        self._depth += 1
        return tag

    def _close(self, tag: str) -> str:
        if self._left_out:
            self._left_out -= 1
            return ""
        self._depth = max(self._depth - 1, 0)
        return tag
