"""Drafts a feed of the preset `csv_xlsx` from a price list: its form, the row of its header, and a column a field.

Not here: opening files (`presets.workbook`) and what headers are called (`columns`).
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Sequence

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.decode import decode
from whisky_assets.sources.drafting.amounts import currencies_of
from whisky_assets.sources.drafting.columns import (
    Column,
    columns_of,
    fields_of,
    is_header,
    is_key,
    likely_unit,
    unit_of,
)
from whisky_assets.sources.drafting.kinds import kind_lines
from whisky_assets.sources.drafting.languages import language_of
from whisky_assets.sources.drafting.model import LIKELY, SURE, UNSURE, Draft, Finding, line_of, toml_list, toml_text
from whisky_assets.sources.drafting.site import Given, feed_line
from whisky_assets.sources.presets.workbook import ZIP_MAGIC, GridRow, read_grid
from whisky_assets.sources.source import FIELD_NAMES, FilePlan

DELIMITERS = (",", ";", "\t", "|")
ROWS_BEFORE_HEADER = 50
ROWS_LOOKED_AT = 20_000
_DAY = (
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})",
    r"(?P<year>20\d{2})(?P<month>\d{2})(?P<day>\d{2})",
    r"(?P<year>20\d{2})[-_.](?P<month>\d{2})",
    r"(?P<year>20\d{2})",
)


def draft_price_list(body: bytes, file_name: str, given: Given) -> Draft:
    """Return the draft of a price list.

    Raises:
        InputRefusedError: as `read_grid`; reason `no_product`: no row is called like name and price, or the list is
            empty below it.
    """
    plan, lines = _form(body)
    grid, _ = read_grid(plan, body, file_name)
    place = _header_place(grid)
    if place is None:
        raise InputRefusedError(
            f"{file_name}: none of the first {ROWS_BEFORE_HEADER} rows is a header with a name and a price or number.",
            reason="no_product",
            remedy="Give the list with its header row, such as: sku,name,abv,size,price.",
        )
    header = [(cell or "").strip() for cell in grid[place].cells]
    rows = [[(cell or "").strip() for cell in row.cells] for row in grid[place + 1 : place + 1 + ROWS_LOOKED_AT]]
    columns = columns_of(header, [row for row in rows if any(row)])
    found = fields_of(columns)
    fields, used = _fields(found, columns)
    ignored = tuple(one.header for one in columns if one.place not in used)
    findings = (
        *_feed_lines(file_name, found, given),
        line_of("file", "patterns", toml_list((_pattern_of(file_name),)), LIKELY, "its name"),
        *lines,
        *_decimal(found),
        *_as_of(file_name),
        *([line_of("file", "ignore", toml_list(ignored), SURE)] if ignored else []),
        *fields,
        *_kinds(found, grid[place + 1 :], file_name),
    )
    notes = (f"{len(columns)} columns under row {place + 1}, {len(rows):,} rows below it were looked at",)
    name = given.name or _name_of(file_name)
    return Draft(name=name, preset="csv_xlsx", url=file_name, findings=findings, notes=notes)


def _kinds(found: dict[str, list[Column]], rows: Sequence[GridRow], file_name: str) -> list[Finding]:
    """Return the lines of [kinds] by the categories of all rows, as the last of them may be the whiskies."""
    place = found["category"][0].place if "category" in found else None
    cells = [row.cells[place] for row in rows if place is not None and place < len(row.cells)]
    names = found["name"][0].told if "name" in found else ()
    return kind_lines([cell for cell in cells if cell], names, url=file_name)


def _form(body: bytes) -> tuple[FilePlan, list[Finding]]:
    """Return how the file is opened, with the lines that say it."""
    plan = FilePlan(
        patterns=(),
        format="csv",
        sheet=None,
        header_row=None,
        encoding=None,
        delimiter=",",
        decimal=".",
        as_of=None,
        ignore=(),
    )
    if body.startswith(ZIP_MAGIC):
        return dataclasses.replace(plan, format="xlsx"), [line_of("file", "format", '"xlsx"', SURE, "")]
    decoded = decode(body)
    first = [line for line in decoded.text.splitlines() if line.strip()][:ROWS_BEFORE_HEADER]
    counts = {sign: sorted(line.count(sign) for line in first)[len(first) // 2] if first else 0 for sign in DELIMITERS}
    delimiter = max(counts, key=lambda sign: counts[sign])
    lines = [line_of("file", "format", '"csv"', SURE, "")]
    if delimiter != ",":
        lines.append(line_of("file", "delimiter", toml_text(delimiter), SURE, ""))
    return dataclasses.replace(plan, delimiter=delimiter), lines


def _header_place(grid: Sequence[GridRow]) -> int | None:
    scores = [is_header([cell or "" for cell in row.cells]) for row in grid[:ROWS_BEFORE_HEADER]]
    best = max(scores, default=0)
    return scores.index(best) if best >= 2 and len(grid) > scores.index(best) + 1 else None


def _fields(found: dict[str, list[Column]], columns: Sequence[Column]) -> tuple[list[Finding], set[int]]:
    chosen = {field: fit[0] for field, fit in found.items()}
    lines = []
    if "source_id" not in chosen or not is_key(chosen["source_id"]):
        others = [one for one in (chosen.get("gtin"), chosen.get("name")) if one is not None and is_key(one)]
        if others:
            why = "no column of numbers of its own; a product whose text here changes becomes another"
            lines.append(line_of("fields", "source_id", toml_text(others[0].header), LIKELY, why))
            chosen.pop("source_id", None)
    for field in FIELD_NAMES:
        if field not in chosen:
            continue
        column = chosen[field]
        further = tuple(toml_text(one.header) for one in found[field][1:3] if one not in chosen.values())
        lines.append(_field(field, column, further))
    used = {column.place for column in chosen.values()}
    missing = [field for field in ("source_id", "name") if not any(line.key == field for line in lines)]
    for field in missing:
        seen = tuple(toml_text(one.header) for one in columns[:2])
        lines.append(line_of("fields", field, "", UNSURE, "no header is called so", seen))
    order = {field: place for place, field in enumerate(FIELD_NAMES)}
    return sorted(lines, key=lambda line: order[line.key]), used


def _field(field: str, column: Column, others: tuple[str, ...]) -> Finding:
    value = toml_text(column.header)
    unit = unit_of(column) if field == "volume" else None
    if unit:
        value = f"{{ from = {value}, unit = {toml_text(unit)} }}"
    surety = UNSURE if others else SURE
    bare = (
        field == "volume"
        and not unit
        and not any(re.search(r"\d\s*[mcl]", text, re.IGNORECASE) for text in column.told)
    )
    why = f"{len(column.told):,} of {len(column.texts):,} rows"
    if bare and (likely := likely_unit(column)) is not None:
        value = f"{{ from = {value}, unit = {toml_text(likely)} }}"
        return line_of("fields", field, value, LIKELY, f"its bare numbers are sizes of bottles in {likely} alone")
    if bare:
        return line_of(
            "fields",
            field,
            value,
            UNSURE,
            "its numbers have no unit: say unit = ml, cl or l",
            (f'{{ from = {value}, unit = "ml" }}',),
        )
    return line_of("fields", field, value, surety, f"{why}; several columns are called so" if others else why, others)


def _decimal(found: dict[str, list[Column]]) -> list[Finding]:
    texts = [text for field in ("price", "abv") if field in found for text in found[field][0].told]
    signs = Counter(match[1] for text in texts if (match := re.search(r"([.,])\d{1,2}\D*$", text)))
    if signs[","] > signs["."]:
        return [line_of("file", "decimal", '","', SURE if not signs["."] else LIKELY, "as its numbers are written")]
    return []


def _as_of(file_name: str) -> list[Finding]:
    pattern = next((pattern for pattern in _DAY if re.search(pattern, file_name)), None)
    if pattern is None:
        return []
    return [line_of("file", "as_of", f"{{ file_name = {toml_text(pattern)} }}", LIKELY, "a date in the file's name")]


def _feed_lines(file_name: str, found: dict[str, list[Column]], given: Given) -> list[Finding]:
    words = " ".join(
        text for fit in found.values() for column in fit[:1] for text in (column.header, *column.told[:200])
    )
    language = given.language or language_of(words, given.country)
    prices = found["price"][0] if "price" in found else None
    money = currencies_of([*prices.told, f"1 {prices.header}"]) if prices else frozenset()
    told = {text.upper() for text in (found["currency"][0].told if "currency" in found else [])}
    only = next(iter(told)) if len(told) == 1 else next(iter(money)) if len(money) == 1 else ""
    seller = re.sub(r"[\d_.-]+", " ", file_name.rpartition(".")[0]).strip() or file_name
    return [
        line_of("feed", "seller", toml_text(seller), LIKELY, "the file's name; say whose list it is"),
        feed_line("country", given.country, SURE if given.country else UNSURE, "a file does not say it"),
        feed_line("language", language, SURE if given.language else LIKELY if language else UNSURE, "its words"),
        feed_line(
            "currency", given.currency or only, SURE if given.currency or only else UNSURE, "the list does not say it"
        ),
    ]


def _pattern_of(file_name: str) -> str:
    """Return the file names that are meant: another date in place of this one, and never just any file of the form."""
    stem, _, form = file_name.rpartition(".")
    if not re.search(r"[^\W\d_]", stem):
        return f"{re.sub('[0-9]', '[0-9]', stem)}.{form}"
    return f"{re.sub(r'[0-9][0-9._-]*[0-9]|[0-9]', '*', stem)}.{form}"


def _name_of(file_name: str) -> str:
    name = re.sub(r"[^a-z]+", "_", file_name.rpartition(".")[0].casefold()).strip("_")
    return name or "price_list"
