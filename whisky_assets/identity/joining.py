"""Clusters of one block as they grow: a link for every join, a question for every join that is left to a person.

Whatever rule proposes it, no join is made over a conflict, and a cluster that fits two others that conflict joins
neither. Not here: which pairs a rule proposes, and in what order (`identity.cluster`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from whisky_assets.identity.compare import compare
from whisky_assets.identity.explain import evidence, reason
from whisky_assets.identity.family import family_of
from whisky_assets.identity.joinable import each_has_its_own, listed_apart
from whisky_assets.identity.model import Facts, Key
from whisky_assets.identity.pool import Pool
from whisky_assets.identity.results import BlockResult, Cluster, Link, Review
from whisky_assets.identity.rules import Rule
from whisky_assets.identity.torn import torn_clusters
from whisky_assets.identity.weak_words import WeakWords


class Fit(NamedTuple):
    """Two listings that a rule would join, `right` the one that tells less where it matters."""

    left: Facts
    right: Facts
    rule: Rule


class Joining:
    """The clusters of one block, every listing alone at first."""

    def __init__(
        self,
        facts: Mapping[Key, Facts],
        former: Mapping[Key, str],
        reread: Collection[tuple[str, str]],
        apart: Iterable[tuple[Key, Key]],
        weak_words: WeakWords,
        *,
        text_only: bool,
    ) -> None:
        """Begin with every listing alone; `apart` are pairs that a person holds apart."""
        self._facts = facts
        self._former = former
        self._reread = reread
        self._pool = Pool(facts.values(), apart)
        self._weak_words = weak_words
        self._text_only = text_only
        self._links: list[Link] = []
        self._reviews: dict[tuple[str, Key, Key], Review] = {}
        self._standing: dict[tuple[str, str], tuple[Key, Key]] = {}

    def members(self, key: Key) -> list[Facts]:
        """Return the listings of the cluster that holds a listing."""
        return self._pool.members(self._pool.root(key))

    def open(self, left: Key, right: Key) -> bool:
        """Return whether two listings are in two clusters that could still be one."""
        return not self._pool.same(left, right) and not self.in_conflict(left, right)

    def same(self, left: Key, right: Key) -> bool:
        """Return whether two listings are in one cluster."""
        return self._pool.same(left, right)

    def compatible(self, left: Key, right: Key) -> bool:
        """Return whether no field parts the clusters of two listings, nor a person."""
        return self._pool.compatible(left, right)

    def in_conflict(self, left: Key, right: Key) -> bool:
        """Return whether the clusters of two listings cannot be one: a field conflicts, or weak words part them."""
        return not self._pool.compatible(left, right) or self._parted(left, right)

    def force(self, left: Key, right: Key, rule: Rule) -> None:
        """Join over conflicts of fields, as a person's word and the past do."""
        if not self._pool.same(left, right) and self._pool.merge(left, right, force=True):
            self._link(left, right, rule)

    def join_fitting(self, proposed: Iterable[Fit]) -> None:
        """Join what fits; a cluster that two clusters in conflict fit joins neither: ask.

        By what names say nothing is joined of which one source lists something of each side apart, nor two clusters
        that have a key each: a source that words its list otherwise moves nobody's note to another key. Ask.
        """
        fits = [fit for fit in proposed if self.open(fit.left.key, fit.right.key)]
        for fit in fits:
            if self._say_the_same(fit.left.key, fit.right.key):
                self._join(fit)
        fits = [fit for fit in fits if self.open(fit.left.key, fit.right.key)]
        root_of = {facts.key: self._pool.root(facts.key) for fit in fits for facts in (fit.left, fit.right)}
        torn = torn_clusters(
            {(root_of[fit.left.key], root_of[fit.right.key]) for fit in fits},
            self.in_conflict,
        )
        for fit in fits:
            if root_of[fit.left.key] not in torn and root_of[fit.right.key] not in torn:
                self._join(fit)
        for root, (first, second) in torn.items():
            self.ask("fits_two", root, first, f"it also fits {second}")

    def _join(self, fit: Fit) -> None:
        left, right = fit.left.key, fit.right.key
        if not self.open(left, right) or (fit.rule.by_text and self._stand_apart(left, right)):
            return
        if fit.rule.by_text and not self._text_only and self._listed_apart(left, right):
            self.ask("same_whisky", left, right, "one source lists both in one size, their names read equal")
        elif self._pool.merge(left, right):
            self._link(left, right, fit.rule)

    def ask(self, kind: str, left: Key, right: Key, why: str) -> None:
        """Leave a pair to a person, once a kind."""
        one, other = min(left, right), max(left, right)
        comparison = compare(self._facts[one], self._facts[other])
        self._reviews.setdefault((kind, one, other), Review(kind, one, other, why, evidence(comparison)))

    def is_asked(self, left: Key, right: Key) -> bool:
        """Return whether a pair is a question already, of any kind."""
        one, other = min(left, right), max(left, right)
        return any((kind, one, other) in self._reviews for kind in ("fits_two", "gtin_clash", "same_whisky"))

    def result(self, block: str) -> BlockResult:
        """Return the clusters as they are, and what is still a question."""
        for left, right in self._standing.values():
            self.ask("same_whisky", left, right, "each has a key already, and only their names say that they are one")
        links: dict[Key, list[Link]] = defaultdict(list)
        for link in self._links:
            links[self._pool.root(link.left)].append(link)
        clusters = tuple(
            Cluster(
                tuple(keys),
                tuple(links[self._pool.root(keys[0])]),
                family_of([self._facts[key] for key in keys], self._weak_words.label),
            )
            for keys in self._pool.clusters()
        )
        # What another rule joined in the end is no longer a question.
        open_questions = [review for review in self._reviews.values() if not self._pool.same(review.left, review.right)]
        return BlockResult(block, clusters, tuple(sorted(open_questions, key=_review_order)))

    def _say_the_same(self, left: Key, right: Key) -> bool:
        """Say whether two clusters without a past tell the very same: neither of them is chosen before the other."""
        if self._pool.same(left, right) or not self._pool.interchangeable(left, right):
            return False
        return not self._keys_of(left) and not self._keys_of(right)

    def _stand_apart(self, left: Key, right: Key) -> bool:
        """Say whether two clusters have a key each, and nothing was learned of how to read their names since."""
        one, other = self._keys_of(left), self._keys_of(right)
        if not one or not other or one == other:
            return False
        pair = min(left, right), max(left, right)
        read_anew = any(facts.key in self._reread for key in pair for facts in self.members(key))
        if not read_anew:
            keys = (min(one), min(other)) if one < other else (min(other), min(one))
            self._standing[keys] = min(pair, self._standing.get(keys, pair))
        return not read_anew

    def _keys_of(self, key: Key) -> list[str]:
        if not self._former:
            return []
        return sorted({self._former[facts.key] for facts in self.members(key) if facts.key in self._former})

    def _parted(self, left: Key, right: Key) -> bool:
        """Say whether two members of the two clusters each hold a weak word that the other lacks."""
        mine, theirs = (
            {facts.text.leftover & self._weak_words.all for facts in self._pool.distinct(key)} for key in (left, right)
        )
        return any(each_has_its_own(one, other) for one in mine for other in theirs)

    def _listed_apart(self, left: Key, right: Key) -> bool:
        mine, theirs = self.members(left), self.members(right)
        return any(listed_apart(one.subject, other.subject) for one in mine for other in theirs)

    def _link(self, left: Key, right: Key, rule: Rule) -> None:
        one, other = self._facts[left], self._facts[right]
        comparison = compare(one, other)
        self._links.append(
            Link(left, right, rule.name, rule.confidence, reason(one, other, comparison, rule), evidence(comparison))
        )


def _review_order(review: Review) -> tuple[str, Key, Key]:
    return review.kind, review.left, review.right
