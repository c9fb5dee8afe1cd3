"""A read name for a terminal: its words underlined by field, then each field with its rule.

Wide letters (Hangul, Kana, Han) are underlined twice, marks that stand on a letter not at all. Not here: reading it
(`parsing.names`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from string import ascii_lowercase

from whisky_assets.cli.console import table
from whisky_assets.parsing.fold import words
from whisky_assets.parsing.parsed import FIELDS, Field, ParsedName

LINE_COLUMNS = 100
"""Columns of a terminal after which the name goes on below."""
LEFT_OVER = "?"
"""The mark of a word that no rule read."""
_BEYOND = "*"

Span = tuple[int, int]


def name_lines(parsed: ParsedName) -> list[str]:
    """Return the name with a line of marks below it, then a table: mark, field, value, words and rule of each field."""
    told = [(name, parsed.fields[name]) for name in FIELDS if name in parsed.fields]
    marks = _marks([field.span for _, field in told])
    rows = [
        (marks.get(field.span, ""), name, _shown(field), _words_of(parsed, field), field.rule) for name, field in told
    ]
    lines = [*_underlined(parsed, marks), ""]
    if rows:
        lines += [*table(("mark", "field", "value", "read from", "by the rule"), rows), ""]
    lines.append(f"left over ({LEFT_OVER}): {' '.join(parsed.leftover_words) or 'nothing'}")
    if parsed.wording:
        lines.append(f"says nothing: {', '.join(sorted(parsed.wording))}")
    return lines


def _marks(spans: Sequence[Span]) -> dict[Span, str]:
    """Return one letter for each place in the name, in their order; what was told beside the name has none."""
    places = sorted({span for span in spans if span[1] > span[0]})
    return {span: ascii_lowercase[number] if number < 26 else _BEYOND for number, span in enumerate(places)}


def _underlined(parsed: ParsedName, marks: dict[Span, str]) -> Iterator[str]:
    below = _marks_below(parsed, marks)
    text = [character if character.isprintable() else " " for character in parsed.text]
    widths = [_columns(character) for character in text]
    start = 0
    while start < len(text):
        end, used = start, 0
        while end < len(text) and used + widths[end] <= LINE_COLUMNS:
            used += widths[end]
            end += 1
        yield "".join(text[start:end])
        yield "".join(mark * width for mark, width in zip(below[start:end], widths[start:end], strict=True)).rstrip()
        start = end


def _marks_below(parsed: ParsedName, marks: dict[Span, str]) -> list[str]:
    """Return the mark of each character; of two fields that share words the narrower one shows."""
    below = [" "] * len(parsed.text)
    left = set(parsed.leftover_words)
    for word in words(parsed.text):
        if word.text in left:
            below[word.start : word.end] = LEFT_OVER * (word.end - word.start)
    for start, end in sorted(marks, key=lambda span: span[0] - span[1]):
        below[start:end] = marks[start, end] * (end - start)
    return below


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Me", "Mn", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _shown(field: Field) -> str:
    return ", ".join(field.value) if isinstance(field.value, tuple) else str(field.value)


def _words_of(parsed: ParsedName, field: Field) -> str:
    start, end = field.span
    told = " ".join(parsed.text[start:end].split())
    return told or "(not told, implied)"
