"""An HTML table as a grid: every cell in all the rows and columns that it spans, and which rows are head and foot.

Not here: what a column means. Only rows of the table itself count, so tables in its cells disturb nothing. Spans as in
https://html.spec.whatwg.org/multipage/tables.html: a cell ends with its group of rows.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from functools import cached_property

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.html import Region

MOST_CELLS = 100_000
"""Places of one table's grid; a list of 5,000 products with 10 columns has half of them."""

WIDEST_SPAN = 1_000
"""Columns that one cell can span, as browsers hold it."""

HEAD, BODY, FOOT = "head", "body", "foot"
_PARTS = {"thead": HEAD, "tbody": BODY, "tfoot": FOOT}


class Cell:
    """One cell; in the grid it stands at every place that it spans, as the same object."""

    def __init__(self, region: Region) -> None:
        """Wrap a `td` or `th`."""
        self.region = region
        self.is_header = region.name() == "th"
        self.columns = max(1, min(_span(region, "colspan", 1), WIDEST_SPAN))
        self.rows = _span(region, "rowspan", 1)

    @cached_property
    def text(self) -> str:
        """All text of the cell."""
        return self.region.text()


@dataclasses.dataclass(frozen=True, slots=True)
class GridRow:
    """One row: the cell at each place, and whether it stands in the head, body or foot of its table."""

    region: Region
    part: str
    cells: tuple[Cell, ...]

    @property
    def is_blank(self) -> bool:
        """Whether no text stands in the row."""
        return not any(cell.text for cell in self.cells)

    @property
    def is_spanned(self) -> bool:
        """Whether one cell fills the whole row: a heading between rows, or a note below them."""
        return len(self.cells) > 1 and all(cell is self.cells[0] for cell in self.cells)

    def starts(self, place: int) -> bool:
        """Whether the cell at a place begins there and not further left."""
        return place == 0 or self.cells[place - 1] is not self.cells[place]


def grid_of(table: Region) -> list[GridRow]:
    """Return the rows of a table in the page's order; rows of different width stay so.

    Raises:
        InputRefusedError: reason `table_too_large`: its cells span more than MOST_CELLS places.
    """
    grid: list[GridRow] = []
    count = 0
    for part, rows in _groups(table):
        # What a cell from above still covers: its column to itself and how many rows are left.
        hanging: dict[int, tuple[Cell, int]] = {}
        for place, row in enumerate(rows):
            cells = _placed(row, hanging, len(rows) - place)
            count += len(cells)
            if count > MOST_CELLS:
                raise InputRefusedError(
                    f"a table spans more than {MOST_CELLS:,} places.",
                    reason="table_too_large",
                    remedy="Look at the page in a browser; if the table is right, ask the site for a file instead.",
                )
            grid.append(GridRow(row, part, tuple(cells)))
    return grid


def _groups(table: Region) -> Iterator[tuple[str, list[Region]]]:
    """Yield each group of rows with its part; rows that stand outside of all groups are one group of the body."""
    loose: list[Region] = []
    for child in table.children():
        if child.name() == "tr":
            loose.append(child)
        elif child.name() in _PARTS:
            if loose:
                yield BODY, loose
                loose = []
            yield _PARTS[child.name()], [row for row in child.children() if row.name() == "tr"]
    if loose:
        yield BODY, loose


def _placed(row: Region, hanging: dict[int, tuple[Cell, int]], rows_left: int) -> list[Cell]:
    """Return the cells of a row at their places, and note what hangs into the rows below."""
    cells: list[Cell] = []
    for region in row.children():
        if region.name() in ("td", "th"):
            _hang(cells, hanging)
            cell = Cell(region)
            lasting = rows_left if cell.rows == 0 else min(cell.rows, rows_left)
            for _ in range(cell.columns):
                hanging.pop(len(cells), None)
                _put(cells, hanging, cell, lasting)
    _hang(cells, hanging)
    return cells


def _hang(cells: list[Cell], hanging: dict[int, tuple[Cell, int]]) -> None:
    """Fill the next places as far as cells from above cover them."""
    while len(cells) in hanging:
        _put(cells, hanging, *hanging.pop(len(cells)))


def _put(cells: list[Cell], hanging: dict[int, tuple[Cell, int]], cell: Cell, lasting: int) -> None:
    if lasting > 1:
        hanging[len(cells)] = (cell, lasting - 1)
    cells.append(cell)


def _span(region: Region, name: str, default: int) -> int:
    told = (region.attribute(name) or "").strip()
    return int(told) if re.fullmatch("[0-9]{1,6}", told) else default
