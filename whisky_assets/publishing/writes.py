"""One write of a release: the store's operation and the manifest row that is true once the store acknowledged it.

Not here: which documents are written, and in which order (`publishing.apply`), and what a document means that is not as
we left it (`publishing.settling`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from whisky_assets.contracts.documents import canonical_hash
from whisky_assets.domain.errors import BusyError
from whisky_assets.publishing.documents import Document, projection_text, tombstone_body
from whisky_assets.publishing.manifest import (
    DROPPED,
    FOREIGN,
    THEIRS,
    THERE,
    TOMBSTONE,
    ManifestRow,
    changed_fields,
    field_hashes,
    their_fields,
)
from whisky_assets.publishing.settling import Done, Write, settle
from whisky_assets.publishing.stores.port import (
    CREATE,
    DELETE,
    MOST_COMMIT_BYTES,
    MOST_OPERATIONS,
    REPLACE,
    UPDATE,
    ConflictError,
    DocumentStore,
    Operation,
    wire_size,
)
from whisky_assets.storage.state import moment_of

MOST_ATTEMPTS = 4
"""Times that a commit is sent while documents of it change between our look and our write."""


def write_of(document: Document, known: ManifestRow | None, release: str) -> Write | None:
    """Return the write that makes a document as desired, None where the manifest says that there is none to do.

    Only the fields that change are written, and none that holds a person's word.
    """
    fields = field_hashes(document.body)
    operation = Operation(action=CREATE, path=document.path, body=document.body)
    if known is not None:
        mask = changed_fields(known.fields, fields)
        if known.state in (FOREIGN, DROPPED) or not mask:
            return None
        fields.update(dict.fromkeys(their_fields(known.fields), THEIRS))
        operation = dataclasses.replace(operation, action=UPDATE, mask=mask, update_time=moment_of(known.update_time))
    return Write(
        operation=operation,
        before=known,
        row=ManifestRow(
            path=document.path,
            collection=document.collection,
            person=document.person,
            state=THERE,
            hash=document.hash,
            fields=fields,
            projection=projection_text(document.projection),
            update_time=0,
            release=release,
        ),
    )


def withdrawal_of(row: ManifestRow, release: str) -> Write | None:
    """Return the write that makes a tombstone of a document, None where it is none that stands there."""
    if row.state != THERE:
        return None
    body = tombstone_body(row.collection, row.id)
    after = dataclasses.replace(
        row, state=TOMBSTONE, hash=canonical_hash(body), fields=field_hashes(body), projection=None, release=release
    )
    operation = Operation(action=REPLACE, path=row.path, body=body, update_time=moment_of(row.update_time))
    return Write(operation=operation, row=after, before=row)


def deletion_of(row: ManifestRow) -> Write | None:
    """Return the write that deletes a tombstone, None where the document is none."""
    if row.state != TOMBSTONE:
        return None
    operation = Operation(action=DELETE, path=row.path, update_time=moment_of(row.update_time))
    return Write(operation=operation, row=row, before=row)


def chunks(writes: Iterable[Write]) -> Iterator[list[Write]]:
    """Yield writes in order, as many at a time as one commit takes."""
    chunk: list[Write] = []
    size = 0
    for write in writes:
        more = wire_size(write.operation)
        if chunk and (len(chunk) == MOST_OPERATIONS or size + more > MOST_COMMIT_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(write)
        size += more
    if chunk:
        yield chunk


def commit_writes(store: DocumentStore, chunk: Sequence[Write], now: datetime) -> list[Done]:
    """Commit writes and return each with its acknowledgement, also those that turned out to be written already.

    Where the store refuses the commit, its documents are read, and each write is settled by what stands there.

    Raises:
        BusyError: the store changes each time that we look.
        OutOfReachError, BudgetStoppedError, InputRefusedError: as `DocumentStore.commit`.
    """
    done: list[Done] = []
    waiting = list(chunk)
    for _ in range(MOST_ATTEMPTS):
        refused: list[Write] = []
        for part in chunks(waiting):  # what is sent again can be larger than it was
            acknowledged = _acknowledged(store, part)
            if acknowledged is None:
                refused += part
            else:
                done += acknowledged
        if not refused:
            return done
        found = store.get([write.operation.path for write in refused])
        settled = [settle(write, found.get(write.operation.path), now) for write in refused]
        done += [one for one in settled if isinstance(one, Done)]
        waiting = [one for one in settled if isinstance(one, Write)]
    raise BusyError(
        "Somebody else is writing to this store at this moment.",
        remedy="Let the other publisher end, then run the same command again.",
    )


def _acknowledged(store: DocumentStore, writes: Sequence[Write]) -> list[Done] | None:
    try:
        times = store.commit([write.operation for write in writes])
    except ConflictError:
        return None
    return [Done(write=write, moment=moment) for write, moment in zip(writes, times, strict=True)]
