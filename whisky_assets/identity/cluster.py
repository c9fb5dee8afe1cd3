"""Which listings of one block are one whisky: clusters without a conflict, a reason for each, and open questions.

Evidence in order of strength: a person's word, the past, a trusted barcode, a shared product number, a name that reads
equal. What two clusters could both be joins neither and becomes a question. Pure; the order of the rows changes
nothing. Not here: keys (`identity.registry`), reading names (`parsing.names`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from whisky_assets.domain.digests import digest
from whisky_assets.identity.compare import compare
from whisky_assets.identity.decisions import Decisions, Listing
from whisky_assets.identity.explain import evidence, reason
from whisky_assets.identity.gtin_trust import gtin_trust
from whisky_assets.identity.joinable import (
    GRAIN_STYLES,
    equal_rare_abv,
    listed_apart,
    may_be_one,
    may_join_by_text,
    own_styles,
    same_release_told,
)
from whisky_assets.identity.model import Facts, Key, Subject, facts_of, known_ages
from whisky_assets.identity.pool import Pool
from whisky_assets.identity.results import BlockResult, Cluster, Link, Review
from whisky_assets.identity.rules import (
    DECISION,
    EQUAL_TEXT,
    EQUAL_TEXT_NO_ABV,
    FORMER,
    GTIN,
    RARE_ABV,
    SHARED_NUMBER,
    WEAK_WORD,
    Rule,
)
from whisky_assets.identity.text_groups import ageless_groups, text_groups, weak_groups
from whisky_assets.identity.weak_words import NO_WEAK_WORDS, WeakWords
from whisky_assets.parsing.names import PARSER_VERSION

MATCHER_VERSION = "1"
"""Changes with every change of what belongs together; a block matched by another version is matched anew."""


def block_digest(
    subjects: Iterable[Subject], former: Mapping[tuple[str, str], str], decisions: Decisions, trust: Mapping[str, bool]
) -> str:
    """Return a digest of all that a block's clusters depend on: equal means that the last result may be carried."""
    rows = sorted(subjects, key=lambda subject: subject.key)
    named = {Listing(*subject.key) for subject in rows} | {
        former[subject.key] for subject in rows if subject.key in former
    }
    return digest(
        [
            MATCHER_VERSION,
            PARSER_VERSION,
            [
                [
                    *subject.key,
                    subject.name,
                    subject.parsed.to_json(),
                    subject.abv_pct,
                    subject.volume_ml,
                    subject.gtin14,
                    subject.number_space,
                    subject.release,
                    subject.cut,
                    former.get(subject.key),
                    subject.gtin14 is not None and trust.get(subject.gtin14, False),
                ]
                for subject in rows
            ],
            sorted(decision.digest for decision in decisions.all if named & set(decision.subjects)),
        ]
    )


def cluster_block(
    block: str,
    subjects: Iterable[Subject],
    *,
    former: Mapping[tuple[str, str], str],
    decisions: Decisions,
    trusted_gtins: Mapping[str, bool],
    weak_words: WeakWords = NO_WEAK_WORDS,
    text_only: bool = False,
) -> BlockResult:
    """Return the clusters of a block.

    Args:
        block: its name.
        subjects: its listings, one per key, in any order.
        former: listing to key, of those whose own text has not changed (`Registry.standing`): a must-link.
        decisions: those in force; the ones about listings or keys of this block count.
        trusted_gtins: barcode to whether it may join (`gtin_trust`).
        weak_words: words that tell bottlings apart only where alcohol differs too.
        text_only: use no barcode and no product number.
    """
    rows = sorted(subjects, key=lambda subject: subject.key)
    ages = known_ages(rows)
    facts = {subject.key: facts_of(subject, ages) for subject in rows}
    work = _Work(block, facts, former, decisions, weak_words, text_only=text_only)
    work.join_by_decision()
    work.join_by_former()
    if not text_only:
        work.join_by_gtin(trusted_gtins)
        work.join_by_number()
    for group in text_groups(facts.values()):
        work.join_equal_texts(group)
    for group in weak_groups(facts.values(), weak_words.all):
        work.join_weak(group)
    for group in ageless_groups(facts.values(), weak_words.label):
        work.join_rare_abv(group)
    return work.result()


