"""How hard a segment's columns are compressed: texts and tables by zstd, bodies that are packed already not at all.

Level 10 where somebody waits for the write, 19 where upkeep joins old segments (a twentieth of the speed, about a tenth
fewer bytes); both are read equally fast. What each buys is measured by `benchmarks.archiving`. Not here: which rows
share a segment (`parts`), and the bytes of the file (`parquet`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from whisky_assets.domain.record import Column, spec_of

Row = TypeVar("Row")

MEDIA_TYPE = "media_type"
"""The column that says of what type the bytes of its row are, in records that keep bodies."""

_PACKED = re.compile(
    r"image/(?!svg|bmp|x-ms-bmp|x-icon|vnd\.microsoft\.icon|tiff)"
    r"|audio/(?!x?-?wav|midi)|video/|font/woff"
    r"|application/(pdf|zip|gzip|x-gzip|zstd|x-xz|x-bzip2?|x-7z-compressed|vnd\.rar|x-rar-compressed|java-archive"
    r"|epub\+zip|vnd\.openxmlformats-officedocument\.|vnd\.oasis\.opendocument\.|vnd\.ms-excel\.sheet\.)"
)
"""Media types whose formats compress their own content: their specifications say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """How the columns of one file are compressed: the zstd level, and whether bodies are stored as they are."""

    level: int
    stores_bodies: bool = False

    def codecs(self, columns: Sequence[Column]) -> str | dict[str, str]:
        """Return the codec of a file, or of each column where they differ, as pyarrow takes it."""
        if not self.stores_bodies:
            return "zstd"
        return {_leaf(column): "none" if column.type is bytes else "zstd" for column in columns}

    def levels(self, columns: Sequence[Column]) -> int | dict[str, int]:
        """Return the level of a file, or of each compressed column, as pyarrow takes it."""
        if not self.stores_bodies:
            return self.level
        return {_leaf(column): self.level for column in columns if column.type is not bytes}


WRITTEN_ONCE = Packing(level=10)
"""Where somebody waits for the write."""

KEPT_FOR_LONG = Packing(level=19)
"""Where upkeep joins segments that will hardly be written again."""


def is_packed(media_type: str) -> bool:
    """Return whether bodies of a media type are compressed already, so that zstd would only cost time."""
    return _PACKED.match(media_type.strip().lower()) is not None


def packing_of(record_type: type[Row], rows: Iterable[Row], packing: Packing = WRITTEN_ONCE) -> Packing:
    """Return a packing for these rows: bodies are stored where all of them are packed already."""
    if not keeps_bodies(record_type):
        return packing
    stores = all(is_packed(getattr(row, MEDIA_TYPE)) for row in rows)
    return Packing(level=packing.level, stores_bodies=stores)


def by_packing(record_type: type[Row], rows: Iterable[Row]) -> list[list[Row]]:
    """Return rows in one list, or in two where some bodies are packed already and others not; each has rows."""
    plain: list[Row] = []
    packed: list[Row] = []
    keeps = keeps_bodies(record_type)
    for row in rows:
        (packed if keeps and is_packed(getattr(row, MEDIA_TYPE)) else plain).append(row)
    return [rows_of_one_kind for rows_of_one_kind in (plain, packed) if rows_of_one_kind]


def keeps_bodies(record_type: type) -> bool:
    """Return whether a record keeps bodies and says of what media type they are."""
    columns = spec_of(record_type).columns
    return any(column.type is bytes for column in columns) and any(column.name == MEDIA_TYPE for column in columns)


def _leaf(column: Column) -> str:
    # A list is one column to us; the file names the leaf below it.
    return f"{column.name}.list.element" if column.type == tuple[str, ...] else column.name
