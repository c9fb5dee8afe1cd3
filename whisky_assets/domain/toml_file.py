"""A TOML file whose every mistake is told with file, line, key and the nearest key that exists.

A table is asked for its keys one by one; what nobody asked for is unknown. Not here: what the keys mean.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from whisky_assets.domain.errors import UsageError

_HEADER = re.compile(r"^\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*("(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)\s*=""")

MEND_THE_LINE = "Mend that line."

Lines = Mapping[tuple[str, str], int]
"""Line (from 1) of each (table, key); a header is (table, "") and, seen from the root, ("", table)."""


class TomlTable:
    """One table of a TOML file. Each question names a key, says what it must be, and refuses anything else.

    Every method raises UsageError, with file and line, when a key is missing without a default or has another type.
    """

    def __init__(
        self, path: Path, name: str, values: Mapping[str, object], lines: Lines, remedy: str = MEND_THE_LINE
    ) -> None:
        """Wrap a table; `name` is its header (`fields`, `seller_rules[2]`), `lines` where each key stands.

        `remedy` is what the reader of an error is told to do about it.
        """
        self.path = path
        self.name = name
        self._values = values
        self._lines = lines
        self._remedy = remedy
        self._asked: list[str] = []

    def keys(self) -> tuple[str, ...]:
        """Return the keys that stand in the table, in the file's order."""
        return tuple(self._values)

    def has(self, key: str) -> bool:
        """Whether the key stands there; asking makes it a known one."""
        self._know(key)
        return key in self._values

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text that is not empty."""
        value = self._value(key, default)
        if not isinstance(value, str) or (not value and default != ""):
            raise self.error(key, f"must be a text that is not empty, not {value!r}")
        return value

    def maybe_text(self, key: str) -> str | None:
        """Return a text, None where the key is left out."""
        return self.text(key) if self.has(key) else None

    def matching(self, key: str, pattern: str, meaning: str, default: str | None = None) -> str:
        """Return a text that the whole pattern matches."""
        value = self.text(key, default)
        if not re.fullmatch(pattern, value):
            raise self.error(key, f"must be {meaning}, not {value!r}")
        return value

    def choice(self, key: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """Return one of the allowed texts."""
        value = self.text(key, default)
        if value not in choices:
            raise self.error(key, f"must be one of {', '.join(choices)}, not {value!r}{nearest(value, choices)}")
        return value

    def choices(self, key: str, choices: tuple[str, ...], default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return a list of allowed texts; one text alone stands for a list of one."""
        values = self.texts(key, default)
        for value in values:
            if value not in choices:
                known = ", ".join(choices)
                raise self.error(key, f"holds {value!r}{nearest(value, choices)} (known here: {known})")
        return values

    def flag(self, key: str, default: bool | None = None) -> bool:  # noqa: FBT001 - the default of a flag is a flag
        """Return true or false."""
        value = self._value(key, default)
        if not isinstance(value, bool):
            raise self.error(key, f"must be true or false, not {value!r}")
        return value

    def number(self, key: str, *, least: float, default: float | None = None) -> float:
        """Return a number that is not below `least`."""
        value = self._value(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= least:
            raise self.error(key, f"must be a number of at least {least:g}, not {value!r}")
        return float(value)

    def whole(self, key: str, *, least: int, default: int | None = None) -> int:
        """Return a whole number that is not below `least`."""
        value = self._value(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self.error(key, f"must be a whole number of at least {least}, not {value!r}")
        return value

    def day(self, key: str) -> date:
        """Return a date, written without quotes."""
        value = self._value(key, None)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.error(key, f"must be a date like 2026-01-31 without quotes, not {value!r}")
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return a list of texts; one text alone stands for a list of one."""
        value = self._value(key, default)
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list | tuple) or not all(isinstance(item, str) and item for item in items):
            raise self.error(key, f"must be a text or a list of texts, not {value!r}")
        return tuple(items)

    def pattern(self, key: str, groups: tuple[str, ...] = ()) -> re.Pattern[str]:
        """Return a regular expression that has the named groups."""
        value = self.text(key)
        try:
            pattern = re.compile(value)
        except re.error as error:
            raise self.error(key, f"is no regular expression: {error}") from error
        if missing := [group for group in groups if group not in pattern.groupindex]:
            raise self.error(key, f"must name the group {', '.join(missing)}: (?P<{missing[0]}>...)")
        return pattern

    def patterns(self, key: str) -> tuple[re.Pattern[str], ...]:
        """Return a list of regular expressions; one text alone stands for a list of one."""
        found = []
        for text in self.texts(key):
            try:
                found.append(re.compile(text))
            except re.error as error:
                raise self.error(key, f"holds {text!r}, which is no regular expression: {error}") from error
        return tuple(found)

    def maybe_pattern(self, key: str) -> re.Pattern[str] | None:
        """Return a regular expression, None where the key is left out."""
        return self.pattern(key) if self.has(key) else None

    def is_table(self, key: str) -> bool:
        """Whether a table stands under the key; asking makes it a known one."""
        self._know(key)
        return isinstance(self._values.get(key), Mapping)

    def table(self, key: str) -> TomlTable | None:
        """Return a table of its own, None where it is left out."""
        if not self.has(key):
            return None
        value = self._values[key]
        if not isinstance(value, Mapping):
            raise self.error(key, "must be a table")
        inner = key if not self.name else f"{self.name}.{key}"
        return TomlTable(self.path, inner, value, self._lines, self._remedy)

    def tables(self, key: str) -> Iterator[TomlTable]:
        """Yield the tables of a list of tables, none where it is left out."""
        if not self.has(key):
            return
        value = self._values[key]
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            raise self.error(key, f"must be a list of tables: [[{key}]]")
        for number, item in enumerate(value, start=1):
            yield TomlTable(self.path, f"{key}[{number}]", item, self._lines, self._remedy)

    def error(self, key: str, problem: str) -> UsageError:
        """Return (not raise) the error that names file, line, key and problem."""
        full = f"[{self.name}] {key}" if self.name else f"[{key}]"
        end = "" if problem.endswith("?") else "."
        return UsageError(
            f"{self.path}:{self.line_of(key)}: {full} {problem}{end}",
            remedy=self._remedy,
        )

    def line_of(self, key: str) -> int:
        """Return the line (from 1) of a key, of the table's header where the key is left out, else 1."""
        outer, _, inline = self.name.rpartition(".")
        for place in ((self.name, key), (self.name, ""), (outer, inline)):
            if place in self._lines:
                return self._lines[place]
        return 1

    def finish(self) -> None:
        """Refuse a table that holds a key nobody asked for.

        Raises:
            UsageError: names file, line, the unknown key and the nearest known one.
        """
        for key in self._values:
            if key not in self._asked:
                known = ", ".join(self._asked)
                raise self.error(key, f"is an unknown key{nearest(key, self._asked)} (known here: {known})")

    def _value(self, key: str, default: object) -> object:
        self._know(key)
        if key in self._values:
            return self._values[key]
        if default is None:
            raise self.error(key, "is missing")
        return default

    def _know(self, key: str) -> None:
        if key not in self._asked:
            self._asked.append(key)


def read_toml(path: Path, *, remedy: str = MEND_THE_LINE) -> TomlTable:
    """Return the root table of a TOML file; `remedy` is said with every mistake that its readers find in it.

    Raises:
        UsageError: the file is absent, no UTF-8, or no TOML; with its line.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: is no UTF-8 text (byte {error.start}).", remedy="Save it as UTF-8.") from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise UsageError(f"{path}:{line[1] if line else 1}: is no TOML: {error}.") from error
    return TomlTable(path, "", values, _lines_of(text), remedy)


def _lines_of(text: str) -> dict[tuple[str, str], int]:
    lines: dict[tuple[str, str], int] = {}
    table = ""
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = header[1].strip("\"'")
            lines.setdefault(("", table), number)
            if line.lstrip().startswith("[["):
                counts[table] = counts.get(table, 0) + 1
                table = f"{table}[{counts[table]}]"
            lines.setdefault((table, ""), number)
        elif key := _KEY.match(line):
            lines.setdefault((table, key[1].strip("\"'")), number)
    return lines


def nearest(word: str, known: Sequence[str]) -> str:
    """Return `; did you mean 'x'?` for the known word that is most like this one, nothing where none is."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""
