"""One row of a user's archive becomes an entry with a stable id; what cannot be read is named and its text kept.

Personal text stands in no message here, only where in the file it stood. Not here: the shapes of files (`archives.py`).
"""

from __future__ import annotations

import contextlib
import dataclasses
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date

from whisky_assets.domain.digests import canonical_json, digest
from whisky_assets.domain.record import Json

_AGE = re.compile(r"(\d{1,3})\s*(?:years?(?:\s*old)?|yrs?|yo|y|년산?|年)?\.?", re.IGNORECASE)
_YEAR = re.compile(r"((?:18|19|20|21)\d\d)\s*(?:vintage|년산?|年|빈티지)?\.?", re.IGNORECASE)
_RATING = re.compile(r"(\d{1,3}(?:[.,]\d{1,2})?)(?:\s*/\s*(\d{1,3})|\s*(점))?")
_DAY = re.compile(r"(\d{4})\s*[-./年년]\s*(\d{1,2})\s*[-./月월]\s*(\d{1,2})\s*[日일.]?")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ParsedUser:
    """One person as their file tells; a CSV tells nothing beside the notes."""

    user: str
    nickname: str
    owner_id: str
    age_years: int | None = None
    region: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ParsedEntry:
    """One note as written, with the values that can be read from it; fields as in `archives/entries`.

    `raw` is the whole row or object. `given_pk` is a key that the file itself names.
    """

    user: str
    entry_id: str
    ordinal: int
    text: str
    note: str
    rating: float | None
    rating_scale: str | None
    age_text: str | None
    age_years: int | None
    vintage_year: int | None
    tasted_text: str | None
    tasted_on: str | None
    given_pk: str | None
    raw: Json


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RefusedEntry:
    """A row that is no entry (`scope` row), or a value that cannot be read while its entry stays (`scope` value)."""

    ordinal: int
    field: str
    scope: str
    reason: str
    message: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ParsedArchive:
    """One person's file, read: `rows_read == len(entries) + refused rows`."""

    user: ParsedUser
    entries: tuple[ParsedEntry, ...]
    refused: tuple[RefusedEntry, ...]
    rows_read: int


class EntryCollector:
    """Gathers entries and refusals of one file; gives each entry an id that a corrected file keeps."""

    def __init__(self, user: str) -> None:
        """Begin a file of `user`; `rows` is to be raised by the caller after each row."""
        self.user = user
        self.entries: list[ParsedEntry] = []
        self.refused: list[RefusedEntry] = []
        self.rows = 0
        self._occurrences: Counter[tuple[str, str]] = Counter()

    def refuse(self, field: str, reason: str, message: str, *, scope: str = "row") -> None:
        """Name what is wrong with the present row; `message` holds no word of the person."""
        self.refused.append(RefusedEntry(ordinal=self.rows, field=field, scope=scope, reason=reason, message=message))

    def add(self, fields: Mapping[str, str | None], raw: Mapping[str, object]) -> None:
        """Read one row's texts by our field names; a row without a whisky is refused."""
        text = (fields.get("whisky") or "").strip()
        if not text:
            self.refuse("text", "no_whisky", f"Row {self.rows + 1} names no whisky; write one or delete the row.")
            return
        rating, scale = self._rating(fields.get("rating"))
        age_text, tasted_text = told(fields.get("age")), told(fields.get("date"))
        age_years, vintage_year = self._age(age_text)
        self.entries.append(
            ParsedEntry(
                user=self.user,
                entry_id=self._entry_id(text, tasted_text or ""),
                ordinal=self.rows,
                text=text,
                note=fields.get("note") or "",
                rating=rating,
                rating_scale=scale,
                age_text=age_text,
                age_years=age_years,
                vintage_year=vintage_year,
                tasted_text=tasted_text,
                tasted_on=self._day(tasted_text),
                given_pk=told(fields.get("pk")),
                raw=Json(canonical_json(raw)),
            )
        )

    def _entry_id(self, text: str, tasted_text: str) -> str:
        """Return the id of the n-th note on one text and day: a corrected note, rating or age keeps it.

        Not folded by `parsing.fold`: that may learn, while ids may not move.
        """
        key = (plain(text), plain(tasted_text))
        self._occurrences[key] += 1
        return digest([self.user, *key, self._occurrences[key]])[:16]

    def _rating(self, text: str | None) -> tuple[float | None, str | None]:
        written = told(text)
        if written is None:
            return None, None
        match = _RATING.fullmatch(written)
        if match is None:
            self._unread("rating", "a number like 87, 87/100 or 4.5/5")
            return None, None
        value, most = float(match[1].replace(",", ".")), match[2] or ("100" if match[3] else None)
        if most is not None and value > float(most):
            self._unread("rating", "a number that is not above its scale")
            return None, None
        return value, f"0-{most}" if most is not None else None

    def _age(self, text: str | None) -> tuple[int | None, int | None]:
        """Return age and vintage: `12` is an age, `2010` a year."""
        if text is None:
            return None, None
        if year := _YEAR.fullmatch(text):
            return None, int(year[1])
        age = _AGE.fullmatch(text)
        if age is not None and 1 <= int(age[1]) <= 100:
            return int(age[1]), None
        self._unread("age_text", "an age like 12 or a year like 2010")
        return None, None

    def _day(self, text: str | None) -> str | None:
        if text is None:
            return None
        if match := _DAY.fullmatch(text):
            with contextlib.suppress(ValueError):
                return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
        self._unread("tasted_on", "a date like 2025-11-30")
        return None

    def _unread(self, field: str, expected: str) -> None:
        self.refuse(
            field,
            f"{field}_unreadable",
            f"Row {self.rows + 1}: {field} is not {expected}; kept as text.",
            scope="value",
        )


def told(text: str | None) -> str | None:
    """Return a text without outer space, None where nothing stands."""
    stripped = (text or "").strip()
    return stripped or None


def plain(text: str) -> str:
    """Return a text in one width and case, for headers and ids; this rule never changes, for ids hang on it."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def refused_rows(archive: ParsedArchive) -> Iterator[RefusedEntry]:
    """Return the refusals that cost a whole row, for the balance."""
    return (refused for refused in archive.refused if refused.scope == "row")
