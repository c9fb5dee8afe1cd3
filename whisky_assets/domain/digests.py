"""One canonical text and one digest for any plain value, equal on every machine and in every version.

Not here: digests of files (storage hashes bytes) and which columns count (records declare what is volatile).
"""

from __future__ import annotations

import hashlib
import json
import math
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime


def canonical_json(value: object) -> str:
    """Return one JSON text per meaning: sorted keys, NFC, no spaces, UTC microseconds, -0.0 as 0.0.

    Takes None, bool, int, float, str, bytes (as hex), aware datetime, date, list, tuple, Mapping with str keys.

    Raises:
        TypeError: any other type, or a key that is no str, named with its path.
        ValueError: NaN, infinity, or a naive datetime.
    """
    if _has_text_keys(value):
        text = _text_at_once(value)
        if text is not None:
            return text
    return _ENCODER.encode(_plain(value, "$"))


def digest(value: object) -> str:
    """Return the sha256 (64 hex digits) of the canonical JSON of a value."""
    return hashlib.sha256(canonical_json(value).encode("utf-8", "surrogatepass")).hexdigest()


def utc_text(moment: datetime) -> str:
    """Return an aware datetime as `2026-01-05T09:00:00.000000Z`.

    Raises:
        ValueError: the datetime is naive.
    """
    if moment.tzinfo is None:
        raise ValueError(f"naive datetime {moment!r}: attach a time zone before it is stored")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _text_at_once(value: object) -> str | None:
    """Return the text of a value by one pass of the C encoder, None where its texts or numbers have to be mended."""
    try:
        text = _ENCODER.encode(value)
    except (TypeError, ValueError):
        return None
    # A part of a text in NFC is in NFC too, so that looking at the whole proves every value.
    return text if "-0.0" not in text and (text.isascii() or unicodedata.is_normalized("NFC", text)) else None


def _has_text_keys(value: object) -> bool:
    """Say whether all keys are text; the encoder would write 1 as "1"."""
    if type(value) in _SCALARS:
        return True
    if isinstance(value, dict | Mapping):
        return set(map(type, value)) <= _TEXT and _have_text_keys(value.values())
    return not isinstance(value, list | tuple) or _have_text_keys(value)


def _have_text_keys(values: Iterable[object]) -> bool:
    return all(_has_text_keys(item) for item in values if type(item) not in _SCALARS)


def _scalar(value: object) -> object:
    """Return what the encoder does not know as what it knows; the caller finds the path of what has no form."""
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError


_TEXT = frozenset({str})
_SCALARS = frozenset({str, int, float, bool, bytes, type(None), datetime, date})
_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_scalar)


def _plain(value: object, path: str) -> object:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, float):
        return _plain_float(value, path)
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | tuple):
        return [_plain(item, f"{path}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, Mapping):
        return _plain_mapping(value, path)
    raise TypeError(f"{path}: {type(value).__name__} has no canonical form")


def _plain_float(value: float, path: str) -> float:
    if not math.isfinite(value):
        raise ValueError(f"{path}: {value} has no canonical form")
    return value + 0.0


def _plain_mapping(value: Mapping[object, object], path: str) -> dict[str, object]:
    plain: dict[str, object] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise TypeError(f"{path}: key {key!r} is no text")
        plain[unicodedata.normalize("NFC", key)] = _plain(item, f"{path}.{key}")
    return plain
