"""Says why two listings are one whisky or are not: of the current snapshot, or of a CSV of listings.

Each side is a whisky's key or `id_space:source_id`; in a CSV it is a rid. Not here: the comparison of two listings and
its words (`identity.explain`).
"""

from __future__ import annotations

import dataclasses
import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.records import Match, Offer, ReviewItem
from whisky_assets.identity import explain
from whisky_assets.identity.compare import compare
from whisky_assets.identity.decisions import CAUSE_PREFIX
from whisky_assets.identity.model import Facts, Key, Subject, facts_of, from_offer, known_ages
from whisky_assets.identity.registry import Registry
from whisky_assets.identity.results import BlockResult, Link
from whisky_assets.identity.rules import ALONE, DECISION, FORMER, RULES
from whisky_assets.pipeline.csv_match import match_listings
from whisky_assets.pipeline.workspace import Workspace

_MOST_MEMBERS = 30
"""Listings of one whisky that are tried for the closest pair; more tell nothing new."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """One side of the question: its listings, and the key that answers for them (None: no whisky)."""

    asked: str
    pk: str | None
    offers: tuple[Offer, ...]


def why(workspace: Workspace, left: str, right: str) -> list[str]:
    """Return in lines why two whiskies or listings are one, or why they are not.

    Of a whisky's key the listing speaks that is closest to the other side.

    Raises:
        UsageError: nothing was built yet, or a side is neither a key nor a listing of the current snapshot.
    """
    book = _Book(workspace)
    one, other = book.side(left), book.side(right)
    lines = [line for side in (one, other) for line in book.redirects(side)]
    if one.pk == other.pk and one.offers == other.offers:
        return [*lines, f"{left} and {right} are one: {one.pk or one.offers[0].name}"]
    asleep = [side for side in (one, other) if not side.offers]
    if asleep:
        return [*lines, *(f"{side.asked} sleeps: no listing stands for it now, so none can speak" for side in asleep)]
    facts, opposite = book.closest(one, other)
    lines += explain.why(facts, opposite, book.rule(one, other, facts, opposite))
    if one.pk == other.pk:
        lines += [f"{said.key} is {one.pk} by: {book.reason(said.key)}" for said in (facts, opposite)]
    return [*lines, *book.questions(facts.key, opposite.key)]


def why_rows(
    rows: Sequence[Mapping[str, str]], left: str, right: str, *, text_only: bool = False, curation: Path | None = None
) -> list[str]:
    """Return in lines why two rows of a CSV of listings are one whisky, hop by hop, or why they are not.

    Args:
        rows: the file's rows, column to text.
        left: a rid of the file.
        right: another one.
        text_only: as it was matched: without product numbers and barcodes as evidence.
        curation: a folder with decisions, reference rows and thresholds, as it was matched with.

    Raises:
        UsageError: a rid is not in the file, the file lacks a column, or curation cannot be meant.
    """
    run = match_listings(rows, text_only=text_only, curation=curation)
    for rid in (left, right):
        if rid not in run.key_of:
            raise UsageError(f"no row has the rid {rid!r}", remedy="Name two rids of the file.")
    one, other = run.key_of[left], run.key_of[right]
    if one == other:
        return [f"{left} and {right} are two rows of one listing, {one}: {run.subjects[one].name}"]
    facts = _facts_in(run.results, run.subjects)
    path = _path(run.results, one, other)
    if not path:
        return explain.why(facts[one], facts[other], None)
    if len(path) == 1:
        return explain.why(facts[one], facts[other], path[0].rule)
    lines = [f"One whisky over {len(path)} links: {one} and {other}"]
    for link in path:
        lines += ["", *explain.why(facts[link.left], facts[link.right], link.rule)]
    return lines


class _Book:
    """The current snapshot as far as a question needs it."""

    def __init__(self, workspace: Workspace) -> None:
        if workspace.current_snapshot() is None:
            raise UsageError("nothing was built in this home yet", remedy="Build: whisky run")
        self._workspace = workspace
        self._registry = Registry.from_events(workspace.current_rows("core/registry"))
        self._keys = frozenset(self._registry.keys())
        self._offers: dict[tuple[str, str], Offer] = {
            (row.id_space, row.source_id): row for row in workspace.current_rows("core/offers")
        }
        self._matches: dict[tuple[str, str], Match] = {
            (row.id_space, row.source_id): row for row in workspace.current_rows("core/matches")
        }

    def side(self, text: str) -> _Side:
        """Return what a text means: a key, or one listing."""
        if text in self._keys:
            pk = self._registry.resolve(text)
            own = [key for key, match in self._matches.items() if match.whisky_pk == pk]
            return _Side(asked=text, pk=pk, offers=tuple(self._offers[key] for key in sorted(own)))
        id_space, colon, source_id = text.partition(":")
        offer = self._offers.get((id_space, source_id)) if colon else None
        if offer is None:
            raise UsageError(
                f"{text!r} is neither a whisky's key nor a listing of the current snapshot",
                remedy="Write a key as `whisky find` shows it, or id_space:source_id as `whisky show` does.",
            )
        match = self._matches.get((id_space, source_id))
        return _Side(asked=text, pk=None if match is None else match.whisky_pk, offers=(offer,))

    def redirects(self, side: _Side) -> list[str]:
        """Say that a key was merged into another, when and why."""
        if side.pk is None or side.asked == side.pk or ":" in side.asked:
            return []
        events = [event for event in self._registry.events if event.event == "redirect" and event.pk == side.asked]
        return [
            f"{side.asked} was merged into {side.pk} on {event.at:%Y-%m-%d} ({event.cause})" for event in events[-1:]
        ]

    def closest(self, one: _Side, other: _Side) -> tuple[Facts, Facts]:
        """Return the pair of listings that conflict least, facts as matching sees them."""
        blocks = {offer.block for side in (one, other) for offer in side.offers}
        ages = {
            block: known_ages(from_offer(offer) for offer in self._offers.values() if offer.block == block)
            for block in blocks
        }
        left, right = (
            [facts_of(from_offer(offer), ages[offer.block]) for offer in side.offers[:_MOST_MEMBERS]]
            for side in (one, other)
        )
        pairs = [pair for pair in itertools.product(left, right) if pair[0].key != pair[1].key]
        return min(pairs, key=lambda pair: (_distance(*pair), pair[0].key, pair[1].key))

    def rule(self, one: _Side, other: _Side, left: Facts, right: Facts) -> str | None:
        """Return the weakest rule by which two listings of one whisky are in it; None for two whiskies."""
        if one.pk is None or one.pk != other.pk:
            return None
        names = {self._matches[facts.key].rule for facts in (left, right)} - {ALONE.name}
        order = {rule.name: rule.order for rule in RULES}
        if names:
            return max(names, key=lambda name: order.get(name, ALONE.order))
        return DECISION.name if self._was_decided(one.pk) else FORMER.name

    def reason(self, key: Key) -> str:
        """Return the stored reason of a listing."""
        return self._matches[key].reason

    def questions(self, left: Key, right: Key) -> Iterator[str]:
        """Yield the open questions about two listings."""
        pair = {str(left), str(right)}
        questions: Iterable[ReviewItem] = self._workspace.current_rows("core/review_queue")
        for question in questions:
            if {question.left, question.right} == pair:
                yield f"It is an open question: {question.reason}"

    def _was_decided(self, pk: str) -> bool:
        return any(
            event.cause.startswith(CAUSE_PREFIX) and pk in (event.pk, event.target) for event in self._registry.events
        )


def _distance(left: Facts, right: Facts) -> tuple[int, int]:
    comparison = compare(left, right)
    words = left.text.leftover ^ right.text.leftover
    return len(comparison.conflicts), len(words)


def _facts_in(results: Iterable[BlockResult], subjects: Mapping[Key, Subject]) -> dict[Key, Facts]:
    facts: dict[Key, Facts] = {}
    for result in results:
        keys = [key for cluster in result.clusters for key in cluster.members]
        ages = known_ages(subjects[key] for key in keys)
        facts.update({key: facts_of(subjects[key], ages) for key in keys})
    return facts


def _path(results: Iterable[BlockResult], left: Key, right: Key) -> list[Link]:
    """Return the links that lead from one listing to another, in order; none where they are in two clusters."""
    cluster = next(
        (cluster for result in results for cluster in result.clusters if {left, right} <= set(cluster.members)), None
    )
    ways: dict[Key, list[Link]] = {left: []}
    waiting = deque([left])
    while cluster is not None and waiting and right not in ways:
        here = waiting.popleft()
        for link in cluster.links:
            if here in (link.left, link.right):
                there = link.right if here == link.left else link.left
                if there not in ways:
                    ways[there] = [*ways[here], link]
                    waiting.append(there)
    return ways.get(right, [])
