"""One digest for the same rows, however they are ordered and cut into segments, over all columns or the stable ones.

Each row's canonical JSON, a body in it as its own sha256, is hashed with sha256, and the hashes are added modulo
2**256: so the digest of a table is the sum of its segments' digests and never asks for reading carried ones again. An
empty column counts like one that is not there, so a new nullable column changes no digest. The sum finds accidents, not
a forger; bytes are proven by the sha256 of the file, its name. Not here: what a file's bytes hash to (`durable`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from whisky_assets.domain.digests import canonical_json
from whisky_assets.domain.record import spec_of

Row = TypeVar("Row")

_MODULUS = 1 << 256
EMPTY = "0" * 64
"""The digest of no rows."""


@dataclass(frozen=True, slots=True)
class RowsDigest:
    """Digests of a set of rows: `content` over the stable columns, `full` over all; 64 hex digits each."""

    content: str = EMPTY
    full: str = EMPTY

    def __add__(self, other: RowsDigest) -> RowsDigest:
        """Return the digest of both sets of rows together."""
        return RowsDigest(content=_sum(self.content, other.content), full=_sum(self.full, other.full))

    def __sub__(self, other: RowsDigest) -> RowsDigest:
        """Return the digest of these rows without the others, which are among them."""
        return RowsDigest(
            content=_hex(int(self.content, 16) - int(other.content, 16)),
            full=_hex(int(self.full, 16) - int(other.full, 16)),
        )


def row_digest(record_type: type[Row], row: Row) -> RowsDigest:
    """Return the digests of one row.

    Raises:
        ValueError: a number is not finite or a time is naive, with the column's name.
        TypeError: a value is of no column type, with the column's name.
    """
    spec = spec_of(record_type)
    stable = _hash(row, (column.name for column in spec.columns if not column.volatile))
    volatile = [column.name for column in spec.columns if column.volatile]
    if not volatile:
        return RowsDigest(content=stable, full=stable)
    full = hashlib.sha256(f"{stable}{_hash(row, volatile)}".encode()).hexdigest()
    return RowsDigest(content=stable, full=full)


def rows_digest(record_type: type[Row], rows: Iterable[Row]) -> RowsDigest:
    """Return both digests of rows, in any order; "same tables" compares `content`."""
    return sum_of(row_digest(record_type, row) for row in rows)


def sum_of(digests: Iterable[RowsDigest]) -> RowsDigest:
    """Return the digest of several sets of rows together."""
    content = full = 0
    for digest in digests:
        content += int(digest.content, 16)
        full += int(digest.full, 16)
    return RowsDigest(content=_hex(content), full=_hex(full))


def _sum(left: str, right: str) -> str:
    return _hex(int(left, 16) + int(right, 16))


def _hex(number: int) -> str:
    return f"{number % _MODULUS:064x}"


def _hash(row: object, names: Iterable[str]) -> str:
    values = {name: _told(value) for name in names if (value := getattr(row, name)) is not None}
    return hashlib.sha256(canonical_json(values).encode("utf-8", "surrogatepass")).hexdigest()


def _told(value: object) -> object:
    # A body as hex in JSON would cost more than all else that is done to write it.
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else value
