"""Refuses decisions that the next build could not obey, before they are written: unknown sides, and contradictions.

Two decisions can contradict by their own words, or only over the keys that their listings have; both are found here,
by the same functions that the build calls, on the blocks that the decisions touch. Not here: writing them
(`review_answers`), what they would change (`review_try`).
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from functools import cached_property
from itertools import combinations

from whisky_assets.domain.errors import UsageError
from whisky_assets.domain.records import Match, Offer
from whisky_assets.identity.cluster import cluster_block
from whisky_assets.identity.decisions import (
    Decision,
    Decisions,
    Listing,
    Subject,
    contradiction,
    decisions_of,
    subject_of,
)
from whisky_assets.identity.gtin_trust import gtin_trust
from whisky_assets.identity.model import Key, from_offer
from whisky_assets.identity.model import Subject as Matched
from whisky_assets.identity.registry import Registry, closed_blocks
from whisky_assets.identity.registry_input import groups_of, member_of
from whisky_assets.identity.weak_words import weak_words
from whisky_assets.pipeline.balance import MEMBER_KINDS
from whisky_assets.pipeline.freshness import home_words
from whisky_assets.pipeline.lookup import current, rows
from whisky_assets.pipeline.workspace import Workspace

_TRIED = "tried"
"""Name of a build that is never opened."""


class DecisionGuard:
    """The current snapshot as far as decisions hang on it; read once, asked for each answer."""

    def __init__(self, workspace: Workspace) -> None:
        """Remember the home; what is needed is read when it is asked for.

        Raises:
            UsageError: nothing was built yet.
        """
        self._workspace = workspace
        self._snapshot = current(workspace)

    def subject(self, text: str, *, is_corrected: bool = False) -> Subject:
        """Return the listing or key that a text means; what is corrected may be taken for other goods as yet.

        Raises:
            UsageError: it is neither, or none that the current snapshot or its registry knows; names the nearest.
        """
        try:
            found = subject_of(text)
        except ValueError as error:
            raise UsageError(str(error), remedy=self._where_to_look()) from error
        listings = self._offered if is_corrected else self._listings
        known = listings if isinstance(found, Listing) else self._keys
        if str(found) in known:
            return found
        near = difflib.get_close_matches(text, known, n=1, cutoff=0.6)
        what = "listing of the current snapshot" if isinstance(found, Listing) else "key that was ever minted"
        if isinstance(found, Listing) and text in self._offered:
            raise UsageError(f"{text} stands for no whisky, so it is one with none", remedy=self._where_to_look())
        meant = f"; did you mean {near[0]}?" if near else ""
        raise UsageError(f"{text} is no {what}{meant}", remedy=self._where_to_look())

    def check(self, standing: Iterable[Decision], new: Collection[Decision]) -> None:
        """Return if the next build could obey all of these together.

        Raises:
            UsageError: two contradict; the text names both files, or where a new one was told.
        """
        decisions = decisions_of([*standing, *new])
        if not new:
            return
        self._check_words_on_one_whisky(decisions, {one.digest for one in new})
        offers = self._offers_of(self._blocks_of(decisions))
        subjects = {subject.key: subject for subject in map(from_offer, offers)}
        members = {key: member_of(subject) for key, subject in subjects.items()}
        past = self._registry.standing(members.values(), decisions)
        blocks: dict[str, list[Matched]] = {}
        for offer in offers:
            blocks.setdefault(offer.block, []).append(subjects[Key(offer.id_space, offer.source_id)])
        trust, weak = gtin_trust(subjects.values()), weak_words(self._workspace.reference)
        clustered = [
            cluster_block(
                block,
                listings,
                former=past.former,
                reread=past.reread,
                decisions=decisions,
                trusted_gtins=trust,
                weak_words=weak,
            )
            for block, listings in sorted(blocks.items())
        ]
        self._registry.apply(
            [group for result in clustered for group in groups_of(result, members)],
            decisions=decisions,
            live_members=set(members),
            build=_TRIED,
            now=self._workspace.now(),
        )

    def _check_words_on_one_whisky(self, decisions: Decisions, new: Collection[str]) -> None:
        """Refuse a new value of a field, by its digest, beside another that a key of the same whisky was given.

        Two that stand already were given while the keys were two whiskies; the newer counts (`describing`).
        """
        told: dict[tuple[str, str], list[Decision]] = {}
        for one in decisions.of("correction"):
            if isinstance(one.subject, str) and one.subject in self._keys:
                told.setdefault((self._registry.resolve(one.subject), one.field), []).append(one)
        for (key, field), words in told.items():
            for left, right in combinations(words, 2):
                if left.value != right.value and not {left.digest, right.digest}.isdisjoint(new):
                    raise contradiction(left, right, f"both keys are one whisky, {key}, and its {field} is one")

    def _offers_of(self, blocks: Collection[str]) -> list[Offer]:
        if not blocks:
            return []
        return list(rows(self._workspace, self._snapshot, Offer, {"block": set(blocks), "kind": set(MEMBER_KINDS)}))

    def _blocks_of(self, decisions: Decisions) -> frozenset[str]:
        named = {str(subject) for decision in decisions.all for subject in decision.subjects}
        roots = {self._registry.resolve(name) for name in named & self._keys}
        touched = {block for listing, pk, _, block in self._placed if pk in roots or listing in named}
        placed = [(block, key) for _, pk, family, block in self._placed for key in (pk, family)]
        return closed_blocks(sorted(touched), placed)

    @cached_property
    def _registry(self) -> Registry:
        return Registry.from_events(self._workspace.rows(self._snapshot.table("core/registry")))

    @cached_property
    def _keys(self) -> frozenset[str]:
        return frozenset(self._registry.keys())

    @cached_property
    def _placed(self) -> tuple[tuple[str, str, str, str], ...]:
        """Listing, its key, its family and its block, of every listing that stands for a whisky."""
        segments = self._snapshot.table("core/matches").segments
        names = ("id_space", "source_id", "whisky_pk", "family_pk", "block")
        told = self._workspace.store.read_columns(segments, Match, names)
        return tuple((f"{space}:{number}", str(pk), str(fk), str(block)) for space, number, pk, fk, block in told)

    @cached_property
    def _listings(self) -> frozenset[str]:
        return frozenset(listing for listing, *_ in self._placed)

    @cached_property
    def _offered(self) -> frozenset[str]:
        segments = self._snapshot.table("core/offers").segments
        told = self._workspace.store.read_columns(segments, Offer, ("id_space", "source_id"))
        return frozenset(f"{space}:{number}" for space, number in told)

    def _where_to_look(self) -> str:
        return f"The open questions name their sides: whisky review{home_words(self._workspace)} --all --json"
