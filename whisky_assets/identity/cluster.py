"""Which listings of one block are one whisky: clusters without a conflict, a reason for each, and open questions.

Evidence in order of strength: a person's word, the past, a trusted barcode, a shared product number, a name that reads
equal. What two clusters could both be joins neither and becomes a question, and names alone merge no two keys
(`identity.joining`). Pure; the order of the rows changes nothing. Not here: keys (`identity.registry`), reading names
(`parsing.names`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import combinations

from whisky_assets.domain.digests import digest
from whisky_assets.identity.decisions import Decisions, Listing
from whisky_assets.identity.joinable import (
    each_has_its_own,
    is_rare,
    may_be_one,
    may_join_by_text,
    own_styles,
    same_release_told,
    size_pairs,
)
from whisky_assets.identity.joining import Fit, Joining
from whisky_assets.identity.model import Facts, Key, Subject, facts_of, known_ages
from whisky_assets.identity.results import BlockResult
from whisky_assets.identity.rules import (
    DECISION,
    EQUAL_TEXT,
    EQUAL_TEXT_NO_ABV,
    FORMER,
    GTIN,
    ONE_AGE,
    RARE_ABV,
    SHARED_NUMBER,
    SIZES,
    WEAK_WORD,
    WORDIER,
    Rule,
)
from whisky_assets.identity.text_groups import ageless_groups, text_groups, weak_groups
from whisky_assets.identity.weak_words import NO_WEAK_WORDS, WeakWords
from whisky_assets.identity.wordier import wordier_pairs
from whisky_assets.parsing.names import PARSER_VERSION

MATCHER_VERSION = "5"
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
    reread: Collection[tuple[str, str]] = frozenset(),
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
        reread: those of `former` that tables or parser read otherwise than then: the two keys of such names may merge.
        trusted_gtins: barcode to whether it may join (`gtin_trust`).
        weak_words: words that tell bottlings apart only where alcohol differs too.
        text_only: use no barcode and no product number.
    """
    rows = sorted(subjects, key=lambda subject: subject.key)
    ages = known_ages(rows)
    facts = {subject.key: facts_of(subject, ages) for subject in rows}
    work = _Work(facts, former, reread, decisions, weak_words, text_only=text_only)
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
        work.join_ageless(group)
    work.join_wordier()
    return work.result(block)


