"""Reads the CSV of listings that `whisky match` and `whisky why --in` take, and refuses what would be read wrongly.

Every refusal names the file, the line as an editor counts it, and what to do. Not here: what a row's words mean
(`identity.match_csv`).
"""

from __future__ import annotations

import csv
import io
import itertools
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from whisky_assets.domain.errors import InputRefusedError, UsageError
from whisky_assets.identity.match_csv import REQUIRED_COLUMNS

_END = "\x1e\x1e"
"""Stands alone after the last line; no listing writes record separators."""
_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_AS_UTF_8 = "Save it as CSV UTF-8 (in a spreadsheet: Save as, CSV UTF-8), and give that file."


def read_listings(path: Path) -> list[dict[str, str]]:
    """Return the rows of a UTF-8 CSV of listings, column to text; a byte order mark is no part of it.

    Raises:
        UsageError: there is no such file, or it is a folder.
        InputRefusedError: it is empty, no UTF-8 or no CSV, its header lacks a column or names one twice, a row has
            too many cells or too few, or a rid is empty or stands twice; the text names the line.
    """
    # A quote that is never closed would swallow every row after it, and this mark with them.
    reader = csv.reader(itertools.chain(io.StringIO(_text(path), newline=""), [_END]))
    header: list[str] = []
    rows = []
    lines_of: dict[str, int] = {}
    line = 1
    try:
        for cells in reader:
            if cells == [_END]:
                break
            if cells and cells[-1].endswith(_END):
                raise _refused(f"{path}, line {line}: a quote opens in this row and is never closed", "Close it.")
            if header and cells:
                rows.append(_row(path, line, header, cells))
                _check_rid(path, line, rows[-1]["rid"], lines_of)
            elif cells:
                header = cells
                _check_header(path, header)
            line = reader.line_num + 1
    except csv.Error as error:
        raise _refused(
            f"{path}, line {line} is no row of a CSV: {error}",
            "Look at that row: a quote may be open from there on. A text may have up to "
            f"{csv.field_size_limit():,} letters.",
        ) from error
    _check_header(path, header)
    return rows


def _text(path: Path) -> str:
    try:
        body = path.read_bytes()
    except FileNotFoundError as error:
        raise UsageError(f"there is no file {path}", remedy="Name an existing CSV of listings.") from error
    except (IsADirectoryError, NotADirectoryError) as error:
        raise UsageError(f"{path} is no file", remedy="Name the CSV of listings itself.") from error
    if body.startswith(b"PK\x03\x04"):
        raise _no_utf_8(f"{path} is a spreadsheet's own file (or another archive), no CSV")
    # Text in UTF-16 or UTF-32 begins with a mark, or has zeros in its very first letters.
    if body.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in body[:4]:
        raise _no_utf_8(f"{path} is UTF-16, as spreadsheets write `Unicode text`, not UTF-8")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        place = error.start - body.rfind(b"\n", 0, error.start)
        raise _no_utf_8(f"{path}, line {line} is not UTF-8 (byte {place} of the line)") from error


def _check_header(path: Path, header: Sequence[str]) -> None:
    if not header:
        raise InputRefusedError(
            f"{path} is empty", reason="empty_file", remedy=f"Its first line names {', '.join(REQUIRED_COLUMNS)}."
        )
    if missing := [name for name in REQUIRED_COLUMNS if name not in header]:
        raise _refused(f"{path}: the header lacks {', '.join(missing)}", _header_remedy(header))
    if twice := [name for name, count in Counter(header).items() if name and count > 1]:
        raise _refused(f"{path}: the header names {', '.join(twice)} twice", "Name each column once.")


def _header_remedy(header: Sequence[str]) -> str:
    for sign, name in _OTHER_SEPARATORS.items():
        if len(header) == 1 and sign in header[0]:
            return f"Its columns are separated by {name}; save it as CSV with commas."
    meant = {cell.strip().casefold() for cell in header}
    if all(name in meant for name in REQUIRED_COLUMNS):
        return f"Write them in small letters without spaces: {', '.join(REQUIRED_COLUMNS)}."
    return f"Required are {', '.join(REQUIRED_COLUMNS)}, separated by commas."


def _row(path: Path, line: int, header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """Return a row whose cells stand under their columns; empty cells beyond the header are none."""
    if any(cell.strip() for cell in cells[len(header) :]):
        raise _refused(
            f"{path}, line {line} has {len(cells)} cells, but the header names {len(header)} columns",
            "Put a text that holds a comma in double quotes.",
        )
    if short := [name for name in REQUIRED_COLUMNS if name in header[len(cells) :]]:
        raise _refused(
            f"{path}, line {line} ends before {', '.join(short)}", "Give every row as many cells as the header."
        )
    return dict(itertools.zip_longest(header, cells[: len(header)], fillvalue=""))


def _check_rid(path: Path, line: int, rid: str, lines_of: dict[str, int]) -> None:
    """Note where a rid stands, and refuse one by which its answer could not be told from another's."""
    if not rid.strip():
        raise _refused(f"{path}, line {line}: rid is empty", "Give every row a rid of its own.", "wrong_rid")
    if rid in lines_of:
        raise _refused(
            f"{path}, line {line}: rid {rid!r} stands twice, first in line {lines_of[rid]}",
            "Give every row a rid of its own.",
            "wrong_rid",
        )
    lines_of[rid] = line


def _no_utf_8(message: str) -> InputRefusedError:
    return _refused(message, _AS_UTF_8, "wrong_encoding")


def _refused(message: str, remedy: str, reason: str = "wrong_header") -> InputRefusedError:
    return InputRefusedError(message, reason=reason, remedy=remedy)
