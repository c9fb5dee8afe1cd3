"""What a refused commit means for one of its documents: written already, to be sent in another form, or left alone.

Every write to a document that stands there names the time of its last state that we know. So whoever wrote to it since
makes the commit fail, and this module, given the document as it is, tells our own lost answer from a person's word. Not
here: the sending (`publishing.writes`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime

from whisky_assets.contracts.documents import canonical_hash
from whisky_assets.domain.errors import InputRefusedError
from whisky_assets.publishing.documents import KEY_FIELDS, USER_FIELDS, WHISKY, tombstone_body
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
from whisky_assets.publishing.stores.port import CREATE, DELETE, REPLACE, UPDATE, Operation, StoredDocument

Hashes = Mapping[str, str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One operation, and what the manifest says of its document before and afterwards; of a delete `row` is `before`.

    `kept`: fields that the release wanted to change or wipe and in which a person wrote in the app.
    """

    operation: Operation
    row: ManifestRow
    before: ManifestRow | None = None
    kept: tuple[str, ...] = ()

    @property
    def deletes(self) -> bool:
        """Whether the document is gone afterwards."""
        return self.operation.action == DELETE


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One write that needs no sending any more, and the time of its document's last state.

    `is_held`: the document is not what the release wanted, because it is not ours or holds a person's word.
    """

    write: Write
    moment: datetime
    is_held: bool = False


def settle(write: Write, stored: StoredDocument | None, now: datetime) -> Done | Write:
    """Return a write of a refused commit as done, or in the form in which it has to be sent again.

    A diary entry or profile that its person deleted is not brought back (`dropped`), one that was there before ours is
    not overwritten (`foreign`), and a field in which a person wrote is theirs from then on. An entry or profile with
    our keys is ours, so that a lost answer is recognised whatever was edited since; which of its user fields we wrote
    is then not known, so each that is not as desired counts as the person's. Whiskies are ours alone.
    """
    operation = write.operation
    if stored is None:
        return _settle_missing(write, now)
    if operation.update_time is not None and stored.update_time == operation.update_time:
        return write
    if write.deletes:
        return _settle_deletion(write, stored)
    if write.row.collection == WHISKY:
        if _body_hash(stored) == canonical_hash(operation.body or {}):
            return Done(write=write, moment=stored.update_time)
        return _again(write, stored, action=REPLACE)
    if write.row.state == TOMBSTONE:
        return _settle_withdrawal(write, stored)
    return _settle_document(write, stored)


def _settle_missing(write: Write, now: datetime) -> Done | Write:
    if write.deletes:
        return Done(write=write, moment=now)
    if write.operation.action == CREATE:
        return write
    if write.row.collection == WHISKY:
        operation = dataclasses.replace(write.operation, action=CREATE, mask=(), update_time=None)
        return dataclasses.replace(write, operation=operation)
    return Done(write=_with_row(write, state=DROPPED), moment=now)


def _settle_document(write: Write, stored: StoredDocument) -> Done | Write:
    there, wanted = _hashes(stored), field_hashes(write.operation.body or {})
    before = _fields_before(write, there)
    if before is None:
        return Done(write=_with_row(write, state=FOREIGN), moment=stored.update_time, is_held=True)
    theirs = _theirs(write.row.collection, before=before, there=there, wanted=wanted)
    missed = changed_fields({**there, **dict.fromkeys(theirs, THEIRS)}, wanted)
    overruled = [name for name in theirs if there.get(name) != wanted.get(name)]
    kept = tuple(name for name in changed_fields(before, wanted) if name in overruled)
    settled = _with_row(write, fields={**wanted, **dict.fromkeys(theirs, THEIRS)})
    settled = dataclasses.replace(settled, kept=kept)
    if not missed:
        return Done(write=settled, moment=stored.update_time)
    return _again(settled, stored, action=UPDATE, mask=missed)


def _settle_withdrawal(write: Write, stored: StoredDocument) -> Done | Write:
    if _body_hash(stored) == write.row.hash:
        return Done(write=write, moment=stored.update_time)
    there = _hashes(stored)
    before = {**write.row.fields, **({} if write.before is None else write.before.fields)}
    theirs = _theirs(write.row.collection, before=before, there=there, wanted={})
    if not theirs:
        return _again(write, stored, action=REPLACE)
    return _held(write, stored, state=THERE, theirs=theirs)


def _settle_deletion(write: Write, stored: StoredDocument) -> Done | Write:
    theirs = tuple(name for name in _hashes(stored) if name not in write.row.fields)
    if not theirs:
        return _again(write, stored, action=DELETE)
    return _held(write, stored, state=TOMBSTONE, theirs=theirs)


def _held(write: Write, stored: StoredDocument, *, state: str, theirs: tuple[str, ...]) -> Done:
    there = _hashes(stored)
    row = dataclasses.replace(
        write.before or write.row,
        state=state,
        hash=canonical_hash(there),
        fields={**there, **dict.fromkeys(theirs, THEIRS)},
    )
    return Done(write=dataclasses.replace(write, row=row, kept=theirs), moment=stored.update_time, is_held=True)


def _fields_before(write: Write, there: Hashes) -> Hashes | None:
    """Return the fields that we know to have written, none of them where the answer was lost; None: it is not ours."""
    if write.before is not None:
        return write.before.fields
    row, wanted = write.row, field_hashes(write.operation.body or {})
    withdrawn = field_hashes(tombstone_body(row.collection, row.id))
    if there == withdrawn:
        return withdrawn
    return {} if all(there.get(name) == wanted[name] for name in KEY_FIELDS[row.collection]) else None


def _theirs(collection: str, *, before: Hashes, there: Hashes, wanted: Hashes) -> tuple[str, ...]:
    """Return the fields that hold a person's word: user fields that are neither as before nor as wanted, and the app's.

    A whole group is theirs where one field of it is, and what was theirs before still is.
    """
    theirs = {*their_fields(before), *(there.keys() - before.keys() - wanted.keys())}
    for group in USER_FIELDS[collection]:
        if any(name in theirs or there.get(name) not in (before.get(name), wanted.get(name)) for name in group):
            theirs.update(group)
    return tuple(sorted(theirs))


def _again(write: Write, stored: StoredDocument, *, action: str, mask: tuple[str, ...] = ()) -> Write:
    operation = dataclasses.replace(write.operation, action=action, mask=mask, update_time=stored.update_time)
    return dataclasses.replace(write, operation=operation)


def _with_row(write: Write, **changes: object) -> Write:
    return dataclasses.replace(write, row=dataclasses.replace(write.row, **changes))  # type: ignore[arg-type]  # by name


def _hashes(stored: StoredDocument) -> dict[str, str]:
    """Return a short hash of each stored field; one of a type that ours never have is equal to none of ours."""
    hashes: dict[str, str] = {}
    for name, value in stored.body.items():
        try:
            canonical_hash({name: value})
        except InputRefusedError:
            hashes[name] = ""
        else:
            hashes.update(field_hashes({name: value}))
    return hashes


def _body_hash(stored: StoredDocument) -> str:
    try:
        return canonical_hash(stored.body)
    except InputRefusedError:
        return ""