class _Work:
    """The rules applied to one block, strongest first."""

    def __init__(
        self,
        facts: Mapping[Key, Facts],
        former: Mapping[tuple[str, str], str],
        reread: Collection[tuple[str, str]],
        decisions: Decisions,
        weak_words: WeakWords,
        *,
        text_only: bool,
    ) -> None:
        self._weak_words = weak_words
        self._facts = facts
        self._former = {key: former[key] for key in facts if key in former}
        self._members_of: dict[str, list[Key]] = defaultdict(list)
        for key, pk in self._former.items():
            self._members_of[pk].append(key)
        self._same = self._pairs(decisions, "same")
        self._joining = Joining(
            facts, self._former, reread, self._pairs(decisions, "different"), weak_words, text_only=text_only
        )
        self._own_styles = own_styles(facts.values())

    def result(self, block: str) -> BlockResult:
        return self._joining.result(block)

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
            self._joining.force(left, right, DECISION)

    def join_by_former(self) -> None:
        for members in self._members_of.values():
            for key in members[1:]:
                self._joining.force(members[0], key, FORMER)

    def join_by_gtin(self, trusted: Mapping[str, bool]) -> None:
        for code, group in self._grouped(lambda facts: facts.subject.gtin14):
            if trusted.get(code, False):
                self._join_by_code(group, GTIN)
                continue
            for key in group[1:]:
                self._joining.ask(
                    "gtin_clash", group[0], key, "they share a barcode, but their names or alcohol differ"
                )

    def join_by_number(self) -> None:
        for _, group in self._grouped(_number):
            self._join_by_code(group, SHARED_NUMBER)

    def _join_by_code(self, group: list[Key], rule: Rule) -> None:
        """Join listings that share a code; ask about those that stay apart from the first."""
        rows = [self._facts[key] for key in group]
        self._joining.join_alike(rows, rule)
        pairs = self._joining.pairs(rows, same_release_told)
        self._joining.join_fitting(Fit(left, right, rule) for left, right in pairs)
        first = group[0]
        for key in group[1:]:
            if not self._joining.same(first, key) and not self._joining.is_asked(first, key):
                why = f"{rule.words}, but a field conflicts or one tells a release"
                self._joining.ask("same_whisky", first, key, why)

    def join_equal_texts(self, group: list[Facts]) -> None:
        """Join listings whose names read equal: first those that tell all, then those that fit exactly one."""
        told = [facts for facts in group if facts.abv_pct is not None]
        self._joining.join_alike((facts for facts in told if may_join_by_text(facts, facts)), EQUAL_TEXT)
        for fits in (_tell_the_same, _tell_as_much):
            pairs = self._joining.pairs(told, fits)
            self._joining.join_fitting(Fit(left, right, EQUAL_TEXT) for left, right in pairs)
        self._joining.join_fitting(Fit(left, right, SIZES) for left, right in size_pairs(group))
        for untold in sorted(set(map(_untold, group))):
            others = self._joining.speakers(group)
            rows = self._joining.speakers((facts for facts in group if _untold(facts) == untold), by_source=True)
            self._joining.join_fitting([fit for facts in rows for fit in self._told_by_more(facts, others)])
        self._join_untold([facts for facts in group if self._abv_untold(facts)])

    def _told_by_more(self, facts: Facts, group: list[Facts]) -> list[Fit]:
        """Return whom a listing fits that tell more; of several in conflict the only one of its own source, if any."""
        fits = [
            Fit(other, facts, EQUAL_TEXT_NO_ABV if None in (facts.abv_pct, other.abv_pct) else EQUAL_TEXT)
            for other in group
            if _tells_more(other, facts)
            and may_be_one(facts, other, self._own_styles)
            and self._joining.open(facts.key, other.key)
        ]
        if not any(self._joining.in_conflict(one.left.key, other.left.key) for one, other in combinations(fits, 2)):
            return fits
        near = [fit for fit in fits if self._joining.has_source(fit.left.key, facts.subject.id_space)]
        alone = near and all(self._joining.same(near[0].left.key, fit.left.key) for fit in near)
        return near if alone else fits

    def _join_untold(self, group: list[Facts]) -> None:
        """Join equal names of which none tells alcohol and none could choose: the bottling of unspecified alcohol."""
        self._joining.join_alike((facts for facts in group if may_join_by_text(facts, facts)), EQUAL_TEXT_NO_ABV)
        pairs = self._joining.pairs(group, lambda left, right: may_be_one(left, right, self._own_styles))
        self._joining.join_fitting(Fit(left, right, EQUAL_TEXT_NO_ABV) for left, right in pairs)

    def _abv_untold(self, facts: Facts) -> bool:
        return all(member.abv_pct is None for member in self._joining.distinct(facts.key))

    def join_weak(self, group: list[Facts]) -> None:
        """Join what differs by a weak word only, where alcohol is told and agrees; ask where it is untold."""
        words = {facts.text.leftover for facts in group}
        pairs = self._joining.pairs(
            group, lambda left, right: self._may_join_weak(left, right) and not _bridges(left, right, words)
        )
        self._joining.join_fitting([Fit(left, right, WEAK_WORD) for left, right in pairs])
        self._ask_of_the_first(self._joining.speakers(group))

    def _ask_of_the_first(self, group: Sequence[Facts]) -> None:
        """Ask of each listing whether it is one whisky with the first of the group that nothing parts it from."""
        for place, facts in enumerate(group):
            for other in group[:place]:
                apart = not self._joining.same(other.key, facts.key)
                if apart and self._joining.compatible(other.key, facts.key):
                    self._joining.ask(
                        "same_whisky", other.key, facts.key, "only a word that says little tells them apart"
                    )
                    break

    def _may_join_weak(self, left: Facts, right: Facts) -> bool:
        told = left.abv_pct is not None and right.abv_pct is not None
        # `Limited Edition` on a bare brand is another bottling, on `12 Years` it is the box.
        bare = (left.plain or right.plain) and (left.text.leftover ^ right.text.leftover) & self._weak_words.label
        return told and not bare and left.strength == right.strength and may_be_one(left, right, self._own_styles)

    def join_ageless(self, group: list[Facts]) -> None:
        """Join named expressions of which one tells no age, where alcohol is equal: a rare one, or of a single age."""
        one_age = len({facts.text.age for facts in group} - {None}) == 1
        by_abv: dict[float, list[Facts]] = defaultdict(list)
        for facts in group:
            if facts.abv_pct is not None and (is_rare(facts.abv_pct) or (one_age and self._is_named(facts))):
                by_abv[facts.abv_pct].append(facts)
        self._join_witnessed(
            Fit(left, right, RARE_ABV if is_rare(abv_pct) else ONE_AGE)
            for abv_pct, rows in sorted(by_abv.items())
            for left, right in self._joining.pairs(rows, self._one_tells_no_age)
        )

    def _is_named(self, facts: Facts) -> bool:
        return bool(facts.text.leftover - self._weak_words.all)

    def join_wordier(self) -> None:
        """Join names of which one has a word or two more, where alcohol is equal and nothing speaks against it."""
        pairs = wordier_pairs(self._joining.speakers(self._facts.values()), self._weak_words)
        self._join_witnessed(
            Fit(other, facts, WORDIER)
            for facts, other in pairs
            if facts.strength == other.strength and may_be_one(facts, other, self._own_styles)
        )

    def _join_witnessed(self, fits: Iterable[Fit]) -> None:
        """Join what sources list in their own words each; a source that lists both knows two: ask.

        In which sizes they list it is no evidence, since a size never makes another bottling.
        """
        believed: list[Fit] = []
        for fit in fits:
            left, right = fit.left.key, fit.right.key
            if fit.rule is RARE_ABV or not self._joining.share_a_source(left, right):
                believed.append(fit)
            elif self._joining.open(left, right):
                self._joining.ask("same_whisky", left, right, f"{fit.rule.words}, but one source lists both")
        self._joining.join_fitting(believed)

    def _one_tells_no_age(self, left: Facts, right: Facts) -> bool:
        return (left.text.age is None) != (right.text.age is None) and may_be_one(left, right, self._own_styles)

    def _grouped(self, of: Callable[[Facts], str | None]) -> list[tuple[str, list[Key]]]:
        groups: dict[str, list[Key]] = defaultdict(list)
        for key, facts in self._facts.items():
            value = of(facts)
            if value is not None:
                groups[value].append(key)
        return [(value, keys) for value, keys in sorted(groups.items()) if len(keys) > 1]


