"""One digest for all that a home's tables say: equal in two homes exactly when their rows are, volatile columns apart.

It is over the current snapshot, the feeds' heads and the raw pages, from digests stored when the rows were written.
Not here: proving that the files still hold those rows (`copies.verify_segment`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from whisky_assets.domain.digests import digest
from whisky_assets.storage.heads import heads_in
from whisky_assets.storage.row_digests import RowsDigest, sum_of
from whisky_assets.storage.snapshots import current
from whisky_assets.storage.state import StateDatabase

APPENDED = ("raw/pages",)
"""Data sets that only grow: every registered segment of theirs counts, not a version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageDigest:
    """`tables` maps `dataset` or `dataset[partition]` to the digest of its rows; `whole` is over all of them."""

    whole: str
    tables: Mapping[str, str]


def storage_digest(db: StateDatabase, *, appended: Sequence[str] = APPENDED) -> StorageDigest:
    """Return the digests of all current tables, of one moment.

    A table of the snapshot and the head of a feed can be versions of one data set: the head's name ends in `@head`
    only where both exist.
    """
    with db.reading() as connection:
        snapshot = current(db)
        versions = [] if snapshot is None else list(snapshot.tables.values())
        tables = {_name(*version.key): version.content_digest for version in versions}
        for heads in heads_in(connection).values():
            for version in heads.values():
                name = _name(*version.key)
                tables[f"{name}@head" if name in tables else name] = version.content_digest
        for dataset in appended:
            tables |= _appended(connection, dataset)
    ordered = dict(sorted(tables.items()))
    return StorageDigest(whole=digest(ordered), tables=ordered)


def _appended(connection: sqlite3.Connection, dataset: str) -> dict[str, str]:
    rows = connection.execute(
        "SELECT partition, content_digest, full_digest FROM segments WHERE dataset = ?", (dataset,)
    )
    parts: dict[str, list[RowsDigest]] = {}
    for partition, content, full in rows:
        parts.setdefault(partition, []).append(RowsDigest(content=content, full=full))
    return {_name(dataset, partition): sum_of(digests).content for partition, digests in parts.items()}


def _name(dataset: str, partition: str) -> str:
    return f"{dataset}[{partition}]" if partition else dataset
