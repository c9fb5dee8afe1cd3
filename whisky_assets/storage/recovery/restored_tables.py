"""A table of a home as one plain Parquet file: the rows of one moment, proven by the table's own digest.

Not here: which tables (`pipeline.restoring`) and pages (`restored_pages`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whisky_assets.domain.errors import CorruptDataError
from whisky_assets.domain.record import record_for, spec_of
from whisky_assets.storage.durable import HashingFile, make_folders, open_folder, publish_at
from whisky_assets.storage.parquet import encode
from whisky_assets.storage.recovery.lent_home import forget_rotten
from whisky_assets.storage.row_digests import RowsDigest, row_digest, sum_of
from whisky_assets.storage.segments import SegmentStore
from whisky_assets.storage.tables import read_table
from whisky_assets.storage.versions import TableVersion

_DIGESTS_TOGETHER = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredTable:
    """A table that is a file now: `file` from the folder's root, `digest` as `whisky storage digest` gives it.

    `rotten` are damaged copies in whose place whole ones were read.
    """

    table: str
    file: str
    rows: int
    digest: str
    rotten: tuple[str, ...] = ()


def table_file(version: TableVersion) -> str:
    """Return where a table lies in a restored folder: `core/whiskies.parquet`, `staged/listings/hanok.parquet`."""
    return f"{version.dataset}{f'/{version.partition}' if version.partition else ''}.parquet"


def restore_table(store: SegmentStore, version: TableVersion, folder: Path) -> RestoredTable:
    """Write all rows of a version, in key order, as one Parquet file; few rows are in memory at a time.

    Raises:
        CorruptDataError: a segment of it is damaged or gone and has no whole copy, or rows are missing; no file is
            written.
        OutOfReachError: a segment lies on absent volumes alone, or the disk is full.
        UsageError: a later version of the program wrote it.
    """
    rotten: list[str] = []
    try:
        digest = _write(store, version, folder)
    except CorruptDataError:
        rotten = forget_rotten(store, version.segments)
        if not rotten:
            raise
        try:
            digest = _write(store, version, folder)
        except CorruptDataError as error:
            raise CorruptDataError("; ".join(rotten), remedy=error.remedy) from error
    return RestoredTable(
        table=f"{version.dataset}[{version.partition}]" if version.partition else version.dataset,
        file=table_file(version),
        rows=version.rows,
        digest=digest.content,
        rotten=tuple(rotten),
    )


def _write(store: SegmentStore, version: TableVersion, folder: Path) -> RowsDigest:
    record_type = record_for(version.dataset)
    told = _Told()
    facts = {
        "dataset": version.dataset,
        "partition": version.partition,
        "schema_version": str(spec_of(record_type).version),
    }

    def write(file: HashingFile) -> None:
        encode(file, record_type, told.of(read_table(store, version, record_type)), facts)
        is_of_today = version.schema_version == spec_of(record_type).version
        if told.rows != version.rows or (is_of_today and told.digest.content != version.content_digest):
            raise CorruptDataError(
                f"{version.dataset} is not whole: {told.rows:,} of {version.rows:,} rows are there",
                remedy="Name the other volumes of the home too: --from FOLDER --from FOLDER",
            )

    make_folders(folder)
    with open_folder(folder) as root:
        parent, _, name = table_file(version).rpartition("/")
        publish_at(root, parent, lambda _written: name, write, where=str(folder))
    return told.digest


class _Told:
    """Counts and digests the rows that go through it."""

    def __init__(self) -> None:
        self.rows = 0
        self.digest = RowsDigest()

    def of(self, rows: Iterator[Any]) -> Iterator[Any]:
        held: list[RowsDigest] = []
        for row in rows:
            held.append(row_digest(type(row), row))
            if len(held) == _DIGESTS_TOGETHER:
                self._add(held)
                held = []
            yield row
        self._add(held)

    def _add(self, digests: list[RowsDigest]) -> None:
        self.rows += len(digests)
        self.digest += sum_of(digests)