class _Work:
    """The state of one block while it is clustered."""

    def __init__(
        self,
        block: str,
        facts: Mapping[Key, Facts],
        former: Mapping[tuple[str, str], str],
        decisions: Decisions,
        weak_words: WeakWords,
        *,
        text_only: bool,
    ) -> None:
        self._weak_words = weak_words
        self._text_only = text_only
        self._block = block
        self._facts = facts
        self._former = {key: former[key] for key in facts if key in former}
        self._members_of: dict[str, list[Key]] = defaultdict(list)
        for key, pk in self._former.items():
            self._members_of[pk].append(key)
        self._same = self._pairs(decisions, "same")
        self._pool = Pool(facts.values(), self._pairs(decisions, "different"))
        self._own_styles = own_styles(facts.values())
        self._links: list[Link] = []
        self._reviews: dict[tuple[str, Key, Key], Review] = {}

    def _pairs(self, decisions: Decisions, kind: str) -> list[tuple[Key, Key]]:
        """Return the pairs of this block's listings that decisions of a kind name, keys by their members."""
        pairs: list[tuple[Key, Key]] = []
        for decision in decisions.of(kind):
            left, right = self._named(decision.subject), self._named(decision.object)
            pairs.extend((one, other) for one in left for other in right if one != other)
        return pairs

    def _named(self, subject: Listing | str | None) -> list[Key]:
        if isinstance(subject, Listing):
            key = Key(subject.id_space, subject.source_id)
            return [key] if key in self._facts else []
        return self._members_of.get(subject, []) if subject is not None else []

    def join_by_decision(self) -> None:
        for left, right in self._same:
            self._join(left, right, DECISION, force=True)

    def join_by_former(self) -> None:
        for members in self._members_of.values():
            for key in members[1:]:
                self._join(members[0], key, FORMER, force=True)

    def join_by_gtin(self, trusted: Mapping[str, bool]) -> None:
        for code, group in self._grouped(lambda facts: facts.subject.gtin14):
            if not trusted.get(code, False):
                self._ask_all("gtin_clash", group, "they share a barcode, but their names or alcohol differ")
                continue
            self._join_all(group, GTIN)

    def join_by_number(self) -> None:
        for _, group in self._grouped(_number):
            self._join_all(group, SHARED_NUMBER)

    def join_equal_texts(self, group: list[Facts]) -> None:
        """Join listings whose names read equal: first those that tell all, then those that fit exactly one."""
        told = [facts for facts in group if facts.abv_pct is not None]
        for index, right in enumerate(told):
            for left in told[:index]:
                alike = left.style == right.style and left.strength == right.strength
                if alike and may_join_by_text(left, right):
                    self._join_by_text(left, right, EQUAL_TEXT)
        for facts in sorted(group, key=_how_little_is_told):
            self._join_the_one_that_fits(facts, group)
        self._join_untold([facts for facts in group if self._abv_untold(facts)])

    def _join_the_one_that_fits(self, facts: Facts, group: list[Facts]) -> None:
        fitting: dict[Key, Facts] = {}
        for other in group:
            root = self._pool.root(other.key)
            if self._pool.same(facts.key, other.key) or root in fitting or not _tells_more(other, facts):
                continue
            if may_be_one(facts, other, self._own_styles) and self._pool.compatible(facts.key, other.key):
                fitting[root] = other
        if not fitting:
            return
        chosen = list(fitting.values())
        if self._conflicting(chosen):
            near = [other for other in chosen if self._has_source(other, facts.subject.id_space)]
            if len(near) != 1:
                self._ask("fits_two", facts.key, chosen[0].key, f"it also fits {chosen[1].key}")
                return
            chosen = near
        for other in chosen:
            told = facts.abv_pct is not None and other.abv_pct is not None
            self._join_by_text(other, facts, EQUAL_TEXT if told else EQUAL_TEXT_NO_ABV)

    def _join_untold(self, group: list[Facts]) -> None:
        """Join equal names of which none tells alcohol and none could choose: the bottling of unspecified alcohol."""
        for index, right in enumerate(group):
            for left in group[:index]:
                if may_be_one(left, right, self._own_styles):
                    self._join_by_text(left, right, EQUAL_TEXT_NO_ABV)

    def _abv_untold(self, facts: Facts) -> bool:
        members = self._pool.members(self._pool.root(facts.key))
        return all(member.abv_pct is None for member in members)

    def join_weak(self, group: list[Facts]) -> None:
        """Join what differs by a weak word only, where alcohol is told and agrees; ask where it is untold."""
        for index, right in enumerate(group):
            for left in group[:index]:
                if self._pool.same(left.key, right.key) or not self._pool.compatible(left.key, right.key):
                    continue
                told = left.abv_pct is not None and right.abv_pct is not None
                # `Limited Edition` on a bare brand is another bottling, on `12 Years` it is the box.
                bare = (left.plain or right.plain) and (
                    left.text.leftover ^ right.text.leftover
                ) & self._weak_words.label
                if told and not bare and left.strength == right.strength and may_be_one(left, right, self._own_styles):
                    self._join_by_text(left, right, WEAK_WORD)
                else:
                    self._ask("same_whisky", left.key, right.key, "only a word that says little tells them apart")

    def join_rare_abv(self, group: list[Facts]) -> None:
        """Join named expressions of which one tells no age, where a rare alcohol is equal to the digit."""
        for index, right in enumerate(group):
            for left in group[:index]:
                one_sided = (left.text.age is None) != (right.text.age is None)
                if one_sided and equal_rare_abv(left, right) and may_be_one(left, right, self._own_styles):
                    self._join_by_text(left, right, RARE_ABV)

    def _join_by_text(self, left: Facts, right: Facts, rule: Rule) -> None:
        """Join by what the names say, unless one source lists something of each side apart: then ask."""
        if self._pool.same(left.key, right.key) or not self._pool.compatible(left.key, right.key):
            return
        if not self._text_only and self._listed_apart(left, right):
            self._ask("same_whisky", left.key, right.key, "one source lists both in one size, their names read equal")
            return
        self._join(left.key, right.key, rule)

    def _listed_apart(self, left: Facts, right: Facts) -> bool:
        mine, theirs = (self._pool.members(self._pool.root(facts.key)) for facts in (left, right))
        return any(listed_apart(one.subject, other.subject) for one in mine for other in theirs)

    def _conflicting(self, chosen: list[Facts]) -> bool:
        return any(
            not self._pool.compatible(left.key, right.key)
            for index, right in enumerate(chosen)
            for left in chosen[:index]
        )

    def _has_source(self, facts: Facts, id_space: str) -> bool:
        members = self._pool.members(self._pool.root(facts.key))
        return any(member.subject.id_space == id_space for member in members)

    def _grouped(self, of: Callable[[Facts], str | None]) -> list[tuple[str, list[Key]]]:
        groups: dict[str, list[Key]] = defaultdict(list)
        for key, facts in self._facts.items():
            value = of(facts)
            if value is not None:
                groups[value].append(key)
        return [(value, keys) for value, keys in sorted(groups.items()) if len(keys) > 1]

    def _join_all(self, group: list[Key], rule: Rule) -> None:
        for index, right in enumerate(group):
            for left in group[:index]:
                if self._pool.same(left, right):
                    break
                if same_release_told(self._facts[left], self._facts[right]) and self._join(left, right, rule):
                    break
            else:
                if index:
                    self._ask(
                        "same_whisky", group[0], right, f"{rule.words}, but a field conflicts or one tells a release"
                    )

    def _join(self, left: Key, right: Key, rule: Rule, *, force: bool = False) -> bool:
        if self._pool.same(left, right):
            return True
        if not self._pool.merge(left, right, force=force):
            return False
        one, other = self._facts[left], self._facts[right]
        comparison = compare(one, other)
        self._links.append(
            Link(left, right, rule.name, rule.confidence, reason(one, other, comparison, rule), evidence(comparison))
        )
        return True

    def _ask(self, kind: str, left: Key, right: Key, why: str) -> None:
        one, other = min(left, right), max(left, right)
        comparison = compare(self._facts[one], self._facts[other])
        self._reviews.setdefault((kind, one, other), Review(kind, one, other, why, evidence(comparison)))

    def _ask_all(self, kind: str, group: list[Key], why: str) -> None:
        for key in group[1:]:
            self._ask(kind, group[0], key, why)

    def result(self) -> BlockResult:
        links: dict[Key, list[Link]] = defaultdict(list)
        for link in self._links:
            links[self._pool.root(link.left)].append(link)
        clusters = tuple(
            Cluster(
                tuple(keys),
                tuple(links[self._pool.root(keys[0])]),
                _family([self._facts[key] for key in keys], self._weak_words.label),
            )
            for keys in self._pool.clusters()
        )
        # What another rule joined in the end is no longer a question.
        open_questions = [review for review in self._reviews.values() if not self._pool.same(review.left, review.right)]
        return BlockResult(self._block, clusters, tuple(sorted(open_questions, key=_review_order)))


