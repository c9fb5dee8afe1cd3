"""What a release will do to its target, document by document, before it does anything; the same inputs, the same plan.

Pure: desired documents and the manifest go in, rows, counts and sentences come out. A person's document is named by a
keyed hash, and no body stands in a plan. Not here: doing it (`publishing.apply`).
"""

from __future__ import annotations

import collections
import dataclasses
import math
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping

from whisky_assets.contracts.documents import canonical_hash
from whisky_assets.domain.digests import digest
from whisky_assets.domain.errors import CheckFailedError, NeedsDecisionError
from whisky_assets.domain.records import PlanRow
from whisky_assets.publishing.documents import (
    COLLECTIONS,
    USER_FIELDS,
    WHISKY,
    Desired,
    Document,
    Held,
    tombstone_body,
)
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
from whisky_assets.publishing.names import keyed_digest, shown_name
from whisky_assets.publishing.stores.port import MOST_OPERATIONS

CREATE, UPDATE, TOMBSTONE_ACTION, DELETE = "create", "update", "tombstone", "delete"
UNCHANGED, HELD = "unchanged", "held"
EMBEDDED_FIELD = "whisky"
"""The part of a whisky that a diary entry shows."""

MOST_WITHDRAWN_SHARE = 0.01
MOST_CHANGED_SHARE = 0.20
"""Of a collection's documents; a plan that does more waits for a person's word."""

SMALLEST_COLLECTION = 20
"""Documents from which the shares count: of three, one is a third."""