def _tell_as_much(left: Facts, right: Facts) -> bool:
    return left.style == right.style and left.strength == right.strength and may_join_by_text(left, right)


def _tell_the_same(left: Facts, right: Facts) -> bool:
    return left.abv_pct == right.abv_pct and _tell_as_much(left, right)


def _bridges(left: Facts, right: Facts, words: Iterable[frozenset[str]]) -> bool:
    """Say whether a bare brand would choose between words: it is no more `Original` than the brand's `Classic`."""
    mine = left.text.leftover | right.text.leftover
    return (left.plain or right.plain) and any(each_has_its_own(mine, theirs) for theirs in words)


def _number(facts: Facts) -> str | None:
    """Return the product number where several sources share their numbers, zeros in front left out."""
    space = facts.subject.number_space
    return None if space is None else f"{space}:{facts.subject.source_id.lstrip('0')}"


def _tells_more(other: Facts, facts: Facts) -> bool:
    """Say whether one tells at least as much as the other, alcohol too: only the one that tells less may choose."""
    return _untold(other) <= _untold(facts) and not (other.abv_pct is None and facts.abv_pct is None)


def _untold(facts: Facts) -> int:
    """Return how much a listing leaves open."""
    return 2 * (facts.abv_pct is None) + (not facts.style) + (facts.strength is None)