def _review_order(review: Review) -> tuple[str, Key, Key]:
    return review.kind, review.left, review.right


def _number(facts: Facts) -> str | None:
    """Return the product number where several sources share their numbers, zeros in front left out."""
    space = facts.subject.number_space
    return None if space is None else f"{space}:{facts.subject.source_id.lstrip('0')}"


def _how_little_is_told(facts: Facts) -> tuple[int, Key]:
    return _untold(facts), facts.key


def _tells_more(other: Facts, facts: Facts) -> bool:
    """Say whether one tells at least as much as the other, alcohol too: only the one that tells less may choose."""
    return _untold(other) <= _untold(facts) and not (other.abv_pct is None and facts.abv_pct is None)


def _untold(facts: Facts) -> int:
    """Return how much a listing leaves open."""
    return 2 * (facts.abv_pct is None) + (not facts.style) + (facts.strength is None)


def _family(facts: Iterable[Facts], label_words: frozenset[str]) -> str:
    """Return what all bottlings of one expression share: age, words, wood, peat, grain; the most complete speaks.

    Alcohol, batch and edition words part bottlings, not expressions; a year is all that a bare vintage's name has.
    """
    rows = sorted(facts, key=lambda row: (-(row.text.age is not None), -len(row.text.leftover), row.key))
    style, text = rows[0].style & GRAIN_STYLES, rows[0].text
    words = sorted(text.leftover - label_words)
    year = text.vintage or (None if text.age is not None or words else text.year or text.bottled)
    told = (
        text.age,
        *words,
        *text.cask,
        text.peat,
        *text.flavour,
        text.bottler,
        *sorted(style),
        year,
        text.cask_number,
    )
    return "|".join(str(part) for part in told if part is not None)


__all__ = [
    "MATCHER_VERSION",
    "BlockResult",
    "Cluster",
    "Link",
    "Review",
    "block_digest",
    "cluster_block",
    "gtin_trust",
]
