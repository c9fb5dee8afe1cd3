"""The open questions of a home: this week's ten, those that may wait, and what hangs on each.

First come those on whose two whiskies most notes of most people hang, then most offers. Ten answers a week are asked
for, about five minutes; what is left waits unasked. Not here: writing answers (`review_answers`), how questions look.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from whisky_assets.domain.records import Entry, Match, Offer, ReviewItem
from whisky_assets.identity.explain import evidence_rows
from whisky_assets.parsing.money import amount_text
from whisky_assets.parsing.parsed import ParsedName
from whisky_assets.pipeline.lookup import current, offers_of
from whisky_assets.pipeline.review_answers import Answered, Pair, answered, pair_of
from whisky_assets.pipeline.workspace import Workspace

QUEUE, ENTRIES, MATCHES = "core/review_queue", "archives/entries", "core/matches"
QUESTIONS_A_WEEK = 10
DRIFT = "drift"

SIDE_LABELS = ("listing", "name", "source", "alcohol", "size", "price", "age", "link", "whisky")
"""What is shown of each side, in order."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a question, as `SIDE_LABELS` says; what is untold is empty. `subject` is what a decision names."""

    subject: str
    name: str
    source: str = ""
    abv: str = ""
    size: str = ""
    price: str = ""
    age: str = ""
    link: str = ""
    whisky_pk: str

    def values(self) -> tuple[str, ...]:
        """Return what is shown, in the order of `SIDE_LABELS`."""
        return tuple(getattr(self, field.name) for field in dataclasses.fields(self))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One open question; `evidence` rows are field, left, right, verdict in words. No word of a person stands in it."""

    review_id: str
    kind: str
    left: Side
    right: Side
    reason: str
    evidence: tuple[tuple[str, str, str, str], ...]
    notes: int
    users: int
    offers: int
    is_put_off: bool

    @property
    def pair(self) -> Pair:
        """The two sides as answers name them."""
        return pair_of(self.left.subject, self.right.subject)

    def as_result(self) -> dict[str, object]:
        """Return the question as plain values."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many questions there are for this week, how many wait unasked, and how many rest as nobody could tell."""

    this_week: int
    later: int
    put_off: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """The questions of this week, all that are open in the same order, and the counts."""

    this_week: tuple[Question, ...]
    all: tuple[Question, ...]
    waiting: Waiting


def sides_of(item: ReviewItem) -> tuple[str, str]:
    """Return what an answer to a question names: two listings, or a listing that changed and the key it has."""
    return (item.left, item.left_pk) if item.kind == DRIFT else (item.left, item.right)


def waiting(workspace: Workspace) -> Waiting:
    """Return how many questions there are, without looking at what hangs on them.

    Raises:
        UsageError: the home's curation cannot be read; names the files.
    """
    told = answered(workspace)
    items, resting = _open_items(workspace, told)
    return _waiting(workspace, told, len(items), len(resting))


def questions_line(asked: Waiting, home: str) -> str:
    """Return the line that invites to this week's questions; the others are counted and not asked for."""
    rest = asked.later + asked.put_off
    more = f" (and {rest:,} more wait unasked)" if rest else ""
    return f"questions for you this week: {asked.this_week:,}{more}: whisky review{home}"


def questions(workspace: Workspace, *, everything: bool = False) -> Questions:
    """Return the open questions, those first on which most hangs; sides are told of those that will be shown.

    Args:
        workspace: the home.
        everything: tell also those that wait for another week, and last those that were put off.

    Raises:
        UsageError: nothing was built yet, or the home's curation cannot be read.
    """
    current(workspace)
    told = answered(workspace)
    items, resting = _open_items(workspace, told)
    count = _waiting(workspace, told, len(items), len(resting))
    hanging = _Hanging(workspace, [*items, *resting])
    ranked = hanging.ranked(items)
    asked = [*ranked, *hanging.ranked(resting)] if everything else ranked[: count.this_week]
    shown = _shown(workspace, asked, hanging, {item.review_id for item in resting})
    return Questions(this_week=shown[: count.this_week], all=shown, waiting=count)


def _waiting(workspace: Workspace, told: Answered, asked: int, resting: int) -> Waiting:
    left = max(0, QUESTIONS_A_WEEK - told.count_in_week_of(workspace.now().date()))
    this_week = min(left, asked)
    return Waiting(this_week=this_week, later=asked - this_week, put_off=resting)


