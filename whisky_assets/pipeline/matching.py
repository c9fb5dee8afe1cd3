"""Matches the blocks that changed, carries the others over, and gives every cluster its key.

A block is matched anew when an offer of it came, changed or left, when a barcode of it gained or lost trust, or when a
decision about it changed; with it every block that shares a key or a decision (`sharing_blocks`). Why two offers are
one is told without their past wherever their words tell it, so that a full build on the same registry says the same.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from whisky_assets.domain.digests import digest
from whisky_assets.domain.outcome import NewTable, Outcome
from whisky_assets.domain.records import Match, ReviewItem
from whisky_assets.identity.cluster import block_digest, cluster_block
from whisky_assets.identity.decisions import Decisions, load_decisions
from whisky_assets.identity.drift import known
from whisky_assets.identity.gtin_trust import gtin_trust
from whisky_assets.identity.model import Key, Subject
from whisky_assets.identity.past_choices import past_choices
from whisky_assets.identity.registry import Registry, closed_blocks
from whisky_assets.identity.registry_input import groups_of, member_of
from whisky_assets.identity.registry_model import DriftReview, RegistryDelta, Standing
from whisky_assets.identity.registry_state import fields_of
from whisky_assets.identity.results import BlockResult, Cluster, Link, Review
from whisky_assets.identity.weak_words import weak_words
from whisky_assets.pipeline.balance import MEMBER_KINDS
from whisky_assets.pipeline.carry import INPUT, MAKER, NEW
from whisky_assets.pipeline.checks import current_check, relations_check, schema_check
from whisky_assets.pipeline.match_rows import MATCHES_MAKER, drift_item, match_row
from whisky_assets.pipeline.matching_offers import SourceTraits, member_offers, told_offers
from whisky_assets.pipeline.registries import registry_of
from whisky_assets.pipeline.reports import keep_report
from whisky_assets.pipeline.sharing_blocks import sharing_blocks
from whisky_assets.pipeline.standing_rows import (
    HANGS_ON,
    current_table,
    differing,
    hangs_on,
    merged_into,
    rows_of_keys,
    standing_snapshot,
)
from whisky_assets.pipeline.tables import Table
from whisky_assets.pipeline.workspace import Step

MATCHES, REGISTRY, REVIEWS = "core/matches", "core/registry", "core/review_queue"
OFFERS = "core/offers"
_MATCH_COLUMNS = ("id_space", "source_id", "block", "whisky_pk", "family_pk", "input_digest", "maker_version")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Past:
    """What the last snapshot holds of matching; of matches some columns (`_MATCH_COLUMNS`) by listing."""

    registry: Registry
    registry_segments: tuple[str, ...]
    matches: Mapping[tuple[str, str], Any]
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


def matches(step: Step, offers: Table) -> Outcome:
    """Return `core/registry`, `core/matches` and `core/review_queue` of the offers that stand for a whisky.

    Raises:
        UsageError: two decisions contradict, or one names a key that was never minted.
        BusyError: another run builds.
    """
    step.open_build()
    outcome = _Matching(step, offers).outcome()
    keep_report(step, "matches", outcome)
    return outcome


class _Matching:
    """One matching: the offers in blocks, the past, and what comes of them.

    `_told` holds some columns of every offer (`matching_offers.COLUMNS`), `_offers` and `_subjects` the listings of
    the blocks that are looked at, and of every offer with a barcode of theirs.
    """

    def __init__(self, step: Step, offers: Table) -> None:
        workspace = step.workspace
        self._step = step
        self._decisions: Decisions = load_decisions(workspace.home.curation)
        self._past = _past(step)
        self._weak_words = weak_words(workspace.reference)
        self._told = told_offers(offers)
        self._places: dict[str, list[Key]] = defaultdict(list)
        for key, row in self._told.items():
            self._places[row.block].append(key)
        traits = SourceTraits.of(offers, self._told)
        facts = [MATCHES_MAKER, workspace.reference.version, self._decisions.version, traits.digest]
        self._hangs_on = hangs_on((REGISTRY, MATCHES, REVIEWS), facts)
        snapshot = standing_snapshot(step, "matches", self._hangs_on)
        self._before = current_table(workspace, MATCHES)
        self._shared = sharing_blocks(self._past.matches, self._told, self._past.registry, self._decisions)
        self._looked_at = self._blocks_to_look_at(offers, standing=snapshot is not None)
        self._is_whole = snapshot is None
        self._read(offers, traits)

    def _read(self, offers: Table, traits: SourceTraits) -> None:
        """Read the listings of the blocks that are looked at, and those that share a barcode with one."""
        keys = {key for block in self._looked_at for key in self._places.get(block, ())}
        codes = {self._told[key].gtin14 for key in keys} - {None}
        sharing = {key for key, row in self._told.items() if row.gtin14 in codes}
        self._offers = {
            Key(row.id_space, row.source_id): row for row in member_offers(offers, keys | sharing, self._told)
        }
        subjects = {key: traits.subject_of(row) for key, row in self._offers.items()}
        self._trust = gtin_trust(subjects.values())
        self._subjects = {key: subjects[key] for key in sorted(keys)}
        self._members = {key: member_of(subject) for key, subject in self._subjects.items()}
        self._blocks: dict[str, list[Subject]] = defaultdict(list)
        for key, subject in self._subjects.items():
            self._blocks[self._told[key].block].append(subject)

    def _blocks_to_look_at(self, offers: Table, *, standing: bool) -> frozenset[str]:
        """Return the blocks of which one may have changed, closed over shared keys; all where not all else stands.

        A changed offer counts for the block that it left or entered, and for all that hold its barcode.
        """
        if not standing:
            return frozenset({*self._places, *(match.block for match in self._past.matches.values())})
        former = current_table(self._step.workspace, OFFERS)
        changed = differing(former, offers, ("page_state", "input_digest", "maker_version"))
        rows = [row for key, row in self._told.items() if key in changed]
        rows += [row for row in rows_of_keys(former, changed) if row.kind in MEMBER_KINDS]
        codes = {row.gtin14 for row in rows} - {None}
        blocks = {row.block for row in rows}
        blocks |= {row.block for row in self._told.values() if row.gtin14 in codes}
        return closed_blocks(sorted(blocks), self._shared)

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
            live_members={key for key, row in self._told.items() if row.page_state != "gone"},
            build=self._step.build,
            now=self._step.workspace.now(),
        )
        made, reasons = self._matches(results, delta)
        reviews = self._reviews(results, delta, anew)
        members = self._matches_table(made, reasons, anew)
        return Outcome(
            tables={
                REGISTRY: self._registry_table(delta),
                MATCHES: members,
                REVIEWS: NewTable(
                    dataset=REVIEWS,
                    rows=reviews,
                    made=sum(review.block in anew for review in reviews),
                    carried_rows=sum(review.block not in anew for review in reviews),
                    checks=(schema_check(REVIEWS, reviews), current_check(REVIEWS, whole=self._step.whole)),
                ),
            },
            counts={
                "blocks": len(self._places),
                "blocks_matched": len(results),
                "members": members.made + members.carried_rows,
                "keys_minted": sum(event.event == "mint" and event.level == "whisky" for event in delta.events),
                "redirects": sum(event.event == "redirect" and event.level == "whisky" for event in delta.events),
                "open_questions": len(reviews),
            },
            metadata={HANGS_ON: self._hangs_on},
        )

    def _matches_table(self, made: Sequence[Match], reasons: Counter[str], anew: frozenset[str]) -> NewTable:
        """Return the matches: those of the blocks matched anew, and the others as they were."""
        kept: list[Match] = []
        if self._is_whole:
            kept = [match for match in self._before.rows() if match.block not in anew]
        table = NewTable(
            dataset=MATCHES,
            rows=(*kept, *made),
            made=len(made),
            carried_rows=len(kept),
            reasons=dict(reasons),
        )
        beside = 0
        if not self._is_whole:
            gone = self._before.rows(where={"block": anew}) if anew else ()
            table, beside = merged_into(self._before, list(gone), table)
        checks = (
            schema_check(MATCHES, table.rows, beside=beside),
            relations_check(MATCHES, table.rows, {("id_space", "source_id"): self._told.keys()}),
            current_check(MATCHES, whole=self._step.whole),
        )
        return dataclasses.replace(table, checks=checks)

    def _blocks_to_match(self, former: Mapping[tuple[str, str], str]) -> frozenset[str]:
        """Return the blocks whose rows cannot be carried over, and every block that shares a key with one."""
        before = self._past.digests()
        moved = {
            match.block
            for key, match in self._past.matches.items()
            if (told := self._told.get(Key(*key))) is None or told.block != match.block
        }
        changed = {
            block
            for block, subjects in self._blocks.items()
            if before.get(block) != {(self._digest(subjects, former), MATCHES_MAKER)}
        }
        return closed_blocks(sorted(changed | moved), self._shared)

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
                    rows.append(match_row(key, pk, family, result.block, told, block_input))
                    old = self._past.matches.get(key)
                    reasons[NEW if old is None else INPUT if old.maker_version == MATCHES_MAKER else MAKER] += 1
        return rows, reasons

    def _registry_table(self, delta: RegistryDelta) -> NewTable:
        """Return the registry with what comes to it; events of before are checked again where not all else stands."""
        before = self._past.registry.events
        checked, beside = ((*before, *delta.events), 0) if self._is_whole else (delta.events, len(before))
        return NewTable(
            dataset=REGISTRY,
            rows=delta.events,
            carried=self._past.registry_segments,
            made=len(delta.events),
            carried_rows=len(before),
            checks=(
                schema_check(REGISTRY, checked, beside=beside),
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
        drifts = [drift_item(review, self._past.name_before(review)) for review in delta.reviews]
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


def _past(step: Step) -> _Past:
    workspace = step.workspace
    snapshot = workspace.current_snapshot()
    version = None if snapshot is None else snapshot.tables.get((REGISTRY, ""))
    return _Past(
        registry=registry_of(current_table(workspace, REGISTRY)),
        registry_segments=() if version is None else version.segments,
        matches={
            (row.id_space, row.source_id): row for row in current_table(workspace, MATCHES).slices(*_MATCH_COLUMNS)
        },
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


def _words(subjects: Iterable[Subject]) -> set[str]:
    return {word for subject in subjects for word in subject.parsed.leftover}
