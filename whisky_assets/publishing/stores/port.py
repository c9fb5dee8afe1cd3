"""What every document store does, and what every one of them refuses, before it is asked.

A commit is all or nothing and may be sent again after an answer that never came. Not here: which documents are written
(`publishing.plan`), and when the manifest learns of it (`publishing.apply`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from whisky_assets.contracts.documents import LARGEST_DOCUMENT_BYTES, Body, check_value, document_size
from whisky_assets.domain.errors import InputRefusedError, OutOfReachError, WhiskyError

MOST_OPERATIONS = 400
"""Operations of one commit: more gain nothing (400 and 1,000 are equally fast)."""

MOST_COMMIT_BYTES = 3_670_016
"""3.5 MiB on the wire: the emulator takes 4 MiB, production 10 MiB."""

LONGEST_ID_BYTES = 1_500
MOST_INDEX_ENTRIES = 40_000
"""Of one document; production refuses more, the emulator takes them."""

CREATE = "create"
REPLACE = "replace"
UPDATE = "update"
DELETE = "delete"
PUT = "put"


class ConflictError(WhiskyError):
    """A commit whose precondition failed (a document exists, is missing, or changed); nothing of it was written."""


class UnknownOutcomeError(OutOfReachError):
    """A commit whose answer never came: written or not, nobody knows; it may be sent again."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One write of a commit.

    `create` needs the document absent, `replace` and `update` need it present, `put` and `delete` need nothing.
    `update` writes the fields of `mask` alone: a field of the mask that `body` lacks is removed, all others stay.
    With `update_time`, `replace`, `update` and `delete` need the document as it was written at that time: who wrote to
    it since is not overwritten unseen.
    """

    action: str
    path: str
    body: Body | None = None
    mask: tuple[str, ...] = ()
    update_time: datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """One document as a store holds it; `update_time` rises with every write."""

    path: str
    body: Body
    update_time: datetime


class DocumentStore(Protocol):
    """A place for documents. Making one contacts nobody; closing it twice is allowed."""

    def probe(self) -> None:
        """Return when the store answers.

        Raises:
            OutOfReachError: it does not, within seconds.
        """

    def commit(self, operations: Sequence[Operation]) -> list[datetime]:
        """Write all operations or none; return their update times in order, of a delete the commit's.

        Raises:
            ConflictError: a precondition failed; nothing was written.
            InputRefusedError: an operation that no store may hold; nothing was written.
            UnknownOutcomeError: the answer never came.
            OutOfReachError: the store is absent or refuses our key.
            BudgetStoppedError: a quota of the store is used up.
        """

    def get(self, paths: Sequence[str]) -> dict[str, StoredDocument]:
        """Return the documents that exist among these paths.

        Raises:
            OutOfReachError, BudgetStoppedError: as `commit`.
        """

    def list(self, collection: str) -> Iterator[StoredDocument]:
        """Yield a collection's documents in the order of their ids' UTF-8 bytes.

        Raises:
            OutOfReachError, BudgetStoppedError: as `commit`.
        """

    def close(self) -> None:
        """Free what was opened."""


def check_operations(operations: Sequence[Operation]) -> None:
    """Refuse a commit that some store would take and another not: one rule for all of them.

    Raises:
        InputRefusedError: an id, a field, a size or the number of operations is beyond Firestore's limits, two
            operations have one path, or an update has no mask. Paths stand in the text only as collection and length.
    """
    if len(operations) > MOST_OPERATIONS:
        raise _refused(f"A commit of {len(operations)} operations; at most {MOST_OPERATIONS} go into one")
    if len({operation.path for operation in operations}) != len(operations):
        raise _refused("A commit writes one document twice")
    for operation in operations:
        check_path(operation.path)
        if operation.action == UPDATE and not operation.mask:
            raise _refused("An update of no field")  # Firestore reads an empty mask as the whole document
        if operation.body is not None:
            check_body(operation.path, operation.body)
    size = sum(wire_size(operation) for operation in operations)
    if size > MOST_COMMIT_BYTES:
        raise _refused(f"A commit of {size} bytes; at most {MOST_COMMIT_BYTES} go into one")


def check_path(path: str) -> None:
    """Refuse a path that is not `collection/id` with an id that Firestore takes, without showing the id.

    Source: https://firebase.google.com/docs/firestore/quotas#limits.

    Raises:
        InputRefusedError: it is not.
    """
    collection, _, document_id = path.partition("/")
    try:
        size = len(document_id.encode())
    except UnicodeEncodeError:
        raise _refused(f"{collection}: an id holds half a surrogate pair") from None
    if not collection or not 0 < size <= LONGEST_ID_BYTES:
        raise _refused(f"{collection}: an id of {size} bytes; 1 to {LONGEST_ID_BYTES} are possible")
    reserved = document_id.startswith("__") and document_id.endswith("__")
    if document_id in (".", "..") or "/" in document_id or reserved:
        raise _refused(f"{collection}: an id is `.`, `..`, `__x__` or holds a slash")


def check_body(path: str, body: Mapping[str, object]) -> int:
    """Return a document's size by Firestore's rule when Firestore can hold it.

    Raises:
        InputRefusedError: it cannot; the text names the collection and the field path.
    """
    check_value(body, path.partition("/")[0])
    return check_size(path, body)


def check_size(path: str, body: Mapping[str, object]) -> int:
    """Return the size by Firestore's rule of a document that holds nothing but what Firestore can hold.

    Raises:
        InputRefusedError: it is too large or has too many index entries; the text names the largest field.
    """
    collection = path.partition("/")[0]
    size = document_size(path, body)
    if size > LARGEST_DOCUMENT_BYTES:
        largest = max(body, key=lambda name: document_size("", {name: body[name]}))
        raise _refused(f"{collection}: a document of {size} bytes, most of them in the field {largest}")
    # Each entry is of a value of at least a byte, two entries of each at most: a small document has never too many.
    if size > MOST_INDEX_ENTRIES // 2 and (entries := _index_entries(body)) > MOST_INDEX_ENTRIES:
        largest = max(body, key=lambda name: _index_entries(body[name]))
        raise _refused(f"{collection}: a document of {entries} index entries, most of them of the field {largest}")
    return size


def _index_entries(value: object) -> int:
    """Return the most entries that Firestore's automatic indexes hold of a value: two a value, one a list's item.

    Source: https://firebase.google.com/docs/firestore/query-data/index-overview#automatic_indexing.
    """
    if isinstance(value, Mapping):
        return 2 + sum(_index_entries(item) for item in value.values())
    return 2 + len(value) if isinstance(value, list) else 2


def wire_size(operation: Operation) -> int:
    """Return the most bytes that an operation takes in a commit request: each value, its tag and length."""
    path_bytes = len(operation.path.encode()) + 256  # the database's own name stands before each path
    masks = sum(len(name.encode()) + 8 for name in operation.mask)
    return path_bytes + masks + (0 if operation.body is None else _wire_bytes(operation.body))


def _wire_bytes(value: object) -> int:
    if isinstance(value, Mapping):
        return 16 + sum(len(name.encode()) + 16 + _wire_bytes(item) for name, item in value.items())
    if isinstance(value, list):
        return 16 + sum(8 + _wire_bytes(item) for item in value)
    return 8 + len(value.encode()) if isinstance(value, str) else 20


def _refused(text: str) -> InputRefusedError:
    return InputRefusedError(f"{text}.", reason="not_storable", remedy="The row stays as it is and is held back.")
