"""Price lists as a plain grid of texts: CSV and XLSX, opened so that no file can fill the memory or lose a zero.

Not here: which row is the header and what a column means (`csv_xlsx`).
"""

from __future__ import annotations

import dataclasses
import io
import re
import zipfile
import zlib
from collections.abc import Iterator

import pandas as pd
from python_calamine import CalamineError

from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.decode import decode, decode_as
from whisky_assets.sources.presets.sheet_extent import SheetExtent
from whisky_assets.sources.source import FilePlan

MOST_MEMBERS = 2_000
"""Members of a workbook; Excel writes some dozens."""

LARGEST_MEMBER = 64 * 1024 * 1024
"""Bytes of one member after inflating. A list of 11,117 products holds 12 MB in 1.6 MB (measured)."""

LARGEST_WORKBOOK = 128 * 1024 * 1024
MOST_COLUMNS = 1_000
MOST_LINES = 100_000
MOST_CELLS = 500_000
"""Of one list; the largest that is measured, a country's whole shelf, has 11,117 rows of 30."""

CHUNK = 1024 * 1024

ZIP_MAGIC = b"PK\x03\x04"
XLS_MAGIC = b"\xd0\xcf\x11\xe0"

_QUOTED = re.compile(r'"[^"]*"')
_FLOAT_NOISE = re.compile(r"-?\d+\.\d{10,}")


@dataclasses.dataclass(frozen=True, slots=True)
class GridRow:
    """One row as it stands: its number from 1, and its cells; None where the row ends before the grid does."""

    number: int
    cells: tuple[str | None, ...]

    @property
    def blank(self) -> bool:
        """Whether no cell holds anything."""
        return not any(cell and not cell.isspace() for cell in self.cells)


def read_grid(plan: FilePlan, body: bytes, name: str) -> tuple[list[GridRow], tuple[str, ...]]:
    """Return all rows of a list, and notes about its encoding.

    Raises:
        InputRefusedError: reasons `empty_file`, `wrong_format` (a workbook under a CSV's name or the reverse),
            `wrong_encoding`, `broken_csv`, `list_too_large`, `truncated_xlsx`, `zip_bomb`, `no_sheet`.
    """
    if not body.strip():
        raise _refused("empty_file", name, "it is empty", "Export it again.")
    if plan.format == "csv":
        return _read_csv(plan, body, name)
    return _read_workbook(plan, body, name), ()


def _read_csv(plan: FilePlan, body: bytes, name: str) -> tuple[list[GridRow], tuple[str, ...]]:
    if body.startswith((ZIP_MAGIC, XLS_MAGIC)):
        raise _refused("wrong_format", name, "it is a workbook, not CSV", "Import it with a feed of format xlsx.")
    if plan.encoding is not None:
        text = decode_as(body, plan.encoding)
        notes: tuple[str, ...] = ()
    else:
        decoded = decode(body)
        text = decoded.text
        notes = tuple(f"{name}: {flag} ({decoded.encoding})" for flag in decoded.flags)
    lines = 1 + text.count("\n") + text.count("\r") - text.count("\r\n")
    width = _width(text, plan.delimiter) if lines <= MOST_LINES else 1
    if lines > MOST_LINES or lines * width > MOST_CELLS:
        what = f"it has {lines:,} lines of up to {width:,} cells"
        raise _refused("list_too_large", name, what, "Split it into several files, or leave out what is no product.")
    if width > MOST_COLUMNS:
        raise _refused("broken_csv", name, f"a row has {width} cells", "Export it again.")
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            sep=plan.delimiter,
            header=None,
            names=list(range(width)),
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
            engine="python",  # the C engine cannot tell a cell that is missing from one that is empty
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        remedy = "Open it in a spreadsheet, mend that row and export it again."
        raise _refused("broken_csv", name, str(error), remedy) from error
    return list(_rows(frame)), notes


def _width(text: str, delimiter: str) -> int:
    """Return at least the cells of the widest row: as lines stand, and with quoted line breaks taken out."""
    unquoted = _QUOTED.sub("", text)
    return 1 + max(line.count(delimiter) for part in (text, unquoted) for line in (part.splitlines() or [""]))


