"""Whether two listings whose names read equal may be joined for that, beyond having no conflict.

Unknown is not agreement: what one tells and the other does not is looked at here, field by field. Not here: conflicts
(`identity.compare`), the order of joining (`identity.cluster`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from itertools import combinations
from typing import NamedTuple

from whisky_assets.identity.model import Facts, Subject

DISTINCT_STYLES = frozenset({"rye", "corn", "wheat", "grain", "new_make", "pot_still", "malt", "blended_malt"})
"""Styles that make another bottling of a bare brand name; bourbon, blended and Tennessee are what the brand is."""

GRAIN_STYLES = frozenset({"rye", "corn", "wheat", "grain", "new_make"})
"""Styles that make another bottling of an expression without an age too (`Single Barrel`, `Single Barrel Rye`)."""

CATEGORY_STYLES = frozenset({"grain"})
"""Of these a category that labels print and lists leave out, where the expression has a name and alcohol is equal."""

PLASTIC = "plastic"
"""What the tables' words for a plastic bottle mean, which a source lists beside the glass one."""

OWN_STYLE_SHARE = 0.75
"""More than this share of a brand's listings must tell a style before it is the brand's own; small blocks mislead."""


class Shelf(NamedTuple):
    """Where a source lists a whisky once: another listing on the same shelf is another whisky."""

    id_space: str
    release: str
    volume_ml: int | None
    plastic: bool


def says_a_whisky(left: Facts, right: Facts) -> bool:
    """Say whether equal text says anything of one whisky: no cut name, mixed pack, or name without brand and word."""
    if left.subject.cut or right.subject.cut or left.text.mixed or right.text.mixed:
        return False
    return left.subject.parsed.brand is not None or bool(left.text.leftover)


def may_join_by_text(left: Facts, right: Facts) -> bool:
    """Say whether equal text may join at all: it says a whisky, and more than a bare brand without alcohol."""
    if not says_a_whisky(left, right):
        return False
    abv_told = left.abv_pct is not None and right.abv_pct is not None
    if left.plain or right.plain:
        return abv_told
    return abv_told or left.strength == right.strength


def may_be_one(left: Facts, right: Facts, own_styles: frozenset[str]) -> bool:
    """Say whether equal text may join these two: `Rye` on a bare brand of another style is another bottling."""
    if not may_join_by_text(left, right):
        return False
    if left.style and right.style:
        return True
    distinct = GRAIN_STYLES if left.text.age is None else frozenset[str]()
    if left.plain or right.plain:
        distinct = DISTINCT_STYLES
    elif left.text.leftover and left.abv_pct is not None and left.abv_pct == right.abv_pct:
        distinct -= CATEGORY_STYLES
    return not (left.style ^ right.style) & distinct - own_styles


def shelf_of(subject: Subject) -> set[Shelf]:
    """Return where a listing stands: one release of one source, a size and a kind of bottle; a pack stands nowhere."""
    if subject.parsed.pack is not None:
        return set()
    return {Shelf(subject.id_space, subject.release, subject.volume_ml, PLASTIC in subject.parsed.wording)}


def listed_apart(left: Subject, right: Subject) -> bool:
    """Say whether one release of one source lists both in one size, in one kind of bottle, neither a pack."""
    return left.key != right.key and not shelf_of(left).isdisjoint(shelf_of(right))


def sizes_of_one(left: Facts, right: Facts) -> bool:
    """Say whether one release of one source lists one name in two sizes, or as bottle and pack, alcohol untold by one.

    A bare brand too: a source gives two bottlings two names (measured where both tell alcohol: 675 of 677 pairs agree).
    """
    one, other = left.subject, right.subject
    return (
        (left.abv_pct is None or right.abv_pct is None)
        and one.id_space == other.id_space
        and one.release == other.release
        and None not in (one.volume_ml, other.volume_ml)
        and not listed_apart(one, other)
        and (left.style, left.strength) == (right.style, right.strength)
        and says_a_whisky(left, right)
    )


def size_pairs(group: Iterable[Facts]) -> list[tuple[Facts, Facts]]:
    """Return in order of key the pairs of a group that are sizes of one whisky (`sizes_of_one`)."""
    lists: dict[Hashable, list[Facts]] = defaultdict(list)
    for facts in group:
        subject = facts.subject
        if subject.volume_ml is not None:
            lists[subject.id_space, subject.release, facts.style, facts.strength].append(facts)
    found = [pair for rows in lists.values() for pair in combinations(rows, 2) if sizes_of_one(*pair)]
    return sorted(found, key=lambda pair: (pair[0].key, pair[1].key))


def own_styles(facts: Iterable[Facts]) -> frozenset[str]:
    """Return the styles that most of a block's listings tell: a bare name of the block means these too."""
    rows = list(facts)
    counts = Counter(style for row in rows for style in row.style)
    return frozenset(style for style, count in counts.items() if count > OWN_STYLE_SHARE * len(rows))


def is_rare(abv_pct: float) -> bool:
    """Say whether few bottlings have this alcohol: not a whole or half per cent."""
    return round(abv_pct * 100) % 50 != 0


def same_release_told(left: Facts, right: Facts) -> bool:
    """Say whether both tell a batch, year or cask, or neither: a number outlives the release that one of them tells."""
    one, other = (
        (
            facts.text.vintage or facts.text.year or facts.text.bottled,
            facts.text.batch or next(iter(facts.release), None),
            facts.text.cask_number,
        )
        for facts in (left, right)
    )
    return all((mine is None) == (theirs is None) for mine, theirs in zip(one, other, strict=True))


def each_has_its_own(one: frozenset[str], other: frozenset[str]) -> bool:
    """Say whether each holds a word that the other lacks (`Original`, `Classic`): two bottlings of one brand."""
    return bool(one - other) and bool(other - one)
