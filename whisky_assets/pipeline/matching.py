"""Matches the blocks that changed, carries the others over, and gives every cluster its key.

A block is matched anew when an offer of it came, changed or left, when a barcode of it gained or lost trust, or when a
decision about it changed; with it every block that shares a key. Why two offers are one is told without their past
wherever their words tell it, so that a full build on the same registry says the same.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from whisky_assets.domain.digests import digest
from whisky_assets.domain.outcome import NewTable, Outcome
from whisky_assets.domain.record import Json
from whisky_assets.domain.records import Match, Offer, RegistryEvent, ReviewItem
from whisky_assets.identity.cluster import MATCHER_VERSION, block_digest, cluster_block
from whisky_assets.identity.decisions import Decisions, load_decisions
from whisky_assets.identity.drift import known
from whisky_assets.identity.gtin_trust import gtin_trust
from whisky_assets.identity.model import Key, Subject, from_offer
from whisky_assets.identity.past_choices import past_choices
from whisky_assets.identity.registry import Registry, closed_blocks
from whisky_assets.identity.registry_input import groups_of, member_of
from whisky_assets.identity.registry_model import DriftReview, RegistryDelta, Standing
from whisky_assets.identity.registry_state import fields_of
from whisky_assets.identity.results import BlockResult, Cluster, Link, Review
from whisky_assets.identity.rules import ALONE
from whisky_assets.identity.source_traits import cut_lengths, number_spaces
from whisky_assets.identity.weak_words import weak_words
from whisky_assets.pipeline.balance import MEMBER_KINDS
from whisky_assets.pipeline.carry import INPUT, MAKER, NEW
from whisky_assets.pipeline.checks import current_check, relations_check, schema_check
from whisky_assets.pipeline.reports import keep_report
from whisky_assets.pipeline.tables import Table
from whisky_assets.pipeline.workspace import Step

MATCHES, REGISTRY, REVIEWS = "core/matches", "core/registry", "core/review_queue"
MATCHES_MAKER = f"matcher-{MATCHER_VERSION}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Past:
    """What the last snapshot holds of matching."""

    registry: Registry
    registry_segments: tuple[str, ...]
    matches: Mapping[tuple[str, str], Match]
    reviews: Sequence[ReviewItem]

    def digests(self) -> dict[str, set[tuple[str, str]]]:
        """Return block to the digests and makers of its rows."""
        found: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for match in self.matches.values():
            found[match.block].add((match.input_digest, match.maker_version))
        return found

    def name_before(self, review: DriftReview) -> str:
        """Return the first name under which a listing told what it told before it drifted.

        The name that the registry holds last is the new one as soon as the drift was recorded.
        """
        name = review.former_name
        for event in reversed(self.registry.events):
            if (event.event, event.id_space, event.source_id) != ("member", review.id_space, review.source_id):
                continue
            if known(fields_of(event.hard_fields)) != review.former:
                break
            name = event.name
        return name

    def placed(self) -> list[tuple[str, str]]:
        """Return `(block, key)` of all matches, of pk and family each."""
        rows = self.matches.values()
        return [pair for match in rows for pair in ((match.block, match.whisky_pk), (match.block, match.family_pk))]


def matches(step: Step, offers: Table) -> Outcome:
    """Return `core/registry`, `core/matches` and `core/review_queue` of the offers that stand for a whisky.

    Raises:
        UsageError: two decisions contradict, or one names a key that was never minted.
        BusyError: another run builds.
    """
    step.open_build()
    work = _Matching(step, list(offers.rows(where={"kind": set(MEMBER_KINDS)})))
    outcome = work.outcome()
    keep_report(step, "matches", outcome)
    return outcome


class _Matching:
    """One matching: the offers in blocks, the past, and what comes of them."""

    def __init__(self, step: Step, rows: Sequence[Offer]) -> None:
        workspace = step.workspace
        self._step = step
        self._offers = {(row.id_space, row.source_id): row for row in rows}
        self._subjects = _subjects(rows)
        self._decisions: Decisions = load_decisions(workspace.home.curation)
        self._past = _past(step)
        self._members = {key: member_of(subject) for key, subject in self._subjects.items()}
        self._trust = gtin_trust(self._subjects.values())
        self._weak_words = weak_words(workspace.reference)
        self._blocks: dict[str, list[Subject]] = defaultdict(list)
        for key, row in self._offers.items():
            self._blocks[row.block].append(self._subjects[Key(*key)])

    def outcome(self) -> Outcome:
        """Match what changed and return the three tables."""
        standing = self._past.registry.standing(self._members.values(), self._decisions)
        subjects = {
            key: dataclasses.replace(subject, abv_pct=standing.matched_abv_pct.get(key, subject.abv_pct))
            for key, subject in self._subjects.items()
        }
        anew = self._blocks_to_match(standing.former)
        results = self._clustered(sorted(anew & set(self._blocks)), subjects, standing)
        delta = self._past.registry.apply(
            [group for result, _ in results for group in groups_of(result, self._members)],
            decisions=self._decisions,
            live_members={key for key, row in self._offers.items() if row.page_state != "gone"},
            build=self._step.build,
            now=self._step.workspace.now(),
        )
        made, reasons = self._matches(results, delta)
        kept = [match for match in self._past.matches.values() if match.block not in anew]
        rows = tuple(sorted([*kept, *made], key=lambda match: (match.id_space, match.source_id)))
        reviews = self._reviews(results, delta, anew)
        return Outcome(
            tables={
                REGISTRY: self._registry_table(delta),
                MATCHES: NewTable(
                    dataset=MATCHES,
                    rows=rows,
                    made=len(made),
                    carried_rows=len(kept),
                    reasons=dict(reasons),
                    checks=(
                        schema_check(MATCHES, rows),
                        relations_check(MATCHES, rows, {("id_space", "source_id"): set(self._offers)}),
                        current_check(MATCHES, whole=self._step.whole),
                    ),
                ),
                REVIEWS: NewTable(
                    dataset=REVIEWS,
                    rows=reviews,
                    made=sum(review.block in anew for review in reviews),
                    carried_rows=sum(review.block not in anew for review in reviews),
                    checks=(schema_check(REVIEWS, reviews), current_check(REVIEWS, whole=self._step.whole)),
                ),
            },
            counts={
                "blocks": len(self._blocks),
                "blocks_matched": len(results),
                "members": len(rows),
                "keys_minted": sum(event.event == "mint" and event.level == "whisky" for event in delta.events),
                "redirects": sum(event.event == "redirect" and event.level == "whisky" for event in delta.events),
                "open_questions": len(reviews),
            },
        )

    def _blocks_to_match(self, former: Mapping[tuple[str, str], str]) -> frozenset[str]:
        """Return the blocks whose rows cannot be carried over, and every block that shares a key with one."""
        before = self._past.digests()
        moved = {
            match.block
            for key, match in self._past.matches.items()
            if key not in self._offers or self._offers[key].block != match.block
        }
        changed = {
            block
            for block, subjects in self._blocks.items()
            if before.get(block) != {(self._digest(subjects, former), MATCHES_MAKER)}
        }
        return closed_blocks(sorted(changed | moved), self._past.placed())

    def _digest(self, subjects: Iterable[Subject], former: Mapping[tuple[str, str], str]) -> str:
        words = _words(subjects)
        weak = [sorted(self._weak_words.generic & words), sorted(self._weak_words.label & words)]
        return digest([block_digest(subjects, former, self._decisions, self._trust), weak])

    def _clustered(
        self, blocks: Sequence[str], subjects: Mapping[Key, Subject], standing: Standing
    ) -> list[tuple[BlockResult, BlockResult]]:
        """Return each block clustered with its past, and without it for the words that explain."""
        self._step.progress.start("matching blocks", len(blocks))
        results = []
        for block in blocks:
            rows = [subjects[subject.key] for subject in self._blocks[block]]
            with_past, by_text = (
                cluster_block(
                    block,
                    rows,
                    former=past,
                    reread=standing.reread,
                    decisions=self._decisions,
                    trusted_gtins=self._trust,
                    weak_words=self._weak_words,
                )
                for past in (standing.former, {})
            )
            results.append((with_past, by_text))
            self._step.progress.advance()
        return results

    def _matches(
        self, results: Sequence[tuple[BlockResult, BlockResult]], delta: RegistryDelta
    ) -> tuple[list[Match], Counter[str]]:
        """Return the rows of the blocks that were matched, with digests as the next build will find them."""
        if not results:
            return [], Counter()
        after = self._past.registry.extended(delta.events)
        former = after.standing(self._members.values(), self._decisions).former
        rows: list[Match] = []
        reasons: Counter[str] = Counter()
        for result, by_text in results:
            block_input = self._digest(self._blocks[result.block], former)
            for cluster in result.clusters:
                for key in cluster.members:
                    pk, family = delta.assigned[key]
                    told = _told(key, cluster, by_text)
                    rows.append(_match(key, pk, family, result.block, told, block_input))
                    old = self._past.matches.get(key)
                    reasons[NEW if old is None else INPUT if old.maker_version == MATCHES_MAKER else MAKER] += 1
        return rows, reasons

    def _registry_table(self, delta: RegistryDelta) -> NewTable:
        return NewTable(
            dataset=REGISTRY,
            rows=delta.events,
            carried=self._past.registry_segments,
            made=len(delta.events),
            carried_rows=len(self._past.registry.events),
            checks=(
                # Those of before were checked when they came, and their numbers as they were folded.
                schema_check(REGISTRY, delta.events),
                current_check(REGISTRY, whole=self._step.whole),
            ),
        )

    def _reviews(
        self, results: Sequence[tuple[BlockResult, BlockResult]], delta: RegistryDelta, anew: frozenset[str]
    ) -> tuple[ReviewItem, ...]:
        kept = [review for review in self._past.reviews if review.block not in anew]
        asked = [
            self._review_item(review, with_past.block, delta)
            for with_past, by_text in results
            for review in (*with_past.reviews, *self._past_choices(with_past, by_text))
        ]
        drifts = [_drift_item(review, self._past.name_before(review)) for review in delta.reviews]
        found = {review.review_id: review for review in [*kept, *asked, *drifts]}
        return tuple(found[review_id] for review_id in sorted(found))

    def _past_choices(self, with_past: BlockResult, by_text: BlockResult) -> tuple[Review, ...]:
        """Return a question for each choice of earlier builds that all offers at once would make otherwise."""
        rows = {subject.key: subject for subject in self._blocks[with_past.block]}
        return past_choices(with_past, by_text, rows)

    def _review_item(self, review: Review, block: str, delta: RegistryDelta) -> ReviewItem:
        left, right = self._offers[review.left], self._offers[review.right]
        return ReviewItem(
            review_id=digest([review.kind, str(review.left), str(review.right)])[:16],
            kind=review.kind,
            left=str(review.left),
            right=str(review.right),
            left_pk=delta.assigned[review.left][0],
            right_pk=delta.assigned[review.right][0],
            left_name=left.name,
            right_name=right.name,
            reason=review.reason,
            evidence=review.evidence,
            block=block,
            # Of what matching reads alone: a price that moved asks no question anew.
            input_digest=digest([left.name, right.name, review.reason, review.evidence]),
            maker_version=MATCHES_MAKER,
        )


def _subjects(rows: Iterable[Offer]) -> dict[Key, Subject]:
    """Return what is matched, with what all listings of a source show of it: cut names and shared numbers."""
    plain = [from_offer(row) for row in rows]
    cut_at = cut_lengths((subject.id_space, subject.name) for subject in plain)
    spaces = number_spaces(plain)
    return {
        subject.key: dataclasses.replace(
            subject, cut_at=cut_at.get(subject.id_space), number_space=spaces.get(subject.id_space)
        )
        for subject in plain
    }


def _past(step: Step) -> _Past:
    workspace = step.workspace
    snapshot = workspace.current_snapshot()
    version = None if snapshot is None else snapshot.tables.get((REGISTRY, ""))
    events: list[RegistryEvent] = list(workspace.current_rows(REGISTRY))
    return _Past(
        registry=Registry.from_events(events),
        registry_segments=() if version is None else version.segments,
        matches={(row.id_space, row.source_id): row for row in workspace.current_rows(MATCHES)},
        reviews=list(workspace.current_rows(REVIEWS)),
    )


def _told(key: Key, cluster: Cluster, by_text: BlockResult) -> Link | None:
    """Return why an offer is in its cluster: by its words where they tell it, else by its past."""
    for plain in by_text.clusters:
        if key in plain.members:
            link = plain.link_of(key)
            if link is not None and {link.left, link.right} <= set(cluster.members):
                return link
    return cluster.link_of(key)


def _match(key: Key, pk: str, family: str, block: str, link: Link | None, input_digest: str) -> Match:
    return Match(
        id_space=key.id_space,
        source_id=key.source_id,
        whisky_pk=pk,
        family_pk=family,
        block=block,
        confidence=ALONE.confidence if link is None else link.confidence,
        rule=ALONE.name if link is None else link.rule,
        reason=ALONE.words if link is None else link.reason,
        evidence=Json("{}") if link is None else link.evidence,
        input_digest=input_digest,
        maker_version=MATCHES_MAKER,
    )


def _drift_item(review: DriftReview, former_name: str) -> ReviewItem:
    listing = f"{review.id_space}:{review.source_id}"
    return ReviewItem(
        review_id=digest(["drift", listing, dict(review.now)])[:16],
        kind="drift",
        left=listing,
        right=listing,
        left_pk=review.pk,
        right_pk=review.pk,
        left_name=former_name,
        right_name=review.name,
        reason=review.reason,
        block=review.block,
        input_digest=digest([listing, dict(review.former), dict(review.now)]),
        maker_version=MATCHES_MAKER,
    )


def _words(subjects: Iterable[Subject]) -> set[str]:
    return {word for subject in subjects for word in subject.parsed.leftover}
