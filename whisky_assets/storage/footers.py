"""What a segment says of itself in its footer, so that it is known without the state database.

Data set, partition (a feed, for pages), person, rows, schema version, both digests, when it was made, and from when to
when its rows are. Not here: the bytes of the file (`parquet`) and what the state database knows (`segment_facts`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import BinaryIO, TypeVar

from whisky_assets.domain.digests import utc_text
from whisky_assets.domain.errors import CorruptDataError
from whisky_assets.domain.record import spec_of
from whisky_assets.storage.segment_facts import Segment

Row = TypeVar("Row")

JOINS = "joins"
"""The fact of a joined segment that names those in whose place it is put, one a word."""

_TAIL = 8  # footer length (4 bytes, little-endian) and the magic "PAR1"


def time_column(record_type: type) -> str | None:
    """Return the column that says of when a row is: one of the key, else `as_of`, else the first stable one."""
    spec = spec_of(record_type)
    times = [column.name for column in spec.columns if column.type is datetime and not column.volatile]
    of_key = [name for name in times if name in spec.key]
    return next(iter([*of_key, *(["as_of"] if "as_of" in times else []), *times]), None)


def with_times(rows: Iterable[Row], record_type: type[Row], facts: dict[str, str], made_at: datetime) -> Iterator[Row]:
    """Yield rows, and put from when to when they are into `facts` at the end; without a time they are of `made_at`."""
    column = time_column(record_type)
    first = last = None
    for row in rows:
        moment: datetime | None = None if column is None else getattr(row, column)
        if moment is not None:
            first = moment if first is None else min(first, moment)
            last = moment if last is None else max(last, moment)
        yield row
    put_times(facts, first, last, made_at)


def put_times(facts: dict[str, str], first: datetime | None, last: datetime | None, made_at: datetime) -> None:
    """Put from when to when rows are into `facts`; those that tell no time are of `made_at`."""
    facts["time_from"] = utc_text(first or made_at)
    facts["time_to"] = utc_text(last or made_at)


def segment_in(file: BinaryIO, sha256: str) -> Segment:
    """Return the facts of a segment by its footer; `sha256` is of its bytes, which were proven.

    Raises:
        CorruptDataError: it is no segment of ours: no Parquet file, or one without these facts.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    size_bytes = file.seek(0, os.SEEK_END)
    try:
        metadata = pq.read_metadata(file)
        told = {key.decode(): value.decode() for key, value in (metadata.metadata or {}).items()}
        found = _segment(told, sha256, size_bytes, _footer_sha256(file, size_bytes))
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise CorruptDataError(f"{sha256} has no facts of a segment in its footer: {error}") from error
    if metadata.num_rows != found.rows:
        raise CorruptDataError(f"{sha256} has {metadata.num_rows} rows, and its footer says {found.rows}")
    return found


def joined_by(file: BinaryIO) -> tuple[str, ...]:
    """Return the ids of the segments in whose place this one was made; none for any other. It was proven before."""
    import pyarrow.parquet as pq

    file.seek(0)
    return tuple((pq.read_metadata(file).metadata or {}).get(JOINS.encode(), b"").decode().split())


def _segment(told: Mapping[str, str], sha256: str, size_bytes: int, footer_sha256: str) -> Segment:
    return Segment(
        id=sha256,
        dataset=told["dataset"],
        partition=told["partition"],
        person=told["person"] or None,
        rows=int(told["rows"]),
        size_bytes=size_bytes,
        content_digest=told["content_digest"],
        full_digest=told["full_digest"],
        footer_sha256=footer_sha256,
        schema_version=int(told["schema_version"]),
        created_at=datetime.fromisoformat(told["created_at"]).astimezone(UTC),
    )


def _footer_sha256(file: BinaryIO, size_bytes: int) -> str:
    file.seek(size_bytes - _TAIL)
    length = int.from_bytes(file.read(4), "little") + _TAIL
    file.seek(size_bytes - length)
    return hashlib.sha256(file.read(length)).hexdigest()
