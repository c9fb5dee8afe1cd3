"""One canonical text and one digest for any plain value, equal on every machine and in every version.

Not here: digests of files (storage hashes bytes) and which columns count (records declare what is volatile).
"""

from __future__ import annotations

import hashlib
import json
import math
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime


def canonical_json(value: object) -> str:
    """Return one JSON text per meaning: sorted keys, NFC, no spaces, UTC microseconds, -0.0 as 0.0.

    Takes None, bool, int, float, str, bytes (as hex), aware datetime, date, list, tuple, Mapping with str keys.

    Raises:
        TypeError: any other type, or a key that is no str, named with its path.
        ValueError: NaN, infinity, or a naive datetime.
    """
    return json.dumps(_plain(value, "$"), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


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
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


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
