"""How an open question looks on a terminal: both listings side by side, and the evidence of each field under them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from whisky_assets.cli.console import width_of

if TYPE_CHECKING:
    from whisky_assets.pipeline.review import Question, Waiting

_KINDS = {
    "same_whisky": "Are these one whisky?",
    "fits_two": "It fits two whiskies. Is it this one?",
    "split": "Do these belong together?",
    "gtin_clash": "One barcode on both. Are these one whisky?",
    "drift": "The shop changed this listing. Is it still the same whisky?",
}
_UNTOLD = "-"
_LEAST_COLUMN = 12
_GAP = "  "


def question_lines(question: Question, place: str, width: int) -> list[str]:
    """Return a question as lines of at most `width` columns; `place` says which of how many it is."""
    from whisky_assets.pipeline.review import SIDE_LABELS

    sides = zip(SIDE_LABELS, question.left.values(), question.right.values(), strict=True)
    rows = [("", "A", "B"), *((label, left, right) for label, left, right in sides if left or right)]
    lines = [f"{place}  {_KINDS[question.kind]}", "", *_columns(rows, width), ""]
    lines += [*_wrapped(f"asked because {question.reason}", width), *_wrapped(hanging_line(question), width)]
    if question.evidence:
        told = [(f"{verdict}: {label}", left, right) for label, left, right, verdict in question.evidence]
        lines += ["", *_columns(told, width)]
    return lines


def hanging_line(question: Question) -> str:
    """Return what hangs on a question: counts, never a name."""
    put_off = "; put off, as nobody could tell" if question.is_put_off else ""
    return f"what hangs on it: notes {question.notes:,}, people {question.users:,}, offers {question.offers:,}{put_off}"


def rest_line(waiting: Waiting, home: str) -> str:
    """Return how many questions wait unasked, and how to see them; empty where none do."""
    rest = waiting.later + waiting.put_off
    return f"and {rest:,} more: whisky review{home} --all" if rest else ""


def _columns(rows: Sequence[tuple[str, str, str]], width: int) -> list[str]:
    """Return rows of a label and two sides, each side wrapped in a column of its own."""
    label = max(width_of(row[0]) for row in rows)
    column = max(_LEAST_COLUMN, (width - label - 2 * len(_GAP)) // 2)
    lines: list[str] = []
    for head, left, right in rows:
        cells = [_wrapped(text or _UNTOLD, column) for text in (left, right)]
        for number in range(max(map(len, cells))):
            one, other = (cell[number] if number < len(cell) else "" for cell in cells)
            lines.append(_line((head if number == 0 else "", one, other), (label, column)))
    return lines


def _line(cells: Iterable[str], widths: Sequence[int]) -> str:
    head, one, other = cells
    left = "".join(
        text + " " * (width - width_of(text)) + _GAP for text, width in zip((head, one), widths, strict=True)
    )
    return (left + other).rstrip()


def _wrapped(text: str, width: int) -> list[str]:
    """Return a text in lines of at most `width` columns, broken at spaces, a long key after one of its signs."""
    lines = [""]
    for word in text.split():
        rest = word
        if lines[-1] and width_of(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
            continue
        while width_of(rest) > width:
            fits = next(end for end in range(len(rest), 0, -1) if width_of(rest[:end]) <= width)
            sign = max(rest.rfind(sign, 0, fits) for sign in "_-/") + 1
            fits = sign if sign > fits // 2 else fits
            lines.append(rest[:fits])
            rest = rest[fits:]
        lines.append(rest)
    return [line for line in lines if line] or [_UNTOLD]
