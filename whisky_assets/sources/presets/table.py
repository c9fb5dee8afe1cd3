"""Tables of a page with a header: columns by the header's text, one row a product, in every table that has the columns.

Not here: rows that hold a product in a form of their own (`cards`) and spans (`parsing.html_tables`).
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Iterator, Mapping
from functools import partial

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.html import Region
from whisky_assets.parsing.html_tables import FOOT, HEAD, Cell, GridRow, grid_of
from whisky_assets.sources.document import PresetReading, RawDocument, RawRow, RefusedItem, refused_row
from whisky_assets.sources.page_links import joined, next_page
from whisky_assets.sources.presets.opened_page import opened_page
from whisky_assets.sources.presets.places import ReadPart, texts_at, texts_of_parts
from whisky_assets.sources.source import CARD_ITSELF, FieldRule, Source
from whisky_assets.sources.totals import stated_total

TABLE_VERSION = "table-2"

ROWS_BEFORE_HEADER = 5
"""How far down a header is looked for: above it stands a title or two."""

LONGEST_TITLE = 1_000
"""Characters by which a header is compared; a cell of a page's whole text is compared with it too."""

_SORT_SIGNS = "▲▼△▽↑↓⇅↕:： "


@dataclasses.dataclass(frozen=True, slots=True)
class _Header:
    """A table's header: its rows' places in the grid, its width, and the columns under each text, as cells see them."""

    rows: range
    width: int
    columns: Mapping[str, tuple[int, ...]]
    titles: tuple[str, ...]


def read_table(source: Source, document: RawDocument) -> PresetReading:
    """Return a row for every row of the tables that have the declared columns, and the next page where one follows.

    Foots, blank rows, repeated headers and rows that one cell fills are no products; the last are counted in the notes.

    Raises:
        InputRefusedError: reasons `empty_file`, `not_html`, `no_product` (no table has the columns of name and number,
            or none has a row), `wrong_header` (a table has them, but lacks others or has one twice), `table_too_large`.
    """
    plan = source.table
    if plan is None:
        raise AssertionError(f"{source.name}: loading gives every table feed its plan")
    page, flags = opened_page(document)
    links = next_page(plan.next, page, document.url)
    stated = stated_total(plan.total, page)
    rows, refused, headings = _products(source, _tables(page, plan.region, plan.drop), document.url, flags)
    if not rows and not refused:
        raise InputRefusedError(
            f"{document.url} has no row in a table with the columns of name and number.",
            reason="no_product",
            remedy=f"If the site changed, mend region in [table] and the columns in [fields] of {source.path}.",
        )
    notes = (f"{document.url}: {headings} rows that one cell fills were taken for headings",) if headings else ()
    return PresetReading(rows=tuple(rows), refused=tuple(refused), links=links, notes=notes, stated_total=stated)


def _tables(page: Region, css: str, drop: tuple[str, ...]) -> list[Region]:
    tables = page.select(css)
    for table in tables:
        for selector in drop:
            table.cut(selector)
    return tables


def _products(
    source: Source, tables: list[Region], url: str, flags: tuple[str, ...]
) -> tuple[list[RawRow], list[RefusedItem], int]:
    rows: list[RawRow] = []
    refused: list[RefusedItem] = []
    headings = 0
    for table in tables:
        grid = grid_of(table)
        header = _header_of(source, grid, url)
        for row in _below(grid, header) if header is not None else ():
            if row.is_spanned:
                headings += 1
                continue
            ordinal = len(rows) + len(refused)
            problem = _shape_problem(row, header.width) if header is not None else None
            if problem is not None:
                refused.append(refused_row(ordinal, *problem, _evidence(row)))
            elif header is not None:
                rows.append(_raw_row(source, header, row, url, ordinal, flags))
    return rows, refused, headings


def _header_of(source: Source, grid: list[GridRow], url: str) -> _Header | None:
    """Return the header of a table of products, None for any other table.

    Raises:
        InputRefusedError: reason `wrong_header`.
    """
    for rows in _candidates(grid):
        header = _header_at(grid, rows)
        if all(_columns(source.fields[field], header) for field in ("source_id", "name")):
            _refuse_gaps(source, grid, header, url)
            return header
    return None


def _candidates(grid: list[GridRow]) -> Iterator[range]:
    """Yield where a header can stand: all rows of the head, the first rows of header cells alone, each of the first."""
    heads = [place for place, row in enumerate(grid) if row.part == HEAD]
    if heads and heads[-1] + 1 < len(grid):
        yield range(heads[0], heads[-1] + 1)
    first = next((place for place, row in enumerate(grid[:ROWS_BEFORE_HEADER]) if _is_of_headers(row)), None)
    if first is not None:
        last = first
        while last + 1 < len(grid) and _is_of_headers(grid[last + 1]):
            last += 1
        yield range(first, last + 1)
    yield from (range(place, place + 1) for place in range(min(len(grid), ROWS_BEFORE_HEADER)))


