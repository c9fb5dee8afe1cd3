"""Rows as Firestore documents and back, with one hash per meaning and the size that Firestore counts.

Only documented types pass: None, bool, int, float, str, aware datetime, list, dict. The client's own encoder is no
contract (it takes sets, naive times and numpy numbers, each in its own way), so everything else is refused here, by
field path and without the value. Not here: paths, collections and stores (`publishing`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from whisky_assets.contracts.upgrades import fill_missing
from whisky_assets.domain.digests import canonical_json, digest, utc_text
from whisky_assets.domain.errors import CorruptDataError, InputRefusedError
from whisky_assets.domain.record import Column, Json, spec_of

Row = TypeVar("Row")
Body = dict[str, object]

HASH_FORM = 1
"""Version of the canonical form; a manifest keeps it beside each hash, so that a new form rewrites nothing."""

LONGEST_FIELD_NAME_BYTES = 1_500
LONGEST_TEXT_BYTES = 1_048_487
LARGEST_DOCUMENT_BYTES = 1_048_576
DEEPEST_LEVEL = 20
"""Maps and lists inside each other below the document itself: Firestore counts both."""

_INT64 = range(-(2**63), 2**63)


def encode(row: object) -> Body:
    """Return a record's row as a document: every column a field, tuples as lists, Json as nested values.

    The declared type decides between whole and floating numbers; texts stay as they are.

    Raises:
        InputRefusedError: a value that Firestore cannot hold, named by `dataset.field.path`, never shown.
    """
    spec = spec_of(type(row))
    body = {column.name: _encoded(column, getattr(row, column.name)) for column in spec.columns}
    check_value(body, spec.dataset)
    return body


def decode(record_type: type[Row], document: Mapping[str, object]) -> Row:
    """Return a document as the row it was made from; fields that it lacks get their default.

    Raises:
        InputRefusedError: a field is not of its declared type, a needed one is missing, or one is not declared.
    """
    spec = spec_of(record_type)
    try:
        missing = fill_missing(record_type, frozenset(document))
    except CorruptDataError as error:
        raise InputRefusedError(error.message, reason="document_shape") from error
    values = {name: _decoded(spec.column(name), value, f"{spec.dataset}.{name}") for name, value in document.items()}
    return record_type(**values, **missing)


def canonical_hash(document: Mapping[str, object], *, is_checked: bool = False) -> str:
    """Return the hash of a document's meaning: equal for another key order, Unicode form, time zone, or 40 for 40.0.

    Firestore itself finds 40.0 when asked for 40, so both are one. A time and a text that looks like it differ.

    Args:
        document: the body.
        is_checked: whether it came from `encode` and so holds nothing that Firestore cannot.

    Raises:
        InputRefusedError: a value that Firestore cannot hold, named by its field path.
    """
    body = dict(document)
    return digest(_canonical(body if is_checked else check_value(body, "document")))


def document_size(path: str, document: Mapping[str, object]) -> int:
    """Return the size in bytes that Firestore counts for a document at `collection/id`.

    Source: https://firebase.google.com/docs/firestore/storage-size.
    """
    name_size = sum(len(part.encode()) + 1 for part in path.split("/")) + 16
    return name_size + _value_size(document) + 32


def check_value(value: object, path: str) -> object:
    """Return the value when Firestore can hold it, with all that is in it.

    Raises:
        InputRefusedError: it cannot; the text names the field path and the rule, never the value.
    """
    # Every document is checked each time it is looked at and hardly one is refused, so the way without paths is first.
    if not _fits(value, 0):
        _check(value, path, depth=0)
    return value


def _encoded(column: Column, value: object) -> object:
    if value is None or type(value) is str:
        return json.loads(value) if column.type is Json and value is not None else value
    if column.type == tuple[str, ...] and isinstance(value, tuple):
        return list(value)
    if column.type is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) + 0.0
    if column.type is datetime and isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    return value


def _decoded(column: Column, value: object, path: str) -> object:
    if value is None and column.nullable:
        return None
    if column.type is Json:
        return Json(canonical_json(check_value(value, path)))
    if column.type == tuple[str, ...] and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    whole = isinstance(value, int) and not isinstance(value, bool)
    if column.type is float and (whole or isinstance(value, float)):
        return float(value)  # type: ignore[arg-type]  # an int or a float by the line above
    if column.type is int and isinstance(value, float) and value.is_integer():
        return int(value)
    fits = whole if column.type is int else column.type in _EXACT_TYPES and isinstance(value, _EXACT_TYPES[column.type])
    if not fits:
        raise _refused(path, f"is a {type(value).__name__}, the record declares another type")
    return _plain_time(value) if isinstance(value, datetime) else value


def _plain_time(value: datetime) -> datetime:
    # Firestore's client hands over a subclass of datetime with nanoseconds of its own.
    moment = value.astimezone(UTC)
    return datetime.combine(moment.date(), moment.time(), tzinfo=UTC)


_EXACT_TYPES: dict[object, type] = {str: str, bool: bool, datetime: datetime}


def _refused(path: str, rule: str) -> InputRefusedError:
    return InputRefusedError(
        f"{path} {rule}.",
        reason="not_storable",
        remedy="Firestore takes None, bool, int, float, text, aware time, list and map.",
    )


def _fits(value: Any, depth: int) -> bool:
    """Return whether a value is surely storable; of a False the slow check has the last word."""
    kind = type(value)
    if kind is str:
        return _is_surely_text(value)
    if kind is list:
        return depth <= DEEPEST_LEVEL and all(type(item) is not list and _fits(item, depth + 1) for item in value)
    if kind is dict:
        return depth <= DEEPEST_LEVEL and all(
            type(name) is str and _is_surely_name(name) and _fits(item, depth + 1) for name, item in value.items()
        )
    return kind in _SURE_SCALARS and _SURE_SCALARS[kind](value)


def _is_surely_text(text: str) -> bool:
    if text.isascii():
        return len(text) <= LONGEST_TEXT_BYTES
    try:
        return len(text.encode()) <= LONGEST_TEXT_BYTES
    except UnicodeEncodeError:
        return False


def _is_surely_name(name: str) -> bool:
    return name.isascii() and 0 < len(name) <= LONGEST_FIELD_NAME_BYTES and not name.startswith("__")


_SURE_SCALARS: dict[type, Callable[[Any], bool]] = {
    type(None): lambda _: True,
    bool: lambda _: True,
    int: _INT64.__contains__,
    float: math.isfinite,
}


def _check(value: object, path: str, depth: int) -> None:
    if isinstance(value, Mapping):
        _check_map(value, path, depth)
    elif isinstance(value, list):
        _check_depth(path, depth)
        for index, item in enumerate(value):
            if isinstance(item, list):
                raise _refused(f"{path}[{index}]", "is a list inside a list")
            _check(item, f"{path}[{index}]", depth + 1)
    else:
        _check_scalar(value, path)


def _check_depth(path: str, depth: int) -> None:
    if depth > DEEPEST_LEVEL:
        raise _refused(path, f"is nested deeper than {DEEPEST_LEVEL} maps and lists")


def _check_map(value: Mapping[object, object], path: str, depth: int) -> None:
    _check_depth(path, depth)
    for name, item in value.items():
        if not isinstance(name, str):
            raise _refused(path, f"has a field name that is a {type(name).__name__}")
        _check_name(name, path)
        _check(item, f"{path}.{name}", depth + 1)


def _check_name(name: str, path: str) -> None:
    _check_text(name, f"{path} (a field name)")
    if not name or len(name.encode()) > LONGEST_FIELD_NAME_BYTES:
        raise _refused(path, f"has a field name that is empty or longer than {LONGEST_FIELD_NAME_BYTES} bytes")
    if name.startswith("__") and name.endswith("__"):
        raise _refused(path, "has a field name of the form __x__, which Firestore keeps for itself")


def _check_scalar(value: object, path: str) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, int):
        if value not in _INT64:
            raise _refused(path, "is a whole number beyond 64 bits")
    elif type(value) is float:
        if not math.isfinite(value):
            raise _refused(path, "is NaN or infinite")
    elif type(value) is datetime:
        if value.tzinfo is None:
            raise _refused(path, "is a time without a time zone")
    else:
        raise _refused(path, f"is a {type(value).__name__}")


def _check_text(text: str, path: str) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise _refused(path, "holds half a surrogate pair, which is no valid Unicode") from None
    if size > LONGEST_TEXT_BYTES:
        raise _refused(path, f"is a text of {size} bytes, more than {LONGEST_TEXT_BYTES}")


def _canonical(value: object) -> object:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return {name: _canonical(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, datetime):
        # No document can have a field of this name, so a time never hashes like a map or a text.
        return {"__time__": utc_text(value)}
    return value


def _value_size(value: object) -> int:
    if isinstance(value, str):
        return (len(value) if value.isascii() else len(value.encode())) + 1
    if isinstance(value, list):
        return sum([_value_size(item) for item in value])
    if isinstance(value, Mapping):
        return sum([len(name.encode()) + 1 + _value_size(item) for name, item in value.items()])
    return 1 if value is None or isinstance(value, bool) else 8
