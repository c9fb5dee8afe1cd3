"""Clusters of one block as they grow: a link for every join, a question for every join that is left to a person.

Whatever rule proposes it, no join is made over a conflict, and a cluster that fits two others that conflict joins
neither. Not here: which pairs a rule proposes, and in what order (`identity.cluster`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from itertools import chain, combinations, combinations_with_replacement, product
from typing import NamedTuple

from whisky_assets.identity.compare import compare
from whisky_assets.identity.explain import evidence, reason
from whisky_assets.identity.family import family_of
from whisky_assets.identity.joinable import each_has_its_own
from whisky_assets.identity.model import Facts, Key
from whisky_assets.identity.pool import Pool
from whisky_assets.identity.results import BlockResult, Cluster, Link, Review
from whisky_assets.identity.rules import FORMER, Rule
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
        self._pool = Pool(facts.values(), apart, self._parted)
        self._weak_words = weak_words
        self._text_only = text_only
        self._links: list[Link] = []
        self._questions: dict[tuple[str, Key, Key], str] = {}
        self._standing: dict[tuple[str, str], tuple[Key, Key]] = {}
        self._keys: dict[tuple[Key, int], tuple[str, ...]] = {}

    def distinct(self, key: Key) -> list[Facts]:
        """Return, of the cluster that holds a listing, one listing for each text and alcohol."""
        return self._pool.distinct(key)

    def pairs(self, group: Iterable[Facts], fits: Callable[[Facts, Facts], bool]) -> list[tuple[Facts, Facts]]:
        """Return in order of key the pairs of a group that fit, each cluster and shape spoken for by its first listing.

        Two that say the very same and could not be joined for it (`join_alike`) are no pair again.

        Args:
            group: listings, in order of key.
            fits: whether two listings fit, which must hang on nothing but their shapes and whether they are cut.
        """
        classes: dict[Hashable, dict[Key, Facts]] = defaultdict(dict)
        for facts in group:
            root = self._pool.root(facts.key)
            classes[self._pool.shape(facts.key), facts.subject.cut].setdefault(root, facts)
        found: list[tuple[Facts, Facts]] = []
        for mine, theirs in combinations_with_replacement([list(rows.values()) for rows in classes.values()], 2):
            if not fits(mine[0], theirs[0]):
                continue
            found += self._unlike(mine) if mine is theirs else product(mine, theirs)
        ordered = [(one, other) if one.key < other.key else (other, one) for one, other in found]
        return sorted(ordered, key=lambda pair: (pair[0].key, pair[1].key))

    def speakers(self, group: Iterable[Facts], *, by_source: bool = False) -> list[Facts]:
        """Return the first listing of each cluster and shape in a group, of each source too if asked so."""
        first: dict[Hashable, Facts] = {}
        for facts in group:
            shape = self._pool.root(facts.key), self._pool.shape(facts.key), facts.subject.cut
            first.setdefault((*shape, facts.key.id_space) if by_source else shape, facts)
        return list(first.values())

    def _unlike(self, alike: Sequence[Facts]) -> Iterable[tuple[Facts, Facts]]:
        """Yield the pairs of one shape of which one has a past, or more than this shape."""
        free = [facts for facts in alike if self._is_free(facts.key)]
        bound = [facts for facts in alike if not self._is_free(facts.key)]
        return chain(combinations(bound, 2), product(bound, free))

    def _is_free(self, key: Key) -> bool:
        """Say whether a cluster has one shape and no past, so that whatever fits its like fits it as well."""
        return self._pool.interchangeable(key, key) and not self._keys_of(key)

    def open(self, left: Key, right: Key) -> bool:
        """Return whether two listings are in two clusters that could still be one."""
        return not self._pool.same(left, right) and not self._pool.in_conflict(left, right)

    def same(self, left: Key, right: Key) -> bool:
        """Return whether two listings are in one cluster."""
        return self._pool.same(left, right)

    def compatible(self, left: Key, right: Key) -> bool:
        """Return whether no field parts the clusters of two listings, nor a person."""
        return self._pool.compatible(left, right)

    def in_conflict(self, left: Key, right: Key) -> bool:
        """Return whether the clusters of two listings cannot be one: a field conflicts, or weak words part them."""
        return self._pool.in_conflict(left, right)

    def has_source(self, key: Key, id_space: str) -> bool:
        """Return whether the cluster that holds a listing has one of a source."""
        return id_space in self._sources(key)

    def share_a_source(self, left: Key, right: Key) -> bool:
        """Return whether one source lists something of each of two clusters."""
        return not self._sources(left).isdisjoint(self._sources(right))

    def _sources(self, key: Key) -> set[str]:
        return {facts.key.id_space for facts in self._pool.members(self._pool.root(key))}

    def force(self, left: Key, right: Key, rule: Rule) -> None:
        """Join over conflicts of fields, as a person's word and the past do.

        What a decision joined already is linked by the past as well: it holds together without the decision.
        """
        is_new = not self._pool.same(left, right)
        if self._pool.merge(left, right, force=True) and (is_new or rule is FORMER):
            self._link(left, right, rule)

    def join_alike(self, group: Iterable[Facts], rule: Rule) -> None:
        """Join listings without a past that say the very same, each with the first that may have it; else ask once.

        Nothing is chosen, since whatever fits one of them fits the others as well.
        """
        clusters: dict[Hashable, list[Facts]] = defaultdict(list)
        full: dict[Hashable, int] = defaultdict(int)
        for facts in (facts for facts in group if self._is_free(facts.key)):
            kind = self._pool.kind(facts.key), facts.subject.cut
            alike = clusters[kind]
            # What stands on one shelf with a cluster does so for ever: the next of this shelf need not try it.
            shelf = kind, frozenset(self._pool.shelves(facts.key))
            while full[shelf] < len(alike) and not self._try(Fit(alike[full[shelf]], facts, rule), ask=not full[shelf]):
                full[shelf] += 1
            if full[shelf] == len(alike):
                alike.append(facts)

    def join_fitting(self, proposed: Iterable[Fit]) -> None:
        """Join what fits; a cluster that two clusters in conflict fit joins neither: ask.

        By what names say nothing is joined of which one source lists something of each side apart, nor two clusters
        that have a key each: a source that words its list otherwise moves nobody's note to another key. Ask.
        """
        fits = [fit for fit in proposed if self.open(fit.left.key, fit.right.key)]
        for fit in fits:
            if self._say_the_same(fit.left.key, fit.right.key):
                self._try(fit)
        fits = [fit for fit in fits if self.open(fit.left.key, fit.right.key)]
        root_of = {facts.key: self._pool.root(facts.key) for fit in fits for facts in (fit.left, fit.right)}
        torn = torn_clusters(
            {(root_of[fit.left.key], root_of[fit.right.key]) for fit in fits},
            self._pool.in_conflict,
            self._pool.kind,
        )
        for fit in fits:
            if root_of[fit.left.key] not in torn and root_of[fit.right.key] not in torn:
                self._try(fit)
        for root, (first, second) in torn.items():
            self.ask("fits_two", root, first, f"it also fits {second}")

    def _try(self, fit: Fit, *, ask: bool = True) -> bool:
        """Return whether two listings are joined; what one source lists apart becomes a question, if `ask`."""
        left, right = fit.left.key, fit.right.key
        if self._pool.same(left, right):
            return True
        if self._pool.in_conflict(left, right) or (fit.rule.by_text and self._stand_apart(left, right)):
            return False
        if fit.rule.by_text and not self._text_only and self._pool.on_one_shelf(left, right):
            if ask:
                self.ask("same_whisky", left, right, "one source lists both in one size, their names read equal")
            return False
        if not self._pool.merge(left, right):
            return False
        self._link(left, right, fit.rule)
        return True

    def ask(self, kind: str, left: Key, right: Key, why: str) -> None:
        """Leave a pair to a person, once a kind."""
        self._questions.setdefault((kind, min(left, right), max(left, right)), why)

    def is_asked(self, left: Key, right: Key) -> bool:
        """Return whether a pair is a question already, of any kind."""
        one, other = min(left, right), max(left, right)
        return any((kind, one, other) in self._questions for kind in ("fits_two", "gtin_clash", "same_whisky"))

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
        return BlockResult(block, clusters, tuple(self._open_questions()))

    def _open_questions(self) -> Iterable[Review]:
        """Yield of the questions about two clusters the first of each kind; what is joined in the end is none."""
        asked = set()
        for (kind, left, right), why in sorted(self._questions.items()):
            roots = frozenset((self._pool.root(left), self._pool.root(right)))
            if len(roots) == 1 or (kind, roots) in asked:
                continue
            asked.add((kind, roots))
            yield Review(kind, left, right, why, evidence(compare(self._facts[left], self._facts[right])))

    def _say_the_same(self, left: Key, right: Key) -> bool:
        """Say whether two clusters without a past tell the very same: neither of them is chosen before the other."""
        return self._pool.interchangeable(left, right) and self._is_free(left) and self._is_free(right)

    def _stand_apart(self, left: Key, right: Key) -> bool:
        """Say whether two clusters have a key each, and nothing was learned of how to read their names since."""
        one, other = self._keys_of(left), self._keys_of(right)
        if not one or not other or one == other:
            return False
        pair = min(left, right), max(left, right)
        members = (facts.key for key in pair for facts in self._pool.members(self._pool.root(key)))
        read_anew = any(key in self._reread for key in members)
        if not read_anew:
            keys = (min(one), min(other)) if one < other else (min(other), min(one))
            self._standing[keys] = min(pair, self._standing.get(keys, pair))
        return not read_anew

    def _keys_of(self, key: Key) -> tuple[str, ...]:
        """Return the keys that a listing's cluster has, in order."""
        if not self._former:
            return ()
        root = self._pool.root(key)
        state = root, self._pool.size(root)
        if state not in self._keys:
            members = self._pool.members(root)
            self._keys[state] = tuple(sorted({self._former[one.key] for one in members if one.key in self._former}))
        return self._keys[state]

    def _parted(self, one: list[Facts], other: list[Facts]) -> bool:
        """Say whether two members of two clusters each hold a weak word that the other lacks."""
        mine, theirs = ({facts.text.leftover & self._weak_words.all for facts in rows} for rows in (one, other))
        return any(each_has_its_own(left, right) for left in mine for right in theirs)

    def _link(self, left: Key, right: Key, rule: Rule) -> None:
        one, other = self._facts[left], self._facts[right]
        comparison = compare(one, other)
        self._links.append(
            Link(left, right, rule.name, rule.confidence, reason(one, other, comparison, rule), evidence(comparison))
        )
