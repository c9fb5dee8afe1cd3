"""How many cells a sheet of a workbook spans, counted while its XML is inflated, before any grid is made of it.

A reader makes room for every cell from the first to the last, also for those that hold nothing: a file of 5 kB with one
cell in the last row and column asks for half a terabyte. Not here: the cells' texts (`workbook`).
"""

from __future__ import annotations

import re

LONGEST_TAG = 1_000
"""Bytes of a row's or a cell's opening tag."""

_TAG = re.compile(rb"<(?:[A-Za-z]+:)?(?P<kind>row|c)(?P<attributes>\s[^<>]*|)>")
_PLACE = re.compile(rb"""\sr\s*=\s*["'](?P<letters>[A-Za-z]{0,3})(?P<number>[0-9]{1,7})["']""")


class SheetExtent:
    """The last row and column that a sheet fills, as its XML is told piece by piece."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._rest = b""
        self._row = 0
        self._column = 0
        self._last_row = 0
        self._last_column = 0

    @property
    def cells(self) -> int:
        """Return how many cells a grid of the sheet holds so far."""
        return self._last_row * self._last_column

    def read(self, piece: bytes) -> None:
        """Take the next piece of the XML; a tag that goes over its end is kept for the next one."""
        told = self._rest + piece
        end = 0
        for tag in _TAG.finditer(told):
            end = tag.end()
            self._take(tag["kind"], tag["attributes"])
        self._rest = told[max(end, len(told) - LONGEST_TAG) :]

    def _take(self, kind: bytes, attributes: bytes) -> None:
        place = _PLACE.search(attributes)
        if kind == b"row":
            self._row = int(place["number"]) if place is not None else self._row + 1
            self._column = 0
            return
        if place is not None and place["letters"]:
            self._row, self._column = int(place["number"]), _column_of(place["letters"])
        else:
            self._column += 1
        if not attributes.endswith(b"/"):  # a cell without content has a look at most
            self._last_row = max(self._last_row, self._row)
            self._last_column = max(self._last_column, self._column)


def _column_of(letters: bytes) -> int:
    column = 0
    for letter in letters.upper():
        column = column * 26 + letter - ord("A") + 1
    return column
