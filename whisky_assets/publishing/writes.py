"""One write of a release: the store's operation and the manifest row that is true once the store acknowledged it.

Where a store refuses a commit because a document is there that should not be, or the reverse, this module finds out
which, and what that means. Not here: which documents are written, and in which order (`publishing.apply`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from whisky_assets.contracts.documents import canonical_hash
from whisky_assets.domain.errors import BusyError, InputRefusedError
from whisky_assets.publishing.documents import WHISKY, Document, projection_text, tombstone_body
from whisky_assets.publishing.manifest import (
    DROPPED,
    FOREIGN,
    THERE,
    TOMBSTONE,
    ManifestRow,
    changed_fields,
    field_hashes,
)
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
    StoredDocument,
    wire_size,
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One operation, and what the manifest says of its document afterwards; of a delete what it said before."""

    operation: Operation
    row: ManifestRow

    @property
    def deletes(self) -> bool:
        """Whether the document is gone afterwards."""
        return self.operation.action == DELETE


Done = tuple[Write, datetime]


def write_of(document: Document, known: ManifestRow | None, release: str) -> Write | None:
    """Return the write that makes a document as desired, None where the manifest says that there is none to do.

    Only the fields that change are written, so that what a person changed in the app in other fields stays.
    """
    if known is not None and (known.state in (FOREIGN, DROPPED) or (known.state, known.hash) == (THERE, document.hash)):
        return None
    fields = field_hashes(document.body)
    action = CREATE
    mask: tuple[str, ...] = ()
    if known is not None and known.state == TOMBSTONE:
        action = REPLACE
    elif known is not None:
        action, mask = UPDATE, changed_fields(known.fields, fields)
    return Write(
        operation=Operation(action=action, path=document.path, body=document.body, mask=mask),
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
    return Write(operation=Operation(action=REPLACE, path=row.path, body=body), row=after)


def deletion_of(row: ManifestRow) -> Write | None:
    """Return the write that deletes a tombstone, None where the document is none."""
    if row.state != TOMBSTONE:
        return None
    return Write(operation=Operation(action=DELETE, path=row.path), row=row)


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

    A diary entry or profile that its person deleted is not brought back (`dropped`), and one that was there before
    ours is not overwritten (`foreign`). The collection of whiskies is ours alone, so there the desired document wins.

    Raises:
        BusyError: the store changes while we look.
        OutOfReachError, BudgetStoppedError, InputRefusedError: as `DocumentStore.commit`.
    """
    try:
        return _acknowledged(store, chunk)
    except ConflictError:
        found = store.get([write.operation.path for write in chunk])
    done: list[Done] = []
    again: list[Write] = []
    for write in chunk:
        stored = found.get(write.operation.path)
        settled, is_to_be_sent = _settle(write, stored)
        if is_to_be_sent:
            again.append(settled)
        else:
            done.append((settled, now if stored is None else stored.update_time))
    if not again:
        return done
    try:
        return [*done, *_acknowledged(store, again)]
    except ConflictError as error:
        raise BusyError(
            "Somebody else is writing to this store at this moment.",
            remedy="Let the other publisher end, then run the same command again.",
        ) from error


def _acknowledged(store: DocumentStore, writes: Sequence[Write]) -> list[Done]:
    times = store.commit([write.operation for write in writes])
    return list(zip(writes, times, strict=True))


def _settle(write: Write, stored: StoredDocument | None) -> tuple[Write, bool]:
    """Return the write as it is right for what stands there, and whether it has still to be sent."""
    operation, is_ours_alone = write.operation, write.row.collection == WHISKY
    if operation.action == CREATE and stored is not None:
        if _has_hash(stored, write.row.hash):
            return write, False  # the answer to an earlier commit was lost
        if is_ours_alone:
            return dataclasses.replace(write, operation=dataclasses.replace(operation, action=REPLACE)), True
        return dataclasses.replace(write, row=dataclasses.replace(write.row, state=FOREIGN)), False
    if operation.action in (REPLACE, UPDATE) and stored is None:
        if is_ours_alone:
            return dataclasses.replace(write, operation=dataclasses.replace(operation, action=CREATE, mask=())), True
        return dataclasses.replace(write, row=dataclasses.replace(write.row, state=DROPPED)), False
    return write, True


def _has_hash(stored: StoredDocument, expected: str) -> bool:
    try:
        return canonical_hash(stored.body) == expected
    except InputRefusedError:
        return False  # a foreign document may hold types that ours never do