def _open_items(workspace: Workspace, told: Answered) -> tuple[list[ReviewItem], list[ReviewItem]]:
    """Return the questions that nobody answered, one a pair, and apart from them those that were put off."""
    today = workspace.now().date()
    decided = told.decided
    resting = {pair for pair, put_off in told.put_off.items() if put_off.until > today}
    by_pair: dict[Pair, ReviewItem] = {}
    for item in sorted(workspace.current_rows(QUEUE), key=lambda row: str(row.review_id)):
        pair = pair_of(*sides_of(item))
        if pair not in decided:
            by_pair.setdefault(pair, item)
    return (
        [item for pair, item in by_pair.items() if pair not in resting],
        [item for pair, item in by_pair.items() if pair in resting],
    )


class _Hanging:
    """What hangs on whiskies: notes, the people who wrote them, and offers; counted, never told."""

    def __init__(self, workspace: Workspace, items: Sequence[ReviewItem]) -> None:
        asked = {pk for item in items for pk in (item.left_pk, item.right_pk)}
        self._notes: dict[str, set[tuple[object, object]]] = defaultdict(set)
        snapshot = current(workspace)
        entries, matches = (snapshot.tables.get((dataset, "")) for dataset in (ENTRIES, MATCHES))
        names = ("user", "entry_id", "whisky_pk", "candidates")
        for user, entry_id, pk, candidates in (
            workspace.store.read_columns(entries.segments, Entry, names) if entries else ()
        ):
            meant: Iterable[object] = candidates if isinstance(candidates, list | tuple) else ()
            for one in asked & {str(key) for key in (pk, *meant)}:
                self._notes[one].add((user, entry_id))
        keys = workspace.store.read_columns(matches.segments, Match, ("whisky_pk",)) if matches else ()
        self._offers = Counter(str(pk) for (pk,) in keys if pk in asked)

    def counts(self, item: ReviewItem) -> tuple[int, int, int]:
        """Return notes, people and offers of both whiskies together."""
        pks = {item.left_pk, item.right_pk}
        notes = {note for pk in pks for note in self._notes[pk]}
        return len(notes), len({user for user, _ in notes}), sum(self._offers[pk] for pk in pks)

    def ranked(self, items: Iterable[ReviewItem]) -> list[ReviewItem]:
        """Return questions, those first on which most hangs; a tie goes by their ids."""
        return sorted(items, key=lambda item: (*(-count for count in self.counts(item)), item.review_id))


def _shown(
    workspace: Workspace, items: Sequence[ReviewItem], hanging: _Hanging, resting: set[str]
) -> tuple[Question, ...]:
    keys = {_key(listing): None for item in items for listing in (item.left, item.right)}
    offers = {(one.id_space, one.source_id): one for one in offers_of(workspace, current(workspace), keys)}
    made = []
    for item in items:
        notes, users, count = hanging.counts(item)
        left, right = _both_sides(item, offers, workspace.reference.currencies)
        made.append(
            Question(
                review_id=item.review_id,
                kind=item.kind,
                left=left,
                right=right,
                reason=item.reason,
                evidence=tuple(evidence_rows(item.evidence)),
                notes=notes,
                users=users,
                offers=count,
                is_put_off=item.review_id in resting,
            )
        )
    return tuple(made)


def _both_sides(
    item: ReviewItem, offers: Mapping[tuple[str, str], Offer], currencies: Mapping[str, int]
) -> tuple[Side, Side]:
    """Return both sides; of a listing that changed: as it is, and the whisky that it was told as before."""
    left = _side(item.left, item.right_name if item.kind == DRIFT else item.left_name, item.left_pk, offers, currencies)
    if item.kind == DRIFT:
        return left, Side(
            subject=item.left_pk, name=item.left_name, source="as it was told before", whisky_pk=item.left_pk
        )
    return left, _side(item.right, item.right_name, item.right_pk, offers, currencies)


def _side(
    listing: str, name: str, pk: str, offers: Mapping[tuple[str, str], Offer], currencies: Mapping[str, int]
) -> Side:
    offer = offers.get(_key(listing))
    if offer is None:
        return Side(subject=listing, name=name, whisky_pk=pk)
    parsed = ParsedName.from_json(offer.parsed)
    age = parsed.fields.get("age_years")
    size = "" if offer.volume_ml is None else f"{offer.volume_ml} ml"
    return Side(
        subject=listing,
        name=name,
        source=offer.seller,
        abv="" if offer.abv_pct is None else f"{offer.abv_pct:g}%",
        size=size if offer.pack_count == 1 else f"{offer.pack_count} x {size or '?'}",
        price=amount_text(offer.price_minor, offer.currency, currencies),
        age="" if age is None else f"{age.value} years",
        link=offer.url or "",
        whisky_pk=pk,
    )


def _key(listing: str) -> tuple[str, str]:
    id_space, _, source_id = listing.partition(":")
    return id_space, source_id