OPERATIONS = (CREATE, UPDATE, TOMBSTONE_ACTION, DELETE)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One release before it is done.

    `rows` has every document that changes or is held back, in the order of writing; `counts` all documents, by
    collection and action; `alarms` a sentence for each limit that is passed.
    """

    target: str
    snapshot: str
    rows: tuple[PlanRow, ...]
    counts: Mapping[str, Mapping[str, int]]
    alarms: tuple[str, ...]
    hash: str

    @property
    def operations(self) -> int:
        """Documents that the release writes or deletes."""
        return sum(self.count(action) for action in OPERATIONS)

    @property
    def command(self) -> str:
        """The whole command that applies exactly this plan."""
        confirm = f" --confirm {self.hash}" if self.alarms else ""
        return f"{apply_command(self.target)}{confirm}"

    def count(self, action: str) -> int:
        """Return how many documents of all collections an action concerns."""
        return sum(by_action.get(action, 0) for by_action in self.counts.values())

    def lines(self) -> tuple[str, ...]:
        """Return the plan as a person reads it: each collection, what is held and why, alarms, cost."""
        return tuple(_lines(self))


def make_plan(
    *,
    target: str,
    snapshot: str,
    desired: Iterable[Desired],
    manifest: Mapping[str, ManifestRow],
    key: bytes,
    earlier: Collection[str] = (),
) -> Plan:
    """Return the plan that brings a target from what its manifest says to what is desired.

    A document that is no longer desired is a tombstone first and deleted by the release of a later snapshot, but a
    whisky's never is: its key answers for ever. A held document that is published keeps its last good form, unless the
    terms of its sources now forbid it: then it is withdrawn. A field in which a person wrote in the app is never
    changed, and a document with one never withdrawn: both are held by name.

    Args:
        target: the target's name.
        snapshot: the snapshot that the documents are made from.
        desired: every document that the target should hold, and those that are held.
        manifest: what stands in the target, by path.
        key: the home's secret, for names of people's documents.
        earlier: earlier releases of this same snapshot, an unfinished one too; their tombstones are not yet deleted.

    Raises:
        CheckFailedError: two documents want the same place.
    """
    draft = _Draft(manifest, key, earlier)
    for item in desired:
        draft.add(item)
    draft.add_unseen()
    rows = tuple(draft.rows)
    counts = {name: dict(draft.counts[name]) for name in COLLECTIONS if draft.counts[name]}
    return Plan(
        target=target,
        snapshot=snapshot,
        rows=rows,
        counts=counts,
        alarms=tuple(_alarms(counts, _own_changes(rows), manifest)),
        hash=plan_hash(target, rows),
    )


def plan_hash(target: str, rows: Iterable[PlanRow]) -> str:
    """Return the hash that a confirmation names: the target and every operation, whatever snapshot they come from."""
    operations = sorted([row.document, row.action, row.before, row.after] for row in rows if row.action in OPERATIONS)
    return digest([target, operations])


def require_confirmation(plan: Plan, confirm: str) -> None:
    """Return when a plan stays inside its limits or was confirmed by its hash.

    Raises:
        NeedsDecisionError: it passes a limit and `confirm` is not its hash; the text ends with the whole command.
    """
    if not plan.alarms or confirm == plan.hash:
        return
    other = f" The hash given, {confirm[:12]}…, is of another plan." if confirm else ""
    raise NeedsDecisionError(
        f"This release {'; '.join(plan.alarms)}.{other}", remedy=f"If that is meant: {plan.command}"
    )


def plan_name(key: bytes, item: Desired | ManifestRow) -> str:
    """Return how a plan names a document."""
    return shown_name(item.collection, item.id, personal=item.person is not None, key=key)


def shown_hash(key: bytes, person: str | None, document_hash: str) -> str:
    """Return a document's hash as a plan shows it: of a person's document a keyed one, so that no text can be tried."""
    return document_hash if person is None else keyed_digest(key, document_hash)


class _Draft:
    """A plan while it is made: rows in the order of writing, counts, and which places are taken."""

    def __init__(self, manifest: Mapping[str, ManifestRow], key: bytes, earlier: Collection[str]) -> None:
        self.rows: list[PlanRow] = []
        self.counts: dict[str, collections.Counter[str]] = {name: collections.Counter() for name in COLLECTIONS}
        self._manifest = manifest
        self._key = key
        self._earlier = frozenset(earlier)
        self._seen: set[str] = set()
        self._kept_people: set[tuple[str, str]] = set()

    def add(self, item: Desired) -> None:
        """Take in one desired or held document."""
        if item.path in self._seen:
            raise CheckFailedError(
                f"Two documents want the place {plan_name(self._key, item)}.",
                remedy="Nothing was published. Build again: `whisky run --rebuild`.",
            )
        self._seen.add(item.path)
        known = self._manifest.get(item.path)
        if isinstance(item, Held):
            self._hold(item, known)
        elif known is None:
            self._row(item, CREATE, after=item, fields=tuple(sorted(item.body)))
        elif known.state == FOREIGN:
            self._row(item, HELD, reason="foreign: a document that this home did not write stands there")
        elif known.state == DROPPED or (known.state == THERE and known.hash == item.hash):
            self.counts[item.collection][UNCHANGED] += 1
        elif fields := changed_fields(known.fields, field_hashes(item.body)):
            self._row(item, UPDATE, before=known, after=item, fields=fields)
        elif their_fields(known.fields):
            self._row(item, HELD, before=known, reason=_theirs(known))
        else:
            self.counts[item.collection][UNCHANGED] += 1

    def add_unseen(self) -> None:
        """Withdraw what stands in the target and is no longer desired."""
        for row in self._manifest.values():
            if row.path in self._seen or (row.collection, row.person) in self._kept_people:
                continue
            if row.state in (THERE, TOMBSTONE) and their_fields(row.fields):
                self._row(row, HELD, before=row, reason=f"withdrawn, but {_theirs(row)}")
            elif row.state == THERE:
                self._withdraw(row, "no longer in the snapshot")
            elif row.state == TOMBSTONE and row.collection != WHISKY and row.release not in self._earlier:
                self._row(row, DELETE, before=row, reason=f"withdrawn by {row.release}")

    def _hold(self, item: Held, known: ManifestRow | None) -> None:
        if item.whole_person and item.person is not None:
            self._kept_people.add((item.collection, item.person))
        if known is not None and known.state == THERE and item.withdraws:
            self._withdraw(known, item.reason)
        elif known is not None and known.state == THERE:
            self._row(item, UNCHANGED, before=known, reason=f"keeps its last good form: {item.reason}")
        else:
            self._row(item, HELD, reason=item.reason)

    def _withdraw(self, row: ManifestRow, reason: str) -> None:
        after = canonical_hash(tombstone_body(row.collection, row.id))
        self._row(row, TOMBSTONE_ACTION, before=row, tombstone=after, reason=reason)

    def _row(
        self,
        item: Desired | ManifestRow,
        action: str,
        *,
        before: ManifestRow | None = None,
        after: Document | None = None,
        tombstone: str | None = None,
        fields: tuple[str, ...] = (),
        reason: str = "",
    ) -> None:
        self.counts[item.collection][action] += 1
        after_hash = tombstone if after is None else after.hash
        self.rows.append(
            PlanRow(
                document=plan_name(self._key, item),
                collection=item.collection,
                action=action,
                before=None if before is None else shown_hash(self._key, item.person, before.hash),
                after=None if after_hash is None else shown_hash(self._key, item.person, after_hash),
                fields=fields,
                bytes=0 if after is None else after.size_bytes,
                reason=reason,
            )
        )


def _theirs(row: ManifestRow) -> str:
    # Names that the app gave its own fields are not ours to show.
    told = [name for group in USER_FIELDS[row.collection] for name in group if row.fields.get(name) == THEIRS]
    return f"its person wrote {', '.join(told)} in the app" if told else "the app keeps fields of its own in it"


def _own_changes(rows: Iterable[PlanRow]) -> collections.Counter[str]:
    """Return how many documents of each collection change in a field of their own.

    A diary entry of which only the embedded whisky changes follows that whisky, whose change is counted where it began.
    """
    return collections.Counter(
        row.collection for row in rows if row.action == UPDATE and set(row.fields) != {EMBEDDED_FIELD}
    )


def _alarms(
    counts: Mapping[str, Mapping[str, int]],
    own_changes: Mapping[str, int],
    manifest: Mapping[str, ManifestRow],
) -> Iterator[str]:
    there = collections.Counter(row.collection for row in manifest.values() if row.state == THERE)
    for collection in COLLECTIONS:
        by_action = counts.get(collection, {})
        before = there[collection]
        kept = sum(by_action.get(action, 0) for action in (CREATE, UPDATE, UNCHANGED))
        withdrawn, changed = by_action.get(TOMBSTONE_ACTION, 0), own_changes.get(collection, 0)
        if withdrawn and not kept:
            yield f"withdraws all {withdrawn} documents of {collection}, because none is desired any more"
        elif before >= SMALLEST_COLLECTION:
            if withdrawn > before * MOST_WITHDRAWN_SHARE:
                yield _share("withdraws", withdrawn, before, collection, MOST_WITHDRAWN_SHARE)
            if changed > before * MOST_CHANGED_SHARE:
                yield _share("changes", changed, before, collection, MOST_CHANGED_SHARE)


def _share(verb: str, count: int, before: int, collection: str, limit: float) -> str:
    return f"{verb} {count} of {before} documents of {collection} ({count / before:.1%}; {limit:.0%} need no question)"


def _lines(plan: Plan) -> Iterator[str]:
    yield f"Plan for {plan.target} from snapshot {plan.snapshot or 'none'}, hash {plan.hash}"
    for collection, by_action in plan.counts.items():
        told = ", ".join(
            f"{by_action[action]} {action}" for action in (*OPERATIONS, UNCHANGED, HELD) if by_action.get(action)
        )
        yield f"  {collection}: {told}"
        fields = collections.Counter(
            name for row in plan.rows if row.collection == collection and row.action == UPDATE for name in row.fields
        )
        if fields:
            yield f"    fields that change: {', '.join(f'{name} {count}' for name, count in fields.most_common(8))}"
        reasons = collections.Counter(
            row.reason
            for row in plan.rows
            if row.collection == collection and row.reason and row.action in (HELD, UNCHANGED)
        )
        for reason, count in reasons.most_common(8):
            yield f"    held back: {count} for {reason}"
    commits = math.ceil(plan.operations / MOST_OPERATIONS)
    yield (
        f"  cost: {plan.operations} operations in {commits} commits"
        if plan.operations
        else "  nothing to do: 0 operations"
    )
    for alarm in plan.alarms:
        yield f"  needs your word: it {alarm}"
    yield f"  apply it: {plan.command}" if plan.operations else "  the target is up to date"


def apply_command(target: str) -> str:
    """Return the command that publishes to a target, as a shell takes it."""
    return f"whisky publish --apply --target {shlex.quote(target)}"