def _read_workbook(plan: FilePlan, body: bytes, name: str) -> list[GridRow]:
    if not body.startswith(ZIP_MAGIC[:2]):
        raise _refused("wrong_format", name, "it is no XLSX workbook", "Save it as .xlsx, or import it as CSV.")
    _check_archive(body, name)
    try:
        frame = pd.read_excel(
            io.BytesIO(body),
            sheet_name=plan.sheet if plan.sheet is not None else 0,
            header=None,
            dtype=str,
            keep_default_na=False,
            engine="calamine",
        )
    except ValueError as error:
        raise _refused("no_sheet", name, str(error), "Mend sheet in [file] of the feed.") from error
    except (CalamineError, zipfile.BadZipFile, KeyError, OSError) as error:
        raise _truncated(name, str(error)) from error
    return list(_rows(frame))


def _check_archive(body: bytes, name: str) -> None:
    """Inflate every member in steps, so that neither a lying nor a true size can fill the memory later."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = archive.infolist()
            total = sum(member.file_size for member in members)
            largest = max((member.file_size for member in members), default=0)
            if len(members) > MOST_MEMBERS or largest > LARGEST_MEMBER or total > LARGEST_WORKBOOK:
                raise _bomb(name, f"it holds {len(members)} members of {total} bytes")
            for member in members:
                _check_member(body, member, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, IndexError) as error:
        raise _truncated(name, str(error)) from error


def _check_member(body: bytes, member: zipfile.ZipInfo, name: str) -> None:
    """Refuse a member whose stream holds more than it says, or ends early."""
    if member.flag_bits & 1:
        raise _refused("wrong_format", name, "it is locked with a password", "Save it without one.")
    start = member.header_offset + 30
    header = body[member.header_offset : start]
    if len(header) < 30:
        raise zipfile.BadZipFile("a member's header is cut")
    start += int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    packed = body[start : start + member.compress_size]
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile(f"{member.filename} is packed by method {member.compress_type}")
    pieces = iter([packed]) if member.compress_type == zipfile.ZIP_STORED else _inflated(packed)
    size = _size_of(pieces, member.file_size, name)
    if size > member.file_size:
        raise _bomb(name, f"{member.filename} holds more than the {member.file_size} bytes that it says")
    if size < member.file_size:
        raise zipfile.BadZipFile(f"{member.filename} ends after {size} of {member.file_size} bytes")


def _size_of(pieces: Iterator[bytes], told: int, name: str) -> int:
    """Return how many bytes a member holds, at most one piece more than it says.

    Raises:
        InputRefusedError: reason `list_too_large`: it is a sheet that spans more cells than a grid is made of.
    """
    extent = SheetExtent()
    size = 0
    for piece in pieces:
        size += len(piece)
        extent.read(piece)
        if extent.cells > MOST_CELLS:
            what = f"a sheet of it spans more than {MOST_CELLS:,} cells, filled or not"
            remedy = "Delete the rows and columns that stand far behind the list, and save it again."
            raise _refused("list_too_large", name, what, remedy)
        if size > told:
            break
    return size


def _inflated(packed: bytes) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-15)
    piece = inflater.decompress(packed, CHUNK)
    while piece:
        yield piece
        piece = b"" if inflater.eof else inflater.decompress(inflater.unconsumed_tail, CHUNK)


def _rows(frame: pd.DataFrame) -> Iterator[GridRow]:
    for number, cells in enumerate(frame.to_numpy(dtype=object).tolist(), start=1):
        yield GridRow(number, tuple(_cell(value) for value in cells))


def _cell(value: object) -> str | None:
    """Return a cell's text; a binary fraction's noise (`46.300000000000004`) is rounded away."""
    if not isinstance(value, str):
        return None
    if _FLOAT_NOISE.fullmatch(value):
        return f"{float(value):.12g}"
    return value


def _refused(reason: str, name: str, what: str, remedy: str) -> InputRefusedError:
    return InputRefusedError(f"{name} cannot be read: {what}.", reason=reason, remedy=remedy)


def _bomb(name: str, what: str) -> InputRefusedError:
    return _refused("zip_bomb", name, what, "Do not open it; ask its sender for the list itself.")


def _truncated(name: str, what: str) -> InputRefusedError:
    return _refused("truncated_xlsx", name, f"the workbook is cut or damaged ({what})", "Copy or download it again.")
