"""Price lists with a header row, wherever it stands: each further row that is not blank is one product or one refusal.

Not here: opening files (`workbook`). Strict: every declared column must exist, every row must fill the header.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.dates import stated_day
from whisky_assets.sources.document import PresetReading, RawDocument, RawRow, RefusedItem, refused_row
from whisky_assets.sources.presets.workbook import GridRow, read_grid
from whisky_assets.sources.source import FieldRule, FilePlan, Source

CSV_XLSX_VERSION = "csv_xlsx-2"

ROWS_BEFORE_HEADER = 50
"""How far down a header is looked for: title rows are a handful in every list seen."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Header:
    """Where the header stands (index in the grid), its width, and each title's place."""

    index: int
    width: int
    places: Mapping[str, int]


def read_price_list(source: Source, document: RawDocument) -> PresetReading:
    """Return a row for every row below the header that is not blank.

    Rows with fewer or more cells than the header are refused as `row_too_short` and `row_too_long`. Columns that are
    neither declared nor ignored are told in the notes.

    Raises:
        InputRefusedError: reasons of `workbook.read_grid`; `wrong_header`, naming expected and found columns;
            `empty_file` where no row stands below the header.
    """
    plan = _plan(source)
    grid, notes = read_grid(plan, document.body, document.url)
    header = _find_header(source, plan, grid, document.url)
    rows: list[RawRow] = []
    refused: list[RefusedItem] = []
    filled = [row for row in grid[header.index + 1 :] if not row.blank]
    if not filled:
        raise InputRefusedError(
            f"{document.url} has its header in row {header.index + 1} and no product below it.",
            reason="empty_file",
            remedy="Export it again.",
        )
    for ordinal, row in enumerate(filled):
        problem = _shape_problem(row, header.width)
        if problem is None:
            rows.append(_raw_row(source, plan, header, row, ordinal))
        else:
            reason, message = problem
            refused.append(refused_row(ordinal, reason, f"row {row.number}: {message}", _evidence(row)))
    unread = _unread_columns(source, plan, header)
    if unread:
        notes = (*notes, f"{document.url}: columns neither declared nor ignored: {', '.join(unread)}")
    return PresetReading(rows=tuple(rows), refused=tuple(refused), notes=notes)


def title_day(source: Source, document: RawDocument) -> datetime | None:
    """Return the day that the rows above the header state, None where they state none.

    Raises:
        InputRefusedError: as `read_price_list` for files that cannot be read; `date_unreadable`.
    """
    plan = _plan(source)
    if plan.as_of is None or plan.as_of.where != "title":
        return None
    grid, _ = read_grid(plan, document.body, document.url)
    header = _find_header(source, plan, grid, document.url)
    for row in grid[: header.index]:
        for cell in row.cells:
            if match := plan.as_of.pattern.search(cell or ""):
                return stated_day(match)
    return None


def _plan(source: Source) -> FilePlan:
    if source.file is None:
        raise AssertionError(f"{source.name}: loading lets no csv_xlsx feed pass without [file]")
    return source.file


def _find_header(source: Source, plan: FilePlan, grid: list[GridRow], name: str) -> _Header:
    declared = [rule for rule in _rules(source) if not rule.optional]
    candidates = range(min(len(grid), ROWS_BEFORE_HEADER))
    if plan.header_row is not None:
        candidates = range(plan.header_row - 1, min(plan.header_row, len(grid)))
    best: _Header | None = None
    best_count = -1
    for index in candidates:
        header = _header_at(grid, index)
        count = sum(any(place in header.places for place in _folded(rule)) for rule in declared)
        if count == len(declared):
            _refuse_twins(source, grid[index], name)
            return header
        if count > best_count:
            best, best_count = header, count
    raise _wrong_header(declared, best, plan, name)


def _header_at(grid: list[GridRow], index: int) -> _Header:
    titles = [_fold(cell or "") for cell in grid[index].cells]
    width = max((place + 1 for place, title in enumerate(titles) if title), default=0)
    places: dict[str, int] = {}
    for place, title in enumerate(titles[:width]):
        places.setdefault(title, place)
    return _Header(index, width, places)


def _refuse_twins(source: Source, row: GridRow, name: str) -> None:
    titles = [_fold(cell or "") for cell in row.cells]
    for rule in _rules(source):
        for place in _folded(rule):
            if titles.count(place) > 1:
                raise InputRefusedError(
                    f"{name} has the column {place!r} {titles.count(place)} times, so nobody can say which is meant.",
                    reason="wrong_header",
                    remedy="Rename one of them in the file.",
                )


def _wrong_header(declared: list[FieldRule], best: _Header | None, plan: FilePlan, name: str) -> InputRefusedError:
    found = [title for title in best.places if title] if best else []
    missing = [" or ".join(rule.places) for rule in declared if not any(place in found for place in _folded(rule))]
    where = f"row {plan.header_row}" if plan.header_row else f"the first {ROWS_BEFORE_HEADER} rows"
    return InputRefusedError(
        f"{name} has another header: expected the columns {', '.join(' or '.join(rule.places) for rule in declared)}; "
        f"found in {where}: {', '.join(found)[:600] or 'none'}; missing: {', '.join(missing)}.",
        reason="wrong_header",
        remedy="If the list changed its columns, mend [fields] (and header_row, delimiter) of the feed.",
    )


def _shape_problem(row: GridRow, width: int) -> tuple[str, str] | None:
    given = len(row.cells)
    while given and row.cells[given - 1] is None:
        given -= 1
    if given < width:
        return "row_too_short", f"it has {given} cells, the header has {width}."
    if any(cell and cell.strip() for cell in row.cells[width:]):
        return "row_too_long", f"cells stand behind the header's last column, number {width}."
    return None


def _raw_row(source: Source, plan: FilePlan, header: _Header, row: GridRow, ordinal: int) -> RawRow:
    return RawRow(
        ordinal=ordinal,
        texts={field: tuple(_texts(rule, header, row)) for field, rule in source.fields.items()},
        details={
            name: text
            for name, rule in source.details.items()
            if (text := next(_texts(rule, header, row), None)) is not None
        },
        evidence=partial(_evidence, row),
        price_decimal=plan.decimal,
    )


def _texts(rule: FieldRule, header: _Header, row: GridRow) -> Iterator[str]:
    for place in _folded(rule):
        index = header.places.get(place)
        cell = row.cells[index] if index is not None else None
        text = " ".join(cell.split()) if cell else ""
        cut = rule.cut(text) if text else None
        if cut:
            yield cut


def _unread_columns(source: Source, plan: FilePlan, header: _Header) -> list[str]:
    known = {place for rule in _rules(source) for place in _folded(rule)} | {_fold(title) for title in plan.ignore}
    return [title for title in header.places if title and title not in known]


def _rules(source: Source) -> list[FieldRule]:
    return [*source.fields.values(), *source.details.values()]


def _folded(rule: FieldRule) -> list[str]:
    return [_fold(place) for place in rule.places]


def _fold(title: str) -> str:
    return " ".join(unicodedata.normalize("NFC", title).lstrip("\ufeff").split())


def _evidence(row: GridRow) -> str:
    return " | ".join(cell or "" for cell in row.cells).rstrip(" |")
