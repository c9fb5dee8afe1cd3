"""A user's own archive becomes entries: nothing that the person wrote is changed, dropped or guessed at.

Two shapes: a CSV with a header (one note a row) and the owner's JSON,
`{"user": {nickname: {"id", "age", "region"}}, "whisky_archive": {id: [{"argbeg ten": pk-or-null, "note": ...}]}}`.
Grain: one entry per note, key `entry_id`. Personal text stands in no message here, only where in the file it stood.
Not here: which whisky a text means (`identity.find`) and where files are kept.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import unicodedata
from collections.abc import Mapping

from whisky_assets.domain.digests import canonical_json
from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.parsing.archive_entries import EntryCollector, ParsedArchive, ParsedUser, plain, told
from whisky_assets.parsing.decode import decode

ARCHIVE_READER_VERSION = "1"
"""Part of the maker version of `archives/entries`: raise it when an entry would read otherwise."""

CSV_TYPE = "text/csv"
JSON_TYPE = "application/json"

FIELD_NAMES: Mapping[str, tuple[str, ...]] = {
    "whisky": ("whisky", "whiskey", "bottle", "name", "위스키", "이름", "제품명"),
    "pk": ("pk", "whisky_pk"),
    "note": ("note", "notes", "tasting note", "노트", "메모", "시음 노트"),
    "rating": ("rating", "score", "평점", "점수"),
    "date": ("date", "tasted", "tasted_on", "날짜", "시음일"),
    "age": ("age", "vintage", "숙성", "숙성년수", "빈티지"),
}
"""Our field to the column headers and JSON keys that mean it, folded."""

_FIELD_OF = {name: field for field, names in FIELD_NAMES.items() for name in names}
_DELIMITERS = ",;\t"
_HANGUL_FILE = re.compile(r"[\x00-\x7f가-힣ㄱ-ㆎ\u3000-\u303f\uff00-\uffef·…‘’“”]*")


def read_archive(user: str, body: bytes, media_type: str) -> ParsedArchive:
    """Return one person's archive.

    Args:
        user: our key of the person; entry ids hang on it.
        body: the file, byte for byte.
        media_type: `text/csv` or `application/json`.

    Raises:
        InputRefusedError: the file as a whole cannot be read; reasons `empty_file`, `wrong_encoding`, `wrong_header`,
            `broken_json`, `wrong_shape`, `several_people`, `unknown_type`.
    """
    if media_type == CSV_TYPE:
        return _read_csv(user, body)
    if media_type == JSON_TYPE:
        return _read_json(user, body)
    raise InputRefusedError(
        f"An archive of type {media_type!r} has no reader.", reason="unknown_type", remedy="Save it as .csv or .json."
    )


def _read_csv(user: str, body: bytes) -> ParsedArchive:
    text = _decoded(body)
    delimiter = max(_DELIMITERS, key=text.partition("\n")[0].count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [plain(cell) for cell in next(rows)]
        columns = _columns(header)
        collector = EntryCollector(user)
        for row in rows:
            if any(cell.strip() for cell in row):
                _add_row(collector, header, columns, row)
                collector.rows += 1
    except csv.Error as error:
        raise InputRefusedError(
            f"Line {rows.line_num} of the archive is no CSV: {error}.",
            reason="wrong_shape",
            remedy="Quote cells that hold the delimiter or a line break, and double quotes inside them.",
        ) from error
    return _archive(collector, ParsedUser(user=user, nickname=user, owner_id=user))


def _columns(header: list[str]) -> Mapping[str, int]:
    columns: dict[str, int] = {}
    for position, name in enumerate(header):
        field = _FIELD_OF.get(name)
        if field is not None and field in columns:
            raise InputRefusedError(
                f"Columns {columns[field] + 1} and {position + 1} of the archive both mean {field!r}.",
                reason="wrong_header",
                remedy="Rename one of them.",
            )
        if field is not None:
            columns[field] = position
    if "whisky" not in columns:
        raise InputRefusedError(
            "The archive's first row names no column for the whisky.",
            reason="wrong_header",
            remedy=f"Call it one of {', '.join(FIELD_NAMES['whisky'])}.",
        )
    return columns


def _add_row(collector: EntryCollector, header: list[str], columns: Mapping[str, int], row: list[str]) -> None:
    if len(row) > len(header):
        collector.refuse(
            "",
            "row_too_long",
            f"Row {collector.rows + 1} has {len(row)} cells, the header {len(header)}; quote cells with a delimiter.",
        )
        return
    cells = row + [""] * (len(header) - len(row))
    raw: dict[str, str] = {}
    for position, (name, cell) in enumerate(zip(header, cells, strict=True), start=1):
        raw[name if name and name not in raw else f"{name} (column {position})".strip()] = cell
    collector.add({field: cells[position] for field, position in columns.items()}, raw)


def _read_json(user: str, body: bytes) -> ParsedArchive:
    people, archive = _json_parts(body)
    if len(people) != 1:
        raise InputRefusedError(
            f"The archive holds {len(people)} people; one file is one person's.",
            reason="several_people",
            remedy="Split it: one file a nickname.",
        )
    ((nickname, profile),) = people.items()
    owner_id = _owner_id(nickname, profile)
    collector = EntryCollector(user)
    for key, entries in archive.items():
        if not isinstance(entries, list):
            raise _wrong_shape("each id of whisky_archive leads to a list")
        for entry in entries:
            if key == owner_id:
                _add_object(collector, entry)
            else:
                collector.refuse("", "other_person", f"Entry {collector.rows + 1} stands under an id that user lacks.")
            collector.rows += 1
    return _archive(
        collector,
        ParsedUser(
            user=user,
            nickname=nickname,
            owner_id=owner_id,
            age_years=_profile_age(profile.get("age")),
            region=told(_text(profile.get("region"))),
        ),
    )


def _add_object(collector: EntryCollector, entry: object) -> None:
    where = f"Entry {collector.rows + 1}"
    if not isinstance(entry, dict):
        collector.refuse("", "not_an_object", f"{where} is no object like {{name: pk or null, note: text}}.")
        return
    if isinstance(entry, _Repeated):
        collector.refuse("", "repeated_key", f"{where} says one key twice; delete one of them.")
        return
    fields: dict[str, str | None] = {}
    for name, value in entry.items():
        field = _FIELD_OF.get(plain(name))
        if isinstance(value, dict | list | bool):
            collector.refuse(field or "text", "not_a_text", f"{where}: a value is neither text, number nor null.")
            return
        if field is not None:
            fields.setdefault(field, _text(value))
    if "whisky" not in fields:
        fields |= _named_whisky(entry)
    collector.add(fields, entry)


def _named_whisky(entry: Mapping[str, object]) -> dict[str, str | None]:
    """Return whisky and pk of the owner's shape: the first key that is no known field is the whisky."""
    for name, value in entry.items():
        if plain(name) not in _FIELD_OF:
            return {"whisky": name, "pk": _text(value)}
    return {}


