"""The whole queue as a CSV for a spreadsheet, with empty columns to fill in, and back: all of its answers, or none.

UTF-8 with a byte order mark, as Excel writes and reads it. Rows are found again by both sides, whatever a spreadsheet
did to order and columns. Not here: writing what was decided (`review_answers`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from whisky_assets.domain.errors import InputRefusedError, UsageError
from whisky_assets.pipeline.csv_match import check_output
from whisky_assets.pipeline.review import Question, Side
from whisky_assets.pipeline.review_answers import ANSWERS, Answer, Pair, pair_of
from whisky_assets.storage.durable import publish_bytes

_SIDE_COLUMNS = ("name", "source", "abv", "size", "price", "age", "link", "whisky_pk")
_NEEDED = ("left", "right", "decision")
COLUMNS = (
    *("decision", "why", "left", "right"),
    *(f"{side}_{column}" for column in _SIDE_COLUMNS for side in ("left", "right")),
    *("asked_because", "evidence", "notes", "offers"),
)
_SEPARATORS = (",", ";", "\t")
_RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r")
_MOST_TOLD = 10


def write_queue(path: Path, questions: Sequence[Question]) -> Path:
    """Write the questions durably, one a row, and return where; no cell is one that a spreadsheet would run.

    Raises:
        UsageError: no file can stand there.
        OutOfReachError: the disk is full; what stood there stays.
    """
    target = check_output(path)
    told = io.StringIO(newline="")
    writer = csv.writer(told, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_safe(str(value)) for value in _row(question)] for question in questions)
    publish_bytes(target.parent, target.name, told.getvalue().encode("utf-8-sig"))
    return target


def read_answers(path: Path) -> list[Answer]:
    """Return the answers of a filled-in queue; a row without a decision is none.

    Raises:
        UsageError: there is no such file.
        InputRefusedError: it is no UTF-8 or no CSV, lacks a column, or cells are wrong; names each row, up to ten.
    """
    header, rows = _cells(path)
    wrong: list[str] = []
    answers: dict[Pair, tuple[int, Answer]] = {}
    for number, cells in rows:
        told = dict(zip(header, cells, strict=False))
        if not told.get("decision"):
            continue
        complaint = _complaint(header, cells, told)
        if complaint:
            wrong.append(f"row {number}: {complaint}")
            continue
        answer = Answer(
            answer=told["decision"].casefold(),
            left=told["left"],
            right=told["right"],
            why=told.get("why", ""),
            told_in=f"{path.name}, row {number}",
        )
        earlier = answers.setdefault(pair_of(answer.left, answer.right), (number, answer))
        if earlier[1].answer != answer.answer:
            wrong.append(f"row {number}: decision says {answer.answer}, but row {earlier[0]} {earlier[1].answer}")
    if wrong:
        more = f"; and {len(wrong) - _MOST_TOLD:,} more" if len(wrong) > _MOST_TOLD else ""
        raise _refused(
            f"{path}: {'; '.join(wrong[:_MOST_TOLD])}{more}", "Mend these cells; nothing of the file was taken."
        )
    return [answer for _, answer in answers.values()]


def _complaint(header: Sequence[str], cells: Sequence[str], told: Mapping[str, str]) -> str:
    if any(cells[len(header) :]):
        return f"it has {len(cells)} cells, but the first row names {len(header)} columns"
    if told["decision"].casefold() not in ANSWERS:
        return f"decision is {told['decision']!r}, not one of {', '.join(ANSWERS)}"
    empty = [name for name in ("left", "right") if not told.get(name)]
    return f"{' and '.join(empty)} is empty" if empty else ""


def _cells(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header and every row that is not empty, each with its number in the spreadsheet, from 1."""
    text = _text(path)
    first = next(iter(text.splitlines()), "")
    separator = max(_SEPARATORS, key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise _refused(f"{path} is no CSV: {error}", "Save it from the spreadsheet as CSV UTF-8.") from error
    header = [cell.strip().casefold() for cell in rows[0]] if rows else []
    if missing := [name for name in _NEEDED if name not in header]:
        raise _refused(
            f"{path}, row 1 lacks {', '.join(missing)}", "Keep the first row as `whisky review --export` wrote it."
        )
    if twice := sorted({name for name in header if name and header.count(name) > 1}):
        raise _refused(f"{path}, row 1 names {', '.join(twice)} twice", "Name each column once.")
    told = [(number, [cell.strip() for cell in row]) for number, row in enumerate(rows[1:], 2)]
    return header, [(number, cells) for number, cells in told if any(cells)]


def _text(path: Path) -> str:
    try:
        body = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise UsageError(f"there is no file {path}", remedy="Name the CSV that you filled in.") from error
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(
            f"{path} is not UTF-8{_looks_like(body)}",
            "Save it again as `CSV UTF-8`; in another encoding names of other languages are lost.",
        ) from error


def _looks_like(body: bytes) -> str:
    """Return a guess which encoding Excel used instead."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return " but UTF-16"
    try:
        body.decode("cp949")
    except UnicodeDecodeError:
        return ""
    return " but looks like cp949, which Excel writes in Korean where plain `CSV` is chosen"


def _row(question: Question) -> Iterator[object]:
    yield from ("", "", question.left.subject, question.right.subject)
    for column in _SIDE_COLUMNS:
        yield from (_cell(question.left, column), _cell(question.right, column))
    yield question.reason
    yield "; ".join(f"{verdict}: {label} ({left} / {right})" for label, left, right, verdict in question.evidence)
    yield from (question.notes, question.offers)


def _cell(side: Side, column: str) -> str:
    return str(getattr(side, column))


def _safe(text: str) -> str:
    """Return a cell that a spreadsheet shows and never runs."""
    return f"'{text}" if text.startswith(_RUN_BY_SPREADSHEETS) else text


def _refused(message: str, remedy: str) -> InputRefusedError:
    return InputRefusedError(message, reason="wrong_answers", remedy=remedy)