def _is_of_headers(row: GridRow) -> bool:
    return len(row.cells) > 1 and all(cell.is_header for cell in row.cells)


def _header_at(grid: list[GridRow], rows: range) -> _Header:
    """Return a header whose columns are known by their own text, by their group's and by both: `Price incl. VAT`."""
    width = max(len(grid[place].cells) for place in rows)
    own: dict[str, list[int]] = {}
    for column in range(width):
        levels = dict.fromkeys(grid[place].cells[column] for place in rows if column < len(grid[place].cells))
        texts = [fold_title(cell.text) for cell in levels]
        for title in {*texts, " ".join(texts)} - {""}:
            own.setdefault(title, []).append(column)
    last = grid[rows[-1]]
    return _Header(rows, width, {title: tuple(columns) for title, columns in own.items()}, _titles(last))


def _titles(row: GridRow) -> tuple[str, ...]:
    return tuple(fold_title(cell.text) for cell in row.cells)


def _columns(rule: FieldRule, header: _Header) -> tuple[int, ...]:
    """Return the columns of the first place that the header has; the row itself stands in no column."""
    if CARD_ITSELF in rule.places:
        return (0,)
    return next((header.columns[title] for place in rule.places if (title := fold_title(place)) in header.columns), ())


def _refuse_gaps(source: Source, grid: list[GridRow], header: _Header, url: str) -> None:
    """Refuse a header that lacks a declared column, or has one under two cells."""
    declared = {**source.fields, **source.details}
    missing = [
        " or ".join(rule.places) for rule in declared.values() if not rule.optional and not _columns(rule, header)
    ]
    bottom = grid[header.rows[-1]].cells
    twins = [
        title
        for rule in declared.values()
        for title in map(fold_title, rule.places)
        if len({id(bottom[column]) for column in header.columns.get(title, ()) if column < len(bottom)}) > 1
    ]
    if missing or twins:
        what = f"lacks {', '.join(missing)}" if missing else f"has {twins[0]!r} over several columns"
        raise InputRefusedError(
            f"a table of {url} {what}; its header says {', '.join(title for title in header.titles if title)[:600]}.",
            reason="wrong_header",
            remedy=f"If the site changed its columns, mend [fields] of {source.path}.",
        )


def _below(grid: list[GridRow], header: _Header) -> Iterator[GridRow]:
    for row in grid[header.rows[-1] + 1 :]:
        if row.part == FOOT or row.is_blank or _titles(row) == header.titles:
            continue
        yield row


def _shape_problem(row: GridRow, width: int) -> tuple[str, str] | None:
    if len(row.cells) < width:
        return "row_too_short", f"the row has {len(row.cells)} cells, the header has {width}."
    if any(cell.text for cell in row.cells[width:]):
        return "row_too_long", f"cells stand behind the header's last column, number {width}."
    return None


def _raw_row(source: Source, header: _Header, row: GridRow, url: str, ordinal: int, flags: tuple[str, ...]) -> RawRow:
    texts = {field: _texts(rule, header, row, field) for field, rule in source.fields.items()}
    texts["url"] = tuple(link for told in texts.get("url", ()) if (link := joined(url, told)) is not None)
    details = {name: found[0] for name, rule in source.details.items() if (found := _texts(rule, header, row))}
    return RawRow(ordinal=ordinal, texts=texts, details=details, evidence=partial(_evidence, row), flags=flags)


def _texts(rule: FieldRule, header: _Header, row: GridRow, field: str = "") -> tuple[str, ...]:
    def told(place: str, attribute: str | None, read: ReadPart) -> list[str]:
        return texts_of_parts(_parts(place, header, row, attribute), attribute, read)

    return texts_at(rule, told, is_price=field == "price")


def _parts(place: str, header: _Header, row: GridRow, attribute: str | None) -> Iterator[Region]:
    """Yield the row itself or its cells under a title; a cell over several columns speaks for the first alone.

    Of an attribute that a cell does not have, the first element in it that has one is the part.
    """
    cells = [row.cells[column].region for column in header.columns.get(fold_title(place), ()) if row.starts(column)]
    for part in [row.region] if place == CARD_ITSELF else cells:
        if attribute is None or part.attribute(attribute) is not None:
            yield part
        else:
            yield from part.select(f"[{attribute}]")[:1]


def _evidence(row: GridRow) -> str:
    cells: dict[int, Cell] = {id(cell): cell for cell in row.cells}
    return " | ".join(cell.text for cell in cells.values())


def fold_title(title: str) -> str:
    """Return a header's text as it is compared: case, white space, signs of sorting and a trailing colon folded."""
    return " ".join(unicodedata.normalize("NFC", title[:LONGEST_TITLE]).split()).strip(_SORT_SIGNS).casefold()