class _Repeated(dict[str, object]):
    """An object in which a key stood twice: the later value hides the earlier one."""


def _json_parts(body: bytes) -> tuple[Mapping[str, dict[str, object]], Mapping[str, object]]:
    try:
        parsed: object = json.loads(
            _decoded(body), object_pairs_hook=_object, parse_constant=_number, parse_float=_number
        )
        canonical_json(parsed).encode()
    except json.JSONDecodeError as error:
        raise _broken_json(f"line {error.lineno}, column {error.colno}: {error.msg}") from error
    except (RecursionError, ValueError) as error:
        raise _broken_json("it is nested too deep, or holds a number or a character that is none") from error
    if not isinstance(parsed, dict) or isinstance(parsed, _Repeated):
        raise _wrong_shape("the file is one object with the keys user and whisky_archive, once each")
    people, archive = parsed.get("user"), parsed.get("whisky_archive", {})
    if not isinstance(people, dict) or not isinstance(archive, dict):
        raise _wrong_shape("user and whisky_archive are objects")
    if isinstance(people, _Repeated) or isinstance(archive, _Repeated):
        raise _wrong_shape("each nickname and each id stands once")
    if not all(isinstance(profile, dict) for profile in people.values()):
        raise _wrong_shape("each nickname leads to an object with id, age and region")
    return people, archive


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = {unicodedata.normalize("NFC", name) for name, _ in pairs}
    return (dict if len(names) == len(pairs) else _Repeated)(pairs)


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number without end")
    return number


def _broken_json(what: str) -> InputRefusedError:
    return InputRefusedError(f"The archive is no JSON: {what}.", reason="broken_json", remedy="Export it again.")


def _wrong_shape(expected: str) -> InputRefusedError:
    return InputRefusedError(
        f"The archive has another shape: expected that {expected}.",
        reason="wrong_shape",
        remedy='The shape is {"user": {nickname: {"id": ...}}, "whisky_archive": {id: [{name: null, "note": ...}]}}.',
    )


def _decoded(body: bytes) -> str:
    """Return the file's text; a file whose encoding can only be guessed is refused, for notes may not be garbled."""
    decoded = decode(body, None, CSV_TYPE)
    if not decoded.text.strip():
        raise InputRefusedError("The archive is empty.", reason="empty_file", remedy="Export it again.")
    if not decoded.flags or decoded.flags == ("nul_removed",):
        return decoded.text
    try:
        korean = body.decode("cp949")
    except UnicodeDecodeError:
        korean = ""
    # What Excel saves as "CSV" on a Korean PC; other text hardly ever decodes to Hangul and signs alone.
    if korean and _HANGUL_FILE.fullmatch(korean):
        return korean
    raise InputRefusedError(
        "The archive is neither UTF-8 nor Korean Windows text (cp949).",
        reason="wrong_encoding",
        remedy="Save it as `CSV UTF-8`, or JSON in UTF-8.",
    )


def _owner_id(nickname: str, profile: Mapping[str, object]) -> str:
    return told(_text(profile.get("id"))) or nickname


def _profile_age(value: object) -> int | None:
    text = told(_text(value))
    if text is None or not re.fullmatch(r"[0-9]{1,3}", text) or int(text) > 150:
        return None
    return int(text)


def _text(value: object) -> str | None:
    """Return a JSON value as text: numbers as written in the shortest form, null and all else as none."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return str(int(value)) if value == int(value) else str(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _archive(collector: EntryCollector, user: ParsedUser) -> ParsedArchive:
    return ParsedArchive(
        user=user, entries=tuple(collector.entries), refused=tuple(collector.refused), rows_read=collector.rows
    )
